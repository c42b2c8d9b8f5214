/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of "/" share: all that was gathered for it, and the columns of its tables. */
#ifndef LARCH_CGI_PAGES_FRONT_H
#define LARCH_CGI_PAGES_FRONT_H

#include "pages.h"

/* Things with the same trouble are one row. */
struct problem {
	const char *check, *text, *detail;
	enum status_level level;
	struct hosts things;
	const char *one_type;   /* of the first thing: where its link leads */
	int64_t since, at;      /* earliest since, oldest sight */
	bool stale;
	const char *folded;
};

/* Nodes that Slurm does not use, by the reason. */
struct front_drained {
	const char *reason, *user; /* user "": nobody says */
	const char *states;        /* "drained, down*" */
	enum status_level level;
	struct hosts nodes;
	const char *folded;
	int64_t since;             /* the earliest, by Slurm's word where it has one */
};

/* Nodes with the same advice. */
struct front_advice {
	const char *text;
	const struct pages_node *first;
	struct hosts nodes;
	const char *folded;
};

/* How many nodes Slurm has in a state, suffixes left out. */
struct front_state {
	const char *state;
	enum status_level level;   /* the worst of them */
	size_t n;
};

struct front {
	struct web_call *call;
	const struct pages_room *room;
	struct status *status;     /* NULL: cannot be read */
	struct problem *problems;
	size_t n_problems;
	struct status_job *jobs;
	size_t n_jobs;
	struct status_change *changes;
	size_t n_changes;
	struct status_told *told;  /* rules whose last message did not go out */
	size_t n_told;
	struct status_unsettled *unsettled; /* power steps that nobody knows the outcome of */
	size_t n_unsettled;
	struct glass_use *glass;   /* uses of the break-glass account in the last day, newest first */
	size_t n_glass;
	struct status_lane *lanes; /* how the checks themselves go */
	size_t n_lanes;
	struct front_state *states;
	struct front_drained *drained;
	struct front_advice *advice;
	size_t n_states, n_drained, n_advice;
	size_t n_slurm;            /* nodes of which Slurm says anything */
	size_t level[STATUS_LEVEL_COUNT];
	struct status_share share[PAGES_WINDOWS];
	size_t n_shared;           /* nodes that are asked whether they are up */
};

/* ctx of their cells is the struct front. */
extern const struct pages_column pages_front_jobs[], pages_front_changes[], pages_front_told[], pages_front_drained[],
    pages_front_lanes[], pages_front_unsettled[], pages_front_glass[], pages_front_advice[];
extern const size_t pages_front_jobs_n, pages_front_changes_n, pages_front_told_n, pages_front_drained_n,
    pages_front_lanes_n, pages_front_unsettled_n, pages_front_glass_n, pages_front_advice_n;

/* ---- pages_front_counts.c ---- */
json_t *pages_front_counts(const struct front *f);
json_t *pages_front_levels(const struct front *f);  /* how many nodes have each level */
int pages_front_shares(struct front *f, struct err *e);
json_t *pages_front_share_model(const struct front *f);

/* ---- pages_front_alarm.c ---- */
int pages_front_alarms(struct front *f, struct err *e);

/* ---- pages_front_advice.c ---- */
void pages_front_advise(struct front *f); /* when f->level is there */

/* ---- pages_front_grants.c ---- */
void pages_front_grants(struct web_call *c, struct status *status, json_t *model); /* status NULL: nothing is known */

/* ---- pages_front_slurm.c ---- */
void pages_front_slurm(struct front *f);
json_t *pages_front_states(const struct front *f);
bool pages_front_is_drained(const struct status_value *v); /* does it stand among the drained? */

#endif
