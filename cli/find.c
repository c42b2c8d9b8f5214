/* SPDX-License-Identifier: Apache-2.0 */
/* Questions whose answer is a list: find, locate, trace, lost, pools, types, export. */
#include <stdio.h>
#include <string.h>

#include "cli.h"

#define EXPORT_LIMIT_S 300L
#define HOLDS_SHOWN 50 /* columns of what a pool holds, in a table; pool show has it whole */

/* GET base/name/tail with fields: 0, or -1 when the trouble was printed and *code is its exit code. */
static int
ask(struct cli *c, const char *base, const char *name, const char *tail, const struct path_field *fields, size_t n,
    struct api_answer *a, int *code)
{
	struct err e = {0};
	const char *path = path_make(c, base, name, tail, fields, n, &e);

	if (path == NULL) {
		*code = cli_fail(c, &e);
		return -1;
	}
	return api_get(c, path, a, code);
}

/* ---- find -------------------------------------------------------------------------------- */

/* The names under key, folded to one line, or a line each with -e. */
static void
print_names(struct cli *c, const json_t *rows, const char *key)
{
	struct hosts h = {.name = arena_array(c->arena, json_array_size(rows) + 1, sizeof(*h.name))};
	const json_t *row;
	size_t i;

	json_array_foreach(rows, i, row)
		h.name[h.n++] = arena_strdup(c->arena, json_is_string(row) ? json_string_value(row) : jsn_text_or(row, key, "?"));
	if (c->opt.expand) {
		for (i = 0; i < h.n; i++)
			out_line(stdout, "%s", h.name[i]);
		return;
	}
	hosts_sort(&h);
	if (h.n > 0)
		printf("%s\n", hosts_fold(&h, c->arena));
}

static int
found(struct cli *c, const json_t *body)
{
	static const struct column columns[] = {{"name", "name", false}, {"type", "type", false}, {"place", "place", false}};
	const json_t *items = out_list(body);

	if (json_array_size(items) == 0 || out_format(c, FORMAT_TEXT) != FORMAT_TEXT)
		return out_found(c, FORMAT_TEXT, body, columns, LARCH_COUNT(columns), "nothing fits");
	print_names(c, items, "name");
	return EXIT_OK;
}

int
cmd_find(struct cli *c)
{
	struct buf query = BUF(LIMIT_HOSTS_TEXT);
	struct api_answer a = {0};
	struct err e = {0};
	struct hosts named;
	bool known;
	const char *path;
	int code = EXIT_USAGE;
	int64_t wanted;

	for (int i = 0; i < c->argc; i++)
		buf_printf(&query, "%s%s", i > 0 ? " " : "", c->argv[i]);
	if (c->argc == 1 && (strcmp(c->argv[0], "-") == 0 || c->argv[0][0] == '^')) {
		const char *list = select_list(c, c->argv[0], &named, &known, &e);

		buf_clear(&query);
		if (list == NULL) {
			code = cli_fail(c, &e);
			goto out;
		}
		buf_puts(&query, list);
	}
	if (path_number(c, "limit", c->opt.limit, 1, LIMIT_HOSTS, &wanted) != 0)
		goto out;
	if (query.n == 0) {
		code = cli_usage(c, "the query is empty; all things are @*");
		goto out;
	}
	path = path_make(c, "/api/v1/find", NULL, NULL,
	    (struct path_field[]){{"q", query.p}, {"spread", c->opt.spread}, {"limit", c->opt.limit}}, 3, &e);
	if (path == NULL) {
		code = cli_fail(c, &e);
		goto out;
	}
	if (api_get(c, path, &a, &code) == 0)
		code = found(c, a.body);
	else
		api_point(c, &a, query.p);
out:
	buf_free(&query);
	api_answer_finish(&a);
	return code;
}

/* ---- locate, trace ------------------------------------------------------------------------ */

int
cmd_lines(struct cli *c)
{
	static const struct column columns[] = {{"text", "text", false}};
	bool trace = strcmp(c->command->verb, "trace") == 0;
	json_t *whole = json_object(), *rows = json_array();
	struct api_answer things = {0};
	const json_t *items, *thing;
	int code = EXIT_OK;
	size_t i;

	jsn_set(whole, "items", rows);
	if ((items = things_find(c, trace ? c->argv[0] : things_join(c, c->argv, c->argc), NULL, &things, &code)) == NULL)
		goto out;
	json_array_foreach(items, i, thing) {
		struct api_answer a = {0};
		const struct path_field port[] = {{"port", trace && c->argc > 1 ? c->argv[1] : NULL}};

		if (ask(c, "/api/v1/things", jsn_text_or(thing, "name", ""), trace ? "/trace" : "/locate", port, 1, &a, &code) == 0)
			json_array_extend(rows, (json_t *)(uintptr_t)out_list(a.body));
		api_answer_finish(&a);
		if (code != EXIT_OK)
			goto out;
	}
	code = out_found(c, FORMAT_TEXT, whole, columns, LARCH_COUNT(columns),
	    trace ? "no cable is recorded there" : "it is in no place and connected to nothing");
out:
	api_answer_finish(&things);
	json_decref(whole);
	return code;
}

/* ---- lost ------------------------------------------------------------------------------------ */

static bool
goes_dark(const json_t *row)
{
	return jsn_bool_or(row, "dark", jsn_bool_or(row, "all_feeds_gone", false));
}

/* "goes dark:     n[1-40]" and "one feed left: n[41-80]": what to run for first. */
static void
print_lost(struct cli *c, const json_t *rows)
{
	static const struct { bool dark; const char *title; } lines[] = {{true, "goes dark:      "}, {false, "has a feed left: "}};
	const json_t *row;
	size_t i;

	for (size_t l = 0; l < LARCH_COUNT(lines); l++) {
		struct hosts h = {.name = arena_array(c->arena, json_array_size(rows) + 1, sizeof(*h.name))};

		json_array_foreach(rows, i, row)
			if (goes_dark(row) == lines[l].dark)
				h.name[h.n++] = arena_strdup(c->arena, jsn_text_or(row, "thing", jsn_text_or(row, "name", "?")));
		hosts_sort(&h);
		printf("%-17s%s\n", lines[l].title, h.n > 0 ? hosts_fold(&h, c->arena) : "");
	}
}

int
cmd_lost(struct cli *c)
{
	static const struct column columns[] = {{"thing", "thing", false}, {"type", "type", false}, {"text", "power", false}};
	const char *thing = c->argc > 0 ? c->argv[0] : NULL;
	struct api_answer a = {0};
	int code;

	if ((thing == NULL) == (c->opt.feed == NULL))
		return cli_usage(c, "name a PDU or a feed, or give --feed FEED (with --in PLACE)");
	if (thing != NULL && c->opt.in != NULL)
		return cli_usage(c, "--in goes with --feed");
	if (ask(c, "/api/v1/lost", NULL, NULL,
	        (struct path_field[]){{"thing", thing}, {"port", c->argc > 1 ? c->argv[1] : NULL},
	            {"feed", c->opt.feed}, {"in", c->opt.in}}, 4, &a, &code) == 0) {
		if (json_array_size(out_list(a.body)) > 0 && out_format(c, FORMAT_TEXT) == FORMAT_TEXT) {
			if (json_is_string(json_object_get(a.body, "what")))
				cli_say(c, "when %s goes:", jsn_text_or(a.body, "what", ""));
			print_lost(c, out_list(a.body));
			if (*jsn_text_or(a.body, "wiring_unknown", "") != '\0')
				cli_say(c, "wiring unknown, so they may go dark too: %s", jsn_text_or(a.body, "wiring_unknown", ""));
			code = EXIT_OK;
		} else {
			code = out_found(c, FORMAT_TEXT, a.body, columns, LARCH_COUNT(columns), "nothing would lose power");
		}
	}
	api_answer_finish(&a);
	return code;
}

/* ---- pools, types ------------------------------------------------------------------------------ */

int
cmd_pool_list(struct cli *c)
{
	static const struct column columns[] = {{"name", "pool", false}, {"members", "members", false}, {"folded", "holds", false}};
	enum format f = out_format(c, FORMAT_TABLE);
	struct api_answer a = {0};
	json_t *row;
	int code;
	size_t i;

	if (ask(c, "/api/v1/pools", NULL, NULL, NULL, 0, &a, &code) == 0) {
		if (f == FORMAT_TABLE || f == FORMAT_TEXT)
			json_array_foreach(out_list(a.body), i, row) {
				const char *holds = jsn_text_or(row, "folded", "");

				if (strlen(holds) > HOLDS_SHOWN) /* names are plain bytes */
					jsn_set_text(row, "folded", arena_printf(c->arena, "%.*s...", HOLDS_SHOWN - 3, holds));
			}
		out_found(c, FORMAT_TABLE, a.body, columns, LARCH_COUNT(columns), "there is no pool; larch pool new NAME makes one");
		code = EXIT_OK;
	}
	api_answer_finish(&a);
	return code;
}

/* "psu[1-2] pwr-c14, bmc": the ports of a type in one cell. */
static const char *
ports_text(struct cli *c, const json_t *ports)
{
	struct buf b = BUF(LIMIT_PAGE);
	const char *made;
	const json_t *p;
	size_t i;

	json_array_foreach(ports, i, p)
		buf_printf(&b, "%s%s%s%s", i > 0 ? ", " : "", jsn_text_or(p, "names", "?"), *jsn_text_or(p, "plug", "") != '\0' ? " " : "",
		    jsn_text_or(p, "plug", ""));
	made = b.n > 0 ? arena_strdup(c->arena, b.p) : NULL;
	buf_free(&b);
	return made;
}

int
cmd_types(struct cli *c)
{
	static const struct column columns[] = {
		{"name", "type", false}, {"title", "title", false}, {"things", "things", false}, {"is_machine", "machine", false},
		{"units", "units", false}, {"ports", "ports", false},
	};

	enum format f = out_format(c, FORMAT_TABLE);
	struct api_answer a = {0};
	json_t *row;
	int code;
	size_t i;

	if (ask(c, "/api/v1/types", NULL, NULL, NULL, 0, &a, &code) == 0) {
		if (f == FORMAT_TABLE || f == FORMAT_TEXT || f == FORMAT_CSV)
			json_array_foreach(out_list(a.body), i, row)
				jsn_set_text(row, "ports", ports_text(c, jsn_array(row, "ports")));
		out_found(c, FORMAT_TABLE, a.body, columns, LARCH_COUNT(columns), "no types are known; the server reads them from types.json");
		code = EXIT_OK;
	}
	api_answer_finish(&a);
	return code;
}

int
cmd_pool_show(struct cli *c)
{
	static const struct column columns[] = {{"name", "member", false}, {"type", "type", false}};
	struct api_answer a = {0};
	const json_t *members;
	int code;

	if (ask(c, "/api/v1/pools", c->argv[0], NULL, NULL, 0, &a, &code) == 0) {
		members = jsn_array(a.body, "members");
		if (out_format(c, FORMAT_TEXT) != FORMAT_TEXT)
			out_rows(c, out_format(c, FORMAT_TEXT), a.body, members, columns, LARCH_COUNT(columns));
		else if (json_array_size(members) > 0)
			print_names(c, members, "name");
		else
			cli_say(c, "%s holds nothing", c->argv[0]);
		code = EXIT_OK;
	}
	api_answer_finish(&a);
	return code;
}

/* ---- export ------------------------------------------------------------------------------------ */

int
cmd_export(struct cli *c)
{
	struct err e = {0};
	struct api_request q = {.method = "GET", .retry = true, .max = LIMIT_ROOM_FILE + 1, .limit_s = EXPORT_LIMIT_S,
	    .path = path_make(c, "/api/v1/export", NULL, NULL, NULL, 0, &e)};
	struct api_answer a = {0};
	int code = EXIT_OK;

	if (q.path == NULL || api_call(c, &q, &a, &e) != 0)
		code = cli_fail(c, &e);
	else if (a.status < 200 || a.status > 299)
		code = api_fail(c, &a);
	else if (c->argc == 0 || strcmp(c->argv[0], "-") == 0)
		fwrite(a.text.p, 1, a.text.n, stdout);
	else if (file_publish(c->argv[0], buf_view(&a.text), 0644, &e) != 0)
		code = cli_fail(c, &e);
	else
		cli_say(c, "%s: %zu bytes", c->argv[0], a.text.n);
	api_answer_finish(&a);
	return code;
}
