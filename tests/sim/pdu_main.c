/* SPDX-License-Identifier: Apache-2.0 */
/*
 * pdu-sim --profile FAMILY.simrec [options]; prints "READY udp ADDRESS:PORT"
 * on standard output and runs until SIGTERM, SIGINT, or, with --parent, until
 * the process that started it is gone.
 */
#include <errno.h>
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/select.h>
#include <unistd.h>

#include <net-snmp/net-snmp-config.h>
#include <net-snmp/net-snmp-includes.h>
#include <net-snmp/agent/net-snmp-agent-includes.h>

#include "pdu_sim.h"
#include "sim_text.h"

struct options {
	const char *profile, *name, *listen, *read, *write, *communities;
	const char *control, *room, *loads, *names, *delay, *outlets;
	bool parent;
	char text[2][PDU_TEXT]; /* of --communities */
};

static volatile sig_atomic_t stop;

static void
on_signal(int n)
{
	(void)n;
	stop = 1;
}

static const char usage[] =
    "usage: pdu-sim --profile FAMILY.simrec [--name PDU] [--listen 127.0.0.1:0]\n"
    "               [--read COMMUNITY] [--write COMMUNITY] [--communities FILE]\n"
    "               [--outlets N] [--names FILE] [--delay \"on=MS off=MS reboot=MS\"]\n"
    "               [--control PATH] [--room PATH] [--loads PATH] [--parent]\n"
    "FILE of --communities: two lines, to read and to write. FILE of --names: OUTLET TEXT a line.\n";

static int
parse(int argc, char **argv, struct options *o)
{
	static const struct option rows[] = {
	    {"profile", required_argument, NULL, 'p'},
	    {"name", required_argument, NULL, 'n'},
	    {"listen", required_argument, NULL, 'l'},
	    {"read", required_argument, NULL, 'r'},
	    {"write", required_argument, NULL, 'w'},
	    {"communities", required_argument, NULL, 'c'},
	    {"outlets", required_argument, NULL, 'o'},
	    {"names", required_argument, NULL, 'N'},
	    {"delay", required_argument, NULL, 'd'},
	    {"control", required_argument, NULL, 'C'},
	    {"room", required_argument, NULL, 'R'},
	    {"loads", required_argument, NULL, 'L'},
	    {"parent", no_argument, NULL, 'P'},
	    {NULL, 0, NULL, 0},
	};
	const char **to[128] = {['p'] = &o->profile, ['n'] = &o->name, ['l'] = &o->listen, ['r'] = &o->read,
	    ['w'] = &o->write, ['c'] = &o->communities, ['o'] = &o->outlets, ['N'] = &o->names, ['d'] = &o->delay,
	    ['C'] = &o->control, ['R'] = &o->room, ['L'] = &o->loads};
	int c;

	while ((c = getopt_long(argc, argv, "", rows, NULL)) != -1) {
		if (c == 'P')
			o->parent = true;
		else if (c > 0 && c < 128 && to[c] != NULL)
			*to[c] = optarg;
		else
			return -1;
	}
	return o->profile == NULL || optind != argc ? -1 : 0;
}

static int
read_communities(struct options *o)
{
	FILE *f;
	int got = 0;

	if (o->communities == NULL)
		return 0;
	f = fopen(o->communities, "r");
	while (f != NULL && got < 2 && fgets(o->text[got], sizeof(o->text[got]), f) != NULL) {
		o->text[got][strcspn(o->text[got], "\n")] = '\0';
		got++;
	}
	if (f != NULL)
		fclose(f);
	if (got == 0)
		return fprintf(stderr, "pdu-sim: %s: no community there\n", o->communities), -1;
	o->read = o->text[0];
	o->write = got == 2 ? o->text[1] : NULL;
	return 0;
}

static int
read_names(const char *path, struct pdu_model *m)
{
	char line[2 * PDU_TEXT];
	FILE *f;
	int rc = 0;

	if (path == NULL)
		return 0;
	f = fopen(path, "r");
	if (f == NULL)
		return perror(path), -1;
	while (rc == 0 && fgets(line, sizeof(line), f) != NULL) {
		char *blank = strchr(line, ' ');
		int at;

		line[strcspn(line, "\n")] = '\0';
		if (line[0] == '#' || line[0] == '\0')
			continue;
		if (blank != NULL)
			*blank = '\0';
		at = blank == NULL ? -1 : pdu_model_find(m, line);
		if (at < 0)
			rc = (fprintf(stderr, "pdu-sim: %s: not OUTLET TEXT: %s\n", path, line), -1);
		else
			snprintf(m->outlet[at].name, PDU_TEXT, "%.*s", PDU_TEXT - 1, blank + 1);
	}
	fclose(f);
	return rc;
}

/* select(2)'s time limit until the next thing is due. */
static struct timespec
wait_until(int64_t due, int64_t now)
{
	int64_t ms = due == PDU_NEVER ? 1000 : due > now ? due - now : 0;

	ms = ms < 1000 ? ms : 1000;
	return (struct timespec){.tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000};
}

static void
run(struct pdu_model *m, struct pdu_control *control, const sigset_t *open)
{
	int64_t again = pdu_control_tell(control, sim_now());
	int fds[2];

	pdu_control_fds(control, fds);
	while (!stop) {
		fd_set set;
		int numfds = 0, block = 1, n;
		struct timeval unused = {0};
		int64_t due = pdu_model_due(m);
		struct timespec wait = wait_until(due < again ? due : again, sim_now());

		FD_ZERO(&set);
		(void)snmp_select_info(&numfds, &set, &unused, &block);
		for (int i = 0; i < 2; i++) {
			if (fds[i] >= 0)
				FD_SET(fds[i], &set);
			numfds = fds[i] >= numfds ? fds[i] + 1 : numfds;
		}
		n = pselect(numfds, &set, NULL, NULL, &wait, open);
		pdu_model_advance(m, sim_now());
		if (n > 0) {
			snmp_read(&set);
			pdu_control_work(control);
		}
		netsnmp_check_outstanding_agent_requests();
		again = pdu_control_tell(control, sim_now());
	}
}

static void
catch_signals(sigset_t *open)
{
	struct sigaction act = {.sa_handler = on_signal};
	sigset_t shut;

	sigemptyset(&shut);
	sigaddset(&shut, SIGTERM);
	sigaddset(&shut, SIGINT);
	sigprocmask(SIG_BLOCK, &shut, open);
	sigdelset(open, SIGTERM);
	sigdelset(open, SIGINT);
	sigaction(SIGTERM, &act, NULL);
	sigaction(SIGINT, &act, NULL);
	signal(SIGPIPE, SIG_IGN);
}

int
main(int argc, char **argv)
{
	static struct pdu_model model;
	struct options o = {.name = "pdu", .listen = "127.0.0.1:0", .read = "public", .write = "private"};
	struct pdu_profile profile = {0};
	struct pdu_control *control = NULL;
	char address[64];
	sigset_t open;
	long outlets = 0;
	int rc = 1;

	if (parse(argc, argv, &o) != 0 || (o.outlets != NULL && sim_int(o.outlets, 1, PDU_OUTLETS, &outlets) != 0))
		return fputs(usage, stderr), 2;
	if (o.parent)
		prctl(PR_SET_PDEATHSIG, SIGTERM);
	catch_signals(&open);
	if (read_communities(&o) != 0 || pdu_profile_load(o.profile, (int)outlets, &profile) != 0 ||
	    (o.delay != NULL && pdu_profile_delays(&profile, o.delay) != 0))
		goto out;
	pdu_model_init(&model, &profile);
	if (read_names(o.names, &model) != 0)
		goto out;
	control = pdu_control_create(&model, o.name, o.control, o.room, o.loads);
	if (control == NULL || pdu_agent_start(&model, o.listen, o.read, o.write, address, sizeof(address)) != 0)
		goto out;
	printf("READY udp %s\n", address);
	fflush(stdout);
	run(&model, control, &open);
	pdu_agent_stop();
	rc = 0;
out:
	pdu_control_destroy(control);
	pdu_profile_free(&profile);
	return rc;
}
