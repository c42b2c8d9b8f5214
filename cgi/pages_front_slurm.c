/* SPDX-License-Identifier: Apache-2.0 */
/* What Slurm says of its nodes: how many are in each state, and why those it does not use are out. */
#include <stdlib.h>
#include <string.h>

#include "pages_front.h"

/* ---- states ------------------------------------------------------------------------------------- */

/* "drained*" is "drained": sinfo(1) puts one of these behind a state. */
static struct str
base_of(const char *text)
{
	return (struct str){text, strcspn(text, "*~#!%$@^-+")};
}

static void
count_state(struct front *f, const struct status_value *v, size_t *cap)
{
	struct str base = base_of(v->text);
	size_t k = 0;

	while (k < f->n_states && !str_is(base, f->states[k].state))
		k++;
	if (k == f->n_states) {
		if (k == *cap) {
			struct front_state *more = arena_array(f->call->arena, *cap * 2, sizeof(*more));

			memcpy(more, f->states, k * sizeof(*more));
			f->states = more;
			*cap *= 2;
		}
		f->states[f->n_states++] = (struct front_state){arena_strndup(f->call->arena, base.p, base.n), v->level, 0};
	}
	f->states[k].n++;
	f->states[k].level = status_worse(f->states[k].level, v->level);
}

static int
by_number(const void *x, const void *y)
{
	const struct front_state *a = x, *b = y;

	return a->n != b->n ? (a->n < b->n ? 1 : -1) : strcmp(a->state, b->state);
}

json_t *
pages_front_states(const struct front *f)
{
	static const char *const classes[STATUS_LEVEL_COUNT] = {[STATUS_OK] = "level-ok", [STATUS_WARN] = "level-warn",
	    [STATUS_CRITICAL] = "level-critical", [STATUS_UNKNOWN] = "level-unknown"};
	bool html = f->call->format == WEB_HTML;
	json_t *made = html ? json_array() : json_object();

	for (size_t i = 0; i < f->n_states; i++) {
		const struct front_state *s = &f->states[i];
		json_t *o;

		if (!html) {
			jsn_set(made, s->state, json_integer((json_int_t)s->n));
			continue;
		}
		o = json_object();
		jsn_set(o, "n", json_integer((json_int_t)s->n));
		jsn_set_text(o, "word", s->state);
		jsn_set_text(o, "level", classes[(unsigned)s->level % STATUS_LEVEL_COUNT]);
		if (str_is_name(str_of(s->state)))
			jsn_set_text(o, "href", web_link(f->call->arena, "/nodes?q=%s", arena_printf(f->call->arena, "status:slurm=%s*", s->state)));
		jsn_add(made, o);
	}
	return made;
}

/* ---- why they are out ------------------------------------------------------------------------------ */

struct out {
	const struct status_value *value;
	const char *reason, *user;
	int64_t since;
};

bool
pages_front_is_drained(const struct status_value *v)
{
	return strcmp(v->check, "slurm") == 0 && v->level != STATUS_OK && v->detail != NULL && *v->detail != '\0';
}

/* Who gave the reason, and when, stands in the data of the value: Larch may have seen it days later. */
static struct out
out_of(const struct front *f, const struct status_value *v)
{
	struct err lost;
	json_t *o = v->data == NULL ? NULL : jsn_parse(str_of(v->data), "data", &lost);
	const char *user = o == NULL ? "" : jsn_text_or(o, "user", ""), *since = o == NULL ? "" : jsn_text_or(o, "since", "");
	struct out out = {.value = v, .reason = v->detail, .user = arena_strdup(f->call->arena, user == NULL ? "" : user)};

	if (since == NULL || times_parse(str_of(since), &out.since, &lost) != 0)
		out.since = v->since;
	json_decref(o);
	return out;
}

static int
by_reason(const void *x, const void *y)
{
	const struct out *a = x, *b = y;
	int c = strcmp(a->reason, b->reason);

	if (c == 0)
		c = strcmp(a->user, b->user);
	return c != 0 ? c : str_natural(a->value->thing, b->value->thing);
}

/* Those of one reason by one person. */
static void
add_drained(struct front *f, const struct out *all, size_t n)
{
	struct front_drained *d = &f->drained[f->n_drained++];
	struct arena *a = f->call->arena;

	*d = (struct front_drained){.reason = all->reason, .user = all->user, .states = all->value->text, .level = all->value->level,
	    .since = all->since};
	d->nodes.name = arena_array(a, n + 1, sizeof(char *));
	for (size_t i = 0; i < n; i++) {
		const struct status_value *v = all[i].value;

		d->nodes.name[d->nodes.n++] = (char *)(uintptr_t)v->thing; /* only read */
		d->level = status_worse(d->level, v->level);
		d->since = all[i].since < d->since ? all[i].since : d->since;
		if (strstr(d->states, v->text) == NULL)
			d->states = arena_printf(a, "%s, %s", d->states, v->text);
	}
	d->folded = hosts_fold(&d->nodes, a);
	if (*d->folded == '\0')
		d->folded = all->value->thing; /* a name that no list can have */
}

void
pages_front_slurm(struct front *f)
{
	const struct pages_room *r = f->room;
	const struct status_column *col = pages_column_find(r, "slurm");
	struct arena *a = f->call->arena;
	struct out *out;
	size_t n = 0, cap = 16;

	if (col == NULL)
		return;
	out = arena_array(a, r->n_nodes + 1, sizeof(*out));
	f->states = arena_array(a, cap, sizeof(*f->states));
	for (size_t i = 0; i < r->n_nodes; i++) {
		const struct status_value *v = r->nodes[i].values[col - r->columns];

		if (v == NULL)
			continue;
		f->n_slurm++;
		count_state(f, v, &cap);
		if (pages_front_is_drained(v))
			out[n++] = out_of(f, v);
	}
	if (f->n_states > 1)
		qsort(f->states, f->n_states, sizeof(*f->states), by_number);
	if (n > 1)
		qsort(out, n, sizeof(*out), by_reason);
	f->drained = arena_array(a, n + 1, sizeof(*f->drained));
	for (size_t from = 0, to; from < n; from = to) {
		for (to = from + 1; to < n && strcmp(out[to].reason, out[from].reason) == 0 && strcmp(out[to].user, out[from].user) == 0; to++)
			;
		add_drained(f, &out[from], to - from);
	}
}

/* ---- their table ------------------------------------------------------------------------------------- */

static const struct front_drained *
drained(const void *ctx, size_t row)
{
	return &((const struct front *)ctx)->drained[row];
}

static struct web_cell
drained_state(const void *ctx, size_t row, int64_t now)
{
	(void)now;
	return web_cell_level((int)drained(ctx, row)->level, drained(ctx, row)->states, 0, false);
}

static struct web_cell
drained_nodes(const void *ctx, size_t row, int64_t now)
{
	const struct front_drained *d = drained(ctx, row);
	struct arena *a = ((const struct front *)ctx)->call->arena;
	const char *href = d->nodes.n == 1 ? pages_href(a, "", d->nodes.name[0]) : web_link(a, "/nodes?q=%s", d->folded);

	(void)now;
	return web_cell_link(d->folded, strlen(href) < LIMIT_URL ? href : NULL);
}

static struct web_cell
drained_count(const void *ctx, size_t row, int64_t now)
{
	(void)now;
	return web_cell_number((double)drained(ctx, row)->nodes.n);
}

static struct web_cell
drained_reason(const void *ctx, size_t row, int64_t now)
{
	(void)now;
	return web_cell_text(drained(ctx, row)->reason);
}

static struct web_cell
drained_user(const void *ctx, size_t row, int64_t now)
{
	(void)now;
	return web_cell_text(drained(ctx, row)->user);
}

static struct web_cell
drained_since(const void *ctx, size_t row, int64_t now)
{
	(void)now;
	return web_cell_time(drained(ctx, row)->since);
}

const struct pages_column pages_front_drained[] = {
    {{.key = "state", .title = "State", .kind = WEB_COL_LEVEL}, drained_state},
    {{.key = "nodes", .title = "Nodes", .kind = WEB_COL_LINK}, drained_nodes},
    {{.key = "count", .title = "How many", .kind = WEB_COL_NUMBER}, drained_count},
    {{.key = "reason", .title = "Reason", .prose = true}, drained_reason},
    {{.key = "user", .title = "By"}, drained_user},
    {{.key = "since", .title = "Since", .kind = WEB_COL_TIME}, drained_since},
};
const size_t pages_front_drained_n = LARCH_COUNT(pages_front_drained);
