/* SPDX-License-Identifier: Apache-2.0 */
/* One job, put together of its request, its plan and what the journal says of each step. */
#include <string.h>

#include "power_job.h"

static void
merge_steps(struct power_job *j, const struct journal_step *rows, size_t n, struct arena *a)
{
	j->steps = arena_array(a, j->plan.n_steps, sizeof(*j->steps));
	for (size_t i = 0; i < j->plan.n_steps; i++)
		j->steps[i] = (struct journal_step){j->request.id, (int64_t)i + 1, "waiting", "", 0, 0};
	for (size_t i = 0; i < n; i++)
		if (rows[i].step >= 1 && (size_t)rows[i].step <= j->plan.n_steps)
			j->steps[rows[i].step - 1] = rows[i];
}

static int
load_plan(struct web_call *c, struct power_job *j, struct err *e)
{
	json_t *plan = jsn_parse(str_of(j->request.plan_text), "the job's plan", e);
	int rc;

	if (plan == NULL)
		return -1;
	rc = power_plan_from_json(plan, c->arena, &j->plan, e);
	json_decref(plan);
	return rc;
}

static struct journal *
load_state(struct web_call *c, struct power_job *j)
{
	struct journal *journal = NULL;
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
	return journal;
}

/* ---- machines -------------------------------------------------------------------------------------- */

/* How long a step may take, as larchd gives it; 0: it has no limit of its own. */
static int64_t
limit_of(const struct conf *c, enum power_action a)
{
	switch (a) {
	case POWER_DO_CHASSIS_OFF:
	case POWER_DO_OUTLET_OFF:
	case POWER_DO_LOAD: return c->off_limit_ms;
	case POWER_DO_DWELL: return c->dwell_ms;
	case POWER_DO_BMC_SILENT:
	case POWER_DO_PING_LOST: return c->silent_limit_ms;
	case POWER_DO_WAIT_BMC: return c->boot_limit_ms;
	case POWER_DO_WAIT_PING: return c->ping_limit_ms;
	case POWER_DO_SOFT: return c->soft_limit_ms;
	case POWER_DO_WATCH: return c->rebuild_limit_ms;
	default: return c->on_limit_ms;
	}
}

static bool
is(const struct journal_step *s, const char *state)
{
	return strcmp(s->state, state) == 0;
}

static bool
went_wrong(const struct journal_step *s)
{
	return is(s, "failed") || is(s, "unknown") || is(s, "refused");
}

/* What its steps say: the worst of them is where it is. */
struct tally {
	const struct journal_step *wrong, *skipped, *running, *last;
	size_t running_at;
	bool begun;
};

static struct tally
tally_steps(const struct power_job *j, size_t machine, struct power_job_machine *m)
{
	struct tally t = {0};

	for (size_t i = 0; i < j->plan.n_steps; i++) {
		const struct journal_step *s = &j->steps[i];

		if (j->plan.steps[i].machine != machine)
			continue;
		m->total++;
		m->done += is(s, "ok");
		t.begun |= !is(s, "waiting") && !is(s, "skipped");
		if (is(s, "ok"))
			t.last = s;
		if (t.wrong == NULL && went_wrong(s))
			t.wrong = s;
		if (t.skipped == NULL && is(s, "skipped"))
			t.skipped = s;
		if (is(s, "running")) {
			t.running = s;
			t.running_at = i;
		}
	}
	return t;
}

/* Nothing is said of a step that goes on before its intent: it stands in the queue, or is being looked at for the last time. */
static bool
has_no_turn(const struct journal_step *s, enum power_action a)
{
	return s->text[0] == '\0' && (a == POWER_DO_OUTLET_ON || a == POWER_DO_CHASSIS_ON || a == POWER_DO_ENSURE_ON);
}

static void
set_waits(struct web_call *c, const struct power_job *j, struct power_job_machine *m, size_t step)
{
	const struct journal_step *s = &j->steps[step];
	enum power_action a = j->plan.steps[step].action;

	m->waits_for = power_step_text(&j->plan, step, c->arena);
	m->text = s->text;
	m->since = s->began;
	if (has_no_turn(s, a))
		m->waits_for = arena_printf(c->arena, "its turn, then %s", m->waits_for);
	else
		m->limit_ms = limit_of(c->conf, a);
}

static void
load_machine(struct web_call *c, struct power_job *j, size_t machine)
{
	struct power_job_machine *m = &j->machines[machine];
	struct tally t;

	*m = (struct power_job_machine){.state = "ok", .text = ""};
	t = tally_steps(j, machine, m);
	if (t.last != NULL)
		m->text = t.last->text;
	if (j->plan.machines[machine].nothing != NULL) {
		m->text = j->plan.machines[machine].nothing;
	} else if (t.wrong != NULL) {
		m->state = t.wrong->state;
		m->text = t.wrong->text;
	} else if (t.skipped != NULL) {
		m->state = "skipped";
		m->text = t.skipped->text;
	} else if (m->done < m->total) {
		m->state = j->open && t.begun ? "running" : t.begun ? "stopped" : "waiting";
	}
	if (j->open && t.running != NULL)
		set_waits(c, j, m, t.running_at);
}

/* Who needs somebody comes first, who is done last; among equals the plan's order. */
static int
rank(const char *state)
{
	static const char *const order[] = {"failed", "unknown", "refused", "stopped", "skipped", "running", "waiting", "ok"};
	size_t i = 0;

	while (i < LARCH_COUNT(order) && strcmp(order[i], state) != 0)
		i++;
	return (int)i;
}

static void
load_machines(struct web_call *c, struct power_job *j)
{
	size_t n = j->plan.n_machines, at = 0;

	j->machines = arena_array(c->arena, n + 1, sizeof(*j->machines));
	j->order = arena_array(c->arena, n + 1, sizeof(*j->order));
	for (size_t i = 0; i < n; i++)
		load_machine(c, j, i);
	for (int r = 0; at < n; r++)
		for (size_t i = 0; i < n; i++)
			if (rank(j->machines[i].state) == r)
				j->order[at++] = i;
}

/* What is still to come, by the pace alone. */
static void
estimate(struct web_call *c, struct power_job *j)
{
	bool *over = arena_array(c->arena, j->plan.n_machines + 1, sizeof(*over));
	struct inv *inv;
	struct err e;

	j->rest_ms = 0;
	if (!j->open || power_need_inv(c, &inv, &e) != 0)
		return;
	for (size_t i = 0; i < j->plan.n_machines; i++)
		over[i] = strcmp(j->machines[i].state, "waiting") != 0 && strcmp(j->machines[i].state, "running") != 0;
	j->rest_ms = power_plan_estimate_rest(inv, c->conf, &j->plan, over, c->arena);
}

int
power_job_load(struct web_call *c, int64_t id, struct power_job *j, struct err *e)
{
	struct power_requests *requests;
	struct journal *journal;

	if (power_need_requests(c, &requests, e) != 0 ||
	    power_request_get(requests, id, c->arena, &j->request, e) != 0 || load_plan(c, j, e) != 0)
		return -1;
	journal = load_state(c, j);
	load_machines(c, j);
	power_job_load_left(c, j, journal);
	estimate(c, j);
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

const char *
power_job_level_class(const char *state)
{
	static const char *const classes[] = {"level-ok", "level-warn", "level-critical", "level-unknown"};

	return classes[state_level(state)];
}

/* A step that is still to come carries no level. */
struct web_cell
power_job_state_cell(const char *state)
{
	if (strcmp(state, "waiting") == 0 || strcmp(state, "running") == 0)
		return web_cell_text(state);
	return web_cell_level(state_level(state), state, 0, false);
}
