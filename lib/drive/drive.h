/* SPDX-License-Identifier: Apache-2.0 */
/*
 * drive: carrying out what was asked. It takes requests from power.db, looks
 * once more (power/look.h), writes each intent before its packet, reads back
 * what the device then is, and writes the outcome. Only larchd has one.
 *
 * The rules it keeps (DESIGN section 7): all off before any on; written before
 * sent; verified, not assumed; a failed step stops its own machine.
 */
#ifndef LARCH_DRIVE_DRIVE_H
#define LARCH_DRIVE_DRIVE_H

#include <uv.h>

#include "base/base.h"
#include "conf/conf.h"
#include "gate/gate.h"
#include "inv/inv.h"
#include "power/power.h"
#include "probe/probe.h"
#include "status/status.h"

/* Told when a job begins to act on a machine, outcome NULL, and when it has ended with it: "ok" "failed" "unknown" "skipped". */
struct drive_act {
	int64_t job;
	const char *machine, *verb, *outcome;
};
typedef void drive_act_fn(void *ctx, const struct drive_act *act);

struct drive;
struct drive_room {
	uv_loop_t *loop;
	const struct conf *conf;
	struct probe *probe;
	struct inv **inv;                  /* the current readers; *x NULL: not there yet */
	struct power_requests **requests;
	struct status *status;
	struct journal *journal;
	drive_act_fn *act;                 /* or NULL */
	void *act_ctx;
};

LARCH_API int drive_create(const struct drive_room *room, struct drive **out, struct err *e);

/*
 * After a start: end the jobs that were open, settling every open step by
 * reading its device, never by sending. Reading goes on in the loop.
 */
LARCH_API int drive_recover(struct drive *d, struct err *e);
/* Read again what could not be read before; called after each sweep. */
LARCH_API void drive_settle(struct drive *d);

/* Take up new requests and orders: called when power.db has changed. 0; 1 when there may be more and it wants to
 * be called again; -1. */
LARCH_API int drive_take(struct drive *d, struct err *e);

/* No new step begins; returns how many jobs are still in the middle of one. */
LARCH_API size_t drive_stop(struct drive *d);
LARCH_API void drive_set_conf(struct drive *d, const struct conf *conf);
/* After drive_stop and gate_destroy: jobs are let go, their machines left to recovery. The loop closes their timers;
 * then drive_destroy. */
LARCH_API void drive_close(struct drive *d);
LARCH_API void drive_destroy(struct drive *d);

#endif
