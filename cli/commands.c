/* SPDX-License-Identifier: Apache-2.0 */
#include <stddef.h>
#include <stdio.h>

#include "cli.h"

#define AT(member) offsetof(struct options, member)
#define ACT (OPT_ACT | OPT_WAIT)

#define CHASSIS_MORE "Power is what the outlets of a machine say, chassis what its BMC says of the machine itself.\n" \
	"A switched-on outlet is not a running server.\n"
#define POWER_STATUS_MORE "The BMC's word on the chassis where there is one; else off when all outlets are off, or unknown.\n" \
	"A switched-on outlet is not a running server: on is never taken from outlets alone.\n"

const struct command commands[] = {
	{.words = "login", .args = "[URL]", .max_args = 1, .options = OPT_LOGIN, .run = cmd_login,
	    .help = "log in and keep a key that expires"},
	{.words = "logout", .run = cmd_logout, .help = "revoke the key and forget it"},
	{.words = "whoami", .run = cmd_whoami, .help = "say who is logged in, where, and until when"},
	{.words = "import", .args = "FILE|-", .min_args = 1, .max_args = 1, .options = OPT_DRY,
	    .run = cmd_import, .help = "load a room file into the inventory"},
	{.words = "nodes", .args = "[NODES]", .max_args = -1, .options = OPT_LIST, .verb = "nodes", .run = cmd_list,
	    .help = "the machines: power, ping, BMC, owner, outlets", .more = CHASSIS_MORE},
	{.words = "pdus", .options = OPT_LIST, .verb = "pdus", .run = cmd_list,
	    .help = "the PDUs, and how many of their outlets are on"},
	{.words = "power status", .args = "[NODES]", .max_args = -1, .options = OPT_SELECT | OPT_EXPAND,
	    .verb = "power", .run = cmd_status, .help = "which machines are on, off or unknown",
	    .more = POWER_STATUS_MORE},
	{.words = "power on", .args = "NODES", .max_args = -1, .options = OPT_SELECT | OPT_VIA | ACT,
	    .verb = "on", .run = cmd_power, .help = "switch machines on"},
	{.words = "power off", .args = "NODES", .max_args = -1, .options = OPT_SELECT | OPT_VIA | ACT,
	    .verb = "off", .run = cmd_power, .help = "switch machines off, hard"},
	{.words = "power cycle", .args = "NODES", .max_args = -1, .options = OPT_SELECT | OPT_VIA | ACT,
	    .verb = "cycle", .run = cmd_power, .help = "off, read back off, wait, on"},
	{.words = "outlet status", .args = "[PDU|PDU:OUTLET...]", .max_args = -1, .verb = "outlet",
	    .run = cmd_status, .help = "what the PDUs say of their outlets"},
	{.words = "outlet on", .args = "PDU:OUTLET...", .min_args = 1, .max_args = -1, .options = ACT,
	    .verb = "outlet on", .run = cmd_power, .help = "switch single outlets on"},
	{.words = "outlet off", .args = "PDU:OUTLET...", .min_args = 1, .max_args = -1, .options = ACT,
	    .verb = "outlet off", .run = cmd_power, .help = "switch single outlets off"},
	{.words = "outlet cycle", .args = "PDU:OUTLET...", .min_args = 1, .max_args = -1, .options = ACT,
	    .verb = "outlet cycle", .run = cmd_power, .help = "single outlets off, read back, on"},
	{.words = "jobs", .options = OPT_LIST, .verb = "jobs", .run = cmd_list, .help = "list the jobs, newest first"},
	{.words = "job", .args = "ID", .min_args = 1, .max_args = 1, .options = OPT_JOB | OPT_WAIT,
	    .run = cmd_job, .help = "follow one job to its end; abort or resume it"},
	{.words = "log verify", .args = "FILE", .min_args = 1, .max_args = 1, .run = cmd_log_verify,
	    .help = "prove a journal whole, without the server",
	    .more = "FILE is the journal itself, on the server /var/lib/larch/journal/journal.db (or a copy of it),\n"
	    "or the lines of `larch log -o jsonl`. Exit: 0 whole; 1 the chain is broken; 2 FILE cannot be\n"
	    "read or is no journal.\n"},
	{.words = "log", .options = OPT_LOG | OPT_LIST, .verb = "log", .run = cmd_list, .help = "what was done, by whom, and what came back"},
	{.words = "check-config", .args = "[FILE]", .max_args = 1, .options = OPT_CONF,
	    .run = cmd_check_config, .help = "check larch.json and the files it names"},
	{.words = "completion", .args = "bash", .min_args = 1, .max_args = 1, .run = cmd_completion,
	    .help = "print the completion script for a shell"},
};
const size_t n_commands = LARCH_COUNT(commands);

const struct option_row option_rows[] = {
	{.letter = 'h', .name = "help", .group = OPT_GLOBAL, .offset = AT(help), .help = "this help; after a command, its own"},
	{.letter = 'V', .name = "version", .group = OPT_GLOBAL, .offset = AT(version), .help = "print the version"},
	{.letter = 'v', .name = "verbose", .group = OPT_GLOBAL, .offset = AT(verbose), .help = "say what is asked of the server"},
	{.letter = 'q', .name = "quiet", .group = OPT_GLOBAL, .offset = AT(quiet), .help = "no progress; errors remain"},
	{.letter = 'o', .name = "output", .arg = "FORMAT", .words = "table json jsonl csv text", .closed = true,
	    .group = OPT_GLOBAL, .offset = AT(output), .help = "table, json, jsonl, csv or text"},
	{.name = "json", .fixed = "json", .group = OPT_GLOBAL, .offset = AT(output), .help = "short for -o json"},
	{.name = "color", .arg = "WHEN", .words = "auto always never", .closed = true, .group = OPT_GLOBAL,
	    .offset = AT(color), .help = "auto (a terminal, and no NO_COLOR), always or never"},
	{.name = "server", .arg = "URL", .group = OPT_GLOBAL, .offset = AT(server), .help = "another server than the one logged in to"},
	{.name = "ca", .arg = "FILE", .group = OPT_GLOBAL, .offset = AT(ca), .help = "trust the certificates of this CA"},
	{.letter = 'u', .name = "user", .arg = "USER", .group = OPT_LOGIN, .offset = AT(user), .help = "login name"},
	{.name = "password-file", .arg = "FILE", .group = OPT_LOGIN, .offset = AT(password_file),
	    .help = "read the password from a file that is yours alone"},
	{.name = "password-fd", .arg = "N", .group = OPT_LOGIN, .offset = AT(password_fd),
	    .help = "read the password from an open file descriptor"},
	{.name = "expires", .arg = "DURATION", .duration = true, .group = OPT_LOGIN, .offset = AT(expires), .help = "life of the key, as 8h or 30m"},
	{.letter = 'w', .name = "nodes", .arg = "LIST", .group = OPT_SELECT, .offset = AT(list), .help = "these machines too"},
	{.letter = 'x', .name = "exclude", .arg = "LIST", .group = OPT_SELECT, .offset = AT(exclude), .help = "but not these"},
	{.letter = 'g', .name = "group", .arg = "GROUP", .group = OPT_SELECT, .offset = AT(group), .help = "the machines of this group"},
	{.letter = 'e', .name = "expand", .group = OPT_EXPAND, .offset = AT(expand), .help = "names one by one, not folded"},
	{.name = "via", .arg = "WAY", .words = "bmc pdu", .closed = true, .group = OPT_VIA, .offset = AT(via),
	    .help = "bmc or pdu; without it the server chooses and says which"},
	{.letter = 'n', .name = "dry-run", .group = OPT_ACT | OPT_DRY, .offset = AT(dry_run), .help = "show what would be done, do nothing"},
	{.letter = 'y', .name = "yes", .group = OPT_ACT, .offset = AT(yes), .help = "do not ask"},
	{.letter = 'R', .name = "reason", .arg = "TEXT", .group = OPT_ACT, .offset = AT(reason), .help = "why; it stands in the log"},
	{.name = "no-wait", .group = OPT_WAIT, .offset = AT(no_wait), .help = "do not follow the job"},
	{.name = "timeout", .arg = "DURATION", .duration = true, .group = OPT_WAIT, .offset = AT(timeout),
	    .help = "stop following after so long without a change (10m)"},
	{.name = "abort", .group = OPT_JOB, .offset = AT(abort_it), .help = "begin nothing more of this job"},
	{.name = "resume", .group = OPT_JOB, .offset = AT(resume), .help = "let a job go on that the brake has paused"},
	{.name = "since", .arg = "TIME", .group = OPT_LOG, .offset = AT(since), .help = "from then: -2h, 22:00, or RFC 3339"},
	{.name = "thing", .arg = "THING", .group = OPT_LOG, .offset = AT(thing), .help = "rows of this machine or device"},
	{.name = "who", .arg = "USER", .group = OPT_LOG, .offset = AT(who), .help = "rows of this person"},
	{.name = "limit", .arg = "N", .group = OPT_LIST, .offset = AT(limit), .help = "at most so many rows"},
	{.name = "yang", .arg = "FOLDER", .group = OPT_CONF, .offset = AT(yang), .help = "the YANG modules; else as the file says"},
};
const size_t n_option_rows = LARCH_COUNT(option_rows);
