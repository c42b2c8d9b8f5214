/* SPDX-License-Identifier: Apache-2.0 */
/* The client against an agent that is right: what it asks, and what its callers get. */
#include <sys/resource.h>

#include "snmp_agent.h"

/* ---- scripts: an agent that is right ----------------------------------------------------------- */

#define ROWS 7
/* Tables 1.3.6.1.5.C for C = 1..3, rows 1..ROWS; then 1.3.6.1.6 */
static void
next_of(const char *from, char *out, size_t size)
{
	struct snmp_oid o = oid(from);
	uint32_t c = o.n > 5 ? o.id[5] : 0, row = o.n > 6 ? o.id[6] : 0;

	if (o.id[4] < 5 || (o.id[4] == 5 && (c < 1 || row >= ROWS))) {
		c = o.id[4] < 5 ? 1 : c + 1;
		row = 0;
	}
	if (o.id[4] > 5 || c > 3)
		snprintf(out, size, "1.3.6.1.6.%u", o.id[4] > 5 && o.n > 5 ? o.id[5] + 1 : 1);
	else
		snprintf(out, size, "1.3.6.1.5.%u.%u", c, row + 1);
}

static void
is_a_table(const struct request *q, struct reply *r)
{
	int64_t repeat = q->command == 0xa5 ? q->b : 1;
	char at[64][200];

	memcpy(at, q->oid, sizeof(at));
	for (int64_t k = 0; k < repeat; k++) {
		for (size_t i = 0; i < q->n; i++) {
			char to[200];

			next_of(at[i], to, sizeof(to));
			memcpy(at[i], to, sizeof(to));
			bind_number(r, at[i], 2, (int64_t)oid(to).id[5] * 1000 + (oid(to).n > 6 ? oid(to).id[6] : 0));
		}
	}
}

/* ---- reading -------------------------------------------------------------------------------------- */

static void
t_a_get_of_more_objects_than_fit_is_several_requests(void)
{
	get(answers_each_with_its_place, twelve, 12);
	T_INT(res.outcome, SNMP_OK);
	T_INT(res.n, 12);
	T_INT(asked, 2);
	T_INT(res.values[9].number, 109);
	T_INT(res.values[10].number, 100);
	T_STR(name_of(11), "1.3.6.1.12");
	get(answers_each_with_its_place, twelve, 0);
	T_INT(res.outcome, SNMP_OK);
	T_INT(res.n, 0);
	T_INT(asked, 0);
}

static void
every_type(const struct request *q, struct reply *r)
{
	bind_number(r, q->oid[0], 2, -1);
	bind_number(r, q->oid[1], 0x42, 4294967295);
	bind_number(r, q->oid[2], 0x41, 4000000000);
	bind_number(r, q->oid[3], 0x43, 3046378168);
	bind_number(r, q->oid[4], 0x46, 1LL << 40);
	bind_number(r, q->oid[5], 0x46, -1);
	bind_value(r, q->oid[6], 4, "a\0\xff", 3);
	bind_value(r, q->oid[7], 0x80, "", 0);
	bind_value(r, q->oid[8], 0x81, "", 0);
	bind_value(r, q->oid[9], 6, "\x2b\x06\x01\x04\x01\x8d\x36\x03", 8);
}

static void
t_every_type_is_a_number_a_text_an_object_or_nothing(void)
{
	get(every_type, twelve, 10);
	T_INT(res.outcome, SNMP_OK);
	T_INT(res.values[0].type, SNMP_NUMBER);
	T_INT(res.values[0].number, -1);
	T_INT(res.values[1].number, 4294967295);
	T_INT(res.values[2].number, 4000000000);
	T_INT(res.values[3].number, 3046378168);
	T_INT(res.values[4].number, 1LL << 40);
	T_INT(res.values[5].type, SNMP_NONE);
	T_INT(res.values[6].type, SNMP_TEXT);
	T_INT(res.values[6].text.n, 3);
	T_INT(res.values[7].type, SNMP_NONE);
	T_INT(res.values[8].type, SNMP_NONE);
	T_INT(res.values[9].type, SNMP_OBJECT);
	T_INT(res.values[9].object.n, 8);
	T_INT(res.values[9].object.id[6], 1718);
}

static void
one_long_text(const struct request *q, struct reply *r)
{
	bind_value(r, q->oid[0], 4, "Sentry Switched CDU", 19);
}

static void
t_a_text_can_be_read_while_done_runs(void)
{
	get_one(one_long_text);
	T_INT(res.outcome, SNMP_OK);
	T_STR(res.first, "Sentry Switched CDU");
}

static void
t_a_walk_gives_whole_columns_in_the_order_asked(void)
{
	static const char *const backwards[] = {"1.3.6.1.5.3", "1.3.6.1.5.1"};

	walk(is_a_table, three, 3, 100);
	T_INT(res.outcome, SNMP_OK);
	T_STR(res.text, "");
	T_INT(res.n, 3 * ROWS);
	for (size_t i = 0; i < res.n; i++)
		T_INT(res.values[i].number, (int64_t)(i / ROWS + 1) * 1000 + (int64_t)(i % ROWS) + 1);
	T_INT(last.command, 0xa5);
	T_INT(asked, 3);
	walk(is_a_table, backwards, 2, 100);
	T_INT(res.n, 2 * ROWS);
	T_INT(res.values[0].number, 3001);
	T_INT(res.values[ROWS].number, 1001);
}

static void
t_a_column_that_fits_is_one_round_trip(void)
{
	walk(is_a_table, three, 1, 100);
	T_INT(res.n, ROWS);
	T_INT(asked, 1);
}

static void
t_a_column_the_device_does_not_have_gives_no_value(void)
{
	static const char *const none[] = {"1.3.6.1.5.2", "1.3.6.1.5.9"};

	walk(is_a_table, none, 2, 100);
	T_INT(res.outcome, SNMP_OK);
	T_INT(res.n, ROWS);
	T_INT(res.values[0].number, 2001);
}

static void
t_version_1_walks_by_getnext(void)
{
	target.version = 1;
	walk(is_a_table, three, 3, 100);
	target.version = 2;
	T_INT(res.outcome, SNMP_OK);
	T_INT(res.n, 3 * ROWS);
	T_INT(last.command, 0xa1);
	T_INT(last.version, 0);
	T_INT(asked, ROWS + 1);
}

/* As version 1 does: the first object that is missing fails the request. */
static void
lacks_3_and_5(const struct request *q, struct reply *r)
{
	for (size_t i = 0; i < q->n && r->status == 0; i++) {
		uint32_t which = oid(q->oid[i]).id[4];

		bind_number(r, q->oid[i], 2, which);
		r->status = which == 3 || which == 5 ? 2 : 0;
		r->index = r->status == 0 ? 0 : (int64_t)i + 1;
	}
}

static void
t_in_version_1_a_missing_object_does_not_hide_the_others(void)
{
	target.version = 1;
	get(lacks_3_and_5, twelve, 12);
	target.version = 2;
	T_INT(res.outcome, SNMP_OK);
	T_INT(res.n, 12);
	for (size_t i = 0; i < 12; i++) {
		bool lacking = i == 2 || i == 4;

		T_INT(res.values[i].type, lacking ? SNMP_NONE : SNMP_NUMBER);
		T_INT(res.values[i].number, lacking ? 0 : (int64_t)i + 1);
	}
}

static void
ends_by_no_such_name(const struct request *q, struct reply *r)
{
	is_a_table(q, r);
	for (size_t i = 0; i < q->n; i++) {
		char to[200];

		next_of(q->oid[i], to, sizeof(to));
		if (oid(to).id[4] == 6 && r->status == 0) {
			r->status = 2;
			r->index = (int64_t)i + 1;
		}
	}
}

static void
t_in_version_1_the_end_of_the_mib_ends_a_column(void)
{
	target.version = 1;
	walk(ends_by_no_such_name, three, 3, 100);
	target.version = 2;
	T_INT(res.outcome, SNMP_OK);
	T_INT(res.n, 3 * ROWS);
}

static void
cuts_after_five(const struct request *q, struct reply *r)
{
	struct request less = *q;

	if (q->n > 1)
		less.n = q->n;
	less.b = 1;
	is_a_table(&less, r); /* one row however many were asked */
	if (q->n > 2)
		less.n = 2, r->list.n = 0, is_a_table(&less, r); /* not even a whole one */
}

static void
t_an_answer_that_is_cut_short_is_gone_on_from(void)
{
	walk(cuts_after_five, three, 3, 100);
	T_INT(res.outcome, SNMP_OK);
	T_INT(res.n, 3 * ROWS);
	for (size_t i = 0; i < res.n; i++)
		T_INT(res.values[i].number, (int64_t)(i / ROWS + 1) * 1000 + (int64_t)(i % ROWS) + 1);
}

static void
too_big_over_four(const struct request *q, struct reply *r)
{
	int64_t size = q->command == 0xa5 ? (int64_t)q->n * q->b : (int64_t)q->n;

	if (size > 4)
		r->status = 1;
	else if (q->command == 0xa5)
		is_a_table(q, r);
	else
		for (size_t i = 0; i < q->n; i++)
			bind_number(r, q->oid[i], 2, oid(q->oid[i]).id[4]);
}

static void
t_too_big_asks_half_until_it_fits(void)
{
	get(too_big_over_four, twelve, 12);
	T_INT(res.outcome, SNMP_OK);
	for (size_t i = 0; i < 12; i++)
		T_INT(res.values[i].number, (int64_t)i + 1);
	walk(too_big_over_four, three, 3, 100);
	T_INT(res.outcome, SNMP_OK);
	T_INT(res.n, 3 * ROWS);
}

/* ---- writing ------------------------------------------------------------------------------------------ */

static void
echoes(const struct request *q, struct reply *r)
{
	bind_number(r, q->oid[0], 2, 2);
}

static void
no_such_instance(const struct request *q, struct reply *r)
{
	bind_value(r, q->oid[0], 0x81, "", 0);
}

static void
t_a_set_is_one_request_and_brings_what_was_echoed(void)
{
	set(echoes, 2);
	T_INT(res.outcome, SNMP_OK);
	T_INT(asked, 1);
	T_INT(last.command, 0xa3);
	T_STR(last.oid[0], "1.3.6.1.9.1");
	T_INT(res.n, 1);
	T_INT(res.values[0].number, 2);
}

static void
t_a_set_answered_by_no_such_instance_is_not_taken_for_done(void)
{
	set(no_such_instance, 2);
	T_INT(res.outcome, SNMP_GARBAGE);
	T_OK(strstr(res.text, "without its value") != NULL);
}

static void
not_writable(const struct request *q, struct reply *r)
{
	bind_number(r, q->oid[0], 2, 2);
	r->status = 17;
	r->index = 1;
}

static void
status_99(const struct request *q, struct reply *r)
{
	(void)q;
	r->status = 99;
	r->index = 77;
}

static void
t_a_refusal_names_the_error_status_and_the_object(void)
{
	set(not_writable, 2);
	T_INT(res.outcome, SNMP_REFUSED);
	T_INT(res.status, 17);
	T_INT(res.n, 0);
	T_OK(strstr(res.text, "refused writing 1.3.6.1.9.1: notWritable (17)") != NULL);
	get_one(status_99);
	T_INT(res.outcome, SNMP_REFUSED);
	T_OK(strstr(res.text, "an unknown error-status (99)") != NULL);
}

static void
always_too_big(const struct request *q, struct reply *r)
{
	(void)q;
	r->status = 1;
}

static void
t_too_big_for_one_object_is_a_refusal(void)
{
	get(always_too_big, twelve, 12);
	T_INT(res.outcome, SNMP_REFUSED);
	T_OK(strstr(res.text, "tooBig (1)") != NULL);
	T_OK(asked <= 5);
}

/* ---- questions that are not sent -------------------------------------------------------------------------------- */

static void
expect_not_sent(const struct snmp_target *t, const struct snmp_oid *o, int64_t value, const char *reason)
{
	script = echoes;
	asked = 0;
	memset(&res, 0, sizeof(res));
	snmp_set(client, t, o, value, on_done, &res);
	T_INT(res.done, 0);
	wait_for(&res);
	T_INT(res.outcome, SNMP_NOT_SENT);
	if (!T_OK(strstr(res.text, reason) != NULL))
		printf("# %s\n", res.text);
	T_INT(asked, 0);
}

static void
t_a_question_that_cannot_be_asked_is_not_sent_and_says_why(void)
{
	struct snmp_oid o = oid("1.3.6.1.9.1"), short_one = oid("1");
	struct snmp_target t = target;

	t.version = 3;
	expect_not_sent(&t, &o, 1, "version 3 needs a user");
	t.version = 7;
	expect_not_sent(&t, &o, 1, "version 7 does not exist");
	t = target;
	t.community = NULL;
	expect_not_sent(&t, &o, 1, "no community");
	t = target;
	memset(&t.address, 0, sizeof(t.address));
	expect_not_sent(&t, &o, 1, "neither IPv4 nor IPv6");
	expect_not_sent(&target, &o, 1LL << 31, "does not fit");
	expect_not_sent(&target, &short_one, 1, "2 to 64 numbers");
}

/* ---- many, and the end ------------------------------------------------------------------------------------------- */

#define MANY (LIMIT_SNMP_SESSIONS + 60)
static struct result many[MANY];

static void
t_more_targets_than_sockets_wait_in_line_and_are_all_answered(void)
{
	struct snmp_oid o = oid("1.3.6.1.1");
	struct snmp_target t = target;
	int ok = 0;

	script = answers_each_with_its_place;
	memset(many, 0, sizeof(many));
	for (int i = 0; i < MANY; i++) {
		t.timeout_ms = 200 + i; /* another time limit is another session */
		t.tries = 20; /* the agent's receive buffer does not hold them all */
		snmp_get(client, &t, &o, 1, on_done, &many[i]);
	}
	for (int i = 0; i < MANY; i++) {
		wait_for(&many[i]);
		ok += many[i].outcome == SNMP_OK && many[i].done == 1;
	}
	T_INT(ok, MANY);
}

static void
t_calls_to_one_device_may_overlap(void)
{
	struct snmp_oid o = oid("1.3.6.1.1");
	int ok = 0;

	script = answers_each_with_its_place;
	memset(many, 0, sizeof(many));
	for (int i = 0; i < 50; i++)
		snmp_get(client, &target, &o, 1, on_done, &many[i]);
	for (int i = 0; i < 50; i++) {
		wait_for(&many[i]);
		ok += many[i].outcome == SNMP_OK;
	}
	T_INT(ok, 50);
}

static struct snmp_client *short_lived;

static void
destroys_the_client(void *ctx, const struct snmp_answer *a)
{
	on_done(ctx, a);
	snmp_client_destroy(short_lived);
	snmp_client_destroy(NULL);
}

static void
t_a_client_that_goes_cancels_what_is_open_even_from_a_done(void)
{
	struct snmp_oid o = oid("1.3.6.1.1");
	struct snmp_target slow = target;
	struct err e;

	slow.timeout_ms = 30000;
	memset(many, 0, sizeof(many));
	T_INT(snmp_client_create(&loop, &short_lived, &e), 0);
	script = says_nothing;
	snmp_get(short_lived, &slow, &o, 1, on_done, &many[0]);
	snmp_get(short_lived, &slow, &o, 1, on_done, &many[1]);
	snmp_client_destroy(short_lived);
	T_INT(many[0].outcome, SNMP_CANCELLED);
	T_INT(many[1].done, 1);

	T_INT(snmp_client_create(&loop, &short_lived, &e), 0);
	snmp_get(short_lived, &slow, &o, 1, on_done, &many[2]);
	slow.version = 3;
	snmp_get(short_lived, &slow, &o, 1, destroys_the_client, &many[3]);
	wait_for(&many[3]);
	T_INT(many[3].outcome, SNMP_NOT_SENT);
	T_INT(many[2].done, 1);
	T_INT(many[2].outcome, SNMP_CANCELLED);
}

static void
t_without_a_descriptor_nothing_is_sent_and_the_sentence_says_so(void)
{
	struct snmp_oid o = oid("1.3.6.1.1");
	struct rlimit few, usual;
	struct err e;
	int lowest = dup(0);

	(void)getrlimit(RLIMIT_NOFILE, &usual);
	few = usual;
	few.rlim_cur = (rlim_t)lowest;
	close(lowest);
	T_INT(snmp_client_create(&loop, &short_lived, &e), 0);
	memset(&res, 0, sizeof(res));
	(void)setrlimit(RLIMIT_NOFILE, &few);
	snmp_get(short_lived, &target, &o, 1, on_done, &res);
	wait_for(&res);
	(void)setrlimit(RLIMIT_NOFILE, &usual);
	T_INT(res.outcome, SNMP_NOT_SENT);
	if (!T_OK(strstr(res.text, "Too many open files") != NULL))
		printf("# %s\n", res.text);
	snmp_client_destroy(short_lived);
}

static struct snmp_oid chained;

static void
asks_again(void *ctx, const struct snmp_answer *a)
{
	on_done(ctx, a);
	snmp_get(client, &target, &chained, 1, on_done, &many[1]);
}

static void
t_a_done_may_ask_the_next_question(void)
{
	chained = oid("1.3.6.1.1");
	script = answers_each_with_its_place;
	memset(many, 0, sizeof(many));
	snmp_get(client, &target, &chained, 1, asks_again, &many[0]);
	wait_for(&many[1]);
	T_INT(many[0].outcome, SNMP_OK);
	T_INT(many[1].outcome, SNMP_OK);
}

static void
t_a_device_may_have_an_ipv6_address(void)
{
	struct sockaddr_in6 at = {.sin6_family = AF_INET6, .sin6_addr = IN6ADDR_LOOPBACK_INIT};
	struct sockaddr_storage four = target.address;
	static uv_udp_t agent6;
	int n = sizeof(target.address);

	(void)uv_udp_init(&loop, &agent6);
	if (uv_udp_bind(&agent6, (struct sockaddr *)&at, 0) != 0) {
		t_skip("this machine has no ::1");
	} else {
		(void)uv_udp_recv_start(&agent6, on_alloc, on_datagram);
		(void)uv_udp_getsockname(&agent6, (struct sockaddr *)&target.address, &n);
		speaks = &agent6;
		get(answers_each_with_its_place, twelve, 2);
		T_INT(res.outcome, SNMP_OK);
		T_INT(res.values[1].number, 101);
		target.timeout_ms = 30;
		get(says_nothing, twelve, 1);
		T_OK(strncmp(res.text, "[::1]:", 6) == 0);
	}
	uv_close((uv_handle_t *)&agent6, NULL);
	speaks = &agent;
	target.address = four;
	target.timeout_ms = 1000;
}

static void
t_every_outcome_has_a_name(void)
{
	for (int i = 0; i < SNMP_OUTCOME_COUNT; i++)
		T_OK(strcmp(snmp_outcome_name((enum snmp_outcome)i), "unknown") != 0);
	T_STR(snmp_outcome_name(SNMP_OUTCOME_COUNT), "unknown");
	T_STR(snmp_outcome_name(SNMP_NOT_SENT), "not-sent");
}

static void
t_a_loop_whose_calls_have_ended_is_not_kept_alive(void)
{
	tear_down();
}

int
main(void)
{
	static const struct t_case cases[] = {T(t_a_get_of_more_objects_than_fit_is_several_requests),
	    T(t_every_type_is_a_number_a_text_an_object_or_nothing), T(t_a_text_can_be_read_while_done_runs),
	    T(t_a_walk_gives_whole_columns_in_the_order_asked), T(t_a_column_that_fits_is_one_round_trip),
	    T(t_a_column_the_device_does_not_have_gives_no_value), T(t_version_1_walks_by_getnext),
	    T(t_in_version_1_a_missing_object_does_not_hide_the_others),
	    T(t_in_version_1_the_end_of_the_mib_ends_a_column), T(t_an_answer_that_is_cut_short_is_gone_on_from),
	    T(t_too_big_asks_half_until_it_fits), T(t_a_set_is_one_request_and_brings_what_was_echoed),
	    T(t_a_set_answered_by_no_such_instance_is_not_taken_for_done),
	    T(t_a_refusal_names_the_error_status_and_the_object), T(t_too_big_for_one_object_is_a_refusal),
	    T(t_a_question_that_cannot_be_asked_is_not_sent_and_says_why),
	    T(t_more_targets_than_sockets_wait_in_line_and_are_all_answered), T(t_calls_to_one_device_may_overlap),
	    T(t_a_client_that_goes_cancels_what_is_open_even_from_a_done), T(t_a_done_may_ask_the_next_question),
	    T(t_without_a_descriptor_nothing_is_sent_and_the_sentence_says_so),
	    T(t_a_device_may_have_an_ipv6_address), T(t_every_outcome_has_a_name), T(t_a_loop_whose_calls_have_ended_is_not_kept_alive)};

	set_up();
	return t_main(cases, LARCH_COUNT(cases));
}
