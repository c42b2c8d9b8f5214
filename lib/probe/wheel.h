/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the probes of a sweep share: a timer wheel for thousands of time limits at once, and a token bucket that
 * holds a ceiling on how many packets leave in a second. Both are told the time, of the monotonic clock: no step of
 * the wall clock reaches them. They ask nothing and know no socket. Used inside the room.
 */
#ifndef LARCH_PROBE_WHEEL_H
#define LARCH_PROBE_WHEEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define WHEEL_TICK_MS 8   /* how late a time limit may be noticed */
#define WHEEL_BUCKETS 256 /* a turn is two seconds; longer limits stay for several */

/* The first member of what has a time limit. Also a link of a list: next alone is used there. */
struct wheel_item {
	struct wheel_item *next, *prev; /* prev NULL: not on the wheel */
	uint64_t tick;
};

struct wheel {
	struct wheel_item bucket[WHEEL_BUCKETS], due;
	uint64_t tick; /* all ticks up to this one have been looked at */
	size_t n;      /* items on the wheel */
};

void wheel_init(struct wheel *w, uint64_t now_ns);
/* Due no sooner than in `ms`, and at most WHEEL_TICK_MS later. */
void wheel_add(struct wheel *w, struct wheel_item *x, uint64_t now_ns, int ms);
void wheel_remove(struct wheel *w, struct wheel_item *x);
/* Turn to now: what is due is given by wheel_pop, one after the other, until NULL. What is popped is off the wheel. */
void wheel_turn(struct wheel *w, uint64_t now_ns);
struct wheel_item *wheel_pop(struct wheel *w);
/* Everything is due: for the end. */
void wheel_turn_all(struct wheel *w);

/* First in, first out. */
struct line {
	struct wheel_item *first, *last;
};
void line_put(struct line *l, struct wheel_item *x);
struct wheel_item *line_take(struct line *l); /* NULL: empty */

/* At most `rate` in a second, and at most a hundredth of that in one burst; 0: no ceiling. */
struct bucket {
	int rate;
	double tokens;
	uint64_t at_ns;
};
void bucket_set(struct bucket *b, int rate, uint64_t now_ns);
/* May one leave now? It counts as gone. */
bool bucket_take(struct bucket *b, uint64_t now_ns);
/* After a refusal: ms until one may leave, at least 1. */
uint64_t bucket_wait_ms(const struct bucket *b);

#endif
