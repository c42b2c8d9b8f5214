/* SPDX-License-Identifier: Apache-2.0 */
/*
 * After a start: an intent without an outcome is settled from what its device
 * says, by reading only, and a job that was open is ended with where each
 * machine is. What cannot be read stays open, red on the front page, and is
 * tried again after each sweep.
 */
#include <stdlib.h>
#include <string.h>

#include "engine.h"

/* One open intent; lives until its device has been read. */
struct drive_settling {
	struct drive *drive;
	struct drive_settling *next;
	struct arena *a;
	struct journal_row intent;
	struct drive_target target;
	int64_t deadline;
	uv_timer_t timer;
	bool done, slow_known;
};

static void settle_read(struct drive_settling *s);

/* What a step of another kind than on and off wanted is told by the file that carries it out. */
typedef void check_fn(struct gate_device *d, const struct journal_row *intent, drive_found_fn *done, void *ctx);
static check_fn *
check_of(const struct journal_row *intent)
{
	enum power_action action = power_action_parse(intent->verb);

	if (power_action_is_vlan(action))
		return drive_vlan_check;
	if (action == POWER_DO_RESET || action == POWER_DO_SOFT || action == POWER_DO_NMI || action == POWER_DO_IDENTIFY)
		return drive_act_check;
	return str_starts(str_of(intent->verb), "boot-") ? drive_boot_check : NULL;
}

/* ---- the end of a job that was open ----------------------------------------------------------- */

struct tally {
	size_t ok, bad, unknown;
};

static struct tally
tally_steps(struct journal *j, int64_t job, size_t planned, struct arena *a)
{
	struct journal_step *steps;
	struct tally t = {0};
	struct err e;
	size_t n = 0;

	if (journal_steps(j, job, a, &steps, &n, &e) != 0)
		return t;
	for (size_t i = 0; i < n; i++) { /* those beyond the plan took something back */
		t.ok += strcmp(steps[i].state, "ok") == 0 && (size_t)steps[i].step <= planned;
		t.unknown += strcmp(steps[i].state, "unknown") == 0;
	}
	t.bad = planned > t.ok + t.unknown ? planned - t.ok - t.unknown : 0;
	return t;
}

/* Steps that were never begun are said to be skipped; one that only waited has not ended either. */
static void
skip_open(struct drive *d, int64_t job, size_t planned, struct arena *a)
{
	struct journal_step *steps;
	struct err e;
	size_t n = 0;

	if (journal_steps(d->room.journal, job, a, &steps, &n, &e) != 0)
		return;
	for (size_t i = 1; i <= planned; i++) {
		struct journal_step s = {job, (int64_t)i, "skipped", "larchd was stopped before this step", 0,
		    times_now()};
		size_t k;

		for (k = 0; k < n && steps[k].step != (int64_t)i; k++)
			;
		if (k < n && strcmp(steps[k].state, "running") != 0 && strcmp(steps[k].state, "waiting") != 0)
			continue;
		if (journal_set_step(d->room.journal, &s, &e) != 0)
			log_error("job %lld step %zu: %s", (long long)job, i, e.text);
	}
}

static void
end_open(struct drive *d, const struct power_request *r, const struct power_plan *p, struct arena *a)
{
	struct tally t;
	struct journal_row row = {.kind = "end", .job = r->id, .who = r->who, .address = r->address,
	    .verb = power_verb_name(r->verb)};
	struct journal_job state = {.job = r->id, .ended = times_now()};
	struct status_job shown = {
	    .id = r->id, .who = r->who, .verb = row.verb, .way = power_way_name(r->way), .reason = r->reason,
	    .machines = r->machines, .created = r->created, .ended = state.ended, .total = (int64_t)p->n_steps,
	};
	struct err e;

	t = tally_steps(d->room.journal, r->id, p->n_steps, a);
	row.outcome = t.unknown > 0 ? "unknown" : t.bad == 0 ? "ok" : t.ok > 0 ? "partial" : "failed";
	row.text = t.bad + t.unknown == 0
	    ? "larchd was stopped before its end; every step had been taken"
	    : arena_printf(a, "larchd was stopped in the middle: %zu of %zu steps taken; nothing was sent again: "
	                      "finish or undo by a new plan", t.ok, p->n_steps);
	state.state = shown.state = row.outcome;
	state.text = row.text;
	shown.done = (int64_t)t.ok;
	if (t.bad > 0)
		skip_open(d, r->id, p->n_steps, a);
	if (journal_add_with(d->room.journal, &row, NULL, &state, &e) != 0 ||
	    status_put_job(d->room.status, &shown, &e) != 0)
		log_error("job %lld: its end cannot be written: %s", (long long)r->id, e.text);
	for (size_t i = 0; i < p->n_machines; i++) {
		struct status_action action = {.at = state.ended, .job = r->id, .machine = p->machines[i].name,
		    .who = r->who, .verb = row.verb, .way = shown.way, .outcome = row.outcome, .text = row.text, .why = r->reason};

		(void)status_add_action(d->room.status, &action, &e);
	}
	log_warn("job %lld of %s: %s: %s", (long long)r->id, r->who, row.outcome, row.text);
}

/* What the journal itself says of who asked for it. */
static const struct journal_row *
accepted(struct drive *d, int64_t id, struct arena *a)
{
	struct journal_filter f = {.job = id, .kind = "accept", .limit = 1};
	struct journal_row *rows;
	struct err e;
	int64_t total;
	size_t n = 0;

	return journal_rows(d->room.journal, &f, a, &rows, &n, &total, &e) == 0 && n == 1 ? &rows[0] : NULL;
}

/* The request as it was accepted: power.db is another program's and may have been changed since. */
static int
get_accepted(struct drive *d, const struct journal_row *accept, int64_t id, struct arena *a,
    struct power_request *r, struct power_plan *p, struct err *e)
{
	json_t *j = NULL;
	int rc = -1;

	if (power_request_get(*d->room.requests, id, a, r, e) != 0)
		return -1;
	if (r->malformed != NULL)
		err_set(e, ERR_INPUT, "%s", r->malformed);
	else if ((j = jsn_parse(str_of(r->plan_text), "the request's plan", e)) != NULL &&
	    power_plan_from_json(j, a, p, e) == 0)
		rc = accept != NULL && strstr(accept->cites, p->hash) != NULL
		    ? 0 : err_set(e, ERR_INPUT, "its plan is not the one that was accepted");
	json_decref(j);
	return rc;
}

/* Its request is gone or another: the job is ended by what the journal knows, and says so. */
static void
end_blind(struct drive *d, const struct journal_row *accept, int64_t id, const char *why, struct arena *a)
{
	struct journal_row row = {.kind = "end", .job = id, .outcome = "unknown",
	    .who = accept == NULL ? "larchd" : accept->who, .verb = accept == NULL ? "" : accept->verb};
	struct journal_job state = {.job = id, .state = "unknown", .ended = times_now()};
	struct status_job shown = {.id = id, .way = "", .reason = "", .state = "unknown", .ended = state.ended};
	struct err e;

	row.text = arena_printf(a, "it was left in the middle, and its request cannot be read any more (%s): its log says "
	                           "what was sent", why);
	state.text = row.text;
	shown.who = row.who;
	shown.verb = row.verb;
	shown.machines = accept == NULL ? "" : accept->machine;
	shown.created = accept == NULL ? 0 : accept->at;
	if (journal_add_with(d->room.journal, &row, NULL, &state, &e) != 0 ||
	    status_put_job(d->room.status, &shown, &e) != 0)
		log_error("job %lld: its end cannot be written: %s", (long long)id, e.text);
	log_error("job %lld of %s: %s", (long long)id, row.who, row.text);
}

static int
end_job(struct drive *d, int64_t id, struct err *e)
{
	struct arena *a = arena_create();
	const struct journal_row *accept = accepted(d, id, a);
	struct power_request r;
	struct power_plan p = {0};
	int rc = 0;

	if (*d->room.requests == NULL)
		rc = err_set(e, ERR_UNAVAILABLE, "power.db is not there");
	else if (get_accepted(d, accept, id, a, &r, &p, e) == 0) {
		if (drive_watch_resume(d, &r, &p, a))
			return 0; /* it has the arena */
		end_open(d, &r, &p, a);
	}
	else if (e->kind == ERR_UNAVAILABLE)
		rc = -1; /* it may come back */
	else
		end_blind(d, accept, id, e->text, a);
	arena_destroy(a);
	return rc;
}

/* A job is ended once none of its intents is still being read. */
static bool
being_settled(const struct drive *d, int64_t job)
{
	for (const struct drive_settling *s = d->settling; s != NULL; s = s->next)
		if (!s->done && s->intent.job == job)
			return true;
	return false;
}

static bool
is_running(const struct drive *d, int64_t job)
{
	for (const struct drive_job *j = d->jobs; j != NULL; j = j->next)
		if (j->request.id == job)
			return true;
	return false;
}

static void
end_jobs(struct drive *d)
{
	struct arena *a = arena_create();
	int64_t *jobs;
	size_t n = 0;
	struct err e;

	if (journal_open_jobs(d->room.journal, a, &jobs, &n, &e) != 0)
		log_error("open jobs cannot be read: %s", e.text);
	for (size_t i = 0; i < n; i++)
		if (!is_running(d, jobs[i]) && !being_settled(d, jobs[i]) && end_job(d, jobs[i], &e) != 0)
			log_error("job %lld was open and cannot be ended: %s", (long long)jobs[i], e.text);
	arena_destroy(a);
	drive_publish_unsettled(d);
}

/* ---- settling one intent --------------------------------------------------------------------------- */

static bool
wanted_on(const struct journal_row *intent)
{
	return strcmp(intent->verb, "outlet-on") == 0 || strcmp(intent->verb, "chassis-on") == 0 ||
	    strcmp(intent->verb, "ensure-on") == 0;
}

/* How long its device may take. */
static int64_t
limit_of(const struct drive *d, const struct journal_row *intent)
{
	if (power_action_parse(intent->verb) == POWER_DO_SOFT)
		return d->room.conf->soft_limit_ms;
	return wanted_on(intent) ? d->room.conf->on_limit_ms : d->room.conf->off_limit_ms;
}

static void
settling_closed(uv_handle_t *h)
{
	struct drive_settling *s = h->data;

	arena_destroy(s->a);
	free(s);
}

static void
settling_end(struct drive_settling *s)
{
	struct drive *d = s->drive;
	struct drive_settling **at;

	s->done = true;
	for (at = &d->settling; *at != NULL; at = &(*at)->next)
		if (*at == s) {
			*at = s->next;
			break;
		}
	uv_timer_stop(&s->timer);
	uv_close((uv_handle_t *)&s->timer, settling_closed);
	if (!d->stopping)
		end_jobs(d);
}

/* An outlet that reads off and carries a load is not off (DESIGN 7, rule 5). */
static bool
carries(const struct drive_settling *s, const struct drive_reading *r)
{
	return r->amps >= s->drive->room.conf->load_floor_a; /* false for NAN: not measured */
}

/* Is it what the step wanted? */
static bool
as_wanted(const struct drive_settling *s, const struct drive_reading *r)
{
	if (!r->answered || r->state == POWER_IS_UNKNOWN || r->changing)
		return false;
	return wanted_on(&s->intent) ? r->state == POWER_IS_ON : r->state == POWER_IS_OFF && !carries(s, r);
}

static void
settle_write(struct drive_settling *s, bool ok, const char *text)
{
	struct journal_row row = {
	    .kind = "settled",
	    .job = s->intent.job,
	    .step = s->intent.step,
	    .who = "larchd",
	    .verb = s->intent.verb,
	    .machine = s->intent.machine,
	    .device = s->intent.device,
	    .outlet = s->intent.outlet,
	    .outcome = ok ? "ok" : "failed",
	    .text = text,
	    .cites = arena_printf(s->a, "intent %lld", (long long)s->intent.seq),
	};
	struct journal_step step = {row.job, row.step, row.outcome, row.text, s->intent.at, times_now()};
	struct err e;

	if (journal_add_with(s->drive->room.journal, &row, &step, NULL, &e) != 0)
		log_error("job %lld step %lld: what it reads cannot be written: %s", (long long)row.job,
		    (long long)row.step, e.text);
}

static void
settle_power(struct drive_settling *s, const struct drive_reading *r)
{
	settle_write(s, as_wanted(s, r), arena_printf(s->a,
	    "looked at later it reads %s%s, the step wanted %s; read only, nothing was sent", power_state_name(r->state),
	    r->state == POWER_IS_OFF && carries(s, r) ? " and still carries a load" : "",
	    wanted_on(&s->intent) ? "on" : "off"));
}

static void
settle_unknown(struct drive_settling *s, const char *why)
{
	struct journal_step step = {s->intent.job, s->intent.step, "unknown",
	    arena_printf(s->a, "it was told, and the device cannot be read since: %s", why), s->intent.at,
	    times_now()};
	struct err e;

	if (journal_set_step(s->drive->room.journal, &step, &e) != 0)
		log_error("job %lld step %lld: %s", (long long)step.job, (long long)step.step, e.text);
}

static void
settle_later(uv_timer_t *t)
{
	settle_read(t->data);
}

/* A device may still be carrying it out: what it is at the end of its time counts. */
static void
settle_seen(void *ctx, const struct drive_reading *r)
{
	struct drive_settling *s = ctx;
	bool settled = r->answered && r->state != POWER_IS_UNKNOWN;

	if (s->drive->stopping) {
		settling_end(s);
		return;
	}
	if (!as_wanted(s, r) && times_boot() < s->deadline) {
		uv_timer_start(&s->timer, settle_later, DRIVE_POLL_MS, 0);
		return;
	}
	if (settled)
		settle_power(s, r);
	else
		settle_unknown(s, r->answered ? "it names no state" : r->text);
	settling_end(s);
}

/* The same for what is not on or off. */
static void
settle_found(void *ctx, const struct drive_found *found)
{
	struct drive_settling *s = ctx;

	if (s->drive->stopping) {
		settling_end(s);
		return;
	}
	if (!(found->answered && (found->as_wanted || found->cannot)) && times_boot() < s->deadline) {
		uv_timer_start(&s->timer, settle_later, DRIVE_POLL_MS, 0);
		return;
	}
	if (found->answered)
		settle_write(s, found->as_wanted, arena_printf(s->a, "looked at later: %s%s; read only, nothing was sent", found->text,
		    found->as_wanted ? ", as the step wanted" : found->cannot ? "" : ", which is not what the step wanted"));
	else
		settle_unknown(s, found->text);
	settling_end(s);
}

/* Some families say of themselves how long they take. */
static void
wait_for_slow(struct drive_settling *s)
{
	const struct devtype *type = gate_type(s->target.device);

	if (type != NULL && !s->slow_known)
		s->deadline += type->settle_ms;
	s->slow_known = true;
}

static void
settle_read(struct drive_settling *s)
{
	struct err e;

	if (s->target.device == NULL &&
	    probe_device(s->drive->room.probe, s->intent.device, s->a, &s->target.device, &e) != 0) {
		settle_unknown(s, e.text);
		settling_end(s);
		return;
	}
	wait_for_slow(s);
	if (check_of(&s->intent) != NULL) {
		check_of(&s->intent)(s->target.device, &s->intent, settle_found, s);
		return;
	}
	s->target.outlet = s->intent.outlet[0] == '\0' ? NULL : s->intent.outlet;
	drive_driver_of(s->target.device)->read(&s->target, GATE_POWER, settle_seen, s);
}

void
drive_settling_drop(struct drive *d)
{
	while (d->settling != NULL)
		settling_end(d->settling);
}

static void
settle_one(struct drive *d, const struct journal_row *intent)
{
	struct drive_settling *s = calloc(1, sizeof(*s));
	const char **texts[] = {&s->intent.verb, &s->intent.machine, &s->intent.device, &s->intent.outlet,
	    &s->intent.who, &s->intent.cites};

	if (s == NULL)
		log_die("out of memory: an open intent");
	s->drive = d;
	s->a = arena_create();
	s->intent = *intent;
	for (size_t i = 0; i < LARCH_COUNT(texts); i++)
		*texts[i] = arena_strdup(s->a, *texts[i]);
	s->deadline = times_boot() + limit_of(d, intent);
	uv_timer_init(d->room.loop, &s->timer);
	s->timer.data = s;
	s->next = d->settling;
	d->settling = s;
	uv_timer_start(&s->timer, settle_later, 0, 0);
}

static bool
is_settling(const struct drive *d, const struct journal_row *intent)
{
	for (const struct drive_settling *s = d->settling; s != NULL; s = s->next)
		if (s->intent.job == intent->job && s->intent.step == intent->step)
			return true;
	return false;
}

void
drive_settle(struct drive *d)
{
	struct arena *a = arena_create();
	struct journal_row *rows;
	struct err e;
	size_t n = 0;

	if (journal_unsettled(d->room.journal, a, &rows, &n, &e) != 0)
		log_error("open intents cannot be read: %s", e.text);
	for (size_t i = 0; i < n; i++)
		if (!is_running(d, rows[i].job) && !is_settling(d, &rows[i]))
			settle_one(d, &rows[i]);
	arena_destroy(a);
	end_jobs(d);
}

int
drive_recover(struct drive *d, struct err *e)
{
	if (journal_end_answers(d->room.journal, "larchd was started anew before it had an answer; ask again", e) != 0)
		return -1;
	drive_publish_states(d);
	drive_settle(d);
	return 0;
}
