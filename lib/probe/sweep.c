/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A round of one check: who is due is asked, some at one time, and what was seen is kept in one transaction at its end.
 * Of a check that is spread over its interval one round runs for ever, and what was seen is kept every few seconds.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "inner.h"

/* ---- what was seen ---------------------------------------------------------------------- */

static void *
grown(struct arena *a, void *old, size_t n, size_t *cap, size_t size)
{
	void *p;

	if (n < *cap)
		return old;
	*cap = *cap == 0 ? 64 : *cap * 2;
	p = arena_array(a, *cap, size);
	if (old != NULL)
		memcpy(p, old, n * size);
	return p;
}

const char *
sweep_text(struct sweep_round *r, const char *text)
{
	return text == NULL ? NULL : arena_strdup(r->a, text);
}

enum gate_priority
sweep_priority(const struct sweep_round *r)
{
	return r->kind == SWEEP_CHECK ? GATE_ASKED : GATE_SWEEP;
}

/* One value a column of each who is asked, mostly: an array that need not double leaves nothing behind. */
static void
first_room(struct sweep_round *r)
{
	size_t columns = r->lane->row->of & SWEEP_PDU ? 1 : r->lane->row->n_columns;

	r->cap_values = r->n_todo * columns + 64;
	r->values = arena_array(r->a, r->cap_values, sizeof(*r->values));
}

struct status_value *
sweep_value_of(struct sweep_round *r, const char *thing, const char *column, enum status_level level, const char *text,
    const char *detail)
{
	struct status_value *v;

	if (r->values == NULL && r->kind == SWEEP_WHOLE)
		first_room(r);
	r->values = grown(r->a, r->values, r->n_values, &r->cap_values, sizeof(*r->values));
	v = &r->values[r->n_values++];
	*v = (struct status_value){
	    .thing = r->list != NULL ? thing : sweep_text(r, thing),
	    .check = column,
	    .level = level,
	    .text = sweep_text(r, text),
	    .detail = sweep_text(r, detail),
	    .number = NAN,
	    .at = times_now(),
	    .interval = r->lane->interval,
	};
	return v;
}

/* How long the question's node is left alone from now on, ms. */
static int64_t
rest_of(const struct sweep_asked *q)
{
	const struct sweep_lane *l = q->round->lane;

	if (q->device != NULL)
		return gate_rest(q->device, l->interval);
	return q->node == NULL ? 0 : sweep_lane_rest(l, &q->node->seen[l->nr]);
}

/* A node that came back, or went: what rests on this check is asked at once, or says so. */
static void
turned(struct probe *p, const struct sweep_lane *l, struct sweep_node *n, bool now_ok)
{
	for (size_t i = 0; i < p->n_lanes; i++) {
		struct sweep_seen *s = &n->seen[i];

		if (p->lane[i].rests == (int)l->nr && now_ok) {
			s->silent = 0;
			s->rest_until = 0;
			s->due = 0;
		}
		if (p->lane[i].needs == (int)l->nr)
			s->due = 0;
	}
}

static void
remember(struct sweep_asked *q, enum status_level level, const char *word)
{
	struct sweep_lane *l = q->round->lane;
	struct sweep_seen *s = &q->node->seen[l->nr];
	bool was = s->known && s->level == STATUS_OK;

	if (s->known && was != (level == STATUS_OK))
		turned(l->probe, l, q->node, level == STATUS_OK);
	s->known = true;
	s->level = (uint8_t)level;
	snprintf(s->word, sizeof(s->word), "%s", word);
	sweep_lane_silence(l, q->node);
}

struct status_value *
sweep_value(struct sweep_asked *q, const char *column, enum status_level level, const char *text, const char *detail)
{
	struct sweep_round *r = q->round;
	struct status_value *v;
	char when[TIMES_TEXT];
	int64_t rest;

	if (q->node != NULL && strcmp(column, r->lane->row->columns[0].name) == 0)
		remember(q, level, text);
	v = sweep_value_of(r, q->node == NULL ? "" : q->node->name, column, level, text, detail);
	rest = rest_of(q);
	v->interval += rest;
	if (rest > 0 && level != STATUS_OK)
		v->detail = arena_printf(r->a, "%s%sasked again at %s", detail == NULL ? "" : detail, detail == NULL ? "" : "; ",
		    times_clock(v->at + rest, when));
	return v;
}

void
sweep_outlet(struct sweep_asked *q, const struct status_outlet *o)
{
	struct sweep_round *r = q->round;

	r->outlets = grown(r->a, r->outlets, r->n_outlets, &r->cap_outlets, sizeof(*r->outlets));
	r->outlets[r->n_outlets] = *o;
	r->outlets[r->n_outlets].pdu = q->node->name;
	r->outlets[r->n_outlets].at = times_now();
	r->outlets[r->n_outlets++].interval = r->lane->interval + rest_of(q);
}

/* ---- questions -------------------------------------------------------------------------------- */

struct sweep_asked *
sweep_ask(struct sweep_round *r, struct sweep_node *n)
{
	struct sweep_asked *q = calloc(1, sizeof(*q));

	if (q == NULL)
		log_die("out of memory: no question");
	*q = (struct sweep_asked){.round = r, .node = n};
	r->on_way++;
	r->asked++;
	if (n != NULL) {
		n->refs++;
		n->seen[r->lane->nr].busy = true;
		n->seen[r->lane->nr].asked = true;
	}
	return q;
}

void
sweep_answered(struct sweep_asked *q)
{
	struct sweep_round *r = q->round;
	struct sweep_node *n = q->node;

	if (n != NULL) {
		n->seen[r->lane->nr].busy = false;
		sweep_node_drop(r->probe, n);
	}
	free(q);
	r->on_way--;
	r->answered++;
	sweep_round_pump(r);
}

void
sweep_cannot_tell(struct sweep_round *r, struct sweep_node *n, const char *column, const char *why)
{
	struct sweep_asked *q = sweep_ask(r, n);

	sweep_value(q, column, STATUS_UNKNOWN, "unknown", why);
	sweep_answered(q);
}

void
sweep_cannot(struct sweep_round *r, struct sweep_node *n, const char *why)
{
	sweep_cannot_tell(r, n, r->lane->row->columns[0].name, why);
}

bool
sweep_rests(struct sweep_round *r, struct gate_device *d)
{
	if (r->kind == SWEEP_CHECK || gate_rest(d, r->lane->interval) == 0)
		return false;
	r->rested++;
	return true;
}

static void
ask_node(struct sweep_round *r, struct sweep_node *n)
{
	struct sweep_lane *l = r->lane;
	struct sweep_seen *s = &n->seen[l->nr];

	if ((n->what & l->row->of) == 0 || s->busy)
		return;
	if (r->kind != SWEEP_CHECK && s->rest_until > times_boot()) {
		r->rested++;
		return;
	}
	if (l->needs >= 0 && !n->seen[l->needs].known)
		return;
	if (l->needs >= 0 && n->seen[l->needs].level != STATUS_OK)
		l->row->cannot(r, n, arena_printf(r->a, "%s is %s", l->row->needs, n->seen[l->needs].word));
	else
		l->row->ask(r, n);
}

/* ---- the life of a round -------------------------------------------------------------------------- */

struct sweep_round *
sweep_round_create(struct sweep_lane *l, enum sweep_kind kind, struct sweep_list *list)
{
	struct sweep_round *r = calloc(1, sizeof(*r));

	if (r == NULL)
		log_die("out of memory: no round");
	*r = (struct sweep_round){
	    .probe = l->probe,
	    .lane = l,
	    .kind = kind,
	    .list = list,
	    .began = times_now(),
	    .began_boot = times_boot(),
	    .a = arena_create(),
	};
	if (list != NULL)
		list->refs++;
	if (list != NULL && kind == SWEEP_WHOLE) {
		r->todo = list->node;
		r->n_todo = list->n;
	}
	return r;
}

void
sweep_round_add(struct sweep_round *r, struct sweep_node *n)
{
	if (r->n_todo == r->cap_own) {
		size_t cap = r->cap_own == 0 ? 64 : r->cap_own * 2;
		struct sweep_node **grown_to = realloc(r->own, cap * sizeof(struct sweep_node *));

		if (grown_to == NULL)
			log_die("out of memory: no line of nodes");
		r->own = r->todo = grown_to;
		r->cap_own = cap;
	}
	n->refs++;
	r->own[r->n_todo++] = n;
}

void
sweep_round_keep(struct sweep_round *r)
{
	struct probe *p = r->probe;
	struct err e;

	for (size_t i = 0; i < r->n_values; i++)
		probe_judge(p->room.conf, &r->values[i]);
	if ((r->n_values > 0 || r->n_outlets > 0) && !p->stopping &&
	    status_put(p->room.status, r->values, r->n_values, r->outlets, r->n_outlets, &e) != 0)
		sweep_complain(p, r->lane->row->name, e.text);
	arena_destroy(r->a);
	r->a = arena_create();
	r->values = NULL;
	r->outlets = NULL;
	r->n_values = r->cap_values = r->n_outlets = r->cap_outlets = 0;
}

void
sweep_round_count(struct sweep_round *r)
{
	r->lane->asked += r->asked;
	r->lane->answered += r->answered;
	r->lane->rested += r->rested;
	r->asked = r->answered = r->rested = 0;
}

static void
free_round(struct sweep_round *r)
{
	for (size_t i = r->next; r->own != NULL && i < r->n_todo; i++)
		sweep_node_drop(r->probe, r->own[i]);
	sweep_list_drop(r->probe, r->list);
	arena_destroy(r->a);
	free(r->own);
	free(r);
}

static void
round_end(struct sweep_round *r)
{
	struct sweep_lane *l = r->lane;
	struct sweep_check *c = r->check;

	if (l->row->end != NULL && !r->probe->stopping)
		l->row->end(r);
	sweep_round_keep(r);
	sweep_round_count(r);
	if (l->round == r) {
		l->round = NULL;
		if (!r->probe->stopping)
			sweep_lane_next(l, r);
	}
	free_round(r);
	if (c != NULL)
		sweep_check_part_ended(c);
}

void
sweep_round_pump(struct sweep_round *r)
{
	if (r->pumping)
		return;
	r->pumping = true;
	while (!r->probe->stopping && r->next < r->n_todo && r->on_way < r->lane->at_once) {
		struct sweep_node *n = r->todo[r->next++];

		ask_node(r, n);
		if (r->own != NULL)
			sweep_node_drop(r->probe, n);
	}
	if (r->kind == SWEEP_STREAM && r->next == r->n_todo)
		r->next = r->n_todo = 0;
	r->pumping = false;
	if (r->on_way == 0 && (r->next == r->n_todo || r->probe->stopping) && (r->kind != SWEEP_STREAM || r->probe->stopping))
		round_end(r);
}
