/* SPDX-License-Identifier: Apache-2.0 */
/* Reading the file of rules. The module has checked the shape; what it cannot say is refused here. */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "inner.h"

#define MODULE "larch-advice"

/* The word of each verb; a sentence has none. */
static const char *const verbs[ADVICE_VERB_COUNT] = {
    [ADVICE_CYCLE] = "cycle", [ADVICE_ON] = "on",           [ADVICE_OFF] = "off",      [ADVICE_RESET] = "reset",
    [ADVICE_NONE] = "none",   [ADVICE_TICKET] = "ticket",   [ADVICE_SENTENCE] = "",
};

const char *
advice_verb_name(enum advice_verb v)
{
	return (unsigned)v < ADVICE_VERB_COUNT ? verbs[v] : "";
}

bool
advice_is_power(enum advice_verb v)
{
	return v == ADVICE_CYCLE || v == ADVICE_ON || v == ADVICE_OFF || v == ADVICE_RESET;
}

bool
advice_verb_is_power(const char *verb)
{
	for (int v = 0; v < ADVICE_SENTENCE; v++)
		if (strcmp(verbs[v], verb) == 0)
			return advice_is_power((enum advice_verb)v);
	return false;
}

/* ---- members ------------------------------------------------------------------------------ */

/* What is read, and where in the file, for the sentence of a refusal. */
struct reading {
	struct arena *a;
	const char *what, *rule;
	struct err *e;
};

static struct advice_texts
texts(const struct reading *rd, const json_t *o, const char *key)
{
	const json_t *list = jsn_array(o, key);
	struct advice_texts out = {.n = json_array_size(list)};

	out.text = arena_array(rd->a, out.n + 1, sizeof(*out.text));
	for (size_t i = 0; i < out.n; i++)
		out.text[i] = arena_strdup(rd->a, json_string_value(json_array_get(list, i)));
	return out;
}

static unsigned
levels(const json_t *o)
{
	const json_t *list = jsn_array(o, "level");
	unsigned out = 0;

	for (size_t i = 0; i < json_array_size(list); i++)
		for (int l = 0; l < STATUS_LEVEL_COUNT; l++)
			if (strcmp(json_string_value(json_array_get(list, i)), status_level_name((enum status_level)l)) == 0)
				out |= STATUS_BIT(l);
	return out;
}

static unsigned
seen(const json_t *o)
{
	static const struct {
		const char *word;
		unsigned bit;
	} words[] = {{"fresh", SEEN_FRESH}, {"stale", SEEN_STALE}, {"never", SEEN_NEVER}};
	const json_t *list = jsn_array(o, "seen");
	unsigned out = 0;

	for (size_t i = 0; i < json_array_size(list); i++)
		for (size_t k = 0; k < LARCH_COUNT(words); k++)
			if (strcmp(json_string_value(json_array_get(list, i)), words[k].word) == 0)
				out |= words[k].bit;
	return out == 0 ? SEEN_FRESH : out;
}

/* RFC 7951: a decimal64 is a text. */
static double
decimal(const json_t *o, const char *key)
{
	double x = NAN;

	if (str_double(str_of(jsn_text_or(o, key, "")), -1e9, 1e9, &x) != 0)
		return NAN;
	return x;
}

static int
duration(const struct reading *rd, const json_t *o, const char *key, int64_t *out)
{
	const char *text = jsn_text_or(o, key, NULL);
	struct err why;

	*out = -1;
	if (text == NULL || times_duration(str_of(text), out, &why) == 0)
		return 0;
	return err_set(rd->e, ERR_INPUT, "%s: /%s:advice/rule[name='%s']: %s: %s", rd->what, MODULE, rd->rule, key, why.text);
}

/* ---- a rule ------------------------------------------------------------------------------------ */

static void
take_members(const struct reading *rd, const json_t *o, struct advice_cond *c)
{
	const json_t *list = jsn_array(o, "data");
	struct advice_member *m = arena_array(rd->a, json_array_size(list) + 1, sizeof(*m));

	c->members = m;
	c->n_members = json_array_size(list);
	for (size_t i = 0; i < c->n_members; i++) {
		const json_t *j = json_array_get(list, i);

		m[i].name = arena_strdup(rd->a, jsn_text_or(j, "member", ""));
		m[i].is = texts(rd, j, "is");
		m[i].not = texts(rd, j, "not");
	}
}

static int
take_cond(const struct reading *rd, const json_t *o, struct advice_cond *c)
{
	*c = (struct advice_cond){
	    .column = arena_strdup(rd->a, jsn_text_or(o, "column", "")),
	    .seen = seen(o),
	    .levels = levels(o),
	    .is = texts(rd, o, "is"),
	    .not = texts(rd, o, "not"),
	    .detail = texts(rd, o, "detail"),
	    .at_least = decimal(o, "at_least"),
	    .at_most = decimal(o, "at_most"),
	};
	take_members(rd, o, c);
	if (duration(rd, o, "for_at_least", &c->for_at_least) != 0)
		return -1;
	return duration(rd, o, "for_at_most", &c->for_at_most);
}

static int
take_conditions(const struct reading *rd, const json_t *o, struct advice_rule *r)
{
	const json_t *list = jsn_array(o, "check"), *acted = json_object_get(o, "acted");
	struct advice_cond *conds = arena_array(rd->a, json_array_size(list) + 1, sizeof(*conds));

	r->conds = conds;
	r->n_conds = json_array_size(list);
	for (size_t i = 0; i < r->n_conds; i++)
		if (take_cond(rd, json_array_get(list, i), &conds[i]) != 0)
			return -1;
	r->levels = levels(o);
	r->well_but = texts(rd, o, "well_but");
	r->has_well_but = r->well_but.n > 0;
	r->missing = texts(rd, o, "missing");
	r->has_acted = acted != NULL;
	r->acted = texts(rd, acted, "verb");
	r->times = jsn_integer_or(acted, "times", 0);
	return duration(rd, acted, "within", &r->within);
}

/*
 * Past cases belong to what a rule asked, not to what it says: 64 bits of FNV-1a over its conditions in canonical form
 * (http://www.isthe.com/chongo/tech/comp/fnv/).
 */
static void
sign(const json_t *o, struct advice_rule *r)
{
	static const char *const asked[] = {"level", "check", "acted", "well_but", "missing"};
	json_t *conditions = json_object();
	struct buf b = BUF(LIMIT_CONFIG_FILE * 2);
	uint64_t h = UINT64_C(0xcbf29ce484222325);

	for (size_t i = 0; i < LARCH_COUNT(asked); i++)
		if (json_object_get(o, asked[i]) != NULL)
			jsn_set(conditions, asked[i], json_incref(json_object_get(o, asked[i])));
	jsn_canonical(conditions, &b);
	for (size_t i = 0; i < b.n; i++)
		h = (h ^ (unsigned char)b.p[i]) * UINT64_C(0x100000001b3);
	(void)snprintf(r->signs, sizeof(r->signs), "%016" PRIx64, h);
	buf_free(&b);
	json_decref(conditions);
}

static int
take_line(const struct reading *rd, const struct advice_rule *r, const json_t *o, const char *key, struct advice_sentence *out)
{
	const char *where = arena_printf(rd->a, "%s: /%s:advice/rule[name='%s']/%s", rd->what, MODULE, rd->rule, key);

	return advice_sentence(r, jsn_text_or(o, key, ""), where, rd->a, out, rd->e);
}

static int
take_rule(struct reading *rd, const json_t *o, struct advice_rule *r)
{
	const char *action = jsn_text_or(o, "action", "");

	rd->rule = r->name = arena_strdup(rd->a, jsn_text_or(o, "name", ""));
	r->sure = arena_strdup(rd->a, jsn_text_or(o, "sure", ""));
	r->well = jsn_bool_or(o, "well", false);
	sign(o, r);
	r->verb = ADVICE_SENTENCE;
	for (int v = 0; v < ADVICE_SENTENCE; v++)
		if (strcmp(verbs[v], action) == 0)
			r->verb = (enum advice_verb)v;
	if (take_conditions(rd, o, r) != 0 || take_line(rd, r, o, "verdict", &r->verdict) != 0 ||
	    take_line(rd, r, o, "why", &r->why) != 0)
		return -1;
	return r->verb == ADVICE_SENTENCE ? take_line(rd, r, o, "action", &r->action) : 0;
}

/* ---- the file ------------------------------------------------------------------------------------ */

int
advice_parse(struct str text, const char *what, struct yang *y, struct advice_rules **out, struct err *e)
{
	struct arena *a = arena_create();
	struct advice_rules *r = arena_alloc(a, sizeof(*r));
	struct reading rd = {.a = a, .what = what, .e = e};
	const json_t *list;
	json_t *o = NULL;
	int rc = yang_check(y, MODULE, text, what, &o, e);

	r->arena = a;
	list = jsn_array(o, "rule");
	r->rule = arena_array(a, json_array_size(list) + 1, sizeof(*r->rule));
	for (; rc == 0 && r->n < json_array_size(list); r->n++)
		rc = take_rule(&rd, json_array_get(list, r->n), &r->rule[r->n]);
	json_decref(o);
	if (rc != 0)
		advice_destroy(r);
	else
		*out = r;
	return rc;
}

/* No rules: where there is no file. */
static struct advice_rules *
none(void)
{
	struct arena *a = arena_create();
	struct advice_rules *r = arena_alloc(a, sizeof(*r));

	r->arena = a;
	return r;
}

int
advice_load(const char *path, struct yang *y, struct advice_rules **out, struct err *e)
{
	struct buf text;
	int rc;

	if (file_read(path, LIMIT_CONFIG_FILE, &text, e) != 0) {
		buf_free(&text);
		if (e->kind != ERR_NOT_FOUND)
			return -1;
		err_clear(e);
		*out = none();
		return 0;
	}
	rc = advice_parse(buf_view(&text), path, y, out, e);
	buf_free(&text);
	return rc;
}

void
advice_destroy(struct advice_rules *r)
{
	if (r != NULL)
		arena_destroy(r->arena);
}

size_t
advice_count(const struct advice_rules *r)
{
	return r->n;
}

const char *
advice_rule_name(const struct advice_rules *r, size_t i)
{
	return r->rule[i].name;
}

const char *
advice_rule_signs(const struct advice_rules *r, size_t i)
{
	return r->rule[i].signs;
}
