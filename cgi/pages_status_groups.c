/* SPDX-License-Identifier: Apache-2.0 */
/* Groups of nodes: those that larchd has read, pools and racks; who is in them, and a list of them. */
#include <string.h>

#include "pages_status.h"

/* ---- who is in a group ------------------------------------------------------------------- */

static int
read_groups(struct pages_picked *p, struct err *e)
{
	struct status *s = p->read ? NULL : pages_status(p->call);

	if (s != NULL && status_groups(s, p->call->arena, &p->groups, &p->n_groups, e) != 0)
		return -1;
	p->read = true;
	return 0;
}

/* Names that can be asked for, each once: for a list to choose from. */
static json_t *
names_of_groups(const struct pages_picked *p)
{
	struct hosts names = {.name = arena_array(p->call->arena, p->n_groups + p->room->n_things + 1, sizeof(char *))};
	json_t *list = json_array();

	for (size_t i = 0; i < p->n_groups; i++)
		names.name[names.n++] = arena_strdup(p->call->arena, p->groups[i].name);
	for (size_t i = 0; i < p->room->n_things; i++)
		if (strcmp(p->room->things[i].type, "pool") == 0)
			names.name[names.n++] = arena_strdup(p->call->arena, p->room->things[i].name);
	hosts_sort(&names);
	jsn_add(list, json_string("all"));
	for (size_t i = 0; i < names.n; i++)
		jsn_add(list, json_string(names.name[i]));
	return list;
}

static int
no_such_group(const struct pages_picked *p, struct str source, struct str name, struct err *e)
{
	web_problem_add(p->call, "groups", names_of_groups(p));
	return err_set(e, ERR_NOT_FOUND, "there is no group '%.*s%s%.*s'; the member groups has those there are, all is every node",
	    (int)(source.n > 64 ? 64 : source.n), source.p == NULL ? "" : source.p, source.p == NULL ? "" : ":",
	    (int)(name.n > 64 ? 64 : name.n), name.p);
}

/* What larchd has read under this name, of one source or of all. False: nothing. */
static bool
read_members(const struct pages_picked *p, struct str source, struct str name, struct buf *out)
{
	bool any = false;

	for (size_t i = 0; i < p->n_groups; i++) {
		const struct status_group *g = &p->groups[i];

		if (!str_is(name, g->name) || (source.p != NULL && !str_is(source, g->source)))
			continue;
		any = true;
		if (*g->members == '\0')
			continue;
		buf_puts(out, out->n > 0 ? "," : "");
		buf_puts(out, g->members);
	}
	return any;
}

/* 1: the inventory has it; 0 it has not; -1. */
static int
inventory_members(const struct pages_picked *p, struct str source, struct str name, struct hosts *out, struct err *e)
{
	struct inv *inv = pages_inv(p->call, e);
	struct err why = {0};

	if (inv == NULL)
		return -1;
	if (!str_is_name(name) || (source.p != NULL && !str_is_name(source)))
		return 0;
	if (inv_find(inv, arena_printf(p->call->arena, "@%.*s%s%.*s", (int)source.n, source.p == NULL ? "" : source.p,
	        source.p == NULL ? "" : ":", (int)name.n, name.p), p->call->arena, out, &why) == 0)
		return 1;
	if (why.kind == ERR_INPUT || why.kind == ERR_NOT_FOUND)
		return 0;
	*e = why;
	return -1;
}

/* All that have the name: a query knows only those of its names that the inventory has, larchd's groups the rest. */
static int
members(struct pages_picked *p, struct str source, struct str name, struct hosts *out, struct err *e)
{
	const struct hosts_rules rules = {.empty_ok = true};
	struct buf text = BUF(LIMIT_HOSTS_TEXT);
	int rc = inventory_members(p, source, name, out, e);
	bool known = rc == 1;

	if (rc >= 0)
		rc = read_groups(p, e);
	if (rc != 0)
		return -1;
	if (!read_members(p, source, name, &text))
		rc = known ? 0 : no_such_group(p, source, name, e);
	else if (text.n > 0) {
		for (size_t i = 0; i < out->n; i++) {
			buf_char(&text, ',');
			buf_puts(&text, out->name[i]);
		}
		rc = hosts_parse(buf_view(&text), &rules, p->call->arena, out, e);
	}
	buf_free(&text);
	return rc;
}

/* ---- picking -------------------------------------------------------------------------------- */

static void
pick_all(struct pages_picked *p)
{
	for (size_t i = 0; i < p->room->n_nodes; i++)
		p->is[i] = true;
}

/* Those of the names that are nodes: a pool may hold a PDU. */
static void
pick_names(struct pages_picked *p, const struct hosts *names)
{
	for (size_t i = 0; i < names->n; i++) {
		const struct pages_node *n = pages_node_find(p->room, names->name[i]);

		if (n != NULL)
			p->is[n - p->room->nodes] = true;
	}
}

static int
pick_group(struct pages_picked *p, struct str one, struct err *e)
{
	struct str source = {NULL, 0}, name = one;
	struct hosts found = {0};

	if (str_is(one, "all") || str_is(one, "*")) {
		pick_all(p);
		return 0;
	}
	if (memchr(one.p, ':', one.n) != NULL)
		source = str_cut(&name, ':');
	if (members(p, source, name, &found, e) != 0)
		return -1;
	pick_names(p, &found);
	return 0;
}

/* One group more that the request names: each is a question to the inventory. */
static int
count_group(struct pages_picked *p, struct err *e)
{
	if (++p->asked <= LIMIT_STATUS_GROUPS)
		return 0;
	return err_set(e, ERR_LIMIT, "more than %d groups are named; ask for fewer at one time", LIMIT_STATUS_GROUPS);
}

/* "savio[2-3]" is two groups; the inside of a bracket has commas of its own. */
static struct str
cut_group(struct str *rest)
{
	struct str one = *rest;
	size_t n = 0;
	int depth = 0;

	for (; n < rest->n && (rest->p[n] != ',' || depth > 0); n++)
		depth += rest->p[n] == '[' ? 1 : rest->p[n] == ']' ? -1 : 0;
	one.n = n;
	*rest = n < rest->n ? (struct str){rest->p + n + 1, rest->n - n - 1} : (struct str){NULL, 0};
	return str_trim(one);
}

int
pages_pick_groups(struct pages_picked *p, const char *groups, struct err *e)
{
	struct str rest = str_of(groups);
	struct hosts names;

	while (rest.p != NULL) {
		struct str one = cut_group(&rest);

		if (one.n > 1 && *one.p == '@')
			one = (struct str){one.p + 1, one.n - 1};
		if (one.n == 0)
			return err_set(e, ERR_INPUT, "a group without a name stands between two commas, or at an end");
		if (memchr(one.p, '[', one.n) == NULL) {
			if (count_group(p, e) != 0 || pick_group(p, one, e) != 0)
				return -1;
			continue;
		}
		if (hosts_parse(one, NULL, p->call->arena, &names, e) != 0)
			return -1;
		for (size_t i = 0; i < names.n; i++)
			if (count_group(p, e) != 0 || pick_group(p, str_of(names.name[i]), e) != 0)
				return -1;
	}
	return 0;
}

/* "@group" within a host list. */
static const char *
group_text(void *ctx, struct str source, struct str group, struct arena *a, struct err *e)
{
	struct pages_picked *p = ctx;
	struct hosts found = {0};
	size_t kept = 0;

	if (count_group(p, e) != 0)
		return NULL;
	if (str_is(group, "*") && source.p == NULL) {
		found.name = arena_array(a, p->room->n_nodes + 1, sizeof(char *));
		for (size_t i = 0; i < p->room->n_nodes; i++)
			if (str_is_name(str_of(p->room->nodes[i].name))) /* what no list can name is reached by "all" alone */
				found.name[found.n++] = arena_strdup(a, p->room->nodes[i].name);
	} else if (members(p, source, group, &found, e) != 0)
		return NULL;
	for (size_t i = 0; i < found.n; i++)
		if (pages_node_find(p->room, found.name[i]) != NULL)
			found.name[kept++] = found.name[i];
	found.n = kept;
	return hosts_fold(&found, a);
}

int
pages_pick_nodes(struct pages_picked *p, const char *list, struct err *e)
{
	const struct hosts_rules rules = {.group = group_text, .ctx = p};
	struct hosts names, unknown = {0};

	if (strcmp(list, "@*") == 0) {
		pick_all(p);
		return 0;
	}
	if (hosts_parse(str_of(list), &rules, p->call->arena, &names, e) != 0)
		return -1;
	unknown.name = arena_array(p->call->arena, names.n + 1, sizeof(char *));
	for (size_t i = 0; i < names.n; i++)
		if (pages_node_find(p->room, names.name[i]) == NULL)
			unknown.name[unknown.n++] = names.name[i];
	if (unknown.n > 0)
		return err_set(e, ERR_NOT_FOUND, "no node is called %.200s", hosts_fold(&unknown, p->call->arena));
	pick_names(p, &names);
	return 0;
}

/* ---- the list of groups ------------------------------------------------------------------------ */

struct group_row {
	const char *source, *name, *members;
	size_t n;
	int64_t at;
};
struct group_list {
	struct pages_picked picked;
	struct group_row *row;
	size_t n;
};

static const struct group_row *
at(const void *ctx, size_t row)
{
	return &((const struct group_list *)ctx)->row[row];
}

static struct web_cell
cell_name(const void *ctx, size_t row, int64_t now)
{
	(void)now;
	return web_cell_text(at(ctx, row)->name);
}

static struct web_cell
cell_source(const void *ctx, size_t row, int64_t now)
{
	(void)now;
	return web_cell_text(at(ctx, row)->source);
}

static struct web_cell
cell_count(const void *ctx, size_t row, int64_t now)
{
	(void)now;
	return web_cell_number((double)at(ctx, row)->n);
}

static struct web_cell
cell_members(const void *ctx, size_t row, int64_t now)
{
	(void)now;
	return web_cell_text(at(ctx, row)->members);
}

static struct web_cell
cell_at(const void *ctx, size_t row, int64_t now)
{
	(void)now;
	return web_cell_time(at(ctx, row)->at);
}

static const struct pages_column columns[] = {
    {{.key = "name"}, cell_name},
    {{.key = "source"}, cell_source},
    {{.key = "nodes", .kind = WEB_COL_NUMBER}, cell_count},
    {{.key = "members"}, cell_members},
    {{.key = "at", .kind = WEB_COL_TIME}, cell_at},
};

/* One row: the nodes that a group stands for, as `groups=` would pick them. */
static int
add_group(struct group_list *g, const char *source, const char *name, int64_t when, struct err *e)
{
	const struct pages_room *r = g->picked.room;
	struct arena *a = g->picked.call->arena;
	struct hosts names = {.name = arena_array(a, r->n_nodes + 1, sizeof(char *))};
	struct group_row *row = &g->row[g->n++];

	memset(g->picked.is, 0, r->n_nodes * sizeof(bool));
	if (pick_group(&g->picked, str_of(source == NULL ? name : arena_printf(a, "%s:%s", source, name)), e) != 0)
		return -1;
	for (size_t i = 0; i < r->n_nodes; i++)
		if (g->picked.is[i])
			names.name[names.n++] = arena_strdup(a, r->nodes[i].name);
	*row = (struct group_row){source == NULL ? "larch" : source, name, hosts_fold(&names, a), names.n, when};
	return 0;
}

static int
list_groups(struct group_list *g, struct err *e)
{
	const struct pages_room *r = g->picked.room;

	if (read_groups(&g->picked, e) != 0)
		return -1;
	g->row = arena_array(g->picked.call->arena, g->picked.n_groups + r->n_things + 1, sizeof(*g->row));
	if (add_group(g, NULL, "all", 0, e) != 0)
		return -1;
	for (size_t i = 0; i < g->picked.n_groups; i++)
		if (add_group(g, g->picked.groups[i].source, g->picked.groups[i].name, g->picked.groups[i].at, e) != 0)
			return -1;
	for (size_t i = 0; i < r->n_things; i++)
		if (strcmp(r->things[i].type, "pool") == 0 && add_group(g, "pool", r->things[i].name, 0, e) != 0)
			return -1;
	return 0;
}

int
pages_group_list(struct web_call *c, struct err *e)
{
	struct pages_room *r = pages_room_get(c, e);
	struct group_list *g = arena_alloc(c->arena, sizeof(*g));
	struct web_table table;
	int rc = -1;

	if (r == NULL)
		return -1;
	g->picked = (struct pages_picked){.call = c, .room = r, .is = arena_array(c->arena, r->n_nodes + 1, sizeof(bool))};
	if (list_groups(g, e) == 0) {
		table = pages_table(c, &(struct pages_table){"groups", "Groups", "There is no group.", columns, LARCH_COUNT(columns), g->n, g});
		rc = web_show(c, NULL, NULL, &table, 1, e);
	}
	pages_room_put(c, r);
	return rc;
}
