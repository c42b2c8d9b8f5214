/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What loses power when something goes. A thing has power when one of its cords comes from an outlet
 * that has: of a thing that is not touched by this at all, or of one that was found to have power.
 * That is asked again until nothing new is found, so a circle of strips feeds nobody.
 */
#include <stdlib.h>

#include "read_private.h"

#define VIA_NAMES 6 /* things a sentence names as the source of what was lost */

struct cord {
	int64_t thing, from, outlet;
	const char *from_name;
	size_t source; /* place of `from` among the things that are hit; n_hit: it is none of them */
	bool gone;     /* this outlet, or its thing, is what goes */
	bool before, after;
};
struct hit {
	int64_t id;
	const char *name, *type;
	size_t first, n; /* its cords */
	bool gone;       /* it goes itself */
	bool before, after;
};
struct outage {
	struct inv *i;
	struct arena *a;
	const struct inv_outage *o;
	struct inv_named *gone;
	size_t n_gone, cap_gone;
	int64_t *outlet;     /* what gives no power any more, sorted */
	size_t n_outlets, cap_outlets;
	struct hit *hit;     /* by id */
	size_t n_hit;
	struct cord *cord;   /* by thing */
	size_t n_cords;
};

/* ---- what goes ------------------------------------------------------------------------------ */

static void
add_gone(struct outage *x, struct inv_named t)
{
	for (size_t k = 0; k < x->n_gone; k++)
		if (x->gone[k].id == t.id)
			return;
	x->gone = read_grow(x->a, x->gone, x->n_gone, &x->cap_gone, sizeof(*x->gone));
	x->gone[x->n_gone++] = t;
}

static int
by_feed(struct outage *x, const char *value, const char *in, struct err *e)
{
	struct store_query *q;
	struct inv_named t;
	int more;

	if (in == NULL)
		q = store_ask(x->i->s, e, INV_SQL(ASK_FEED), "s", value);
	else
		q = store_ask(x->i->s, e, INV_SQL(ASK_FEED_IN), "ss", value, in);
	while ((more = store_next(q, e)) == 1) {
		t = (struct inv_named){store_int(q, 0), arena_strdup(x->a, store_text(q, 1)), arena_strdup(x->a, store_text(q, 2))};
		add_gone(x, t);
	}
	store_done(q);
	return more;
}

/* A thing of type feed takes with it what says to hang on that feed, in the place where it stands. */
static int
by_thing(struct outage *x, struct err *e)
{
	struct inv_named t;
	struct inv_thing whole;
	struct inv_place *way;
	const char *feed;
	size_t n;

	if (inv_named_get(x->i, x->o->thing, x->a, &t, e) != 0)
		return -1;
	add_gone(x, t);
	if (x->o->port != NULL || strcmp(t.type, "feed") != 0)
		return 0;
	if (inv_get(x->i, t.name, x->a, &whole, e) != 0 || inv_place(x->i, t.name, x->a, &way, &n, e) != 0)
		return -1;
	feed = inv_attr(&whole, "feed");
	return feed == NULL || n == 0 ? 0 : by_feed(x, feed, way[0].container, e);
}

static int
outlets_of(struct outage *x, const char *thing, const char *port, struct err *e)
{
	struct store_query *q = store_ask(x->i->s, e, INV_SQL(ASK_OUTLETS), "ss", thing, port);
	int more;

	while ((more = store_next(q, e)) == 1) {
		x->outlet = read_grow(x->a, x->outlet, x->n_outlets, &x->cap_outlets, sizeof(*x->outlet));
		x->outlet[x->n_outlets++] = store_int(q, 0);
	}
	store_done(q);
	return more;
}

static int
by_id(const void *x, const void *y)
{
	int64_t a = *(const int64_t *)x, b = *(const int64_t *)y;

	return a < b ? -1 : a > b;
}

static int
find_gone(struct outage *x, struct err *e)
{
	struct inv_named lost;

	if (x->o->feed != NULL && x->o->in != NULL && inv_named_get(x->i, x->o->in, x->a, &lost, e) != 0)
		return -1;
	if ((x->o->feed != NULL ? by_feed(x, x->o->feed, x->o->in, e) : by_thing(x, e)) != 0)
		return -1;
	if (x->n_gone == 0)
		return err_set(e, ERR_NOT_FOUND, "nothing%s%s is on feed %s: no thing with outlets has the attribute feed=%s",
		    x->o->in == NULL ? "" : " in ", x->o->in == NULL ? "" : x->o->in, x->o->feed, x->o->feed);
	for (size_t k = 0; k < x->n_gone; k++)
		if (outlets_of(x, x->gone[k].name, x->o->feed == NULL ? x->o->port : NULL, e) != 0)
			return -1;
	if (x->n_outlets == 0 && x->o->port != NULL)
		return err_set(e, ERR_NOT_FOUND, "%s has no outlet named \"%s\"", x->o->thing, x->o->port);
	if (x->n_outlets == 0)
		return err_set(e, ERR_INPUT, "%s feeds nothing: it has no outlet", x->gone[0].name);
	qsort(x->outlet, x->n_outlets, sizeof(*x->outlet), by_id);
	return 0;
}

/* ---- what hangs on it -------------------------------------------------------------------------- */

static const char *
outlets_json(const struct outage *x)
{
	struct buf b = BUF(LIMIT_ROOM_FILE);
	const char *text;

	buf_char(&b, '[');
	for (size_t k = 0; k < x->n_outlets; k++)
		buf_printf(&b, "%s%lld", k == 0 ? "" : ",", (long long)x->outlet[k]);
	buf_char(&b, ']');
	text = arena_strndup(x->a, b.p, b.n);
	buf_free(&b);
	return text;
}

static int
find_hit(struct outage *x, struct err *e)
{
	struct store_query *q = store_ask(x->i->s, e, INV_SQL(ASK_HIT), "si", outlets_json(x), (int64_t)LIMIT_INV_HIT + 1);
	size_t cap = 0, cap_cords = 0;
	int more;

	while ((more = store_next(q, e)) == 1) {
		int64_t id = store_int(q, 0);

		if (x->n_hit == 0 || x->hit[x->n_hit - 1].id != id) {
			x->hit = read_grow(x->a, x->hit, x->n_hit, &cap, sizeof(*x->hit));
			x->hit[x->n_hit++] = (struct hit){.id = id, .name = arena_strdup(x->a, store_text(q, 1)),
			    .type = arena_strdup(x->a, store_text(q, 2)), .first = x->n_cords};
		}
		x->cord = read_grow(x->a, x->cord, x->n_cords, &cap_cords, sizeof(*x->cord));
		x->cord[x->n_cords++] = (struct cord){.thing = id, .from = store_int(q, 3),
		    .from_name = arena_strdup(x->a, store_text(q, 4)), .outlet = store_int(q, 5)};
		x->hit[x->n_hit - 1].n++;
	}
	store_done(q);
	if (more != 0)
		return -1;
	if (x->n_hit > LIMIT_INV_HIT)
		return err_set(e, ERR_LIMIT, "more than %d things hang on it; ask for a part of it", LIMIT_INV_HIT);
	return 0;
}

/* The id is the first member of struct hit: what is looked for is a hit that has only that. */
static struct hit *
hit_of(const struct outage *x, int64_t id)
{
	struct hit key = {.id = id};

	return x->n_hit == 0 ? NULL : bsearch(&key, x->hit, x->n_hit, sizeof(*x->hit), by_id);
}

static void
join_up(struct outage *x)
{
	for (size_t k = 0; k < x->n_hit; k++)
		for (size_t g = 0; g < x->n_gone && x->o->port == NULL; g++)
			x->hit[k].gone = x->hit[k].gone || x->gone[g].id == x->hit[k].id;
	for (size_t k = 0; k < x->n_cords; k++) {
		struct cord *c = &x->cord[k];
		struct hit *at = hit_of(x, c->from);

		c->source = at == NULL ? x->n_hit : (size_t)(at - x->hit);
		c->gone = bsearch(&c->outlet, x->outlet, x->n_outlets, sizeof(*x->outlet), by_id) != NULL;
	}
}

/* Who has power, before or after: from what is certain onward, until a pass finds nothing new. */
static void
settle(struct outage *x, bool after)
{
	bool more = true;

	while (more) {
		more = false;
		for (size_t k = 0; k < x->n_cords; k++) {
			struct cord *c = &x->cord[k];
			struct hit *h = hit_of(x, c->thing);
			bool source = c->source == x->n_hit || (after ? x->hit[c->source].after : x->hit[c->source].before);
			bool live = source && !(after && c->gone);

			if (!live || (after ? c->after : c->before))
				continue;
			*(after ? &c->after : &c->before) = true;
			if (!(after && h->gone))
				*(after ? &h->after : &h->before) = true;
			more = true;
		}
	}
}

/* ---- what nobody knows of ------------------------------------------------------------------------- */

/* The place that is spoken of: the one asked for, else the one where the thing stands. NULL: the whole room. */
static int
place_of(struct outage *x, const char **out, struct err *e)
{
	struct inv_place *way;
	size_t n;

	*out = x->o->in;
	if (x->o->feed != NULL)
		return 0;
	if (inv_place(x->i, x->o->thing, x->a, &way, &n, e) != 0)
		return -1;
	*out = n == 0 ? "" : way[0].container;
	return 0;
}

static int
find_unwired(struct outage *x, struct hosts *out, struct err *e)
{
	struct store_query *q;
	const char *place;
	size_t cap = 0;
	int more;

	if (place_of(x, &place, e) != 0)
		return -1;
	if (place == NULL)
		q = store_ask(x->i->s, e, INV_SQL(ASK_UNWIRED), "");
	else
		q = store_ask(x->i->s, e, INV_SQL(ASK_UNWIRED_IN), "s", place);
	while ((more = store_next(q, e)) == 1) {
		if (!inv_is_machine(x->i, store_text(q, 1)))
			continue;
		out->name = read_grow(x->a, out->name, out->n, &cap, sizeof(*out->name));
		out->name[out->n++] = arena_strdup(x->a, store_text(q, 0));
	}
	store_done(q);
	hosts_sort(out);
	return more;
}

/* ---- the answer ------------------------------------------------------------------------------------ */

static const char *
lost_from(const struct outage *x, const struct hit *h)
{
	struct hosts names = {.name = arena_array(x->a, h->n + 1, sizeof(char *))};
	struct buf b = BUF(LIMIT_FIELD);
	const char *text;

	for (size_t k = h->first; k < h->first + h->n; k++)
		if (x->cord[k].before && !x->cord[k].after)
			names.name[names.n++] = arena_strdup(x->a, x->cord[k].from_name);
	hosts_sort(&names);
	for (size_t k = 0; k < names.n && k < VIA_NAMES; k++)
		buf_printf(&b, "%s%s", k == 0 ? "" : ", ", names.name[k]);
	if (names.n > VIA_NAMES)
		buf_printf(&b, " and %zu more", names.n - VIA_NAMES);
	text = arena_strndup(x->a, b.n == 0 ? "" : b.p, b.n);
	buf_free(&b);
	return text;
}

static const char *
loss_text(struct arena *a, int64_t left)
{
	if (left == 0)
		return "dark";
	return left == 1 ? "one feed left" : arena_printf(a, "%lld feeds left", (long long)left);
}

static void
add_loss(struct outage *x, const struct hit *h, struct inv_lost *out)
{
	struct inv_loss *l = &out->things[out->n];
	int64_t had = 0, left = 0;

	for (size_t k = h->first; k < h->first + h->n; k++) {
		had += x->cord[k].before;
		left += x->cord[k].after && !h->gone;
	}
	if (left == had)
		return;
	*l = (struct inv_loss){.thing = h->name, .type = h->type, .had = had, .left = left, .dark = left == 0,
	    .via = lost_from(x, h), .text = loss_text(x->a, left)};
	out->n++;
	out->n_dark += l->dark;
}

/* What is on a feed by its own word, and hangs on no recorded cord: it goes dark with the feed. */
static void
add_named(struct outage *x, const struct inv_named *t, struct inv_lost *out)
{
	if (strcmp(t->type, "feed") == 0 || (x->o->thing != NULL && strcmp(t->name, x->o->thing) == 0))
		return;
	if (hit_of(x, t->id) != NULL)
		return;
	out->things[out->n++] =
	    (struct inv_loss){.thing = t->name, .type = t->type, .had = 1, .dark = true, .via = out->what, .text = "dark"};
	out->n_dark++;
}

static int
by_loss(const void *x, const void *y)
{
	const struct inv_loss *a = x, *b = y;

	return a->dark != b->dark ? (a->dark ? -1 : 1) : str_natural(a->thing, b->thing);
}

static const char *
what_goes(const struct inv_outage *o, struct arena *a)
{
	if (o->feed != NULL)
		return arena_printf(a, "%s%s%s", inv_feed_text(o->feed, a), o->in == NULL ? "" : " of ", o->in == NULL ? "" : o->in);
	if (o->port != NULL)
		return arena_printf(a, "%s of %s", inv_port_text(o->port, "outlet", a), o->thing);
	return arena_strdup(a, o->thing);
}

int
inv_lost(struct inv *i, const struct inv_outage *o, struct arena *a, struct inv_lost *out, struct err *e)
{
	struct outage x = {.i = i, .a = a, .o = o};
	int rc;

	*out = (struct inv_lost){0};
	if ((o->thing == NULL) == (o->feed == NULL))
		return err_set(e, ERR_INPUT, "say what goes: a thing (a PDU, a feed, a strip), or a feed by its letter and the place it is in");
	if (store_hold(i->s, e) != 0)
		return -1;
	rc = find_gone(&x, e) != 0 || find_hit(&x, e) != 0 || find_unwired(&x, &out->unwired, e) != 0 ? -1 : 0;
	store_unhold(i->s);
	if (rc != 0)
		return -1;
	join_up(&x);
	settle(&x, false);
	settle(&x, true);
	out->what = what_goes(o, a);
	out->things = arena_array(a, x.n_hit + x.n_gone + 1, sizeof(*out->things));
	for (size_t k = 0; k < x.n_hit; k++)
		add_loss(&x, &x.hit[k], out);
	for (size_t k = 0; k < x.n_gone && o->port == NULL; k++)
		add_named(&x, &x.gone[k], out);
	if (out->n > 1)
		qsort(out->things, out->n, sizeof(*out->things), by_loss);
	out->gone.name = arena_array(a, x.n_gone + 1, sizeof(char *));
	for (size_t k = 0; k < x.n_gone; k++)
		out->gone.name[out->gone.n++] = arena_strdup(a, x.gone[k].name);
	hosts_sort(&out->gone);
	return 0;
}
