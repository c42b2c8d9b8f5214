/* SPDX-License-Identifier: Apache-2.0 */
/* The inside of drive: jobs, their machines, and the step each one is in. */
#ifndef LARCH_DRIVE_ENGINE_H
#define LARCH_DRIVE_ENGINE_H

#include "driver.h"

#define DRIVE_AT_ONCE 16      /* machines of one job in the middle of a step */
#define DRIVE_POLL_MS 250     /* between two readings while a device changes */
#define DRIVE_DWELL_POLL_MS 1000 /* between two looks at the outlets of a machine that dwells */
#define DRIVE_BRAKE 3         /* failures after which a job stops to ask (DESIGN 7, rule 6) */
#define DRIVE_BRAKE_PERCENT 5

enum drive_machine_state { MACHINE_WAITING, MACHINE_RUNNING, MACHINE_OK, MACHINE_FAILED, MACHINE_UNKNOWN,
	MACHINE_SKIPPED };

struct drive_job;

struct drive_machine {
	struct drive_job *job;
	size_t index;                 /* in the plan */
	enum drive_machine_state state;
	size_t step;                  /* of the plan, the current one */
	char text[LIMIT_ERR_TEXT];    /* how it ended */
	uv_timer_t timer;
	void (*then)(struct drive_machine *m); /* when the timer fires */
	struct arena *a;              /* of the current step; emptied when the next one begins */

	/* the current step */
	int64_t began;                /* wall ms */
	int64_t deadline;             /* boot ms */
	struct drive_target target;
	bool wanted_on, refused;
	char said[200];               /* what the device said to the command */

	/* a proof of darkness: the machine's outlets, one after the other */
	struct drive_target *dark;
	size_t n_dark, at_dark;
	int64_t dark_began;           /* boot ms: of this round over the outlets */
	bool bmc_answered;            /* in the last sweep before the machine was begun */
};

struct drive_job {
	struct drive *drive;
	struct drive_job *next;
	struct arena *a;
	struct power_request request;
	struct power_plan plan;
	struct drive_machine *machines;
	size_t open_handles;
	int64_t began;
	size_t failed;                /* machines */
	size_t forgiven;              /* of them, when somebody last said resume */
	bool paused, aborted, ended;
	bool going;
	bool step_done[LIMIT_PLAN_STEPS], step_skipped[LIMIT_PLAN_STEPS];
};

struct drive_settling;

struct drive {
	struct drive_room room;
	struct drive_job *jobs;
	struct drive_settling *settling;
	int64_t last_order;
	bool stopping;
	struct {
		const char *pdu;
		int64_t next_on;          /* boot ms: the next outlet of this PDU may go on */
		char name[LIMIT_NAME + 1];
	} stagger[256];
	size_t n_stagger;
};

/* take.c */
void drive_job_begin(struct drive *d, const struct power_request *r, struct arena *a);
void drive_order(struct drive *d, const struct power_order *o);
/* engine.c */
void drive_job_publish(struct drive_job *job);
void drive_job_set_paused(struct drive_job *job, bool paused, const char *who, const char *why);
void drive_job_free(struct drive_job *job); /* it goes when the loop has closed its timers */
void drive_job_go_on(struct drive_job *job);
void drive_machine_next(struct drive_machine *m);
void drive_publish_unsettled(struct drive *d);

/* The step of a machine has ended: "ok", "failed", "unknown" or "refused". `kind` of the row: outcome or seen. */
void drive_step_end(struct drive_machine *m, const char *kind, const char *outcome, const char *text);

/* steps.c */
void drive_step_begin(struct drive_machine *m);
/* dark.c */
void drive_dark_begin(struct drive_machine *m);
void drive_dwell_begin(struct drive_machine *m);
void drive_wait_begin(struct drive_machine *m);

/* recover.c */
void drive_settling_drop(struct drive *d); /* forget what was being read */

/* helpers of engine.c */
const struct power_step *drive_step(const struct drive_machine *m);
const char *drive_name(const struct drive_machine *m);
void drive_after(struct drive_machine *m, int64_t ms, void (*then)(struct drive_machine *m));
struct power_look drive_look(const struct drive_machine *m);

#endif
