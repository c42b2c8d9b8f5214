/* SPDX-License-Identifier: Apache-2.0 */
/* A hashed timer wheel (Varghese and Lauck 1987, scheme 6), a list and a token bucket. */
#include "wheel.h"

#define TICK_NS (WHEEL_TICK_MS * UINT64_C(1000000))

static void
link_before(struct wheel_item *at, struct wheel_item *x)
{
	x->next = at;
	x->prev = at->prev;
	at->prev->next = x;
	at->prev = x;
}

static void
unlink_item(struct wheel_item *x)
{
	x->prev->next = x->next;
	x->next->prev = x->prev;
	x->next = x->prev = NULL;
}

void
wheel_init(struct wheel *w, uint64_t now_ns)
{
	for (size_t i = 0; i < WHEEL_BUCKETS; i++)
		w->bucket[i].next = w->bucket[i].prev = &w->bucket[i];
	w->due.next = w->due.prev = &w->due;
	w->tick = now_ns / TICK_NS;
	w->n = 0;
}

void
wheel_add(struct wheel *w, struct wheel_item *x, uint64_t now_ns, int ms)
{
	x->tick = (now_ns + (uint64_t)(ms > 0 ? ms : 0) * 1000000) / TICK_NS + 1;
	if (x->tick <= w->tick) /* the clock of the caller is behind: next tick */
		x->tick = w->tick + 1;
	link_before(&w->bucket[x->tick % WHEEL_BUCKETS], x);
	w->n++;
}

void
wheel_remove(struct wheel *w, struct wheel_item *x)
{
	if (x->prev == NULL)
		return;
	unlink_item(x);
	w->n--;
}

void
wheel_turn(struct wheel *w, uint64_t now_ns)
{
	uint64_t now = now_ns / TICK_NS, from = w->tick + 1;

	if (now <= w->tick)
		return;
	w->tick = now;
	if (w->n == 0)
		return;
	if (now - from >= WHEEL_BUCKETS)
		from = now - WHEEL_BUCKETS + 1;
	for (; from <= now; from++) {
		struct wheel_item *head = &w->bucket[from % WHEEL_BUCKETS], *next;

		for (struct wheel_item *x = head->next; x != head; x = next) {
			next = x->next;
			if (x->tick > now)
				continue; /* for a later turn */
			unlink_item(x);
			link_before(&w->due, x);
		}
	}
}

void
wheel_turn_all(struct wheel *w)
{
	for (size_t i = 0; i < WHEEL_BUCKETS; i++)
		for (struct wheel_item *head = &w->bucket[i], *x; (x = head->next) != head;) {
			unlink_item(x);
			link_before(&w->due, x);
		}
}

struct wheel_item *
wheel_pop(struct wheel *w)
{
	struct wheel_item *x = w->due.next;

	if (x == &w->due)
		return NULL;
	wheel_remove(w, x);
	return x;
}

void
line_put(struct line *l, struct wheel_item *x)
{
	x->next = NULL;
	if (l->first == NULL)
		l->first = x;
	else
		l->last->next = x;
	l->last = x;
}

struct wheel_item *
line_take(struct line *l)
{
	struct wheel_item *x = l->first;

	if (x != NULL) {
		l->first = x->next;
		x->next = NULL;
	}
	return x;
}

static double
depth(const struct bucket *b)
{
	return b->rate > 100 ? b->rate / 100.0 : 1;
}

void
bucket_set(struct bucket *b, int rate, uint64_t now_ns)
{
	b->rate = rate > 0 ? rate : 0;
	b->tokens = 1;
	b->at_ns = now_ns;
}

bool
bucket_take(struct bucket *b, uint64_t now_ns)
{
	if (b->rate == 0)
		return true;
	if (now_ns > b->at_ns) {
		b->tokens += (double)(now_ns - b->at_ns) / 1e9 * b->rate;
		b->at_ns = now_ns;
	}
	if (b->tokens > depth(b))
		b->tokens = depth(b);
	if (b->tokens < 1)
		return false;
	b->tokens -= 1;
	return true;
}

uint64_t
bucket_wait_ms(const struct bucket *b)
{
	double ms = b->rate == 0 ? 0 : (1 - b->tokens) * 1000 / b->rate;

	return ms < 1 ? 1 : (uint64_t)ms + 1;
}
