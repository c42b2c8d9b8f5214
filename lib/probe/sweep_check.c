/* SPDX-License-Identifier: Apache-2.0 */
/* A few things asked now, at a person's wish: all checks of them, before the sweep's own questions to the same devices. */
#include <stdlib.h>
#include <string.h>

#include "inner.h"
#include "probe_slurm.h"

#define A_FEW 500

static void
add(struct sweep_check *c, struct sweep_node *n, size_t max)
{
	for (size_t i = 0; i < c->n; i++)
		if (c->node[i] == n)
			return; /* two machines may hang on one PDU */
	if (c->n == max || n->turn != c->probe->turn)
		return;
	n->refs++;
	c->node[c->n++] = n;
}

static void
add_thing(struct sweep_check *c, const char *name, const struct sweep_list *list, struct arena *a)
{
	struct probe *p = c->probe;
	struct sweep_node *n = sweep_find(p, name);
	struct inv_connection *links;
	struct inv_cord *cords;
	struct err e;
	size_t k;

	if (n == NULL)
		return; /* gone since it was asked, or nothing that is asked */
	add(c, n, list->n);
	if (inv_cords(*p->room.inv, name, a, &cords, &k, &e) == 0)
		for (size_t i = 0; i < k; i++)
			if ((n = sweep_find(p, cords[i].pdu)) != NULL)
				add(c, n, list->n);
	if (inv_connections(*p->room.inv, name, a, &links, &k, &e) == 0)
		for (size_t i = 0; i < k; i++)
			if (strcmp(links[i].b_type, "switch") == 0 && (n = sweep_find(p, links[i].b)) != NULL)
				add(c, n, list->n);
}

/* Of so many that they are no longer a few: all of them in rounds of their own, which begin now. */
static void
ask_many(struct probe *p, const struct hosts *things)
{
	for (size_t k = 0; k < p->n_lanes; k++) {
		struct sweep_lane *l = &p->lane[k];

		for (size_t i = 0; l->row->spread && i < things->n; i++) {
			struct sweep_node *n = sweep_find(p, things->name[i]);

			if (n != NULL)
				n->seen[k].due = 0;
		}
		sweep_lane_now(l);
	}
}

/* The switches on a machine's ports are read, as the machine's own; a ping of them is nobody's question. */
static void
part(struct sweep_check *c, struct sweep_lane *l)
{
	struct sweep_round *r;

	if (!l->on)
		return;
	r = sweep_round_create(l, SWEEP_CHECK, c->probe->list);
	r->check = c;
	c->open++;
	for (size_t i = 0; i < c->n; i++)
		sweep_round_add(r, c->node[i]);
	sweep_round_pump(r);
}

static void
stage(struct sweep_check *c, bool second)
{
	struct probe *p = c->probe;

	c->second = second;
	c->open = 1; /* what is answered at once does not end it */
	for (size_t i = 0; i < p->n_lanes && !p->stopping; i++)
		if ((p->lane[i].needs >= 0) == second)
			part(c, &p->lane[i]);
	sweep_check_part_ended(c);
}

void
sweep_check_part_ended(struct sweep_check *c)
{
	if (--c->open > 0)
		return;
	if (!c->second) {
		stage(c, true);
		return;
	}
	c->probe->checks--;
	for (size_t i = 0; i < c->n; i++)
		sweep_node_drop(c->probe, c->node[i]);
	free(c->node);
	free(c);
}

int
probe_check(struct probe *p, const struct hosts *things, struct err *e)
{
	struct sweep_list *list;
	struct sweep_check *c;
	struct arena *a;

	if (p->checks >= LIMIT_CHECKS) {
		err_set(e, ERR_LIMIT, "%zu checks run already; ask again in a moment", p->checks);
		return 1;
	}
	if (p->stopping)
		return err_set(e, ERR_UNAVAILABLE, "larchd is stopping");
	list = sweep_list(p, e);
	if (list == NULL)
		return -1;
	probe_slurm_ask(p->slurm);
	if (things->n > A_FEW) {
		ask_many(p, things);
		return 0;
	}
	c = calloc(1, sizeof(*c));
	if (c == NULL || (c->node = calloc(list->n + 1, sizeof(struct sweep_node *))) == NULL)
		log_die("out of memory: no check");
	c->probe = p;
	p->checks++;
	a = arena_create();
	for (size_t i = 0; i < things->n; i++)
		add_thing(c, things->name[i], list, a);
	arena_destroy(a);
	stage(c, false);
	return 0;
}
