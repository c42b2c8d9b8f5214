/* SPDX-License-Identifier: Apache-2.0 */
/* Values and outlets, each with the time that a row or a later round gives it. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "status_private.h"

/* ---- ages ----------------------------------------------------------------------- */

struct ages_column {
	int64_t nr;
	uint16_t *round;  /* [n] by thing: which of the rounds reached it last, from 1; 0 none */
	size_t n;
};
struct status_ages {
	struct ages_column *column;
	size_t n_columns;
	struct ages_round {
		int64_t turn, at;
	} *round;
	size_t n_rounds;
};

struct ages_join {
	struct ages_column *column;
	uint16_t round;
};

static void
join(void *ctx, uint32_t nr)
{
	struct ages_join *j = ctx;

	if (nr < j->column->n)
		j->column->round[nr] = j->round;
}

static struct ages_column *
ages_column(const struct status_ages *g, int64_t nr)
{
	for (size_t i = 0; i < g->n_columns; i++)
		if (g->column[i].nr == nr)
			return &g->column[i];
	return NULL;
}

/* Rounds of several columns in one batch are one round here. */
static int
read_rounds(struct status *s, struct arena *a, struct status_ages *g, size_t things, struct err *e)
{
	struct store_query *q = store_ask(s->s, e, "SELECT turn,chk,at,reached FROM round ORDER BY turn", "");
	size_t cap_columns = 0, cap_rounds = 0;
	int more;

	while ((more = store_next(q, e)) == 1) {
		const struct ages_round r = {store_int(q, 0), store_int(q, 2)};
		struct ages_join j = {.column = ages_column(g, store_int(q, 1))};

		if (g->n_rounds == UINT16_MAX)
			break;
		if (j.column == NULL) {
			g->column = status_grow(a, g->column, g->n_columns, &cap_columns, sizeof(*g->column));
			j.column = &g->column[g->n_columns++];
			*j.column = (struct ages_column){store_int(q, 1), arena_array(a, things + 1, sizeof(uint16_t)), things + 1};
		}
		if (g->n_rounds == 0 || memcmp(&g->round[g->n_rounds - 1], &r, sizeof(r)) != 0) {
			g->round = status_grow(a, g->round, g->n_rounds, &cap_rounds, sizeof(*g->round));
			g->round[g->n_rounds++] = r;
		}
		j.round = (uint16_t)g->n_rounds;
		if (kept_reached(store_blob(q, 3), join, &j) != 0) {
			store_done(q);
			return err_set(e, ERR_INTERNAL, "%s: a round cannot be read", s->path);
		}
	}
	store_done(q);
	return more < 0 ? -1 : 0;
}

int
status_ages(struct status *s, struct arena *a, struct status_ages **out, struct err *e)
{
	struct status_ages *g = arena_alloc(a, sizeof(*g));
	struct store_query *q;
	int rc = -1;

	if (store_hold(s->s, e) != 0)
		return -1;
	q = store_ask(s->s, e, "SELECT MAX((SELECT COALESCE(MAX(nr),0) FROM thing),(SELECT COALESCE(MAX(nr),0) FROM outlet))", "");
	if (store_next(q, e) == 1) {
		int64_t things = store_int(q, 0);

		rc = things < 0 || things > INT32_MAX / 16 ? err_set(e, ERR_LIMIT, "%s: numbers of things that nobody gave", s->path)
		                                            : read_rounds(s, a, g, (size_t)things, e);
	}
	store_done(q);
	store_unhold(s->s);
	*out = g;
	return rc;
}

int64_t
status_ages_at(const struct status_ages *g, const struct status_key *key, int64_t at)
{
	const struct ages_column *c = key->thing <= 0 ? NULL : ages_column(g, key->column);
	size_t r = c == NULL || (size_t)key->thing >= c->n ? 0 : c->round[key->thing];

	return r == 0 || g->round[r - 1].turn <= key->turn ? at : g->round[r - 1].at;
}

int
status_ages_now(struct status *s, struct status_ages **out, struct err *e)
{
	struct store_mark now;

	if (s->s == NULL)
		return err_set(e, ERR_UNAVAILABLE, "%s cannot be made", s->path);
	now = store_mark(s->s);
	if (s->ages != NULL && now.version >= 0 && now.version == s->ages_mark.version && now.changes == s->ages_mark.changes &&
	    now.begun == s->ages_mark.begun) {
		*out = s->ages;
		return 0;
	}
	s->ages = NULL;
	if (s->ages_arena == NULL)
		s->ages_arena = arena_create();
	arena_reset(s->ages_arena);
	if (status_ages(s, s->ages_arena, out, e) != 0)
		return -1;
	s->ages = *out;
	s->ages_mark = now;
	return 0;
}

/* ---- values ----------------------------------------------------------------------- */

static double
real(struct store_query *q, int column)
{
	return store_null(q, column) ? NAN : store_double(q, column);
}

/* An arena that is full ends the program that reads: what is read stays below it. Behind all that is read there is more. */
#define ROWS_ROOM (LIMIT_ARENA / 2)       /* bytes of names and rows */
#define WORDS_ROOM (LIMIT_ARENA / 8 * 5)  /* with what they say */
#define OUTLETS_ROOM (LIMIT_ARENA / 4 * 3)
#define NUMBERS_MAX (16 * LIMIT_STATUS_THINGS) /* of things that are, and that were */

static int
too_much(struct err *e)
{
	return err_set(e, ERR_LIMIT, "status.db holds more than can be read at once");
}

/* Names by their number, copied into the arena of the answer once each. */
struct names {
	const char **name;
	size_t n;
};

static int
read_names(struct status *s, const char *sql, struct arena *a, struct names *out, struct err *e)
{
	struct store_query *q = store_ask(s->s, e, sql, "");
	size_t cap = 0;
	int more;

	*out = (struct names){0};
	while ((more = store_next(q, e)) == 1) {
		int64_t nr = store_int(q, 0);

		if (nr <= 0 || nr > NUMBERS_MAX || strlen(store_text(q, 1)) > LIMIT_STATUS_DETAIL)
			continue;
		if (arena_used(a) > ROWS_ROOM) {
			more = too_much(e);
			break;
		}
		if ((size_t)nr >= cap) {
			const char **wider;
			size_t had = cap;

			cap = (size_t)nr * 2 + 16;
			wider = arena_array(a, cap, sizeof(*wider));
			if (had > 0)
				memcpy(wider, out->name, had * sizeof(*wider));
			out->name = wider;
		}
		out->name[nr] = arena_strdup(a, store_text(q, 1));
		out->n = out->n <= (size_t)nr ? (size_t)nr + 1 : out->n;
	}
	store_done(q);
	return more;
}

static const char *
name_of(const struct names *names, int64_t nr)
{
	return nr > 0 && (size_t)nr < names->n ? names->name[nr] : NULL;
}

struct reading {
	struct arena *a;
	const struct status_ages *ages;
	struct names checks, things;
	const char *thing; /* the only one, or NULL */
	const char *text;  /* the last: most are alike */
	struct status_value *values;
	size_t n, cap;
};

#define VALUE_COLUMNS "v.chk,v.thing,v.level,v.text,v.detail,v.number,v.at,v.since,v.every,v.data,v.turn FROM value v "

/* NULL: nothing, or more than there is room for. */
static const char *
optional(struct store_query *q, int column, struct arena *a)
{
	const char *text = store_null(q, column) ? NULL : store_text(q, column);

	return text == NULL || arena_used(a) > WORDS_ROOM || strlen(text) > LIMIT_STATUS_DATA ? NULL : arena_strdup(a, text);
}

static void
take_value(struct reading *r, struct store_query *q, struct status_value *v)
{
	const char *text = store_text(q, 3);

	if (r->text == NULL || strcmp(r->text, text) != 0) {
		r->text = optional(q, 3, r->a);
		if (r->text == NULL)
			r->text = "";
	}
	*v = (struct status_value){
	    .thing = r->thing != NULL ? r->thing : name_of(&r->things, store_int(q, 1)),
	    .check = name_of(&r->checks, store_int(q, 0)),
	    .level = status_level_of(store_int(q, 2)),
	    .text = r->text,
	    .detail = optional(q, 4, r->a),
	    .number = real(q, 5),
	    .since = store_int(q, 7),
	    .interval = store_int(q, 8),
	    .data = optional(q, 9, r->a),
	    .key = {store_int(q, 0), store_int(q, 1), store_int(q, 10)},
	};
	v->at = status_ages_at(r->ages, &v->key, store_int(q, 6));
}

static int
take_values(struct reading *r, struct store_query *q, struct err *e)
{
	int more;

	while ((more = store_next(q, e)) == 1) {
		if (r->n == r->cap && 3 * r->cap * sizeof(*r->values) > ROWS_ROOM) {
			more = too_much(e);
			break;
		}
		r->values = status_grow(r->a, r->values, r->n, &r->cap, sizeof(*r->values));
		take_value(r, q, &r->values[r->n]);
		r->n += r->values[r->n].thing != NULL && r->values[r->n].check != NULL;
	}
	store_done(q);
	return more;
}

static int
by_thing(const void *x, const void *y)
{
	const struct status_value *a = x, *b = y;
	int c = a->thing == b->thing ? 0 : strcmp(a->thing, b->thing);

	return c != 0 ? c : strcmp(a->check, b->check);
}

static int
read_begin(struct status *s, struct reading *r, bool things, struct err *e)
{
	struct status_ages *ages;

	if (store_hold(s->s, e) != 0)
		return -1;
	if (status_ages_now(s, &ages, e) == 0 && read_names(s, "SELECT nr,name FROM chk", r->a, &r->checks, e) == 0 &&
	    (!things || read_names(s, "SELECT nr,name FROM thing", r->a, &r->things, e) == 0)) {
		r->ages = ages;
		return 0;
	}
	store_unhold(s->s);
	return -1;
}

/* Room for all values at once: an array that doubles leaves as much behind as it has. */
static int
read_room(struct status *s, struct reading *r, struct err *e)
{
	struct store_query *q = store_ask(s->s, e, "SELECT COUNT(*) FROM value", "");
	int more = store_next(q, e);

	r->cap = more == 1 ? (size_t)store_int(q, 0) : 0;
	store_done(q);
	if (r->cap > ROWS_ROOM / sizeof(*r->values) || arena_used(r->a) > ROWS_ROOM / 2) {
		r->cap = 0;
		return too_much(e);
	}
	r->values = arena_array(r->a, r->cap + 1, sizeof(*r->values));
	r->cap++;
	return more < 0 ? -1 : 0;
}

static int
read_end(struct status *s, struct reading *r, int rc, struct status_value **out, size_t *n_out)
{
	store_unhold(s->s);
	if (r->n > 1)
		qsort(r->values, r->n, sizeof(*r->values), by_thing);
	*out = r->values;
	*n_out = r->n;
	return rc;
}

int
status_values(struct status *s, const char *thing, struct arena *a, struct status_value **out, size_t *n_out,
    struct err *e)
{
	struct reading r = {.a = a, .thing = thing == NULL ? NULL : arena_strdup(a, thing)};
	struct store_query *q;

	*out = NULL;
	*n_out = 0;
	if (read_begin(s, &r, thing == NULL, e) != 0)
		return -1;
	if (thing == NULL)
		q = read_room(s, &r, e) != 0 ? NULL : store_ask(s->s, e, "SELECT " VALUE_COLUMNS "ORDER BY v.chk,v.thing", "");
	else
		q = store_ask(s->s, e,
		    "SELECT " VALUE_COLUMNS "JOIN thing t ON t.nr=v.thing WHERE t.name=? AND v.chk IN (SELECT nr FROM chk)", "s", thing);
	return read_end(s, &r, take_values(&r, q, e), out, n_out);
}

int
status_values_of(struct status *s, const struct hosts *things, struct arena *a, struct status_value **out,
    size_t *n_out, struct err *e)
{
	json_t *names = json_array();
	struct buf text = BUF(LIMIT_HOSTS_TEXT);
	struct reading r = {.a = a};
	int rc = -1;

	*out = NULL;
	*n_out = 0;
	for (size_t k = 0; k < things->n; k++)
		jsn_add(names, json_string(things->name[k]));
	jsn_canonical(names, &text);
	if (read_begin(s, &r, true, e) == 0) {
		rc = take_values(&r, store_ask(s->s, e,
		    "SELECT " VALUE_COLUMNS "JOIN thing t ON t.nr=v.thing"
		    " WHERE t.name IN (SELECT value FROM json_each(?)) AND v.chk IN (SELECT nr FROM chk)", "t", buf_view(&text)), e);
		rc = read_end(s, &r, rc, out, n_out);
	}
	buf_free(&text);
	json_decref(names);
	return rc;
}

int
status_column_values(struct status *s, const char *column, struct arena *a, struct status_value **out, size_t *n_out,
    struct err *e)
{
	struct reading r = {.a = a};

	*out = NULL;
	*n_out = 0;
	if (read_begin(s, &r, true, e) != 0)
		return -1;
	return read_end(s, &r, take_values(&r, store_ask(s->s, e,
	    "SELECT " VALUE_COLUMNS "WHERE v.chk=(SELECT nr FROM chk WHERE name=?)", "s", column), e), out, n_out);
}

int
status_value(struct status *s, const char *thing, const char *check, struct arena *a, struct status_value *out,
    struct err *e)
{
	struct reading r = {.a = a, .thing = thing};
	struct store_query *q;
	struct status_ages *ages;
	int more = -1;

	if (store_hold(s->s, e) != 0)
		return -1;
	if (status_ages_now(s, &ages, e) == 0) {
		r.ages = ages;
		q = store_ask(s->s, e, "SELECT " VALUE_COLUMNS
		    "WHERE v.chk=(SELECT nr FROM chk WHERE name=?) AND v.thing=(SELECT nr FROM thing WHERE name=?)", "ss", check, thing);
		more = store_next(q, e);
		if (more == 1) {
			take_value(&r, q, out);
			out->thing = arena_strdup(a, thing);
			out->check = arena_strdup(a, check);
		}
		store_done(q);
	}
	store_unhold(s->s);
	if (more == 0)
		return err_set(e, ERR_NOT_FOUND, "%s of \"%s\" was never seen", check, thing);
	return more == 1 ? 0 : -1;
}

/* ---- outlets ------------------------------------------------------------------------ */

#define OUTLET_COLUMNS \
	"t.name,o.name,o.device_name,o.state,o.word,o.amps,o.watts,o.at,o.since,o.every,o.nr,o.turn,o.fault,o.fixed" \
	" FROM outlet o JOIN thing t ON t.nr=o.pdu "

static void
take_outlet(struct store_query *q, const struct status_ages *ages, struct arena *a, struct status_outlet *o)
{
	*o = (struct status_outlet){
	    .pdu = arena_strdup(a, store_text(q, 0)),
	    .outlet = arena_strdup(a, store_text(q, 1)),
	    .device_name = arena_strdup(a, store_text(q, 2)),
	    .state = arena_strdup(a, store_text(q, 3)),
	    .word = arena_strdup(a, store_text(q, 4)),
	    .fault = arena_strdup(a, store_text(q, 12)),
	    .fixed = store_int(q, 13) != 0,
	    .amps = real(q, 5),
	    .watts = real(q, 6),
	    .since = store_int(q, 8),
	    .interval = store_int(q, 9),
	    .key = {0, store_int(q, 10), store_int(q, 11)},
	};
	o->at = status_ages_at(ages, &o->key, store_int(q, 7));
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
	struct status_ages *ages;
	struct store_query *q;
	size_t cap = 0;
	int more = -1;

	*out = NULL;
	*n_out = 0;
	if (store_hold(s->s, e) != 0)
		return -1;
	if (status_ages_now(s, &ages, e) == 0) {
		if (pdu == NULL)
			q = store_ask(s->s, e, "SELECT " OUTLET_COLUMNS, "");
		else
			q = store_ask(s->s, e, "SELECT " OUTLET_COLUMNS "WHERE t.name=?", "s", pdu);
		while ((more = store_next(q, e)) == 1) {
			if (arena_used(a) + 3 * cap * sizeof(**out) > OUTLETS_ROOM) {
				more = too_much(e);
				break;
			}
			*out = status_grow(a, *out, *n_out, &cap, sizeof(**out));
			take_outlet(q, ages, a, &(*out)[(*n_out)++]);
		}
		store_done(q);
	}
	store_unhold(s->s);
	if (*n_out > 1)
		qsort(*out, *n_out, sizeof(**out), by_outlet);
	return more;
}

int
status_outlet(struct status *s, const char *pdu, const char *outlet, struct arena *a, struct status_outlet *out,
    struct err *e)
{
	struct status_ages *ages;
	int more = -1;

	if (store_hold(s->s, e) != 0)
		return -1;
	if (status_ages_now(s, &ages, e) == 0) {
		struct store_query *q =
		    store_ask(s->s, e, "SELECT " OUTLET_COLUMNS "WHERE t.name=? AND o.name=?", "ss", pdu, outlet);

		more = store_next(q, e);
		if (more == 1)
			take_outlet(q, ages, a, out);
		store_done(q);
	}
	store_unhold(s->s);
	if (more == 0)
		return err_set(e, ERR_NOT_FOUND, "outlet %s of \"%s\" was never seen", outlet, pdu);
	return more == 1 ? 0 : -1;
}
