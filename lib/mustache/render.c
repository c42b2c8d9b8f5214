/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One walk over the nodes with two stacks and no recursion: contexts, where
 * names are looked up from the top down, and frames, what is to be gone back
 * to: the next item of a section, or the template that named a partial.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "template.h"

struct context {
	struct mustache_value value;
	size_t kept; /* a text's offset in render.kept, as its source may forget it; NOWHERE: not kept */
};

struct frame {
	const struct template *template; /* partial: to go back to */
	size_t at;                       /* section: its first node; partial: the node after it */
	struct mustache_value list;      /* section over a list; kind ABSENT: it is none */
	size_t item;
	size_t line_from, line_to;       /* partial: the indentation that was in force */
	bool partial;
};

struct render {
	struct buf *out;
	const struct template *t;
	size_t at;
	struct context context[LIMIT_TEMPLATE_DEPTH + 1];
	size_t contexts;
	struct frame frame[LIMIT_TEMPLATE_DEPTH];
	size_t frames;
	struct buf kept;   /* a stack: texts of open sections */
	struct buf indent; /* a stack: blanks; the end of it is in force */
	size_t line_from;  /* where in it that begins */
	size_t steps;
	struct err *e;
};

#define NOWHERE ((size_t)-1)

static const struct mustache_value absent = {.kind = MUSTACHE_ABSENT};

/* ---- looking up ---- */

static struct mustache_value
top(const struct render *r)
{
	const struct context *c = &r->context[r->contexts - 1];
	struct mustache_value v = c->value;

	if (c->kept != NOWHERE)
		v.text.p = r->kept.p + c->kept;
	return v;
}

static struct mustache_value
member(const struct mustache_value *object, struct str name)
{
	return object->kind == MUSTACHE_OBJECT ? object->source->member(object, name) : absent;
}

static struct mustache_value
resolve(const struct render *r, const struct node *n)
{
	struct mustache_value v = absent, outer;

	if (n->parts == 0)
		return top(r);
	for (size_t i = r->contexts; i-- > 0;) {
		v = member(&r->context[i].value, n->part[0]);
		if (v.kind != MUSTACHE_ABSENT)
			break;
	}
	/* Once the first part was found, the rest is there or nowhere. */
	for (uint32_t k = 1; k < n->parts; k++) {
		outer = v;
		v = member(&outer, n->part[k]);
	}
	return v;
}

static bool
is_empty(const struct mustache_value *v)
{
	switch (v->kind) {
	case MUSTACHE_ABSENT:
	case MUSTACHE_FALSE:
		return true;
	case MUSTACHE_TEXT:
		return v->text.n == 0;
	case MUSTACHE_LIST:
		return v->count == 0;
	default:
		return false;
	}
}

/* ---- writing ---- */

static void
put_integer(struct buf *b, int64_t i)
{
	char digits[24], *p = digits + sizeof(digits);
	uint64_t u = i < 0 ? 0 - (uint64_t)i : (uint64_t)i;

	do {
		*--p = (char)('0' + u % 10);
		u /= 10;
	} while (u > 0);
	if (i < 0)
		*--p = '-';
	buf_add(b, p, (size_t)(digits + sizeof(digits) - p));
}

/* 15 digits are enough for nearly all, 17 for every one (IEEE 754 binary64). */
static void
put_real(struct buf *b, double d)
{
	char text[40];

	if (!isfinite(d))
		return;
	for (int digits = 15; digits <= 17; digits++) {
		(void)snprintf(text, sizeof(text), "%.*g", digits, d);
		if (strtod(text, NULL) == d)
			break;
	}
	buf_puts(b, text);
}

static void
put_value(struct render *r, const struct mustache_value *v, bool raw)
{
	switch (v->kind) {
	case MUSTACHE_TEXT:
		if (raw)
			buf_str(r->out, v->text);
		else if (r->t->plain)
			buf_plain(r->out, v->text);
		else
			buf_html(r->out, v->text);
		break;
	case MUSTACHE_INTEGER:
		put_integer(r->out, v->integer);
		break;
	case MUSTACHE_REAL:
		put_real(r->out, v->real);
		break;
	case MUSTACHE_TRUE:
		buf_add(r->out, "true", 4);
		break;
	case MUSTACHE_MADE:
		if (raw && !r->t->plain)
			v->source->write(v, r->out);
		break;
	case MUSTACHE_ABSENT:
	case MUSTACHE_FALSE:
	case MUSTACHE_LIST:
	case MUSTACHE_OBJECT:
		break;
	}
}

static void
put_indented(struct render *r, const struct node *n)
{
	struct str rest = n->text;
	struct str line = {r->indent.p + r->line_from, r->indent.n - r->line_from};

	if (n->line_before)
		buf_str(r->out, line);
	while (rest.n > 0) {
		const char *end = memchr(rest.p, '\n', rest.n);
		size_t k = end == NULL ? rest.n : (size_t)(end - rest.p) + 1;

		buf_add(r->out, rest.p, k);
		rest.p += k;
		rest.n -= k;
		if (end != NULL && (rest.n > 0 || n->line_after))
			buf_str(r->out, line);
	}
}

/* ---- sections and partials ---- */

static int
too_deep(const struct render *r)
{
	return err_set(r->e, ERR_LIMIT,
	    "%s: more than %d sections and partials are open; does a partial name itself without end?",
	    r->t->name, LIMIT_TEMPLATE_DEPTH);
}

static void
push_context(struct render *r, const struct mustache_value *v, bool keep)
{
	struct context *c = &r->context[r->contexts++];

	c->value = *v;
	c->kept = NOWHERE;
	if (keep && v->kind == MUSTACHE_TEXT && v->text.n > 0) {
		c->kept = r->kept.n;
		buf_str(&r->kept, v->text);
	}
}

static void
pop_context(struct render *r)
{
	struct context *c = &r->context[--r->contexts];

	if (c->kept != NOWHERE && !r->kept.over)
		r->kept.n = c->kept;
}

static int
begin_section(struct render *r, const struct node *n)
{
	struct mustache_value v = resolve(r, n), item;
	struct frame *f;

	if (is_empty(&v)) {
		r->at = n->jump;
		return 0;
	}
	if (r->frames == LIMIT_TEMPLATE_DEPTH)
		return too_deep(r);
	f = &r->frame[r->frames++];
	f->partial = false;
	f->at = ++r->at;
	f->item = 0;
	f->list = absent;
	if (v.kind == MUSTACHE_LIST) {
		f->list = v;
		item = v.source->item(&f->list, 0);
		push_context(r, &item, n->dot);
	} else {
		push_context(r, &v, n->dot);
	}
	return 0;
}

static void
next_item(struct render *r)
{
	struct frame *f = &r->frame[r->frames - 1];
	struct mustache_value item;

	pop_context(r);
	if (f->list.kind == MUSTACHE_LIST && ++f->item < f->list.count) {
		item = f->list.source->item(&f->list, f->item);
		push_context(r, &item, r->t->node[f->at - 1].dot);
		r->at = f->at;
		return;
	}
	r->frames--;
	r->at++;
}

/*
 * A partial alone on its line is indented by what stood before it there, on
 * top of its template's own; any other is not indented.
 */
static int
begin_partial(struct render *r, const struct node *n)
{
	const struct template *t = n->partial->template;
	struct frame *f;

	r->at++;
	if (t == NULL)
		return 0;
	if (r->frames == LIMIT_TEMPLATE_DEPTH)
		return too_deep(r);
	f = &r->frame[r->frames++];
	*f = (struct frame){.partial = true, .template = r->t, .at = r->at,
	    .line_from = r->line_from, .line_to = r->indent.n};
	if (n->alone)
		buf_str(&r->indent, n->text);
	else
		r->line_from = r->indent.n;
	r->t = t;
	r->at = 0;
	return 0;
}

static void
end_partial(struct render *r)
{
	const struct frame *f = &r->frame[--r->frames];

	if (!f->partial) /* the parser closed them all */
		log_die("%s ends within a section", r->t->name);
	r->t = f->template;
	r->at = f->at;
	r->line_from = f->line_from;
	r->indent.n = f->line_to;
}

/* ---- the walk ---- */

static int
step(struct render *r, const struct node *n)
{
	struct mustache_value v;

	switch (n->kind) {
	case NODE_TEXT:
		if (r->indent.n > r->line_from)
			put_indented(r, n);
		else
			buf_str(r->out, n->text);
		break;
	case NODE_VALUE:
	case NODE_RAW:
		v = resolve(r, n);
		put_value(r, &v, n->kind == NODE_RAW);
		break;
	case NODE_SECTION:
		return begin_section(r, n);
	case NODE_INVERTED:
		v = resolve(r, n);
		if (!is_empty(&v)) {
			r->at = n->jump;
			return 0;
		}
		break;
	case NODE_END:
		next_item(r);
		return 0;
	case NODE_PARTIAL:
		return begin_partial(r, n);
	}
	r->at++;
	return 0;
}

static int
walk(struct render *r)
{
	for (;;) {
		if (r->at == r->t->n) {
			if (r->frames == 0)
				return 0;
			end_partial(r);
			continue;
		}
		if (step(r, &r->t->node[r->at]) != 0)
			return -1;
		if (r->out->over || r->kept.over)
			return err_set(r->e, ERR_LIMIT, "%s: what it renders is longer than %zu bytes",
			    r->t->name, r->out->max);
		if (++r->steps > LIMIT_TEMPLATE_STEPS)
			return err_set(r->e, ERR_LIMIT, "%s: more than %d steps for one page", r->t->name,
			    LIMIT_TEMPLATE_STEPS);
	}
}

int
mustache_render(const struct mustache_set *set, const char *name, const struct mustache_value *data,
    struct buf *out, struct err *e)
{
	const struct template *t = set == NULL ? NULL : mustache_find(set, str_of(name));
	struct render *r;
	size_t was = out->n;
	bool over = out->over;
	int rc;

	if (t == NULL)
		return err_set(e, ERR_NOT_FOUND, "there is no template '%s'", name);
	r = calloc(1, sizeof(*r));
	if (r == NULL)
		log_die("out of memory: a rendering");
	r->out = out;
	r->t = t;
	r->e = e;
	r->kept = BUF(LIMIT_PAGE);
	r->indent = BUF((size_t)LIMIT_TEMPLATE_DEPTH * LIMIT_TEMPLATE_INDENT);
	push_context(r, data, true);
	rc = walk(r);
	if (rc != 0) {
		out->n = was;
		out->over = over;
		if (out->p != NULL)
			out->p[was] = '\0';
	}
	buf_free(&r->kept);
	buf_free(&r->indent);
	free(r);
	return rc;
}
