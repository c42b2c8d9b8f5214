/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>

#include "ipmi.h"

#define NETFN_CHASSIS 0x00

struct ipmi_command
ipmi_chassis_status(void)
{
	return (struct ipmi_command){.netfn = NETFN_CHASSIS, .cmd = 0x01, .privilege = 2, .harmless = true};
}

struct ipmi_command
ipmi_chassis_control(enum ipmi_control control)
{
	/* on and off may come twice; a second cycle, reset, interrupt or soft-off may not */
	bool twice = control == IPMI_CONTROL_ON || control == IPMI_CONTROL_OFF;

	return (struct ipmi_command){.netfn = NETFN_CHASSIS, .cmd = 0x02, .data = {(uint8_t)control}, .n = 1,
	    .privilege = 3, .once = !twice};
}

int
ipmi_chassis_parse(const struct ipmi_answer *a, struct ipmi_chassis *out)
{
	if (a->outcome != IPMI_OK || a->completion != 0 || a->n < 3)
		return -1;
	*out = (struct ipmi_chassis){
	    .power_on = (a->data[0] & 0x01) != 0,
	    .overload = (a->data[0] & 0x02) != 0,
	    .fault = (a->data[0] & 0x08) != 0,
	    .control_fault = (a->data[0] & 0x10) != 0,
	    .last_event = a->data[1],
	    .drive_fault = (a->data[2] & 0x04) != 0,
	    .cooling_fault = (a->data[2] & 0x08) != 0,
	    .identify = (a->data[2] & 0x40) != 0 && (a->data[2] & 0x30) != 0,
	};
	return 0;
}

const char *
ipmi_outcome_name(enum ipmi_outcome o)
{
	static const char *const names[IPMI_OUTCOME_COUNT] = {
	    [IPMI_OK] = "ok",
	    [IPMI_SILENT] = "silent",
	    [IPMI_UNREACHABLE] = "unreachable",
	    [IPMI_AUTH] = "auth",
	    [IPMI_REFUSED] = "refused",
	    [IPMI_GARBAGE] = "garbage",
	    [IPMI_UNSURE] = "unsure",
	    [IPMI_CANCELLED] = "cancelled",
	};

	if ((unsigned)o >= IPMI_OUTCOME_COUNT)
		log_die("no IPMI outcome %d", (int)o);
	return names[o];
}
