/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Engine ids of version 3: a discovery (RFC 3414 section 4) is one datagram with an empty engine id, which every engine
 * answers with a Report that names its own. Nobody has to be known for it, and nothing in it is secret or believed:
 * a wrong id only makes the first real message fail.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

#include "room.h"

#define ENGINE_MIN 5   /* bytes of an SnmpEngineID: RFC 3411 section 5 */
#define ENGINE_MAX 32

struct snmp_engine {
	LIST_ENTRY(snmp_engine) bucket;
	struct sockaddr_storage address;
	char id[ENGINE_MAX];
	size_t n;
};

struct snmp_discovery {
	TAILQ_ENTRY(snmp_discovery) link;
	struct snmp_client *client;
	struct sockaddr_storage address;
	int fd, tries, timeout_ms, handles;
	int tried;
	uint32_t msg_id;
	bool strange;                /* something came that is no answer */
	uv_poll_t poll;
	uv_timer_t timer;
	struct snmp_calls calls;
};

static uint32_t
random_id(void)
{
	uint32_t n = 0;

	if (getrandom(&n, sizeof(n), 0) != (ssize_t)sizeof(n))
		log_die("the kernel gives no random numbers");
	return n & 0x7fffffffu; /* RFC 3412 section 6.1: 0 to 2147483647 */
}

/*
 * What init_snmp would do, without reading configuration: the security models, which want a program's name, and an
 * engine id of our own, without which net-snmp takes no authenticated message. Nobody ever asks for it.
 */
void
snmp_engine_init(void)
{
	char own[32];

	(void)snprintf(own, sizeof(own), "larch %08x%08x", random_id(), random_id());
	(void)netsnmp_ds_set_string(NETSNMP_DS_LIBRARY_ID, NETSNMP_DS_LIB_APPTYPE, "larch");
	(void)setup_engineID(NULL, own);
	init_secmod();
}

/* ---- what is known ------------------------------------------------------------------------------ */

static bool
same(const struct sockaddr_storage *a, const struct sockaddr_storage *b)
{
	return memcmp(a, b, sizeof(struct sockaddr_in6)) == 0;
}

static struct snmp_engine *
find(const struct snmp_client *c, const struct sockaddr_storage *address)
{
	struct snmp_engine *e;

	LIST_FOREACH(e, &c->engines[snmp_address_bucket(address)], bucket)
		if (same(&e->address, address))
			return e;
	return NULL;
}

struct str
snmp_engine_of(const struct snmp_client *c, const struct sockaddr_storage *address)
{
	const struct snmp_engine *e = find(c, address);

	return e == NULL ? (struct str){NULL, 0} : (struct str){e->id, e->n};
}

static void
drop(struct snmp_client *c, struct snmp_engine *e)
{
	LIST_REMOVE(e, bucket);
	c->n_engines--;
	free(e);
}

void
snmp_engine_forget(struct snmp_client *c, const struct sockaddr_storage *address)
{
	struct snmp_engine *e = find(c, address);

	if (e != NULL)
		drop(c, e);
}

static void
forget_all(struct snmp_client *c)
{
	for (size_t i = 0; i < SNMP_BUCKETS; i++) {
		struct snmp_engine *e = LIST_FIRST(&c->engines[i]), *next;

		LIST_INIT(&c->engines[i]);
		for (; e != NULL; e = next) {
			next = LIST_NEXT(e, bucket);
			free(e);
		}
	}
	c->n_engines = 0;
}

static void
keep(struct snmp_client *c, const struct sockaddr_storage *address, struct str id)
{
	struct snmp_engine *e = find(c, address);

	if (e == NULL) {
		if (c->n_engines >= LIMIT_SNMP_ENGINES)
			forget_all(c); /* each is learnt again when it is needed */
		e = calloc(1, sizeof(*e));
		if (e == NULL)
			log_die("out of memory: an SNMP engine");
		e->address = *address;
		LIST_INSERT_HEAD(&c->engines[snmp_address_bucket(address)], e, bucket);
		c->n_engines++;
	}
	memcpy(e->id, id.p, id.n);
	e->n = id.n;
}

/* ---- the datagrams -------------------------------------------------------------------------------- */

static void
put_number(unsigned char *at, uint32_t n)
{
	for (int i = 0; i < 4; i++)
		at[i] = (unsigned char)(n >> (24 - 8 * i));
}

/* A discovery, RFC 3412 section 6 and RFC 3414 section 2.4, with its msgID and request-id. */
static size_t
question(uint32_t msg_id, unsigned char out[80])
{
	static const unsigned char whole[] = {0x30, 62, 0x02, 1, 3,           /* SNMPv3Message, msgVersion */
	    0x30, 17, 0x02, 4, 0, 0, 0, 0, 0x02, 3, 0x00, 0xff, 0xe3,         /* msgID, msgMaxSize 65507 */
	    0x04, 1, 0x04, 0x02, 1, 3,                                        /* reportable, user-based */
	    0x04, 16, 0x30, 14, 0x04, 0, 0x02, 1, 0, 0x02, 1, 0, 0x04, 0, 0x04, 0, 0x04, 0, /* no engine, no user */
	    0x30, 20, 0x04, 0, 0x04, 0,                                       /* ScopedPDU */
	    0xa0, 14, 0x02, 4, 0, 0, 0, 0, 0x02, 1, 0, 0x02, 1, 0, 0x30, 0};  /* GetRequest of nothing */

	_Static_assert(sizeof(whole) == 64, "the outer length fits the rest");
	memcpy(out, whole, sizeof(whole));
	put_number(out + 9, msg_id);
	put_number(out + 52, msg_id);
	return sizeof(whole);
}

/* The next element of that tag, its contents into *out; false when there is none. Lengths of up to two bytes (X.690 8.1.3). */
static bool
element(struct str *in, unsigned char tag, struct str *out)
{
	const unsigned char *p = (const unsigned char *)in->p;
	size_t head = 2, n;

	if (in->n < 2 || p[0] != tag)
		return false;
	n = p[1];
	if (n >= 0x80) {
		size_t more = n & 0x7f;

		if (more < 1 || more > 2 || in->n < 2 + more)
			return false;
		n = more == 1 ? p[2] : (size_t)p[2] << 8 | p[3];
		head += more;
	}
	if (in->n - head < n)
		return false;
	*out = (struct str){in->p + head, n};
	in->p += head + n;
	in->n -= head + n;
	return true;
}

/* An INTEGER that is not negative and fits 31 bits. */
static bool
integer(struct str *in, uint32_t *out)
{
	struct str bytes;

	if (!element(in, 0x02, &bytes) || bytes.n < 1 || bytes.n > 4 || (bytes.p[0] & 0x80) != 0)
		return false;
	*out = 0;
	for (size_t i = 0; i < bytes.n; i++)
		*out = *out << 8 | (unsigned char)bytes.p[i];
	return true;
}

bool
snmp_engine_read(struct str datagram, uint32_t msg_id, struct str *id)
{
	struct str message, header, security, parameters, flags;
	uint32_t version, got, size, model;

	return element(&datagram, 0x30, &message) && integer(&message, &version) && version == 3 &&
	    element(&message, 0x30, &header) && integer(&header, &got) && got == msg_id && integer(&header, &size) &&
	    element(&header, 0x04, &flags) && integer(&header, &model) && model == 3 &&
	    element(&message, 0x04, &security) && element(&security, 0x30, &parameters) &&
	    element(&parameters, 0x04, id) && id->n >= ENGINE_MIN && id->n <= ENGINE_MAX;
}

/* ---- asking ------------------------------------------------------------------------------------------ */

static void
on_closed(uv_handle_t *h)
{
	struct snmp_discovery *d = h->data;
	struct snmp_client *c = d->client;

	if (--d->handles > 0)
		return;
	free(d);
	snmp_client_release(c);
}

/* Off the list, its socket closed; memory goes with the uv handles. Its calls are moved to `left`. */
static void
close_discovery(struct snmp_discovery *d, struct snmp_calls *left)
{
	TAILQ_REMOVE(&d->client->discoveries, d, link);
	d->client->n_discoveries--;
	TAILQ_CONCAT(left, &d->calls, link);
	uv_close((uv_handle_t *)&d->poll, on_closed);
	uv_close((uv_handle_t *)&d->timer, on_closed);
	(void)close(d->fd);
}

static void
finish(struct snmp_discovery *d, enum snmp_outcome outcome, const char *why)
{
	struct snmp_client *c = d->client;
	struct snmp_calls left = TAILQ_HEAD_INITIALIZER(left);
	char peer[80], text[200];

	snmp_address_text(&d->address, peer, sizeof(peer));
	(void)snprintf(text, sizeof(text), "%s%s", peer, why);
	close_discovery(d, &left);
	snmp_client_resume(c, &left, outcome, text);
}

static void on_timer(uv_timer_t *t);

/* 0, or an errno: nobody is there. */
static int
send_question(struct snmp_discovery *d)
{
	unsigned char datagram[80];
	size_t n = question(d->msg_id, datagram);

	d->tried++;
	(void)uv_timer_start(&d->timer, on_timer, (uint64_t)d->timeout_ms, 0);
	if (send(d->fd, datagram, n, MSG_DONTWAIT | MSG_NOSIGNAL) >= 0 || errno == EAGAIN || errno == ENOBUFS)
		return 0; /* what did not leave counts as lost */
	return errno;
}

static void
gone(struct snmp_discovery *d, int code)
{
	char why[120];

	if (code == ECONNREFUSED)
		(void)snprintf(why, sizeof(why), ": nobody listens there (ICMP port unreachable)");
	else
		(void)snprintf(why, sizeof(why), ": %s", strerrordesc_np(code));
	finish(d, SNMP_UNREACHABLE, why);
}

static void
on_timer(uv_timer_t *t)
{
	struct snmp_discovery *d = t->data;
	char why[120];
	int code;

	if (d->tried < d->tries) {
		code = send_question(d);
		if (code != 0)
			gone(d, code);
		return;
	}
	(void)snprintf(why, sizeof(why), d->strange ? " sent datagrams, but no answer to the question"
	                                            : " did not answer: %d %s of %d ms", d->tries,
	    d->tries == 1 ? "try" : "tries", d->timeout_ms);
	finish(d, d->strange ? SNMP_GARBAGE : SNMP_SILENT, why);
}

static void
on_readable(uv_poll_t *p, int status, int events)
{
	struct snmp_discovery *d = p->data;
	char datagram[2048];
	struct str id;
	ssize_t n = status < 0 ? -1 : recv(d->fd, datagram, sizeof(datagram), MSG_DONTWAIT);
	int code = n >= 0 || (status >= 0 && (errno == EAGAIN || errno == EINTR)) ? 0
	    : status < 0 ? snmp_address_error(d->fd) : errno;

	(void)events;
	if (code != 0) {
		gone(d, code);
	} else if (n >= 0 && snmp_engine_read((struct str){datagram, (size_t)n}, d->msg_id, &id)) {
		keep(d->client, &d->address, id);
		finish(d, SNMP_OK, "");
	} else {
		d->strange = d->strange || n >= 0;
		if (status < 0) /* libuv has stopped the poll */
			(void)uv_poll_start(p, UV_READABLE, on_readable);
	}
}

/* NULL, with errno, when there is no socket or no way there. */
static struct snmp_discovery *
open_discovery(struct snmp_client *c, const struct snmp_target *t)
{
	int fd = socket(t->address.ss_family, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	struct snmp_discovery *d;

	if (fd < 0)
		return NULL;
	if (snmp_address_connect(fd, &t->address) != 0) {
		int code = errno;

		(void)close(fd);
		errno = code;
		return NULL;
	}
	d = calloc(1, sizeof(*d));
	if (d == NULL)
		log_die("out of memory: an SNMP discovery");
	*d = (struct snmp_discovery){.client = c, .address = t->address, .fd = fd, .tries = t->tries,
	    .timeout_ms = t->timeout_ms, .handles = 2, .msg_id = random_id()};
	TAILQ_INIT(&d->calls);
	if (uv_poll_init(c->loop, &d->poll, fd) != 0 || uv_timer_init(c->loop, &d->timer) != 0)
		log_die("libuv takes no more handles");
	d->poll.data = d->timer.data = d;
	c->handles++;
	(void)uv_poll_start(&d->poll, UV_READABLE, on_readable);
	TAILQ_INSERT_TAIL(&c->discoveries, d, link);
	c->n_discoveries++;
	return d;
}

static void
on_unsent(uv_timer_t *t)
{
	struct snmp_discovery *d = t->data;

	gone(d, d->tried); /* the errno of its first send */
}

void
snmp_engine_ask(struct snmp_client *c, struct snmp_call *call)
{
	struct snmp_discovery *d;
	int code;

	TAILQ_FOREACH(d, &c->discoveries, link) {
		if (same(&d->address, &call->target.address)) {
			TAILQ_INSERT_TAIL(&d->calls, call, link);
			return;
		}
	}
	if (c->n_discoveries >= LIMIT_SNMP_SESSIONS) {
		TAILQ_INSERT_TAIL(&c->unasked, call, link);
		return;
	}
	d = open_discovery(c, &call->target);
	if (d == NULL) {
		snmp_client_refuse(c, call, errno);
		return;
	}
	TAILQ_INSERT_TAIL(&d->calls, call, link);
	code = send_question(d);
	if (code != 0) { /* told from the loop, as everything is */
		d->tried = code;
		(void)uv_timer_start(&d->timer, on_unsent, 0, 0);
	}
}

void
snmp_engine_next(struct snmp_client *c)
{
	struct snmp_call *call;

	while (c->n_discoveries < LIMIT_SNMP_SESSIONS && (call = TAILQ_FIRST(&c->unasked)) != NULL) {
		TAILQ_REMOVE(&c->unasked, call, link);
		snmp_engine_ask(c, call);
	}
}

/* ---- keys -------------------------------------------------------------------------------------------------- */

static void
wipe(struct snmp_key *k)
{
	if (k->passphrase != NULL)
		explicit_bzero(k->passphrase, strlen(k->passphrase));
	free(k->passphrase);
	explicit_bzero(k, sizeof(*k));
}

const struct snmp_key *
snmp_engine_key(struct snmp_client *c, const char *passphrase)
{
	struct snmp_key *k;

	for (size_t i = 0; i < SNMP_KEYS; i++)
		if (c->keys[i].passphrase != NULL && strcmp(c->keys[i].passphrase, passphrase) == 0)
			return &c->keys[i];
	k = &c->keys[c->next_key++ % SNMP_KEYS];
	wipe(k);
	k->n = sizeof(k->key);
	if (generate_Ku(usmHMAC192SHA256AuthProtocol, LARCH_COUNT(usmHMAC192SHA256AuthProtocol), (const u_char *)passphrase,
	    strlen(passphrase), k->key, &k->n) != SNMPERR_SUCCESS)
		return NULL;
	k->passphrase = strdup(passphrase);
	if (k->passphrase == NULL)
		log_die("out of memory: an SNMP key");
	return k;
}

void
snmp_engine_end(struct snmp_client *c, struct snmp_calls *left)
{
	struct snmp_discovery *d;

	while ((d = TAILQ_FIRST(&c->discoveries)) != NULL)
		close_discovery(d, left);
	TAILQ_CONCAT(left, &c->unasked, link);
	forget_all(c);
	for (size_t i = 0; i < SNMP_KEYS; i++)
		wipe(&c->keys[i]);
}
