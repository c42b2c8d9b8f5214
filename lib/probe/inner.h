/* SPDX-License-Identifier: Apache-2.0 */
/* Inside the room: what sweep.c and probe.c share. */
#ifndef LARCH_PROBE_INNER_H
#define LARCH_PROBE_INNER_H

#include "probe.h"

#define PING_MS 700

struct round;

struct probe {
	struct probe_room room;
	struct probe_ping *ping;
	struct round *sweep;
	size_t checks; /* that run */
	int64_t began, ended, things;
};

/* The gate of a thing that was read from the inventory. */
int probe_device_of(struct probe *p, const struct inv_thing *t, struct gate_device **out, struct err *e);

#endif
