/* SPDX-License-Identifier: Apache-2.0 */
/* Jobs and their machines: who goes next, when a job is paused, and how it ends. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine.h"

/* ---- small helpers ------------------------------------------------------------------------- */

const struct power_step *
drive_step(const struct drive_machine *m)
{
	return &m->job->plan.steps[m->step];
}

const char *
drive_name(const struct drive_machine *m)
{
	return m->job->plan.machines[m->index].name;
}

struct power_look
drive_look(const struct drive_machine *m)
{
	const struct drive_room *room = &m->job->drive->room;

	return (struct power_look){
	    .inv = *room->inv,
	    .requests = *room->requests,
	    .journal = room->journal,
	    .conf = room->conf,
	    .request = &m->job->request,
	    .plan = &m->job->plan,
	    .now = times_now(),
	    .begun = m->undo.active,
	};
}

static void
timer_fired(uv_timer_t *t)
{
	struct drive_machine *m = t->data;
	void (*then)(struct drive_machine *) = m->then;

	if (!m->job->drive->stopping)
		then(m);
}

void
drive_after(struct drive_machine *m, int64_t ms, void (*then)(struct drive_machine *m))
{
	m->then = then;
	uv_timer_start(&m->timer, timer_fired, ms < 0 ? 0 : (uint64_t)ms, 0);
}

/* ---- what everybody may see ------------------------------------------------------------------- */

static const char *
job_state(const struct drive_job *job)
{
	return job->paused ? "paused" : "running";
}

static void
publish(struct drive_job *job, const char *state, int64_t ended)
{
	struct status_job row = {
	    .id = job->request.id,
	    .who = job->request.who,
	    .verb = power_verb_name(job->request.verb),
	    .way = power_way_name(job->request.way),
	    .reason = job->request.reason,
	    .machines = job->request.machines,
	    .state = state,
	    .created = job->request.created,
	    .ended = ended,
	    .total = (int64_t)job->plan.n_steps,
	};
	struct err e;

	for (size_t i = 0; i < job->plan.n_steps; i++)
		row.done += job->step_done[i] && !job->step_skipped[i];
	if (status_put_job(job->drive->room.status, &row, &e) != 0)
		log_error("job %lld cannot be published: %s", (long long)row.id, e.text);
}

void
drive_job_publish(struct drive_job *job)
{
	publish(job, job_state(job), 0);
}

void
drive_publish_unsettled(struct drive *d)
{
	struct arena *a = arena_create();
	struct status_unsettled *shown;
	struct journal_row *rows;
	struct err e;
	size_t n = 0;
	int rc = journal_unsettled(d->room.journal, a, &rows, &n, &e);

	shown = arena_array(a, n + 1, sizeof(*shown));
	for (size_t i = 0; rc == 0 && i < n; i++)
		shown[i] = (struct status_unsettled){rows[i].seq, rows[i].at, rows[i].job, rows[i].step, rows[i].who, rows[i].machine,
		    arena_printf(a, "%s of %s%s%s", rows[i].verb, rows[i].device, rows[i].outlet[0] != '\0' ? " " : "", rows[i].outlet)};
	if (rc != 0 || status_put_unsettled(d->room.status, shown, n, (int64_t)n, &e) != 0)
		log_error("open intents cannot be published: %s", e.text);
	arena_destroy(a);
}

/* Whoever wants to know what is about to be done to a machine, or was, is told. */
static void
tell_act(const struct drive_machine *m, const char *outcome)
{
	const struct drive_room *room = &m->job->drive->room;
	const struct drive_act act = {m->job->request.id, drive_name(m), power_verb_name(m->job->request.verb), outcome};

	if (room->act != NULL)
		room->act(room->act_ctx, &act);
}

static void
publish_action(struct drive_machine *m, const char *outcome)
{
	struct drive_job *job = m->job;
	struct status_action row = {
	    .at = times_now(),
	    .job = job->request.id,
	    .machine = drive_name(m),
	    .who = job->request.who,
	    .verb = power_verb_name(job->request.verb),
	    .way = power_way_name(job->request.way),
	    .outcome = outcome,
	    .text = m->text,
	    .why = job->request.reason,
	};
	struct err e;

	if (status_add_action(job->drive->room.status, &row, &e) != 0)
		log_error("%s: its action cannot be published: %s", row.machine, e.text);
}

/* ---- the end of a job --------------------------------------------------------------------------- */

static void
handle_closed(uv_handle_t *h)
{
	struct drive_machine *m = h->data;
	struct drive_job *job = m->job;

	if (--job->open_handles == 0) {
		struct arena *a = job->a;

		for (size_t i = 0; i < job->plan.n_machines; i++)
			arena_destroy(job->machines[i].a);
		free(job->machines);
		free(job);
		arena_destroy(a);
	}
}

void
drive_job_free(struct drive_job *job)
{
	struct drive_job **at;

	for (at = &job->drive->jobs; *at != NULL; at = &(*at)->next)
		if (*at == job) {
			*at = job->next;
			break;
		}
	for (size_t i = 0; i < job->plan.n_machines; i++) {
		drive_pace_drop(&job->machines[i]);
		uv_timer_stop(&job->machines[i].timer);
		uv_close((uv_handle_t *)&job->machines[i].timer, handle_closed);
	}
}

static size_t
count(const struct drive_job *job, enum drive_machine_state state)
{
	size_t n = 0;

	for (size_t i = 0; i < job->plan.n_machines; i++)
		n += job->machines[i].state == state;
	return n;
}

static const char *
job_outcome(const struct drive_job *job)
{
	size_t ok = count(job, MACHINE_OK);

	if (ok == job->plan.n_machines)
		return "ok";
	if (job->aborted)
		return "aborted";
	if (ok > 0)
		return "partial";
	return count(job, MACHINE_UNKNOWN) > 0 ? "unknown" : "failed";
}

/* "n[1-3] ok; n4 failed: ...": at most a few sentences, the steps have the rest. */
static const char *
job_sentence(const struct drive_job *job)
{
	size_t ok = count(job, MACHINE_OK);

	for (size_t i = 0; i < job->plan.n_machines; i++)
		if (job->machines[i].state != MACHINE_OK)
			return arena_printf(job->a, "%zu of %zu done; %s: %s", ok, job->plan.n_machines,
			    drive_name(&job->machines[i]), job->machines[i].text);
	return arena_printf(job->a, "%zu of %zu done", ok, job->plan.n_machines);
}

static void
look_again(struct drive_job *job)
{
	struct hosts names = {.n = job->plan.n_machines};
	struct err e;

	names.name = arena_array(job->a, names.n, sizeof(*names.name));
	for (size_t i = 0; i < names.n; i++) {
		char *colon;

		names.name[i] = arena_strdup(job->a, job->plan.machines[i].name);
		colon = power_verb_is_outlet(job->plan.verb) ? strrchr(names.name[i], ':') : NULL;
		if (colon != NULL)
			*colon = '\0';
	}
	hosts_sort(&names);
	if (probe_check(job->drive->room.probe, &names, &e) != 0)
		log_warn("the machines of job %lld are not looked at again: %s", (long long)job->request.id, e.text);
}

static void
job_end(struct drive_job *job)
{
	struct journal_row row = {
	    .kind = "end",
	    .job = job->request.id,
	    .who = job->request.who,
	    .address = job->request.address,
	    .verb = power_verb_name(job->request.verb),
	    .outcome = job_outcome(job),
	    .text = job_sentence(job),
	};
	struct journal_job state = {
	    .job = job->request.id,
	    .state = row.outcome,
	    .text = row.text,
	    .began = job->began,
	    .ended = times_now(),
	};
	struct err e;

	job->ended = true;
	if (journal_add_with(job->drive->room.journal, &row, NULL, &state, &e) != 0)
		log_error("job %lld: its end cannot be written: %s", (long long)job->request.id, e.text);
	publish(job, row.outcome, state.ended);
	drive_publish_unsettled(job->drive);
	log_info("job %lld of %s: %s: %s", (long long)row.job, row.who, row.outcome, row.text);
	look_again(job);
	drive_job_free(job);
}

/* ---- machines --------------------------------------------------------------------------------------- */

static void
machine_end(struct drive_machine *m, enum drive_machine_state state, const char *text)
{
	static const char *const outcomes[] = {
	    [MACHINE_WAITING] = "waiting", [MACHINE_RUNNING] = "running", [MACHINE_OK] = "ok",
	    [MACHINE_FAILED] = "failed",   [MACHINE_UNKNOWN] = "unknown", [MACHINE_SKIPPED] = "skipped",
	};

	m->state = state;
	snprintf(m->text, sizeof(m->text), "%s", text);
	if (state == MACHINE_FAILED || state == MACHINE_UNKNOWN)
		m->job->failed++;
	publish_action(m, outcomes[state]);
	tell_act(m, outcomes[state]);
	drive_job_go_on(m->job);
}

/* What of a machine was not reached is said, step by step. */
static void
skip_rest(struct drive_machine *m, size_t from, const char *why)
{
	struct drive_job *job = m->job;
	struct err e;

	for (size_t i = from; i < job->plan.n_steps; i++) {
		struct journal_step s = {job->request.id, (int64_t)i + 1, "skipped", why, 0, times_now()};

		if (job->plan.steps[i].machine != m->index || job->step_done[i])
			continue;
		job->step_done[i] = job->step_skipped[i] = true;
		if (journal_set_step(job->drive->room.journal, &s, &e) != 0) {
			log_error("job %lld step %zu: %s", (long long)job->request.id, i + 1, e.text);
			return; /* the next ones would fail alike, each after its wait for the file */
		}
	}
}

/* The machine's next step after the current one, or false. */
static bool
advance(struct drive_machine *m, size_t from)
{
	const struct power_plan *p = &m->job->plan;

	for (size_t i = from; i < p->n_steps; i++)
		if (p->steps[i].machine == m->index) {
			m->step = i;
			return true;
		}
	return false;
}

/* One that is only watched holds up nobody; nor does one that boots, where nothing was cut. */
static bool
only_waits(const struct drive_machine *m)
{
	enum power_action a = drive_step(m)->action;

	return a == POWER_DO_WATCH || a == POWER_DO_WAIT_PING || (a == POWER_DO_WAIT_BMC && m->job->plan.verb == POWER_ON);
}

void
drive_machine_next(struct drive_machine *m)
{
	if (m->job->drive->stopping)
		return;
	arena_reset(m->a);
	m->began = times_now();
	m->refused = m->unsure = m->halted = false;
	m->said[0] = '\0';
	if (only_waits(m))
		drive_job_go_on(m->job); /* there is room for another */
	drive_step_begin(m);
}

static bool
bmc_answers(const struct drive_machine *m)
{
	struct status_value v;
	struct err e;

	return status_value(m->job->drive->room.status, drive_name(m), "bmc", m->a, &v, &e) == 0 &&
	    strcmp(v.text, "ok") == 0 && !status_stale(v.at, v.interval, times_now());
}

/* Seconds may have gone by since it was begun. */
static void
begin_first(struct drive_machine *m)
{
	if (m->job->aborted && !m->job->drive->stopping)
		drive_machine_halt(m);
	else
		drive_machine_next(m);
}

static void
machine_begin(struct drive_machine *m)
{
	m->state = MACHINE_RUNNING;
	m->bmc_answered = bmc_answers(m);
	if (!advance(m, 0)) {
		const char *why = m->job->plan.machines[m->index].nothing;

		machine_end(m, MACHINE_OK, why == NULL ? "nothing to do" : why);
		return;
	}
	tell_act(m, NULL);
	drive_evidence_begin(m, begin_first);
}

void
drive_machine_stop(struct drive_machine *m, enum drive_machine_state state, size_t from, const char *text)
{
	const char *where = drive_left_where(m), *vlan = drive_vlan_left(m);

	const char *all = arena_printf(m->a, "%s%s%s", text, where, vlan);

	/* Of who was aborted the steps that were not taken are all that tells where it is. */
	skip_rest(m, from, state == MACHINE_SKIPPED ? all : "a step before it did not succeed");
	machine_end(m, state, all);
}

static void
stop_or_undo(struct drive_machine *m, enum drive_machine_state state, size_t from, const char *text)
{
	if (!drive_undo_begin(m, state, from, text))
		drive_machine_stop(m, state, from, text);
}

void
drive_machine_abort(struct drive_machine *m)
{
	stop_or_undo(m, MACHINE_SKIPPED, m->step, drive_aborted_where(m));
}

void
drive_machine_halt(struct drive_machine *m)
{
	drive_pace_drop(m);
	drive_machine_abort(m);
}

void
drive_step_end(struct drive_machine *m, const char *kind, const char *outcome, const char *text)
{
	struct drive_job *job = m->job;
	const struct power_step *s = drive_step(m);
	bool ok = strcmp(outcome, "ok") == 0;
	struct journal_row row = {
	    .kind = kind,
	    .job = job->request.id,
	    .step = (int64_t)m->step + 1,
	    .who = job->request.who,
	    .verb = power_action_name(s->action),
	    .machine = drive_name(m),
	    .device = s->device,
	    .outlet = s->outlet,
	    .outcome = outcome,
	    .text = text,
	};
	struct journal_step step = {job->request.id, row.step, outcome, text, m->began, times_now()};
	struct err e;

	if (m->halted) {
		drive_machine_halt(m);
		return;
	}
	if (journal_add_with(job->drive->room.journal, &row, &step, NULL, &e) != 0) {
		log_error("job %lld step %zu: %s cannot be written: %s", (long long)job->request.id, m->step + 1, kind,
		    e.text);
		ok = false;
		text = "its outcome could not be written to the journal";
	}
	drive_pace_drop(m);
	job->step_done[m->step] = true;
	drive_job_publish(job);
	if (!ok)
		stop_or_undo(m, strcmp(outcome, "unknown") == 0 ? MACHINE_UNKNOWN : MACHINE_FAILED, m->step + 1, text);
	else if (!advance(m, m->step + 1))
		machine_end(m, MACHINE_OK, text);
	else if (job->aborted)
		drive_machine_abort(m);
	else
		drive_machine_next(m);
}

/* ---- the job ------------------------------------------------------------------------------------------ */

/* Counted since somebody last said resume: whoever resumes has seen the failures before. */
static bool
brake(const struct drive_job *job)
{
	size_t failed = job->failed - job->forgiven;

	for (size_t i = 0; i < job->plan.n_machines; i++) /* has failed too: only what it did before is being taken back */
		failed += job->machines[i].undo.active && job->machines[i].undo.state == MACHINE_FAILED;
	return failed >= DRIVE_BRAKE || (failed > 0 && failed * 100 >= DRIVE_BRAKE_PERCENT * job->plan.n_machines);
}

static void
skip_waiting(struct drive_job *job, const char *why)
{
	for (size_t i = 0; i < job->plan.n_machines; i++) {
		struct drive_machine *m = &job->machines[i];

		if (m->state != MACHINE_WAITING)
			continue;
		m->state = MACHINE_SKIPPED;
		snprintf(m->text, sizeof(m->text), "%s", why);
		skip_rest(m, 0, why);
	}
}

static size_t
count_busy(const struct drive_job *job)
{
	size_t n = 0;

	for (size_t i = 0; i < job->plan.n_machines; i++)
		n += job->machines[i].state == MACHINE_RUNNING && !only_waits(&job->machines[i]);
	return n;
}

/* A dark room comes back tier by tier, and goes dark the other way round: is an earlier tier still in its steps? */
static bool
tier_waits(const struct drive_job *job, size_t index)
{
	int sign = power_verb_tiered(job->plan.verb);

	for (size_t i = 0; i < job->plan.n_machines && sign != 0; i++)
		if (job->machines[i].state == MACHINE_RUNNING &&
		    sign * (int)job->tiers[i] < sign * (int)job->tiers[index])
			return true;
	return false;
}

/* The next machine that waits, unless so many are in a step, or another tier is, that it has to wait on. */
static struct drive_machine *
next_waiting(struct drive_job *job)
{
	if (count_busy(job) >= DRIVE_AT_ONCE)
		return NULL;
	for (size_t i = 0; i < job->plan.n_machines; i++)
		if (job->machines[job->order[i]].state == MACHINE_WAITING)
			return tier_waits(job, job->order[i]) ? NULL : &job->machines[job->order[i]];
	return NULL;
}

/* Is there anybody whom the brake would hold back: who waits, or of whom only what is lost with it is being kept? */
static bool
holds_back(const struct drive_job *job)
{
	for (size_t i = 0; i < job->plan.n_machines && !job->aborted; i++)
		if (job->machines[i].state == MACHINE_WAITING ||
		    (job->machines[i].state == MACHINE_RUNNING && job->machines[i].evidence != NULL))
			return true;
	return false;
}

/* Begin what may begin; end the job when nothing is left. */
void
drive_job_go_on(struct drive_job *job)
{
	struct drive_machine *m;

	if (job->drive->stopping || job->ended || job->going)
		return;
	job->going = true; /* a machine that ends at once comes back here */
	if (job->aborted)
		skip_waiting(job, "aborted before it began");
	/* The brake is looked at before each one: a machine may fail while it is begun. */
	while (!job->paused) {
		if (brake(job) && holds_back(job))
			drive_job_set_paused(job, true, "larchd", arena_printf(job->a,
			    "%zu of %zu machines have failed: paused before another begins; resume or abort", job->failed,
			    job->plan.n_machines));
		else if ((m = next_waiting(job)) != NULL)
			machine_begin(m);
		else
			break;
	}
	job->going = false;
	if (count(job, MACHINE_WAITING) == 0 && count(job, MACHINE_RUNNING) == 0)
		job_end(job);
}
