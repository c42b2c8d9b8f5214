/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An agent made of bytes for tests of the SNMP client: it lives on the client's
 * loop and answers by a script, a function of the test, as well or as badly as
 * that wants. Everything is static: each test program has its own.
 */
#ifndef LARCH_TESTS_SNMP_AGENT_H
#define LARCH_TESTS_SNMP_AGENT_H

#include <arpa/inet.h>
#include <stdlib.h>
#include <unistd.h>

#include "snmp_result.h"

/* ---- bytes: X.690, as far as SNMP needs it --------------------------------------------- */

struct bytes {
	unsigned char b[60000];
	size_t n;
};

static inline void
add(struct bytes *o, const void *p, size_t n)
{
	memcpy(o->b + o->n, p, n);
	o->n += n;
}

static inline void
tlv(struct bytes *o, int tag, const void *p, size_t n)
{
	const unsigned char head[4] = {(unsigned char)tag, 0x82, (unsigned char)(n >> 8), (unsigned char)n};

	add(o, head, 4);
	add(o, p, n);
}

static inline void
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
static inline void
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

static uv_udp_t agent, *speaks = &agent;
static struct snmp_target target;
static script_fn *script;
static int asked;                    /* requests the agent has seen */
static struct request last;
static const struct sockaddr *asker;  /* whom the script answers */

static inline void
bind_value(struct reply *r, const char *oid, int tag, const void *p, size_t n)
{
	static struct bytes one;

	one.n = 0;
	put_oid(&one, oid);
	tlv(&one, tag, p, n);
	tlv(&r->list, 0x30, one.b, one.n);
}

static inline void
bind_number(struct reply *r, const char *oid, int tag, int64_t v)
{
	struct bytes one = {.n = 0};

	put_oid(&one, oid);
	number(&one, tag, v);
	tlv(&r->list, 0x30, one.b, one.n);
}

/* One TLV at *p: its content, and *p behind it. */
static inline struct str
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

static inline int64_t
value_of(struct str s)
{
	int64_t v = s.n > 0 && (s.p[0] & 0x80) ? -1 : 0;

	for (size_t i = 0; i < s.n; i++)
		v = (int64_t)((uint64_t)v << 8 | (unsigned char)s.p[i]);
	return v;
}

static inline void
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

static inline void
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

static inline void
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

static inline void
on_datagram(uv_udp_t *u, ssize_t n, const uv_buf_t *buf, const struct sockaddr *from, unsigned flags)
{
	static struct reply r;

	(void)u;
	(void)flags;
	if (n <= 0 || from == NULL)
		return;
	asked++;
	asker = from;
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

static inline void
on_alloc(uv_handle_t *h, size_t n, uv_buf_t *out)
{
	static char space[65536];

	(void)h;
	(void)n;
	*out = uv_buf_init(space, sizeof(space));
}

static inline void
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

static inline struct snmp_oid
oid(const char *text)
{
	struct snmp_oid o = {.n = 0};
	struct str rest = str_of(text);
	int64_t v;

	while (rest.p != NULL && str_int(str_cut(&rest, '.'), 0, UINT32_MAX, &v) == 0)
		o.id[o.n++] = (uint32_t)v;
	return o;
}

static inline void
wait_for(struct result *r)
{
	while (r->done == 0)
		(void)uv_run(&loop, UV_RUN_DEFAULT); /* on_done stops it */
}

static inline void
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

static inline void
get_one(script_fn *s)
{
	static const char *const one[] = {"1.3.6.1.2"};

	get(s, one, 1);
}

static inline void
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

static inline void
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

static inline const char *
name_of(size_t i)
{
	static char text[400];
	struct buf b = BUF(sizeof(text) - 1);

	snmp_oid_text(&res.values[i].oid, &b);
	snprintf(text, sizeof(text), "%s", b.n == 0 ? "" : b.p);
	buf_free(&b);
	return text;
}

/* The script of an agent that is right: the n-th object asked is 100 + n. */
static inline void
answers_each_with_its_place(const struct request *q, struct reply *r)
{
	for (size_t i = 0; i < q->n; i++)
		bind_number(r, q->oid[i], 2, (int64_t)i + 100);
}


/* And of one that is not there. */
static inline void
says_nothing(const struct request *q, struct reply *r)
{
	(void)q;
	r->silent = true;
}

static const char *const twelve[12] = {"1.3.6.1.1", "1.3.6.1.2", "1.3.6.1.3", "1.3.6.1.4", "1.3.6.1.5", "1.3.6.1.6",
    "1.3.6.1.7", "1.3.6.1.8", "1.3.6.1.9", "1.3.6.1.10", "1.3.6.1.11", "1.3.6.1.12"};
static const char *const three[3] = {"1.3.6.1.5.1", "1.3.6.1.5.2", "1.3.6.1.5.3"};

static inline void
tear_down(void)
{
	snmp_client_destroy(client);
	uv_close((uv_handle_t *)&agent, NULL);
	T_INT(uv_run(&loop, UV_RUN_DEFAULT), 0);
	T_INT(uv_loop_close(&loop), 0);
}

#endif
