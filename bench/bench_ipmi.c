/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A sweep of BMCs: the chassis status of thousands over RMCP+ (suite 17), each in a session of its own, beside
 * ipmipower -F 64 on the same simulator; and of 500 on bad days: a tenth silent, a tenth with nobody on the port, a tenth
 * of all packets lost each way. The client and the simulator share the machine, so CPU time, that of the asking
 * process alone from its first instruction to its last, is the figure to compare. Each is the median of ROUNDS.
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

#include "probe/probe.h"

#define ALL 10000
#define FEW 500
#define ROUNDS 5
#define GROWTH_ROUNDS 15
#define AROUND 3 /* small sweeps before a large one, and after it */

/* Where the simulator's BMCs are: the well, those without an answer, those whose port is shut, those with lossy wires. */
#define WELL 0x7f5e0001u   /* 127.94.0.1 */
#define SILENT 0x7f600001u /* 127.96.0.1 */
#define SHUT 0x7f610001u   /* 127.97.0.1 */
#define LOSSY 0x7f620001u  /* 127.98.0.1 */

/* n BMCs, every tenth of them from another row of addresses. */
struct room {
	int n;
	uint32_t most, tenth;
};

struct told { /* by the child that asked */
	int right;
	double cpu; /* from the first question on: without what was made ready */
};

struct taken {
	double wall, cpu; /* seconds, of the whole process */
	double memory;    /* MB, the most it had */
	struct told told;
};

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

static double
used(const struct rusage *r)
{
	return (double)(r->ru_utime.tv_sec + r->ru_stime.tv_sec) + (double)(r->ru_utime.tv_usec + r->ru_stime.tv_usec) / 1e6;
}

static double
used_here(void)
{
	struct rusage r;

	getrusage(RUSAGE_SELF, &r);
	return used(&r);
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
	unlink(in_folder("secret"));
	unlink(in_folder("credentials.json"));
	rmdir(folder);
}

static void
write_file(const char *name, const char *text)
{
	struct err e;

	if (file_publish(in_folder(name), str_of(text), 0600, &e) != 0)
		die(e.text);
}

static void
start_sim(void)
{
	const char *build = getenv("LARCH_BUILD");
	char program[4096], line[128] = "", *at = NULL;
	int out[2];
	FILE *f;

	snprintf(program, sizeof(program), "%s/bin/bmc-sim", build == NULL ? "build/release" : build);
	if (mkdtemp(folder) == NULL || pipe(out) != 0)
		die("no temporary folder");
	write_file("secret", "secret\n");
	write_file("credentials.json", "{\"larch-credentials:credentials\":{\"bmc\":[{\"match\":\"*\",\"user\":\"admin\","
	                               "\"password_file\":\"secret\",\"suites\":[17]}]}}");
	write_file("conf", "default user admin password secret\n"
	                   "many n 10000 address 127.94.0.1\n"
	                   "many silent 50 address 127.96.0.1 fault silent\n"
	                   "many shut 50 address 127.97.0.1 fault closed\n"
	                   "many lossy 500 address 127.98.0.1 fault loss:10 slots 16\n");
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

static uint32_t
address(const struct room *r, int i)
{
	return i % 10 == 9 ? r->tenth + (uint32_t)(r->tenth == r->most ? i : i / 10) : r->most + (uint32_t)i;
}

/* ---- ours ----------------------------------------------------------------------------- */

static int right;

/* ctx is the row of addresses it is in: what is true of a BMC that is silent is that it is silent. */
static void
count(void *ctx, const struct ipmi_answer *a)
{
	struct ipmi_chassis c;
	uintptr_t row = (uintptr_t)ctx;

	if (row == SILENT || row == SHUT)
		right += a->outcome == (row == SILENT ? IPMI_SILENT : IPMI_UNREACHABLE);
	else
		right += ipmi_chassis_parse(a, &c) == 0 && c.power_on;
}

static void *
row_of(const struct room *r, int i)
{
	return (void *)(uintptr_t)(i % 10 == 9 ? r->tenth : r->most); /* NOLINT(performance-no-int-to-ptr): an id small enough to be carried as one */
}

static void
tell(int out, double since)
{
	struct told t = {right, used_here() - since};

	_exit(write(out, &t, sizeof(t)) == sizeof(t) ? 0 : 1);
}

static void
ask_all(const struct room *r, int out)
{
	struct ipmi_command status = ipmi_chassis_status();
	struct ipmi_client *c;
	struct err e;
	double since;

	if (ipmi_client_create(uv_default_loop(), &(struct ipmi_settings){0}, &c, &e) != 0)
		die(e.text);
	since = used_here();
	for (int i = 0; i < r->n; i++) {
		struct ipmi_target t = {.user = "admin", .password = "secret", .suites = {17}};
		struct sockaddr_in a = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port),
		    .sin_addr = {htonl(address(r, i))}};

		memcpy(&t.address, &a, sizeof(a));
		ipmi_ask(c, &t, &status, count, row_of(r, i));
	}
	uv_run(uv_default_loop(), UV_RUN_DEFAULT);
	tell(out, since);
}

/* ---- ours, through a gate each, as a sweep asks --------------------------------------------- */

static void
count_chassis(void *ctx, const struct probe_chassis *c)
{
	(void)ctx;
	right += c->outcome == IPMI_OK && c->on && !c->fault;
}

static struct gate_device *
device(struct gate *g, const struct room *r, int i)
{
	struct in_addr a = {htonl(address(r, i))};
	char name[32], host[INET_ADDRSTRLEN], text[64];
	struct gate_device *d;
	struct err e;

	snprintf(name, sizeof(name), "n%05d-bmc", i);
	inet_ntop(AF_INET, &a, host, sizeof(host));
	snprintf(text, sizeof(text), "%s:%d", host, port);
	if (gate_device(g, &(struct gate_spec){.name = name, .address = text}, &d, &e) != 0)
		die(e.text);
	return d;
}

static struct gate *
open_gate(void)
{
	const char *root = getenv("LARCH_ROOT");
	char modules[4096];
	struct cred *cred;
	struct gate *g;
	struct yang *y;
	struct err e;

	snprintf(modules, sizeof(modules), "%s/etc/yang", root == NULL ? "." : root);
	if (yang_create(modules, &y, &e) != 0 || cred_load(in_folder("credentials.json"), y, &cred, &e) != 0 ||
	    gate_create(uv_default_loop(), &g, &e) != 0)
		die(e.text);
	yang_destroy(y);
	gate_set_cred(g, cred);
	return g;
}

/* Its gates exist before the first question, as in every sweep but the first. */
static void
sweep(const struct room *r, int out)
{
	struct gate *g = open_gate();
	double since;

	for (int i = 0; i < r->n; i++)
		(void)device(g, r, i);
	since = used_here();
	for (int i = 0; i < r->n; i++)
		probe_chassis_read(device(g, r, i), GATE_SWEEP, count_chassis, NULL);
	while (right < r->n) /* the sockets of a gate keep the loop alive */
		(void)uv_run(uv_default_loop(), UV_RUN_ONCE);
	tell(out, since);
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
run_peer(const struct room *r, int out)
{
	size_t size = (size_t)r->n * 24, at = 0;
	char *hosts = malloc(size);

	if (hosts == NULL)
		_exit(1);
	for (int i = 0; i < r->n; i++) {
		struct in_addr a = {htonl(address(r, i))};
		char text[INET_ADDRSTRLEN];

		inet_ntop(AF_INET, &a, text, sizeof(text));
		at += (size_t)snprintf(hosts + at, size - at, "%s%s:%d", i > 0 ? "," : "", text, port);
	}
	dup2(out, 1);
	execl(find_peer(), "ipmipower", "-u", "admin", "-p", "secret", "-D", "LAN_2_0", "-I", "17", "-F", "64",
	    "--stat", "-h", hosts, (char *)NULL);
	_exit(127);
}

/* ---- measuring -------------------------------------------------------------------------- */

typedef void run_fn(const struct room *r, int out);

/* A line "HOST: on" is an answer of the peer's; of the silent it says something else, and is right. */
static int
count_lines(FILE *f)
{
	char line[256];
	int n = 0;

	while (fgets(line, sizeof(line), f) != NULL)
		n += strstr(line, ": on\n") != NULL;
	return n;
}

static struct taken
once(run_fn *run, const struct room *r)
{
	struct rusage use;
	struct taken t = {0};
	double began = seconds();
	int out[2], status;
	pid_t pid;
	FILE *f;

	if (pipe(out) != 0 || (f = fdopen(out[0], "r")) == NULL)
		die("no pipe");
	pid = fork();
	if (pid == 0)
		run(r, out[1]);
	close(out[1]);
	if (run == run_peer)
		t.told.right = count_lines(f);
	else if (fread(&t.told, sizeof(t.told), 1, f) != 1)
		die("it ended before it had asked");
	fclose(f);
	if (wait4(pid, &status, 0, &use) != pid || (run != run_peer && status != 0))
		die("it did not end well");
	t.wall = seconds() - began;
	t.cpu = used(&use);
	t.memory = (double)use.ru_maxrss / 1024;
	return t;
}

static int
by_cpu(const void *a, const void *b)
{
	const struct taken *x = a, *y = b;

	return (x->cpu > y->cpu) - (x->cpu < y->cpu);
}

static struct taken
median(struct taken t[ROUNDS])
{
	qsort(t, ROUNDS, sizeof(t[0]), by_cpu);
	return t[ROUNDS / 2];
}

static struct taken
all_right(run_fn *run, const struct room *r)
{
	struct taken t = once(run, r);

	if (t.told.right != r->n)
		die(run == run_peer ? "ipmipower did not find every BMC on" : "not every BMC was seen as it is");
	return t;
}

static void
show(const char *name, const char *unit, double ours, const char *peer, double peers)
{
	printf("%s %.4g %s | %s ", name, ours, unit, peer);
	if (peers > 0)
		printf("%.4g %s\n", peers, unit);
	else
		printf("missing\n");
}

/* ---- the measures ------------------------------------------------------------------------- */

struct growth {
	double large, small, ratio; /* CPU seconds of ALL sessions, in one sweep and in sweeps of 2,000 */
};

static int
by_ratio(const void *a, const void *b)
{
	const struct growth *x = a, *y = b;

	return (x->ratio > y->ratio) - (x->ratio < y->ratio);
}

/* One large sweep beside as many sessions in small ones, in turns, so that other work on the machine meets both. */
static void
growth(void)
{
	static const struct room small = {2000, WELL, WELL}, large = {ALL, WELL, WELL};
	struct growth g[GROWTH_ROUNDS] = {0};

	for (int i = 0; i < GROWTH_ROUNDS; i++) {
		for (int n = 0; n < AROUND; n++)
			g[i].small += all_right(ask_all, &small).cpu;
		g[i].large = all_right(ask_all, &large).cpu;
		for (int n = 0; n < AROUND; n++)
			g[i].small += all_right(ask_all, &small).cpu;
		g[i].small *= (double)large.n / (2 * AROUND * small.n);
		g[i].ratio = g[i].large / g[i].small;
	}
	qsort(g, GROWTH_ROUNDS, sizeof(g[0]), by_ratio);
	show("sweep_ipmi_growth", "us/session", g[GROWTH_ROUNDS / 2].large * 1e6 / ALL, "of 2000",
	    g[GROWTH_ROUNDS / 2].small * 1e6 / ALL);
}

/* What is compared is measured in turns. */
static void
many(void)
{
	static const struct room rooms[] = {{100, WELL, WELL}, {1000, WELL, WELL}, {2000, WELL, WELL}, {ALL, WELL, WELL}};
	enum { SMALL, MEDIUM, BESIDE_PEER, LARGE, GATES, SIZES };
	struct taken ours[SIZES][ROUNDS], peers[ROUNDS], t[SIZES], peer = {0};
	double each[SIZES];

	for (int i = 0; i < ROUNDS; i++) {
		for (int s = SMALL; s <= LARGE; s++)
			ours[s][i] = all_right(ask_all, &rooms[s]);
		ours[GATES][i] = all_right(sweep, &rooms[LARGE]);
		if (find_peer() != NULL)
			peers[i] = all_right(run_peer, &rooms[BESIDE_PEER]);
	}
	for (int s = SMALL; s < SIZES; s++) {
		t[s] = median(ours[s]);
		each[s] = t[s].cpu * 1e6 / rooms[s < GATES ? s : LARGE].n;
	}
	if (find_peer() != NULL)
		peer = median(peers);
	show("sweep_ipmi", "us/session", each[BESIDE_PEER], "ipmipower -F 64", peer.cpu * 1e6 / rooms[BESIDE_PEER].n);
	show("sweep_ipmi_rate", "sessions/s", rooms[BESIDE_PEER].n / t[BESIDE_PEER].wall, "ipmipower -F 64",
	    peer.wall > 0 ? rooms[BESIDE_PEER].n / peer.wall : 0);
	printf("sweep_ipmi_100 %.4g us/session\n", each[SMALL]);
	printf("sweep_ipmi_1000 %.4g us/session\n", each[MEDIUM]);
	printf("sweep_ipmi_10000 %.4g us/session\n", each[LARGE]);
	show("sweep_ipmi_gates", "us/session", t[GATES].told.cpu * 1e6 / ALL, "without gates", t[LARGE].told.cpu * 1e6 / ALL);
	printf("sweep_ipmi_memory %.4g MB\n", t[GATES].memory);
}

static void
bad_days(void)
{
	static const struct room silent = {FEW, WELL, SILENT}, shut = {FEW, WELL, SHUT}, lossy = {FEW, LOSSY, LOSSY};
	struct taken dead, refused[ROUNDS], loss[ROUNDS], peer = {0}, peer_loss = {0};
	int worst = FEW;

	dead = all_right(ask_all, &silent);
	for (int i = 0; i < ROUNDS; i++) {
		refused[i] = all_right(ask_all, &shut);
		loss[i] = once(ask_all, &lossy);
		worst = loss[i].told.right < worst ? loss[i].told.right : worst;
	}
	if (find_peer() != NULL) { /* once: each takes 20 s */
		peer = once(run_peer, &silent);
		peer_loss = once(run_peer, &lossy);
	}
	show("sweep_ipmi_dead", "s", dead.wall, "ipmipower -F 64", peer.wall);
	printf("sweep_ipmi_refused %.4g s\n", median(refused).wall);
	show("sweep_ipmi_loss", "right", worst, "ipmipower -F 64", peer_loss.told.right);
	show("sweep_ipmi_loss_wall", "s", median(loss).wall, "ipmipower -F 64", peer_loss.wall);
}

int
main(void)
{
	setvbuf(stdout, NULL, _IOLBF, 0);
	start_sim();
	atexit(stop_sim);
	many();
	growth();
	bad_days();
	return 0;
}
