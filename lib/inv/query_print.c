/* SPDX-License-Identifier: Apache-2.0 */
#include <ctype.h>
#include <string.h>

#include "query_private.h"

static void print(struct buf *b, const struct query_node *n);

static void
print_quoted(struct buf *b, const char *text)
{
	buf_char(b, '"');
	for (; *text != '\0'; text++) {
		if (*text == '"' || *text == '\\')
			buf_char(b, '\\');
		buf_char(b, *text);
	}
	buf_char(b, '"');
}

static void
print_regex(struct buf *b, const struct query_value *v)
{
	buf_char(b, '/');
	for (const char *p = v->text; *p != '\0'; p++) {
		if (*p == '/')
			buf_char(b, '\\');
		buf_char(b, *p);
		if (*p == '\\' && p[1] != '\0')
			buf_char(b, *++p);
	}
	buf_puts(b, v->any_case ? "/i" : "/");
}

static void
print_value(struct buf *b, const struct query_value *v, bool names)
{
	if (v->shape == QUERY_REGEX)
		print_regex(b, v);
	else if (v->shape == QUERY_EXACT && query_needs_quotes(v->text, names))
		print_quoted(b, v->text);
	else
		buf_puts(b, v->text);
}

/* Names stand without "name:" where nothing else reads so: no word with a colon, no operator's word. */
static bool
stands_bare(const struct query_node *n)
{
	const char *text = n->value.text;
	size_t word = 0;

	if (n->op != INV_IS)
		return false;
	if (n->value.shape == QUERY_GLOB)
		return strcmp(text, "*") == 0;
	if (n->value.shape != QUERY_LIST || query_keyword(str_of(text), 0) != NULL)
		return false;
	while (isalnum((unsigned char)text[word]) || text[word] == '_' || text[word] == '-')
		word++;
	return word == 0 || text[word] != ':';
}

static void
print_attr(struct buf *b, const struct query_node *n)
{
	if (n->attr.exact)
		print_quoted(b, n->attr.key);
	else
		buf_puts(b, n->attr.key);
	if (*n->attr.subkey != '\0')
		buf_printf(b, ".%s", n->attr.subkey);
	if (n->attr.number >= 0)
		buf_printf(b, "#%lld", (long long)n->attr.number);
}

static void
print_term(struct buf *b, const struct query_node *n)
{
	const struct inv_term *t = n->term;
	bool words = strchr(t->word, ' ') != NULL; /* "connected to" */
	bool around = n->n > 0 && (!words || n->kid[0]->kind != QUERY_TERM);

	if (n->n == 0 && t == query_term(STR("name")) && stands_bare(n)) {
		buf_puts(b, n->value.text);
		return;
	}
	buf_puts(b, t->word);
	buf_puts(b, words ? " " : t->keyed || n->op == INV_IS ? ":" : "");
	if (around)
		buf_char(b, '(');
	if (n->n > 0)
		print(b, n->kid[0]);
	if (around)
		buf_char(b, ')');
	if (n->n > 0)
		return;
	if (t->keyed)
		print_attr(b, n);
	if (t->keyed || n->op != INV_IS)
		buf_puts(b, query_op_text[n->op]);
	if (n->op != INV_HAS)
		print_value(b, &n->value, t->value <= INV_WORDS);
}

static void
print(struct buf *b, const struct query_node *n)
{
	bool around;

	if (n->kind == QUERY_TERM) {
		print_term(b, n);
		return;
	}
	if (n->kind == QUERY_NOT)
		buf_puts(b, "not ");
	for (size_t i = 0; i < n->n; i++) {
		around = n->kid[i]->kind == QUERY_OR || (n->kind == QUERY_NOT && n->kid[i]->kind == QUERY_AND);
		if (i > 0)
			buf_puts(b, n->kind == QUERY_AND ? " and " : " or ");
		if (around)
			buf_char(b, '(');
		print(b, n->kid[i]);
		if (around)
			buf_char(b, ')');
	}
}

const char *
inv_query_print(const struct inv_query *q, struct arena *a)
{
	struct buf b = BUF(2 * LIMIT_QUERY); /* quotes and words in full */
	const char *text;

	print(&b, q->root);
	text = arena_strndup(a, b.n == 0 ? "" : b.p, b.n);
	buf_free(&b);
	return text;
}

bool
inv_query_is_plain(const struct inv_query *q)
{
	const struct query_node *n = q->root;
	size_t i = 0;

	do {
		const struct query_node *one = n->kind == QUERY_OR ? n->kid[i] : n; /* "n1 or n2" */

		if (one->kind != QUERY_TERM || one->term != query_term(STR("name")) || one->op != INV_IS ||
		    (one->value.shape != QUERY_LIST && one->value.shape != QUERY_EXACT) || strchr(one->value.text, '@') != NULL)
			return false;
	} while (n->kind == QUERY_OR && ++i < n->n);
	return true;
}
