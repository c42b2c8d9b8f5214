/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Chassis status of thousands of BMCs over RMCP+ (suite 17 and suite 3), each in a session of its
 * own, beside ipmipower on the same simulator. The client and the simulator share the machine: CPU
 * time is that of the asking process alone (its children's too), and is the figure to compare.
 *
 * Needs build/VARIANT/bin/bmc-sim; ipmipower (package freeipmi-tools) is named as missing without it.
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

#include "ipmi/ipmi.h"

#define FIRST 0x7f5e0001u /* 127.94.0.1 */
#define BESIDE_PEER 2000
#define ALONE 10000
#define ROUNDS 5          /* the median is reported */

struct taken {
	double wall, cpu; /* seconds */
};

static void die(const char *what) __attribute__((noreturn));

static void
die(const char *what)
{
	fprintf(stderr, "bench_ipmi: %s\n", what);
	exit(1);
}

static double
seconds(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* ---- the simulator -------------------------------------------------------------------- */

static char folder[] = "/tmp/larch-bench.XXXXXX";
static pid_t sim;
static int port;

static const char *
in_folder(const char *name)
{
	static char path[2][64];
	static int at;

	at = !at;
	snprintf(path[at], sizeof(path[at]), "%s/%s", folder, name);
	return path[at];
}

static void
stop_sim(void)
{
	if (sim > 0) {
		kill(sim, SIGTERM);
		waitpid(sim, NULL, 0);
	}
	unlink(in_folder("conf"));
	rmdir(folder);
}

static void
start_sim(void)
{
	const char *build = getenv("LARCH_BUILD");
	char program[4096], line[128] = "", *at = NULL;
	int out[2];
	FILE *f = NULL;

	snprintf(program, sizeof(program), "%s/bin/bmc-sim", build == NULL ? "build/release" : build);
	if (mkdtemp(folder) == NULL || (f = fopen(in_folder("conf"), "w")) == NULL || pipe(out) != 0)
		die("no temporary folder");
	fprintf(f, "many n %d address 127.94.0.1 user admin password secret\n", ALONE);
	fclose(f);
	sim = fork();
	if (sim == 0) {
		dup2(out[1], 1);
		execl(program, "bmc-sim", "--with-parent", "--config", in_folder("conf"), "--control", in_folder("ctl"),
		    (char *)NULL);
		_exit(127);
	}
	close(out[1]);
	f = fdopen(out[0], "r");
	if (f == NULL || fgets(line, sizeof(line), f) == NULL || (at = strstr(line, " port ")) == NULL)
		die("bmc-sim did not start (make sims)");
	fclose(f);
	port = (int)strtol(at + 6, NULL, 10);
}

/* ---- ours ----------------------------------------------------------------------------- */

static int ok;

static void
count(void *ctx, const struct ipmi_answer *a)
{
	struct ipmi_chassis c;

	(void)ctx;
	ok += ipmi_chassis_parse(a, &c) == 0;
}

static void
ask_all(int n, int suite)
{
	struct ipmi_command status = ipmi_chassis_status();
	struct ipmi_client *c;
	struct err e;

	if (ipmi_client_create(uv_default_loop(), &(struct ipmi_settings){0}, &c, &e) != 0)
		die(e.text);
	for (int i = 0; i < n; i++) {
		struct ipmi_target t = {.user = "admin", .password = "secret", .suites = {suite}};
		struct sockaddr_in a = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port),
		    .sin_addr = {htonl(FIRST + (uint32_t)i)}};

		memcpy(&t.address, &a, sizeof(a));
		ipmi_ask(c, &t, &status, count, NULL);
	}
	uv_run(uv_default_loop(), UV_RUN_DEFAULT);
	ipmi_client_destroy(c);
	uv_run(uv_default_loop(), UV_RUN_DEFAULT);
	_exit(ok == n ? 0 : 1);
}

/* ---- the peer --------------------------------------------------------------------------- */

static const char *
find_peer(void)
{
	static const char *const paths[] = {"/usr/sbin/ipmipower", "/usr/bin/ipmipower", "/usr/local/sbin/ipmipower"};

	for (size_t i = 0; i < LARCH_COUNT(paths); i++)
		if (access(paths[i], X_OK) == 0)
			return paths[i];
	return NULL;
}

static void
run_peer(int n, int suite)
{
	size_t size = (size_t)n * 24, at = 0;
	char *hosts = malloc(size), suite_text[8];
	int null = open("/dev/null", O_WRONLY);

	if (hosts == NULL || null < 0)
		_exit(1);
	for (int i = 0; i < n; i++) {
		struct in_addr a = {htonl(FIRST + (uint32_t)i)};
		char text[INET_ADDRSTRLEN];

		inet_ntop(AF_INET, &a, text, sizeof(text));
		at += (size_t)snprintf(hosts + at, size - at, "%s%s:%d", i > 0 ? "," : "", text, port);
	}
	snprintf(suite_text, sizeof(suite_text), "%d", suite);
	dup2(null, 1);
	execl(find_peer(), "ipmipower", "-u", "admin", "-p", "secret", "-D", "LAN_2_0", "-I", suite_text, "-F", "64",
	    "--stat", "-h", hosts, (char *)NULL);
	_exit(127);
}

/* ---- measuring -------------------------------------------------------------------------- */

static double
of(struct timeval t)
{
	return (double)t.tv_sec + (double)t.tv_usec / 1e6;
}

static struct taken
once(void (*run)(int n, int suite), int n, int suite)
{
	struct rusage use;
	double began = seconds();
	pid_t pid = fork();
	int status;

	if (pid == 0)
		run(n, suite);
	if (wait4(pid, &status, 0, &use) != pid || status != 0)
		die(run == run_peer ? "ipmipower failed" : "not every BMC answered");
	return (struct taken){seconds() - began, of(use.ru_utime) + of(use.ru_stime)};
}

static int
by_cpu(const void *a, const void *b)
{
	const struct taken *x = a, *y = b;

	return (x->cpu > y->cpu) - (x->cpu < y->cpu);
}

static struct taken
median(void (*run)(int n, int suite), int n, int suite)
{
	struct taken t[ROUNDS];

	for (int i = 0; i < ROUNDS; i++)
		t[i] = once(run, n, suite);
	qsort(t, ROUNDS, sizeof(t[0]), by_cpu);
	return t[ROUNDS / 2];
}

static void
show(const char *name, const char *unit, double ours, double peers)
{
	printf("%s %.1f %s | ipmipower ", name, ours, unit);
	if (peers > 0)
		printf("%.1f %s\n", peers, unit);
	else
		printf("missing\n");
}

int
main(void)
{
	struct taken ours, peer = {0};

	setvbuf(stdout, NULL, _IOLBF, 0);
	start_sim();
	atexit(stop_sim);
	ours = median(ask_all, BESIDE_PEER, 3);
	if (find_peer() != NULL)
		peer = median(run_peer, BESIDE_PEER, 3);
	show("ipmi_sessions", "sessions/s", BESIDE_PEER / ours.wall, peer.wall > 0 ? BESIDE_PEER / peer.wall : 0);
	show("ipmi_cpu", "us/session", ours.cpu * 1e6 / BESIDE_PEER, peer.cpu * 1e6 / BESIDE_PEER);
	ours = median(ask_all, ALONE, 17);
	printf("ipmi_sessions_10000 %.1f sessions/s\n", ALONE / ours.wall);
	printf("ipmi_cpu_10000 %.1f us/session\n", ours.cpu * 1e6 / ALONE);
	return 0;
}
