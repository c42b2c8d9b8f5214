/* SPDX-License-Identifier: Apache-2.0 */
/* The inventory for programs: lists of things, names, the whole room as a file, and back. */
#include <malloc.h>
#include <stdlib.h>
#include <string.h>

#include "inv/query.h"
#include "pages.h"

/* ---- lists of things -------------------------------------------------------------------- */

struct things {
	struct web_call *call;
	const struct inv_thing **thing;
	size_t n;
	const struct pages_places *places;
	const struct hosts *found; /* by ?q=; NULL: nobody asked */
	/* columns that ?fields= asks for, behind those of the table: "attr:KEY"; NULL is "attributes", all of them */
	struct web_table plain;
	const char **key;
};

static const struct inv_thing *
at(const void *ctx, size_t row)
{
	const struct things *t = ctx;

	return t->thing[row];
}

static const struct inv_place *
place_at(const void *ctx, size_t row)
{
	return pages_place_find(((const struct things *)ctx)->places, at(ctx, row)->name);
}

static struct web_cell
name(const void *ctx, size_t row, int64_t now)
{
	const struct things *t = ctx;

	(void)now;
	if (t->call->format != WEB_HTML)
		return web_cell_text(t->thing[row]->name);
	return web_cell_link(t->thing[row]->name, pages_href(t->call->arena, t->thing[row]->type, t->thing[row]->name));
}

static struct web_cell
type(const void *ctx, size_t row, int64_t now)
{
	(void)now;
	return web_cell_text(at(ctx, row)->type);
}

static struct web_cell
place(const void *ctx, size_t row, int64_t now)
{
	const struct things *t = ctx;
	const struct inv_place *p = place_at(ctx, row);

	(void)now;
	if (p == NULL && t->call->format != WEB_JSON_FORMAT)
		return web_cell_text("");
	return web_cell_text(pages_place_text(p, t->call->arena));
}

/* An attribute that a thing has not is nothing on a page, and null for a program. */
static struct web_cell
fact(const struct things *t, size_t row, const char *key)
{
	const char *value = inv_attr(t->thing[row], key);

	return web_cell_text(value == NULL && t->call->format != WEB_JSON_FORMAT ? "" : value);
}

static struct web_cell
owner(const void *ctx, size_t row, int64_t now)
{
	(void)now;
	return fact(ctx, row, "owner");
}

static struct web_cell
address(const void *ctx, size_t row, int64_t now)
{
	(void)now;
	return fact(ctx, row, "address");
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
    {{.key = "name", .title = "Name", .kind = WEB_COL_LINK}, name},
    {{.key = "type", .title = "Type"}, type},
    {{.key = "place", .title = "Where"}, place},
    {{.key = "owner", .title = "Owner"}, owner},
    {{.key = "address", .title = "Address"}, address},
    {{.key = "revision", .title = "Revision", .kind = WEB_COL_NUMBER, .data_only = true}, revision},
    {{.key = "changed_at", .title = "Changed", .kind = WEB_COL_TIME}, changed},
    {{.key = "changed_by", .title = "By"}, changed_by},
};

/* All attributes of a thing, as its document has them (inv_doc). */
static struct web_cell
attributes(const struct things *t, size_t row)
{
	json_t *list = json_array(), *o;

	for (size_t i = 0; i < t->thing[row]->n_attrs; i++) {
		const struct inv_attr *a = &t->thing[row]->attrs[i];

		jsn_add(list, o = json_object());
		jsn_set_text(o, "key", a->key);
		jsn_set_text(o, "subkey", a->subkey);
		jsn_set(o, "number", a->number < 0 ? json_null() : json_integer(a->number));
		jsn_set_text(o, "kind", a->kind);
		jsn_set_text(o, "value", a->target != NULL ? a->target : a->value);
	}
	return pages_json_cell(t->call->arena, list);
}

static struct web_cell
cell(void *ctx, size_t row, size_t column)
{
	const struct things *t = ctx;

	if (column < t->plain.n_columns)
		return t->plain.cell(t->plain.ctx, row, column);
	if (t->key[column - t->plain.n_columns] == NULL)
		return attributes(t, row);
	return web_cell_text(inv_attr(t->thing[row], t->key[column - t->plain.n_columns]));
}

/* A table over t, whose columns are those above and each "attr:KEY", and "attributes", of the fields that were asked for. */
static struct web_table
things_table(struct web_call *c, struct things *t, const char *fields)
{
	struct str rest = str_of(fields);
	struct web_column *all;
	struct web_table made;
	size_t n = 0;

	t->plain = pages_table(c, &(struct pages_table){"things", "Things", "No thing to show.", columns, LARCH_COUNT(columns),
	                              t->n, t});
	made = t->plain;
	all = arena_array(c->arena, made.n_columns + rest.n + 1, sizeof(*all));
	t->key = arena_array(c->arena, rest.n + 1, sizeof(*t->key));
	memcpy(all, made.columns, made.n_columns * sizeof(*all));
	while (rest.p != NULL) {
		struct str one = str_trim(str_cut(&rest, ','));

		if (str_is(one, "attributes")) {
			t->key[n++] = NULL;
			all[made.n_columns++] = (struct web_column){.key = "attributes", .kind = WEB_COL_JSON, .data_only = true};
			continue;
		}
		if (!str_starts(one, "attr:") || one.n == strlen("attr:"))
			continue;
		t->key[n] = arena_strndup(c->arena, one.p + strlen("attr:"), one.n - strlen("attr:"));
		all[made.n_columns++] = (struct web_column){.key = arena_strndup(c->arena, one.p, one.n), .title = t->key[n],
		    .data_only = true};
		n++;
	}
	made.columns = all;
	made.cell = cell;
	made.ctx = t;
	made.sort = "name";
	return made;
}

/* All things of the inventory in natural order, with their places: of the room that is kept, or read for one call. */
struct all {
	struct pages_room *room; /* to be given back */
	const struct inv_thing *thing;
	size_t n;
	struct pages_places places;
};

static int
all_get(struct web_call *c, struct inv *inv, struct all *out, struct err *e)
{
	struct inv_thing *list;

	*out = (struct all){0};
	if (!web_has(c, "at")) {
		out->room = pages_room_get(c, e);
		if (out->room == NULL)
			return -1;
		out->thing = out->room->things;
		out->n = out->room->n_things;
		out->places = out->room->places;
		return 0;
	}
	if (inv_list(inv, NULL, c->arena, &list, &out->n, e) != 0 || pages_places(inv, NULL, c->arena, &out->places, e) != 0)
		return -1;
	out->thing = list;
	return 0;
}

static int
match(void *ctx, size_t row, const char *q, struct err *e)
{
	const struct things *t = ctx;

	(void)q;
	(void)e;
	return hosts_has(t->found, t->thing[row]->name);
}

/* What is typed into the search box may be any part of anything; a program says what it means. */
static int
ask(struct web_call *c, struct inv *inv, const char *q, struct hosts *out, struct err *e)
{
	enum inv_search how;

	if (strncmp(c->route->path, "/api/", 5) == 0)
		return inv_find(inv, q, c->arena, out, e);
	return inv_query_search(inv, str_of(q), c->arena, out, &how, e);
}

int
pages_things(struct web_call *c, struct err *e)
{
	const char *wanted = web_text(c, "type"), *q = web_text(c, "q");
	struct inv *inv = pages_inv_at(c, e);
	struct things t = {.call = c};
	struct hosts found;
	struct web_table table;
	struct all all = {0};
	int rc = -1;

	if (inv == NULL || (q != NULL && ask(c, inv, q, &found, e) != 0) || all_get(c, inv, &all, e) != 0)
		goto out;
	t.places = &all.places;
	t.found = &found;
	t.thing = arena_array(c->arena, all.n + 1, sizeof(void *));
	for (size_t i = 0; i < all.n; i++)
		if (wanted == NULL || strcmp(all.thing[i].type, wanted) == 0)
			t.thing[t.n++] = &all.thing[i];
	table = things_table(c, &t, web_text(c, "fields"));
	table.match = match;
	rc = web_show(c, NULL, NULL, &table, 1, e);
out:
	pages_room_put(c, all.room);
	return rc;
}

/* ---- find ------------------------------------------------------------------------------------ */

#define LARGE_ROOM (1u << 20) /* bytes of a room file from which memory is given back */
#define READ_ALONE 64 /* up to so many are read one by one */

static int
by_name(const void *x, const void *y)
{
	const struct inv_thing *const *a = x, *const *b = y;

	return strcmp((*a)->name, (*b)->name);
}

/* The things of these names. Those that went between two questions are left out. */
static int
pick(struct web_call *c, struct inv *inv, const struct hosts *names, struct all *all, struct things *t, struct err *e)
{
	struct inv_thing key, *one;
	const struct inv_thing *want = &key, **sorted;

	t->thing = arena_array(c->arena, names->n + 1, sizeof(void *));
	t->places = &all->places;
	if (names->n <= READ_ALONE) {
		one = arena_array(c->arena, names->n + 1, sizeof(*one));
		for (size_t i = 0; i < names->n; i++) {
			if (inv_get(inv, names->name[i], c->arena, &one[i], e) == 0)
				t->thing[t->n++] = &one[i];
			else if (e->kind != ERR_NOT_FOUND)
				return -1;
		}
		return pages_places(inv, names, c->arena, &all->places, e);
	}
	if (all_get(c, inv, all, e) != 0)
		return -1;
	sorted = arena_array(c->arena, all->n + 1, sizeof(*sorted));
	for (size_t i = 0; i < all->n; i++)
		sorted[i] = &all->thing[i];
	qsort(sorted, all->n, sizeof(*sorted), by_name);
	for (size_t i = 0; i < names->n; i++) {
		const struct inv_thing **found;

		key.name = names->name[i];
		found = bsearch(&want, sorted, all->n, sizeof(*sorted), by_name);
		if (found != NULL)
			t->thing[t->n++] = *found;
	}
	return 0;
}

/* What matches, as many as are wanted of it. */
static int
select_of(struct web_call *c, struct inv *inv, struct hosts *out, size_t *total, struct err *e)
{
	const char *spread = web_text(c, "spread");
	size_t limit = (size_t)web_int(c, "limit", 0);
	struct hosts all;

	if ((web_flag(c, "select") ? inv_select(inv, str_of(web_text(c, "q")), c->arena, &all, e)
	                            : inv_find(inv, web_text(c, "q"), c->arena, &all, e)) != 0)
		return -1;
	*total = all.n;
	*out = all;
	if (spread != NULL)
		return inv_spread(inv, &all, spread, limit, c->arena, out, e);
	if (limit > 0 && out->n > limit)
		out->n = limit;
	return 0;
}

int
pages_find(struct web_call *c, struct err *e)
{
	struct inv *inv = pages_inv_at(c, e);
	struct things t = {.call = c};
	struct web_table table;
	struct all all = {0};
	struct hosts names;
	json_t *model;
	size_t total;
	int rc = -1;

	if (inv == NULL || select_of(c, inv, &names, &total, e) != 0 || pick(c, inv, &names, &all, &t, e) != 0)
		goto out;
	table = things_table(c, &t, web_text(c, "fields"));
	table.name = "items";
	model = json_object();
	jsn_set(model, "total", json_integer((json_int_t)total));
	jsn_set_text(model, "folded", hosts_fold(&names, c->arena));
	rc = web_show(c, NULL, model, &table, 1, e);
out:
	pages_room_put(c, all.room);
	return rc;
}

/* ---- names, for completion ------------------------------------------------------------------------ */

int
pages_names(struct web_call *c, struct err *e)
{
	const struct inv_history_ask last = {.limit = 1, .facts = 1};
	struct buf *out;
	struct inv *inv = pages_inv(c, e);
	struct inv_edit_row *edit;
	struct inv_thing *list;
	size_t n;
	int rc;

	if (inv == NULL || inv_history(inv, &last, c->arena, &edit, &n, e) != 0)
		return -1;
	/* the last edit stands for the room: its number alone might come again after a copy was restored */
	if (web_unchanged(c, n == 0 ? "\"0\"" : arena_printf(c->arena, "\"%lld-%lld\"", (long long)edit->edit, (long long)edit->at)))
		return 0;
	if (inv_list(inv, NULL, c->arena, &list, &n, e) != 0)
		return -1;
	out = arena_alloc(c->arena, sizeof(*out));
	*out = BUF(LIMIT_PAGE);
	for (size_t i = 0; i < n; i++) {
		buf_puts(out, list[i].name);
		buf_char(out, '\t');
		buf_puts(out, list[i].type);
		buf_char(out, '\n');
	}
	rc = web_plain(c, 200, buf_view(out), e);
	buf_free(out);
	return rc;
}

/* ---- export -------------------------------------------------------------------------------------------- */

static int
send_file(struct http_out *to, void *ctx, struct err *e)
{
	struct buf *file = ctx;
	int rc = http_write(to, buf_view(file));

	(void)e;
	buf_free(file);
	return rc;
}

/* It is made whole before a byte of it is sent: half a room is none. */
int
pages_export(struct web_call *c, struct err *e)
{
	struct inv *inv = pages_inv_at(c, e);
	struct buf *file = arena_alloc(c->arena, sizeof(*file));

	*file = BUF(LIMIT_ROOM_FILE);
	if (inv == NULL || inv_export(inv, file, e) != 0 ||
	    web_header(c, "Content-Disposition", "attachment; filename=\"room.json\"", e) != 0) {
		buf_free(file);
		return -1;
	}
	return web_stream(c, "application/json", send_file, file, e);
}

/* ---- import ----------------------------------------------------------------------------------- */

static json_t *
texts(const char **text, size_t n)
{
	json_t *list = json_array();

	for (size_t i = 0; i < n; i++)
		jsn_add(list, json_string(text[i]));
	return list;
}

/* "changes": a line each, as far as they are told; "more": how many are not. */
static json_t *
result_json(const struct inv_import_result *r, bool dry_run)
{
	const struct {
		const char *key;
		size_t n;
	} rows[] = {{"added", r->added}, {"changed", r->changed}, {"unchanged", r->unchanged}, {"removed", r->removed},
	    {"connected", r->connected}, {"disconnected", r->disconnected}, {"placed", r->placed}, {"pooled", r->pooled}};
	json_t *o = json_object();

	jsn_set(o, "dry_run", json_boolean(dry_run));
	for (size_t i = 0; i < LARCH_COUNT(rows); i++)
		jsn_set(o, rows[i].key, json_integer((json_int_t)rows[i].n));
	jsn_set(o, "edit", r->edit == 0 ? json_null() : json_integer(r->edit));
	jsn_set(o, "changes", texts(r->lines, r->n_lines));
	jsn_set(o, "more", json_integer((json_int_t)(r->n_all - r->n_lines)));
	jsn_set(o, "notes", texts(r->notes, r->n_notes));
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
pages_take_room(struct web_call *c, const struct inv_import_ask *asked, int64_t *seen, json_t **result_out, struct err *e)
{
	const struct inv_author author = {c->person->name, web_text(c, "reason"), c->request->request_id};
	struct inv_import_ask ask = *asked;
	struct inv_import_result result;
	struct yang *yang;
	struct inv *writer;
	int rc;

	ask.author = &author;
	ask.lines = true;
	if (may_all(c, e) != 0)
		return -1;
	writer = pages_writer_lock(c, &yang);
	rc = seen == NULL || *seen < 0 || *seen == inv_generation(writer)
	    ? inv_import_file(writer, yang, &ask, c->arena, &result, e)
	    : err_set(e, ERR_STALE, "the room was changed since you looked; look again at what the file would change");
	if (seen != NULL)
		*seen = inv_generation(writer);
	pages_writer_unlock(c);
	/* Ten thousand nodes take 300 MB on the way, which glibc would keep for this thread, and again for the next one. */
	if (c->request->body.n > LARGE_ROOM)
		(void)malloc_trim(0);
	if (rc != 0)
		return -1;
	if (!ask.dry_run)
		log_info("%s imported a room: %zu added, %zu changed, %zu removed, %zu connected, %zu disconnected (edit %lld, request %s)",
		    author.who, result.added, result.changed, result.removed, result.connected, result.disconnected,
		    (long long)result.edit, author.request_id);
	*result_out = result_json(&result, ask.dry_run);
	return 0;
}

int
pages_import(struct web_call *c, struct err *e)
{
	const struct inv_import_ask ask = {.text = c->request->body, .dry_run = web_flag(c, "dry_run"), .prune = web_flag(c, "prune"),
	    .merge = web_flag(c, "merge"), .move = web_flag(c, "move")};
	json_t *result;

	if (!http_is_type(c->request->content_type, "application/json") &&
	    !http_is_type(c->request->content_type, "application/yang-data+json")) {
		web_status(c, 415);
		return err_set(e, ERR_INPUT, "send room.json with Content-Type: application/json");
	}
	if (pages_take_room(c, &ask, NULL, &result, e) != 0)
		return -1;
	return web_json(c, 200, result, e);
}
