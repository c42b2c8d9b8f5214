/* SPDX-License-Identifier: Apache-2.0 */
/*
 * import: a room file goes to the server as it is; the server is the one judge of it. Files of other
 * programs become a room file first, here (import.h).
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli.h"
#include "import.h"

#define IMPORT_LIMIT_S 300L /* ten thousand things in one transaction */

/* The files of the command line, as they are read. */
struct files {
	size_t n;
	struct source *source;
	struct buf *bytes, *text;      /* as read; as text, when it is of another program */
};

static int
read_stdin(struct buf *out, struct err *e)
{
	char tmp[16384];
	ssize_t n;

	*out = BUF(LIMIT_IMPORT_FILE);
	while ((n = read(STDIN_FILENO, tmp, sizeof(tmp))) > 0 || (n < 0 && errno == EINTR && !interrupted))
		if (n > 0)
			buf_add(out, tmp, (size_t)n);
	if (n < 0)
		return err_set(e, ERR_INPUT, "standard input: %s", strerror(errno));
	if (out->over)
		return err_set(e, ERR_LIMIT, "standard input: larger than %u bytes", LIMIT_IMPORT_FILE);
	return 0;
}

/* A database is opened by its importer, however large it is: its first bytes tell what it is. */
static bool
is_database(const char *path, struct buf *out)
{
	static const char magic[] = "SQLite format 3";
	char head[sizeof(magic)];
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	ssize_t n = fd < 0 ? -1 : read(fd, head, sizeof(head));

	if (fd >= 0)
		close(fd);
	if (n != (ssize_t)sizeof(head) || memcmp(head, magic, sizeof(magic)) != 0)
		return false;
	*out = BUF(sizeof(head) + 1);
	buf_add(out, head, sizeof(head));
	return true;
}

static int
read_files(struct cli *c, struct files *f, struct err *e)
{
	f->n = (size_t)c->argc;
	f->source = arena_array(c->arena, f->n, sizeof(*f->source));
	f->bytes = arena_array(c->arena, f->n, sizeof(*f->bytes));
	f->text = arena_array(c->arena, f->n, sizeof(*f->text));
	if (f->n > LIMIT_IMPORT_FILES)
		return err_set(e, ERR_LIMIT, "more than %d files", LIMIT_IMPORT_FILES);
	for (size_t i = 0; i < f->n; i++) {
		struct source *s = &f->source[i];
		bool piped = strcmp(c->argv[i], "-") == 0;

		*s = (struct source){.name = piped ? "standard input" : c->argv[i], .path = piped ? NULL : c->argv[i]};
		if (piped ? read_stdin(&f->bytes[i], e) != 0
		          : !is_database(s->path, &f->bytes[i]) && file_read(s->path, LIMIT_IMPORT_FILE, &f->bytes[i], e) != 0)
			return -1;
		s->text = buf_view(&f->bytes[i]);
		if (s->text.n == 0)
			return err_set(e, ERR_INPUT, "%s: the file is empty", s->name);
	}
	return 0;
}

static void
free_files(struct files *f)
{
	for (size_t i = 0; i < f->n; i++) {
		buf_free(&f->bytes[i]);
		buf_free(&f->text[i]);
	}
}

/* ---- files of other programs ---------------------------------------------------------------- */

/* A room file names its module; what begins as JSON and is nothing else is sent too, for the server says what is wrong. */
static bool
is_room(const struct source *s)
{
	struct str mark = STR("larch-room:room");

	return memmem(s->text.p, s->text.n, mark.p, mark.n) != NULL;
}

/* The bytes as text; a database stays what it is. */
static int
as_text(struct cli *c, struct files *f, const struct importer *im, struct err *e)
{
	for (size_t i = 0; i < f->n; i++) {
		struct source *s = &f->source[i];
		bool latin1;

		if (clusto_looks(s) != NULL && (im == NULL || im->database))
			continue;
		if (import_text(buf_view(&f->bytes[i]), s->name, &f->text[i], &latin1, e) != 0)
			return -1;
		if (latin1)
			cli_say(c, "note: %s is no UTF-8: it was read as Latin-1", s->name);
		buf_free(&f->bytes[i]);
		s->text = f->text[i].n > 0 ? buf_view(&f->text[i]) : STR("");
	}
	return 0;
}

/* *im NULL: a room file. */
static int
choose(struct cli *c, struct files *f, const struct importer **im, struct err *e)
{
	const char *why;

	*im = c->opt.from == NULL ? NULL : import_named(c->opt.from);
	if ((c->opt.from != NULL && *im == NULL) || (c->opt.from == NULL && is_room(&f->source[0])))
		return f->n == 1 ? 0 : err_set(e, ERR_INPUT, "one room file at a time: \"%s\" is one too many", f->source[1].name);
	if (as_text(c, f, *im, e) != 0)
		return -1;
	if (*im != NULL)
		return 0;
	*im = import_guess(&f->source[0], &why);
	if (*im != NULL) {
		cli_say(c, "note: %s was taken for %s, for %s; --from says it otherwise", f->source[0].name, (*im)->name, why);
		return 0;
	}
	why = f->source[0].text.p + strspn(f->source[0].text.p, " \t\r\n");
	if (f->n == 1 && (*why == '{' || *why == '['))
		return 0; /* JSON, if a bad one */
	return err_set(e, ERR_INPUT, "%s: it looks like no format that is known; say which with --from: pdu-config powerman genders ethers netbox racktables clusto",
	    f->source[0].name);
}

/* Nothing was sent yet: Ctrl-C just ends it, wherever it is. */
static int
convert_until_stopped(const struct files *f, const struct importer *im, json_t **room, json_t **notes, struct err *e)
{
	struct sigaction plain = {.sa_handler = SIG_DFL}, ours;
	int rc;

	(void)sigaction(SIGINT, &plain, &ours);
	rc = import_convert(im, f->source, f->n, room, notes, e);
	(void)sigaction(SIGINT, &ours, NULL);
	return rc;
}

/* The room file of what was read, as text to send or to print, in *out. */
static int
convert(struct cli *c, const struct files *f, const struct importer *im, struct buf *out, struct err *e)
{
	json_t *room, *notes, *line;
	size_t i;

	if (convert_until_stopped(f, im, &room, &notes, e) != 0)
		return -1;
	json_array_foreach(notes, i, line)
		cli_say(c, "note: %s", json_string_value(line));
	*out = BUF(2 * LIMIT_ROOM_FILE);
	if (c->opt.print_it)
		jsn_pretty(room, out);
	else
		jsn_canonical(room, out);
	json_decref(notes);
	json_decref(room);
	if (out->over || (out->n > LIMIT_ROOM_FILE && !c->opt.print_it))
		return err_set(e, ERR_LIMIT, "the room file would be larger than %u bytes; import it in parts", LIMIT_ROOM_FILE);
	return 0;
}

/* ---- the answer --------------------------------------------------------------------------------- */

/* Members of the answer that count nothing of the room. */
static bool
is_count(const char *key, const json_t *v)
{
	return json_is_integer(v) && strcmp(key, "edit") != 0 && strcmp(key, "more") != 0;
}

/* "40 things added, 80 connected": every count the server gives, in its order. */
static void
print_counts(const struct cli *c, json_t *body)
{
	const char *key, *comma = "";
	json_t *v;

	json_object_foreach(body, key, v)
		if (is_count(key, v)) {
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
	if (jsn_integer_or(body, "more", 0) > 0)
		printf("and %lld more\n", (long long)jsn_integer_or(body, "more", 0));
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
	if (f == FORMAT_TEXT && !c->opt.dry_run && json_is_integer(json_object_get(body, "edit")))
		cli_say(c, "change %lld", (long long)jsn_integer_or(body, "edit", 0));
	if (f == FORMAT_TEXT)
		print_counts(c, body);
	else
		out_rows(c, f, body, rows, columns, LARCH_COUNT(columns));
	json_decref(rows);
	return EXIT_OK;
}

static int
send_room(struct cli *c, struct str text, bool part)
{
	struct api_answer a = {0};
	struct err e = {0};
	struct api_request q = {.method = "POST", .limit_s = IMPORT_LIMIT_S, .body = text,
	    .path = path_make(c, "/api/v1/import", NULL, NULL, (struct path_field[]){{"dry_run", c->opt.dry_run ? "1" : NULL},
	    {"prune", c->opt.prune ? "1" : NULL}, {"merge", part && !c->opt.prune ? "1" : NULL}, {"move", c->opt.move ? "1" : NULL},
	    {"reason", c->opt.reason}}, 5, &e)};
	int code;

	if (q.path == NULL || api_call(c, &q, &a, &e) != 0)
		code = cli_fail(c, &e);
	else if (a.status < 200 || a.status > 299)
		code = api_fail(c, &a);
	else
		code = print_result(c, a.body);
	api_answer_finish(&a);
	return code;
}

int
cmd_import(struct cli *c)
{
	const struct importer *im = NULL;
	struct buf made = {0};
	struct files f = {0};
	struct str text;
	struct err e = {0};
	int code;

	if (read_files(c, &f, &e) != 0 || choose(c, &f, &im, &e) != 0 || (im != NULL && convert(c, &f, im, &made, &e) != 0)) {
		code = cli_fail(c, &e);
		goto out;
	}
	text = im != NULL ? buf_view(&made) : f.source[0].text;
	if (text.n > LIMIT_ROOM_FILE && !c->opt.print_it)
		code = cli_usage(c, "%s: larger than %u bytes, which is all that one room file may hold", f.source[0].name, LIMIT_ROOM_FILE);
	else if (c->opt.print_it)
		code = fwrite(text.p, 1, text.n, stdout) == text.n ? EXIT_OK : EXIT_FAILED;
	else
		code = send_room(c, text, im != NULL);
out:
	buf_free(&made);
	free_files(&f);
	return code;
}
