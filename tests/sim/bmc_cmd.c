/* SPDX-License-Identifier: Apache-2.0 */
/* The commands, a row each: IPMI v2.0 table G-1. */
#include <stdio.h>
#include <string.h>

#include "bmc_sim.h"
#include "sim_text.h"

void
cmd_give(struct cmd_call *c, const void *data, size_t n)
{
	memcpy(c->out + c->out_n, data, n);
	c->out_n += n;
}

void
cmd_give16(struct cmd_call *c, unsigned v)
{
	const uint8_t p[] = {(uint8_t)v, (uint8_t)(v >> 8)};

	cmd_give(c, p, sizeof(p));
}

void
cmd_give32(struct cmd_call *c, uint32_t v)
{
	cmd_give16(c, v & 0xffff);
	cmd_give16(c, v >> 16);
}

/* ---- application: sections 20, 22 -------------------------------------------------- */

static uint8_t
get_device_id(struct cmd_call *c)
{
	/* device 0x20, IPMI 2.0, a device with chassis, log, records and sensors; firmware 1.00; manufacturer 0xfffffe (nobody), product 1 */
	static const uint8_t id[] = {0x20, 0x01, 0x01, 0x00, 0x02, 0x87, 0xfe, 0xff, 0xff, 0x01, 0x00, 0, 0, 0, 0};

	cmd_give(c, id, sizeof(id));
	return 0;
}

static uint8_t
get_guid(struct cmd_call *c)
{
	cmd_give(c, c->b->guid, sizeof(c->b->guid));
	return 0;
}

static uint8_t
get_auth_capabilities(struct cmd_call *c)
{
	const uint8_t caps[] = {1, c->p[0] & 0x80, 0x04, 0x02, 0, 0, 0, 0}; /* no v1.5 sessions; names needed */

	if ((c->p[0] & 0x0f) != 1 && (c->p[0] & 0x0f) != 0x0e)
		return CC_INVALID_FIELD;
	cmd_give(c, caps, sizeof(caps));
	return 0;
}

static uint8_t
get_cipher_suites(struct cmd_call *c)
{
	uint8_t channel = 1;

	if ((c->p[0] & 0x0f) != 1 && (c->p[0] & 0x0f) != 0x0e)
		return CC_INVALID_FIELD;
	cmd_give(c, &channel, 1);
	for (int i = 0; i < 2 && (c->p[2] & 0x3f) == 0; i++) {
		const struct suite *s = suite_find(c->b->s.suites[i]);

		if (s != NULL) {
			const uint8_t row[] = {0xc0, (uint8_t)s->number, s->auth, (uint8_t)(0x40 | s->integrity),
			    (uint8_t)(0x80 | s->confidentiality)};

			cmd_give(c, row, sizeof(row));
		}
	}
	return 0;
}

static uint8_t
set_privilege(struct cmd_call *c)
{
	uint8_t wanted = c->p[0] & 0x0f;

	if (wanted == 1 || wanted > 4)
		return CC_INVALID_FIELD;
	if (wanted > c->s->max_privilege)
		return 0x81;
	if (wanted != 0)
		c->s->privilege = wanted;
	cmd_give(c, &c->s->privilege, 1);
	return 0;
}

static uint8_t
close_session(struct cmd_call *c)
{
	uint32_t id = (uint32_t)c->p[0] | (uint32_t)c->p[1] << 8 | (uint32_t)c->p[2] << 16 | (uint32_t)c->p[3] << 24;

	if (id != c->s->id)
		return 0x87;
	c->s->privilege = 0; /* it ends once this is answered: bmc_rmcp.c */
	return 0;
}

/* ---- chassis: section 28 --------------------------------------------------------------- */

static uint8_t
get_chassis_capabilities(struct cmd_call *c)
{
	static const uint8_t caps[] = {0x00, 0x20, 0x20, 0x20, 0x20};

	cmd_give(c, caps, sizeof(caps));
	return 0;
}

static uint8_t
get_chassis_status(struct cmd_call *c)
{
	static const uint8_t policy[] = {[RESTORE_OFF] = 0x00, [RESTORE_LAST] = 0x20, [RESTORE_ON] = 0x40};
	bool on = c->b->power;
	uint8_t status[3];

	if (c->b->fault == FAULT_FLAP)
		on = c->b->turn++ % 2 == 0;
	status[0] = (uint8_t)(policy[c->b->s.restore] | (on ? 1 : 0));
	status[1] = on ? 0x10 : 0x00;
	status[2] = (uint8_t)(0x40 | (c->b->identify < 0 ? 0x20 : c->b->identify > 0 ? 0x10 : 0));
	if (c->b->fault == FAULT_SICK) {
		int bits = c->b->fault_value;

		status[0] |= (uint8_t)(bits & 0x1a);
		status[2] |= (uint8_t)((bits & 0x04) | ((bits & 0x20) != 0 ? 0x08 : 0) | ((bits & 0x40) != 0 ? 0x10 : 0));
	}
	cmd_give(c, status, sizeof(status));
	return 0;
}

static uint8_t
chassis_control_cmd(struct cmd_call *c)
{
	struct bmc *b = c->b;

	b->controls++;
	if ((c->p[0] & 0x0f) > 5)
		return CC_INVALID_FIELD;
	if (b->fault == FAULT_LIE)
		return 0;
	if (b->fault == FAULT_REFUSE)
		return (uint8_t)b->fault_value;
	return chassis_control(b, c->p[0] & 0x0f);
}

static uint8_t
identify(struct cmd_call *c)
{
	c->b->identify = c->n >= 2 && (c->p[1] & 1) != 0 ? -1 : c->n >= 1 ? c->p[0] : 15; /* section 28.5: 15 s */
	return 0;
}

static uint8_t
set_boot_options(struct cmd_call *c)
{
	if ((c->p[0] & 0x7f) == 5) {
		if (c->n < 6)
			return CC_LENGTH;
		if (c->b->fault == FAULT_BOOT_REFUSE)
			return (uint8_t)c->b->fault_value;
		if (c->b->fault == FAULT_BOOT_LIE)
			return 0;
		memcpy(c->b->boot_flags, c->p + 1, 5);
	} else if ((c->p[0] & 0x7f) > 7) {
		return 0x80; /* parameter not supported */
	}
	return 0;
}

static uint8_t
get_boot_options(struct cmd_call *c)
{
	uint8_t head[2] = {1, c->p[0] & 0x7f};

	if (head[1] != 5)
		return 0x80;
	cmd_give(c, head, 2);
	cmd_give(c, c->b->boot_flags, 5);
	return 0;
}

/* ---- the table ------------------------------------------------------------------------- */

static const struct command {
	const char *name;
	uint8_t netfn, cmd;
	uint8_t privilege; /* 0: outside a session too; table G-1 */
	uint8_t n_min;
	uint8_t (*run)(struct cmd_call *c);
} commands[] = {
    {"get-device-id", 0x06, 0x01, 2, 0, get_device_id},
    {"get-system-guid", 0x06, 0x37, 0, 0, get_guid},
    {"get-auth-capabilities", 0x06, 0x38, 0, 2, get_auth_capabilities},
    {"set-privilege", 0x06, 0x3b, 2, 1, set_privilege},
    {"close-session", 0x06, 0x3c, 2, 4, close_session},
    {"get-cipher-suites", 0x06, 0x54, 0, 3, get_cipher_suites},
    {"chassis-capabilities", 0x00, 0x00, 2, 0, get_chassis_capabilities},
    {"chassis-status", 0x00, 0x01, 2, 0, get_chassis_status},
    {"chassis-control", 0x00, 0x02, 3, 1, chassis_control_cmd},
    {"chassis-identify", 0x00, 0x04, 3, 0, identify},
    {"set-boot-options", 0x00, 0x08, 3, 1, set_boot_options},
    {"sdr-info", 0x0a, 0x20, 2, 0, sensor_info},
    {"reserve-sdr", 0x0a, 0x22, 2, 0, sensor_reserve},
    {"get-sdr", 0x0a, 0x23, 2, 6, sensor_get_sdr},
    {"device-sdr-info", 0x04, 0x20, 2, 0, sensor_info},
    {"get-device-sdr", 0x04, 0x21, 2, 6, sensor_get_sdr},
    {"reserve-device-sdr", 0x04, 0x22, 2, 0, sensor_reserve},
    {"get-thresholds", 0x04, 0x27, 2, 1, sensor_thresholds},
    {"get-reading", 0x04, 0x2d, 2, 1, sensor_reading},
    {"sel-info", 0x0a, 0x40, 2, 0, sel_info},
    {"reserve-sel", 0x0a, 0x42, 2, 0, sel_reserve},
    {"get-sel-entry", 0x0a, 0x43, 2, 6, sel_entry},
    {"get-sel-time", 0x0a, 0x48, 2, 0, sel_time},
    {"dcmi-power", 0x2c, 0x02, 2, 4, dcmi_power},
    {"get-boot-options", 0x00, 0x09, 3, 3, get_boot_options},
};

static const struct command *
find(uint8_t netfn, uint8_t cmd)
{
	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++)
		if (commands[i].netfn == netfn && commands[i].cmd == cmd)
			return &commands[i];
	return NULL;
}

static void
remember(struct bmc *b, const struct cmd_request *r, uint8_t completion)
{
	b->log[b->n_log++ % BMC_LOG] = (struct bmc_logged){.ms = sim_now(), .netfn = r->netfn, .cmd = r->cmd,
	    .has_data = r->n > 0, .data = r->n > 0 ? r->p[0] : 0, .completion = completion};
	b->commands++;
}

static uint8_t
judge(const struct command *row, struct cmd_call *c)
{
	if (row == NULL)
		return CC_INVALID_COMMAND;
	if (c->s != NULL && row->privilege > c->s->privilege)
		return CC_PRIVILEGE;
	if (c->n < row->n_min)
		return CC_LENGTH;
	return row->run(c);
}

size_t
cmd_run(struct bmc *b, const struct cmd_request *r, uint8_t *out)
{
	const struct command *row = find(r->netfn, r->cmd);
	struct cmd_call c = {.b = b, .s = r->s, .netfn = r->netfn, .p = r->p, .n = r->n, .out = out, .out_n = 1};

	if (r->s == NULL && (row == NULL || row->privilege != 0))
		return 0;
	out[0] = judge(row, &c);
	if (out[0] != 0)
		c.out_n = 1;
	if (b->fault == FAULT_FEW_BYTES && (r->netfn == 0x04 || r->netfn == 0x0a || r->netfn == 0x2c) &&
	    c.out_n > 1 + (size_t)b->fault_value)
		c.out_n = 1 + (size_t)b->fault_value;
	if (r->s != NULL)
		remember(b, r, out[0]);
	if (row != NULL && row->run == chassis_control_cmd && b->fault == FAULT_MUTE_CONTROL)
		return 0;
	if (row != NULL && row->run == chassis_control_cmd && b->fault == FAULT_RESET) {
		chassis_restart_bmc(b); /* the session is gone with it */
		return 0;
	}
	return c.out_n;
}

const char *
cmd_name(const struct bmc_logged *l, char *out, size_t size)
{
	static const char *const controls[] = {"off", "on", "cycle", "reset", "diag", "soft"};
	const struct command *row = find(l->netfn, l->cmd);

	if (row == NULL)
		snprintf(out, size, "%02x/%02x", l->netfn, l->cmd);
	else if (row->run == chassis_control_cmd && l->has_data && l->data < 6)
		snprintf(out, size, "%s:%s", row->name, controls[l->data]);
	else
		snprintf(out, size, "%s", row->name);
	return out;
}
