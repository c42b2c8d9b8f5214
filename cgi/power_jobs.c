/* SPDX-License-Identifier: Apache-2.0 */
/* Jobs: the list, one with its steps, and orders to one that runs. */
#include <string.h>

#include "power_private.h"

#define NEWEST 200 /* jobs the list shows; the log has all */

/* ---- a job as one picture ------------------------------------------------------------------- */

struct job {
	struct power_request request;
	struct power_plan plan;
	struct journal_job state;   /* state "waiting" when larchd has not taken it up */
	struct journal_step *steps; /* of the plan, by number; state "waiting" for those not begun */
	bool open;
};

static void
merge_steps(struct job *j, const struct journal_step *rows, size_t n, struct arena *a)
{
	j->steps = arena_array(a, j->plan.n_steps, sizeof(*j->steps));
	for (size_t i = 0; i < j->plan.n_steps; i++)
		j->steps[i] = (struct journal_step){j->request.id, (int64_t)i + 1, "waiting", "", 0, 0};
	for (size_t i = 0; i < n; i++)
		if (rows[i].step >= 1 && (size_t)rows[i].step <= j->plan.n_steps)
			j->steps[rows[i].step - 1] = rows[i];
}

static int
load_plan(struct web_call *c, struct job *j, struct err *e)
{
	json_t *plan = jsn_parse(str_of(j->request.plan_text), "the job's plan", e);
	int rc;

	if (plan == NULL)
		return -1;
	rc = power_plan_from_json(plan, c->arena, &j->plan, e);
	json_decref(plan);
	return rc;
}

static void
load_state(struct web_call *c, struct job *j)
{
	struct journal *journal;
	struct journal_step *rows = NULL;
	size_t n = 0;
	struct err e = {0};

	j->state = (struct journal_job){j->request.id, "waiting", "larchd has not taken it up yet", 0, 0};
	if (power_need_journal(c, &journal, &e) == 0) {
		(void)journal_job(journal, j->request.id, c->arena, &j->state, &e);
		(void)journal_steps(journal, j->request.id, c->arena, &rows, &n, &e);
	}
	if (strcmp(j->state.state, "waiting") == 0 && c->now > j->request.until)
		j->state.text = "larchd did not take it up in time; it will be refused when larchd is back";
	merge_steps(j, rows, n, c->arena);
	j->open = j->state.ended == 0;
}

static int
load_job(struct web_call *c, int64_t id, struct job *j, struct err *e)
{
	struct power_requests *requests;

	if (power_need_requests(c, &requests, e) != 0 ||
	    power_request_get(requests, id, c->arena, &j->request, e) != 0 || load_plan(c, j, e) != 0)
		return -1;
	load_state(c, j);
	return 0;
}

/* ---- levels ------------------------------------------------------------------------------------ */

static int
state_level(const char *state)
{
	static const struct {
		const char *state;
		int level;
	} rows[] = {
	    {"ok", 0}, {"running", 0}, {"waiting", 1}, {"paused", 1}, {"partial", 2}, {"failed", 2},
	    {"aborted", 1}, {"refused", 1}, {"unknown", 3}, {"skipped", 1}, {"stopped", 2}, {"undone", 1},
	};

	for (size_t i = 0; i < LARCH_COUNT(rows); i++)
		if (strcmp(rows[i].state, state) == 0)
			return rows[i].level;
	return 3;
}

static const char *
level_class(const char *state)
{
	static const char *const classes[] = {"level-ok", "level-warn", "level-critical", "level-unknown"};

	return classes[state_level(state)];
}

/* A step that is still to come carries no level. */
static struct web_cell
state_cell(const char *state)
{
	if (strcmp(state, "waiting") == 0 || strcmp(state, "running") == 0)
		return web_cell_text(state);
	return web_cell_level(state_level(state), state, 0, false);
}

/* ---- a machine of a job ------------------------------------------------------------------------- */

/* The worst of its steps says where it is. */
static const char *
machine_state(const struct job *j, size_t machine, const char **text)
{
	const char *state = "ok";
	bool begun = false, left = false;

	*text = "";
	if (j->plan.machines[machine].nothing != NULL) {
		*text = j->plan.machines[machine].nothing;
		return "ok";
	}
	for (size_t i = 0; i < j->plan.n_steps; i++) {
		const struct journal_step *s = &j->steps[i];

		if (j->plan.steps[i].machine != machine)
			continue;
		begun |= strcmp(s->state, "waiting") != 0 && strcmp(s->state, "skipped") != 0;
		left |= strcmp(s->state, "ok") != 0;
		if (strcmp(s->state, "failed") == 0 || strcmp(s->state, "unknown") == 0 ||
		    strcmp(s->state, "refused") == 0) {
			*text = s->text;
			return s->state;
		}
		if (strcmp(s->state, "ok") == 0)
			*text = s->text;
		if (strcmp(s->state, "skipped") == 0)
			state = "skipped";
	}
	if (!left)
		return "ok";
	if (strcmp(state, "skipped") == 0)
		return state;
	return j->open && begun ? "running" : begun ? "stopped" : "waiting";
}

static json_t *
step_json(struct web_call *c, const struct job *j, size_t i)
{
	const struct power_step *s = &j->plan.steps[i];
	const struct journal_step *at = &j->steps[i];
	char when[TIMES_TEXT];
	json_t *o = json_object();

	jsn_set(o, "n", json_integer((json_int_t)i + 1));
	jsn_set_text(o, "machine", j->plan.machines[s->machine].name);
	jsn_set_text(o, "device", s->device);
	jsn_set_text(o, "outlet", s->outlet);
	jsn_set_text(o, "action", power_action_name(s->action));
	jsn_set_text(o, "what", power_step_text(&j->plan, i, c->arena));
	jsn_set_text(o, "state", at->state);
	jsn_set_text(o, "text", at->text);
	jsn_set_text(o, "began", at->began == 0 ? NULL : times_utc(at->began, when));
	jsn_set_text(o, "ended", at->ended == 0 ? NULL : times_utc(at->ended, when));
	return o;
}

/* What the job switched off on this machine and did not switch on again: "pdu-b01-a AA4". */
static json_t *
left_off(struct web_call *c, const struct job *j, size_t machine)
{
	json_t *list = json_array();

	for (size_t i = 0; i < j->plan.n_steps; i++) {
		const struct power_step *s = &j->plan.steps[i];
		bool on_again = false;

		if (s->machine != machine || strcmp(j->steps[i].state, "ok") != 0 ||
		    (s->action != POWER_DO_OUTLET_OFF && s->action != POWER_DO_CHASSIS_OFF))
			continue;
		for (size_t k = i + 1; k < j->plan.n_steps; k++) {
			const struct power_step *later = &j->plan.steps[k];

			on_again |= strcmp(j->steps[k].state, "ok") == 0 && later->action != s->action &&
			    later->device != NULL && strcmp(later->device, s->device) == 0 &&
			    (s->outlet == NULL || (later->outlet != NULL && strcmp(later->outlet, s->outlet) == 0));
		}
		if (!on_again)
			jsn_add(list, json_string(s->outlet == NULL ? s->device
			                                            : arena_printf(c->arena, "%s %s", s->device, s->outlet)));
	}
	return list;
}

static json_t *
machine_json(struct web_call *c, const struct job *j, size_t i)
{
	const char *text;
	json_t *o = json_object();

	jsn_set_text(o, "machine", j->plan.machines[i].name);
	jsn_set_text(o, "state", machine_state(j, i, &text));
	jsn_set_text(o, "text", text);
	jsn_set(o, "left_off", left_off(c, j, i));
	return o;
}

static json_t *
job_json(struct web_call *c, const struct job *j)
{
	json_t *o = json_object(), *machines = json_array(), *steps = json_array();
	char when[TIMES_TEXT];

	jsn_set(o, "id", json_integer(j->request.id));
	jsn_set_text(o, "state", j->state.state);
	jsn_set_text(o, "text", j->state.text);
	jsn_set_text(o, "who", j->request.who);
	jsn_set_text(o, "verb", power_verb_name(j->request.verb));
	jsn_set_text(o, "via", power_way_name(j->request.way));
	jsn_set_text(o, "nodes", j->request.machines);
	jsn_set_text(o, "reason", j->request.reason);
	jsn_set_text(o, "role", j->request.role);
	jsn_set_text(o, "plan", j->request.plan_hash);
	jsn_set_text(o, "created", times_utc(j->request.created, when));
	jsn_set_text(o, "began", j->state.began == 0 ? NULL : times_utc(j->state.began, when));
	jsn_set_text(o, "ended", j->state.ended == 0 ? NULL : times_utc(j->state.ended, when));
	for (size_t i = 0; i < j->plan.n_machines; i++)
		jsn_add(machines, machine_json(c, j, i));
	for (size_t i = 0; i < j->plan.n_steps; i++)
		jsn_add(steps, step_json(c, j, i));
	jsn_set(o, "machines", machines);
	jsn_set(o, "steps", steps);
	return o;
}

int
power_api_job(struct web_call *c, struct err *e)
{
	struct job j;

	if (load_job(c, web_int(c, "id", 0), &j, e) != 0)
		return -1;
	return web_json(c, 200, job_json(c, &j), e);
}

/* ---- the page of one job ----------------------------------------------------------------------------- */

static const char *
plan_link(struct web_call *c, const char *verb, const char *name, const char *via)
{
	struct buf url = BUF(LIMIT_URL);
	const char *text;

	buf_printf(&url, "/power?verb=%s&nodes=", verb);
	buf_url(&url, str_of(name));
	buf_printf(&url, "&via=%s", via);
	text = arena_strndup(c->arena, url.p, url.n);
	buf_free(&url);
	return text;
}

static const char *
url_of(struct web_call *c, const char *text)
{
	struct buf b = BUF(LIMIT_URL);
	const char *out;

	buf_url(&b, str_of(text));
	out = arena_strndup(c->arena, b.n > 0 ? b.p : "", b.n);
	buf_free(&b);
	return out;
}

static void
add_link(json_t *list, const char *text, const char *href)
{
	json_t *o = json_object();

	jsn_set_text(o, "text", text);
	jsn_set_text(o, "href", href);
	jsn_add(list, o);
}

/* What a person may do about a machine that was not finished: each is a new plan, never done by itself. */
static json_t *
remedies(struct web_call *c, const struct job *j, size_t i)
{
	const struct power_plan_machine *m = &j->plan.machines[i];
	bool outlet = power_verb_is_outlet(j->plan.verb), to_off = false;
	const char *via = power_way_name(j->plan.way), *other = j->plan.way == POWER_WAY_BMC ? "pdu" : "bmc";
	json_t *list = json_array();

	if (j->plan.vlan != NULL) {
		add_link(list, "Plan it again", arena_printf(c->arena, "%s&port=%s&vlan=%lld",
		    plan_link(c, "setvlan", m->name, "switch"), url_of(c, j->plan.vlan->port), (long long)j->plan.vlan->vlan));
		return list;
	}
	if (power_verb_is_bmc(j->plan.verb)) { /* nothing was switched that could be finished or undone */
		if (j->plan.verb == POWER_SOFT)
			add_link(list, "Not softly: plan off", plan_link(c, "off", m->name, "auto"));
		if (j->plan.verb == POWER_RESET)
			add_link(list, "Instead: plan a cycle", plan_link(c, "cycle", m->name, "auto"));
		add_link(list, "Plan it again", j->plan.boot == POWER_BOOT_NONE
		    ? plan_link(c, power_verb_name(j->plan.verb), m->name, "bmc")
		    : arena_printf(c->arena, "%s&boot=%s", plan_link(c, "bootdev", m->name, "bmc"), power_boot_name(j->plan.boot)));
		return list;
	}
	if (j->plan.verb == POWER_REBUILD)
		add_link(list, "Plan the rebuild again", plan_link(c, "rebuild", m->name, via));
	to_off = j->plan.verb == POWER_OFF || j->plan.verb == POWER_OUTLET_OFF;
	add_link(list, to_off ? "Finish: plan off" : "Finish: plan on",
	    plan_link(c, outlet ? (to_off ? "outlet-off" : "outlet-on") : to_off ? "off" : "on", m->name, via));
	if (to_off || j->plan.verb == POWER_ON || j->plan.verb == POWER_OUTLET_ON)
		add_link(list, to_off ? "Undo: plan on" : "Undo: plan off",
		    plan_link(c, outlet ? (to_off ? "outlet-on" : "outlet-off") : to_off ? "on" : "off", m->name, via));
	if (!outlet)
		add_link(list, j->plan.way == POWER_WAY_BMC ? "Another way: by its outlets" : "Another way: by its BMC",
		    plan_link(c, power_verb_name(j->plan.verb), m->name, other));
	return list;
}

/* The machines that are not well, each with what a person may do about it. */
static json_t *
machine_models(struct web_call *c, const struct job *j)
{
	json_t *list = json_array();

	for (size_t i = 0; i < j->plan.n_machines; i++) {
		json_t *o = machine_json(c, j, i);
		const char *state = jsn_text_or(o, "state", "");

		if (strcmp(state, "ok") == 0 || strcmp(state, "running") == 0 || strcmp(state, "waiting") == 0) {
			json_decref(o);
			continue;
		}
		if (!j->open)
			jsn_set(o, "remedies", remedies(c, j, i));
		jsn_add(list, o);
	}
	return list;
}

static json_t *
job_model(struct web_call *c, const struct job *j)
{
	json_t *m = job_json(c, j);
	char when[TIMES_TEXT];

	jsn_set(m, "title", json_sprintf("Job %lld", (long long)j->request.id));
	json_object_del(m, "steps"); /* the table has them */
	jsn_set(m, "unwell", machine_models(c, j));
	jsn_set(m, "open", json_boolean(j->open));
	jsn_set(m, "paused", json_boolean(strcmp(j->state.state, "paused") == 0));
	jsn_set_text(m, "level", level_class(j->state.state));
	jsn_set_text(m, "created_room", times_room(j->request.created, when));
	jsn_set_text(m, "ended_room", j->state.ended == 0 ? NULL : times_room(j->state.ended, when));
	jsn_set(m, "short_plan", json_stringn(j->request.plan_hash, 16));
	if (j->open)
		web_refresh(c, 2);
	return m;
}

/* ---- the steps as a table -------------------------------------------------------------------------------- */

struct step_rows {
	struct web_call *c;
	const struct job *j;
};

static const struct web_column step_columns[] = {
    {.key = "n", .title = "#", .kind = WEB_COL_NUMBER},
    {.key = "machine", .title = "Machine", .kind = WEB_COL_LINK},
    {.key = "what", .title = "Step"},
    {.key = "state", .title = "State", .kind = WEB_COL_LEVEL},
    {.key = "ended", .title = "At", .kind = WEB_COL_TIME},
    {.key = "text", .title = "What was seen"},
};

static struct web_cell
step_cell(void *ctx, size_t row, size_t column)
{
	const struct step_rows *r = ctx;
	const struct power_step *s = &r->j->plan.steps[row];
	const struct journal_step *at = &r->j->steps[row];

	switch (column) {
	case 0: return web_cell_number((double)row + 1);
	case 1: return web_cell_link(r->j->plan.machines[s->machine].name,
		    arena_printf(r->c->arena, "/nodes/%s", power_verb_is_outlet(r->j->plan.verb) && s->device != NULL
		                ? s->device : r->j->plan.machines[s->machine].name));
	case 2: return web_cell_text(power_step_text(&r->j->plan, row, r->c->arena));
	case 3: return state_cell(at->state);
	case 4: return at->ended == 0 && at->began == 0 ? web_cell_text("")
		                                        : web_cell_time(at->ended != 0 ? at->ended : at->began);
	default: return web_cell_text(at->text);
	}
}

int
power_show_job(struct web_call *c, struct err *e)
{
	struct job j;
	struct step_rows rows = {c, &j};
	struct web_table table = {
	    .name = "steps", .caption = "Steps", .columns = step_columns, .n_columns = LARCH_COUNT(step_columns),
	    .cell = step_cell, .ctx = &rows,
	};

	if (load_job(c, web_int(c, "id", 0), &j, e) != 0)
		return -1;
	if (c->format == WEB_JSON_FORMAT)
		return web_json(c, 200, job_json(c, &j), e);
	table.n = j.plan.n_steps;
	if (c->format == WEB_HTML)
		return web_show(c, NULL, job_model(c, &j), &table, 1, e);
	table.caption = arena_printf(c->arena, "Job %lld: %s of %s via %s by %s: %s", (long long)j.request.id,
	    power_verb_name(j.request.verb), j.request.machines, power_way_name(j.request.way), j.request.who,
	    j.state.state);
	return web_show(c, NULL, NULL, &table, 1, e);
}

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
	case 1: return state_cell(s->state);
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

/* Who may do the job's verb on its things may also stop it or let it go on. */
static int
file_order(struct web_call *c, int64_t id, struct err *e)
{
	struct power_shared *shared = c->shared;
	struct power_order order = {.job = id, .what = web_text(c, "what")};
	struct permit *permit;
	struct job j;
	int64_t ignored;
	int rc;

	if (load_job(c, id, &j, e) != 0)
		return -1;
	if (!j.open)
		return err_set(e, ERR_CONFLICT, "job %lld has ended (%s)", (long long)id, j.state.state);
	if (power_permit_plan(c, &j.plan, &permit, e) != 0)
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
