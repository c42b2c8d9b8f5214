/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the bits of discrete sensors and the offsets of events are called:
 * IPMI v2.0 table 42-2 (generic) and table 42-3 (of each sensor type). How bad
 * a state is the tables do not say: the level is our judgement, for a reader
 * who asks whether this machine needs somebody.
 */
#include "sensor.h"

#define GENERIC(table, offset, level, text) {table, 0, offset, IPMI_LEVEL_##level, text}
#define OF(type, offset, level, text) {0x6f, type, offset, IPMI_LEVEL_##level, text}

static const struct ipmi_state states[] = {
    /* table 42-2 */
    GENERIC(0x02, 0, OK, "idle"),
    GENERIC(0x02, 1, OK, "active"),
    GENERIC(0x02, 2, OK, "busy"),
    GENERIC(0x03, 0, OK, "state deasserted"),
    GENERIC(0x03, 1, OK, "state asserted"),
    GENERIC(0x04, 0, OK, "no failure predicted"),
    GENERIC(0x04, 1, WARN, "failure predicted"),
    GENERIC(0x05, 0, OK, "limit not exceeded"),
    GENERIC(0x05, 1, BAD, "limit exceeded"),
    GENERIC(0x06, 0, OK, "performance met"),
    GENERIC(0x06, 1, WARN, "performance lags"),
    GENERIC(0x07, 0, OK, "ok"),
    GENERIC(0x07, 1, WARN, "non-critical, was ok"),
    GENERIC(0x07, 2, BAD, "critical, was less severe"),
    GENERIC(0x07, 3, BAD, "non-recoverable, was less severe"),
    GENERIC(0x07, 4, WARN, "non-critical, was more severe"),
    GENERIC(0x07, 5, BAD, "critical, was non-recoverable"),
    GENERIC(0x07, 6, BAD, "non-recoverable"),
    GENERIC(0x07, 7, OK, "monitor"),
    GENERIC(0x07, 8, OK, "informational"),
    GENERIC(0x08, 0, OK, "absent"),
    GENERIC(0x08, 1, OK, "present"),
    GENERIC(0x09, 0, OK, "disabled"),
    GENERIC(0x09, 1, OK, "enabled"),
    GENERIC(0x0a, 0, OK, "running"),
    GENERIC(0x0a, 1, OK, "in test"),
    GENERIC(0x0a, 2, OK, "power off"),
    GENERIC(0x0a, 3, OK, "on line"),
    GENERIC(0x0a, 4, WARN, "off line"),
    GENERIC(0x0a, 5, OK, "off duty"),
    GENERIC(0x0a, 6, WARN, "degraded"),
    GENERIC(0x0a, 7, OK, "power save"),
    GENERIC(0x0a, 8, BAD, "install error"),
    GENERIC(0x0b, 0, OK, "fully redundant"),
    GENERIC(0x0b, 1, WARN, "redundancy lost"),
    GENERIC(0x0b, 2, WARN, "redundancy degraded"),
    GENERIC(0x0b, 3, WARN, "non-redundant, was redundant, sufficient"),
    GENERIC(0x0b, 4, WARN, "non-redundant, was insufficient, sufficient"),
    GENERIC(0x0b, 5, BAD, "non-redundant, insufficient"),
    GENERIC(0x0b, 6, WARN, "redundancy degraded, was full"),
    GENERIC(0x0b, 7, WARN, "redundancy degraded, was non-redundant"),
    GENERIC(0x0c, 0, OK, "D0"),
    GENERIC(0x0c, 1, OK, "D1"),
    GENERIC(0x0c, 2, OK, "D2"),
    GENERIC(0x0c, 3, OK, "D3"),
    /* table 42-3: physical security */
    OF(0x05, 0, WARN, "chassis open"),
    OF(0x05, 1, WARN, "drive bay open"),
    OF(0x05, 2, WARN, "I/O card area open"),
    OF(0x05, 3, WARN, "processor area open"),
    OF(0x05, 4, WARN, "LAN leash lost"),
    OF(0x05, 5, WARN, "unauthorized dock"),
    OF(0x05, 6, WARN, "fan area open"),
    /* platform security violation */
    OF(0x06, 0, WARN, "secure mode violation attempt"),
    OF(0x06, 1, WARN, "wrong user password before boot"),
    OF(0x06, 2, WARN, "wrong setup password before boot"),
    OF(0x06, 3, WARN, "wrong network boot password"),
    OF(0x06, 4, WARN, "wrong password before boot"),
    OF(0x06, 5, WARN, "wrong password out of band"),
    /* processor */
    OF(0x07, 0, BAD, "internal error (IERR)"),
    OF(0x07, 1, BAD, "thermal trip"),
    OF(0x07, 2, BAD, "self test failed"),
    OF(0x07, 3, BAD, "hang in POST"),
    OF(0x07, 4, BAD, "did not start"),
    OF(0x07, 5, BAD, "configuration error"),
    OF(0x07, 6, BAD, "uncorrectable error of the complex"),
    OF(0x07, 7, OK, "present"),
    OF(0x07, 8, WARN, "disabled"),
    OF(0x07, 9, OK, "terminator present"),
    OF(0x07, 10, WARN, "throttled"),
    OF(0x07, 11, BAD, "machine check exception"),
    OF(0x07, 12, WARN, "correctable machine check error"),
    /* power supply */
    OF(0x08, 0, OK, "present"),
    OF(0x08, 1, BAD, "failure"),
    OF(0x08, 2, WARN, "failure predicted"),
    OF(0x08, 3, BAD, "input lost"),
    OF(0x08, 4, BAD, "input lost or out of range"),
    OF(0x08, 5, WARN, "input out of range, but present"),
    OF(0x08, 6, BAD, "configuration error"),
    OF(0x08, 7, OK, "in standby"),
    /* power unit */
    OF(0x09, 0, OK, "power off"),
    OF(0x09, 1, OK, "power cycle"),
    OF(0x09, 2, WARN, "240 VA power down"),
    OF(0x09, 3, WARN, "interlock power down"),
    OF(0x09, 4, BAD, "input lost"),
    OF(0x09, 5, BAD, "soft power control failure"),
    OF(0x09, 6, BAD, "failure"),
    OF(0x09, 7, WARN, "failure predicted"),
    /* memory */
    OF(0x0c, 0, WARN, "correctable ECC error"),
    OF(0x0c, 1, BAD, "uncorrectable ECC error"),
    OF(0x0c, 2, BAD, "parity error"),
    OF(0x0c, 3, BAD, "scrub failed (stuck bit)"),
    OF(0x0c, 4, WARN, "device disabled"),
    OF(0x0c, 5, WARN, "correctable ECC errors: logging limit reached"),
    OF(0x0c, 6, OK, "present"),
    OF(0x0c, 7, BAD, "configuration error"),
    OF(0x0c, 8, OK, "spare"),
    OF(0x0c, 9, WARN, "throttled"),
    OF(0x0c, 10, BAD, "critical overtemperature"),
    /* drive slot */
    OF(0x0d, 0, OK, "present"),
    OF(0x0d, 1, BAD, "fault"),
    OF(0x0d, 2, WARN, "failure predicted"),
    OF(0x0d, 3, OK, "hot spare"),
    OF(0x0d, 4, OK, "consistency check"),
    OF(0x0d, 5, BAD, "in a critical array"),
    OF(0x0d, 6, BAD, "in a failed array"),
    OF(0x0d, 7, WARN, "rebuild"),
    OF(0x0d, 8, WARN, "rebuild aborted"),
    /* system firmware */
    OF(0x0f, 0, BAD, "POST error"),
    OF(0x0f, 1, BAD, "firmware hang"),
    OF(0x0f, 2, OK, "firmware progress"),
    /* event log */
    OF(0x10, 0, WARN, "correctable memory errors are not logged any more"),
    OF(0x10, 1, WARN, "a type of event is not logged any more"),
    OF(0x10, 2, OK, "log cleared"),
    OF(0x10, 3, WARN, "nothing is logged any more"),
    OF(0x10, 4, WARN, "log full"),
    OF(0x10, 5, WARN, "log almost full"),
    OF(0x10, 6, WARN, "correctable machine checks are not logged any more"),
    /* system event */
    OF(0x12, 0, OK, "reconfigured"),
    OF(0x12, 1, OK, "OEM boot event"),
    OF(0x12, 2, BAD, "undetermined hardware failure"),
    OF(0x12, 3, OK, "entry in an auxiliary log"),
    OF(0x12, 4, OK, "platform event filter acts"),
    OF(0x12, 5, OK, "clock set"),
    /* critical interrupt */
    OF(0x13, 0, WARN, "NMI of the front panel"),
    OF(0x13, 1, BAD, "bus timeout"),
    OF(0x13, 2, BAD, "I/O channel check NMI"),
    OF(0x13, 3, WARN, "software NMI"),
    OF(0x13, 4, BAD, "PCI PERR"),
    OF(0x13, 5, BAD, "PCI SERR"),
    OF(0x13, 6, BAD, "EISA failsafe timeout"),
    OF(0x13, 7, WARN, "correctable bus error"),
    OF(0x13, 8, BAD, "uncorrectable bus error"),
    OF(0x13, 9, BAD, "fatal NMI"),
    OF(0x13, 10, BAD, "fatal bus error"),
    OF(0x13, 11, WARN, "bus degraded"),
    /* button */
    OF(0x14, 0, OK, "power button pressed"),
    OF(0x14, 1, OK, "sleep button pressed"),
    OF(0x14, 2, OK, "reset button pressed"),
    OF(0x14, 3, OK, "latch open"),
    OF(0x14, 4, OK, "service request button"),
    /* cable */
    OF(0x1b, 0, OK, "connected"),
    OF(0x1b, 1, BAD, "wrong cable or configuration"),
    /* boot initiated */
    OF(0x1d, 0, OK, "start by power up"),
    OF(0x1d, 1, OK, "start by hard reset"),
    OF(0x1d, 2, OK, "start by warm reset"),
    OF(0x1d, 3, OK, "PXE boot asked for"),
    OF(0x1d, 4, OK, "boot to diagnostics"),
    OF(0x1d, 5, OK, "hard reset by the system"),
    OF(0x1d, 6, OK, "warm reset by the system"),
    OF(0x1d, 7, OK, "restart"),
    /* boot error */
    OF(0x1e, 0, BAD, "no bootable medium"),
    OF(0x1e, 1, BAD, "diskette cannot boot"),
    OF(0x1e, 2, BAD, "PXE server not found"),
    OF(0x1e, 3, BAD, "invalid boot sector"),
    OF(0x1e, 4, WARN, "waited for a boot device to be chosen"),
    /* boot of the system */
    OF(0x1f, 0, OK, "booted from A:"),
    OF(0x1f, 1, OK, "booted from C:"),
    OF(0x1f, 2, OK, "booted by PXE"),
    OF(0x1f, 3, OK, "booted diagnostics"),
    OF(0x1f, 4, OK, "booted from CD-ROM"),
    OF(0x1f, 5, OK, "booted from ROM"),
    OF(0x1f, 6, OK, "booted"),
    /* stop of the system */
    OF(0x20, 0, BAD, "critical stop while it booted"),
    OF(0x20, 1, BAD, "critical stop while it ran"),
    OF(0x20, 2, OK, "graceful stop"),
    OF(0x20, 3, OK, "graceful shutdown"),
    OF(0x20, 4, OK, "soft shutdown by the platform event filter"),
    OF(0x20, 5, WARN, "agent does not answer"),
    /* slot */
    OF(0x21, 0, BAD, "fault"),
    OF(0x21, 1, OK, "identify"),
    OF(0x21, 2, OK, "device present"),
    OF(0x21, 3, OK, "ready for a device"),
    OF(0x21, 4, OK, "ready for removal"),
    OF(0x21, 5, OK, "power off"),
    OF(0x21, 6, OK, "removal requested"),
    OF(0x21, 7, OK, "interlock"),
    OF(0x21, 8, WARN, "disabled"),
    OF(0x21, 9, OK, "spare"),
    /* ACPI state */
    OF(0x22, 0, OK, "S0, working"),
    OF(0x22, 1, OK, "S1, sleeping"),
    OF(0x22, 2, OK, "S2, sleeping"),
    OF(0x22, 3, OK, "S3, sleeping"),
    OF(0x22, 4, OK, "S4, sleeping on disk"),
    OF(0x22, 5, OK, "S5, soft off"),
    OF(0x22, 6, OK, "S4 or S5, soft off"),
    OF(0x22, 7, OK, "G3, mechanical off"),
    OF(0x22, 8, OK, "S1, S2 or S3, sleeping"),
    OF(0x22, 9, OK, "G1, sleeping"),
    OF(0x22, 10, WARN, "S5 by override"),
    OF(0x22, 11, OK, "legacy on"),
    OF(0x22, 12, OK, "legacy off"),
    OF(0x22, 14, OK, "not known"),
    /* watchdog 2 */
    OF(0x23, 0, WARN, "expired"),
    OF(0x23, 1, BAD, "hard reset"),
    OF(0x23, 2, BAD, "power down"),
    OF(0x23, 3, BAD, "power cycle"),
    OF(0x23, 8, WARN, "interrupt"),
    /* presence of an entity */
    OF(0x25, 0, OK, "present"),
    OF(0x25, 1, OK, "absent"),
    OF(0x25, 2, WARN, "disabled"),
    /* management */
    OF(0x28, 0, WARN, "sensors degraded or unavailable"),
    OF(0x28, 1, WARN, "controller degraded or unavailable"),
    OF(0x28, 2, WARN, "controller off line"),
    OF(0x28, 3, WARN, "controller unavailable"),
    OF(0x28, 4, WARN, "sensor failure"),
    OF(0x28, 5, WARN, "FRU failure"),
    /* battery */
    OF(0x29, 0, WARN, "low"),
    OF(0x29, 1, BAD, "failed"),
    OF(0x29, 2, OK, "present"),
};

const struct ipmi_state *
ipmi_state(uint8_t reading_type, uint8_t sensor_type, uint8_t offset)
{
	uint8_t type = reading_type == 0x6f ? sensor_type : 0;

	for (size_t i = 0; i < LARCH_COUNT(states); i++)
		if (states[i].table == reading_type && states[i].type == type && states[i].offset == offset)
			return &states[i];
	return NULL;
}

const char *
ipmi_sensor_type_name(uint8_t type)
{
	static const char *const names[] = {
	    [0x01] = "temperature", [0x02] = "voltage", [0x03] = "current", [0x04] = "fan", [0x05] = "physical security",
	    [0x06] = "platform security", [0x07] = "processor", [0x08] = "power supply", [0x09] = "power unit",
	    [0x0a] = "cooling device", [0x0b] = "other units", [0x0c] = "memory", [0x0d] = "drive slot",
	    [0x0e] = "memory resize", [0x0f] = "system firmware", [0x10] = "event log", [0x11] = "watchdog",
	    [0x12] = "system event", [0x13] = "critical interrupt", [0x14] = "button", [0x15] = "module or board",
	    [0x16] = "microcontroller", [0x17] = "add-in card", [0x18] = "chassis", [0x19] = "chip set", [0x1a] = "other FRU",
	    [0x1b] = "cable", [0x1c] = "terminator", [0x1d] = "system boot", [0x1e] = "boot error", [0x1f] = "boot of the system",
	    [0x20] = "stop of the system", [0x21] = "slot", [0x22] = "ACPI state", [0x23] = "watchdog", [0x24] = "platform alert",
	    [0x25] = "presence", [0x26] = "monitor chip", [0x27] = "LAN", [0x28] = "management", [0x29] = "battery",
	    [0x2a] = "session audit", [0x2b] = "version change", [0x2c] = "FRU state",
	};

	return type < LARCH_COUNT(names) ? names[type] : NULL;
}
