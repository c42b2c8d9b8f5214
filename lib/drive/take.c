/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From power.db: requests become jobs or refusals, orders are handed on (orders.c).
 * What stands there another program wrote; none of it is believed.
 */
#include <stdlib.h>
#include <string.h>

#include "engine.h"

/* ---- requests ------------------------------------------------------------------------------------ */

static void
refuse(struct drive *d, const struct power_request *r, const char *why)
{
	struct journal_row row = {
	    .kind = "refuse",
	    .job = r->id,
	    .who = r->who,
	    .address = r->address,
	    .verb = power_verb_name(r->verb),
	    .machine = r->machines,
	    .outcome = "refused",
	    .text = why,
	    .cites = r->plan_hash,
	};
	struct journal_job state = {r->id, "refused", why, times_now(), times_now()};
	struct status_job shown = {
	    .id = r->id, .who = r->who, .verb = row.verb, .way = power_way_name(r->way), .reason = r->reason,
	    .machines = r->machines, .state = "refused", .created = r->created, .ended = state.ended,
	};
	struct err e;

	if (journal_add_with(d->room.journal, &row, NULL, &state, &e) != 0 ||
	    status_put_job(d->room.status, &shown, &e) != 0)
		log_error("job %lld: its refusal cannot be written: %s", (long long)r->id, e.text);
	log_info("job %lld of %s refused: %s", (long long)r->id, r->who, why);
}

static int
accept_request(struct drive_job *job, struct err *e)
{
	const struct power_request *r = &job->request;
	struct journal_row row = {
	    .kind = "accept",
	    .job = r->id,
	    .who = r->who,
	    .address = r->address,
	    .verb = power_verb_name(r->verb),
	    .machine = r->machines,
	    .outcome = "ok",
	    .text = arena_printf(job->a, "via %s, as %s (%s): %s", power_way_name(r->way), r->role, r->source,
	        r->reason[0] == '\0' ? "no reason given" : r->reason),
	    .cites = arena_printf(job->a, "plan %s request %s%s%s", r->plan_hash, r->request_id,
	        r->chain[0] == '\0' ? "" : " chain ", r->chain),
	};
	struct journal_job state = {r->id, "running", "", job->began, 0};

	return journal_add_with(job->drive->room.journal, &row, NULL, &state, e);
}

/* Two jobs never touch the same thing at one time, whatever power.db says of claims. */
static int
look_conflict(struct drive_job *job, struct arena *a, struct err *e)
{
	struct hosts mine, theirs;

	power_plan_claims(&job->plan, a, &mine);
	for (const struct drive_job *other = job->drive->jobs; other != NULL; other = other->next) {
		if (other->ended)
			continue;
		power_plan_claims(&other->plan, a, &theirs);
		for (size_t i = 0; i < mine.n; i++)
			if (hosts_has(&theirs, mine.name[i]))
				return err_set(e, ERR_CONFLICT, "%s is in job %lld of %s, which has not ended", mine.name[i],
				    (long long)other->request.id, other->request.who);
	}
	return 0;
}

/* An order may come before its job is taken up: both lay in power.db when larchd looked. */
static int
look_aborted(struct drive_job *job, struct arena *a, struct err *e)
{
	const char *who = power_order_abort(*job->drive->room.requests, job->request.id, a);

	return who == NULL ? 0 : err_set(e, ERR_REFUSED, "%s aborted it before it began", who);
}

/* The plan of a request, read and looked at; an error is a refusal. */
static int
load_plan(struct drive_job *job, struct arena *scratch, struct err *e)
{
	const struct drive_room *room = &job->drive->room;
	struct power_look look = {*room->inv, *room->requests, room->journal, room->conf, &job->request, &job->plan,
	    times_now(), false};
	json_t *j;
	int rc;

	if (job->request.malformed != NULL)
		return err_set(e, ERR_REFUSED, "%s", job->request.malformed);
	j = jsn_parse(str_of(job->request.plan_text), "the request's plan", e);
	if (j == NULL)
		return -1;
	rc = power_plan_from_json(j, job->a, &job->plan, e);
	json_decref(j);
	if (rc != 0 || power_look_request(&look, scratch, e) != 0 || look_aborted(job, scratch, e) != 0 ||
	    look_conflict(job, scratch, e) != 0)
		return -1;
	return power_look_plan(&look, room->status, scratch, e);
}

static void
make_machines(struct drive_job *job)
{
	job->machines = calloc(job->plan.n_machines, sizeof(*job->machines));
	if (job->machines == NULL)
		log_die("out of memory: no machines of a job");
	for (size_t i = 0; i < job->plan.n_machines; i++) {
		job->machines[i].job = job;
		job->machines[i].index = i;
		job->machines[i].a = arena_create();
		uv_timer_init(job->drive->room.loop, &job->machines[i].timer);
		job->machines[i].timer.data = &job->machines[i];
		job->open_handles++;
	}
	job->order = power_pace_order(*job->drive->room.inv, &job->plan, job->a, &job->tiers);
}

struct drive_job *
drive_job_make(struct drive *d, const struct power_request *r, const struct power_plan *p, struct arena *a)
{
	struct drive_job *job = calloc(1, sizeof(*job));

	if (job == NULL)
		log_die("out of memory: no job");
	*job = (struct drive_job){.drive = d, .a = a, .request = *r, .plan = *p, .began = times_now()};
	make_machines(job);
	job->next = d->jobs;
	d->jobs = job;
	return job;
}

/* `a` holds the request and is the job's from now on. */
void
drive_job_begin(struct drive *d, const struct power_request *r, struct arena *a)
{
	struct drive_job *job = calloc(1, sizeof(*job));
	struct arena *scratch = arena_create();
	struct err e = {0};

	if (job == NULL)
		log_die("out of memory: no job");
	*job = (struct drive_job){.drive = d, .a = a, .request = *r, .began = times_now()};
	if (load_plan(job, scratch, &e) != 0)
		refuse(d, r, e.text);
	else if (accept_request(job, &e) != 0)
		log_error("job %lld is not begun: the journal cannot be written: %s", (long long)r->id, e.text);
	else {
		make_machines(job);
		job->next = d->jobs;
		d->jobs = job;
		drive_job_publish(job);
		drive_job_go_on(job);
		arena_destroy(scratch);
		return;
	}
	free(job);
	arena_destroy(a);
	arena_destroy(scratch);
}

/* ---- looking at power.db ---------------------------------------------------------------------------- */

/*
 * Orders that were there before this start are over: their jobs have been ended, and an abort of a request that
 * waits is found when that is taken up. Some are taken at a time, so that a heap of them does not stop the loop.
 */
static int
take_orders(struct drive *d, bool *more, struct err *e)
{
	struct arena *a;
	struct power_order *orders;
	size_t n = 0;
	int rc;

	if (d->last_order < 0 && (d->last_order = power_orders_last(*d->room.requests)) < 0)
		return err_set(e, ERR_UNAVAILABLE, "the orders in power.db cannot be read");
	a = arena_create();
	rc = power_orders_after(*d->room.requests, d->last_order, a, &orders, &n, e);
	for (size_t i = 0; rc == 0 && i < n; i++) {
		d->last_order = orders[i].id;
		drive_order(d, &orders[i]);
	}
	*more = n == LIMIT_ORDERS;
	arena_destroy(a);
	return rc;
}

/* Each request gets an arena of its own: the job's. 1, 0 when there is none, -1. */
static int
take_one(struct drive *d, struct err *e)
{
	int64_t last = journal_last_job(d->room.journal);
	struct power_request r;
	struct arena *a;
	int rc;

	if (last < 0)
		return err_set(e, ERR_UNAVAILABLE, "the journal cannot be read");
	a = arena_create();
	rc = power_request_after(*d->room.requests, last, a, &r, e);
	if (rc != 1) {
		arena_destroy(a);
		return rc;
	}
	drive_job_begin(d, &r, a);
	if (journal_last_job(d->room.journal) == last)
		return err_set(e, ERR_UNAVAILABLE, "the journal cannot be written: nothing is begun");
	return 1;
}

int
drive_take(struct drive *d, struct err *e)
{
	bool more = false;
	int rc = 1;

	if (*d->room.requests == NULL || *d->room.inv == NULL || d->stopping)
		return 1;
	if (!d->recalled)
		drive_pace_recall(d);
	d->recalled = true;
	if (take_orders(d, &more, e) != 0)
		return -1;
	for (int i = 0; i < LIMIT_ORDERS && rc == 1; i++)
		rc = take_one(d, e);
	return rc != 0 ? rc : more;
}
