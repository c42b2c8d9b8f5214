/* SPDX-License-Identifier: Apache-2.0 */
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "file.h"
#include "hosts_set.h"
#include "logs.h"

static uint64_t key[2];

static void
make_key(void)
{
	file_random(key, sizeof(key));
	key[1] |= 1;
}

/*
 * A keyed hash, so that nobody can send names that all meet in one slot:
 * each 8 bytes are multiplied by secret numbers and folded from 128 bits.
 */
static uint32_t
hash(struct str s)
{
	uint64_t h = key[0] ^ s.n, part;
	unsigned __int128 product;

	for (size_t i = 0; i < s.n; i += 8) {
		part = 0;
		memcpy(&part, s.p + i, s.n - i < 8 ? s.n - i : 8);
		product = (unsigned __int128)(h ^ part) * key[1];
		h = (uint64_t)product ^ (uint64_t)(product >> 64) ^ key[0];
	}
	return (uint32_t)(h ^ h >> 32);
}

void
hosts_set_init(struct hosts_set *s, struct arena *a)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;

	pthread_once(&once, make_key);
	*s = (struct hosts_set){.arena = a, .gen = 1};
}

void
hosts_set_finish(struct hosts_set *s)
{
	free(s->entry);
	free(s->slot);
	s->entry = NULL;
	s->slot = NULL;
}

static void
grow(struct hosts_set *s)
{
	size_t cap = s->cap == 0 ? 64 : s->cap * 2;

	s->entry = reallocarray(s->entry, cap, sizeof(*s->entry));
	free(s->slot);
	s->slot = calloc(cap * 2, sizeof(*s->slot));
	if (s->entry == NULL || s->slot == NULL)
		log_die("out of memory: a host list of %zu names", cap);
	s->cap = cap;
	s->mask = cap * 2 - 1;
	for (size_t i = 0; i < s->n; i++) {
		size_t at = s->entry[i].hash & s->mask;

		while (s->slot[at] != 0)
			at = (at + 1) & s->mask;
		s->slot[at] = (uint32_t)i + 1;
	}
}

/* The entry of a name: NULL if there is none and none is to be made. */
static struct hosts_entry *
find(struct hosts_set *s, struct str name, bool make)
{
	uint32_t h = hash(name);
	struct hosts_entry *e;
	size_t at;

	if (s->n == s->cap)
		grow(s);
	for (at = h & s->mask; s->slot[at] != 0; at = (at + 1) & s->mask) {
		e = &s->entry[s->slot[at] - 1];
		if (e->hash == h && e->n == name.n && memcmp(e->name, name.p, name.n) == 0)
			return e;
	}
	if (!make)
		return NULL;
	e = &s->entry[s->n++];
	s->slot[at] = (uint32_t)s->n;
	*e = (struct hosts_entry){.name = arena_strndup(s->arena, name.p, name.n),
	    .n = (uint32_t)name.n, .hash = h};
	return e;
}

void
hosts_set_begin(struct hosts_set *s, enum hosts_op op)
{
	s->op = op;
	s->turn++;
	if (op == HOSTS_INTERSECTION) { /* members are those that enter the next generation */
		s->gen++;
		s->live = 0;
	}
}

void
hosts_set_apply(struct hosts_set *s, struct str name)
{
	bool adds = s->op == HOSTS_UNION || s->op == HOSTS_SYMMETRIC;
	struct hosts_entry *e = find(s, name, adds);
	uint32_t was;

	if (e == NULL || e->turn == s->turn)
		return; /* not there to be taken, or named twice in one operand */
	was = e->gen;
	e->turn = s->turn;
	switch (s->op) {
	case HOSTS_UNION:
		e->gen = s->gen;
		s->live += was != s->gen;
		break;
	case HOSTS_DIFFERENCE:
		e->gen = 0;
		s->live -= was == s->gen;
		break;
	case HOSTS_INTERSECTION:
		e->gen = was == s->gen - 1 ? s->gen : 0;
		s->live += e->gen == s->gen;
		break;
	case HOSTS_SYMMETRIC:
		e->gen = was == s->gen ? 0 : s->gen;
		s->live += was != s->gen;
		s->live -= was == s->gen;
		break;
	}
}

bool
hosts_set_live(const struct hosts_set *s, size_t i)
{
	return s->entry[i].gen == s->gen;
}
