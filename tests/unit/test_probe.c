/* SPDX-License-Identifier: Apache-2.0 */
/* Ping over loopback: where it may, an answer; where it may not, a sentence. */
#include <math.h>

#include "probe/probe.h"
#include "t.h"

struct seen {
	int up, down, refused, cancelled;
	double ms;
};

static uv_loop_t loop;

static void
answered(void *ctx, enum probe_ping_outcome outcome, double ms)
{
	struct seen *s = ctx;

	s->up += outcome == PROBE_PING_UP;
	s->down += outcome == PROBE_PING_DOWN;
	s->refused += outcome == PROBE_PING_NOT_PERMITTED;
	s->cancelled += outcome == PROBE_PING_CANCELLED;
	s->ms = ms;
}

static void
ping(struct probe_ping *p, const char *to, int timeout_ms, struct seen *s)
{
	struct sockaddr_storage a;
	struct err e;

	T_OK(addr_parse(str_of(to), 0, &a, &e) == 0);
	probe_ping_send(p, &a, timeout_ms, answered, s);
}

/* Until so many have been answered; the sockets themselves keep the loop alive for ever. */
static void
wait_for(const struct seen *s, int n)
{
	for (int i = 0; i < 100000 && s->up + s->down + s->refused + s->cancelled < n; i++)
		uv_run(&loop, UV_RUN_ONCE);
}

static struct probe_ping *
begin(void)
{
	struct probe_ping *p = NULL;

	uv_loop_init(&loop);
	T_OK(probe_ping_create(&loop, &p) == 0);
	return p;
}

static void
end(struct probe_ping *p)
{
	probe_ping_destroy(p);
	uv_run(&loop, UV_RUN_DEFAULT);
	T_INT(uv_loop_close(&loop), 0);
}

static void
t_loopback_answers_or_the_sentence_says_what_would_allow_it(void)
{
	struct probe_ping *p = begin();
	struct seen s = {0};

	ping(p, "127.0.0.1", 700, &s);
	wait_for(&s, 1);
	if (probe_ping_refused(p) != NULL) {
		T_INT(s.refused, 1);
		T_OK(strstr(probe_ping_refused(p), "CAP_NET_RAW") != NULL);
	} else {
		T_INT(s.up, 1);
		T_OK(s.ms >= 0 && s.ms < 700);
	}
	end(p);
}

static void
t_ten_thousand_pings_are_all_answered_once(void)
{
	struct probe_ping *p = begin();
	struct seen s = {0};

	for (int i = 0; i < 10000; i++) {
		char to[64];

		snprintf(to, sizeof(to), "127.7.%d.%d", i / 250, i % 250 + 1);
		ping(p, to, 2000, &s);
	}
	wait_for(&s, 10000);
	T_INT(s.up + s.down + s.refused, 10000);
	T_OK(s.up > 9000 || probe_ping_refused(p) != NULL); /* a full buffer may lose some; none is answered twice */
	end(p);
}

static void
t_the_end_cancels_what_has_not_been_answered(void)
{
	struct probe_ping *p = begin();
	struct seen s = {0};

	for (int i = 0; i < 5000; i++) /* more than are sent at one time */
		ping(p, "127.0.0.1", 700, &s);
	T_INT(s.refused, probe_ping_refused(p) == NULL ? 0 : 5000);
	end(p);
	T_INT(s.cancelled + s.refused, 5000);
}

T_MAIN(T(t_loopback_answers_or_the_sentence_says_what_would_allow_it), T(t_ten_thousand_pings_are_all_answered_once),
    T(t_the_end_cancels_what_has_not_been_answered))
