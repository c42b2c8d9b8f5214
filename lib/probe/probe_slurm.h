/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Asking Slurm: sinfo for the states of all nodes and squeue for the jobs on them, each by itself, one at a time, with
 * its deadline and its interval (the rows `slurm` and `jobs` of larch.json's checks), asked less often when it is missing,
 * hangs, is refused or prints rubbish. It changes nothing in Slurm, and needs none: where sinfo is not installed and nobody
 * named it, there is nothing to tell.
 *
 * Called by the sweep: it hands in a function that is called with each good answer, and puts the values into status.db
 * beside its own. Values of an answer that did not come are not written: they keep their age and grow old.
 */
#ifndef LARCH_PROBE_PROBE_SLURM_H
#define LARCH_PROBE_PROBE_SLURM_H

#include <uv.h>

#include "conf/conf.h"
#include "slurm.h"

/* The last good answers. A node that is new is there once sinfo said so; `jobs` has no node, where squeue said nothing yet. */
struct slurm_room {
	struct slurm_nodes nodes;
	struct slurm_jobs jobs;
	int64_t nodes_at, jobs_at;  /* ms; 0 never */
	int64_t nodes_interval, jobs_interval; /* how often they are asked, ms */
};
enum slurm_part { SLURM_NODES, SLURM_JOBS, SLURM_PARTS };

/* `which` is new; the room lives until the next answer of the same part. From the loop. */
typedef void probe_slurm_fn(void *ctx, const struct slurm_room *room, enum slurm_part which);

struct probe_slurm;
/* Begins to ask at once. `done` must stay until it is destroyed. */
LARCH_API struct probe_slurm *probe_slurm_create(uv_loop_t *loop, const struct conf *conf, probe_slurm_fn *done, void *ctx);
/* What runs is killed; `done` is not called any more. The loop has to run a little to release it. NULL does nothing. */
LARCH_API void probe_slurm_destroy(struct probe_slurm *p);
/* Another configuration; what was said by the old one may still come. */
LARCH_API void probe_slurm_set_conf(struct probe_slurm *p, const struct conf *conf);
/* Ask now what is not being asked: for `larch check`. What is asked less often for its failures is asked now too. */
LARCH_API void probe_slurm_ask(struct probe_slurm *p);

/*
 * Is there a Slurm here: sinfo has answered, or larch.json names one, or it is installed? Else the room has no such columns, and
 * nobody is kept from a machine by jobs: a controller that is away since before larchd began must not look like that.
 */
LARCH_API bool probe_slurm_is_there(const struct probe_slurm *p);
/* The last answers, never NULL. */
LARCH_API const struct slurm_room *probe_slurm_room(const struct probe_slurm *p);
/* The values of one part, in the arena, as they stand now: what `done` writes. None before its first answer. */
LARCH_API void probe_slurm_values(const struct slurm_room *room, enum slurm_part which, struct arena *a,
    struct status_value **out, size_t *n_out);
/* What is wrong with it, for people: "", or sentences that say what failed, since when, and when it is asked next. In the arena. */
LARCH_API const char *probe_slurm_notice(const struct probe_slurm *p, struct arena *a);

#endif
