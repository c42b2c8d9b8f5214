/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The control socket (sim_ctl.h) takes, OUTLET being an id or a number from 1:
 *
 *	set OUTLET|* on|off          somebody pressed the button: at once, no delay, no fault
 *	fault OUTLET|* FAULT         lie         answers a SET and does nothing
 *	                             stall       answers, begins, never ends
 *	                             drop        a SET has no answer and no effect
 *	                             drop-obeyed a SET has no answer and its effect
 *	                             refuse      a SET is answered with genErr
 *	                             stuck-on    says off; the relay still feeds
 *	                             silent      (with * only) the agent answers nothing
 *	                             none        well again
 *	get OUTLET                   ok on|off|going-on|going-off|rebooting live|dead MILLIAMPS FAULT NAME
 *	name OUTLET TEXT...          the name on the device
 *	load OUTLET MILLIAMPS        what it draws while it is on
 *	log                          ok N; MS OUTLET NUMBER VERDICT; ... every SET of a command, oldest first
 *	forget                       empty the log
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "pdu_sim.h"
#include "sim_ctl.h"
#include "sim_room.h"
#include "sim_text.h"

#define AGAIN_MS 200 /* a room that was not there is told again */
#define FULL_MS 5    /* one that holds all it can (10 datagrams, unix(7)) */

struct pdu_control {
	struct pdu_model *m;
	const char *pdu, *room, *loads;
	struct sim_ctl *ctl;
	int loads_fd;
	bool asked_loads;
};

/* ---- commands ---------------------------------------------------------------------------- */

/* Outlets [*from, *to) that a word names: 0, or -1 with the answer given. */
static int
which(struct pdu_model *m, const char *word, int *from, int *to, struct sim_answer *a)
{
	*from = 0;
	*to = m->n;
	if (strcmp(word, "*") == 0)
		return 0;
	*from = pdu_model_find(m, word);
	*to = *from + 1;
	if (*from < 0)
		sim_answer_error(a, "there is no outlet %s", word);
	return *from < 0 ? -1 : 0;
}

static void
do_set(struct pdu_model *m, int n, char **w, struct sim_answer *a)
{
	int from, to;

	(void)n;
	if (strcmp(w[2], "on") != 0 && strcmp(w[2], "off") != 0)
		sim_answer_error(a, "an outlet is set on or off, not %s", w[2]);
	else if (which(m, w[1], &from, &to, a) == 0)
		for (int i = from; i < to; i++)
			pdu_model_force(m, i, strcmp(w[2], "on") == 0);
}

static void
do_fault(struct pdu_model *m, int n, char **w, struct sim_answer *a)
{
	enum pdu_fault f = pdu_fault_of(w[2]);
	bool all = strcmp(w[1], "*") == 0;
	int from, to;

	(void)n;
	if (f == FAULT_COUNT || (f == FAULT_SILENT && !all)) {
		sim_answer_error(a, "there is no fault %s for %s", w[2], w[1]);
	} else if (which(m, w[1], &from, &to, a) == 0) {
		if (all)
			m->silent = f == FAULT_SILENT;
		for (int i = from; i < to && f != FAULT_SILENT; i++)
			m->outlet[i].fault = f;
	}
}

static void
do_get(struct pdu_model *m, int n, char **w, struct sim_answer *a)
{
	int at = pdu_model_find(m, w[1]);
	const struct pdu_outlet *o = &m->outlet[at < 0 ? 0 : at];

	(void)n;
	if (at < 0)
		sim_answer_error(a, "there is no outlet %s", w[1]);
	else
		sim_answer_add(a, " %s %s %ld %s %s", pdu_look_name(o->look), o->live ? "live" : "dead",
		    o->live ? o->load : 0, pdu_fault_name(o->fault), o->name);
}

static void
do_name(struct pdu_model *m, int n, char **w, struct sim_answer *a)
{
	int at = pdu_model_find(m, w[1]);
	char *name = at < 0 ? NULL : m->outlet[at].name;
	size_t used = 0;

	if (at < 0) {
		sim_answer_error(a, "there is no outlet %s", w[1]);
		return;
	}
	for (int i = 2; i < n && used < PDU_TEXT; i++)
		used += (size_t)snprintf(name + used, PDU_TEXT - used, "%s%s", i == 2 ? "" : " ", w[i]);
}

static void
do_load(struct pdu_model *m, int n, char **w, struct sim_answer *a)
{
	int at = pdu_model_find(m, w[1]);
	long load;

	(void)n;
	if (at < 0 || sim_int(w[2], 0, 100000, &load) != 0)
		sim_answer_error(a, "there is no outlet %s, or %s is no load in mA", w[1], w[2]);
	else
		m->outlet[at].load = load;
}

static void
do_log(struct pdu_model *m, int n, char **w, struct sim_answer *a)
{
	size_t kept = m->n_log < PDU_LOG ? m->n_log : PDU_LOG;

	(void)n;
	(void)w;
	sim_answer_add(a, " %zu", kept);
	for (size_t i = m->n_log - kept; i < m->n_log; i++) {
		const struct pdu_log *l = &m->log[i % PDU_LOG];

		sim_answer_add(a, "; %lld %s %ld %s", (long long)l->when, m->outlet[l->outlet].id, l->value, l->verdict);
	}
}

static void
do_forget(struct pdu_model *m, int n, char **w, struct sim_answer *a)
{
	(void)n;
	(void)w;
	(void)a;
	m->n_log = 0;
}

static void
on_line(void *ctx, int n, char **words, struct sim_answer *a)
{
	static const struct {
		const char *word;
		int min, max;
		void (*run)(struct pdu_model *, int, char **, struct sim_answer *);
	} rows[] = {
	    {"set", 3, 3, do_set},
	    {"fault", 3, 3, do_fault},
	    {"get", 2, 2, do_get},
	    {"name", 3, 64, do_name},
	    {"load", 3, 3, do_load},
	    {"log", 1, 1, do_log},
	    {"forget", 1, 1, do_forget},
	};
	struct pdu_control *c = ctx;

	pdu_model_advance(c->m, sim_now());
	if (row_command(c->m, n, words, a))
		return;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (strcmp(rows[i].word, words[0]) != 0)
			continue;
		if (n < rows[i].min || n > rows[i].max)
			sim_answer_error(a, "%s: wrong number of words", words[0]);
		else
			rows[i].run(c->m, n, words, a);
		return;
	}
	sim_answer_error(a, "unknown command %s", words[0]);
}

/* ---- the room ------------------------------------------------------------------------------ */

int64_t
pdu_control_tell(struct pdu_control *c, int64_t now)
{
	int rc = 0;

	if (c->room == NULL)
		return PDU_NEVER;
	if (c->loads != NULL && !c->asked_loads) {
		rc = room_send_loads(c->room, c->pdu, c->loads);
		c->asked_loads = rc == 0;
	}
	for (int i = 0; i < c->m->n && rc == 0; i++) { /* in order: what did not go waits, with what follows */
		struct pdu_outlet *o = &c->m->outlet[i];

		if (o->told && o->told_live == o->live)
			continue;
		rc = room_send_outlet(c->room, c->pdu, o->id, o->live);
		o->told = rc == 0;
		o->told_live = o->live;
	}
	return rc == 0 ? PDU_NEVER : now + (errno == EAGAIN ? FULL_MS : AGAIN_MS);
}

static void
receive(struct pdu_control *c)
{
	struct room_msg msg;

	while (room_receive(c->loads_fd, &msg) == 1) {
		int at = msg.kind == ROOM_LOAD && strcmp(msg.pdu, c->pdu) == 0 ? pdu_model_find(c->m, msg.outlet) : -1;

		if (at >= 0)
			c->m->outlet[at].load = msg.milliamps;
	}
}

void
pdu_control_fds(const struct pdu_control *c, int fds[2])
{
	fds[0] = c->ctl == NULL ? -1 : sim_ctl_fd(c->ctl);
	fds[1] = c->loads_fd;
}

void
pdu_control_work(struct pdu_control *c)
{
	if (c->ctl != NULL)
		sim_ctl_work(c->ctl);
	if (c->loads_fd >= 0)
		receive(c);
}

struct pdu_control *
pdu_control_create(struct pdu_model *m, const char *pdu, const char *control, const char *room, const char *loads)
{
	struct pdu_control *c = calloc(1, sizeof(*c));

	if (c == NULL)
		abort();
	*c = (struct pdu_control){.m = m, .pdu = pdu, .room = room, .loads = loads, .loads_fd = -1};
	if (control != NULL && (c->ctl = sim_ctl_create(control, on_line, c)) == NULL) {
		perror(control);
		goto bad;
	}
	if (loads != NULL && (c->loads_fd = room_listen(loads)) < 0) {
		perror(loads);
		goto bad;
	}
	return c;
bad:
	pdu_control_destroy(c);
	return NULL;
}

void
pdu_control_destroy(struct pdu_control *c)
{
	if (c == NULL)
		return;
	sim_ctl_destroy(c->ctl);
	if (c->loads_fd >= 0) {
		close(c->loads_fd);
		unlink(c->loads);
	}
	free(c);
}
