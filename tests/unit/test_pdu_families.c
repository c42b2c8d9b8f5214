/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Every family of mib/ against pdu-sim with a profile of our own: what a reading brings is tests/data/pdu/FAMILY.ok
 * (UPDATE=1 writes it), and what switches is switched there and back through the driver.
 */
#include <fcntl.h>
#include <math.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "drive/driver.h"
#include "modules.h"
#include "pdu_text.h"

#define PATIENCE 20000 /* ms, on a loaded machine */
#define OFF_MS 150
#define SETTLE_MS 400 /* the families' own time, made short */

static uv_loop_t loop;
static struct devtype_set *types;
static struct gate *gate;

/* ---- pdu-sim ---------------------------------------------------------------------------------- */

static struct {
	pid_t pid;
	int out, control;
	char address[64];
} sim;

static const char *
program(void)
{
	static char path[4096];
	const char *build = getenv("LARCH_BUILD");

	snprintf(path, sizeof(path), "%s/bin/pdu-sim", build == NULL ? "build/release" : build);
	return path;
}

static int
connect_to(const char *path)
{
	struct sockaddr_un at = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	snprintf(at.sun_path, sizeof(at.sun_path), "%.100s", path);
	T_INT(connect(fd, (struct sockaddr *)&at, sizeof(at)), 0);
	return fd;
}

/* Start a profile; false, with the test skipped, when the simulator is not built. */
static bool
start_path(const char *path)
{
	char control[400], line[256] = "";
	int fds[2];
	ssize_t n;

	if (access(program(), X_OK) != 0) {
		t_skip("pdu-sim is not built: make sims");
		return false;
	}
	snprintf(control, sizeof(control), "%s/ctl", t_folder());
	T_INT(pipe2(fds, O_CLOEXEC), 0);
	sim.pid = fork();
	if (sim.pid == 0) {
		(void)dup2(fds[1], 1);
		(void)execl(program(), "pdu-sim", "--profile", path, "--control", control, "--delay", "on=150 off=150 reboot=300",
		    "--parent", (char *)NULL);
		_exit(127);
	}
	close(fds[1]);
	sim.out = fds[0];
	n = read(sim.out, line, sizeof(line) - 1);
	if (!T_OK(n > 10 && strncmp(line, "READY udp ", 10) == 0))
		return false;
	line[strcspn(line, "\n")] = '\0';
	snprintf(sim.address, sizeof(sim.address), "%.60s", line + 10);
	sim.control = connect_to(control);
	return true;
}

static bool
start(const char *profile)
{
	char path[4096];

	snprintf(path, sizeof(path), "%s/%s.simrec", t_path("tests/data/pdu"), profile);
	return start_path(path);
}

static const char *
control(const char *command)
{
	static char answer[8192];
	size_t used = 0;
	ssize_t n = 1;

	dprintf(sim.control, "%s\n", command);
	while (n > 0 && used < sizeof(answer) - 1 && (used == 0 || answer[used - 1] != '\n')) {
		n = read(sim.control, answer + used, sizeof(answer) - 1 - used);
		used += n > 0 ? (size_t)n : 0;
	}
	answer[used > 0 ? used - 1 : 0] = '\0';
	return answer;
}

static void
stop(void)
{
	int status = -1;

	(void)kill(sim.pid, SIGTERM);
	(void)waitpid(sim.pid, &status, 0);
	T_INT(status, 0);
	close(sim.control);
	close(sim.out);
}

/* ---- reading ------------------------------------------------------------------------------------ */

static struct {
	int done;
	enum snmp_outcome outcome;
	bool switches;
	size_t outlets, infeeds, sensors;
	char why[300];
	struct buf text;
} seen;

static void
on_read(void *ctx, const struct probe_pdu *pdu)
{
	(void)ctx;
	seen.done = 1;
	seen.outcome = pdu->outcome;
	seen.switches = pdu->switches;
	seen.outlets = pdu->n;
	seen.infeeds = pdu->n_infeeds;
	seen.sensors = pdu->n_sensors;
	snprintf(seen.why, sizeof(seen.why), "%s", pdu->text);
	pdu_text(pdu, &seen.text);
	uv_stop(&loop);
}

static void
run_until(const int *done)
{
	while (*done == 0)
		(void)uv_run(&loop, UV_RUN_ONCE);
}

static void
read_pdu(struct gate_device *d, enum gate_priority p)
{
	buf_free(&seen.text);
	memset(&seen, 0, sizeof(seen));
	seen.text = BUF(1u << 20);
	probe_pdu_read(d, p, on_read, NULL);
	run_until(&seen.done);
}

static struct gate_device *
device(const char *family)
{
	static struct devtype quick[32];
	static size_t n_quick;
	struct devtype *type = &quick[n_quick++ % LARCH_COUNT(quick)];
	struct gate_device *d = NULL;
	struct err e = {0};
	const struct gate_spec spec = {.name = family, .address = sim.address, .type = type};

	*type = *devtype_find(types, family);
	type->settle_ms = SETTLE_MS;
	T_INT(gate_device(gate, &spec, &d, &e), 0);
	return d;
}

static void
is_as_in_the_file(const char *profile)
{
	char path[4096];

	snprintf(path, sizeof(path), "%s/%s.ok", t_path("tests/data/pdu"), profile);
	pdu_text_is(path, &seen.text);
}

/* ---- switching ------------------------------------------------------------------------------------ */

static struct {
	int done;
	struct drive_reading r;
	enum drive_sent sent;
	char text[300], word[64];
} asked;

static void
on_reading(void *ctx, const struct drive_reading *r)
{
	(void)ctx;
	asked.r = *r;
	snprintf(asked.text, sizeof(asked.text), "%s", r->text);
	snprintf(asked.word, sizeof(asked.word), "%s", r->word);
	asked.done = 1;
}

static void
on_sent(void *ctx, enum drive_sent sent, const char *text)
{
	(void)ctx;
	asked.sent = sent;
	snprintf(asked.text, sizeof(asked.text), "%s", text);
	asked.done = 1;
}

static enum power_state
outlet_state(struct drive_target *t)
{
	asked.done = 0;
	drive_pdu.read(t, GATE_POWER, on_reading, NULL);
	run_until(&asked.done);
	return asked.r.answered && !asked.r.changing ? asked.r.state : POWER_IS_UNKNOWN;
}

static enum drive_sent
outlet_set(struct drive_target *t, bool on)
{
	asked.done = 0;
	drive_pdu.set(t, on, on_sent, NULL);
	run_until(&asked.done);
	return asked.sent;
}

/* Read until it is so, as a job does; the device may not say so before its own time is over. */
static void
switches(struct drive_target *t, bool on, const char *sim_state)
{
	int64_t began = times_boot();
	enum power_state want = on ? POWER_IS_ON : POWER_IS_OFF;

	T_INT(outlet_set(t, on), DRIVE_SENT);
	T_STR(asked.text, "");
	while (outlet_state(t) != want && times_boot() - began < PATIENCE)
		usleep(5000);
	T_INT(outlet_state(t), want);
	T_OK(times_boot() - began >= (devtype_echoes(gate_type(t->device)) ? SETTLE_MS : OFF_MS) - 1);
	T_OK(strstr(control("get 3"), sim_state) != NULL);
}

static void
family(const char *name, const char *third)
{
	struct gate_device *d;
	struct drive_target t = {.outlet = third};

	if (!start(name))
		return;
	d = t.device = device(name);
	read_pdu(d, GATE_SWEEP);
	T_INT(seen.outcome, SNMP_OK);
	T_OK(seen.switches);
	is_as_in_the_file(name);
	T_INT(outlet_state(&t), POWER_IS_ON);
	switches(&t, false, "ok off dead");
	switches(&t, true, "ok on live");
	T_OK(str_starts(str_of(control("log")), "ok 2; ")); /* two SETs, and no other */
	stop();
}

/* A family, and the id of its third outlet. */
#define FAMILY(function, name, third)     \
	static void function(void)        \
	{                                 \
		family(name, third);      \
	}
FAMILY(t_a_sentry3_reads_as_its_file_says_and_switches, "sentry3", "AA3")
FAMILY(t_a_sentry4_reads_as_its_file_says_and_switches, "sentry4", "AA3")
FAMILY(t_an_apc_masterswitch_reads_as_its_file_says_and_switches, "apc-spdu", "3")
FAMILY(t_an_apc_rpdu_reads_as_its_file_says_and_switches, "apc-rpdu", "3")
FAMILY(t_an_apc_rpdu2_reads_as_its_file_says_and_switches, "apc-rpdu2", "3")
FAMILY(t_a_raritan_px_reads_as_its_file_says_and_switches, "raritan-px", "3")
FAMILY(t_a_raritan_px2_reads_as_its_file_says_and_switches, "raritan-px2", "3")
FAMILY(t_an_eaton_epdu_reads_as_its_file_says_and_switches, "eaton-epdu", "A3")
FAMILY(t_an_eaton_nlogic_reads_as_its_file_says_and_switches, "eaton-nlogic", "3")
FAMILY(t_an_hpe_g2_reads_as_its_file_says_and_switches, "hpe-g2", "3")
FAMILY(t_a_geist_reads_as_its_file_says_and_switches, "geist-v5", "3")
FAMILY(t_a_liebert_mpx_reads_as_its_file_says_and_switches, "liebert-mpx", "1.1.3")
FAMILY(t_a_cyberpower_reads_as_its_file_says_and_switches, "cyberpower", "3")
FAMILY(t_a_tripplite_reads_as_its_file_says_and_switches, "tripplite", "3")
FAMILY(t_a_baytech_reads_as_its_file_says_and_switches, "baytech", "3")

static void
t_a_strip_that_only_meters_is_read_and_offers_no_switching(void)
{
	struct drive_target t = {.outlet = "3"};

	if (!start("apc-rpdu2-metered"))
		return;
	t.device = device("apc-rpdu2");
	read_pdu(t.device, GATE_SWEEP);
	T_INT(seen.outcome, SNMP_OK);
	T_OK(!seen.switches);
	T_INT(seen.outlets, 0);
	is_as_in_the_file("apc-rpdu2-metered");
	T_INT(outlet_state(&t), POWER_IS_UNKNOWN);
	T_OK(!asked.r.answered && strstr(asked.text, "no row") != NULL);
	stop();
}

static void
t_an_outlet_that_the_device_does_not_let_go_is_never_written(void)
{
	static const struct {
		const char *family, *outlet;
	} rows[] = {{"sentry4", "BA2"}, {"raritan-px2", "2-1"}, {"eaton-epdu", "1-A2"}, {"liebert-mpx", "1.2.1"}, {"tripplite", "13"}};

	for (size_t i = 0; i < LARCH_COUNT(rows); i++) {
		struct drive_target t = {.outlet = rows[i].outlet};

		if (!start(rows[i].family))
			return;
		t.device = device(rows[i].family);
		if (!T_INT(outlet_state(&t), POWER_IS_ON))
			printf("# %s %s: %s\n", rows[i].family, rows[i].outlet, asked.text);
		T_INT(outlet_set(&t, false), DRIVE_REFUSED);
		T_STR(asked.text, "the device says that this outlet cannot be switched");
		T_INT(outlet_state(&t), POWER_IS_ON); /* by its row, not by its table */
		T_INT(outlet_set(&t, false), DRIVE_REFUSED);
		T_STR(control("log"), "ok 0");
		stop();
	}
}

static void
t_an_outlet_of_a_unit_that_does_not_answer_is_not_known(void)
{
	struct drive_target t = {.outlet = "BA1"};

	if (!start("sentry4"))
		return;
	t.device = device("sentry4");
	T_INT(outlet_state(&t), POWER_IS_UNKNOWN); /* its state says on, its status noComm */
	T_STR(asked.word, "on");
	T_OK(isnan(asked.r.amps));
	T_INT(outlet_state(&t), POWER_IS_UNKNOWN);
	stop();
}

/* Its state is its command: it reads off at once, and the relay is still on. */
static void
t_an_echo_is_no_state_before_the_devices_own_time_is_over(void)
{
	static const char rows[] = "%outlets 4\n%state on=1 off=2\n%command on=1 off=2\n%command-reads wanted\n%delay on=150 off=150\n"
	                           "1.3.6.1.4.1.318.1.1.4.4.2.1.1.{n}|integer|{n}\n1.3.6.1.4.1.318.1.1.4.4.2.1.3.{n}|integer|@command\n";
	struct drive_target t = {.outlet = "3"};
	char path[400];
	struct err e = {0};
	int64_t began;

	snprintf(path, sizeof(path), "%s/echo.simrec", t_folder());
	T_INT(file_publish(path, STR(rows), 0644, &e), 0);
	if (!start_path(path))
		return;
	t.device = device("apc-spdu");
	T_INT(outlet_state(&t), POWER_IS_ON);
	began = times_boot();
	T_INT(outlet_set(&t, false), DRIVE_SENT);
	(void)outlet_state(&t);
	T_OK(asked.r.state == POWER_IS_OFF && (asked.r.changing || times_boot() - began >= SETTLE_MS));
	while (outlet_state(&t) != POWER_IS_OFF && times_boot() - began < PATIENCE)
		usleep(5000);
	T_OK(times_boot() - began >= SETTLE_MS - 1);
	T_OK(strstr(control("get 3"), "ok off dead") != NULL);
	stop();
}

/* A job waits for no infeed and no sensor. */
static void
t_power_reads_outlets_and_nothing_else(void)
{
	struct gate_device *d;

	if (!start("sentry3"))
		return;
	d = device("sentry3");
	read_pdu(d, GATE_POWER);
	T_INT(seen.outlets, 24);
	T_INT(seen.infeeds + seen.sensors, 0);
	read_pdu(d, GATE_ASKED);
	T_OK(seen.outlets == 24 && seen.infeeds == 1 && seen.sensors == 2);
	stop();
}

static int
set_up(void)
{
	static const char rows[] = "{\"larch-credentials:credentials\":{\"snmp\":[{\"match\":\"*\",\"version\":\"2c\","
	                           "\"read_file\":\"private\",\"write_file\":\"private\"}]}}";
	char secret[400], path[400];
	struct cred *cred = NULL;
	struct err e = {0};

	(void)uv_loop_init(&loop);
	snprintf(secret, sizeof(secret), "%s/private", t_folder());
	snprintf(path, sizeof(path), "%s/credentials.json", t_folder());
	if (file_publish(secret, STR("private\n"), 0600, &e) != 0 || file_publish(path, str_of(rows), 0600, &e) != 0 ||
	    devtype_load(t_path("mib"), modules(), &types, &e) != 0 || cred_load(path, modules(), &cred, &e) != 0 ||
	    gate_create(&loop, &gate, &e) != 0) {
		printf("Bail out! %s\n", e.text);
		return -1;
	}
	gate_set_cred(gate, cred);
	return 0;
}

int
main(void)
{
	static const struct t_case cases[] = {T(t_a_sentry3_reads_as_its_file_says_and_switches),
	    T(t_a_sentry4_reads_as_its_file_says_and_switches), T(t_an_apc_masterswitch_reads_as_its_file_says_and_switches),
	    T(t_an_apc_rpdu_reads_as_its_file_says_and_switches), T(t_an_apc_rpdu2_reads_as_its_file_says_and_switches),
	    T(t_a_raritan_px_reads_as_its_file_says_and_switches), T(t_a_raritan_px2_reads_as_its_file_says_and_switches),
	    T(t_an_eaton_epdu_reads_as_its_file_says_and_switches), T(t_an_eaton_nlogic_reads_as_its_file_says_and_switches),
	    T(t_an_hpe_g2_reads_as_its_file_says_and_switches), T(t_a_geist_reads_as_its_file_says_and_switches),
	    T(t_a_liebert_mpx_reads_as_its_file_says_and_switches), T(t_a_cyberpower_reads_as_its_file_says_and_switches),
	    T(t_a_tripplite_reads_as_its_file_says_and_switches), T(t_a_baytech_reads_as_its_file_says_and_switches),
	    T(t_a_strip_that_only_meters_is_read_and_offers_no_switching),
	    T(t_an_outlet_that_the_device_does_not_let_go_is_never_written),
	    T(t_an_outlet_of_a_unit_that_does_not_answer_is_not_known), T(t_power_reads_outlets_and_nothing_else),
	    T(t_an_echo_is_no_state_before_the_devices_own_time_is_over)};
	int rc;

	if (set_up() != 0)
		return 99;
	rc = t_main(cases, LARCH_COUNT(cases));
	gate_destroy(gate);
	(void)uv_run(&loop, UV_RUN_DEFAULT);
	(void)uv_loop_close(&loop);
	buf_free(&seen.text);
	devtype_destroy(types);
	return rc;
}
