/* SPDX-License-Identifier: Apache-2.0 */
/* A question to larchd and its answer, as the files power_ask*.c share it. */
#ifndef LARCH_CGI_POWER_ASK_H
#define LARCH_CGI_POWER_ASK_H

#include "power_private.h"

struct power_asked {
	struct power_order order;
	bool answered;               /* larchd has taken it up: `answer` is filled */
	struct journal_answer answer;
	const char *state;           /* "waiting" "asking" "done" */
	const char *phase;           /* a sentence: what it is at, or what came of it */
	json_t *found;               /* docs/formats/answers.md; NULL: nothing */
};

/* What a person may do next, a sentence; NULL: nothing that is known. */
const char *power_asked_next(const struct power_asked *x, struct arena *a);

/* A table of an answer: the member it is made from, and its columns. */
struct power_asked_table {
	const char *member, *caption, *empty;
	const struct web_column *columns;
	size_t n_columns;
};
/* The tables of "probe" or "bmc", and how many. */
const struct power_asked_table *power_asked_tables(const char *what, size_t *n_out);
/* Has any row a value in the column? One that no row has is left out: what is not available is no row of dashes. */
bool power_asked_has(const json_t *rows, const struct web_column *column);

/* As text, aligned. */
void power_asked_text(const struct power_asked *x, struct arena *a, struct buf *out);
/* As a page; the model is taken over. */
int power_asked_page(struct web_call *c, const struct power_asked *x, json_t *model, struct err *e);

#endif
