/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The control socket's commands. NAME may be "*": every BMC.
 *
 *	set NAME power on|off          the chassis, at once
 *	fault NAME FAULT [VALUE]       see enum bmc_fault; "fault NAME none" ends it
 *	standby NAME on|off            whether the machine has voltage, beside its feeds
 *	get NAME                       ok name=... power=on ... log=chassis-control:off@MS,... with counts since
 *	                               clear; turns: how often the chassis went on or off
 *	sensor NAME NUMBER VALUE       its byte, or its states when it is discrete
 *	clear NAME                     counts and log to nothing
 *	list                           ok NAME=ADDRESS:PORT ...
 *	loads PDU PATH                 as the room's message
 *	quit
 */
#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

#include "bmc_sim.h"
#include "sim_ctl.h"
#include "sim_text.h"

struct request {
	struct sim *sim;
	struct bmc *b;
	int n;
	char **w;
	struct sim_answer *a;
};

static const char *
on_off(bool on)
{
	return on ? "on" : "off";
}

static void
do_set(struct request *r)
{
	bool on;

	if (strcmp(r->w[2], "power") != 0 || conf_switch(r->w[3], &on) != 0)
		sim_answer_error(r->a, "set NAME power on|off");
	else
		chassis_set(r->b, on);
}

static void
do_fault(struct request *r)
{
	enum bmc_fault fault;
	int value;

	if (net_fault_parse(r->w[2], r->n > 3 ? r->w[3] : NULL, &fault, &value) != 0)
		sim_answer_error(r->a, "no such fault, or its value is out of range: %s", r->w[2]);
	else if (net_set_fault(r->b, fault, value) != 0)
		sim_answer_error(r->a, "%s: its port cannot be bound again", r->b->name);
}

static void
do_standby(struct request *r)
{
	bool on;

	if (conf_switch(r->w[2], &on) != 0) {
		sim_answer_error(r->a, "standby NAME on|off");
		return;
	}
	r->b->standby = on;
	chassis_voltage(r->b);
}

static void
do_sensor(struct request *r)
{
	long number, value;

	if (sim_int(r->w[2], 0, 255, &number) != 0 || sim_int(r->w[3], 0, 0x7fff, &value) != 0 ||
	    sensor_override(r->b, (int)number, (int)value) != 0)
		sim_answer_error(r->a, "sensor NAME NUMBER VALUE, of one that it has");
}

static void
do_clear(struct request *r)
{
	struct bmc *b = r->b;

	b->packets = b->answers = b->opened = b->closed = b->commands = b->controls = b->turns = 0;
	b->n_log = 0;
}

static void
do_get(struct request *r)
{
	struct bmc *b = r->b;
	char address[INET_ADDRSTRLEN], name[64];
	unsigned first = b->n_log > BMC_LOG ? b->n_log - BMC_LOG : 0;

	inet_ntop(AF_INET, &b->s.address.sin_addr, address, sizeof(address));
	sim_answer_add(r->a, " name=%s address=%s port=%d power=%s standby=%s alive=%s fault=%s", b->name, address,
	    b->port, on_off(b->power), on_off(b->voltage), b->alive ? "yes" : "no", net_fault_name(b->fault));
	sim_answer_add(r->a, " sessions=%d opened=%lu closed=%lu packets=%lu answers=%lu commands=%lu controls=%lu turns=%lu",
	    session_count(b), b->opened, b->closed, b->packets, b->answers, b->commands, b->controls,
	    b->turns);
	sim_answer_add(r->a, " identify=%d", b->identify);
	sim_answer_add(r->a, " booted=%s boot_flags=%02x%02x%02x%02x%02x log=", b->booted == 1 ? "pxe" : "disk", b->boot_flags[0], b->boot_flags[1],
	    b->boot_flags[2], b->boot_flags[3], b->boot_flags[4]);
	for (unsigned i = first; i < b->n_log; i++) {
		const struct bmc_logged *l = &b->log[i % BMC_LOG];

		sim_answer_add(r->a, "%s%s@%lld", i > first ? "," : "", cmd_name(l, name, sizeof(name)),
		    (long long)l->ms);
		if (l->completion != 0)
			sim_answer_add(r->a, "!%02x", l->completion);
	}
}

static void
do_list(struct request *r)
{
	for (int i = 0; i < r->sim->n; i++) {
		struct bmc *b = &r->sim->bmcs[i];
		char address[INET_ADDRSTRLEN];

		inet_ntop(AF_INET, &b->s.address.sin_addr, address, sizeof(address));
		sim_answer_add(r->a, " %s=%s:%d", b->name, address, b->port);
	}
}

static void
do_loads(struct request *r)
{
	if (room_add_loads(r->sim, r->w[1], r->w[2]) != 0)
		sim_answer_error(r->a, "too many listeners");
}

static void
do_quit(struct request *r)
{
	r->sim->stop = true;
}

static const struct row {
	const char *word;
	int n_min, n_max;
	bool named;  /* the second word is a BMC or "*" */
	void (*run)(struct request *r);
} rows[] = {
    {"set", 4, 4, true, do_set},
    {"fault", 3, 4, true, do_fault},
    {"standby", 3, 3, true, do_standby},
    {"sensor", 4, 4, true, do_sensor},
    {"get", 2, 2, true, do_get},
    {"clear", 2, 2, true, do_clear},
    {"list", 1, 1, false, do_list},
    {"loads", 3, 3, false, do_loads},
    {"quit", 1, 1, false, do_quit},
};

static void
run_named(const struct row *row, struct request *r)
{
	bool all = strcmp(r->w[1], "*") == 0, found = false;

	for (int i = 0; i < r->sim->n; i++)
		if (all || strcmp(r->sim->bmcs[i].name, r->w[1]) == 0) {
			found = true;
			r->b = &r->sim->bmcs[i];
			row->run(r);
		}
	if (!found)
		sim_answer_error(r->a, "no BMC %s", r->w[1]);
}

static void
command(void *ctx, int n, char **w, struct sim_answer *a)
{
	struct request r = {.sim = ctx, .n = n, .w = w, .a = a};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (strcmp(rows[i].word, w[0]) != 0)
			continue;
		if (n < rows[i].n_min || n > rows[i].n_max)
			sim_answer_error(a, "%s: wrong number of words", w[0]);
		else if (rows[i].named)
			run_named(&rows[i], &r);
		else
			rows[i].run(&r);
		return;
	}
	sim_answer_error(a, "no command %s", w[0]);
}

int
ctl_open(struct sim *sim, const char *path)
{
	sim->ctl = sim_ctl_create(path, command, sim);
	return sim->ctl == NULL ? -1 : 0;
}
