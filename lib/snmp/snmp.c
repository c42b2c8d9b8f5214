/* SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>
#include <string.h>

#include "room.h"

const char *
snmp_outcome_name(enum snmp_outcome o)
{
	static const char *const name[SNMP_OUTCOME_COUNT] = {
	    [SNMP_OK] = "ok",
	    [SNMP_SILENT] = "silent",
	    [SNMP_UNREACHABLE] = "unreachable",
	    [SNMP_REFUSED] = "refused",
	    [SNMP_AUTH] = "auth",
	    [SNMP_GARBAGE] = "garbage",
	    [SNMP_CANCELLED] = "cancelled",
	    [SNMP_NOT_SENT] = "not-sent",
	};

	return (unsigned)o < SNMP_OUTCOME_COUNT ? name[o] : "unknown";
}

bool
snmp_oid_below(const struct snmp_oid *oid, const struct snmp_oid *base)
{
	return oid->n >= base->n && base->n <= SNMP_OID &&
	    memcmp(oid->id, base->id, base->n * sizeof(base->id[0])) == 0;
}

void
snmp_oid_text(const struct snmp_oid *oid, struct buf *out)
{
	for (size_t i = 0; i < oid->n && i < SNMP_OID; i++)
		buf_printf(out, "%s%" PRIu32, i == 0 ? "" : ".", oid->id[i]);
}

void
snmp_get(struct snmp_client *c, const struct snmp_target *t, const struct snmp_oid *oids, size_t n,
    snmp_done_fn *done, void *ctx)
{
	const struct snmp_question q = {
	    .kind = SNMP_KIND_GET, .oids = oids, .n = n, .max_values = n, .done = done, .ctx = ctx};

	snmp_client_start(c, snmp_call_create(c, t, &q));
}

void
snmp_walk(struct snmp_client *c, const struct snmp_target *t, const struct snmp_oid *columns, size_t n,
    size_t max_values, snmp_done_fn *done, void *ctx)
{
	const struct snmp_question q = {.kind = SNMP_KIND_WALK, .oids = columns, .n = n,
	    .max_values = max_values, .done = done, .ctx = ctx};

	snmp_client_start(c, snmp_call_create(c, t, &q));
}

void
snmp_set(struct snmp_client *c, const struct snmp_target *t, const struct snmp_oid *oid, int64_t value,
    snmp_done_fn *done, void *ctx)
{
	const struct snmp_put put = {.type = SNMP_PUT_INTEGER, .number = value};

	snmp_write(c, t, oid, &put, done, ctx);
}

void
snmp_write(struct snmp_client *c, const struct snmp_target *t, const struct snmp_oid *oid, const struct snmp_put *put,
    snmp_done_fn *done, void *ctx)
{
	const struct snmp_question q = {.kind = SNMP_KIND_SET, .oids = oid, .n = 1, .put = *put, .max_values = 1,
	    .done = done, .ctx = ctx};

	snmp_client_start(c, snmp_call_create(c, t, &q));
}
