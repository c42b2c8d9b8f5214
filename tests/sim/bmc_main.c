/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bmc-sim --config FILE --control PATH [--room PATH] [--loads PDU=PATH]... [--with-parent]
 *
 * Prints "READY bmcs N port P" when every BMC listens: P is the port that those
 * share which asked for port 0 (`list` on the control socket has each one's).
 * --with-parent: end when the process that started it ends.
 * Ends on SIGTERM, SIGINT or `quit`.
 */
#include <errno.h>
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "bmc_sim.h"
#include "sim_ctl.h"
#include "sim_room.h"

#define BATCH 256

struct options {
	const char *config, *control, *room;
	char *loads[64];
	int n_loads;
};

static int
usage(void)
{
	fprintf(stderr, "usage: bmc-sim --config FILE --control PATH [--room PATH] [--loads PDU=PATH]... "
	    "[--with-parent]\n");
	return -1;
}

static int
read_options(int argc, char **argv, struct options *o)
{
	static const struct option rows[] = {{"config", 1, NULL, 'c'}, {"control", 1, NULL, 'k'},
	    {"room", 1, NULL, 'r'}, {"loads", 1, NULL, 'l'}, {"with-parent", 0, NULL, 'p'}, {0}};
	int c;

	while ((c = getopt_long(argc, argv, "", rows, NULL)) != -1) {
		if (c == 'c')
			o->config = optarg;
		else if (c == 'k')
			o->control = optarg;
		else if (c == 'r')
			o->room = optarg;
		else if (c == 'p')
			(void)prctl(PR_SET_PDEATHSIG, SIGTERM);
		else if (c == 'l' && o->n_loads < 64 && strchr(optarg, '=') != NULL)
			o->loads[o->n_loads++] = optarg;
		else
			return usage();
	}
	return o->config == NULL || o->control == NULL || optind != argc ? usage() : 0;
}

static int
watch(struct sim *sim, int fd, void *mark)
{
	return epoll_ctl(sim->epoll, EPOLL_CTL_ADD, fd, &(struct epoll_event){.events = EPOLLIN, .data.ptr = mark});
}

/* The marks of what is no BMC in the epoll set. */
static char mark_signal, mark_ctl, mark_room;

static int
open_signals(struct sim *sim)
{
	sigset_t set;
	int fd;

	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	sigprocmask(SIG_BLOCK, &set, NULL);
	fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	return fd < 0 ? -1 : watch(sim, fd, &mark_signal);
}

static int
start(struct sim *sim, const struct options *o)
{
	crypto_start();
	sim->epoll = epoll_create1(EPOLL_CLOEXEC);
	if (sim->epoll < 0 || open_signals(sim) != 0) {
		perror("bmc-sim");
		return -1;
	}
	if (conf_load(sim, o->config) != 0 || net_open(sim) != 0)
		return -1;
	if (ctl_open(sim, o->control) != 0 || watch(sim, sim_ctl_fd(sim->ctl), &mark_ctl) != 0) {
		perror(o->control);
		return -1;
	}
	if (o->room != NULL && ((sim->room_fd = room_listen(o->room)) < 0 || watch(sim, sim->room_fd, &mark_room) != 0)) {
		perror(o->room);
		return -1;
	}
	for (int i = 0; i < o->n_loads; i++) {
		char *path = strchr(o->loads[i], '=');

		*path++ = '\0';
		(void)room_add_loads(sim, o->loads[i], path);
	}
	return 0;
}

static void
handle(struct sim *sim, void *mark)
{
	if (mark == &mark_signal)
		sim->stop = true;
	else if (mark == &mark_ctl)
		sim_ctl_work(sim->ctl);
	else if (mark == &mark_room)
		room_work(sim);
	else
		net_readable(mark);
}

int
main(int argc, char **argv)
{
	static struct epoll_event ready[BATCH];
	struct sim sim = {.epoll = -1, .room_fd = -1};
	struct options o = {0};

	if (read_options(argc, argv, &o) != 0)
		return 2;
	if (start(&sim, &o) != 0)
		return 1;
	printf("READY bmcs %d port %d\n", sim.n, sim.port);
	fflush(stdout);
	while (!sim.stop) {
		int n = epoll_wait(sim.epoll, ready, BATCH, timer_next());

		if (n < 0 && errno != EINTR) {
			perror("bmc-sim: epoll_wait");
			return 1;
		}
		for (int i = 0; i < n && !sim.stop; i++)
			handle(&sim, ready[i].data.ptr);
		timer_run();
	}
	sim_ctl_destroy(sim.ctl);
	if (o.room != NULL)
		(void)unlink(o.room);
	return 0;
}
