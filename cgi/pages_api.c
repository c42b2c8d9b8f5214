/* SPDX-License-Identifier: Apache-2.0 */
/* The REST face of the inventory. */
#include <string.h>

#include "pages.h"

/* ---- things -------------------------------------------------------------------------------- */

struct things {
	struct web_call *call;
	const struct inv_thing **thing;
	size_t n;
};

static const struct inv_thing *
at(const void *ctx, size_t row)
{
	const struct things *t = ctx;

	return t->thing[row];
}

static struct web_cell
name(const void *ctx, size_t row, int64_t now)
{
	(void)now;
	return web_cell_text(at(ctx, row)->name);
}

static struct web_cell
type(const void *ctx, size_t row, int64_t now)
{
	(void)now;
	return web_cell_text(at(ctx, row)->type);
}

static struct web_cell
rack(const void *ctx, size_t row, int64_t now)
{
	(void)now;
	return web_cell_text(inv_attr(at(ctx, row), "rack"));
}

static struct web_cell
owner(const void *ctx, size_t row, int64_t now)
{
	(void)now;
	return web_cell_text(inv_attr(at(ctx, row), "owner"));
}

static struct web_cell
address(const void *ctx, size_t row, int64_t now)
{
	(void)now;
	return web_cell_text(inv_attr(at(ctx, row), "address"));
}

static struct web_cell
revision(const void *ctx, size_t row, int64_t now)
{
	(void)now;
	return web_cell_number((double)at(ctx, row)->revision);
}

static struct web_cell
changed(const void *ctx, size_t row, int64_t now)
{
	(void)now;
	return web_cell_time(at(ctx, row)->changed);
}

static struct web_cell
changed_by(const void *ctx, size_t row, int64_t now)
{
	(void)now;
	return web_cell_text(at(ctx, row)->changed_by);
}

static const struct pages_column columns[] = {
    {{.key = "name", .title = "Name"}, name},
    {{.key = "type", .title = "Type"}, type},
    {{.key = "rack", .title = "Rack"}, rack},
    {{.key = "owner", .title = "Owner"}, owner},
    {{.key = "address", .title = "Address"}, address},
    {{.key = "revision", .title = "Revision", .kind = WEB_COL_NUMBER}, revision},
    {{.key = "changed_at", .title = "Changed", .kind = WEB_COL_TIME}, changed},
    {{.key = "changed_by", .title = "By"}, changed_by},
};

int
pages_things(struct web_call *c, struct err *e)
{
	const char *wanted = web_text(c, "type");
	struct pages_room *r = pages_room_get(c, e);
	struct things t = {.call = c};
	struct web_table table;
	int rc;

	if (r == NULL)
		return -1;
	t.thing = arena_array(c->arena, r->n_things + 1, sizeof(void *));
	for (size_t i = 0; i < r->n_things; i++)
		if (wanted == NULL || strcmp(r->things[i].type, wanted) == 0)
			t.thing[t.n++] = &r->things[i];
	table = pages_table(c, &(struct pages_table){
	                           .name = "things",
	                           .caption = "Things",
	                           .empty = "No thing to show.",
	                           .columns = columns,
	                           .n_columns = LARCH_COUNT(columns),
	                           .n = t.n,
	                           .ctx = &t,
	                       });
	table.sort = "name";
	rc = web_show(c, NULL, NULL, &table, 1, e);
	pages_room_put(c, r);
	return rc;
}

/* ---- import ----------------------------------------------------------------------------------- */

static json_t *
result_json(const struct inv_import_result *r, bool dry_run)
{
	const struct {
		const char *key;
		size_t n;
	} rows[] = {{"added", r->added}, {"changed", r->changed}, {"unchanged", r->unchanged}, {"removed", r->removed},
	    {"connected", r->connected}, {"disconnected", r->disconnected}};
	json_t *o = json_object();

	jsn_set(o, "dry_run", json_boolean(dry_run));
	for (size_t i = 0; i < LARCH_COUNT(rows); i++)
		jsn_set(o, rows[i].key, json_integer((json_int_t)rows[i].n));
	jsn_set(o, "edit", r->edit == 0 ? json_null() : json_integer(r->edit));
	return o;
}

/*
 * A room file can say anything of everything, wiring too: it needs import and
 * wire, each by a role with hosts "@*". The name that is asked for is one that
 * no other list reaches, for it stands in no inventory.
 */
static int
may_all(struct web_call *c, struct err *e)
{
	static const char *const verbs[] = {"import", "wire"};
	char every[] = "*", *name = every;
	const struct hosts things = {.name = &name, .n = 1};
	struct permit *permit;

	for (size_t i = 0; i < LARCH_COUNT(verbs); i++) {
		const struct auth_ask ask = {.who = c->person, .verb = verbs[i], .things = &things, .arena = c->arena};

		if (auth_may(c->policy, &ask, &permit, e) != 0)
			return err_prefix(e, "a room file needs the verbs import and wire for \"@*\"");
	}
	return 0;
}

int
pages_import(struct web_call *c, struct err *e)
{
	const struct inv_author author = {
	    .who = c->person->name,
	    .why = web_text(c, "reason"),
	    .request_id = c->request->request_id,
	};
	bool dry_run = web_flag(c, "dry_run");
	struct inv_import_result result;
	struct yang *yang;
	struct inv *writer;
	int rc;

	if (!http_is_type(c->request->content_type, "application/json") &&
	    !http_is_type(c->request->content_type, "application/yang-data+json")) {
		web_status(c, 415);
		return err_set(e, ERR_INPUT, "send room.json with Content-Type: application/json");
	}
	if (may_all(c, e) != 0)
		return -1;
	writer = pages_writer_lock(c, &yang);
	rc = inv_import(writer, yang, c->request->body, &author, dry_run, &result, e);
	pages_writer_unlock(c);
	if (rc != 0)
		return -1;
	if (!dry_run)
		log_info("%s imported a room: %zu added, %zu changed, %zu connected, %zu disconnected (edit %lld, request %s)",
		    author.who, result.added, result.changed, result.connected, result.disconnected, (long long)result.edit,
		    author.request_id);
	return web_json(c, 200, result_json(&result, dry_run), e);
}
