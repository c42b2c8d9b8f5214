/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One column of 24 outlets by GETBULK from pdu-sim: a PDU's states in one round trip, as a sweep
 * asks them. Requests a second with 16 in flight, beside as many runs of snmpbulkget, and the CPU
 * time of the asking process for one (its children's for the peer), which is the figure to compare:
 * client and simulator share the machine.
 *
 * Needs build/VARIANT/bin/pdu-sim; snmpbulkget (package snmp) is named as missing without it.
 */
#include <arpa/inet.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "snmp/snmp.h"

#define REQUESTS 20000
#define PEER_RUNS 200
#define IN_FLIGHT 16
#define ROUNDS 3           /* the best is reported: noise only adds */
#define OUTLETS 24

struct taken {
	double wall, cpu; /* seconds of one request */
};

static void
die(const char *what)
{
	fprintf(stderr, "bench_snmp: %s\n", what);
	exit(1);
}

static double
now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static double
cpu(int who)
{
	struct rusage r;

	getrusage(who, &r);
	return (double)(r.ru_utime.tv_sec + r.ru_stime.tv_sec) + (double)(r.ru_utime.tv_usec + r.ru_stime.tv_usec) / 1e6;
}

/* ---- the simulator ----------------------------------------------------------------------- */

static pid_t sim;
static char address[64];

static void
stop(void)
{
	if (sim > 0) {
		(void)kill(sim, SIGTERM);
		(void)waitpid(sim, NULL, 0);
	}
}

static void
start(void)
{
	const char *build = getenv("LARCH_BUILD"), *root = getenv("LARCH_ROOT");
	char path[4096], profile[4096], line[128] = "";
	int fds[2];

	snprintf(path, sizeof(path), "%s/bin/pdu-sim", build == NULL ? "build/release" : build);
	snprintf(profile, sizeof(profile), "%s/tests/data/pdu/sentry3.simrec", root == NULL ? "." : root);
	if (access(path, X_OK) != 0 || pipe2(fds, O_CLOEXEC) != 0)
		die("pdu-sim is not built: make sims");
	sim = fork();
	if (sim == 0) {
		(void)dup2(fds[1], 1);
		(void)execl(path, "pdu-sim", "--profile", profile, "--parent", (char *)NULL);
		_exit(127);
	}
	(void)atexit(stop);
	close(fds[1]);
	if (read(fds[0], line, sizeof(line) - 1) < 10 || strncmp(line, "READY udp ", 10) != 0)
		die("pdu-sim did not start");
	line[strcspn(line, "\n")] = '\0';
	snprintf(address, sizeof(address), "%.*s", (int)sizeof(address) - 1, line + 10);
}

/* ---- ours -------------------------------------------------------------------------------------- */

static const struct snmp_oid column = {.id = {1, 3, 6, 1, 4, 1, 1718, 3, 2, 3, 1, 5}, .n = 12};
static struct snmp_client *client;
static struct snmp_target target = {.version = 2, .community = "public", .max_varbinds = OUTLETS + 1};
static int asked, answered;

static void
done(void *ctx, const struct snmp_answer *a)
{
	(void)ctx;
	if (a->outcome != SNMP_OK || a->n != OUTLETS)
		die(a->outcome == SNMP_OK ? "not 24 outlets" : a->text);
	answered++;
	if (asked < REQUESTS) {
		asked++;
		snmp_walk(client, &target, &column, 1, OUTLETS + 1, done, NULL);
	}
}

static void
aim(void)
{
	struct sockaddr_in at = {.sin_family = AF_INET};
	char host[64];
	struct str rest = str_of(address), h = str_cut(&rest, ':');
	int64_t port;

	snprintf(host, sizeof(host), "%.*s", (int)h.n, h.p);
	if (inet_pton(AF_INET, host, &at.sin_addr) != 1 || str_int(rest, 1, 65535, &port) != 0)
		die("what pdu-sim printed is no address");
	at.sin_port = htons((uint16_t)port);
	memcpy(&target.address, &at, sizeof(at));
}

static struct taken
ours(void)
{
	static uv_loop_t loop;
	struct taken best = {0};
	struct err e;

	(void)uv_loop_init(&loop);
	if (snmp_client_create(&loop, &client, &e) != 0)
		die(e.text);
	for (int round = 0; round < ROUNDS; round++) {
		double wall = now(), used = cpu(RUSAGE_SELF);

		answered = 0;
		for (asked = 0; asked < IN_FLIGHT; asked++)
			snmp_walk(client, &target, &column, 1, OUTLETS + 1, done, NULL);
		(void)uv_run(&loop, UV_RUN_DEFAULT);
		wall = (now() - wall) / REQUESTS;
		used = (cpu(RUSAGE_SELF) - used) / REQUESTS;
		if (answered != REQUESTS)
			die("some requests were not answered");
		if (best.wall == 0 || wall < best.wall)
			best = (struct taken){wall, used};
	}
	snmp_client_destroy(client);
	(void)uv_run(&loop, UV_RUN_DEFAULT);
	(void)uv_loop_close(&loop);
	return best;
}

/* ---- the peer ------------------------------------------------------------------------------------ */

static bool
one_bulkget(void)
{
	int status = 0, null;
	pid_t child = fork();

	if (child == 0) {
		null = open("/dev/null", O_WRONLY);
		(void)dup2(null, 1);
		(void)dup2(null, 2);
		(void)setenv("MIBS", "", 1);
		(void)execlp("snmpbulkget", "snmpbulkget", "-v2c", "-c", "public", "-On", "-Cn0", "-Cr25", address,
		    "1.3.6.1.4.1.1718.3.2.3.1.5", (char *)NULL);
		_exit(127);
	}
	return waitpid(child, &status, 0) == child && WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

/* wall == 0: there is none. */
static struct taken
peer(void)
{
	double wall, used;

	if (!one_bulkget())
		return (struct taken){0};
	wall = now();
	used = cpu(RUSAGE_CHILDREN);
	for (int i = 0; i < PEER_RUNS; i++)
		if (!one_bulkget())
			die("snmpbulkget failed");
	return (struct taken){(now() - wall) / PEER_RUNS, (cpu(RUSAGE_CHILDREN) - used) / PEER_RUNS};
}

static void
print(const char *name, double value, double other, const char *unit)
{
	if (other > 0)
		printf("%s %.4g %s | snmpbulkget %.4g %s\n", name, value, unit, other, unit);
	else
		printf("%s %.4g %s | snmpbulkget missing\n", name, value, unit);
}

int
main(void)
{
	struct taken us, them;

	start();
	aim();
	us = ours();
	them = peer();
	print("snmp_columns", 1 / us.wall, them.wall > 0 ? 1 / them.wall : 0, "requests/s");
	print("snmp_column_cpu", us.cpu * 1e6, them.cpu * 1e6, "us");
	return 0;
}
