/* SPDX-License-Identifier: Apache-2.0 */
/* Ping over loopback: where it may, an answer; where it may not, a sentence. Other networks: tests/flow/test_probe_net. */
#include <netinet/in.h>

#include "probe/icmp.h"
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

static int
ended(const struct seen *s)
{
	return s->up + s->down + s->refused + s->cancelled;
}

/* Until so many have been answered; the sockets themselves keep the loop alive for ever. */
static void
wait_for(const struct seen *s, int n)
{
	uint64_t until = uv_hrtime() + UINT64_C(20000000000);

	while (ended(s) < n && uv_hrtime() < until)
		uv_run(&loop, UV_RUN_NOWAIT);
}

static bool
not_permitted(const struct probe_ping *p)
{
	if (probe_ping_refused(p) == NULL)
		return false;
	t_skip(probe_ping_refused(p));
	return true;
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
	T_OK(s.up > 9900 || probe_ping_refused(p) != NULL); /* a small buffer may lose some; none is answered twice */
	end(p);
}

static void
t_the_end_cancels_what_has_not_been_answered(void)
{
	struct probe_ping *p = begin();
	struct seen s = {0};

	for (int i = 0; i < 20000; i++) /* more than are on their way at one time */
		ping(p, "127.0.0.1", 700, &s);
	T_INT(s.refused, probe_ping_refused(p) == NULL ? 0 : 20000);
	end(p);
	T_INT(s.cancelled + s.refused, 20000);
}

static void
t_a_ceiling_of_packets_a_second_is_kept(void)
{
	struct probe_ping *p = begin();
	struct seen s = {0};
	uint64_t began = uv_hrtime();

	probe_ping_set_rate(p, 200);
	for (int i = 0; !not_permitted(p) && i < 41; i++)
		ping(p, "127.0.0.1", 2000, &s);
	wait_for(&s, probe_ping_refused(p) == NULL ? 41 : 0);
	if (probe_ping_refused(p) == NULL) {
		T_INT(s.up, 41);
		T_OK(uv_hrtime() - began >= UINT64_C(190000000)); /* two at once at most, then one each 5 ms */
	}
	end(p);
}

struct chain {
	struct probe_ping *ping;
	struct seen seen;
	int asked;
};

static void
ask_again_then_end(void *ctx, enum probe_ping_outcome outcome, double ms)
{
	struct chain *c = ctx;
	struct sockaddr_in to = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
	struct sockaddr_storage a = {0};

	memcpy(&a, &to, sizeof(to));
	answered(&c->seen, outcome, ms);
	if (outcome == PROBE_PING_CANCELLED)
		return;
	probe_ping_send(c->ping, &a, 700, ask_again_then_end, c);
	if (++c->asked == 3) {
		probe_ping_destroy(c->ping); /* what waits is told so, what comes too late as well */
		probe_ping_send(c->ping, &a, 700, ask_again_then_end, c);
	}
}

static void
t_who_is_answered_may_ask_again_and_may_end_it(void)
{
	struct chain c = {.ping = begin()};

	if (not_permitted(c.ping)) {
		end(c.ping);
		return;
	}
	ask_again_then_end(&c, PROBE_PING_UP, 0);
	uv_run(&loop, UV_RUN_DEFAULT); /* ends: nothing of it is left */
	T_INT(c.seen.up, 3);
	T_INT(c.seen.cancelled, 2);
	T_INT(uv_loop_close(&loop), 0);
}

static void
t_only_an_echo_reply_that_is_whole_is_read(void)
{
	unsigned char p[60 + ICMP_ECHO_BYTES] = {0}, *m = p + 20;
	struct icmp_echo e = {0x1234, 7, UINT64_C(0x0123456789abcdef)}, seen;

	icmp_make(e, false, m);
	T_OK(!icmp_read(m, ICMP_ECHO_BYTES, ICMP_BARE4, &seen)); /* a request */
	m[0] = 0;
	T_OK(icmp_read(m, ICMP_ECHO_BYTES, ICMP_BARE4, &seen));
	T_OK(seen.id == e.id && seen.sequence == e.sequence && seen.secret == e.secret);
	T_OK(!icmp_read(m, ICMP_ECHO_BYTES - 1, ICMP_BARE4, &seen));
	T_OK(!icmp_read(m, ICMP_ECHO_BYTES, ICMP_BARE6, &seen));
	p[0] = 0x45;
	T_OK(icmp_read(p, 20 + ICMP_ECHO_BYTES, ICMP_BEHIND_IP, &seen));
	T_OK(!icmp_read(p, 20 + ICMP_ECHO_BYTES - 1, ICMP_BEHIND_IP, &seen));
	p[0] = 0x44; /* a header that would end before it does: RFC 791 section 3.1 */
	T_OK(!icmp_read(p, sizeof(p), ICMP_BEHIND_IP, &seen));
	p[0] = 0x4f; /* options that are not there */
	T_OK(!icmp_read(p, 60, ICMP_BEHIND_IP, &seen));
	p[0] = 0x65;
	T_OK(!icmp_read(p, sizeof(p), ICMP_BEHIND_IP, &seen));
	m[1] = 1;
	T_OK(!icmp_read(m, ICMP_ECHO_BYTES, ICMP_BARE4, &seen));
}

static void
t_an_echo_request_has_the_checksum_of_rfc_1071(void)
{
	unsigned char m[ICMP_ECHO_BYTES];
	uint32_t sum = 0;

	icmp_make((struct icmp_echo){0xffff, 0xffff, UINT64_MAX}, false, m);
	for (size_t i = 0; i < sizeof(m); i += 2)
		sum += (uint32_t)(m[i] << 8 | m[i + 1]);
	T_INT((sum & 0xffff) + (sum >> 16), 0xffff); /* with its checksum, a message sums up to ones */
	T_INT(m[0], 8);
	icmp_make((struct icmp_echo){1, 2, 3}, true, m);
	T_INT(m[0], 128);
}

static void
t_each_outcome_has_a_name(void)
{
	for (int i = 0; i <= PROBE_PING_CANCELLED; i++)
		T_OK(strlen(probe_ping_name((enum probe_ping_outcome)i)) > 1);
	T_STR(probe_ping_name(PROBE_PING_NO_ROUTE), "no-route");
	T_STR(probe_ping_name((enum probe_ping_outcome)99), "?");
}

T_MAIN(T(t_loopback_answers_or_the_sentence_says_what_would_allow_it), T(t_ten_thousand_pings_are_all_answered_once),
    T(t_the_end_cancels_what_has_not_been_answered), T(t_a_ceiling_of_packets_a_second_is_kept),
    T(t_who_is_answered_may_ask_again_and_may_end_it),
    T(t_only_an_echo_reply_that_is_whole_is_read), T(t_an_echo_request_has_the_checksum_of_rfc_1071), T(t_each_outcome_has_a_name))
