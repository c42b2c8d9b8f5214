/* SPDX-License-Identifier: Apache-2.0 */
/* An edit's beginning and end, its rows of `change`, and things themselves. */
#include <string.h>

#include "inv_edit.h"

/* ---- the transaction ---------------------------------------------------------------- */

/* Times of edits grow, also when somebody set the clock back: then by one ms. */
static int
next_time(struct inv *i, int64_t *at_out, struct err *e)
{
	struct store_query *q = store_ask(i->s, e, "SELECT COALESCE(MAX(at),0) FROM edit", "");
	int more = store_next(q, e);
	int64_t last = more == 1 ? store_int(q, 0) : 0;

	store_done(q);
	*at_out = times_now();
	if (*at_out <= last)
		*at_out = last + 1;
	return more == 1 ? 0 : -1;
}

int
inv_edit_open(struct inv *i, const struct inv_author *author, struct arena *keep, struct inv_edit *out, struct err *e)
{
	*out = (struct inv_edit){
	    .i = i,
	    .author = author,
	    .keep = keep,
	    .before = BUF(LIMIT_ROOM_FILE),
	    .after = BUF(LIMIT_ROOM_FILE),
	};
	if (!i->writer)
		return err_set(e, ERR_INTERNAL, "the inventory was opened to read only");
	if (store_begin(i->s, e) != 0)
		return -1;
	if (next_time(i, &out->at, e) != 0 ||
	    store_run(i->s, e, "INSERT INTO edit(at,who,why,request) VALUES(?,?,?,?)", "isss", out->at, author->who,
	        author->why == NULL ? "" : author->why, author->request_id == NULL ? "" : author->request_id) != 0) {
		store_rollback(i->s);
		return -1;
	}
	out->id = store_last_id(i->s);
	return 0;
}

/* Racks of this edit that have less units now than what stands in them takes. */
static int
check_units(struct inv_edit *ed, struct err *e)
{
	struct store_query *q = store_ask(ed->i->s, e,
	    "SELECT c,t,top,units FROM (SELECT c.name c,t.name t,p.unit+p.height-1 top,COALESCE((SELECT num FROM attr"
	    " WHERE thing=c.id AND key='units' AND num BETWEEN 1 AND 100 LIMIT 1),"
	    "CASE WHEN y.name IS NULL THEN 100 ELSE COALESCE(y.units,0) END) units"
	    " FROM change x JOIN thing c ON c.id=x.thing JOIN place p ON p.container=c.id JOIN thing t ON t.id=p.thing"
	    " LEFT JOIN type y ON y.name=c.type WHERE x.edit=? AND p.unit IS NOT NULL) WHERE top>units LIMIT 1",
	    "i", ed->id);
	int more = store_next(q, e);

	if (more == 1)
		more = err_set(e, ERR_CONFLICT, "\"%s\" would have %lld units, and \"%s\" stands in unit %lld; put that elsewhere first",
		    store_text(q, 0), (long long)store_int(q, 3), store_text(q, 1), (long long)store_int(q, 2));
	store_done(q);
	return more;
}

int
inv_edit_check(struct inv_edit *ed, struct err *e)
{
	if (ed->addresses && inv_check_addresses(ed->i, e) != 0)
		return -1;
	return ed->units ? check_units(ed, e) : 0;
}

int
inv_edit_close(struct inv_edit *ed, bool keep, int64_t *edit_out, struct err *e)
{
	int rc = 0;

	*edit_out = 0;
	if (keep)
		rc = inv_edit_check(ed, e);
	if (keep && rc == 0 && ed->seq > 0)
		rc = store_run(ed->i->s, e, "UPDATE edit SET facts=? WHERE id=?", "ii", ed->facts, ed->id);
	if (keep && rc == 0 && ed->seq > 0) {
		rc = store_commit(ed->i->s, e);
		if (rc == 0)
			*edit_out = ed->id;
	} else {
		store_rollback(ed->i->s);
	}
	buf_free(&ed->before);
	buf_free(&ed->after);
	return rc;
}

int
inv_edit_mark(struct inv_edit *ed, struct err *e)
{
	return store_run(ed->i->s, e, "SAVEPOINT mark", "");
}

int
inv_edit_back(struct inv_edit *ed, struct err *e)
{
	return store_run(ed->i->s, e, "ROLLBACK TO mark", "");
}

int
inv_holds_others(struct inv_edit *ed, int64_t thing, bool cables, struct err *e)
{
	struct store_query *q = store_ask(ed->i->s, e,
	    "SELECT EXISTS(SELECT 1 FROM place WHERE container=?1) OR EXISTS(SELECT 1 FROM member WHERE pool=?1)"
	    " OR EXISTS(SELECT 1 FROM attr WHERE target=?1)"
	    " OR (?2 AND EXISTS(SELECT 1 FROM port p JOIN link l ON l.port=p.id WHERE p.thing=?1))",
	    "ii", thing, (int64_t)cables);
	int more = store_next(q, e), holds = more == 1 ? store_int(q, 0) != 0 : -1;

	store_done(q);
	return holds;
}

/* ---- what is written beside every fact ------------------------------------------------ */

/* A thing's revision grows once an edit. */
static int
touch(struct inv_edit *ed, int64_t thing, struct err *e)
{
	return store_run(ed->i->s, e,
	    "UPDATE thing SET revision=revision+1,changed=?1,changed_by=?2,edit=?3 WHERE id=?4 AND edit<>?3", "isii",
	    ed->at, ed->author->who, ed->id, thing);
}

void
inv_concerns(struct inv_edit *ed, int64_t thing)
{
	if (ed->keep == NULL || thing == 0)
		return;
	if (ed->n_touched == ed->cap_touched) {
		struct inv_touch *more;

		ed->cap_touched = ed->cap_touched == 0 ? 64 : 2 * ed->cap_touched;
		more = arena_array(ed->keep, ed->cap_touched, sizeof(*more));
		if (ed->n_touched > 0)
			memcpy(more, ed->touched, ed->n_touched * sizeof(*more));
		ed->touched = more;
	}
	ed->touched[ed->n_touched++] = (struct inv_touch){ed->verb, thing};
}

static struct str
text_of(const json_t *v, struct buf *b)
{
	buf_clear(b);
	if (v == NULL)
		return (struct str){NULL, 0};
	jsn_canonical(v, b);
	return buf_view(b);
}

static void
tell(struct inv_edit *ed, const struct inv_note *note)
{
	json_t *o = json_object();
	struct buf text = BUF(LIMIT_PAGE);

	inv_fact_text(note->name, note->what, note->before, note->after, &text);
	jsn_set_text(o, "thing", note->name);
	jsn_set_text(o, "what", note->what);
	jsn_set(o, "before", note->before == NULL ? json_null() : json_incref(note->before));
	jsn_set(o, "after", note->after == NULL ? json_null() : json_incref(note->after));
	jsn_set_str(o, "text", buf_view(&text));
	jsn_add(ed->told, o);
	buf_free(&text);
}

int
inv_note(struct inv_edit *ed, const struct inv_note *note, struct err *e)
{
	struct str before = text_of(note->before, &ed->before), after = text_of(note->after, &ed->after);
	int rc = -1;

	if (ed->before.over || ed->after.over) {
		err_set(e, ERR_LIMIT, "\"%s\" is larger than the change log takes", note->name);
		goto out;
	}
	if (touch(ed, note->thing, e) != 0)
		goto out;
	rc = store_run(ed->i->s, e, "INSERT INTO change(edit,seq,thing,name,what,before,after,mirror) VALUES(?,?,?,?,?,?,?,?)",
	    "iiisstti", ed->id, ++ed->seq, note->thing, note->name, note->what, before, after, (int64_t)note->mirror);
	inv_concerns(ed, note->thing);
	ed->facts += !note->mirror;
	if (rc == 0 && ed->told != NULL && !note->mirror)
		tell(ed, note);
out:
	json_decref(note->before);
	json_decref(note->after);
	return rc;
}

/* ---- a thing as the change log keeps it ------------------------------------------------- */

static int
doc_ports(struct inv *i, int64_t thing, json_t *o, struct err *e)
{
	struct store_query *q =
	    store_ask(i->s, e, "SELECT name,kind,plug FROM port WHERE thing=? ORDER BY name", "i", thing);
	json_t *list = json_array();
	int more;

	while ((more = store_next(q, e)) == 1) {
		json_t *row = json_object();

		jsn_set_text(row, "name", store_text(q, 0));
		jsn_set_text(row, "kind", store_text(q, 1));
		jsn_set_text(row, "plug", store_text(q, 2));
		jsn_add(list, row);
	}
	store_done(q);
	jsn_set(o, "ports", list);
	return more;
}

static int
doc_pools(struct inv *i, int64_t thing, json_t *o, struct err *e)
{
	struct store_query *q = store_ask(i->s, e,
	    "SELECT p.name FROM member m JOIN thing p ON p.id=m.pool WHERE m.thing=? ORDER BY p.name", "i", thing);
	json_t *list = json_array();
	int more;

	while ((more = store_next(q, e)) == 1)
		jsn_add(list, json_string(store_text(q, 0)));
	store_done(q);
	jsn_set(o, "pools", list);
	return more;
}

static int
doc_counters(struct inv *i, int64_t thing, json_t *o, struct err *e)
{
	struct store_query *q = store_ask(i->s, e, "SELECT key,next FROM counter WHERE thing=?", "i", thing);
	json_t *list = json_object();
	int more;

	while ((more = store_next(q, e)) == 1)
		jsn_set(list, store_text(q, 0), json_integer(store_int(q, 1)));
	store_done(q);
	if (json_object_size(list) > 0)
		jsn_set(o, "counters", list);
	else
		json_decref(list);
	return more;
}

static int
doc_attrs(struct inv *i, int64_t thing, struct arena *a, json_t *o, struct err *e)
{
	struct inv_fact_in any = {.number = INV_ANY};
	struct inv_fact_row *rows;
	json_t *list = json_array();
	size_t n;

	jsn_set(o, "attributes", list);
	if (inv_attr_find(i, thing, &any, a, &rows, &n, e) != 0)
		return -1;
	for (size_t k = 0; k < n; k++)
		jsn_add(list, inv_attr_json(&rows[k].attr));
	return 0;
}

/* The caller's. NULL: *e says why. */
static json_t *
thing_doc(struct inv *i, const struct inv_ref *t, struct arena *a, struct err *e)
{
	json_t *o = json_object();
	struct inv_spot spot;

	jsn_set_text(o, "name", t->name);
	jsn_set_text(o, "type", t->type);
	jsn_set(o, "revision", json_integer(t->revision));
	if (doc_attrs(i, t->id, a, o, e) != 0 || doc_ports(i, t->id, o, e) != 0 || doc_pools(i, t->id, o, e) != 0 ||
	    doc_counters(i, t->id, o, e) != 0 || inv_spot_get(i, t->id, a, &spot, e) != 0) {
		json_decref(o);
		return NULL;
	}
	if (spot.container != NULL)
		jsn_set(o, "place", inv_spot_json(&spot));
	return o;
}

/* ---- things ---------------------------------------------------------------------------- */

static int
take_ref(struct store_query *q, struct arena *a, struct inv_ref *out, struct err *e)
{
	int more = store_next(q, e);

	if (more == 1)
		*out = (struct inv_ref){store_int(q, 0), store_int(q, 3), arena_strdup(a, store_text(q, 1)),
		    arena_strdup(a, store_text(q, 2))};
	store_done(q);
	return more;
}

int
inv_ref(struct inv *i, const char *name, struct arena *a, struct inv_ref *out, struct err *e)
{
	int more = take_ref(store_ask(i->s, e, "SELECT id,name,type,revision FROM thing WHERE name=?", "s", name), a,
	    out, e);

	if (more == 0)
		return err_set(e, ERR_NOT_FOUND, "there is no thing named \"%s\" in the inventory", name);
	return more == 1 ? 0 : -1;
}

int
inv_ref_of(struct inv *i, int64_t id, struct arena *a, struct inv_ref *out, struct err *e)
{
	int more = take_ref(store_ask(i->s, e, "SELECT id,name,type,revision FROM thing WHERE id=?", "i", id), a, out, e);

	if (more == 0)
		return err_set(e, ERR_NOT_FOUND, "thing number %lld is not in the inventory any more", (long long)id);
	return more == 1 ? 0 : -1;
}

static int
name_is_free(struct inv *i, const char *name, struct err *e)
{
	struct store_query *q = store_ask(i->s, e, "SELECT type,changed_by FROM thing WHERE name=?", "s", name);
	int more = store_next(q, e);

	if (more == 1)
		more = err_set(e, ERR_CONFLICT, "the name \"%s\" is taken: there is a thing of type %s, changed last by %s",
		    name, store_text(q, 0), store_text(q, 1));
	store_done(q);
	return more;
}

int
inv_thing_add(struct inv_edit *ed, const struct inv_thing_in *in, struct arena *a, struct inv_ref *out, struct err *e)
{
	struct inv_note note = {.what = "thing"};
	struct inv_end end;

	if (inv_check_name("thing", in->name, e) != 0 || inv_check_word("type", in->type, e) != 0 ||
	    name_is_free(ed->i, in->name, e) != 0)
		return -1;
	if (store_run(ed->i->s, e,
	        "INSERT INTO thing(name,type,revision,changed,changed_by,edit) VALUES(?,?,1,?,?,?)", "ssisi", in->name,
	        in->type, ed->at, ed->author->who, ed->id) != 0)
		return -1;
	*out = (struct inv_ref){store_last_id(ed->i->s), 1, in->name, in->type};
	for (size_t k = 0; k < in->n_facts; k++)
		if (inv_attr_write(ed, out, &in->facts[k], a, NULL, e) != 0)
			return -1;
	for (size_t k = 0; k < in->n_ports; k++)
		if (inv_port_write(ed, out, &in->ports[k], a, &end, e) != 0)
			return -1;
	note.thing = out->id;
	note.name = in->name;
	note.after = thing_doc(ed->i, out, a, e);
	return note.after == NULL ? -1 : inv_note(ed, &note, e);
}

int
inv_thing_rename(struct inv_edit *ed, struct inv_ref *t, const char *to, struct err *e)
{
	struct inv_note note = {.thing = t->id, .name = t->name, .what = "name"};

	if (strcmp(t->name, to) == 0)
		return 0;
	if (inv_check_name("thing", to, e) != 0 || name_is_free(ed->i, to, e) != 0)
		return -1;
	note.before = json_pack("{s:s}", "name", t->name);
	note.after = json_pack("{s:s}", "name", to);
	if (inv_note(ed, &note, e) != 0 || store_run(ed->i->s, e, "UPDATE thing SET name=? WHERE id=?", "si", to, t->id) != 0)
		return -1;
	t->name = to;
	return 0;
}

/* What a thing holds says what it may be. */
static int
may_become(struct inv_edit *ed, const struct inv_ref *t, const char *type, struct err *e)
{
	bool was = strcmp(t->type, "pool") == 0, is = strcmp(type, "pool") == 0;
	struct store_query *q;
	int more;

	if (was == is)
		return 0;
	q = store_ask(ed->i->s, e,
	    "SELECT o.name FROM thing o WHERE o.id IN (SELECT thing FROM member WHERE pool=?1 UNION ALL"
	    " SELECT thing FROM place WHERE container=?1 UNION ALL SELECT container FROM place WHERE thing=?1) LIMIT 1",
	    "i", t->id);
	more = store_next(q, e);
	if (more == 1)
		more = was ? err_set(e, ERR_CONFLICT, "the pool \"%s\" holds \"%s\"; take out what it holds first", t->name,
		                 store_text(q, 0))
		           : err_set(e, ERR_CONFLICT,
		                 "\"%s\" and \"%s\" are one inside the other, and a pool stands nowhere; take it out first",
		                 t->name, store_text(q, 0));
	store_done(q);
	return more;
}

int
inv_thing_retype(struct inv_edit *ed, struct inv_ref *t, const char *type, struct err *e)
{
	struct inv_note note = {.thing = t->id, .name = t->name, .what = "type"};

	if (strcmp(t->type, type) == 0)
		return 0;
	if (inv_check_word("type", type, e) != 0 || may_become(ed, t, type, e) != 0)
		return -1;
	note.before = json_pack("{s:s}", "type", t->type);
	note.after = json_pack("{s:s}", "type", type);
	if (inv_note(ed, &note, e) != 0 ||
	    store_run(ed->i->s, e, "UPDATE thing SET type=? WHERE id=?", "si", type, t->id) != 0)
		return -1;
	t->type = type;
	ed->addresses = ed->units = true;
	return 0;
}

/* ---- removing ------------------------------------------------------------------------------ */

/* What keeps a thing in the inventory: the first row that holds is said. Columns: the other thing, a word. */
static const struct {
	const char *sql, *does, *as, *then;
} holds[] = {
    {"SELECT o.name,'' FROM place x JOIN thing o ON o.id=x.thing WHERE x.container=? ORDER BY o.name LIMIT 1", "holds",
        "inside", "put that elsewhere, or take it out, first"},
    {"SELECT o.name,p.name FROM port p JOIN link l ON l.port=p.id JOIN port r ON r.id=l.peer"
     " JOIN thing o ON o.id=r.thing WHERE p.thing=? ORDER BY p.name LIMIT 1",
        "is connected with", "by its port ", "disconnect it first, or say that its cables go with it"},
    {"SELECT o.name,x.key FROM attr x JOIN thing o ON o.id=x.thing WHERE x.target=?1 AND x.thing<>?1"
     " ORDER BY o.name LIMIT 1",
        "is named by", "as its ", "delete that attribute first"},
    {"SELECT o.name,'' FROM member x JOIN thing o ON o.id=x.thing WHERE x.pool=? ORDER BY o.name LIMIT 1", "holds",
        "as a member", "remove its members first"},
};

static int
held(struct inv_edit *ed, const struct inv_ref *t, struct err *e)
{
	for (size_t k = 0; k < LARCH_COUNT(holds); k++) {
		struct store_query *q = store_ask(ed->i->s, e, holds[k].sql, "i", t->id);
		int more = store_next(q, e);

		if (more == 1)
			more = err_set(e, ERR_CONFLICT, "\"%s\" %s \"%s\" %s%s; %s", t->name, holds[k].does,
			    store_text(q, 0), holds[k].as, store_text(q, 1), holds[k].then);
		store_done(q);
		if (more != 0)
			return -1;
	}
	return 0;
}

/* Nobody could be asked whether that may be: it is there neither before nor after. */
static int
made_now(struct inv_edit *ed, const struct inv_ref *t, struct err *e)
{
	struct store_query *q =
	    store_ask(ed->i->s, e, "SELECT 1 FROM thing WHERE id=? AND revision=1 AND edit=?", "ii", t->id, ed->id);
	int more = store_next(q, e);

	store_done(q);
	if (more == 1)
		return err_set(e, ERR_INPUT, "\"%s\" is made by the same edit", t->name);
	return more;
}

int
inv_thing_remove(struct inv_edit *ed, const struct inv_ref *t, struct arena *a, struct err *e)
{
	struct inv_note note = {.thing = t->id, .name = t->name, .what = "thing"};
	struct inv_ref now;

	if (made_now(ed, t, e) != 0 || held(ed, t, e) != 0 || touch(ed, t->id, e) != 0 || inv_ref_of(ed->i, t->id, a, &now, e) != 0)
		return -1;
	note.before = thing_doc(ed->i, &now, a, e);
	if (note.before == NULL || inv_note(ed, &note, e) != 0)
		return -1;
	return store_run(ed->i->s, e, "DELETE FROM thing WHERE id=?", "i", t->id);
}
