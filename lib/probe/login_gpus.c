/* SPDX-License-Identifier: Apache-2.0 */
/*
 * GPUs: what gres.conf(5) says a node has, the devices it found, and what nvidia-smi lists.
 *
 * A list of hosts or files in it ("n[01-16,20].gpu,alice", "/dev/nvidia[0-3]") comes from a node: it is counted and
 * compared as it stands, never expanded, so that "[0-999999999]" costs what "[0-3]" does.
 */
#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "login_inner.h"

#define BRACKETS 3  /* of one pattern; one with more of them matches nothing */
#define DIGITS 18   /* of one number */

/* ---- patterns --------------------------------------------------------------------------------- */

/* The next pattern of a list: commas within brackets do not part. */
static struct str
next_pattern(struct str *list)
{
	struct str out = {list->p, 0};
	bool inside = false;

	while (out.n < list->n && (inside || list->p[out.n] != ',')) {
		if (list->p[out.n] == '[' || list->p[out.n] == ']')
			inside = list->p[out.n] == '[';
		out.n++;
	}
	if (out.n == list->n)
		*list = (struct str){NULL, 0};
	else
		*list = (struct str){list->p + out.n + 1, list->n - out.n - 1};
	return out;
}

/* "01-16" or "7": its ends and the digits that a number has at least. */
static int
take_range(struct str item, int64_t *from, int64_t *to, size_t *width)
{
	struct str last, first;

	last = item;
	first = str_cut(&last, '-');
	*width = first.n > 0 && first.p[0] == '0' ? first.n : 1;
	if (first.n > DIGITS || last.n > DIGITS || str_int(first, 0, INT64_MAX, from) != 0)
		return -1;
	*to = *from;
	return last.p != NULL && str_int(last, *from, INT64_MAX, to) != 0 ? -1 : 0;
}

/* Is the number one of "01-16,20"? */
static bool
in_bracket(struct str items, struct str number)
{
	int64_t n, from, to;
	size_t width;

	if (str_int(number, 0, INT64_MAX, &n) != 0)
		return false;
	while (items.p != NULL)
		if (take_range(str_cut(&items, ','), &from, &to, &width) == 0 && n >= from && n <= to &&
		    (number.n == width || (number.n > width && number.p[0] != '0')))
			return true;
	return false;
}

/* NOLINTNEXTLINE(misc-no-recursion): once a bracket, of which there are BRACKETS at most */
static bool
pattern_matches(struct str pattern, struct str name, int brackets)
{
	struct str items;

	while (pattern.n > 0 && pattern.p[0] != '[') {
		if (name.n == 0 || pattern.p[0] != name.p[0])
			return false;
		pattern = (struct str){pattern.p + 1, pattern.n - 1};
		name = (struct str){name.p + 1, name.n - 1};
	}
	if (pattern.n == 0)
		return name.n == 0;
	pattern = (struct str){pattern.p + 1, pattern.n - 1};
	items = str_cut(&pattern, ']');
	if (pattern.p == NULL || brackets == 0)
		return false;
	for (size_t n = 1; n <= name.n && n <= DIGITS && isdigit((unsigned char)name.p[n - 1]); n++)
		if (in_bracket(items, (struct str){name.p, n}) &&
		    pattern_matches(pattern, (struct str){name.p + n, name.n - n}, brackets - 1))
			return true;
	return false;
}

static bool
list_has(struct str list, struct str name)
{
	while (list.p != NULL)
		if (pattern_matches(next_pattern(&list), name, BRACKETS))
			return true;
	return false;
}

static int64_t
few(int64_t n)
{
	return n < LIMIT_LOGIN_GPUS ? n : LIMIT_LOGIN_GPUS;
}

/* How many names a list has, LIMIT_LOGIN_GPUS at most. */
static int64_t
list_count(struct str list)
{
	int64_t sum = 0;

	while (list.p != NULL) {
		struct str pattern = next_pattern(&list);
		int64_t names = 1;

		while (pattern.n > 0 && memchr(pattern.p, '[', pattern.n) != NULL) {
			struct str items;
			int64_t here = 0, from, to;
			size_t width;

			(void)str_cut(&pattern, '[');
			items = str_cut(&pattern, ']');
			while (items.p != NULL)
				if (take_range(str_cut(&items, ','), &from, &to, &width) == 0)
					here = few(here + few(to - from) + 1);
			names = few(names * here);
		}
		sum = few(sum + names);
	}
	return sum;
}

/* ---- lines of gres.conf ---------------------------------------------------------------------------- */

struct line {
	struct str nodes, name, count, file;
};

static struct line
read_line(struct str text)
{
	const struct {
		const char *key;
		size_t at;
	} keys[] = {{"nodename", offsetof(struct line, nodes)}, {"name", offsetof(struct line, name)},
	    {"count", offsetof(struct line, count)}, {"file", offsetof(struct line, file)}};
	struct line out = {.nodes = {NULL, 0}};
	struct str w;

	text = str_cut(&text, '#');
	while ((w = login_word(&text)).p != NULL) {
		struct str value = w, key = str_cut(&value, '=');

		for (size_t i = 0; i < LARCH_COUNT(keys); i++)
			if (value.p != NULL && key.n == strlen(keys[i].key) && strncasecmp(key.p, keys[i].key, key.n) == 0)
				*(struct str *)((char *)&out + keys[i].at) = value;
	}
	return out;
}

static bool
is_about(const struct line *l, const char *node)
{
	struct str name = str_of(node), rest = name, plain = str_cut(&rest, '.');

	if (l->name.n != 3 || strncasecmp(l->name.p, "gpu", 3) != 0)
		return false;
	return l->nodes.p == NULL || list_has(l->nodes, name) || list_has(l->nodes, plain);
}

int
login_gres(struct str lines, const char *node)
{
	int64_t sum = -1, n;

	while (lines.p != NULL) {
		struct line l = read_line(str_cut(&lines, '\n'));

		if (!is_about(&l, node))
			continue;
		if (str_int(l.count, 0, LIMIT_LOGIN_GPUS, &n) != 0)
			n = l.file.p != NULL ? list_count(l.file) : 1;
		sum = few(n + (sum < 0 ? 0 : sum));
	}
	return (int)sum;
}

/* ---- the facts ------------------------------------------------------------------------------------------ */

static int
listed(struct str text)
{
	int n = 0;

	while (text.p != NULL) {
		struct str line = str_cut(&text, '\n');

		if (line.n > 4 && str_starts(line, "GPU ") && isdigit((unsigned char)line.p[4]) && n < LIMIT_LOGIN_GPUS)
			n++;
	}
	return n;
}

void
login_take_gpus(const struct login_parts *all, const struct login_parsing *how, struct arena *a, struct login_facts *f)
{
	const struct login_part *p = login_part(all, "gpu"), *smi = login_part(all, "smi");
	struct str rest = p == NULL ? (struct str){NULL, 0} : p->body, first = str_cut(&rest, '\n');
	int64_t n;

	f->gpus_expected = f->gpus_found = f->gpus_listed = -1;
	if (!str_is(login_word(&first), "found") || str_int(login_word(&first), 0, LIMIT_LOGIN_GPUS, &n) != 0)
		return;
	f->gpus_found = (int)n;
	f->gpus_expected = login_gres(rest, how->node);
	if (!str_is(login_word(&first), "smi"))
		return; /* there is none */
	if (login_status(smi) == 0)
		f->gpus_listed = listed(smi->body);
	else
		f->gpu_trouble = login_why_not(smi, "nvidia-smi", how, a);
}
