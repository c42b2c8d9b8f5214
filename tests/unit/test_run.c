/* SPDX-License-Identifier: Apache-2.0 */
/* Children that behave, and children that do not: real programs, real signals, a real loop. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "probe/run.h"
#include "t.h"

#define LONG_MS 20000 /* a deadline that no test waits for */

/* What an answer said, kept after it is gone. */
struct seen {
	int calls;
	enum run_outcome outcome;
	int status, signal;
	size_t n_out;
	int64_t took_ms;
	char out[4096], err[4096], text[LIMIT_ERR_TEXT];
};

static void
copy(char *to, size_t size, const char *p, size_t n)
{
	n = n < size - 1 ? n : size - 1;
	memcpy(to, p, n);
	to[n] = '\0';
}

static void
done(void *ctx, const struct run_answer *a)
{
	struct seen *s = ctx;

	s->calls++;
	s->outcome = a->outcome;
	s->status = a->status;
	s->signal = a->signal;
	s->n_out = a->out.n;
	s->took_ms = a->took_ms;
	copy(s->out, sizeof(s->out), a->out.p, a->out.n);
	copy(s->err, sizeof(s->err), a->err.p, a->err.n);
	copy(s->text, sizeof(s->text), a->text, strlen(a->text));
}

/* Until nothing is left of it: the loop closes whole, and so it held no handle. */
static void
ends(uv_loop_t *loop)
{
	uv_run(loop, UV_RUN_DEFAULT);
	T_INT(uv_loop_close(loop), 0);
	T_OK(waitpid(-1, NULL, WNOHANG) < 0 && errno == ECHILD); /* no zombie, no child */
}

static struct seen
run_spec(const struct run_spec *spec)
{
	struct seen s = {0};
	uv_loop_t loop;

	uv_loop_init(&loop);
	run_start(&loop, spec, done, &s);
	T_INT(s.calls, 0);
	ends(&loop);
	T_INT(s.calls, 1);
	return s;
}

static struct seen
run_argv(const char *const *argv, int64_t timeout_ms)
{
	return run_spec(&(struct run_spec){.argv = argv, .timeout_ms = timeout_ms});
}

static struct seen
shell(const char *script, int64_t timeout_ms)
{
	return run_argv((const char *const[]){"sh", "-c", script, NULL}, timeout_ms);
}

/* One that is dead but whose new parent has not looked yet is not alive. */
static bool
alive(long pid)
{
	char path[64], stat[256], *after;
	FILE *f;
	size_t n;

	snprintf(path, sizeof(path), "/proc/%ld/stat", pid);
	f = fopen(path, "re");
	if (f == NULL)
		return false;
	n = fread(stat, 1, sizeof(stat) - 1, f);
	fclose(f);
	stat[n] = '\0';
	after = strrchr(stat, ')');
	return after != NULL && after[1] == ' ' && after[2] != 'Z' && after[2] != 'X';
}

/* The first number a child printed: a process that must be gone soon. */
static void
dies(const char *out)
{
	long pid = strtol(out, NULL, 10);

	T_OK(pid > 1);
	for (int i = 0; i < 5000 && alive(pid); i++)
		usleep(1000);
	T_OK(!alive(pid));
}

/* ---- those that behave --------------------------------------------------------------- */

static void
t_what_it_prints_comes_back(void)
{
	struct seen s = shell("echo out; echo err >&2", LONG_MS);

	T_INT(s.outcome, RUN_DONE);
	T_INT(s.status, 0);
	T_STR(s.out, "out\n");
	T_STR(s.err, "err\n");
	T_STR(s.text, "");
}

static void
t_a_status_is_told_with_its_first_complaint(void)
{
	struct seen s = shell("echo; echo 'no controller' >&2; echo more >&2; exit 3", LONG_MS);

	T_INT(s.outcome, RUN_DONE);
	T_INT(s.status, 3);
	T_STR(s.text, "sh ended with status 3: no controller");
}

static void
t_a_signal_is_told(void)
{
	struct seen s = shell("kill -SEGV $$", LONG_MS);

	T_INT(s.outcome, RUN_DONE);
	T_INT(s.signal, SIGSEGV);
	T_STR(s.text, "sh was ended by signal 11 (SIGSEGV)");
}

static void
t_control_bytes_of_a_complaint_are_cleaned(void)
{
	struct seen s = shell("printf '\\033[31mred\\n' >&2; exit 1", LONG_MS);

	T_STR(s.text, "sh ended with status 1: ?[31mred");
}

static void
t_words_reach_it_as_they_are(void)
{
	struct seen s = run_argv((const char *const[]){"printf", "%s|", "$(id)", "`id`; rm", "a b", "<script>", NULL}, LONG_MS);

	T_STR(s.out, "$(id)|`id`; rm|a b|<script>|");
}

static void
t_it_reads_nothing_or_what_it_is_given(void)
{
	struct run_spec spec = {.argv = (const char *const[]){"cat", NULL}, .timeout_ms = LONG_MS};
	struct seen s = run_spec(&spec);
	struct buf much = BUF(LIMIT_RUN_INPUT);

	T_STR(s.out, "");
	spec.input = STR("to: root\n\nhello\n");
	s = run_spec(&spec);
	T_STR(s.out, "to: root\n\nhello\n");
	while (much.n < LIMIT_RUN_INPUT)
		buf_char(&much, 'x');
	spec.input = buf_view(&much);
	s = run_spec(&spec);
	T_INT(s.n_out, LIMIT_RUN_INPUT);
	spec.argv = (const char *const[]){"true", NULL}; /* that nobody reads it is no error */
	s = run_spec(&spec);
	T_INT(s.outcome, RUN_DONE);
	T_INT(s.status, 0);
	spec.input.n++;
	s = run_spec(&spec);
	T_INT(s.outcome, RUN_MISSING);
	buf_free(&much);
}

static void
t_its_environment_is_short_and_its_own(void)
{
	struct arena *a = arena_create();
	struct run_spec spec = {.argv = (const char *const[]){"env", NULL}, .timeout_ms = LONG_MS};
	struct seen s;

	setenv("LARCH_TEST_SECRET", "hush", 1);
	setenv("TZ", "Europe/Rome", 1);
	s = run_spec(&spec);
	T_OK(strstr(s.out, "hush") == NULL);
	T_OK(strstr(s.out, "LC_ALL=C\n") != NULL);
	T_OK(strstr(s.out, "PATH=") != NULL);
	T_OK(strstr(s.out, "TZ=Europe/Rome\n") != NULL);
	spec.env = run_env(a, (const char *const[]){"SLURM_CONF=/etc/x", NULL});
	s = run_spec(&spec);
	T_OK(strstr(s.out, "SLURM_CONF=/etc/x\n") != NULL);
	T_OK(strstr(s.out, "HOME=") != NULL);
	unsetenv("TZ");
	arena_destroy(a);
}

static void
t_no_descriptor_of_ours_is_left_to_it(void)
{
	int fd = open("/dev/null", O_RDONLY); /* as a library would: without O_CLOEXEC */
	struct seen s = shell("ls /proc/$$/fd", LONG_MS);

	T_STR(s.out, "0\n1\n2\n");
	close(fd);
}

static void
t_its_signals_and_its_session_are_its_own(void)
{
	struct seen s;
	sigset_t all, old;
	long sid;

	sigfillset(&all);
	sigdelset(&all, SIGCHLD); /* by which the loop learns of an end */
	sigprocmask(SIG_BLOCK, &all, &old);
	signal(SIGPIPE, SIG_IGN);
	s = shell("grep -E '^Sig(Blk|Ign):' /proc/self/status", LONG_MS);
	/* 32 and 33 are the C library's own: nobody can ask for them, and who started us may have left them ignored */
	T_OK(strncmp(s.out, "SigBlk:\t0000000000000000\nSigIgn:\t", 33) == 0);
	T_INT(strtoull(s.out + 33, NULL, 16) & ~(3ULL << 31), 0);
	sigprocmask(SIG_SETMASK, &old, NULL);
	signal(SIGPIPE, SIG_DFL);
	s = shell("cut -d' ' -f6 /proc/$$/stat; echo $$", LONG_MS);
	sid = strtol(s.out, NULL, 10);
	T_OK(sid > 1 && sid != (long)getsid(0));
	T_OK(strtol(strchr(s.out, '\n'), NULL, 10) == sid);
}

/* ---- those that do not ------------------------------------------------------------------- */

static void
t_one_that_is_missing_is_an_answer(void)
{
	struct seen s = run_argv((const char *const[]){"larch-no-such-program", NULL}, LONG_MS);

	T_INT(s.outcome, RUN_MISSING);
	T_STR(s.text, "larch-no-such-program is not installed: it is in no folder of PATH");
	s = run_argv((const char *const[]){"/nowhere/sinfo", NULL}, LONG_MS);
	T_INT(s.outcome, RUN_MISSING);
	T_STR(s.text, "there is no program /nowhere/sinfo");
	s = run_argv((const char *const[]){"/etc/passwd", NULL}, LONG_MS);
	T_INT(s.outcome, RUN_MISSING);
	T_STR(s.text, "/etc/passwd cannot be started: Permission denied");
}

static void
t_one_that_hangs_is_stopped_at_its_deadline(void)
{
	struct seen s = shell("echo before; exec sleep 1000", 200);

	T_INT(s.outcome, RUN_TIMEOUT);
	T_STR(s.out, "before\n");
	T_STR(s.text, "sh did not end within its time and was stopped");
	T_OK(s.took_ms >= 195 && s.took_ms < LONG_MS / 2);
}

static void
t_one_that_ignores_sigterm_is_killed(void)
{
	struct seen s = shell("trap '' TERM; echo $$; while :; do sleep 1000; done", 200);

	T_INT(s.outcome, RUN_TIMEOUT);
	T_OK(s.took_ms >= 200 + RUN_GRACE_MS - 5);
	dies(s.out);
}

static void
t_its_children_die_with_it(void)
{
	struct seen s = shell("sleep 1000 & echo $!; wait", 200);

	T_INT(s.outcome, RUN_TIMEOUT);
	dies(s.out);
	s = shell("(trap '' TERM; echo $(cut -d' ' -f4 /proc/self/stat); sleep 1000; sleep 1000) & wait", 200);
	T_INT(s.outcome, RUN_TIMEOUT);
	dies(s.out);
}

static void
t_one_that_floods_is_stopped(void)
{
	struct run_spec spec = {.argv = (const char *const[]){"yes", "flood", NULL}, .timeout_ms = LONG_MS, .max_out = 100000};
	struct seen s = run_spec(&spec);

	T_INT(s.outcome, RUN_TOO_MUCH);
	T_INT(s.n_out, 100000);
	T_STR(s.text, "yes printed more than 100000 bytes and was stopped");
	s = shell("yes flood >&2", LONG_MS);
	T_INT(s.outcome, RUN_TOO_MUCH);
	T_INT(s.n_out, 0);
	s = shell("head -c 17000000 /dev/zero", LONG_MS);
	T_INT(s.outcome, RUN_TOO_MUCH);
	T_INT(s.n_out, LIMIT_RUN_OUT);
}

static void
t_one_that_prints_as_much_as_it_may_is_whole(void)
{
	struct run_spec spec = {.argv = (const char *const[]){"head", "-c", "100000", "/dev/zero", NULL},
	    .timeout_ms = LONG_MS, .max_out = 100000};
	struct seen s = run_spec(&spec);

	T_INT(s.outcome, RUN_DONE);
	T_INT(s.n_out, 100000);
	s = shell("head -c 10000000 /dev/zero", LONG_MS);
	T_INT(s.outcome, RUN_DONE);
	T_INT(s.n_out, 10000000);
}

static void
t_a_grandchild_that_holds_the_pipe_does_not_hold_us(void)
{
	struct seen s = shell("echo $$; setsid sleep 1000 & echo $!; exit 4", LONG_MS);

	T_INT(s.outcome, RUN_DONE); /* it ended: what is in the background is its own affair */
	T_INT(s.status, 4);
	T_OK(s.took_ms < LONG_MS / 2);
	kill((pid_t)strtol(strchr(s.out, '\n') + 1, NULL, 10), SIGKILL);
	s = shell("setsid sh -c 'echo $$; exec sleep 1000' & exec sleep 1000", 300);
	T_INT(s.outcome, RUN_TIMEOUT);
	T_OK(s.took_ms < LONG_MS / 2);
	kill((pid_t)strtol(s.out, NULL, 10), SIGKILL);
}

static void
t_one_in_the_background_goes_on(void)
{
	struct seen s = shell("sleep 1000 >/dev/null 2>&1 & echo $!", LONG_MS);
	long pid = strtol(s.out, NULL, 10);

	T_INT(s.outcome, RUN_DONE);
	T_OK(s.took_ms < LONG_MS / 2);
	T_OK(alive(pid));
	kill((pid_t)pid, SIGKILL);
}

/* ---- those that are not wanted any more ----------------------------------------------------- */

static void
cancel(uv_timer_t *t)
{
	run_cancel(t->data);
	uv_close((uv_handle_t *)t, NULL);
}

static void
t_one_that_is_cancelled_is_dead_when_it_is_told(void)
{
	const char *const argv[] = {"sh", "-c", "trap '' TERM; echo $$; while :; do sleep 1000; done", NULL};
	struct seen s = {0};
	uv_timer_t t;
	uv_loop_t loop;

	uv_loop_init(&loop);
	uv_timer_init(&loop, &t);
	t.data = run_start(&loop, &(struct run_spec){.argv = argv, .timeout_ms = LONG_MS}, done, &s);
	uv_timer_start(&t, cancel, 300, 0);
	ends(&loop);
	T_INT(s.calls, 1);
	T_INT(s.outcome, RUN_CANCELLED);
	T_STR(s.text, "sh was stopped before its end");
	dies(s.out);
}

static void
t_cancelling_is_told_from_the_loop(void)
{
	struct seen s = {0};
	uv_loop_t loop;
	struct run *r;

	uv_loop_init(&loop);
	r = run_start(&loop, &(struct run_spec){.argv = (const char *const[]){"/nowhere", NULL}, .timeout_ms = 1}, done, &s);
	run_cancel(r);
	run_cancel(r);
	T_INT(s.calls, 0);
	ends(&loop);
	T_INT(s.calls, 1);
	T_INT(s.outcome, RUN_CANCELLED);
}

static void
tick(uv_timer_t *t)
{
	siginfo_t info;

	if (waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT) < 0 && errno == ECHILD)
		uv_close((uv_handle_t *)t, NULL);
}

static void
t_one_that_is_dropped_is_dead_and_tells_nothing(void)
{
	const char *const argv[] = {"sh", "-c", "trap '' TERM; while :; do sleep 1000; done", NULL};
	struct seen s = {0};
	uv_timer_t t;
	uv_loop_t loop;

	uv_loop_init(&loop);
	uv_timer_init(&loop, &t);
	uv_timer_start(&t, tick, 1, 1); /* the loop itself does not wait for it */
	run_drop(NULL);
	run_drop(run_start(&loop, &(struct run_spec){.argv = argv, .timeout_ms = LONG_MS}, done, &s));
	ends(&loop);
	T_INT(s.calls, 0);
}

static void
t_many_run_at_one_time(void)
{
	static struct seen s[50];
	char script[64];
	uv_loop_t loop;

	uv_loop_init(&loop);
	for (int i = 0; i < 50; i++) {
		const char *const argv[] = {"sh", "-c", script, NULL};

		snprintf(script, sizeof(script), "echo %d; exit %d", i, i);
		run_start(&loop, &(struct run_spec){.argv = argv, .timeout_ms = LONG_MS}, done, &s[i]);
	}
	ends(&loop);
	for (int i = 0; i < 50; i++) {
		T_INT(s[i].outcome, RUN_DONE);
		T_INT(s[i].status, i);
		T_INT(strtol(s[i].out, NULL, 10), i);
	}
}

/* The loop is busy beyond the deadline of one that ended in time: that is not its fault. */
static void
busy(uv_timer_t *t)
{
	usleep(400 * 1000);
	uv_close((uv_handle_t *)t, NULL);
}

static void
t_a_busy_loop_is_no_silence(void)
{
	struct seen s = {0};
	uv_timer_t t;
	uv_loop_t loop;

	uv_loop_init(&loop);
	uv_timer_init(&loop, &t);
	uv_timer_start(&t, busy, 0, 0);
	run_start(&loop, &(struct run_spec){.argv = (const char *const[]){"echo", "quick", NULL}, .timeout_ms = 200}, done, &s);
	ends(&loop);
	T_INT(s.outcome, RUN_DONE);
	T_STR(s.out, "quick\n");
}

T_MAIN(T(t_what_it_prints_comes_back), T(t_a_status_is_told_with_its_first_complaint), T(t_a_signal_is_told),
    T(t_control_bytes_of_a_complaint_are_cleaned), T(t_words_reach_it_as_they_are),
    T(t_it_reads_nothing_or_what_it_is_given), T(t_its_environment_is_short_and_its_own),
    T(t_no_descriptor_of_ours_is_left_to_it), T(t_its_signals_and_its_session_are_its_own),
    T(t_one_that_is_missing_is_an_answer), T(t_one_that_hangs_is_stopped_at_its_deadline),
    T(t_one_that_ignores_sigterm_is_killed), T(t_its_children_die_with_it), T(t_one_that_floods_is_stopped),
    T(t_one_that_prints_as_much_as_it_may_is_whole), T(t_a_grandchild_that_holds_the_pipe_does_not_hold_us),
    T(t_one_in_the_background_goes_on), T(t_one_that_is_cancelled_is_dead_when_it_is_told),
    T(t_cancelling_is_told_from_the_loop), T(t_one_that_is_dropped_is_dead_and_tells_nothing),
    T(t_many_run_at_one_time), T(t_a_busy_loop_is_no_silence))
