/* SPDX-License-Identifier: Apache-2.0 */
#include "cli.h"

#define ACT (OPT_ACT | OPT_WAIT | OPT_COUNT | OPT_EVEN | OPT_CODE)

#define STATUS_MORE "The BMC's word on the chassis where there is one; else off when all outlets are off, or unknown.\n" \
	"A switched-on outlet is not a running server: on is never taken from outlets alone.\n"
#define REBUILD_MORE "Sets the boot device by IPMI, cycles, and waits until the machine answers pings (rebuild_limit of\n" \
	"larch.json). Its attribute state becomes pxe, then idle or pxe_failed. What boots may erase its disks.\n"
#define RESET_MORE "The chassis must be on. Done is what can be seen: the BMC accepted it, the chassis reads on, and where\n" \
	"the machine answered pings, that they stop (silent_limit of larch.json) and come again (ping_limit).\n"
#define SOFT_MORE "The chassis must read off within soft_limit of larch.json. If it does not, nothing else is done; off is\n" \
	"another plan.\n"
#define NMI_MORE "Done means that the BMC accepted it: nothing can be read back.\n"
#define BOOTDEV_MORE "By IPMI, read back. Nothing is started anew, and a BMC may forget it after 60 seconds: start the machine\n" \
	"at once. Of a machine whose attribute boot_mode is efi it is set for EFI.\n"
#define SETVLAN_MORE "PORT is the machine's (eth1); the inventory says which port of which switch it is connected to. The\n" \
	"VLAN must exist there. What was changed is taken back when a later step fails.\n"
#define VERIFY_MORE "FILE is the journal itself, on the server /var/lib/larch/journal/journal.db (or a copy of it),\n" \
	"or the lines of `larch log export -o jsonl`. REQUESTS is /var/lib/larch/power/power.db: its requests\n" \
	"are a chain too, which the journal cites, and which cites the journal. Exit: 0 whole; 1 a chain is\n" \
	"broken or the two disagree; 2 a file cannot be read or is something else.\n"
#define TAG_MORE "THING is a rack, a machine, a PDU, another thing, or PDU:OUTLET. Nothing that it covers is switched by\n" \
	"anybody until it is lifted, or its end has come: then it is a warning. It does not replace a padlock.\n"
#define EXPORT_MORE "All rows from the first to the last of the period, oldest first, as text or as JSON lines (-o jsonl),\n" \
	"which `larch log verify` walks. Without --since from row 1, without --until to the newest.\n"

#define PAUSE_MORE "Machines in the middle go on to their end, so that none stays between off and on.\n"
#define NEXT_MORE "The job must have ended. The plan is made from what is so now, shown, and asked about like any other.\n"
#define PROBE_MORE "ADDRESS is numeric, or the name of a PDU. larchd asks it by SNMP: its family, its units, outlets, infeeds and\n" \
	"sensors. Only what the inventory knows as a PDU or a switch is asked, and the networks that `probe` in\n" \
	"larch.json lists. Exit: 0 it answered; 1 it did not, or is not asked.\n"
#define GRANT_MORE "Asks for the code of your second factor (or, where you have none, for the password), which goes to the\n" \
	"server's login and is kept nowhere. The grant is kept beside session.json and sent with power and outlet\n" \
	"commands. They ask by themselves when one is needed and there is a terminal.\n"
#define APPROVE_MORE "A plan of more machines than a role may switch alone waits a quarter of an hour. Shows it, asks, and asks for\n" \
	"your own code. Then who asked for it asks again. HASH: the first 8 digits of the plan's or more.\n"

static const struct command rows[] = {
	{.words = "power status", .args = "[NODES]", .max_args = -1, .options = OPT_SELECT | OPT_EXPAND,
	    .verb = "power", .run = cmd_status, .help = "which machines are on, off or unknown",
	    .more = STATUS_MORE, .example = "larch power status @b01"},
	{.words = "power on", .args = "NODES", .max_args = -1, .options = OPT_SELECT | OPT_VIA | ACT,
	    .verb = "on", .run = cmd_power, .help = "switch machines on", .example = "larch power on 'n[1-20]' -x n7"},
	{.words = "power off", .args = "NODES", .max_args = -1, .options = OPT_SELECT | OPT_VIA | ACT,
	    .verb = "off", .run = cmd_power, .help = "switch machines off, hard", .example = "larch power off n0007 -R 'smells of smoke'"},
	{.words = "power cycle", .args = "NODES", .max_args = -1, .options = OPT_SELECT | OPT_VIA | ACT,
	    .verb = "cycle", .run = cmd_power, .help = "off, read back off, wait, on",
	    .example = "larch power cycle n0007 --via pdu -R 'hung since 03:00'"},
	{.words = "power reset", .args = "NODES", .max_args = -1, .options = OPT_SELECT | ACT,
	    .verb = "reset", .run = cmd_power, .help = "reset machines by their BMCs, hard", .more = RESET_MORE,
	    .example = "larch power reset n0007 -R 'hung, BMC well'"},
	{.words = "power soft", .args = "NODES", .max_args = -1, .options = OPT_SELECT | ACT,
	    .verb = "soft", .run = cmd_power, .help = "ask systems to shut down (ACPI), and wait until they are off",
	    .more = SOFT_MORE, .example = "larch power soft n[1-4]"},
	{.words = "power nmi", .args = "NODES", .max_args = -1, .options = OPT_SELECT | ACT,
	    .verb = "nmi", .run = cmd_power, .help = "send a diagnostic interrupt, for a crash dump", .more = NMI_MORE,
	    .example = "larch power nmi n0007"},
	{.words = "power identify", .args = "NODES", .max_args = -1, .options = OPT_SELECT | ACT,
	    .verb = "identify", .run = cmd_power, .help = "put the identify light on for four minutes",
	    .example = "larch power identify n0007"},
	{.words = "power bootdev", .args = "NODES pxe|disk|bios", .min_args = 1, .max_args = -1, .options = OPT_SELECT | ACT,
	    .verb = "bootdev", .run = cmd_bootdev, .help = "where the next start boots from, once", .more = BOOTDEV_MORE,
	    .example = "larch power bootdev n0007 pxe"},
	{.words = "rebuild", .args = "NODES", .max_args = -1, .options = OPT_SELECT | OPT_VIA | ACT,
	    .verb = "rebuild", .run = cmd_power, .help = "boot machines from the network, once, by a cycle", .more = REBUILD_MORE,
	    .example = "larch rebuild n0007 -R 'new image'"},
	{.words = "network setvlan", .args = "SERVER PORT VLAN", .min_args = 3, .max_args = 3, .options = ACT,
	    .verb = "setvlan", .run = cmd_setvlan, .help = "move a machine's port to another VLAN of its switch",
	    .more = SETVLAN_MORE, .example = "larch network setvlan n0007 eth1 20"},
	{.words = "outlet status", .args = "[PDU|PDU:OUTLET...]", .max_args = -1, .verb = "outlet",
	    .run = cmd_status, .help = "what the PDUs say of their outlets", .example = "larch outlet status pdu-b01-a"},
	{.words = "outlet on", .args = "PDU:OUTLET...", .min_args = 1, .max_args = -1, .options = ACT,
	    .verb = "outlet on", .run = cmd_power, .help = "switch single outlets on", .example = "larch outlet on pdu-b01-a:AA7"},
	{.words = "outlet off", .args = "PDU:OUTLET...", .min_args = 1, .max_args = -1, .options = ACT,
	    .verb = "outlet off", .run = cmd_power, .help = "switch single outlets off", .example = "larch outlet off pdu-b01-a:AA7 -n"},
	{.words = "outlet cycle", .args = "PDU:OUTLET...", .min_args = 1, .max_args = -1, .options = ACT,
	    .verb = "outlet cycle", .run = cmd_power, .help = "single outlets off, read back, on",
	    .example = "larch outlet cycle pdu-b01-a:AA7 pdu-b01-b:AA7"},
	{.words = "pdu show", .args = "PDU", .min_args = 1, .max_args = 1, .run = cmd_pdu_show,
	    .help = "a PDU as it was last seen: outlets, infeeds, sensors", .example = "larch pdu show pdu-b07-a"},
	{.words = "pdu probe", .args = "ADDRESS|PDU", .min_args = 1, .max_args = 1, .options = OPT_TIMEOUT, .verb = "probe",
	    .run = cmd_question, .help = "what is at an address: family, outlets, infeeds, sensors", .more = PROBE_MORE,
	    .example = "larch pdu probe 10.9.0.7"},
	{.words = "bmc", .args = "SERVER", .min_args = 1, .max_args = 1, .options = OPT_TIMEOUT, .verb = "bmc", .run = cmd_question,
	    .help = "ask a machine's BMC: sensors, event log, power, device id", .example = "larch bmc n0007"},
	{.words = "grant open", .args = "VERBS NODES|PDU:OUTLET...", .min_args = 2, .max_args = -1, .options = OPT_GRANT | OPT_CODE,
	    .run = cmd_grant_open, .help = "say again that it is you: verbs on things, for a while", .more = GRANT_MORE,
	    .example = "larch grant open cycle,on 'n[1-8]' --for 30m --uses 5"},
	{.words = "grant list", .run = cmd_grant_list, .help = "the grants that are open, of everybody", .example = "larch grant list"},
	{.words = "grant revoke", .args = "ID", .min_args = 1, .max_args = 1, .run = cmd_grant_revoke,
	    .help = "take one back: your own, or with the verb tag any", .example = "larch grant revoke 12"},
	{.words = "approve", .args = "HASH", .min_args = 1, .max_args = 1, .options = OPT_YES | OPT_CODE, .run = cmd_approve,
	    .help = "approve another person's plan that waits for you", .more = APPROVE_MORE, .example = "larch approve 5c9f01ab"},
	{.words = "jobs", .options = OPT_LIST, .verb = "jobs", .run = cmd_list, .help = "list the jobs, newest first",
	    .example = "larch jobs --limit 5"},
	{.words = "job pause", .args = "ID", .min_args = 1, .max_args = 1, .verb = "pause", .run = cmd_job_order,
	    .help = "let no other machine of a job begin", .more = PAUSE_MORE, .example = "larch job pause 7"},
	{.words = "job resume", .args = "ID", .min_args = 1, .max_args = 1, .options = OPT_WAIT, .verb = "resume", .run = cmd_job_order,
	    .help = "let a paused job go on", .example = "larch job resume 7"},
	{.words = "job abort", .args = "ID", .min_args = 1, .max_args = 1, .options = OPT_WAIT, .verb = "abort", .run = cmd_job_order,
	    .help = "switch nothing more of a job", .example = "larch job abort 7"},
	{.words = "job finish", .args = "ID NODES", .min_args = 2, .max_args = 2, .options = ACT, .verb = "finish", .run = cmd_job_next,
	    .help = "plan the rest for machines left", .more = NEXT_MORE,
	    .example = "larch job finish 7 n[0007-0009]"},
	{.words = "job undo", .args = "ID NODES", .min_args = 2, .max_args = 2, .options = ACT, .verb = "undo", .run = cmd_job_next,
	    .help = "plan the way back of machines", .more = NEXT_MORE,
	    .example = "larch job undo 7 n0007 -n"},
	{.words = "job", .args = "ID", .min_args = 1, .max_args = 1, .options = OPT_JOB | OPT_WAIT | OPT_EVIDENCE,
	    .run = cmd_job, .help = "follow one job to its end", .example = "larch job 7 --watch"},
	{.words = "tag put", .args = "THING", .min_args = 1, .max_args = 1, .options = OPT_TAG | OPT_UNTIL, .verb = "put", .run = cmd_tag,
	    .help = "hang a tag: what it covers is not switched", .more = TAG_MORE,
	    .example = "larch tag put b07 -R 'hands in rack b07' --until 05:00 --contact 'ext. 4711'"},
	{.words = "tag extend", .args = "ID", .min_args = 1, .max_args = 1, .options = OPT_UNTIL, .verb = "extend", .run = cmd_tag,
	    .help = "give a tag of your own another end", .example = "larch tag extend 7 --until 2h"},
	{.words = "tag lift", .args = "ID", .min_args = 1, .max_args = 1, .verb = "lift", .run = cmd_tag,
	    .help = "lift a tag: its owner, or two others together", .example = "larch tag lift 7"},
	{.words = "tag list", .run = cmd_tags, .help = "the tags that hang", .example = "larch tag list"},
	{.words = "log verify", .args = "FILE [REQUESTS]", .min_args = 1, .max_args = 2, .run = cmd_log_verify,
	    .help = "prove a journal whole, without the server", .more = VERIFY_MORE, .example = "larch log verify journal.db"},
	{.words = "log export", .options = OPT_PERIOD, .run = cmd_log_export,
	    .help = "write all rows of a period, for keeping", .more = EXPORT_MORE,
	    .example = "larch log export --since -24h -o jsonl > yesterday.jsonl"},
	{.words = "log", .options = OPT_LOG | OPT_LIST, .verb = "log", .run = cmd_list,
	    .help = "what was done, by whom, and what came back", .example = "larch log --since 22:00 -o text"},
};
const struct section power_section = {"Power", rows, LARCH_COUNT(rows)};
