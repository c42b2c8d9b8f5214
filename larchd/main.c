/* SPDX-License-Identifier: Apache-2.0 */
/*
 * larchd(8): the only process that touches a device. It sweeps the room,
 * carries out requests and keeps the journal, on one libuv loop.
 */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>

#include "larchd.h"

#define LOOK_MS 500       /* between two looks at power.db without a wake-up */
#define COMPLAIN_MS 60000 /* between two lines that say the same */
#define ANCHOR_MS 60000   /* between two lines with the head of the journal, while it grows */
#define ANCHOR_ROWS 100   /* or so many rows: a job of 200 machines writes more than that in a minute, and no more can be cut off unseen */

/* ---- the configuration ---------------------------------------------------------------- */

/* What is read when it starts, and again when it is told to. */
struct files {
	struct conf *conf;
	struct devtype_set *types;
	struct cred *cred;
	struct advice_rules *advice;
};

static int
load(struct larchd *l, struct files *out, struct err *e)
{
	struct yang *yang = NULL;

	*out = (struct files){NULL, NULL, NULL, NULL};
	/* NOLINTNEXTLINE(clang-analyzer-core.NullDereference): conf_load gives one when it returns 0 */
	if (conf_load(l->conf_path, NULL, &out->conf, e) != 0 || probe_conf_check(out->conf, e) != 0 || yang_create(out->conf->yang, &yang, e) != 0 ||
	    devtype_load(out->conf->mib, yang, &out->types, e) != 0 || advice_load(out->conf->advice, yang, &out->advice, e) != 0 ||
	    cred_load(out->conf->credentials, yang, &out->cred, e) != 0) {
		advice_destroy(out->advice);
		devtype_destroy(out->types);
		conf_destroy(out->conf);
		yang_destroy(yang);
		return -1;
	}
	yang_destroy(yang);
	return 0;
}

/* What is in flight points into the old ones; they go when larchd does. */
static void
keep_old(struct larchd *l)
{
	struct larchd_kept *k = arena_alloc(l->a, sizeof(*k));

	*k = (struct larchd_kept){l->conf, l->types, l->kept};
	l->kept = k;
}

/* A wrong file changes nothing; what was loaded before stays in use by what is in flight. */
static void
reload(uv_signal_t *handle, int number)
{
	struct larchd *l = handle->data;
	struct files f;
	struct err e;

	(void)number;
	larchd_notify("RELOADING=1");
	if (load(l, &f, &e) != 0) {
		log_error("the configuration stays as it was: %s", e.text);
	} else {
		keep_old(l);
		l->conf = f.conf;
		l->types = f.types;
		advice_destroy(l->advice);
		l->advice = f.advice;
		gate_set_cred(l->gate, f.cred);
		probe_set_conf(l->probe, f.conf, f.types);
		drive_set_conf(l->drive, f.conf);
		tell_set_conf(l->tell, f.conf);
		uv_timer_set_repeat(&l->settle, (uint64_t)f.conf->sweep_ms);
		log_info("the configuration was read again");
	}
	larchd_notify("READY=1");
}

/* ---- the files of others ------------------------------------------------------------------ */

/* The inventory and the requests may come later than larchd; their writers make them. */
static void
open_readers(struct larchd *l)
{
	struct err e;

	if (l->inv == NULL && inv_open_reader(l->inv_path, &l->inv, &e) == 0)
		l->inv_seen = -1;
	if (l->requests == NULL && power_requests_open_reader(l->requests_path, &l->requests, &e) == 0)
		l->requests_seen = l->grants_seen = l->tags.seen = l->tags.turn = l->tags.noted = -1;
}

/* A journal that cannot be written is met twice a second: said once a minute. */
static void
complain(struct larchd *l, const char *text)
{
	int64_t now = times_boot();

	if (l->complained != 0 && now - l->complained < COMPLAIN_MS)
		return;
	l->complained = now;
	log_error("requests cannot be taken up: %s", text);
}

void
larchd_look(struct larchd *l)
{
	int64_t now;
	struct err e;

	if (l->inv == NULL || l->requests == NULL)
		open_readers(l);
	if (l->inv == NULL || l->requests == NULL || l->stopping)
		return;
	larchd_tags(l);
	larchd_grants(l);
	now = power_requests_generation(l->requests);
	if (now == l->requests_seen)
		return;
	switch (drive_take(l->drive, &e)) {
	case 0: l->requests_seen = now; break;
	case 1: break; /* there may be more: at the next look */
	default: complain(l, e.text); break;
	}
}

/* ---- sweep and pulse -------------------------------------------------------------------------- */

/* What an earlier run left open, or a step without an answer, is looked at again. */
static void
settle(uv_timer_t *t)
{
	struct larchd *l = t->data;

	if (l->inv == NULL || l->requests == NULL)
		open_readers(l);
	if (l->inv == NULL)
		return;
	drive_settle(l->drive);
}

/* What is new in the inventory is looked at now, not in a check's next round. */
static void
look(uv_timer_t *t)
{
	struct larchd *l = t->data;
	int64_t now;

	if (l->inv != NULL && inv_replaced(l->inv)) {
		inv_close(l->inv);
		l->inv = NULL;
	}
	if (l->requests != NULL && power_requests_replaced(l->requests)) {
		power_requests_close(l->requests);
		l->requests = NULL;
	}
	larchd_look(l);
	if (l->inv == NULL)
		return;
	now = inv_generation(l->inv);
	if (now != l->inv_seen) {
		l->inv_seen = now;
		drive_settle(l->drive);
		probe_look(l->probe);
	}
}

/*
 * The chain proves itself whole up to its head; only its head kept elsewhere proves that its tail was not cut off,
 * or all of it made anew. So the head goes to the system's log, which may be on another machine.
 */
static void
anchor(struct larchd *l, bool now)
{
	unsigned char hash[JOURNAL_HASH];
	char hex[2 * JOURNAL_HASH + 1];
	int64_t seq = journal_head(l->journal, hash);

	if (seq == l->anchored || (!now && seq - l->anchored < ANCHOR_ROWS && times_boot() - l->anchored_at < ANCHOR_MS))
		return;
	l->anchored = seq;
	l->anchored_at = times_boot();
	hex_encode(hash, JOURNAL_HASH, hex);
	log_info("journal head: row %lld %s", (long long)seq, hex);
}

static void
pulse(uv_timer_t *t)
{
	struct larchd *l = t->data;
	struct probe_pulse p;
	struct status_pulse row;
	struct err e;

	probe_pulse(l->probe, &p);
	row = (struct status_pulse){
	    .beat = times_now(),
	    .sweep_began = p.began,
	    .sweep_ended = p.ended,
	    .sweep_things = p.things,
	    .notice = p.notice,
	    .version = LARCH_VERSION,
	};
	if (status_set_pulse(l->status, &row, &e) != 0 || status_put_lanes(l->status, p.lanes, p.n_lanes, &e) != 0)
		log_error("no pulse: %s", e.text);
	larchd_look_glass(l);
	anchor(l, false);
	larchd_notify("WATCHDOG=1");
}

/* ---- start and stop ------------------------------------------------------------------------------ */

static void
note(struct larchd *l, const char *kind, const char *text)
{
	struct journal_row row = {.kind = kind, .who = "larchd", .text = text};
	struct err e;

	if (journal_add(l->journal, &row, &e) != 0)
		log_error("the journal cannot be written: %s", e.text);
}

static void
stop(uv_signal_t *handle, int number)
{
	struct larchd *l = handle->data;
	size_t open;

	if (l->stopping)
		return;
	l->stopping = true;
	larchd_notify("STOPPING=1");
	open = drive_stop(l->drive);
	if (open > 0)
		log_warn("%zu jobs are left in the middle; the next start settles them by reading", open);
	note(l, "stop", number == SIGTERM ? "asked to stop" : "interrupted");
	anchor(l, true);
	uv_stop(&l->loop);
}

/* How it was started, for whoever is told of it. */
static const char *
away(struct larchd *l)
{
	struct status_pulse was;
	char age[TIMES_TEXT];
	struct err e;

	if (status_pulse(l->status, l->a, &was, &e) != 0 || was.beat == 0)
		return "larchd " LARCH_VERSION " started for the first time";
	return arena_printf(l->a, "larchd " LARCH_VERSION " started; it had not been heard of for %s",
	    times_age(times_now() - was.beat, age));
}

static int
open_files(struct larchd *l, struct err *e)
{
	if (journal_open(conf_db(l->conf, "journal", l->a), &l->journal, e) != 0 ||
	    status_open(conf_db(l->conf, "status", l->a), &l->status, e) != 0)
		return -1;
	note(l, "start", "larchd " LARCH_VERSION);
	l->away = away(l);
	l->inv_path = conf_db(l->conf, "inventory", l->a);
	l->requests_path = conf_db(l->conf, "power", l->a);
	open_readers(l);
	return 0;
}

static int
open_rooms(struct larchd *l, struct cred *cred, struct err *e)
{
	struct probe_room probe = {&l->loop, l->conf, l->types, NULL, &l->inv, l->status};
	struct drive_room drive = {&l->loop, l->conf, NULL, &l->inv, &l->requests, l->status, l->journal, larchd_acted, l};

	if (gate_create(&l->loop, &l->gate, e) != 0) {
		cred_destroy(cred);
		return -1;
	}
	gate_set_cred(l->gate, cred);
	probe.gate = l->gate;
	if (probe_create(&probe, &l->probe, e) != 0)
		return -1;
	drive.probe = l->probe;
	if (drive_create(&drive, &l->drive, e) != 0)
		return -1;
	return tell_create(&(struct tell_room){&l->loop, l->conf, &l->inv, l->status}, &l->tell, e);
}

static void
start_signal(struct larchd *l, uv_signal_t *handle, uv_signal_cb then, int number)
{
	uv_signal_init(&l->loop, handle);
	handle->data = l;
	uv_signal_start(handle, then, number);
}

static void
start_timer(struct larchd *l, uv_timer_t *t, uv_timer_cb then, int64_t first, int64_t repeat)
{
	uv_timer_init(&l->loop, t);
	t->data = l;
	uv_timer_start(t, then, (uint64_t)first, (uint64_t)repeat);
}

static int
run(struct larchd *l, struct err *e)
{
	struct files f;

	if (load(l, &f, e) != 0)
		return -1;
	l->conf = f.conf;
	l->types = f.types;
	l->advice = f.advice;
	if (open_files(l, e) != 0) {
		cred_destroy(f.cred);
		return -1;
	}
	if (open_rooms(l, f.cred, e) != 0 || larchd_wake_open(l, e) != 0)
		return -1;
	start_signal(l, &l->terminate, stop, SIGTERM);
	start_signal(l, &l->interrupt, stop, SIGINT);
	start_signal(l, &l->reload, reload, SIGHUP);
	/* NOLINTNEXTLINE(clang-analyzer-core.NullDereference): load gives one when it returns 0 */
	start_timer(l, &l->settle, settle, l->conf->sweep_ms, l->conf->sweep_ms);
	start_timer(l, &l->pulse, pulse, 0, STATUS_BEAT_MS);
	start_timer(l, &l->look, look, 0, LOOK_MS);
	if (drive_recover(l->drive, e) != 0)
		return -1;
	tell_event(l->tell, CONF_LARCHD_RESTARTED, "", l->away);
	larchd_check_journal(l);
	larchd_watch_cures(l);
	probe_start(l->probe);
	larchd_notify("READY=1");
	log_info("larchd %s serves %s", LARCH_VERSION, l->conf->site);
	uv_run(&l->loop, UV_RUN_DEFAULT);
	return 0;
}

static void
close_all(struct larchd *l)
{
	uv_handle_t *handles[] = {(uv_handle_t *)&l->settle, (uv_handle_t *)&l->pulse, (uv_handle_t *)&l->look, (uv_handle_t *)&l->verify,
	    (uv_handle_t *)&l->cures, (uv_handle_t *)&l->terminate, (uv_handle_t *)&l->interrupt, (uv_handle_t *)&l->reload};

	l->stopping = true;
	if (l->drive != NULL)
		(void)drive_stop(l->drive);
	larchd_wake_close(l);
	for (size_t i = 0; i < LARCH_COUNT(handles); i++)
		if (handles[i]->loop != NULL)
			uv_close(handles[i], NULL);
	probe_stop(l->probe);
	gate_destroy(l->gate);
	probe_destroy(l->probe);
	tell_destroy(l->tell);
	drive_close(l->drive);
	for (int i = 0; i < 100 && uv_run(&l->loop, UV_RUN_NOWAIT) != 0; i++)
		;
	drive_destroy(l->drive);
	power_requests_close(l->requests);
	inv_close(l->inv);
	glass_close(l->glass);
	status_close(l->status);
	journal_close(l->journal);
	advice_destroy(l->advice);
	keep_old(l);
	for (const struct larchd_kept *k = l->kept; k != NULL; k = k->next) {
		devtype_destroy(k->types);
		conf_destroy(k->conf);
	}
	arena_destroy(l->a);
}

/* A core dump would hold communities and passwords. */
static void
narrow(void)
{
	struct rlimit none = {0, 0};

	(void)setrlimit(RLIMIT_CORE, &none);
	(void)prctl(PR_SET_DUMPABLE, 0);
	/* what it is given by AmbientCapabilities is its own: ssh, sinfo and a sendmail do without */
	(void)prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
}

static void
usage(FILE *to)
{
	fputs("usage: larchd [-c FILE] [-t] [-v]\n"
	      "  -c, --config FILE  larch.json (default /etc/larch/larch.json)\n"
	      "  -t, --test         check the configuration, the device types, the advice and the credentials, and exit\n"
	      "  -v, --verbose      say more\n"
	      "  -V, --version      print the version\n"
	      "  -h, --help         print this\n",
	    to);
}

static int
check(struct larchd *l, struct err *e)
{
	struct files f;

	if (load(l, &f, e) != 0)
		return -1;
	cred_destroy(f.cred);
	advice_destroy(f.advice);
	devtype_destroy(f.types);
	conf_destroy(f.conf);
	printf("%s: good\n", l->conf_path);
	return 0;
}

int
main(int argc, char **argv)
{
	static const struct option options[] = {
	    {"config", required_argument, NULL, 'c'}, {"test", no_argument, NULL, 't'},
	    {"verbose", no_argument, NULL, 'v'},      {"version", no_argument, NULL, 'V'},
	    {"help", no_argument, NULL, 'h'},         {NULL, 0, NULL, 0},
	};
	static struct larchd l = {.conf_path = "/etc/larch/larch.json", .wake_fd = -1};
	struct err e = {0};
	bool test = false;
	int c, rc;

	log_name("larchd");
	while ((c = getopt_long(argc, argv, "c:tvVh", options, NULL)) != -1)
		switch (c) {
		case 'c': l.conf_path = optarg; break;
		case 't': test = true; break;
		case 'v': log_verbose(1); break;
		case 'V': puts("larchd " LARCH_VERSION); return 0;
		case 'h': usage(stdout); return 0;
		default: usage(stderr); return 2;
		}
	if (optind < argc) {
		fprintf(stderr, "larchd: '%s' is one word too many\n", argv[optind]);
		usage(stderr);
		return 2;
	}
	narrow();
	l.a = arena_create();
	if (uv_loop_init(&l.loop) != 0)
		log_die("no loop");
	rc = test ? check(&l, &e) : run(&l, &e);
	if (rc != 0)
		log_error("%s", e.text);
	if (!test)
		close_all(&l);
	return rc == 0 ? 0 : 1;
}
