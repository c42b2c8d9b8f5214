/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whoever switches something on stands in the queue of power/pace.h first, and is let go here. Its place in the budget
 * is held from then until its packet leaves, or until its step ends without one.
 */
#include <string.h>

#include "engine.h"

#define RECALL 4000 /* intents of the journal that are looked through after a start */

static struct drive_machine *
machine_of(const struct drive *d, int64_t id)
{
	for (struct drive_job *job = d->jobs; job != NULL; job = job->next)
		for (size_t i = 0; i < job->plan.n_machines; i++)
			if (job->machines[i].pace.id == id)
				return &job->machines[i];
	return NULL;
}

static void
let_go(uv_timer_t *t)
{
	struct drive *d = t->data;
	struct drive_machine *m;
	int64_t id, wait = -1;

	while (!d->stopping && (id = power_pace_next(d->pace, times_boot(), &wait)) != 0) {
		if ((m = machine_of(d, id)) == NULL) {
			power_pace_drop(d->pace, id);
			continue;
		}
		m->pace.held = true;
		m->pace.go(m);
	}
	/* Whoever ended in this loop has asked to be called again. */
	if (!d->stopping && wait > 0 && !uv_is_active((uv_handle_t *)t))
		uv_timer_start(t, let_go, (uint64_t)wait, 0);
}

/* Soon, in the loop: never from inside of whoever calls. */
static void
wake(struct drive *d)
{
	if (!d->stopping)
		uv_timer_start(&d->pace_timer, let_go, 0, 0);
}

void
drive_pace_create(struct drive *d)
{
	d->pace = power_pace_create(d->room.conf);
	uv_timer_init(d->room.loop, &d->pace_timer);
	d->pace_timer.data = d;
}

void
drive_pace_close(struct drive *d)
{
	if (!uv_is_closing((uv_handle_t *)&d->pace_timer))
		uv_close((uv_handle_t *)&d->pace_timer, NULL);
}

void
drive_pace_ask(struct drive_machine *m, void (*go)(struct drive_machine *m))
{
	struct drive *d = m->job->drive;
	const struct power_step *s = drive_step(m);
	struct power_start start;

	if (s->outlet != NULL)
		power_start_outlet(*d->room.inv, d->room.conf, s->device, s->outlet, m->a, &start);
	else
		power_start_machine(*d->room.inv, d->room.conf, drive_name(m), m->a, &start);
	m->pace.go = go;
	m->pace.held = false;
	m->pace.id = power_pace_ask(d->pace, &start);
	wake(d);
}

void
drive_pace_sent(struct drive_machine *m)
{
	struct drive *d = m->job->drive;

	if (m->pace.id == 0)
		return;
	power_pace_sent(d->pace, m->pace.id, times_boot());
	m->pace.id = 0;
	wake(d);
}

void
drive_pace_drop(struct drive_machine *m)
{
	struct drive *d = m->job->drive;

	if (m->pace.id == 0)
		return;
	power_pace_drop(d->pace, m->pace.id);
	m->pace.id = 0;
	wake(d);
}

bool
drive_pace_waits(const struct drive_machine *m)
{
	return m->pace.id != 0 && !m->pace.held;
}

/* ---- what went on before a start of larchd ------------------------------------------------------------- */

/*
 * How long ago a row was written. The two clocks of a row disagree when the host was started anew or somebody set
 * its clock: then the one counts by which it is less long ago, never less than nothing.
 */
static int64_t
age_of(const struct journal_row *r)
{
	int64_t wall = times_now() - r->at, boot = times_boot() - r->boot, least = INT64_MAX;

	if (wall >= 0)
		least = wall;
	if (boot >= 0 && boot < least)
		least = boot;
	return least == INT64_MAX ? 0 : least;
}

static bool
goes_on(const struct journal_row *r)
{
	enum power_action a = power_action_parse(r->verb);

	return a == POWER_DO_OUTLET_ON || a == POWER_DO_CHASSIS_ON || a == POWER_DO_ENSURE_ON;
}

void
drive_pace_recall(struct drive *d)
{
	struct arena *a = arena_create();
	struct journal_filter f = {.kind = "intent", .limit = RECALL};
	struct journal_row *rows;
	struct power_start start;
	struct err e;
	size_t n = 0;
	int64_t total;

	if (journal_rows(d->room.journal, &f, a, &rows, &n, &total, &e) != 0)
		log_error("what went on before this start is not known, so nothing of it is waited for: %s", e.text);
	for (size_t i = 0; i < n; i++) {
		int64_t age = age_of(&rows[i]);

		if (age >= POWER_PACE_LONGEST || !goes_on(&rows[i]))
			continue;
		if (rows[i].outlet[0] != '\0')
			power_start_outlet(*d->room.inv, d->room.conf, rows[i].device, rows[i].outlet, a, &start);
		else
			power_start_machine(*d->room.inv, d->room.conf, rows[i].machine, a, &start);
		power_pace_recall(d->pace, &start, times_boot() - age);
	}
	arena_destroy(a);
}
