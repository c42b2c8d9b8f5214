/* SPDX-License-Identifier: Apache-2.0 */
#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "hosts.h"
#include "hosts_set.h"
#include "limits.h"

#define DIGITS 18 /* of one number: what an int64_t holds whatever they are */

struct range {
	int64_t first, last, step;
	int width; /* zeros are put before the number up to here */
};

/* A piece of a pattern: text, or the ranges of one bracket. */
struct piece {
	struct str text; /* when n == 0 below */
	struct range *range;
	size_t n;
	/* where the odometer stands */
	size_t at;
	int64_t value;
};

struct pattern {
	struct piece piece[2 * LIMIT_HOSTS_FIELDS + 1];
	size_t n, brackets;
	size_t names; /* it stands for, repetitions counted */
	size_t start; /* its offset in the text */
	struct str source; /* "@source:...", else absent */
	bool group;
};

/* What all texts of one hosts_parse share, groups within groups included. */
struct work {
	const struct hosts_rules *rules;
	struct arena *arena; /* scratch */
	size_t made, groups, group_bytes;
	int depth;
	struct err *e;
};

struct parser {
	struct work *w;
	struct str text;
	size_t at;
};

static int list(struct work *w, struct str text, struct hosts_set *set);

/* ---- errors: every one says where ---- */

static int bad(const struct parser *p, size_t at, enum err_kind kind, const char *fmt, ...)
    LARCH_PRINTF(4, 5);

static int
bad(const struct parser *p, size_t at, enum err_kind kind, const char *fmt, ...)
{
	char what[LIMIT_ERR_TEXT];
	size_t line = 1, from = 0;
	bool lines = p->text.n > 0 && memchr(p->text.p, '\n', p->text.n) != NULL;
	va_list ap;

	for (size_t i = 0; i < at && i < p->text.n; i++)
		if (p->text.p[i] == '\n') {
			line++;
			from = i + 1;
		}
	va_start(ap, fmt);
	(void)vsnprintf(what, sizeof(what), fmt, ap);
	va_end(ap);
	if (lines)
		return err_set(p->w->e, kind, "host list, line %zu, column %zu: %s", line,
		    at - from + 1, what);
	return err_set(p->w->e, kind, "host list, column %zu: %s", at - from + 1, what);
}

static int
bad_byte(const struct parser *p, const char *where)
{
	char c = p->text.p[p->at];

	if (c == ' ' || c == '\t')
		return bad(p, p->at, ERR_INPUT, "a blank inside %s; put a comma between names", where);
	if ((unsigned char)c < 0x20 || (unsigned char)c >= 0x7f)
		return bad(p, p->at, ERR_INPUT, "the byte 0x%02x has no place in %s",
		    (unsigned char)c, where);
	return bad(p, p->at, ERR_INPUT, "'%c' has no place in %s", c, where);
}

/* ---- reading ---- */

static char
peek(const struct parser *p)
{
	return p->at < p->text.n ? p->text.p[p->at] : '\0';
}

static bool
more(const struct parser *p)
{
	return p->at < p->text.n;
}

static void
blanks(struct parser *p, bool lines)
{
	while (more(p) && strchr(lines ? " \t\r\n" : " \t\r", peek(p)) != NULL && peek(p) != '\0')
		p->at++;
}

/* A whole number as written; *width is its length if zeros stand before it, else 1. */
static int
number(struct parser *p, int64_t *value, int *width)
{
	size_t from = p->at;

	while (more(p) && isdigit((unsigned char)peek(p)))
		p->at++;
	if (p->at == from)
		return more(p) ? bad_byte(p, "a bracket, which holds numbers and ranges like 1-4 or 0-6/2") :
		    bad(p, p->at, ERR_INPUT, "the bracket is not closed; a ']' is missing");
	if (p->at - from > DIGITS ||
	    str_int((struct str){p->text.p + from, p->at - from}, 0, INT64_MAX, value) != 0)
		return bad(p, from, ERR_LIMIT, "a number of %zu digits; at most %d can be", p->at - from,
		    DIGITS);
	*width = p->text.p[from] == '0' ? (int)(p->at - from) : 1;
	return 0;
}

/* "4", "01-12", "0-6/2". */
static int
range(struct parser *p, struct range *r)
{
	size_t from = p->at, second;
	int width = 0;

	if (number(p, &r->first, &r->width) != 0)
		return -1;
	r->last = r->first;
	r->step = 1;
	if (peek(p) != '-') {
		if (peek(p) == '/')
			return bad(p, p->at, ERR_INPUT, "a step without a range; write it as 0-6/2");
		return 0;
	}
	second = ++p->at;
	if (number(p, &r->last, &width) != 0)
		return -1;
	if (r->last < r->first)
		return bad(p, from, ERR_INPUT, "the range %.*s runs backwards; write the smaller number first",
		    (int)(p->at - from), p->text.p + from);
	if (width > 1 && width != (int)(second - 1 - from))
		return bad(p, from, ERR_INPUT,
		    "the range %.*s has ends of different width; pad both with zeros or neither",
		    (int)(p->at - from), p->text.p + from);
	if (peek(p) != '/')
		return 0;
	from = ++p->at;
	if (number(p, &r->step, &width) != 0)
		return -1;
	return r->step > 0 ? 0 : bad(p, from, ERR_INPUT, "a step of 0 never ends; the least is 1");
}

/* Names one bracket stands for, or more than there may be. */
static size_t
range_names(const struct piece *b)
{
	size_t n = 0;

	for (size_t i = 0; i < b->n && n <= LIMIT_HOSTS; i++) {
		int64_t steps = (b->range[i].last - b->range[i].first) / b->range[i].step;

		n += steps >= LIMIT_HOSTS ? LIMIT_HOSTS + 1 : (size_t)steps + 1;
	}
	return n;
}

/* "[1-4,07,0-6/2]": the opening bracket is next. */
static int
bracket(struct parser *p, struct pattern *pat)
{
	struct piece *b = &pat->piece[pat->n++];
	size_t open = p->at++, cap = 1;

	if (++pat->brackets > LIMIT_HOSTS_FIELDS)
		return bad(p, open, ERR_LIMIT, "more than %d brackets in one name", LIMIT_HOSTS_FIELDS);
	for (size_t i = p->at; i < p->text.n && p->text.p[i] != ']'; i++)
		cap += p->text.p[i] == ',';
	if (cap > LIMIT_HOSTS_MADE)
		return bad(p, open, ERR_LIMIT, "a bracket of %zu ranges is too large", cap);
	b->range = arena_array(p->w->arena, cap, sizeof(*b->range));
	do {
		blanks(p, false);
		if (range(p, &b->range[b->n++]) != 0)
			return -1;
		blanks(p, false);
	} while (peek(p) == ',' && b->n < cap && p->at++ < p->text.n);
	if (!more(p))
		return bad(p, open, ERR_INPUT, "the bracket is not closed; a ']' is missing");
	if (peek(p) != ']')
		return bad_byte(p, "a bracket, which holds numbers and ranges like 1-4 or 0-6/2");
	p->at++;
	pat->names = range_names(b) > LIMIT_HOSTS || pat->names * range_names(b) > LIMIT_HOSTS ?
	    LIMIT_HOSTS + 1 : pat->names * range_names(b);
	if (pat->names > LIMIT_HOSTS)
		return bad(p, pat->start, ERR_LIMIT, "stands for more than %d names, the most a list can hold",
		    LIMIT_HOSTS);
	return 0;
}

static bool
in_name(char c)
{
	return isalnum((unsigned char)c) || (c != '\0' && strchr("._-:@+/", c) != NULL);
}

/* What a group's name may hold beside: "@*", and genders' "@rack=b07". */
static bool
in_group(char c)
{
	return c == '*' || c == '=';
}

/* "savio3"; "rack=b07", both sides of it. */
static bool
is_group(struct str name)
{
	struct str key = str_cut(&name, '=');

	return str_is_name(key) && (name.p == NULL || (str_is_name(name) && memchr(name.p, '=', name.n) == NULL));
}

static bool
ends_operand(const struct parser *p)
{
	return !more(p) || (peek(p) != '\0' && strchr(",!&^\n", peek(p)) != NULL);
}

/* A run of name text. The pieces never touch: there are at most brackets + 1. */
static void
literal(struct parser *p, struct pattern *pat)
{
	struct piece *t = &pat->piece[pat->n++];
	size_t from = p->at;

	while (more(p) && (in_name(peek(p)) || (pat->group && in_group(peek(p)))))
		p->at++;
	t->text = (struct str){p->text.p + from, p->at - from};
}

static int
pattern(struct parser *p, struct pattern *pat)
{
	while (!ends_operand(p)) {
		size_t blank = p->at;

		blanks(p, false);
		if (ends_operand(p))
			break;
		if (p->at > blank) {
			p->at = blank;
			return bad_byte(p, "a name");
		}
		if (peek(p) == '[') {
			if (bracket(p, pat) != 0)
				return -1;
		} else if (peek(p) == ']') {
			return bad(p, p->at, ERR_INPUT, "a ']' without its '['");
		} else if (in_name(peek(p)) || (pat->group && in_group(peek(p)))) {
			literal(p, pat);
		} else {
			return bad_byte(p, "a name");
		}
	}
	return 0;
}

/* ---- making the names ---- */

/* Write the name the odometer shows; false when it is too long. */
static bool
show(const struct pattern *pat, char out[LIMIT_NAME + 1], struct str *name)
{
	size_t n = 0;

	for (size_t i = 0; i < pat->n; i++) {
		const struct piece *b = &pat->piece[i];
		int k;

		if (b->n == 0) {
			if (n + b->text.n > LIMIT_NAME)
				return false;
			memcpy(out + n, b->text.p, b->text.n);
			n += b->text.n;
			continue;
		}
		k = snprintf(out + n, LIMIT_NAME + 1 - n, "%0*lld", b->range[b->at].width,
		    (long long)b->value);
		if (k < 0 || n + (size_t)k > LIMIT_NAME)
			return false;
		n += (size_t)k;
	}
	*name = (struct str){out, n};
	return true;
}

static void
reset(struct piece *b)
{
	b->at = 0;
	b->value = b->n > 0 ? b->range[0].first : 0;
}

/* Move to the next name, the last bracket fastest; false after the last. */
static bool
advance(struct pattern *pat)
{
	for (size_t i = pat->n; i-- > 0;) {
		struct piece *b = &pat->piece[i];

		if (b->n == 0)
			continue;
		if (b->value <= b->range[b->at].last - b->range[b->at].step) {
			b->value += b->range[b->at].step;
			return true;
		}
		if (++b->at < b->n) {
			b->value = b->range[b->at].first;
			return true;
		}
		reset(b);
	}
	return false;
}

static int
apply(struct parser *p, const struct pattern *pat, struct hosts_set *set, struct str name)
{
	if (++p->w->made > LIMIT_HOSTS_MADE)
		return bad(p, pat->start, ERR_LIMIT,
		    "more than %d names would be made on the way to this list; make it simpler",
		    LIMIT_HOSTS_MADE);
	hosts_set_apply(set, name);
	if (set->live > LIMIT_HOSTS)
		return bad(p, pat->start, ERR_LIMIT, "from here there are more than %d names, the most a list can hold",
		    LIMIT_HOSTS);
	return 0;
}

/* The names of one group, worked out by themselves, then applied. */
static int
group(struct parser *p, const struct pattern *pat, struct hosts_set *set, struct str name)
{
	struct work *w = p->w;
	struct hosts_set inner;
	const char *text;
	int rc = -1;

	if (++w->groups > LIMIT_HOSTS_GROUPS)
		return bad(p, pat->start, ERR_LIMIT, "more than %d groups are asked for", LIMIT_HOSTS_GROUPS);
	text = w->rules->group(w->rules->ctx, pat->source, name, w->arena, w->e);
	if (text == NULL)
		return err_prefix(w->e, "host list, column %zu", pat->start + 1);
	w->group_bytes += strlen(text);
	if (w->group_bytes > LIMIT_HOSTS_TEXT)
		return bad(p, pat->start, ERR_LIMIT, "its groups are longer than %d bytes together",
		    LIMIT_HOSTS_TEXT);
	if (++w->depth > LIMIT_HOSTS_DEPTH)
		return bad(p, pat->start, ERR_LIMIT,
		    "groups name groups more than %d deep, perhaps in a circle", LIMIT_HOSTS_DEPTH);
	hosts_set_init(&inner, w->arena);
	if (list(w, str_of(text), &inner) != 0) {
		err_prefix(w->e, "group '%.*s'", (int)name.n, name.p);
		goto out;
	}
	for (size_t i = 0; i < inner.n; i++)
		if (hosts_set_live(&inner, i) &&
		    apply(p, pat, set, (struct str){inner.entry[i].name, inner.entry[i].n}) != 0)
			goto out;
	w->depth--;
	rc = 0;
out:
	hosts_set_finish(&inner);
	return rc;
}

/* Every name the pattern stands for, into the set. */
static int
expand(struct parser *p, struct pattern *pat, struct hosts_set *set)
{
	char out[LIMIT_NAME + 1];
	struct str name;

	for (size_t i = 0; i < pat->n; i++)
		reset(&pat->piece[i]);
	do {
		if (!show(pat, out, &name))
			return bad(p, pat->start, ERR_INPUT, "a name of more than %d bytes", LIMIT_NAME);
		if (pat->group) {
			bool star = memchr(name.p, '*', name.n) != NULL;

			if (name.n == 0 || (star ? name.n > 1 : !is_group(name)))
				return bad(p, pat->start, ERR_INPUT, "'@%.*s' is not a group", (int)name.n,
				    name.p);
			if (group(p, pat, set, name) != 0)
				return -1;
			continue;
		}
		if (name.p[0] == '@' || !str_is_name(name))
			return bad(p, pat->start, ERR_INPUT, "'%.*s' is not a name: it begins with '%c'",
			    (int)name.n, name.p, name.p[0]);
		if (apply(p, pat, set, name) != 0)
			return -1;
	} while (advance(pat));
	return 0;
}

/* After an '@': cut "source:" off the text if it stands there. */
static void
source(struct parser *p, struct pattern *pat)
{
	size_t i = p->at;

	while (i < p->text.n && in_name(p->text.p[i]) && p->text.p[i] != ':')
		i++;
	if (i == p->at || i == p->text.n || p->text.p[i] != ':')
		return;
	pat->source = (struct str){p->text.p + p->at, i - p->at};
	p->at = i + 1;
}

static int
operand(struct parser *p, struct hosts_set *set)
{
	struct pattern pat = {.start = p->at, .names = 1};

	if (peek(p) == '@') {
		pat.group = true;
		p->at++;
		if (p->w->rules == NULL || p->w->rules->group == NULL)
			return bad(p, pat.start, ERR_INPUT, "groups ('@') cannot be used here; write the names");
		source(p, &pat);
	}
	if (pattern(p, &pat) != 0)
		return -1;
	if (pat.n == 0 && pat.group)
		return bad(p, pat.start, ERR_INPUT, "a group's name is missing after the '%s'",
		    pat.source.p == NULL ? "@" : ":");
	if (pat.n == 0 && !more(p))
		return bad(p, p->at, ERR_INPUT, "the list ends where a name should follow");
	if (pat.n == 0)
		return bad(p, p->at, ERR_INPUT, "a name is missing before '%c'", peek(p));
	return expand(p, &pat, set);
}

/* One text, from left to right. */
static int
list(struct work *w, struct str text, struct hosts_set *set)
{
	static const char ops[] = {
	    [HOSTS_UNION] = ',',
	    [HOSTS_DIFFERENCE] = '!',
	    [HOSTS_INTERSECTION] = '&',
	    [HOSTS_SYMMETRIC] = '^',
	};
	struct parser p = {.w = w, .text = text};
	enum hosts_op op = HOSTS_UNION;

	blanks(&p, true);
	while (more(&p)) {
		hosts_set_begin(set, op);
		if (operand(&p, set) != 0)
			return -1;
		op = HOSTS_UNION; /* of a line's end */
		blanks(&p, true);
		if (!more(&p))
			return 0;
		for (size_t i = 0; i < sizeof(ops); i++)
			if (peek(&p) == ops[i]) {
				op = (enum hosts_op)i;
				p.at++;
				blanks(&p, true);
				if (!more(&p))
					return bad(&p, p.at, ERR_INPUT, "nothing follows the '%c'", ops[i]);
				break;
			}
	}
	return 0;
}

/* ---- the public face ---- */

static int
by_name(const void *a, const void *b)
{
	return str_natural(*(char *const *)a, *(char *const *)b);
}

void
hosts_sort(struct hosts *h)
{
	size_t kept = 0, i = 1;

	while (i < h->n && str_natural(h->name[i - 1], h->name[i]) < 0)
		i++;
	if (i >= h->n)
		return; /* in order as it came, as ranges are */
	qsort(h->name, h->n, sizeof(*h->name), by_name);
	for (i = 1; i < h->n; i++)
		if (strcmp(h->name[i], h->name[kept]) != 0)
			h->name[++kept] = h->name[i];
	h->n = kept + 1;
}

bool
hosts_has(const struct hosts *h, const char *name)
{
	return h->n > 0 && bsearch(&name, h->name, h->n, sizeof(*h->name), by_name) != NULL;
}

static int
nothing(struct str text, struct err *e)
{
	size_t i = 0;

	while (i < text.n && isspace((unsigned char)text.p[i]))
		i++;
	if (i == text.n)
		return err_set(e, ERR_INPUT, "the host list is empty; empty never means all: name the machines");
	return err_set(e, ERR_INPUT, "the host list '%.*s%s' selects nothing; that never means all",
	    (int)(text.n > 100 ? 100 : text.n), text.p, text.n > 100 ? "..." : "");
}

int
hosts_parse(struct str text, const struct hosts_rules *rules, struct arena *a, struct hosts *out,
    struct err *e)
{
	struct work w = {.rules = rules, .e = e};
	struct hosts_set set;
	int rc = -1;

	*out = (struct hosts){NULL, 0};
	if (text.n > LIMIT_HOSTS_TEXT)
		return err_set(e, ERR_LIMIT, "the host list is longer than %d bytes", LIMIT_HOSTS_TEXT);
	w.arena = arena_create();
	hosts_set_init(&set, w.arena);
	if (list(&w, text, &set) != 0)
		goto out;
	if (set.live == 0 && (rules == NULL || !rules->empty_ok)) {
		nothing(text, e);
		goto out;
	}
	out->name = arena_array(a, set.live, sizeof(*out->name));
	for (size_t i = 0; i < set.n; i++)
		if (hosts_set_live(&set, i))
			out->name[out->n++] = arena_strndup(a, set.entry[i].name, set.entry[i].n);
	hosts_sort(out);
	rc = 0;
out:
	hosts_set_finish(&set);
	arena_destroy(w.arena);
	return rc;
}
