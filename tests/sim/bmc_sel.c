/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The event log of a made-up server (IPMI v2.0 sections 31 and 32), and its
 * watts (DCMI 1.5 section 6.6.1). Entry n is made from row n of the events below, over
 * and over, one a minute; its id is n * sel_stride.
 */
#include <string.h>
#include <time.h>

#include "bmc_sim.h"

#define BEGAN 1767225600u /* 2026-01-01T00:00:00Z */
#define MINUTE 60u
#define ENTRY 16

/* Bytes 3 of an entry, then 8 to 16: what is between is its time. */
static const struct happened {
	uint8_t type;
	uint8_t rest[9];
} happened[] = {
    {0x02, {0x20, 0x00, 0x04, 0x01, 0x02, 0x01, 0x59, 95, 90}},       /* CPU1 Temp: upper critical, going high */
    {0x02, {0x20, 0x00, 0x04, 0x01, 0x02, 0x81, 0x59, 88, 90}},       /* and back */
    {0x02, {0x20, 0x00, 0x04, 0x08, 0x20, 0x6f, 0x03, 0xff, 0xff}},   /* PS1 Status: input lost */
    {0x02, {0x20, 0x00, 0x04, 0x08, 0x20, 0xef, 0x03, 0xff, 0xff}},
    {0x02, {0x20, 0x00, 0x04, 0x0c, 0x42, 0x6f, 0x01, 0xff, 0xff}},   /* DIMM C: uncorrectable ECC */
    {0x02, {0x20, 0x00, 0x04, 0x0d, 0x61, 0x6f, 0x01, 0xff, 0xff}},   /* Drive B: fault */
    {0x02, {0x20, 0x00, 0x04, 0x05, 0x30, 0x6f, 0x00, 0xff, 0xff}},   /* Intrusion */
    {0x02, {0x20, 0x00, 0x04, 0x23, 0x70, 0x6f, 0x01, 0xff, 0xff}},   /* Watchdog: hard reset */
    {0xc0, {0xfe, 0xff, 0x0f, 1, 2, 3, 4, 5, 6}},                     /* OEM with a time */
    {0xe0, {7, 8, 9, 10, 11, 12, 13, 14, 15}},                        /* OEM without */
    {0x02, {0x41, 0x00, 0x04, 0x20, 0x00, 0x6f, 0x03, 0xff, 0xff}},   /* the system's software: graceful shutdown */
    {0x02, {0x20, 0x00, 0x04, 0x10, 0x71, 0x6f, 0x02, 0xff, 0xff}},   /* of a sensor without a record: log cleared */
};

#define HAPPENED (sizeof(happened) / sizeof(happened[0]))

static uint32_t
when(int n)
{
	return BEGAN + MINUTE * (uint32_t)n;
}

static void
put_entry(uint8_t e[ENTRY], int n, unsigned id)
{
	const struct happened *h = &happened[(size_t)(n - 1) % HAPPENED];
	uint32_t t = when(n);

	e[0] = (uint8_t)id;
	e[1] = (uint8_t)(id >> 8);
	e[2] = h->type;
	for (int i = 0; i < 4; i++)
		e[3 + i] = (uint8_t)(t >> (8 * i));
	memcpy(e + 7, h->rest, sizeof(h->rest));
}

uint8_t
sel_info(struct cmd_call *c)
{
	const struct bmc *b = c->b;
	const uint8_t version = 0x51, operations = 0x02;

	if (b->fault == FAULT_SEL_NONE)
		return CC_INVALID_COMMAND;
	cmd_give(c, &version, 1);
	cmd_give16(c, (unsigned)(b->s.sel + (b->fault == FAULT_SEL_SHORT ? b->fault_value : 0)));
	cmd_give16(c, 8192);
	cmd_give32(c, b->s.sel == 0 ? 0xffffffffu : when(b->s.sel));
	cmd_give32(c, BEGAN);
	cmd_give(c, &operations, 1); /* Reserve is there */
	return 0;
}

uint8_t
sel_reserve(struct cmd_call *c)
{
	if (++c->b->sel_reservation == 0)
		c->b->sel_reservation = 1;
	cmd_give16(c, c->b->sel_reservation);
	return 0;
}

uint8_t
sel_entry(struct cmd_call *c)
{
	const struct bmc *b = c->b;
	unsigned id = (unsigned)c->p[2] | (unsigned)c->p[3] << 8;
	unsigned stride = (unsigned)b->s.sel_stride, reserved = (unsigned)c->p[0] | (unsigned)c->p[1] << 8;
	size_t offset = c->p[4], want = c->p[5] == 0xff ? ENTRY - offset : c->p[5];
	uint8_t e[ENTRY];
	int n;

	if (b->s.sel == 0 || b->fault == FAULT_SEL_NONE)
		return CC_NOT_PRESENT;
	n = id == 0 ? 1 : id == 0xffff ? b->s.sel : id % stride == 0 ? (int)(id / stride) : 0;
	if (n < 1 || n > b->s.sel)
		return CC_NOT_PRESENT;
	if (offset + want > ENTRY)
		return CC_INVALID_FIELD;
	if (offset != 0 && reserved != b->sel_reservation)
		return CC_RESERVATION;
	put_entry(e, n, (unsigned)n * stride);
	cmd_give16(c, b->fault == FAULT_SEL_LOOP ? stride : n == b->s.sel ? 0xffff : (unsigned)(n + 1) * stride);
	cmd_give(c, e + offset, want);
	return 0;
}

uint8_t
sel_time(struct cmd_call *c)
{
	cmd_give32(c, (uint32_t)time(NULL));
	return 0;
}

uint8_t
dcmi_power(struct cmd_call *c)
{
	const struct bmc *b = c->b;
	unsigned watts = b->power ? (unsigned)b->s.watts : 12; /* its own, in standby */
	const uint8_t group = 0xdc, active = 0x40;

	if (b->fault == FAULT_NO_DCMI)
		return CC_INVALID_COMMAND;
	if (c->p[0] != group || c->p[1] != 1)
		return CC_INVALID_FIELD;
	cmd_give(c, &group, 1);
	cmd_give16(c, watts);
	cmd_give16(c, watts / 2);
	cmd_give16(c, watts + watts / 4);
	cmd_give16(c, watts - watts / 10);
	cmd_give32(c, (uint32_t)time(NULL));
	cmd_give32(c, 60000);
	cmd_give(c, &active, 1);
	return 0;
}
