/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One program run as a child, on the loop, with a deadline and a ceiling on what it may print: how `sinfo`, `ssh` and
 * a site's own commands are asked. Used by the checks of this room and by larchd.
 *
 * No shell ever: the words of argv reach the program as they are. The child has a session and a process group of its
 * own and no terminal; its standard input is /dev/null or the text given; its output comes through two pipes; no other
 * descriptor of ours is left to it; its signals are as the system makes them, it dumps no core.
 * The group is killed (SIGTERM, RUN_GRACE_MS later SIGKILL) at the deadline, when it prints too much, and on
 * run_cancel(). What a child that ended by itself leaves running in the background is left alone: a mail program does that.
 */
#ifndef LARCH_PROBE_RUN_H
#define LARCH_PROBE_RUN_H

#include <uv.h>

#include "base/base.h"

#define RUN_GRACE_MS 500   /* between SIGTERM and SIGKILL, and after that until a child that does not die is left to the kernel */
#define RUN_LINGER_MS 1000 /* that a pipe may stay open behind a child that ended: somebody in the background holds it */

/* What argv, env and input point to need not live longer than the call of run_start. */
struct run_spec {
	const char *const *argv;  /* ended by NULL; argv[0] is a path, or a name that is looked up in the PATH of env */
	const char *const *env;   /* "NAME=value", ended by NULL; NULL: run_env(a, NULL) */
	struct str input;         /* what it reads; {NULL, 0}: nothing. At most LIMIT_RUN_INPUT bytes */
	int64_t timeout_ms;       /* from run_start on */
	size_t max_out;           /* bytes of its output; 0: LIMIT_RUN_OUT */
};

enum run_outcome {
	RUN_DONE,      /* it ended by itself: look at status and signal */
	RUN_MISSING,   /* it could not be started: not there, not executable, no process to be had */
	RUN_TIMEOUT,
	RUN_TOO_MUCH,  /* more than max_out bytes of output, or LIMIT_RUN_ERR of complaints */
	RUN_CANCELLED
};

struct run_answer {
	enum run_outcome outcome;
	int status;        /* exit status, when it ended by itself */
	int signal;        /* that ended it; 0 none */
	struct str out, err; /* what it printed until then, at most the ceilings; p is never NULL */
	const char *text;  /* a sentence that says what went wrong, with the first line of err; "" for RUN_DONE with status 0 */
	int64_t took_ms;
};

struct run;
/* Called once, from the loop, never before run_start returns. What the answer points to lives until it returns; so does the run. */
typedef void run_done_fn(void *ctx, const struct run_answer *answer);

/* Never NULL: what fails is an answer too. */
LARCH_API struct run *run_start(uv_loop_t *loop, const struct run_spec *spec, run_done_fn *done, void *ctx);

/* Kill it; `done` is called with RUN_CANCELLED once it is dead, at the latest after twice RUN_GRACE_MS. */
LARCH_API void run_cancel(struct run *run);

/*
 * Kill it at once (SIGKILL) and forget it: `done` is not called. For an owner that goes away; the loop must run a few
 * more times (uv_run with UV_RUN_NOWAIT) to release it. NULL does nothing.
 */
LARCH_API void run_drop(struct run *run);

/* The environment of a child: PATH, HOME and TZ as ours, LC_ALL=C, then `more` ("NAME=value", ended by NULL; or NULL). */
LARCH_API const char *const *run_env(struct arena *a, const char *const *more);

/* Would a run find this program: a path that may be executed, or a name in a folder of that PATH? */
LARCH_API bool run_finds(const char *program);

LARCH_API const char *run_outcome_name(enum run_outcome o); /* "done" "missing" "timeout" "too-much" "cancelled" */

#endif
