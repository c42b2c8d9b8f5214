/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The client against an agent made of bytes, which lives on the same loop and
 * answers as badly as a test wants. tests/unit/test_snmp_devices.c has the
 * real agents.
 */
#include <arpa/inet.h>
#include <stdlib.h>
#include <unistd.h>

#include "snmp/snmp.h"
#include "t.h"

/* ---- bytes: X.690, as far as SNMP needs it --------------------------------------------- */

struct bytes {
	unsigned char b[60000];
	size_t n;
};

static void
add(struct bytes *o, const void *p, size_t n)
{
	memcpy(o->b + o->n, p, n);
	o->n += n;
}

static void
tlv(struct bytes *o, int tag, const void *p, size_t n)
{
	const unsigned char head[4] = {(unsigned char)tag, 0x82, (unsigned char)(n >> 8), (unsigned char)n};

	add(o, head, 4);
	add(o, p, n);
}

static void
number(struct bytes *o, int tag, int64_t v)
{
	unsigned char b[8];

	for (int i = 0; i < 8; i++)
		b[i] = (unsigned char)((uint64_t)v >> (56 - 8 * i));
	if (tag == 0x46)
		tlv(o, tag, b, 8);
	else if (v > INT32_MAX)
		tlv(o, tag, b + 3, 5);
	else
		tlv(o, tag, b + 4, 4);
}

/* "1.3.6..." with numbers below 16384 */
static void
put_oid(struct bytes *o, const char *text)
{
	unsigned char b[256];
	size_t n = 1;
	int64_t v;
	struct str rest = str_of(text), word = str_cut(&rest, '.');

	(void)word;
	(void)str_cut(&rest, '.');
	b[0] = 43;
	while (rest.p != NULL && str_int(str_cut(&rest, '.'), 0, 16383, &v) == 0) {
		if (v > 127)
			b[n++] = (unsigned char)(0x80 | v >> 7);
		b[n++] = (unsigned char)(v & 127);
	}
	tlv(o, 6, b, n);
}

/* ---- the agent -------------------------------------------------------------------------- */

struct request {
	int version, command;        /* 0 or 1; 0xa0 GET, 0xa1 GETNEXT, 0xa3 SET, 0xa5 GETBULK */
	int64_t id, a, b;            /* a, b: non-repeaters and max-repetitions of a GETBULK */
	size_t n;                    /* objects asked */
	char oid[64][200];
};

struct reply {
	int64_t id, status, index;
	int version, command;
	struct bytes list;           /* of variable bindings */
	bool silent;
};

typedef void script_fn(const struct request *q, struct reply *r);

static uv_loop_t loop;
static struct snmp_client *client;
static uv_udp_t agent, *speaks = &agent;
static struct snmp_target target;
static script_fn *script;
static int asked;                    /* requests the agent has seen */
static struct request last;

static void
bind_value(struct reply *r, const char *oid, int tag, const void *p, size_t n)
{
	static struct bytes one;

	one.n = 0;
	put_oid(&one, oid);
	tlv(&one, tag, p, n);
	tlv(&r->list, 0x30, one.b, one.n);
}

static void
bind_number(struct reply *r, const char *oid, int tag, int64_t v)
{
	struct bytes one = {.n = 0};

	put_oid(&one, oid);
	number(&one, tag, v);
	tlv(&r->list, 0x30, one.b, one.n);
}

/* One TLV at *p: its content, and *p behind it. */
static struct str
take(const unsigned char **p, const unsigned char *end)
{
	size_t n, skip = 2;

	if (end - *p < 2)
		return (struct str){NULL, 0};
	n = (*p)[1];
	if (n & 0x80) {
		skip = 2 + (n & 0x7f);
		n = 0;
		for (size_t i = 2; i < skip && *p + i < end; i++)
			n = n << 8 | (*p)[i];
	}
	*p += skip + n;
	return *p > end ? (struct str){NULL, 0} : (struct str){(const char *)*p - n, n};
}

static int64_t
value_of(struct str s)
{
	int64_t v = s.n > 0 && (s.p[0] & 0x80) ? -1 : 0;

	for (size_t i = 0; i < s.n; i++)
		v = (int64_t)((uint64_t)v << 8 | (unsigned char)s.p[i]);
	return v;
}

static void
oid_of(struct str s, char *out, size_t size)
{
	size_t used = (size_t)snprintf(out, size, "1.3");
	unsigned long v = 0;

	for (size_t i = 1; i < s.n && used < size; i++) {
		v = v << 7 | ((unsigned char)s.p[i] & 127);
		if ((s.p[i] & 0x80) == 0) {
			used += (size_t)snprintf(out + used, size - used, ".%lu", v);
			v = 0;
		}
	}
}

static void
parse(const unsigned char *p, size_t n, struct request *q)
{
	const unsigned char *end = p + n;
	struct str s = take(&p, end);

	*q = (struct request){0};
	p = (const unsigned char *)s.p;
	end = p + s.n;
	q->version = (int)value_of(take(&p, end));
	(void)take(&p, end);
	q->command = *p;
	s = take(&p, end);
	p = (const unsigned char *)s.p;
	end = p + s.n;
	q->id = value_of(take(&p, end));
	q->a = value_of(take(&p, end));
	q->b = value_of(take(&p, end));
	s = take(&p, end);
	p = (const unsigned char *)s.p;
	end = p + s.n;
	while (p < end && q->n < 64) {
		struct str binding = take(&p, end);
		const unsigned char *b = (const unsigned char *)binding.p;

		oid_of(take(&b, b + binding.n), q->oid[q->n++], sizeof(q->oid[0]));
	}
}

static void
send_reply(const struct reply *r, const struct sockaddr *to)
{
	static struct bytes pdu, body, all;
	uv_buf_t out;

	pdu.n = body.n = all.n = 0;
	number(&pdu, 2, r->id);
	number(&pdu, 2, r->status);
	number(&pdu, 2, r->index);
	tlv(&pdu, 0x30, r->list.b, r->list.n);
	number(&body, 2, r->version);
	tlv(&body, 4, "public", 6);
	tlv(&body, r->command, pdu.b, pdu.n);
	tlv(&all, 0x30, body.b, body.n);
	out = uv_buf_init((char *)all.b, (unsigned)all.n);
	(void)uv_udp_try_send(speaks, &out, 1, to);
}

static void
on_datagram(uv_udp_t *u, ssize_t n, const uv_buf_t *buf, const struct sockaddr *from, unsigned flags)
{
	static struct reply r;

	(void)u;
	(void)flags;
	if (n <= 0 || from == NULL)
		return;
	asked++;
	parse((const unsigned char *)buf->base, (size_t)n, &last);
	r.id = last.id;
	r.status = r.index = 0;
	r.version = last.version;
	r.command = 0xa2;
	r.list.n = 0;
	r.silent = false;
	script(&last, &r);
	if (!r.silent)
		send_reply(&r, from);
}

static void
on_alloc(uv_handle_t *h, size_t n, uv_buf_t *out)
{
	static char space[65536];

	(void)h;
	(void)n;
	*out = uv_buf_init(space, sizeof(space));
}

static void
set_up(void)
{
	struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	int n = sizeof(target.address);
	struct err e;

	(void)uv_loop_init(&loop);
	(void)uv_udp_init(&loop, &agent);
	(void)uv_udp_bind(&agent, (struct sockaddr *)&at, 0);
	(void)uv_udp_recv_start(&agent, on_alloc, on_datagram);
	(void)uv_udp_getsockname(&agent, (struct sockaddr *)&target.address, &n);
	target.version = 2;
	target.community = "public";
	target.timeout_ms = 1000;
	target.tries = 2;
	target.max_varbinds = 10;
	if (snmp_client_create(&loop, &client, &e) != 0)
		exit(1);
}

/* ---- asking -------------------------------------------------------------------------------- */

struct result {
	int done;
	enum snmp_outcome outcome;
	size_t n;
	struct snmp_value values[300];
	int status;
	char text[200];
	char first[100];             /* text of the first value */
};

static struct result res;

static void
on_done(void *ctx, const struct snmp_answer *a)
{
	struct result *r = ctx;

	r->done++;
	r->outcome = a->outcome;
	r->status = a->status;
	r->n = a->n;
	for (size_t i = 0; i < a->n && i < LARCH_COUNT(r->values); i++)
		r->values[i] = a->values[i];
	if (a->n > 0 && a->values[0].type == SNMP_TEXT)
		snprintf(r->first, sizeof(r->first), "%.*s", (int)a->values[0].text.n, a->values[0].text.p);
	snprintf(r->text, sizeof(r->text), "%s", a->text);
	uv_stop(&loop);
}

static struct snmp_oid
oid(const char *text)
{
	struct snmp_oid o = {.n = 0};
	struct str rest = str_of(text);
	int64_t v;

	while (rest.p != NULL && str_int(str_cut(&rest, '.'), 0, UINT32_MAX, &v) == 0)
		o.id[o.n++] = (uint32_t)v;
	return o;
}

static void
wait_for(struct result *r)
{
	while (r->done == 0)
		(void)uv_run(&loop, UV_RUN_DEFAULT); /* on_done stops it */
}

static void
get(script_fn *s, const char *const *oids, size_t n)
{
	struct snmp_oid o[64];

	for (size_t i = 0; i < n; i++)
		o[i] = oid(oids[i]);
	script = s;
	asked = 0;
	memset(&res, 0, sizeof(res));
	snmp_get(client, &target, o, n, on_done, &res);
	T_INT(res.done, 0);
	wait_for(&res);
}

static void
get_one(script_fn *s)
{
	static const char *const one[] = {"1.3.6.1.2"};

	get(s, one, 1);
}

static void
walk(script_fn *s, const char *const *columns, size_t n, size_t max)
{
	struct snmp_oid o[64];

	for (size_t i = 0; i < n; i++)
		o[i] = oid(columns[i]);
	script = s;
	asked = 0;
	memset(&res, 0, sizeof(res));
	snmp_walk(client, &target, o, n, max, on_done, &res);
	wait_for(&res);
}

static void
set(script_fn *s, int64_t value)
{
	struct snmp_oid o = oid("1.3.6.1.9.1");

	script = s;
	asked = 0;
	memset(&res, 0, sizeof(res));
	snmp_set(client, &target, &o, value, on_done, &res);
	T_INT(res.done, 0);
	wait_for(&res);
}

static const char *
name_of(size_t i)
{
	static char text[400];
	struct buf b = BUF(sizeof(text) - 1);

	snmp_oid_text(&res.values[i].oid, &b);
	snprintf(text, sizeof(text), "%s", b.n == 0 ? "" : b.p);
	buf_free(&b);
	return text;
}

/* ---- scripts: an agent that is right ----------------------------------------------------------- */

static void
answers_each_with_its_place(const struct request *q, struct reply *r)
{
	for (size_t i = 0; i < q->n; i++)
		bind_number(r, q->oid[i], 2, (int64_t)i + 100);
}

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

static const char *const twelve[] = {"1.3.6.1.1", "1.3.6.1.2", "1.3.6.1.3", "1.3.6.1.4", "1.3.6.1.5", "1.3.6.1.6",
    "1.3.6.1.7", "1.3.6.1.8", "1.3.6.1.9", "1.3.6.1.10", "1.3.6.1.11", "1.3.6.1.12"};
static const char *const three[] = {"1.3.6.1.5.1", "1.3.6.1.5.2", "1.3.6.1.5.3"};

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
says_nothing(const struct request *q, struct reply *r)
{
	(void)q;
	r->silent = true;
}

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

static void
t_the_right_answer_from_another_port_is_not_heard(void)
{
	struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};

	(void)uv_udp_init(&loop, &stranger);
	(void)uv_udp_bind(&stranger, (struct sockaddr *)&at, 0);
	speaks = &stranger;
	target.timeout_ms = 60;
	get_one(answers_each_with_its_place);
	target.timeout_ms = 1000;
	speaks = &agent;
	uv_close((uv_handle_t *)&stranger, NULL);
	T_INT(res.outcome, SNMP_SILENT);
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
	expect_not_sent(&t, &o, 1, "version 3 is not built in yet");
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
	snmp_client_destroy(client);
	uv_close((uv_handle_t *)&agent, NULL);
	T_INT(uv_run(&loop, UV_RUN_DEFAULT), 0);
	T_INT(uv_loop_close(&loop), 0);
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
	    T(t_an_answer_to_another_question_is_garbage), T(t_a_walk_that_does_not_go_forward_is_garbage),
	    T(t_a_table_without_an_end_stops_at_its_ceiling), T(t_texts_stop_at_their_ceiling),
	    T(t_a_silent_agent_is_asked_as_often_as_told_and_then_given_up),
	    T(t_a_lost_datagram_is_asked_again_with_the_same_question),
	    T(t_a_port_where_nobody_listens_is_known_at_once), T(t_the_right_answer_from_another_port_is_not_heard),
	    T(t_a_question_that_cannot_be_asked_is_not_sent_and_says_why),
	    T(t_more_targets_than_sockets_wait_in_line_and_are_all_answered), T(t_calls_to_one_device_may_overlap),
	    T(t_a_client_that_goes_cancels_what_is_open_even_from_a_done), T(t_a_done_may_ask_the_next_question),
	    T(t_every_outcome_has_a_name), T(t_a_loop_whose_calls_have_ended_is_not_kept_alive)};

	set_up();
	return t_main(cases, LARCH_COUNT(cases));
}
