/* SPDX-License-Identifier: Apache-2.0 */
/* The check "slurm": it asks for all nodes at once, at times of its own (probe_slurm.h); here its answers are kept. */
#include <string.h>

#include "groups.h"
#include "inner.h"
#include "probe_slurm.h"

static void
keep(struct probe *p, const struct slurm_room *room, enum slurm_part which)
{
	struct arena *a = arena_create();
	struct status_value *values;
	struct err e;
	size_t n;

	probe_slurm_values(room, which, a, &values, &n);
	for (size_t i = 0; i < n; i++)
		probe_judge(p->room.conf, &values[i]);
	if (n > 0 && status_put(p->room.status, values, n, NULL, 0, &e) != 0)
		sweep_complain(p, "slurm", e.text);
	arena_destroy(a);
}

/* Whom it knows is asked from now on, and its partitions are groups. */
static void
take_nodes(struct probe *p, const struct slurm_room *room)
{
	struct arena *a = arena_create();
	struct hosts names = {.name = arena_array(a, room->nodes.n + 1, sizeof(char *))};
	struct status_group *groups;
	size_t n;

	for (size_t i = 0; i < room->nodes.n; i++)
		names.name[names.n++] = arena_strdup(a, room->nodes.nodes[i].name);
	slurm_groups(&room->nodes, room->nodes_at, a, &groups, &n);
	probe_groups_put(p->groups, "slurm", groups, n);
	sweep_names(p, &names);
	arena_destroy(a);
}

static void
told(void *ctx, const struct slurm_room *room, enum slurm_part which)
{
	struct probe *p = ctx;
	struct sweep_lane *l = sweep_lane_named(p, "slurm");

	if (p->stopping)
		return;
	if (l->rounds == 0)
		probe_publish(p); /* there is a Slurm: now its columns are there too */
	if (which == SLURM_NODES) {
		l->began = l->ended = room->nodes_at;
		l->interval = room->nodes_interval;
		take_nodes(p, room);
	}
	l->rounds++;
	l->asked++;
	l->answered++;
	keep(p, room, which);
}

void
ask_slurm_start(struct probe *p)
{
	p->slurm = probe_slurm_create(p->room.loop, p->room.conf, told, p);
}
