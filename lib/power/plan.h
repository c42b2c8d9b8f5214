/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A plan is a list of steps on outlets and BMCs with everything a person must
 * know before they are taken. power_plan() is pure: the same facts give the
 * same plan, byte for byte, on any machine and at any time.
 */
#ifndef LARCH_POWER_PLAN_H
#define LARCH_POWER_PLAN_H

#include "base/base.h"
#include "conf/conf.h"
#include "inv/inv.h"
#include "status/status.h"

enum power_verb { POWER_ON, POWER_OFF, POWER_CYCLE, POWER_OUTLET_ON, POWER_OUTLET_OFF,
	POWER_OUTLET_CYCLE, POWER_REBUILD, POWER_SETVLAN, POWER_RESET, POWER_SOFT, POWER_NMI, POWER_IDENTIFY,
	POWER_BOOTDEV, POWER_VERB_COUNT };
enum power_way { POWER_WAY_AUTO, POWER_WAY_BMC, POWER_WAY_PDU, POWER_WAY_SWITCH, POWER_WAY_COUNT };

/* bootdev: where the next start boots from, once. */
enum power_boot { POWER_BOOT_NONE, POWER_BOOT_PXE, POWER_BOOT_DISK, POWER_BOOT_BIOS, POWER_BOOT_COUNT };

/* Names as typed and stored: "on", "outlet-cycle", "rebuild"; "auto", "bmc", "pdu", and "switch", which is setvlan's only one. */
LARCH_API const char *power_verb_name(enum power_verb v);
LARCH_API const char *power_way_name(enum power_way w);
LARCH_API int power_verb_parse(struct str s, enum power_verb *out, struct err *e);
LARCH_API int power_way_parse(struct str s, enum power_way *out, struct err *e);
/* Does it end what runs on a machine? All but on, outlet-on, identify and bootdev. */
LARCH_API bool power_verb_ends(enum power_verb v);
/* on, outlet-on... what the verb is on outlets alone */
LARCH_API bool power_verb_is_outlet(enum power_verb v);
/* reset, soft, nmi, identify, bootdev: a BMC does them, and no outlet can. */
LARCH_API bool power_verb_is_bmc(enum power_verb v);
/* "pxe" "disk" "bios"; of POWER_BOOT_NONE "none", which is not parsed. */
LARCH_API const char *power_boot_name(enum power_boot b);
LARCH_API int power_boot_parse(struct str s, enum power_boot *out, struct err *e);

/* ---- facts --------------------------------------------------------------------- */

/* "on" "off" "unknown" of an outlet or a chassis; a transitional state is unknown here. */
enum power_state { POWER_IS_UNKNOWN, POWER_IS_OFF, POWER_IS_ON };
LARCH_API const char *power_state_name(enum power_state s);

/* A job of Slurm on a machine. */
struct power_slurm_job {
	const char *id, *user;
};

/* One of the last times that a machine was cycled, reset or rebuilt, and whether it was well a quarter of an hour later. */
enum power_help { POWER_HELP_UNKNOWN, POWER_HELP_NONE, POWER_HELPED };
struct power_past {
	int64_t at, job;
	const char *who, *verb, *way, *outcome;
	enum power_help helped;
};
#define POWER_PAST 5 /* of them are told */

/* What a person must know of a machine beside its wiring. Of it the owner and the jobs' numbers are hashed. */
struct power_known {
	const char *owner, *state;   /* attributes; "" none */
	const char *slurm, *reason;  /* Slurm's word for it and why, as "drain*"; NULL none */
	const struct power_slurm_job *jobs; /* that the verb would end */
	size_t n_listed;
	int64_t n_jobs;              /* how many run; not all may be listed */
	int64_t jobs_at;             /* when Slurm said so; 0 never */
	bool jobs_stale;
	const struct power_past *past; /* newest first */
	size_t n_past;
};

struct power_fed {
	const char *thing, *inlet, *type; /* what hangs on an outlet */
	bool other_feed; /* it has another outlet that is on and not in this plan: it will not go dark */
	const char *owner;            /* "" none */
	const struct power_slurm_job *jobs; /* that end with it */
	size_t n_jobs;
	const char *stands;           /* why Larch stands on it: "a switch that carries the network of 2 PDUs"; NULL: it does not */
};

struct power_outlet {
	const char *pdu, *outlet;    /* "pdu-b01-a" "AA7" */
	const char *inlet;           /* of the machine: "psu1" */
	const char *device_name;     /* what the device called it in the last sweep; "" none */
	enum power_state state;      /* in the last sweep */
	const char *word;            /* the device's own word for it */
	double amps, watts;          /* NAN: not measured */
	int64_t at, interval;        /* 0: never seen */
	bool reachable;              /* its PDU answered in the last sweep */
	bool recent;                 /* its wiring was recorded within the last day ... */
	const char *recent_by;       /* ... by this person */
	const struct power_fed *fed; /* everything on it, the machine itself left out */
	size_t n_fed;
	bool pdu_loaded;             /* some outlet of its PDU carries a load: it measures outlets */
	const char *guarded;         /* a protected thing among those, NULL none: this outlet is not switched off */
};

/* A tag (tag.h) that covers what a plan of these ways would switch. */
struct power_tag_fact {
	const char *text;  /* why not; of one whose end has come a warning */
	bool in_force;
	unsigned ways;     /* bits, 1 << POWER_WAY_... */
};

struct power_machine {
	const char *name, *type;
	struct power_known known;
	const char *bmc;             /* thing name, NULL: none recorded */
	const char *bmc_shared;      /* another machine that the inventory gives this BMC too; NULL: none, as it should be */
	bool bmc_answers;            /* in the last sweep */
	enum power_state chassis;
	int64_t chassis_at, chassis_interval, chassis_since;
	const char *stands;          /* as of power_fed */
	const struct power_outlet *outlets; /* n 0: wiring is not known */
	size_t n_outlets;
	bool is_protected;
	const char *address;         /* by which it could be pinged; NULL none: rebuild cannot see it come back */
	bool up;                     /* it answered a ping in the last sweep: that it is reset can be seen */
	bool pings;                  /* it did, or before: that it comes back can be seen */
	const struct power_tag_fact *tags;
	size_t n_tags;
	bool efi;                    /* attribute boot_mode is "efi": its boot device is set for EFI */
};

/* Something else that the inventory has on the same port of the switch. */
struct power_on_port {
	const char *thing, *type, *port; /* "kvm-b02" "appliance" "eth0" */
	const char *switch_port;         /* as it is written there: "3", "swp02" */
	const char *stands;              /* as of power_fed */
};

/* setvlan: what is asked, and what is known of the port. */
struct power_vlan_facts {
	const char *port;            /* of the machine, as asked: "eth1" */
	int64_t vlan;                /* as asked */
	const char *peer, *peer_type, *peer_port; /* what it is connected to; peer NULL: to nothing */
	bool recent;                 /* that was recorded within the last day ... */
	const char *recent_by;       /* ... by this person */
	bool is_protected;           /* larch.json protects the switch */
	const char *address;         /* of the switch; NULL none */
	const char *seen, *detail;   /* its check "switch": "ok" "no-vlans" "silent" ...; seen NULL: never read */
	const struct status_port *ports; /* of the switch */
	size_t n_ports;
	const struct status_vlan *vlans;
	size_t n_vlans;
	const struct power_on_port *others; /* all other connections of the switch */
	size_t n_others;
};

struct power_question {
	enum power_verb verb;
	enum power_way way;
	const char *revision;        /* of the policy */
	int64_t now;
	double load_floor_a;
	enum power_boot boot;        /* bootdev; else none */
	const struct hosts *even;    /* the extra word: names that are cut although Larch stands on them; NULL none */
	const struct power_vlan_facts *vlan;  /* setvlan, of its one machine; else NULL */
	const struct power_machine *machines; /* outlet verbs: one a outlet, its name "pdu:outlet" */
	size_t n_machines;
};

/* ---- the plan ------------------------------------------------------------------- */

enum power_action {
	POWER_DO_CHASSIS_OFF,  /* BMC: hard off, read back off */
	POWER_DO_CHASSIS_ON,
	POWER_DO_OUTLET_OFF,   /* PDU: off, read back off */
	POWER_DO_OUTLET_ON,
	POWER_DO_LOAD,         /* every outlet of the machine reads off, its load below the floor */
	POWER_DO_BMC_SILENT,   /* the BMC, which answered before, is silent: the machine has no other feed */
	POWER_DO_DWELL,        /* wait, all off */
	POWER_DO_WAIT_BMC,     /* until the BMC answers again */
	POWER_DO_ENSURE_ON,    /* chassis on by the BMC where it stayed off */
	POWER_DO_WAIT_PING,    /* until the machine answers pings again */
	POWER_DO_PING_LOST,    /* until it answers none: a reset that nobody noticed was none */
	POWER_DO_RESET,        /* BMC: hard reset of a chassis that is on; it reads on afterwards */
	POWER_DO_SOFT,         /* BMC: ACPI shutdown; read until the chassis is off */
	POWER_DO_NMI,          /* BMC: diagnostic interrupt; nothing can be read back */
	POWER_DO_IDENTIFY,     /* BMC: the light for POWER_IDENTIFY_S; read back where the BMC says */
	POWER_DO_BOOT_PXE,     /* BMC: the next boot from PXE, once; read back */
	POWER_DO_BOOT_PXE_EFI, /* the same for a machine that boots by EFI */
	POWER_DO_BOOT_DISK,
	POWER_DO_BOOT_DISK_EFI,
	POWER_DO_BOOT_BIOS,    /* the setup of the firmware */
	POWER_DO_BOOT_BIOS_EFI,
	POWER_DO_WATCH,        /* until the machine answers a ping, its chassis on; what a rebuild ends by */
	POWER_DO_VLAN_EGRESS,  /* switch: the port into the egress list of step.vlan; read back */
	POWER_DO_VLAN_UNTAGGED,
	POWER_DO_VLAN_PVID,    /* the port's PVID becomes step.vlan */
	POWER_DO_VLAN_LEAVE_UNTAGGED,
	POWER_DO_VLAN_LEAVE_EGRESS,
	POWER_ACTION_COUNT
};
#define POWER_IDENTIFY_S 240  /* of the light; IPMI knows no more than 255 */
LARCH_API const char *power_action_name(enum power_action a); /* "outlet-off" */
/* Does the action send something that changes a device? Then it needs an intent. */
LARCH_API bool power_action_switches(enum power_action a);
/* Is it one of those on a switch's VLANs? Then the step's outlet is the switch's port. */
LARCH_API bool power_action_is_vlan(enum power_action a);
/* Is it one that sets a boot device? Which one, and is it for EFI? */
LARCH_API bool power_action_is_boot(enum power_action a);
LARCH_API enum power_boot power_action_boot(enum power_action a);
LARCH_API bool power_action_is_efi(enum power_action a);
/* The action that sets it; of none POWER_ACTION_COUNT. */
LARCH_API enum power_action power_action_of_boot(enum power_boot b, bool efi);
/* The action of a name, POWER_ACTION_COUNT when it is none; and what takes it back, of a VLAN's. */
LARCH_API enum power_action power_action_parse(const char *name);
LARCH_API enum power_action power_action_undo(enum power_action a);

struct power_step {
	size_t machine;              /* index into machines */
	enum power_action action;
	const char *device;          /* "pdu-b01-a", "n0001-bmc", NULL for a wait */
	const char *outlet;          /* "AA7", NULL for a BMC */
	const char *device_name;     /* of the outlet, as last seen */
	enum power_state expected;   /* before the step, as the plan knows it */
	int64_t vlan;                /* of a VLAN's list, or the PVID that is wanted; 0: not about VLANs */
};

/* setvlan: which port, and where it goes. */
struct power_vlan {
	const char *port;            /* of the machine */
	const char *device, *device_port; /* the switch, and its port as recorded; NULL when refused before that */
	const char *name;            /* ifName; "" */
	int64_t base_port, if_index;
	int64_t vlan, was;           /* PVID; was 0: not known */
	const char *vlan_name, *was_name; /* on the switch; "" none. Shown, not hashed. */
};

struct power_plan_machine {
	const char *name, *owner;
	const char *refused;         /* why nothing is done to it; NULL: it is done */
	const char *nothing;         /* "is on already"; NULL: there is something to do */
	const char *bmc;             /* NULL none */
	const struct power_slurm_job *jobs; /* that end */
	size_t n_jobs;
	const struct power_known *known; /* NULL: it was read back, not made */
};

/*
 * What is hashed of a warning is what was decided, without what is measured: "outlet A7 carries a load" of "carries 310 W".
 * Mostly it is the sentence itself.
 */
struct power_warning {
	const char *text, *decided;
};

struct power_plan {
	enum power_verb verb;
	enum power_way way;          /* bmc or pdu: never auto */
	const char *revision;
	struct power_vlan *vlan;     /* setvlan; else NULL */
	enum power_boot boot;        /* bootdev; else none */
	const char *even;            /* the extra word, a host list; NULL none. Hashed */
	struct power_plan_machine *machines;
	size_t n_machines;
	struct power_step *steps;
	size_t n_steps;
	struct power_warning *warnings; /* whole sentences */
	size_t n_warnings;
	const char **notes;          /* measured values and ages: shown, not hashed */
	size_t n_notes;
	struct power_fed *cut;       /* every other thing that loses this feed */
	size_t n_cut;
	int64_t takes_ms;            /* roughly, by power_plan_estimate; 0 not said. Shown, not hashed */
	bool stale;                  /* rests on a value older than two sweeps: ask larchd first */
	bool refused;                /* at least one machine is refused: nothing may be filed */
	char hash[65];               /* SHA-256 over what is decided (docs/formats/plan.md), hex */
};

/* Make the plan, in the arena. Refusals are in the plan; -1 only for an empty or oversized question. */
LARCH_API int power_plan(const struct power_question *q, struct arena *a, struct power_plan *out,
    struct err *e);

/*
 * A plan as it is told, on a page and in a terminal: first what becomes of whom, then each machine; of many machines
 * those whose steps are the same are one part, its names folded, its steps those of each.
 */
#define POWER_TELL_EACH 8      /* so many machines are told one by one */
struct power_tell_row {
	const char *label, *text;
	bool dark;             /* somebody loses something by it */
};
struct power_tell_step {
	size_t n;              /* its number in the plan; 0: it is one of each machine */
	const char *text;
	const char *name;      /* what the device calls the outlet; "" */
};
struct power_tell_part {
	const char *names;     /* folded */
	size_t n;              /* machines */
	const char *about;     /* "owner ana, state idle"; "" */
	const char *refused, *nothing; /* NULL, or why */
	const struct power_tell_row *rows; /* Slurm, jobs, last times */
	size_t n_rows;
	const struct power_tell_step *steps;
	size_t n_steps;
};
struct power_tale {
	const struct power_tell_row *rows;
	size_t n_rows;
	const struct power_tell_part *parts;
	size_t n_parts;
};
LARCH_API void power_plan_tell(const struct power_plan *p, struct arena *a, struct power_tale *out);

/* The plan as text for a terminal, the same bytes wherever it is shown. */
LARCH_API void power_plan_text(const struct power_plan *p, struct buf *out);
/* The plan as JSON: for the request row. */
LARCH_API json_t *power_plan_json(const struct power_plan *p);
/* The same for the API: with `facts`, what is known of each machine. */
LARCH_API json_t *power_plan_show_json(const struct power_plan *p);
/* Read a request row's plan back, checking every member and the hash. */
LARCH_API int power_plan_from_json(const json_t *j, struct arena *a, struct power_plan *out, struct err *e);
/* One step as a sentence part: "pdu-b01-a AA7 off". */
LARCH_API const char *power_step_text(const struct power_plan *p, size_t step, struct arena *a);

/* "eth1 is sw-b01 swp02: in VLAN 1 (default), then in VLAN 20 (batch)"; NULL when it is no setvlan, or was refused before. */
LARCH_API const char *power_plan_vlan_text(const struct power_plan *p, struct arena *a);

/* What somebody wants; port and vlan for setvlan alone, boot for bootdev; even: what is cut although Larch stands on it. */
struct power_wish {
	enum power_verb verb;
	enum power_way way;
	const struct hosts *names;
	const char *port;
	int64_t vlan;
	enum power_boot boot;
	const struct hosts *even; /* sorted; NULL none */
};

/* Gather the facts for names of machines (or "pdu:outlet" for outlet verbs) and plan. */
struct power_requests; /* request.h */
struct power_room {
	struct inv *inv;
	struct status *status;
	const struct conf *conf;
	const char *revision;
	struct power_requests *requests; /* whose tags hold back; NULL: a room without tags, as of a bench */
};
LARCH_API int power_plan_for(const struct power_room *room, enum power_verb verb, enum power_way way,
    const struct hosts *names, struct arena *a, struct power_plan *out, struct err *e);

LARCH_API int power_plan_wish(const struct power_room *room, const struct power_wish *wish, struct arena *a,
    struct power_plan *out, struct err *e);

/* Every thing the plan touches or cuts: what a permit must cover. Sorted. */
LARCH_API void power_plan_things(const struct power_plan *p, struct arena *a, struct hosts *out);
/* What a role's numbers are about: its machines or everything that it touches, whichever is more. One outlet may be four machines. */
LARCH_API size_t power_plan_size(const struct power_plan *p);

#endif
