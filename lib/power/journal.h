/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The journal is what was done: rows that are never changed, each carrying the
 * SHA-256 of the row before (docs/formats/journal.md). Written by larchd alone,
 * each intent flushed to disk before its packet leaves; read by `power`.
 * Beside the chain stands where each job and step is now, which is derived.
 */
#ifndef LARCH_POWER_JOURNAL_H
#define LARCH_POWER_JOURNAL_H

#include "base/base.h"
#include "store/store.h"

#define JOURNAL_VERSION 3 /* of journal.db */
#define JOURNAL_HASH 32

/*
 * Kinds: "start" "stop" of larchd; "accept" "refuse" of a request; "intent" before and "outcome"
 * after a packet that switches; "seen" for what a waiting step saw; "settled" for an open intent after
 * a restart; "tag" when one was hung, extended, asked to be lifted or lifted (step: the number of that event); "break-glass"
 * for a use of that account (step: its number); "state" for what the inventory should say of a machine ("pxe" "idle"
 * "pxe_failed" in outcome; status.db carries it to `pages`); "evidence" of what a machine was before it is cut or reset; "asked" of
 * a question that only reads; "abort"; "end" of a job. What takes a step back has a number beyond those of the plan.
 */
struct journal_row {
	int64_t seq;             /* from 1, without a gap */
	int64_t at, boot;        /* wall clock and CLOCK_BOOTTIME, ms */
	const char *kind;
	int64_t job, step;       /* 0: none; steps count from 1 */
	const char *who, *address, *verb, *machine, *device, *outlet;
	const char *outcome;     /* "ok" "failed" "unknown" "refused" ... or "" */
	const char *text;        /* one sentence */
	const char *cites;       /* what it rests on: a plan's hash, a request id */
	unsigned char prev[JOURNAL_HASH], hash[JOURNAL_HASH];
};

struct journal;
LARCH_API int journal_open(const char *path, struct journal **out, struct err *e);
LARCH_API int journal_open_reader(const char *path, struct journal **out, struct err *e);
LARCH_API void journal_close(struct journal *j);
LARCH_API int64_t journal_generation(struct journal *j);

/*
 * Append and commit. seq, at, boot, prev and hash are filled here. When this
 * returns 0 the row is on disk; when it returns -1 nothing may be sent.
 */
LARCH_API int journal_add(struct journal *j, struct journal_row *row, struct err *e);

/*
 * A row of kind "evidence" with the text it cites ("sha256 HEX"), in one transaction: JSON of LIMIT_EVIDENCE bytes at
 * most (docs/formats/journal.md). row->cites is filled here; what it then points to is of no use to the caller.
 */
LARCH_API int journal_add_evidence(struct journal *j, struct journal_row *row, const char *text, struct err *e);
struct journal_evidence {
	int64_t seq, at;         /* of its row */
	const char *machine, *text;
};
struct journal_evidence_ask {
	int64_t job, after;      /* rows behind this one */
	const char *machine;     /* NULL: of each */
	size_t limit;            /* one more than LIMIT_EVIDENCE_SHOWN at most: each text is long */
};
/* Of one job, oldest first. */
LARCH_API int journal_evidence(struct journal *j, const struct journal_evidence_ask *ask, struct arena *a,
    struct journal_evidence **out, size_t *n_out, struct err *e);
/* How many machines of a job something was kept of, and of how many not all that was asked for. */
LARCH_API int journal_evidence_count(struct journal *j, int64_t job, size_t *n_out, size_t *partial_out, struct err *e);

/* The head of the chain as the writer knows it: the last row's number, 0 none, and its hash. */
LARCH_API int64_t journal_head(const struct journal *j, unsigned char hash_out[JOURNAL_HASH]);

/* The same as the file has it now, for a reader: 0 and the number (0: no row, and the hash is zero), or -1. */
LARCH_API int journal_read_head(struct journal *j, int64_t *seq_out, unsigned char hash_out[JOURNAL_HASH], struct err *e);

/* Where a job and its steps are. States: job "waiting running ok failed partial refused aborted
 * unknown"; step "waiting running ok failed unknown skipped". */
struct journal_step {
	int64_t job, step;
	const char *state, *text;
	int64_t began, ended;
};
struct journal_job {
	int64_t job;
	const char *state, *text;
	int64_t began, ended;    /* ended 0: open */
};

/* The same as journal_add with the step's (job's) new state in the same transaction; either may be NULL. */
LARCH_API int journal_add_with(struct journal *j, struct journal_row *row, const struct journal_step *step,
    const struct journal_job *job, struct err *e);
/* A step's state alone (a wait that began). */
LARCH_API int journal_set_step(struct journal *j, const struct journal_step *step, struct err *e);

LARCH_API int journal_job(struct journal *j, int64_t job, struct arena *a, struct journal_job *out, struct err *e);
LARCH_API int journal_steps(struct journal *j, int64_t job, struct arena *a, struct journal_step **out,
    size_t *n_out, struct err *e);
/* Jobs that have not ended, by number. */
LARCH_API int journal_open_jobs(struct journal *j, struct arena *a, int64_t **out, size_t *n_out, struct err *e);
LARCH_API int64_t journal_last_step(struct journal *j, const char *kind); /* highest, of rows without a job; 0 none, -1 failed */
LARCH_API int64_t journal_last_job(struct journal *j); /* highest request seen; 0 none, -1 failed */
/* Intents without an outcome: their steps. */
LARCH_API int journal_unsettled(struct journal *j, struct arena *a, struct journal_row **out, size_t *n_out,
    struct err *e);

/* Has this job an intent on the machine? 1, 0, -1. */
LARCH_API int journal_touched(struct journal *j, int64_t job, const char *machine);
/* Machines but `except` with an intent by `who` since `since`: what a ceiling an hour counts. -1 failed. */
LARCH_API int64_t journal_machines_since(struct journal *j, const char *who, int64_t since, const char *except);

/*
 * larchd's answer to a question (an order of power.db with no job), beside the chain: it is no act, and a newer one
 * takes its place. LIMIT_ANSWERS are kept. `text` is JSON of LIMIT_ANSWER bytes at most (docs/formats/answers.md).
 */
struct journal_answer {
	int64_t question, at;    /* the order's id, and when it was filed: a power.db that was made anew counts from 1 again */
	const char *what, *about, *who; /* "probe" "10.9.0.7" */
	int64_t began, ended;    /* ended 0: larchd is at it */
	const char *phase;       /* what it is at; once ended a sentence */
	const char *text;        /* "" none */
};
LARCH_API int journal_put_answer(struct journal *j, const struct journal_answer *x, struct err *e);
/* Questions of an earlier run that nobody will answer any more are ended, with this sentence. */
LARCH_API int journal_end_answers(struct journal *j, const char *phase, struct err *e);
/* 1, 0 when there is none, -1. */
LARCH_API int journal_answer(struct journal *j, int64_t question, int64_t at, struct arena *a, struct journal_answer *out,
    struct err *e);
/* The newest that is ended and has a text. */
LARCH_API int journal_answer_about(struct journal *j, const char *what, const char *about, struct arena *a,
    struct journal_answer *out, struct err *e);
/* Newest first, without their texts. */
LARCH_API int journal_answers(struct journal *j, const char *what, struct arena *a, struct journal_answer **out, size_t *n_out,
    struct err *e);

/* Every kind and every outcome there is, ending with NULL: what a filter may ask for. */
LARCH_API extern const char *const journal_kinds[], *const journal_outcomes[];

struct journal_filter {
	int64_t job;                          /* 0: any */
	const char *thing, *who, *verb, *kind, *outcome; /* NULL: any; thing matches machine or device */
	const char *q;                        /* in any text of the row, any case; NULL: any */
	int64_t since, until;                 /* 0: any */
	int64_t after;                        /* rows with a higher seq; 0: any */
	size_t limit, offset;                 /* limit 0: 100 */
	bool oldest_first;
};
LARCH_API int journal_rows(struct journal *j, const struct journal_filter *f, struct arena *a,
    struct journal_row **out, size_t *n_out, int64_t *total_out, struct err *e);

/* SHA-256 of a row over its canonical form; prev is row->prev. */
LARCH_API void journal_hash(const struct journal_row *row, unsigned char out[JOURNAL_HASH]);

/* What an evidence row cites of its text: "sha256 HEX". */
#define JOURNAL_CITED (7 + 2 * JOURNAL_HASH + 1)
LARCH_API void journal_cite(struct str text, char out[JOURNAL_CITED]);

/*
 * Walk the whole chain, and hold each text of evidence against the row that cites it. 0 and *count_out rows, head in head_out; or -1 with a
 * sentence that names the first bad row and what is wrong with it.
 */
LARCH_API int journal_verify(struct journal *j, int64_t *count_out, unsigned char head_out[JOURNAL_HASH],
    struct err *e);

/* A row as JSON, as the API and `larch log export` give it: hashes in hex, times RFC 3339. */
LARCH_API json_t *journal_row_json(const struct journal_row *row);

#endif
