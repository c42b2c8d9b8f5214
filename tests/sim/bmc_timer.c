/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>

#include "bmc_sim.h"
#include "sim_text.h"

struct timer {
	int64_t due;
	uint64_t order; /* two that are due together run in the order they were made */
	timer_fn *fn;
	struct bmc *b;
	unsigned generation;
	void *data;
};

static struct timer *heap;
static size_t n_heap, cap_heap;
static uint64_t made;

static bool
before(const struct timer *a, const struct timer *b)
{
	return a->due != b->due ? a->due < b->due : a->order < b->order;
}

static void
swap(size_t i, size_t j)
{
	struct timer t = heap[i];

	heap[i] = heap[j];
	heap[j] = t;
}

void
timer_add(int ms, timer_fn *fn, struct bmc *b, unsigned generation, void *data)
{
	size_t i = n_heap++;

	if (n_heap > cap_heap) {
		cap_heap = n_heap * 2;
		heap = realloc(heap, cap_heap * sizeof(*heap));
		if (heap == NULL)
			abort();
	}
	heap[i] = (struct timer){sim_now() + ms, made++, fn, b, generation, data};
	for (; i > 0 && before(&heap[i], &heap[(i - 1) / 2]); i = (i - 1) / 2)
		swap(i, (i - 1) / 2);
}

static struct timer
take_first(void)
{
	struct timer first = heap[0];
	size_t i = 0;

	heap[0] = heap[--n_heap];
	for (;;) {
		size_t least = i, l = 2 * i + 1, r = l + 1;

		if (l < n_heap && before(&heap[l], &heap[least]))
			least = l;
		if (r < n_heap && before(&heap[r], &heap[least]))
			least = r;
		if (least == i)
			return first;
		swap(i, least);
		i = least;
	}
}

void
timer_run(void)
{
	int64_t now = sim_now();

	while (n_heap > 0 && heap[0].due <= now) {
		struct timer t = take_first();

		t.fn(t.b, t.generation, t.data);
	}
}

int
timer_next(void)
{
	int64_t left;

	if (n_heap == 0)
		return -1;
	left = heap[0].due - sim_now();
	return left < 0 ? 0 : left > 60000 ? 60000 : (int)left;
}
