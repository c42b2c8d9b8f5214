/* SPDX-License-Identifier: Apache-2.0 */
/* A BMC's chassis through its gate, against bmc-sim: what its bits say, its bad days, and many of them at once. */
#include <arpa/inet.h>

#include "bmc_child.h"
#include "probe/probe.h"
#include "t.h"

#define MANY 700
#define SILENT 280 /* 40 %; more than the sessions that may be on their way at once (256) */

static const char config[] = "default user admin password secret\n"
                             "many n 700 address 127.93.8.1\n";

static uv_loop_t loop;
static struct gate *gate;

/* ---- a gate of which BMC n is the simulator's number n ------------------------------------ */

static struct cred *
credentials(const char *password)
{
	static struct yang *y;
	char path[600], text[64];
	struct cred *c = NULL;
	struct err e = {0};

	if (y == NULL)
		T_OK(yang_create(t_path("etc/yang"), &y, &e) == 0);
	snprintf(path, sizeof(path), "%s/secret", t_folder());
	snprintf(text, sizeof(text), "%s\n", password);
	T_OK(file_publish(path, str_of(text), 0600, &e) == 0);
	snprintf(path, sizeof(path), "%s/credentials.json", t_folder());
	T_OK(file_publish(path, STR("{\"larch-credentials:credentials\":{\"bmc\":[{\"match\":\"*\",\"user\":\"admin\","
	                            "\"password_file\":\"secret\",\"suites\":[17]}]}}"), 0600, &e) == 0);
	if (!T_OK(cred_load(path, y, &c, &e) == 0))
		printf("# %s\n", e.text);
	return c;
}

static bool
begin(void)
{
	struct err e = {0};

	if (!bmc_start(config, MANY))
		return false;
	uv_loop_init(&loop);
	T_OK(gate_create(&loop, &gate, &e) == 0);
	gate_set_cred(gate, credentials("secret"));
	return true;
}

static void
end(void)
{
	gate_destroy(gate);
	uv_run(&loop, UV_RUN_DEFAULT);
	T_INT(uv_loop_close(&loop), 0);
	(void)bmc_tell("fault * none");
}

static struct gate_device *
bmc(int n)
{
	char name[32], address[64];
	struct gate_spec spec = {.name = name, .address = address};
	struct gate_device *d = NULL;
	struct err e = {0};

	snprintf(name, sizeof(name), "n%03d-bmc", n);
	snprintf(address, sizeof(address), "127.93.%d.%d:%d", 8 + n / 256, n % 256, bmc_port);
	if (gate_device(gate, &spec, &d, &e) != 0)
		T_STR(e.text, "");
	return d;
}

/* ---- one reading ----------------------------------------------------------------------------- */

struct seen {
	int n;
	struct probe_chassis c;
	char faults[128], text[256];
};

static void
keep(void *ctx, const struct probe_chassis *c)
{
	struct seen *s = ctx;

	s->n++;
	s->c = *c;
	snprintf(s->faults, sizeof(s->faults), "%s", c->faults);
	snprintf(s->text, sizeof(s->text), "%s", c->text);
}

static struct seen
look(int n)
{
	struct seen s = {0};

	probe_chassis_read(bmc(n), GATE_ASKED, keep, &s);
	uv_run(&loop, UV_RUN_DEFAULT);
	T_INT(s.n, 1);
	return s;
}

static void
t_a_healthy_chassis_is_on_or_off_and_has_no_fault(void)
{
	struct seen s;

	if (!begin())
		return;
	s = look(1);
	T_INT(s.c.outcome, IPMI_OK);
	T_OK(s.c.on && !s.c.fault && s.c.bits.identify_known && !s.c.bits.identify);
	T_STR(s.faults, "");
	(void)bmc_tell("set n001 power off");
	s = look(1);
	T_OK(s.c.outcome == IPMI_OK && !s.c.on && !s.c.fault);
	(void)bmc_tell("set n001 power on");
	end();
}

static void
t_each_fault_bit_has_its_words(void)
{
	static const struct {
		int bits;
		bool power;
		const char *words;
	} rows[] = {
	    {2, true, "power overload"},
	    {8, true, "power fault"},
	    {16, true, "power control fault"},
	    {4, false, "drive fault"},
	    {32, false, "cooling fault"},
	    {36, false, "drive fault, cooling fault"},
	    {127, true, "power overload, power fault, power control fault, drive fault, cooling fault"},
	};

	if (!begin())
		return;
	for (size_t i = 0; i < LARCH_COUNT(rows); i++) {
		struct seen s;

		(void)bmc_tell("fault n002 sick %d", rows[i].bits);
		s = look(2);
		T_OK(s.c.outcome == IPMI_OK && s.c.on && s.c.fault == rows[i].power);
		T_STR(s.faults, rows[i].words);
		T_OK(s.c.bits.identify == (rows[i].bits == 127));
	}
	(void)bmc_tell("fault n002 sick 64");
	T_OK(look(2).c.bits.identify);
	end();
}

static void
t_a_bmc_that_gives_no_status_says_why_and_shows_no_fault(void)
{
	struct seen s;

	if (!begin())
		return;
	(void)bmc_tell("fault n003 closed");
	s = look(3);
	T_INT(s.c.outcome, IPMI_UNREACHABLE);
	T_OK(strstr(s.text, "nobody answers there") != NULL && !s.c.on && !s.c.fault);
	T_STR(s.faults, "");
	gate_set_cred(gate, credentials("other"));
	s = look(4);
	T_INT(s.c.outcome, IPMI_AUTH);
	T_OK(strstr(s.text, "wrong password") != NULL);
	T_STR(s.faults, "");
	end();
}

/* ---- many at once ------------------------------------------------------------------------------- */

struct tally {
	int ok, others;
};

static void
add(void *ctx, const struct probe_chassis *c)
{
	struct tally *t = ctx;

	t->ok += c->outcome == IPMI_OK && c->on;
	t->others += c->outcome != IPMI_OK || !c->on;
}

static void
t_a_bmc_with_one_slot_is_asked_one_question_after_the_other(void)
{
	struct tally t = {0};

	if (!begin())
		return;
	(void)bmc_tell("fault n005 one-slot");
	(void)bmc_tell("clear n005");
	for (int i = 0; i < 20; i++)
		probe_chassis_read(bmc(5), i % 2 == 0 ? GATE_SWEEP : GATE_ASKED, add, &t);
	uv_run(&loop, UV_RUN_DEFAULT);
	T_INT(t.ok, 20);
	T_INT(bmc_count("n005", "opened"), 20);
	T_INT(bmc_count("n005", "packets"), 20 * 5);
	end();
}

static void
t_forty_in_a_hundred_that_are_silent_delay_none_of_the_others(void)
{
	struct tally silent = {0}, others = {0};

	if (!begin())
		return;
	for (int i = 1; i <= SILENT; i++)
		(void)bmc_tell("fault n%03d silent", i);
	for (int i = 1; i <= MANY; i++) /* the silent ones first: they fill the window */
		probe_chassis_read(bmc(i), GATE_SWEEP, add, i <= SILENT ? &silent : &others);
	while (others.ok < MANY - SILENT && silent.others == 0)
		uv_run(&loop, UV_RUN_ONCE);
	T_INT(others.ok, MANY - SILENT);
	T_INT(silent.ok + silent.others, 0); /* their tries are not half used up */
	end();
	T_INT(silent.others, SILENT); /* cancelled: each is told once */
	T_INT(others.others, 0);
}

T_MAIN(T(t_a_healthy_chassis_is_on_or_off_and_has_no_fault), T(t_each_fault_bit_has_its_words),
    T(t_a_bmc_that_gives_no_status_says_why_and_shows_no_fault),
    T(t_a_bmc_with_one_slot_is_asked_one_question_after_the_other),
    T(t_forty_in_a_hundred_that_are_silent_delay_none_of_the_others))
