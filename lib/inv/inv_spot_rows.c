/* SPDX-License-Identifier: Apache-2.0 */
/* Where things are: places, the units of racks, pools. */
#include <string.h>

#include "inv_edit.h"

/* ---- places ------------------------------------------------------------------------------- */

json_t *
inv_spot_json(const struct inv_spot *spot)
{
	json_t *o = json_object();

	jsn_set_text(o, "container", spot->container);
	if (spot->unit > 0) {
		jsn_set(o, "unit", json_integer(spot->unit));
		jsn_set(o, "height", json_integer(spot->height));
		jsn_set_text(o, "face", spot->face);
	}
	if (spot->side != NULL)
		jsn_set_text(o, "side", spot->side);
	return o;
}

int
inv_spot_get(struct inv *i, int64_t thing, struct arena *a, struct inv_spot *out, struct err *e)
{
	struct store_query *q = store_ask(i->s, e,
	    "SELECT c.name,c.id,COALESCE(p.unit,0),COALESCE(p.height,0),p.face,p.side FROM place p"
	    " JOIN thing c ON c.id=p.container WHERE p.thing=?",
	    "i", thing);
	int more = store_next(q, e);

	*out = (struct inv_spot){0};
	if (more == 1)
		*out = (struct inv_spot){
		    .container = arena_strdup(a, store_text(q, 0)),
		    .id = store_int(q, 1),
		    .unit = store_int(q, 2),
		    .height = store_int(q, 3),
		    .face = store_null(q, 4) ? NULL : arena_strdup(a, store_text(q, 4)),
		    .side = store_null(q, 5) ? NULL : arena_strdup(a, store_text(q, 5)),
		};
	store_done(q);
	return more < 0 ? -1 : 0;
}

/* How many units a rack has: its own word, else its type's. 0: none; -1 failed. A type nobody knows may be one. */
static int64_t
units_of(struct inv *i, const struct inv_ref *rack, struct err *e)
{
	struct store_query *q = store_ask(i->s, e,
	    "SELECT num FROM attr WHERE thing=? AND key='units' AND num BETWEEN 1 AND 100 LIMIT 1", "i", rack->id);
	const struct inv_type_row *row = inv_type_row(i, rack->type);
	int more = store_next(q, e);
	int64_t own = more == 1 ? store_int(q, 0) : 0;

	store_done(q);
	if (more < 0)
		return -1;
	if (own > 0)
		return own;
	return row == NULL ? LIMIT_RACK_UNITS : row->def.units;
}

static int
check_units(struct inv *i, const struct inv_ref *rack, const struct inv_spot *s, struct err *e)
{
	int64_t units = units_of(i, rack, e);

	if (units < 0)
		return -1;
	if (units == 0 && (s->unit != 0 || s->side != NULL))
		return err_set(e, ERR_CONFLICT, "\"%s\" is a %s and has no units and no sides", rack->name, rack->type);
	if (s->unit < 0 || s->height < 0 || (s->unit > 0 && s->unit + s->height - 1 > units))
		return err_set(e, ERR_CONFLICT, "unit %lld%s%.0lld is outside of \"%s\", which has the units 1 to %lld",
		    (long long)s->unit, s->height > 1 ? "-" : "",
		    (long long)(s->height > 1 ? s->unit + s->height - 1 : 0), rack->name, (long long)units);
	return 0;
}

/* Is `inner` somewhere inside `outer`, or outer itself? Up from inner, along what holds it. */
#define UPWARDS(table, in, out)                                                                      \
	"WITH RECURSIVE up(id,depth) AS (SELECT ?1,0 UNION SELECT x." out ",up.depth+1 FROM up JOIN " table " x" \
	" ON x." in "=up.id WHERE up.depth<32) SELECT MAX(depth),MAX(id=?2) FROM up"

static int
no_circle(struct inv *i, const char *sql, const struct inv_ref *inner, const struct inv_ref *outer, struct err *e)
{
	struct store_query *q = store_ask(i->s, e, sql, "ii", outer->id, inner->id);
	int more = store_next(q, e);

	if (more == 1 && store_int(q, 1) != 0)
		more = err_set(e, ERR_CONFLICT, "\"%s\" cannot be inside \"%s\": that is inside \"%s\" itself", inner->name,
		    outer->name, inner->name);
	else if (more == 1 && store_int(q, 0) >= LIMIT_DEPTH - 1)
		more = err_set(e, ERR_LIMIT, "\"%s\" is inside more than %d others", outer->name, LIMIT_DEPTH);
	store_done(q);
	return more == 1 ? 0 : -1;
}

_Static_assert(LIMIT_DEPTH == 32, "the depth in UPWARDS is LIMIT_DEPTH");

static int
taken(struct inv *i, const struct inv_ref *rack, int64_t unit, const char *face, struct err *e)
{
	struct store_query *q = store_ask(i->s, e,
	    "SELECT t.name FROM slot s JOIN thing t ON t.id=s.thing WHERE s.container=? AND s.unit=? AND s.face=?", "iis",
	    rack->id, unit, face);
	int more = store_next(q, e);

	if (more == 1)
		more = err_set(e, ERR_CONFLICT, "unit %lld of \"%s\" is taken at the %s by \"%s\"", (long long)unit, rack->name,
		    face, store_text(q, 0));
	store_done(q);
	return more;
}

static int
put_slots(struct inv *i, const struct inv_ref *t, const struct inv_ref *rack, const struct inv_spot *s, struct err *e)
{
	static const char *const faces[] = {"front", "rear"};

	for (int64_t unit = s->unit; s->unit > 0 && unit < s->unit + s->height; unit++)
		for (size_t k = 0; k < LARCH_COUNT(faces); k++) {
			if (strcmp(s->face, "both") != 0 && strcmp(s->face, faces[k]) != 0)
				continue;
			if (taken(i, rack, unit, faces[k], e) != 0 ||
			    store_run(i->s, e, "INSERT INTO slot(container,unit,face,thing) VALUES(?,?,?,?)", "iisi", rack->id,
			        unit, faces[k], t->id) != 0)
				return -1;
		}
	return 0;
}

int
inv_spot_clear(struct inv *i, int64_t thing, struct err *e)
{
	return store_run(i->s, e, "DELETE FROM slot WHERE thing=?", "i", thing) != 0 ||
	            store_run(i->s, e, "DELETE FROM place WHERE thing=?", "i", thing) != 0
	        ? -1
	        : 0;
}

int
inv_spot_write(struct inv *i, const struct inv_ref *t, const struct inv_ref *rack, const struct inv_spot *s,
    struct err *e)
{
	return put_slots(i, t, rack, s, e) != 0 ||
	            store_run(i->s, e,
	                "INSERT INTO place(thing,container,unit,height,face,side) VALUES(?,?,NULLIF(?,0),NULLIF(?,0),?,?)",
	                "iiiiss", t->id, rack->id, s->unit, s->height, s->face, s->side) != 0
	        ? -1
	        : 0;
}

static bool
same_word(const char *x, const char *y)
{
	return x == NULL || y == NULL ? x == y : strcmp(x, y) == 0;
}

static bool
same_spot(const struct inv_spot *x, const struct inv_spot *y)
{
	return x->id == y->id && x->unit == y->unit && x->height == y->height && same_word(x->face, y->face) &&
	    same_word(x->side, y->side);
}

static bool
one_of(const char *word, const char *const *words, size_t n)
{
	for (size_t k = 0; k < n; k++)
		if (strcmp(word, words[k]) == 0)
			return true;
	return false;
}

/* What was not said, and what does not go together. */
static int
complete(struct inv *i, const struct inv_ref *t, const struct inv_ref *c, struct inv_spot *s, struct err *e)
{
	static const char *const faces[] = {"front", "rear", "both"}, *const sides[] = {"left", "right"};
	const struct inv_type_row *row;

	if (strcmp(t->type, "pool") == 0 || strcmp(c->type, "pool") == 0)
		return err_set(e, ERR_CONFLICT, "\"%s\" is a pool: nothing stands in it, and it stands nowhere; things are added to it",
		    strcmp(t->type, "pool") == 0 ? t->name : c->name);
	if (s->face != NULL && !one_of(s->face, faces, LARCH_COUNT(faces)))
		return err_set(e, ERR_INPUT, "a rack has no face \"%s\"; write front, rear or both", s->face);
	if (s->side != NULL && !one_of(s->side, sides, LARCH_COUNT(sides)))
		return err_set(e, ERR_INPUT, "a rack has no side \"%s\"; write left or right", s->side);
	if (s->unit != 0 && s->side != NULL)
		return err_set(e, ERR_INPUT, "what hangs at the side of a rack takes no unit; give a unit or a side");
	if (s->unit == 0 && (s->face != NULL || s->height != 0))
		return err_set(e, ERR_INPUT, "a height and a face belong to a unit; give a unit too");
	s->id = c->id;
	s->container = c->name;
	if (s->unit != 0 && s->height == 0)
		s->height = 1;
	if (s->unit != 0 && s->face == NULL) {
		row = inv_type_row(i, t->type);
		s->face = row == NULL ? "both" : row->def.face;
	}
	return check_units(i, c, s, e);
}

/* A rack goes into what is a place itself. A machine within a machine is a matter of the site's. */
static int
is_place_for(struct inv *i, const struct inv_ref *t, const struct inv_ref *c, struct err *e)
{
	const struct inv_type_row *inner = inv_type_row(i, t->type), *outer = inv_type_row(i, c->type);

	if (inner == NULL || outer == NULL || !inner->def.is_place || outer->def.is_place)
		return 0;
	return err_set(e, ERR_CONFLICT, "\"%s\" is a %s and no place for \"%s\", a %s", c->name, c->type, t->name, t->type);
}

int
inv_spot_put(struct inv_edit *ed, const struct inv_ref *t, const struct inv_spot *spot, struct arena *a, struct err *e)
{
	struct inv_note note = {.thing = t->id, .name = t->name, .what = "place"};
	struct inv_spot to = *spot, old;
	struct inv_ref c;

	if (inv_ref(ed->i, spot->container, a, &c, e) != 0 || complete(ed->i, t, &c, &to, e) != 0 ||
	    inv_spot_get(ed->i, t->id, a, &old, e) != 0)
		return -1;
	if (old.container != NULL && same_spot(&old, &to))
		return 0;
	to.face = to.face == NULL ? NULL : arena_strdup(a, to.face);
	if (no_circle(ed->i, UPWARDS("place", "thing", "container"), t, &c, e) != 0 ||
	    is_place_for(ed->i, t, &c, e) != 0 ||
	    inv_spot_clear(ed->i, t->id, e) != 0 || inv_spot_write(ed->i, t, &c, &to, e) != 0)
		return -1;
	inv_concerns(ed, c.id);
	inv_concerns(ed, old.id);
	note.before = old.container == NULL ? NULL : inv_spot_json(&old);
	note.after = inv_spot_json(&to);
	return inv_note(ed, &note, e);
}

int
inv_spot_take(struct inv_edit *ed, const struct inv_ref *t, struct arena *a, struct err *e)
{
	struct inv_note note = {.thing = t->id, .name = t->name, .what = "place"};
	struct inv_spot old;

	if (inv_spot_get(ed->i, t->id, a, &old, e) != 0)
		return -1;
	if (old.container == NULL)
		return err_set(e, ERR_CONFLICT, "\"%s\" is in nothing that it could be taken out of", t->name);
	inv_concerns(ed, old.id);
	note.before = inv_spot_json(&old);
	return inv_note(ed, &note, e) != 0 || inv_spot_clear(ed->i, t->id, e) != 0 ? -1 : 0;
}

/* ---- pools ----------------------------------------------------------------------------------- */

static int
note_member(struct inv_edit *ed, const struct inv_ref *pool, const struct inv_ref *t, bool gone, struct err *e)
{
	struct inv_note note = {.thing = t->id, .name = t->name, .what = "pool"};
	struct inv_note other = {.thing = pool->id, .name = pool->name, .what = "pool", .mirror = true};
	json_t *fact = json_pack("{s:s,s:s}", "pool", pool->name, "thing", t->name);

	*(gone ? &note.before : &note.after) = fact;
	*(gone ? &other.before : &other.after) = json_incref(fact);
	if (inv_note(ed, &note, e) != 0) {
		json_decref(fact);
		return -1;
	}
	return inv_note(ed, &other, e);
}

int
inv_member_add(struct inv_edit *ed, const struct inv_ref *pool, const struct inv_ref *t, struct err *e)
{
	if (strcmp(pool->type, "pool") != 0)
		return err_set(e, ERR_CONFLICT, "\"%s\" is a %s, and only a pool has members", pool->name, pool->type);
	if (pool->id == t->id)
		return err_set(e, ERR_CONFLICT, "the pool \"%s\" cannot hold itself", pool->name);
	if (strcmp(t->type, "pool") == 0 && no_circle(ed->i, UPWARDS("member", "thing", "pool"), t, pool, e) != 0)
		return -1;
	if (store_run(ed->i->s, e, "INSERT OR IGNORE INTO member(pool,thing) VALUES(?,?)", "ii", pool->id, t->id) != 0)
		return -1;
	if (store_changes(ed->i->s) == 0)
		return 0;
	return note_member(ed, pool, t, false, e) != 0 ? -1 : 1;
}

int
inv_member_del(struct inv_edit *ed, const struct inv_ref *pool, const struct inv_ref *t, struct err *e)
{
	if (store_run(ed->i->s, e, "DELETE FROM member WHERE pool=? AND thing=?", "ii", pool->id, t->id) != 0)
		return -1;
	if (store_changes(ed->i->s) == 0)
		return 0;
	return note_member(ed, pool, t, true, e) != 0 ? -1 : 1;
}
