/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Services: a service is a thing of type "service". What runs it has the
 * relation `runs` to it; the load balancer in front of it has the relation
 * `vip`, whose subkey is the virtual address.
 */
#include <stdio.h>
#include <string.h>

#include "cli.h"

static const struct column columns[] = {
	{"service", "service", false}, {"runs", "runs on", false}, {"balancer", "load balancer", false},
	{"address", "virtual address", false},
};

static void
add_relation(struct edit *ed, const char *op, const json_t *thing, const char *key, const char *subkey, const char *service)
{
	json_t *o = edit_op_on(ed, op, thing);

	jsn_set_text(o, "key", key);
	if (subkey != NULL)
		jsn_set_text(o, "subkey", subkey);
	jsn_set_text(o, "kind", "relation");
	jsn_set_text(o, "value", service);
}

/* Has the thing the relation already? Then it is not said twice. */
static bool
has_relation(const json_t *doc, const char *key, const char *subkey, const char *service)
{
	const json_t *list = jsn_array(doc, "attributes"), *a;
	size_t i;

	json_array_foreach(list, i, a)
		if (strcmp(jsn_text_or(a, "key", ""), key) == 0 && strcmp(jsn_text_or(a, "value", ""), service) == 0 &&
		    strcmp(jsn_text_or(a, "kind", ""), "relation") == 0 &&
		    (subkey == NULL || strcmp(jsn_text_or(a, "subkey", ""), subkey) == 0))
			return true;
	return false;
}

/* The same relation on every thing that `text` means and that has it not yet. */
static int
relate_all(struct edit *ed, const char *text, const char *key, const char *subkey, const char *service)
{
	struct cli *c = ed->c;
	struct api_answer found = {0};
	const json_t *items, *thing;
	int code = EXIT_OK;
	size_t i;

	if ((items = things_find(c, text, "attributes", &found, &code)) != NULL)
		json_array_foreach(items, i, thing)
			if (!has_relation(thing, key, subkey, service))
				add_relation(ed, "attr-add", thing, key, subkey, service);
	api_answer_finish(&found);
	return code;
}

/* The service itself, made when there is none. A thing of another type is refused. */
static int
need_service(struct edit *ed, const char *service)
{
	struct cli *c = ed->c;
	struct err e = {0};
	struct api_request q = {.method = "GET", .retry = true, .path = path_make(c, "/api/v1/things", service, NULL, NULL, 0, &e)};
	struct api_answer a = {0};
	int code = EXIT_OK;

	if (q.path == NULL || api_call(c, &q, &a, &e) != 0) {
		code = cli_fail(c, &e);
	} else if (a.status == 404) {
		json_t *o = edit_op(ed, "new");

		jsn_set_text(o, "thing", service);
		jsn_set_text(o, "type", "service");
		jsn_set(ed->expect, service, json_integer(0));
	} else if (a.status < 200 || a.status > 299) {
		code = api_fail(c, &a);
	} else if (strcmp(jsn_text_or(a.body, "type", ""), "service") != 0) {
		code = cli_fail_as(c, err_kind_name(ERR_CONFLICT), arena_printf(c->arena, "%s is a %s, not a service", service,
		    jsn_text_or(a.body, "type", "?")), EXIT_REFUSED);
	} else {
		edit_expect(ed, a.body);
	}
	api_answer_finish(&a);
	return code;
}

int
cmd_service_add(struct cli *c)
{
	const char *service = c->argv[0];
	struct edit ed;
	int code;

	if (c->argc == 4 || strcmp(c->argv[1], "on") != 0 || (c->argc == 5 && strcmp(c->argv[3], "to") != 0))
		return cli_usage(c, "write: larch service add %s on THINGS to BALANCER", service);
	if (c->opt.address != NULL && c->argc < 5)
		return cli_usage(c, "--address is of the load balancer: ... to BALANCER --address %s", c->opt.address);
	edit_begin(&ed, c);
	code = need_service(&ed, service);
	if (code == EXIT_OK)
		code = relate_all(&ed, c->argv[2], "runs", NULL, service);
	if (code == EXIT_OK && c->argc == 5)
		code = relate_all(&ed, c->argv[4], "vip", c->opt.address, service);
	if (code == EXIT_OK && json_array_size(ed.ops) == 0)
		cli_say(c, "nothing to change: it is so already");
	else if (code == EXIT_OK)
		return edit_send(&ed);
	edit_drop(&ed);
	return code;
}

/* ---- rm ----------------------------------------------------------------------------------- */

/* Every relation that names the service, and then the service. */
static int
remove_whole(struct edit *ed, const char *service)
{
	struct cli *c = ed->c;
	struct api_answer a = {0};
	const json_t *list, *row;
	int code;
	size_t i;

	if (things_get(c, service, &a, &code) == 0) {
		code = EXIT_OK;
		list = jsn_array(a.body, "referrers");
		if (strcmp(jsn_text_or(a.body, "type", ""), "service") != 0)
			code = cli_fail_as(c, err_kind_name(ERR_CONFLICT), arena_printf(c->arena, "%s is a %s, not a service; larch rm removes it",
			    service, jsn_text_or(a.body, "type", "?")), EXIT_REFUSED);
		json_array_foreach(list, i, row) {
			struct api_answer who = {0};

			if (code == EXIT_OK && things_get(c, jsn_text_or(row, "thing", ""), &who, &code) == 0) {
				add_relation(ed, "attr-del", who.body, jsn_text_or(row, "key", "runs"), NULL, service);
				code = EXIT_OK;
			}
			api_answer_finish(&who);
		}
		edit_op_on(ed, "rm", a.body);
	}
	api_answer_finish(&a);
	return code;
}

int
cmd_service_rm(struct cli *c)
{
	struct api_answer found = {0};
	const json_t *items, *thing;
	struct edit ed;
	int code = EXIT_OK;
	size_t i;

	if (c->argc == 2 || (c->argc == 3 && strcmp(c->argv[1], "on") != 0))
		return cli_usage(c, "write: larch service rm %s on THINGS", c->argv[0]);
	edit_begin(&ed, c);
	if (c->argc == 1)
		code = remove_whole(&ed, c->argv[0]);
	else if ((items = things_find(c, c->argv[2], NULL, &found, &code)) != NULL)
		json_array_foreach(items, i, thing)
			add_relation(&ed, "attr-del", thing, "runs", NULL, c->argv[0]);
	api_answer_finish(&found);
	if (code == EXIT_OK && json_array_size(ed.ops) > 0)
		return edit_send(&ed);
	edit_drop(&ed);
	return code;
}

/* ---- list, show ------------------------------------------------------------------------------ */

/* A load balancer's virtual addresses for this service: the subkeys of its relations. */
static const char *
addresses_of(struct cli *c, const char *balancer, const char *service)
{
	struct api_answer a = {0};
	struct buf b = BUF(LIMIT_PAGE);
	const json_t *list, *row;
	const char *made;
	int code;
	size_t i;

	if (things_get(c, balancer, &a, &code) == 0) {
		list = jsn_array(a.body, "attributes");
		json_array_foreach(list, i, row)
			if (strcmp(jsn_text_or(row, "key", ""), "vip") == 0 && strcmp(jsn_text_or(row, "value", ""), service) == 0 &&
			    *jsn_text_or(row, "subkey", "") != '\0')
				buf_printf(&b, "%s%s", b.n > 0 ? "," : "", jsn_text_or(row, "subkey", ""));
	}
	made = b.n > 0 ? arena_strdup(c->arena, b.p) : NULL;
	buf_free(&b);
	api_answer_finish(&a);
	return made;
}

/* The row of a service: who runs it, folded, its load balancers and their addresses. */
static int
add_row(struct cli *c, const char *service, json_t *rows)
{
	struct api_answer a = {0};
	struct hosts runs = {0}, fronts = {0};
	const json_t *list, *row;
	json_t *o;
	int code;
	size_t i;

	if (things_get(c, service, &a, &code) != 0)
		goto out;
	code = EXIT_OK;
	list = jsn_array(a.body, "referrers");
	runs.name = arena_array(c->arena, json_array_size(list) + 1, sizeof(*runs.name));
	fronts.name = arena_array(c->arena, json_array_size(list) + 1, sizeof(*fronts.name));
	json_array_foreach(list, i, row) {
		struct hosts *h = strcmp(jsn_text_or(row, "key", ""), "runs") == 0 ? &runs :
		    strcmp(jsn_text_or(row, "key", ""), "vip") == 0 ? &fronts : NULL;

		if (h != NULL)
			h->name[h->n++] = arena_strdup(c->arena, jsn_text_or(row, "thing", "?"));
	}
	hosts_sort(&runs);
	hosts_sort(&fronts);
	o = json_object();
	jsn_set_text(o, "service", service);
	jsn_set_text(o, "runs", runs.n > 0 ? hosts_fold(&runs, c->arena) : NULL);
	jsn_set_text(o, "balancer", fronts.n > 0 ? hosts_fold(&fronts, c->arena) : NULL);
	jsn_set_text(o, "address", fronts.n > 0 ? addresses_of(c, fronts.name[0], service) : NULL);
	jsn_add(rows, o);
out:
	api_answer_finish(&a);
	return code;
}

int
cmd_service_show(struct cli *c)
{
	json_t *whole = json_object(), *rows = json_array();
	int code;

	jsn_set(whole, "items", rows);
	if ((code = add_row(c, c->argv[0], rows)) == EXIT_OK)
		out_rows(c, out_format(c, FORMAT_TABLE), whole, rows, columns, LARCH_COUNT(columns));
	json_decref(whole);
	return code;
}

int
cmd_service_list(struct cli *c)
{
	json_t *whole = json_object(), *rows = json_array();
	struct api_answer a = {0};
	struct err e = {0};
	const char *path = path_make(c, "/api/v1/find", NULL, NULL, (struct path_field[]){{"q", "type:service"}}, 1, &e);
	const json_t *items, *row;
	int code = EXIT_OK;
	size_t i;

	jsn_set(whole, "items", rows);
	if (path == NULL) {
		code = cli_fail(c, &e);
	} else if (api_get(c, path, &a, &code) == 0) {
		code = EXIT_OK;
		items = out_list(a.body);
		json_array_foreach(items, i, row)
			if (code == EXIT_OK)
				code = add_row(c, jsn_text_or(row, "name", ""), rows);
		if (code == EXIT_OK)
			out_found(c, FORMAT_TABLE, whole, columns, LARCH_COUNT(columns), "there is no service; larch service add makes one");
	}
	api_answer_finish(&a);
	json_decref(whole);
	return code;
}
