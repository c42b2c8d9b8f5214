/* SPDX-License-Identifier: Apache-2.0 */
#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "query_private.h"

static struct query_node *either(struct query_parser *p);

/* ---- errors: every one says where ------------------------------------------------- */

size_t
query_column(struct str text, size_t at)
{
	return 1 + str_characters((struct str){text.p, at < text.n ? at : text.n});
}

int
query_bad(const struct query_parser *p, size_t at, enum err_kind kind, const char *fmt, ...)
{
	char what[LIMIT_ERR_TEXT];
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(what, sizeof(what), fmt, ap);
	va_end(ap);
	return err_set(p->e, kind, "column %zu: %s", query_column(p->text, at), what);
}

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

void
query_blanks(struct query_parser *p)
{
	while (p->at < p->text.n && is_blank(p->text.p[p->at]))
		p->at++;
}

const char *
query_found(const struct query_parser *p, size_t at)
{
	size_t n = 1;

	if (at >= p->text.n)
		return "the end";
	while (strchr("()", p->text.p[at]) == NULL && at + n < p->text.n && n < 40 && !is_blank(p->text.p[at + n]) &&
	    strchr("()", p->text.p[at + n]) == NULL)
		n++;
	while (n > 1 && at + n < p->text.n && ((unsigned char)p->text.p[at + n] & 0xc0) == 0x80)
		n--; /* no half of a character */
	return arena_printf(p->a, "\"%.*s\"", (int)n, p->text.p + at);
}

/* ---- words -------------------------------------------------------------------------- */

const char *
query_keyword(struct str text, size_t at)
{
	static const char *const words[] = {"and", "or", "not", "connected", "to"};
	size_t n = 0;
	bool upper, lower;

	while (at + n < text.n && isalpha((unsigned char)text.p[at + n]))
		n++;
	if (at + n < text.n && !is_blank(text.p[at + n]) && strchr("()", text.p[at + n]) == NULL)
		return NULL;
	upper = lower = true; /* "AND" is one too, "And" may be a name */
	for (size_t i = 0; i < n; i++) {
		upper = upper && isupper((unsigned char)text.p[at + i]);
		lower = lower && islower((unsigned char)text.p[at + i]);
	}
	for (size_t i = 0; i < LARCH_COUNT(words); i++)
		if ((upper || lower) && n == strlen(words[i]) && strncasecmp(text.p + at, words[i], n) == 0)
			return words[i];
	return NULL;
}

static bool
next_is(struct query_parser *p, const char *word)
{
	const char *found;

	query_blanks(p);
	found = query_keyword(p->text, p->at);
	return found != NULL && strcmp(found, word) == 0;
}

static bool
take(struct query_parser *p, const char *word)
{
	if (!next_is(p, word))
		return false;
	p->at += strlen(word);
	return true;
}

/* The operator at the offset; its length, 0 for none. */
static size_t
operator_at(const struct query_parser *p, size_t at, enum inv_op *op)
{
	static const struct {
		const char *text;
		enum inv_op op;
	} rows[] = {{"!=", INV_NOT}, {"<=", INV_LE}, {">=", INV_GE}, {"==", INV_IS}, {"=", INV_IS}, {"<", INV_LT}, {">", INV_GT}};

	for (size_t i = 0; i < LARCH_COUNT(rows); i++)
		if (at < p->text.n && str_starts((struct str){p->text.p + at, p->text.n - at}, rows[i].text)) {
			*op = rows[i].op;
			return strlen(rows[i].text);
		}
	return 0;
}

/* ---- nodes ---------------------------------------------------------------------------- */

static struct query_node *
node_of(struct query_parser *p, enum query_kind kind, struct query_node **kid, size_t n)
{
	struct query_node *made = arena_alloc(p->a, sizeof(*made));

	made->kind = kind;
	made->n = n;
	made->kid = arena_array(p->a, n == 0 ? 1 : n, sizeof(*made->kid));
	if (n > 0)
		memcpy(made->kid, kid, n * sizeof(*kid));
	return made;
}

/* A list of operands; one inside that is of the same kind is taken apart: (a and b) and c. */
struct operands {
	struct query_node **kid;
	size_t n, cap;
};

static void
push(struct query_parser *p, struct operands *l, struct query_node *kid)
{
	if (l->n == l->cap) {
		size_t cap = l->cap == 0 ? 8 : 2 * l->cap;
		struct query_node **wider = arena_array(p->a, cap, sizeof(*wider));

		for (size_t i = 0; i < l->n; i++)
			wider[i] = l->kid[i];
		l->kid = wider;
		l->cap = cap;
	}
	l->kid[l->n++] = kid;
}

static void
add(struct query_parser *p, struct operands *l, enum query_kind kind, struct query_node *kid)
{
	if (kid->kind != kind) {
		push(p, l, kid);
		return;
	}
	for (size_t i = 0; i < kid->n; i++)
		push(p, l, kid->kid[i]);
}

static int
count_term(struct query_parser *p, size_t at)
{
	if (++p->terms > LIMIT_QUERY_TERMS)
		return query_bad(p, at, ERR_LIMIT, "more than %d terms; put names into one list with commas", LIMIT_QUERY_TERMS);
	return 0;
}

/* ---- terms ------------------------------------------------------------------------------ */

/* A query where a value could stand: the parenthesis is next. */
static struct query_node *
inside(struct query_parser *p)
{
	size_t open = p->at;
	struct query_node *n;

	if (++p->depth > LIMIT_QUERY_DEPTH) {
		query_bad(p, open, ERR_LIMIT, "more than %d levels within each other", LIMIT_QUERY_DEPTH);
		return NULL;
	}
	p->at++;
	p->open++;
	n = either(p);
	if (n == NULL)
		return NULL;
	query_blanks(p);
	if (p->at >= p->text.n || p->text.p[p->at] != ')') {
		if (p->at >= p->text.n)
			query_bad(p, open, ERR_INPUT, "this \"(\" is not closed; a \")\" is missing at the end");
		else
			query_bad(p, p->at, ERR_INPUT, "%s is no operator here; expected and, or, or \")\"",
			    query_found(p, p->at));
		return NULL;
	}
	p->at++;
	p->open--;
	p->depth--;
	return n;
}

/* Patterns with commas are several terms: (name:web* or name:db*). */
static struct query_node *
values_of(struct query_parser *p, const struct query_node *model, const struct query_value *v, size_t n)
{
	struct query_node **kid = arena_array(p->a, n, sizeof(struct query_node *)), *made;

	for (size_t i = 0; i < n; i++) {
		made = node_of(p, QUERY_TERM, NULL, 0);
		*made = *model;
		made->value = v[i];
		if (i > 0 && count_term(p, p->at) != 0)
			return NULL;
		kid[i] = made;
	}
	if (n == 1)
		return kid[0];
	made = node_of(p, QUERY_OR, kid, n);
	if (model->op != INV_NOT)
		return made;
	made->kind = QUERY_AND; /* other than each of them */
	return made;
}

static int
check_op(struct query_parser *p, size_t at, const struct query_node *n)
{
	struct buf list = BUF(LIMIT_ERR_TEXT);
	int rc = 0;

	if ((n->term->ops & INV_OP(n->op)) != 0)
		return 0;
	for (enum inv_op op = INV_IS; op < INV_OP_COUNT; op++)
		if ((n->term->ops & INV_OP(op)) != 0)
			buf_printf(&list, "%s%s", list.n == 0 ? "" : " ", query_op_text[op]);
	if (n->op == INV_HAS)
		rc = query_bad(p, at, ERR_INPUT, "%s:%s wants a value; expected one of %s", n->term->word, n->attr.key, list.p);
	else
		rc = query_bad(p, at, ERR_INPUT, "%s cannot be asked with %s; it knows %s", n->term->word,
		    query_op_text[n->op], list.p);
	buf_free(&list);
	return rc;
}

/* < and > need something that has an order. */
static int
check_order(struct query_parser *p, size_t at, const struct query_node *n, const struct query_value *v)
{
	struct query_when when;
	double number;

	if ((INV_OP(n->op) & INV_OPS_ORDER) == 0 || n->term->compile == NULL)
		return 0;
	if (v->shape == QUERY_GLOB || v->shape == QUERY_REGEX)
		return query_bad(p, at, ERR_INPUT, "a pattern has no order; %s wants a number or a date, a pattern = or !=",
		    query_op_text[n->op]);
	if (v->shape == QUERY_TIME && isdigit((unsigned char)v->text[0]) && !query_is_when(v->text, false, 0, &when))
		return query_bad(p, at, ERR_INPUT, "%s with %s could be read both ways; -%s is the time that long ago, and %s:%s since then",
		    n->term->word, v->text, v->text, n->term->word, v->text);
	if (n->term->value == INV_TEXT && str_double(str_of(v->text), -QUERY_NUMBER_MAX, QUERY_NUMBER_MAX, &number) != 0 &&
	    !query_is_when(v->text, false, 0, &when))
		return query_bad(p, at, ERR_INPUT, "\"%.60s\" is no number and no date, which is what %s compares; a date is 2027-01-01",
		    v->text, query_op_text[n->op]);
	return 0;
}

/* word:(query) */
static struct query_node *
term_within(struct query_parser *p, const struct query_node *model)
{
	struct query_node *within = inside(p), *made;

	if (within == NULL)
		return NULL;
	made = node_of(p, QUERY_TERM, &within, 1);
	made->term = model->term;
	made->op = INV_IS;
	made->attr = model->attr;
	made->column = model->column;
	return made;
}

/* The key of a keyed term, and the operator; *what_out is all of it, for sentences. */
static int
term_op(struct query_parser *p, struct query_node *n, bool colon, const char **what_out)
{
	const char *what = arena_printf(p->a, "%s:", n->term->word);
	size_t at;

	if (n->term->keyed) {
		query_blanks(p);
		if (query_read_attr(p, what, &n->attr) != 0)
			return -1;
		n->op = INV_HAS;
	}
	at = p->at;
	if (n->term->keyed || !colon) {
		size_t len;

		query_blanks(p);
		len = operator_at(p, p->at, &n->op);
		if (len > 0)
			at = p->at;
		p->at = at + len;
		what = arena_printf(p->a, "%s%s%s%s", n->term->word, n->term->keyed ? ":" : "", n->attr.key, query_op_text[n->op]);
	}
	*what_out = what;
	return check_op(p, at, n);
}

/* What follows the word: p->at is behind "word:" or on the operator of "word>=". */
static struct query_node *
term_after(struct query_parser *p, const struct inv_term *t, size_t start, bool colon)
{
	struct query_node n = {.kind = QUERY_TERM, .term = t, .op = INV_IS, .attr = {.key = "", .subkey = "", .number = -1},
	    .column = query_column(p->text, start)};
	struct query_value *v;
	size_t n_values, behind = p->at, at;
	const char *what;

	if (count_term(p, start) != 0)
		return NULL;
	query_blanks(p);
	if (colon && t->nested && p->at < p->text.n && p->text.p[p->at] == '(')
		return term_within(p, &n);
	p->at = behind;
	if (term_op(p, &n, colon, &what) != 0)
		return NULL;
	if (n.op == INV_HAS)
		return values_of(p, &n, &n.value, 1);
	behind = p->at;
	query_blanks(p);
	at = p->at;
	p->at = behind; /* whether blanks stand before the value makes a difference to it */
	if (query_read_value(p, t->value, what, &v, &n_values) != 0)
		return NULL;
	for (size_t i = 0; i < n_values; i++)
		if (check_order(p, at, &n, &v[i]) != 0)
			return NULL;
	return values_of(p, &n, v, n_values);
}

static struct query_node *
unknown_word(struct query_parser *p, struct str word, size_t after, bool colon)
{
	const char *near = query_nearest(word), *what = "=";
	struct str value;
	enum inv_op op = INV_IS;

	p->at = after;
	query_blanks(p);
	if (!colon) {
		p->at += operator_at(p, p->at, &op);
		what = query_op_text[op];
		query_blanks(p);
	}
	value = (struct str){p->text.p + p->at, 0};
	while (p->at < p->text.n && value.n < 60 && !is_blank(p->text.p[p->at]) && strchr("()", p->text.p[p->at]) == NULL) {
		value.n++;
		p->at++;
	}
	word.n = word.n > 60 ? 60 : word.n;
	query_bad(p, (size_t)(word.p - p->text.p), ERR_INPUT,
	    "there is no term \"%.*s\"%s%s%s attribute is asked for as attr:%.*s%s%.*s", (int)word.n, word.p,
	    near == NULL ? "; an" : "; did you mean \"", near == NULL ? "" : near, near == NULL ? "" : "\"? An", (int)word.n, word.p,
	    value.n > 0 ? what : "", (int)value.n, value.p);
	return NULL;
}

/* "word:" or "word >=": *word is cut, *colon says which; false: something else stands here. */
static bool
term_word(const struct query_parser *p, struct str *word, bool *colon)
{
	size_t n = p->at, after;
	enum inv_op op;

	if (n >= p->text.n || !isalpha((unsigned char)p->text.p[n]))
		return false;
	while (n < p->text.n && (isalnum((unsigned char)p->text.p[n]) || strchr("_-", p->text.p[n]) != NULL) && p->text.p[n] != '\0')
		n++;
	*word = (struct str){p->text.p + p->at, n - p->at};
	*colon = n < p->text.n && p->text.p[n] == ':';
	after = n;
	while (after < p->text.n && is_blank(p->text.p[after]))
		after++;
	return *colon || operator_at(p, after, &op) > 0;
}

static struct query_node *
term(struct query_parser *p)
{
	static const struct query_node model = {.kind = QUERY_TERM, .op = INV_IS, .attr = {.key = "", .subkey = "", .number = -1}};
	const struct inv_term *t;
	struct query_node n = model;
	struct query_value *v;
	size_t start = p->at, n_values;
	struct str word;
	bool colon = false;

	if (term_word(p, &word, &colon)) {
		p->at += word.n + colon;
		t = query_term(word);
		if (t == NULL || (!colon && t->keyed))
			return unknown_word(p, word, p->at, colon);
		return term_after(p, t, start, colon);
	}
	if (count_term(p, start) != 0 || query_read_value(p, INV_NAMES, NULL, &v, &n_values) != 0)
		return NULL;
	n.term = query_term(STR("name"));
	n.column = query_column(p->text, start);
	return values_of(p, &n, v, n_values);
}

/* ---- operators ---------------------------------------------------------------------------- */

static struct query_node *primary(struct query_parser *p);

/* "connected" has been seen. */
static struct query_node *
connected(struct query_parser *p)
{
	size_t start = p->at;
	struct query_node *kid, *made;

	p->at += strlen("connected");
	if (!take(p, "to")) {
		query_bad(p, p->at, ERR_INPUT, "expected \"to\" after \"connected\", found %s", query_found(p, p->at));
		return NULL;
	}
	if (++p->depth > LIMIT_QUERY_DEPTH) {
		query_bad(p, start, ERR_LIMIT, "more than %d levels within each other", LIMIT_QUERY_DEPTH);
		return NULL;
	}
	if (count_term(p, start) != 0)
		return NULL;
	kid = primary(p);
	p->depth--;
	if (kid == NULL)
		return NULL;
	made = node_of(p, QUERY_TERM, &kid, 1);
	made->term = query_term(STR("connected to"));
	made->op = INV_IS;
	made->attr = (struct query_attr){.key = "", .subkey = "", .number = -1};
	made->column = query_column(p->text, start);
	return made;
}

static struct query_node *
primary(struct query_parser *p)
{
	const char *word;

	query_blanks(p);
	word = query_keyword(p->text, p->at);
	if (p->at >= p->text.n || word != NULL || p->text.p[p->at] == ')') {
		if (word != NULL && strcmp(word, "connected") == 0)
			return connected(p);
		if (word != NULL && strcmp(word, "not") == 0)
			query_bad(p, p->at, ERR_INPUT, "\"not\" cannot stand here; write (not ...)");
		else
			query_bad(p, p->at, ERR_INPUT, "expected a term or a name, found %s%s", query_found(p, p->at),
			    word != NULL ? "; a thing of that name is asked for in quotes" : "");
		return NULL;
	}
	return p->text.p[p->at] == '(' ? inside(p) : term(p);
}

static struct query_node *
negated(struct query_parser *p)
{
	bool no = false;
	struct query_node *kid;

	while (take(p, "not"))
		no = !no;
	kid = primary(p);
	if (kid == NULL || !no)
		return kid;
	return kid->kind == QUERY_NOT ? kid->kid[0] : node_of(p, QUERY_NOT, &kid, 1);
}

static struct query_node *
every(struct query_parser *p)
{
	struct operands l = {0};
	struct query_node *kid;

	do {
		kid = negated(p);
		if (kid == NULL)
			return NULL;
		add(p, &l, QUERY_AND, kid);
	} while (take(p, "and") || next_is(p, "connected"));
	return l.n == 1 ? l.kid[0] : node_of(p, QUERY_AND, l.kid, l.n);
}

static struct query_node *
either(struct query_parser *p)
{
	struct operands l = {0};
	struct query_node *kid;

	do {
		kid = every(p);
		if (kid == NULL)
			return NULL;
		add(p, &l, QUERY_OR, kid);
	} while (take(p, "or"));
	return l.n == 1 ? l.kid[0] : node_of(p, QUERY_OR, l.kid, l.n);
}

/* ---- the public face ------------------------------------------------------------------------ */

int
inv_query_parse(struct str text, struct arena *a, struct inv_query **out, struct err *e)
{
	struct query_parser p = {.text = text, .a = a, .e = e};
	struct query_node *root;

	if (text.n > LIMIT_QUERY)
		return err_set(e, ERR_LIMIT, "a query of %zu bytes is too long; it can have %u", text.n, LIMIT_QUERY);
	for (size_t i = 0; i < text.n; i++)
		if (((unsigned char)text.p[i] < 0x20 && !is_blank(text.p[i])) || text.p[i] == 0x7f)
			return query_bad(&p, i, ERR_INPUT, "the byte 0x%02x has no place in a query", (unsigned char)text.p[i]);
	if (!str_is_text(text))
		return err_set(e, ERR_INPUT, "the query is no UTF-8 text");
	query_blanks(&p);
	if (p.at == text.n)
		return query_bad(&p, 0, ERR_INPUT, "the query is empty, which never means all; all is *");
	root = either(&p);
	if (root == NULL)
		return -1;
	query_blanks(&p);
	if (p.at < text.n && text.p[p.at] == ')')
		return query_bad(&p, p.at, ERR_INPUT, "\")\" closes nothing; expected and, or, or the end");
	if (p.at < text.n)
		return query_bad(&p, p.at, ERR_INPUT, "%s is no operator here; expected and, or, or the end", query_found(&p, p.at));
	*out = arena_alloc(a, sizeof(**out));
	(*out)->root = root;
	return 0;
}
