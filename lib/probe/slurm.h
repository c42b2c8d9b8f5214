/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What Slurm's sinfo and squeue print, taken apart, and made values of the checks `slurm` and `jobs`. Pure: it runs
 * nothing. Every byte is foreign: a line that has not its fields is rubbish and counted, a name that could not stand in
 * a host list is dropped and counted, texts are cleaned of control bytes.
 *
 * sinfo folds nodes that are alike into one line, once a partition; here each is one node. (Asked for a line a node, -N, it
 * compares each with all others: docs/decisions/015.) A state is a word and suffixes, "drained*": the word is
 * kept in sinfo's short spelling ("drain", sinfo(1) %t), the suffixes as they are and decoded. Times are local.
 */
#ifndef LARCH_PROBE_SLURM_H
#define LARCH_PROBE_SLURM_H

#include "base/base.h"
#include "status/status.h"

/* The first is a host list. The reason is last: it may hold the separator. A squeue without the last two columns is understood too. */
#define SLURM_SINFO_FORMAT "%N|%T|%H|%u|%P|%E"
#define SLURM_SQUEUE_FORMAT "%A|%u|%a|%M|%N|%t|%S"

struct slurm_node {
	const char *name;
	const char *state;            /* with its suffixes: "drain*" */
	const char *base;             /* "drain" */
	const char *suffixes;         /* "*" */
	enum status_level level;
	const char *reason;           /* in full, NULL none */
	const char *user;             /* who gave it, NULL none */
	int64_t since;                /* when, ms; 0 unknown */
	const uint16_t *partitions;   /* indices of slurm_nodes.partitions, in the order they were printed */
	size_t n_partitions;
};

struct slurm_nodes {
	struct slurm_node *nodes;     /* by name (strcmp) */
	size_t n;
	const char **partitions;
	size_t n_partitions;
	size_t lines, rubbish;        /* lines printed; lines that are none, and names that are none in others */
	const char *first_rubbish;    /* cleaned, cut; NULL none */
};

struct slurm_job {
	const char *id, *user, *account, *state; /* "123" "bob" "fc_x" "R"; state "" not told */
	int64_t elapsed_s;            /* -1 not told */
	int64_t started;              /* ms; 0 not told */
};

/* A job on a node; one job may stand on many. */
struct slurm_spot {
	const char *node;
	uint32_t job;                 /* index of slurm_jobs.jobs */
};

struct slurm_jobs {
	struct slurm_job *jobs;
	size_t n;
	struct slurm_spot *spots;     /* by node (strcmp), then by job */
	size_t n_spots;
	size_t lines, rubbish;
	const char *first_rubbish;
};

/* The output of `sinfo -h -a -o SLURM_SINFO_FORMAT`, with -N or without. All is copied to the arena. What is beyond the ceilings is counted as rubbish. */
LARCH_API void slurm_parse_nodes(struct str text, struct arena *a, struct slurm_nodes *out);
/* The output of `squeue -h -a -t R,CG,S -o SLURM_SQUEUE_FORMAT`. */
LARCH_API void slurm_parse_jobs(struct str text, struct arena *a, struct slurm_jobs *out);

LARCH_API const struct slurm_node *slurm_node(const struct slurm_nodes *s, const char *name); /* or NULL */

/* "drained*" to base "drain", suffixes "*" (in the arena) and the level; a word that is not known is itself, and of unknown level. */
LARCH_API void slurm_state(struct str word, struct arena *a, struct slurm_node *out);
/* "2026-11-29T00:26:29" in the process's zone to ms; "Unknown" and what is no time: 0. */
LARCH_API int64_t slurm_time(struct str text);
/* "1-02:03:04", "12:34" to seconds; -1 for what is none. */
LARCH_API int64_t slurm_span(struct str text);

/*
 * The values of the check `slurm`, one a node: text "drain*", detail the reason, data
 * {"state","flags":[..],"reason","user","since","partitions":[..]}; null where it is not told.
 * `at` is when it was seen, `interval` how long it holds.
 */
LARCH_API void slurm_node_values(const struct slurm_nodes *s, int64_t at, int64_t interval, struct arena *a,
    struct status_value **out, size_t *n_out);
/*
 * The values of the check `jobs`, one a node of `s`: number how many, text "2: bob,eve" or "none", data
 * {"jobs":[{"id","user","account","state","started"}]}, at most LIMIT_SLURM_NODE_JOBS of them. How long a job has run is
 * not in it, for it would make each value another one at each look: it is what has passed since it started.
 */
LARCH_API void slurm_job_values(const struct slurm_nodes *s, const struct slurm_jobs *j, int64_t at, int64_t interval,
    struct arena *a, struct status_value **out, size_t *n_out);

/*
 * Slurm's groups, of source "slurm": a group a partition, and "sinfo", the nodes that have a reason and are not well (what
 * `sinfo -R` lists). A partition that could not be asked for by its name is left out.
 */
LARCH_API void slurm_groups(const struct slurm_nodes *s, int64_t at, struct arena *a, struct status_group **out,
    size_t *n_out);

#endif
