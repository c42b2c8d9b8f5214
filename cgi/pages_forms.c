/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Forms for every change of the inventory. A form is a row: its operation,
 * its fields, and which member of the operation each becomes; one template
 * draws them all, one handler takes them all. What was refused comes back with
 * the sentence and with what was typed.
 */
#include <string.h>

#include "pages.h"

/* ---- the forms ----------------------------------------------------------------------------- */

enum input { INPUT_TEXT, INPUT_NUMBER, INPUT_CHECK, INPUT_SELECT };

struct form_field {
	const char *name;     /* of the form's field */
	const char *member;   /* of the operation; NULL: the field's name */
	const char *label;
	enum input input;
	const char *words;    /* SELECT: the choices, "" first; NULL: those of `list` */
	const char *list;     /* SELECT: "types" or "kinds" of the model */
	bool required;
	bool text_number;     /* a number, or the word "auto" */
};

struct form_row {
	const char *op, *title, *button;
	const char *subject;  /* the member that is the page's thing; NULL: none */
	const char *hint;
	bool danger;
	struct form_field fields[7];
};

static const struct form_row forms[] = {
    {"attr-add", "Add an attribute", "Add", "thing", "The same key may stand several times; a number tells them apart (auto: the next one).", false,
        {{.name = "key", .label = "Key", .required = true}, {.name = "subkey", .label = "Subkey"},
            {.name = "number", .label = "Number", .text_number = true},
            {.name = "kind", .label = "Kind", .input = INPUT_SELECT, .words = "string integer date json relation"},
            {.name = "value", .label = "Value"}}},
    {"put", "Put it somewhere", "Put", "thing", "Unit: the lowest one it takes, from the floor. Side: a 0U thing beside the rack. Neither: simply in there.", false,
        {{.name = "container", .label = "Rack, room ...", .required = true},
            {.name = "unit", .label = "Unit", .input = INPUT_NUMBER}, {.name = "height", .label = "Height", .input = INPUT_NUMBER},
            {.name = "face", .label = "Face", .input = INPUT_SELECT, .words = " front rear both"},
            {.name = "side", .label = "Side", .input = INPUT_SELECT, .words = " left right"}}},
    {"take", "Take it out", "Take out", "thing", "It stands nowhere then.", false, {{.name = NULL}}},
    {"connect", "Connect", "Connect", "a", "Ports left empty: the first free pair that fits. Move: pull the cables that are in the way.", false,
        {{.name = "port", .member = "a_port", .label = "Its port"}, {.name = "other", .member = "b", .label = "To", .required = true}, {.name = "other_port", .member = "b_port", .label = "Port there"},
            {.name = "move", .label = "Move", .input = INPUT_CHECK}}},
    {"port-add", "Add a port", "Add", "thing", NULL, false,
        {{.name = "port", .label = "Name", .required = true}, {.name = "kind", .label = "Kind"}, {.name = "plug", .label = "Plug"}}},
    {"pool-add", "Into a pool", "Add", "things", NULL, false, {{.name = "pool", .label = "Pool", .required = true}}},
    {"pool-remove", "Out of a pool", "Remove", "things", NULL, false, {{.name = "pool", .label = "Pool", .required = true}}},
    {"rename", "Rename", "Rename", "thing", "Its history goes with it; the old name finds it there.", false,
        {{.name = "to", .label = "New name", .required = true}}},
    {"retype", "Another type", "Change", "thing", NULL, false,
        {{.name = "type", .label = "Type", .input = INPUT_SELECT, .list = "types", .required = true}}},
    {"rm", "Remove it", "Remove", "thing", "Its history stays, and --at shows it as it was.", true,
        {{.name = "with_cables", .label = "with its cables", .input = INPUT_CHECK}}},
    /* those that stand in the tables of the page, with hidden fields */
    {"attr-set", NULL, "Set", "thing", NULL, false,
        {{.name = "key", .required = true}, {.name = "subkey"}, {.name = "number", .text_number = true}, {.name = "kind"}, {.name = "value"}}},
    {"attr-del", NULL, "Remove", "thing", NULL, false,
        {{.name = "key", .required = true}, {.name = "subkey"}, {.name = "number", .text_number = true}, {.name = "kind"}, {.name = "old", .member = "value"}}},
    {"disconnect", NULL, "Disconnect", "thing", NULL, false, {{.name = "port", .required = true}}},
    {"port-del", NULL, "Remove", "thing", NULL, false, {{.name = "port", .required = true}}},
    {"port-set", NULL, "Set", "thing", NULL, false, {{.name = "port", .required = true}, {.name = "kind"}, {.name = "plug"}}},
    {"new", "A new thing", "Make it", NULL, "Its ports are those that its type says; others can be added afterwards.", false,
        {{.name = "name", .member = "thing", .label = "Name", .required = true},
            {.name = "type", .label = "Type", .input = INPUT_SELECT, .list = "types", .required = true}}},
};

static const struct form_row *
form_of(const char *op)
{
	for (size_t i = 0; i < LARCH_COUNT(forms); i++)
		if (strcmp(forms[i].op, op) == 0)
			return &forms[i];
	return NULL;
}

const char *const pages_ops[] = {"attr-add", "attr-set", "attr-del", "put", "take", "connect", "disconnect", "port-add",
    "port-del", "port-set", "pool-add", "pool-remove", "rename", "retype", "rm", NULL};

/* ---- from the form to the operation ------------------------------------------------------------ */

static int
number_of(const char *name, const char *text, json_t *op, const char *member, struct err *e)
{
	int64_t n;

	if (str_int(str_of(text), 0, INT32_MAX, &n) != 0)
		return err_set(e, ERR_INPUT, "%s: \"%s\" is no whole number", name, text);
	jsn_set(op, member, json_integer(n));
	return 0;
}

static int
take_field(struct web_call *c, const struct form_field *f, json_t *op, struct err *e)
{
	const char *member = f->member == NULL ? f->name : f->member;
	const char *text = f->input == INPUT_CHECK ? NULL : web_text(c, f->name);

	if (f->input == INPUT_CHECK) {
		if (web_flag(c, f->name))
			jsn_set(op, member, json_true());
		return 0;
	}
	if (text == NULL && strcmp(member, "value") == 0)
		text = "";
	if (text == NULL || (*text == '\0' && strcmp(member, "value") != 0))
		return f->required ? err_set(e, ERR_INPUT, "%s is missing", f->label == NULL ? f->name : f->label) : 0;
	if (f->input == INPUT_NUMBER || (f->text_number && strcmp(text, "auto") != 0))
		return number_of(f->label == NULL ? f->name : f->label, text, op, member, e);
	jsn_set_text(op, member, text);
	return 0;
}

/* The operation of this form; NULL with the sentence. */
static json_t *
operation(struct web_call *c, const struct form_row *row, const char *thing, struct err *e)
{
	json_t *op = json_object();

	jsn_set_text(op, "op", row->op);
	if (row->subject != NULL)
		jsn_set_text(op, row->subject, thing);
	for (size_t i = 0; i < LARCH_COUNT(row->fields) && row->fields[i].name != NULL; i++)
		if (take_field(c, &row->fields[i], op, e) != 0) {
			json_decref(op);
			return NULL;
		}
	return op;
}

/* ---- drawing ----------------------------------------------------------------------------------------- */

/* What all forms of a page are drawn with. */
struct drawing {
	struct web_call *call;
	const char *refused;             /* the operation that was: what was typed stands in its form; NULL: none */
	const char *type;                /* of the page's thing; NULL: a new one */
	const struct inv_type_def *types;
	size_t n_types;
};

static void
add_choice(json_t *list, const char *word, const char *chosen)
{
	json_t *o = json_object();

	jsn_set_text(o, "word", word);
	jsn_set(o, "selected", json_boolean(chosen != NULL && strcmp(chosen, word) == 0));
	jsn_add(list, o);
}

static json_t *
choices(const struct drawing *d, const struct form_field *f, const char *typed)
{
	json_t *list = json_array();
	const char *p = f->words;

	for (size_t i = 0; f->list != NULL && i < d->n_types; i++)
		add_choice(list, d->types[i].name, typed != NULL ? typed : d->type);
	while (p != NULL) {
		const char *end = strchr(p, ' ');

		add_choice(list, arena_strndup(d->call->arena, p, end == NULL ? strlen(p) : (size_t)(end - p)), typed);
		p = end == NULL ? NULL : end + 1;
	}
	return list;
}

static json_t *
field_model(const struct drawing *d, const struct form_field *f, bool again)
{
	json_t *o = json_object();
	const char *typed = again && f->input != INPUT_CHECK ? web_text(d->call, f->name) : NULL;

	jsn_set_text(o, "name", f->name);
	jsn_set_text(o, "label", f->label);
	jsn_set_text(o, "value", typed == NULL ? "" : typed);
	jsn_set(o, "required", json_boolean(f->required));
	jsn_set(o, "text", json_boolean(f->input == INPUT_TEXT));
	jsn_set(o, "number", json_boolean(f->input == INPUT_NUMBER));
	jsn_set(o, "check", json_boolean(f->input == INPUT_CHECK));
	jsn_set(o, "checked", json_boolean(again && f->input == INPUT_CHECK && web_flag(d->call, f->name)));
	jsn_set(o, "select", json_boolean(f->input == INPUT_SELECT));
	if (f->input == INPUT_SELECT)
		jsn_set(o, "choices", choices(d, f, typed));
	return o;
}

static json_t *
form_model(const struct drawing *d, const struct form_row *row)
{
	bool again = (d->refused != NULL && strcmp(d->refused, row->op) == 0) || strcmp(row->op, "new") == 0;
	json_t *o = json_object(), *fields = json_array();

	jsn_set_text(o, "op", row->op);
	jsn_set_text(o, "title", row->title);
	jsn_set_text(o, "button", row->button);
	jsn_set_text(o, "hint", row->hint);
	jsn_set(o, "danger", json_boolean(row->danger));
	for (size_t i = 0; i < LARCH_COUNT(row->fields) && row->fields[i].name != NULL; i++)
		jsn_add(fields, field_model(d, &row->fields[i], again));
	jsn_set(o, "fields", fields);
	return o;
}

/* All forms that stand by themselves on the page of a thing, or the one for a new thing. */
static int
add_forms(struct web_call *c, struct inv *inv, json_t *model, bool fresh, struct err *e)
{
	struct drawing d = {.call = c, .type = jsn_text_or(model, "type", NULL)};
	struct inv_type_def *types;
	json_t *list = json_array();

	jsn_set(model, "forms", list);
	if (inv_type_list(inv, c->arena, &types, &d.n_types, e) != 0)
		return -1;
	d.types = types;
	if (c->route->change != WEB_READ)
		d.refused = fresh ? "new" : web_text(c, "op");
	for (size_t i = 0; i < LARCH_COUNT(forms); i++)
		if (forms[i].title != NULL && (strcmp(forms[i].op, "new") == 0) == fresh)
			jsn_add(list, form_model(&d, &forms[i]));
	return 0;
}

/* What the last button did, as the history has it. */
static void
add_done(struct web_call *c, struct inv *inv, json_t *model)
{
	const struct inv_history_ask ask = {.before = web_int(c, "done", 0) + 1, .limit = 1, .facts = 4};
	struct inv_edit_row *edit;
	json_t *list = json_array();
	struct err lost;
	size_t n;

	jsn_set(model, "done", list);
	if (ask.before == 1 || inv_history(inv, &ask, c->arena, &edit, &n, &lost) != 0 || n == 0 || edit->edit != ask.before - 1)
		jsn_add(list, json_string("nothing: it was so already"));
	else
		for (size_t i = 0; i < edit->n_facts; i++)
			jsn_add(list, json_string(edit->facts[i].text));
}

/* The page with its forms; `refused` is why the last one was not done, NULL none. */
static int
show(struct web_call *c, const char *thing, const struct err *refused, const char *typed, struct err *e)
{
	struct inv *inv = pages_inv(c, e);
	json_t *model = NULL;

	if (inv == NULL)
		return -1;
	if (thing == NULL)
		model = json_object();
	else if (inv_doc(inv, thing, c->arena, &model, e) != 0)
		return -1;
	pages_thing_links(c, inv, model);
	jsn_set_text(model, "title", thing == NULL ? "A new thing" : arena_printf(c->arena, "Edit %s", thing));
	jsn_set_text(model, "form_path", thing == NULL ? "/things/new" : web_link(c->arena, "/things/%s/edit", thing));
	jsn_set_text(model, "why", c->route->change != WEB_READ ? web_text(c, "why") : NULL);
	if (refused != NULL) {
		jsn_set_text(model, "refused", refused->text);
		jsn_set(model, "stale", json_boolean(refused->kind == ERR_STALE));
		jsn_set_text(model, "yours", typed);
		web_status(c, web_kind_status(refused->kind));
	}
	if (thing != NULL && c->route->change == WEB_READ && web_has(c, "done"))
		add_done(c, inv, model);
	if (add_forms(c, inv, model, thing == NULL, e) != 0) {
		json_decref(model);
		return -1;
	}
	return web_page(c, NULL, model, e);
}

/* What somebody wanted, in one line, for the page that says why it was not done. */
static const char *
operation_text(struct web_call *c, const json_t *op)
{
	struct buf b = BUF(LIMIT_FIELD);
	const char *key, *text;
	const json_t *value;

	json_object_foreach((json_t *)(uintptr_t)op, key, value) {
		if (strcmp(key, "op") == 0)
			continue;
		buf_printf(&b, "%s%s ", b.n == 0 ? "" : ", ", key);
		if (json_is_string(value))
			buf_puts(&b, json_string_value(value));
		else if (json_is_integer(value))
			buf_printf(&b, "%lld", (long long)json_integer_value(value));
		else
			buf_puts(&b, "yes");
	}
	text = arena_printf(c->arena, "%s: %.*s", json_string_value(json_object_get(op, "op")), (int)b.n, b.n == 0 ? "" : b.p);
	buf_free(&b);
	return text;
}

/* The other end of a cable, a rack, a pool: nobody looked at their revision on this page, so whatever it is now. */
static int
expect_others(struct web_call *c, const json_t *op, json_t *expect, struct err *e)
{
	static const char *const members[] = {"b", "container", "pool"};
	struct inv *inv = pages_inv(c, e);

	if (inv == NULL)
		return -1;
	for (size_t i = 0; i < LARCH_COUNT(members); i++) {
		const char *name = jsn_text_or(op, members[i], NULL);
		struct inv_thing thing;

		if (name == NULL)
			continue;
		if (inv_get(inv, name, c->arena, &thing, e) != 0)
			return -1;
		jsn_set(expect, name, json_integer(thing.revision));
	}
	return 0;
}

/* *done_out: the edit that it became; 0 when it was so already. */
static int
apply(struct web_call *c, const struct form_row *row, const char *thing, const char **typed_out, int64_t *done_out,
    struct err *e)
{
	json_t *op = operation(c, row, thing, e), *ops, *expect, *result = NULL;
	int rc = -1;

	*typed_out = NULL;
	if (op == NULL)
		return -1;
	*typed_out = operation_text(c, op);
	ops = json_array();
	expect = json_object();
	jsn_add(ops, op);
	if (thing == NULL)
		jsn_set(expect, web_text(c, "name") == NULL ? "" : web_text(c, "name"), json_integer(0));
	else
		jsn_set(expect, thing, json_integer(web_int(c, "revision", 0)));
	if (thing != NULL && expect_others(c, op, expect, e) != 0)
		goto out;
	rc = pages_apply(c, ops, expect, web_text(c, "why"), false, &result, e);
	if (rc == 0)
		*done_out = jsn_integer_or(result, "edit", 0);
out:
	json_decref(result);
	json_decref(expect);
	json_decref(ops);
	return rc;
}

int
pages_edit_form(struct web_call *c, struct err *e)
{
	return show(c, web_text(c, "name"), NULL, NULL, e);
}

int
pages_new_form(struct web_call *c, struct err *e)
{
	return show(c, NULL, NULL, NULL, e);
}

int
pages_edit_post(struct web_call *c, struct err *e)
{
	const char *name = web_text(c, "name"), *op = web_text(c, "op"), *typed;
	struct err why = {0};
	int64_t done;

	if (apply(c, form_of(op), name, &typed, &done, &why) != 0)
		return why.kind == ERR_NOT_FOUND && typed == NULL ? err_set(e, why.kind, "%s", why.text) : show(c, name, &why, typed, e);
	if (strcmp(op, "rm") == 0)
		return web_redirect(c, web_link(c->arena, "/things/%s/history", name), e);
	if (strcmp(op, "rename") == 0)
		name = web_text(c, "to");
	return web_redirect(c, web_link(c->arena, "/things/%s/edit?done=%d", name, done), e);
}

int
pages_new_post(struct web_call *c, struct err *e)
{
	struct err why = {0};
	const char *typed;
	int64_t done;

	if (apply(c, form_of("new"), NULL, &typed, &done, &why) != 0)
		return show(c, NULL, &why, typed, e);
	return web_redirect(c, web_link(c->arena, "/things/%s/edit?done=%d", web_text(c, "name"), done), e);
}
