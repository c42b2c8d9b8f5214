/* SPDX-License-Identifier: Apache-2.0 */
/*
 * top: machines, PDUs and jobs on a terminal, live. top_data.c asks the server
 * in a thread of its own and makes rows; top.c has the keys; top_draw.c the
 * screen. Only top.c changes what is chosen; only top_data.c talks.
 */
#ifndef LARCH_CLI_TOP_H
#define LARCH_CLI_TOP_H

#include <pthread.h>

#include "cli.h"

enum top_view { TOP_NODES, TOP_PDUS, TOP_JOBS, TOP_VIEWS };
#define TOP_CELLS 8

/* One row as it is shown: texts are clean, and the snapshot's. */
struct top_row {
	const char *name;              /* what it is chosen by */
	char letter;                   /* O W C ?; ' ' none */
	int64_t age_ms;                /* since when it is so; for sorting */
	const char *cell[TOP_CELLS];
};

/* What the server said last of one view. */
struct top_snapshot {
	enum top_view view;
	bool all;                      /* of the nodes: those that are well too */
	struct arena *a;
	struct top_row *rows;
	size_t n;
	const char *headline;          /* "9 critical, 5 warn"; "" */
	const char *trouble;           /* why there is nothing newer; "" */
	int64_t at;                    /* wall ms when it was asked */
};

struct top_column {
	const char *title;
	int width;                     /* columns of the terminal; 0: what is left */
};
extern const struct top_column top_columns[TOP_VIEWS][TOP_CELLS];
extern const char *const top_titles[TOP_VIEWS];

/* ---- top_data.c ------------------------------------------------------------------- */

struct top_data;
struct top_data *top_data_start(struct cli *c);
void top_data_stop(struct top_data *d);
/* What to ask from now on; at once. */
void top_data_want(struct top_data *d, enum top_view view, bool all);
/* The newest answer, taken over; NULL: none since the last call. */
struct top_snapshot *top_data_take(struct top_data *d);
void top_snapshot_free(struct top_snapshot *s);

/* ---- top.c, top_draw.c --------------------------------------------------------------- */

enum top_sort { TOP_BY_LEVEL, TOP_BY_NAME, TOP_BY_AGE, TOP_SORTS };

struct top {
	struct cli *c;
	struct top_data *data;
	struct top_snapshot *seen;     /* NULL: nothing yet */
	enum top_view view;
	enum top_sort sort;
	bool all, descending;
	char filter[64];
	const struct top_row **shown;  /* what fits the filter, in order */
	size_t n_shown, cap_shown;
	size_t at, first;              /* the row under the cursor, and the first on the screen */
	struct hosts chosen;           /* of the nodes; sorted */
	const char *status;            /* a line for the person; NULL: the keys */
	bool colour;
};

void top_draw(struct top *t);
/* A text, scrolled by the person until a key ends it. */
void top_page(struct top *t, const char *title, const char *text);
/* One line from the person at the bottom of the screen: true when it was entered. */
bool top_ask(struct top *t, const char *prompt, char *out, size_t size);
void top_colours(struct top *t);
int top_rows(void);                    /* rows of the table that the screen holds */

#endif
