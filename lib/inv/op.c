/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One edit: a list of operations in one transaction. The order of what is
 * looked at: the shape of every operation; the revisions that the author saw;
 * whether the author may, with what the operations name; the operations
 * themselves; whether the author may, with all that they touched, as it was
 * before (when that is more than was named) and as it is now.
 */
#include <stdlib.h>
#include <string.h>

#include "op.h"

#define THING(name) {name, OP_THING, true}
#define FACT                                                                              \
	{"key", OP_TEXT, true}, {"subkey", OP_TEXT, false}, {"number", OP_ANY, false},    \
	{"kind", OP_TEXT, false}

static const struct op_row rows[] = {
    {"new", op_verb_new, op_new,
        {{"thing", OP_NEW, true}, {"type", OP_TEXT, true}, {"attributes", OP_LIST, false}, {"ports", OP_LIST, false}}},
    {"rename", op_verb_wire, op_rename, {THING("thing"), {"to", OP_NEW, true}}},
    {"retype", op_verb_wire, op_retype, {THING("thing"), {"type", OP_TEXT, true}}},
    {"rm", op_verb_wire, op_rm, {THING("thing"), {"with_cables", OP_BOOL, false}}},
    {"attr-add", op_verb_attr, op_attr_add, {THING("thing"), FACT, {"value", OP_ANY, true}}},
    {"attr-set", op_verb_attr, op_attr_set, {THING("thing"), FACT, {"value", OP_ANY, true}}},
    {"attr-del", op_verb_attr, op_attr_del, {THING("thing"), FACT, {"value", OP_ANY, false}}},
    {"port-add", op_verb_wire, op_port_add,
        {THING("thing"), {"port", OP_TEXT, true}, {"kind", OP_TEXT, false}, {"plug", OP_TEXT, false}}},
    {"port-set", op_verb_wire, op_port_set,
        {THING("thing"), {"port", OP_TEXT, true}, {"kind", OP_TEXT, false}, {"plug", OP_TEXT, false}}},
    {"port-del", op_verb_wire, op_port_del, {THING("thing"), {"port", OP_TEXT, true}}},
    {"connect", op_verb_wire, op_connect,
        {THING("a"), {"a_port", OP_TEXT, false}, THING("b"), {"b_port", OP_TEXT, false}, {"move", OP_BOOL, false}}},
    {"disconnect", op_verb_wire, op_disconnect,
        {THING("thing"), {"port", OP_TEXT, false}, {"other", OP_THING, false}}},
    {"put", op_verb_place, op_put,
        {THING("thing"), THING("container"), {"unit", OP_INTEGER, false}, {"height", OP_INTEGER, false},
            {"face", OP_TEXT, false}, {"side", OP_TEXT, false}}},
    {"take", op_verb_place, op_take, {THING("thing")}},
    {"pool-add", op_verb_wire, op_pool_add, {THING("pool"), {"things", OP_THINGS, true}}},
    {"pool-remove", op_verb_wire, op_pool_remove, {THING("pool"), {"things", OP_THINGS, true}}},
};

/* ---- the shape of an operation ----------------------------------------------------------------- */

static const struct {
	bool text, integer, boolean, list, any;
	const char *is;
} shapes[] = {
    [OP_THING] = {.text = true, .is = "the name of a thing"},
    [OP_NEW] = {.text = true, .is = "a name"},
    [OP_THINGS] = {.text = true, .is = "a list of names"},
    [OP_TEXT] = {.text = true, .is = "a text"},
    [OP_INTEGER] = {.integer = true, .is = "a whole number"},
    [OP_BOOL] = {.boolean = true, .is = "true or false"},
    [OP_LIST] = {.list = true, .is = "a list of objects"},
    [OP_ANY] = {.any = true, .is = "a value"},
};

static bool
has_shape(const json_t *v, enum op_member_kind kind)
{
	bool objects = json_is_array(v);

	for (size_t k = 0; objects && k < json_array_size(v); k++)
		objects = json_is_object(json_array_get(v, k));
	return (shapes[kind].text && json_is_string(v)) || (shapes[kind].integer && json_is_integer(v)) ||
	    (shapes[kind].boolean && json_is_boolean(v)) || (shapes[kind].list && objects) || shapes[kind].any;
}

static const struct op_member *
member_of(const struct op_row *row, const char *name)
{
	for (const struct op_member *m = row->member; m->name != NULL; m++)
		if (strcmp(m->name, name) == 0)
			return m;
	return NULL;
}

static const char *
members(const struct op_row *row, char *text, size_t size)
{
	size_t at = 0;

	text[0] = '\0';
	for (const struct op_member *m = row->member; m->name != NULL && at < size; m++)
		at += (size_t)snprintf(text + at, size - at, "%s%s", at == 0 ? "" : ", ", m->name);
	return text;
}

static const struct op_row *
row_of(const json_t *o)
{
	const char *name = jsn_text_or(o, "op", "");

	for (size_t k = 0; k < LARCH_COUNT(rows); k++)
		if (strcmp(rows[k].name, name) == 0)
			return &rows[k];
	return NULL;
}

static int
check_members(const struct op_row *row, const json_t *o, struct err *e)
{
	const char *name;
	const json_t *v;
	char text[256];

	json_object_foreach((json_t *)(uintptr_t)o, name, v) {
		const struct op_member *m = member_of(row, name);

		if (strcmp(name, "op") == 0 || (m != NULL && json_is_null(v) && !m->needed))
			continue;
		if (m == NULL)
			return err_set(e, ERR_INPUT, "it has no member \"%s\"; it takes %s", name,
			    members(row, text, sizeof(text)));
		if (!has_shape(v, m->kind))
			return err_set(e, ERR_INPUT, "\"%s\" is not %s", name, shapes[m->kind].is);
	}
	for (const struct op_member *m = row->member; m->name != NULL; m++)
		if (m->needed && json_object_get(o, m->name) == NULL)
			return err_set(e, ERR_INPUT, "the member \"%s\" is missing; it takes %s", m->name,
			    members(row, text, sizeof(text)));
	return 0;
}

static int
check_shapes(const json_t *ops, struct err *e)
{
	if (!json_is_array(ops))
		return err_set(e, ERR_INPUT, "an edit is a list of operations");
	if (json_array_size(ops) > LIMIT_OPS)
		return err_set(e, ERR_LIMIT, "an edit has at most %d operations; this one has %zu", LIMIT_OPS,
		    json_array_size(ops));
	for (size_t k = 0; k < json_array_size(ops); k++) {
		const json_t *o = json_array_get(ops, k);
		const struct op_row *row = row_of(o);

		if (row == NULL)
			return err_set(e, ERR_INPUT, "operation %zu: there is no operation \"%s\"", k + 1,
			    jsn_text_or(o, "op", ""));
		if (check_members(row, o, e) != 0)
			return err_prefix(e, "operation %zu (%s)", k + 1, row->name);
	}
	return 0;
}

const char *
op_text(const struct op *op, const char *member)
{
	return json_string_value(json_object_get(op->o, member));
}

int
op_ref(struct op *op, const char *member, struct inv_ref *out, struct err *e)
{
	return inv_ref(op->ed->i, op_text(op, member), op->a, out, e);
}

/* ---- the same for the API's description ----------------------------------------------------------- */

static json_t *
member_schema(enum op_member_kind kind)
{
	json_t *o = json_object(), *items = json_object();

	if (shapes[kind].list) {
		jsn_set_text(items, "type", "object");
		jsn_set(o, "items", json_incref(items));
	}
	if (!shapes[kind].any)
		jsn_set_text(o, "type", shapes[kind].text ? "string" : shapes[kind].integer ? "integer" : shapes[kind].boolean ? "boolean" : "array");
	jsn_set_text(o, "description", shapes[kind].is);
	json_decref(items);
	return o;
}

static json_t *
row_schema(const struct op_row *row)
{
	json_t *o = json_object(), *properties = json_object(), *required = json_array(), *name = json_object();

	jsn_set_text(o, "type", "object");
	jsn_set_text(name, "const", row->name);
	jsn_set(properties, "op", name);
	jsn_add(required, json_string("op"));
	for (const struct op_member *m = row->member; m->name != NULL; m++) {
		jsn_set(properties, m->name, member_schema(m->kind));
		if (m->needed)
			jsn_add(required, json_string(m->name));
	}
	jsn_set(o, "properties", properties);
	jsn_set(o, "required", required);
	jsn_set(o, "additionalProperties", json_false());
	return o;
}

json_t *
inv_ops_schema(void)
{
	json_t *o = json_object(), *items = json_object(), *list = json_array();

	for (size_t k = 0; k < LARCH_COUNT(rows); k++)
		jsn_add(list, row_schema(&rows[k]));
	jsn_set(items, "oneOf", list);
	jsn_set_text(o, "type", "array");
	jsn_set(o, "maxItems", json_integer(LIMIT_OPS));
	jsn_set(o, "items", items);
	return o;
}

/* ---- what the operations name ------------------------------------------------------------------- */

/* One edit on its way. */
struct apply {
	const struct inv_change *c;
	struct inv_edit *ed;
	struct arena *a;            /* of the whole edit */
	struct arena *scratch;      /* of one operation */
	struct inv_touch *named;    /* what is named and there before the edit, with the operation's verb */
	size_t n_named, cap_named;
	json_t *stale;              /* names; NULL: none */
	size_t n_said;              /* names in the operations, twice those that stand there twice */
};

static int
name_one(struct apply *ap, const char *verb, const char *name, struct err *e)
{
	struct inv_ref t;
	struct err why;

	if (inv_ref(ap->ed->i, name, ap->scratch, &t, &why) != 0)
		return why.kind == ERR_NOT_FOUND ? 0 : err_set(e, why.kind, "%s", why.text);
	if (ap->c->expect != NULL && json_object_get(ap->c->expect, name) == NULL &&
	    json_object_get(ap->c->expect, "*") == NULL)
		return err_set(e, ERR_STALE, "the edit names \"%s\" and does not say which revision of it was seen (it is %lld now)",
		    name, (long long)t.revision);
	ap->named = inv_grow(ap->a, ap->named, ap->n_named, &ap->cap_named, sizeof(*ap->named));
	ap->named[ap->n_named++] = (struct inv_touch){verb, t.id};
	return 0;
}

static int
name_member(struct apply *ap, const struct op_member *m, const char *text, const char *verb, struct err *e)
{
	struct hosts list;

	ap->n_said++;
	if (m->kind == OP_THING)
		return name_one(ap, verb, text, e);
	if (m->kind != OP_THINGS)
		return 0;
	if (hosts_parse(str_of(text), NULL, ap->scratch, &list, e) != 0)
		return err_prefix(e, "%s", m->name);
	ap->n_said += list.n;
	if (ap->n_said > LIMIT_HOSTS) /* each is looked up, while nobody else can write */
		return err_set(e, ERR_LIMIT, "an edit names at most %d things", LIMIT_HOSTS);
	for (size_t k = 0; k < list.n; k++)
		if (name_one(ap, verb, list.name[k], e) != 0)
			return -1;
	return 0;
}

static int
name_all(struct apply *ap, struct err *e)
{
	for (size_t k = 0; k < json_array_size(ap->c->ops); k++, arena_reset(ap->scratch)) {
		struct op op = {ap->ed, ap->c, json_array_get(ap->c->ops, k), ap->scratch};
		const struct op_row *row = row_of(op.o);
		const char *verb = row->verb(&op);

		for (const struct op_member *m = row->member; m->name != NULL; m++) {
			const char *text = op_text(&op, m->name);

			if (text != NULL && name_member(ap, m, text, verb, e) != 0)
				return err_prefix(e, "operation %zu (%s)", k + 1, row->name);
		}
	}
	return 0;
}

/* ---- may the author? ---------------------------------------------------------------------------- */

static int
by_touch(const void *x, const void *y)
{
	const struct inv_touch *a = x, *b = y;
	int c = strcmp(a->verb, b->verb);

	return c != 0 ? c : (a->thing > b->thing) - (a->thing < b->thing);
}

/* Sorted, each once: the new length. */
static size_t
unique(struct inv_touch *list, size_t n)
{
	size_t kept = 0;

	if (list == NULL)
		return 0;
	if (n > 1)
		qsort(list, n, sizeof(*list), by_touch);
	for (size_t k = 0; k < n; k++)
		if (kept == 0 || by_touch(&list[kept - 1], &list[k]) != 0)
			list[kept++] = list[k];
	return kept;
}

/* Ask for each verb with the things that are there now. */
static int
ask(struct apply *ap, const struct inv_touch *list, size_t n, struct err *e)
{
	struct arena *a = arena_create();
	int rc = 0;

	for (size_t from = 0, k; rc == 0 && from < n; from = k) {
		struct hosts names = {.name = arena_array(a, n + 1, sizeof(char *))};
		struct inv_ref t;
		struct err why;

		for (k = from; rc == 0 && k < n && strcmp(list[k].verb, list[from].verb) == 0; k++) {
			if (inv_ref_of(ap->ed->i, list[k].thing, a, &t, &why) == 0)
				names.name[names.n++] = arena_strdup(a, t.name);
			else if (why.kind != ERR_NOT_FOUND)
				rc = err_set(e, why.kind, "%s", why.text);
		}
		hosts_sort(&names);
		if (rc == 0 && names.n > 0)
			rc = ap->c->may(ap->c->ctx, list[from].verb, &names, e);
	}
	arena_destroy(a);
	return rc;
}

/* ---- has it changed since it was seen? ------------------------------------------------------------ */

static int
one_expected(struct apply *ap, const char *name, int64_t seen, struct err *e)
{
	struct inv_thing t = {0};
	struct err why;
	char at[TIMES_TEXT];

	if (inv_get(ap->ed->i, name, ap->scratch, &t, &why) != 0 && why.kind != ERR_NOT_FOUND)
		return err_set(e, why.kind, "%s", why.text);
	if (t.revision == seen)
		return 0;
	if (ap->stale == NULL)
		ap->stale = json_array();
	jsn_add(ap->stale, json_string(name));
	if (json_array_size(ap->stale) > 1)
		return 0; /* the first is told */
	if (t.revision == 0)
		err_set(e, ERR_STALE, "\"%s\" is not there any more, or has another name: revision %lld of it was seen", name,
		    (long long)seen);
	else if (seen == 0)
		err_set(e, ERR_STALE, "\"%s\" was made meanwhile, by %s at %s", name, t.changed_by,
		    times_utc(t.changed, at));
	else
		err_set(e, ERR_STALE, "\"%s\" has changed since it was seen: by %s at %s (revision %lld then, %lld now)", name,
		    t.changed_by, times_utc(t.changed, at), (long long)seen, (long long)t.revision);
	return 0;
}

static int
as_expected(struct apply *ap, struct err *e)
{
	const char *name;
	const json_t *v;

	if (json_object_size(ap->c->expect) > LIMIT_HOSTS)
		return err_set(e, ERR_LIMIT, "revisions of at most %d things can be expected", LIMIT_HOSTS);
	json_object_foreach((json_t *)(uintptr_t)ap->c->expect, name, v) {
		arena_reset(ap->scratch);
		if (strcmp(name, "*") == 0)
			continue;
		if (!json_is_integer(v) || json_integer_value(v) < 0)
			return err_set(e, ERR_INPUT, "what is expected of \"%s\" is not a revision, a whole number from 0", name);
		if (one_expected(ap, name, json_integer_value(v), e) != 0)
			return -1;
	}
	return ap->stale == NULL ? 0 : -1;
}

/* ---- doing it -------------------------------------------------------------------------------------- */

static int
run_all(struct apply *ap, struct err *e)
{
	ap->ed->seq = 0;
	ap->ed->facts = 0;
	ap->ed->n_touched = 0;
	json_array_clear(ap->ed->told);
	for (size_t k = 0; k < json_array_size(ap->c->ops); k++) {
		struct op op = {ap->ed, ap->c, json_array_get(ap->c->ops, k), ap->scratch};
		const struct op_row *row = row_of(op.o);

		arena_reset(ap->scratch);
		ap->ed->verb = row->verb(&op);
		if (row->run(&op, e) != 0)
			return err_prefix(e, "operation %zu (%s)", k + 1, row->name);
	}
	for (size_t k = 0; ap->named != NULL && k < ap->n_named; k++) {
		ap->ed->verb = ap->named[k].verb;
		inv_concerns(ap->ed, ap->named[k].thing);
	}
	ap->ed->n_touched = unique(ap->ed->touched, ap->ed->n_touched);
	return 0;
}

/* Was everything that was touched also named? */
static bool
all_named(const struct apply *ap)
{
	for (size_t k = 0; k < ap->ed->n_touched; k++)
		if (bsearch(&ap->ed->touched[k], ap->named, ap->n_named, sizeof(*ap->named), by_touch) == NULL)
			return false;
	return true;
}

/* Was something wired on which other things hang, so that a query may reach those now? 1, 0, -1. */
static int
others_follow(struct apply *ap, struct err *e)
{
	int holds = 0;

	if (ap->c->reach == NULL)
		return 0;
	for (size_t k = 0; holds == 0 && k < ap->ed->n_touched; k++)
		if (strcmp(ap->ed->touched[k].verb, "wire") == 0)
			holds = inv_holds_others(ap->ed, ap->ed->touched[k].thing, ap->c->wire_cables, e);
	return holds;
}

/* Without what is wired by name: that is asked for anyway. */
static int
leave_wired(struct apply *ap, struct hosts *come, struct err *e)
{
	struct hosts names = {.name = arena_array(ap->a, ap->ed->n_touched + 1, sizeof(char *))};
	struct inv_ref t;
	struct err why;
	size_t n = 0;

	for (size_t k = 0; k < ap->ed->n_touched; k++) {
		if (strcmp(ap->ed->touched[k].verb, "wire") != 0)
			continue;
		if (inv_ref_of(ap->ed->i, ap->ed->touched[k].thing, ap->a, &t, &why) == 0)
			names.name[names.n++] = arena_strdup(ap->a, t.name);
		else if (why.kind != ERR_NOT_FOUND)
			return err_set(e, why.kind, "%s", why.text);
	}
	hosts_sort(&names);
	for (size_t k = 0; k < come->n; k++)
		if (!hosts_has(&names, come->name[k]))
			come->name[n++] = come->name[k];
	come->n = n;
	return 0;
}

/* Without what is made by this edit: nobody could be asked about it before. The edit has been taken back. */
static int
leave_new(struct apply *ap, struct hosts *come, struct err *e)
{
	struct inv_ref t;
	struct err why;
	size_t n = 0;

	for (size_t k = 0; k < come->n; k++)
		if (inv_ref(ap->ed->i, come->name[k], ap->a, &t, &why) == 0)
			come->name[n++] = come->name[k];
		else if (why.kind != ERR_NOT_FOUND)
			return err_set(e, why.kind, "%s", why.text);
	come->n = n;
	return 0;
}

/* Who comes into somebody's reach with what was done; whether the author may is asked of the room before it. */
static int
ask_followers(struct apply *ap, struct err *e)
{
	struct hosts come = {0};

	if (ap->c->reach(ap->c->ctx, true, ap->a, &come, e) != 0 || leave_wired(ap, &come, e) != 0)
		return -1;
	if (come.n == 0)
		return 0;
	if (inv_edit_back(ap->ed, e) != 0 || leave_new(ap, &come, e) != 0)
		return -1;
	if (come.n > 0 && ap->c->may(ap->c->ctx, "wire", &come, e) != 0)
		return err_prefix(e, "a query of the policy would reach %s%s then", come.name[0], come.n > 1 ? " and others" : "");
	return run_all(ap, e);
}

/*
 * What an edit touches is known when it is done, and whether its author may is asked of the room before it
 * too: then it is taken back, asked, and done again.
 */
static int
permitted(struct apply *ap, struct err *e)
{
	struct hosts none = {0};
	int follow;

	if (ap->c->may == NULL)
		return run_all(ap, e);
	if (ask(ap, ap->named, ap->n_named, e) != 0 || inv_edit_mark(ap->ed, e) != 0 || run_all(ap, e) != 0)
		return -1;
	follow = others_follow(ap, e);
	if (follow < 0)
		return -1;
	if (ap->n_named == 0 || follow == 1 || !all_named(ap)) {
		if (inv_edit_back(ap->ed, e) != 0 || ask(ap, ap->ed->touched, ap->ed->n_touched, e) != 0 ||
		    (follow == 1 && ap->c->reach(ap->c->ctx, false, ap->a, &none, e) != 0) || run_all(ap, e) != 0)
			return -1;
	}
	if (follow == 1 && ask_followers(ap, e) != 0)
		return -1;
	return ask(ap, ap->ed->touched, ap->ed->n_touched, e);
}

static int
revisions(struct apply *ap, json_t *out, struct err *e)
{
	struct inv_ref t;
	struct err why;

	for (size_t k = 0; k < ap->ed->n_touched; k++) {
		arena_reset(ap->scratch);
		if (inv_ref_of(ap->ed->i, ap->ed->touched[k].thing, ap->scratch, &t, &why) == 0)
			jsn_set(out, t.name, json_integer(t.revision));
		else if (why.kind != ERR_NOT_FOUND)
			return err_set(e, why.kind, "%s", why.text);
	}
	return 0;
}

static int
work(struct apply *ap, json_t *result, struct err *e)
{
	if (ap->c->expect != NULL && as_expected(ap, e) != 0)
		return -1;
	if (name_all(ap, e) != 0)
		return -1;
	ap->n_named = unique(ap->named, ap->n_named);
	if (permitted(ap, e) != 0)
		return -1;
	if (ap->c->mark != NULL && ap->ed->seq > 0 && inv_mark_write(ap->ed->i, ap->c->mark, ap->c->mark_value, e) != 0)
		return -1;
	return revisions(ap, json_object_get(result, "revisions"), e);
}

int
inv_apply(struct inv *i, const struct inv_change *c, json_t **result_out, struct err *e)
{
	struct inv_edit ed;
	struct apply ap = {.c = c, .ed = &ed};
	struct err lost;
	json_t *result;
	int64_t edit;
	int rc;

	*result_out = NULL;
	if (check_shapes(c->ops, e) != 0)
		return -1;
	ap.a = arena_create();
	ap.scratch = arena_create();
	result = json_pack("{s:n,s:[],s:{}}", "edit", "changes", "revisions");
	rc = inv_edit_open(i, c->author, ap.a, &ed, e);
	if (rc == 0) {
		ed.told = json_object_get(result, "changes");
		rc = work(&ap, result, e);
		if (rc == 0 && c->dry_run)
			rc = inv_edit_check(&ed, e);
		if (inv_edit_close(&ed, rc == 0 && !c->dry_run, &edit, rc == 0 ? e : &lost) != 0)
			rc = -1;
	}
	if (rc == 0 && edit == 0 && c->mark != NULL && !c->dry_run)
		rc = inv_mark_set(i, c->mark, c->mark_value, e);
	if (rc == 0 && edit != 0)
		jsn_set(result, "edit", json_integer(edit));
	if (rc == 0)
		*result_out = json_incref(result);
	else if (ap.stale != NULL)
		*result_out = json_pack("{s:O}", "stale", ap.stale);
	json_decref(ap.stale);
	json_decref(result);
	arena_destroy(ap.scratch);
	arena_destroy(ap.a);
	return rc;
}
