/* SPDX-License-Identifier: Apache-2.0 */
/* The room that the threads share: made anew as far as something changed, let go when nobody looks at it. */
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "pages_room.h"

#define JUDGED_MS 1000

struct pages_keeper {
	pthread_mutex_t lock; /* held while a room is made, so that one thread makes it */
	struct pages_room *room;
};

struct pages_keeper *
pages_keeper_create(void)
{
	struct pages_keeper *k = calloc(1, sizeof(*k));

	if (k == NULL)
		log_die("out of memory: no room");
	pthread_mutex_init(&k->lock, NULL);
	return k;
}

static void
room_destroy(struct pages_room *r)
{
	if (r == NULL)
		return;
	if (--r->inventory->holders == 0)
		pages_inventory_destroy(r->inventory);
	if (--r->seen->holders == 0)
		pages_seen_destroy(r->seen);
	arena_destroy(r->arena);
	free(r);
}

void
pages_keeper_destroy(struct pages_keeper *k)
{
	if (k == NULL)
		return;
	room_destroy(k->room);
	pthread_mutex_destroy(&k->lock);
	free(k);
}

/* ---- making it ----------------------------------------------------------------------------- */

static bool
same(struct pages_source a, struct pages_source b)
{
	return a.file == b.file && a.generation == b.generation;
}

static struct pages_inventory *
take_inventory(const struct pages_room *old, struct inv *inv, struct pages_source from, struct err *e)
{
	struct pages_inventory *made = old != NULL && same(old->inventory->from, from) ? old->inventory : NULL;

	if (made == NULL) {
		made = pages_inventory_read(inv, e);
		if (made == NULL)
			return NULL;
		made->from = from;
	}
	made->holders++;
	return made;
}

static struct pages_seen *
take_seen(const struct pages_room *old, struct status *s, struct pages_source from, struct err *e)
{
	struct pages_seen *made = old != NULL && same(old->seen->from, from) ? old->seen : NULL;

	if (made == NULL) {
		made = pages_seen_read(s, old == NULL ? NULL : old->seen, e);
		if (made == NULL)
			return NULL;
		made->from = from;
	}
	made->holders++;
	return made;
}

static struct pages_room *
room_make(struct pages_keeper *k, struct pages_inventory *inv, struct pages_seen *seen)
{
	struct pages_room *r = calloc(1, sizeof(*r));

	if (r == NULL)
		log_die("out of memory: no room");
	r->keeper = k;
	r->arena = arena_create();
	r->inventory = inv;
	r->seen = seen;
	return r;
}

/* Has something grown stale since? Then the levels are made anew, once a second at most: else each page makes its own. */
static bool
wants_judging(const struct pages_room *r, int64_t now)
{
	return now < r->judged || (now > r->fresh && now - r->judged >= JUDGED_MS);
}

/*
 * The room in the place of what k has, when something changed; 0, or -1: it stays as it was. The generations are
 * asked for before anything is read: what is written in between is read again by the next page.
 */
static int
bring_up(struct pages_keeper *k, struct web_call *c, struct inv *inv, struct status *s, struct err *e)
{
	int64_t rounds = -1;
	struct pages_source inv_now = {pages_inv_file(c), inv_generation(inv)};
	struct pages_source seen_now = {pages_status_file(c), -1};
	struct pages_room *old = k->room, *r;
	struct status_ages *ages = NULL;
	struct pages_inventory *i;
	struct pages_seen *seen;

	if (s != NULL)
		status_generations(s, &seen_now.generation, &rounds);
	if (old != NULL && same(old->inventory->from, inv_now) && same(old->seen->from, seen_now) && old->rounds == rounds &&
	    !wants_judging(old, c->now))
		return 0;
	i = take_inventory(old, inv, inv_now, e);
	if (i == NULL)
		return -1;
	seen = take_seen(old, s, seen_now, e);
	if (seen == NULL) {
		if (--i->holders == 0)
			pages_inventory_destroy(i);
		return -1;
	}
	r = room_make(k, i, seen);
	if (s != NULL && status_ages(s, r->arena, &ages, e) != 0) {
		room_destroy(r);
		return -1;
	}
	r->rounds = rounds;
	pages_join(r, i, seen, ages, c->now);
	k->room = r;
	if (old != NULL && old->holders == 0)
		room_destroy(old);
	return 0;
}

static void
room_put(void *ctx)
{
	struct pages_room *r = ctx;
	struct pages_keeper *k = r->keeper;

	pthread_mutex_lock(&k->lock);
	if (--r->holders == 0 && r != k->room)
		room_destroy(r);
	pthread_mutex_unlock(&k->lock);
}

struct pages_room *
pages_room_get(struct web_call *c, struct err *e)
{
	struct pages_keeper *k = pages_keeper(c);
	struct inv *inv = pages_inv(c, e);
	struct status *s = pages_status(c);
	struct pages_room *r = NULL;

	if (inv == NULL)
		return NULL;
	pthread_mutex_lock(&k->lock);
	if (bring_up(k, c, inv, s, e) == 0) {
		r = k->room;
		r->holders++;
	}
	pthread_mutex_unlock(&k->lock);
	return r;
}

void
pages_room_put(struct web_call *c, struct pages_room *r)
{
	(void)c;
	if (r != NULL)
		room_put(r);
}

void
pages_room_hold(struct web_call *c, struct pages_room *r)
{
	web_after(c, room_put, r);
}

/* ---- looking something up ------------------------------------------------------------------- */

const struct status_column *
pages_column_find(const struct pages_room *r, const char *name)
{
	for (size_t i = 0; i < r->n_columns; i++)
		if (strcmp(r->columns[i].name, name) == 0)
			return &r->columns[i];
	return NULL;
}

const struct status_value *
pages_value(const struct pages_room *r, const struct pages_node *n, const char *column)
{
	const struct status_column *col = pages_column_find(r, column);

	return col == NULL ? NULL : n->values[col - r->columns];
}

const struct inv_thing *
pages_thing_find(const struct pages_room *r, const char *name)
{
	return pages_inventory_find(r->inventory, name);
}

const struct pages_node *
pages_node_find(const struct pages_room *r, const char *name)
{
	size_t lo = 0, hi = r->n_nodes;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;
		int cmp = str_natural(r->nodes[mid].name, name);

		if (cmp == 0)
			return &r->nodes[mid];
		if (cmp < 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	return NULL;
}

const struct pages_pdu *
pages_pdu_find(const struct pages_room *r, const char *name)
{
	for (size_t i = 0; i < r->n_pdus; i++)
		if (strcmp(r->pdus[i].thing->name, name) == 0)
			return &r->pdus[i];
	return NULL;
}
