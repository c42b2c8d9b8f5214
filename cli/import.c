/* SPDX-License-Identifier: Apache-2.0 */
/* import: the file goes to the server as it is; the server is the one judge of it. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cli.h"

#define IMPORT_LIMIT_S 300L /* ten thousand things in one transaction */

static int
read_stdin(struct buf *out, struct err *e)
{
	char tmp[16384];
	ssize_t n;

	*out = BUF(LIMIT_ROOM_FILE);
	while ((n = read(STDIN_FILENO, tmp, sizeof(tmp))) > 0 || (n < 0 && errno == EINTR && !interrupted))
		if (n > 0)
			buf_add(out, tmp, (size_t)n);
	if (n < 0)
		return err_set(e, ERR_INPUT, "standard input: %s", strerror(errno));
	if (out->over)
		return err_set(e, ERR_LIMIT, "standard input: larger than %u bytes", LIMIT_ROOM_FILE);
	return 0;
}

/* "40 things added, 80 connected": every count the server gives, in its order. */
static void
print_counts(const struct cli *c, json_t *body)
{
	const char *key, *comma = "";
	json_t *v;

	json_object_foreach(body, key, v)
		if (json_is_integer(v)) {
			printf("%s%s %s", comma, out_scalar(c, v), key);
			comma = ", ";
		}
	if (*comma == '\0')
		printf("imported");
	printf("%s\n", c->opt.dry_run ? " (dry run: nothing was changed)" : "");
}

/* The difference, a line a fact: what -n is asked for. */
static void
print_lines(const json_t *body)
{
	const json_t *changes = jsn_array(body, "changes"), *row;
	size_t i;

	json_array_foreach(changes, i, row)
		out_text(json_is_string(row) ? json_string_value(row) : jsn_text_or(row, "text", "?"));
}

/* What the server took over and finds worth a word: a type it does not know ... */
static void
print_notes(const struct cli *c, const json_t *body)
{
	const json_t *notes = jsn_array(body, "notes"), *row;
	size_t i;

	json_array_foreach(notes, i, row)
		cli_say(c, "note: %s", json_is_string(row) ? json_string_value(row) : jsn_text_or(row, "text", "?"));
}

static int
print_result(struct cli *c, json_t *body)
{
	static const struct column columns[] = {
		{"added", "added", false}, {"changed", "changed", false}, {"unchanged", "unchanged", false},
		{"removed", "removed", false}, {"connected", "connected", false},
		{"disconnected", "disconnected", false},
	};
	enum format f = out_format(c, FORMAT_TEXT);
	json_t *rows = json_array();

	jsn_add(rows, json_incref(body));
	c->names_changed = !c->opt.dry_run;
	print_notes(c, body);
	if (f == FORMAT_TEXT && c->opt.dry_run)
		print_lines(body);
	if (f == FORMAT_TEXT)
		print_counts(c, body);
	else
		out_rows(c, f, body, rows, columns, LARCH_COUNT(columns));
	json_decref(rows);
	return EXIT_OK;
}

int
cmd_import(struct cli *c)
{
	struct buf text = {0};
	struct api_answer a = {0};
	struct err e = {0};
	struct api_request q = {.method = "POST", .limit_s = IMPORT_LIMIT_S,
	    .path = path_make(c, "/api/v1/import", NULL, NULL, (struct path_field[]){{"dry_run", c->opt.dry_run ? "1" : NULL},
	    {"prune", c->opt.prune ? "1" : NULL}, {"reason", c->opt.reason}}, 3, &e)};
	int code;

	if (q.path == NULL || (strcmp(c->argv[0], "-") == 0 ? read_stdin(&text, &e)
	                                  : file_read(c->argv[0], LIMIT_ROOM_FILE, &text, &e)) != 0) {
		code = cli_fail(c, &e);
	} else if (text.n == 0) {
		code = cli_usage(c, "%s: the file is empty", c->argv[0]);
	} else {
		q.body = buf_view(&text);
		if (api_call(c, &q, &a, &e) != 0)
			code = cli_fail(c, &e);
		else if (a.status < 200 || a.status > 299)
			code = api_fail(c, &a);
		else
			code = print_result(c, a.body);
	}
	buf_free(&text);
	api_answer_finish(&a);
	return code;
}
