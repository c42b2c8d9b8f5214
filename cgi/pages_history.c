/* SPDX-License-Identifier: Apache-2.0 */
/* Who changed what, when and why: of all, of one thing. And pools. */
#include <string.h>

#include "pages.h"

#define EDITS_SHOWN 100 /* of one answer, when nobody asks for a number */
#define FACTS_TOLD 4    /* of one edit in words; all are there as data */

struct edits {
	struct web_call *call;
	const struct inv_edit_row *row;
};

static const struct inv_edit_row *
edit(const void *ctx, size_t row)
{
	return &((const struct edits *)ctx)->row[row];
}

static struct web_cell
edit_number(const void *ctx, size_t row, int64_t now)
{
	(void)now;
	return web_cell_number((double)edit(ctx, row)->edit);
}

static struct web_cell
edit_at(const void *ctx, size_t row, int64_t now)
{
	(void)now;
	return web_cell_time(edit(ctx, row)->at);
}

static struct web_cell
edit_who(const void *ctx, size_t row, int64_t now)
{
	(void)now;
	return web_cell_text(edit(ctx, row)->who);
}

static struct web_cell
edit_why(const void *ctx, size_t row, int64_t now)
{
	(void)now;
	return web_cell_text(edit(ctx, row)->why == NULL ? "" : edit(ctx, row)->why);
}

static struct web_cell
edit_request(const void *ctx, size_t row, int64_t now)
{
	(void)now;
	return web_cell_text(edit(ctx, row)->request == NULL ? "" : edit(ctx, row)->request);
}

static struct web_cell
edit_count(const void *ctx, size_t row, int64_t now)
{
	(void)now;
	return web_cell_number((double)edit(ctx, row)->n_all);
}

static struct web_cell
edit_text(const void *ctx, size_t row, int64_t now)
{
	struct arena *a = ((const struct edits *)ctx)->call->arena;
	const struct inv_edit_row *x = edit(ctx, row);
	size_t told = x->n_facts < FACTS_TOLD ? x->n_facts : FACTS_TOLD;
	const char *text = "";

	(void)now;
	for (size_t i = 0; i < told; i++)
		text = arena_printf(a, "%s%s%s", text, i == 0 ? "" : "; ", x->facts[i].text);
	if (x->n_all > told)
		text = arena_printf(a, "%s; and %zu more", text, x->n_all - told);
	return web_cell_text(text);
}

/* before and after are JSON already. */
static void
fact_json(struct buf *b, const struct inv_fact *f)
{
	buf_puts(b, "{\"thing\": ");
	buf_json(b, str_of(f->thing));
	buf_puts(b, ", \"what\": ");
	buf_json(b, str_of(f->what));
	buf_puts(b, ", \"text\": ");
	buf_json(b, str_of(f->text));
	buf_printf(b, ", \"before\": ");
	buf_puts(b, f->before == NULL ? "null" : f->before);
	buf_puts(b, ", \"after\": ");
	buf_puts(b, f->after == NULL ? "null" : f->after);
	buf_char(b, '}');
}

static struct web_cell
edit_facts(const void *ctx, size_t row, int64_t now)
{
	const struct inv_edit_row *x = edit(ctx, row);
	struct buf b = BUF(LIMIT_PAGE);
	struct web_cell made;

	(void)now;
	buf_char(&b, '[');
	for (size_t i = 0; i < x->n_facts; i++) {
		buf_puts(&b, i == 0 ? "" : ", ");
		fact_json(&b, &x->facts[i]);
	}
	buf_char(&b, ']');
	made = web_cell_text(b.over ? NULL : arena_strndup(((const struct edits *)ctx)->call->arena, b.p, b.n));
	buf_free(&b);
	return made;
}

static const struct pages_column edit_columns[] = {
    {{.key = "edit", .title = "Edit", .kind = WEB_COL_NUMBER}, edit_number},
    {{.key = "at", .title = "When", .kind = WEB_COL_TIME}, edit_at},
    {{.key = "who", .title = "Who"}, edit_who},
    {{.key = "text", .title = "What"}, edit_text},
    {{.key = "why", .title = "Why"}, edit_why},
    {{.key = "request", .title = "Request"}, edit_request},
    {{.key = "change_count", .title = "Changes", .kind = WEB_COL_NUMBER, .data_only = true}, edit_count},
    {{.key = "changes", .kind = WEB_COL_JSON, .data_only = true}, edit_facts},
};

static int
show(struct web_call *c, const char *thing, struct err *e)
{
	const struct inv_history_ask ask = {.thing = thing, .before = web_int(c, "before", 0), .since = web_int(c, "since", 0),
	    .who = web_text(c, "who"), .limit = web_int(c, "limit", EDITS_SHOWN)};
	struct inv *inv = pages_inv_at(c, e);
	struct edits x = {.call = c};
	struct inv_edit_row *list;
	struct web_table table;
	json_t *model = NULL;
	size_t n;

	if (inv == NULL || inv_history(inv, &ask, c->arena, &list, &n, e) != 0)
		return -1;
	x.row = list;
	table = pages_table(c, &(struct pages_table){"items", "History", "Nothing has been changed.", edit_columns,
	                           LARCH_COUNT(edit_columns), n, &x});
	/* where the next page begins, when there may be one */
	model = json_object();
	jsn_set_text(model, "thing", thing);
	jsn_set(model, "next_before", (int64_t)n < ask.limit ? json_null() : json_integer(list[n - 1].edit));
	if (c->format == WEB_HTML)
		jsn_set_text(model, "title", thing == NULL ? "History" : arena_printf(c->arena, "History of %s", thing));
	return web_show(c, NULL, model, &table, 1, e);
}

int
pages_history(struct web_call *c, struct err *e)
{
	return show(c, NULL, e);
}

int
pages_thing_history(struct web_call *c, struct err *e)
{
	return show(c, web_text(c, "name"), e);
}

/* ---- pools ---------------------------------------------------------------------------------- */

struct pool {
	const char *name;
	struct hosts members; /* directly in it */
	json_t *pools;        /* names it is in itself; borrowed from doc */
	json_t *doc;          /* the reader's */
};
struct pools {
	struct web_call *call;
	struct pool *pool;
};

static const struct pool *
pool(const void *ctx, size_t row)
{
	return &((const struct pools *)ctx)->pool[row];
}

static int
pool_read(struct web_call *c, struct inv *inv, const char *name, struct pool *out, struct err *e)
{
	const json_t *members;
	json_t *v;
	size_t i;

	*out = (struct pool){.name = name};
	if (inv_doc(inv, name, c->arena, &out->doc, e) != 0)
		return -1;
	members = jsn_array(out->doc, "members");
	out->members.name = arena_array(c->arena, json_array_size(members) + 1, sizeof(char *));
	json_array_foreach((json_t *)(uintptr_t)members, i, v)
		out->members.name[out->members.n++] = arena_strdup(c->arena, json_string_value(v));
	hosts_sort(&out->members);
	out->pools = json_object_get(out->doc, "pools");
	return 0;
}

static struct web_cell
pool_name(const void *ctx, size_t row, int64_t now)
{
	(void)now;
	return web_cell_link(pool(ctx, row)->name, web_link(((const struct pools *)ctx)->call->arena, "/pools/%s",
	    pool(ctx, row)->name));
}

static struct web_cell
pool_count(const void *ctx, size_t row, int64_t now)
{
	(void)now;
	return web_cell_number((double)pool(ctx, row)->members.n);
}

static struct web_cell
pool_folded(const void *ctx, size_t row, int64_t now)
{
	(void)now;
	return web_cell_text(hosts_fold(&pool(ctx, row)->members, ((const struct pools *)ctx)->call->arena));
}

static const struct pages_column pool_columns[] = {
    {{.key = "name", .title = "Pool", .kind = WEB_COL_LINK}, pool_name},
    {{.key = "members", .title = "Members", .kind = WEB_COL_NUMBER}, pool_count},
    {{.key = "folded", .title = "Who"}, pool_folded},
};

int
pages_pools(struct web_call *c, struct err *e)
{
	struct inv *inv = pages_inv_at(c, e);
	struct pools p = {.call = c};
	struct inv_thing *list;
	struct web_table table;
	size_t n;

	if (inv == NULL || inv_list(inv, "pool", c->arena, &list, &n, e) != 0)
		return -1;
	p.pool = arena_array(c->arena, n + 1, sizeof(*p.pool));
	for (size_t i = 0; i < n; i++) {
		if (pool_read(c, inv, list[i].name, &p.pool[i], e) != 0)
			return -1;
		json_decref(p.pool[i].doc);
	}
	table = pages_table(c, &(struct pages_table){"items", "Pools", "There is no pool.", pool_columns,
	                           LARCH_COUNT(pool_columns), n, &p});
	table.sort = "name";
	return web_show(c, NULL, NULL, &table, 1, e);
}

/* ---- one pool ---------------------------------------------------------------------------------- */

struct members {
	struct web_call *call;
	const struct hosts *name;
	const char **type;
};

static struct web_cell
member_name(const void *ctx, size_t row, int64_t now)
{
	const struct members *m = ctx;

	(void)now;
	if (strcmp(m->type[row], "pool") == 0)
		return web_cell_link(m->name->name[row], web_link(m->call->arena, "/pools/%s", m->name->name[row]));
	return web_cell_link(m->name->name[row], pages_href(m->call->arena, m->type[row], m->name->name[row]));
}

static struct web_cell
member_type(const void *ctx, size_t row, int64_t now)
{
	(void)now;
	return web_cell_text(((const struct members *)ctx)->type[row]);
}

static const struct pages_column member_columns[] = {
    {{.key = "name", .title = "Member", .kind = WEB_COL_LINK}, member_name},
    {{.key = "type", .title = "Type"}, member_type},
};

static int
member_types(struct web_call *c, struct inv *inv, struct members *m, struct err *e)
{
	struct inv_thing t;

	m->type = arena_array(c->arena, m->name->n + 1, sizeof(*m->type));
	for (size_t i = 0; i < m->name->n; i++) {
		if (inv_get(inv, m->name->name[i], c->arena, &t, e) != 0)
			return -1;
		m->type[i] = t.type;
	}
	return 0;
}

int
pages_pool(struct web_call *c, struct err *e)
{
	const char *name = web_text(c, "name");
	struct inv *inv = pages_inv_at(c, e);
	struct members m = {.call = c};
	struct web_table table;
	struct pool p = {0};
	json_t *model, *names;
	int rc = -1;

	if (inv == NULL || pool_read(c, inv, name, &p, e) != 0)
		return -1;
	m.name = &p.members;
	if (strcmp(jsn_text_or(p.doc, "type", ""), "pool") != 0) {
		err_set(e, ERR_NOT_FOUND, "'%s' is no pool but a %s.", name, jsn_text_or(p.doc, "type", "thing"));
		goto out;
	}
	if (member_types(c, inv, &m, e) != 0 ||
	    web_header(c, "ETag", arena_printf(c->arena, "\"%lld\"", (long long)jsn_integer_or(p.doc, "revision", 0)), e) != 0)
		goto out;
	model = json_object();
	jsn_set_text(model, "name", name);
	jsn_set(model, "revision", json_integer(jsn_integer_or(p.doc, "revision", 0)));
	jsn_set_text(model, "folded", hosts_fold(&p.members, c->arena));
	jsn_set(model, "pools", json_incref(p.pools));
	names = json_array();
	for (size_t i = 0; i < p.members.n; i++)
		jsn_add(names, json_string(p.members.name[i]));
	jsn_set(model, "members", names);
	if (c->format == WEB_HTML)
		jsn_set_text(model, "title", arena_printf(c->arena, "Pool %s", name));
	table = pages_table(c, &(struct pages_table){"items", "Members", "Nothing is in it.", member_columns,
	                           LARCH_COUNT(member_columns), p.members.n, &m});
	rc = web_show(c, NULL, model, &table, 1, e);
out:
	json_decref(p.doc);
	return rc;
}
