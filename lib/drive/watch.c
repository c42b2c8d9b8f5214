/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The end of a rebuild: the machine is on and boots from the network; it is back when it answers pings. Nothing is sent
 * that changes anything, so a larchd that was stopped meanwhile goes on where it was.
 *
 * What the inventory should say of it (attribute `state`) is a row of the journal first, kind "state", and then of
 * status.db, where `pages` finds it.
 */
#include <stdlib.h>
#include <string.h>

#include "engine.h"

static void watch_poll(struct drive_machine *m);

/* ---- states ------------------------------------------------------------------------------------------ */

static void
publish(struct drive *d, const struct journal_row *row)
{
	const struct status_state x = {
	    .seq = row->seq, .at = row->at, .job = row->job, .thing = row->machine, .state = row->outcome, .who = row->who,
	    .why = row->text,
	};
	struct err e;

	if (status_put_state(d->room.status, &x, &e) != 0)
		log_error("the state of %s cannot be published: %s", x.thing, e.text);
}

static void
set_state(struct drive_machine *m, const char *state, const char *why)
{
	struct drive_job *job = m->job;
	struct journal_row row = {
	    .kind = "state",
	    .job = job->request.id,
	    .step = (int64_t)m->step + 1,
	    .who = job->request.who,
	    .verb = power_verb_name(job->request.verb),
	    .machine = drive_name(m),
	    .outcome = state,
	    .text = why,
	    .cites = job->request.plan_hash,
	};
	struct err e;

	if (journal_add(job->drive->room.journal, &row, &e) != 0)
		log_error("job %lld: the state of %s cannot be written: %s", (long long)row.job, row.machine, e.text);
	else
		publish(job->drive, &row);
}

void
drive_publish_states(struct drive *d)
{
	struct arena *a = arena_create();
	struct journal_filter f = {.kind = "state", .after = status_last_state(d->room.status), .limit = 1000,
	    .oldest_first = true};
	struct journal_row *rows;
	size_t n = 0;
	int64_t total = 0;
	struct err e;

	do {
		if (f.after < 0 || journal_rows(d->room.journal, &f, a, &rows, &n, &total, &e) != 0) {
			log_error("states cannot be published anew");
			break;
		}
		for (size_t i = 0; i < n; i++) {
			publish(d, &rows[i]);
			f.after = rows[i].seq;
		}
		arena_reset(a);
	} while (n == f.limit);
	arena_destroy(a);
}

/* Has this machine been said to be in `state` in this job? */
static bool
was_said(struct drive_machine *m, const char *state)
{
	struct journal_filter f = {.kind = "state", .job = m->job->request.id, .thing = drive_name(m), .outcome = state,
	    .limit = 1};
	struct journal_row *rows;
	size_t n = 0;
	int64_t total = 0;
	struct err e;

	return journal_rows(m->job->drive->room.journal, &f, m->a, &rows, &n, &total, &e) == 0 && n > 0;
}

/* ---- waiting ------------------------------------------------------------------------------------------- */

static const char *
taken(const struct drive_machine *m, char age[TIMES_TEXT])
{
	return times_age(times_now() - m->watched_since, age);
}

static void
back(struct drive_machine *m)
{
	char age[TIMES_TEXT];
	const char *text = arena_printf(m->a, "%s answers pings %s after it was switched on, and %s says its chassis is on",
	    drive_name(m), taken(m, age), drive_step(m)->device);

	set_state(m, "idle", text);
	drive_step_end(m, "seen", "ok", text);
}

static void
not_yet(struct drive_machine *m, const char *what)
{
	char age[TIMES_TEXT];
	const char *text;

	m->answers = 0;
	if (m->job->aborted) {
		drive_step_end(m, "seen", "failed", "aborted while it was waited for: its state stays pxe");
	} else if (times_boot() < m->deadline) {
		drive_after(m, DRIVE_WATCH_POLL_MS, watch_poll);
	} else {
		text = arena_printf(m->a, "%s has not come back within %s since it was switched on: %s", drive_name(m),
		    taken(m, age), what);
		set_state(m, "pxe_failed", text);
		drive_step_end(m, "seen", "failed", text);
	}
}

static void
chassis_seen(void *ctx, const struct drive_reading *r)
{
	struct drive_machine *m = ctx;

	if (m->job->drive->stopping)
		return;
	if (!r->answered)
		not_yet(m, arena_printf(m->a, "it answers pings, and %s does not answer: %s", drive_step(m)->device, r->text));
	else if (r->state != POWER_IS_ON)
		not_yet(m, "something answers pings at its address, and its chassis is off");
	else if (++m->answers < DRIVE_WATCH_ANSWERS)
		drive_after(m, DRIVE_WATCH_POLL_MS, watch_poll);
	else
		back(m);
}

static void
pinged(void *ctx, enum probe_ping_outcome outcome, double ms)
{
	struct drive_machine *m = ctx;
	struct err e;

	(void)ms;
	if (m->job->drive->stopping || outcome == PROBE_PING_CANCELLED)
		return;
	if (outcome == PROBE_PING_NOT_PERMITTED)
		drive_step_end(m, "seen", "unknown", "larchd may not ping, so nobody saw whether it came back: its state stays pxe");
	else if (outcome != PROBE_PING_UP)
		not_yet(m, "it does not answer pings");
	else if (probe_device(m->job->drive->room.probe, drive_step(m)->device, m->a, &m->target.device, &e) != 0)
		not_yet(m, e.text);
	else {
		m->target.outlet = NULL;
		drive_driver_of(m->target.device)->read(&m->target, GATE_ASKED, chassis_seen, m);
	}
}

static void
watch_poll(struct drive_machine *m)
{
	struct arena *a = m->job->a;
	struct err e;

	(void)a;
	if (m->answers == 0)
		arena_reset(m->a); /* half an hour of readings would be many */
	if (probe_ping_thing(m->job->drive->room.probe, drive_name(m), m->a, pinged, m, &e) == 0)
		return;
	if (e.kind == ERR_UNAVAILABLE)
		not_yet(m, e.text);
	else
		drive_step_end(m, "seen", "unknown", arena_printf(m->a, "nobody saw whether it came back: %s; its state stays pxe",
		    e.text));
}

int64_t
drive_left(int64_t since, int64_t limit)
{
	int64_t passed = times_now() - since;

	return passed < 0 ? limit : passed > limit ? 0 : limit - passed;
}

void
drive_watch_begin(struct drive_machine *m)
{
	int64_t limit = m->job->drive->room.conf->rebuild_limit_ms;

	if (m->watched_since == 0)
		m->watched_since = times_now();
	m->deadline = times_boot() + drive_left(m->watched_since, limit);
	m->answers = 0;
	if (!was_said(m, "pxe"))
		set_state(m, "pxe", arena_printf(m->a, "%s was told to boot from PXE, once, was off and reads on",
		    drive_step(m)->device));
	watch_poll(m);
}

/* ---- after a restart --------------------------------------------------------------------------------------- */

static const struct journal_step *
step_row(const struct journal_step *rows, size_t n, size_t step)
{
	for (size_t i = 0; i < n; i++)
		if (rows[i].step == (int64_t)step + 1)
			return &rows[i];
	return NULL;
}

static bool
is_wait(enum power_action a)
{
	return a == POWER_DO_WATCH || a == POWER_DO_WAIT_PING;
}

/* Its watch's step when everything before it is done and it is not over; else n_steps. *ok: all of it is done. */
static size_t
waits_at(const struct power_plan *p, size_t machine, const struct journal_step *rows, size_t n, bool *ok)
{
	*ok = true;
	for (size_t i = 0; i < p->n_steps; i++) {
		const struct journal_step *row = step_row(rows, n, i);

		if (p->steps[i].machine != machine)
			continue;
		if (is_wait(p->steps[i].action) && *ok && (row == NULL || strcmp(row->state, "running") == 0))
			return i;
		*ok = *ok && row != NULL && strcmp(row->state, "ok") == 0;
	}
	return p->n_steps;
}

static void
skip(struct drive_job *job, size_t machine, const struct journal_step *rows, size_t n)
{
	struct err e;

	for (size_t i = 0; i < job->plan.n_steps; i++) {
		const struct journal_step *row = step_row(rows, n, i);
		struct journal_step s = {job->request.id, (int64_t)i + 1, "skipped", "larchd was stopped before this step", 0,
		    times_now()};

		if (job->plan.steps[i].machine != machine)
			continue;
		job->step_done[i] = true;
		job->step_skipped[i] = row == NULL || strcmp(row->state, "ok") != 0;
		if ((row == NULL || strcmp(row->state, "running") == 0) &&
		    journal_set_step(job->drive->room.journal, &s, &e) != 0)
			log_error("job %lld step %zu: %s", (long long)s.job, i + 1, e.text);
	}
}

/* Nothing of it has been begun. */
static bool
not_begun(const struct power_plan *p, size_t machine, const struct journal_step *rows, size_t n)
{
	bool any = false;

	for (size_t i = 0; i < p->n_steps; i++) {
		const struct journal_step *row = step_row(rows, n, i);

		if (p->steps[i].machine != machine)
			continue;
		any = true;
		if (row != NULL && strcmp(row->state, "waiting") != 0)
			return false;
	}
	return any;
}

/* A machine that was not at its watch, and that no pause keeps waiting, ends as its steps say. */
static void
take_over(struct drive_job *job, size_t i, const struct journal_step *rows, size_t n)
{
	struct drive_machine *m = &job->machines[i];
	bool ok;
	size_t at = waits_at(&job->plan, i, rows, n, &ok);
	const struct journal_step *row;

	if (at < job->plan.n_steps) {
		row = step_row(rows, n, at);
		m->state = MACHINE_RUNNING;
		m->step = at;
		m->watched_since = row == NULL || row->began == 0 ? times_now() : row->began;
		for (size_t k = 0; k < at; k++)
			if (job->plan.steps[k].machine == i)
				job->step_done[k] = true;
		return;
	}
	if (job->paused && not_begun(&job->plan, i, rows, n))
		return; /* it waits */
	m->state = ok ? MACHINE_OK : MACHINE_FAILED;
	snprintf(m->text, sizeof(m->text), "%s", ok ? "done" : "larchd was stopped in the middle of it");
	job->failed += !ok;
	skip(job, i, rows, n);
}

/* An abort that was filed while larchd was away holds; a resume does not: whoever gives it should see what happens. */
static void
take_up(struct drive_job *job)
{
	job->aborted = power_order_abort(*job->drive->room.requests, job->request.id, job->a) != NULL;
	job->paused &= !job->aborted;
	drive_job_publish(job);
	job->going = true; /* it does not end before all of them are taken up */
	for (size_t i = 0; i < job->plan.n_machines; i++)
		if (job->machines[i].state == MACHINE_RUNNING)
			drive_machine_next(&job->machines[i]);
	job->going = false;
	drive_job_go_on(job);
}

bool
drive_watch_resume(struct drive *d, const struct power_request *r, const struct power_plan *p, struct arena *a)
{
	struct journal_step *rows;
	struct journal_job row;
	struct drive_job *job;
	bool ok, any = false, paused;
	size_t n = 0;
	struct err e;

	if (journal_steps(d->room.journal, r->id, a, &rows, &n, &e) != 0 || journal_job(d->room.journal, r->id, a, &row, &e) != 0)
		return false;
	paused = strcmp(row.state, "paused") == 0;
	for (size_t i = 0; i < p->n_machines; i++)
		any |= waits_at(p, i, rows, n, &ok) < p->n_steps || (paused && not_begun(p, i, rows, n));
	if (!any)
		return false;
	job = drive_job_make(d, r, p, a);
	job->began = row.began;
	job->paused = paused;
	for (size_t i = 0; i < p->n_machines; i++)
		take_over(job, i, rows, n);
	log_info("job %lld of %s %s", (long long)r->id, r->who, paused ? "was paused and stays so" : "goes on waiting");
	take_up(job);
	return true;
}
