/* SPDX-License-Identifier: Apache-2.0 */
/* What can be checked: a row a check, and its columns. */
#include <string.h>

#include "inner.h"

#define SECOND INT64_C(1000)
#define MINUTE (60 * SECOND)
#define COLUMNS(list) .columns = (list), .n_columns = LARCH_COUNT(list)

static const struct status_column ping[] = {
    {.name = "ping", .title = "Ping", .unit = "ms", .help = "It answers an ICMP echo; the number is the round trip.",
        .kind = STATUS_WORD, .step = 5, .counts = true, .shown = true},
};
static const struct status_column ssh[] = {
    {.name = "ssh", .title = "SSH", .unit = "ms", .help = "Its ssh port shows the banner of an SSH server.", .kind = STATUS_WORD,
        .step = 50, .counts = true, .shown = true},
};
static const struct status_column ipmi[] = {
    {.name = "bmc", .title = "BMC", .unit = "", .help = "Its BMC answers.", .kind = STATUS_WORD, .counts = true, .shown = true},
    {.name = "chassis", .title = "Chassis", .unit = "", .help = "What its BMC says of the power of the machine.",
        .kind = STATUS_WORD, .counts = true, .shown = true},
};
static const struct status_column power[] = {
    {.name = "outlets", .title = "Power", .unit = "W", .help = "Its outlets: on, off, mixed; the number is their load.",
        .kind = STATUS_WORD, .step = 10, .counts = true, .shown = true},
    {.name = "pdu", .title = "PDU", .unit = "A", .help = "Of a PDU: it answers; the number is its load.", .kind = STATUS_WORD,
        .step = 0.2, .counts = true},
    {.name = "feeds", .title = "Feeds", .unit = "", .help = "Of a PDU: what goes in, its hottest and its dampest sensor.",
        .kind = STATUS_MEASURE},
    {.name = "switch", .title = "Switch", .unit = "", .help = "Of a switch: it tells its VLANs.", .kind = STATUS_WORD,
        .counts = true},
};
static const struct status_column slurm[] = {
    {.name = "slurm", .title = "Slurm", .unit = "", .help = "The state Slurm gives it, with its suffixes; why it was drained.",
        .kind = STATUS_WORD, .counts = true, .shown = true},
    {.name = "jobs", .title = "Jobs", .unit = "", .help = "How many jobs run on it.", .kind = STATUS_MEASURE},
};
static const struct status_column login[] = {
    {.name = "uptime", .title = "Up", .unit = "s", .help = "Since when it has been up.", .kind = STATUS_TIME, .step = 120,
        .shown = true},
    {.name = "load", .title = "Load", .unit = "", .help = "Its load, the mean of 15 minutes.", .kind = STATUS_MEASURE,
        .step = 0.05, .counts = true, .shown = true},
    {.name = "df", .title = "Disks", .unit = "%", .help = "Its fullest file system.", .kind = STATUS_MEASURE, .step = 0.5,
        .counts = true, .shown = true},
    {.name = "users", .title = "Users", .unit = "", .help = "Who has processes on it, system accounts left out.",
        .kind = STATUS_MEASURE},
    {.name = "gpu", .title = "GPUs", .unit = "", .help = "The GPUs found, of those expected.", .kind = STATUS_WORD, .counts = true},
};

#define SETTING(member) offsetof(struct conf_status, member)

static const struct probe_row rows[] = {
    {.name = "ping", .help = "An ICMP echo.", .limit_ms = 700, .of = SWEEP_ADDRESS, .at_once = 4096, .ask = ask_ping, COLUMNS(ping)},
    {.name = "ssh", .help = "The banner of its ssh port.", .limit_ms = 3 * SECOND, .rests = "ping", .of = SWEEP_SERVER,
        .at_once_setting = SETTING(sockets), .ask = ask_ssh, COLUMNS(ssh)},
    {.name = "ipmi", .help = "Its BMC: whether it answers, the chassis, faults, the identify light.", .of = SWEEP_BMC,
        .at_once = 2048, .ask = ask_ipmi, COLUMNS(ipmi)},
    {.name = "power", .help = "Its outlets and their load, as its PDUs report them.", .of = SWEEP_PDU | SWEEP_SWITCH,
        .at_once = 32, .ask = ask_power, .end = ask_power_end, COLUMNS(power)},
    {.name = "slurm", .help = "Its state in Slurm and the jobs on it.", .limit_ms = 20 * SECOND, .of = SWEEP_SERVER, .at_once = 1,
        COLUMNS(slurm)},
    {.name = "login", .help = "What it says of itself when one logs in: uptime, load, disks, users, GPUs, and the site's commands.",
        .interval_ms = 15 * MINUTE, .limit_ms = 30 * SECOND, .needs = "ssh", .spread = true, .of = SWEEP_SERVER,
        .at_once_setting = SETTING(ssh_logins), .ask = ask_login, .cannot = cannot_login, COLUMNS(login)},
};

const struct probe_row *
probe_row(size_t i)
{
	return i < LARCH_COUNT(rows) ? &rows[i] : NULL;
}

int64_t
probe_interval(const struct conf *conf, const struct probe_row *row)
{
	const struct conf_check *c = conf_check(conf, row->name);

	if (c != NULL && c->interval_ms != 0)
		return c->interval_ms;
	return row->interval_ms == 0 ? conf->sweep_ms : row->interval_ms;
}

int64_t
probe_limit(const struct conf *conf, const struct probe_row *row)
{
	const struct conf_check *c = conf_check(conf, row->name);

	return c != NULL && c->limit_ms != 0 ? c->limit_ms : row->limit_ms;
}

bool
probe_is_off(const struct conf *conf, const char *name)
{
	const struct conf_check *c = conf_check(conf, name);

	return c != NULL && c->off;
}

/* The mounts and the commands of the site. */
static void
site_columns(const struct conf *conf, const struct probe_row *row, struct arena *a, struct status_column *out, size_t *n)
{
	const struct conf_status *s = &conf->status;
	const struct status_column mount = {.probe = row->name, .unit = "%", .kind = STATUS_MEASURE, .step = 0.5, .counts = true,
	    .interval = probe_interval(conf, row)};
	const struct status_column command = {.probe = row->name, .unit = "", .kind = STATUS_WORD, .counts = true,
	    .interval = mount.interval};

	for (size_t i = 0; i < s->n_mounts; i++) {
		out[*n] = mount;
		out[*n].name = arena_printf(a, "df_%s", s->mounts[i].name);
		out[*n].title = arena_strdup(a, s->mounts[i].mount);
		out[(*n)++].help = arena_printf(a, "How full %s is.", s->mounts[i].mount);
	}
	for (size_t i = 0; i < s->n_commands; i++) {
		out[*n] = command;
		out[*n].name = arena_strdup(a, s->commands[i].name);
		out[*n].title = arena_strdup(a, s->commands[i].title);
		out[(*n)++].help = "A command of the site's own, run on the node.";
	}
}

/* Of the program itself, mounts and commands of the site left out. */
static bool
is_own(const char *name)
{
	for (size_t i = 0; i < LARCH_COUNT(rows); i++) {
		if (strcmp(rows[i].name, name) == 0)
			return true;
		for (size_t k = 0; k < rows[i].n_columns; k++)
			if (strcmp(rows[i].columns[k].name, name) == 0)
				return true;
	}
	return false;
}

static bool
is_of_the_site(const struct conf_status *s, const char *name)
{
	for (size_t i = 0; i < s->n_mounts; i++)
		if (strncmp(name, "df_", 3) == 0 && strcmp(name + 3, s->mounts[i].name) == 0)
			return true;
	for (size_t i = 0; i < s->n_commands; i++)
		if (strcmp(name, s->commands[i].name) == 0)
			return true;
	return false;
}

/* Groups are looked up when they are read: here one stands for itself. */
static const char *
any_group(void *ctx, struct str source, struct str group, struct arena *a, struct err *e)
{
	(void)ctx;
	(void)source;
	(void)group;
	(void)e;
	return arena_strdup(a, "group");
}

static int
check_nodes(const struct conf *conf, struct err *e)
{
	const struct hosts_rules rules = {.group = any_group, .empty_ok = true};
	struct arena *a = arena_create();
	int rc = 0;

	for (size_t i = 0; i < conf->status.n_nodes && rc == 0; i++) {
		struct hosts h;

		rc = hosts_parse(str_of(conf->status.nodes[i]), &rules, a, &h, e);
		if (rc != 0)
			err_prefix(e, "%s: /larch-conf:larch/status/nodes: '%.60s'", conf->path, conf->status.nodes[i]);
	}
	arena_destroy(a);
	return rc;
}

int
probe_conf_check(const struct conf *conf, struct err *e)
{
	const struct conf_status *s = &conf->status;

	for (size_t i = 0; i < s->n_checks; i++)
		if (!is_own(s->checks[i].name) && !is_of_the_site(s, s->checks[i].name))
			return err_set(e, ERR_INPUT,
			    "%s: /larch-conf:larch/status/check[name='%s']: there is no such check and no such column; the checks are ping, "
			    "ssh, ipmi, power, slurm and login, and docs/status.md lists their columns",
			    conf->path, s->checks[i].name);
	for (size_t i = 0; i < s->n_commands; i++)
		if (is_own(s->commands[i].name) || strncmp(s->commands[i].name, "df_", 3) == 0)
			return err_set(e, ERR_INPUT, "%s: /larch-conf:larch/status/command[name='%s']: a check of Larch has that name already",
			    conf->path, s->commands[i].name);
	return check_nodes(conf, e);
}

void
probe_columns(const struct conf *conf, struct arena *a, struct status_column **out, size_t *n_out)
{
	size_t max = conf->status.n_mounts + conf->status.n_commands, n = 0;

	for (size_t i = 0; i < LARCH_COUNT(rows); i++)
		max += rows[i].n_columns;
	*out = arena_array(a, max + 1, sizeof(**out));
	for (size_t i = 0; i < LARCH_COUNT(rows); i++) {
		if (probe_is_off(conf, rows[i].name))
			continue;
		for (size_t k = 0; k < rows[i].n_columns; k++) {
			if (probe_is_off(conf, rows[i].columns[k].name))
				continue;
			(*out)[n] = rows[i].columns[k];
			(*out)[n].probe = rows[i].name;
			(*out)[n++].interval = probe_interval(conf, &rows[i]);
		}
		if (strcmp(rows[i].name, "login") == 0)
			site_columns(conf, &rows[i], a, *out, &n);
	}
	*n_out = n;
}
