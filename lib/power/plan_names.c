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
} actions[POWER_ACTION_COUNT] = {
    [POWER_DO_CHASSIS_OFF] = {.name = "chassis-off", .switches = true},
    [POWER_DO_CHASSIS_ON] = {.name = "chassis-on", .switches = true},
    [POWER_DO_OUTLET_OFF] = {.name = "outlet-off", .switches = true},
    [POWER_DO_OUTLET_ON] = {.name = "outlet-on", .switches = true},
    [POWER_DO_DARK] = {.name = "dark", .switches = false},
    [POWER_DO_DWELL] = {.name = "dwell", .switches = false},
    [POWER_DO_WAIT_BMC] = {.name = "wait-bmc", .switches = false},
    [POWER_DO_ENSURE_ON] = {.name = "ensure-on", .switches = true},
    [POWER_DO_BOOT_PXE] = {.name = "boot-pxe", .switches = true},
    [POWER_DO_BOOT_PXE_EFI] = {.name = "boot-pxe-efi", .switches = true},
    [POWER_DO_WATCH] = {.name = "watch"},
    [POWER_DO_VLAN_EGRESS] = {"vlan-egress", true, POWER_DO_VLAN_LEAVE_EGRESS},
    [POWER_DO_VLAN_UNTAGGED] = {"vlan-untagged", true, POWER_DO_VLAN_LEAVE_UNTAGGED},
    [POWER_DO_VLAN_PVID] = {"vlan-pvid", true, POWER_DO_VLAN_PVID},
    [POWER_DO_VLAN_LEAVE_UNTAGGED] = {"vlan-leave-untagged", true, POWER_DO_VLAN_UNTAGGED},
    [POWER_DO_VLAN_LEAVE_EGRESS] = {"vlan-leave-egress", true, POWER_DO_VLAN_EGRESS},
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
	    "'%.*s' is no power verb; there are on, off, cycle, rebuild, setvlan, outlet-on, outlet-off and "
	    "outlet-cycle",
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
power_verb_is_outlet(enum power_verb v)
{
	return v == POWER_OUTLET_ON || v == POWER_OUTLET_OFF || v == POWER_OUTLET_CYCLE;
}

