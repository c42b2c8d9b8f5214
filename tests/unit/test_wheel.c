/* SPDX-License-Identifier: Apache-2.0 */
/* The timer wheel and the token bucket, by a clock that the test holds. */
#include "probe/wheel.h"
#include "t.h"

#define MS UINT64_C(1000000)
#define N 3000

static struct wheel w;
static struct wheel_item items[N];

static void
t_nothing_is_due_early_and_nothing_late_by_more_than_a_tick(void)
{
	const uint64_t start = 12345678 * MS;
	uint64_t limit[N];
	size_t seen = 0;

	memset(items, 0, sizeof(items));
	wheel_init(&w, start);
	for (size_t i = 0; i < N; i++) { /* up to six seconds: three turns */
		limit[i] = start + (i * 2 + 1) * MS;
		wheel_add(&w, &items[i], start, (int)(i * 2 + 1));
	}
	for (uint64_t now = start; now <= start + 6100 * MS; now += 3 * MS) {
		struct wheel_item *x;

		wheel_turn(&w, now);
		while ((x = wheel_pop(&w)) != NULL) {
			size_t i = (size_t)(x - items);

			T_OK(now >= limit[i] && now <= limit[i] + (WHEEL_TICK_MS + 3) * MS);
			seen++;
		}
	}
	T_INT(seen, N);
	T_INT(w.n, 0);
}

static void
t_a_clock_that_leaps_brings_all_that_is_due(void)
{
	size_t seen = 0;

	memset(items, 0, sizeof(items));
	wheel_init(&w, 0);
	for (size_t i = 0; i < N; i++)
		wheel_add(&w, &items[i], 0, (int)i);
	wheel_add(&w, &(struct wheel_item){0}, 0, 7200 * 1000);
	wheel_turn(&w, 3600 * 1000 * MS);
	while (wheel_pop(&w) != NULL)
		seen++;
	T_INT(seen, N);
	T_INT(w.n, 1);
	wheel_turn(&w, 60 * MS); /* and back: nothing happens */
	T_OK(wheel_pop(&w) == NULL);
	wheel_add(&w, &items[0], 60 * MS, 1); /* far behind the wheel: the next tick */
	wheel_turn(&w, (3600 * 1000 + WHEEL_TICK_MS) * MS);
	T_OK(wheel_pop(&w) == &items[0]);
}

static void
t_what_is_removed_is_never_due_even_between_two_pops(void)
{
	memset(items, 0, sizeof(items));
	wheel_init(&w, 0);
	for (size_t i = 0; i < 3; i++)
		wheel_add(&w, &items[i], 0, 1);
	wheel_remove(&w, &items[0]);
	wheel_turn(&w, 100 * MS);
	T_OK(wheel_pop(&w) == &items[1]);
	wheel_remove(&w, &items[2]);
	wheel_remove(&w, &items[2]); /* twice is nothing */
	T_OK(wheel_pop(&w) == NULL);
	T_INT(w.n, 0);
	wheel_add(&w, &items[0], 100 * MS, 5000);
	wheel_turn_all(&w);
	T_OK(wheel_pop(&w) == &items[0]);
}

static int
taken(struct bucket *b, uint64_t now)
{
	int n = 0;

	while (n < 100000 && bucket_take(b, now))
		n++;
	return n;
}

static void
t_a_bucket_gives_its_rate_and_no_burst(void)
{
	struct bucket b;
	int n = 0;

	bucket_set(&b, 1000, 0);
	for (uint64_t ms = 0; ms <= 2000; ms++)
		n += taken(&b, ms * MS);
	T_OK(n >= 1999 && n <= 2001);
	T_OK(taken(&b, 3600 * 1000 * MS) <= 10); /* an idle hour saves up a hundredth of a second */
	T_INT(bucket_wait_ms(&b), 2);
	bucket_set(&b, 2, 0);
	T_INT(taken(&b, 0), 1);
	T_OK(bucket_wait_ms(&b) >= 500 && bucket_wait_ms(&b) <= 502);
	T_INT(taken(&b, 499 * MS), 0);
	T_INT(taken(&b, 501 * MS), 1);
	bucket_set(&b, 0, 0);
	T_INT(taken(&b, 0), 100000);
	bucket_set(&b, -5, 0);
	T_INT(taken(&b, 0), 100000);
}

T_MAIN(T(t_nothing_is_due_early_and_nothing_late_by_more_than_a_tick), T(t_a_clock_that_leaps_brings_all_that_is_due),
    T(t_what_is_removed_is_never_due_even_between_two_pops), T(t_a_bucket_gives_its_rate_and_no_burst))
