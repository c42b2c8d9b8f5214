/* SPDX-License-Identifier: Apache-2.0 */
/* What somebody asks of a job that runs: pause, resume, abort; and questions to the room. */
#include <string.h>

#include "engine.h"

static void
order_check(struct drive *d, const struct power_order *o)
{
	struct arena *a = arena_create();
	struct hosts names = {0};
	struct err e;

	if (hosts_parse(str_of(o->things), NULL, a, &names, &e) == 0 && names.n > LIMIT_PLAN_THINGS)
		log_warn("a check for %s: %zu things at once; the most is %d", o->who, names.n, LIMIT_PLAN_THINGS);
	else if (names.n == 0 || probe_check(d->room.probe, &names, &e) != 0)
		log_warn("a check for %s: %s", o->who, e.text);
	arena_destroy(a);
}

/* Whoever only stands in the queue stops there: nothing of its step was done. */
static void
stop_queued(struct drive_job *job)
{
	for (size_t i = 0; i < job->plan.n_machines; i++) {
		struct drive_machine *m = &job->machines[i];

		if (m->state != MACHINE_RUNNING || !drive_pace_waits(m))
			continue;
		drive_machine_halt(m);
	}
}

static void
order_abort(struct drive_job *job, const struct power_order *o)
{
	struct journal_row row = {.kind = "abort", .job = o->job, .who = o->who,
	    .text = "nothing more is switched; what has left is read back, and each machine says where it is"};
	struct err e;

	if (job->aborted)
		return;
	job->aborted = true;
	job->paused = false;
	if (journal_add(job->drive->room.journal, &row, &e) != 0)
		log_error("job %lld: %s", (long long)o->job, e.text);
	job->going = true; /* the job ends below, not under the feet of this loop */
	stop_queued(job);
	job->going = false;
	drive_job_go_on(job);
}

/* Whoever has its first step before it and only stands in the queue has not begun, when a job is paused. */
static void
unbegin(struct drive_machine *m)
{
	struct journal_step step = {m->job->request.id, (int64_t)m->step + 1, "waiting", "", 0, 0};
	struct err e;

	for (size_t i = 0; i < m->step; i++)
		if (m->job->plan.steps[i].machine == m->index)
			return;
	drive_pace_drop(m);
	m->state = MACHINE_WAITING;
	if (journal_set_step(m->job->drive->room.journal, &step, &e) != 0)
		log_error("job %lld step %zu: %s", (long long)m->job->request.id, m->step + 1, e.text);
}

void
drive_job_set_paused(struct drive_job *job, bool paused, const char *who, const char *why)
{
	struct journal_row row = {
	    .kind = paused ? "pause" : "resume",
	    .job = job->request.id,
	    .who = who,
	    .text = why,
	};
	struct journal_job state = {job->request.id, paused ? "paused" : "running", why, job->began, 0};
	struct err e;

	job->paused = paused;
	for (size_t i = 0; i < job->plan.n_machines && paused; i++)
		if (job->machines[i].state == MACHINE_RUNNING && drive_pace_waits(&job->machines[i]))
			unbegin(&job->machines[i]);
	if (journal_add_with(job->drive->room.journal, &row, NULL, &state, &e) != 0)
		log_error("job %lld: %s", (long long)job->request.id, e.text);
	drive_job_publish(job);
}

static void
order_pause(struct drive_job *job, const struct power_order *o)
{
	if (job->paused || job->aborted)
		return;
	drive_job_set_paused(job, true, o->who, arena_printf(job->a,
	    "paused by %s: no other machine begins; those in the middle go on to their end", o->who));
}

static void
order_resume(struct drive_job *job, const struct power_order *o)
{
	if (!job->paused)
		return;
	job->forgiven = job->failed;
	drive_job_set_paused(job, false, o->who, "resumed");
	drive_job_go_on(job);
}

static const struct {
	const char *what;
	void (*carry_out)(struct drive_job *job, const struct power_order *o);
} orders[] = {{"abort", order_abort}, {"pause", order_pause}, {"resume", order_resume}};

void
drive_order(struct drive *d, const struct power_order *o)
{
	struct drive_job *job;

	if (strcmp(o->what, "check") == 0) {
		order_check(d, o);
		return;
	}
	if (o->job == 0) {
		drive_question(d, o);
		return;
	}
	for (job = d->jobs; job != NULL && job->request.id != o->job; job = job->next)
		;
	if (job == NULL || job->ended)
		return; /* it has ended meanwhile: its page says so */
	for (size_t i = 0; i < LARCH_COUNT(orders); i++)
		if (strcmp(orders[i].what, o->what) == 0) {
			orders[i].carry_out(job, o);
			return;
		}
}
