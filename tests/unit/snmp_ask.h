/* SPDX-License-Identifier: Apache-2.0 */
/*
 * For tests of the SNMP client with the device types against real agents: one
 * loop, one client, one target and its family, and calls that wait for their
 * end. Everything is static: each test program has its own.
 */
#ifndef LARCH_TESTS_SNMP_ASK_H
#define LARCH_TESTS_SNMP_ASK_H

#include <arpa/inet.h>
#include <stdlib.h>
#include <unistd.h>

#include "devtype/devtype.h"
#include "snmp_result.h"

#define PATIENCE 20000 /* ms until a condition must hold, on a loaded machine */

static struct devtype_set *types;
static struct snmp_target target;
static const struct devtype *type;

/* ---- asking ------------------------------------------------------------------------------ */

static inline struct snmp_oid
from(const struct devtype_oid *o)
{
	struct snmp_oid out = {.n = o->n};

	memcpy(out.id, o->id, sizeof(out.id));
	return out;
}

static inline enum snmp_outcome
finish(void)
{
	while (res.done == 0)
		(void)uv_run(&loop, UV_RUN_DEFAULT);
	return res.outcome;
}

static inline enum snmp_outcome
get(const struct devtype_oid *o)
{
	const struct snmp_oid one = from(o);

	memset(&res, 0, sizeof(res));
	snmp_get(client, &target, &one, 1, on_done, &res);
	return finish();
}

static inline enum snmp_outcome
get_text(const char *oid)
{
	struct devtype_oid o;

	T_INT(devtype_parse_oid(str_of(oid), &o, NULL), 0);
	return get(&o);
}

static inline enum snmp_outcome
walk(const struct devtype_oid *o)
{
	const struct snmp_oid one = from(o);

	memset(&res, 0, sizeof(res));
	snmp_walk(client, &target, &one, 1, 400, on_done, &res);
	return finish();
}

/* The cell of a column in an outlet's row, n from 1: the sim's tables have one tower and one infeed. */
static inline struct devtype_oid
cell(const struct devtype_oid *column, uint32_t n)
{
	struct devtype_oid index = {.id = {1, 1, 1}, .n = type->index_length}, out;

	index.id[index.n - 1] = n;
	T_INT(devtype_cell(column, &index, &out), 0);
	return out;
}

static inline enum snmp_outcome
set(uint32_t n, int64_t value)
{
	const struct devtype_oid c = cell(&type->control, n);
	const struct snmp_oid one = from(&c);

	memset(&res, 0, sizeof(res));
	snmp_set(client, &target, &one, value, on_done, &res);
	return finish();
}

/* What an outlet is, its pending column beside its state, as the driver will read it. */
static inline enum devtype_state
state(uint32_t n)
{
	const struct devtype_oid both[2] = {cell(&type->state, n), cell(&type->pending, n)};
	const struct snmp_oid ask[2] = {from(&both[0]), from(&both[1])};
	const struct devtype_state_row *row;

	memset(&res, 0, sizeof(res));
	snmp_get(client, &target, ask, 2, on_done, &res);
	if (finish() != SNMP_OK || res.values[0].type != SNMP_NUMBER)
		return DEVTYPE_UNKNOWN;
	row = devtype_state_of(type, res.values[0].number);
	return row == NULL ? DEVTYPE_UNKNOWN : devtype_with_pending(row->state,
	    res.values[1].type == SNMP_NUMBER && devtype_is_pending(type, res.values[1].number));
}

/* Ask until it is so; how long it took, or -1. */
static inline int64_t
becomes(uint32_t n, enum devtype_state want)
{
	int64_t began = times_boot();

	while (state(n) != want) {
		if (times_boot() - began > PATIENCE)
			return -1;
		usleep(5000);
	}
	return times_boot() - began;
}

/* Ask for `ms`; true when it was so all the time. */
static inline bool
stays(uint32_t n, enum devtype_state want, int64_t ms)
{
	int64_t began = times_boot();

	while (times_boot() - began < ms) {
		if (state(n) != want)
			return false;
		usleep(5000);
	}
	return true;
}

/* It is so now, or the machine was so busy that `ms` since `began` have passed and it is over. */
static inline bool
was(uint32_t n, enum devtype_state want, int64_t began, int64_t ms)
{
	return state(n) == want || times_boot() - began >= ms;
}

static inline double
amperes(const struct devtype_measure *m, const struct devtype_oid *o)
{
	double value = -1;

	if (get(o) == SNMP_OK && res.values[0].type == SNMP_NUMBER)
		(void)devtype_measured(m, res.values[0].number, 0, &value);
	return value;
}

static inline bool
set_address(const char *address)
{
	struct sockaddr_in at = {.sin_family = AF_INET};
	struct str rest = str_of(address), host = str_cut(&rest, ':');
	char text[INET_ADDRSTRLEN];
	int64_t port;

	snprintf(text, sizeof(text), "%.*s", (int)host.n, host.p);
	if (inet_pton(AF_INET, text, &at.sin_addr) != 1 || str_int(str_cut(&rest, '\n'), 1, 65535, &port) != 0)
		return false;
	at.sin_port = htons((uint16_t)port);
	memset(&target.address, 0, sizeof(target.address));
	memcpy(&target.address, &at, sizeof(at));
	return true;
}

/* sysObjectID, the confirming object and the absent one are the family's. */
static inline void
is_recognised(void)
{
	const struct devtype_oid sys = {.id = {1, 3, 6, 1, 2, 1, 1, 2, 0}, .n = 9};
	struct devtype_oid object;

	T_INT(get(&sys), SNMP_OK);
	T_INT(res.values[0].type, SNMP_OBJECT);
	object.n = res.values[0].object.n;
	memcpy(object.id, res.values[0].object.id, sizeof(object.id));
	T_OK(devtype_is_family(type, &object));
	T_INT(get(&type->confirm), SNMP_OK);
	T_OK(res.values[0].type != SNMP_NONE);
	if (type->unless.n > 0) {
		T_INT(get(&type->unless), SNMP_OK);
		T_INT(res.values[0].type, SNMP_NONE);
	}
}

static inline int
set_up(void)
{
	struct yang *y = NULL;
	struct err e;

	(void)uv_loop_init(&loop);
	if (yang_create(t_path("etc/yang"), &y, &e) != 0 || devtype_load(t_path("mib"), y, &types, &e) != 0 ||
	    snmp_client_create(&loop, &client, &e) != 0) {
		printf("Bail out! %s\n", e.text);
		return -1;
	}
	yang_destroy(y);
	return 0;
}


static inline int
end(int rc)
{
	snmp_client_destroy(client);
	(void)uv_run(&loop, UV_RUN_DEFAULT);
	(void)uv_loop_close(&loop);
	devtype_destroy(types);
	return rc;
}

#endif
