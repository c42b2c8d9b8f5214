/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "groups.h"

void
groups_init(struct groups *g, struct arena *a)
{
	*g = (struct groups){.a = a};
}

void
groups_finish(struct groups *g)
{
	free(g->members);
	*g = (struct groups){0};
}

static bool
is_word(struct str s)
{
	return str_is_name(s) && s.p[0] != '@' && memchr(s.p, ':', s.n) == NULL && memchr(s.p, ' ', s.n) == NULL;
}

bool
groups_is_name(struct str s)
{
	struct str key = str_cut(&s, '=');

	return is_word(key) && (s.p == NULL || is_word(s)) && key.n + s.n < LIMIT_NAME;
}

/* ---- collecting --------------------------------------------------------------------------- */

static void
add(struct groups *g, const char *group, const char *node)
{
	if (g->n == g->cap) {
		g->cap = g->cap == 0 ? 1024 : g->cap * 2;
		g->members = realloc(g->members, g->cap * sizeof(*g->members));
		if (g->members == NULL)
			log_die("out of memory: groups of nodes");
	}
	g->members[g->n++] = (struct groups_member){group, node};
}

/* Names and brackets, commas and lines: what takes names away, or asks for groups, has no place in a file. */
static int
check_plain(struct str s, struct err *e)
{
	bool lines = memchr(s.p, '\n', s.n) != NULL;
	size_t nr = 1;

	for (size_t i = 0; i < s.n; i++) {
		nr += s.p[i] == '\n';
		if (s.p[i] == '\0' || strchr("!&^@", s.p[i]) == NULL)
			continue;
		err_set(e, ERR_INPUT, "'%c' has no place among the nodes of a group", s.p[i]);
		return lines ? err_prefix(e, "line %zu", nr) : -1;
	}
	return 0;
}

/* A list of nodes; the names are in the scratch. */
static int
unfold(struct groups *g, struct str list, struct arena *scratch, struct hosts *out, struct err *e)
{
	arena_reset(scratch);
	if (check_plain(list, e) != 0 || hosts_parse(list, NULL, scratch, out, e) != 0)
		return -1;
	g->made += out->n;
	if (g->made > LIMIT_GROUP_MEMBERS || arena_used(g->a) > LIMIT_GROUP_BYTES)
		return err_set(e, ERR_LIMIT, "more than %u nodes in groups, or more than %u bytes of names", LIMIT_GROUP_MEMBERS,
		    LIMIT_GROUP_BYTES);
	return 0;
}

static struct str
without_comment(struct str line)
{
	return str_trim(str_cut(&line, '#'));
}

static struct str
next_line(struct str *rest)
{
	struct str line = str_cut(rest, '\n');

	if (line.n > 0 && line.p[line.n - 1] == '\r')
		line.n--;
	return line;
}

/* ---- genders(3) ------------------------------------------------------------------------------ */

static const char *
group_name(struct groups *g, struct str s)
{
	return groups_is_name(s) ? arena_strndup(g->a, s.p, s.n) : NULL;
}

/* Each node of a line into the group, where it can be asked for. */
static int
add_all(struct groups *g, struct str group, char **node, size_t n, struct err *e)
{
	const char *name = group_name(g, group);

	if (name == NULL)
		return 0;
	if (g->n + n > LIMIT_GROUP_MEMBERS)
		return err_set(e, ERR_LIMIT, "more than %u nodes in groups", LIMIT_GROUP_MEMBERS);
	for (size_t i = 0; i < n; i++)
		add(g, name, node[i]);
	return 0;
}

static int
add_attributes(struct groups *g, struct str attributes, char **node, size_t n, struct err *e)
{
	while (attributes.p != NULL) {
		struct str whole = str_cut(&attributes, ','), rest = whole, key = str_cut(&rest, '=');

		if (key.n == 0)
			return err_set(e, ERR_INPUT, "an attribute without a name");
		if (arena_used(g->a) > LIMIT_GROUP_BYTES)
			return err_set(e, ERR_LIMIT, "more than %u bytes of names", LIMIT_GROUP_BYTES);
		if (add_all(g, key, node, n, e) != 0 || (rest.p != NULL && add_all(g, whole, node, n, e) != 0))
			return -1;
	}
	return 0;
}

static int
genders_line(struct groups *g, struct str line, struct arena *scratch, struct err *e)
{
	size_t cut = 0;
	struct str attributes;
	struct hosts h;

	while (cut < line.n && line.p[cut] != ' ' && line.p[cut] != '\t')
		cut++;
	attributes = str_trim((struct str){line.p + cut, line.n - cut});
	if (memchr(attributes.p, ' ', attributes.n) != NULL || memchr(attributes.p, '\t', attributes.n) != NULL)
		return err_set(e, ERR_INPUT, "a blank among the attributes; put commas between them, and no blanks");
	if (unfold(g, (struct str){line.p, cut}, scratch, &h, e) != 0)
		return -1;
	if (attributes.n == 0)
		return 0;
	for (size_t i = 0; i < h.n; i++)
		h.name[i] = arena_strdup(g->a, h.name[i]);
	return add_attributes(g, attributes, h.name, h.n, e);
}

static int
refused(struct groups *g, size_t before, struct arena *scratch)
{
	g->n = before;
	arena_destroy(scratch);
	return -1;
}

int
groups_parse_genders(struct groups *g, struct str text, struct err *e)
{
	struct arena *scratch = arena_create();
	size_t before = g->n, nr = 0;

	while (text.p != NULL && text.n > 0) {
		struct str line = without_comment(next_line(&text));

		nr++;
		if (line.n > 0 && genders_line(g, line, scratch, e) != 0) {
			err_prefix(e, "line %zu", nr);
			return refused(g, before, scratch);
		}
	}
	arena_destroy(scratch);
	return 0;
}

/* ---- a file a group ------------------------------------------------------------------------------ */

/* A line's comment is cut off where it stands, so that a sentence names the line. */
static int
strip(struct str text, struct buf *out, struct err *e)
{
	size_t nr = 0;

	while (text.p != NULL && text.n > 0) {
		struct str line = next_line(&text);

		nr++;
		if (str_starts(str_trim(line), "#include"))
			return err_set(e, ERR_INPUT, "line %zu: other files are not included; write the nodes here", nr);
		buf_str(out, without_comment(line));
		buf_char(out, '\n');
	}
	return 0;
}

int
groups_parse_list(struct groups *g, const char *name, struct str text, struct err *e)
{
	struct arena *scratch = arena_create();
	struct buf list = BUF(text.n + 2);
	struct hosts h = {0};
	size_t before = g->n;
	const char *kept;
	int rc = -1;

	if (!groups_is_name(str_of(name))) {
		err_set(e, ERR_INPUT, "'%s' is no name of a group", name);
	} else if (strip(text, &list, e) == 0) {
		rc = 0;
		if (str_trim(buf_view(&list)).n > 0 && strspn(list.p, "\n") < list.n)
			rc = unfold(g, buf_view(&list), scratch, &h, e);
	}
	if (rc == 0 && g->n + h.n > LIMIT_GROUP_MEMBERS)
		rc = err_set(e, ERR_LIMIT, "more than %u nodes in groups", LIMIT_GROUP_MEMBERS);
	kept = rc == 0 ? arena_strdup(g->a, name) : NULL;
	for (size_t i = 0; rc == 0 && i < h.n; i++)
		add(g, kept, arena_strdup(g->a, h.name[i]));
	buf_free(&list);
	if (rc != 0)
		return refused(g, before, scratch);
	arena_destroy(scratch);
	return 0;
}

/* ---- folding ---------------------------------------------------------------------------------------- */

static int
by_group(const void *x, const void *y)
{
	const struct groups_member *p = x, *q = y;

	return strcmp(p->group, q->group);
}

static int
by_name(const void *x, const void *y)
{
	const struct status_group *p = x, *q = y;

	return str_natural(p->name, q->name);
}

/* The members [from, to) as a host list; NULL when they are too many. */
static const char *
fold(const struct groups *g, size_t from, size_t to)
{
	struct arena *scratch = arena_create(); /* folding leaves more behind than it brings */
	struct hosts h = {.name = arena_array(scratch, to - from + 1, sizeof(char *))};
	const char *out = NULL;

	for (size_t i = from; i < to; i++)
		h.name[h.n++] = (char *)(uintptr_t)g->members[i].node;
	hosts_sort(&h);
	if (h.n <= LIMIT_HOSTS)
		out = arena_strdup(g->a, hosts_fold(&h, scratch));
	arena_destroy(scratch);
	return out;
}

void
groups_fold(struct groups *g, const char *source, int64_t at, struct status_group **out, size_t *n_out, size_t *dropped)
{
	size_t cap = 0;

	*out = NULL;
	*n_out = 0;
	*dropped = 0;
	if (g->n > 1)
		qsort(g->members, g->n, sizeof(*g->members), by_group);
	for (size_t i = 0; i < g->n; i++)
		cap += i == 0 || strcmp(g->members[i].group, g->members[i - 1].group) != 0;
	*out = arena_array(g->a, (cap < LIMIT_GROUPS ? cap : LIMIT_GROUPS) + 1, sizeof(**out));
	for (size_t from = 0, to; from < g->n; from = to) {
		const char *list = NULL;

		for (to = from + 1; to < g->n && strcmp(g->members[to].group, g->members[from].group) == 0;)
			to++;
		if (*n_out < LIMIT_GROUPS && arena_used(g->a) <= 2 * LIMIT_GROUP_BYTES)
			list = fold(g, from, to);
		if (list == NULL)
			(*dropped)++;
		else
			(*out)[(*n_out)++] = (struct status_group){source, g->members[from].group, list, at};
	}
	if (*n_out > 1)
		qsort(*out, *n_out, sizeof(**out), by_name);
}
