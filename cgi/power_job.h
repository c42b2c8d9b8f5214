/* SPDX-License-Identifier: Apache-2.0 */
/* One job as one picture: what was asked, what is planned, and where each step and each machine is. */
#ifndef LARCH_CGI_POWER_JOB_H
#define LARCH_CGI_POWER_JOB_H

#include "power_private.h"

struct power_job_machine {
	const char *state;          /* "failed" "refused" "unknown" "stopped" "skipped" "running" "waiting" "ok" */
	const char *text;           /* how it stands, in words */
	const char *waits_for;      /* running: the step it is in; NULL */
	int64_t since, limit_ms;    /* of that step; limit 0: it has none */
	size_t done, total;         /* steps */
	const char *left;           /* ended and not ok: where it was left, in words; NULL */
};

struct power_job {
	struct power_request request;
	struct power_plan plan;
	struct journal_job state;   /* state "waiting" when larchd has not taken it up */
	struct journal_step *steps; /* of the plan, by number; state "waiting" for those not begun */
	struct power_job_machine *machines;
	size_t *order;              /* of machines: who is not well first, who is done last */
	int64_t rest_ms;            /* open: roughly until the last has begun to go on; 0: not known, or nothing goes on */
	bool open;
};

int power_job_load(struct web_call *c, int64_t id, struct power_job *j, struct err *e);

/* power_job_json.c: the same as the API gives it. */
json_t *power_job_json(struct web_call *c, const struct power_job *j);
json_t *power_job_machine_json(struct web_call *c, const struct power_job *j, size_t machine);
/* How many machines are in a state. */
size_t power_job_count(const struct power_job *j, const char *state);

/* power_job_next.c: "finish" and "undo" of a machine that was left, each a plan of its own; NULL: there is none. */
json_t *power_job_finish(struct web_call *c, const struct power_job *j, size_t machine);
json_t *power_job_undo(struct web_call *c, const struct power_job *j, size_t machine);
/* The job's verb for machines that it never touched, a host list. */
json_t *power_job_begin_all(struct web_call *c, const struct power_job *j, const char *names);
/* It ended before anything of the machine was done. */
bool power_job_untouched(const struct power_job *j, size_t machine);
/* The same by the other way, or off for soft and a cycle for a reset; NULL where there is no other. */
json_t *power_job_other_way(struct web_call *c, const struct power_job *j, size_t machine);
/* What the job switched off on this machine and did not switch on again: "pdu-b01-a AA4". */
json_t *power_job_left_off(struct web_call *c, const struct power_job *j, size_t machine);

/* Levels of states, for classes and cells. */
const char *power_job_level_class(const char *state);
struct web_cell power_job_state_cell(const char *state);

#endif
