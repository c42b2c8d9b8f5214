/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "inv_private.h"

/* An array in an arena that doubles; what it leaves behind goes with the arena. */
void *
inv_grow(struct arena *a, void *old, size_t n, size_t *cap, size_t size)
{
	void *p;

	if (n < *cap)
		return old;
	*cap = *cap == 0 ? 16 : *cap * 2;
	p = arena_array(a, *cap, size);
	if (n > 0)
		memcpy(p, old, n * size);
	return p;
}

int64_t
inv_generation(struct inv *i)
{
	struct err e;
	struct store_query *q = store_ask(i->s, &e, "SELECT seq FROM sqlite_sequence WHERE name='edit'", "");
	int64_t v = store_next(q, &e) == 1 ? store_int(q, 0) : 0;

	store_done(q);
	return v;
}

/* ---- things ------------------------------------------------------------------ */

struct things {
	struct inv_thing *t;
	size_t n, cap;
	struct inv_attr *attrs;
	size_t n_attrs, cap_attrs;
};

/* Columns: id, name, type, revision, changed, changed_by, key, subkey, number, value, kind, target's name; by id. */
static void
take_row(struct things *l, struct store_query *q, struct arena *a)
{
	struct inv_thing *t;
	struct inv_attr *at;

	if (l->n == 0 || l->t[l->n - 1].id != store_int(q, 0)) {
		l->t = inv_grow(a, l->t, l->n, &l->cap, sizeof(*l->t));
		l->t[l->n++] = (struct inv_thing){
		    .id = store_int(q, 0),
		    .name = arena_strdup(a, store_text(q, 1)),
		    .type = arena_strdup(a, store_text(q, 2)),
		    .revision = store_int(q, 3),
		    .changed = store_int(q, 4),
		    .changed_by = arena_strdup(a, store_text(q, 5)),
		};
	}
	if (store_null(q, 6))
		return;
	t = &l->t[l->n - 1];
	t->n_attrs++;
	l->attrs = inv_grow(a, l->attrs, l->n_attrs, &l->cap_attrs, sizeof(*l->attrs));
	at = &l->attrs[l->n_attrs++];
	at->key = arena_strdup(a, store_text(q, 6));
	at->subkey = *store_text(q, 7) == '\0' ? NULL : arena_strdup(a, store_text(q, 7));
	at->number = store_int(q, 8);
	at->kind = arena_strdup(a, store_text(q, 10));
	at->target = store_null(q, 11) ? NULL : arena_strdup(a, store_text(q, 11));
	at->value = at->target != NULL ? at->target : arena_strdup(a, store_text(q, 9));
}

/* The attributes lie one behind the other, in the order of the things. */
static void
hand_out_attrs(struct things *l)
{
	size_t at = 0;

	for (size_t i = 0; i < l->n; i++) {
		l->t[i].attrs = l->t[i].n_attrs == 0 ? NULL : l->attrs + at;
		at += l->t[i].n_attrs;
	}
}

static int
take_things(struct store_query *q, struct arena *a, struct things *l, struct err *e)
{
	int more;

	while ((more = store_next(q, e)) == 1) {
		take_row(l, q, a);
		if (arena_used(a) > LIMIT_ARENA / 2) { /* attributes are what grows without an end; the rest needs room too */
			store_done(q);
			return err_set(e, ERR_LIMIT, "the inventory's things and attributes are too much to be read at once: over %u bytes",
			    LIMIT_ARENA / 2);
		}
	}
	store_done(q);
	hand_out_attrs(l);
	return more;
}

#define THING_COLUMNS                                                                        \
	"t.id,t.name,t.type,t.revision,t.changed,t.changed_by,a.key,a.subkey,a.number,a.value,a.kind,r.name" \
	" FROM thing t LEFT JOIN attr a ON a.thing=t.id LEFT JOIN thing r ON r.id=a.target "
#define THING_ORDER " ORDER BY t.id,a.key,a.subkey,a.number,a.value,a.id"

int
inv_get(struct inv *i, const char *name, struct arena *a, struct inv_thing *out, struct err *e)
{
	struct things l = {0};

	if (take_things(store_ask(i->s, e, "SELECT " THING_COLUMNS "WHERE t.name=?" THING_ORDER, "s", name), a, &l,
	        e) != 0)
		return -1;
	if (l.n == 0)
		return err_set(e, ERR_NOT_FOUND, "there is no thing named \"%s\" in the inventory", name);
	*out = l.t[0];
	return 0;
}

static int
by_thing_name(const void *x, const void *y)
{
	return str_natural(((const struct inv_thing *)x)->name, ((const struct inv_thing *)y)->name);
}

int
inv_list(struct inv *i, const char *type, struct arena *a, struct inv_thing **out, size_t *n_out,
    struct err *e)
{
	struct things l = {0};
	struct store_query *q;

	if (type == NULL)
		q = store_ask(i->s, e, "SELECT " THING_COLUMNS THING_ORDER, "");
	else
		q = store_ask(i->s, e, "SELECT " THING_COLUMNS "WHERE t.type=?" THING_ORDER, "s", type);
	if (take_things(q, a, &l, e) != 0)
		return -1;
	if (l.n > 1)
		qsort(l.t, l.n, sizeof(*l.t), by_thing_name);
	*out = l.t;
	*n_out = l.n;
	return 0;
}

const char *
inv_type_of(struct inv *i, const char *name, struct arena *a, struct err *e)
{
	struct store_query *q = store_ask(i->s, e, "SELECT type FROM thing WHERE name=?", "s", name);
	int more = store_next(q, e);
	const char *type = more == 1 ? arena_strdup(a, store_text(q, 0)) : NULL;

	store_done(q);
	if (more == 0)
		err_set(e, ERR_NOT_FOUND, "there is no thing named \"%s\" in the inventory", name);
	return type;
}

int64_t
inv_id_of(struct inv *i, const char *name)
{
	struct err e;
	struct store_query *q = store_ask(i->s, &e, "SELECT id FROM thing WHERE name=?", "s", name);
	int more = store_next(q, &e);
	int64_t id = more == 1 ? store_int(q, 0) : more;

	store_done(q);
	return id;
}

const char *
inv_name_of(struct inv *i, int64_t id, struct arena *a)
{
	struct err e;
	struct store_query *q = store_ask(i->s, &e, "SELECT name FROM thing WHERE id=?", "i", id);
	const char *name = store_next(q, &e) == 1 ? arena_strdup(a, store_text(q, 0)) : NULL;

	store_done(q);
	return name;
}

int
inv_types(struct inv *i, struct arena *a, struct inv_type **out, size_t *n_out, struct err *e)
{
	struct store_query *q = store_ask(i->s, e, "SELECT type,COUNT(*) FROM thing GROUP BY type ORDER BY type", "");
	size_t cap = 0;
	int more;

	*out = NULL;
	*n_out = 0;
	while ((more = store_next(q, e)) == 1) {
		*out = inv_grow(a, *out, *n_out, &cap, sizeof(**out));
		(*out)[(*n_out)++] = (struct inv_type){arena_strdup(a, store_text(q, 0)), store_int(q, 1)};
	}
	store_done(q);
	return more;
}

static int
take_names(struct store_query *q, struct arena *a, struct hosts *out, struct err *e)
{
	size_t cap = 0;
	int more;

	*out = (struct hosts){0};
	while ((more = store_next(q, e)) == 1) {
		out->name = inv_grow(a, out->name, out->n, &cap, sizeof(*out->name));
		out->name[out->n++] = arena_strdup(a, store_text(q, 0));
	}
	store_done(q);
	hosts_sort(out);
	return more;
}

int
inv_with_bmc(struct inv *i, struct arena *a, struct hosts *out, struct err *e)
{
	return take_names(store_ask(i->s, e,
	                      "SELECT DISTINCT m.name FROM thing b JOIN port p ON p.thing=b.id JOIN link l ON l.port=p.id"
	                      " JOIN port o ON o.id=l.peer JOIN thing m ON m.id=o.thing WHERE b.type='bmc' AND " INV_MANAGES,
	                      ""),
	    a, out, e);
}

int
inv_bmc_machines(struct inv *i, const char *bmc, struct arena *a, struct hosts *out, struct err *e)
{
	return take_names(store_ask(i->s, e,
	                      "SELECT DISTINCT m.name FROM thing b JOIN port p ON p.thing=b.id JOIN link l ON l.port=p.id"
	                      " JOIN port o ON o.id=l.peer JOIN thing m ON m.id=o.thing WHERE b.name=? AND b.type='bmc' AND " INV_MANAGES,
	                      "s", bmc),
	    a, out, e);
}

int
inv_check_addresses(struct inv *i, struct err *e)
{
	struct store_query *q = store_ask(i->s, e,
	    "SELECT a.value,MIN(t.name),MAX(t.name) FROM attr a JOIN thing t ON t.id=a.thing"
	    " WHERE a.key='address' AND t.type='bmc' GROUP BY a.value HAVING COUNT(DISTINCT a.thing)>1 ORDER BY a.value LIMIT 1",
	    "");
	int more = store_next(q, e);

	if (more == 1)
		more = err_set(e, ERR_INPUT,
		    "two BMCs, \"%s\" and \"%s\", have the address %s; a power request for one would reach the other",
		    store_text(q, 1), store_text(q, 2), store_text(q, 0));
	store_done(q);
	return more;
}

/* ---- ports and wiring ---------------------------------------------------------- */

static int
by_port_name(const void *x, const void *y)
{
	return str_natural(((const struct inv_port *)x)->name, ((const struct inv_port *)y)->name);
}

int
inv_ports(struct inv *i, const char *thing, struct arena *a, struct inv_port **out, size_t *n_out,
    struct err *e)
{
	struct store_query *q = store_ask(i->s, e,
	    "SELECT p.name,p.kind,p.plug FROM port p JOIN thing t ON t.id=p.thing WHERE t.name=?", "s", thing);
	size_t cap = 0;
	int more;

	*out = NULL;
	*n_out = 0;
	while ((more = store_next(q, e)) == 1) {
		*out = inv_grow(a, *out, *n_out, &cap, sizeof(**out));
		(*out)[(*n_out)++] = (struct inv_port){arena_strdup(a, store_text(q, 0)),
		    arena_strdup(a, store_text(q, 1)), arena_strdup(a, store_text(q, 2))};
	}
	store_done(q);
	if (*n_out > 1)
		qsort(*out, *n_out, sizeof(**out), by_port_name);
	return more;
}

static int
by_a_port(const void *x, const void *y)
{
	return str_natural(((const struct inv_connection *)x)->a_port, ((const struct inv_connection *)y)->a_port);
}

int
inv_connections(struct inv *i, const char *thing, struct arena *a, struct inv_connection **out, size_t *n_out,
    struct err *e)
{
	struct store_query *q = store_ask(i->s, e,
	    "SELECT t.name,p.name,u.name,o.name,t.type,u.type,l.since,l.author"
	    " FROM thing t JOIN port p ON p.thing=t.id JOIN link l ON l.port=p.id"
	    " JOIN port o ON o.id=l.peer JOIN thing u ON u.id=o.thing WHERE t.name=?",
	    "s", thing);
	size_t cap = 0;
	int more;

	*out = NULL;
	*n_out = 0;
	while ((more = store_next(q, e)) == 1) {
		*out = inv_grow(a, *out, *n_out, &cap, sizeof(**out));
		(*out)[(*n_out)++] = (struct inv_connection){
		    .a = arena_strdup(a, store_text(q, 0)),
		    .a_port = arena_strdup(a, store_text(q, 1)),
		    .b = arena_strdup(a, store_text(q, 2)),
		    .b_port = arena_strdup(a, store_text(q, 3)),
		    .a_type = arena_strdup(a, store_text(q, 4)),
		    .b_type = arena_strdup(a, store_text(q, 5)),
		    .since = store_int(q, 6),
		    .by = arena_strdup(a, store_text(q, 7)),
		};
	}
	store_done(q);
	if (*n_out > 1)
		qsort(*out, *n_out, sizeof(**out), by_a_port);
	return more;
}

int
inv_bmc(struct inv *i, const char *machine, struct arena *a, struct inv_thing *out, struct err *e)
{
	struct things l = {0};

	if (take_things(store_ask(i->s, e,
	                    "SELECT " THING_COLUMNS "WHERE +t.type='bmc' AND t.id IN" /* +: by id, not through all BMCs of the room */
	                    " (SELECT o.thing FROM thing m JOIN port p ON p.thing=m.id"
	                    " JOIN link k ON k.port=p.id JOIN port o ON o.id=k.peer WHERE m.name=? AND " INV_MANAGES ")" THING_ORDER,
	                    "s", machine),
	        a, &l, e) != 0)
		return -1;
	if (l.n == 0)
		return err_set(e, ERR_NOT_FOUND, "no BMC is recorded for \"%s\"", machine);
	*out = l.t[0];
	return 0;
}

/* ---- cords --------------------------------------------------------------------- */

/*
 * From an inlet along its cable to an outlet; where that belongs to a thing that is no PDU,
 * on from that thing's inlets. UNION and the depth end a circle that somebody plugged.
 * The `since` of a way is its latest cable's. CROSS JOIN is SQLite's word for "in this order":
 * left to itself it reads every inlet of the room for every cord (minutes for 10,000 machines).
 */
#define WALK_UP(first)                                                                            \
	"WITH RECURSIVE walk(machine,inlet,thing,outlet,type,via,since,author,depth) AS ("          \
	" SELECT p.thing,p.name,o.thing,o.name,u.type,NULL,l.since,l.author,0"                      \
	" FROM port p JOIN link l ON l.port=p.id JOIN port o ON o.id=l.peer JOIN thing u ON u.id=o.thing" \
	" WHERE p.kind='inlet' AND o.kind='outlet'" first                                           \
	" UNION"                                                                                    \
	" SELECT w.machine,w.inlet,o.thing,o.name,u.type,"                                          \
	" CASE WHEN w.via IS NULL THEN v.name ELSE w.via||', '||v.name END,"                        \
	" CASE WHEN l.since>w.since THEN l.since ELSE w.since END,"                                 \
	" CASE WHEN l.since>w.since THEN l.author ELSE w.author END,w.depth+1"                      \
	" FROM walk w CROSS JOIN thing v ON v.id=w.thing CROSS JOIN port p ON p.thing=w.thing AND p.kind='inlet'" \
	" JOIN link l ON l.port=p.id JOIN port o ON o.id=l.peer AND o.kind='outlet'"                \
	" JOIN thing u ON u.id=o.thing WHERE w.type<>'pdu' AND w.depth<8)"                          \
	" SELECT m.name,m.type,w.inlet,d.name,w.outlet,w.via,w.since,w.author"                      \
	" FROM walk w JOIN thing m ON m.id=w.machine JOIN thing d ON d.id=w.thing WHERE w.type='pdu'"

/* The other way: from an outlet to whatever inlet is on it, and on from the outlets of that thing. */
#define WALK_DOWN                                                                                 \
	"WITH RECURSIVE walk(thing,inlet,via,since,author,depth) AS ("                              \
	" SELECT p.thing,p.name,NULL,l.since,l.author,0"                                            \
	" FROM thing d JOIN port o ON o.thing=d.id JOIN link l ON l.port=o.id"                      \
	" JOIN port p ON p.id=l.peer WHERE d.name=? AND o.name=? AND o.kind='outlet' AND p.kind='inlet'" \
	" UNION"                                                                                    \
	" SELECT p.thing,p.name,CASE WHEN w.via IS NULL THEN v.name ELSE w.via||', '||v.name END,"  \
	" CASE WHEN l.since>w.since THEN l.since ELSE w.since END,"                                 \
	" CASE WHEN l.since>w.since THEN l.author ELSE w.author END,w.depth+1"                      \
	" FROM walk w CROSS JOIN thing v ON v.id=w.thing CROSS JOIN port o ON o.thing=w.thing AND o.kind='outlet'" \
	" JOIN link l ON l.port=o.id JOIN port p ON p.id=l.peer AND p.kind='inlet' WHERE w.depth<8)" \
	" SELECT m.name,m.type,w.inlet,?,?,w.via,w.since,w.author FROM walk w JOIN thing m ON m.id=w.thing"

_Static_assert(INV_HOPS == 8, "the depth in WALK_UP and WALK_DOWN is INV_HOPS");

static int
by_machine(const void *x, const void *y)
{
	const struct inv_cord *a = x, *b = y;
	int c = str_natural(a->machine, b->machine);

	if (c == 0)
		c = str_natural(a->inlet, b->inlet);
	if (c == 0)
		c = str_natural(a->pdu, b->pdu);
	return c != 0 ? c : str_natural(a->outlet, b->outlet);
}

static int
take_cords(struct store_query *q, struct arena *a, struct inv_cord **out, size_t *n_out, struct err *e)
{
	size_t cap = 0;
	int more;

	*out = NULL;
	*n_out = 0;
	while ((more = store_next(q, e)) == 1) {
		*out = inv_grow(a, *out, *n_out, &cap, sizeof(**out));
		(*out)[(*n_out)++] = (struct inv_cord){
		    .machine = arena_strdup(a, store_text(q, 0)),
		    .type = arena_strdup(a, store_text(q, 1)),
		    .inlet = arena_strdup(a, store_text(q, 2)),
		    .pdu = arena_strdup(a, store_text(q, 3)),
		    .outlet = arena_strdup(a, store_text(q, 4)),
		    .via = store_null(q, 5) ? NULL : arena_strdup(a, store_text(q, 5)),
		    .since = store_int(q, 6),
		    .by = arena_strdup(a, store_text(q, 7)),
		};
	}
	store_done(q);
	if (*n_out > 1)
		qsort(*out, *n_out, sizeof(**out), by_machine);
	return more;
}

int
inv_cords(struct inv *i, const char *machine, struct arena *a, struct inv_cord **out, size_t *n_out,
    struct err *e)
{
	return take_cords(
	    store_ask(i->s, e, WALK_UP(" AND p.thing=(SELECT id FROM thing WHERE name=?)"), "s", machine), a, out,
	    n_out, e);
}

int
inv_all_cords(struct inv *i, struct arena *a, struct inv_cord **out, size_t *n_out, struct err *e)
{
	return take_cords(store_ask(i->s, e, WALK_UP(""), ""), a, out, n_out, e);
}

int
inv_fed_by(struct inv *i, const char *pdu, const char *outlet, struct arena *a, struct inv_cord **out,
    size_t *n_out, struct err *e)
{
	return take_cords(store_ask(i->s, e, WALK_DOWN, "ssss", pdu, outlet, pdu, outlet), a, out, n_out, e);
}
