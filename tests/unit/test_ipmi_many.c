/* SPDX-License-Identifier: Apache-2.0 */
/* ipmi: several commands in one session, against bmc-sim as a child process. */
#include <arpa/inet.h>

#include "bmc_child.h"
#include "ipmi/ipmi.h"
#include "t.h"

static bool
start(void)
{
	return bmc_start("default user admin password secret slots 2 off_ms 5 on_ms 5\nbmc plain address 127.93.10.1\n", 1);
}

/* ---- calls ---------------------------------------------------------------------------- */

struct waited {
	struct ipmi_answer answer;
	int n;
};

static void
keep(void *ctx, const struct ipmi_answer *a)
{
	struct waited *w = ctx;

	w->answer = *a;
	w->n++;
}

static struct ipmi_target
target(const char *address)
{
	struct ipmi_target t = {.user = "admin", .password = "secret", .suites = {17, 3}};
	struct sockaddr_in *a = (struct sockaddr_in *)&t.address;

	a->sin_family = AF_INET;
	a->sin_port = htons((uint16_t)bmc_port);
	T_OK(inet_pton(AF_INET, address, &a->sin_addr) == 1);
	return t;
}

static const struct ipmi_settings quick = {.retransmit_ms = 60, .tries = 4};

/* ---- rows of commands --------------------------------------------------------------------- */

struct row_of {
	const struct ipmi_command *commands; /* behind the first */
	int n, at;
	uint8_t completions[8];
	struct waited end;
};

static bool
ask_next(void *ctx, const struct ipmi_answer *a, struct ipmi_command *out)
{
	struct row_of *r = ctx;

	T_INT(a->outcome, IPMI_OK);
	T_OK(a->left);
	T_INT(r->end.n, 0);
	r->completions[r->at] = a->completion;
	if (r->at == r->n)
		return false;
	*out = r->commands[r->at++];
	return true;
}

static void
row_ended(void *ctx, const struct ipmi_answer *a)
{
	keep(&((struct row_of *)ctx)->end, a);
}

static struct ipmi_answer
ask_row(const struct ipmi_command *first, struct row_of *r)
{
	struct ipmi_target t = target("127.93.10.1");
	struct ipmi_client *c;
	struct err e;

	bmc_tell("clear plain");
	T_OK(ipmi_client_create(uv_default_loop(), &quick, &c, &e) == 0);
	ipmi_ask_many(c, &t, first, ask_next, row_ended, r);
	uv_run(uv_default_loop(), UV_RUN_DEFAULT);
	T_INT(r->end.n, 1);
	ipmi_client_destroy(c);
	uv_run(uv_default_loop(), UV_RUN_DEFAULT);
	return r->end.answer;
}

static void
t_several_commands_are_asked_in_one_session(void)
{
	struct ipmi_command status = ipmi_chassis_status();
	const struct ipmi_command commands[] = {ipmi_device_id(), {.netfn = 0x06, .cmd = 0x77, .privilege = 2, .harmless = true},
	    ipmi_power_read()};
	struct row_of r = {.commands = commands, .n = 3};
	struct ipmi_answer a;
	struct ipmi_power p;

	if (!start())
		return;
	a = ask_row(&status, &r);
	T_OK(ipmi_power_parse(&a, &p) == 0 && p.watts > 0);
	T_OK(r.completions[0] == 0 && r.completions[1] == 0 && r.completions[2] == 0xc1 && r.completions[3] == 0);
	T_INT(bmc_count("plain", "opened"), 1);
	T_INT(bmc_count("plain", "closed"), 1);
	T_INT(bmc_count("plain", "commands"), 5); /* with Close Session */
}

static void
t_a_later_command_that_wants_more_or_is_malformed_is_not_sent(void)
{
	struct ipmi_command status = ipmi_chassis_status();
	const struct ipmi_command more = ipmi_chassis_control(IPMI_CONTROL_OFF);
	const struct ipmi_command malformed = {.netfn = 0x06, .cmd = 1, .n = 33, .privilege = 2};
	struct row_of r = {.commands = &more, .n = 1}, q = {.commands = &malformed, .n = 1};
	struct ipmi_answer a;

	if (!start())
		return;
	a = ask_row(&status, &r);
	T_INT(a.outcome, IPMI_REFUSED);
	T_OK(!a.left && strstr(a.text, "privilege") != NULL);
	T_INT(bmc_count("plain", "controls"), 0);
	T_INT(bmc_count("plain", "closed"), 1);
	a = ask_row(&status, &q);
	T_INT(a.outcome, IPMI_REFUSED);
	T_INT(bmc_count("plain", "commands"), 2);
}

static void
t_a_later_command_keeps_its_own_rules_when_no_answer_comes(void)
{
	struct ipmi_command first = ipmi_boot_read();
	const struct ipmi_command cycle = ipmi_chassis_control(IPMI_CONTROL_CYCLE);
	struct row_of r = {.commands = &cycle, .n = 1};
	struct ipmi_answer a;

	if (!start())
		return;
	bmc_tell("fault plain mute-control");
	a = ask_row(&first, &r);
	bmc_tell("fault plain none");
	T_INT(a.outcome, IPMI_UNSURE);
	T_OK(a.left && a.n == 0);
	T_INT(bmc_count("plain", "controls"), 1); /* once is once */
}

static void
t_lost_and_doubled_packets_mix_up_no_answers(void)
{
	struct ipmi_command status = ipmi_chassis_status();
	struct ipmi_command commands[7];
	struct row_of r = {.commands = commands, .n = 0};
	struct ipmi_answer a;

	if (!start())
		return;
	for (int i = 0; i < 7; i++)
		commands[i] = i % 2 == 0 ? ipmi_power_read() : ipmi_device_id();
	r.n = 7;
	bmc_tell("fault plain loss 10");
	a = ask_row(&status, &r);
	bmc_tell("fault plain duplicate");
	T_INT(a.outcome, IPMI_OK);
	r = (struct row_of){.commands = commands, .n = 7};
	a = ask_row(&status, &r);
	bmc_tell("fault plain none");
	T_INT(a.outcome, IPMI_OK);
	T_INT(a.n, 18); /* of the last, and not a copy of the one before */
	T_INT(bmc_count("plain", "commands"), 9);
}

T_MAIN(T(t_several_commands_are_asked_in_one_session), T(t_a_later_command_that_wants_more_or_is_malformed_is_not_sent),
    T(t_a_later_command_keeps_its_own_rules_when_no_answer_comes), T(t_lost_and_doubled_packets_mix_up_no_answers))
