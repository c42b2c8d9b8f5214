/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A run ends in two steps: `finish` tells the answer and closes the pipes and the timer, `gone` releases it when the
 * last handle is closed. A child that survives SIGKILL (it hangs in a network file system) is told of too, but its
 * process handle stays until the kernel lets it go, so that no zombie is left.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/close_range.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "run.h"

#define CHUNK (64u << 10) /* a pipe of Linux holds as much */
#define ENV_MORE 16       /* variables a caller may add */

/* What the timer is for. */
enum step {
	STEP_TELL,     /* the end is known; it is told from the loop */
	STEP_DEADLINE,
	STEP_TERM,     /* SIGTERM was sent */
	STEP_KILL,     /* SIGKILL was sent */
	STEP_LINGER    /* it ended, a pipe is open */
};

struct stream {
	uv_pipe_t pipe;
	char *p;
	size_t n, cap, max; /* one byte more than max is read: too much */
	bool open;
};

struct run {
	uv_process_t process;
	uv_timer_t timer;
	struct stream out, err;
	run_done_fn *done;
	void *ctx;
	struct run_answer answer;
	struct err e;
	char *name;           /* argv[0] */
	int64_t began, timeout_ms;
	enum step step;
	bool late;            /* the timer rang once: what came in while the loop was busy is looked at first */
	bool made, alive;     /* the process has a handle; it is not reaped */
	bool told;
	int handles;          /* open ones */
};

const char *
run_outcome_name(enum run_outcome o)
{
	static const char *const names[] = {[RUN_DONE] = "done", [RUN_MISSING] = "missing", [RUN_TIMEOUT] = "timeout",
	    [RUN_TOO_MUCH] = "too-much", [RUN_CANCELLED] = "cancelled"};

	return (size_t)o < LARCH_COUNT(names) ? names[o] : "?";
}

/* ---- the environment ------------------------------------------------------------------- */

#define PATH_FALLBACK "/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin"

const char *const *
run_env(struct arena *a, const char *const *more)
{
	static const struct {
		const char *name, *fallback; /* NULL: left out when we have none */
	} ours[] = {{"PATH", PATH_FALLBACK}, {"HOME", "/"}, {"TZ", NULL}};
	const char **env = arena_array(a, LARCH_COUNT(ours) + 1 + ENV_MORE + 1, sizeof(*env));
	size_t n = 0;

	for (size_t i = 0; i < LARCH_COUNT(ours); i++) {
		const char *value = getenv(ours[i].name);

		if (value == NULL)
			value = ours[i].fallback;
		if (value != NULL)
			env[n++] = arena_printf(a, "%s=%s", ours[i].name, value);
	}
	env[n++] = "LC_ALL=C";
	for (size_t i = 0; more != NULL && more[i] != NULL && i < ENV_MORE; i++)
		env[n++] = more[i];
	return env;
}

bool
run_finds(const char *program)
{
	struct str path = str_of(getenv("PATH") == NULL ? PATH_FALLBACK : getenv("PATH"));
	char file[4096];

	if (strchr(program, '/') != NULL)
		return access(program, X_OK) == 0;
	while (path.p != NULL) {
		struct str folder = str_cut(&path, ':');
		int n = snprintf(file, sizeof(file), "%.*s/%s", (int)folder.n, folder.n > 0 ? folder.p : ".", program);

		if (n > 0 && (size_t)n < sizeof(file) && access(file, X_OK) == 0)
			return true;
	}
	return false;
}

/* ---- the end ----------------------------------------------------------------------------- */

static void
gone(uv_handle_t *h)
{
	struct run *r = h->data;

	if (--r->handles > 0)
		return;
	free(r->out.p);
	free(r->err.p);
	free(r->name);
	free(r);
}

static void
close_stream(struct stream *s)
{
	if (s->open)
		uv_close((uv_handle_t *)&s->pipe, gone);
	s->open = false;
}

static void
release(struct run *r)
{
	close_stream(&r->out);
	close_stream(&r->err);
	uv_close((uv_handle_t *)&r->timer, gone);
	if (r->alive)
		uv_unref((uv_handle_t *)&r->process); /* it is reaped when it dies; the loop does not wait for that */
	else if (r->made)
		uv_close((uv_handle_t *)&r->process, gone);
}

/* The first line of what it complained, for a sentence. */
static struct str
complaint(const struct run *r)
{
	struct str rest = {r->err.p, r->err.n < LIMIT_ERR_TEXT ? r->err.n : LIMIT_ERR_TEXT}, line = {NULL, 0};

	while (line.n == 0 && rest.p != NULL)
		line = str_trim(str_cut(&rest, '\n'));
	return line;
}

static void
say_done(struct run *r)
{
	struct str why = complaint(r);
	const char *colon = why.n > 0 ? ": " : "";
	const char *name;

	if (r->answer.signal != 0) {
		name = sigabbrev_np(r->answer.signal);
		err_set(&r->e, ERR_DEVICE, "%s was ended by signal %d (SIG%s)%s%.*s", r->name, r->answer.signal,
		    name == NULL ? "?" : name, colon, (int)why.n, why.n > 0 ? why.p : "");
	} else if (r->answer.status != 0) {
		err_set(&r->e, ERR_DEVICE, "%s ended with status %d%s%.*s", r->name, r->answer.status, colon, (int)why.n,
		    why.n > 0 ? why.p : "");
	}
}

/* One sentence about what went wrong; that of RUN_MISSING is set where it is met. */
static void
say(struct run *r)
{
	const char *then = r->alive ? "and cannot be killed: it hangs in the kernel" : "and was stopped";
	char span[TIMES_TEXT];

	switch (r->answer.outcome) {
	case RUN_DONE: say_done(r); break;
	case RUN_MISSING: break;
	case RUN_TIMEOUT:
		err_set(&r->e, ERR_TIMEOUT, "%s did not end within %s %s", r->name,
		    r->timeout_ms < 1000 ? "its time" : times_age(r->timeout_ms, span), then);
		break;
	case RUN_TOO_MUCH:
		err_set(&r->e, ERR_LIMIT, "%s printed more than %zu bytes %s", r->name,
		    r->out.n > r->out.max ? r->out.max : r->err.max, then);
		break;
	case RUN_CANCELLED: err_set(&r->e, ERR_UNAVAILABLE, "%s was stopped before its end", r->name); break;
	}
}

static struct str
printed(const struct stream *s)
{
	return (struct str){s->p == NULL ? "" : s->p, s->n < s->max ? s->n : s->max};
}

static void
finish(struct run *r)
{
	if (r->told)
		return;
	r->told = true;
	say(r);
	r->answer.out = printed(&r->out);
	r->answer.err = printed(&r->err);
	r->answer.text = r->e.text;
	r->answer.took_ms = times_boot() - r->began;
	r->done(r->ctx, &r->answer);
	release(r);
}

static void ring(uv_timer_t *t);

static void
wait_for(struct run *r, enum step step, int64_t ms)
{
	r->step = step;
	r->late = false;
	uv_timer_start(&r->timer, ring, ms < 0 ? 0 : (uint64_t)ms, 0);
}

/* Only while the child is not reaped: then its number, and its group's, can be nobody else's. */
static void
kill_group(const struct run *r, int signal)
{
	if (r->alive)
		(void)kill(-r->process.pid, signal);
}

static void
stop(struct run *r, enum run_outcome why)
{
	if (r->told)
		return;
	r->answer.outcome = why;
	if (!r->alive) {
		wait_for(r, STEP_TELL, 0);
	} else if (r->step != STEP_TERM && r->step != STEP_KILL) {
		kill_group(r, SIGTERM);
		wait_for(r, STEP_TERM, RUN_GRACE_MS);
	}
}

static void
ring(uv_timer_t *t)
{
	struct run *r = t->data;

	if ((r->step == STEP_DEADLINE || r->step == STEP_LINGER) && !r->late) {
		r->late = true;
		uv_timer_start(t, ring, 1, 0);
		return;
	}
	switch (r->step) {
	case STEP_DEADLINE: stop(r, RUN_TIMEOUT); break;
	case STEP_TERM:
		kill_group(r, SIGKILL);
		wait_for(r, STEP_KILL, RUN_GRACE_MS);
		break;
	case STEP_TELL:
	case STEP_KILL:
	case STEP_LINGER: finish(r); break;
	}
}

/* What it was killed for takes the rest of its group along, now: the number is not given anew so soon. */
static void
ended(uv_process_t *process, int64_t status, int signal)
{
	struct run *r = process->data;

	if (r->told) {
		r->alive = false;
		uv_close((uv_handle_t *)process, gone);
		return;
	}
	if (r->answer.outcome != RUN_DONE) {
		(void)kill(-process->pid, SIGKILL);
		r->alive = false;
		finish(r);
		return;
	}
	r->alive = false;
	r->answer.status = (int)status;
	r->answer.signal = signal;
	if (!r->out.open && !r->err.open)
		finish(r);
	else
		wait_for(r, STEP_LINGER, RUN_LINGER_MS);
}

/* ---- its output ------------------------------------------------------------------------------ */

static void
room_for(uv_handle_t *h, size_t wanted, uv_buf_t *out)
{
	struct run *r = h->data;
	struct stream *s = h == (uv_handle_t *)&r->out.pipe ? &r->out : &r->err;
	size_t most = s->max + 1, cap = s->cap;

	(void)wanted;
	if (cap - s->n < CHUNK / 4 && cap < most) {
		cap = cap == 0 ? CHUNK : cap * 2;
		s->cap = cap < most ? cap : most;
		s->p = realloc(s->p, s->cap);
		if (s->p == NULL)
			log_die("out of memory: %zu bytes of the output of %s", s->cap, r->name);
	}
	*out = uv_buf_init(s->p + s->n, (unsigned)(s->cap - s->n));
}

static void
came(uv_stream_t *stream, ssize_t n, const uv_buf_t *b)
{
	struct run *r = stream->data;
	struct stream *s = stream == (uv_stream_t *)&r->out.pipe ? &r->out : &r->err;

	(void)b;
	if (n > 0) {
		s->n += (size_t)n;
		if (s->n > s->max) {
			uv_read_stop(stream);
			stop(r, RUN_TOO_MUCH);
		}
	} else if (n < 0) { /* its end, or an error, which is one */
		close_stream(s);
		if (!r->alive && !r->out.open && !r->err.open && r->step == STEP_LINGER)
			finish(r);
	}
}

/* ---- the start ----------------------------------------------------------------------------------- */

/* The text as a file that is read from its beginning: nobody has to wait until the child takes it. */
static int
open_input(struct str input)
{
	int fd;

	if (input.p == NULL)
		return open("/dev/null", O_RDONLY | O_CLOEXEC);
	if (input.n > LIMIT_RUN_INPUT) {
		errno = E2BIG;
		return -1;
	}
	fd = memfd_create("input", MFD_CLOEXEC);
	if (fd >= 0 && (write(fd, input.p, input.n) != (ssize_t)input.n || lseek(fd, 0, SEEK_SET) != 0)) {
		close(fd);
		return -1;
	}
	return fd;
}

/* The pipe's end for us goes to the loop, the other one into *theirs. */
static int
open_stream(struct run *r, struct stream *s, int *theirs)
{
	int fd[2];

	if (pipe2(fd, O_CLOEXEC) != 0)
		return -1;
	*theirs = fd[1];
	uv_pipe_init(r->timer.loop, &s->pipe, 0);
	s->pipe.data = r;
	s->open = true;
	r->handles++;
	if (uv_pipe_open(&s->pipe, fd[0]) != 0) {
		close(fd[0]);
		errno = EMFILE;
		return -1;
	}
	return 0;
}

static int
spawn(struct run *r, const struct run_spec *spec, const char *const *env, const int fd[3])
{
	uv_stdio_container_t io[3];
	const uv_process_options_t how = {
	    .exit_cb = ended,
	    .file = spec->argv[0],
	    .args = (char **)(uintptr_t)spec->argv, /* libuv writes to neither */
	    .env = (char **)(uintptr_t)env,
	    .flags = UV_PROCESS_DETACHED,
	    .stdio_count = 3,
	    .stdio = io,
	};

	for (int i = 0; i < 3; i++)
		io[i] = (uv_stdio_container_t){.flags = UV_INHERIT_FD, .data.fd = fd[i]};
	/* A library may have opened one without O_CLOEXEC: no child of ours is to have any. */
	(void)close_range(3, ~0u, CLOSE_RANGE_CLOEXEC);
	r->made = true;
	r->handles++;
	return uv_spawn(r->timer.loop, &r->process, &how);
}

static void
could_not(struct run *r, int error)
{
	const char *why = strerrordesc_np(error);

	r->answer.outcome = RUN_MISSING;
	if (error == ENOENT)
		err_set(&r->e, ERR_UNAVAILABLE, strchr(r->name, '/') != NULL ? "there is no program %s" :
		    "%s is not installed: it is in no folder of PATH", r->name);
	else
		err_set(&r->e, ERR_UNAVAILABLE, "%s cannot be started: %s", r->name, why == NULL ? "error" : why);
	wait_for(r, STEP_TELL, 0);
}

static void
start(struct run *r, const struct run_spec *spec, const char *const *env)
{
	int fd[3] = {-1, -1, -1}, rc;

	fd[0] = open_input(spec->input);
	if (fd[0] < 0 || open_stream(r, &r->out, &fd[1]) != 0 || open_stream(r, &r->err, &fd[2]) != 0)
		rc = -errno;
	else
		rc = spawn(r, spec, env, fd);
	for (int i = 0; i < 3; i++)
		if (fd[i] >= 0)
			close(fd[i]);
	if (rc != 0) {
		could_not(r, -rc);
		return;
	}
	r->alive = true;
	uv_read_start((uv_stream_t *)&r->out.pipe, room_for, came);
	uv_read_start((uv_stream_t *)&r->err.pipe, room_for, came);
	wait_for(r, STEP_DEADLINE, spec->timeout_ms);
}

struct run *
run_start(uv_loop_t *loop, const struct run_spec *spec, run_done_fn *done, void *ctx)
{
	struct run *r = calloc(1, sizeof(*r));
	struct arena *a = arena_create();

	if (r == NULL || (r->name = strdup(spec->argv[0])) == NULL)
		log_die("out of memory: %s cannot be started", spec->argv[0]);
	r->done = done;
	r->ctx = ctx;
	r->timeout_ms = spec->timeout_ms;
	r->began = times_boot();
	r->out.max = spec->max_out > 0 && spec->max_out < LIMIT_RUN_OUT ? spec->max_out : LIMIT_RUN_OUT;
	r->err.max = LIMIT_RUN_ERR;
	uv_update_time(loop);
	uv_timer_init(loop, &r->timer);
	r->timer.data = r;
	r->process.data = r;
	r->handles = 1;
	start(r, spec, spec->env != NULL ? spec->env : run_env(a, NULL));
	arena_destroy(a);
	return r;
}

void
run_cancel(struct run *r)
{
	stop(r, RUN_CANCELLED);
}

void
run_drop(struct run *r)
{
	if (r == NULL || r->told)
		return;
	r->told = true;
	kill_group(r, SIGKILL);
	release(r);
}
