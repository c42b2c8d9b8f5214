/* SPDX-License-Identifier: Apache-2.0 */
/*
 * 10,000 addresses of loopback pinged once each, all of which answer, beside fping over the same addresses; and 100 and
 * 1,000 of them, which show how the cost grows. Run by root, or where ping sockets are allowed.
 */
#include "probe/probe.h"
#include "sweep.h"

#define TIMEOUT_MS 250

static int up, ended, asked;
static struct probe_ping *ping;

static void
count(void *ctx, enum probe_ping_outcome outcome, double ms)
{
	(void)ctx;
	(void)ms;
	up += outcome == PROBE_PING_UP;
	if (++ended == asked)
		probe_ping_destroy(ping);
}

/* Reads addresses as fping does: a line each, from standard input. */
static int
sweep(void)
{
	char line[ADDR_TEXT];
	struct sockaddr_storage to;
	struct err e;

	if (probe_ping_create(uv_default_loop(), &ping) != 0 || probe_ping_refused(ping) != NULL)
		return 1;
	asked = 1; /* holds the end until all are asked */
	while (fgets(line, sizeof(line), stdin) != NULL) {
		line[strcspn(line, "\n")] = '\0';
		if (addr_parse(str_of(line), 0, &to, &e) != 0)
			return 1;
		asked++;
		probe_ping_send(ping, &to, TIMEOUT_MS, count, NULL);
	}
	asked--;
	uv_run(uv_default_loop(), UV_RUN_DEFAULT);
	return up == asked ? 0 : 1;
}

int
main(int argc, char **argv)
{
	static const char *const peer[] = {"fping", "-a", "-i", "0", "-r", "1", "-t", "250", NULL};
	const char *const ours[] = {"/proc/self/exe", "sweep", NULL};
	struct probe_ping *p;

	(void)argv;
	if (argc > 1)
		return sweep();
	setvbuf(stdout, NULL, _IOLBF, 0);
	if (probe_ping_create(uv_default_loop(), &p) != 0 || probe_ping_refused(p) != NULL)
		sweep_die(probe_ping_refused(p));
	sweep_compare("sweep_ping", SWEEP_MANY, ours, peer);
	sweep_compare("sweep_ping_1000", 1000, ours, peer);
	sweep_compare("sweep_ping_100", 100, ours, peer);
	return 0;
}
