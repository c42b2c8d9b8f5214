/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>

#include "packet.h"

#define NETFN_CHASSIS 0x00
#define NETFN_APP 0x06

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
ipmi_boot_set(uint8_t device, bool efi)
{
	return (struct ipmi_command){.netfn = NETFN_CHASSIS, .cmd = 0x08,
	    .data = {0x05, (uint8_t)(BOOT_VALID | (efi ? BOOT_EFI : 0)), (uint8_t)((device & 0x0f) << 2), 0, 0, 0}, .n = 6,
	    .privilege = 3};
}

struct ipmi_command
ipmi_boot_pxe(bool efi)
{
	return ipmi_boot_set(IPMI_BOOT_PXE, efi);
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

/* ---- the light, the device, its watts ------------------------------------------------------ */

struct ipmi_command
ipmi_identify(int seconds)
{
	uint8_t interval = seconds < 0 ? 0 : seconds > 255 ? 255 : (uint8_t)seconds;

	/* without the force byte where it is not needed: it is optional, table 28-6 */
	return (struct ipmi_command){.netfn = NETFN_CHASSIS, .cmd = 0x04, .data = {interval, 0x01},
	    .n = seconds > 255 ? 2 : 1, .privilege = 3};
}

struct ipmi_command
ipmi_device_id(void)
{
	return (struct ipmi_command){.netfn = NETFN_APP, .cmd = 0x01, .privilege = 2, .harmless = true};
}

int
ipmi_device_parse(const struct ipmi_answer *a, struct ipmi_device *out)
{
	const uint8_t *d = a->data;

	if (a->outcome != IPMI_OK || a->completion != 0 || a->n < 11)
		return -1;
	*out = (struct ipmi_device){
	    .id = d[0],
	    .device_sdrs = (d[1] & 0x80) != 0,
	    .revision = d[1] & 0x0f,
	    .updating = (d[2] & 0x80) != 0,
	    .firmware_major = d[2] & 0x7f,
	    .firmware_minor = (uint8_t)((d[3] >> 4) * 10 + (d[3] & 0x0f)),
	    .ipmi_major = d[4] & 0x0f,
	    .ipmi_minor = d[4] >> 4,
	    .sensors = (d[5] & 0x01) != 0,
	    .sdr_repository = (d[5] & 0x02) != 0,
	    .event_log = (d[5] & 0x04) != 0,
	    .fru = (d[5] & 0x08) != 0,
	    .manufacturer = (uint32_t)d[6] | (uint32_t)d[7] << 8 | (uint32_t)(d[8] & 0x0f) << 16,
	    .product = (uint16_t)(d[9] | d[10] << 8),
	};
	return 0;
}

const char *
ipmi_maker(uint32_t manufacturer)
{
	static const struct {
		uint32_t number;
		const char *name;
	} rows[] = {{2, "IBM"}, {11, "Hewlett-Packard"}, {343, "Intel"}, {674, "Dell"}, {7154, "IPMI forum"},
	    {7244, "Quanta"}, {10368, "Fujitsu"}, {10876, "Supermicro"}, {15370, "Giga-Byte"}, {19046, "Lenovo"},
	    {47196, "Hewlett Packard Enterprise"}};

	for (size_t i = 0; i < LARCH_COUNT(rows); i++)
		if (rows[i].number == manufacturer)
			return rows[i].name;
	return NULL;
}

#define NETFN_GROUP 0x2c
#define GROUP_DCMI 0xdc

struct ipmi_command
ipmi_power_read(void)
{
	/* mode 1: the statistics of the system's power */
	return (struct ipmi_command){.netfn = NETFN_GROUP, .cmd = 0x02, .data = {GROUP_DCMI, 0x01, 0, 0}, .n = 4,
	    .privilege = 2, .harmless = true};
}

static uint16_t
get16(const uint8_t *p)
{
	return (uint16_t)(p[0] | p[1] << 8);
}

int
ipmi_power_parse(const struct ipmi_answer *a, struct ipmi_power *out)
{
	const uint8_t *d = a->data;

	if (a->outcome != IPMI_OK || a->completion != 0 || a->n < 18 || d[0] != GROUP_DCMI)
		return -1;
	*out = (struct ipmi_power){
	    .watts = get16(d + 1),
	    .min = get16(d + 3),
	    .max = get16(d + 5),
	    .average = get16(d + 7),
	    .at = packet_get32(d + 9),
	    .period_ms = packet_get32(d + 13),
	    .active = (d[17] & 0x40) != 0,
	};
	return 0;
}

const char *
ipmi_completion_text(uint8_t code)
{
	static const struct {
		uint8_t code;
		const char *text;
	} texts[] = { /* table 5-2 */
	    {0xc0, "node busy"},
	    {0xc1, "invalid command"},
	    {0xc3, "timeout while it processed the command"},
	    {0xc5, "the reservation is over"},
	    {0xc7, "wrong length of the request"},
	    {0xc8, "too many bytes were asked for"},
	    {0xca, "it cannot return so many bytes"},
	    {0xcb, "there is no such sensor, record or data"},
	    {0xcc, "invalid data field"},
	    {0xce, "it cannot answer this now"},
	    {0xd0, "its sensor data records are being updated"},
	    {0xd3, "destination unavailable"},
	    {0xd4, "insufficient privilege"},
	    {0xd5, "not possible in the present state"},
	    {0xd6, "the command is disabled"},
	};

	for (size_t i = 0; i < LARCH_COUNT(texts); i++)
		if (texts[i].code == code)
			return texts[i].text;
	return "see table 5-2";
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
