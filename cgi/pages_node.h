/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of a machine's page share: all that was read for it, and the columns of its tables. */
#ifndef LARCH_CGI_PAGES_NODE_H
#define LARCH_CGI_PAGES_NODE_H

#include "pages.h"

struct node_page {
	struct web_call *call;
	struct pages_room *room;
	struct inv *inv;
	struct status *status;     /* NULL: cannot be read */
	struct inv_thing thing;    /* of one that the inventory has not: its name, and type "" */
	bool known;                /* the inventory has it */
	const struct pages_node *node; /* NULL: it is no node (a BMC, a rack) */
	struct inv_thing bmc;
	bool has_bmc;
	const char *machine;       /* of a BMC: the one it belongs to, whose bmc and chassis `values` then has too; else NULL */
	struct inv_cord *cords;
	struct inv_connection *cables;
	struct status_value *values; /* in the order of the room's columns, then those that are no column any more */
	struct status_change *changes;
	struct status_action *actions;
	size_t n_cords, n_cables, n_values, n_changes, n_actions;
	struct advice advice;
	bool advised;              /* it is not well, and a rule says what to do */
	bool more_changes;         /* there may be more than were read */
	const char *share_of;      /* the column by which it is up or down; NULL: nobody asks it one of these */
	struct status_share share[PAGES_WINDOWS];
};

/* ctx of their cells is the struct node_page. */
extern const struct pages_column pages_node_actions[], pages_node_changes[], pages_node_shares[];
extern const size_t pages_node_actions_n, pages_node_changes_n, pages_node_shares_n;
extern const struct pages_column pages_node_cords[], pages_node_cables[], pages_node_checks[];
extern const size_t pages_node_cords_n, pages_node_cables_n, pages_node_checks_n;

/* ---- pages_node.c ---- */
/*
 * Who the field "name" means: a thing, or a name that Slurm, a group or a check knows. The room is held until
 * pages_node_close, also after an error. 404 when nobody knows it.
 */
int pages_node_open(struct web_call *c, struct node_page *out, struct err *e);
void pages_node_close(struct node_page *p);
int pages_node_read_values(struct node_page *p, struct err *e);

/* How it is as a whole. level 0: nothing of it is watched, or it is no node and nothing was seen of it. */
struct node_level {
	char level;                      /* 'o' 'w' 'c' 'u'; 0 */
	const struct status_value *worst; /* NULL: it is ok, or was never seen */
	int64_t since;                   /* 0: nobody knows */
};
struct node_level pages_node_level(const struct node_page *p);

/* ---- pages_node_wires.c ---- */
const struct status_outlet *pages_node_outlet(const struct node_page *p, size_t cord); /* NULL: never seen */
const char *pages_node_beside(const struct node_page *p, size_t cord); /* who else loses power with this cord's outlet; "" */

/* ---- pages_node_checks.c ---- */
const struct status_column *pages_node_column(const struct node_page *p, const char *check); /* NULL: none of that name */
const char *pages_node_title(const struct node_page *p, const char *check);
json_t *pages_node_checks_model(const struct node_page *p);  /* for the template */

/* ---- pages_node_said.c: what a value says beyond its text ---- */
struct node_said {
	const char **line;
	size_t n;
};
/* Sentences: its detail, then what its data holds; of the call's arena. */
struct node_said pages_node_said(const struct node_page *p, const struct status_value *v);
/* "0.21 ms", "12 d" of a time, "" of a check that measures nothing. */
const char *pages_node_reading(const struct node_page *p, const struct status_value *v);
/* When it is asked again: "in 12 s", "due 3 min ago"; "" when nobody says. */
const char *pages_node_next(const struct node_page *p, const struct status_value *v);
/* "asked every 30 s"; "" */
const char *pages_node_asked(const struct node_page *p, const struct status_value *v);

/* ---- pages_node_text.c ---- */
int pages_node_text(struct node_page *p, struct err *e);

#endif
