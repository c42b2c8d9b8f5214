/* SPDX-License-Identifier: Apache-2.0 */
/* What the two files of a sheet share: a member of a row, and what stands in it. */
#ifndef LARCH_STATUS_SHEET_PRIVATE_H
#define LARCH_STATUS_SHEET_PRIVATE_H

#include "sheet.h"

/* Values that the old keys are made of. */
enum sheet_role { SHEET_PING, SHEET_SSH, SHEET_BMC, SHEET_CHASSIS, SHEET_OUTLETS, SHEET_SLURM, SHEET_UPTIME, SHEET_LOAD,
	SHEET_USERS, SHEET_DF, SHEET_DF_SCRATCH, SHEET_DF_SOFTWARE, SHEET_DF_TMP, SHEET_ROLES };

struct sheet_cell {
	enum { SHEET_NULL, SHEET_TEXT, SHEET_NUMBER, SHEET_BOOL, SHEET_LIST } kind;
	const char *text;    /* of the value, the row's arena, or for ever */
	double number;
	bool flag;
	const json_t *list;  /* of the row */
};

/* One node while it is written. */
struct sheet_row {
	const struct status_sheet_ask *ask;
	const size_t *role;               /* the column of each role; n_columns: there is none */
	struct status_node node;
	json_t *data[SHEET_ROLES];        /* read when it is first wanted */
	bool read[SHEET_ROLES];
	char scratch[TIMES_TEXT];
};

struct sheet_key {
	const char *key;
	void (*cell)(struct sheet_row *r, size_t column, struct sheet_cell *out);
	unsigned roles;                   /* the bits of those it rests on, SHEET_ROLES: of all; 0: of the node itself */
	size_t column;                    /* of OWN */
	bool data_only;                   /* not in text unless it is asked for */
};

/* The members of some keys; n_out of them, OWN in the arena. */
const struct sheet_key *sheet_keys(const struct status_sheet_ask *ask, struct arena *a, size_t *n_out);
void sheet_roles(const struct status_sheet_ask *ask, size_t role[SHEET_ROLES]);
void sheet_row_end(struct sheet_row *r);

#define SHEET_MEMBERS 14 /* of an item and of its checks */
struct status_sheet {
	struct status_sheet_ask ask;
	size_t role[SHEET_ROLES];
	const struct sheet_key **key; /* of the other shapes, in the order they are written */
	size_t n_keys;
	bool member[SHEET_MEMBERS];
	const char **head, **never;   /* of ITEMS, a column each: "\"ping\":{", and what was never seen, whole */
	int *width;                   /* of TEXT, of each key */
	int64_t second;               /* the last one that was written as text */
	char second_text[TIMES_TEXT];
	size_t second_n;              /* bytes of it, without its Z */
	struct str opens[SHEET_MEMBERS], follows[SHEET_MEMBERS]; /* "\"at\":", and with a comma before it */
	struct buf out;
};

/* sheet_items.c */
void sheet_put_item(struct status_sheet *s, const struct status_node *n, size_t i);
int sheet_choose_members(struct status_sheet *s, struct err *e);
void sheet_make_heads(struct status_sheet *s, struct arena *a);
int sheet_unknown_field(struct str one, struct str all, struct err *e);
void sheet_put_text(struct buf *b, const char *text); /* NULL: null */
void sheet_put_number(struct buf *b, double v);       /* NAN: null */
void sheet_put_flag(struct buf *b, bool flag);
void sheet_put_json(struct buf *b, const json_t *value); /* NULL: [] */
void sheet_put_time(struct status_sheet *s, int64_t ms); /* into s->out; 0: null */

#endif
