/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Uses of the break-glass account: each is a row of the journal, whose chain nobody changes, and an event for those
 * who are told. The row's step is the number of the use, so a larchd that starts knows which it has told.
 */
#include "larchd.h"

#define AT_ONCE 20

/* The newest use that the journal has. A list that was made anew begins at 1 again, and is told again. */
static int64_t
last_told(struct larchd *l, struct arena *a)
{
	const struct journal_filter f = {.kind = "break-glass", .limit = 1};
	struct journal_row *rows;
	int64_t total, last = glass_last(l->glass);
	struct err e;
	size_t n;

	if (last < 0 || journal_rows(l->journal, &f, a, &rows, &n, &total, &e) != 0)
		return -1;
	return n == 0 || rows[0].step > last ? 0 : rows[0].step;
}

static int
tell(struct larchd *l, const struct glass_use *u, struct arena *a)
{
	const char *text = arena_printf(a, "the break-glass account %s %s from %s", u->who, u->what, u->address);
	struct journal_row row = {.kind = "break-glass", .step = u->id, .who = u->who, .address = u->address, .text = text};
	struct err e;

	if (journal_add(l->journal, &row, &e) != 0) {
		log_error("a use of the break-glass account is not in the journal: %s", e.text);
		return -1;
	}
	log_error("BREAK-GLASS: %s", text);
	tell_event(l->tell, CONF_BREAK_GLASS, "", text);
	l->glass_told = u->id;
	return 0;
}

static void
look(struct larchd *l, struct arena *a)
{
	struct glass_ask ask = {.limit = AT_ONCE};
	struct glass_use *uses;
	struct err e;
	size_t n;

	if (l->glass_told < 0)
		l->glass_told = last_told(l, a);
	ask.after = l->glass_told;
	if (l->glass_told < 0 || glass_uses(l->glass, &ask, a, &uses, &n, &e) != 0)
		return;
	for (size_t i = 0; i < n; i++)
		if (tell(l, &uses[i], a) != 0)
			return;
}

void
larchd_look_glass(struct larchd *l)
{
	struct arena *a = arena_create();
	struct err e;

	if (l->glass != NULL && glass_replaced(l->glass)) {
		glass_close(l->glass);
		l->glass = NULL;
	}
	if (l->glass == NULL && glass_open_reader(conf_db(l->conf, "glass", a), &l->glass, &e) == 0)
		l->glass_told = -1;
	if (l->glass != NULL)
		look(l, a);
	arena_destroy(a);
}
