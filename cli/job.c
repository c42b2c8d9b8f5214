/* SPDX-License-Identifier: Apache-2.0 */
/* job and jobs: what became of a request. */
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "cli.h"

#define POLL_MS 500            /* nginx lets one address ask five times a second */
#define SILENCE_MS 30000       /* without an answer of the server: the outcome is unknown ... */
#define SILENCE_TRIES 20       /* ... and not before so many tries: a laptop that slept counts no silence */
#define OBEYED_MS 10000        /* until then a job that was resumed or aborted may still be seen paused */
#define STILL_MS (10 * 60000)  /* without a change of the job: --timeout */
#define REBUILD_STILL_MS (25 * 3600 * INT64_C(1000)) /* the longest rebuild_limit of larch.json, and an hour */

/* States a job ends in, and what the command then says. "paused" waits for a person. */
static const struct { const char *state; bool end; int code; } states[] = {
	{"waiting", false, EXIT_OK},     {"running", false, EXIT_OK},
	{"paused", true, EXIT_FAILED},   {"ok", true, EXIT_OK},
	{"failed", true, EXIT_FAILED},   {"partial", true, EXIT_FAILED},
	{"refused", true, EXIT_REFUSED}, {"unknown", true, EXIT_UNKNOWN},
	{"aborted", true, EXIT_FAILED},
};

static const struct column machine_columns[] = {
	{"machine", "machine", false}, {"state", "state", true}, {"text", "what", false},
	{"left_off", "left off", false},
};

struct follow {
	const char *id;
	json_t *seen;          /* the job as last read, or NULL */
	int64_t changed;       /* times_boot() of the last change */
	int64_t answered;      /* and of the last answer */
	int unanswered;        /* tries since then */
	int64_t still_ms;
	long limit_s;          /* of one reading */
	int64_t ordered;       /* times_boot() of an order that takes it out of its pause; 0: none */
};

static char *
job_path(const struct cli *c, const char *id, const char *more)
{
	struct buf path = BUF(LIMIT_URL);
	char *text;

	buf_puts(&path, "/api/v1/jobs/");
	buf_url(&path, str_of(id));
	buf_puts(&path, more);
	text = arena_strdup(c->arena, path.p);
	buf_free(&path);
	return text;
}

static const char *
state_of(const json_t *job)
{
	return jsn_text_or(job, "state", "unknown");
}

/* One line for each step that is not as it was. */
static void
show_progress(const struct cli *c, const json_t *before, const json_t *now)
{
	const json_t *old = jsn_array(before, "steps"), *steps = jsn_array(now, "steps"), *step;
	char clock[TIMES_TEXT];
	size_t i;

	json_array_foreach(steps, i, step) {
		const char *state = state_of(step), *text = jsn_text_or(step, "text", ""), *machine;
		const char *was = i < json_array_size(old) ? state_of(json_array_get(old, i)) : "waiting";

		/* what is skipped is said by the result */
		if (strcmp(state, was) == 0 || strcmp(state, "waiting") == 0 || strcmp(state, "skipped") == 0)
			continue;
		machine = jsn_text_or(step, "machine", "");
		if (strchr(machine, ':') != NULL)
			machine = ""; /* an outlet: the step names it */
		cli_say(c, "%s  %s%s%s: %s%s%s", times_clock(times_now(), clock), machine, *machine != '\0' ? ": " : "",
		    jsn_text_or(step, "what", jsn_text_or(step, "action", "-")), state, *text != '\0' ? ": " : "", text);
	}
	if (strcmp(state_of(now), before != NULL ? state_of(before) : "") != 0)
		cli_say(c, "%s  job %s: %s", times_clock(times_now(), clock),
		    out_scalar(c, json_object_get(now, "id")), state_of(now));
}

static int
exit_of(const json_t *job, bool *end_out)
{
	for (size_t i = 0; i < LARCH_COUNT(states); i++)
		if (strcmp(states[i].state, state_of(job)) == 0) {
			*end_out = states[i].end;
			return states[i].code;
		}
	*end_out = true; /* a word this command does not know */
	return EXIT_UNKNOWN;
}

static bool
is_done(const json_t *row)
{
	return strcmp(state_of(row), "ok") == 0;
}

/* Of both nothing more is said than their state; of who is well the sentence counts for nothing. */
static bool
same_fate(const json_t *a, const json_t *b)
{
	return strcmp(state_of(a), state_of(b)) == 0 && (is_done(a) || strcmp(jsn_text_or(a, "text", ""), jsn_text_or(b, "text", "")) == 0) &&
	    (is_done(a) || (json_array_size(jsn_array(a, "left_off")) == 0 && json_array_size(jsn_array(b, "left_off")) == 0 &&
	        json_object_get(a, "undo") == NULL && json_object_get(b, "undo") == NULL));
}

/* How many are alike, it among them, and which is the first. */
static size_t
count_alike(const json_t *rows, size_t at, size_t *first_out)
{
	const json_t *row, *mine = json_array_get(rows, at);
	size_t i, n = 0;

	*first_out = at;
	json_array_foreach(rows, i, row)
		if (same_fate(mine, row)) {
			*first_out = n == 0 ? i : *first_out;
			n++;
		}
	return n;
}

/* Was it in the line of an earlier one? */
static bool
is_shown(const json_t *job, size_t at)
{
	size_t first;

	return count_alike(jsn_array(job, "machines"), at, &first) >= JOB_ALIKE && first < at;
}

/* The names of all that are alike, folded; NULL when they are few. */
static const char *
alike(const struct cli *c, const json_t *job, size_t at)
{
	const json_t *rows = jsn_array(job, "machines"), *row, *mine = json_array_get(rows, at);
	struct hosts h = {0};
	size_t i, first;

	if (count_alike(rows, at, &first) < JOB_ALIKE)
		return NULL;
	h.name = arena_array(c->arena, json_array_size(rows), sizeof(*h.name));
	json_array_foreach(rows, i, row)
		if (same_fate(mine, row))
			h.name[h.n++] = arena_strdup(c->arena, out_scalar(c, json_object_get(row, "machine")));
	hosts_sort(&h);
	return hosts_fold(&h, c->arena);
}

/* The result: the job's own sentence, then the machines; what the sentence has said already is not said again. */
static void
text_result(const struct cli *c, const json_t *job)
{
	const json_t *row;
	size_t i;
	bool colour = out_colour(c, stdout), ended;
	const char *red = strcmp(state_of(job), "ok") == 0 ? "\033[32m" : "\033[31m", *all = jsn_text_or(job, "text", "");

	printf("job %s: %s%s%s%s%s\n", out_scalar(c, json_object_get(job, "id")), colour ? red : "", state_of(job),
	    colour ? "\033[0m" : "", *all != '\0' ? ": " : "", *all != '\0' ? out_scalar(c, json_object_get(job, "text")) : "");
	(void)exit_of(job, &ended);
	for (i = 0; i < json_array_size(jsn_array(job, "machines")); i++) {
		const char *text, *names;
		bool said;

		row = json_array_get(jsn_array(job, "machines"), i);
		text = jsn_text_or(row, "text", "");
		if (*text == '\0')
			text = jsn_text_or(row, "waits_for", "");
		said = *text == '\0' || strstr(all, text) != NULL;
		if (is_shown(job, i))
			continue;
		if ((names = alike(c, job, i)) != NULL) {
			printf("%s: %s%s%s\n", names, state_of(row), *text == '\0' || is_done(row) ? "" : ": ",
			    *text == '\0' || is_done(row) ? "" : out_scalar(c, json_object_get(row, "text")));
			continue;
		}
		printf("%s: %s%s", out_scalar(c, json_object_get(row, "machine")), state_of(row), said ? "" : ": ");
		out_line(stdout, "%s", said ? "" : text);
		if (ended)
			job_say_left(c, job, row);
	}
	if (ended)
		job_say_together(c, job);
}

static void
print_job(const struct cli *c, const json_t *job)
{
	enum format f = out_format(c, FORMAT_TEXT);

	if (f == FORMAT_TEXT)
		text_result(c, job);
	else
		out_rows(c, f, job, jsn_array(job, "machines"), machine_columns, LARCH_COUNT(machine_columns));
}

static bool
is_silent(struct follow *w)
{
	w->unanswered++;
	return w->unanswered >= SILENCE_TRIES && times_boot() - w->answered > SILENCE_MS;
}

/* One reading. 1: the job has ended and *code is set; 0: go on; -1: give up, *code is set. */
static int
look(struct cli *c, struct follow *w, int *code)
{
	struct api_request q = {.method = "GET", .path = job_path(c, w->id, ""), .limit_s = w->limit_s};
	struct api_answer a = {0};
	struct err e = {0};
	bool end = false;
	int rc = api_call(c, &q, &a, &e);

	if (rc == 0 && a.status == 200 && json_is_object(a.body)) {
		if (w->seen == NULL || !json_equal(w->seen, a.body))
			w->changed = times_boot();
		w->answered = times_boot();
		w->unanswered = 0;
		if (c->opt.watch && isatty(STDOUT_FILENO))
			job_draw(c, a.body);
		else
			show_progress(c, w->seen, a.body);
		json_decref(w->seen);
		w->seen = json_incref(a.body);
		if (c->opt.timeout == NULL && strcmp(jsn_text_or(a.body, "verb", ""), "rebuild") == 0)
			w->still_ms = REBUILD_STILL_MS;
		*code = exit_of(a.body, &end);
		if (strcmp(state_of(a.body), "paused") == 0 && w->ordered != 0 && times_boot() - w->ordered < OBEYED_MS)
			end = false;
	} else if (!interrupted && ((rc == 0 && a.status < 500 && a.status != 429) || is_silent(w))) {
		*code = rc == 0 ? api_fail(c, &a) : cli_fail(c, &e);
		/* a job that was only asked for, and the server says why not: that is the whole answer */
		if (rc != 0 || c->command->verb != NULL || w->seen != NULL) {
			fprintf(stderr, "larch: the outcome of job %s is not known here; ask again: larch job %s\n", w->id, w->id);
			*code = EXIT_UNKNOWN;
		}
		api_answer_finish(&a);
		return -1;
	}
	api_answer_finish(&a);
	return end ? 1 : 0;
}

/* The first Ctrl-C: one last look, so that the state is said as it is now. The second ends at once (main). */
static int
stopped(struct cli *c, struct follow *w)
{
	int code;

	interrupted = 0;
	w->limit_s = 3;
	(void)look(c, w, &code);
	fprintf(stderr, "\nlarch: interrupted; job %s is %s and goes on: larch job %s\n", w->id,
	    w->seen != NULL ? state_of(w->seen) : "filed", w->id);
	if (w->seen != NULL)
		print_job(c, w->seen);
	return EXIT_INTERRUPTED;
}

static int
watch(struct cli *c, struct follow *w)
{
	int code = EXIT_UNKNOWN, rc;

	for (;;) {
		if (interrupted)
			return stopped(c, w);
		if ((rc = look(c, w, &code)) < 0)
			return code;
		if (rc > 0)
			break;
		if (times_boot() - w->changed > w->still_ms) {
			print_job(c, w->seen);
			fprintf(stderr, "larch: nothing has changed for too long; job %s goes on: larch job %s\n", w->id, w->id);
			return EXIT_UNKNOWN;
		}
		nanosleep(&(struct timespec){.tv_nsec = POLL_MS * 1000000L}, NULL);
	}
	print_job(c, w->seen);
	if (strcmp(state_of(w->seen), "paused") == 0)
		fprintf(stderr, "larch: job %s is paused and waits for a person: %s/jobs/%s, or larch job resume %s, larch job abort %s\n",
		    w->id, c->session.server, w->id, w->id, w->id);
	return code;
}

int
job_follow(struct cli *c, const char *id, bool ordered)
{
	struct follow w = {.id = id, .ordered = ordered ? times_boot() : 0, .changed = times_boot(), .answered = times_boot(), .still_ms = STILL_MS,
	    .limit_s = 10};
	struct err e = {0};
	int code;

	if (c->opt.timeout != NULL && times_duration(str_of(c->opt.timeout), &w.still_ms, &e) != 0)
		return cli_fail(c, &e);
	if (c->opt.no_wait && c->command->verb != NULL) {
		json_t *o = json_object();
		int64_t number;

		if (str_int(str_of(id), 0, INT64_MAX, &number) == 0)
			jsn_set(o, "id", json_integer(number));
		else
			jsn_set_text(o, "id", id);
		if (out_format(c, FORMAT_TEXT) == FORMAT_TEXT)
			printf("job %s: filed; follow it: larch job %s\n", id, id);
		else
			out_json(o);
		json_decref(o);
		return EXIT_OK;
	}
	code = watch(c, &w);
	json_decref(w.seen);
	return code;
}

/* With --no-wait: the job as it is now. */
static int
show_job(struct cli *c, const char *id)
{
	struct api_answer a = {0};
	bool end;
	int code = EXIT_OK;

	if (api_get(c, job_path(c, id, ""), &a, &code) == 0) {
		print_job(c, a.body);
		code = exit_of(a.body, &end);
	}
	api_answer_finish(&a);
	return code;
}

int
cmd_job(struct cli *c)
{
	int64_t id;

	if (str_int(str_of(c->argv[0]), 1, INT64_MAX, &id) != 0)
		return cli_usage(c, "\"%s\" is no job; they are numbers", c->argv[0]);
	if (c->opt.evidence)
		return job_evidence(c, c->argv[0]);
	return c->opt.no_wait ? show_job(c, c->argv[0]) : job_follow(c, c->argv[0], false);
}
