/* SPDX-License-Identifier: Apache-2.0 */
/* The client against an agent that answers wrongly, or not at all. */
#include "snmp_agent.h"

/* ---- hostile answers --------------------------------------------------------------------------------------- */

static void
other_id(const struct request *q, struct reply *r)
{
	answers_each_with_its_place(q, r);
	r->id = q->id + 1;
}
static void
other_object(const struct request *q, struct reply *r)
{
	(void)q;
	bind_number(r, "1.3.6.1.77", 2, 1);
}
static void
one_more(const struct request *q, struct reply *r)
{
	answers_each_with_its_place(q, r);
	bind_number(r, "1.3.6.1.77", 2, 1);
}
static void
nothing(const struct request *q, struct reply *r)
{
	(void)q;
	(void)r;
}
static void
a_get(const struct request *q, struct reply *r)
{
	answers_each_with_its_place(q, r);
	r->command = 0xa0;
}
static void
no_snmp(const struct request *q, struct reply *r)
{
	(void)q;
	r->version = 77;
}
static void
version_1(const struct request *q, struct reply *r)
{
	answers_each_with_its_place(q, r);
	r->version = 0;
}

static void
t_an_answer_to_another_question_is_garbage(void)
{
	static script_fn *const scripts[] = {other_id, other_object, one_more, nothing, a_get, no_snmp, version_1};

	target.timeout_ms = 60;
	for (size_t i = 0; i < LARCH_COUNT(scripts); i++) {
		get_one(scripts[i]);
		if (!T_INT(res.outcome, SNMP_GARBAGE))
			printf("# script %zu: %s\n", i, res.text);
		T_INT(res.n, 0);
		T_OK(res.text[0] != '\0');
	}
	target.timeout_ms = 1000;
}

static void
same_row(const struct request *q, struct reply *r)
{
	(void)q;
	bind_number(r, "1.3.6.1.5.1.4", 2, 1);
}
static void
backwards(const struct request *q, struct reply *r)
{
	(void)q;
	bind_number(r, "1.3.6.1.5.1.4", 2, 1);
	bind_number(r, "1.3.6.1.5.1.3", 2, 1);
}
static void
the_column_itself(const struct request *q, struct reply *r)
{
	bind_number(r, q->oid[0], 2, 1);
}
static void
more_rows_than_asked(const struct request *q, struct reply *r)
{
	(void)q;
	for (int i = 1; i < 100; i++) {
		char text[64];

		snprintf(text, sizeof(text), "1.3.6.1.5.1.%d", i);
		bind_number(r, text, 2, 1);
	}
}
static void
a_name_too_long(const struct request *q, struct reply *r)
{
	struct buf b = BUF(1000);

	(void)q;
	buf_puts(&b, "1.3.6.1.5.1");
	for (int i = 0; i < 80; i++)
		buf_puts(&b, ".1");
	bind_number(r, b.p, 2, 1);
	buf_free(&b);
}

static void
t_a_walk_that_does_not_go_forward_is_garbage(void)
{
	static script_fn *const scripts[] = {same_row, backwards, the_column_itself, more_rows_than_asked, a_name_too_long,
	    nothing};

	for (size_t i = 0; i < LARCH_COUNT(scripts); i++) {
		walk(scripts[i], three, 1, 1000);
		if (!T_INT(res.outcome, SNMP_GARBAGE))
			printf("# script %zu: %s\n", i, res.text);
		T_OK(asked <= 2);
		T_OK(strstr(res.text, "RFC 3416 section 4.2.3") != NULL);
	}
}

static void
never_ends(const struct request *q, struct reply *r)
{
	struct snmp_oid o = oid(q->oid[0]);
	uint32_t row = o.n > 6 ? o.id[6] : 0;

	for (int64_t k = 1; k <= q->b; k++) {
		char text[64];

		snprintf(text, sizeof(text), "1.3.6.1.5.1.%u", row + (uint32_t)k);
		bind_number(r, text, 2, 1);
	}
}

static void
t_a_table_without_an_end_stops_at_its_ceiling(void)
{
	walk(never_ends, three, 1, 95);
	T_INT(res.outcome, SNMP_GARBAGE);
	T_INT(asked, 10);
	T_OK(strstr(res.text, "more than the 95 values") != NULL);
}

static void
heavy_texts(const struct request *q, struct reply *r)
{
	static char text[5000];
	struct snmp_oid o = oid(q->oid[0]);
	uint32_t row = o.n > 6 ? o.id[6] : 0;

	memset(text, 'x', sizeof(text));
	for (int64_t k = 1; k <= q->b; k++) {
		char name[64];

		snprintf(name, sizeof(name), "1.3.6.1.5.1.%u", row + (uint32_t)k);
		bind_value(r, name, 4, text, sizeof(text));
	}
}

static void
t_texts_stop_at_their_ceiling(void)
{
	walk(heavy_texts, three, 1, 10000);
	T_INT(res.outcome, SNMP_GARBAGE);
	T_OK(strstr(res.text, "1048576 bytes of text") != NULL);
	T_OK(asked < 30);
}

/* ---- silence ------------------------------------------------------------------------------------------------- */

static void
t_a_silent_agent_is_asked_as_often_as_told_and_then_given_up(void)
{
	int64_t began = times_boot(), took;

	target.timeout_ms = 80;
	target.tries = 3;
	get_one(says_nothing);
	took = times_boot() - began;
	target.timeout_ms = 1000;
	target.tries = 2;
	T_INT(res.outcome, SNMP_SILENT);
	T_OK(strstr(res.text, "did not answer: 3 tries of 80 ms") != NULL);
	T_INT(asked, 3);
	T_OK(took >= 230 && took < 5000);
}

static void
answers_the_second_time(const struct request *q, struct reply *r)
{
	answers_each_with_its_place(q, r);
	r->silent = asked == 1;
}

static void
t_a_lost_datagram_is_asked_again_with_the_same_question(void)
{
	target.timeout_ms = 80;
	get_one(answers_the_second_time);
	target.timeout_ms = 1000;
	T_INT(res.outcome, SNMP_OK);
	T_INT(asked, 2);
}

static void
t_a_port_where_nobody_listens_is_known_at_once(void)
{
	struct snmp_target t = target;
	struct snmp_oid o = oid("1.3.6.1.1");
	struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t n = sizeof(t.address);
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	int64_t began;

	(void)bind(fd, (struct sockaddr *)&at, sizeof(at));
	(void)getsockname(fd, (struct sockaddr *)&t.address, &n);
	close(fd); /* a port that was free a moment ago */
	t.timeout_ms = 5000;
	began = times_boot();
	for (int i = 0; i < 2; i++) { /* twice: the first one's error must not be the second one's */
		memset(&res, 0, sizeof(res));
		snmp_get(client, &t, &o, 1, on_done, &res);
		wait_for(&res);
		T_INT(res.outcome, SNMP_UNREACHABLE);
		T_OK(strstr(res.text, "nobody listens there") != NULL);
	}
	T_OK(times_boot() - began < 2000);
}

static uv_udp_t stranger;

static enum snmp_outcome
answered_from(const char *address, int port)
{
	struct sockaddr_in at;

	(void)uv_ip4_addr(address, port, &at);
	(void)uv_udp_init(&loop, &stranger);
	T_INT(uv_udp_bind(&stranger, (struct sockaddr *)&at, 0), 0);
	speaks = &stranger;
	target.timeout_ms = 60;
	get_one(answers_each_with_its_place);
	target.timeout_ms = 1000;
	speaks = &agent;
	uv_close((uv_handle_t *)&stranger, NULL);
	(void)uv_run(&loop, UV_RUN_NOWAIT);
	return res.outcome;
}

static void
t_the_right_answer_from_another_port_or_address_is_not_heard(void)
{
	struct sockaddr_in at;
	int n = sizeof(at);

	T_INT(answered_from("127.0.0.1", 0), SNMP_SILENT);
	(void)uv_udp_getsockname(&agent, (struct sockaddr *)&at, &n);
	T_INT(answered_from("127.0.0.2", ntohs(at.sin_port)), SNMP_SILENT);
}

static struct reply before; /* the answer to the question before: late, or once more */
static int questions, n_before;

static void
repeats_the_answer_before(const struct request *q, struct reply *r)
{
	bind_number(r, q->oid[0], 2, ++questions);
	for (int i = 0; i < n_before; i++)
		send_reply(&before, asker);
	before = *r;
	n_before = 2;
	r->silent = questions == 1; /* it will come late */
}

static void
t_an_answer_that_comes_late_or_twice_is_not_taken_for_the_next(void)
{
	questions = n_before = 0;
	target.timeout_ms = 300;
	target.tries = 1;
	get_one(repeats_the_answer_before);
	T_INT(res.outcome, SNMP_SILENT);
	for (int i = 2; i < 5; i++) {
		get_one(repeats_the_answer_before);
		T_INT(res.outcome, SNMP_OK);
		T_INT(res.values[0].number, i);
		T_INT(res.done, 1);
	}
	target.timeout_ms = 1000;
	target.tries = 2;
	T_INT(questions, 4);
}

static void
t_a_loop_whose_calls_have_ended_is_not_kept_alive(void)
{
	tear_down();
}

int
main(void)
{
	static const struct t_case cases[] = {T(t_an_answer_to_another_question_is_garbage),
	    T(t_a_walk_that_does_not_go_forward_is_garbage), T(t_a_table_without_an_end_stops_at_its_ceiling),
	    T(t_texts_stop_at_their_ceiling), T(t_a_silent_agent_is_asked_as_often_as_told_and_then_given_up),
	    T(t_a_lost_datagram_is_asked_again_with_the_same_question),
	    T(t_a_port_where_nobody_listens_is_known_at_once), T(t_the_right_answer_from_another_port_or_address_is_not_heard),
    T(t_an_answer_that_comes_late_or_twice_is_not_taken_for_the_next),
	    T(t_a_loop_whose_calls_have_ended_is_not_kept_alive)};

	set_up();
	return t_main(cases, LARCH_COUNT(cases));
}
