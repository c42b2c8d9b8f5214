/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Sensors of a made-up server: IPMI v2.0 sections 33, 35 and 43. The records
 * are made from the rows below when they are asked for, so that ten thousand
 * BMCs hold none. Record n has the id n.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bmc_sim.h"
#include "sim_text.h"

#define RECORD 80
#define FULL 0x01
#define COMPACT 0x02
#define EVENT_ONLY 0x03
#define FRU 0x11
#define CONTROLLER 0x12
#define MORE 0x80      /* number of the first of `sensors` more */
#define STAMP 0x67000000u

/* Thresholds in the order of table 35-15: lower non-critical, critical, non-recoverable, upper ones alike; 0: none. */
struct made {
	uint8_t kind, number, sensor_type, reading_type, entity, instance;
	const char *name;
	uint8_t unit;                   /* table 43-15 */
	int m, r_exponent;              /* the value is m * byte * 10^r */
	uint8_t limits[6];
	int off, on;                    /* its byte, or its states, with the chassis off and on */
	uint8_t share;                  /* sensors named NAME A, NAME B ... */
};

static const struct made made[] = {
    {.kind = FULL, .number = 0x01, .sensor_type = 0x01, .reading_type = 1, .entity = 0x37, .instance = 1, .name = "Inlet Temp",
        .unit = 1, .m = 1, .limits = {5, 3, 0, 38, 42, 47}, .off = 22, .on = 23},
    {.kind = FULL, .number = 0x02, .sensor_type = 0x01, .reading_type = 1, .entity = 0x03, .instance = 1, .name = "CPU1 Temp",
        .unit = 1, .m = 1, .limits = {0, 0, 0, 85, 90, 95}, .off = 24, .on = 51},
    {.kind = FULL, .number = 0x03, .sensor_type = 0x01, .reading_type = 1, .entity = 0x03, .instance = 2, .name = "CPU2 Temp",
        .unit = 1, .m = 1, .limits = {0, 0, 0, 85, 90, 95}, .off = 24, .on = 48},
    {.kind = FULL, .number = 0x04, .sensor_type = 0x02, .reading_type = 1, .entity = 0x07, .instance = 1, .name = "12V",
        .unit = 4, .m = 59, .r_exponent = -3, .limits = {186, 182, 0, 220, 224, 0}, .off = 203, .on = 203},
    {.kind = FULL, .number = 0x05, .sensor_type = 0x04, .reading_type = 1, .entity = 0x1d, .instance = 1, .name = "FAN1",
        .unit = 18, .m = 1, .r_exponent = 2, .limits = {12, 8, 4, 0, 0, 0}, .off = 30, .on = 55},
    {.kind = FULL, .number = 0x06, .sensor_type = 0x04, .reading_type = 1, .entity = 0x1d, .instance = 2, .name = "FAN2",
        .unit = 18, .m = 1, .r_exponent = 2, .limits = {12, 8, 4, 0, 0, 0}, .off = 30, .on = 56},
    {.kind = COMPACT, .number = 0x20, .sensor_type = 0x08, .reading_type = 0x6f, .entity = 0x0a, .instance = 1,
        .name = "PS1 Status", .off = 0x01, .on = 0x01},
    {.kind = COMPACT, .number = 0x21, .sensor_type = 0x08, .reading_type = 0x6f, .entity = 0x0a, .instance = 2,
        .name = "PS2 Status", .off = 0x01, .on = 0x01},
    {.kind = COMPACT, .number = 0x30, .sensor_type = 0x05, .reading_type = 0x6f, .entity = 0x17, .instance = 1,
        .name = "Intrusion"},
    {.kind = COMPACT, .number = 0x38, .sensor_type = 0x07, .reading_type = 0x6f, .entity = 0x03, .instance = 1,
        .name = "CPU1 Status", .off = 0x80, .on = 0x80},
    {.kind = COMPACT, .number = 0x40, .sensor_type = 0x0c, .reading_type = 0x6f, .entity = 0x20, .instance = 1, .name = "DIMM ",
        .off = 0x40, .on = 0x40, .share = 4},
    {.kind = COMPACT, .number = 0x60, .sensor_type = 0x0d, .reading_type = 0x6f, .entity = 0x1a, .instance = 1, .name = "Drive ",
        .off = 0x01, .on = 0x01, .share = 2},
    {.kind = EVENT_ONLY, .number = 0x70, .sensor_type = 0x23, .reading_type = 0x6f, .entity = 0x06, .instance = 1,
        .name = "Watchdog"},
    {.kind = FRU, .entity = 0x07, .instance = 1, .name = "Mainboard"},
    {.kind = CONTROLLER, .entity = 0x06, .instance = 1, .name = "BMC"},
};

#define MADE (sizeof(made) / sizeof(made[0]))

static int
count(const struct bmc *b)
{
	return (int)MADE + b->s.sensors;
}

/* Row n of this BMC; a name of its own where that is made up too. */
static struct made
row_of(int n, char name[17])
{
	struct made m = made[1]; /* another temperature */

	if (n < (int)MADE)
		return made[n];
	snprintf(name, 17, "Temp %02d", n - (int)MADE + 1);
	m.number = (uint8_t)(MORE + n - (int)MADE);
	m.instance = (uint8_t)(3 + n - (int)MADE);
	m.entity = 0x40;
	m.name = name;
	return m;
}

/* ---- records: section 43; numbers of bytes are the specification's -------------------------- */

static size_t
put_name(uint8_t *r, size_t byte, const char *name)
{
	size_t n = strlen(name);

	r[byte - 1] = (uint8_t)(0xc0 | n); /* 8-bit ASCII */
	memcpy(r + byte, name, n);
	return byte + n;
}

static size_t
put_full(uint8_t *r, const struct made *m)
{
	static const uint8_t at[6] = {42, 41, 40, 39, 38, 37};

	r[12 - 1] = 0x68; /* rearms itself, thresholds readable and settable */
	r[21 - 1] = 0x80; /* temperatures have a sign: two's complement */
	if (m->unit != 1)
		r[21 - 1] = 0x00;
	r[22 - 1] = m->unit;
	r[25 - 1] = (uint8_t)m->m;
	r[30 - 1] = (uint8_t)((m->r_exponent & 0x0f) << 4);
	r[35 - 1] = m->unit == 1 ? 0x7f : 0xff;
	r[36 - 1] = m->unit == 1 ? 0x80 : 0x00;
	for (int i = 0; i < 6; i++) {
		r[at[i] - 1] = m->limits[i];
		r[19 - 1] |= (uint8_t)(m->limits[i] != 0 ? 1 << i : 0);
	}
	return put_name(r, 48, m->name);
}

static size_t
put_compact(uint8_t *r, const struct made *m)
{
	r[19 - 1] = 0xff; /* states that it can show */
	r[20 - 1] = 0x7f;
	r[21 - 1] = 0xc0; /* no number */
	r[24 - 1] = m->share > 1 ? (uint8_t)(0x10 | m->share) : 1; /* named with letters */
	r[25 - 1] = m->share > 1 ? 0x80 : 0;                       /* of instances of their own, from A on */
	return put_name(r, 32, m->name);
}

static size_t
put_record(const struct bmc *b, int n, uint8_t r[RECORD])
{
	char name[17];
	struct made m = row_of(n, name);
	bool locator = m.kind == FRU || m.kind == CONTROLLER;
	size_t len;

	(void)b;
	memset(r, 0, RECORD);
	r[0] = (uint8_t)n;
	r[1] = (uint8_t)(n >> 8);
	r[2] = 0x51;
	r[3] = m.kind;
	r[6 - 1] = 0x20;
	r[8 - 1] = m.kind == CONTROLLER ? 0 : locator ? 0x80 : m.number;
	if (!locator) {
		r[9 - 1] = m.entity;
		r[10 - 1] = m.instance;
		r[m.kind == EVENT_ONLY ? 11 - 1 : 13 - 1] = m.sensor_type;
		r[m.kind == EVENT_ONLY ? 12 - 1 : 14 - 1] = m.reading_type;
	} else {
		r[13 - 1] = m.entity;
		r[14 - 1] = m.instance;
	}
	len = m.kind == FULL ? put_full(r, &m) : m.kind == COMPACT ? put_compact(r, &m) :
	    put_name(r, m.kind == EVENT_ONLY ? 17 : 16, m.name);
	r[4] = (uint8_t)(len - 5);
	return len;
}

/* ---- the repository: sections 33.9 to 33.12, and the device's: 35.2 to 35.4 -------------------- */

static bool
elsewhere(const struct cmd_call *c)
{
	return (c->netfn == 0x04) != (c->b->fault == FAULT_SDR_NONE);
}

uint8_t
sensor_info(struct cmd_call *c)
{
	const uint8_t version = 0x51, operations = 0x02, device[2] = {(uint8_t)count(c->b), 0x01};

	if (elsewhere(c))
		return CC_INVALID_COMMAND;
	if (c->netfn == 0x04) {
		cmd_give(c, device, sizeof(device));
		return 0;
	}
	cmd_give(c, &version, 1);
	cmd_give16(c, (unsigned)count(c->b));
	cmd_give16(c, 0xffff); /* free: more than it says */
	cmd_give32(c, STAMP);
	cmd_give32(c, STAMP);
	cmd_give(c, &operations, 1); /* Reserve is there */
	return 0;
}

uint8_t
sensor_reserve(struct cmd_call *c)
{
	if (elsewhere(c))
		return CC_INVALID_COMMAND;
	if (++c->b->reservation == 0)
		c->b->reservation = 1;
	cmd_give16(c, c->b->reservation);
	return 0;
}

static unsigned
next_id(const struct bmc *b, int n)
{
	if (n + 1 < count(b))
		return (unsigned)n + 1;
	return b->fault == FAULT_SDR_LOOP ? 2 : 0xffff;
}

/* A record after the last: FAULT_SDR_ENDLESS. */
static uint8_t
get_endless(struct cmd_call *c, int n)
{
	uint8_t r[RECORD];
	size_t offset = c->p[4], len = put_record(c->b, n % count(c->b), r);

	r[0] = (uint8_t)n;
	r[1] = (uint8_t)(n >> 8);
	if (offset + c->p[5] > len)
		return CC_CANNOT;
	cmd_give16(c, (unsigned)(n + 1) & 0xffff);
	cmd_give(c, r + offset, c->p[5]);
	return 0;
}

uint8_t
sensor_get_sdr(struct cmd_call *c)
{
	struct bmc *b = c->b;
	unsigned reserved = (unsigned)c->p[0] | (unsigned)c->p[1] << 8;
	int n = c->p[2] | c->p[3] << 8;
	size_t offset = c->p[4], want = c->p[5], len;
	uint8_t r[RECORD];

	if (elsewhere(c))
		return CC_INVALID_COMMAND;
	if (b->fault == FAULT_SDR_LOST && b->turn++ % (unsigned)b->fault_value == 0)
		b->reservation++;
	if (offset != 0 && reserved != b->reservation)
		return CC_RESERVATION;
	if (b->fault == FAULT_SDR_LOST && b->fault_value == 1)
		return CC_RESERVATION;
	if (n == 0xffff)
		n = count(b) - 1;
	if (b->fault == FAULT_SDR_ENDLESS)
		return get_endless(c, n);
	if (n >= count(b))
		return CC_NOT_PRESENT;
	len = put_record(b, n, r);
	if (want == 0xff && offset == 0)
		want = len;
	if (offset + want > len || want > 56 || (b->fault == FAULT_SDR_SMALL && want > (size_t)b->fault_value))
		return CC_CANNOT;
	cmd_give16(c, next_id(b, n));
	if (b->fault == FAULT_SDR_SHORT && offset + want > 20)
		want = offset < 20 ? 20 - offset : 0;
	cmd_give(c, r + offset, want);
	return 0;
}

/* ---- readings: section 35 ------------------------------------------------------------------------ */

struct bmc_override {
	struct bmc_override *next;
	uint8_t number;
	int value;
};

/* The row of a sensor: false when there is none. */
static bool
find(const struct bmc *b, int number, struct made *out)
{
	char name[17];

	for (int i = 0; i < count(b); i++) {
		struct made m = row_of(i, name);
		int share = m.share > 1 ? m.share : 1;

		if ((m.kind == FULL || m.kind == COMPACT) && number >= m.number && number < m.number + share) {
			*out = m;
			return true;
		}
	}
	return false;
}

int
sensor_override(struct bmc *b, int number, int value)
{
	struct bmc_override *o;
	struct made m;

	if (!find(b, number, &m))
		return -1;
	for (o = b->overrides; o != NULL && o->number != number; o = o->next)
		continue;
	if (o == NULL) {
		o = calloc(1, sizeof(*o));
		if (o == NULL)
			abort();
		o->next = b->overrides;
		b->overrides = o;
	}
	o->number = (uint8_t)number;
	o->value = value;
	return 0;
}

static int
value_of(const struct bmc *b, int number, const struct made *m)
{
	for (const struct bmc_override *o = b->overrides; o != NULL; o = o->next)
		if (o->number == number)
			return o->value;
	return b->power ? m->on : m->off;
}

/* The thresholds that a byte has passed. */
static uint8_t
passed(const struct made *m, int value)
{
	uint8_t states = 0xc0; /* reserved, returned as 1 */

	for (int i = 0; i < 6; i++)
		if (m->limits[i] != 0 && (i < 3 ? value <= m->limits[i] : value >= m->limits[i]))
			states |= (uint8_t)(1 << i);
	return states;
}

uint8_t
sensor_reading(struct cmd_call *c)
{
	uint8_t answer[4] = {0, 0xc0, 0, 0}; /* events and scanning on */
	struct made m;
	int value;

	if (!find(c->b, c->p[0], &m))
		return CC_NOT_PRESENT;
	value = value_of(c->b, c->p[0], &m);
	if (m.kind == FULL) {
		answer[0] = (uint8_t)value;
		answer[2] = passed(&m, value);
	} else {
		answer[2] = (uint8_t)value;
		answer[3] = (uint8_t)(0x80 | value >> 8);
	}
	cmd_give(c, answer, m.kind == FULL ? 3 : 4);
	return 0;
}

uint8_t
sensor_thresholds(struct cmd_call *c)
{
	struct made m;
	uint8_t mask = 0;

	if (!find(c->b, c->p[0], &m) || m.kind != FULL)
		return CC_NOT_PRESENT;
	for (int i = 0; i < 6; i++)
		mask |= (uint8_t)(m.limits[i] != 0 ? 1 << i : 0);
	cmd_give(c, &mask, 1);
	cmd_give(c, m.limits, 6);
	return 0;
}
