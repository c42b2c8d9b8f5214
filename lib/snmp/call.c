/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A call is a list of objects asked, worked off in requests of at most
 * `budget` varbinds. Each answer either settles some of the objects, or makes
 * the next request smaller, or ends the call.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "room.h"

#define DEFAULT_VARBINDS 16
#define OFFSET(n) ((const char *)(uintptr_t)(n)) /* a text's place while its buffer may still move */

static void *
must(void *p, size_t n)
{
	if (p == NULL)
		log_die("out of memory: an SNMP call wanted %zu bytes", n);
	return p;
}

static void *
zeroed(size_t count, size_t size)
{
	return must(calloc(count == 0 ? 1 : count, size), count * size);
}

static char *
copied(const char *s)
{
	return s == NULL ? NULL : must(strdup(s), strlen(s));
}

static void
forget(const char *secret)
{
	char *s;

	memcpy(&s, &secret, sizeof(s)); /* our own copy behind a const */
	if (s != NULL)
		explicit_bzero(s, strlen(s));
	free(s);
}

/* ---- life ------------------------------------------------------------------ */

static void
check_put(struct snmp_call *call, const struct snmp_put *put)
{
	if (put->type == SNMP_PUT_OCTETS && put->octets.n > LIMIT_SNMP_OCTETS)
		snmp_call_end(call, SNMP_NOT_SENT, "%zu bytes are more than one SET may write (%d)", put->octets.n,
		    LIMIT_SNMP_OCTETS);
	else if (put->type == SNMP_PUT_INTEGER && (put->number < INT32_MIN || put->number > INT32_MAX))
		snmp_call_end(call, SNMP_NOT_SENT, "%lld does not fit an INTEGER of 32 bits (RFC 2578 section 7.1.1)",
		    (long long)put->number);
	else if (put->type == SNMP_PUT_UNSIGNED && (put->number < 0 || put->number > UINT32_MAX))
		snmp_call_end(call, SNMP_NOT_SENT, "%lld does not fit an Unsigned32 (RFC 2578 section 7.1.11)",
		    (long long)put->number);
}

/* RFC 3414 section 11.2: a passphrase has 8 bytes or more. */
static bool
is_passphrase(const char *secret)
{
	return secret != NULL && strlen(secret) >= 8;
}

/* Nothing less than the target's security leaves: a missing secret is never taken for "none wanted". */
static void
check_user(struct snmp_call *call)
{
	const struct snmp_target *t = &call->target;

	if (t->user == NULL || t->user[0] == '\0' || strlen(t->user) > 32)
		snmp_call_end(call, SNMP_NOT_SENT, "SNMP version 3 needs a user of 1 to 32 bytes (RFC 3414 section 5)");
	else if (t->security != SNMP_NO_AUTH && !is_passphrase(t->auth_secret))
		snmp_call_end(call, SNMP_NOT_SENT, "SNMP version 3 needs an authentication passphrase of 8 bytes or more");
	else if (t->security == SNMP_AUTH_PRIV && !is_passphrase(t->priv_secret))
		snmp_call_end(call, SNMP_NOT_SENT, "SNMP version 3 needs a privacy passphrase of 8 bytes or more");
}

static void
check(struct snmp_call *call, const struct snmp_question *q)
{
	const struct snmp_target *t = &call->target;

	if (t->version == 3)
		check_user(call);
	else if (t->version != 1 && t->version != 2)
		snmp_call_end(call, SNMP_NOT_SENT, "SNMP version %d does not exist; use 1, 2 or 3", t->version);
	else if (t->community == NULL)
		snmp_call_end(call, SNMP_NOT_SENT, "no community is known for this device");
	if (call->ended)
		return;
	if (t->address.ss_family != AF_INET && t->address.ss_family != AF_INET6)
		snmp_call_end(call, SNMP_NOT_SENT, "the device's address is neither IPv4 nor IPv6");
	else if (q->n > LIMIT_SNMP_OBJECTS)
		snmp_call_end(call, SNMP_NOT_SENT, "%zu objects are more than one call may ask (%d)", q->n,
		    LIMIT_SNMP_OBJECTS);
	else if (q->kind == SNMP_KIND_SET)
		check_put(call, &q->put);
	for (size_t i = 0; i < q->n && !call->ended; i++)
		if (q->oids[i].n < 2 || q->oids[i].n > SNMP_OID)
			snmp_call_end(call, SNMP_NOT_SENT, "an object identifier has 2 to %d numbers, not %zu",
			    SNMP_OID, q->oids[i].n);
}

struct snmp_call *
snmp_call_create(struct snmp_client *c, const struct snmp_target *t, const struct snmp_question *q)
{
	struct snmp_call *call = zeroed(1, sizeof(*call));

	call->client = c;
	call->kind = q->kind;
	call->done = q->done;
	call->ctx = q->ctx;
	call->put = q->put;
	call->max_values = q->max_values < LIMIT_SNMP_OBJECTS ? q->max_values : LIMIT_SNMP_OBJECTS;
	call->target = *t;
	call->target.community = copied(t->community);
	call->target.user = copied(t->user);
	call->target.auth_secret = copied(t->auth_secret);
	call->target.priv_secret = copied(t->priv_secret);
	call->target.timeout_ms = t->timeout_ms > 0 ? t->timeout_ms : q->put.once ? 3000 : 1000;
	call->target.tries = q->put.once ? 1 : t->tries > 0 ? t->tries : 3;
	call->budget = t->max_varbinds > 0 ? (size_t)t->max_varbinds : DEFAULT_VARBINDS;
	if (call->budget > LIMIT_SNMP_VARBINDS)
		call->budget = LIMIT_SNMP_VARBINDS;
	call->text = BUF(LIMIT_SNMP_TEXT);
	check(call, q);
	if (call->ended)
		return call;
	if (q->put.octets.n > 0)
		memcpy(call->octets, q->put.octets.p, q->put.octets.n);
	call->put.octets.p = call->octets;
	call->n_asked = q->n;
	call->asked = zeroed(q->n, sizeof(*call->asked));
	for (size_t i = 0; i < q->n; i++)
		call->asked[i].base = call->asked[i].last = q->oids[i];
	if (q->kind != SNMP_KIND_WALK) { /* a place for each answer, in the order asked */
		call->values = zeroed(q->n, sizeof(*call->values));
		call->n_values = call->cap_values = q->n;
		for (size_t i = 0; i < q->n; i++)
			call->values[i].oid = q->oids[i];
	}
	if (q->n == 0)
		snmp_call_end(call, SNMP_OK, "%s", "");
	return call;
}

void
snmp_call_destroy(struct snmp_call *call)
{
	if (call == NULL)
		return;
	forget(call->target.community);
	forget(call->target.user);
	forget(call->target.auth_secret);
	forget(call->target.priv_secret);
	free(call->asked);
	free(call->values);
	free(call->column);
	buf_free(&call->text);
	free(call);
}

void
snmp_call_end(struct snmp_call *call, enum snmp_outcome outcome, const char *fmt, ...)
{
	va_list ap;

	if (call->ended)
		return;
	call->ended = true;
	call->answer.outcome = outcome;
	va_start(ap, fmt);
	(void)vsnprintf(call->answer.text, sizeof(call->answer.text), fmt, ap);
	va_end(ap);
}

/* Values of a walk arrive row by row over its columns; the caller gets column by column. */
static void
sort_columns(struct snmp_call *call)
{
	struct snmp_value *sorted = zeroed(call->n_values, sizeof(*sorted));
	size_t *at = zeroed(call->n_asked + 1, sizeof(*at));

	for (size_t i = 0; i < call->n_values; i++)
		at[call->column[i] + 1]++;
	for (size_t i = 0; i < call->n_asked; i++)
		at[i + 1] += at[i];
	for (size_t i = 0; i < call->n_values; i++)
		sorted[at[call->column[i]]++] = call->values[i];
	free(at);
	free(call->values);
	call->values = sorted;
}

void
snmp_call_tell(struct snmp_call *call)
{
	struct snmp_answer *a = &call->answer;

	if (a->outcome == SNMP_OK) {
		if (call->kind == SNMP_KIND_WALK && call->n_asked > 1)
			sort_columns(call);
		for (size_t i = 0; i < call->n_values; i++)
			if (call->values[i].type == SNMP_TEXT)
				call->values[i].text.p = (call->text.p == NULL ? "" : call->text.p) +
				    (uintptr_t)call->values[i].text.p;
		a->values = call->values;
		a->n = call->n_values;
	}
	call->done(call->ctx, a);
}

/* ---- asking ---------------------------------------------------------------- */

static void
add_null(netsnmp_pdu *pdu, const struct snmp_oid *from)
{
	oid name[SNMP_OID];

	for (size_t i = 0; i < from->n; i++)
		name[i] = from->id[i];
	(void)must(snmp_add_null_var(pdu, name, from->n), sizeof(name));
}

static void
add_put(netsnmp_pdu *pdu, const struct snmp_oid *at, const struct snmp_put *put)
{
	static const u_char asn[] = {[SNMP_PUT_INTEGER] = ASN_INTEGER, [SNMP_PUT_UNSIGNED] = ASN_UNSIGNED,
	    [SNMP_PUT_OCTETS] = ASN_OCTET_STR};
	bool octets = put->type == SNMP_PUT_OCTETS;
	long value = (long)put->number;
	oid name[SNMP_OID];

	for (size_t i = 0; i < at->n; i++)
		name[i] = at->id[i];
	(void)must(snmp_pdu_add_variable(pdu, name, at->n, asn[put->type], octets ? (const void *)put->octets.p : &value,
	    octets ? put->octets.n : sizeof(value)), sizeof(value));
}

static void
choose(struct snmp_call *call)
{
	call->n_chunk = 0;
	for (size_t i = call->first; i < call->n_asked && call->n_chunk < call->budget; i++)
		if (!call->asked[i].done)
			call->chunk[call->n_chunk++] = i;
	call->repeat = call->n_chunk == 0 ? 1 : call->budget / call->n_chunk;
	if (call->target.version == 1 || call->kind != SNMP_KIND_WALK)
		call->repeat = 1;
}

netsnmp_pdu *
snmp_call_pdu(struct snmp_call *call)
{
	static const int command[SNMP_KIND_COUNT][2] = {[SNMP_KIND_GET] = {SNMP_MSG_GET, SNMP_MSG_GET},
	    [SNMP_KIND_WALK] = {SNMP_MSG_GETBULK, SNMP_MSG_GETNEXT},
	    [SNMP_KIND_SET] = {SNMP_MSG_SET, SNMP_MSG_SET}};
	netsnmp_pdu *pdu = must(snmp_pdu_create(command[call->kind][call->target.version == 1]), sizeof(*pdu));

	choose(call);
	if (pdu->command == SNMP_MSG_GETBULK) {
		pdu->non_repeaters = 0;
		pdu->max_repetitions = (long)call->repeat;
	}
	if (call->kind == SNMP_KIND_SET) {
		add_put(pdu, &call->asked[0].base, &call->put);
		return pdu;
	}
	for (size_t i = 0; i < call->n_chunk; i++)
		add_null(pdu, &call->asked[call->chunk[i]].last);
	return pdu;
}

/* ---- one value --------------------------------------------------------------- */

static int
oid_of(const oid *name, size_t n, struct snmp_oid *out)
{
	if (n > SNMP_OID)
		return -1;
	out->n = n;
	for (size_t i = 0; i < n; i++)
		out->id[i] = (uint32_t)name[i];
	return 0;
}

static void
take_text(struct snmp_call *call, const netsnmp_variable_list *v, struct snmp_value *out)
{
	out->type = SNMP_TEXT;
	out->text = (struct str){OFFSET(call->text.n), v->val_len};
	buf_add(&call->text, v->val.string, v->val_len);
	if (call->text.over)
		snmp_call_end(call, SNMP_GARBAGE, "the device's answers hold more than %u bytes of text",
		    LIMIT_SNMP_TEXT);
}

static void
take_counter64(const netsnmp_variable_list *v, struct snmp_value *out)
{
	uint64_t n = (uint64_t)v->val.counter64->high << 32 | (uint64_t)v->val.counter64->low;

	if (n <= INT64_MAX) { /* above is nothing we can hold: no value */
		out->type = SNMP_NUMBER;
		out->number = (int64_t)n;
	}
}

/* The value without its name. Everything that is not a value stays SNMP_NONE. */
static void
take_value(struct snmp_call *call, const netsnmp_variable_list *v, struct snmp_value *out)
{
	out->type = SNMP_NONE;
	switch (v->type) {
	case ASN_INTEGER:
		out->type = SNMP_NUMBER;
		out->number = *v->val.integer;
		break;
	case ASN_COUNTER:
	case ASN_GAUGE: /* also Unsigned32 */
	case ASN_TIMETICKS:
	case ASN_UINTEGER:
		out->type = SNMP_NUMBER;
		out->number = (int64_t)(uint32_t)*v->val.integer;
		break;
	case ASN_COUNTER64:
		take_counter64(v, out);
		break;
	case ASN_OCTET_STR:
	case ASN_IPADDRESS:
		take_text(call, v, out);
		break;
	case ASN_OBJECT_ID:
		out->type = SNMP_OBJECT;
		if (oid_of(v->val.objid, v->val_len / sizeof(oid), &out->object) != 0)
			snmp_call_end(call, SNMP_GARBAGE, "an object identifier in the answer has more than %d numbers",
			    SNMP_OID);
		break;
	default:
		break;
	}
}

static bool
is_exception(const netsnmp_variable_list *v)
{
	return v->type == SNMP_NOSUCHOBJECT || v->type == SNMP_NOSUCHINSTANCE || v->type == SNMP_ENDOFMIBVIEW;
}

static int
compare(const netsnmp_variable_list *v, const struct snmp_oid *o)
{
	for (size_t i = 0; i < v->name_length && i < o->n; i++)
		if (v->name[i] != o->id[i])
			return v->name[i] < o->id[i] ? -1 : 1;
	return v->name_length == o->n ? 0 : v->name_length < o->n ? -1 : 1;
}

static bool
is_below(const netsnmp_variable_list *v, const struct snmp_oid *base)
{
	if (v->name_length < base->n)
		return false;
	for (size_t i = 0; i < base->n; i++)
		if (v->name[i] != base->id[i])
			return false;
	return true;
}

/* ---- answers ----------------------------------------------------------------- */

static void
garbage(struct snmp_call *call, const char *what, const char *clause)
{
	char peer[80];

	snmp_address_text(&call->target.address, peer, sizeof(peer));
	snmp_call_end(call, SNMP_GARBAGE, "%s: %s (%s)", peer, what, clause);
}

static void
take_get(struct snmp_call *call, const netsnmp_pdu *pdu)
{
	const netsnmp_variable_list *v = pdu->variables;

	for (size_t i = 0; i < call->n_chunk && !call->ended; i++, v = v->next_variable) {
		struct snmp_asked *a = &call->asked[call->chunk[i]];

		if (v == NULL || compare(v, &a->base) != 0) {
			garbage(call, "the answer names other objects than were asked", "RFC 3416 section 4.2.1");
			return;
		}
		take_value(call, v, &call->values[call->chunk[i]]);
		a->done = true;
	}
	if (v != NULL)
		garbage(call, "the answer has more objects than were asked", "RFC 3416 section 4.2.1");
}

static void
take_set(struct snmp_call *call, const netsnmp_pdu *pdu)
{
	const netsnmp_variable_list *v = pdu->variables;

	if (v == NULL || v->next_variable != NULL || compare(v, &call->asked[0].base) != 0 || is_exception(v)) {
		garbage(call, "the SET was answered without an error and without its value",
		    "RFC 3416 section 4.2.5");
		return;
	}
	take_value(call, v, &call->values[0]);
	call->asked[0].done = true;
}

static struct snmp_value *
grow(struct snmp_call *call, size_t column)
{
	if (call->n_values == call->max_values) {
		char peer[80];

		snmp_address_text(&call->target.address, peer, sizeof(peer));
		snmp_call_end(call, SNMP_GARBAGE, "%s: the table has more than the %zu values it may have", peer,
		    call->max_values);
		return NULL;
	}
	if (call->n_values == call->cap_values) {
		call->cap_values = call->cap_values == 0 ? 64 : call->cap_values * 2;
		call->values = must(reallocarray(call->values, call->cap_values, sizeof(*call->values)),
		    call->cap_values * sizeof(*call->values));
		call->column = must(reallocarray(call->column, call->cap_values, sizeof(*call->column)),
		    call->cap_values * sizeof(*call->column));
	}
	call->column[call->n_values] = column;
	call->values[call->n_values] = (struct snmp_value){.type = SNMP_NONE};
	return &call->values[call->n_values++];
}

static void
take_row(struct snmp_call *call, size_t column, const netsnmp_variable_list *v)
{
	struct snmp_asked *a = &call->asked[column];
	struct snmp_value *out;

	if (is_exception(v) || !is_below(v, &a->base)) {
		a->done = true;
		return;
	}
	if (compare(v, &a->last) <= 0 || v->name_length > SNMP_OID) {
		garbage(call, "a walk came back to a row it had passed, or to one with a name too long",
		    "RFC 3416 section 4.2.3");
		return;
	}
	out = grow(call, column);
	if (out == NULL)
		return;
	(void)oid_of(v->name, v->name_length, &out->oid);
	a->last = out->oid;
	take_value(call, v, out);
}

/* A GETBULK answer may be cut after any varbind (RFC 3416 section 4.2.3), but has at least one. */
static void
take_walk(struct snmp_call *call, const netsnmp_pdu *pdu)
{
	size_t i = 0;

	for (const netsnmp_variable_list *v = pdu->variables; v != NULL && !call->ended; v = v->next_variable, i++) {
		size_t column = call->chunk[i % call->n_chunk];

		if (i >= call->n_chunk * call->repeat)
			garbage(call, "the answer has more rows than were asked", "RFC 3416 section 4.2.3");
		else if (!call->asked[column].done)
			take_row(call, column, v);
	}
	if (i == 0)
		garbage(call, "the answer has no rows and no end", "RFC 3416 section 4.2.3");
	else if (call->target.version == 1 && i != call->n_chunk)
		garbage(call, "the answer has fewer objects than were asked", "RFC 1157 section 4.1.3");
}

/* ---- errors the agent named ---------------------------------------------------- */

static const char *
status_name(long status)
{
	static const char *const name[] = {"noError", "tooBig", "noSuchName", "badValue", "readOnly", "genErr",
	    "noAccess", "wrongType", "wrongLength", "wrongEncoding", "wrongValue", "noCreation",
	    "inconsistentValue", "resourceUnavailable", "commitFailed", "undoFailed", "authorizationError",
	    "notWritable", "inconsistentName"};

	return status >= 0 && status < (long)LARCH_COUNT(name) ? name[status] : "an unknown error-status";
}

static void
refused(struct snmp_call *call, const netsnmp_pdu *pdu)
{
	static const char *const verb[SNMP_KIND_COUNT] = {
	    [SNMP_KIND_GET] = "reading", [SNMP_KIND_WALK] = "walking", [SNMP_KIND_SET] = "writing"};
	struct buf object = BUF(LIMIT_NAME * 4);
	char peer[80];
	size_t at = pdu->errindex >= 1 && (size_t)pdu->errindex <= call->n_chunk ? (size_t)pdu->errindex - 1 : 0;

	snmp_address_text(&call->target.address, peer, sizeof(peer));
	snmp_oid_text(&call->asked[call->chunk[at]].base, &object);
	snmp_call_end(call, SNMP_REFUSED, "%s refused %s %.100s: %s (%ld)", peer, verb[call->kind],
	    object.p, status_name(pdu->errstat), pdu->errstat);
	call->answer.status = (int)pdu->errstat;
	buf_free(&object);
}

/* Version 1 has no exceptions: one missing object fails the whole request (RFC 1157 section 4.1.2). */
static bool
is_missing(const struct snmp_call *call, const netsnmp_pdu *pdu)
{
	return call->target.version == 1 && pdu->errstat == SNMP_ERR_NOSUCHNAME && call->kind != SNMP_KIND_SET &&
	    ((pdu->errindex >= 1 && (size_t)pdu->errindex <= call->n_chunk) || call->n_chunk == 1);
}

/*
 * A Report of the user-based security model (RFC 3414 section 5: usmStats.1 to .6): what the engine did not like.
 * Another engine id is learnt once.
 */
static void
reported(struct snmp_call *call, const netsnmp_pdu *pdu)
{
	static const oid stats[] = {1, 3, 6, 1, 6, 3, 15, 1, 1};
	static const char *const said[] = {"does not offer this security level (usmStatsUnsupportedSecLevels)",
	    "says that the clocks do not agree (usmStatsNotInTimeWindows)",
	    "does not know this user (usmStatsUnknownUserNames)",
	    "says that it is another engine (usmStatsUnknownEngineIDs)",
	    "does not accept the authentication passphrase (usmStatsWrongDigests)",
	    "does not accept the privacy passphrase (usmStatsDecryptionErrors)"};
	const netsnmp_variable_list *v = pdu->variables;
	size_t n = LARCH_COUNT(stats), which;
	char peer[80];

	if (v == NULL || v->name_length < n + 1 || memcmp(v->name, stats, sizeof(stats)) != 0 || v->name[n] < 1 ||
	    v->name[n] > LARCH_COUNT(said)) {
		garbage(call, "the answer is a Report of something else", "RFC 3412 section 7.1.2");
		return;
	}
	which = (size_t)v->name[n] - 1;
	if (which == 3 && !call->asked_engine) {
		call->other_engine = true;
		return;
	}
	snmp_address_text(&call->target.address, peer, sizeof(peer));
	snmp_call_end(call, SNMP_AUTH, "%s %s", peer, said[which]);
}

bool
snmp_call_shrink(struct snmp_call *call)
{
	size_t size = call->n_chunk * call->repeat;

	if (size <= 1)
		return false;
	call->budget = size / 2;
	return true;
}

void
snmp_call_take(struct snmp_call *call, const netsnmp_pdu *pdu)
{
	static void (*const take[SNMP_KIND_COUNT])(struct snmp_call *, const netsnmp_pdu *) = {
	    [SNMP_KIND_GET] = take_get, [SNMP_KIND_WALK] = take_walk, [SNMP_KIND_SET] = take_set};

	if (pdu->command == SNMP_MSG_REPORT && call->target.version == 3) {
		reported(call, pdu);
		return;
	}
	if (pdu->command != SNMP_MSG_RESPONSE) {
		garbage(call, "the answer is no Response-PDU", "RFC 3416 section 4.2");
	} else if (pdu->errstat == SNMP_ERR_TOOBIG && snmp_call_shrink(call)) {
		return;
	} else if (is_missing(call, pdu)) {
		size_t at = pdu->errindex >= 1 && (size_t)pdu->errindex <= call->n_chunk ?
		    (size_t)pdu->errindex - 1 : 0;

		call->asked[call->chunk[at]].done = true;
	} else if (pdu->errstat != SNMP_ERR_NOERROR) {
		refused(call, pdu);
	} else {
		take[call->kind](call, pdu);
	}
	while (call->first < call->n_asked && call->asked[call->first].done)
		call->first++;
	if (call->first == call->n_asked)
		snmp_call_end(call, SNMP_OK, "%s", "");
}
