/* SPDX-License-Identifier: Apache-2.0 */
/* The room that is made of its two halves: who is a node, what was seen of it, and how it is. */
#include <math.h>
#include <string.h>

#include "pages_room.h"

/* ---- looking things up ---------------------------------------------------------------------- */

static const struct status_action *
find_action(const struct pages_room *r, const char *machine)
{
	size_t lo = 0, hi = r->n_actions;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;
		int cmp = strcmp(r->actions[mid].machine, machine);

		if (cmp == 0)
			return &r->actions[mid];
		if (cmp < 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	return NULL;
}

static const char *
action_text(const struct status_action *x, struct arena *a)
{
	if (x == NULL)
		return "";
	return arena_printf(a, "%s %s by %s", x->verb, x->outcome, x->who);
}

/* ---- nodes ------------------------------------------------------------------------------------ */

/* A name that the inventory has not. What its page would be called is its own doing: pages_href escapes it. */
static struct pages_node
stranger(const struct pages_room *r, const char *name)
{
	return (struct pages_node){
	    .name = name,
	    .href = pages_href(r->arena, "", name),
	    .type = "",
	    .rack_unit = "",
	    .cords_text = "",
	    .action_text = "",
	    .watched = true,
	};
}

/* The machines of the inventory and the names that it has not, in one natural order. */
static void
merge(struct pages_room *r, const struct pages_inventory *inv, const struct pages_seen *s)
{
	size_t k = 0;

	r->nodes = arena_array(r->arena, inv->n_nodes + s->others.n + 1, sizeof(*r->nodes));
	for (size_t m = 0; m < s->others.n; m++) {
		const char *name = s->others.name[m];

		if (pages_inventory_find(inv, name) != NULL)
			continue;
		while (k < inv->n_nodes && str_natural(inv->nodes[k].name, name) < 0)
			r->nodes[r->n_nodes++] = inv->nodes[k++];
		r->nodes[r->n_nodes++] = stranger(r, name);
	}
	while (k < inv->n_nodes)
		r->nodes[r->n_nodes++] = inv->nodes[k++];
}

size_t
pages_first_value(const struct pages_room *r, const char *thing)
{
	size_t lo = 0, hi = r->n_values;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (strcmp(r->values[mid].thing, thing) < 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

/* Places of the columns, by name in bytes: as the values of a thing come. */
static size_t *
columns_by_name(const struct pages_room *r)
{
	size_t *order = arena_array(r->arena, r->n_columns + 1, sizeof(*order));

	for (size_t i = 0; i < r->n_columns; i++) {
		size_t at = i;

		for (; at > 0 && strcmp(r->columns[order[at - 1]].name, r->columns[i].name) > 0; at--)
			order[at] = order[at - 1];
		order[at] = i;
	}
	return order;
}

static void
fill_values(const struct pages_room *r, struct pages_node *n, const size_t *order)
{
	size_t at = pages_first_value(r, n->name), k = 0;

	for (; at < r->n_values && k < r->n_columns && strcmp(r->values[at].thing, n->name) == 0; at++) {
		const struct status_value *v = &r->values[at];

		while (k < r->n_columns && strcmp(r->columns[order[k]].name, v->check) < 0)
			k++;
		if (k == r->n_columns || strcmp(r->columns[order[k]].name, v->check) != 0)
			continue;
		n->values[order[k]] = v;
		if (n->seen == 0 || v->at < n->seen)
			n->seen = v->at;
	}
}

/* ---- how it is -------------------------------------------------------------------------------- */

static enum status_level
judge(const struct status_value *v, int64_t now)
{
	return status_stale(v->at, v->interval, now) ? STATUS_UNKNOWN : v->level;
}

static const struct status_value *
worst_of(const struct pages_room *r, const struct pages_node *n, int64_t now)
{
	const struct status_value *worst = NULL;

	for (size_t i = 0; i < r->n_columns; i++) {
		const struct status_value *v = n->values[i];

		if (v == NULL || !r->columns[i].counts)
			continue;
		if (worst == NULL || status_worse(judge(worst, now), judge(v, now)) != judge(worst, now))
			worst = v;
	}
	return worst;
}

static enum status_level
level_of(const struct pages_node *n, const struct status_value *worst, int64_t now)
{
	return worst != NULL ? judge(worst, now) : n->watched ? STATUS_UNKNOWN : STATUS_OK;
}

/* Until when nothing of what counts grows stale that is not. */
static int64_t
fresh_until(const struct pages_room *r, const struct pages_node *n, int64_t now)
{
	int64_t until = INT64_MAX;

	for (size_t i = 0; i < r->n_columns; i++) {
		const struct status_value *v = n->values[i];

		if (v != NULL && r->columns[i].counts && !status_stale(v->at, v->interval, now) &&
		    v->at + 2 * v->interval < until)
			until = v->at + 2 * v->interval;
	}
	return until;
}

static bool
is_fresh(const struct pages_room *r, int64_t until, int64_t now)
{
	return now >= r->judged && now <= until;
}

enum status_level
pages_level(const struct pages_room *r, const struct pages_node *n, int64_t now)
{
	if (is_fresh(r, r->fresh, now))
		return (enum status_level)r->levels[n - r->nodes];
	return is_fresh(r, n->fresh, now) ? (enum status_level)r->levels[n - r->nodes] : level_of(n, worst_of(r, n, now), now);
}

const struct status_value *
pages_worst(const struct pages_room *r, const struct pages_node *n, int64_t now)
{
	const struct status_value *worst = is_fresh(r, n->fresh, now) ? n->worst : worst_of(r, n, now);

	return worst == NULL || judge(worst, now) == STATUS_OK ? NULL : worst;
}

size_t
pages_sick(const struct pages_room *r, int64_t now, size_t *out)
{
	size_t n = r->n_nodes - r->level[STATUS_OK];

	if (is_fresh(r, r->fresh, now)) {
		memcpy(out, r->sick, n * sizeof(*out));
		return n;
	}
	n = 0;
	for (size_t i = 0; i < r->n_nodes; i++)
		if (pages_level(r, &r->nodes[i], now) != STATUS_OK)
			out[n++] = i;
	return n;
}

void
pages_tally(const struct pages_room *r, int64_t now, size_t out[STATUS_LEVEL_COUNT])
{
	if (is_fresh(r, r->fresh, now)) {
		memcpy(out, r->level, sizeof(r->level));
		return;
	}
	memset(out, 0, sizeof(r->level));
	for (size_t i = 0; i < r->n_nodes; i++)
		out[pages_level(r, &r->nodes[i], now)]++;
}

static void
fill_node(struct pages_room *r, struct pages_node *n, const size_t *order, int64_t now)
{
	enum status_level level;

	fill_values(r, n, order);
	n->action = find_action(r, n->name);
	n->action_text = action_text(n->action, r->arena);
	if (n->action != NULL)
		n->action_href = arena_printf(r->arena, "/jobs/%lld", (long long)n->action->job);
	n->worst = worst_of(r, n, now);
	n->fresh = fresh_until(r, n, now);
	if (n->fresh < r->fresh)
		r->fresh = n->fresh;
	level = level_of(n, n->worst, now);
	r->levels[n - r->nodes] = (unsigned char)level;
	r->level[level]++;
}

static void
fill_nodes(struct pages_room *r, int64_t now)
{
	const size_t *order = columns_by_name(r);
	const struct status_value **values = arena_array(r->arena, r->n_nodes * r->n_columns + 1, sizeof(*values));

	r->levels = arena_alloc(r->arena, r->n_nodes + 1);
	r->judged = now;
	r->fresh = INT64_MAX;
	for (size_t i = 0; i < r->n_nodes; i++) {
		r->nodes[i].values = values + i * r->n_columns;
		fill_node(r, &r->nodes[i], order, now);
	}
	r->sick = arena_array(r->arena, r->n_nodes - r->level[STATUS_OK] + 1, sizeof(*r->sick));
	for (size_t i = 0, n = 0; i < r->n_nodes; i++)
		if (r->levels[i] != STATUS_OK)
			r->sick[n++] = i;
}

/* ---- PDUs --------------------------------------------------------------------------------------- */

static size_t
first_outlet(const struct pages_room *r, const char *pdu)
{
	size_t lo = 0, hi = r->n_outlets;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (str_natural(r->outlets[mid].pdu, pdu) < 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

/* status.db sorts by bytes, as strcmp does. */
static const struct status_value *
find_value(const struct pages_room *r, const char *thing, const char *check)
{
	for (size_t at = pages_first_value(r, thing); at < r->n_values && strcmp(r->values[at].thing, thing) == 0; at++)
		if (strcmp(r->values[at].check, check) == 0)
			return &r->values[at];
	return NULL;
}

static void
fill_pdu(const struct pages_room *r, const struct inv_thing *t, struct pages_pdu *p)
{
	size_t lo = first_outlet(r, t->name);
	const struct inv_place *place = pages_place_find(&r->places, t->name);

	*p = (struct pages_pdu){
	    .thing = t,
	    .href = pages_href(r->arena, t->type, t->name),
	    .family = inv_attr(t, "family"),
	    .feed = inv_attr(t, "feed"),
	    .value = find_value(r, t->name, "pdu"),
	    .feeds = find_value(r, t->name, "feeds"),
	    .amps = NAN,
	};
	p->rack = place == NULL ? inv_attr(t, "rack") : place->container;
	p->outlets = r->outlets + lo;
	for (; lo + p->n_outlets < r->n_outlets; p->n_outlets++) {
		const struct status_outlet *o = &p->outlets[p->n_outlets];

		if (strcmp(o->pdu, t->name) != 0)
			break;
		*(strcmp(o->state, "on") == 0 ? &p->on : strcmp(o->state, "off") == 0 ? &p->off : &p->unknown) += 1;
		p->faults += *o->fault != '\0';
		p->fixed += o->fixed;
		if (!isnan(o->amps))
			p->amps = (isnan(p->amps) ? 0 : p->amps) + o->amps;
	}
	if (isnan(p->amps) && p->value != NULL)
		p->amps = p->value->number; /* it measures what goes in, and no outlet */
}

/* What was seen again since it was read is as young as its last round; the texts stay where they are. */
static void
take_seen(struct pages_room *r, const struct pages_seen *s, const struct status_ages *ages)
{
	r->columns = s->columns;
	r->n_columns = s->n_columns;
	r->actions = s->actions;
	r->n_actions = s->n_actions;
	r->acts = s->acts;
	r->n_acts = s->n_acts;
	r->cured = s->cured;
	r->n_cured = s->n_cured;
	r->values = s->values;
	r->n_values = s->n_values;
	r->outlets = s->outlets;
	r->n_outlets = s->n_outlets;
	if (ages == NULL)
		return;
	r->values = arena_array(r->arena, s->n_values + 1, sizeof(*r->values));
	for (size_t i = 0; i < s->n_values; i++) {
		r->values[i] = s->values[i];
		r->values[i].at = status_ages_at(ages, &s->values[i].key, s->values[i].at);
	}
	r->outlets = arena_array(r->arena, s->n_outlets + 1, sizeof(*r->outlets));
	for (size_t i = 0; i < s->n_outlets; i++) {
		r->outlets[i] = s->outlets[i];
		r->outlets[i].at = status_ages_at(ages, &s->outlets[i].key, s->outlets[i].at);
	}
}

void
pages_join(struct pages_room *r, const struct pages_inventory *inv, const struct pages_seen *s,
    const struct status_ages *ages, int64_t now)
{
	r->number = pages_room_number();
	r->things = inv->things;
	r->n_things = inv->n_things;
	r->places = inv->places;
	r->cords = inv->cords;
	r->by_outlet = inv->by_outlet;
	r->n_cords = inv->n_cords;
	take_seen(r, s, ages);
	merge(r, inv, s);
	fill_nodes(r, now);
	r->pdus = arena_array(r->arena, r->n_things + 1, sizeof(*r->pdus));
	for (size_t i = 0; i < r->n_things; i++)
		if (strcmp(r->things[i].type, "pdu") == 0)
			fill_pdu(r, &r->things[i], &r->pdus[r->n_pdus++]);
}
