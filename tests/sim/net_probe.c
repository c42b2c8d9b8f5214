/* SPDX-License-Identifier: Apache-2.0 */
/*
 * net-probe: lib/probe's ping and ssh probe from the command line, for tests and for looking at an address by hand.
 *
 *	net-probe [-r RATE] [-b MS,MS] [-w MS] ping|ssh TIMEOUT_MS ADDRESS...
 *
 * -r: at most so many packets, or connections, a second. -b: after the first number of ms the loop does nothing for the
 * second. -w: so long it listens on when all is answered. ssh asks port 22 unless the address has another.
 * Prints a line an address, in their order: "ADDRESS OUTCOME MS TIMES-TOLD|BANNER|SENTENCE".
 * Exit: 0 asked, 1 not permitted, 2 usage.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "probe/probe.h"

struct one {
	const char *address, *outcome;
	double ms;
	int told;
	char banner[512], text[512];
};

static struct one *ones;
static int n_ones, left, listen_on_ms, held_ms;
static struct probe_ping *ping;
static struct probe_ssh *ssh;
static uv_timer_t last, hold;

static void
over(uv_timer_t *timer)
{
	uv_close((uv_handle_t *)timer, NULL);
	probe_ping_destroy(ping);
	probe_ssh_destroy(ssh);
}

static void
tell(struct one *o, const char *outcome, double ms)
{
	o->outcome = outcome;
	o->ms = ms;
	if (o->told++ == 0 && --left == 0)
		uv_timer_start(&last, over, (uint64_t)listen_on_ms, 0);
}

static void
pinged(void *ctx, enum probe_ping_outcome outcome, double ms)
{
	tell(ctx, probe_ping_name(outcome), ms);
}

static void
asked(void *ctx, const struct probe_ssh_answer *a)
{
	struct one *o = ctx;

	snprintf(o->banner, sizeof(o->banner), "%s", a->banner);
	snprintf(o->text, sizeof(o->text), "%s", a->text);
	tell(o, probe_ssh_name(a->outcome), a->ms);
}

/* Right before the loop looks at its timers: what came in the meantime has not been read. */
static void
hold_up(uv_check_t *check)
{
	uint64_t until = uv_hrtime() + (uint64_t)held_ms * 1000000;

	while (uv_hrtime() < until)
		;
	uv_close((uv_handle_t *)check, NULL);
}

static void
begin_hold(uv_timer_t *timer)
{
	static uv_check_t check;

	uv_check_init(uv_default_loop(), &check);
	uv_check_start(&check, hold_up);
	uv_close((uv_handle_t *)timer, NULL);
}

static int
number(struct str s, int max)
{
	int64_t n;

	if (str_int(s, 0, max, &n) != 0) {
		fprintf(stderr, "net-probe: %.*s is no number\n", (int)s.n, s.p == NULL ? "" : s.p);
		exit(2);
	}
	return (int)n;
}

static int
options(int argc, char **argv, int *rate_out)
{
	struct str s, first;
	int c;

	uv_timer_init(uv_default_loop(), &last);
	while ((c = getopt(argc, argv, "r:b:w:")) != -1) {
		s = str_of(optarg);
		if (c == 'r') {
			*rate_out = number(s, 1000000);
		} else if (c == 'w') {
			listen_on_ms = number(s, 60000);
		} else if (c == 'b') {
			first = str_cut(&s, ',');
			held_ms = number(s, 60000);
			uv_timer_init(uv_default_loop(), &hold);
			uv_timer_start(&hold, begin_hold, (uint64_t)number(first, 60000), 0);
		} else {
			return -1;
		}
	}
	return argc - optind >= 3 ? optind : -1;
}

static int
ask(const char *what, int timeout_ms, struct one *o)
{
	struct sockaddr_storage to;
	struct err e;

	if (addr_parse(str_of(o->address), 22, &to, &e) != 0) {
		fprintf(stderr, "net-probe: %s\n", e.text);
		return 2;
	}
	if (strcmp(what, "ping") == 0)
		probe_ping_send(ping, &to, timeout_ms, pinged, o);
	else
		probe_ssh_ask(ssh, &to, timeout_ms, asked, o);
	return 0;
}

int
main(int argc, char **argv)
{
	int rate = 0, at = options(argc, argv, &rate);

	if (at < 0 || (strcmp(argv[at], "ping") != 0 && strcmp(argv[at], "ssh") != 0)) {
		fprintf(stderr, "usage: net-probe [-r RATE] [-b MS,MS] [-w MS] ping|ssh TIMEOUT_MS ADDRESS...\n");
		return 2;
	}
	left = n_ones = argc - at - 2;
	ones = calloc((size_t)n_ones, sizeof(*ones));
	if (ones == NULL || probe_ping_create(uv_default_loop(), &ping) != 0 || probe_ssh_create(uv_default_loop(), 0, &ssh) != 0)
		return 1;
	if (strcmp(argv[at], "ping") == 0 && probe_ping_refused(ping) != NULL) {
		fprintf(stderr, "%s\n", probe_ping_refused(ping));
		return 1;
	}
	probe_ping_set_rate(ping, rate);
	probe_ssh_set_rate(ssh, rate);
	for (int i = 0; i < n_ones; i++) {
		ones[i].address = argv[at + 2 + i];
		if (ask(argv[at], number(str_of(argv[at + 1]), 3600000), &ones[i]) != 0)
			return 2;
	}
	uv_run(uv_default_loop(), UV_RUN_DEFAULT);
	for (int i = 0; i < n_ones; i++)
		printf("%s %s %.1f %d|%s|%s\n", ones[i].address, ones[i].outcome, ones[i].ms, ones[i].told, ones[i].banner, ones[i].text);
	free(ones);
	return 0;
}
