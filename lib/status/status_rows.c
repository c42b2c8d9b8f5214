/* SPDX-License-Identifier: Apache-2.0 */
/* Opening, as the writer and as a reader; a file that is no good; the pulse. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "status_private.h"

/* docs/formats/status.md says what each is for. Whoever changes them raises STATUS_VERSION: the file is made anew. */
static const char schema[] =
    "CREATE TABLE thing(nr INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, last INTEGER NOT NULL) STRICT;"
    "CREATE TABLE chk(nr INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE) STRICT;"
    "CREATE TABLE word(nr INTEGER PRIMARY KEY, text TEXT NOT NULL UNIQUE, day INTEGER NOT NULL) STRICT;"
    "CREATE TABLE col("
    " nr INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, probe TEXT NOT NULL, title TEXT NOT NULL, unit TEXT NOT NULL,"
    " help TEXT NOT NULL, kind INTEGER NOT NULL, step REAL NOT NULL, every INTEGER NOT NULL, counts INTEGER NOT NULL,"
    " shown INTEGER NOT NULL) STRICT;"
    "CREATE TABLE value("
    " chk INTEGER NOT NULL, thing INTEGER NOT NULL, level INTEGER NOT NULL, text TEXT NOT NULL, detail TEXT,"
    " number REAL, at INTEGER NOT NULL, since INTEGER NOT NULL, every INTEGER NOT NULL, data TEXT, turn INTEGER NOT NULL,"
    " PRIMARY KEY(chk,thing)) STRICT, WITHOUT ROWID;"
    "CREATE TABLE outlet("
    " nr INTEGER PRIMARY KEY, pdu INTEGER NOT NULL, name TEXT NOT NULL, device_name TEXT NOT NULL, state TEXT NOT NULL,"
    " word TEXT NOT NULL, amps REAL, watts REAL, at INTEGER NOT NULL, since INTEGER NOT NULL, every INTEGER NOT NULL,"
    " turn INTEGER NOT NULL, fault TEXT NOT NULL, fixed INTEGER NOT NULL, UNIQUE(pdu,name)) STRICT;"
    "CREATE TABLE round("
    " turn INTEGER NOT NULL, chk INTEGER NOT NULL, at INTEGER NOT NULL, reached BLOB NOT NULL, PRIMARY KEY(turn,chk)) STRICT;"
    "CREATE TABLE change("
    " id INTEGER PRIMARY KEY, before INTEGER NOT NULL, at INTEGER NOT NULL, thing INTEGER NOT NULL, chk INTEGER NOT NULL,"
    " level INTEGER NOT NULL, from_text INTEGER NOT NULL, to_text INTEGER NOT NULL) STRICT;"
    "CREATE TABLE hour(hour INTEGER PRIMARY KEY, first INTEGER NOT NULL, last INTEGER NOT NULL) STRICT;"
    "CREATE TABLE day(day INTEGER NOT NULL, chk INTEGER NOT NULL, shares BLOB NOT NULL, PRIMARY KEY(day,chk)) STRICT;"
    "CREATE TABLE gap(id INTEGER PRIMARY KEY, began INTEGER NOT NULL, ended INTEGER NOT NULL) STRICT;"
    "CREATE TABLE grp("
    " source TEXT NOT NULL, name TEXT NOT NULL, members TEXT NOT NULL, at INTEGER NOT NULL,"
    " PRIMARY KEY(source,name)) STRICT, WITHOUT ROWID;"
    "CREATE TABLE switch_port("
    " switch TEXT NOT NULL, base_port INTEGER NOT NULL, if_index INTEGER NOT NULL, name TEXT NOT NULL,"
    " pvid INTEGER NOT NULL, egress TEXT NOT NULL, untagged TEXT NOT NULL, forbidden TEXT NOT NULL,"
    " at INTEGER NOT NULL, every INTEGER NOT NULL, PRIMARY KEY(switch,base_port)) STRICT, WITHOUT ROWID;"
    "CREATE TABLE switch_vlan("
    " switch TEXT NOT NULL, vlan INTEGER NOT NULL, name TEXT NOT NULL,"
    " PRIMARY KEY(switch,vlan)) STRICT, WITHOUT ROWID;"
    "CREATE TABLE pulse("
    " id INTEGER PRIMARY KEY CHECK(id=1), beat INTEGER NOT NULL DEFAULT 0, began INTEGER NOT NULL DEFAULT 0,"
    " ended INTEGER NOT NULL DEFAULT 0, things INTEGER NOT NULL DEFAULT 0, notice TEXT NOT NULL DEFAULT '',"
    " version TEXT NOT NULL DEFAULT '', unsettled INTEGER NOT NULL DEFAULT 0,"
    " generation INTEGER NOT NULL DEFAULT 0, turn INTEGER NOT NULL DEFAULT 0) STRICT;"
    "INSERT INTO pulse(id) VALUES(1);"
    "CREATE TABLE job("
    " id INTEGER PRIMARY KEY, who TEXT NOT NULL, verb TEXT NOT NULL, way TEXT NOT NULL, reason TEXT NOT NULL,"
    " machines TEXT NOT NULL, state TEXT NOT NULL, created INTEGER NOT NULL, ended INTEGER NOT NULL,"
    " done INTEGER NOT NULL, total INTEGER NOT NULL) STRICT;"
    "CREATE INDEX job_ended ON job(ended);"
    "CREATE TABLE action("
    " id INTEGER PRIMARY KEY, at INTEGER NOT NULL, job INTEGER NOT NULL, machine TEXT NOT NULL,"
    " who TEXT NOT NULL, verb TEXT NOT NULL, way TEXT NOT NULL, outcome TEXT NOT NULL, text TEXT NOT NULL,"
    " why TEXT NOT NULL DEFAULT '') STRICT;"
    "CREATE INDEX action_machine ON action(machine,id);"
    "CREATE TABLE tag("
    " id INTEGER PRIMARY KEY, thing TEXT NOT NULL, outlet TEXT NOT NULL, type TEXT NOT NULL, who TEXT NOT NULL,"
    " reason TEXT NOT NULL, contact TEXT NOT NULL, made INTEGER NOT NULL, until INTEGER NOT NULL) STRICT;"
    "CREATE TABLE wanted_state("
    " seq INTEGER PRIMARY KEY, at INTEGER NOT NULL, job INTEGER NOT NULL, thing TEXT NOT NULL,"
    " state TEXT NOT NULL, who TEXT NOT NULL, why TEXT NOT NULL) STRICT;"
    "CREATE TABLE unsettled("
    " seq INTEGER PRIMARY KEY, at INTEGER NOT NULL, job INTEGER NOT NULL, step INTEGER NOT NULL, who TEXT NOT NULL,"
    " machine TEXT NOT NULL, what TEXT NOT NULL) STRICT;"
    "CREATE TABLE event("
    " id INTEGER PRIMARY KEY AUTOINCREMENT, at INTEGER NOT NULL, kind TEXT NOT NULL, thing TEXT NOT NULL,"
    " text TEXT NOT NULL) STRICT;"
    "CREATE TABLE told("
    " rule TEXT PRIMARY KEY, change INTEGER NOT NULL, event INTEGER NOT NULL, at INTEGER NOT NULL,"
    " tried INTEGER NOT NULL, trouble TEXT NOT NULL) STRICT, WITHOUT ROWID;"
    "CREATE TABLE open_grant("
    " id INTEGER PRIMARY KEY, who TEXT NOT NULL, verbs TEXT NOT NULL, things TEXT NOT NULL, uses INTEGER NOT NULL,"
    " used INTEGER NOT NULL, made INTEGER NOT NULL, until INTEGER NOT NULL) STRICT;"
    "CREATE TABLE waiting("
    " id INTEGER PRIMARY KEY, plan TEXT NOT NULL, who TEXT NOT NULL, verb TEXT NOT NULL, things TEXT NOT NULL,"
    " machines INTEGER NOT NULL, asked INTEGER NOT NULL, until INTEGER NOT NULL, approver TEXT NOT NULL) STRICT;"
    "CREATE TABLE cure("
    " id INTEGER PRIMARY KEY AUTOINCREMENT, job INTEGER NOT NULL, machine TEXT NOT NULL, rule TEXT NOT NULL,"
    " signs TEXT NOT NULL, verb TEXT NOT NULL, began INTEGER NOT NULL, ended INTEGER NOT NULL, judged INTEGER NOT NULL,"
    " well INTEGER NOT NULL, UNIQUE(job,machine)) STRICT;"
    "CREATE INDEX cure_began ON cure(began);"
    "CREATE INDEX cure_open ON cure(machine) WHERE judged=0;";

/* Nothing leads from one version to the next: an older file has tables already, and is no good. */
static int
open_store(const char *path, struct store **out, struct err *e)
{
	struct store_migration rows[STATUS_VERSION];

	for (int i = 0; i < STATUS_VERSION; i++)
		rows[i] = (struct store_migration){i + 1, i + 1 == STATUS_VERSION ? schema : ""};
	return store_open(path, rows, STATUS_VERSION, out, e);
}

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
status_create(const char *path)
{
	struct status *st = calloc(1, sizeof(*st));

	if (st == NULL || (st->path = strdup(path)) == NULL)
		log_die("out of memory: no status");
	return st;
}

/* ---- a file that is no good ----------------------------------------------------------- */

/* With its log, which holds what is not in it yet; its index is nothing without it. */
static int
put_aside(struct status *s, const char *why, struct err *e)
{
	char to[4096], log_from[4200], log_to[4200], when[TIMES_TEXT];

	(void)snprintf(to, sizeof(to), "%s.%s", s->path, times_utc(times_now(), when));
	(void)snprintf(log_from, sizeof(log_from), "%s-wal", s->path);
	(void)snprintf(log_to, sizeof(log_to), "%s-wal", to);
	if (access(s->path, F_OK) == 0 && rename(s->path, to) != 0)
		return err_set(e, ERR_UNAVAILABLE, "%s is no good and cannot be put aside: %s", s->path, strerror(errno));
	if (access(log_from, F_OK) == 0 && rename(log_from, log_to) != 0)
		(void)unlink(log_from);
	(void)snprintf(log_to, sizeof(log_to), "%s-shm", s->path);
	(void)unlink(log_to);
	(void)snprintf(s->aside, sizeof(s->aside),
	    "The room's status was begun anew, because its file was no good; the old one, with its history, is %.200s: %.200s", to, why);
	log_warn("%s", s->aside);
	return 0;
}

/* Another version, or damaged: not a file that another larchd holds, or a disk that is full. */
static bool
is_no_good(const struct status *s, const struct err *e)
{
	int version = e->kind == ERR_UNAVAILABLE ? store_version(s->path) : 0;

	return e->kind == ERR_INTERNAL || (version > 0 && version != STATUS_VERSION);
}

static int
open_and_load(struct status *s, struct err *e)
{
	if (open_store(s->path, &s->s, e) != 0)
		return -1;
	kept_destroy(s->kept);
	s->kept = kept_create();
	if (kept_load(s, e) == 0)
		return 0;
	store_close(s->s);
	s->s = NULL;
	return -1;
}

int
status_open(const char *path, struct status **out, struct err *e)
{
	struct status *s = status_create(path);
	char why[LIMIT_ERR_TEXT];

	if (open_and_load(s, e) == 0) {
		*out = s;
		return 0;
	}
	(void)snprintf(why, sizeof(why), "%s", e->text);
	if (is_no_good(s, e) && put_aside(s, why, e) == 0 && open_and_load(s, e) == 0) {
		*out = s;
		return 0;
	}
	status_close(s);
	return -1;
}

/* ---- a file that is gone --------------------------------------------------------------- */

/* What nothing but the file knows; it is read from the one that was taken away as long as we hold that. */
static const struct {
	const char *read, *write;
	const char *types; /* as store_run has them */
} small[] = {
    {"SELECT nr,name,probe,title,unit,help,kind,step,every,counts,shown FROM col",
        "INSERT INTO col(nr,name,probe,title,unit,help,kind,step,every,counts,shown) VALUES(?,?,?,?,?,?,?,?,?,?,?)", "itttttidiii"},
    {"SELECT source,name,members,at FROM grp", "INSERT INTO grp(source,name,members,at) VALUES(?,?,?,?)", "ttti"},
    {"SELECT switch,base_port,if_index,name,pvid,egress,untagged,forbidden,at,every FROM switch_port",
        "INSERT INTO switch_port(switch,base_port,if_index,name,pvid,egress,untagged,forbidden,at,every)"
        " VALUES(?,?,?,?,?,?,?,?,?,?)", "tiititttii"},
    {"SELECT switch,vlan,name FROM switch_vlan", "INSERT INTO switch_vlan(switch,vlan,name) VALUES(?,?,?)", "tit"},
    {"SELECT beat,began,ended,things,notice,version,unsettled,generation,turn FROM pulse",
        "UPDATE pulse SET beat=?,began=?,ended=?,things=?,notice=?,version=?,unsettled=?,generation=?,turn=?", "iiiittiii"},
    {"SELECT id,who,verb,way,reason,machines,state,created,ended,done,total FROM job",
        "INSERT INTO job(id,who,verb,way,reason,machines,state,created,ended,done,total) VALUES(?,?,?,?,?,?,?,?,?,?,?)",
        "ittttttiiii"},
    {"SELECT id,at,job,machine,who,verb,way,outcome,text,why FROM action",
        "INSERT INTO action(id,at,job,machine,who,verb,way,outcome,text,why) VALUES(?,?,?,?,?,?,?,?,?,?)", "iiittttttt"},
    {"SELECT seq,at,job,step,who,machine,what FROM unsettled",
        "INSERT INTO unsettled(seq,at,job,step,who,machine,what) VALUES(?,?,?,?,?,?,?)", "iiiittt"},
    {"SELECT id,at,kind,thing,text FROM event", "INSERT INTO event(id,at,kind,thing,text) VALUES(?,?,?,?,?)", "iittt"},
    {"SELECT rule,change,event,at,tried,trouble FROM told",
        "INSERT INTO told(rule,change,event,at,tried,trouble) VALUES(?,?,?,?,?,?)", "tiiiit"},
    {"SELECT seq,at,job,thing,state,who,why FROM wanted_state",
        "INSERT INTO wanted_state(seq,at,job,thing,state,who,why) VALUES(?,?,?,?,?,?,?)", "iiitttt"},
    {"SELECT id,began,ended FROM gap", "INSERT INTO gap(id,began,ended) VALUES(?,?,?)", "iii"},
};
#define SMALL_WIDTH 12

struct small_row {
	size_t table;
	struct store_param field[SMALL_WIDTH];
	struct small_row *next;
};

static struct small_row *
small_take(struct store_query *q, size_t table, struct arena *a)
{
	struct small_row *r = arena_alloc(a, sizeof(*r));

	r->table = table;
	for (int i = 0; small[table].types[i] != '\0'; i++) {
		struct store_param *p = &r->field[i];

		p->type = small[table].types[i];
		p->i = store_int(q, i);
		p->d = store_double(q, i);
		if (p->type == 't')
			p->t = str_of(arena_strdup(a, store_text(q, i)));
	}
	return r;
}

/* What cannot be read any more is not known any more. */
static struct small_row *
small_read(struct store *s, struct arena *a)
{
	struct small_row *first = NULL, **end = &first;

	for (size_t i = 0; i < LARCH_COUNT(small); i++) {
		struct store_query *q = store_ask(s, NULL, small[i].read, "");

		while (store_next(q, NULL) == 1 && arena_used(a) < LIMIT_ARENA / 2) {
			*end = small_take(q, i, a);
			end = &(*end)->next;
		}
		store_done(q);
	}
	return first;
}

static int
small_write(struct store *s, const struct small_row *r, struct err *e)
{
	for (; r != NULL; r = r->next) {
		struct store_query *q =
		    store_ask_built(s, e, small[r->table].write, r->field, strlen(small[r->table].types));
		int rc = store_next(q, e);

		store_done(q);
		if (rc < 0)
			return -1;
	}
	return 0;
}

/* The log and the index of a file that is gone would be taken for those of the new one. */
static void
remove_rest(struct status *s)
{
	static const char *const ends[] = {"-wal", "-shm"};
	char path[4200];

	for (size_t i = 0; i < LARCH_COUNT(ends); i++) {
		(void)snprintf(path, sizeof(path), "%s%s", s->path, ends[i]);
		(void)unlink(path);
	}
}

int
status_remake(struct status *s, const char *why, struct err *e)
{
	struct arena *a = arena_create();
	struct small_row *rows = s->s == NULL ? NULL : small_read(s->s, a);
	int rc = -1;

	store_close(s->s);
	s->s = NULL;
	s->ages = NULL;
	if (access(s->path, F_OK) == 0) {
		if (put_aside(s, why, e) != 0)
			goto out;
	} else {
		log_error("%s: %s; a new one is made, with all values that are known", s->path, why);
		remove_rest(s);
	}
	if (open_store(s->path, &s->s, e) != 0)
		goto out;
	rc = store_begin(s->s, e) != 0 || small_write(s->s, rows, e) != 0 || store_commit(s->s, e) != 0 ? -1 : 0;
	if (rc != 0)
		store_rollback(s->s);
	kept_all_unwritten(s->kept);
	kept_births(s->kept);
out:
	arena_destroy(a);
	return rc;
}

/* ---- readers, and the end ---------------------------------------------------------------- */

int
status_open_reader(const char *path, struct status **out, struct err *e)
{
	struct store *s;

	if (store_open_reader(path, STATUS_VERSION, &s, e) != 0)
		return -1;
	*out = status_create(path);
	(*out)->s = s;
	return 0;
}

void
status_close(struct status *s)
{
	if (s == NULL)
		return;
	kept_destroy(s->kept);
	arena_destroy(s->ages_arena);
	store_close(s->s);
	free(s->path);
	free(s);
}

bool
status_replaced(struct status *s)
{
	return s->s == NULL || store_replaced(s->s);
}

static int64_t
pulse_number(struct status *s, const char *sql)
{
	struct err e;
	struct store_query *q = s->s == NULL ? NULL : store_ask(s->s, &e, sql, "");
	int64_t v = store_next(q, &e) == 1 ? store_int(q, 0) : -1;

	store_done(q);
	return v;
}

int64_t
status_generation(struct status *s)
{
	return pulse_number(s, "SELECT generation FROM pulse WHERE id=1");
}

int64_t
status_rounds_generation(struct status *s)
{
	return pulse_number(s, "SELECT turn FROM pulse WHERE id=1");
}

void
status_generations(struct status *s, int64_t *rows_out, int64_t *rounds_out)
{
	struct err e;
	struct store_query *q = s->s == NULL ? NULL : store_ask(s->s, &e, "SELECT generation,turn FROM pulse WHERE id=1", "");
	bool found = store_next(q, &e) == 1;

	*rows_out = found ? store_int(q, 0) : -1;
	*rounds_out = found ? store_int(q, 1) : -1;
	store_done(q);
}

int
status_turn(struct status *s, struct err *e)
{
	return store_run(s->s, e, "UPDATE pulse SET generation=generation+1 WHERE id=1", "");
}

/* ---- the pulse ----------------------------------------------------------------------- */

/* For an hour people are told that the history is elsewhere. */
static const char *
notice_of(struct status *s, const struct status_pulse *p)
{
	if (p->notice != NULL && *p->notice != '\0')
		return p->notice;
	if (s->aside[0] == '\0')
		return "";
	if (s->aside_at == 0)
		s->aside_at = p->beat;
	return p->beat - s->aside_at < STATUS_HOUR_MS ? s->aside : "";
}

int
status_set_pulse(struct status *s, const struct status_pulse *p, struct err *e)
{
	if (status_replaced(s) && kept_flush(s, e) != 0)
		return -1;
	if (s->beat > 0 && p->beat - s->beat > STATUS_GONE_MS &&
	    store_run(s->s, e, "INSERT INTO gap(began,ended) VALUES(?,?)", "ii", s->beat, p->beat) != 0)
		return -1;
	s->beat = p->beat;
	return store_run(s->s, e,
	    "UPDATE pulse SET beat=?,began=?,ended=?,things=?,notice=?,version=? WHERE id=1", "iiiiss", p->beat,
	    p->sweep_began, p->sweep_ended, p->sweep_things, notice_of(s, p), p->version == NULL ? "" : p->version);
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
