/* SPDX-License-Identifier: Apache-2.0 */
/*
 * When what is asked. Times are those of the loop's clock, which nobody sets. A check's rounds begin an interval apart,
 * a little more or less, so that those of several checks, and of several larchds, do not stay together; a round that
 * takes longer than the interval is followed by the next as soon as it has ended, never overtaken.
 */
#include <stdlib.h>
#include <string.h>

#include "inner.h"

#define FRESH_MS 50               /* changes that come together are one; of a large room more do: ten times what a list takes */
#define NO_LIST_MS 1000           /* until the inventory is looked for again */
#define FIRST_MS 100              /* between the first rounds of two checks */
#define FIRST_GAP_MS 30           /* between the first questions to two nodes, of a check that is spread */
#define SILENT_BEFORE_REST 3      /* as the gate has it */
#define BREATH_MS ((int64_t)100)  /* at least, between two rounds that changes of the inventory bring on */

static void begin(struct sweep_lane *l);

/* ms, between low and high thousandths of it. */
static int64_t
about(int64_t ms, unsigned low, unsigned high)
{
	uint32_t x;

	file_random(&x, sizeof(x));
	return ms * (int64_t)(low + x % (high - low + 1)) / 1000;
}

static void due(uv_timer_t *timer);

static void
due_in(struct sweep_lane *l, int64_t ms)
{
	uv_timer_start(&l->timer, due, (uint64_t)(ms < 1 ? 1 : ms), 0);
}

/* ---- silence ------------------------------------------------------------------------------- */

int64_t
sweep_lane_rest(const struct sweep_lane *l, const struct sweep_seen *s)
{
	int64_t rest = s->rest_until - times_boot();

	return l->rests < 0 || rest < 0 ? 0 : rest;
}

void
sweep_lane_silence(struct sweep_lane *l, struct sweep_node *n)
{
	struct sweep_seen *s = &n->seen[l->nr];
	int64_t rest = l->interval;

	if (l->rests < 0)
		return;
	if (s->level == STATUS_OK || !n->seen[l->rests].known || n->seen[l->rests].level == STATUS_OK) {
		s->silent = 0;
		s->rest_until = 0;
		return;
	}
	if (s->silent < UINT8_MAX)
		s->silent++;
	if (s->silent < SILENT_BEFORE_REST)
		return;
	for (int i = SILENT_BEFORE_REST; i < s->silent && rest < GATE_REST_MAX; i++)
		rest *= 2;
	s->rest_until = times_boot() + (rest < GATE_REST_MAX ? rest : GATE_REST_MAX);
}

/* ---- rounds ---------------------------------------------------------------------------------- */

static void
note_round(struct sweep_lane *l, const struct sweep_round *r)
{
	char took[TIMES_TEXT], interval[TIMES_TEXT];

	l->first = false;
	l->began = r->began;
	l->ended = times_now();
	l->took = times_boot() - r->began_boot;
	l->rounds++;
	l->is_late = l->took > l->interval;
	l->late += l->is_late;
	l->notice[0] = '\0';
	if (l->is_late)
		snprintf(l->notice, sizeof(l->notice), "the check %s takes %s for a round, which is more than its interval of %s",
		    l->row->name, times_age(l->took, took), times_age(l->interval, interval));
}

void
sweep_lane_next(struct sweep_lane *l, const struct sweep_round *r)
{
	bool first = l->first;

	if (!l->on)
		return;
	if (r->kind == SWEEP_WHOLE)
		note_round(l, r);
	if (l->overdue) {
		due_in(l, 1);
	} else if (r->kind == SWEEP_WHOLE) {
		due_in(l, first ? about(l->interval, 500, 1000) - l->took : about(l->interval, 950, 1050) - l->took);
	}
	l->overdue = false;
	if (l->fresh)
		sweep_fresh(l->probe);
}

static void
begin(struct sweep_lane *l)
{
	struct sweep_list *list;
	struct err e;

	if (l->round != NULL) {
		l->overdue = true;
		return;
	}
	list = sweep_list(l->probe, &e);
	if (list == NULL) {
		due_in(l, NO_LIST_MS);
		return;
	}
	l->fresh = false;
	l->began_boot = times_boot();
	l->list = l->probe->turn;
	l->round = sweep_round_create(l, SWEEP_WHOLE, list);
	if (l->row->all != NULL) {
		l->round->n_todo = 0;
		l->round->pumping = true; /* it may be answered at once */
		l->row->all(l->round);
		l->round->pumping = false;
	}
	sweep_round_pump(l->round);
}

/* ---- a check that is spread over its interval ---------------------------------------------------- */

/* After a start nothing is known: all are asked soon, but one after the other. */
static void
spread_first(struct sweep_lane *l, const struct sweep_list *list)
{
	int64_t gap = list->n == 0 ? 0 : l->interval / (int64_t)list->n, now = times_boot();

	for (size_t i = 0; i < list->n; i++)
		list->node[i]->seen[l->nr].due = now + (int64_t)i * (gap < FIRST_GAP_MS ? gap : FIRST_GAP_MS);
	l->first = false;
}

static void
add_due(struct sweep_lane *l, struct sweep_list *list)
{
	size_t room = l->at_once * 4;
	int64_t now = times_boot(), oldest = now;

	for (size_t i = 0; i < list->n; i++) {
		struct sweep_node *n = list->node[(l->turn + i) % list->n];
		struct sweep_seen *s = &n->seen[l->nr];

		if ((n->what & l->row->of) == 0 || s->due > now || s->busy || (l->needs >= 0 && !n->seen[l->needs].known))
			continue;
		if (l->round->n_todo - l->round->next >= room) { /* they stay due */
			l->turn = (l->turn + i) % list->n;
			if (s->due != 0 && s->due < oldest)
				oldest = s->due;
			break;
		}
		s->due = now + about(l->interval, 950, 1050);
		sweep_round_add(l->round, n);
	}
	l->is_late = now - oldest > l->interval;
	l->late += l->is_late;
	snprintf(l->notice, sizeof(l->notice), "%s%s%s", l->is_late ? "the check " : "", l->is_late ? l->row->name : "",
	    l->is_late ? " does not come to every node within its interval" : "");
}

static void
slice(struct sweep_lane *l)
{
	struct sweep_list *list;
	struct err e;

	due_in(l, SWEEP_SLICE_MS);
	list = sweep_list(l->probe, &e);
	if (list == NULL)
		return;
	if (l->round == NULL)
		l->round = sweep_round_create(l, SWEEP_STREAM, NULL);
	if (l->first)
		spread_first(l, list);
	if (l->round->n_values > 0)
		l->ended = times_now();
	sweep_round_keep(l->round);
	if (list->n > 0)
		add_due(l, list);
	if (l->began == 0)
		l->began = times_now();
	sweep_round_pump(l->round);
	sweep_round_count(l->round);
}

static void
due(uv_timer_t *timer)
{
	struct sweep_lane *l = timer->data;

	if (l->row->spread)
		slice(l);
	else
		begin(l);
}

/* ---- what has come ---------------------------------------------------------------------------------- */

/* What is judged together is asked together: a whole round, but not one after the other. */
static void
whole_soon(struct sweep_lane *l)
{
	int64_t at = l->began_boot + BREATH_MS + 10 * l->took - times_boot();

	if (l->first || (int64_t)uv_timer_get_due_in(&l->timer) > at)
		due_in(l, l->first ? FIRST_MS : at);
}

static void
fresh_lane(struct sweep_lane *l, struct sweep_list *list)
{
	struct sweep_round *r;

	if (!l->on || l->row->spread || l->row->all != NULL || l->first)
		return;
	if (l->round != NULL) {
		l->fresh = true;
		return;
	}
	l->fresh = false;
	if (l->row->end != NULL) {
		if (l->list != l->probe->turn)
			whole_soon(l);
		return;
	}
	r = l->round = sweep_round_create(l, SWEEP_FRESH, list);
	for (size_t i = 0; i < list->n; i++) {
		const struct sweep_seen *s = &list->node[i]->seen[l->nr];

		if ((list->node[i]->what & l->row->of) != 0 && !s->asked && !s->busy)
			sweep_round_add(r, list->node[i]);
	}
	sweep_round_pump(r);
}

static void
fresh(uv_timer_t *timer)
{
	struct probe *p = timer->data;
	struct sweep_list *list;
	struct err e;

	list = sweep_list(p, &e);
	if (list == NULL)
		return;
	for (size_t i = 0; i < p->n_lanes; i++)
		fresh_lane(&p->lane[i], list);
}

void
sweep_fresh(struct probe *p)
{
	if (p->started && !p->stopping && !uv_is_active((uv_handle_t *)&p->fresh))
		uv_timer_start(&p->fresh, fresh, (uint64_t)(FRESH_MS + 10 * p->list_took), 0);
}

void
sweep_lane_now(struct sweep_lane *l)
{
	if (!l->on)
		return;
	if (l->round != NULL && !l->row->spread)
		l->overdue = true;
	else
		due_in(l, 1);
}

/* ---- start, settings, stop ------------------------------------------------------------------------------ */

static int
lane_of(const struct probe *p, const char *name)
{
	for (size_t i = 0; name != NULL && i < p->n_lanes; i++)
		if (strcmp(p->lane[i].row->name, name) == 0)
			return (int)i;
	return -1;
}

static void
take_conf(struct sweep_lane *l, const struct conf *conf)
{
	int64_t interval = probe_interval(conf, l->row);
	bool on = !probe_is_off(conf, l->row->name) && (l->row->ask != NULL || l->row->all != NULL);
	bool begins = on && (!l->on || l->interval != interval);

	l->interval = interval;
	l->limit = probe_limit(conf, l->row);
	l->on = on;
	l->at_once = l->row->at_once;
	if (l->row->at_once_setting != 0)
		l->at_once = (size_t)*(const int *)((const char *)&conf->status + l->row->at_once_setting);
	if (!l->probe->started)
		return;
	if (!on)
		uv_timer_stop(&l->timer);
	else if (begins)
		due_in(l, about(FIRST_MS, 500, 1500));
}

void
sweep_lanes_conf(struct probe *p)
{
	for (size_t i = 0; i < p->n_lanes; i++)
		take_conf(&p->lane[i], p->room.conf);
	p->list_old = true;
	sweep_fresh(p);
}

struct sweep_lane *
sweep_lane_named(struct probe *p, const char *name)
{
	return &p->lane[lane_of(p, name)];
}

void
sweep_lanes_create(struct probe *p)
{
	for (size_t i = 0; probe_row(i) != NULL && i < SWEEP_LANES; i++) {
		struct sweep_lane *l = &p->lane[p->n_lanes++];

		*l = (struct sweep_lane){.probe = p, .row = probe_row(i), .nr = i, .first = true};
		uv_timer_init(p->room.loop, &l->timer);
		l->timer.data = l;
	}
	for (size_t i = 0; i < p->n_lanes; i++) {
		p->lane[i].needs = lane_of(p, p->lane[i].row->needs);
		p->lane[i].rests = lane_of(p, p->lane[i].row->rests);
	}
	uv_timer_init(p->room.loop, &p->fresh);
	p->fresh.data = p;
	sweep_lanes_conf(p);
}

void
sweep_lanes_start(struct probe *p)
{
	p->started = true;
	for (size_t i = 0; i < p->n_lanes; i++)
		if (p->lane[i].on)
			due_in(&p->lane[i], FIRST_MS * (int64_t)i + about(FIRST_MS, 0, 1000));
}

void
sweep_lanes_stop(struct probe *p)
{
	p->stopping = true;
	uv_close((uv_handle_t *)&p->fresh, NULL);
	for (size_t i = 0; i < p->n_lanes; i++) {
		uv_close((uv_handle_t *)&p->lane[i].timer, NULL);
		if (p->lane[i].round != NULL)
			sweep_round_pump(p->lane[i].round); /* one that waits for nobody ends */
	}
}
