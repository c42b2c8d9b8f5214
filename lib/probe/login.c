/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The line of logins. A job is one node that is asked, and everybody who wants to know. It waits for its turn, then
 * goes over the node's master when that is ready, else by an ssh of its own, which leaves a master behind where there is a place
 * for one. A master that does not answer is given up, and the job goes on with an ssh: the node may just have been booted.
 */
#include <arpa/inet.h>
#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <uthash.h>

#include "login_inner.h"
#include "login_masters.h"
#include "login_mux.h"
#include "run.h"

#define COMMAND "/bin/sh -s"     /* for the login shell, whichever it is; the script comes through standard input */
#define LIMIT_MS 30000           /* for one login, when nothing else is said */
#define INTERVAL_MS 900000
#define SHARED_MS 7200000        /* logins further apart than this are not worth an open connection */
#define MINUTE_MS 60000
#define KILL_MS 1000             /* that timeout(1) gives a command of the site to end */
#define HOST_MAX 253             /* bytes of a host name, RFC 1035 section 2.3.4 */
#define WORDS 48                 /* of ssh's command line */

struct asker {
	login_fn *done;
	void *ctx;
	struct asker *next;
};

struct job {
	struct login *l;
	char *name, *address;           /* address NULL: ssh finds it */
	struct asker *askers;           /* the first that asked comes first */
	const struct conf *conf;
	char mark[LOGIN_MARK];
	struct run *run;
	struct login_mux *mux;
	struct login_master *master;    /* our place, or NULL */
	bool shared;                    /* over a master that was there */
	enum login_outcome failed;      /* LOGIN_OK: it is asked */
	struct err why;
	struct job *next;               /* in line */
	UT_hash_handle hh;              /* by name: in line or running */
};

struct login {
	uv_loop_t *loop;
	const struct conf *conf;
	struct login_masters *masters;
	uv_timer_t kick;                /* starts what is in line */
	struct job *jobs;               /* all, by name */
	struct job *first, *last;       /* those in line */
	size_t running, waiting;
};

static void start_waiting(uv_timer_t *t);

/* ---- what is asked ------------------------------------------------------------------------------- */

/* Only what a host name may hold, and no option. */
static bool
is_host(const char *name)
{
	size_t n = strlen(name);

	if (n == 0 || n > HOST_MAX || !isalnum((unsigned char)name[0]))
		return false;
	for (size_t i = 0; i < n; i++)
		if (!isascii((unsigned char)name[i]) || (!isalnum((unsigned char)name[i]) && strchr("._-", name[i]) == NULL))
			return false;
	return true;
}

static int64_t
or_else(int64_t said, int64_t otherwise)
{
	return said > 0 ? said : otherwise;
}

int64_t
login_interval(const struct conf *conf)
{
	const struct conf_check *c = conf_check(conf, "login");

	return or_else(c == NULL ? 0 : c->interval_ms, INTERVAL_MS);
}

/* The site's commands have limits of their own, on the node. */
static int64_t
limit_of(const struct conf *conf)
{
	const struct conf_check *c = conf_check(conf, "login");
	int64_t ms = or_else(c == NULL ? 0 : c->limit_ms, LIMIT_MS);

	for (size_t i = 0; i < conf->status.n_commands; i++)
		ms += conf->status.commands[i].limit_ms + KILL_MS;
	return ms;
}

/* Longer than until the next login, so that a sweep that is late finds it. */
static int64_t
persist_of(const struct conf *conf)
{
	int64_t ms = login_interval(conf);

	return ms > SHARED_MS ? 0 : ms + ms / 2 + MINUTE_MS;
}

static void
make_script(struct job *j, struct buf *out)
{
	unsigned char random[(LOGIN_MARK - 1) / 2];

	file_random(random, sizeof(random));
	hex_encode(random, sizeof(random), j->mark);
	login_script(&j->conf->status, j->mark, out);
}

/* ---- the end of a job --------------------------------------------------------------------------------- */

static void
free_job(struct job *j)
{
	free(j->name);
	free(j->address);
	free(j);
}

/* Askers may ask again, or for others, while they are told. */
static void
tell(struct job *j, const struct login_answer *answer)
{
	struct asker *next;

	HASH_DEL(j->l->jobs, j);
	for (struct asker *x = j->askers; x != NULL; x = next) {
		next = x->next;
		x->done(x->ctx, answer);
		free(x);
	}
	free_job(j);
}

static void
kick(struct login *l)
{
	if (!uv_is_active((uv_handle_t *)&l->kick))
		uv_timer_start(&l->kick, start_waiting, 0, 0);
}

static void
finish(struct job *j, enum login_outcome outcome, const char *text, const struct login_facts *facts)
{
	const struct login_answer answer = {outcome, text, facts, times_now(), j->shared};
	struct login *l = j->l;

	if (j->master != NULL) {
		j->master->held = false;
		if (facts == NULL)
			login_masters_lose(l->masters, j->master);
		else
			j->master->ready = true;
	}
	l->running--;
	kick(l);
	tell(j, &answer);
}

/* What came says that the shell began: it is the answer, also when it is not whole. */
static void
finish_answered(struct job *j, struct str out, bool late, struct arena *a)
{
	const struct login_parsing how = {&j->conf->status, j->mark, j->name, late};
	struct login_facts facts;

	login_parse(out, &how, a, &facts);
	finish(j, LOGIN_OK, "", &facts);
}

/* ---- by an ssh of its own -------------------------------------------------------------------------------- */

static void
ran(void *ctx, const struct run_answer *r)
{
	struct job *j = ctx;
	struct arena *a = arena_create();
	enum login_outcome outcome = LOGIN_HUNG;
	const char *text = r->text, *said = login_said(r->err, LOGIN_CELL * 2, a);

	j->run = NULL;
	if (login_started(r->out, j->mark)) {
		finish_answered(j, r->out, r->outcome == RUN_TIMEOUT, a);
		arena_destroy(a);
		return;
	}
	switch (r->outcome) {
	case RUN_DONE:
		outcome = login_judge(r->signal != 0 ? 255 : r->status, r->out, r->err, a, &text);
		if (r->signal != 0)
			text = login_sentence(outcome, r->text, a);
		break;
	case RUN_MISSING: outcome = LOGIN_NO_SSH; break;
	case RUN_TIMEOUT: text = login_sentence(outcome, said, a); break;
	case RUN_TOO_MUCH:
		outcome = LOGIN_GARBAGE;
		text = login_sentence(outcome, login_said(r->out, LOGIN_CELL, a), a);
		break;
	case RUN_CANCELLED: outcome = LOGIN_CANCELLED; break;
	}
	finish(j, outcome, text, NULL);
	arena_destroy(a);
}

struct words {
	const char *word[WORDS];
	size_t n;
};

static void
add(struct words *w, const char *word)
{
	w->word[w->n++] = word;
}

static void
set(struct words *w, const char *option)
{
	add(w, "-o");
	add(w, option);
}

/* "192.0.2.7:2222" as ssh takes it, with the host key looked up under the name; -1 with *e set. */
static int
add_address(struct words *w, const char *name, const char *address, struct arena *a, struct err *e)
{
	char host[INET6_ADDRSTRLEN];
	struct sockaddr_storage to;
	int port;

	if (addr_parse(str_of(address), 0, &to, e) != 0)
		return -1;
	if (to.ss_family == AF_INET6) {
		const struct sockaddr_in6 *v6 = (const struct sockaddr_in6 *)&to;

		(void)inet_ntop(AF_INET6, &v6->sin6_addr, host, sizeof(host));
		port = ntohs(v6->sin6_port);
	} else {
		const struct sockaddr_in *v4 = (const struct sockaddr_in *)&to;

		(void)inet_ntop(AF_INET, &v4->sin_addr, host, sizeof(host));
		port = ntohs(v4->sin_port);
	}
	set(w, arena_printf(a, "HostName=%s", host));
	set(w, arena_printf(a, "HostKeyAlias=%s", name));
	if (port != 0)
		set(w, arena_printf(a, "Port=%d", port));
	return 0;
}

/*
 * What is given here goes before what the configuration says. It asks nobody anything, checks host keys, opens no door
 * beside the command, and tells of what goes wrong and of nothing else.
 */
static const char *const always[] = {"BatchMode=yes", "NumberOfPasswordPrompts=0", "StrictHostKeyChecking=yes",
    "UpdateHostKeys=no", "ConnectTimeout=5", "ConnectionAttempts=1", "LogLevel=ERROR", "ForwardAgent=no",
    "ForwardX11=no", "ClearAllForwardings=yes", "PermitLocalCommand=no", "RemoteCommand=none"};

static int
command_line(struct job *j, struct words *w, struct arena *a, struct err *e)
{
	const struct conf_status *s = &j->conf->status;

	add(w, s->ssh);
	if (s->ssh_config != NULL) {
		add(w, "-F");
		add(w, s->ssh_config);
	}
	add(w, "-T");
	for (size_t i = 0; i < LARCH_COUNT(always); i++)
		set(w, always[i]);
	if (j->master != NULL) {
		set(w, "ControlMaster=auto");
		set(w, arena_printf(a, "ControlPersist=%lld", (long long)(persist_of(j->conf) / 1000)));
	} else {
		set(w, "ControlMaster=no");
	}
	set(w, arena_printf(a, "ControlPath=%s", j->master != NULL ? j->master->path : "none"));
	if (j->address != NULL && add_address(w, j->name, j->address, a, e) != 0)
		return -1;
	add(w, "--");
	add(w, j->name);
	add(w, COMMAND);
	add(w, NULL);
	return 0;
}

/* A key may be held by an agent: ssh is told where that is, if we were. */
static const char *const *
environment(struct arena *a)
{
	const char *agent = getenv("SSH_AUTH_SOCK"), **more = arena_array(a, 2, sizeof(*more));

	if (agent != NULL)
		more[0] = arena_printf(a, "SSH_AUTH_SOCK=%s", agent);
	return run_env(a, more);
}

static void
run_ssh(struct job *j)
{
	struct buf script = BUF(LIMIT_LOGIN_SCRIPT);
	struct arena *a = arena_create();
	struct words w = {.n = 0};
	struct err e;

	if (command_line(j, &w, a, &e) != 0) {
		finish(j, LOGIN_BAD_NAME, e.text, NULL);
	} else {
		make_script(j, &script);
		j->run = run_start(j->l->loop,
		    &(struct run_spec){.argv = w.word, .env = environment(a), .input = buf_view(&script),
		        .timeout_ms = limit_of(j->conf), .max_out = LIMIT_LOGIN_ANSWER},
		    ran, j);
	}
	buf_free(&script);
	arena_destroy(a);
}

/* ---- over a master --------------------------------------------------------------------------------------------- */

static void
came(void *ctx, const struct login_mux_answer *m)
{
	struct job *j = ctx;
	struct arena *a = arena_create();

	j->mux = NULL;
	if (login_started(m->out, j->mark)) {
		finish_answered(j, m->out, m->outcome == LOGIN_MUX_TIMEOUT, a);
	} else {
		login_masters_lose(j->l->masters, j->master);
		j->shared = false;
		j->master = login_masters_at(j->l->masters, j->name, j->address);
		if (j->master != NULL)
			j->master->held = true;
		run_ssh(j);
	}
	arena_destroy(a);
}

static void
ask_master(struct job *j)
{
	struct buf script = BUF(LIMIT_LOGIN_SCRIPT);

	make_script(j, &script);
	j->shared = true;
	j->mux = login_mux_start(j->l->loop,
	    &(struct login_mux_spec){.path = j->master->path, .command = COMMAND, .input = buf_view(&script),
	        .timeout_ms = limit_of(j->conf), .max_out = LIMIT_LOGIN_ANSWER},
	    came, j);
	buf_free(&script);
}

/* ---- the line ------------------------------------------------------------------------------------------------------ */

static void
start(struct job *j)
{
	struct login *l = j->l;

	j->conf = l->conf;
	if (j->failed != LOGIN_OK) {
		finish(j, j->failed, j->why.text, NULL);
		return;
	}
	j->master = login_masters_at(l->masters, j->name, j->address);
	if (j->master != NULL)
		j->master->held = true;
	if (j->master != NULL && j->master->ready)
		ask_master(j);
	else
		run_ssh(j);
}

static void
start_waiting(uv_timer_t *t)
{
	struct login *l = t->data;

	while (l->first != NULL && l->running < (size_t)l->conf->status.ssh_logins) {
		struct job *j = l->first;

		l->first = j->next;
		l->waiting--;
		l->running++;
		start(j);
	}
}

static void
add_asker(struct job *j, login_fn *done, void *ctx)
{
	struct asker *x = calloc(1, sizeof(*x)), **last = &j->askers;

	if (x == NULL)
		log_die("out of memory: a login cannot be asked for");
	*x = (struct asker){done, ctx, NULL};
	while (*last != NULL)
		last = &(*last)->next;
	*last = x;
}

static void
judge_beforehand(struct job *j)
{
	if (!is_host(j->name)) {
		j->failed = LOGIN_BAD_NAME;
		err_set(&j->why, ERR_INPUT, "'%s' is no host name: nothing was run", j->name);
	} else if (j->l->waiting + j->l->running >= LIMIT_LOGINS) {
		j->failed = LOGIN_TOO_MANY;
		err_set(&j->why, ERR_LIMIT, "%d logins wait already", LIMIT_LOGINS);
	}
}

void
login_ask(struct login *l, const char *name, const char *address, login_fn *done, void *ctx)
{
	struct job *j;

	HASH_FIND_STR(l->jobs, name, j);
	if (j == NULL) {
		j = calloc(1, sizeof(*j));
		if (j == NULL || (j->name = strdup(name)) == NULL || (address != NULL && (j->address = strdup(address)) == NULL))
			log_die("out of memory: a login cannot be asked for");
		j->l = l;
		judge_beforehand(j);
		HASH_ADD_KEYPTR(hh, l->jobs, j->name, strlen(j->name), j);
		if (l->first == NULL)
			l->first = j;
		else
			l->last->next = j;
		l->last = j;
		l->waiting++;
		kick(l);
	}
	add_asker(j, done, ctx);
}

struct login_count
login_count(const struct login *l)
{
	return (struct login_count){l->running, l->waiting, login_masters_count(l->masters)};
}

/* ---- its life ---------------------------------------------------------------------------------------------------------- */

void
login_set_conf(struct login *l, const struct conf *conf)
{
	int64_t persist = persist_of(conf);

	l->conf = conf;
	login_masters_set(l->masters, persist == 0 ? 0 : (size_t)conf->status.ssh_masters, persist);
	kick(l);
}

void
login_create(uv_loop_t *loop, const struct conf *conf, struct login **out)
{
	struct login *l = calloc(1, sizeof(*l));
	struct arena *a = arena_create();

	if (l == NULL)
		log_die("out of memory: no logins");
	l->loop = loop;
	uv_timer_init(loop, &l->kick);
	l->kick.data = l;
	l->masters = login_masters_create(arena_printf(a, "%s/larchd/ssh", conf->run));
	login_set_conf(l, conf);
	arena_destroy(a);
	*out = l;
}

static void
closed(uv_handle_t *h)
{
	free(h->data);
}

void
login_destroy(struct login *l)
{
	const struct login_answer answer = {LOGIN_CANCELLED, "the login was stopped before its end", NULL, times_now(), false};

	if (l == NULL)
		return;
	for (struct job *j = l->jobs; j != NULL; j = j->hh.next) {
		run_drop(j->run);
		login_mux_drop(j->mux);
	}
	while (l->jobs != NULL)
		tell(l->jobs, &answer); /* NOLINT(clang-analyzer-unix.Malloc): tell takes it out of l->jobs, which uthash makes the next */
	login_masters_destroy(l->masters);
	uv_close((uv_handle_t *)&l->kick, closed);
}
