/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a gate costs: finding a device by its name and asking it once, without a packet (its credentials have gone, so it
 * is refused in its turn), among 10,000 devices and among 100; and the memory of a device that nothing is asked of.
 * credentials.json has the most rows it may have, and the one that matches is the last.
 */
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "gate/gate.h"

#define MOST 10000
#define FEW 100
#define ROWS 1000 /* of credentials.json */
#define ROUNDS 9  /* the median is reported */

static char folder[] = "/tmp/larch-bench.XXXXXX";
static char secret[64], credentials[64];
static int refused;

static void
die(const char *what)
{
	fprintf(stderr, "bench_gate: %s\n", what);
	exit(1);
}

static double
seconds(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void
clean(void)
{
	unlink(secret);
	unlink(credentials);
	rmdir(folder);
}

/* Rows of single names, then one that matches every device, or none. */
static struct cred *
load(struct yang *y, const char *last)
{
	struct buf text = BUF(LIMIT_CONFIG_FILE);
	struct cred *c;
	struct err e;

	buf_puts(&text, "{\"larch-credentials:credentials\":{\"bmc\":[");
	for (int i = 1; i < ROWS; i++)
		buf_printf(&text, "{\"match\":\"other%d\",\"user\":\"u\",\"password_file\":\"secret\"},", i);
	buf_printf(&text, "{\"match\":\"%s\",\"user\":\"u\",\"password_file\":\"secret\"}]}}", last);
	if (file_publish(credentials, (struct str){text.p, text.n}, 0600, &e) != 0 || cred_load(credentials, y, &c, &e) != 0)
		die(e.text);
	buf_free(&text);
	return c;
}

static struct gate_device *
device(struct gate *g, int i)
{
	char name[32], address[32];
	struct gate_device *d;
	struct err e;

	snprintf(name, sizeof(name), "n%05d-bmc", i);
	snprintf(address, sizeof(address), "127.94.%d.%d", i / 250, i % 250 + 1);
	if (gate_device(g, &(struct gate_spec){.name = name, .address = address}, &d, &e) != 0)
		die(e.text);
	return d;
}

static void
count(void *ctx, const struct ipmi_answer *a)
{
	(void)ctx;
	refused += a->outcome == IPMI_REFUSED;
}

static int
by_size(const void *a, const void *b)
{
	const double *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

/* CPU seconds of one question among n devices, in an order that is not the one they were made in. */
static double
question(struct gate_device **all, int n)
{
	struct ipmi_command status = ipmi_chassis_status();
	double round[ROUNDS];

	for (int r = 0; r < ROUNDS; r++) {
		double began = seconds();

		refused = 0;
		for (int i = 0; i < MOST; i++)
			gate_ask(all[i * 7919 % n], GATE_SWEEP, &status, count, NULL);
		round[r] = (seconds() - began) / MOST;
		if (refused != MOST)
			die("not every question was refused");
	}
	qsort(round, ROUNDS, sizeof(round[0]), by_size);
	return round[ROUNDS / 2];
}

/* The same of finding a device. */
static double
finding(struct gate *g, int n)
{
	double round[ROUNDS];

	for (int r = 0; r < ROUNDS; r++) {
		double began = seconds();

		for (int i = 0; i < MOST; i++)
			(void)device(g, i * 7919 % n);
		round[r] = (seconds() - began) / MOST;
	}
	qsort(round, ROUNDS, sizeof(round[0]), by_size);
	return round[ROUNDS / 2];
}

static struct gate *
open_gate(struct yang *y, int n, struct gate_device **all)
{
	struct gate *g;
	struct err e;

	if (gate_create(uv_default_loop(), &g, &e) != 0)
		die(e.text);
	gate_set_cred(g, load(y, "*"));
	for (int i = 0; i < n; i++)
		all[i] = device(g, i);
	return g;
}

/* A folder, a secret, and the modules that credentials.json is checked by. */
static struct yang *
begin(void)
{
	const char *root = getenv("LARCH_ROOT");
	char modules[4096];
	struct yang *y;
	struct err e;

	snprintf(modules, sizeof(modules), "%s/etc/yang", root == NULL ? "." : root);
	if (mkdtemp(folder) == NULL)
		die("no temporary folder");
	(void)atexit(clean);
	snprintf(secret, sizeof(secret), "%s/secret", folder);
	snprintf(credentials, sizeof(credentials), "%s/credentials.json", folder);
	if (yang_create(modules, &y, &e) != 0 || file_publish(secret, STR("secret\n"), 0600, &e) != 0)
		die(e.text);
	return y;
}

int
main(void)
{
	static struct gate_device *all[MOST];
	struct yang *y = begin();
	struct gate *g = open_gate(y, FEW, all);
	double find_few = finding(g, FEW), ask_few, find_most, began;
	size_t before;

	gate_set_cred(g, load(y, "none"));
	ask_few = question(all, FEW);
	gate_destroy(g);
	g = open_gate(y, 0, all);
	before = mallinfo2().uordblks;
	for (int i = 0; i < MOST; i++)
		all[i] = device(g, i);
	printf("gate_memory %.0f B/device\n", (double)(mallinfo2().uordblks - before) / MOST);
	find_most = finding(g, MOST);
	printf("gate_find %.4g ns | of 100 %.4g ns\n", find_most * 1e9, find_few * 1e9);
	began = seconds();
	gate_set_cred(g, load(y, "none"));
	printf("gate_credentials %.4g ms\n", (seconds() - began) * 1e3);
	printf("gate_ask %.4g ns | of 100 %.4g ns\n", question(all, MOST) * 1e9, ask_few * 1e9);
	gate_destroy(g);
	yang_destroy(y);
	return 0;
}
