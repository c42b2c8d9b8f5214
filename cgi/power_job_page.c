/* SPDX-License-Identifier: Apache-2.0 */
/* The page of one job: how far it is, who needs somebody, what each machine waits for, and its steps. */
#include <stdio.h>
#include <string.h>

#include "power_job.h"

#define STEPS_SHOWN 100 /* of a larger job the page has only the steps of machines that are in one or not well */

/* ---- who is not well ------------------------------------------------------------------------------- */

static void
add_link(json_t *list, const char *text, json_t *wish)
{
	json_t *o;

	if (wish == NULL)
		return;
	o = json_object();
	jsn_set_text(o, "text", text);
	jsn_set_text(o, "verb", jsn_text_or(wish, "verb", ""));
	jsn_set_text(o, "via", jsn_text_or(wish, "via", ""));
	jsn_set_text(o, "href", jsn_text_or(wish, "href", ""));
	jsn_add(list, o);
	json_decref(wish);
}

static json_t *
remedies(struct web_call *c, const struct power_job *j, size_t machine)
{
	json_t *list = json_array();

	add_link(list, "Finish", power_job_finish(c, j, machine));
	add_link(list, "Undo", power_job_undo(c, j, machine));
	add_link(list, "Another way", power_job_other_way(c, j, machine));
	return list;
}

static bool
is_well(const char *state)
{
	return strcmp(state, "ok") == 0 || strcmp(state, "running") == 0 || strcmp(state, "waiting") == 0;
}

static json_t *
unwell(struct web_call *c, const struct power_job *j)
{
	json_t *list = json_array();

	for (size_t i = 0; i < j->plan.n_machines; i++) {
		size_t at = j->order[i];
		json_t *o;

		if (is_well(j->machines[at].state))
			continue;
		o = power_job_machine_json(c, j, at);
		jsn_set_text(o, "level", power_job_level_class(j->machines[at].state));
		jsn_set(o, "remedies", remedies(c, j, at));
		jsn_add(list, o);
	}
	return list;
}

/* ---- how far it is ------------------------------------------------------------------------------------ */

/* "12 of 200 machines done; 1 failed, 16 in a step, 171 waiting" */
static const char *
progress(struct web_call *c, const struct power_job *j)
{
	static const struct {
		const char *state, *word;
	} words[] = {{"failed", "failed"}, {"unknown", "unknown"}, {"refused", "refused"}, {"stopped", "left in the middle"},
	    {"skipped", "not begun or stopped"}, {"running", "in a step"}, {"waiting", "waiting"}};
	struct buf b = BUF(1000);
	const char *text;
	bool any = false;

	buf_printf(&b, "%zu of %zu done", power_job_count(j, "ok"), j->plan.n_machines);
	for (size_t i = 0; i < LARCH_COUNT(words); i++) {
		size_t n = power_job_count(j, words[i].state);

		if (n > 0)
			buf_printf(&b, "%s%zu %s", any ? ", " : "; ", n, words[i].word);
		any |= n > 0;
	}
	text = arena_strdup(c->arena, b.p);
	buf_free(&b);
	return text;
}

static json_t *
job_model(struct web_call *c, const struct power_job *j)
{
	json_t *m = power_job_json(c, j);
	char when[TIMES_TEXT];

	jsn_set(m, "title", json_sprintf("Job %lld", (long long)j->request.id));
	json_object_del(m, "steps"); /* the tables have them */
	json_object_del(m, "machines");
	jsn_set_text(m, "far", progress(c, j));
	jsn_set(m, "n_done", json_integer((json_int_t)(j->plan.n_machines - power_job_count(j, "waiting") -
	    power_job_count(j, "running"))));
	jsn_set(m, "n_all", json_integer((json_int_t)j->plan.n_machines));
	jsn_set_text(m, "rest", j->rest_ms == 0 ? NULL : times_age(j->rest_ms, when));
	jsn_set(m, "unwell", unwell(c, j));
	jsn_set(m, "open", json_boolean(j->open));
	jsn_set(m, "paused", json_boolean(strcmp(j->state.state, "paused") == 0));
	jsn_set(m, "running", json_boolean(strcmp(j->state.state, "running") == 0));
	jsn_set_text(m, "level", power_job_level_class(j->state.state));
	jsn_set_text(m, "created_room", times_room(j->request.created, when));
	jsn_set_text(m, "ended_room", j->state.ended == 0 ? NULL : times_room(j->state.ended, when));
	jsn_set(m, "short_plan", json_stringn(j->request.plan_hash, 16));
	if (j->open)
		web_refresh(c, j->plan.n_machines > 50 ? 5 : 2);
	return m;
}

/* ---- the tables ------------------------------------------------------------------------------------------- */

struct rows {
	struct web_call *c;
	const struct power_job *j;
	size_t *steps; /* that are shown */
};

static const struct web_column machine_columns[] = {
    {.key = "machine", .title = "Machine", .kind = WEB_COL_LINK},
    {.key = "state", .title = "State", .kind = WEB_COL_LEVEL},
    {.key = "steps", .title = "Steps"},
    {.key = "waits_for", .title = "Waits for"},
    {.key = "since", .title = "Since", .kind = WEB_COL_TIME},
    {.key = "limit", .title = "At most"},
    {.key = "text", .title = "What was seen"},
};

/* A machine's page; of an outlet its PDU's. */
static const char *
page_of(struct arena *a, const char *name)
{
	const char *colon = strrchr(name, ':');

	return colon == NULL ? arena_printf(a, "/nodes/%s", name) : arena_printf(a, "/nodes/%.*s", (int)(colon - name), name);
}

static struct web_cell
machine_cell(void *ctx, size_t row, size_t column)
{
	const struct rows *r = ctx;
	const size_t at = r->j->order[row];
	const struct power_job_machine *m = &r->j->machines[at];
	const char *name = r->j->plan.machines[at].name;
	char age[TIMES_TEXT];

	switch (column) {
	case 0: return web_cell_link(name, page_of(r->c->arena, name));
	case 1: return power_job_state_cell(m->state);
	case 2: return web_cell_text(arena_printf(r->c->arena, "%zu of %zu", m->done, m->total));
	case 3: return web_cell_text(m->waits_for == NULL ? "" : m->waits_for);
	case 4: return m->since == 0 ? web_cell_text("") : web_cell_time(m->since);
	case 5: return web_cell_text(m->limit_ms == 0 ? "" : arena_strdup(r->c->arena, times_age(m->limit_ms, age)));
	default: return web_cell_text(m->text);
	}
}

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
	const struct rows *r = ctx;
	const size_t i = r->steps[row];
	const struct power_step *s = &r->j->plan.steps[i];
	const struct journal_step *at = &r->j->steps[i];
	const char *name = r->j->plan.machines[s->machine].name;

	switch (column) {
	case 0: return web_cell_number((double)i + 1);
	case 1: return web_cell_link(name, page_of(r->c->arena, name));
	case 2: return web_cell_text(power_step_text(&r->j->plan, i, r->c->arena));
	case 3: return power_job_state_cell(at->state);
	case 4: return at->ended == 0 && at->began == 0 ? web_cell_text("")
		                                        : web_cell_time(at->ended != 0 ? at->ended : at->began);
	default: return web_cell_text(at->text);
	}
}

/* Those of who is in a step or not well come first to mind; the others are one link away. */
static size_t
choose_steps(struct rows *r, bool all)
{
	const struct power_job *j = r->j;
	size_t n = 0;

	r->steps = arena_array(r->c->arena, j->plan.n_steps + 1, sizeof(*r->steps));
	for (size_t i = 0; i < j->plan.n_steps; i++) {
		const char *state = j->machines[j->plan.steps[i].machine].state;

		if (all || j->plan.n_steps <= STEPS_SHOWN ||
		    (strcmp(state, "ok") != 0 && strcmp(state, "waiting") != 0 && strcmp(state, "skipped") != 0))
			r->steps[n++] = i;
	}
	return n;
}

int
power_show_job(struct web_call *c, struct err *e)
{
	struct power_job j;
	struct rows rows = {.c = c, .j = &j};
	struct web_table tables[] = {
	    {.name = "machines", .caption = "Machines", .columns = machine_columns, .n_columns = LARCH_COUNT(machine_columns),
	        .cell = machine_cell, .ctx = &rows},
	    {.name = "steps", .caption = "Steps", .columns = step_columns, .n_columns = LARCH_COUNT(step_columns),
	        .cell = step_cell, .ctx = &rows, .empty = "No machine is in a step, and none is left."},
	};
	json_t *m;

	if (power_job_load(c, web_int(c, "id", 0), &j, e) != 0)
		return -1;
	if (c->format == WEB_JSON_FORMAT)
		return web_json(c, 200, power_job_json(c, &j), e);
	tables[0].n = j.plan.n_machines;
	tables[1].n = choose_steps(&rows, web_flag(c, "all") || c->format != WEB_HTML);
	if (c->format == WEB_HTML) {
		m = job_model(c, &j);
		jsn_set(m, "more_steps", json_boolean(tables[1].n < j.plan.n_steps));
		jsn_set(m, "n_steps", json_integer((json_int_t)j.plan.n_steps));
		return web_show(c, NULL, m, tables, LARCH_COUNT(tables), e);
	}
	tables[1].caption = arena_printf(c->arena, "Job %lld: %s of %s via %s by %s: %s; %s", (long long)j.request.id,
	    power_verb_name(j.request.verb), j.request.machines, power_way_name(j.request.way), j.request.who, j.state.state,
	    progress(c, &j));
	return web_show(c, NULL, NULL, &tables[1], 1, e);
}
