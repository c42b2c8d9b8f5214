/* SPDX-License-Identifier: Apache-2.0 */
/* /groups and /groups/SOURCE:NAME: how many of each group are well, and were. */
#include <math.h>
#include <string.h>

#include "pages_groups.h"

static const struct group_row *
at(const void *ctx, size_t row)
{
	return &((const struct groups_call *)ctx)->row[row];
}

static struct arena *
arena_of(const void *ctx)
{
	return ((const struct groups_call *)ctx)->call->arena;
}

/* ---- cells ------------------------------------------------------------------------------------- */

static struct web_cell
cell_name(const void *ctx, size_t row, int64_t now)
{
	(void)now;
	return web_cell_link(at(ctx, row)->name, at(ctx, row)->href);
}

static struct web_cell
cell_source(const void *ctx, size_t row, int64_t now)
{
	(void)now;
	return web_cell_text(at(ctx, row)->source);
}

static struct web_cell
cell_nodes(const void *ctx, size_t row, int64_t now)
{
	struct web_cell made = web_cell_number((double)at(ctx, row)->n);

	(void)now;
	made.href = at(ctx, row)->nodes_href;
	return made;
}

static struct web_cell
count(const void *ctx, size_t row, enum status_level level)
{
	return web_cell_number((double)at(ctx, row)->level[level]);
}

static struct web_cell
cell_critical(const void *ctx, size_t row, int64_t now)
{
	(void)now;
	return count(ctx, row, STATUS_CRITICAL);
}

static struct web_cell
cell_warn(const void *ctx, size_t row, int64_t now)
{
	(void)now;
	return count(ctx, row, STATUS_WARN);
}

static struct web_cell
cell_unknown(const void *ctx, size_t row, int64_t now)
{
	(void)now;
	return count(ctx, row, STATUS_UNKNOWN);
}

static struct web_cell
cell_ok(const void *ctx, size_t row, int64_t now)
{
	(void)now;
	return count(ctx, row, STATUS_OK);
}

/* The group in one letter: its worst node. */
static struct web_cell
cell_level(const void *ctx, size_t row, int64_t now)
{
	static const enum status_level order[] = {STATUS_CRITICAL, STATUS_WARN, STATUS_UNKNOWN, STATUS_OK};
	const struct group_row *g = at(ctx, row);

	(void)now;
	for (size_t i = 0; i < LARCH_COUNT(order); i++)
		if (g->level[order[i]] > 0)
			return web_cell_level((int)order[i], order[i] == STATUS_OK ? "all well" : arena_printf(arena_of(ctx), "%zu of %zu",
			    g->n - g->level[STATUS_OK], g->n), 0, false);
	return web_cell_text("empty");
}

/* Sorts by the number; what stands there says how much of it nobody knows: "99.98 % (4 % ?)". */
static struct web_cell
share(const void *ctx, size_t row, int window)
{
	const struct status_share *s = &at(ctx, row)->share[window];
	double percent = status_share_percent(s);
	struct web_cell made = web_cell_number(isnan(percent) ? percent : floor(percent * 10000) / 10000);

	if (!isnan(percent))
		made.text = pages_share_short(s, arena_of(ctx));
	return made;
}

static struct web_cell
cell_day(const void *ctx, size_t row, int64_t now)
{
	(void)now;
	return share(ctx, row, PAGES_DAY);
}

static struct web_cell
cell_week(const void *ctx, size_t row, int64_t now)
{
	(void)now;
	return share(ctx, row, PAGES_WEEK);
}

static struct web_cell
cell_month(const void *ctx, size_t row, int64_t now)
{
	(void)now;
	return share(ctx, row, PAGES_MONTH);
}

static struct web_cell
cell_shares(const void *ctx, size_t row, int64_t now)
{
	json_t *o = json_object();

	(void)now;
	for (size_t w = 0; w < PAGES_WINDOWS; w++)
		jsn_set(o, pages_windows[w].word, pages_share_json(&at(ctx, row)->share[w]));
	return pages_json_cell(arena_of(ctx), o);
}

static struct web_cell
cell_members(const void *ctx, size_t row, int64_t now)
{
	(void)now;
	return web_cell_text(at(ctx, row)->members);
}

static struct web_cell
cell_read(const void *ctx, size_t row, int64_t now)
{
	(void)now;
	return at(ctx, row)->at == 0 ? web_cell_text("") : (struct web_cell){.at = at(ctx, row)->at};
}

static const struct pages_column columns[] = {
    {{.key = "name", .title = "Group", .kind = WEB_COL_LINK}, cell_name},
    {{.key = "source", .title = "Of"}, cell_source},
    {{.key = "level", .title = "Not well", .kind = WEB_COL_LEVEL}, cell_level},
    {{.key = "nodes", .title = "Nodes", .kind = WEB_COL_NUMBER}, cell_nodes},
    {{.key = "critical", .title = "Critical", .kind = WEB_COL_NUMBER}, cell_critical},
    {{.key = "warn", .title = "Warn", .kind = WEB_COL_NUMBER}, cell_warn},
    {{.key = "unknown", .title = "Unknown", .kind = WEB_COL_NUMBER}, cell_unknown},
    {{.key = "ok", .title = "OK", .kind = WEB_COL_NUMBER}, cell_ok},
    {{.key = "day_percent", .title = "Up: day", .kind = WEB_COL_NUMBER}, cell_day},
    {{.key = "week_percent", .title = "week", .kind = WEB_COL_NUMBER}, cell_week},
    {{.key = "month_percent", .title = "month", .kind = WEB_COL_NUMBER}, cell_month},
    {{.key = "availability", .title = "Availability", .kind = WEB_COL_JSON, .data_only = true}, cell_shares},
    {{.key = "members", .title = "Members"}, cell_members},
    {{.key = "read", .title = "Read", .kind = WEB_COL_AGE}, cell_read},
};

static int
begin(struct web_call *c, const char *only, struct groups_call *g, struct err *e)
{
	*g = (struct groups_call){.call = c, .only = only, .room = pages_room_get(c, e), .status = pages_status(c)};
	return g->room == NULL ? -1 : pages_groups_read(g, e);
}

int
pages_groups(struct web_call *c, struct err *e)
{
	struct groups_call *g = arena_alloc(c->arena, sizeof(*g));
	struct web_table t;
	int rc = -1;

	if (begin(c, NULL, g, e) == 0 && pages_groups_shares(g, e) == 0) {
		t = pages_table(c, &(struct pages_table){"items", "Groups",
		                       "There is no group: larchd has read none, and the inventory has no pool and no rack.", columns,
		                       LARCH_COUNT(columns), g->n, g});
		rc = web_show(c, NULL, NULL, &t, 1, e);
	}
	pages_room_put(c, g->room);
	return rc;
}

/* ---- one group ------------------------------------------------------------------------------------- */

struct group_page {
	struct groups_call all;
	const struct group_row *group;
	uint32_t *node;         /* those that are shown */
	size_t n;
};

static const struct pages_node *
node_at(const void *ctx, size_t row)
{
	const struct group_page *p = ctx;

	return &p->all.room->nodes[p->node[row]];
}

static struct web_cell
node_name(const void *ctx, size_t row, int64_t now)
{
	(void)now;
	return web_cell_link(node_at(ctx, row)->name, node_at(ctx, row)->href);
}

static struct web_cell
node_level(const void *ctx, size_t row, int64_t now)
{
	const struct group_page *p = ctx;
	const struct status_value *worst = pages_worst(p->all.room, node_at(ctx, row), now);
	enum status_level level = pages_level(p->all.room, node_at(ctx, row), now);
	const char *text = worst != NULL ? worst->text : level == STATUS_OK ? "ok" : "never seen";

	return web_cell_level((int)level, text, 0, worst != NULL && status_stale(worst->at, worst->interval, now));
}

static struct web_cell
node_check(const void *ctx, size_t row, int64_t now)
{
	const struct group_page *p = ctx;
	const struct status_value *worst = pages_worst(p->all.room, node_at(ctx, row), now);

	return web_cell_text(worst == NULL ? "" : worst->check);
}

static struct web_cell
node_detail(const void *ctx, size_t row, int64_t now)
{
	const struct group_page *p = ctx;
	const struct status_value *worst = pages_worst(p->all.room, node_at(ctx, row), now);

	return web_cell_text(worst == NULL || worst->detail == NULL ? "" : worst->detail);
}

static struct web_cell
node_since(const void *ctx, size_t row, int64_t now)
{
	const struct group_page *p = ctx;
	const struct status_value *worst = pages_worst(p->all.room, node_at(ctx, row), now);

	return worst == NULL ? web_cell_text("") : web_cell_time(worst->since);
}

static struct web_cell
node_share(const void *ctx, size_t row, int64_t now)
{
	const struct group_page *p = ctx;
	const struct status_share *s = &p->all.share[PAGES_MONTH][p->all.share_at[p->node[row]]];
	double percent = status_share_percent(s);
	struct web_cell made = web_cell_number(isnan(percent) ? percent : floor(percent * 10000) / 10000);

	(void)now;
	if (!isnan(percent))
		made.text = pages_share_short(s, p->all.call->arena);
	return made;
}

static const struct pages_column node_columns[] = {
    {{.key = "name", .title = "Machine", .kind = WEB_COL_LINK}, node_name},
    {{.key = "state", .title = "State", .kind = WEB_COL_LEVEL}, node_level},
    {{.key = "check", .title = "Check"}, node_check},
    {{.key = "detail", .title = "Why", .prose = true}, node_detail},
    {{.key = "since", .title = "Since", .kind = WEB_COL_TIME}, node_since},
    {{.key = "month_percent", .title = "Up: month", .kind = WEB_COL_NUMBER}, node_share},
};

/* "pdsh:savio3"; also a name alone, where only one source has it. 404: with the groups there are. */
static const struct group_row *
find(struct groups_call *g, const char *wanted, struct err *e)
{
	const struct group_row *found = NULL;
	json_t *names = json_array();
	struct buf list = BUF(2048);
	size_t alike = 0;

	for (size_t i = 0; i < g->n; i++) {
		const char *full = arena_printf(g->call->arena, "%s:%s", g->row[i].source, g->row[i].name);

		jsn_add(names, json_string(full));
		buf_printf(&list, "%s%s", list.n == 0 ? "" : ", ", full);
		if (strcmp(full, wanted) == 0)
			found = &g->row[i];
		alike += strcmp(g->row[i].name, wanted) == 0;
	}
	for (size_t i = 0; found == NULL && alike == 1 && i < g->n; i++)
		if (strcmp(g->row[i].name, wanted) == 0)
			found = &g->row[i];
	if (found == NULL) {
		web_problem_add(g->call, "groups", names);
		err_set(e, ERR_NOT_FOUND, alike > 1 ? "%.128s is a group of several sources; say which, as in pdsh:NAME. There are: %s%s"
		        : "there is no group %.128s; there are: %s%s", wanted, list.n == 0 ? "none" : list.p, list.over ? " ..." : "");
	} else {
		json_decref(names);
	}
	buf_free(&list);
	return found;
}

static json_t *
group_model(const struct group_page *p)
{
	static const struct {
		enum status_level level;
		const char *key, *class;
	} looks[] = {{STATUS_CRITICAL, "critical", "level-critical"}, {STATUS_WARN, "warn", "level-warn"},
	    {STATUS_UNKNOWN, "unknown", "level-unknown"}, {STATUS_OK, "ok", "level-ok"}};
	const struct group_row *g = p->group;
	bool html = p->all.call->format == WEB_HTML;
	json_t *m = json_object(), *shares = html ? json_array() : json_object(), *levels = html ? json_array() : json_object();
	char text[TIMES_TEXT];

	jsn_set_text(m, "name", g->name);
	jsn_set_text(m, "source", g->source);
	jsn_set(m, "n", json_integer((json_int_t)g->n));
	for (size_t i = 0; i < LARCH_COUNT(looks); i++) {
		json_t *o = json_object();

		jsn_set(o, "n", json_integer((json_int_t)g->level[looks[i].level]));
		jsn_set_text(o, "word", looks[i].key);
		jsn_set_text(o, "class", looks[i].class);
		if (html && g->level[looks[i].level] > 0)
			jsn_add(levels, o);
		else if (html)
			json_decref(o);
		else {
			json_decref(o);
			jsn_set(levels, looks[i].key, json_integer((json_int_t)g->level[looks[i].level]));
		}
	}
	jsn_set(m, "levels", levels);
	for (size_t w = 0; w < PAGES_WINDOWS; w++) {
		json_t *o;

		if (!html) {
			jsn_set(shares, pages_windows[w].word, pages_share_json(&g->share[w]));
			continue;
		}
		o = json_object();
		jsn_set_text(o, "window", pages_windows[w].word);
		jsn_set_text(o, "text", pages_share_text(&g->share[w], p->all.call->arena));
		jsn_add(shares, o);
	}
	jsn_set(m, html ? "shares" : "availability", shares);
	jsn_set_text(m, "members", g->members);
	jsn_set_text(m, "read", g->at == 0 ? NULL : html ? times_age(p->all.call->now - g->at, text) : times_utc(g->at, text));
	if (html) {
		jsn_set_text(m, "title", arena_printf(p->all.call->arena, "Group %s", g->name));
		jsn_set_text(m, "nodes_href", g->nodes_href);
	}
	return m;
}

static int
show_group(struct group_page *p, struct err *e)
{
	const struct pages_room *r = p->all.room;
	struct web_call *c = p->all.call;
	struct web_table t;

	p->node = arena_array(c->arena, p->group->n + 1, sizeof(*p->node));
	for (size_t i = 0; i < p->group->n; i++)
		if (c->format != WEB_HTML || pages_level(r, &r->nodes[p->group->node[i]], c->now) != STATUS_OK)
			p->node[p->n++] = p->group->node[i];
	t = pages_table(c, &(struct pages_table){"nodes", c->format == WEB_HTML ? "Not well" : "Nodes", "All of them are well.",
	                       node_columns, LARCH_COUNT(node_columns), p->n, p});
	t.given = true;
	t.total = p->n;
	return web_show(c, NULL, group_model(p), &t, 1, e);
}

int
pages_group(struct web_call *c, struct err *e)
{
	struct group_page *p = arena_alloc(c->arena, sizeof(*p));
	int rc = -1;

	*p = (struct group_page){0};
	if (begin(c, web_text(c, "name"), &p->all, e) == 0) {
		p->group = find(&p->all, web_text(c, "name"), e);
		if (p->group != NULL && pages_groups_shares(&p->all, e) == 0)
			rc = show_group(p, e);
	}
	pages_room_put(c, p->all.room);
	return rc;
}
