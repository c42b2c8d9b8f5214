/* SPDX-License-Identifier: Apache-2.0 */
/* The halves of the room as they are read: what the inventory says, and what status says. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "pages_room.h"

/* ---- where pages are ------------------------------------------------------------------- */

/* Whose page is not that of a machine. */
static const struct {
	const char *type, *path;
} pages_of[] = {
    {"pdu", "/pdus/"}, {"rack", "/racks/"}, {"pool", "/pools/"}, {"room", "/things/"}, {"row", "/things/"},
    {"cage", "/things/"}, {"zone", "/things/"}, {"datacenter", "/things/"}, {"service", "/things/"}, {"feed", "/things/"},
    {"strip", "/things/"}, {"patch-panel", "/things/"}, {"chassis", "/things/"}, {"ups", "/things/"},
};

const char *
pages_href(struct arena *a, const char *type, const char *name)
{
	struct buf b = BUF(LIMIT_URL);
	const char *href, *path = "/nodes/";

	for (size_t i = 0; i < LARCH_COUNT(pages_of); i++)
		if (strcmp(pages_of[i].type, type) == 0)
			path = pages_of[i].path;
	buf_puts(&b, path);
	buf_url(&b, str_of(name));
	href = arena_strndup(a, b.p, b.n);
	buf_free(&b);
	return href;
}

/* ---- the inventory ------------------------------------------------------------------------ */

/* The run of cords of one machine; cords are in natural order. */
static void
find_cords(const struct pages_inventory *r, struct pages_node *n)
{
	size_t lo = 0, hi = r->n_cords;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (str_natural(r->cords[mid].machine, n->name) < 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	n->cords = r->cords + lo;
	while (lo + n->n_cords < r->n_cords && strcmp(n->cords[n->n_cords].machine, n->name) == 0)
		n->n_cords++;
}

static const char *
cords_text(const struct pages_node *n, struct arena *a)
{
	char text[512];
	size_t at = 0;

	text[0] = '\0';
	for (size_t i = 0; i < n->n_cords && at < sizeof(text); i++)
		at += (size_t)snprintf(text + at, sizeof(text) - at, "%s%s/%s", i == 0 ? "" : " ", n->cords[i].pdu,
		    n->cords[i].outlet);
	return arena_strdup(a, text);
}

/* The container it stands in and its unit there; NULL: nobody says. */
static void
place_of(const struct pages_inventory *r, const struct inv_thing *t, const char **rack, const char **unit)
{
	const struct inv_place *p = pages_place_find(&r->places, t->name);

	*rack = p == NULL ? inv_attr(t, "rack") : p->container;
	*unit = p == NULL ? inv_attr(t, "unit") : p->unit == 0 ? NULL : arena_printf(r->arena, "%lld", (long long)p->unit);
}

static void
fill_node(const struct pages_inventory *r, const struct inv_thing *t, const struct hosts *with_bmc, struct pages_node *n)
{
	*n = (struct pages_node){
	    .name = t->name,
	    .thing = t,
	    .href = pages_href(r->arena, t->type, t->name),
	    .type = t->type,
	    .owner = inv_attr(t, "owner"),
	    .has_bmc = hosts_has(with_bmc, t->name),
	    .action_text = "",
	};
	place_of(r, t, &n->rack, &n->unit);
	n->rack_unit = n->rack == NULL ? ""
	    : n->unit == NULL         ? n->rack
	                              : arena_printf(r->arena, "%s U%s", n->rack, n->unit);
	find_cords(r, n);
	n->cords_text = cords_text(n, r->arena);
	n->watched = n->has_bmc || n->n_cords > 0 || inv_attr(t, "address") != NULL;
}

static int
by_outlet(const void *x, const void *y)
{
	const struct inv_cord *a = x, *b = y;
	int c = str_natural(a->pdu, b->pdu);

	if (c == 0)
		c = str_natural(a->outlet, b->outlet);
	return c != 0 ? c : str_natural(a->machine, b->machine);
}

const struct inv_cord *
pages_cords_on(const struct pages_room *r, const char *pdu, const char *outlet, size_t *n_out)
{
	struct inv_cord key = {.pdu = pdu, .outlet = outlet, .machine = ""};
	size_t lo = 0, hi = r->n_cords;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (by_outlet(&r->by_outlet[mid], &key) < 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	for (*n_out = 0; lo + *n_out < r->n_cords; (*n_out)++)
		if (strcmp(r->by_outlet[lo + *n_out].pdu, pdu) != 0 || strcmp(r->by_outlet[lo + *n_out].outlet, outlet) != 0)
			break;
	return r->by_outlet + lo;
}

static int
by_bytes(const void *x, const void *y)
{
	const struct inv_thing *const *a = x, *const *b = y;

	return strcmp((*a)->name, (*b)->name);
}

const struct inv_thing *
pages_inventory_find(const struct pages_inventory *r, const char *name)
{
	size_t lo = 0, hi = r->n_things;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;
		int cmp = strcmp(r->by_name[mid]->name, name);

		if (cmp == 0)
			return r->by_name[mid];
		if (cmp < 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	return NULL;
}

static void
arrange(struct pages_inventory *r, struct inv *inv, const struct hosts *with_bmc)
{
	r->nodes = arena_array(r->arena, r->n_things + 1, sizeof(*r->nodes));
	r->by_name = arena_array(r->arena, r->n_things + 1, sizeof(struct inv_thing *));
	r->by_outlet = arena_array(r->arena, r->n_cords + 1, sizeof(*r->by_outlet));
	if (r->n_cords > 0) {
		memcpy(r->by_outlet, r->cords, r->n_cords * sizeof(*r->cords));
		qsort(r->by_outlet, r->n_cords, sizeof(*r->by_outlet), by_outlet);
	}
	for (size_t k = 0; k < r->n_things; k++) {
		r->by_name[k] = &r->things[k];
		if (inv_is_machine(inv, r->things[k].type))
			fill_node(r, &r->things[k], with_bmc, &r->nodes[r->n_nodes++]);
	}
	if (r->n_things > 1)
		qsort(r->by_name, r->n_things, sizeof(struct inv_thing *), by_bytes);
}

struct pages_inventory *
pages_inventory_read(struct inv *inv, struct err *e)
{
	struct pages_inventory *r = calloc(1, sizeof(*r));
	struct hosts with_bmc;

	if (r == NULL)
		log_die("out of memory: no room");
	r->arena = arena_create();
	if (inv_list(inv, NULL, r->arena, &r->things, &r->n_things, e) != 0 ||
	    inv_all_cords(inv, r->arena, &r->cords, &r->n_cords, e) != 0 ||
	    pages_places(inv, NULL, r->arena, &r->places, e) != 0 || inv_with_bmc(inv, r->arena, &with_bmc, e) != 0) {
		pages_inventory_destroy(r);
		return NULL;
	}
	arrange(r, inv, &with_bmc);
	return r;
}

void
pages_inventory_destroy(struct pages_inventory *r)
{
	if (r == NULL)
		return;
	arena_destroy(r->arena);
	free(r);
}

/* ---- status --------------------------------------------------------------------------------- */

#define MEMBERS_MAX (4 * LIMIT_GROUP_MEMBERS) /* of all groups together: each of four sources has a ceiling */

/* Whose values are of no node: a PDU that the inventory has no more is no machine. */
static bool
is_of_device(const char *check)
{
	return strcmp(check, "pdu") == 0 || strcmp(check, "switch") == 0;
}

/* The names of values, which come thing by thing. */
static void
add_things(struct pages_seen *s)
{
	struct hosts *h = &s->others;

	for (size_t k = 0; k < s->n_values && h->n < LIMIT_HOSTS; k++)
		if (!is_of_device(s->values[k].check) && (h->n == 0 || strcmp(h->name[h->n - 1], s->values[k].thing) != 0))
			h->name[h->n++] = (char *)(uintptr_t)s->values[k].thing; /* only read */
	hosts_sort(h);
}

/* A name that stands in many groups is kept once. A list that cannot be read was not written by larchd: it names nobody. */
static size_t
add_members(struct pages_seen *s, const char *list, struct arena *scratch)
{
	struct hosts members, known = s->others;
	struct err none;

	if (hosts_parse(str_of(list), NULL, scratch, &members, &none) != 0)
		return 0;
	for (size_t m = 0; m < members.n && s->others.n < LIMIT_HOSTS; m++)
		if (!hosts_has(&known, members.name[m]))
			s->others.name[s->others.n++] = arena_strdup(s->arena, members.name[m]);
	hosts_sort(&s->others);
	return members.n;
}

/* Who is meant by checks and groups. */
static int
read_others(struct pages_seen *s, struct status *st, struct err *e)
{
	struct arena *lists = arena_create(), *scratch = arena_create();
	struct status_group *groups;
	size_t n, made = 0;
	int rc;

	s->others.name = arena_array(s->arena, LIMIT_HOSTS, sizeof(char *));
	add_things(s);
	rc = status_groups(st, lists, &groups, &n, e);
	for (size_t k = 0; rc == 0 && k < n && made < MEMBERS_MAX && arena_used(s->arena) < LIMIT_ARENA / 8 * 7; k++) {
		arena_reset(scratch);
		made += add_members(s, groups[k].members, scratch);
	}
	arena_destroy(scratch);
	arena_destroy(lists);
	return rc;
}

/* Links and scripts that name a column go on working while nothing can be read. */
static void
keep_columns(struct pages_seen *s, const struct pages_seen *last)
{
	if (last == NULL)
		return;
	s->n_columns = last->n_columns;
	s->columns = arena_array(s->arena, s->n_columns + 1, sizeof(*s->columns));
	for (size_t i = 0; i < s->n_columns; i++) {
		const struct status_column *c = &last->columns[i];

		s->columns[i] = *c;
		s->columns[i].name = arena_strdup(s->arena, c->name);
		s->columns[i].probe = arena_strdup(s->arena, c->probe);
		s->columns[i].title = arena_strdup(s->arena, c->title);
		s->columns[i].unit = arena_strdup(s->arena, c->unit);
		s->columns[i].help = arena_strdup(s->arena, c->help);
	}
}

static int
by_machine(const void *a, const void *b)
{
	const struct status_action *x = a, *y = b;
	int cmp = strcmp(x->machine, y->machine);

	return cmp != 0 ? cmp : (x->at < y->at) - (x->at > y->at);
}

/* What advice rests on beside values: who was acted on, and what helped. */
static int
read_acts(struct pages_seen *s, struct status *st, struct err *e)
{
	if (status_actions(st, NULL, PAGES_ACTS, s->arena, &s->acts, &s->n_acts, e) != 0 ||
	    status_cures(st, s->arena, &s->cured, &s->n_cured, e) != 0)
		return -1;
	if (s->n_acts > 0)
		qsort(s->acts, s->n_acts, sizeof(*s->acts), by_machine);
	return 0;
}

struct pages_seen *
pages_seen_read(struct status *st, const struct pages_seen *last, struct err *e)
{
	struct pages_seen *s = calloc(1, sizeof(*s));

	if (s == NULL)
		log_die("out of memory: no room");
	s->arena = arena_create();
	if (st == NULL) {
		keep_columns(s, last);
		return s; /* the banner says so; what is not known reads unknown */
	}
	if (status_columns(st, s->arena, &s->columns, &s->n_columns, e) != 0 ||
	    status_values(st, NULL, s->arena, &s->values, &s->n_values, e) != 0 ||
	    status_outlets(st, NULL, s->arena, &s->outlets, &s->n_outlets, e) != 0 ||
	    status_last_actions(st, s->arena, &s->actions, &s->n_actions, e) != 0 || read_acts(s, st, e) != 0 || read_others(s, st, e) != 0) {
		pages_seen_destroy(s);
		return NULL;
	}
	return s;
}

void
pages_seen_destroy(struct pages_seen *s)
{
	if (s == NULL)
		return;
	arena_destroy(s->arena);
	free(s);
}
