/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Edits undone, newest first, each fact the other way round. Names in the rows
 * of `change` are those of that moment, and so they are when everything after
 * it has been undone: that is why they say exactly one thing.
 *
 * This works on a copy in memory; the file itself is never taken back.
 */
#include <string.h>

#include "inv_edit.h"
#include "inv_undo.h"

/* One row of `change`, parsed. */
struct undo {
	struct inv *i;
	struct inv_edit ed;         /* for the functions that write a row alone */
	struct arena *a;            /* of this row */
	int64_t thing;
	json_t *before, *after;     /* borrowed of the row */
};

typedef int undo_fn(struct undo *u, struct err *e);

static int
the_thing(struct undo *u, struct inv_ref *out, struct err *e)
{
	return inv_ref_of(u->i, u->thing, u->a, out, e);
}

static int
named(struct undo *u, const json_t *o, const char *member, struct inv_ref *out, struct err *e)
{
	return inv_ref(u->i, jsn_text_or(o, member, ""), u->a, out, e);
}

/* ---- attributes --------------------------------------------------------------------------------- */

static void
fact_of(const json_t *o, struct inv_fact_in *out)
{
	*out = (struct inv_fact_in){
	    .key = jsn_text_or(o, "key", ""),
	    .subkey = jsn_text_or(o, "subkey", ""),
	    .number = jsn_integer_or(o, "number", -1),
	    .kind = jsn_text_or(o, "kind", "string"),
	    .value = jsn_text_or(o, "value", ""),
	};
}

static int
counter_back(struct undo *u, const json_t *o, struct err *e)
{
	int64_t was = jsn_integer_or(o, "counter", -2);
	const char *key = jsn_text_or(o, "key", "");

	if (was == -2)
		return 0;
	if (was == -1)
		return store_run(u->i->s, e, "DELETE FROM counter WHERE thing=? AND key=?", "is", u->thing, key);
	return store_run(u->i->s, e, "UPDATE counter SET next=? WHERE thing=? AND key=?", "iis", was, u->thing, key);
}

static int
undo_attr(struct undo *u, struct err *e)
{
	struct inv_fact_row *rows;
	struct inv_fact_in fact;
	struct inv_ref t;
	size_t n;

	if (the_thing(u, &t, e) != 0)
		return -1;
	if (u->after != NULL) {
		fact_of(u->after, &fact);
		if (inv_attr_find(u->i, u->thing, &fact, u->a, &rows, &n, e) != 0)
			return -1;
		if (n == 0)
			return err_set(e, ERR_INTERNAL, "\"%s\" has no attribute %s to take back", t.name, fact.key);
		if (store_run(u->i->s, e, "DELETE FROM attr WHERE id=?", "i", rows[0].id) != 0 || counter_back(u, u->after, e) != 0)
			return -1;
	}
	if (u->before == NULL)
		return 0;
	fact_of(u->before, &fact);
	return inv_attr_write(&u->ed, &t, &fact, u->a, NULL, e);
}

/* ---- ports and cables ----------------------------------------------------------------------------- */

static void
port_of(const json_t *o, struct inv_port_in *out)
{
	*out = (struct inv_port_in){jsn_text_or(o, "name", ""), jsn_text_or(o, "kind", ""), jsn_text_or(o, "plug", "")};
}

static int
undo_port(struct undo *u, struct err *e)
{
	struct inv_port_in p;
	struct inv_end made;
	struct inv_ref t;

	if (the_thing(u, &t, e) != 0)
		return -1;
	if (u->before == NULL)
		return store_run(u->i->s, e, "DELETE FROM port WHERE thing=? AND name=?", "is", u->thing,
		    jsn_text_or(u->after, "name", ""));
	port_of(u->before, &p);
	if (u->after == NULL)
		return inv_port_write(&u->ed, &t, &p, u->a, &made, e);
	return store_run(u->i->s, e, "UPDATE port SET kind=?,plug=? WHERE thing=? AND name=?", "ssis", p.kind, p.plug,
	    u->thing, p.name);
}

/* The port at an end of a cable; 0: there is none. */
static int
port_id(struct undo *u, const json_t *o, const char *thing, const char *port, int64_t *out, struct err *e)
{
	struct inv_end end;
	struct inv_ref t;
	int found;

	if (named(u, o, thing, &t, e) != 0)
		return -1;
	found = inv_end_find(u->i, &t, jsn_text_or(o, port, ""), u->a, &end, e);
	*out = end.port;
	if (found == 0)
		return err_set(e, ERR_INTERNAL, "\"%s\" has no port %s to take a cable back", t.name, end.name);
	return found == 1 ? 0 : -1;
}

/* Both ends have a row; the second finds it done. */
static int
undo_cable(struct undo *u, struct err *e)
{
	const json_t *o = u->before != NULL ? u->before : u->after;
	int64_t a, b;

	if (port_id(u, o, "a", "a-port", &a, e) != 0 || port_id(u, o, "b", "b-port", &b, e) != 0)
		return -1;
	if (u->before == NULL)
		return store_run(u->i->s, e, "DELETE FROM link WHERE (port=?1 AND peer=?2) OR (port=?2 AND peer=?1)", "ii", a, b);
	return store_run(u->i->s, e, "INSERT OR IGNORE INTO link(port,peer,since,author) VALUES(?1,?2,?3,?4),(?2,?1,?3,?4)",
	    "iiis", a, b, jsn_integer_or(o, "since", 0), jsn_text_or(o, "by", ""));
}

/* ---- places and pools ------------------------------------------------------------------------------- */

static int
put_back(struct undo *u, const struct inv_ref *t, const json_t *o, struct err *e)
{
	struct inv_spot spot = {
	    .unit = jsn_integer_or(o, "unit", 0),
	    .height = jsn_integer_or(o, "height", 0),
	    .face = jsn_text_or(o, "face", NULL),
	    .side = jsn_text_or(o, "side", NULL),
	};
	struct inv_ref c;

	return named(u, o, "container", &c, e) != 0 ? -1 : inv_spot_write(u->i, t, &c, &spot, e);
}

static int
undo_place(struct undo *u, struct err *e)
{
	struct inv_ref t;

	if (the_thing(u, &t, e) != 0 || inv_spot_clear(u->i, u->thing, e) != 0)
		return -1;
	return u->before == NULL ? 0 : put_back(u, &t, u->before, e);
}

static int
undo_pool(struct undo *u, struct err *e)
{
	const json_t *o = u->before != NULL ? u->before : u->after;
	struct inv_ref pool, t;

	if (named(u, o, "pool", &pool, e) != 0 || named(u, o, "thing", &t, e) != 0)
		return -1;
	if (u->before == NULL)
		return store_run(u->i->s, e, "DELETE FROM member WHERE pool=? AND thing=?", "ii", pool.id, t.id);
	return store_run(u->i->s, e, "INSERT OR IGNORE INTO member(pool,thing) VALUES(?,?)", "ii", pool.id, t.id);
}

/* ---- things ------------------------------------------------------------------------------------------- */

static int
counters_of(struct undo *u, const json_t *doc, struct err *e)
{
	const char *key;
	const json_t *next;

	json_object_foreach(json_object_get(doc, "counters"), key, next)
		if (store_run(u->i->s, e, "INSERT INTO counter(thing,key,next) VALUES(?,?,?)", "isi", u->thing, key,
		        (int64_t)json_integer_value(next)) != 0)
			return -1;
	return 0;
}

static int
pools_of(struct undo *u, const json_t *doc, struct err *e)
{
	const json_t *list = json_object_get(doc, "pools");
	struct inv_ref pool;

	for (size_t k = 0; k < json_array_size(list); k++)
		if (inv_ref(u->i, json_string_value(json_array_get(list, k)), u->a, &pool, e) != 0 ||
		    store_run(u->i->s, e, "INSERT INTO member(pool,thing) VALUES(?,?)", "ii", pool.id, u->thing) != 0)
			return -1;
	return 0;
}

/* A thing that was removed, with all that was its own. */
static int
revive(struct undo *u, const json_t *doc, struct err *e)
{
	const json_t *facts = json_object_get(doc, "attributes"), *ports = json_object_get(doc, "ports");
	const json_t *place = json_object_get(doc, "place");
	struct inv_ref t = {u->thing, jsn_integer_or(doc, "revision", 1), jsn_text_or(doc, "name", ""),
	    jsn_text_or(doc, "type", "")};
	struct inv_fact_in fact;
	struct inv_port_in port;
	struct inv_end made;

	if (store_run(u->i->s, e, "INSERT INTO thing(id,name,type,revision,changed,changed_by,edit) VALUES(?,?,?,?,0,'',0)",
	        "issi", t.id, t.name, t.type, t.revision) != 0)
		return -1;
	for (size_t k = 0; k < json_array_size(facts); k++) {
		fact_of(json_array_get(facts, k), &fact);
		if (inv_attr_write(&u->ed, &t, &fact, u->a, NULL, e) != 0)
			return -1;
	}
	for (size_t k = 0; k < json_array_size(ports); k++) {
		port_of(json_array_get(ports, k), &port);
		if (inv_port_write(&u->ed, &t, &port, u->a, &made, e) != 0)
			return -1;
	}
	if (place != NULL && put_back(u, &t, place, e) != 0)
		return -1;
	return counters_of(u, doc, e) != 0 ? -1 : pools_of(u, doc, e);
}

static int
undo_thing(struct undo *u, struct err *e)
{
	if (u->before != NULL)
		return revive(u, u->before, e);
	return store_run(u->i->s, e, "DELETE FROM thing WHERE id=?", "i", u->thing);
}

static int
undo_name(struct undo *u, struct err *e)
{
	return store_run(u->i->s, e, "UPDATE thing SET name=? WHERE id=?", "si", jsn_text_or(u->before, "name", ""), u->thing);
}

static int
undo_type(struct undo *u, struct err *e)
{
	return store_run(u->i->s, e, "UPDATE thing SET type=? WHERE id=?", "si", jsn_text_or(u->before, "type", ""), u->thing);
}

/* ---- an edit -------------------------------------------------------------------------------------------- */

static const struct {
	const char *what;
	undo_fn *undo;
} rows[] = {
    {"thing", undo_thing},
    {"name", undo_name},
    {"type", undo_type},
    {"attr", undo_attr},
    {"port", undo_port},
    {"cable", undo_cable},
    {"place", undo_place},
    {"pool", undo_pool},
};

struct row {
	int64_t seq, thing;
	const char *what, *before, *after;
};
#define AT_ONCE 200 /* rows read before they are undone: what an import wrote is not held whole */

static int
read_rows(struct inv *i, int64_t edit, int64_t below, struct arena *a, struct row *out, size_t *n, struct err *e)
{
	struct store_query *q = store_ask(i->s, e,
	    "SELECT seq,thing,what,before,after FROM change WHERE edit=? AND seq<? ORDER BY seq DESC LIMIT 200", "ii", edit,
	    below);
	int more;

	for (*n = 0; (more = store_next(q, e)) == 1; (*n)++)
		out[*n] = (struct row){store_int(q, 0), store_int(q, 1), arena_strdup(a, store_text(q, 2)),
		    store_null(q, 3) ? NULL : arena_strdup(a, store_text(q, 3)),
		    store_null(q, 4) ? NULL : arena_strdup(a, store_text(q, 4))};
	store_done(q);
	return more;
}

static int
undo_row(struct inv *i, const struct row *r, struct arena *a, struct err *e)
{
	struct undo u = {.i = i, .ed = {.i = i}, .a = a, .thing = r->thing};
	int rc = -1;

	if (r->before != NULL && (u.before = jsn_parse(str_of(r->before), "a row of the change log", e)) == NULL)
		goto out;
	if (r->after != NULL && (u.after = jsn_parse(str_of(r->after), "a row of the change log", e)) == NULL)
		goto out;
	for (size_t k = 0; k < LARCH_COUNT(rows); k++)
		if (strcmp(rows[k].what, r->what) == 0)
			rc = rows[k].undo(&u, e);
out:
	json_decref(u.before);
	json_decref(u.after);
	return rc;
}

/* Each thing it touched is as the edit before left it: one revision less. */
static int
untouch(struct inv *i, int64_t edit, struct err *e)
{
	return store_run(i->s, e,
	    "UPDATE thing SET revision=revision-1,"
	    "edit=(SELECT MAX(c.edit) FROM change c WHERE c.thing=thing.id AND c.edit<?1)"
	    " WHERE id IN (SELECT thing FROM change WHERE edit=?1)",
	    "i", edit) != 0 ||
	            store_run(i->s, e,
	                "UPDATE thing SET (changed,changed_by)=(SELECT at,who FROM edit WHERE id=thing.edit)"
	                " WHERE id IN (SELECT thing FROM change WHERE edit=?1)",
	                "i", edit) != 0
	        ? -1
	        : 0;
}

/* until: CLOCK_BOOTTIME. A thread of pages is not held longer, however much was changed since then. */
static int
undo_edit(struct inv *i, int64_t edit, int64_t until, struct arena *a, struct err *e)
{
	struct row part[AT_ONCE];
	int64_t below = INT64_MAX;
	size_t n;

	do {
		arena_reset(a);
		if (times_boot() > until)
			return err_set(e, ERR_LIMIT,
			    "too much was changed since then to go back there in %d s; ask for a later time", LIMIT_UNDO_S);
		if (read_rows(i, edit, below, a, part, &n, e) != 0)
			return -1;
		for (size_t k = 0; k < n; k++) {
			if (undo_row(i, &part[k], a, e) != 0)
				return err_prefix(e, "edit %lld, change %lld", (long long)edit, (long long)part[k].seq);
			below = part[k].seq;
		}
	} while (n == AT_ONCE);
	if (untouch(i, edit, e) != 0 || store_run(i->s, e, "DELETE FROM change WHERE edit=?", "i", edit) != 0)
		return -1;
	return store_run(i->s, e, "DELETE FROM edit WHERE id=?", "i", edit);
}

_Static_assert(AT_ONCE == 200, "the LIMIT in read_rows is AT_ONCE");

static int
newest(struct inv *i, int64_t *edit, int64_t *at, struct err *e)
{
	struct store_query *q = store_ask(i->s, e, "SELECT id,at FROM edit ORDER BY id DESC LIMIT 1", "");
	int more = store_next(q, e);

	*edit = more == 1 ? store_int(q, 0) : 0;
	*at = more == 1 ? store_int(q, 1) : 0;
	store_done(q);
	return more < 0 ? -1 : 0;
}

int
inv_undo_to(struct inv *i, int64_t ms, struct err *e)
{
	struct arena *a = arena_create();
	int64_t edit, at, until = times_boot() + LIMIT_UNDO_S * 1000;
	int rc = store_begin(i->s, e);

	while (rc == 0 && (rc = newest(i, &edit, &at, e)) == 0 && edit != 0 && at > ms)
		rc = undo_edit(i, edit, until, a, e);
	/* What counts edits counts those that are left. */
	if (rc == 0)
		rc = store_run(i->s, e, "UPDATE sqlite_sequence SET seq=(SELECT COALESCE(MAX(id),0) FROM edit) WHERE name='edit'", "");
	if (rc == 0)
		rc = store_commit(i->s, e);
	else
		store_rollback(i->s);
	arena_destroy(a);
	return rc;
}

int
inv_first_edit(struct inv *i, int64_t *at_out, struct err *e)
{
	struct store_query *q = store_ask(i->s, e, "SELECT COALESCE(MIN(at),0) FROM edit", "");
	int more = store_next(q, e);

	*at_out = more == 1 ? store_int(q, 0) : 0;
	store_done(q);
	return more == 1 ? 0 : -1;
}
