/* SPDX-License-Identifier: Apache-2.0 */
/* The inside of drive: jobs, their machines, and the step each one is in. */
#ifndef LARCH_DRIVE_ENGINE_H
#define LARCH_DRIVE_ENGINE_H

#include "driver.h"
#include "probe/bridge.h"

#define DRIVE_AT_ONCE POWER_PACE_AT_ONCE
#define DRIVE_POLL_MS 250     /* between two readings while a device changes */
#define DRIVE_DWELL_POLL_MS 1000 /* between two looks at the outlets of a machine that dwells */
#define DRIVE_WATCH_POLL_MS 2000 /* between two pings of a machine that is rebuilt */
#define DRIVE_SLOW_POLL_MS 1000 /* between two looks at a system that shuts down, or was reset */
#define DRIVE_WATCH_ANSWERS 3 /* in a row before it is back */
#define DRIVE_UNDO 8          /* steps of one machine that are taken back */
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

	/* its place in the queue of those that go on (pace.c) */
	struct {
		int64_t id;               /* 0: it has none */
		bool held;                /* it was let go, and its packet has not left */
		void (*go)(struct drive_machine *m);
	} pace;

	/* the current step */
	int64_t began;                /* wall ms */
	int64_t deadline;             /* boot ms */
	struct drive_target target;
	bool wanted_on, refused;
	bool halted;                  /* its job was aborted before its intent: nothing is sent */
	char said[200];               /* what the device said to the command */

	/* load, dwell: the machine's outlets, one after the other */
	struct drive_target *dark;
	size_t n_dark, at_dark;
	size_t n_unmeasured;          /* of them: whose load nobody can read */
	int64_t dark_began;           /* boot ms: of this round over the outlets */
	bool silent;                  /* the BMC, when it was asked last */
	bool bmc_answered;            /* in the last sweep before the machine was begun */

	struct drive_evidence *evidence; /* that is being collected before its first step (evidence.c), or NULL */

	/* a change of a switch's port (vlan.c), and the first reading before it */
	struct bridge_change change;
	struct snmp_value seen[SEEN_COUNT]; /* texts in `a` */
	struct snmp_put put;
	struct snmp_oid put_at;

	/* what a BMC alone does (act.c) */
	bool unsure;                  /* the command left and its answer did not come */

	/* a watch (watch.c), and a wait for pings (ping.c) */
	int64_t watched_since;        /* wall ms; 0: from now on. After a restart it goes on. */
	int answers;                  /* in a row */

	/* taking back what was done (undo.c) */
	struct {
		size_t step[DRIVE_UNDO];  /* of the plan, in the order they are taken back */
		size_t n, at, from;
		enum drive_machine_state state;
		const char *text;         /* why, and what could not be taken back */
		bool active, failed;
	} undo;
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
	const size_t *order;          /* in which machines begin; of n_machines */
	enum power_tier *tiers;       /* of each machine */
	bool step_done[LIMIT_PLAN_STEPS], step_skipped[LIMIT_PLAN_STEPS];
	bool step_sent[LIMIT_PLAN_STEPS]; /* ok by what this job sent: it can be taken back. VLANs and boot devices alone. */
};

struct drive_settling;
struct drive_pdu_reading;

struct drive {
	struct drive_room room;
	struct drive_job *jobs;
	struct drive_settling *settling;
	struct drive_pdu_reading *readings; /* of PDUs, for evidence, on their way */
	int64_t last_order;
	size_t questions;             /* that larchd is at */
	bool stopping;
	struct power_pace *pace;
	uv_timer_t pace_timer;
	bool recalled;                /* what went on before this start is in it */
};

/* take.c */
void drive_job_begin(struct drive *d, const struct power_request *r, struct arena *a);
/* orders.c */
void drive_order(struct drive *d, const struct power_order *o);
void drive_job_set_paused(struct drive_job *job, bool paused, const char *who, const char *why);
/* engine.c */
void drive_job_publish(struct drive_job *job);
void drive_job_free(struct drive_job *job); /* it goes when the loop has closed its timers */
void drive_job_go_on(struct drive_job *job);
void drive_machine_next(struct drive_machine *m);
void drive_publish_unsettled(struct drive *d);

/* The machine goes no further; `from` is the first step that was not begun. */
void drive_machine_stop(struct drive_machine *m, enum drive_machine_state state, size_t from, const char *text);
/* It stops where it is because somebody aborted its job; m->step is the one that comes next. */
void drive_machine_abort(struct drive_machine *m);
/* The same before its step has come to anything: nothing was sent, or only waited for. */
void drive_machine_halt(struct drive_machine *m);
/* A job of a request that was accepted before this start; none of its machines is begun. It owns the arena. */
struct drive_job *drive_job_make(struct drive *d, const struct power_request *r, const struct power_plan *p, struct arena *a);

/* An intent of the current step, or of the step that takes one back, on disk: 0, or -1 and nothing may be sent: it could
 * not be written, or what it is about is tagged. */
struct drive_intent {
	int64_t step;                 /* from 1 */
	const char *verb, *device, *outlet, *text, *cites;
};
int drive_write_intent(struct drive_machine *m, const struct drive_intent *intent, struct err *e);
/* The device of the current step after the last look at it; -1 with why nothing is sent. */
int drive_look_device(struct drive_machine *m, struct err *e);

/* The step of a machine has ended: "ok", "failed", "unknown" or "refused". `kind` of the row: outcome or seen. */
void drive_step_end(struct drive_machine *m, const char *kind, const char *outcome, const char *text);

/* pace.c */
void drive_pace_create(struct drive *d);
void drive_pace_close(struct drive *d);
/* Into the queue with the current step; `go` when it may. */
void drive_pace_ask(struct drive_machine *m, void (*go)(struct drive_machine *m));
void drive_pace_sent(struct drive_machine *m); /* its packet leaves now */
void drive_pace_drop(struct drive_machine *m); /* none does, or none any more */
bool drive_pace_waits(const struct drive_machine *m); /* it stands in the queue, and nothing of its step was done */
/* Once after a start, from the journal: what went on before it still counts. */
void drive_pace_recall(struct drive *d);

/* left.c: what of the machine is off, "" nothing; and of an aborted one how it is, also when nothing is. Of m->a. */
const char *drive_left_where(struct drive_machine *m);
const char *drive_aborted_where(struct drive_machine *m);

/* steps.c */
void drive_step_begin(struct drive_machine *m);
/*
 * evidence.c: what a cut or a reset destroys is kept first, DRIVE_EVIDENCE_MS at most, and then `then`. Of a machine that
 * loses nothing `then` is called at once.
 */
#define DRIVE_EVIDENCE_MS 10000
#define DRIVE_EVIDENCE_SILENT_MS 2000 /* for a BMC that the sweep has found silent */
void drive_evidence_begin(struct drive_machine *m, void (*then)(struct drive_machine *m));
/* dark.c */
void drive_load_begin(struct drive_machine *m);
void drive_silent_begin(struct drive_machine *m);
void drive_dwell_begin(struct drive_machine *m);
void drive_wait_begin(struct drive_machine *m);

/* vlan.c */
void drive_vlan_begin(struct drive_machine *m);
void drive_vlan_undo(struct drive_machine *m, const struct power_step *s);
/* What this job left in the lists of the switch, for a sentence; "" nothing. */
const char *drive_vlan_left(struct drive_machine *m);
/* boot.c */
void drive_boot_begin(struct drive_machine *m);
void drive_boot_undo(struct drive_machine *m, const struct power_step *s);
/* act.c: reset, soft, nmi, the light */
void drive_act_begin(struct drive_machine *m);
/* ping.c: until a machine answers no ping, and until it answers again */
void drive_lost_begin(struct drive_machine *m);
void drive_ping_begin(struct drive_machine *m);
/* watch.c */
/* What is left of `limit` since the wall clock was `since`, of a wait that goes on after a restart; whatever clock was set: not below 0, not above the limit. */
int64_t drive_left(int64_t since, int64_t limit);
void drive_watch_begin(struct drive_machine *m);
/* States that are in the journal and not in status.db are published. */
void drive_publish_states(struct drive *d);
/*
 * A machine that only waited for its pings when larchd was stopped goes on waiting, and a job that was paused before it
 * stays paused with what had not begun: true when it was taken over, with its arena.
 */
bool drive_watch_resume(struct drive *d, const struct power_request *r, const struct power_plan *p, struct arena *a);
/* undo.c: true when the machine takes back what it has done before it stops. */
bool drive_undo_begin(struct drive_machine *m, enum drive_machine_state state, size_t from, const char *text);
/* One of them has ended. */
void drive_undo_end(struct drive_machine *m, const char *kind, const char *outcome, const char *text);
int64_t drive_undo_number(const struct drive_machine *m); /* of its rows */

/* Does the device say what an open intent wanted? Reads only. */
struct drive_found {
	bool answered, as_wanted;
	bool cannot;                  /* what the step wanted no reading can tell */
	const char *text;             /* what it reads, or why it is not known */
};
typedef void drive_found_fn(void *ctx, const struct drive_found *found);
void drive_vlan_check(struct gate_device *d, const struct journal_row *intent, drive_found_fn *done, void *ctx);
void drive_act_check(struct gate_device *d, const struct journal_row *intent, drive_found_fn *done, void *ctx);
void drive_boot_check(struct gate_device *d, const struct journal_row *intent, drive_found_fn *done, void *ctx);

/* question.c: what only reads, and is answered in the journal */
void drive_question(struct drive *d, const struct power_order *o);

/* recover.c */
void drive_settling_drop(struct drive *d); /* forget what was being read */

/* helpers of engine.c */
const struct power_step *drive_step(const struct drive_machine *m);
const char *drive_name(const struct drive_machine *m);
void drive_after(struct drive_machine *m, int64_t ms, void (*then)(struct drive_machine *m));
struct power_look drive_look(const struct drive_machine *m);

#endif
