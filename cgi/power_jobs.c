/* SPDX-License-Identifier: Apache-2.0 */
/* The list of jobs, and orders to one that runs. */
#include <string.h>

#include "power_job.h"

#define NEWEST 200 /* jobs the list shows; the log has all */

/* ---- the list ------------------------------------------------------------------------------------------------ */

struct job_rows {
	struct web_call *c;
	struct power_request *requests;
	struct journal_job *states;
};

static const struct web_column job_columns[] = {
    {.key = "job", .title = "Job", .kind = WEB_COL_LINK},
    {.key = "state", .title = "State", .kind = WEB_COL_LEVEL},
    {.key = "verb", .title = "Verb"},
    {.key = "nodes", .title = "On"},
    {.key = "via", .title = "Via"},
    {.key = "who", .title = "Who"},
    {.key = "created", .title = "Asked", .kind = WEB_COL_TIME},
    {.key = "ended", .title = "Ended", .kind = WEB_COL_TIME},
    {.key = "reason", .title = "Reason"},
    {.key = "text", .title = "Result"},
};

static struct web_cell
job_cell(void *ctx, size_t row, size_t column)
{
	const struct job_rows *r = ctx;
	const struct power_request *q = &r->requests[row];
	const struct journal_job *s = &r->states[row];
	struct arena *a = r->c->arena;

	switch (column) {
	case 0: return web_cell_link(arena_printf(a, "%lld", (long long)q->id),
		    arena_printf(a, "/jobs/%lld", (long long)q->id));
	case 1: return power_job_state_cell(s->state);
	case 2: return web_cell_text(power_verb_name(q->verb));
	case 3: return web_cell_text(q->machines);
	case 4: return web_cell_text(power_way_name(q->way));
	case 5: return web_cell_text(q->who);
	case 6: return web_cell_time(q->created);
	case 7: return s->ended == 0 ? web_cell_text("") : web_cell_time(s->ended);
	case 8: return web_cell_text(q->reason);
	default: return web_cell_text(s->text);
	}
}

int
power_show_jobs(struct web_call *c, struct err *e)
{
	struct job_rows rows = {.c = c};
	struct web_table table = {
	    .name = "jobs", .caption = "Jobs", .empty = "Nobody has asked for anything yet.",
	    .columns = job_columns, .n_columns = LARCH_COUNT(job_columns), .cell = job_cell, .ctx = &rows,
	};
	struct power_requests *requests;
	struct journal *journal = NULL;
	json_t *m = NULL;
	struct err none;

	if (power_need_requests(c, &requests, e) != 0 ||
	    power_requests_newest(requests, NEWEST, c->arena, &rows.requests, &table.n, e) != 0)
		return -1;
	(void)power_need_journal(c, &journal, &none);
	rows.states = arena_array(c->arena, table.n, sizeof(*rows.states));
	for (size_t i = 0; i < table.n; i++)
		if (journal == NULL ||
		    journal_job(journal, rows.requests[i].id, c->arena, &rows.states[i], &none) != 0)
			rows.states[i] = (struct journal_job){.state = "waiting", .text = ""};
	if (c->format == WEB_HTML) {
		m = json_object();
		jsn_set_text(m, "title", "Jobs");
	}
	return web_show(c, NULL, m, &table, 1, e);
}

/* ---- orders ----------------------------------------------------------------------------------------------------- */

/* What an order asks of the job as it is now: a sentence why it cannot be, or NULL. */
static const char *
out_of_place(const struct power_job *j, const char *what)
{
	bool paused = strcmp(j->state.state, "paused") == 0;

	if (!j->open)
		return "has ended";
	if (strcmp(what, "resume") == 0 && !paused)
		return "is not paused";
	return strcmp(what, "pause") == 0 && paused ? "is paused already" : NULL;
}

/* Who may do the job's verb on its things may also pause it, let it go on or stop it; only going on asks what they are now, and
 * for a grant as filing it did: it may be days later, and another person. */
static int
file_order(struct web_call *c, int64_t id, struct err *e)
{
	struct power_shared *shared = c->shared;
	struct power_order order = {.job = id, .what = web_text(c, "what")};
	const char *why;
	struct permit *permit;
	struct power_job j;
	bool on = strcmp(order.what, "resume") == 0;
	int64_t ignored;
	int rc;

	if (power_job_load(c, id, &j, e) != 0)
		return -1;
	if ((why = out_of_place(&j, order.what)) != NULL)
		return err_set(e, ERR_CONFLICT, "job %lld %s (%s)", (long long)id, why, j.state.state);
	if ((on ? power_permit_plan : power_permit_stop)(c, &j.plan, &permit, e) != 0 ||
	    (on && power_allow_on(c, &j.plan, permit, web_link(c->arena, "/jobs/%d", id), e) != 0))
		return -1;
	order.verb = power_verb_name(j.plan.verb);
	pthread_mutex_lock(&shared->lock);
	rc = power_order(shared->requests, permit, &order, &ignored, e);
	pthread_mutex_unlock(&shared->lock);
	if (rc == 0)
		power_wake(c);
	return rc;
}

int
power_post_order(struct web_call *c, struct err *e)
{
	int64_t id = web_int(c, "id", 0);

	if (file_order(c, id, e) != 0)
		return -1;
	return web_redirect(c, arena_printf(c->arena, "/jobs/%lld", (long long)id), e);
}

int
power_api_order(struct web_call *c, struct err *e)
{
	int64_t id = web_int(c, "id", 0);

	if (file_order(c, id, e) != 0)
		return -1;
	return web_created(c, 202, arena_printf(c->arena, "/api/v1/jobs/%lld", (long long)id), NULL, e);
}
