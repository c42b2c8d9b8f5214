/* SPDX-License-Identifier: Apache-2.0 */
/* What a BMC tells of its machine, through its gate, against bmc-sim: whole, in part, in time, and behind power. */
#include <math.h>

#include "bmc_child.h"
#include "probe/probe.h"
#include "t.h"

static const char config[] = "default user admin password secret off_ms 5 on_ms 5\n"
                             "bmc a address 127.93.9.1 watts 310 sel 40\n"
                             "bmc strided address 127.93.9.2 sel 40 sel_stride 5 sensors 96\n"
                             "bmc fresh address 127.93.9.3 sel 0\n";

static uv_loop_t loop;
static struct gate *gate;

static struct cred *
credentials(void)
{
	struct yang *y;
	char path[600];
	struct cred *c = NULL;
	struct err e = {0};

	T_OK(yang_create(t_path("etc/yang"), &y, &e) == 0);
	snprintf(path, sizeof(path), "%s/secret", t_folder());
	T_OK(file_publish(path, STR("secret\n"), 0600, &e) == 0);
	snprintf(path, sizeof(path), "%s/credentials.json", t_folder());
	T_OK(file_publish(path, STR("{\"larch-credentials:credentials\":{\"bmc\":[{\"match\":\"*\",\"user\":\"admin\","
	                            "\"password_file\":\"secret\",\"suites\":[17]}]}}"), 0600, &e) == 0);
	T_OK(cred_load(path, y, &c, &e) == 0);
	yang_destroy(y);
	return c;
}

static bool
begin(void)
{
	struct err e = {0};

	if (!bmc_start(config, 3))
		return false;
	uv_loop_init(&loop);
	T_OK(gate_create(&loop, &gate, &e) == 0);
	gate_set_cred(gate, credentials());
	(void)bmc_tell("clear *");
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

	snprintf(name, sizeof(name), "n%d-bmc", n);
	snprintf(address, sizeof(address), "127.93.9.%d:%d", n, bmc_port);
	if (gate_device(gate, &spec, &d, &e) != 0)
		T_STR(e.text, "");
	return d;
}

/* ---- what was told, kept --------------------------------------------------------------------- */

struct told {
	int n;
	enum ipmi_outcome outcome;
	bool whole;
	int64_t took_ms;
	char text[200];
	struct ipmi_part device, power, events, names, sensors;
	unsigned watts;
	size_t n_events, n_sensors, n_known;
	char newest[200], oldest[200];
	char bad[400];  /* "NAME: WORDS; ..." of the sensors that are not well */
	char read[200]; /* "CPU1 Temp 51 degrees C" */
};

static void
say_event(const struct ipmi_seen *seen, size_t i, char out[200])
{
	struct buf text = BUF(199);

	ipmi_seen_say(seen, &seen->events[i], &text);
	snprintf(out, 200, "%s", text.p);
	buf_free(&text);
}

static void
say_sensors(const struct ipmi_seen *seen, struct told *t)
{
	for (size_t i = 0; i < seen->n_sensors; i++) {
		const struct ipmi_sensor *s = &seen->sensors[i];
		size_t n = strlen(t->bad);
		char unit[IPMI_UNIT];

		t->n_known += s->reading.known;
		if (s->level == IPMI_LEVEL_WARN || s->level == IPMI_LEVEL_BAD)
			snprintf(t->bad + n, sizeof(t->bad) - n, "%s: %s; ", s->sdr.name, s->says);
		if (strcmp(s->sdr.name, "CPU1 Temp") == 0 && !isnan(s->value))
			snprintf(t->read, sizeof(t->read), "%s %g %s", s->sdr.name, s->value, ipmi_sensor_unit(&s->sdr, unit));
	}
}

static void
keep(void *ctx, const struct probe_bmc *b)
{
	struct told *t = ctx;

	t->n++;
	t->outcome = b->outcome;
	t->whole = b->whole;
	t->took_ms = b->took_ms;
	snprintf(t->text, sizeof(t->text), "%s", b->text);
	t->device = b->seen->device_part;
	t->power = b->seen->power_part;
	t->events = b->seen->events_part;
	t->names = b->seen->names_part;
	t->sensors = b->seen->sensors_part;
	t->watts = b->seen->power.watts;
	t->n_events = b->seen->n_events;
	t->n_sensors = b->seen->n_sensors;
	if (t->n_events > 0) {
		say_event(b->seen, 0, t->newest);
		say_event(b->seen, t->n_events - 1, t->oldest);
	}
	say_sensors(b->seen, t);
}

static struct told
look(int n, unsigned what, size_t events, int limit_ms)
{
	struct probe_bmc_ask ask = {.what = what, .events = events, .limit_ms = limit_ms};
	struct told t = {.n = 0};

	probe_bmc_read(bmc(n), GATE_ASKED, &ask, keep, &t);
	while (t.n == 0 && uv_run(&loop, UV_RUN_ONCE) != 0)
		continue;
	T_INT(t.n, 1);
	return t;
}

/* ---- well ---------------------------------------------------------------------------------------- */

static void
t_all_of_it_is_read_in_one_session(void)
{
	struct told t;

	if (!begin())
		return;
	(void)bmc_tell("sensor a 32 9");
	t = look(1, IPMI_ASK_ALL, 12, 0);
	T_INT(t.outcome, IPMI_OK);
	T_OK(t.whole);
	T_STR(t.text, "");
	T_INT(t.watts, 310);
	T_INT((int)t.n_events, 12);
	T_STR(t.newest, "PS1 Status: input lost, deasserted");
	T_STR(t.oldest, "DIMM C: uncorrectable ECC error, asserted");
	T_INT((int)t.n_sensors, 16);
	T_INT((int)t.n_known, 16);
	T_STR(t.read, "CPU1 Temp 51 degrees C");
	T_STR(t.bad, "PS1 Status: present, input lost; ");
	T_INT(bmc_count("a", "opened"), 1);
	(void)bmc_tell("sensor a 32 1");
	end();
}

static void
t_one_part_alone_asks_no_more_than_it_needs(void)
{
	struct told t;

	if (!begin())
		return;
	t = look(1, IPMI_ASK_POWER, 0, 0);
	T_OK(t.whole && t.watts == 310);
	T_INT(t.events.state, IPMI_PART_NOT_ASKED);
	T_INT(t.sensors.state, IPMI_PART_NOT_ASKED);
	T_INT(bmc_count("a", "commands"), 2); /* with Close Session */
	t = look(1, IPMI_ASK_EVENTS, 3, 0);
	T_INT((int)t.n_events, 3);
	T_STR(t.newest, "power supply 32: input lost, deasserted"); /* without the records, its name is not known */
	T_INT(bmc_count("a", "commands"), 2 + 5);
	t = look(1, 0, 0, 0);
	T_OK(t.whole && t.outcome == IPMI_OK);
	end();
}

static void
t_a_log_that_cannot_be_counted_back_is_read_from_its_beginning(void)
{
	struct told t;

	if (!begin())
		return;
	t = look(2, IPMI_ASK_EVENTS | IPMI_ASK_SENSORS, 12, 0);
	T_OK(t.whole);
	T_INT((int)t.n_events, 12);
	T_STR(t.newest, "PS1 Status: input lost, deasserted");
	T_STR(t.oldest, "DIMM C: uncorrectable ECC error, asserted");
	T_INT((int)t.n_sensors, 16 + 96);
	T_INT(bmc_count("strided", "opened"), 1);
	t = look(2, IPMI_ASK_EVENTS, 1000, 0);
	T_OK(t.whole);
	T_INT((int)t.n_events, 40);
	t = look(3, IPMI_ASK_EVENTS, 10, 0);
	T_OK(t.whole && t.n_events == 0);
	end();
}

/* ---- bad days ------------------------------------------------------------------------------------------ */

static struct told
look_with(const char *fault)
{
	struct told t;

	(void)bmc_tell("fault a %s", fault);
	t = look(1, IPMI_ASK_ALL, 12, 0);
	(void)bmc_tell("fault a none");
	return t;
}

static void
t_each_bad_day_is_told_as_what_it_is(void)
{
	static const struct {
		const char *fault;
		size_t part; /* of struct told */
		enum ipmi_part_state state;
		const char *text;
		size_t n_events, n_sensors;
	} rows[] = {
	    {"sdr-none", offsetof(struct told, names), IPMI_PART_WHOLE, "", 12, 16},
	    {"sdr-small 16", offsetof(struct told, sensors), IPMI_PART_WHOLE, "", 12, 16},
	    {"sdr-small 8", offsetof(struct told, sensors), IPMI_PART_WHOLE, "", 12, 16},
	    {"sdr-small 6", offsetof(struct told, sensors), IPMI_PART_PARTIAL, "malformed or were refused", 12, 0},
	    {"sdr-lost 20", offsetof(struct told, sensors), IPMI_PART_WHOLE, "", 12, 16},
	    {"sdr-lost 1", offsetof(struct told, sensors), IPMI_PART_PARTIAL, "lost again and again", 12, 0},
	    {"sdr-loop", offsetof(struct told, sensors), IPMI_PART_PARTIAL, "go in a circle", 12, 16},
	    {"sdr-endless", offsetof(struct told, sensors), IPMI_PART_PARTIAL, "", 12, 1024},
	    {"sdr-short", offsetof(struct told, sensors), IPMI_PART_PARTIAL, "malformed or were refused", 12, 0},
	    {"sel-none", offsetof(struct told, events), IPMI_PART_MISSING, "no event log: invalid command", 0, 16},
	    {"sel-loop", offsetof(struct told, events), IPMI_PART_WHOLE, "", 12, 16},
	    {"no-dcmi", offsetof(struct told, power), IPMI_PART_MISSING, "it does not know DCMI", 12, 16},
	    {"few-bytes 0", offsetof(struct told, power), IPMI_PART_PARTIAL, "6.6.1", 0, 0},
	    {"few-bytes 14", offsetof(struct told, events), IPMI_PART_PARTIAL, "too short", 0, 16},
	};

	if (!begin())
		return;
	for (size_t i = 0; i < LARCH_COUNT(rows); i++) {
		struct told t = look_with(rows[i].fault);
		const struct ipmi_part *part = (const struct ipmi_part *)((const char *)&t + rows[i].part);

		if (!T_OK(part->state == rows[i].state && strstr(part->text, rows[i].text) != NULL))
			printf("# %s: %d %s\n", rows[i].fault, part->state, part->text);
		if (!T_OK(t.n_events == rows[i].n_events && t.n_sensors == rows[i].n_sensors))
			printf("# %s: %zu events, %zu sensors\n", rows[i].fault, t.n_events, t.n_sensors);
		T_INT(t.outcome, IPMI_OK);
		T_INT(t.whole, part->state != IPMI_PART_PARTIAL);
	}
	end();
}

static void
t_a_log_with_fewer_entries_than_it_says_is_partial(void)
{
	struct told t;

	if (!begin())
		return;
	(void)bmc_tell("fault a sel-short 5");
	t = look(1, IPMI_ASK_EVENTS, 1000, 0);
	T_INT((int)t.n_events, 40);
	T_INT(t.events.state, IPMI_PART_PARTIAL);
	T_STR(t.events.text, "40 of 45 entries: no entry is before those that were read");
	end();
}

static void
t_a_silent_bmc_and_one_that_falls_silent_are_told_in_time(void)
{
	struct told t;

	if (!begin())
		return;
	(void)bmc_tell("fault a silent");
	t = look(1, IPMI_ASK_ALL, 12, 80);
	T_INT(t.outcome, IPMI_SILENT);
	T_STR(t.text, "it did not answer within 80 ms");
	T_OK(!t.whole && t.took_ms >= 79);
	T_INT(t.sensors.state, IPMI_PART_PARTIAL);
	(void)bmc_tell("fault a none");
	(void)bmc_tell("fault strided slow 20");
	t = look(2, IPMI_ASK_ALL, 12, 600); /* its session is open after 100 ms, its sensors take some seconds */
	T_INT(t.outcome, IPMI_OK);
	T_STR(t.text, "it did not tell all within 600 ms");
	T_INT(t.device.state, IPMI_PART_WHOLE);
	T_INT(t.power.state, IPMI_PART_WHOLE);
	T_INT(t.sensors.state, IPMI_PART_PARTIAL);
	T_OK(!t.whole);
	t = look(2, IPMI_ASK_SENSORS, 0, 600);
	T_INT(t.sensors.state, IPMI_PART_PARTIAL);
	T_STR(t.sensors.text, "not all of them were asked");
	T_OK(t.n_known > 0 && t.n_known + 1 >= t.n_sensors); /* what is named has been asked, but for the one in hand */
	end();
}

/* ---- the line before the device ----------------------------------------------------------------------------- */

struct order {
	struct told told;
	int switched_after; /* the survey had ended so often when the switch was answered */
	bool switched;
	struct gate_device *device;
	uv_timer_t timer;
};

static void
kept(void *ctx, const struct probe_bmc *b)
{
	keep(&((struct order *)ctx)->told, b);
}

static void
switched(void *ctx, const struct ipmi_answer *a)
{
	struct order *o = ctx;

	T_INT(a->outcome, IPMI_OK);
	o->switched = true;
	o->switched_after = o->told.n;
}

static void
switch_it(uv_timer_t *t)
{
	struct order *o = t->data;
	struct ipmi_command on = ipmi_chassis_control(IPMI_CONTROL_ON);

	gate_ask(o->device, GATE_POWER, &on, switched, o);
	uv_close((uv_handle_t *)t, NULL);
}

static void
t_a_power_command_does_not_wait_for_a_survey(void)
{
	struct probe_bmc_ask ask = {.what = IPMI_ASK_ALL, .events = 40};
	struct order o = {.switched = false};

	if (!begin())
		return;
	o.device = bmc(2);
	(void)bmc_tell("fault strided slow 2");
	probe_bmc_read(o.device, GATE_ASKED, &ask, kept, &o);
	uv_timer_init(&loop, &o.timer);
	o.timer.data = &o;
	uv_timer_start(&o.timer, switch_it, 60, 0);
	uv_run(&loop, UV_RUN_DEFAULT);
	T_OK(o.switched);
	T_INT(o.switched_after, 0);
	T_INT(o.told.n, 1);
	T_OK(o.told.whole);
	T_INT((int)o.told.n_sensors, 16 + 96);
	T_INT((int)o.told.n_events, 40);
	T_INT(bmc_count("strided", "opened"), 3); /* the survey's first, the switch's, the survey's second */
	end();
}

static void
t_a_gate_that_closes_ends_a_survey(void)
{
	struct probe_bmc_ask ask = {.what = IPMI_ASK_ALL};
	struct told t[2] = {{.n = 0}};

	if (!begin())
		return;
	(void)bmc_tell("fault a silent");
	probe_bmc_read(bmc(1), GATE_ASKED, &ask, keep, &t[0]);
	probe_bmc_read(bmc(1), GATE_ASKED, &ask, keep, &t[1]);
	uv_run(&loop, UV_RUN_NOWAIT);
	end();
	for (int i = 0; i < 2; i++)
		T_OK(t[i].n == 1 && t[i].outcome == IPMI_CANCELLED && !t[i].whole);
}

T_MAIN(T(t_all_of_it_is_read_in_one_session), T(t_one_part_alone_asks_no_more_than_it_needs),
    T(t_a_log_that_cannot_be_counted_back_is_read_from_its_beginning), T(t_each_bad_day_is_told_as_what_it_is),
    T(t_a_log_with_fewer_entries_than_it_says_is_partial), T(t_a_silent_bmc_and_one_that_falls_silent_are_told_in_time),
    T(t_a_power_command_does_not_wait_for_a_survey), T(t_a_gate_that_closes_ends_a_survey))
