/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the writer knows of the file without reading it: names, columns, values. Everything that the file does not have
 * yet is on a list, so a batch that could not be written goes with the next one.
 */
#include <stdlib.h>
#include <string.h>

#include "status_private.h"

void *
kept_room(void *old, size_t n, size_t *cap, size_t size)
{
	void *p;

	if (n < *cap)
		return old;
	*cap = *cap == 0 ? 16 : *cap * 2;
	p = realloc(old, *cap * size);
	if (p == NULL)
		log_die("out of memory: no room for %zu rows of status", *cap);
	return p;
}

struct kept_all *
kept_create(void)
{
	struct kept_all *k = calloc(1, sizeof(*k));

	if (k == NULL)
		log_die("out of memory: no status");
	return k;
}

/* ---- names -------------------------------------------------------------------- */

void
kept_name_mark(struct kept_names *names, struct kept_name *n)
{
	if (n->unwritten)
		return;
	n->unwritten = true;
	names->unwritten = kept_room(names->unwritten, names->n_unwritten, &names->cap_unwritten, sizeof(struct kept_name *));
	names->unwritten[names->n_unwritten++] = n;
}

struct kept_name *
kept_name_load(struct kept_names *names, int64_t nr, struct str text, int64_t last)
{
	struct kept_name *n = malloc(sizeof(*n) + text.n + 1);

	if (n == NULL)
		log_die("out of memory: no name");
	*n = (struct kept_name){.nr = nr, .last = last};
	memcpy(n->text, text.p, text.n);
	n->text[text.n] = '\0';
	while (names->cap <= (size_t)nr) {
		size_t had = names->cap;

		names->by_nr = kept_room(names->by_nr, had, &names->cap, sizeof(struct kept_name *));
		memset(names->by_nr + had, 0, (names->cap - had) * sizeof(struct kept_name *));
	}
	names->by_nr[nr] = n;
	if (names->top < (size_t)nr)
		names->top = (size_t)nr;
	names->n++;
	HASH_ADD_KEYPTR(hh, names->hash, n->text, text.n, n);
	return n;
}

struct kept_name *
kept_name(struct kept_names *names, struct str text, size_t most)
{
	struct kept_name *n;

	HASH_FIND(hh, names->hash, text.p, text.n, n);
	if (n != NULL || names->n >= most)
		return n;
	n = kept_name_load(names, (int64_t)names->top + 1, text, 0);
	kept_name_mark(names, n);
	return n;
}

static void
names_free(struct kept_names *names)
{
	HASH_CLEAR(hh, names->hash);
	for (size_t i = 0; i <= names->top && i < names->cap; i++)
		free(names->by_nr[i]);
	free(names->by_nr);
	free(names->unwritten);
}

/* ---- columns and values ----------------------------------------------------------- */

static struct kept_column *
column_add(struct kept_all *k, struct kept_name *name)
{
	struct kept_column *c = calloc(1, sizeof(*c));

	if (c == NULL)
		log_die("out of memory: no column");
	c->name = name;
	k->columns = kept_room(k->columns, k->n_columns, &k->cap_columns, sizeof(struct kept_column *));
	k->columns[k->n_columns++] = c;
	return c;
}

struct kept_column *
kept_column_of(struct kept_all *k, int64_t check)
{
	for (size_t i = 0; i < k->n_columns; i++)
		if ((k->columns[i]->name == NULL ? 0 : k->columns[i]->name->nr) == check)
			return k->columns[i];
	if (check == 0)
		return column_add(k, NULL);
	if ((size_t)check > k->checks.top || k->checks.by_nr[check] == NULL)
		return NULL;
	return column_add(k, k->checks.by_nr[check]);
}

struct kept_column *
kept_column(struct kept_all *k, const char *check)
{
	struct kept_name *name;
	struct kept_column *c;

	for (size_t i = 0; i < k->n_columns; i++)
		if (k->columns[i]->hint == check && strcmp(k->columns[i]->name->text, check) == 0)
			return k->columns[i];
	for (size_t i = 0; i < k->n_columns; i++) {
		c = k->columns[i];
		if (c->name != NULL && strcmp(c->name->text, check) == 0) {
			c->hint = check;
			return c;
		}
	}
	name = kept_name(&k->checks, str_of(check), LIMIT_STATUS_WORDS);
	return name == NULL ? NULL : column_add(k, name);
}

struct kept *
kept_slot(struct kept_column *c, size_t nr)
{
	while (c->cap <= nr) {
		size_t had = c->cap;

		c->by_nr = kept_room(c->by_nr, had, &c->cap, sizeof(struct kept *));
		memset(c->by_nr + had, 0, (c->cap - had) * sizeof(struct kept *));
	}
	if (c->n <= nr)
		c->n = nr + 1;
	if (c->by_nr[nr] == NULL) {
		c->by_nr[nr] = calloc(1, sizeof(struct kept));
		if (c->by_nr[nr] == NULL)
			log_die("out of memory: no value");
		c->values++;
	}
	return c->by_nr[nr];
}

void
kept_mark(struct kept_all *k, struct kept_column *c, size_t nr)
{
	if (c->by_nr[nr]->unwritten)
		return;
	c->by_nr[nr]->unwritten = true;
	k->unwritten = kept_room(k->unwritten, k->n_unwritten, &k->cap_unwritten, sizeof(*k->unwritten));
	k->unwritten[k->n_unwritten++] = (struct kept_ref){c, nr};
}

void
kept_say(struct kept *v, const struct kept_seen *seen)
{
	size_t text = seen->text.n + 1, detail = seen->detail.p == NULL ? 0 : seen->detail.n + 1;
	size_t data = seen->data.p == NULL ? 0 : seen->data.n + 1, fault = seen->fault.p == NULL ? 0 : seen->fault.n + 1;
	char *said = calloc(1, text + detail + data + fault);

	if (said == NULL)
		log_die("out of memory: no text of a value");
	if (seen->text.n > 0)
		memcpy(said, seen->text.p, seen->text.n);
	v->detail = detail == 0 ? 0 : (uint32_t)text;
	v->data = data == 0 ? 0 : (uint32_t)(text + detail);
	if (detail > 1)
		memcpy(said + text, seen->detail.p, detail - 1);
	if (data > 1)
		memcpy(said + text + detail, seen->data.p, data - 1);
	v->fault = fault == 0 ? 0 : (uint32_t)(text + detail + data);
	if (fault > 1)
		memcpy(said + text + detail + data, seen->fault.p, fault - 1);
	v->fixed = seen->fixed;
	free(v->said); /* what was seen may be what was said: not before */
	v->said = said;
	v->number = seen->number;
	v->watts = seen->watts;
	v->at = seen->at;
	v->interval = seen->interval;
	v->level = (uint8_t)seen->level;
}

/* ---- rounds --------------------------------------------------------------------- */

static void
leave(struct kept *v)
{
	if (v->round != NULL)
		v->round->live--;
	v->round = NULL;
}

static void
round_free(struct kept_round *r)
{
	buf_free(&r->reached);
	free(r);
}

/* Rounds that nothing rests on any more go, from the file too. */
static void
bury(struct kept_all *k, struct kept_column *c)
{
	struct kept_round **at = &c->rounds;

	while (*at != NULL) {
		struct kept_round *r = *at;

		if (r->live > 0) {
			at = &r->older;
			continue;
		}
		if (r->written) {
			k->dead = kept_room(k->dead, k->n_dead + 1, &k->cap_dead, sizeof(*k->dead));
			k->dead[k->n_dead++] = r->turn;
			k->dead[k->n_dead++] = c->name == NULL ? 0 : c->name->nr;
		}
		*at = r->older;
		c->n_rounds--;
		round_free(r);
	}
}

/* Of the oldest round: what it still has is written in the rows. */
static void
dissolve(struct kept_all *k, struct kept_column *c)
{
	struct kept_round *oldest = c->rounds;

	while (oldest->older != NULL)
		oldest = oldest->older;
	for (size_t i = 0; i < c->n; i++) {
		struct kept *v = c->by_nr[i];

		if (v == NULL || v->round != oldest)
			continue;
		v->at = oldest->at;
		v->turn = k->turn;
		leave(v);
		kept_mark(k, c, i);
	}
}

static void
settle(struct kept_all *k, struct kept_column *c)
{
	struct kept_round *r = calloc(1, sizeof(*r));

	if (r == NULL)
		log_die("out of memory: no round");
	*r = (struct kept_round){.turn = k->turn, .at = c->reached_at, .reached = BUF(LIMIT_STATUS_THINGS * 4 + 1), .older = c->rounds};
	for (size_t i = 0; i < c->n_reached; i++) {
		struct kept *v = c->by_nr[c->reached[i]];

		if (v->round == r || v->turn == k->turn)
			continue;
		leave(v);
		v->round = r;
		r->live++;
	}
	kept_reach(c->reached, c->n_reached, &r->reached);
	c->rounds = r;
	c->n_rounds++;
	c->n_reached = 0;
	bury(k, c);
	if (c->n_rounds > LIMIT_STATUS_ROUNDS) {
		dissolve(k, c);
		bury(k, c);
	}
}

void
kept_settle(struct kept_all *k)
{
	for (size_t i = 0; i < k->n_columns; i++)
		if (k->columns[i]->n_reached > 0)
			settle(k, k->columns[i]);
		else
			bury(k, k->columns[i]);
}

/* ---- what is written -------------------------------------------------------------- */

static void
names_written(struct kept_names *names)
{
	for (size_t i = 0; i < names->n_unwritten; i++)
		names->unwritten[i]->unwritten = false;
	names->n_unwritten = 0;
}

void
kept_written(struct kept_all *k)
{
	names_written(&k->things);
	names_written(&k->checks);
	names_written(&k->words);
	names_written(&k->outlets);
	for (size_t i = 0; i < k->n_unwritten; i++)
		k->unwritten[i].column->by_nr[k->unwritten[i].nr]->unwritten = false;
	for (size_t i = 0; i < k->n_columns; i++)
		for (struct kept_round *r = k->columns[i]->rounds; r != NULL && !r->written; r = r->older) {
			r->written = true;
			buf_free(&r->reached);
		}
	k->n_unwritten = k->n_changes = k->n_dead = 0;
}

static void
names_unwritten(struct kept_names *names)
{
	for (size_t i = 1; i <= names->top && i < names->cap; i++)
		if (names->by_nr[i] != NULL)
			kept_name_mark(names, names->by_nr[i]);
}

/* The bytes of a round as its values have it: what has left it is not among them, nor need it be. */
static void
round_again(struct kept_column *c, struct kept_round *r)
{
	r->written = false;
	buf_free(&r->reached);
	c->n_reached = 0;
	for (size_t i = 0; i < c->n; i++)
		if (c->by_nr[i] != NULL && c->by_nr[i]->round == r) {
			c->reached = kept_room(c->reached, c->n_reached, &c->cap_reached, sizeof(*c->reached));
			c->reached[c->n_reached++] = (uint32_t)i;
		}
	kept_reach(c->reached, c->n_reached, &r->reached);
	c->n_reached = 0;
}

void
kept_all_unwritten(struct kept_all *k)
{
	names_unwritten(&k->things);
	names_unwritten(&k->checks);
	names_unwritten(&k->words);
	names_unwritten(&k->outlets);
	for (size_t i = 0; i < k->n_columns; i++) {
		struct kept_column *c = k->columns[i];

		for (size_t nr = 0; nr < c->n; nr++)
			if (c->by_nr[nr] != NULL)
				kept_mark(k, c, nr);
		for (struct kept_round *r = c->rounds; r != NULL; r = r->older)
			round_again(c, r);
	}
	k->n_dead = 0;
}

/* ---- the end ---------------------------------------------------------------------- */

static void
column_free(struct kept_column *c)
{
	struct kept_round *older;

	for (size_t i = 0; i < c->n; i++)
		if (c->by_nr[i] != NULL) {
			free(c->by_nr[i]->said);
			free(c->by_nr[i]);
		}
	for (struct kept_round *r = c->rounds; r != NULL; r = older) {
		older = r->older;
		round_free(r);
	}
	free(c->by_nr);
	free(c->reached);
	free(c);
}

void
kept_column_drop(struct kept_all *k, struct kept_column *c)
{
	size_t left = 0;

	for (size_t i = 0; i < k->n_unwritten; i++)
		if (k->unwritten[i].column != c)
			k->unwritten[left++] = k->unwritten[i];
	k->n_unwritten = left;
	left = 0;
	for (size_t i = 0; i < k->n_columns; i++)
		if (k->columns[i] != c)
			k->columns[left++] = k->columns[i];
	k->n_columns = left;
	column_free(c);
}

void
kept_destroy(struct kept_all *k)
{
	if (k == NULL)
		return;
	for (size_t i = 0; i < k->n_columns; i++)
		column_free(k->columns[i]);
	names_free(&k->things);
	names_free(&k->checks);
	names_free(&k->words);
	names_free(&k->outlets);
	free(k->columns);
	free(k->unwritten);
	free(k->changes);
	free(k->dead);
	free(k);
}
