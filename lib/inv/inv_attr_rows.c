/* SPDX-License-Identifier: Apache-2.0 */
/* Attributes: what a value of each kind looks like, and the rows. */
#include <string.h>

#include "inv_edit.h"

/* ---- values --------------------------------------------------------------------------- */

/* A value as it is kept. */
struct kept {
	const char *value;
	bool has_num;
	int64_t num, target;        /* num as the query compares it; target 0: none */
};

typedef int keep_fn(struct inv *i, const char *key, const char *value, struct arena *a, struct kept *out, struct err *e);

/* A number written as text is compared as a number too, so that ram>=64 works. */
static int
keep_string(struct inv *i, const char *key, const char *value, struct arena *a, struct kept *out, struct err *e)
{
	struct str s = str_of(value);

	(void)i;
	(void)a;
	if (str_characters(s) > LIMIT_VALUE)
		return err_set(e, ERR_LIMIT, "the value of %s has %zu characters; %d are taken", key, str_characters(s),
		    LIMIT_VALUE);
	if (!inv_is_line(s))
		return err_set(e, ERR_INPUT, "the value of %s is not text on one line: it has bytes that are not seen", key);
	out->value = value;
	out->has_num = str_int(s, INT64_MIN, INT64_MAX, &out->num) == 0;
	return 0;
}

static int
keep_integer(struct inv *i, const char *key, const char *value, struct arena *a, struct kept *out, struct err *e)
{
	(void)i;
	if (str_int(str_of(value), INT64_MIN, INT64_MAX, &out->num) != 0)
		return err_set(e, ERR_INPUT, "%s is an integer, and \"%s\" is none", key, value);
	out->has_num = true;
	out->value = arena_printf(a, "%lld", (long long)out->num);
	return 0;
}

/* A day alone is its first moment, UTC. */
static int
keep_date(struct inv *i, const char *key, const char *value, struct arena *a, struct kept *out, struct err *e)
{
	const char *whole = strlen(value) == 10 ? arena_printf(a, "%sT00:00:00Z", value) : value;
	char text[TIMES_TEXT];

	(void)i;
	if (times_parse(str_of(whole), &out->num, NULL) != 0 ||
	    times_parse(str_of(times_utc(out->num, text)), &out->num, NULL) != 0) /* in UTC, too, it must be a time */
		return err_set(e, ERR_INPUT,
		    "%s is a date, and \"%s\" is none; write 2027-01-31 or 2027-01-31T12:00:00Z", key, value);
	out->has_num = true;
	out->value = arena_strdup(a, text);
	return 0;
}

static int
keep_json(struct inv *i, const char *key, const char *value, struct arena *a, struct kept *out, struct err *e)
{
	json_t *v, *whole;
	struct buf b = BUF(LIMIT_VALUE);

	(void)i;
	/* jansson takes objects and arrays alone at the top; so the value is read as the one element of an array. */
	whole = jsn_parse(str_of(arena_printf(a, "[%s]", value)), key, e);
	if (whole == NULL)
		return -1;
	v = json_array_get(whole, 0);
	if (v == NULL || json_array_size(whole) != 1) {
		json_decref(whole);
		return err_set(e, ERR_INPUT, "%s is JSON, and \"%s\" is not one JSON value", key, value);
	}
	jsn_canonical(v, &b);
	out->value = b.over ? NULL : arena_strndup(a, b.n == 0 ? "" : b.p, b.n);
	buf_free(&b);
	json_decref(whole);
	if (out->value == NULL)
		return err_set(e, ERR_LIMIT, "the value of %s is larger than %d bytes", key, LIMIT_VALUE);
	return 0;
}

static int
keep_relation(struct inv *i, const char *key, const char *value, struct arena *a, struct kept *out, struct err *e)
{
	struct inv_ref t;
	struct err why;

	if (inv_ref(i, value, a, &t, &why) != 0)
		return err_set(e, why.kind, "%s names another thing: %s", key, why.text);
	out->value = "";
	out->target = t.id;
	return 0;
}

static const struct {
	const char *kind;
	keep_fn *keep;
} kinds[] = {
    {"string", keep_string},
    {"integer", keep_integer},
    {"date", keep_date},
    {"json", keep_json},
    {"relation", keep_relation},
};

static int
keep_value(struct inv *i, const char *key, const char *kind, const char *value, struct arena *a, struct kept *out,
    struct err *e)
{
	*out = (struct kept){0};
	for (size_t k = 0; k < LARCH_COUNT(kinds); k++)
		if (strcmp(kinds[k].kind, kind) == 0)
			return kinds[k].keep(i, key, value, a, out, e);
	return err_set(e, ERR_INPUT, "there is no kind of value \"%s\"; there are string, integer, date, json, relation",
	    kind);
}

int
inv_value_text(const char *key, const char *kind, const char *value, struct arena *a, const char **out, struct err *e)
{
	struct kept v;

	*out = value;
	if (strcmp(kind, "relation") == 0)
		return 0;
	if (keep_value(NULL, key, kind, value, a, &v, e) != 0)
		return -1;
	*out = v.value;
	return 0;
}

/* ---- how the log writes one ------------------------------------------------------------- */

json_t *
inv_attr_json(const struct inv_attr *at)
{
	json_t *o = json_object();

	jsn_set_text(o, "key", at->key);
	if (at->subkey != NULL && *at->subkey != '\0')
		jsn_set_text(o, "subkey", at->subkey);
	if (at->number >= 0)
		jsn_set(o, "number", json_integer(at->number));
	jsn_set_text(o, "kind", at->kind);
	jsn_set_text(o, "value", at->value);
	return o;
}

/* ---- reading ---------------------------------------------------------------------------- */

static void
take(struct store_query *q, struct arena *a, struct inv_fact_row *row)
{
	row->id = store_int(q, 0);
	row->attr = (struct inv_attr){
	    .key = arena_strdup(a, store_text(q, 1)),
	    .subkey = *store_text(q, 2) == '\0' ? NULL : arena_strdup(a, store_text(q, 2)),
	    .number = store_int(q, 3),
	    .kind = arena_strdup(a, store_text(q, 4)),
	    .value = arena_strdup(a, store_text(q, store_null(q, 6) ? 5 : 6)),
	    .target = store_null(q, 6) ? NULL : arena_strdup(a, store_text(q, 6)),
	};
}

int
inv_attr_find(struct inv *i, int64_t thing, const struct inv_fact_in *like, struct arena *a,
    struct inv_fact_row **out, size_t *n_out, struct err *e)
{
	struct store_query *q = store_ask(i->s, e,
	    "SELECT a.id,a.key,a.subkey,a.number,a.kind,a.value,r.name FROM attr a LEFT JOIN thing r ON r.id=a.target"
	    " WHERE a.thing=?1 AND (?2 IS NULL OR a.key=?2) AND (?3 IS NULL OR a.subkey=?3) AND (?4=-3 OR a.number=?4)"
	    " AND (?5 IS NULL OR COALESCE(r.name,a.value)=?5) AND (?6 IS NULL OR a.kind=?6)"
	    " ORDER BY a.key,a.subkey,a.number,a.value,a.id",
	    "ississ", thing, like->key, like->subkey, like->number, like->value, like->kind);
	size_t cap = 0;
	int more;

	*out = NULL;
	*n_out = 0;
	while ((more = store_next(q, e)) == 1) {
		*out = inv_grow(a, *out, *n_out, &cap, sizeof(**out));
		take(q, a, &(*out)[(*n_out)++]);
	}
	store_done(q);
	return more;
}

/* ---- writing ---------------------------------------------------------------------------- */

/* The next number that nobody had; what the counter was before goes into `was`, -1: there was none. */
static int
next_number(struct inv *i, int64_t thing, const char *key, int64_t *number, int64_t *was, struct err *e)
{
	struct store_query *q = store_ask(i->s, e,
	    "SELECT COALESCE((SELECT next FROM counter WHERE thing=?1 AND key=?2),-1),"
	    "COALESCE((SELECT MAX(number)+1 FROM attr WHERE thing=?1 AND key=?2),0)",
	    "is", thing, key);
	int more = store_next(q, e);

	if (more == 1) {
		*was = store_int(q, 0);
		*number = *was > store_int(q, 1) ? *was : store_int(q, 1);
	}
	store_done(q);
	if (more != 1)
		return -1;
	if (*number > UINT32_MAX)
		return err_set(e, ERR_LIMIT, "%s has no number left", key);
	return store_run(i->s, e, "INSERT OR REPLACE INTO counter(thing,key,next) VALUES(?,?,?)", "isi", thing, key,
	    *number + 1);
}

static int
insert(struct inv *i, int64_t thing, const struct inv_fact_in *in, const struct kept *v, struct err *e)
{
	return store_run(i->s, e,
	    "INSERT INTO attr(thing,key,subkey,number,kind,value,num,target)"
	    " VALUES(?,?,?,?,?,?,CASE ? WHEN 0 THEN NULL ELSE ? END,NULLIF(?,0))",
	    "ississiii", thing, in->key, in->subkey == NULL ? "" : in->subkey, in->number, in->kind, v->value,
	    (int64_t)v->has_num, v->num, v->target);
}

/* Keys that other things rest on: looked at when the edit is whole. */
static void
means_more(struct inv_edit *ed, const char *key)
{
	ed->addresses = ed->addresses || strcmp(key, "address") == 0;
	ed->units = ed->units || strcmp(key, "units") == 0;
}

int
inv_attr_write(struct inv_edit *ed, const struct inv_ref *t, const struct inv_fact_in *in, struct arena *a,
    json_t **made_out, struct err *e)
{
	struct inv_fact_in fact = *in;
	struct kept v;
	int64_t was = -2;

	fact.kind = in->kind == NULL ? "string" : in->kind;
	if (inv_check_word("key", in->key, e) != 0 || inv_check_subkey(in->subkey, e) != 0 ||
	    keep_value(ed->i, in->key, fact.kind, in->value, a, &v, e) != 0)
		return -1;
	if (in->number == INV_AUTO && next_number(ed->i, t->id, in->key, &fact.number, &was, e) != 0)
		return -1;
	means_more(ed, in->key);
	if (made_out != NULL) {
		*made_out = inv_attr_json(&(struct inv_attr){in->key, in->subkey, fact.number,
		    v.target != 0 ? in->value : v.value, fact.kind, NULL});
		if (was != -2)
			jsn_set(*made_out, "counter", json_integer(was)); /* to undo it */
	}
	return insert(ed->i, t->id, &fact, &v, e);
}

int
inv_attr_add(struct inv_edit *ed, const struct inv_ref *t, const struct inv_fact_in *in, struct arena *a,
    struct err *e)
{
	struct inv_note note = {.thing = t->id, .name = t->name, .what = "attr"};

	if (inv_attr_write(ed, t, in, a, &note.after, e) != 0) {
		json_decref(note.after);
		return -1;
	}
	return inv_note(ed, &note, e);
}

int
inv_attr_set(struct inv_edit *ed, const struct inv_ref *t, const struct inv_fact_row *row, const char *kind,
    const char *value, struct arena *a, struct err *e)
{
	struct inv_note note = {.thing = t->id, .name = t->name, .what = "attr"};
	struct inv_attr to = row->attr;
	struct kept v;

	to.kind = kind == NULL ? row->attr.kind : kind;
	if (keep_value(ed->i, to.key, to.kind, value, a, &v, e) != 0)
		return -1;
	to.value = v.target != 0 ? value : v.value;
	if (strcmp(to.kind, row->attr.kind) == 0 && strcmp(to.value, row->attr.value) == 0)
		return 0;
	means_more(ed, to.key);
	note.before = inv_attr_json(&row->attr);
	note.after = inv_attr_json(&to);
	if (inv_note(ed, &note, e) != 0)
		return -1;
	return store_run(ed->i->s, e,
	    "UPDATE attr SET kind=?,value=?,num=CASE ? WHEN 0 THEN NULL ELSE ? END,target=NULLIF(?,0) WHERE id=?",
	    "ssiiii", to.kind, v.value, (int64_t)v.has_num, v.num, v.target, row->id);
}

int
inv_attr_del(struct inv_edit *ed, const struct inv_ref *t, const struct inv_fact_row *row, struct err *e)
{
	struct inv_note note = {.thing = t->id, .name = t->name, .what = "attr", .before = inv_attr_json(&row->attr)};

	means_more(ed, row->attr.key);
	if (inv_note(ed, &note, e) != 0)
		return -1;
	return store_run(ed->i->s, e, "DELETE FROM attr WHERE id=?", "i", row->id);
}
