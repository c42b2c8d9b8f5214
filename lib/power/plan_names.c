/* SPDX-License-Identifier: Apache-2.0 */
/* The words of verbs, ways, actions and states. */
#include <string.h>

#include "plan.h"

static const char *const verbs[POWER_VERB_COUNT] = {
    [POWER_ON] = "on",
    [POWER_OFF] = "off",
    [POWER_CYCLE] = "cycle",
    [POWER_OUTLET_ON] = "outlet-on",
    [POWER_OUTLET_OFF] = "outlet-off",
    [POWER_OUTLET_CYCLE] = "outlet-cycle",
    [POWER_REBUILD] = "rebuild",
    [POWER_SETVLAN] = "setvlan",
    [POWER_RESET] = "reset",
    [POWER_SOFT] = "soft",
    [POWER_NMI] = "nmi",
    [POWER_IDENTIFY] = "identify",
    [POWER_BOOTDEV] = "bootdev",
};
static const char *const boots[POWER_BOOT_COUNT] = {
    [POWER_BOOT_NONE] = "none",
    [POWER_BOOT_PXE] = "pxe",
    [POWER_BOOT_DISK] = "disk",
    [POWER_BOOT_BIOS] = "bios",
};
static const char *const ways[POWER_WAY_COUNT] = {
    [POWER_WAY_AUTO] = "auto",
    [POWER_WAY_BMC] = "bmc",
    [POWER_WAY_PDU] = "pdu",
    [POWER_WAY_SWITCH] = "switch",
};
static const struct {
	const char *name;
	bool switches;
	enum power_action undo; /* of a VLAN's; else 0 */
	enum power_boot boot;   /* that it sets */
	bool efi;
} actions[POWER_ACTION_COUNT] = {
    [POWER_DO_CHASSIS_OFF] = {.name = "chassis-off", .switches = true},
    [POWER_DO_CHASSIS_ON] = {.name = "chassis-on", .switches = true},
    [POWER_DO_OUTLET_OFF] = {.name = "outlet-off", .switches = true},
    [POWER_DO_OUTLET_ON] = {.name = "outlet-on", .switches = true},
    [POWER_DO_LOAD] = {.name = "load", .switches = false},
    [POWER_DO_BMC_SILENT] = {.name = "bmc-silent", .switches = false},
    [POWER_DO_DWELL] = {.name = "dwell", .switches = false},
    [POWER_DO_WAIT_BMC] = {.name = "wait-bmc", .switches = false},
    [POWER_DO_ENSURE_ON] = {.name = "ensure-on", .switches = true},
    [POWER_DO_WAIT_PING] = {.name = "wait-ping", .switches = false},
    [POWER_DO_PING_LOST] = {.name = "ping-lost", .switches = false},
    [POWER_DO_RESET] = {.name = "chassis-reset", .switches = true},
    [POWER_DO_SOFT] = {.name = "chassis-soft", .switches = true},
    [POWER_DO_NMI] = {.name = "chassis-nmi", .switches = true},
    [POWER_DO_IDENTIFY] = {.name = "light", .switches = true},
    [POWER_DO_BOOT_PXE] = {.name = "boot-pxe", .switches = true, .boot = POWER_BOOT_PXE},
    [POWER_DO_BOOT_PXE_EFI] = {.name = "boot-pxe-efi", .switches = true, .boot = POWER_BOOT_PXE, .efi = true},
    [POWER_DO_BOOT_DISK] = {.name = "boot-disk", .switches = true, .boot = POWER_BOOT_DISK},
    [POWER_DO_BOOT_DISK_EFI] = {.name = "boot-disk-efi", .switches = true, .boot = POWER_BOOT_DISK, .efi = true},
    [POWER_DO_BOOT_BIOS] = {.name = "boot-bios", .switches = true, .boot = POWER_BOOT_BIOS},
    [POWER_DO_BOOT_BIOS_EFI] = {.name = "boot-bios-efi", .switches = true, .boot = POWER_BOOT_BIOS, .efi = true},
    [POWER_DO_WATCH] = {.name = "watch"},
    [POWER_DO_VLAN_EGRESS] = {.name = "vlan-egress", .switches = true, .undo = POWER_DO_VLAN_LEAVE_EGRESS},
    [POWER_DO_VLAN_UNTAGGED] = {.name = "vlan-untagged", .switches = true, .undo = POWER_DO_VLAN_LEAVE_UNTAGGED},
    [POWER_DO_VLAN_PVID] = {.name = "vlan-pvid", .switches = true, .undo = POWER_DO_VLAN_PVID},
    [POWER_DO_VLAN_LEAVE_UNTAGGED] = {.name = "vlan-leave-untagged", .switches = true, .undo = POWER_DO_VLAN_UNTAGGED},
    [POWER_DO_VLAN_LEAVE_EGRESS] = {.name = "vlan-leave-egress", .switches = true, .undo = POWER_DO_VLAN_EGRESS},
};

const char *
power_verb_name(enum power_verb v)
{
	return (unsigned)v < POWER_VERB_COUNT ? verbs[v] : "unknown";
}

const char *
power_way_name(enum power_way w)
{
	return (unsigned)w < POWER_WAY_COUNT ? ways[w] : "unknown";
}

const char *
power_action_name(enum power_action a)
{
	return (unsigned)a < POWER_ACTION_COUNT ? actions[a].name : "unknown";
}

bool
power_action_switches(enum power_action a)
{
	return (unsigned)a < POWER_ACTION_COUNT && actions[a].switches;
}

bool
power_action_is_vlan(enum power_action a)
{
	return a >= POWER_DO_VLAN_EGRESS && a <= POWER_DO_VLAN_LEAVE_EGRESS;
}

bool
power_action_is_boot(enum power_action a)
{
	return power_action_boot(a) != POWER_BOOT_NONE;
}

enum power_boot
power_action_boot(enum power_action a)
{
	return (unsigned)a < POWER_ACTION_COUNT ? actions[a].boot : POWER_BOOT_NONE;
}

bool
power_action_is_efi(enum power_action a)
{
	return (unsigned)a < POWER_ACTION_COUNT && actions[a].efi;
}

enum power_action
power_action_of_boot(enum power_boot b, bool efi)
{
	unsigned i = 0;

	while (i < POWER_ACTION_COUNT && (b == POWER_BOOT_NONE || actions[i].boot != b || actions[i].efi != efi))
		i++;
	return (enum power_action)i;
}

enum power_action
power_action_parse(const char *name)
{
	unsigned i = 0;

	while (i < POWER_ACTION_COUNT && strcmp(actions[i].name, name) != 0)
		i++;
	return (enum power_action)i;
}

enum power_action
power_action_undo(enum power_action a)
{
	return power_action_is_vlan(a) ? actions[a].undo : POWER_ACTION_COUNT;
}

const char *
power_state_name(enum power_state s)
{
	static const char *const names[] = {"unknown", "off", "on"};

	return (unsigned)s < LARCH_COUNT(names) ? names[s] : "unknown";
}

int
power_verb_parse(struct str s, enum power_verb *out, struct err *e)
{
	for (size_t i = 0; i < POWER_VERB_COUNT; i++)
		if (str_is(s, verbs[i])) {
			*out = (enum power_verb)i;
			return 0;
		}
	return err_set(e, ERR_INPUT,
	    "'%.*s' is no power verb; there are on, off, cycle, reset, soft, nmi, identify, bootdev, rebuild, "
	    "setvlan, outlet-on, outlet-off and outlet-cycle",
	    (int)(s.n > 64 ? 64 : s.n), s.p == NULL ? "" : s.p);
}

int
power_way_parse(struct str s, enum power_way *out, struct err *e)
{
	if (s.n == 0)
		s = STR("auto");
	for (size_t i = 0; i < POWER_WAY_COUNT; i++)
		if (str_is(s, ways[i])) {
			*out = (enum power_way)i;
			return 0;
		}
	return err_set(e, ERR_INPUT, "'%.*s' is no way to switch a machine; there are bmc and pdu",
	    (int)(s.n > 64 ? 64 : s.n), s.p);
}

bool
power_verb_ends(enum power_verb v)
{
	return v != POWER_ON && v != POWER_OUTLET_ON && v != POWER_IDENTIFY && v != POWER_BOOTDEV;
}

bool
power_verb_is_outlet(enum power_verb v)
{
	return v == POWER_OUTLET_ON || v == POWER_OUTLET_OFF || v == POWER_OUTLET_CYCLE;
}

bool
power_verb_is_bmc(enum power_verb v)
{
	return v >= POWER_RESET && v <= POWER_BOOTDEV;
}

const char *
power_boot_name(enum power_boot b)
{
	return (unsigned)b < POWER_BOOT_COUNT ? boots[b] : "none";
}

int
power_boot_parse(struct str s, enum power_boot *out, struct err *e)
{
	for (size_t i = POWER_BOOT_PXE; i < POWER_BOOT_COUNT; i++)
		if (str_is(s, boots[i])) {
			*out = (enum power_boot)i;
			return 0;
		}
	return err_set(e, ERR_INPUT, "'%.*s' is no boot device; there are pxe, disk and bios", (int)(s.n > 64 ? 64 : s.n),
	    s.p == NULL ? "" : s.p);
}
