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
	    .identify_known = (a->data[2] & 0x40) != 0,
	    .identify = (a->data[2] & 0x40) != 0 && (a->data[2] & 0x30) != 0,
	};
	return 0;
}

/* ---- boot options ------------------------------------------------------------------------ */

#define BOOT_VALID 0x80
#define BOOT_PERSISTENT 0x40
#define BOOT_EFI 0x20

struct ipmi_command
ipmi_boot_new(void)
{
	/* parameter 4: write the bit of the BIOS, and set it (as ipmitool does) */
	return (struct ipmi_command){.netfn = NETFN_CHASSIS, .cmd = 0x08, .data = {0x04, 0x01, 0x01}, .n = 3, .privilege = 3};
}

struct ipmi_command
ipmi_boot_pxe(bool efi)
{
	return (struct ipmi_command){.netfn = NETFN_CHASSIS, .cmd = 0x08,
	    .data = {0x05, (uint8_t)(BOOT_VALID | (efi ? BOOT_EFI : 0)), IPMI_BOOT_PXE << 2, 0, 0, 0}, .n = 6, .privilege = 3};
}

struct ipmi_command
ipmi_boot_clear(void)
{
	return (struct ipmi_command){.netfn = NETFN_CHASSIS, .cmd = 0x08, .data = {0x05, 0, 0, 0, 0, 0}, .n = 6, .privilege = 3};
}

struct ipmi_command
ipmi_boot_read(void)
{
	return (struct ipmi_command){.netfn = NETFN_CHASSIS, .cmd = 0x09, .data = {0x05, 0, 0}, .n = 3, .privilege = 3,
	    .harmless = true};
}

int
ipmi_boot_parse(const struct ipmi_answer *a, struct ipmi_boot *out)
{
	if (a->outcome != IPMI_OK || a->completion != 0 || a->n < 4 || (a->data[1] & 0x7f) != 5)
		return -1;
	*out = (struct ipmi_boot){
	    .valid = (a->data[1] & 0x80) == 0 && (a->data[2] & BOOT_VALID) != 0,
	    .persistent = (a->data[2] & BOOT_PERSISTENT) != 0,
	    .efi = (a->data[2] & BOOT_EFI) != 0,
	    .device = (uint8_t)(a->data[3] >> 2 & 0x0f),
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
