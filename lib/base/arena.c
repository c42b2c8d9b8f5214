/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "arena.h"
#include "limits.h"
#include "logs.h"

#define BLOCK 16384u
#define ALIGN 16u

struct block {
	struct block *next;
	size_t used, size;
	_Alignas(ALIGN) unsigned char mem[];
};

struct arena {
	struct block *head;
	size_t total;
};

static struct block *
block_create(size_t size, struct block *next)
{
	struct block *b = malloc(sizeof(*b) + size);

	if (b == NULL)
		log_die("out of memory: an arena wanted %zu bytes", size);
	b->next = next;
	b->used = 0;
	b->size = size;
	return b;
}

struct arena *
arena_create(void)
{
	struct arena *a = malloc(sizeof(*a));

	if (a == NULL)
		log_die("out of memory: no arena");
	a->head = NULL;
	a->total = 0;
	return a;
}

void
arena_destroy(struct arena *a)
{
	struct block *b, *next;

	if (a == NULL)
		return;
	for (b = a->head; b != NULL; b = next) {
		next = b->next;
		free(b);
	}
	free(a);
}

void
arena_reset(struct arena *a)
{
	struct block *b, *next;

	if (a->head == NULL)
		return;
	for (b = a->head; b->next != NULL; b = next) {
		next = b->next;
		free(b);
	}
	b->used = 0;
	a->head = b;
	a->total = 0;
}

size_t
arena_used(const struct arena *a)
{
	return a->total;
}

void *
arena_alloc(struct arena *a, size_t n)
{
	struct block *b = a->head;
	void *p;

	if (n > LIMIT_ARENA || a->total + n > LIMIT_ARENA)
		log_die("an arena would pass its ceiling of %u bytes", LIMIT_ARENA);
	n = (n + ALIGN - 1) & ~(size_t)(ALIGN - 1);
	if (b == NULL || b->size - b->used < n) {
		b = block_create(n > BLOCK ? n : BLOCK, a->head);
		a->head = b;
	}
	p = b->mem + b->used;
	b->used += n;
	a->total += n;
	memset(p, 0, n);
	return p;
}

void *
arena_array(struct arena *a, size_t count, size_t size)
{
	if (size != 0 && count > SIZE_MAX / size)
		log_die("an array of %zu times %zu bytes overflows", count, size);
	return arena_alloc(a, count * size);
}

char *
arena_strndup(struct arena *a, const char *p, size_t n)
{
	char *s = arena_alloc(a, n + 1);

	if (n > 0)
		memcpy(s, p, n);
	return s;
}

char *
arena_strdup(struct arena *a, const char *s)
{
	return arena_strndup(a, s, strlen(s));
}

char *
arena_printf(struct arena *a, const char *fmt, ...)
{
	va_list ap;
	char *s;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(NULL, 0, fmt, ap);
	va_end(ap);
	if (n < 0)
		return arena_strdup(a, "");
	s = arena_alloc(a, (size_t)n + 1);
	va_start(ap, fmt);
	(void)vsnprintf(s, (size_t)n + 1, fmt, ap);
	va_end(ap);
	return s;
}
