/* SPDX-License-Identifier: Apache-2.0 */
/*
 * status: what each thing is doing, as last seen: values of checks with their
 * age, outlets as their PDU reports them, changes of level, the sweep's own
 * pulse, and what everybody logged in may see of power. status.db is written
 * by larchd alone; all others read. It asks no device.
 *
 * Rows and ages are kept apart, docs/formats/status.md says how: a batch of
 * 60,000 values of which 600 differ writes 600 rows, and what time it was when
 * the others were seen, in a few pages. A reader that keeps what it has read
 * looks at two numbers: status_generation (rows differ: read them again) and
 * status_rounds_generation (only ages do: status_ages).
 */
#ifndef LARCH_STATUS_STATUS_H
#define LARCH_STATUS_STATUS_H

#include "base/base.h"
#include "store/store.h"

#define STATUS_VERSION 6 /* of status.db: raised with every change of its tables, which are made anew then */

struct status;
/*
 * larchd. A file of another version, or a damaged one, is put aside under its name with the time, which the log and
 * the banner say, and a new one begun: the next sweep fills it. ERR_UNAVAILABLE: another larchd has it, no room, no
 * permission.
 */
LARCH_API int status_open(const char *path, struct status **out, struct err *e);
LARCH_API int status_open_reader(const char *path, struct status **out, struct err *e); /* the others */
LARCH_API void status_close(struct status *s);
/*
 * Grows whenever what is read may differ in more than its age: with a batch in which something changed, with columns,
 * groups, switches, jobs, actions and the count of open intents; not with the pulse, not with a batch in which all was
 * as before. -1: cannot be read.
 */
LARCH_API int64_t status_generation(struct status *s);
/* Grows with every batch: ages differ. -1: cannot be read. */
LARCH_API int64_t status_rounds_generation(struct status *s);
LARCH_API void status_generations(struct status *s, int64_t *rows_out, int64_t *rounds_out); /* both, asked once */
LARCH_API bool status_replaced(struct status *s); /* another file, or none, is in its place: open it anew */

/*
 * The sentence that stands on top of every page, or NULL when all is well: larchd is gone or stuck
 * (with the age of what is shown), has never run, or wants something known. s NULL: the file cannot
 * be read. Lives in the arena or for ever.
 */
LARCH_API const char *status_banner(struct status *s, struct arena *a, int64_t now);

/* ---- what is asked -------------------------------------------------------------- */

/*
 * A column is one value that a check gives: the check `ipmi` gives `bmc` and `chassis`, the check `login` a dozen.
 * larchd publishes its columns from its rows (lib/probe/probes.c) and its configuration: pages and the command know
 * of no other list.
 */
enum status_kind {
	STATUS_WORD,    /* its text is a state: each other text is a change that is kept */
	STATUS_MEASURE, /* its text prints its number: only another level is a change that is kept */
	STATUS_TIME     /* as WORD, and its number is a time, seconds since 1970: shown as how long ago that is */
};
struct status_column {
	const char *name;       /* "df_tmp": the `check` of a value */
	const char *probe;      /* the check that gives it: "login" */
	const char *title;      /* "/tmp" */
	const char *unit;       /* of the number: "ms" "%" "W"; "" */
	const char *help;       /* one sentence */
	enum status_kind kind;
	double step;            /* a number no further than this from the one that is kept is the same */
	int64_t interval;       /* how often it is asked, ms */
	bool counts;            /* its level is the node's level too */
	bool shown;             /* among the columns of a table of nodes when nobody chose any */
};
/* larchd: these and no others, in this order. Values of other columns go. */
LARCH_API int status_put_columns(struct status *s, const struct status_column *columns, size_t n, struct err *e);
LARCH_API int status_columns(struct status *s, struct arena *a, struct status_column **out, size_t *n_out, struct err *e);

/* Groups of nodes that larchd has read: of "genders", "dsh", "pdsh", of "slurm" (partitions and "sinfo": what sinfo -R lists). */
struct status_group {
	const char *source, *name;
	const char *members;    /* folded host list */
	int64_t at;
};
/* larchd: all groups of one source, in the place of what it had. */
LARCH_API int status_put_groups(struct status *s, const char *source, const struct status_group *groups, size_t n,
    struct err *e);
/* By source and name, natural order. */
LARCH_API int status_groups(struct status *s, struct arena *a, struct status_group **out, size_t *n_out, struct err *e);

/* ---- values of checks --------------------------------------------------------- */

enum status_level { STATUS_OK, STATUS_WARN, STATUS_CRITICAL, STATUS_UNKNOWN, STATUS_LEVEL_COUNT };
LARCH_API const char *status_level_name(enum status_level l); /* "ok" "warn" "critical" "unknown" */
/* Which of two a person wants to see first: critical, warn, unknown, ok. */
LARCH_API enum status_level status_worse(enum status_level a, enum status_level b);

/* Under what the age of a value or an outlet that was read is looked up in a status_ages. */
struct status_key {
	int64_t column, thing; /* numbers of the file; 0: it was not read from one */
	int64_t turn;          /* the batch that wrote its row */
};

struct status_value {
	const char *thing, *check;
	enum status_level level;
	const char *text;      /* short, for a table cell */
	const char *detail;    /* a sentence, or NULL */
	double number;         /* NAN: none */
	const char *data;      /* more of it as a JSON object, or NULL: of df {"mounts":[{"mount","size","used"}]} */
	int64_t at;            /* when it was seen, ms */
	int64_t since;         /* since when its level, and its text unless it is a MEASURE, are as they are, ms */
	int64_t interval;      /* how often it is asked, ms: older than twice that is stale */
	struct status_key key; /* of one that was read */
};

/* How well a thing is: the worst of its columns that count; a stale value is unknown. By thing, in bytes. */
struct status_thing_level {
	const char *thing;
	enum status_level level;
};
LARCH_API int status_levels(struct status *s, int64_t now, struct arena *a, struct status_thing_level **out, size_t *n_out,
    struct err *e);

/* An outlet as its PDU reports it. state: "on" "off" "unknown" "on-pending" "off-pending". */
struct status_outlet {
	const char *pdu, *outlet;    /* thing, and the outlet's port name in the inventory ("AA7") */
	const char *device_name;     /* what the device calls it; "" none */
	const char *state, *word;    /* normalised, and the device's own word */
	const char *fault;           /* what is wrong with it, in the device's word; NULL, "": nothing */
	bool fixed;                  /* its device only measures it: nothing switches it */
	double amps, watts;          /* NAN: not measured */
	int64_t at, since, interval;
	struct status_key key;       /* of one that was read */
};

/*
 * larchd: one batch, one transaction. What differs from what is kept is written; of what does not, that it was seen:
 * every value of a column that a batch reaches gets the time of the earliest of them, so none seems younger than it is.
 *
 * Differs: another level; another text, unless the column is a MEASURE; a number further than the column's step (of an
 * outlet STATUS_STEP_AMPS, STATUS_STEP_WATTS) from the one that is kept; another interval. Another detail or data
 * beside a number that has a step and did not move is written only when the row is older than STATUS_REST_MS.
 * A value of a column that nobody published (status_put_columns) is a WORD without a step.
 *
 * Another level, or another text of a WORD or TIME (of an outlet: another state), is a change that is kept for
 * STATUS_KEPT_DAYS, and `since` becomes its `at`; the caller's `since` and `key` are not read. A clock that was put back
 * gives a change an earlier `at` than the one before; their order stays.
 *
 * Foreign text is made harmless: control bytes and bad UTF-8 become '?', what is too long is cut between characters
 * (LIMIT_STATUS_TEXT, _DETAIL); data that is too long (LIMIT_STATUS_DATA) or no text is left out.
 *
 * -1, nothing of it can be read: the disk is full, say. It is not lost: what was to be written is kept in memory (of
 * changes the last LIMIT_STATUS_PENDING) and written with the next batch, if that can be. A file that was taken away
 * or replaced is made anew, with all values that are known.
 */
#define STATUS_KEPT_DAYS 90
#define STATUS_STEP_AMPS 0.1
#define STATUS_STEP_WATTS 10
#define STATUS_REST_MS (60 * 60 * 1000)
LARCH_API int status_put(struct status *s, const struct status_value *values, size_t n_values,
    const struct status_outlet *outlets, size_t n_outlets, struct err *e);

/* Values of one thing (NULL: all things), by thing then check. */
LARCH_API int status_values(struct status *s, const char *thing, struct arena *a, struct status_value **out,
    size_t *n_out, struct err *e);
/* Values of some things, by thing (in bytes, as strcmp) then check: what a page of forty machines needs. */
LARCH_API int status_values_of(struct status *s, const struct hosts *things, struct arena *a,
    struct status_value **out, size_t *n_out, struct err *e);
/* Values of one check, by thing. */
LARCH_API int status_column_values(struct status *s, const char *column, struct arena *a, struct status_value **out,
    size_t *n_out, struct err *e);
/* One value; ERR_NOT_FOUND when it was never seen. */
LARCH_API int status_value(struct status *s, const char *thing, const char *check, struct arena *a,
    struct status_value *out, struct err *e);
/* Outlets of one PDU (NULL: of all), natural order. */
LARCH_API int status_outlets(struct status *s, const char *pdu, struct arena *a, struct status_outlet **out,
    size_t *n_out, struct err *e);
LARCH_API int status_outlet(struct status *s, const char *pdu, const char *outlet, struct arena *a,
    struct status_outlet *out, struct err *e);
/* Is what was seen at `at` every `interval` older than twice that at `now`? */
LARCH_API bool status_stale(int64_t at, int64_t interval, int64_t now);

/*
 * When everything was last seen, for who keeps the values of an earlier reading: as long as status_generation is what
 * it was then, their rows are what they were. It is made once and never changes, so threads may share it; it costs a
 * hundredth of status_values.
 *
 *	status_ages(s, arena, &ages, &e)          when status_rounds_generation has grown
 *	at = status_ages_at(ages, &v->key, v->at)  the at of a value or an outlet that was read before
 */
struct status_ages;
LARCH_API int status_ages(struct status *s, struct arena *a, struct status_ages **out, struct err *e);
LARCH_API int64_t status_ages_at(const struct status_ages *g, const struct status_key *key, int64_t at);

/* ---- switches ------------------------------------------------------------------ */

/* A port of a switch's bridge. VLANs stand as ranges: "1,20-22"; "" none. */
struct status_port {
	const char *name;            /* ifName, "" none */
	int64_t base_port, if_index; /* the bridge's number of it, and the interface's */
	int64_t pvid;                /* the VLAN of what comes in without a tag; 0: not told */
	const char *egress, *untagged, *forbidden; /* it sends these; these of them without a tag; never these */
	int64_t at, interval;
};
struct status_vlan {
	int64_t vlan;
	const char *name;            /* "" none */
};
/* larchd: what a switch says now, in the place of what it said before; one transaction. */
LARCH_API int status_put_switch(struct status *s, const char *name, const struct status_port *ports, size_t n_ports,
    const struct status_vlan *vlans, size_t n_vlans, struct err *e);
/* By base port; n 0: it was never read, or is no bridge. */
LARCH_API int status_switch_ports(struct status *s, const char *name, struct arena *a, struct status_port **out,
    size_t *n_out, struct err *e);
/* The VLANs that exist on it, by number. */
LARCH_API int status_switch_vlans(struct status *s, const char *name, struct arena *a, struct status_vlan **out,
    size_t *n_out, struct err *e);
/* Is a VLAN in such a text of ranges? */
LARCH_API bool status_vlan_in(const char *ranges, int64_t vlan);

/* ---- history --------------------------------------------------------------------- */

/* An outlet's change has the PDU as its thing and "outlet AA7" as its check. The first sight of a thing is no change. */
struct status_change {
	int64_t id;            /* grows: the order in which they were seen, whatever the clock did */
	int64_t at;
	const char *thing, *check, *from_text, *to_text;
	enum status_level from, to;
	bool born;             /* the first sight of a value: from is STATUS_UNKNOWN, both texts "" */
};
/* Which changes: what is NULL or 0 does not choose. */
struct status_changes_ask {
	const char *thing;          /* of this one; or */
	const struct hosts *things; /* of these */
	const char *check;
	int64_t since, until;       /* at >= since, at < until */
	unsigned levels;            /* STATUS_BIT of the levels that it changed to */
	bool level_only;            /* not those in which the text alone changed */
	bool births;                /* with `thing`: the first sight of each value too, as a change that is born */
	size_t limit;               /* at most; 0: LIMIT_STATUS_CHANGES_READ */
};
#define STATUS_BIT(level) (1u << (level))
/* Newest first, by id. */
LARCH_API int status_changes(struct status *s, const struct status_changes_ask *ask, struct arena *a,
    struct status_change **out, size_t *n_out, struct err *e);

/* Oldest first: those with an id above `after`. The highest id: 0 none, -1 cannot be read. */
LARCH_API int status_changes_after(struct status *s, int64_t after, size_t limit, struct arena *a,
    struct status_change **out, size_t *n_out, struct err *e);
LARCH_API int64_t status_last_change(struct status *s);

/* Things of which something changed at `since` or later. */
LARCH_API int status_changed_since(struct status *s, int64_t since, struct arena *a, struct hosts *out, struct err *e);

/* How a window of time was spent, ms: the three make up the window, to its end or larchd's last beat. */
struct status_share {
	const char *thing;     /* NULL: of several together */
	int64_t up;            /* level ok or warn */
	int64_t down;          /* critical */
	int64_t unknown;       /* level unknown, not seen yet, or nobody looked: larchd did not run */
};
struct status_window {
	const char *column;    /* "ping" */
	int64_t from, to;      /* ms */
};
/* One a thing, in their order; a thing that was never seen is unknown throughout. */
LARCH_API int status_availability(struct status *s, const struct hosts *things, const struct status_window *w,
    struct arena *a, struct status_share **out, struct err *e);
LARCH_API struct status_share status_share_sum(const struct status_share *shares, size_t n);
/* up of up and down, in per cent; NAN: neither is known. */
LARCH_API double status_share_percent(const struct status_share *share);
/* When larchd did not run, within the last STATUS_KEPT_DAYS; oldest first. */
struct status_gap {
	int64_t began, ended;
};
LARCH_API int status_gaps(struct status *s, struct arena *a, struct status_gap **out, size_t *n_out, struct err *e);

/* ---- what happened beside ------------------------------------------------------ */

/*
 * What is no change of a value: a job that did not end well (status_put_job notes it), a larchd that started, a broken
 * journal. Kinds are those of `event` in larch.json. Kept for STATUS_KEPT_DAYS.
 */
struct status_event {
	int64_t id, at;         /* id: grows, never begins anew */
	const char *kind;       /* "job-partial" */
	const char *thing;      /* what it is about: a host list; "" nothing in particular */
	const char *text;       /* one sentence */
};
LARCH_API int status_add_event(struct status *s, const struct status_event *x, struct err *e); /* id is not read */
/* Oldest first: those with an id above `after`, not older than `since`; at most limit. */
struct status_event_ask {
	int64_t after, since;
	size_t limit;
};
LARCH_API int status_events(struct status *s, const struct status_event_ask *ask, struct arena *a,
    struct status_event **out, size_t *n_out, struct err *e);
LARCH_API int64_t status_last_event(struct status *s); /* 0 none, -1 cannot be read */

/* How far a rule of `notify` has told. */
struct status_told {
	const char *rule;
	int64_t change, event;  /* the last change (status_change.id) and event that are told, or were not to be */
	int64_t at, tried;      /* the last message that went out, and the last that was tried; 0 none */
	const char *trouble;    /* why the last one did not go out; "" it did */
};
LARCH_API int status_put_told(struct status *s, const struct status_told *t, struct err *e);
LARCH_API int status_forget_told(struct status *s, const char *rule, struct err *e);
LARCH_API int status_told(struct status *s, struct arena *a, struct status_told **out, size_t *n_out, struct err *e);

/* ---- the pulse ------------------------------------------------------------------ */

struct status_pulse {
	int64_t beat;          /* larchd's last sign of life, ms; it writes one every 5 s */
	int64_t sweep_began, sweep_ended; /* the last whole sweep, ms; 0: none yet */
	int64_t sweep_things;  /* asked in it */
	const char *notice;    /* what larchd wants people to know ("ping: not permitted ..."), or "" */
	const char *version;
};
#define STATUS_BEAT_MS 5000
#define STATUS_GONE_MS 20000 /* no beat for so long: every page says larchd is gone */
/* A beat that comes more than STATUS_GONE_MS after the one before it, also of another run, leaves a gap. */
LARCH_API int status_set_pulse(struct status *s, const struct status_pulse *p, struct err *e);
/* A file or row that is missing gives beat 0. */
LARCH_API int status_pulse(struct status *s, struct arena *a, struct status_pulse *out, struct err *e);

/* How one check goes. What is counted is counted since larchd's start. */
struct status_lane {
	const char *name;          /* of the check: "ping" */
	int64_t interval;          /* ms */
	int64_t began, ended;      /* the last whole round, ms; 0: none yet. One that is spread over its interval goes on and on */
	int64_t rounds, late;      /* whole ones, and those of them that took longer than the interval */
	int64_t asked, answered;   /* questions */
	int64_t rested;            /* questions that were not asked: the thing is silent, and left alone for a while */
};
/* larchd: these and no others, in this order. */
LARCH_API int status_put_lanes(struct status *s, const struct status_lane *lanes, size_t n, struct err *e);
/* n 0: larchd has not said. */
LARCH_API int status_lanes(struct status *s, struct arena *a, struct status_lane **out, size_t *n_out, struct err *e);

/* ---- what everybody may see of power --------------------------------------------- */

/* A job as the pages show it; larchd publishes it within a second of each change. */
struct status_job {
	int64_t id;
	const char *who, *verb, *way, *reason;
	const char *machines;  /* folded host list */
	const char *state;     /* "waiting" "running" "paused" "ok" "failed" "partial" "refused" "unknown" */
	int64_t created, ended; /* ms; ended 0: open */
	int64_t done, total;   /* steps */
};

/* The last actions of one machine. */
struct status_action {
	int64_t at, job;
	const char *machine, *who, *verb, *way, *outcome, *text;
	const char *why;        /* the reason that was given with the job; "" none */
};

LARCH_API int status_put_job(struct status *s, const struct status_job *job, struct err *e);
LARCH_API int status_add_action(struct status *s, const struct status_action *action, struct err *e); /* keeps 20 a machine */
/* Open jobs and those ended within the last hour, newest first. */
LARCH_API int status_jobs(struct status *s, struct arena *a, struct status_job **out, size_t *n_out, struct err *e);
/* Newest first, at most limit; machine NULL: of all. */
LARCH_API int status_actions(struct status *s, const char *machine, size_t limit, struct arena *a,
    struct status_action **out, size_t *n_out, struct err *e);
/* When a machine was cycled, reset or rebuilt; helped: 1 it was well after, 0 not, -1 nobody looked. */
struct status_past {
	int64_t at, job;
	const char *machine, *who, *verb, *way, *outcome;
	int helped;
};
/* Of some machines, by machine (in bytes), newest first: what is kept of their last actions. */
LARCH_API int status_pasts(struct status *s, const struct hosts *machines, struct arena *a, struct status_past **out,
    size_t *n_out, struct err *e);
/* The last action of every machine that had one, by machine: for a table of all. */
LARCH_API int status_last_actions(struct status *s, struct arena *a, struct status_action **out, size_t *n_out,
    struct err *e);

/* An intent without an outcome: something was sent, and nobody knows what came of it. Red on the front page. */
struct status_unsettled {
	int64_t seq;            /* of its row in the journal */
	int64_t at, job, step;
	const char *who, *machine, *what; /* "outlet-off of pdu-b01-a AA1" */
};
/* larchd: these and no others, at most STATUS_UNSETTLED_MOST of them; count: how many there are in truth. */
#define STATUS_UNSETTLED_MOST 200
LARCH_API int status_put_unsettled(struct status *s, const struct status_unsettled *rows, size_t n, int64_t count, struct err *e);
/* The count, 0 when it cannot be read; and the rows, oldest first. */
LARCH_API int64_t status_unsettled(struct status *s);
LARCH_API int status_unsettled_rows(struct status *s, struct arena *a, struct status_unsettled **out, size_t *n_out,
    struct err *e);

/* A tag that hangs, as everybody may see it: what it covers is not switched (power/tag.h). larchd publishes it within a second. */
struct status_tag {
	int64_t id;
	const char *thing, *outlet; /* as it is called now: "b07" ""; "pdu-b01-a" "AA7" */
	const char *type, *who, *reason, *contact;
	int64_t made, until;        /* ms; after `until` it is a warning */
};
/* larchd: these hang and no others. */
LARCH_API int status_put_tags(struct status *s, const struct status_tag *tags, size_t n, struct err *e);
/* By number. */
LARCH_API int status_tags(struct status *s, struct arena *a, struct status_tag **out, size_t *n_out, struct err *e);

/* ---- what helped ------------------------------------------------------------------ */

/*
 * A case: which rule of advice.json fitted a machine when a job began to act on it, and whether it was well a quarter
 * of an hour after. larchd writes it (larchd/cures.c); of advice it is the measured share. Kept for two years, and
 * LIMIT_STATUS_CURES.
 */
struct status_cure {
	int64_t job;
	const char *machine, *rule, *signs, *verb; /* signs: of the rule's conditions as they were */
	int64_t began, ended;   /* ms; ended 0: the job is at it */
	int64_t judged;         /* ms; 0: not yet */
	bool well;              /* once judged */
};
/* One a job and machine: another put is in the place of the one before. */
LARCH_API int status_put_cure(struct status *s, const struct status_cure *c, struct err *e);
/* Forget one that was not judged: nothing was done, or nobody looked in time. None there is no error. */
LARCH_API int status_drop_cure(struct status *s, int64_t job, const char *machine, struct err *e);
/* Its job has ended with that machine. None there is no error. */
LARCH_API int status_end_cure(struct status *s, int64_t job, const char *machine, int64_t ended, struct err *e);
/* Those not judged yet, oldest first; machine NULL: of all. */
LARCH_API int status_cures_open(struct status *s, const char *machine, struct arena *a, struct status_cure **out, size_t *n_out, struct err *e);

/* Judged cases, counted. */
struct status_cured {
	const char *rule, *signs, *verb;
	int64_t n, well;
};
LARCH_API int status_cures(struct status *s, struct arena *a, struct status_cured **out, size_t *n_out, struct err *e);

/* ---- who may switch what just now -------------------------------------------------- */

/* A grant that is open, and a plan that waits for a second person or was approved and is not filed yet. */
struct status_grant {
	int64_t id;
	const char *who, *verbs, *things; /* "ana", "on,cycle", folded */
	int64_t uses, used, made, until;  /* ms */
};
struct status_waiting {
	int64_t id;
	const char *plan, *who, *verb, *things; /* the plan's hash, 64 digits */
	int64_t machines, asked, until;
	const char *approver;                   /* "": it waits */
};
/* larchd: publish all of them, in the place of those before. */
LARCH_API int status_put_grants(struct status *s, const struct status_grant *grants, size_t n_grants,
    const struct status_waiting *waiting, size_t n_waiting, struct err *e);
/* Those that are not over at `now`, newest first. */
LARCH_API int status_grants(struct status *s, int64_t now, struct arena *a, struct status_grant **out, size_t *n_out, struct err *e);
LARCH_API int status_waiting(struct status *s, int64_t now, struct arena *a, struct status_waiting **out, size_t *n_out,
    struct err *e);

/* ---- what larchd wants the inventory to say ---------------------------------------- */

/*
 * A state that a job gave a machine: the value of its attribute `state` in the inventory. larchd may not write
 * there; it says it here, and `pages` takes it over as a change by that job. `seq` is the number of the journal's
 * row of kind "state": it grows, has gaps, and never begins anew, so that whoever keeps the last one it has taken
 * over misses none and takes none twice. Kept for STATUS_KEPT_DAYS.
 */
struct status_state {
	int64_t seq, at, job;  /* at: ms */
	const char *thing;     /* "n0001" */
	const char *state;     /* "pxe" "idle" "pxe_failed" */
	const char *who;       /* who asked for the job */
	const char *why;       /* one sentence: what it rests on */
};
/* larchd: publish one. A seq that is there already stays as it is. */
LARCH_API int status_put_state(struct status *s, const struct status_state *state, struct err *e);
/* Those with a seq above `seq`, oldest first, at most limit. n 0: none, which is no error. */
LARCH_API int status_states_after(struct status *s, int64_t seq, size_t limit, struct arena *a,
    struct status_state **out, size_t *n_out, struct err *e);
/* The highest seq published; 0 none, -1 when it cannot be read. */
LARCH_API int64_t status_last_state(struct status *s);

/* ---- query terms --------------------------------------------------------------------- */

/*
 * status:COLUMN..., level... and since:... of larch-query(7), for a program that answers queries: called once, before
 * the first query. `get` gives the calling thread's reader, or NULL when there is none: then nothing is known, and a
 * query with these terms fails with a sentence that says so. The groups that larchd has read are then "@NAME" and
 * "@SOURCE:NAME" of a query too.
 */
typedef struct status *status_get_fn(void *ctx);
LARCH_API void status_terms_add(status_get_fn *get, void *ctx);

#endif
