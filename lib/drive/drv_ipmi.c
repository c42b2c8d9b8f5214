/* SPDX-License-Identifier: Apache-2.0 */
/* Chassis on and off through a BMC (IPMI v2.0 sections 28.2 and 28.3). */
#include <math.h>
#include <stdlib.h>

#include "driver.h"

struct call {
	struct drive_target *target;
	drive_read_fn *read_done;
	drive_sent_fn *sent_done;
	void *ctx;
};

static struct call *
call_create(struct drive_target *t, void *ctx)
{
	struct call *c = calloc(1, sizeof(*c));

	if (c == NULL)
		log_die("out of memory: no call of a driver");
	c->target = t;
	c->ctx = ctx;
	return c;
}

static void
chassis_seen(void *ctx, const struct probe_chassis *chassis)
{
	struct call *c = ctx;
	bool ok = chassis->outcome == IPMI_OK;
	struct drive_reading r = {
	    .answered = ok,
	    .silent = chassis->outcome == IPMI_SILENT || chassis->outcome == IPMI_UNREACHABLE,
	    .state = !ok ? POWER_IS_UNKNOWN : chassis->on ? POWER_IS_ON : POWER_IS_OFF,
	    .word = !ok ? "" : chassis->on ? "on" : "off",
	    .device_name = "",
	    .amps = NAN,
	    .text = chassis->text,
	};

	c->read_done(c->ctx, &r);
	free(c);
}

static void
ipmi_read(struct drive_target *t, enum gate_priority p, drive_read_fn *done, void *ctx)
{
	struct call *c = call_create(t, ctx);

	c->read_done = done;
	probe_chassis_read(t->device, p, chassis_seen, c);
}

static void
controlled(void *ctx, const struct ipmi_answer *answer)
{
	struct call *c = ctx;

	if (answer->outcome == IPMI_OK)
		c->sent_done(c->ctx, answer->completion == 0 ? DRIVE_SENT : DRIVE_REFUSED, answer->text);
	else if (answer->outcome == IPMI_UNSURE || answer->outcome == IPMI_CANCELLED ||
	    answer->outcome == IPMI_GARBAGE)
		c->sent_done(c->ctx, DRIVE_UNSURE, answer->text);
	else
		c->sent_done(c->ctx, DRIVE_REFUSED, answer->text);
	free(c);
}

static void
ipmi_set(struct drive_target *t, bool on, drive_sent_fn *done, void *ctx)
{
	struct ipmi_command command = ipmi_chassis_control(on ? IPMI_CONTROL_ON : IPMI_CONTROL_OFF);
	struct call *c = call_create(t, ctx);

	c->sent_done = done;
	gate_ask(t->device, GATE_POWER, &command, controlled, c);
}

const struct drive_driver drive_ipmi = {.name = "ipmi", .read = ipmi_read, .set = ipmi_set};
