/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>
#include <unistd.h>

#include "status/status.h"
#include "t.h"

static struct err e;
static int files;

static const char *
fresh_path(void)
{
	static char path[4096];

	snprintf(path, sizeof(path), "%s/status%d.db", t_folder(), files++);
	return path;
}

static struct status *
fresh(void)
{
	struct status *s = NULL;

	if (status_open(fresh_path(), &s, &e) != 0)
		fprintf(stderr, "# %s\n", e.text);
	return s;
}

static struct status_value
ping(const char *thing, enum status_level level, const char *text, int64_t at)
{
	return (struct status_value){.thing = thing, .check = "ping", .level = level, .text = text, .number = 0.4,
	    .at = at, .interval = 30000};
}

static struct status_outlet
outlet(const char *name, const char *state, int64_t at)
{
	return (struct status_outlet){.pdu = "p-a", .outlet = name, .device_name = "n1", .state = state,
	    .word = state, .amps = 0.5, .watts = NAN, .at = at, .interval = 30000};
}

static void
t_since_is_kept_while_level_and_text_stay(void)
{
	struct status *s = fresh();
	struct arena *a = arena_create();
	struct status_value v = ping("n1", STATUS_OK, "up", 1000), got;
	struct status_change *c;
	size_t n;

	T_INT(status_put(s, &v, 1, NULL, 0, &e), 0);
	v.at = 2000;
	v.number = 0.9;
	T_INT(status_put(s, &v, 1, NULL, 0, &e), 0);
	T_INT(status_value(s, "n1", "ping", a, &got, &e), 0);
	T_INT(got.since, 1000);
	T_INT(got.at, 2000);
	T_OK(fabs(got.number - 0.9) < 1e-9);
	T_INT(status_changes(s, &(struct status_changes_ask){.thing = NULL, .since = 0, .limit = 10}, a, &c, &n, &e), 0);
	T_INT(n, 0); /* the first sight is no change */
	v = ping("n1", STATUS_CRITICAL, "down", 3000);
	T_INT(status_put(s, &v, 1, NULL, 0, &e), 0);
	v = ping("n1", STATUS_CRITICAL, "gone", 4000);
	T_INT(status_put(s, &v, 1, NULL, 0, &e), 0);
	T_INT(status_value(s, "n1", "ping", a, &got, &e), 0);
	T_INT(got.since, 4000);
	T_INT(status_changes(s, &(struct status_changes_ask){.thing = "n1", .since = 0, .limit = 10}, a, &c, &n, &e), 0);
	T_INT(n, 2);
	T_STR(c[0].to_text, "gone"); /* newest first */
	T_STR(c[1].from_text, "up");
	T_INT(c[1].from, STATUS_OK);
	T_INT(c[1].to, STATUS_CRITICAL);
	T_INT(status_changes(s, &(struct status_changes_ask){.thing = "n1", .since = 4000, .limit = 10}, a, &c, &n, &e), 0);
	T_INT(n, 1);
	arena_destroy(a);
	status_close(s);
}

static void
t_outlets_leave_transitions_and_unmeasured_is_not_zero(void)
{
	struct status *s = fresh();
	struct arena *a = arena_create();
	struct status_outlet o[3] = {outlet("AA10", "on", 1000), outlet("AA2", "on", 1000), outlet("AA1", "off", 1000)};
	struct status_outlet got, *all;
	struct status_change *c;
	size_t n;

	T_INT(status_put(s, NULL, 0, o, 3, &e), 0);
	o[0].state = "off";
	o[0].at = 2000;
	T_INT(status_put(s, NULL, 0, o, 1, &e), 0);
	T_INT(status_outlet(s, "p-a", "AA10", a, &got, &e), 0);
	T_STR(got.state, "off");
	T_INT(got.since, 2000);
	T_OK(isnan(got.watts) && got.amps > 0.4);
	T_INT(status_outlets(s, "p-a", a, &all, &n, &e), 0);
	T_INT(n, 3);
	T_STR(all[1].outlet, "AA2"); /* natural order */
	T_INT(status_outlets(s, NULL, a, &all, &n, &e), 0);
	T_INT(n, 3);
	T_INT(status_changes(s, &(struct status_changes_ask){.thing = "p-a", .since = 0, .limit = 10}, a, &c, &n, &e), 0);
	T_INT(n, 1);
	T_STR(c[0].check, "outlet AA10");
	T_STR(c[0].to_text, "off");
	arena_destroy(a);
	status_close(s);
}

static void
t_what_was_never_seen_is_not_found(void)
{
	struct status *s = fresh();
	struct arena *a = arena_create();
	struct status_value v;
	struct status_outlet o;

	T_INT(status_value(s, "n1", "ping", a, &v, &e), -1);
	T_INT(e.kind, ERR_NOT_FOUND);
	T_ERR(e, "ping of \"n1\"");
	T_INT(status_outlet(s, "p", "AA1", a, &o, &e), -1);
	T_INT(e.kind, ERR_NOT_FOUND);
	arena_destroy(a);
	status_close(s);
}

static void
t_older_than_twice_its_interval_is_stale(void)
{
	T_OK(!status_stale(1000, 30000, 61000));
	T_OK(status_stale(1000, 30000, 61001));
	T_OK(status_stale(0, 30000, 1)); /* never seen */
	T_STR(status_level_name(STATUS_WARN), "warn");
	T_STR(status_level_name((enum status_level)99), "unknown");
}

static void
t_the_banner_says_when_larchd_is_gone_and_how_old_things_are(void)
{
	struct status *s = fresh();
	struct arena *a = arena_create();
	struct status_pulse p = {.beat = 1000000, .notice = "", .version = "0.1.0", .sweep_things = 40}, got;
	const struct status_unsettled open[] = {{7, 100, 3, 1, "ana", "n1", "outlet-off of p A1"}, {9, 200, 4, 2, "ben", "n2", "chassis-on of n2-bmc"}};
	struct status_unsettled *rows;
	const char *text;
	size_t n;

	T_OK(strstr(status_banner(NULL, a, 5), "has not run") != NULL);
	T_OK(strstr(status_banner(s, a, 5), "has not run") != NULL);
	T_INT(status_set_pulse(s, &p, &e), 0);
	T_OK(status_banner(s, a, 1000000 + STATUS_GONE_MS) == NULL);
	text = status_banner(s, a, 1000000 + 240000);
	T_OK(text != NULL && strstr(text, "4 min") != NULL);
	T_INT(status_put_unsettled(s, open, 2, 3, &e), 0);
	T_INT(status_put_unsettled(s, open + 1, 1, 3, &e), 0);
	p.notice = "ping: not permitted";
	p.beat = 2000000;
	T_INT(status_set_pulse(s, &p, &e), 0);
	T_INT(status_unsettled(s), 3); /* the pulse leaves it alone */
	T_INT(status_unsettled_rows(s, a, &rows, &n, &e), 0);
	T_INT(n, 1);
	T_INT(rows[0].job, 4);
	T_STR(rows[0].machine, "n2");
	T_STR(rows[0].what, "chassis-on of n2-bmc");
	T_STR(status_banner(s, a, 2000000), "ping: not permitted");
	T_INT(status_pulse(s, a, &got, &e), 0);
	T_INT(got.sweep_things, 40);
	T_STR(got.version, "0.1.0");
	T_INT(status_pulse(NULL, a, &got, &e), 0);
	T_INT(got.beat, 0);
	arena_destroy(a);
	status_close(s);
}

static void
t_jobs_are_shown_while_open_and_an_hour_after(void)
{
	struct status *s = fresh();
	struct arena *a = arena_create();
	int64_t now = times_now();
	struct status_job j = {.id = 7, .who = "ana", .verb = "cycle", .way = "pdu", .reason = "hangs",
	    .machines = "n[1-2]", .state = "running", .created = now - 9000000, .total = 8};
	struct status_job *got;
	size_t n;

	T_INT(status_put_job(s, &j, &e), 0);
	j.done = 4;
	T_INT(status_put_job(s, &j, &e), 0);
	T_INT(status_jobs(s, a, &got, &n, &e), 0);
	T_INT(n, 1);
	T_INT(got[0].done, 4);
	T_STR(got[0].machines, "n[1-2]");
	j.ended = now - 1000;
	j.state = "ok";
	T_INT(status_put_job(s, &j, &e), 0);
	T_INT(status_jobs(s, a, &got, &n, &e), 0);
	T_INT(n, 1);
	T_STR(got[0].state, "ok");
	j.ended = now - 3700 * 1000;
	T_INT(status_put_job(s, &j, &e), 0);
	T_INT(status_jobs(s, a, &got, &n, &e), 0);
	T_INT(n, 0);
	arena_destroy(a);
	status_close(s);
}

static void
t_twenty_actions_a_machine_are_kept_newest_first(void)
{
	struct status *s = fresh();
	struct arena *a = arena_create();
	struct status_action x = {.machine = "n1", .who = "ana", .verb = "cycle", .way = "pdu", .outcome = "ok",
	    .text = ""};
	struct status_action *got;
	size_t n;

	for (x.job = 1; x.job <= 25; x.job++) {
		x.at = 1000 * x.job;
		T_INT(status_add_action(s, &x, &e), 0);
	}
	x.machine = "n2";
	T_INT(status_add_action(s, &x, &e), 0);
	T_INT(status_actions(s, "n1", 100, a, &got, &n, &e), 0);
	T_INT(n, 20);
	T_INT(got[0].job, 25);
	T_INT(status_actions(s, "n1", 3, a, &got, &n, &e), 0);
	T_INT(n, 3);
	T_INT(status_actions(s, NULL, 100, a, &got, &n, &e), 0);
	T_INT(n, 21);
	T_INT(status_last_actions(s, a, &got, &n, &e), 0);
	T_INT(n, 2);
	T_INT(got[0].job, 25);
	arena_destroy(a);
	status_close(s);
}

/* ---- readers while a writer works ---------------------------------------------------------- */

static atomic_bool done;

/* A batch writes the same text to all of ten things: a reader that sees two texts saw half of one. */
static void *
reader(void *path)
{
	struct status *s;
	struct err mine;
	intptr_t bad = 0, reads = 0;

	if (status_open_reader(path, &s, &mine) != 0)
		return (void *)1000;
	do {
		struct arena *a = arena_create();
		struct status_value *v;
		size_t n;

		if (status_values(s, NULL, a, &v, &n, &mine) != 0 || n != 10)
			bad++;
		else
			for (size_t i = 1; i < n; i++)
				bad += strcmp(v[i].text, v[0].text) != 0;
		reads++;
		arena_destroy(a);
	} while (!atomic_load(&done) || reads < 5);
	status_close(s);
	return (void *)bad;
}

static void
t_readers_see_whole_batches(void)
{
	struct status *s;
	struct status_value v[10];
	char path[4096], names[10][16];
	pthread_t threads[2];
	void *bad;
	int64_t g;

	snprintf(path, sizeof(path), "%s", fresh_path());
	T_INT(status_open(path, &s, &e), 0);
	for (int i = 0; i < 10; i++) {
		snprintf(names[i], sizeof(names[i]), "n%d", i);
		v[i] = ping(names[i], STATUS_OK, "up", 1000);
	}
	T_INT(status_put(s, v, 10, NULL, 0, &e), 0);
	g = status_generation(s);
	atomic_store(&done, false);
	for (size_t k = 0; k < 2; k++)
		T_INT(pthread_create(&threads[k], NULL, reader, path), 0);
	for (int k = 1; k <= 100; k++) {
		for (int i = 0; i < 10; i++)
			v[i].text = k % 2 ? "down" : "up";
		T_INT(status_put(s, v, 10, NULL, 0, &e), 0);
	}
	T_OK(status_generation(s) != g);
	atomic_store(&done, true);
	for (size_t k = 0; k < 2; k++) {
		pthread_join(threads[k], &bad);
		T_INT((intptr_t)bad, 0);
	}
	status_close(s);
}

static void
t_wanted_states_are_read_once_each_in_order(void)
{
	struct status *s = fresh();
	struct arena *a = arena_create();
	struct status_state *got, x = {.seq = 7, .at = times_now(), .job = 3, .thing = "n1", .state = "pxe", .who = "ana",
	    .why = "chassis on"};
	size_t n;

	T_INT(status_last_state(s), 0);
	T_INT(status_states_after(s, 0, 10, a, &got, &n, &e), 0);
	T_INT(n, 0);
	T_INT(status_put_state(s, &x, &e), 0);
	x.state = "never";
	T_INT(status_put_state(s, &x, &e), 0); /* the same row of the journal again */
	x.seq = 12;
	x.state = "idle";
	T_INT(status_put_state(s, &x, &e), 0);
	T_INT(status_last_state(s), 12);
	T_INT(status_states_after(s, 0, 1, a, &got, &n, &e), 0);
	T_INT(n, 1);
	T_STR(got[0].state, "pxe");
	T_STR(got[0].who, "ana");
	T_INT(got[0].job, 3);
	T_INT(status_states_after(s, got[0].seq, 10, a, &got, &n, &e), 0);
	T_INT(n, 1);
	T_STR(got[0].thing, "n1");
	T_STR(got[0].state, "idle");
	T_INT(status_states_after(s, 12, 10, a, &got, &n, &e), 0);
	T_INT(n, 0);
	arena_destroy(a);
	status_close(s);
}

static void
t_a_switch_is_kept_as_it_was_last_read(void)
{
	const struct status_port ports[] = {{"swp00", 1, 101, 1, "1,20-22", "1", "", 5000, 30000},
	    {"swp01", 2, 102, 20, "20", "20", "30", 5000, 30000}};
	const struct status_vlan vlans[] = {{1, "default"}, {20, "batch"}};
	struct status *s = fresh();
	struct arena *a = arena_create();
	struct status_port *got;
	struct status_vlan *have;
	size_t n;

	T_INT(status_put_switch(s, "sw1", ports, 2, vlans, 2, &e), 0);
	T_INT(status_put_switch(s, "sw2", ports, 1, vlans, 1, &e), 0);
	T_INT(status_switch_ports(s, "sw1", a, &got, &n, &e), 0);
	T_INT(n, 2);
	T_STR(got[1].name, "swp01");
	T_INT(got[1].pvid, 20);
	T_STR(got[0].egress, "1,20-22");
	T_INT(status_switch_vlans(s, "sw1", a, &have, &n, &e), 0);
	T_INT(n, 2);
	T_STR(have[1].name, "batch");
	T_INT(status_put_switch(s, "sw1", &ports[1], 1, NULL, 0, &e), 0);
	T_INT(status_switch_ports(s, "sw1", a, &got, &n, &e), 0);
	T_INT(n, 1);
	T_INT(status_switch_vlans(s, "sw1", a, &have, &n, &e), 0);
	T_INT(n, 0);
	T_INT(status_switch_ports(s, "sw3", a, &got, &n, &e), 0);
	T_INT(n, 0);
	T_OK(status_vlan_in("1,20-22", 21) && status_vlan_in("1,20-22", 1) && status_vlan_in("7", 7));
	T_OK(!status_vlan_in("1,20-22", 2) && !status_vlan_in("", 1) && !status_vlan_in("1,20-22", 23));
	T_OK(!status_vlan_in("20-,-5,x,0-9", 5));
	arena_destroy(a);
	status_close(s);
}

static void
t_sixty_thousand_rows_are_written_in_well_under_a_second(void)
{
	enum { ROWS = 60000 };
	static struct status_value v[ROWS];
	static char names[ROWS / 6][16];
	static const char *const checks[6] = {"ping", "ssh", "bmc", "chassis", "outlets", "load"};
	struct status *s = fresh();
	int64_t began;

	for (int i = 0; i < ROWS / 6; i++)
		snprintf(names[i], sizeof(names[i]), "n%05d", i);
	for (int i = 0; i < ROWS; i++) {
		v[i] = ping(names[i / 6], STATUS_OK, "up", 1000);
		v[i].check = checks[i % 6];
	}
	for (int round = 0; round < 3; round++) {
		began = times_boot();
		for (int i = 0; i < ROWS; i++) {
			v[i].at += 30000;
			if (i % 100 == round)
				v[i].text = "other";
		}
		T_INT(status_put(s, v, ROWS, NULL, 0, &e), 0);
		printf("# round %d: 60000 rows in %lld ms\n", round, (long long)(times_boot() - began));
	}
	T_OK(times_boot() - began < 10000); /* beside load, under sanitizers; alone it is about 0.15 s */
	status_close(s);
}

T_MAIN(T(t_since_is_kept_while_level_and_text_stay), T(t_outlets_leave_transitions_and_unmeasured_is_not_zero),
    T(t_what_was_never_seen_is_not_found), T(t_older_than_twice_its_interval_is_stale),
    T(t_the_banner_says_when_larchd_is_gone_and_how_old_things_are), T(t_jobs_are_shown_while_open_and_an_hour_after),
    T(t_twenty_actions_a_machine_are_kept_newest_first), T(t_readers_see_whole_batches),
    T(t_wanted_states_are_read_once_each_in_order),
    T(t_a_switch_is_kept_as_it_was_last_read),
    T(t_sixty_thousand_rows_are_written_in_well_under_a_second))
