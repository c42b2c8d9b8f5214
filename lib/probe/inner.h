/* SPDX-License-Identifier: Apache-2.0 */
/* Inside the room: what its files share. */
#ifndef LARCH_PROBE_INNER_H
#define LARCH_PROBE_INNER_H

#include "probe.h"
#include "sweep.h"

#define PING_MS 700  /* of a ping that is none of the sweep's */
#define NOTICE 4096 /* bytes of what people are told */

struct lookup;
struct finding;

struct probe {
	struct probe_room room;
	struct probe_ping *ping;
	struct probe_ssh *ssh;
	struct login *login;
	struct probe_slurm *slurm;
	struct probe_groups *groups;
	int64_t groups_generation; /* what the list was made from */
	struct sweep_lane lane[SWEEP_LANES];
	size_t n_lanes;
	uv_timer_t fresh;
	bool started, stopping;
	size_t checks; /* that run */
	int64_t complained; /* boot ms */

	struct sweep_node *nodes; /* by name */
	struct sweep_list *list;  /* the current one */
	unsigned turn;
	struct inv *inv_seen;     /* what the list was made from */
	int64_t inv_generation;
	bool list_old;            /* something else has changed */
	int64_t list_took;        /* ms to make it */
	struct arena *names_arena;
	struct hosts names;       /* those of sweep_names() */
	struct finding *findings; /* that run */
	struct lookup *lookups, *waiting; /* on their way, and in line */
	size_t n_lookups;

	char groups_notice[LIMIT_ERR_TEXT + 32];
	char notice[NOTICE];
	struct status_lane lanes[SWEEP_LANES];
};

/* The gate of a thing that was read from the inventory. */
int probe_gate_of(struct probe *p, const char *name, const char *type, const char *address, const char *family,
    struct gate_device **out, struct err *e);

/* find.c: what runs ends as cancelled. */
void probe_find_stop(struct probe *p);

#endif
