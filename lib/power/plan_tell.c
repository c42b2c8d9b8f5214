/* SPDX-License-Identifier: Apache-2.0 */
/* A plan as it is told: what becomes of whom, and the machines one by one or, of many, those alike together. */
#include <string.h>

#include "plan_making.h"

#define NAMES_SHOWN 60 /* bytes of names beside one owner, of more than a handful */
#define NAMED 12 /* jobs, owners of one line; the others are counted */

struct telling {
	const struct power_plan *p;
	struct arena *a;
	size_t *first, *count; /* of each machine its steps, which stand together */
	struct power_tell_row *rows;
	size_t n_rows, cap_rows;
};

static void
add_row(struct telling *t, const char *label, const char *text, bool dark)
{
	if (text == NULL || text[0] == '\0')
		return;
	t->rows = power_plan_grown(t->a, t->rows, t->n_rows, &t->cap_rows, sizeof(*t->rows));
	t->rows[t->n_rows++] = (struct power_tell_row){label, text, dark};
}

static void
count_steps(struct telling *t)
{
	const struct power_plan *p = t->p;

	t->first = arena_array(t->a, p->n_machines, sizeof(*t->first));
	t->count = arena_array(t->a, p->n_machines, sizeof(*t->count));
	memset(t->count, 0, p->n_machines * sizeof(*t->count));
	for (size_t i = 0; i < p->n_steps; i++)
		if (t->count[p->steps[i].machine]++ == 0)
			t->first[p->steps[i].machine] = i;
}

/* ---- names, jobs, owners -------------------------------------------------------------------- */

struct list {
	struct hosts h;
	size_t cap;
};

static void
add_name(struct telling *t, struct list *l, const char *name)
{
	l->h.name = power_plan_grown(t->a, l->h.name, l->h.n, &l->cap, sizeof(*l->h.name));
	l->h.name[l->h.n++] = arena_strdup(t->a, name);
}

/* "n[1-4] (4)"; NULL of none. */
static const char *
counted(struct telling *t, struct list *l)
{
	const char *names;

	if (l->h.n == 0)
		return NULL;
	names = power_plan_names(&l->h, t->a);
	return l->h.n == 1 ? names : arena_printf(t->a, "%s (%zu)", names, l->h.n);
}

static const char *
numbered(const char *head, const struct power_slurm_job *jobs, size_t n, struct arena *a)
{
	struct buf b = BUF(LIMIT_PAGE);
	const char *text;

	buf_puts(&b, head);
	for (size_t i = 0; i < n && i < NAMED; i++)
		buf_printf(&b, "%s %s %s", i == 0 ? "" : ",", jobs[i].id, jobs[i].user);
	if (n > NAMED)
		buf_printf(&b, " and %zu more", n - NAMED);
	text = arena_strndup(a, b.p, b.n);
	buf_free(&b);
	return text;
}

const char *
power_plan_jobs(const struct power_slurm_job *jobs, size_t n, struct arena *a)
{
	return numbered(n == 1 ? "Slurm job" : "Slurm jobs", jobs, n, a);
}

/* The jobs that end, each once: one of many nodes is one job. */
struct ending {
	struct power_slurm_job *jobs;
	size_t n, cap, unlisted;
	bool known, stale;
};

static void
add_jobs(struct telling *t, struct ending *x, const struct power_slurm_job *jobs, size_t n)
{
	size_t k;

	for (size_t i = 0; i < n; i++) {
		for (k = 0; k < x->n && strcmp(x->jobs[k].id, jobs[i].id) != 0; k++)
			;
		if (k < x->n)
			continue;
		x->jobs = power_plan_grown(t->a, x->jobs, x->n, &x->cap, sizeof(*x->jobs));
		x->jobs[x->n++] = jobs[i];
	}
}

static void
tell_jobs(struct telling *t)
{
	const struct power_plan *p = t->p;
	struct ending x = {0};
	const char *text;

	for (size_t i = 0; i < p->n_machines; i++) {
		const struct power_known *known = p->machines[i].known;

		if (t->count[i] == 0)
			continue;
		add_jobs(t, &x, p->machines[i].jobs, p->machines[i].n_jobs);
		if (known == NULL)
			continue;
		x.unlisted += (size_t)known->n_jobs - known->n_listed;
		x.known = x.known || known->jobs_at > 0;
		x.stale = x.stale || known->jobs_stale;
	}
	for (size_t i = 0; i < p->n_cut; i++)
		add_jobs(t, &x, p->cut[i].jobs, p->cut[i].n_jobs);
	text = x.n > 0 ? numbered(arena_printf(t->a, "%zu that end:", x.n + x.unlisted), x.jobs, x.n, t->a)
	    : x.known ? "none run there" : NULL;
	if (text == NULL)
		return;
	add_row(t, "Slurm jobs", x.stale ? arena_printf(t->a, "%s, as Slurm said more than two rounds ago", text) : text, x.n > 0);
}

struct owned {
	const char *owner;
	struct list things;
};

static void
add_owned(struct telling *t, struct owned **list, size_t *n, size_t *cap, const char *owner, const char *thing)
{
	size_t i = 0;

	if (owner == NULL || owner[0] == '\0')
		return;
	while (i < *n && strcmp((*list)[i].owner, owner) != 0)
		i++;
	if (i == *n) {
		*list = power_plan_grown(t->a, *list, *n, cap, sizeof(**list));
		(*list)[(*n)++] = (struct owned){.owner = owner};
	}
	add_name(t, &(*list)[i].things, thing);
}

/* "ana: n[1-3]; bio: 40": of many that do not fold only how many. */
static void
tell_by(struct telling *t, const char *label, const struct owned *list, size_t n)
{
	struct buf b = BUF(LIMIT_PAGE);

	for (size_t i = 0; i < n && i < NAMED; i++) {
		struct hosts h = list[i].things.h;
		const char *names = power_plan_names(&h, t->a);

		if (h.n > POWER_TELL_EACH && strlen(names) > NAMES_SHOWN)
			names = arena_printf(t->a, "%zu", h.n);
		buf_printf(&b, "%s%s: %s", i == 0 ? "" : "; ", list[i].owner, names);
	}
	if (n > NAMED)
		buf_printf(&b, "; and %zu more", n - NAMED);
	add_row(t, label, arena_strndup(t->a, b.n == 0 ? "" : b.p, b.n), false);
	buf_free(&b);
}

static void
tell_owners(struct telling *t)
{
	const struct power_plan *p = t->p;
	struct owned *owners = NULL, *states = NULL;
	size_t n = 0, cap = 0, n_states = 0, cap_states = 0;

	for (size_t i = 0; i < p->n_machines; i++) {
		if (t->count[i] == 0)
			continue;
		add_owned(t, &owners, &n, &cap, p->machines[i].owner, p->machines[i].name);
		if (p->machines[i].known != NULL)
			add_owned(t, &states, &n_states, &cap_states, p->machines[i].known->state, p->machines[i].name);
	}
	for (size_t i = 0; i < p->n_cut; i++)
		add_owned(t, &owners, &n, &cap, p->cut[i].owner, p->cut[i].thing);
	tell_by(t, "Owners", owners, n);
	if (p->n_machines > POWER_TELL_EACH)
		tell_by(t, "State", states, n_states);
}

/* ---- what becomes of whom ---------------------------------------------------------------------- */

static const char *const becomes[POWER_VERB_COUNT] = {
    [POWER_ON] = "Goes on",
    [POWER_OFF] = "Goes dark",
    [POWER_CYCLE] = "Goes dark",
    [POWER_OUTLET_ON] = "Goes on",
    [POWER_OUTLET_OFF] = "Goes off",
    [POWER_OUTLET_CYCLE] = "Goes off",
    [POWER_REBUILD] = "Goes dark",
    [POWER_SETVLAN] = "Moves",
    [POWER_RESET] = "Is reset",
    [POWER_SOFT] = "Shuts down",
    [POWER_NMI] = "Interrupted",
    [POWER_IDENTIFY] = "Blinks",
    [POWER_BOOTDEV] = "Next boot",
};

static void
tell_rows(struct telling *t)
{
	const struct power_plan *p = t->p;
	char age[TIMES_TEXT];
	struct list does = {0}, dark = {0}, dims = {0}, refused = {0}, nothing = {0};

	for (size_t i = 0; i < p->n_machines; i++)
		add_name(t, p->machines[i].refused != NULL ? &refused : p->machines[i].nothing != NULL ? &nothing : &does, p->machines[i].name);
	for (size_t i = 0; i < p->n_cut; i++)
		add_name(t, p->cut[i].other_feed ? &dims : &dark, p->cut[i].thing);
	add_row(t, becomes[p->verb], counted(t, &does), power_verb_ends(p->verb));
	if (p->verb == POWER_OUTLET_OFF || p->verb == POWER_OUTLET_CYCLE)
		add_row(t, "Goes dark", counted(t, &dark), true);
	else
		add_row(t, p->verb == POWER_SETVLAN ? "Moves too" : "Dark too", counted(t, &dark), true);
	add_row(t, "One feed less", counted(t, &dims), true);
	if (p->even != NULL)
		add_row(t, "Even", arena_printf(t->a, "%s: the extra word was said", p->even), true);
	tell_jobs(t);
	tell_owners(t);
	if (p->takes_ms > 0)
		add_row(t, "Takes", arena_printf(t->a, "about %s, without the time that machines boot", times_age(p->takes_ms, age)), false);
	add_row(t, "Refused", counted(t, &refused), false);
	add_row(t, "Nothing to do", counted(t, &nothing), false);
}

/* ---- the machines -------------------------------------------------------------------------------- */

static const char *
about(struct telling *t, const struct power_plan_machine *x)
{
	const char *owner = x->owner == NULL ? "" : x->owner;
	const char *state = x->known == NULL || x->known->state == NULL ? "" : x->known->state;

	return arena_printf(t->a, "%s%s%s%s%s", owner[0] == '\0' ? "" : "owner ", owner,
	    owner[0] == '\0' || state[0] == '\0' ? "" : ", ", state[0] == '\0' ? "" : "state ", state);
}

static const char *
slurm_text(struct telling *t, const struct power_plan_machine *x)
{
	const struct power_known *k = x->known;

	if (k == NULL || k->slurm == NULL)
		return "";
	return k->reason == NULL ? k->slurm : arena_printf(t->a, "%s: \"%s\"", k->slurm, k->reason);
}

static const char *
reason(const struct power_plan_machine *x)
{
	return x->known == NULL ? NULL : x->known->reason;
}

/* What machines of one part have in common. */
static const char *
alike(struct telling *t, size_t at)
{
	const struct power_plan_machine *x = &t->p->machines[at];
	struct buf b = BUF(LIMIT_PAGE);
	const char *text;

	buf_printf(&b, "%s\n%s\n%s\n", x->refused == NULL ? "" : x->refused, x->nothing == NULL ? "" : x->nothing,
	    reason(x) == NULL ? "" : slurm_text(t, x));
	for (size_t i = 0; i < t->count[at]; i++)
		buf_printf(&b, "%d ", (int)t->p->steps[t->first[at] + i].action);
	text = arena_strndup(t->a, b.p, b.n);
	buf_free(&b);
	return text;
}

struct group {
	const char *alike;
	size_t *of, n, cap; /* machines */
};

static struct group *
groups(struct telling *t, size_t *n_out)
{
	bool each = t->p->n_machines <= POWER_TELL_EACH;
	struct group *list = NULL, *g;
	size_t n = 0, cap = 0, k;

	for (size_t i = 0; i < t->p->n_machines; i++) {
		const char *key = each ? NULL : alike(t, i);

		for (k = 0; !each && k < n && strcmp(list[k].alike, key) != 0; k++)
			;
		if (each || k == n) {
			list = power_plan_grown(t->a, list, n, &cap, sizeof(*list));
			list[n] = (struct group){.alike = key};
			k = n++;
		}
		g = &list[k];
		g->of = power_plan_grown(t->a, g->of, g->n, &g->cap, sizeof(*g->of));
		g->of[g->n++] = i;
	}
	*n_out = n;
	return list;
}

/* "2026-11-28T03:10Z" */
static const char *
minute(struct telling *t, int64_t at)
{
	char text[TIMES_TEXT];

	return arena_printf(t->a, "%.16sZ", times_utc(at, text));
}

static void
tell_past(struct telling *t, const struct power_known *k)
{
	static const char *const helped[] = {[POWER_HELP_UNKNOWN] = "whether it helped nobody looked", [POWER_HELP_NONE] = "it did not help",
	    [POWER_HELPED] = "it helped"};

	for (size_t i = 0; i < k->n_past; i++) {
		const struct power_past *x = &k->past[i];

		add_row(t, i == 0 ? "Cycled before" : "", arena_printf(t->a, "%s %s via %s by %s, job %lld: %s%s%s", minute(t, x->at), x->verb,
		    x->way, x->who, (long long)x->job, x->outcome, strcmp(x->outcome, "ok") == 0 ? ", " : "",
		    strcmp(x->outcome, "ok") == 0 ? helped[x->helped] : ""), false);
	}
}

/* "n[3,7]: 1, helped 1; n9: 5, helped 0": of the last five each. */
static void
tell_pasts(struct telling *t, const struct group *g)
{
	struct list by[POWER_PAST + 1][POWER_PAST + 1] = {0};
	struct buf b = BUF(LIMIT_PAGE);

	for (size_t i = 0; i < g->n; i++) {
		const struct power_known *k = t->p->machines[g->of[i]].known;
		size_t helped = 0;

		if (k == NULL || k->n_past == 0 || k->n_past > POWER_PAST)
			continue;
		for (size_t n = 0; n < k->n_past; n++)
			helped += k->past[n].helped == POWER_HELPED;
		add_name(t, &by[k->n_past][helped], t->p->machines[g->of[i]].name);
	}
	for (size_t n = POWER_PAST; n > 0; n--)
		for (size_t h = 0; h <= n; h++)
			if (by[n][h].h.n > 0)
				buf_printf(&b, "%s%s: %zu%s, helped %zu", b.n > 0 ? "; " : "", power_plan_names(&by[n][h].h, t->a), n,
				    n == POWER_PAST ? " or more" : "", h);
	add_row(t, "Cycled before", arena_strndup(t->a, b.n == 0 ? "" : b.p, b.n), false);
	buf_free(&b);
}

static void
tell_group_jobs(struct telling *t, const struct group *g)
{
	struct ending x = {0};
	struct list busy = {0};

	for (size_t i = 0; i < g->n; i++) {
		const struct power_plan_machine *m = &t->p->machines[g->of[i]];

		add_jobs(t, &x, m->jobs, m->n_jobs);
		if (m->n_jobs > 0)
			add_name(t, &busy, m->name);
	}
	if (x.n > 0)
		add_row(t, "Runs", arena_printf(t->a, "%s%s%s", power_plan_jobs(x.jobs, x.n, t->a), g->n == 1 ? "" : " on ",
		    g->n == 1 ? "" : power_plan_names(&busy.h, t->a)), true);
}

/* One line of the group: step `k` of each of its machines, outlets that go the same way together. Which is the next. */
static size_t
tell_step(struct telling *t, const struct group *g, size_t k, struct power_tell_step *out)
{
	static const struct power_words each = {"it", "its BMC", "its outlets"};
	const struct power_plan *p = t->p;
	size_t at = t->first[g->of[0]] + k, next = k + 1;
	struct buf b = BUF(LIMIT_PAGE);

	if (g->n == 1) {
		*out = (struct power_tell_step){at + 1, power_step_text(p, at, t->a), p->steps[at].device_name};
		return next;
	}
	while (next < t->count[g->of[0]] && p->steps[at].outlet != NULL && p->steps[at + next - k].action == p->steps[at].action)
		next++;
	power_step_words(p, &p->steps[at], &each, &b);
	*out = (struct power_tell_step){0, arena_strndup(t->a, b.p, b.n), ""};
	buf_free(&b);
	return next;
}

/* "pdu-b01-a AA[1-40]; pdu-b01-b AA[1-40]": every outlet that the group's steps switch. */
static void
tell_outlets(struct telling *t, const struct group *g)
{
	const struct power_plan *p = t->p;
	struct list outlets = {0};

	for (size_t i = 0; i < g->n; i++)
		for (size_t k = 0; k < t->count[g->of[i]]; k++) {
			const struct power_step *s = &p->steps[t->first[g->of[i]] + k];

			if (s->device != NULL && s->outlet != NULL)
				add_name(t, &outlets, arena_printf(t->a, "%s:%s", s->device, s->outlet));
		}
	if (outlets.h.n > 0)
		add_row(t, "Outlets", power_plan_names(&outlets.h, t->a), false);
}

static struct power_tell_part
tell_part(struct telling *t, const struct group *g)
{
	const struct power_plan_machine *x = &t->p->machines[g->of[0]];
	struct power_tell_part part = {.n = g->n, .about = g->n == 1 ? about(t, x) : "", .refused = x->refused, .nothing = x->nothing};
	size_t n = t->count[g->of[0]];
	struct power_tell_step *steps = arena_array(t->a, n, sizeof(*steps));
	struct list names = {0};

	for (size_t i = 0; i < g->n; i++)
		add_name(t, &names, t->p->machines[g->of[i]].name);
	part.names = power_plan_names(&names.h, t->a);
	t->rows = NULL;
	t->n_rows = t->cap_rows = 0;
	if (g->n == 1 || reason(x) != NULL)
		add_row(t, "Slurm", slurm_text(t, x), false);
	tell_group_jobs(t, g);
	if (g->n == 1 && x->known != NULL)
		tell_past(t, x->known);
	else
		tell_pasts(t, g);
	if (g->n > 1)
		tell_outlets(t, g);
	part.rows = t->rows;
	part.n_rows = t->n_rows;
	for (size_t k = 0; k < n; part.n_steps++)
		k = tell_step(t, g, k, &steps[part.n_steps]);
	part.steps = steps;
	return part;
}

void
power_plan_tell(const struct power_plan *p, struct arena *a, struct power_tale *out)
{
	struct telling t = {.p = p, .a = a};
	struct power_tell_part *parts;
	struct group *list;

	count_steps(&t);
	tell_rows(&t);
	*out = (struct power_tale){.rows = t.rows, .n_rows = t.n_rows};
	list = groups(&t, &out->n_parts);
	out->parts = parts = arena_array(a, out->n_parts, sizeof(*parts));
	for (size_t i = 0; i < out->n_parts; i++)
		parts[i] = tell_part(&t, &list[i]);
}
