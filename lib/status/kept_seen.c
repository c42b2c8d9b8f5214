/* SPDX-License-Identifier: Apache-2.0 */
/* What a batch says, against what is kept: the same, another row, or a change for the history. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "status_private.h"

static struct str
said(const struct kept *v, uint32_t at)
{
	return at == 0 ? (struct str){NULL, 0} : str_of(v->said + at);
}

static bool
same_text(struct str a, struct str b)
{
	if (a.p == NULL || b.p == NULL)
		return a.p == b.p;
	return a.n == b.n && (a.n == 0 || memcmp(a.p, b.p, a.n) == 0);
}

static bool
near(double a, double b, double step)
{
	return isnan(a) || isnan(b) ? isnan(a) && isnan(b) : fabs(a - b) <= step;
}

/* A change for the history: of a MEASURE the text only prints its number. */
static bool
is_change(const struct kept_column *c, const struct kept *v, const struct kept_seen *seen)
{
	return v->level != (uint8_t)seen->level ||
	    (c->kind != STATUS_MEASURE && !same_text(str_of(v->said), seen->text));
}

static bool
is_same(const struct kept_column *c, const struct kept *v, const struct kept_seen *seen)
{
	bool moves = c->step > 0 && c->name != NULL && !isnan(seen->number);

	if (is_change(c, v, seen) || v->interval != seen->interval || !near(v->number, seen->number, c->step) ||
	    !near(v->watts, seen->watts, STATUS_STEP_WATTS) || v->fixed != seen->fixed || !same_text(said(v, v->fault), seen->fault))
		return false;
	if (moves && seen->at - v->at < STATUS_REST_MS)
		return true;
	return (same_text(str_of(v->said), seen->text) || !isnan(seen->number)) && same_text(said(v, v->detail), seen->detail) &&
	    same_text(said(v, v->data), seen->data);
}

/* ---- foreign text ------------------------------------------------------------------ */

static size_t
cut(struct str s, size_t most)
{
	if (s.n <= most)
		return s.n;
	while (most > 0 && ((unsigned char)s.p[most] & 0xC0) == 0x80) /* in the middle of a character */
		most--;
	return most;
}

static struct str
clean(struct str s, size_t most, struct buf *b)
{
	*b = BUF(4 * most);
	if (s.p == NULL)
		return s;
	s.n = cut(s, most);
	buf_plain(b, s);
	return b->n == 0 ? STR("") : buf_view(b);
}

static struct str
clean_data(struct str s)
{
	return s.n > LIMIT_STATUS_DATA || !str_is_text(s) ? (struct str){NULL, 0} : s;
}

/* ---- the history --------------------------------------------------------------------- */

static int64_t
word_of(struct kept_all *k, struct str text, int64_t at)
{
	struct kept_name *w = text.n == 0 ? NULL : kept_name(&k->words, text, LIMIT_STATUS_WORDS);

	if (w == NULL)
		return 0;
	if (w->last != at / STATUS_DAY_MS) {
		w->last = at / STATUS_DAY_MS;
		kept_name_mark(&k->words, w);
	}
	return w->nr;
}

static void
add_change(struct kept_all *k, struct kept_name *thing, const struct kept_change *change)
{
	if (k->n_changes >= LIMIT_STATUS_PENDING) {
		k->lost++;
		return;
	}
	k->changes = kept_room(k->changes, k->n_changes, &k->cap_changes, sizeof(*k->changes));
	k->changes[k->n_changes] = *change;
	k->changes[k->n_changes].id = ++k->change;
	k->changes[k->n_changes++].before = thing->last;
	thing->last = k->change;
	kept_name_mark(&k->things, thing);
}

void
kept_births(struct kept_all *k)
{
	for (size_t i = 0; i < k->n_columns; i++) {
		const struct kept_column *c = k->columns[i];

		for (size_t nr = 1; c->name != NULL && nr < c->n; nr++) {
			struct kept_name *thing = nr <= k->things.top ? k->things.by_nr[nr] : NULL;
			struct kept_change born = {.at = 0, .thing = (int64_t)nr, .check = c->name->nr};

			if (c->by_nr[nr] == NULL || thing == NULL)
				continue;
			born.at = c->by_nr[nr]->since;
			born.level = KEPT_BORN + c->by_nr[nr]->level;
			add_change(k, thing, &born);
		}
	}
}

static void
note_change(struct kept_all *k, struct kept_name *thing, int64_t check, const struct kept *v, const struct kept_seen *seen)
{
	bool born = v->said == NULL;
	const struct kept_change c = {
	    .at = seen->at,
	    .thing = thing->nr,
	    .check = check,
	    .from_text = born ? 0 : word_of(k, str_of(v->said), seen->at),
	    .to_text = born ? 0 : word_of(k, seen->text, seen->at),
	    .level = (born ? KEPT_BORN : v->level * STATUS_LEVEL_COUNT) + (int)seen->level,
	};

	add_change(k, thing, &c);
}

/* ---- a batch -------------------------------------------------------------------------- */

static void
reach(struct kept_column *c, size_t nr, int64_t at)
{
	if (c->n_reached == 0 || at < c->reached_at)
		c->reached_at = at;
	c->reached = kept_room(c->reached, c->n_reached, &c->cap_reached, sizeof(*c->reached));
	c->reached[c->n_reached++] = (uint32_t)nr;
}

/* `thing` is whose history it is, `check` as what: of an outlet its PDU and "outlet AA7". */
struct place {
	struct kept_column *column;
	size_t nr;
	struct kept_name *thing;
	int64_t check;
};

static void
take(struct kept_all *k, const struct place *p, struct kept_seen *seen)
{
	struct kept_column *c = p->column;
	struct kept *v = kept_slot(c, p->nr);
	struct buf text, detail;

	if (seen->at > k->now || k->now == 0)
		k->now = seen->at;
	if (v->said != NULL && is_same(c, v, seen)) {
		reach(c, p->nr, seen->at);
		return;
	}
	seen->text = clean(seen->text.p == NULL ? STR("") : seen->text, LIMIT_STATUS_TEXT, &text);
	seen->detail = clean(seen->detail, LIMIT_STATUS_DETAIL, &detail);
	if (v->said != NULL && is_same(c, v, seen)) {
		reach(c, p->nr, seen->at);
	} else {
		if (v->said == NULL || is_change(c, v, seen)) {
			if (v->said != NULL || c->name != NULL)
				note_change(k, p->thing, p->check, v, seen);
			v->since = seen->at;
		}
		kept_say(v, seen);
		if (v->round != NULL)
			v->round->live--;
		v->round = NULL;
		v->turn = k->turn;
		kept_mark(k, c, p->nr);
	}
	buf_free(&text);
	buf_free(&detail);
}

static struct kept_name *
thing_of(struct kept_all *k, const char *name)
{
	size_t at = ((uintptr_t)name >> 4 ^ (uintptr_t)name >> 18) & (KEPT_HINTS - 1);
	struct kept_name *t;

	if (k->hints[at].p == name && strcmp(k->hints[at].thing->text, name) == 0)
		return k->hints[at].thing;
	if (*name == '\0' || strlen(name) > LIMIT_NAME || !str_is_text(str_of(name)))
		return NULL;
	t = kept_name(&k->things, str_of(name), LIMIT_STATUS_THINGS);
	if (t != NULL) {
		k->hints[at].p = name;
		k->hints[at].thing = t;
	}
	return t;
}

/* Nearly all of a sweep: as it was, word for word, with nothing beside. The rest is looked at more closely. */
static bool
is_as_it_was(struct kept_all *k, struct kept_column *c, size_t nr, const struct status_value *v)
{
	const struct kept *had = nr < c->n ? c->by_nr[nr] : NULL;

	if (had == NULL || had->said == NULL || had->level != (uint8_t)v->level || had->interval != v->interval || had->detail != 0 ||
	    had->data != 0 || v->detail != NULL || v->data != NULL || v->text == NULL || !near(had->number, v->number, c->step) ||
	    strcmp(had->said, v->text) != 0)
		return false;
	k->now = v->at > k->now || k->now == 0 ? v->at : k->now;
	reach(c, nr, v->at);
	return true;
}

static bool
is_check_name(const char *check)
{
	return *check != '\0' && strlen(check) <= LIMIT_NAME;
}

static void
take_value(struct kept_all *k, struct place *p, const struct status_value *v)
{
	struct kept_seen seen = {.text = str_of(v->text), .detail = str_of(v->detail), .data = clean_data(str_of(v->data)),
	    .number = v->number, .watts = NAN, .at = v->at, .interval = v->interval,
	    .level = (unsigned)v->level < STATUS_LEVEL_COUNT ? v->level : STATUS_UNKNOWN};

	p->nr = (size_t)p->thing->nr;
	p->check = p->column->name->nr;
	take(k, p, &seen);
}

void
kept_value(struct kept_all *k, const struct status_value *v)
{
	struct place p = {.thing = thing_of(k, v->thing)};

	if (p.thing == NULL)
		return; /* no name, or more things than the room has */
	p.column = is_check_name(v->check) ? kept_column(k, v->check) : NULL;
	if (p.column != NULL && !is_as_it_was(k, p.column, (size_t)p.thing->nr, v))
		take_value(k, &p, v);
}

static enum status_level
outlet_level(const char *state)
{
	return strcmp(state, "unknown") == 0 ? STATUS_UNKNOWN : STATUS_OK;
}

void
kept_outlet(struct kept_all *k, const struct status_outlet *o)
{
	struct kept_seen seen = {.text = str_of(o->state), .detail = str_of(o->word == NULL ? "" : o->word),
	    .data = str_of(o->device_name == NULL ? "" : o->device_name), .fault = str_of(o->fault == NULL ? "" : o->fault),
	    .number = o->amps, .watts = o->watts, .at = o->at, .interval = o->interval, .level = outlet_level(o->state), .fixed = o->fixed};
	struct place p = {.column = kept_column_of(k, 0), .thing = thing_of(k, o->pdu)};
	char key[LIMIT_NAME + 32], check[LIMIT_NAME + 16];
	struct kept_name *name, *as;
	struct buf device, fault;

	if (p.thing == NULL || *o->outlet == '\0' || strlen(o->outlet) > LIMIT_NAME)
		return;
	(void)snprintf(key, sizeof(key), "%lld/%s", (long long)p.thing->nr, o->outlet);
	(void)snprintf(check, sizeof(check), "outlet %s", o->outlet);
	name = kept_name(&k->outlets, str_of(key), LIMIT_STATUS_THINGS);
	as = kept_name(&k->checks, str_of(check), LIMIT_STATUS_WORDS);
	if (name == NULL || as == NULL)
		return;
	name->last = p.thing->nr;
	p.nr = (size_t)name->nr;
	p.check = as->nr;
	p.column->step = STATUS_STEP_AMPS;
	seen.data = clean(seen.data, LIMIT_STATUS_TEXT, &device);
	seen.fault = clean(seen.fault, LIMIT_STATUS_TEXT, &fault);
	take(k, &p, &seen);
	buf_free(&device);
	buf_free(&fault);
}
