/* SPDX-License-Identifier: Apache-2.0 */
/* ipmi: calls, against bmc-sim as a child process on ports of the kernel's choice. */
#include <arpa/inet.h>

#include "bmc_child.h"
#include "ipmi/ipmi.h"
#include "t.h"

#define MANY 300
#define FIRST_MANY "127.93.4.1"

/* ---- the simulator ------------------------------------------------------------------ */

static const char config[] =
    "default user admin password secret slots 2 off_ms 5 on_ms 5 boot_ms 20\n"
    "bmc plain address 127.93.1.1\n"
    "bmc old address 127.93.1.2 suites 3\n"
    "bmc reader address 127.93.1.3 privilege user\n"
    "bmc other address 127.93.1.4\n"
    "many n 300 slots 8 address " FIRST_MANY "\n";

static bool
start(void)
{
	return bmc_start(config, MANY + 4);
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

static struct ipmi_answer
ask_with(const struct ipmi_settings *s, const struct ipmi_target *t, struct ipmi_command command)
{
	struct waited w = {.n = 0};
	struct ipmi_client *c;
	struct err e;
	uv_loop_t loop;

	T_OK(uv_loop_init(&loop) == 0);
	if (!T_OK(ipmi_client_create(&loop, s, &c, &e) == 0))
		return w.answer;
	ipmi_ask(c, t, &command, keep, &w);
	T_INT(w.n, 0);
	uv_run(&loop, UV_RUN_DEFAULT); /* ends when no call is unfinished */
	T_INT(w.n, 1);
	T_INT(ipmi_client_unfinished(c), 0);
	ipmi_client_destroy(c);
	uv_run(&loop, UV_RUN_DEFAULT);
	T_OK(uv_loop_close(&loop) == 0);
	return w.answer;
}

static struct ipmi_answer
ask(const char *address, struct ipmi_command command)
{
	struct ipmi_target t = target(address);

	return ask_with(&quick, &t, command);
}

static struct ipmi_answer
ask_faulty(const char *fault, struct ipmi_command command)
{
	struct ipmi_answer a;

	bmc_tell("clear plain");
	bmc_tell("fault plain %s", fault);
	a = ask("127.93.1.1", command);
	bmc_tell("fault plain none");
	return a;
}

static bool
reads_on(const struct ipmi_answer *a)
{
	struct ipmi_chassis c;

	return ipmi_chassis_parse(a, &c) == 0 && c.power_on;
}

/* Asks all MANY for their status at once; w holds what came. The client is the caller's, on the default loop. */
static struct ipmi_client *
ask_many(const struct ipmi_settings *s, struct waited w[MANY])
{
	struct ipmi_target t = target(FIRST_MANY);
	struct sockaddr_in *a = (struct sockaddr_in *)&t.address;
	struct ipmi_command status = ipmi_chassis_status();
	struct ipmi_client *c = NULL;
	uint32_t first = ntohl(a->sin_addr.s_addr);
	struct err e;

	memset(w, 0, MANY * sizeof(*w));
	if (!T_OK(ipmi_client_create(uv_default_loop(), s, &c, &e) == 0))
		return NULL;
	for (uint32_t i = 0; i < MANY; i++) {
		a->sin_addr.s_addr = htonl(first + i);
		ipmi_ask(c, &t, &status, keep, &w[i]);
	}
	T_INT(ipmi_client_unfinished(c), MANY);
	return c;
}

static void
end_many(struct ipmi_client *c)
{
	uv_run(uv_default_loop(), UV_RUN_DEFAULT);
	ipmi_client_destroy(c);
	uv_run(uv_default_loop(), UV_RUN_DEFAULT);
}

/* ---- what should work -------------------------------------------------------------------- */

static void
t_chassis_status_is_read_by_suite_17(void)
{
	struct ipmi_answer a;

	if (!start())
		return;
	a = ask("127.93.1.1", ipmi_chassis_status());
	T_INT(a.outcome, IPMI_OK);
	T_INT(a.suite, 17);
	T_OK(reads_on(&a) && a.left);
	T_STR(a.text, "");
	T_INT(bmc_count("plain", "sessions"), 0);
}

static void
t_a_bmc_that_knows_only_suite_3_is_asked_by_it_and_remembered(void)
{
	struct ipmi_target t;
	struct waited w[2] = {{.n = 0}};
	struct ipmi_client *c;
	struct ipmi_command status = ipmi_chassis_status();
	struct err e;
	int opened, packets;

	if (!start())
		return;
	t = target("127.93.1.2");
	bmc_tell("clear old");
	T_OK(ipmi_client_create(uv_default_loop(), &quick, &c, &e) == 0);
	ipmi_ask(c, &t, &status, keep, &w[0]);
	uv_run(uv_default_loop(), UV_RUN_DEFAULT);
	packets = bmc_count("old", "packets");
	ipmi_ask(c, &t, &status, keep, &w[1]);
	uv_run(uv_default_loop(), UV_RUN_DEFAULT);
	opened = bmc_count("old", "opened");
	T_INT(w[0].answer.outcome, IPMI_OK);
	T_INT(w[1].answer.outcome, IPMI_OK);
	T_INT(w[1].answer.suite, 3);
	T_INT(opened, 2);
	T_INT(packets, 6);
	T_INT(bmc_count("old", "packets") - packets, 5); /* no refused Open Session this time */
	ipmi_client_destroy(c);
	uv_run(uv_default_loop(), UV_RUN_DEFAULT);
}

static void
t_on_off_and_cycle_are_obeyed(void)
{
	if (!start())
		return;
	bmc_tell("clear plain");
	T_INT(ask("127.93.1.1", ipmi_chassis_control(IPMI_CONTROL_OFF)).outcome, IPMI_OK);
	T_OK(bmc_becomes("plain", " power=off "));
	T_INT(ask("127.93.1.1", ipmi_chassis_control(IPMI_CONTROL_ON)).outcome, IPMI_OK);
	T_OK(bmc_becomes("plain", " power=on "));
	T_INT(ask("127.93.1.1", ipmi_chassis_control(IPMI_CONTROL_CYCLE)).outcome, IPMI_OK);
	T_OK(strstr(bmc_tell("get plain"), "chassis-control:cycle@") != NULL);
	T_INT(bmc_count("plain", "controls"), 3);
	T_OK(bmc_becomes("plain", " power=on "));
}

static void
t_hundreds_of_bmcs_are_asked_at_once(void)
{
	static struct waited w[MANY];

	if (!start())
		return;
	end_many(ask_many(&(struct ipmi_settings){.in_flight = 64}, w));
	for (int i = 0; i < MANY; i++)
		T_OK(w[i].n == 1 && w[i].answer.outcome == IPMI_OK);
}

static void
t_silent_hosts_hold_up_nobody_else(void)
{
	static struct waited w[MANY];
	struct ipmi_client *c;

	if (!start())
		return;
	for (int i = 1; i <= 32; i++)
		bmc_tell("fault n%03d silent", i);
	c = ask_many(&(struct ipmi_settings){.retransmit_ms = 300, .tries = 4, .in_flight = 8}, w);
	/* four times the window of silent hosts; one try each, not four, before the others' turn */
	while (w[MANY - 1].n == 0)
		uv_run(uv_default_loop(), UV_RUN_ONCE);
	T_INT(w[31].n, 0);
	end_many(c);
	for (int i = 0; i < MANY; i++)
		T_OK(w[i].n == 1 && w[i].answer.outcome == (i < 32 ? IPMI_SILENT : IPMI_OK));
	bmc_tell("fault * none");
}

/* ---- refusals -------------------------------------------------------------------------------- */

static void
t_a_wrong_password_is_known_after_rakp_2_and_leaves_no_session(void)
{
	struct ipmi_target t;
	struct ipmi_answer a;

	if (!start())
		return;
	bmc_tell("clear plain");
	t = target("127.93.1.1");
	t.password = "Secret";
	a = ask_with(&quick, &t, ipmi_chassis_control(IPMI_CONTROL_OFF));
	T_INT(a.outcome, IPMI_AUTH);
	T_OK(strstr(a.text, "wrong password") != NULL && strstr(a.text, "127.93.1.1:") != NULL && !a.left);
	T_INT(bmc_count("plain", "commands"), 0);
	T_INT(bmc_count("plain", "sessions"), 0);
}

static void
t_a_wrong_user_is_told_so(void)
{
	struct ipmi_target t;
	struct ipmi_answer a;

	if (!start())
		return;
	t = target("127.93.1.1");
	t.user = "nobody";
	a = ask_with(&quick, &t, ipmi_chassis_status());
	T_INT(a.outcome, IPMI_AUTH);
	T_OK(strstr(a.text, "user name") != NULL);
}

static void
t_a_user_without_the_privilege_is_refused(void)
{
	struct ipmi_answer a;

	if (!start())
		return;
	T_INT(ask("127.93.1.3", ipmi_chassis_status()).outcome, IPMI_OK);
	a = ask("127.93.1.3", ipmi_chassis_control(IPMI_CONTROL_OFF));
	T_INT(a.outcome, IPMI_REFUSED);
	T_OK(strstr(a.text, "privilege") != NULL && !a.left);
	T_OK(bmc_becomes("reader", " power=on "));
}

static void
t_a_malformed_call_sends_nothing(void)
{
	struct ipmi_target t;
	struct ipmi_command c = ipmi_chassis_status();
	struct ipmi_answer a;

	if (!start())
		return;
	bmc_tell("clear plain");
	t = target("127.93.1.1");
	t.password = "123456789012345678901";
	a = ask_with(&quick, &t, c);
	T_INT(a.outcome, IPMI_REFUSED);
	T_OK(strstr(a.text, "Nothing was sent") != NULL && strstr(a.text, "20 bytes") != NULL);
	t = target("127.93.1.1");
	t.user = "12345678901234567";
	T_INT(ask_with(&quick, &t, c).outcome, IPMI_REFUSED);
	t = target("127.93.1.1");
	t.suites[0] = 0;
	T_INT(ask_with(&quick, &t, c).outcome, IPMI_REFUSED);
	t = target("127.93.1.1");
	t.suites[1] = 1;
	T_INT(ask_with(&quick, &t, c).outcome, IPMI_REFUSED);
	t = target("127.93.1.1");
	t.address.ss_family = AF_UNIX;
	T_INT(ask_with(&quick, &t, c).outcome, IPMI_REFUSED);
	t = target("127.93.1.1");
	c.privilege = 5;
	T_INT(ask_with(&quick, &t, c).outcome, IPMI_REFUSED);
	T_INT(bmc_count("plain", "packets"), 0);
}

/* ---- bad days: a row a fault -------------------------------------------------------------------- */

static const struct bad_day {
	const char *fault;
	bool control;                /* chassis cycle; else status */
	enum ipmi_outcome outcome;
	int commands;                /* chassis control commands that arrived; -1: any number */
	const char *text;
} bad_days[] = {
    {"silent", false, IPMI_SILENT, 0, "no answer to the Open Session Request"},
    {"silent", true, IPMI_SILENT, 0, "no answer"},
    {"closed", false, IPMI_UNREACHABLE, 0, "refused"},
    {"no-slot", true, IPMI_REFUSED, 0, "no free session slot"},
    {"garbage", true, IPMI_GARBAGE, 0, "section"},
    {"truncate", true, IPMI_GARBAGE, 0, "section"},
    {"other-port", true, IPMI_SILENT, 0, "no answer"},
    {"other-bmc", true, IPMI_SILENT, 0, "no answer"},
    {"other-bmc", false, IPMI_SILENT, 0, "no answer"},
    {"forge-rakp2", true, IPMI_AUTH, 0, "RAKP message 2"},
    {"forge-rakp4", true, IPMI_GARBAGE, 0, "RAKP message 4"},
    {"suite-0", true, IPMI_GARBAGE, 0, "algorithms"},
    {"flip", true, IPMI_GARBAGE, 0, "integrity code"},
    {"plain", true, IPMI_GARBAGE, 0, "not encrypted"},
    {"replay", true, IPMI_UNSURE, 1, "may have been obeyed"},
    {"flip", false, IPMI_GARBAGE, 0, "integrity code"},
    {"duplicate", true, IPMI_OK, 1, ""},
    {"duplicate", false, IPMI_OK, 0, ""},
    {"one-slot", true, IPMI_OK, 1, ""},
    {"slow 100", true, IPMI_OK, 1, ""},
    {"lose-rakp4", true, IPMI_OK, 1, ""},
    {"lie", true, IPMI_OK, 1, ""},
    {"refuse 213", true, IPMI_OK, 1, "not possible in the present state"},
    {"mute-control", true, IPMI_UNSURE, 1, "may have been obeyed"},
    {"reset", true, IPMI_UNSURE, 1, "may have been obeyed"},
};

static void
t_each_bad_day_has_its_outcome_and_no_command_comes_twice(void)
{
	if (!start())
		return;
	for (size_t i = 0; i < LARCH_COUNT(bad_days); i++) {
		const struct bad_day *d = &bad_days[i];
		struct ipmi_answer a = ask_faulty(d->fault, d->control ? ipmi_chassis_control(IPMI_CONTROL_CYCLE)
		                                                      : ipmi_chassis_status());

		if (!T_INT(a.outcome, d->outcome) || !T_OK(strstr(a.text, d->text) != NULL) ||
		    (d->commands >= 0 && !T_INT(bmc_count("plain", "controls"), d->commands)))
			printf("# fault %s: %s: %s\n", d->fault, ipmi_outcome_name(a.outcome), a.text);
		T_OK(d->outcome == IPMI_OK || a.text[0] != '\0');
		T_OK(bmc_becomes("plain", " power=on "));
		T_OK(bmc_becomes("plain", " alive=yes "));
		/* half-open sessions of before may hold its slots: begin the next day with none */
		bmc_tell("standby plain off");
		bmc_tell("standby plain on");
		bmc_tell("set plain power on");
		T_OK(bmc_becomes("plain", " alive=yes "));
	}
}

static void
t_a_refused_command_gives_its_completion_code(void)
{
	struct ipmi_answer a;

	if (!start())
		return;
	a = ask_faulty("refuse 203", ipmi_chassis_control(IPMI_CONTROL_OFF));
	T_INT(a.outcome, IPMI_OK);
	T_INT(a.completion, 203);
	T_OK(bmc_becomes("plain", " power=on "));
}

static void
t_packet_loss_costs_time_and_no_answer(void)
{
	static struct waited w[MANY];
	int ok = 0;

	if (!start())
		return;
	bmc_tell("fault * loss 10");
	end_many(ask_many(&(struct ipmi_settings){.retransmit_ms = 40, .tries = 8}, w));
	for (int i = 0; i < MANY; i++)
		ok += w[i].n == 1 && w[i].answer.outcome == IPMI_OK;
	T_INT(ok, MANY);
	bmc_tell("fault * none");
}

/* The answers to a call that was given up come while the next call to the same BMC is on its way. */
static void
t_late_answers_are_not_taken_for_those_of_a_later_call(void)
{
	struct ipmi_target t;
	struct waited w[2] = {{.n = 0}};
	struct ipmi_command status = ipmi_chassis_status();
	struct ipmi_client *c;
	struct err e;

	if (!start())
		return;
	t = target("127.93.1.1");
	T_OK(ipmi_client_create(uv_default_loop(), &(struct ipmi_settings){.retransmit_ms = 40, .tries = 8}, &c, &e) == 0);
	bmc_tell("fault plain slow 720"); /* the tries are used up after 660 */
	ipmi_ask(c, &t, &status, keep, &w[0]);
	uv_run(uv_default_loop(), UV_RUN_DEFAULT);
	bmc_tell("fault plain slow 80");
	bmc_tell("set plain power off");
	ipmi_ask(c, &t, &status, keep, &w[1]);
	uv_run(uv_default_loop(), UV_RUN_DEFAULT);
	T_INT(w[0].answer.outcome, IPMI_SILENT);
	T_OK(w[1].n == 1 && w[1].answer.outcome == IPMI_OK && !reads_on(&w[1].answer));
	T_OK(w[0].n == 1);
	bmc_tell("set plain power on");
	bmc_tell("fault plain none");
	ipmi_client_destroy(c);
	uv_run(uv_default_loop(), UV_RUN_DEFAULT);
}

/* Each answer takes as long as five tries: how slow it is is learnt once, and RAKP 4 is waited for. */
static void
t_a_slow_bmc_is_read_and_not_asked_more_often_than_it_must(void)
{
	const struct ipmi_settings s = {.retransmit_ms = 40, .tries = 8};
	struct ipmi_target t;
	struct ipmi_answer a;

	if (!start())
		return;
	t = target("127.93.1.4");
	bmc_tell("clear other");
	bmc_tell("fault other slow 300");
	a = ask_with(&s, &t, ipmi_chassis_status());
	T_OK(a.outcome == IPMI_OK && reads_on(&a));
	T_OK(a.took_ms >= 4 * 300);
	T_OK(bmc_count("other", "packets") < 35); /* five states of eight tries would be 40 */
	bmc_tell("fault other none");
}

/* ---- the end of a client ----------------------------------------------------------------------------- */

static void
t_destroying_the_client_ends_every_call(void)
{
	struct ipmi_target t;
	struct waited w[3] = {{.n = 0}};
	struct ipmi_client *c;
	struct ipmi_command status = ipmi_chassis_status();
	struct err e;

	if (!start())
		return;
	bmc_tell("fault plain silent");
	t = target("127.93.1.1");
	T_OK(ipmi_client_create(uv_default_loop(), &(struct ipmi_settings){.in_flight = 2}, &c, &e) == 0);
	for (int i = 0; i < 3; i++)
		ipmi_ask(c, &t, &status, keep, &w[i]);
	uv_run(uv_default_loop(), UV_RUN_ONCE);
	ipmi_client_destroy(c);
	for (int i = 0; i < 3; i++)
		T_OK(w[i].n == 1 && w[i].answer.outcome == IPMI_CANCELLED);
	uv_run(uv_default_loop(), UV_RUN_DEFAULT);
	bmc_tell("fault plain none");
	ipmi_client_destroy(NULL);
}

static struct ipmi_client *doomed;

static void
destroy_it(void *ctx, const struct ipmi_answer *a)
{
	keep(ctx, a);
	ipmi_client_destroy(doomed);
}

static void
t_a_client_may_be_destroyed_by_its_own_answer(void)
{
	struct ipmi_target t;
	struct waited w[2] = {{.n = 0}};
	struct ipmi_command status = ipmi_chassis_status();
	struct err e;

	if (!start())
		return;
	t = target("127.93.1.1");
	T_OK(ipmi_client_create(uv_default_loop(), &quick, &doomed, &e) == 0);
	ipmi_ask(doomed, &t, &status, destroy_it, &w[0]);
	t = target("127.93.1.4");
	ipmi_ask(doomed, &t, &status, keep, &w[1]);
	uv_run(uv_default_loop(), UV_RUN_DEFAULT);
	T_INT(w[0].n, 1);
	T_INT(w[1].n, 1);
	T_OK(uv_loop_close(uv_default_loop()) == 0);
}

T_MAIN(T(t_chassis_status_is_read_by_suite_17), T(t_a_bmc_that_knows_only_suite_3_is_asked_by_it_and_remembered),
    T(t_on_off_and_cycle_are_obeyed), T(t_hundreds_of_bmcs_are_asked_at_once), T(t_silent_hosts_hold_up_nobody_else),
    T(t_a_wrong_password_is_known_after_rakp_2_and_leaves_no_session), T(t_a_wrong_user_is_told_so),
    T(t_a_user_without_the_privilege_is_refused), T(t_a_malformed_call_sends_nothing),
    T(t_each_bad_day_has_its_outcome_and_no_command_comes_twice), T(t_a_refused_command_gives_its_completion_code),
    T(t_packet_loss_costs_time_and_no_answer), T(t_late_answers_are_not_taken_for_those_of_a_later_call),
    T(t_a_slow_bmc_is_read_and_not_asked_more_often_than_it_must), T(t_destroying_the_client_ends_every_call),
    T(t_a_client_may_be_destroyed_by_its_own_answer))
