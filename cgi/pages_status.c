/* SPDX-License-Identifier: Apache-2.0 */
/*
 * /api/v1/status and every address that shows a part of it: one function, and a table of what each address adds to
 * what was asked.
 */
#include <math.h>
#include <string.h>

#include "inv/query.h"
#include "pages_status.h"
#include "status/sheet.h"

const char *const pages_orients[] = {"records", "index", "split", NULL};
const char *const pages_key_sets[] = {"own", "botd", "host", "sinfo", NULL};

/* What an address shows when the request does not say it. A path that is not here shows all of all nodes. */
static const struct view {
	const char *path;
	const char *checks;          /* NULL: all; "": of the mount in the path */
	const char *groups;          /* NULL: all nodes */
	enum status_keys keys;       /* SINFO: rows, as `sinfo -R` has them */
} views[] = {
    {"/api/v1/sinfo", "slurm", "sinfo", STATUS_KEYS_SINFO},
    {"/api/v1/hostinfo", "slurm", NULL, STATUS_KEYS_SINFO},
    {"/api/v1/status-ping", "ping", "sinfo", STATUS_KEYS_OWN},
    {"/api/v1/status-ssh", "ssh", "sinfo", STATUS_KEYS_OWN},
    {"/api/v1/status-uptime", "uptime", "sinfo", STATUS_KEYS_OWN},
    {"/api/v1/status-ipmi-reachable", "bmc", "sinfo", STATUS_KEYS_OWN},
    {"/api/v1/status-ipmi-state", "chassis", "sinfo", STATUS_KEYS_OWN},
    {"/api/v1/df", "df*", "sinfo", STATUS_KEYS_OWN},
    {"/api/v1/df/{mount}", "", "sinfo", STATUS_KEYS_OWN},
    {"/api/v1/status/ping", "ping", "sinfo", STATUS_KEYS_OWN},
    {"/api/v1/status/ssh", "ssh", "sinfo", STATUS_KEYS_OWN},
    {"/api/v1/status/cmd/uptime", "uptime", "sinfo", STATUS_KEYS_OWN},
    {"/api/v1/status/cmd/load", "load", "sinfo", STATUS_KEYS_OWN},
    {"/api/v1/status/cmd/users", "users", "sinfo", STATUS_KEYS_OWN},
    {"/api/v1/status/cmd/df", "df*", "sinfo", STATUS_KEYS_OWN},
    {"/api/v1/status/cmd/df/{mount}", "", "sinfo", STATUS_KEYS_OWN},
};
static const struct view everything = {.keys = STATUS_KEYS_OWN};

static const struct view *
view_of(const struct web_call *c)
{
	for (size_t i = 0; i < LARCH_COUNT(views); i++)
		if (strcmp(views[i].path, c->route->path) == 0)
			return &views[i];
	return &everything;
}

/* Does this address take the field, and was it sent? Then its text. */
static const char *
sent(struct web_call *c, const char *name)
{
	for (const struct web_field *f = c->route->fields; f != NULL && f->name != NULL; f++)
		if (strcmp(f->name, name) == 0)
			return web_text(c, name);
	return NULL;
}

/* ---- which checks --------------------------------------------------------------------------- */

static json_t *
names_of_checks(const struct pages_room *r)
{
	json_t *list = json_array();

	for (size_t i = 0; i < r->n_columns; i++)
		jsn_add(list, json_string(r->columns[i].name));
	return list;
}

/* A column, or a check: then all its columns. "df*" is ours alone: a name holds no star. */
static bool
choose(const struct pages_room *r, struct str one, bool *chosen)
{
	bool any = str_is(one, "all");

	for (size_t i = 0; i < r->n_columns; i++)
		if (str_is(one, "all") || str_is(one, r->columns[i].name) ||
		    (str_is(one, "df*") && str_starts(str_of(r->columns[i].name), "df")))
			any = chosen[i] = true;
	for (size_t i = 0; i < r->n_columns && !any; i++)
		if (str_is(one, r->columns[i].probe))
			for (size_t k = 0; k < r->n_columns; k++)
				if (strcmp(r->columns[k].probe, r->columns[i].probe) == 0)
					any = chosen[k] = true;
	return any || str_is(one, "df*");
}

/* What is shown of itself: what somebody would look at, and what any node has. */
static void
choose_seen(const struct pages_room *r, bool *chosen)
{
	for (size_t c = 0; c < r->n_columns; c++) {
		chosen[c] = r->columns[c].shown;
		for (size_t i = 0; i < r->n_nodes && !chosen[c]; i++)
			chosen[c] = r->nodes[i].values[c] != NULL;
	}
}

static int
choose_checks(struct web_call *c, const struct pages_room *r, bool *chosen, bool *some_out, struct err *e)
{
	const char *checks = sent(c, "checks"), *mount = sent(c, "mount");
	struct str rest, one;

	if (checks == NULL)
		checks = mount != NULL ? arena_printf(c->arena, "df_%s", mount) : view_of(c)->checks;
	*some_out = checks != NULL && strcmp(checks, "all") != 0;
	if (checks == NULL) {
		choose_seen(r, chosen);
		return 0;
	}
	for (rest = str_of(checks); rest.p != NULL;) {
		one = str_trim(str_cut(&rest, ','));
		if (choose(r, one, chosen))
			continue;
		web_problem_add(c, "checks", names_of_checks(r));
		return err_set(e, mount != NULL ? ERR_NOT_FOUND : ERR_INPUT,
		    "no check and no column is called '%.*s'; the member checks has those there are", (int)(one.n > 64 ? 64 : one.n), one.p);
	}
	return 0;
}

/* ---- which nodes -------------------------------------------------------------------------------- */

/* The nodes of one filter more: those that were picked before and are picked by it. */
static int
narrow(struct pages_picked *p, const char *text, int (*pick)(struct pages_picked *, const char *, struct err *), struct err *e)
{
	bool *before = p->is;

	p->is = arena_array(p->call->arena, p->room->n_nodes + 1, sizeof(bool));
	if (pick(p, text, e) != 0)
		return -1;
	for (size_t i = 0; i < p->room->n_nodes; i++)
		p->is[i] = p->is[i] && before[i];
	return 0;
}

static int
pick_query(struct pages_picked *p, const char *q, struct err *e)
{
	struct inv *inv = pages_inv(p->call, e);
	struct hosts found;

	if (inv == NULL || inv_find(inv, q, p->call->arena, &found, e) != 0)
		return -1;
	for (size_t i = 0; i < found.n; i++) {
		const struct pages_node *n = pages_node_find(p->room, found.name[i]);

		if (n != NULL)
			p->is[n - p->room->nodes] = true;
	}
	return 0;
}

static int
pick(struct web_call *c, struct pages_picked *p, struct err *e)
{
	static const char *const group_fields[] = {"groups", "group", "g"};
	static const char *const node_fields[] = {"nodes", "h", "name"};
	bool named = false;

	memset(p->is, true, p->room->n_nodes * sizeof(bool));
	for (size_t i = 0; i < LARCH_COUNT(node_fields); i++)
		if (sent(c, node_fields[i]) != NULL) {
			named = true;
			if (narrow(p, sent(c, node_fields[i]), pages_pick_nodes, e) != 0)
				return -1;
		}
	for (size_t i = 0; i < LARCH_COUNT(group_fields); i++)
		if (sent(c, group_fields[i]) != NULL) {
			named = true;
			if (narrow(p, sent(c, group_fields[i]), pages_pick_groups, e) != 0)
				return -1;
		}
	if (!named && view_of(c)->groups != NULL && narrow(p, view_of(c)->groups, pages_pick_groups, e) != 0)
		return -1;
	return sent(c, "q") == NULL ? 0 : narrow(p, sent(c, "q"), pick_query, e);
}

/* ---- in which shape -------------------------------------------------------------------------------- */

static size_t
place_in(const char *const *names, const char *name)
{
	size_t i = 0;

	while (strcmp(names[i], name) != 0)
		i++;
	return i;
}

/* Somebody who asks for an orientation speaks the language of the old bot, unless they say which keys they want. */
static void
shape(struct web_call *c, struct status_sheet_ask *ask)
{
	static const enum status_shape oriented[] = {STATUS_RECORDS, STATUS_INDEX, STATUS_SPLIT};
	static const enum status_keys keyed[] = {STATUS_KEYS_OWN, STATUS_KEYS_BOTD, STATUS_KEYS_HOST, STATUS_KEYS_SINFO};
	const char *orient = sent(c, "orient"), *keys = sent(c, "keys");

	ask->keys = view_of(c)->keys;
	if (keys != NULL)
		ask->keys = keyed[place_in(pages_key_sets, keys)];
	else if (orient != NULL && ask->keys == STATUS_KEYS_OWN)
		ask->keys = STATUS_KEYS_BOTD;
	if (c->format == WEB_CSV || c->format == WEB_TXT)
		ask->shape = c->format == WEB_CSV ? STATUS_CSV : STATUS_TEXT;
	else if (orient != NULL)
		ask->shape = oriented[place_in(pages_orients, orient)];
	else if (ask->keys == STATUS_KEYS_OWN)
		ask->shape = STATUS_ITEMS;
	else
		ask->shape = ask->keys == STATUS_KEYS_SINFO ? STATUS_RECORDS : STATUS_INDEX;
}

/* ---- the answer --------------------------------------------------------------------------------------- */

struct answer {
	struct web_call call;         /* a copy: the call itself is over when the answer is written */
	struct pages_room *room;      /* given back when the answer is written */
	struct status_sheet *sheet;
	const struct pages_node **node;
	size_t n;
};

static void
node_at(void *ctx, size_t i, struct status_node *out)
{
	const struct answer *a = ctx;
	const struct pages_node *n = a->node[i];

	*out = (struct status_node){
	    .name = n->name,
	    .type = *n->type == '\0' ? NULL : n->type,
	    .owner = n->owner,
	    .place = n->rack_unit == NULL || *n->rack_unit == '\0' ? NULL : n->rack_unit,
	    .in_inventory = n->thing != NULL,
	    .level = pages_level(a->room, n, a->call.now),
	    .value = n->values,
	};
}

static int
put(void *ctx, struct str piece)
{
	return http_write(ctx, piece);
}

static int
stream(struct http_out *out, void *ctx, struct err *e)
{
	struct answer *a = ctx;
	const struct status_nodes nodes = {.n = a->n, .node = node_at, .ctx = a};
	int rc = status_sheet_write(a->sheet, &nodes, put, out);

	(void)e;
	pages_room_put(&a->call, a->room);
	return rc;
}

static int
prepare(struct web_call *c, struct answer *a, struct err *e)
{
	const struct pages_room *r = a->room;
	struct pages_picked p = {.call = c, .room = r, .is = arena_array(c->arena, r->n_nodes + 1, sizeof(bool))};
	struct status_sheet_ask ask = {.columns = r->columns, .n_columns = r->n_columns, .fields = sent(c, "fields"), .now = c->now};
	bool *chosen = arena_array(c->arena, r->n_columns + 1, sizeof(bool)), some;

	shape(c, &ask);
	if (choose_checks(c, r, chosen, &some, e) != 0)
		return -1;
	/* the old keys rest on columns that this room may not have: with all of them they are all there */
	ask.chosen = some || ask.keys == STATUS_KEYS_OWN ? chosen : NULL;
	if (ask.keys == STATUS_KEYS_SINFO && sent(c, "checks") == NULL)
		ask.chosen = NULL;
	if (sent(c, "name") != NULL && ask.fields == NULL && ask.shape == STATUS_ITEMS)
		ask.fields = STATUS_ALL_FIELDS;
	if (status_sheet_make(&ask, c->arena, &a->sheet, e) != 0 || pick(c, &p, e) != 0)
		return -1;
	a->node = arena_array(c->arena, r->n_nodes + 1, sizeof(*a->node));
	for (size_t i = 0; i < r->n_nodes; i++)
		if (p.is[i])
			a->node[a->n++] = &r->nodes[i];
	return 0;
}

static const char *
content_type(const struct web_call *c)
{
	return c->format == WEB_CSV ? "text/csv; charset=utf-8" : c->format == WEB_TXT ? "text/plain; charset=utf-8"
	                                                                              : "application/json";
}

int
pages_status_show(struct web_call *c, struct err *e)
{
	struct answer *a = arena_alloc(c->arena, sizeof(*a));

	*a = (struct answer){.call = *c, .room = pages_room_get(c, e)};
	if (a->room == NULL)
		return -1;
	if (prepare(c, a, e) == 0 && web_stream(c, content_type(c), stream, a, e) == 0)
		return 0;
	pages_room_put(c, a->room);
	return -1;
}

/* ---- the checks ----------------------------------------------------------------------------------------- */

struct checks {
	const struct pages_room *room;
	const struct conf *conf;
};

static const struct status_column *
at(const void *ctx, size_t row)
{
	return &((const struct checks *)ctx)->room->columns[row];
}

static const struct conf_check *
said(const void *ctx, size_t row)
{
	const struct checks *k = ctx;
	const struct conf_check *c = conf_check(k->conf, at(ctx, row)->name);

	return c != NULL ? c : conf_check(k->conf, at(ctx, row)->probe);
}

#define TEXT_CELL(member)                                                                                              \
	static struct web_cell member##_cell(const void *ctx, size_t row, int64_t now)                                 \
	{                                                                                                              \
		(void)now;                                                                                             \
		return web_cell_text(at(ctx, row)->member);                                                            \
	}
TEXT_CELL(name)
TEXT_CELL(probe)
TEXT_CELL(title)
TEXT_CELL(unit)
TEXT_CELL(help)

static struct web_cell
kind_cell(const void *ctx, size_t row, int64_t now)
{
	static const char *const kinds[] = {[STATUS_WORD] = "word", [STATUS_MEASURE] = "measure", [STATUS_TIME] = "time"};

	(void)now;
	return web_cell_text(kinds[at(ctx, row)->kind]);
}

static struct web_cell
interval_cell(const void *ctx, size_t row, int64_t now)
{
	(void)now;
	return web_cell_number((double)at(ctx, row)->interval / 1000);
}

static struct web_cell
warn_cell(const void *ctx, size_t row, int64_t now)
{
	const struct conf_check *c = said(ctx, row);

	(void)now;
	return web_cell_number(c == NULL ? (double)NAN : c->warn);
}

static struct web_cell
critical_cell(const void *ctx, size_t row, int64_t now)
{
	const struct conf_check *c = said(ctx, row);

	(void)now;
	return web_cell_number(c == NULL ? (double)NAN : c->critical);
}

static struct web_cell
counts_cell(const void *ctx, size_t row, int64_t now)
{
	(void)now;
	return web_cell_flag(at(ctx, row)->counts);
}

static struct web_cell
shown_cell(const void *ctx, size_t row, int64_t now)
{
	(void)now;
	return web_cell_flag(at(ctx, row)->shown);
}

static const struct pages_column check_columns[] = {
    {{.key = "name"}, name_cell},
    {{.key = "check"}, probe_cell},
    {{.key = "title"}, title_cell},
    {{.key = "kind"}, kind_cell},
    {{.key = "unit"}, unit_cell},
    {{.key = "interval_seconds", .kind = WEB_COL_NUMBER}, interval_cell},
    {{.key = "warn", .kind = WEB_COL_NUMBER}, warn_cell},
    {{.key = "critical", .kind = WEB_COL_NUMBER}, critical_cell},
    {{.key = "counts", .kind = WEB_COL_FLAG}, counts_cell},
    {{.key = "shown", .kind = WEB_COL_FLAG}, shown_cell},
    {{.key = "help"}, help_cell},
};

int
pages_checks(struct web_call *c, struct err *e)
{
	struct checks *k = arena_alloc(c->arena, sizeof(*k));
	struct pages_room *r = pages_room_get(c, e);
	struct web_table table;
	int rc;

	if (r == NULL)
		return -1;
	*k = (struct checks){r, c->conf};
	table = pages_table(c, &(struct pages_table){"checks", "What is checked", "Nothing is checked.", check_columns,
	                           LARCH_COUNT(check_columns), r->n_columns, k});
	rc = web_show(c, NULL, NULL, &table, 1, e);
	pages_room_put(c, r);
	return rc;
}
