/* SPDX-License-Identifier: Apache-2.0 */
/*
 * PDUs of 24 outlets, a pdu-sim each. First one column by GETBULK from one of them, in one round trip: requests a second
 * with 16 in flight, beside as many runs of snmpbulkget. Then a sweep of 200: the whole outlet table of each, through
 * its gate and its family's file, beside `xargs -P 8 snmpbulkget` of the one column that says on or off.
 * The CPU time of the asking process (its children's for the peer) is the figure to compare: client and simulators share
 * the machine. Ours is that from the first question to the last answer: larchd is there before.
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

#include "probe/probe.h"

#define REQUESTS 20000
#define PEER_RUNS 200
#define IN_FLIGHT 16
#define ROUNDS 3           /* the best is reported: noise only adds */
#define OUTLETS 24
#define PDUS 200
#define SWEEPS 5           /* the median is reported */

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
seconds_of(const struct rusage *r)
{
	return (double)(r->ru_utime.tv_sec + r->ru_stime.tv_sec) + (double)(r->ru_utime.tv_usec + r->ru_stime.tv_usec) / 1e6;
}

static double
cpu(int who)
{
	struct rusage r;

	getrusage(who, &r);
	return seconds_of(&r);
}

/* ---- the simulator ----------------------------------------------------------------------- */

static struct agent {
	pid_t pid;
	int out;
	char address[64];
} agents[PDUS];
static char folder[] = "/tmp/larch-bench.XXXXXX";

static const char *
in_folder(const char *name)
{
	static char path[64];

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	return path;
}

static void
stop(void)
{
	for (int i = 0; i < PDUS; i++)
		if (agents[i].pid > 0)
			(void)kill(agents[i].pid, SIGTERM);
	for (int i = 0; i < PDUS; i++)
		if (agents[i].pid > 0)
			(void)waitpid(agents[i].pid, NULL, 0);
	(void)unlink(in_folder("public"));
	(void)unlink(in_folder("credentials.json"));
	(void)unlink(in_folder("addresses"));
	(void)rmdir(folder);
}

static const char *
below_root(const char *name)
{
	static char path[4096];
	const char *root = getenv("LARCH_ROOT");

	snprintf(path, sizeof(path), "%s/%s", root == NULL ? "." : root, name);
	return path;
}

static void
start_one(struct agent *a, int n)
{
	const char *build = getenv("LARCH_BUILD");
	char path[4096], at[32];
	int fds[2];

	snprintf(path, sizeof(path), "%s/bin/pdu-sim", build == NULL ? "build/release" : build);
	snprintf(at, sizeof(at), "127.99.0.%d:0", n + 1);
	if (access(path, X_OK) != 0 || pipe2(fds, O_CLOEXEC) != 0)
		die("pdu-sim is not built: make sims");
	a->pid = fork();
	if (a->pid == 0) {
		(void)dup2(fds[1], 1);
		(void)execl(path, "pdu-sim", "--profile", below_root("tests/data/pdu/sentry3.simrec"), "--listen", at, "--parent",
		    (char *)NULL);
		_exit(127);
	}
	close(fds[1]);
	a->out = fds[0];
}

/* All at once, and then their first lines. */
static void
start(void)
{
	if (mkdtemp(folder) == NULL)
		die("no temporary folder");
	(void)atexit(stop);
	for (int i = 0; i < PDUS; i++)
		start_one(&agents[i], i);
	for (int i = 0; i < PDUS; i++) {
		char line[128] = "";

		if (read(agents[i].out, line, sizeof(line) - 1) < 10 || strncmp(line, "READY udp ", 10) != 0)
			die("a pdu-sim did not start");
		line[strcspn(line, "\n")] = '\0';
		snprintf(agents[i].address, sizeof(agents[i].address), "%.*s", (int)sizeof(agents[i].address) - 1, line + 10);
		close(agents[i].out);
	}
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
	struct str rest = str_of(agents[0].address), h = str_cut(&rest, ':');
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
		(void)execlp("snmpbulkget", "snmpbulkget", "-v2c", "-c", "public", "-On", "-Cn0", "-Cr25", agents[0].address,
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

/* ---- the sweep ----------------------------------------------------------------------------------- */

static int swept;

static void
pdu_seen(void *ctx, const struct probe_pdu *pdu)
{
	(void)ctx;
	if (pdu->outcome != SNMP_OK || pdu->n != OUTLETS)
		die(pdu->outcome == SNMP_OK ? "a PDU has not 24 outlets" : pdu->text);
	for (size_t i = 0; i < pdu->n; i++)
		if (pdu->outlets[i].state != DEVTYPE_ON || !(pdu->outlets[i].amps > 0))
			die("an outlet is not on, or without a load");
	swept++;
}

static struct gate *
open_gate(uv_loop_t *loop, const struct devtype **type)
{
	static const char rows[] = "{\"larch-credentials:credentials\":{\"snmp\":[{\"match\":\"*\",\"version\":\"2c\","
	                           "\"read_file\":\"public\"}]}}";
	struct devtype_set *types;
	struct cred *cred;
	struct gate *g;
	struct yang *y;
	struct err e;

	if (file_publish(in_folder("public"), STR("public\n"), 0600, &e) != 0 ||
	    file_publish(in_folder("credentials.json"), str_of(rows), 0600, &e) != 0 ||
	    yang_create(below_root("etc/yang"), &y, &e) != 0 || devtype_load(below_root("mib"), y, &types, &e) != 0 ||
	    cred_load(in_folder("credentials.json"), y, &cred, &e) != 0 || gate_create(loop, &g, &e) != 0)
		die(e.text);
	yang_destroy(y);
	gate_set_cred(g, cred);
	*type = devtype_find(types, "sentry3");
	if (*type == NULL)
		die("there is no family sentry3");
	return g;
}

/* Seconds of one PDU. */
static struct taken
sweep(struct gate *g, uv_loop_t *loop, const struct devtype *type)
{
	struct taken t = {now(), cpu(RUSAGE_SELF)};

	swept = 0;
	for (int i = 0; i < PDUS; i++) {
		struct gate_device *d;
		struct err e;
		char name[32];

		snprintf(name, sizeof(name), "pdu%d", i);
		if (gate_device(g, &(struct gate_spec){.name = name, .address = agents[i].address, .type = type}, &d, &e) != 0)
			die(e.text);
		probe_pdu_read(d, GATE_SWEEP, pdu_seen, NULL);
	}
	while (swept < PDUS)
		(void)uv_run(loop, UV_RUN_ONCE);
	return (struct taken){(now() - t.wall) / PDUS, (cpu(RUSAGE_SELF) - t.cpu) / PDUS};
}

static int
by_cpu(const void *a, const void *b)
{
	const struct taken *x = a, *y = b;

	return (x->cpu > y->cpu) - (x->cpu < y->cpu);
}

/* Each time a gate of its own: *first is with all sockets to open, *next with them open. */
static void
sweeps(struct taken *first, struct taken *next)
{
	struct taken one[SWEEPS], two[SWEEPS];

	for (int i = 0; i < SWEEPS; i++) {
		const struct devtype *type;
		struct gate *g;
		uv_loop_t loop;

		(void)uv_loop_init(&loop);
		g = open_gate(&loop, &type);
		one[i] = sweep(g, &loop, type);
		two[i] = sweep(g, &loop, type);
		gate_destroy(g);
		(void)uv_run(&loop, UV_RUN_DEFAULT);
		(void)uv_loop_close(&loop);
	}
	qsort(one, SWEEPS, sizeof(one[0]), by_cpu);
	qsort(two, SWEEPS, sizeof(two[0]), by_cpu);
	*first = one[SWEEPS / 2];
	*next = two[SWEEPS / 2];
}

static void
run_xargs(void)
{
	int null = open("/dev/null", O_WRONLY), list = open(in_folder("addresses"), O_RDONLY);

	(void)dup2(list, 0);
	(void)dup2(null, 1);
	(void)dup2(null, 2);
	(void)setenv("MIBS", "", 1);
	(void)execlp("xargs", "xargs", "-P", "8", "-I", "{}", "snmpbulkget", "-v2c", "-c", "public", "-On", "-Cn0", "-Cr24", "{}",
	    "1.3.6.1.4.1.1718.3.2.3.1.5", (char *)NULL);
	_exit(127);
}

static struct taken
peer_sweep(void)
{
	struct taken t[SWEEPS];
	struct buf list = BUF(PDUS * sizeof(agents[0].address));
	struct err e;

	for (int i = 0; i < PDUS; i++)
		buf_printf(&list, "%s\n", agents[i].address);
	if (file_publish(in_folder("addresses"), buf_view(&list), 0600, &e) != 0)
		die(e.text);
	buf_free(&list);
	for (int i = 0; i < SWEEPS; i++) {
		double wall = now();
		struct rusage r;
		int status;
		pid_t child = fork();

		if (child == 0)
			run_xargs();
		if (wait4(child, &status, 0, &r) != child || status != 0)
			die("xargs snmpbulkget failed");
		t[i] = (struct taken){(now() - wall) / PDUS, seconds_of(&r) / PDUS};
	}
	qsort(t, SWEEPS, sizeof(t[0]), by_cpu);
	return t[SWEEPS / 2];
}

static void
print(const char *name, double value, const char *peer_name, double other, const char *unit)
{
	if (other > 0)
		printf("%s %.4g %s | %s %.4g %s\n", name, value, unit, peer_name, other, unit);
	else
		printf("%s %.4g %s | %s missing\n", name, value, unit, peer_name);
}

int
main(void)
{
	struct taken us, them, first, next;

	start();
	aim();
	us = ours();
	them = peer();
	print("snmp_columns", 1 / us.wall, "snmpbulkget", them.wall > 0 ? 1 / them.wall : 0, "requests/s");
	print("snmp_column_cpu", us.cpu * 1e6, "snmpbulkget", them.cpu * 1e6, "us");
	sweeps(&first, &next);
	them = them.wall > 0 ? peer_sweep() : (struct taken){0};
	print("sweep_snmp", first.cpu * 1e6, "xargs -P 8 snmpbulkget", them.cpu * 1e6, "us/PDU");
	print("sweep_snmp_again", next.cpu * 1e6, "xargs -P 8 snmpbulkget", them.cpu * 1e6, "us/PDU");
	print("sweep_snmp_wall", first.wall * PDUS, "xargs -P 8 snmpbulkget", them.wall * PDUS, "s");
	return 0;
}
