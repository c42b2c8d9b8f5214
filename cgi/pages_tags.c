/* SPDX-License-Identifier: Apache-2.0 */
/* Tags, as larchd publishes them: all of them on the front page, and on the page of what they cover. */
#include <string.h>

#include "pages.h"

#define SHOWN 20 /* on one page; /tags has them all */

static const char *
name_of(const struct status_tag *t, struct arena *a)
{
	return t->outlet[0] == '\0' ? t->thing : arena_printf(a, "%s:%s", t->thing, t->outlet);
}

static json_t *
tag_json(struct web_call *c, const struct status_tag *t)
{
	bool over = c->now >= t->until;
	json_t *o = json_object();
	char when[TIMES_TEXT];

	jsn_set_text(o, "level", over ? "warn" : "critical");
	jsn_set_text(o, "word", over ? "Tag that is over" : "Tagged");
	jsn_set_text(o, "name", name_of(t, c->arena));
	jsn_set_text(o, "who", t->who);
	jsn_set_text(o, "until", arena_printf(c->arena, "%.16s", times_room(t->until, when)));
	jsn_set(o, "over", json_boolean(over));
	jsn_set_text(o, "reason", t->reason);
	jsn_set_text(o, "contact", t->contact[0] == '\0' ? NULL : t->contact);
	return o;
}

/* Those that `covers` takes: in force first, as somebody in a hurry reads from the top. */
static void
set_model(struct web_call *c, json_t *m, bool (*covers)(const void *ctx, const struct status_tag *t), const void *ctx)
{
	struct status *status = pages_status(c);
	json_t *list = json_array();
	struct status_tag *tags;
	size_t n = 0, found = 0;
	struct err lost;

	if (status != NULL && status_tags(status, c->arena, &tags, &n, &lost) != 0)
		n = 0;
	for (int over = 0; over < 2; over++)
		for (size_t i = 0; i < n; i++)
			if ((c->now >= tags[i].until) == (over == 1) && covers(ctx, &tags[i]) && found++ < SHOWN)
				jsn_add(list, tag_json(c, &tags[i]));
	jsn_set(m, "hanging", list);
	jsn_set(m, "has_tags", json_boolean(found > 0));
	jsn_set(m, "more_tags", found > SHOWN ? json_integer((json_int_t)(found - SHOWN)) : json_false());
}

static bool
covers_all(const void *ctx, const struct status_tag *t)
{
	(void)ctx;
	(void)t;
	return true;
}

void
pages_tags_all(struct web_call *c, json_t *m)
{
	set_model(c, m, covers_all, NULL);
}

/* What a tag on would hold back a thing: itself, what it stands in, its BMC, the outlets that feed it. And of a rack what
 * stands in it: somebody who reads its page is about to do something there. */
struct covered {
	const char *thing;
	const struct inv_place *way, *inside;
	const struct inv_cord *cords;
	size_t n_way, n_inside, n_cords;
	const char *bmc;
};

static bool
covers_thing(const void *ctx, const struct status_tag *t)
{
	const struct covered *x = ctx;

	if (strcmp(t->thing, x->thing) == 0 || (x->bmc != NULL && strcmp(t->thing, x->bmc) == 0))
		return true;
	for (size_t i = 0; i < x->n_way && t->outlet[0] == '\0'; i++)
		if (strcmp(t->thing, x->way[i].container) == 0)
			return true;
	for (size_t i = 0; i < x->n_inside; i++)
		if (strcmp(t->thing, x->inside[i].thing) == 0)
			return true;
	for (size_t i = 0; i < x->n_cords; i++)
		if (strcmp(t->thing, x->cords[i].pdu) == 0 && (t->outlet[0] == '\0' || strcmp(t->outlet, x->cords[i].outlet) == 0))
			return true;
	return false;
}

void
pages_tags_on(struct web_call *c, struct inv *inv, const char *thing, json_t *m)
{
	struct covered x = {.thing = thing};
	struct inv_place *way = NULL, *inside = NULL;
	struct inv_cord *cords = NULL;
	struct inv_thing bmc;
	struct err lost;

	if (inv_place(inv, thing, c->arena, &way, &x.n_way, &lost) != 0)
		x.n_way = 0;
	if (inv_inside(inv, thing, 1, c->arena, &inside, &x.n_inside, &lost) != 0)
		x.n_inside = 0;
	if (inv_cords(inv, thing, c->arena, &cords, &x.n_cords, &lost) != 0)
		x.n_cords = 0;
	x.way = way;
	x.inside = inside;
	x.cords = cords;
	if (inv_bmc(inv, thing, c->arena, &bmc, &lost) == 0)
		x.bmc = bmc.name;
	set_model(c, m, covers_thing, &x);
	jsn_set_text(m, "tag_href", auth_may_some(c->policy, c->person, "tag", NULL) == 0 ? web_link(c->arena, "/tags?thing=%s", thing) : NULL);
}
