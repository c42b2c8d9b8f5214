/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Scratch memory with a scope: one arena per request, per sweep batch, per
 * plan. What is taken from it is never freed alone; it all goes at once.
 * Not for secrets: an arena is not wiped.
 */
#ifndef LARCH_BASE_ARENA_H
#define LARCH_BASE_ARENA_H

#include <stddef.h>

#include "api.h"

struct arena;

/* A new, empty arena. Out of memory aborts, here and below. */
LARCH_API struct arena *arena_create(void);

/* Release everything taken from it. NULL does nothing. */
LARCH_API void arena_destroy(struct arena *a);

/* Forget everything taken, keep the first block: for a loop of batches. */
LARCH_API void arena_reset(struct arena *a);

/* Bytes taken since it was made or reset: for whoever reads what others wrote, and must say so before it aborts. */
LARCH_API size_t arena_used(const struct arena *a);

/* n zeroed bytes, aligned for any type. Over LIMIT_ARENA in all: abort. */
LARCH_API void *arena_alloc(struct arena *a, size_t n);

/* An array of count elements of size bytes, zeroed; overflow aborts. */
LARCH_API void *arena_array(struct arena *a, size_t count, size_t size);

/* NUL-ended copies. */
LARCH_API char *arena_strdup(struct arena *a, const char *s);
LARCH_API char *arena_strndup(struct arena *a, const char *p, size_t n);
LARCH_API char *arena_printf(struct arena *a, const char *fmt, ...) LARCH_PRINTF(2, 3);

#endif
