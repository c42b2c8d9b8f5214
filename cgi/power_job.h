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
	int64_t later;              /* a job that has switched it since this one ended; 0: none is known */
};

struct power_job {
	struct power_request request;
	struct power_plan plan;
	struct journal_job state;   /* state "waiting" when larchd has not taken it up */
	struct journal_step *steps; /* of the plan, by number; state "waiting" for those not begun */
	struct power_job_machine *machines;
	bool *sent;                 /* of each step: its command left, as far as is known */
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

/* ---- where it has left its machines (power_job_left.c) ---------------------------------------------- */

enum power_job_done { POWER_JOB_NOT_DONE, POWER_JOB_DONE, POWER_JOB_UNSURE };

/* What was sent, and who has switched a machine since; journal NULL: there is none. After the machines. */
void power_job_load_left(struct web_call *c, struct power_job *j, struct journal *journal);
/* Is what a step wanted so? */
enum power_job_done power_job_done(struct web_call *c, const struct power_job *j, size_t step);
/* Has the step switched something on (off, and it is not on again), or may it have? */
bool power_job_went(struct web_call *c, const struct power_job *j, size_t step, bool on);
bool power_job_any_went(struct web_call *c, const struct power_job *j, size_t machine, bool on);
/* What the job switched off on this machine and did not switch on again: "pdu-b01-a AA4". */
json_t *power_job_left_off(struct web_call *c, const struct power_job *j, size_t machine);
bool power_job_touched(const struct power_job *j, size_t machine); /* something was sent that changes it */
bool power_job_untouched(const struct power_job *j, size_t machine); /* it ended before anything of the machine was done */
bool power_job_whole(struct web_call *c, const struct power_job *j, size_t machine); /* each of its outlets is in the job */

/* ---- what may be done about it (power_job_next.c) --------------------------------------------------- */

/* A plan of its own, as {"verb", "machine", "via", "href"...}; NULL: there is none. */
typedef json_t *power_job_next_fn(struct web_call *c, const struct power_job *j, size_t machine);
power_job_next_fn power_job_finish; /* of a machine that was left */
power_job_next_fn power_job_undo;   /* of one that was switched, well or not */
/* The same by the other way, or off for soft and a cycle for a reset. */
power_job_next_fn power_job_other_way;
/* The job's verb for machines that it never touched, a host list. */
json_t *power_job_begin_all(struct web_call *c, const struct power_job *j, const char *names);
/* One wish for all machines that have the same; those that were never touched are not among them. A list; "n" machines. */
json_t *power_job_together(struct web_call *c, const struct power_job *j, power_job_next_fn *next);

/* Levels of states, for classes and cells. */
const char *power_job_level_class(const char *state);
struct web_cell power_job_state_cell(const char *state);

#endif
