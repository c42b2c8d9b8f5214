/* SPDX-License-Identifier: Apache-2.0 */
/* The page of one job: how far it is, who needs somebody, what each machine waits for, and its steps. */
#include <stdio.h>
#include <string.h>

#include "power_job.h"

#define STEPS_SHOWN 100 /* of a larger job the page has only the steps that went wrong ... */
#define MACHINES_SHOWN 40 /* ... and of many machines those that are in a step; the others are named in a line */

/* A machine's page; of an outlet its PDU's. */
static const char *
page_of(struct arena *a, const char *name)
{
	const char *colon = strrchr(name, ':');

	return colon == NULL ? arena_printf(a, "/nodes/%s", name) : arena_printf(a, "/nodes/%.*s", (int)(colon - name), name);
}

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
	json_t *list = json_array(), *finish = power_job_finish(c, j, machine), *undo = power_job_undo(c, j, machine);

	if (finish != NULL && undo != NULL && json_equal(finish, undo)) { /* of half a cycle it is the same */
		add_link(list, "Finish, or undo", finish);
		json_decref(undo);
	} else {
		add_link(list, "Finish", finish);
		add_link(list, "Undo", undo);
	}
	add_link(list, "Another way", power_job_other_way(c, j, machine));
	return list;
}

/* "Finish all 12": one plan for those that would have the same alone. */
static void
add_group(struct web_call *c, json_t *list, const char *what, json_t *group)
{
	add_link(list, arena_printf(c->arena, "%s all %lld", what, (long long)jsn_integer_or(group, "n", 0)), json_incref(group));
}

static bool
has_equal(const json_t *list, const json_t *o)
{
	json_t *x;
	size_t i;

	json_array_foreach(list, i, x)
		if (json_equal(x, o))
			return true;
	return false;
}

static json_t *
undo_of_ok(struct web_call *c, const struct power_job *j, size_t machine)
{
	return strcmp(j->machines[machine].state, "ok") == 0 ? power_job_undo(c, j, machine) : NULL;
}

static json_t *
undo_of_left(struct web_call *c, const struct power_job *j, size_t machine)
{
	return strcmp(j->machines[machine].state, "ok") != 0 ? power_job_undo(c, j, machine) : NULL;
}

static json_t *
together(struct web_call *c, const struct power_job *j)
{
	json_t *list = json_array(), *finish = power_job_together(c, j, power_job_finish), *undo = power_job_together(c, j, undo_of_left), *o;
	size_t i;

	json_array_foreach(finish, i, o)
		add_group(c, list, has_equal(undo, o) ? "Finish, or undo," : "Finish", o);
	json_array_foreach(undo, i, o)
		if (!has_equal(finish, o))
			add_group(c, list, "Undo", o);
	json_decref(finish);
	json_decref(undo);
	return list;
}

/* What is well stands in one line, and goes back by one link where it can. */
static json_t *
undo_well(struct web_call *c, const struct power_job *j)
{
	json_t *list = json_array(), *groups, *o;
	size_t i;

	if (j->open)
		return list;
	groups = power_job_together(c, j, undo_of_ok);
	json_array_foreach(groups, i, o)
		add_group(c, list, "Undo", o);
	json_decref(groups);
	for (i = 0; i < j->plan.n_machines && power_job_count(j, "ok") == 1; i++)
		add_link(list, "Undo", undo_of_ok(c, j, i));
	return list;
}

static bool
is_well(const char *state)
{
	return strcmp(state, "ok") == 0 || strcmp(state, "running") == 0 || strcmp(state, "waiting") == 0;
}

/* The names of those in a state, folded; NULL none. */
static const char *
names_of(struct web_call *c, const struct power_job *j, const char *state, bool untouched)
{
	struct hosts h = {.name = arena_array(c->arena, j->plan.n_machines + 1, sizeof(*h.name))};

	for (size_t i = 0; i < j->plan.n_machines; i++)
		if (strcmp(j->machines[i].state, state) == 0 && (!untouched || power_job_untouched(j, i)))
			h.name[h.n++] = arena_strdup(c->arena, j->plan.machines[i].name);
	hosts_sort(&h);
	return h.n == 0 ? NULL : hosts_fold(&h, c->arena);
}

/* "pdu-b01-a AA4, pdu-b01-b AA4", where the machine's own sentence has not said it. */
static const char *
left_words(struct web_call *c, const struct power_job *j, size_t machine)
{
	json_t *list = power_job_left_off(c, j, machine), *v;
	const char *text = NULL;
	size_t i;

	json_array_foreach(list, i, v)
		text = text == NULL ? arena_strdup(c->arena, json_string_value(v))
		                    : arena_printf(c->arena, "%s, %s", text, json_string_value(v));
	json_decref(list);
	return strstr(j->machines[machine].text, "left where it is") != NULL ? NULL : text;
}

/* Whoever was not touched stands in one line, with one link for all. */
static json_t *
untouched(struct web_call *c, const struct power_job *j)
{
	const char *names = names_of(c, j, "skipped", true);
	json_t *o, *list;
	size_t n = 0;

	if (names == NULL)
		return NULL;
	for (size_t i = 0; i < j->plan.n_machines; i++)
		n += power_job_untouched(j, i);
	o = json_object();
	list = json_array();
	jsn_set(o, "n", json_integer((json_int_t)n));
	jsn_set_text(o, "names", names);
	if (!j->open)
		add_link(list, "Finish", power_job_begin_all(c, j, names));
	jsn_set(o, "remedies", list);
	return o;
}

static json_t *
unwell(struct web_call *c, const struct power_job *j)
{
	json_t *list = json_array();

	for (size_t i = 0; i < j->plan.n_machines; i++) {
		size_t at = j->order[i];
		json_t *o;

		if (is_well(j->machines[at].state) || power_job_untouched(j, at))
			continue;
		o = power_job_machine_json(c, j, at);
		jsn_set_text(o, "page", page_of(c->arena, j->plan.machines[at].name));
		jsn_set_text(o, "level", power_job_level_class(j->machines[at].state));
		jsn_set_text(o, "left", left_words(c, j, at));
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
	    {"skipped", "stopped"}, {"running", "in a step"}, {"waiting", "waiting"}};
	struct buf b = BUF(1000);
	const char *text;
	size_t never = 0;
	bool any = false;

	for (size_t i = 0; i < j->plan.n_machines; i++)
		never += power_job_untouched(j, i);
	buf_printf(&b, "%zu of %zu done", power_job_count(j, "ok"), j->plan.n_machines);
	for (size_t i = 0; i < LARCH_COUNT(words); i++) {
		size_t n = power_job_count(j, words[i].state) - (strcmp(words[i].state, "skipped") == 0 ? never : 0);

		if (n > 0)
			buf_printf(&b, "%s%zu %s", any ? ", " : "; ", n, words[i].word);
		any |= n > 0;
	}
	if (never > 0)
		buf_printf(&b, "%s%zu never begun", any ? ", " : "; ", never);
	text = arena_strdup(c->arena, b.p);
	buf_free(&b);
	return text;
}

static json_t *
job_model(struct web_call *c, const struct power_job *j)
{
	json_t *m = power_job_json(c, j), *rest = untouched(c, j), *list;
	char when[TIMES_TEXT];

	jsn_set(m, "title", json_sprintf("Job %lld", (long long)j->request.id));
	json_object_del(m, "steps"); /* the tables have them */
	json_object_del(m, "machines");
	jsn_set_text(m, "far", progress(c, j));
	jsn_set(m, "n_done", json_integer((json_int_t)power_job_count(j, "ok")));
	jsn_set(m, "n_all", json_integer((json_int_t)j->plan.n_machines));
	jsn_set_text(m, "rest", j->rest_ms == 0 ? NULL : times_age(j->rest_ms, when));
	list = unwell(c, j);
	jsn_set(m, "any_unwell", json_boolean(json_array_size(list) > 0));
	jsn_set(m, "n_unwell", json_integer((json_int_t)json_array_size(list)));
	jsn_set(m, "unwell", list);
	list = together(c, j);
	jsn_set(m, "any_together", json_boolean(json_array_size(list) > 0));
	jsn_set(m, "together", list);
	jsn_set(m, "undo_well", undo_well(c, j));
	jsn_set(m, "untouched", rest == NULL ? json_false() : rest);
	jsn_set(m, "open", json_boolean(j->open));
	jsn_set(m, "paused", json_boolean(strcmp(j->state.state, "paused") == 0));
	jsn_set(m, "running", json_boolean(strcmp(j->state.state, "running") == 0));
	jsn_set_text(m, "level", power_job_level_class(j->state.state));
	jsn_set_text(m, "created_room", times_room(j->request.created, when));
	jsn_set_text(m, "ended_room", j->state.ended == 0 ? NULL : times_room(j->state.ended, when));
	jsn_set(m, "short_plan", json_stringn(j->request.plan_hash, 16));
	if (j->open || strcmp(j->state.state, "ok") != 0) /* it goes on, or somebody may want to finish it */
		power_tags_model(c, &j->plan, m);
	power_evidence_model(c, j->request.id, m);
	if (j->open)
		web_refresh(c, j->plan.n_machines > 50 ? 5 : 2);
	return m;
}

/* ---- the tables ------------------------------------------------------------------------------------------- */

struct rows {
	struct web_call *c;
	const struct power_job *j;
	size_t *machines, *steps; /* that are shown */
};

static const struct web_column machine_columns[] = {
    {.key = "machine", .title = "Machine", .kind = WEB_COL_LINK},
    {.key = "state", .title = "State", .kind = WEB_COL_LEVEL},
    {.key = "steps", .title = "Steps"},
    {.key = "waits_for", .title = "Waits for", .prose = true},
    {.key = "since", .title = "Since", .kind = WEB_COL_TIME},
    {.key = "limit", .title = "At most"},
    {.key = "text", .title = "What was seen", .prose = true},
};

static struct web_cell
machine_cell(void *ctx, size_t row, size_t column)
{
	const struct rows *r = ctx;
	const size_t at = r->machines[row];
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
    {.key = "text", .title = "What was seen", .prose = true},
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

/* Of many machines those that are in a step: who needs somebody stands above. */
static size_t
choose_machines(struct rows *r, bool all)
{
	const struct power_job *j = r->j;
	size_t n = 0;

	r->machines = arena_array(r->c->arena, j->plan.n_machines + 1, sizeof(*r->machines));
	for (size_t i = 0; i < j->plan.n_machines; i++) {
		const size_t at = j->order[i];
		const char *state = j->machines[at].state;

		if (all || j->plan.n_machines <= MACHINES_SHOWN || strcmp(state, "running") == 0)
			r->machines[n++] = at;
	}
	return n;
}

/* Of a large job those that went wrong: where the others are stands in the table of machines. */
static size_t
choose_steps(struct rows *r, bool all)
{
	const struct power_job *j = r->j;
	size_t n = 0;

	r->steps = arena_array(r->c->arena, j->plan.n_steps + 1, sizeof(*r->steps));
	for (size_t i = 0; i < j->plan.n_steps; i++) {
		const char *state = j->steps[i].state;

		if (all || j->plan.n_steps <= STEPS_SHOWN || strcmp(state, "failed") == 0 || strcmp(state, "unknown") == 0 ||
		    strcmp(state, "refused") == 0)
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
	        .cell = machine_cell, .ctx = &rows, .empty = "None is in a step."},
	    {.name = "steps", .caption = "Steps", .columns = step_columns, .n_columns = LARCH_COUNT(step_columns),
	        .cell = step_cell, .ctx = &rows, .empty = "Nothing has gone wrong."},
	};
	json_t *m;
	size_t skip;

	if (power_job_load(c, web_int(c, "id", 0), &j, e) != 0)
		return -1;
	if (c->format == WEB_JSON_FORMAT)
		return web_json(c, 200, power_job_json(c, &j), e);
	tables[0].n = choose_machines(&rows, web_flag(c, "all"));
	tables[1].n = choose_steps(&rows, web_flag(c, "all") || c->format != WEB_HTML);
	if (c->format == WEB_HTML) {
		m = job_model(c, &j);
		jsn_set(m, "more_steps", json_boolean(tables[1].n < j.plan.n_steps));
		if (tables[0].n < j.plan.n_machines) {
			jsn_set_text(m, "names_waiting", names_of(c, &j, "waiting", false));
			jsn_set_text(m, "names_ok", names_of(c, &j, "ok", false));
		}
		jsn_set(m, "n_steps", json_integer((json_int_t)j.plan.n_steps));
		skip = tables[0].n == 0 && !j.open; /* nothing is in a step any more */
		return web_show(c, NULL, m, &tables[skip], LARCH_COUNT(tables) - skip, e);
	}
	tables[1].caption = arena_printf(c->arena, "Job %lld: %s of %s via %s by %s: %s; %s", (long long)j.request.id,
	    power_verb_name(j.request.verb), j.request.machines, power_way_name(j.request.way), j.request.who, j.state.state,
	    progress(c, &j));
	return web_show(c, NULL, NULL, &tables[1], 1, e);
}
