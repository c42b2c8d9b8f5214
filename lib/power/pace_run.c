/* SPDX-License-Identifier: Apache-2.0 */
/* How long a run takes: the pace in virtual time, where nothing fails. */
#include <stdlib.h>

#include "pace.h"

/* One machine of the run: not begun, before its next start, in the queue, switching, or at its end. */
enum where { IDLE, BUSY, QUEUED, DONE };

struct runner {
	enum where where;
	size_t at;      /* the next start */
	int64_t until;  /* busy until then */
	int64_t id;     /* in the queue */
};

struct sim {
	const struct power_pace_run *run;
	struct power_pace *pace;
	struct runner *runners;
	size_t busy, done;
	int64_t now;
};

/* The tier that may begin: the first one with a machine that has not ended. */
static enum power_tier
open_tier(const struct sim *s)
{
	enum power_tier t = POWER_TIER_COUNT;

	for (size_t i = 0; i < s->run->n; i++)
		if (s->runners[i].where != DONE && s->run->machines[i].tier < t)
			t = s->run->machines[i].tier;
	return t;
}

static void
begin(struct sim *s)
{
	enum power_tier open = s->run->tiered ? open_tier(s) : POWER_TIER_COUNT;

	for (size_t i = 0; i < s->run->n && s->busy < s->run->at_once; i++) {
		struct runner *r = &s->runners[i];

		if (r->where != IDLE || s->run->machines[i].tier > open)
			continue;
		r->where = BUSY;
		r->until = s->now + s->run->machines[i].before_ms;
		s->busy++;
	}
}

/* Those whose time is over ask for their next start, or have ended. */
static void
go_on(struct sim *s)
{
	for (size_t i = 0; i < s->run->n; i++) {
		const struct power_pace_machine *m = &s->run->machines[i];
		struct runner *r = &s->runners[i];

		if (r->where != BUSY || r->until > s->now)
			continue;
		if (r->at < m->n_starts) {
			r->where = QUEUED;
			r->id = power_pace_ask(s->pace, &m->starts[r->at++]);
		} else {
			r->where = DONE;
			s->busy--;
			s->done++;
		}
	}
}

/* All that may go on now goes on; ms until the next may, -1 when none waits for time. */
static int64_t
let_go(struct sim *s)
{
	int64_t id, wait = -1;

	while ((id = power_pace_next(s->pace, s->now, &wait)) != 0) {
		power_pace_sent(s->pace, id, s->now);
		for (size_t i = 0; i < s->run->n; i++)
			if (s->runners[i].where == QUEUED && s->runners[i].id == id) {
				s->runners[i].where = BUSY;
				s->runners[i].until = s->now + s->run->machines[i].each_ms;
			}
	}
	return wait;
}

static int64_t
next_moment(const struct sim *s, int64_t wait)
{
	int64_t next = wait < 0 ? INT64_MAX : s->now + wait;

	for (size_t i = 0; i < s->run->n; i++)
		if (s->runners[i].where == BUSY && s->runners[i].until < next)
			next = s->runners[i].until;
	return next;
}

int64_t
power_pace_estimate(const struct conf *conf, const struct power_pace_run *run)
{
	struct sim s = {.run = run, .pace = power_pace_create(conf), .runners = calloc(run->n + 1, sizeof(*s.runners))};

	if (s.runners == NULL)
		log_die("out of memory: an estimate");
	while (s.done < run->n) {
		size_t before = s.done;
		int64_t wait, next;

		begin(&s);
		go_on(&s);
		wait = let_go(&s);
		if (s.done > before)
			continue; /* others may begin at this same moment */
		next = next_moment(&s, wait);
		if (next == INT64_MAX)
			break;
		s.now = next; /* may be now: what takes no time is over at once */
	}
	power_pace_destroy(s.pace);
	free(s.runners);
	return s.now;
}
