/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "probe.h"
#include "probe_slurm.h"
#include "run.h"

#define REST_MAX_MS (15 * 60 * 1000) /* between two tries of one that fails, at most */
#define DEFAULT_SINFO "sinfo"        /* what larch.json says when it says nothing */

/* One of the two programs that are asked. */
struct part {
	struct probe_slurm *slurm;
	enum slurm_part which;
	struct run *run;         /* that runs; NULL: none */
	uv_timer_t timer;        /* to the next one */
	int64_t next;            /* when that is, times_boot() ms */
	int fails;               /* in a row */
	char why[LIMIT_ERR_TEXT]; /* it failed; "" it did not */
	bool silent;             /* it is missing, and nobody named it */
	bool told;               /* the failure is in the log */
	size_t rubbish;          /* lines, when it was last said */
	struct arena *a;         /* of the answer in the room */
};

struct probe_slurm {
	uv_loop_t *loop;
	const struct conf *conf;
	probe_slurm_fn *done;
	void *ctx;
	struct part part[SLURM_PARTS];
	struct slurm_room room;
	bool answered;           /* sinfo has, once */
	int handles;
};

/* How each is called, and by which row of the checks. */
static const struct {
	const char *check, *words[7]; /* behind the program */
} rows[SLURM_PARTS] = {
    [SLURM_NODES] = {"slurm", {"-h", "-a", "-o", SLURM_SINFO_FORMAT, NULL}},
    [SLURM_JOBS] = {"jobs", {"-h", "-a", "-t", "R,CG,S", "-o", SLURM_SQUEUE_FORMAT, NULL}},
};

static const char *
program(const struct probe_slurm *p, enum slurm_part which)
{
	return which == SLURM_NODES ? p->conf->status.sinfo : p->conf->status.squeue;
}

/* The row of `slurm`, with what is its own in the row of `jobs` before it. */
static int64_t
interval(const struct probe_slurm *p, enum slurm_part which)
{
	const struct conf_check *own = conf_check(p->conf, rows[which].check), *slurm = conf_check(p->conf, "slurm");

	if (own != NULL && own->interval_ms > 0)
		return own->interval_ms;
	return slurm != NULL && slurm->interval_ms > 0 ? slurm->interval_ms : p->conf->sweep_ms;
}

static int64_t
limit(const struct probe_slurm *p, enum slurm_part which)
{
	const struct conf_check *own = conf_check(p->conf, rows[which].check), *slurm = conf_check(p->conf, "slurm");

	if (own != NULL && own->limit_ms > 0)
		return own->limit_ms;
	if (slurm != NULL && slurm->limit_ms > 0)
		return slurm->limit_ms;
	for (size_t i = 0; probe_row(i) != NULL; i++)
		if (strcmp(probe_row(i)->name, "slurm") == 0)
			return probe_row(i)->limit_ms;
	return p->conf->sweep_ms;
}

static bool
is_off(const struct probe_slurm *p, enum slurm_part which)
{
	const struct conf_check *own = conf_check(p->conf, rows[which].check), *slurm = conf_check(p->conf, "slurm");

	return program(p, which)[0] == '\0' || (own != NULL && own->off) || (slurm != NULL && slurm->off);
}

/* Doubled with each failure: a controller that is away costs sinfo 9 s a try. */
static int64_t
rest(const struct part *x)
{
	int64_t ms = interval(x->slurm, x->which), most = ms > REST_MAX_MS ? ms : REST_MAX_MS;

	for (int i = 1; i < x->fails && ms < most; i++)
		ms *= 2;
	return ms < most ? ms : most;
}

static void begin(uv_timer_t *t);

static void
again(struct part *x)
{
	int64_t ms = rest(x);

	x->next = times_boot() + ms;
	uv_update_time(x->slurm->loop);
	uv_timer_start(&x->timer, begin, (uint64_t)ms, 0);
}

/* ---- an answer that failed ---------------------------------------------------------------- */

static void
failed(struct part *x, const char *why)
{
	struct err e;

	err_set(&e, ERR_UNAVAILABLE, "%s", why);
	memcpy(x->why, e.text, sizeof(x->why));
	x->fails += x->fails < 32;
	if (!x->told && !x->silent)
		log_warn("%s", x->why);
	x->told = true;
}

static void
mended(struct part *x)
{
	if (x->told && !x->silent)
		log_info("%s answers again", program(x->slurm, x->which));
	x->fails = 0;
	x->told = false;
	x->silent = false;
	x->why[0] = '\0';
}

/* ---- an answer ------------------------------------------------------------------------------ */

static void
say_rubbish(struct part *x, size_t n, const char *first)
{
	if (n > 0 && n != x->rubbish)
		log_warn("%s: %zu of its lines are not understood and left out; the first: %s", program(x->slurm, x->which), n,
		    first);
	x->rubbish = n;
}

static int
take_nodes(struct part *x, struct str text, struct arena *a, struct err *e)
{
	struct slurm_room *room = &x->slurm->room;
	struct slurm_nodes s;

	slurm_parse_nodes(text, a, &s);
	if (s.n == 0)
		return s.rubbish == 0 ? err_set(e, ERR_DEVICE, "%s names no node", program(x->slurm, x->which)) :
		    err_set(e, ERR_DEVICE, "%s prints nothing that is understood, in %zu lines; the first: %s",
		    program(x->slurm, x->which), s.lines, s.first_rubbish);
	say_rubbish(x, s.rubbish, s.first_rubbish);
	room->nodes = s;
	room->nodes_at = times_now();
	room->nodes_interval = interval(x->slurm, x->which);
	x->slurm->answered = true;
	return 0;
}

static int
take_jobs(struct part *x, struct str text, struct arena *a, struct err *e)
{
	struct slurm_room *room = &x->slurm->room;
	struct slurm_jobs j;

	slurm_parse_jobs(text, a, &j);
	if (j.n == 0 && j.lines > 0)
		return err_set(e, ERR_DEVICE, "%s prints nothing that is understood, in %zu lines; the first: %s",
		    program(x->slurm, x->which), j.lines, j.first_rubbish);
	say_rubbish(x, j.rubbish, j.first_rubbish);
	room->jobs = j;
	room->jobs_at = times_now();
	room->jobs_interval = interval(x->slurm, x->which);
	return 0;
}

/* The new answer in the place of the old one, or the sentence that says why there is none. */
static void
take(struct part *x, struct str text)
{
	struct probe_slurm *p = x->slurm;
	struct arena *a = arena_create();
	struct err e;

	if ((x->which == SLURM_NODES ? take_nodes(x, text, a, &e) : take_jobs(x, text, a, &e)) != 0) {
		arena_destroy(a);
		failed(x, e.text);
		return;
	}
	arena_destroy(x->a);
	x->a = a;
	mended(x);
	p->done(p->ctx, &p->room, x->which);
	if (x->which == SLURM_NODES && p->room.jobs_at == 0 && p->part[SLURM_JOBS].fails == 0)
		begin(&p->part[SLURM_JOBS].timer); /* it waited for the nodes */
}

static void
answered(void *ctx, const struct run_answer *answer)
{
	struct part *x = ctx;

	x->run = NULL;
	x->silent = answer->outcome == RUN_MISSING && !probe_slurm_is_there(x->slurm);
	if (answer->outcome != RUN_DONE || answer->status != 0 || answer->signal != 0)
		failed(x, answer->text);
	else
		take(x, answer->out);
	again(x);
}

/* ---- a question --------------------------------------------------------------------------------- */

static void
ask(struct part *x)
{
	struct probe_slurm *p = x->slurm;
	const char *conf = getenv("SLURM_CONF");
	const char *argv[LARCH_COUNT(rows[0].words) + 1], *more[3] = {"SLURM_TIME_FORMAT=standard"};
	struct arena *a = arena_create();
	struct run_spec spec = {.argv = argv, .timeout_ms = limit(p, x->which), .max_out = LIMIT_SLURM_TEXT};

	argv[0] = program(p, x->which);
	memcpy(argv + 1, rows[x->which].words, sizeof(rows[0].words));
	if (conf != NULL)
		more[1] = arena_printf(a, "SLURM_CONF=%s", conf);
	spec.env = run_env(a, more);
	x->run = run_start(p->loop, &spec, answered, x);
	arena_destroy(a);
}

/* Jobs are asked for where there are nodes. */
static void
begin(uv_timer_t *t)
{
	struct part *x = t->data;

	if (x->run != NULL)
		return;
	if (is_off(x->slurm, x->which) || (x->which == SLURM_JOBS && !x->slurm->answered))
		again(x);
	else
		ask(x);
}

void
probe_slurm_ask(struct probe_slurm *p)
{
	for (size_t i = 0; i < SLURM_PARTS; i++)
		begin(&p->part[i].timer);
}

/* ---- what is known ---------------------------------------------------------------------------------- */

bool
probe_slurm_is_there(const struct probe_slurm *p)
{
	const char *sinfo = program(p, SLURM_NODES);

	return !is_off(p, SLURM_NODES) && (p->answered || strcmp(sinfo, DEFAULT_SINFO) != 0 || run_finds(sinfo));
}

const struct slurm_room *
probe_slurm_room(const struct probe_slurm *p)
{
	return &p->room;
}

void
probe_slurm_values(const struct slurm_room *room, enum slurm_part which, struct arena *a, struct status_value **out,
    size_t *n_out)
{
	*out = NULL;
	*n_out = 0;
	if (which == SLURM_NODES && room->nodes_at != 0)
		slurm_node_values(&room->nodes, room->nodes_at, room->nodes_interval, a, out, n_out);
	else if (which == SLURM_JOBS && room->jobs_at != 0)
		slurm_job_values(&room->nodes, &room->jobs, room->jobs_at, room->jobs_interval, a, out, n_out);
}

static void
say(const struct part *x, int64_t seen, struct buf *b)
{
	char clock[TIMES_TEXT], span[TIMES_TEXT];
	int64_t left = x->next - times_boot();

	if (x->why[0] == '\0' || x->silent || is_off(x->slurm, x->which))
		return;
	buf_printf(b, "%s%s: %s", b->n > 0 ? "; " : "", x->which == SLURM_NODES ? "Slurm's nodes" : "Slurm's jobs", x->why);
	if (seen != 0)
		buf_printf(b, "; what is shown is from %s", times_clock(seen, clock));
	if (x->run == NULL)
		buf_printf(b, "; next try in %s", times_age(left, span));
}

const char *
probe_slurm_notice(const struct probe_slurm *p, struct arena *a)
{
	struct buf b = BUF(4 * LIMIT_ERR_TEXT);
	const char *out;

	say(&p->part[SLURM_NODES], p->room.nodes_at, &b);
	say(&p->part[SLURM_JOBS], p->room.jobs_at, &b);
	out = b.n > 0 ? arena_strndup(a, b.p, b.n) : "";
	buf_free(&b);
	return out;
}

/* ---- its life ------------------------------------------------------------------------------------------ */

struct probe_slurm *
probe_slurm_create(uv_loop_t *loop, const struct conf *conf, probe_slurm_fn *done, void *ctx)
{
	struct probe_slurm *p = calloc(1, sizeof(*p));

	if (p == NULL)
		log_die("out of memory: no questions to Slurm");
	*p = (struct probe_slurm){.loop = loop, .conf = conf, .done = done, .ctx = ctx};
	for (size_t i = 0; i < SLURM_PARTS; i++) {
		struct part *x = &p->part[i];

		x->slurm = p;
		x->which = (enum slurm_part)i;
		uv_timer_init(loop, &x->timer);
		x->timer.data = x;
		p->handles++;
		uv_timer_start(&x->timer, begin, 0, 0);
	}
	return p;
}

void
probe_slurm_set_conf(struct probe_slurm *p, const struct conf *conf)
{
	p->conf = conf;
	for (size_t i = 0; i < SLURM_PARTS; i++)
		if (p->part[i].run == NULL) {
			p->part[i].fails = 0;
			uv_timer_start(&p->part[i].timer, begin, 0, 0);
		}
}

static void
gone(uv_handle_t *h)
{
	struct part *x = h->data;
	struct probe_slurm *p = x->slurm;

	arena_destroy(x->a);
	if (--p->handles == 0)
		free(p);
}

void
probe_slurm_destroy(struct probe_slurm *p)
{
	if (p == NULL)
		return;
	for (size_t i = 0; i < SLURM_PARTS; i++) {
		run_drop(p->part[i].run);
		p->part[i].run = NULL;
		uv_close((uv_handle_t *)&p->part[i].timer, gone);
	}
}
