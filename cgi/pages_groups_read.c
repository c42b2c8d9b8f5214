/* SPDX-License-Identifier: Apache-2.0 */
/* Groups as they are made: of what larchd has read, and of the pools and racks of the inventory. */
#include <stdlib.h>
#include <string.h>

#include "pages_groups.h"
#include "pages_status.h"

/* ---- who is in it ------------------------------------------------------------------------------ */

static bool
is_wanted(const struct groups_call *g, const char *source, const char *name)
{
	size_t n = strlen(source);

	return g->only == NULL || strcmp(g->only, name) == 0 ||
	    (strncmp(g->only, source, n) == 0 && g->only[n] == ':' && strcmp(g->only + n + 1, name) == 0);
}

/* The places of names among the nodes; a name that is no node's (a pool may hold a PDU) is left out. Both are sorted. */
static void
take_names(struct groups_call *g, struct group_row *row, const struct hosts *names)
{
	const struct pages_room *r = g->room;

	row->node = arena_array(g->call->arena, names->n + 1, sizeof(*row->node));
	for (size_t i = 0; i < names->n; i++) {
		const struct pages_node *n = pages_node_find(r, names->name[i]);

		if (n != NULL)
			row->node[row->n++] = (uint32_t)(n - r->nodes);
	}
}

static void
finish(struct groups_call *g, struct group_row *row)
{
	const struct pages_room *r = g->room;
	struct hosts names = {arena_array(g->call->arena, row->n + 1, sizeof(char *)), 0};

	for (size_t i = 0; i < row->n; i++) {
		const struct pages_node *n = &r->nodes[row->node[i]];

		row->level[(unsigned)pages_level(r, n, g->call->now) % STATUS_LEVEL_COUNT]++;
		names.name[names.n++] = (char *)(uintptr_t)n->name; /* only read, by hosts_fold */
	}
	row->members = hosts_fold(&names, g->call->arena);
}

/* Groups that larchd has read. One whose members are no list (they were, when larchd wrote them) is empty. */
static int
read_outer(struct groups_call *g, struct status_group *groups, size_t n, struct err *e)
{
	const struct hosts_rules rules = {.empty_ok = true};
	struct arena *a = g->call->arena;
	struct hosts names;

	for (size_t i = 0; i < n; i++) {
		const char *full = arena_printf(a, "%s:%s", groups[i].source, groups[i].name);
		struct group_row *row = &g->row[g->n++];

		*row = (struct group_row){.source = groups[i].source, .name = groups[i].name, .at = groups[i].at};
		if (str_is_name(str_of(full))) {
			row->href = web_link(a, "/groups/%s", full);
			row->nodes_href = web_link(a, "/nodes?q=%s", arena_printf(a, "@%s", full));
		}
		if (!is_wanted(g, groups[i].source, groups[i].name))
			continue;
		if (*groups[i].members != '\0') {
			if (hosts_parse(str_of(groups[i].members), &rules, a, &names, e) != 0)
				return -1;
			take_names(g, row, &names);
		}
		finish(g, row);
	}
	return 0;
}

static int
read_pools(struct groups_call *g, struct err *e)
{
	const struct pages_room *r = g->room;
	struct arena *a = g->call->arena;
	struct pages_picked picked = {.call = g->call, .room = r, .is = arena_array(a, r->n_nodes + 1, sizeof(bool))};

	for (size_t i = 0; i < r->n_things; i++) {
		const char *name = r->things[i].name, *full = arena_printf(a, "pool:%s", name);
		struct group_row *row;

		if (strcmp(r->things[i].type, "pool") != 0)
			continue;
		row = &g->row[g->n++];
		*row = (struct group_row){.source = "pool", .name = name, .href = pages_href(a, "pool", name),
		    .nodes_href = web_link(a, "/nodes?q=%s", full)};
		if (!is_wanted(g, "pool", name))
			continue;
		memset(picked.is, 0, r->n_nodes * sizeof(bool));
		if (pages_pick_groups(&picked, full, e) != 0)
			return -1;
		row->node = arena_array(a, r->n_nodes + 1, sizeof(*row->node));
		for (size_t k = 0; k < r->n_nodes; k++)
			if (picked.is[k])
				row->node[row->n++] = (uint32_t)k;
		finish(g, row);
	}
	return 0;
}

struct standing {
	const char *rack;
	uint32_t node;
};

static int
by_rack(const void *x, const void *y)
{
	const struct standing *a = x, *b = y;
	int c = str_natural(a->rack, b->rack);

	return c != 0 ? c : (a->node > b->node) - (a->node < b->node);
}

/* Nodes by the rack they stand in: each run is one. */
static void
read_racks(struct groups_call *g)
{
	const struct pages_room *r = g->room;
	struct arena *a = g->call->arena;
	struct standing *all = arena_array(a, r->n_nodes + 1, sizeof(*all));
	size_t n = 0;

	for (size_t i = 0; i < r->n_nodes; i++)
		if (r->nodes[i].rack != NULL && *r->nodes[i].rack != '\0')
			all[n++] = (struct standing){r->nodes[i].rack, (uint32_t)i};
	if (n > 1)
		qsort(all, n, sizeof(*all), by_rack);
	for (size_t from = 0, to; from < n; from = to) {
		const struct inv_thing *t = pages_thing_find(r, all[from].rack);
		struct group_row *row;

		for (to = from + 1; to < n && strcmp(all[to].rack, all[from].rack) == 0; to++)
			;
		if (t == NULL || strcmp(t->type, "rack") != 0)
			continue;
		row = &g->row[g->n++];
		*row = (struct group_row){.source = "rack", .name = t->name, .href = pages_href(a, "rack", t->name),
		    .nodes_href = web_link(a, "/nodes?q=%s", arena_printf(a, "in:%s", t->name))};
		if (!is_wanted(g, "rack", t->name))
			continue;
		row->node = arena_array(a, to - from + 1, sizeof(*row->node));
		for (size_t i = from; i < to; i++)
			row->node[row->n++] = all[i].node;
		finish(g, row);
	}
}

int
pages_groups_read(struct groups_call *g, struct err *e)
{
	struct status_group *groups = NULL;
	size_t n = 0;

	if (g->status != NULL && status_groups(g->status, g->call->arena, &groups, &n, e) != 0)
		return -1;
	g->row = arena_array(g->call->arena, n + g->room->n_things + 1, sizeof(*g->row));
	if (read_outer(g, groups, n, e) != 0 || read_pools(g, e) != 0)
		return -1;
	read_racks(g);
	return 0;
}

/* ---- how they were ------------------------------------------------------------------------------- */

int
pages_groups_shares(struct groups_call *g, struct err *e)
{
	const struct pages_room *r = g->room;
	struct arena *a = g->call->arena;
	struct hosts names = {arena_array(a, r->n_nodes + 1, sizeof(char *)), 0};
	bool *in = arena_array(a, r->n_nodes + 1, sizeof(*in));

	memset(in, 0, (r->n_nodes + 1) * sizeof(*in));
	for (size_t i = 0; i < g->n; i++)
		for (size_t k = 0; k < g->row[i].n; k++)
			in[g->row[i].node[k]] = true;
	g->share_at = arena_array(a, r->n_nodes + 1, sizeof(*g->share_at));
	for (size_t i = 0; i < r->n_nodes; i++)
		if (in[i]) {
			g->share_at[i] = (uint32_t)names.n;
			names.name[names.n++] = (char *)(uintptr_t)r->nodes[i].name; /* only read */
		}
	if (pages_shares(g->call, g->status, &names, PAGES_LIFE, g->share, e) != 0)
		return -1;
	for (size_t i = 0; i < g->n; i++)
		for (size_t w = 0; w < PAGES_WINDOWS; w++)
			for (size_t k = 0; k < g->row[i].n; k++) {
				const struct status_share *one = &g->share[w][g->share_at[g->row[i].node[k]]];

				g->row[i].share[w].up += one->up;
				g->row[i].share[w].down += one->down;
				g->row[i].share[w].unknown += one->unknown;
			}
	return 0;
}
