/* SPDX-License-Identifier: Apache-2.0 */
/* Opening, and what larchd sees: values, outlets, transitions, the pulse. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "status_private.h"

/* Everything is keyed by the name of the thing: this file is rebuilt by a sweep, the inventory is not. */
static const char schema[] =
    "CREATE TABLE value("
    " thing TEXT NOT NULL, chk TEXT NOT NULL, level INTEGER NOT NULL, text TEXT NOT NULL, detail TEXT,"
    " number REAL, at INTEGER NOT NULL, since INTEGER NOT NULL, every INTEGER NOT NULL,"
    " PRIMARY KEY(thing,chk)) STRICT, WITHOUT ROWID;"
    "CREATE TABLE outlet("
    " pdu TEXT NOT NULL, outlet TEXT NOT NULL, device_name TEXT NOT NULL, state TEXT NOT NULL,"
    " word TEXT NOT NULL, amps REAL, watts REAL, at INTEGER NOT NULL, since INTEGER NOT NULL,"
    " every INTEGER NOT NULL, PRIMARY KEY(pdu,outlet)) STRICT, WITHOUT ROWID;"
    "CREATE TABLE transition("
    " id INTEGER PRIMARY KEY, at INTEGER NOT NULL, thing TEXT NOT NULL, chk TEXT NOT NULL,"
    " from_level INTEGER NOT NULL, from_text TEXT NOT NULL, to_level INTEGER NOT NULL,"
    " to_text TEXT NOT NULL) STRICT;"
    "CREATE INDEX transition_at ON transition(at);"
    "CREATE INDEX transition_thing ON transition(thing,at);"
    "CREATE TABLE pulse("
    " id INTEGER PRIMARY KEY CHECK(id=1), beat INTEGER NOT NULL DEFAULT 0, began INTEGER NOT NULL DEFAULT 0,"
    " ended INTEGER NOT NULL DEFAULT 0, things INTEGER NOT NULL DEFAULT 0, notice TEXT NOT NULL DEFAULT '',"
    " version TEXT NOT NULL DEFAULT '', unsettled INTEGER NOT NULL DEFAULT 0,"
    " generation INTEGER NOT NULL DEFAULT 0) STRICT;"
    "INSERT INTO pulse(id) VALUES(1);"
    "CREATE TABLE job("
    " id INTEGER PRIMARY KEY, who TEXT NOT NULL, verb TEXT NOT NULL, way TEXT NOT NULL, reason TEXT NOT NULL,"
    " machines TEXT NOT NULL, state TEXT NOT NULL, created INTEGER NOT NULL, ended INTEGER NOT NULL,"
    " done INTEGER NOT NULL, total INTEGER NOT NULL) STRICT;"
    "CREATE INDEX job_ended ON job(ended);"
    "CREATE TABLE action("
    " id INTEGER PRIMARY KEY, at INTEGER NOT NULL, job INTEGER NOT NULL, machine TEXT NOT NULL,"
    " who TEXT NOT NULL, verb TEXT NOT NULL, way TEXT NOT NULL, outcome TEXT NOT NULL, text TEXT NOT NULL) STRICT;"
    "CREATE INDEX action_machine ON action(machine,id);";

static const char schema_states[] =
    "CREATE TABLE wanted_state("
    " seq INTEGER PRIMARY KEY, at INTEGER NOT NULL, job INTEGER NOT NULL, thing TEXT NOT NULL,"
    " state TEXT NOT NULL, who TEXT NOT NULL, why TEXT NOT NULL) STRICT;";

static const char schema_switches[] =
    "CREATE TABLE switch_port("
    " switch TEXT NOT NULL, base_port INTEGER NOT NULL, if_index INTEGER NOT NULL, name TEXT NOT NULL,"
    " pvid INTEGER NOT NULL, egress TEXT NOT NULL, untagged TEXT NOT NULL, forbidden TEXT NOT NULL,"
    " at INTEGER NOT NULL, every INTEGER NOT NULL, PRIMARY KEY(switch,base_port)) STRICT, WITHOUT ROWID;"
    "CREATE TABLE switch_vlan("
    " switch TEXT NOT NULL, vlan INTEGER NOT NULL, name TEXT NOT NULL,"
    " PRIMARY KEY(switch,vlan)) STRICT, WITHOUT ROWID;";

static const char schema_columns[] =
    "ALTER TABLE value ADD COLUMN data TEXT;"
    "CREATE TABLE col("
    " nr INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, probe TEXT NOT NULL, title TEXT NOT NULL, unit TEXT NOT NULL,"
    " help TEXT NOT NULL, kind INTEGER NOT NULL, step REAL NOT NULL, every INTEGER NOT NULL, counts INTEGER NOT NULL,"
    " shown INTEGER NOT NULL) STRICT;"
    "CREATE TABLE grp("
    " source TEXT NOT NULL, name TEXT NOT NULL, members TEXT NOT NULL, at INTEGER NOT NULL,"
    " PRIMARY KEY(source,name)) STRICT, WITHOUT ROWID;";

static const char schema_events[] =
    "CREATE TABLE event("
    " id INTEGER PRIMARY KEY AUTOINCREMENT, at INTEGER NOT NULL, kind TEXT NOT NULL, thing TEXT NOT NULL,"
    " text TEXT NOT NULL) STRICT;"
    "ALTER TABLE action ADD COLUMN why TEXT NOT NULL DEFAULT '';"
    "CREATE TABLE told("
    " rule TEXT PRIMARY KEY, change INTEGER NOT NULL, event INTEGER NOT NULL, at INTEGER NOT NULL,"
    " tried INTEGER NOT NULL, trouble TEXT NOT NULL) STRICT, WITHOUT ROWID;";

static const struct store_migration migrations[] = {
    {1, schema},
    {2, schema_states},
    {3, schema_switches},
    {4, schema_columns},
    {5, schema_events},
};

#define PRUNE_MS (60 * 60 * 1000)
#define DAY_MS ((int64_t)24 * 60 * 60 * 1000)

void *
status_grow(struct arena *a, void *old, size_t n, size_t *cap, size_t size)
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

static struct status *
status_create(struct store *s, bool writer)
{
	struct status *st = calloc(1, sizeof(*st));

	if (st == NULL)
		log_die("out of memory: no status");
	st->s = s;
	st->writer = writer;
	return st;
}

int
status_open(const char *path, struct status **out, struct err *e)
{
	struct store *s;

	if (store_open(path, migrations, LARCH_COUNT(migrations), &s, e) != 0)
		return -1;
	*out = status_create(s, true);
	return 0;
}

int
status_open_reader(const char *path, struct status **out, struct err *e)
{
	struct store *s;

	if (store_open_reader(path, STATUS_VERSION, &s, e) != 0)
		return -1;
	*out = status_create(s, false);
	return 0;
}

void
status_close(struct status *s)
{
	if (s == NULL)
		return;
	store_close(s->s);
	free(s);
}

bool
status_replaced(struct status *s)
{
	return store_replaced(s->s);
}

int64_t
status_generation(struct status *s)
{
	struct err e;
	struct store_query *q = store_ask(s->s, &e, "SELECT generation FROM pulse WHERE id=1", "");
	int64_t v = store_next(q, &e) == 1 ? store_int(q, 0) : -1;

	store_done(q);
	return v;
}

int
status_turn(struct status *s, struct err *e)
{
	return store_run(s->s, e, "UPDATE pulse SET generation=generation+1 WHERE id=1", "");
}

/* ---- writing a batch ------------------------------------------------------------ */

struct seen {
	bool known;
	int64_t since;
	enum status_level level;
	char text[LIMIT_ERR_TEXT]; /* of what was; longer never compares equal, and is cut in the transition */
};

static int
last_seen(struct store_query *q, struct seen *out, struct err *e)
{
	int more = store_next(q, e);

	*out = (struct seen){.known = more == 1};
	if (more == 1) {
		out->since = store_int(q, 0);
		out->level = (enum status_level)store_int(q, 1);
		snprintf(out->text, sizeof(out->text), "%s", store_text(q, 2));
	}
	store_done(q);
	return more < 0 ? -1 : 0;
}

static int
put_transition(struct status *s, const struct status_change *c, struct err *e)
{
	return store_run(s->s, e,
	    "INSERT INTO transition(at,thing,chk,from_level,from_text,to_level,to_text) VALUES(?,?,?,?,?,?,?)",
	    "issisis", c->at, c->thing, c->check, (int64_t)c->from, c->from_text, (int64_t)c->to, c->to_text);
}

static int
put_value(struct status *s, const struct status_value *v, struct err *e)
{
	struct seen was;
	bool same;

	if (last_seen(store_ask(s->s, e, "SELECT since,level,text FROM value WHERE thing=? AND chk=?", "ss", v->thing,
	                  v->check),
	        &was, e) != 0)
		return -1;
	same = was.known && was.level == v->level && strcmp(was.text, v->text) == 0;
	if (was.known && !same) {
		struct status_change c = {0, v->at, v->thing, v->check, was.text, v->text, was.level, v->level};

		if (put_transition(s, &c, e) != 0)
			return -1;
	}
	return store_run(s->s, e,
	    "INSERT INTO value(thing,chk,level,text,detail,number,at,since,every,data) VALUES(?1,?2,?3,?4,?5,?6,?7,?8,?9,?10)"
	    " ON CONFLICT(thing,chk) DO UPDATE SET level=?3,text=?4,detail=?5,number=?6,at=?7,since=?8,every=?9,data=?10",
	    "ssissdiiis", v->thing, v->check, (int64_t)v->level, v->text, v->detail, v->number, v->at,
	    same ? was.since : v->at, v->interval, v->data);
}

static enum status_level
outlet_level(const char *state)
{
	return strcmp(state, "unknown") == 0 ? STATUS_UNKNOWN : STATUS_OK;
}

static int
put_outlet(struct status *s, const struct status_outlet *o, struct err *e)
{
	char check[LIMIT_NAME + 16];
	struct seen was;
	bool same;

	if (last_seen(store_ask(s->s, e, "SELECT since,0,state FROM outlet WHERE pdu=? AND outlet=?", "ss", o->pdu,
	                  o->outlet),
	        &was, e) != 0)
		return -1;
	same = was.known && strcmp(was.text, o->state) == 0;
	if (was.known && !same) {
		struct status_change c = {0, o->at, o->pdu, check, was.text, o->state, outlet_level(was.text),
		    outlet_level(o->state)};

		snprintf(check, sizeof(check), "outlet %s", o->outlet);
		if (put_transition(s, &c, e) != 0)
			return -1;
	}
	return store_run(s->s, e,
	    "INSERT INTO outlet(pdu,outlet,device_name,state,word,amps,watts,at,since,every)"
	    " VALUES(?1,?2,?3,?4,?5,?6,?7,?8,?9,?10)"
	    " ON CONFLICT(pdu,outlet) DO UPDATE SET device_name=?3,state=?4,word=?5,amps=?6,watts=?7,at=?8,since=?9,"
	    "every=?10",
	    "sssssddiii", o->pdu, o->outlet, o->device_name == NULL ? "" : o->device_name, o->state,
	    o->word == NULL ? "" : o->word, o->amps, o->watts, o->at, same ? was.since : o->at, o->interval);
}

/* Once an hour; nothing else of this room grows. */
static int
prune(struct status *s, struct err *e)
{
	int64_t now = times_now();

	if (s->pruned != 0 && now - s->pruned < PRUNE_MS && now >= s->pruned)
		return 0;
	s->pruned = now;
	if (store_run(s->s, e, "DELETE FROM transition WHERE at<?", "i", now - STATUS_KEPT_DAYS * DAY_MS) != 0)
		return -1;
	if (store_run(s->s, e, "DELETE FROM event WHERE at<?", "i", now - STATUS_KEPT_DAYS * DAY_MS) != 0)
		return -1;
	if (store_run(s->s, e, "DELETE FROM wanted_state WHERE at<?", "i", now - STATUS_KEPT_DAYS * DAY_MS) != 0)
		return -1;
	return store_run(s->s, e, "DELETE FROM job WHERE ended<>0 AND ended<?", "i", now - DAY_MS);
}

int
status_put(struct status *s, const struct status_value *values, size_t n_values,
    const struct status_outlet *outlets, size_t n_outlets, struct err *e)
{
	if (store_begin(s->s, e) != 0)
		return -1;
	for (size_t i = 0; i < n_values; i++)
		if (put_value(s, &values[i], e) != 0)
			goto bad;
	for (size_t i = 0; i < n_outlets; i++)
		if (put_outlet(s, &outlets[i], e) != 0)
			goto bad;
	if (prune(s, e) != 0 || status_turn(s, e) != 0)
		goto bad;
	return store_commit(s->s, e);
bad:
	store_rollback(s->s);
	return -1;
}

/* ---- reading ---------------------------------------------------------------------- */

static double
real(struct store_query *q, int column)
{
	return store_null(q, column) ? NAN : store_double(q, column);
}

#define VALUE_COLUMNS "thing,chk,level,text,detail,number,at,since,every,data FROM value "

static void
take_value(struct store_query *q, struct arena *a, struct status_value *v)
{
	*v = (struct status_value){
	    .thing = arena_strdup(a, store_text(q, 0)),
	    .check = arena_strdup(a, store_text(q, 1)),
	    .level = (enum status_level)store_int(q, 2),
	    .text = arena_strdup(a, store_text(q, 3)),
	    .detail = store_null(q, 4) ? NULL : arena_strdup(a, store_text(q, 4)),
	    .number = real(q, 5),
	    .at = store_int(q, 6),
	    .since = store_int(q, 7),
	    .interval = store_int(q, 8),
	    .data = store_null(q, 9) ? NULL : arena_strdup(a, store_text(q, 9)),
	};
}

int
status_values(struct status *s, const char *thing, struct arena *a, struct status_value **out, size_t *n_out,
    struct err *e)
{
	struct store_query *q;
	size_t cap = 0;
	int more;

	*out = NULL;
	*n_out = 0;
	if (thing == NULL)
		q = store_ask(s->s, e, "SELECT " VALUE_COLUMNS "ORDER BY thing,chk", "");
	else
		q = store_ask(s->s, e, "SELECT " VALUE_COLUMNS "WHERE thing=? ORDER BY chk", "s", thing);
	while ((more = store_next(q, e)) == 1) {
		*out = status_grow(a, *out, *n_out, &cap, sizeof(**out));
		take_value(q, a, &(*out)[(*n_out)++]);
	}
	store_done(q);
	return more;
}

int
status_values_of(struct status *s, const struct hosts *things, struct arena *a, struct status_value **out,
    size_t *n_out, struct err *e)
{
	json_t *names = json_array();
	struct buf text = BUF(LIMIT_HOSTS_TEXT);
	struct store_query *q;
	size_t cap = 0;
	int more;

	*out = NULL;
	*n_out = 0;
	for (size_t k = 0; k < things->n; k++)
		jsn_add(names, json_string(things->name[k]));
	jsn_canonical(names, &text);
	q = store_ask(s->s, e, "SELECT " VALUE_COLUMNS "WHERE thing IN (SELECT value FROM json_each(?)) ORDER BY thing,chk",
	    "t", buf_view(&text));
	while ((more = store_next(q, e)) == 1) {
		*out = status_grow(a, *out, *n_out, &cap, sizeof(**out));
		take_value(q, a, &(*out)[(*n_out)++]);
	}
	store_done(q);
	buf_free(&text);
	json_decref(names);
	return more;
}

int
status_value(struct status *s, const char *thing, const char *check, struct arena *a, struct status_value *out,
    struct err *e)
{
	struct store_query *q =
	    store_ask(s->s, e, "SELECT " VALUE_COLUMNS "WHERE thing=? AND chk=?", "ss", thing, check);
	int more = store_next(q, e);

	if (more == 1)
		take_value(q, a, out);
	store_done(q);
	if (more == 0)
		return err_set(e, ERR_NOT_FOUND, "%s of \"%s\" was never seen", check, thing);
	return more == 1 ? 0 : -1;
}

#define OUTLET_COLUMNS "pdu,outlet,device_name,state,word,amps,watts,at,since,every FROM outlet "

static void
take_outlet(struct store_query *q, struct arena *a, struct status_outlet *o)
{
	*o = (struct status_outlet){
	    .pdu = arena_strdup(a, store_text(q, 0)),
	    .outlet = arena_strdup(a, store_text(q, 1)),
	    .device_name = arena_strdup(a, store_text(q, 2)),
	    .state = arena_strdup(a, store_text(q, 3)),
	    .word = arena_strdup(a, store_text(q, 4)),
	    .amps = real(q, 5),
	    .watts = real(q, 6),
	    .at = store_int(q, 7),
	    .since = store_int(q, 8),
	    .interval = store_int(q, 9),
	};
}

static int
by_outlet(const void *x, const void *y)
{
	const struct status_outlet *a = x, *b = y;
	int c = str_natural(a->pdu, b->pdu);

	return c != 0 ? c : str_natural(a->outlet, b->outlet);
}

int
status_outlets(struct status *s, const char *pdu, struct arena *a, struct status_outlet **out, size_t *n_out,
    struct err *e)
{
	struct store_query *q;
	size_t cap = 0;
	int more;

	*out = NULL;
	*n_out = 0;
	if (pdu == NULL)
		q = store_ask(s->s, e, "SELECT " OUTLET_COLUMNS, "");
	else
		q = store_ask(s->s, e, "SELECT " OUTLET_COLUMNS "WHERE pdu=?", "s", pdu);
	while ((more = store_next(q, e)) == 1) {
		*out = status_grow(a, *out, *n_out, &cap, sizeof(**out));
		take_outlet(q, a, &(*out)[(*n_out)++]);
	}
	store_done(q);
	if (*n_out > 1)
		qsort(*out, *n_out, sizeof(**out), by_outlet);
	return more;
}

int
status_outlet(struct status *s, const char *pdu, const char *outlet, struct arena *a, struct status_outlet *out,
    struct err *e)
{
	struct store_query *q =
	    store_ask(s->s, e, "SELECT " OUTLET_COLUMNS "WHERE pdu=? AND outlet=?", "ss", pdu, outlet);
	int more = store_next(q, e);

	if (more == 1)
		take_outlet(q, a, out);
	store_done(q);
	if (more == 0)
		return err_set(e, ERR_NOT_FOUND, "outlet %s of \"%s\" was never seen", outlet, pdu);
	return more == 1 ? 0 : -1;
}

#define CHANGE_COLUMNS "id,at,thing,chk,from_text,to_text,from_level,to_level FROM transition "

static int
take_changes(struct store_query *q, struct arena *a, struct status_change **out, size_t *n_out, struct err *e)
{
	size_t cap = 0;
	int more;

	*out = NULL;
	*n_out = 0;
	while ((more = store_next(q, e)) == 1) {
		*out = status_grow(a, *out, *n_out, &cap, sizeof(**out));
		(*out)[(*n_out)++] = (struct status_change){
		    .id = store_int(q, 0),
		    .at = store_int(q, 1),
		    .thing = arena_strdup(a, store_text(q, 2)),
		    .check = arena_strdup(a, store_text(q, 3)),
		    .from_text = arena_strdup(a, store_text(q, 4)),
		    .to_text = arena_strdup(a, store_text(q, 5)),
		    .from = (enum status_level)store_int(q, 6),
		    .to = (enum status_level)store_int(q, 7),
		};
	}
	store_done(q);
	return more;
}

int
status_changes(struct status *s, const char *thing, int64_t since, size_t limit, struct arena *a,
    struct status_change **out, size_t *n_out, struct err *e)
{
	struct store_query *q;

	if (thing == NULL)
		q = store_ask(s->s, e, "SELECT " CHANGE_COLUMNS "WHERE at>=? ORDER BY at DESC,id DESC LIMIT ?", "ii", since,
		    (int64_t)limit);
	else
		q = store_ask(s->s, e, "SELECT " CHANGE_COLUMNS "WHERE thing=? AND at>=? ORDER BY at DESC,id DESC LIMIT ?", "sii",
		    thing, since, (int64_t)limit);
	return take_changes(q, a, out, n_out, e);
}

int
status_changes_after(struct status *s, int64_t after, size_t limit, struct arena *a, struct status_change **out,
    size_t *n_out, struct err *e)
{
	return take_changes(store_ask(s->s, e, "SELECT " CHANGE_COLUMNS "WHERE id>? ORDER BY id LIMIT ?", "ii", after,
	                        (int64_t)limit),
	    a, out, n_out, e);
}

int64_t
status_last_change(struct status *s)
{
	struct err e;
	struct store_query *q = store_ask(s->s, &e, "SELECT ifnull(max(id),0) FROM transition", "");
	int64_t id = store_next(q, &e) == 1 ? store_int(q, 0) : -1;

	store_done(q);
	return id;
}

/* ---- the pulse ----------------------------------------------------------------------- */

int
status_set_pulse(struct status *s, const struct status_pulse *p, struct err *e)
{
	return store_run(s->s, e,
	    "UPDATE pulse SET beat=?,began=?,ended=?,things=?,notice=?,version=? WHERE id=1", "iiiiss", p->beat,
	    p->sweep_began, p->sweep_ended, p->sweep_things, p->notice == NULL ? "" : p->notice,
	    p->version == NULL ? "" : p->version);
}

int
status_pulse(struct status *s, struct arena *a, struct status_pulse *out, struct err *e)
{
	struct store_query *q;
	int more;

	*out = (struct status_pulse){.notice = "", .version = ""};
	if (s == NULL)
		return 0;
	q = store_ask(s->s, e, "SELECT beat,began,ended,things,notice,version FROM pulse WHERE id=1", "");
	more = store_next(q, e);
	if (more == 1) {
		out->beat = store_int(q, 0);
		out->sweep_began = store_int(q, 1);
		out->sweep_ended = store_int(q, 2);
		out->sweep_things = store_int(q, 3);
		out->notice = arena_strdup(a, store_text(q, 4));
		out->version = arena_strdup(a, store_text(q, 5));
	}
	store_done(q);
	return more < 0 ? -1 : 0;
}
