/* SPDX-License-Identifier: Apache-2.0 */
#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "template.h"

#define DELIMITER 16 /* bytes of one, at most */

/* A tag as it stands in the text. */
struct tag {
	char type;          /* # ^ / > ! = & {, or 0 for a value */
	struct str content; /* trimmed, without type and delimiters */
	size_t from, to;    /* of the whole tag */
};

struct open_section {
	uint32_t node;
	struct str name;
	size_t from;
};

struct parser {
	struct mustache_set *set;
	struct template *t;
	struct err *e;
	struct str open, close; /* the delimiters in force */
	size_t at;
	struct node *node;      /* grows; copied to the arena at the end */
	size_t n, cap;
	struct open_section section[LIMIT_TEMPLATE_DEPTH];
	size_t depth;
};

int
mustache_bad(const struct template *t, size_t offset, struct err *e, const char *fmt, ...)
{
	char what[LIMIT_ERR_TEXT];
	size_t line = 1, from = 0;
	va_list ap;

	for (size_t i = 0; i < offset && i < t->text.n; i++)
		if (t->text.p[i] == '\n') {
			line++;
			from = i + 1;
		}
	va_start(ap, fmt);
	(void)vsnprintf(what, sizeof(what), fmt, ap);
	va_end(ap);
	return err_set(e, ERR_INPUT, "%s:%zu:%zu: %s", t->name, line, offset - from + 1, what);
}

/* ---- reading a tag ---- */

static bool
is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static struct str
trim(struct str s)
{
	while (s.n > 0 && is_space(s.p[0])) {
		s.p++;
		s.n--;
	}
	while (s.n > 0 && is_space(s.p[s.n - 1]))
		s.n--;
	return s;
}

/* Where needle begins at or after from; text.n when nowhere. */
static size_t
find(struct str text, size_t from, struct str needle)
{
	const char *at = from < text.n ? memmem(text.p + from, text.n - from, needle.p, needle.n) : NULL;

	return at == NULL ? text.n : (size_t)(at - text.p);
}

/* The tag that begins at p->at + open. */
static int
read_tag(struct parser *p, size_t from, struct tag *tag)
{
	struct str text = p->t->text, end = p->close;
	char ends[DELIMITER + 1];
	size_t at = from + p->open.n, stop;

	*tag = (struct tag){.from = from};
	if (at < text.n && text.p[at] != '\0' && strchr("#^/>!=&{", text.p[at]) != NULL)
		tag->type = text.p[at++];
	if (tag->type == '=' || tag->type == '{') { /* the same mark before the end: ={{ }}=, {{{ }}} */
		ends[0] = tag->type == '=' ? '=' : '}';
		memcpy(ends + 1, p->close.p, p->close.n);
		end = (struct str){ends, p->close.n + 1};
	}
	stop = find(text, at, end);
	if (stop == text.n)
		return mustache_bad(p->t, from, p->e, "this tag is not closed: '%.*s' is missing", (int)end.n,
		    end.p);
	tag->content = trim((struct str){text.p + at, stop - at});
	tag->to = stop + end.n;
	return 0;
}

/* May a tag of this type take its whole line with it? */
static bool
can_stand_alone(char type)
{
	return type != '\0' && strchr("#^/>!=", type) != NULL;
}

/*
 * Is there nothing but blanks beside the tag? Then *from and *to become the
 * whole line with its end. What was taken before ends in a newline or in
 * a delimiter, so the walk back stops in time.
 */
static bool
stands_alone(struct str text, size_t *from, size_t *to)
{
	size_t a = *from, b = *to;

	while (a > 0 && (text.p[a - 1] == ' ' || text.p[a - 1] == '\t'))
		a--;
	if (a > 0 && text.p[a - 1] != '\n')
		return false;
	while (b < text.n && (text.p[b] == ' ' || text.p[b] == '\t'))
		b++;
	if (b + 1 < text.n && text.p[b] == '\r' && text.p[b + 1] == '\n')
		b++;
	if (b < text.n && text.p[b] != '\n')
		return false;
	*from = a;
	*to = b < text.n ? b + 1 : b;
	return true;
}

/* ---- making nodes ---- */

static struct node *
add(struct parser *p, enum node_kind kind, size_t offset)
{
	if (p->n == p->cap) {
		p->cap = p->cap == 0 ? 64 : p->cap * 2;
		p->node = reallocarray(p->node, p->cap, sizeof(*p->node));
		if (p->node == NULL)
			log_die("out of memory: a template of %zu nodes", p->cap);
	}
	p->node[p->n] = (struct node){.kind = kind, .offset = (uint32_t)offset};
	return &p->node[p->n++];
}

/* The text from a to b; `alone`: a tag follows that takes the rest of its line away, or nothing does. */
static void
add_text(struct parser *p, size_t a, size_t b, bool alone)
{
	const char *text = p->t->text.p;
	bool begins = a == 0 || text[a - 1] == '\n';
	struct node *n;

	if (a == b && (alone || !begins))
		return;
	n = add(p, NODE_TEXT, a);
	n->text = (struct str){text + a, b - a};
	n->line_before = begins;
	n->line_after = a < b && text[b - 1] == '\n' && !alone;
}

static bool
in_name(char c)
{
	return isalnum((unsigned char)c) || (c != '\0' && strchr("_-?:/@", c) != NULL);
}

static int
check_name(const struct parser *p, const struct tag *tag, bool dots)
{
	struct str s = tag->content;

	if (s.n == 0)
		return mustache_bad(p->t, tag->from, p->e, "this tag has no name");
	if (dots && s.n == 1 && s.p[0] == '.')
		return 0;
	for (size_t i = 0; i < s.n; i++) {
		bool edge = i == 0 || i + 1 == s.n || s.p[i + 1] == '.';

		if (in_name(s.p[i]) || (s.p[i] == '.' && (!dots || !edge)))
			continue;
		if (s.p[i] == '.')
			return mustache_bad(p->t, tag->from, p->e, "'%.*s': a part of the name is empty",
			    (int)s.n, s.p);
		return mustache_bad(p->t, tag->from, p->e, "'%.*s' is not a name: '%c' has no place in one",
		    s.n > 60 ? 60 : (int)s.n, s.p, s.p[i]);
	}
	return 0;
}

/* The tag's dotted name, interned, part by part. */
static int
set_name(struct parser *p, struct node *n, const struct tag *tag)
{
	struct str rest = tag->content, *part;
	size_t parts = 1;

	if (check_name(p, tag, true) != 0)
		return -1;
	if (str_is(rest, "."))
		return 0;
	for (size_t i = 0; i < rest.n; i++)
		parts += rest.p[i] == '.';
	part = arena_array(p->set->arena, parts, sizeof(*part));
	for (size_t i = 0; rest.p != NULL; i++)
		part[i] = mustache_intern(p->set, str_cut(&rest, '.'))->text;
	n->part = part;
	n->parts = (uint32_t)parts;
	return 0;
}

static int
add_value(struct parser *p, const struct tag *tag)
{
	struct node *n = add(p, tag->type == '\0' ? NODE_VALUE : NODE_RAW, tag->from);

	if (tag->type == '\0' && tag->content.n > 0 && strchr("<$", tag->content.p[0]) != NULL)
		return mustache_bad(p->t, tag->from, p->e,
		    "templates cannot be inherited ('%c'); use a partial, {{>name}}", tag->content.p[0]);
	if (set_name(p, n, tag) != 0)
		return -1;
	for (size_t i = 0; n->parts == 0 && i < p->depth; i++)
		p->node[p->section[i].node].dot = true;
	return 0;
}

static int
open_section(struct parser *p, const struct tag *tag)
{
	struct node *n = add(p, tag->type == '#' ? NODE_SECTION : NODE_INVERTED, tag->from);

	if (set_name(p, n, tag) != 0)
		return -1;
	if (p->depth == LIMIT_TEMPLATE_DEPTH)
		return mustache_bad(p->t, tag->from, p->e, "more than %d sections within each other",
		    LIMIT_TEMPLATE_DEPTH);
	for (size_t i = 0; n->parts == 0 && i < p->depth; i++)
		p->node[p->section[i].node].dot = true;
	p->section[p->depth++] = (struct open_section){(uint32_t)(p->n - 1), tag->content, tag->from};
	return 0;
}

static int
close_section(struct parser *p, const struct tag *tag)
{
	const struct open_section *s = &p->section[p->depth > 0 ? p->depth - 1 : 0];
	int n = tag->content.n > 60 ? 60 : (int)tag->content.n;

	if (p->depth == 0)
		return mustache_bad(p->t, tag->from, p->e, "'/%.*s' closes a section, but none is open", n,
		    tag->content.p);
	if (!str_eq(s->name, tag->content))
		return mustache_bad(p->t, tag->from, p->e, "'/%.*s' does not close the open section '%.*s'", n,
		    tag->content.p, s->name.n > 60 ? 60 : (int)s->name.n, s->name.p);
	if (p->node[s->node].kind == NODE_SECTION)
		add(p, NODE_END, tag->from);
	p->node[s->node].jump = (uint32_t)p->n;
	p->depth--;
	return 0;
}

static int
add_partial(struct parser *p, const struct tag *tag, bool alone, struct str indent)
{
	struct node *n = add(p, NODE_PARTIAL, tag->from);

	if (check_name(p, tag, false) != 0)
		return -1;
	if (indent.n > LIMIT_TEMPLATE_INDENT)
		return mustache_bad(p->t, tag->from, p->e, "a partial indented by more than %d blanks",
		    LIMIT_TEMPLATE_INDENT);
	n->partial = mustache_intern(p->set, tag->content);
	n->alone = alone;
	n->text = indent;
	for (size_t i = 0; i < p->depth; i++)
		p->node[p->section[i].node].dot = true;
	return 0;
}

/* "{{=<% %>=}}": two words, neither with a blank or "=" in it. */
static int
set_delimiters(struct parser *p, const struct tag *tag)
{
	struct str s = tag->content, open = s, close;

	for (open.n = 0; open.n < s.n && !is_space(s.p[open.n]); open.n++)
		;
	close = trim((struct str){s.p + open.n, s.n - open.n});
	if (open.n == 0 || close.n == 0 || open.n > DELIMITER || close.n > DELIMITER - 1)
		return mustache_bad(p->t, tag->from, p->e,
		    "delimiters are two words of at most %d bytes, as in {{=<%% %%>=}}", DELIMITER - 1);
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] == '=' || (&s.p[i] >= close.p && is_space(s.p[i])))
			return mustache_bad(p->t, tag->from, p->e,
			    "a delimiter holds neither blanks nor '='");
	p->open = open;
	p->close = close;
	return 0;
}

static int
take(struct parser *p, const struct tag *tag, bool alone, struct str indent)
{
	switch (tag->type) {
	case '#':
	case '^':
		return open_section(p, tag);
	case '/':
		return close_section(p, tag);
	case '>':
		return add_partial(p, tag, alone, indent);
	case '=':
		return set_delimiters(p, tag);
	case '!':
		return 0;
	default:
		return add_value(p, tag);
	}
}

static int
parse(struct parser *p)
{
	struct str text = p->t->text;
	struct tag tag;

	for (;;) {
		size_t from = find(text, p->at, p->open), to;
		bool alone;

		if (from == text.n)
			break;
		if (read_tag(p, from, &tag) != 0)
			return -1;
		to = tag.to;
		alone = can_stand_alone(tag.type) && stands_alone(text, &from, &to);
		add_text(p, p->at, from, alone);
		if (take(p, &tag, alone, (struct str){text.p + from, tag.from - from}) != 0)
			return -1;
		p->at = to;
	}
	add_text(p, p->at, text.n, true);
	if (p->depth > 0)
		return mustache_bad(p->t, p->section[p->depth - 1].from, p->e,
		    "the section '%.*s' is not closed",
		    p->section[p->depth - 1].name.n > 60 ? 60 : (int)p->section[p->depth - 1].name.n,
		    p->section[p->depth - 1].name.p);
	return 0;
}

int
mustache_parse(struct mustache_set *set, struct template *t, struct err *e)
{
	struct parser *p = calloc(1, sizeof(*p));
	int rc;

	if (p == NULL)
		log_die("out of memory: a template's parser");
	p->set = set;
	p->t = t;
	p->e = e;
	p->open = STR("{{");
	p->close = STR("}}");
	rc = parse(p);
	if (rc == 0) {
		t->n = p->n;
		t->node = arena_array(set->arena, p->n, sizeof(*t->node));
		if (p->n > 0)
			memcpy(t->node, p->node, p->n * sizeof(*t->node));
	}
	free(p->node);
	free(p);
	return rc;
}
