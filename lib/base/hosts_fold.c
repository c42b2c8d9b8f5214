/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Folding. A field of a name is a run of its digits. One pass a field, the
 * last first: names that are equal but for that field become one, with the
 * field's values in a bracket. r1u01 r1u02 r2u01 r2u02 is r1u[01-02]
 * r2u[01-02] after the first pass, and r[1-2]u[01-02] after the second; in
 * n0000.savio3 n0001.savio3 the first pass finds nothing to join.
 */
#include <ctype.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "hosts.h"
#include "limits.h"
#include "logs.h"

#define DIGITS 18 /* of a run that is a number; a longer one is text */

/* A name, or what earlier passes folded, and the field of this pass. */
struct item {
	const char *text;
	size_t n;
	const char *first; /* the first name in it, which it is sorted by at the end */
	size_t from, len; /* the field within the text; len 0: there is none */
	int64_t value;
};

/* May it stand in a list and mean itself, or at least be refused whole? */
static bool
can_show(const char *s)
{
	if (*s == '\0' || *s == '@')
		return false;
	for (; *s != '\0'; s++)
		if ((unsigned char)*s < 0x20 || *s == 0x7f || strchr("[],!&^", *s) != NULL)
			return false;
	return true;
}

/* Find field `which`, counted from the end; brackets count as one and are not taken. */
static void
find_field(struct item *it, int which)
{
	size_t i = it->n, end;

	it->len = 0;
	while (i > 0) {
		if (it->text[i - 1] == ']') {
			while (i > 0 && it->text[i - 1] != '[')
				i--;
			i--;
			which--;
			continue;
		}
		if (!isdigit((unsigned char)it->text[i - 1])) {
			i--;
			continue;
		}
		for (end = i; i > 0 && isdigit((unsigned char)it->text[i - 1]); i--)
			;
		if (which-- > 0)
			continue;
		it->from = i;
		if (end - i <= DIGITS) {
			it->len = end - i;
			(void)str_int((struct str){it->text + i, it->len}, 0, INT64_MAX, &it->value);
		}
		return;
	}
}

static int
cmp_bytes(const char *a, size_t na, const char *b, size_t nb)
{
	int c = memcmp(a, b, na < nb ? na : nb);

	return c != 0 ? c : (na > nb) - (na < nb);
}

/* The order of what stands around the field; 0: equal but for the field. */
static int
by_rest(const struct item *a, const struct item *b)
{
	int c;

	if (a->len == 0 || b->len == 0)
		return a->len == 0 && b->len == 0 ? cmp_bytes(a->text, a->n, b->text, b->n) :
		    (a->len > 0) - (b->len > 0);
	c = cmp_bytes(a->text, a->from, b->text, b->from);
	if (c != 0)
		return c;
	return cmp_bytes(a->text + a->from + a->len, a->n - a->from - a->len,
	    b->text + b->from + b->len, b->n - b->from - b->len);
}

/* Then by width and value, so that what has one width stands together. */
static int
by_field(const void *x, const void *y)
{
	const struct item *a = x, *b = y;
	int c = by_rest(a, b);

	if (c != 0 || a->len == 0)
		return c;
	if (a->len != b->len)
		return a->len < b->len ? -1 : 1;
	return (a->value > b->value) - (a->value < b->value);
}

/* Do the values of a and b follow each other in one range that starts at first? */
static bool
follows(const struct item *first, const struct item *a, const struct item *b)
{
	bool padded = first->len > 1 && first->text[first->from] == '0';

	/* Unpadded, 9-10 is a range; 09-100 is not one to every reader. */
	return b->value == a->value + 1 &&
	    (b->len == a->len || (!padded && b->text[b->from] != '0'));
}

static void
put_field(struct buf *b, const struct item *it)
{
	buf_add(b, it->text + it->from, it->len);
}

/* n items, equal but for the field, to one text. */
static void
join(struct item *it, size_t n, struct item *out, struct arena *a)
{
	struct buf b = BUF(2 * (size_t)LIMIT_HOSTS_TEXT);

	buf_add(&b, it->text, it->from);
	for (size_t i = 0, k; i < n; i = k) {
		for (k = i + 1; k < n && follows(&it[i], &it[k - 1], &it[k]); k++)
			;
		buf_char(&b, i == 0 ? '[' : ',');
		put_field(&b, &it[i]);
		if (k > i + 1) {
			buf_char(&b, '-');
			put_field(&b, &it[k - 1]);
		}
	}
	buf_char(&b, ']');
	buf_add(&b, it->text + it->from + it->len, it->n - it->from - it->len);
	if (b.over)
		log_die("a host list of more than %d names was to be folded", LIMIT_HOSTS);
	*out = (struct item){.text = arena_strndup(a, b.p, b.n), .n = b.n, .first = it[0].first};
	buf_free(&b);
}

/* Put the items in the order of a pass; false when no item has such a field. */
static bool
arrange(struct item *it, size_t n, int which)
{
	bool any = false, sorted = true;

	for (size_t i = 0; i < n; i++) {
		find_field(&it[i], which);
		any = any || it[i].len > 0;
		sorted = sorted && (i == 0 || by_field(&it[i - 1], &it[i]) <= 0);
	}
	if (any && !sorted)
		qsort(it, n, sizeof(*it), by_field);
	return any;
}

/* Join what is equal but for the field; returns how many are left. */
static size_t
pass(struct item *it, size_t n, struct arena *a)
{
	size_t kept = 0;

	for (size_t i = 0, k; i < n; i = k) {
		for (k = i + 1; k < n && it[i].len > 0 && by_rest(&it[i], &it[k]) == 0; k++)
			;
		if (k == i + 1) {
			it[kept++] = it[i];
			continue;
		}
		join(&it[i], k - i, &it[kept], a);
		kept++;
	}
	return kept;
}

static int
by_first(const void *x, const void *y)
{
	const struct item *a = x, *b = y;

	return str_natural(a->first, b->first);
}

static char *
write_list(const struct item *it, size_t n, struct arena *a)
{
	size_t total = 1;
	char *text, *at;

	for (size_t i = 0; i < n; i++)
		total += it[i].n + 1;
	at = text = arena_alloc(a, total);
	for (size_t i = 0; i < n; i++) {
		if (i > 0)
			*at++ = ',';
		memcpy(at, it[i].text, it[i].n);
		at += it[i].n;
	}
	return text;
}

char *
hosts_fold(const struct hosts *h, struct arena *a)
{
	struct arena *scratch = arena_create();
	struct item *it = arena_array(scratch, h->n, sizeof(*it));
	size_t n = 0;
	char *text = NULL;

	for (size_t i = 0; i < h->n; i++)
		if (can_show(h->name[i])) {
			struct item one = {.text = h->name[i], .n = strlen(h->name[i]), .first = h->name[i]};

			it[n++] = one;
		}
	for (int which = 0; which < LIMIT_HOSTS_FIELDS && arrange(it, n, which); which++)
		n = pass(it, n, scratch);
	qsort(it, n, sizeof(*it), by_first);
	text = write_list(it, n, a);
	arena_destroy(scratch);
	return text;
}
