/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Changes of the inventory: a list of operations that is done whole or not at
 * all, sent with the revision of every thing that was read. What somebody else
 * changed in between is refused by the server (412) and both versions are shown.
 */
#include <stdio.h>
#include <string.h>

#include "cli.h"

#define EDIT_LIMIT_S 120L
#define SHOWN 8 /* operations of a stale change that are shown beside what is there now */

static const struct column columns[] = {
	{"thing", "thing", false}, {"what", "what", false}, {"text", "change", false},
};

void
edit_begin(struct edit *ed, struct cli *c)
{
	*ed = (struct edit){.c = c, .ops = json_array(), .expect = json_object()};
}

json_t *
edit_op(struct edit *ed, const char *op)
{
	json_t *o = json_object();

	jsn_set_text(o, "op", op);
	jsn_add(ed->ops, o);
	return o;
}

void
edit_expect(struct edit *ed, const json_t *thing)
{
	const json_t *revision = json_object_get(thing, "revision");

	if (json_is_integer(revision))
		jsn_set(ed->expect, jsn_text_or(thing, "name", ""), json_integer(json_integer_value(revision)));
}

json_t *
edit_op_on(struct edit *ed, const char *op, const json_t *thing)
{
	json_t *o = edit_op(ed, op);

	jsn_set_text(o, "thing", jsn_text_or(thing, "name", ""));
	edit_expect(ed, thing);
	return o;
}

void
edit_drop(struct edit *ed)
{
	json_decref(ed->ops);
	json_decref(ed->expect);
	ed->ops = ed->expect = NULL;
}

/* ---- what came back --------------------------------------------------------------- */

static void
print_changes(const struct cli *c, const json_t *body)
{
	const json_t *changes = jsn_array(body, "changes"), *row;
	enum format f = out_format(c, FORMAT_TEXT);
	size_t i;

	if (f != FORMAT_TEXT)
		out_rows(c, f, body, changes, columns, LARCH_COUNT(columns));
	else
		json_array_foreach(changes, i, row)
			out_text(jsn_text_or(row, "text", "?"));
	if (json_array_size(changes) == 0)
		cli_say(c, "nothing to change: it is so already");
	else if (c->opt.dry_run)
		cli_say(c, "dry run: nothing was changed");
	else if (json_is_integer(json_object_get(body, "edit")))
		cli_say(c, "change %lld", (long long)jsn_integer_or(body, "edit", 0));
}

/* The document of a thing among those that the refusal brings. */
static const json_t *
current_of(const json_t *problem, const char *thing)
{
	const json_t *now = json_object_get(problem, "current"), *doc;
	size_t i;

	if (json_is_object(now)) {
		if (strcmp(jsn_text_or(now, "name", ""), thing) == 0)
			return now;
		doc = json_object_get(now, thing);
		return json_is_object(doc) ? doc : NULL;
	}
	json_array_foreach(now, i, doc)
		if (strcmp(jsn_text_or(doc, "name", ""), thing) == 0)
			return doc;
	return NULL;
}

/* "owner = bob, carl": what is there now of the key that an operation names. */
static const char *
now_of(struct cli *c, const json_t *op, const json_t *doc)
{
	struct buf b = BUF(LIMIT_PAGE);
	const char *key = jsn_text_or(op, "key", NULL), *made;
	const json_t *list = jsn_array(doc, "attributes"), *a;
	size_t i;

	if (key == NULL) {
		made = things_place(c, doc);
		return *made != '\0' ? arena_printf(c->arena, "in %s", made) : "in no place";
	}
	json_array_foreach(list, i, a)
		if (strcmp(jsn_text_or(a, "key", ""), key) == 0)
			buf_printf(&b, "%s%s = %s", b.n > 0 ? ", " : "", things_key(c, a), out_scalar(c, json_object_get(a, "value")));
	made = b.n > 0 ? arena_strdup(c->arena, b.p) : arena_printf(c->arena, "no %s", key);
	buf_free(&b);
	return made;
}

/* "attr-set owner = ana", "put b07 13": an operation in few words, without its thing. */
static const char *
op_text(struct cli *c, json_t *op)
{
	struct buf b = BUF(LIMIT_PAGE);
	const char *name, *made;
	json_t *v;

	buf_puts(&b, jsn_text_or(op, "op", "?"));
	if (json_object_get(op, "key") != NULL) {
		buf_printf(&b, " %s", things_key(c, op));
		if (json_object_get(op, "value") != NULL)
			buf_printf(&b, " = %s", out_scalar(c, json_object_get(op, "value")));
	} else {
		json_object_foreach(op, name, v)
			if (strcmp(name, "op") != 0 && strcmp(name, "thing") != 0)
				buf_printf(&b, " %s %s", name, out_scalar(c, v));
	}
	made = arena_strdup(c->arena, b.p);
	buf_free(&b);
	return made;
}

/* Both versions, a few lines: what was asked for, and what is there now. */
static void
show_stale(struct cli *c, const json_t *ops, const json_t *problem)
{
	size_t i, shown = 0;
	json_t *op;

	if (c->opt.output != NULL && strncmp(c->opt.output, "json", 4) == 0)
		return; /* the problem has them, whole */
	json_array_foreach(ops, i, op) {
		const char *thing = jsn_text_or(op, "thing", jsn_text_or(op, "a", ""));
		const json_t *doc = current_of(problem, thing);
		char at[TIMES_TEXT] = "";
		int64_t ms;

		if (doc == NULL || shown++ >= SHOWN)
			continue;
		if (times_parse(str_of(jsn_text_or(doc, "changed", "")), &ms, NULL) == 0)
			times_room(ms, at);
		out_line(stderr, "  %s", thing);
		out_line(stderr, "    yours: %s", op_text(c, op));
		out_line(stderr, "    now:   %s (revision %lld, %s%s%s)", now_of(c, op, doc), (long long)jsn_integer_or(doc, "revision", 0),
		    out_scalar(c, json_object_get(doc, "changed_by")), *at != '\0' ? ", " : "", at);
	}
	if (shown > SHOWN)
		fprintf(stderr, "  and %zu more\n", shown - SHOWN);
	cli_say(c, "Nothing was changed. Look, and say it again if you still want it.");
}

/* The option that does what a refusal speaks of. */
static const struct { const char *op, *part, *hint; } hints[] = {
	{"rm", "cables", "--with-cables pulls its cables too"},
	{"connect", "in use", "--move pulls the cable that is there"},
};

static void
say_hint(const struct cli *c, const json_t *ops, const json_t *problem)
{
	const char *op = jsn_text_or(json_array_get(ops, 0), "op", ""), *detail = jsn_text_or(problem, "detail", "");

	for (size_t i = 0; i < LARCH_COUNT(hints); i++)
		if (strcmp(hints[i].op, op) == 0 && strstr(detail, hints[i].part) != NULL)
			cli_say(c, "%s", hints[i].hint);
}

int
edit_send(struct edit *ed)
{
	struct cli *c = ed->c;
	json_t *o = json_object();
	struct buf text = BUF(LIMIT_ROOM_FILE);
	struct api_request q = {.method = "POST", .path = "/api/v1/edit", .limit_s = EDIT_LIMIT_S};
	struct api_answer a = {0};
	struct err e = {0};
	int code = EXIT_OK;

	if (c->opt.reason != NULL)
		jsn_set_text(o, "why", c->opt.reason);
	jsn_set(o, "ops", json_incref(ed->ops));
	jsn_set(o, "expect", json_incref(ed->expect));
	if (c->opt.dry_run)
		jsn_set(o, "dry_run", json_true());
	jsn_canonical(o, &text);
	q.body = buf_view(&text);
	if (text.over) {
		code = cli_fail_as(c, "limit", "that is too much for one change; say it in parts", EXIT_USAGE);
	} else if (api_call(c, &q, &a, &e) != 0) {
		code = cli_fail(c, &e);
		if (a.sent && !interrupted) {
			cli_say(c, "It is not known whether it was changed; look with: larch history --limit 1");
			code = EXIT_UNKNOWN;
		}
	} else if (a.status < 200 || a.status > 299) {
		code = api_fail(c, &a);
		if (a.status == 412)
			show_stale(c, ed->ops, a.body);
		else
			say_hint(c, ed->ops, a.body);
	} else {
		c->names_changed = !c->opt.dry_run;
		print_changes(c, a.body);
	}
	buf_free(&text);
	json_decref(o);
	api_answer_finish(&a);
	edit_drop(ed);
	return code;
}
