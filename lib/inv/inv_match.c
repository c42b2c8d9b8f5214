/* SPDX-License-Identifier: Apache-2.0 */
/* Selections: what other rooms ask of the inventory with a text that somebody typed. */
#include <ctype.h>
#include <string.h>

#include "query_private.h"

int
inv_match(struct inv *i, const char *query, const char *thing, struct err *e)
{
	struct arena *a = arena_create();
	struct inv_query *q;
	int rc = inv_query_parse(str_of(query), a, &q, e);

	if (rc == 0 && !inv_query_is_lasting(q))
		rc = err_set(e, ERR_INPUT, QUERY_NOT_LASTING);
	else if (rc == 0) {
		i->own_groups = true;
		rc = inv_query_match(i, q, thing, e);
		i->own_groups = false;
	}
	if (rc < 0) /* a policy's, seen by somebody who did not type it */
		err_prefix(e, "\"%.100s\"", query);
	arena_destroy(a);
	return rc;
}

int
inv_find(struct inv *i, const char *query, struct arena *a, struct hosts *out, struct err *e)
{
	struct inv_query *q;

	*out = (struct hosts){0};
	return inv_query_parse(str_of(query), a, &q, e) == 0 ? inv_query_find(i, q, a, out, e) : -1;
}

/* ---- a selection: of what is to be switched or changed -------------------------------- */

/* What somebody wrote by name: a wrong one is said, also behind a "not", where it would leave out nothing. */
struct written {
	struct inv *i;
	struct arena *a;
	struct hosts things, types; /* lists, unsorted */
};

static int
collect(struct written *w, const struct query_node *n, struct err *e)
{
	struct hosts h, *to;
	bool name = n->kind == QUERY_TERM && n->term->compile == query_sql_name;
	char **wider;

	for (size_t k = 0; k < n->n; k++)
		if (collect(w, n->kid[k], e) != 0)
			return -1;
	if (n->kind != QUERY_TERM || (n->value.shape != QUERY_LIST && n->value.shape != QUERY_EXACT))
		return 0;
	if (n->term->compile == query_sql_type)
		to = &w->types;
	else if (name || n->term->compile == query_sql_in || n->term->compile == query_sql_pool)
		to = &w->things;
	else
		return 0;
	if (query_names(w->i, &n->value, name, w->a, &h, e) != 0)
		return -1;
	wider = arena_array(w->a, to->n + h.n, sizeof(*wider));
	if (to->n > 0)
		memcpy(wider, to->name, to->n * sizeof(*wider));
	if (h.n > 0)
		memcpy(wider + to->n, h.name, h.n * sizeof(*wider));
	to->name = wider;
	to->n += h.n;
	return 0;
}

/* Name every unknown one, as far as a sentence holds. */
static int
all_known(struct inv *i, const struct inv_query *q, struct arena *a, struct err *e)
{
	struct written w = {.i = i, .a = a};
	struct hosts lost, types;

	if (collect(&w, q->root, e) != 0 || query_unknown(i, "thing", &w.things, a, &lost, e) != 0 ||
	    query_unknown(i, "type", &w.types, a, &types, e) != 0)
		return -1;
	hosts_sort(&lost);
	hosts_sort(&types);
	if (lost.n > 0)
		return err_set(e, ERR_NOT_FOUND, "not in the inventory: %s", *hosts_fold(&lost, a) == '\0' ? lost.name[0] : hosts_fold(&lost, a));
	if (types.n > 0)
		return err_set(e, ERR_NOT_FOUND, "no thing is of the type %s", *hosts_fold(&types, a) == '\0' ? types.name[0] : hosts_fold(&types, a));
	return 0;
}

/* Names that a query reads as something else, "a:b" or "and": where each is the name of a thing, they are names. */
static bool
names_alone(struct inv *i, struct str text, struct arena *a, struct hosts *out)
{
	struct hosts lost;
	struct err e;

	return hosts_parse(text, NULL, a, out, &e) == 0 && query_unknown(i, "thing", out, a, &lost, &e) == 0 && lost.n == 0;
}

int
inv_select(struct inv *i, struct str text, struct arena *a, struct hosts *out, struct err *e)
{
	struct arena *scratch = arena_create();
	struct inv_query *q;
	int rc = -1;

	*out = (struct hosts){0};
	while (text.n > 0 && isspace((unsigned char)text.p[text.n - 1]))
		text.n--;
	if (text.n == 0)
		err_set(e, ERR_INPUT, "nothing is selected; empty never means all: name the machines");
	else if (memchr(text.p, ':', text.n) != NULL && names_alone(i, text, a, out))
		rc = 0;
	else if (inv_query_parse(text, scratch, &q, e) != 0)
		rc = names_alone(i, text, a, out) ? 0 : -1;
	else if (all_known(i, q, scratch, e) == 0 && inv_query_find(i, q, a, out, e) == 0)
		rc = 0;
	if (rc != 0)
		*out = (struct hosts){0};
	else if (out->n == 0)
		rc = err_set(e, ERR_INPUT, "\"%.*s%s\" selects nothing; that never means all", (int)(text.n > 100 ? 100 : text.n), text.p,
		    text.n > 100 ? "..." : "");
	arena_destroy(scratch);
	return rc;
}

/* ---- a search box ------------------------------------------------------------------------ */

#define HEX(c) (isxdigit((unsigned char)(c)) != 0)

/* The twelve digits of a MAC address, however it is written: 00:1b:..., 00-1B-..., 001b.2c3d.4e5f, 001b2c3d4e5f. */
static bool
mac_digits(struct str t, char out[13])
{
	size_t n = 0;

	for (size_t i = 0; i < t.n; i++) {
		if (strchr(":-.", t.p[i]) != NULL && i > 0 && HEX(t.p[i - 1]))
			continue;
		if (!HEX(t.p[i]) || n == 12)
			return false;
		out[n++] = (char)tolower((unsigned char)t.p[i]);
	}
	out[n] = '\0';
	return n == 12;
}

/* The spellings that a value may have: as typed, lower, upper, and those of a MAC address. */
static void
spellings(struct str t, struct arena *a, struct hosts *out)
{
	static const struct {
		size_t group;
		char mark;
	} forms[] = {{2, ':'}, {2, '-'}, {4, '.'}, {12, 0}};
	char digits[13], *text;

	out->name = arena_array(a, 3 + 2 * LARCH_COUNT(forms), sizeof(char *));
	out->name[0] = arena_strndup(a, t.p, t.n);
	out->n = 1;
	if (mac_digits(t, digits))
		for (size_t f = 0; f < LARCH_COUNT(forms); f++) {
			size_t n = 0;

			text = arena_alloc(a, 24);
			for (size_t i = 0; i < 12; i++) {
				if (i > 0 && i % forms[f].group == 0)
					text[n++] = forms[f].mark;
				text[n++] = digits[i];
			}
			out->name[out->n++] = text;
		}
	for (size_t i = 0, n = out->n; i < n; i++) {
		text = arena_strdup(a, out->name[i]);
		for (char *p = text; *p != '\0'; p++)
			*p = (char)toupper((unsigned char)*p);
		out->name[out->n++] = text;
	}
	text = arena_strdup(a, out->name[0]);
	for (char *p = text; *p != '\0'; p++)
		*p = (char)tolower((unsigned char)*p);
	out->name[out->n++] = text;
	hosts_sort(out);
}

/* Words that are no query: letters, digits and what stands in addresses, serial numbers and model names. */
static bool
is_plain(struct str t)
{
	for (size_t i = 0; i < t.n; i++)
		if ((unsigned char)t.p[i] < 0x80 && !isalnum((unsigned char)t.p[i]) && strchr("._:-+/#' ", t.p[i]) == NULL)
			return false;
	return true;
}

/* What does not parse and was meant to: "staet:idle", "web and". */
static bool
is_slip(struct str t)
{
	struct str rest = t, word;

	if (memchr(t.p, ':', t.n) != NULL)
		return true;
	while (rest.p != NULL) {
		word = str_cut(&rest, ' ');
		if (word.n > 0 && query_keyword(t, (size_t)(word.p - t.p)) != NULL)
			return true;
	}
	return false;
}

#define WORDS_MAX 8 /* of a search: each looks at every value */

/* Things whose name or value contains each of the words. */
static int
with_parts(struct inv *i, struct str t, struct arena *a, struct hosts *out, struct err *e)
{
	struct str rest = t, word;
	struct hosts more;
	bool first = true;
	size_t n, words = 0;

	while (rest.p != NULL) {
		word = str_cut(&rest, ' ');
		if (word.n == 0)
			continue;
		if (++words > WORDS_MAX)
			return err_set(e, ERR_INPUT, "a search takes at most %d words", WORDS_MAX);
		if (query_with_part(i, arena_strndup(a, word.p, word.n), a, first ? out : &more, e) != 0)
			return -1;
		n = 0;
		for (size_t k = 0; !first && k < out->n; k++)
			if (hosts_has(&more, out->name[k]))
				out->name[n++] = out->name[k];
		out->n = first ? out->n : n;
		first = false;
	}
	return 0;
}

int
inv_query_search(struct inv *i, struct str text, struct arena *a, struct hosts *out, enum inv_search *how_out, struct err *e)
{
	struct str t = str_trim(text);
	struct inv_query *q;
	struct hosts values;
	bool parsed = inv_query_parse(t, a, &q, e) == 0;

	*out = (struct hosts){0};
	*how_out = INV_SEARCH_QUERY;
	if (parsed && inv_query_find(i, q, a, out, e) != 0)
		return -1;
	if ((parsed && (out->n > 0 || !inv_query_is_plain(q))) || !is_plain(t) || t.n == 0 || t.n > LIMIT_NAME)
		return parsed ? 0 : -1;
	*how_out = INV_SEARCH_VALUE;
	spellings(t, a, &values);
	if (query_with_value(i, &values, a, out, e) != 0)
		return -1;
	if (out->n > 0)
		return 0;
	if (!parsed && is_slip(t)) {
		*how_out = INV_SEARCH_QUERY;
		return -1; /* the parser has said why */
	}
	*how_out = INV_SEARCH_PART;
	return with_parts(i, t, a, out, e);
}
