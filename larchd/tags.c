/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Tags that hang are published in status.db, and what becomes of each is a row of the journal: hung, given another
 * end, asked to be lifted, lifted. power.db is another program's; the chain is larchd's.
 */
#include <string.h>

#include "larchd.h"

#define COMPLAIN_MS 60000

static int
note(struct larchd *l, const struct power_tag_event *x, struct arena *a, struct err *e)
{
	bool outlet = x->outlet[0] != '\0';
	struct journal_row row = {
	    .kind = "tag",
	    .step = x->id,
	    .who = x->who,
	    .address = x->address,
	    .verb = arena_printf(a, "tag-%s", x->what),
	    .machine = outlet ? "" : x->thing,
	    .device = outlet ? x->thing : "",
	    .outlet = x->outlet,
	    .outcome = "ok",
	    .text = x->text,
	    .cites = arena_printf(a, "tag %lld", (long long)x->tag),
	};

	return journal_add(l->journal, &row, e);
}

/* The last one the journal has. A power.db that was lost begins its numbers anew: so does this. */
static int64_t
last_noted(struct larchd *l)
{
	int64_t noted = l->tags.noted < 0 ? journal_last_step(l->journal, "tag") : l->tags.noted;
	int64_t last = power_tag_events_last(l->requests);

	if (noted < 0 || last < 0)
		return -1;
	return noted > last ? 0 : noted;
}

static int
note_all(struct larchd *l, struct arena *a, bool *more, struct err *e)
{
	struct power_tag_event *events;
	size_t n = 0;

	*more = false;
	l->tags.noted = last_noted(l);
	if (l->tags.noted < 0)
		return err_set(e, ERR_UNAVAILABLE, "what became of tags cannot be read");
	if (power_tag_events(l->requests, l->tags.noted, a, &events, &n, e) != 0)
		return -1;
	for (size_t i = 0; i < n; i++) {
		if (note(l, &events[i], a, e) != 0)
			return -1;
		l->tags.noted = events[i].id;
	}
	*more = n == LIMIT_ORDERS;
	return 0;
}

/* What is renamed is shown by its new name. */
static int
publish(struct larchd *l, int64_t inv, struct arena *a, struct err *e)
{
	int64_t turn = power_tags_turn(l->requests);
	struct power_tag *tags;
	struct status_tag *rows;
	size_t n = 0;

	if (turn == l->tags.turn && inv == l->tags.inv_seen)
		return 0;
	if (power_tags(l->requests, a, &tags, &n, e) != 0)
		return -1;
	rows = arena_array(a, n, sizeof(*rows));
	for (size_t i = 0; i < n; i++) {
		struct power_tag whole = tags[i];

		whole.outlet = "";
		rows[i] = (struct status_tag){tags[i].id, power_tag_name(&whole, l->inv, a), tags[i].outlet, tags[i].type, tags[i].who,
		    tags[i].reason, tags[i].contact, tags[i].made, tags[i].until};
	}
	if (status_put_tags(l->status, rows, n, e) != 0)
		return -1;
	l->tags.turn = turn;
	return 0;
}

/* What cannot be read or written is met twice a second: said once a minute. */
static void
complain(struct larchd *l, const char *text)
{
	int64_t now = times_boot();

	if (l->tags.complained != 0 && now - l->tags.complained < COMPLAIN_MS)
		return;
	l->tags.complained = now;
	log_error("tags cannot be published: %s", text);
}

void
larchd_tags(struct larchd *l)
{
	int64_t now, inv;
	struct arena *a;
	bool more = false;
	struct err e;

	if (l->requests == NULL || l->inv == NULL || l->stopping)
		return;
	now = power_requests_generation(l->requests);
	inv = inv_generation(l->inv);
	if (now == l->tags.seen && inv == l->tags.inv_seen)
		return;
	a = arena_create();
	if (publish(l, inv, a, &e) != 0 || note_all(l, a, &more, &e) != 0)
		complain(l, e.text);
	else if (!more) {
		l->tags.seen = now;
		l->tags.inv_seen = inv;
	}
	arena_destroy(a);
}
