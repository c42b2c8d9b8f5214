/* SPDX-License-Identifier: Apache-2.0 */
/* What the person named: host lists from arguments, -w, -x, -g, standard input and files; times. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "cli.h"

/* A list in a file: names by line, blank or comma; "#" begins a comment. */
static void
add_lines(struct buf *out, struct str text)
{
	while (text.p != NULL) {
		struct str line = str_cut(&text, '\n');

		line = str_cut(&line, '#');
		for (size_t i = 0; i < line.n; i++)
			buf_char(out, strchr(" \t\r", line.p[i]) != NULL ? ',' : line.p[i]);
		buf_char(out, ',');
	}
}

static int
add_stdin(struct buf *out, struct err *e)
{
	struct buf text = BUF(LIMIT_HOSTS_TEXT);
	char tmp[4096];
	ssize_t n;

	while ((n = read(STDIN_FILENO, tmp, sizeof(tmp))) > 0 || (n < 0 && errno == EINTR && !interrupted))
		if (n > 0)
			buf_add(&text, tmp, (size_t)n);
	if (n < 0 || text.over) {
		buf_free(&text);
		return err_set(e, ERR_INPUT, "standard input: %s", n < 0 ? strerror(errno) : "too long for a host list");
	}
	add_lines(out, buf_view(&text));
	buf_free(&text);
	return 0;
}

/* Blanks and empty places between commas go: files and several arguments leave them. */
static void
add_clean(struct buf *out, struct str list)
{
	while (list.p != NULL) {
		size_t depth = 0, n = 0;
		struct str item;

		while (n < list.n && (depth > 0 || list.p[n] != ',')) {
			depth += list.p[n] == '[';
			depth -= depth > 0 && list.p[n] == ']';
			n++;
		}
		item = str_trim((struct str){list.p, n});
		if (item.n > 0) {
			if (out->n > 0)
				buf_char(out, ',');
			buf_str(out, item);
		}
		list = n < list.n ? (struct str){list.p + n + 1, list.n - n - 1} : (struct str){NULL, 0};
	}
}

static int
add_list(struct buf *out, const char *text, struct err *e)
{
	struct buf raw = BUF(2 * LIMIT_HOSTS_TEXT), file = {0};
	int rc = 0;

	if (strcmp(text, "-") == 0) {
		rc = add_stdin(&raw, e);
	} else if (text[0] == '^') {
		if ((rc = file_read(text + 1, LIMIT_HOSTS_TEXT, &file, e)) == 0)
			add_lines(&raw, buf_view(&file));
		buf_free(&file);
	} else {
		buf_puts(&raw, text);
	}
	if (rc == 0)
		add_clean(out, buf_view(&raw));
	buf_free(&raw);
	return rc;
}

/* "-x a,b" after "n[1-9]" makes "n[1-9]!a!b": the grammar goes from left to right, without brackets. */
static int
add_excluded(struct buf *out, const char *text, struct err *e)
{
	struct buf list = BUF(LIMIT_HOSTS_TEXT);
	size_t depth = 0;
	int rc = add_list(&list, text, e);

	if (rc == 0 && list.n > 0 && strpbrk(list.p, "!&^") != NULL)
		rc = err_set(e, ERR_INPUT, "-x %s: name what to leave out with commas, without ! & ^", text);
	if (rc == 0 && list.n == 0)
		rc = err_set(e, ERR_INPUT, "-x: the list is empty");
	if (rc == 0)
		buf_char(out, '!');
	for (size_t i = 0; rc == 0 && i < list.n; i++) {
		depth += list.p[i] == '[';
		depth -= depth > 0 && list.p[i] == ']';
		buf_char(out, depth == 0 && list.p[i] == ',' ? '!' : list.p[i]);
	}
	buf_free(&list);
	return rc;
}

/* Groups are the server's: here one stands for itself, so that the grammar can be checked. */
static const char *
any_group(void *ctx, struct str source, struct str group, struct arena *a, struct err *e)
{
	(void)ctx, (void)source, (void)group, (void)e;
	return arena_strdup(a, "group");
}

static const char *
checked(struct cli *c, const struct buf *text, struct err *e)
{
	bool groups = text->n > 0 && strchr(text->p, '@') != NULL;
	struct hosts_rules rules = {.group = any_group, .empty_ok = groups};
	struct hosts h;

	if (text->over) {
		err_set(e, ERR_LIMIT, "the host list is longer than %zu bytes", text->max);
		return NULL;
	}
	if (hosts_parse(buf_view(text), &rules, c->arena, &h, e) != 0)
		return NULL;
	return groups ? arena_strdup(c->arena, text->p) : hosts_fold(&h, c->arena);
}

/* No list, but a query or a pattern of larch-query(7): the server's to read, and to refuse. */
static bool
is_query(const char *text)
{
	bool group = false, begins = true;

	if (*text == '^' || text[strspn(text, " \t\n")] == '\0' || strlen(text) > LIMIT_QUERY)
		return false;
	for (; *text != '\0'; text++) {
		group = begins ? *text == '@' : group;
		begins = strchr(",!&^", *text) != NULL;
		if (strchr(" \t()=<>?/\"", *text) != NULL || (!group && strchr(":*", *text) != NULL))
			return true; /* @type:server and @* are groups */
	}
	return false;
}

/* It stands alone: put together with a list it would mean something else. */
static const char *
one_query(struct cli *c, struct err *e)
{
	if (c->argc == 1 && c->opt.list == NULL && c->opt.group == NULL && c->opt.exclude == NULL)
		return arena_strdup(c->arena, c->argv[0]);
	err_set(e, ERR_INPUT, "a query stands alone, in quotes; write \"and not LIST\" in it for -x, \"or LIST\" for more");
	return NULL;
}

const char *
select_nodes(struct cli *c, struct err *e)
{
	struct buf text = BUF(LIMIT_HOSTS_TEXT);
	const char *list = NULL;

	for (int i = 0; i < c->argc; i++)
		if (is_query(c->argv[i]))
			return one_query(c, e);

	for (int i = 0; i < c->argc; i++)
		if (add_list(&text, c->argv[i], e) != 0)
			goto out;
	if (c->opt.list != NULL && add_list(&text, c->opt.list, e) != 0)
		goto out;
	if (c->opt.group != NULL)
		buf_printf(&text, "%s@%s", text.n > 0 ? "," : "", c->opt.group);
	if (text.n == 0) {
		err_set(e, ERR_INPUT, "no machine is named; all of them is @*");
		goto out;
	}
	if (c->opt.exclude != NULL && add_excluded(&text, c->opt.exclude, e) != 0)
		goto out;
	list = checked(c, &text, e);
out:
	buf_free(&text);
	return list;
}

const char *
select_list(struct cli *c, const char *text, struct hosts *out, bool *known, struct err *e)
{
	struct buf list = BUF(LIMIT_HOSTS_TEXT);
	struct hosts_rules rules = {.group = any_group, .empty_ok = true};
	const char *made = NULL;

	*out = (struct hosts){0};
	if (add_list(&list, text, e) != 0)
		goto out;
	*known = list.n > 0 && strchr(list.p, '@') == NULL;
	rules.empty_ok = !*known;
	if (hosts_parse(buf_view(&list), &rules, c->arena, out, e) == 0)
		made = *known ? hosts_fold(out, c->arena) : arena_strdup(c->arena, list.n > 0 ? list.p : "");
out:
	buf_free(&list);
	return made;
}

const char *
select_times(struct cli *c, const char *word, const char *text, struct err *e)
{
	char utc[TIMES_TEXT], room[TIMES_TEXT];
	int64_t ms;

	if (times_when(str_of(text), times_now(), &ms, e) != 0)
		return NULL;
	cli_say(c, "%s %s", word, times_room(ms, room));
	return arena_strdup(c->arena, times_utc(ms, utc));
}
