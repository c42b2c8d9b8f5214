/* SPDX-License-Identifier: Apache-2.0 */
/* The client and the three families against pdu-sim, which is started here on a free port of 127.0.0.1. */
#include <fcntl.h>
#include <signal.h>
#include <sys/un.h>
#include <sys/wait.h>

#include "snmp_ask.h"

#define OFF_MS 300
#define ON_MS 250
#define REBOOT_MS 600
#define DELAYS "on=250 off=300 reboot=600"

/* ---- pdu-sim -------------------------------------------------------------------------------- */

static struct {
	pid_t pid;
	int out, control, room;
	char control_path[300], room_path[300], loads_path[300];
} sim;

static int
unix_socket(int kind, const char *path, bool listen_there)
{
	struct sockaddr_un at = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, kind | SOCK_CLOEXEC, 0);
	struct timeval patience = {PATIENCE / 1000, 0};
	int rc;

	snprintf(at.sun_path, sizeof(at.sun_path), "%s", path);
	(void)setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
	rc = listen_there ? bind(fd, (struct sockaddr *)&at, sizeof(at)) : connect(fd, (struct sockaddr *)&at, sizeof(at));
	T_INT(rc, 0);
	return fd;
}

static const char *
program(void)
{
	static char path[4096];
	const char *build = getenv("LARCH_BUILD");

	snprintf(path, sizeof(path), "%s/bin/pdu-sim", build == NULL ? "build/release" : build);
	return path;
}

/* Start the simulator of a family; false, with the test skipped, when it is not built. */
static bool
start(const char *family)
{
	char profile[4096], line[256] = "";
	int fds[2];
	ssize_t n;

	if (access(program(), X_OK) != 0) {
		t_skip("pdu-sim is not built: make sims");
		return false;
	}
	snprintf(sim.control_path, sizeof(sim.control_path), "%s/ctl", t_folder());
	snprintf(sim.room_path, sizeof(sim.room_path), "%s/room", t_folder());
	snprintf(sim.loads_path, sizeof(sim.loads_path), "%s/loads", t_folder());
	(void)unlink(sim.room_path);
	sim.room = unix_socket(SOCK_DGRAM, sim.room_path, true);
	snprintf(profile, sizeof(profile), "%s/%s.simrec", t_path("tests/data/pdu"), family);
	T_INT(pipe2(fds, O_CLOEXEC), 0);
	sim.pid = fork();
	if (sim.pid == 0) {
		(void)dup2(fds[1], 1);
		(void)execl(program(), "pdu-sim", "--profile", profile, "--name", "pdu1", "--control", sim.control_path,
		    "--room", sim.room_path, "--loads", sim.loads_path, "--delay", DELAYS, "--parent", (char *)NULL);
		_exit(127);
	}
	close(fds[1]);
	sim.out = fds[0];
	n = read(sim.out, line, sizeof(line) - 1);
	if (!T_OK(n > 10 && strncmp(line, "READY udp ", 10) == 0 && set_address(line + 10)))
		return false;
	sim.control = unix_socket(SOCK_STREAM, sim.control_path, false);
	type = devtype_find(types, family);
	target.version = 2;
	target.community = "private";
	target.timeout_ms = 2000;
	target.tries = 3;
	target.max_varbinds = type->max_varbinds;
	return true;
}

/* One command to the control socket, and its answer. */
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

/* How many SETs of the log have this verdict. */
static int
logged(const char *verdict)
{
	int n = 0;

	for (const char *p = strstr(control("log"), verdict); p != NULL; p = strstr(p + 1, verdict))
		n += p[strlen(verdict)] == ';' || p[strlen(verdict)] == '\0';
	return n;
}

/* The exit status after SIGTERM. */
static int
stop(void)
{
	int status = -1;

	(void)kill(sim.pid, SIGTERM);
	(void)waitpid(sim.pid, &status, 0);
	close(sim.control);
	close(sim.room);
	close(sim.out);
	return status;
}

/* ---- the three families -------------------------------------------------------------------------- */

static void
is_read_and_switched(size_t outlets)
{
	const struct devtype_oid load = cell(&type->current.oid, 3);
	double all;
	int64_t began;

	T_INT(walk(&type->state), SNMP_OK);
	T_INT(res.n, outlets);
	for (size_t i = 0; i < res.n; i++)
		T_INT(devtype_state_of(type, res.values[i].number)->state, DEVTYPE_ON);
	T_INT(walk(&type->outlet_id), SNMP_OK);
	T_INT(res.n, outlets);
	T_INT(walk(&type->outlet_name), SNMP_OK);
	T_INT(res.n, outlets);
	T_OK(strstr(res.first, "Outlet") != NULL);
	T_OK(amperes(&type->current, &load) > 0.3);
	T_INT(walk(&type->infeeds[0].current.oid), SNMP_OK);
	T_OK(res.n >= 1);
	T_OK(devtype_measured(&type->infeeds[0].current, res.values[0].number, 0, &all) && all > 0.3 * (double)outlets);

	began = times_boot();
	T_INT(set(3, type->control_off), SNMP_OK);
	T_OK(was(3, DEVTYPE_OFF_PENDING, began, OFF_MS));
	T_OK(becomes(3, DEVTYPE_OFF) >= 0);
	T_OK(times_boot() - began >= OFF_MS - 1);
	T_OK(amperes(&type->current, &load) == 0);
	T_INT(state(2), DEVTYPE_ON);
	T_INT(set(3, type->control_off), SNMP_OK); /* off may be written twice */
	T_INT(state(3), DEVTYPE_OFF);
	began = times_boot();
	T_INT(set(3, type->control_on), SNMP_OK);
	T_OK(was(3, DEVTYPE_ON_PENDING, began, ON_MS));
	T_OK(becomes(3, DEVTYPE_ON) >= 0);
	T_OK(amperes(&type->current, &load) > 0.3);
	T_INT(logged("ok"), 3);
}

/* Somebody uses the device's own reboot: it reads off in between, and must never be taken for off. */
static void
reboots_without_ever_being_off(void)
{
	int64_t began = times_boot();
	bool pending = false;
	enum devtype_state now;

	T_INT(set(5, 3), SNMP_OK);
	T_OK(was(5, DEVTYPE_OFF_PENDING, began, OFF_MS));
	do {
		now = state(5);
		T_OK(now != DEVTYPE_OFF && now != DEVTYPE_UNKNOWN);
		pending = pending || now == DEVTYPE_ON_PENDING;
		usleep(2000);
	} while (now != DEVTYPE_ON && times_boot() - began < PATIENCE);
	T_INT(now, DEVTYPE_ON);
	T_OK(pending || times_boot() - began > REBOOT_MS * 3);
}

static void
keeps_who_may_apart(void)
{
	target.community = "public";
	T_INT(set(4, type->control_off), SNMP_REFUSED);
	T_OK(strstr(res.text, "noAccess (6)") != NULL);
	T_INT(state(4), DEVTYPE_ON);
	target.community = "wrong";
	target.timeout_ms = 100;
	target.tries = 2;
	T_INT(state(4), DEVTYPE_UNKNOWN);
	T_INT(res.outcome, SNMP_SILENT);
	target.timeout_ms = 2000;
	target.tries = 3;
	target.community = "private";
	T_INT(set(4, 77), SNMP_REFUSED);
	T_OK(strstr(res.text, "wrongValue (10)") != NULL);
	target.version = 1;
	T_INT(walk(&type->state), SNMP_OK);
	T_OK(res.n >= 8);
	T_INT(set(4, 77), SNMP_REFUSED);
	T_OK(strstr(res.text, "badValue (3)") != NULL);
	target.version = 2;
}

static void
family(const char *name, size_t outlets)
{
	if (!start(name))
		return;
	is_recognised();
	is_read_and_switched(outlets);
	reboots_without_ever_being_off();
	keeps_who_may_apart();
	T_INT(stop(), 0);
}

static void
t_a_sentry3_is_read_and_switched(void)
{
	family("sentry3", 24);
}

static void
t_an_apc_rpdu_is_read_and_switched(void)
{
	family("apc-rpdu", 8);
}

static void
t_an_apc_rpdu2_is_read_and_switched(void)
{
	family("apc-rpdu2", 24);
}

static void
t_writing_1_to_an_rpdu2_reads_2_and_is_on(void)
{
	struct devtype_oid o;

	if (!start("apc-rpdu2"))
		return;
	o = cell(&type->state, 7);
	T_STR(control("set 7 off"), "ok");
	T_INT(get(&o), SNMP_OK);
	T_INT(res.values[0].number, 1);
	T_INT(set(7, 1), SNMP_OK);
	T_OK(becomes(7, DEVTYPE_ON) >= 0);
	T_INT(get(&o), SNMP_OK);
	T_INT(res.values[0].number, 2);
	T_STR(control("get 7"), "ok on live 700 none Outlet 7");
	T_INT(stop(), 0);
}

/* ---- faults ------------------------------------------------------------------------------------------ */

static void
a_faulty(const char *name)
{
	const struct devtype_oid load = cell(&type->current.oid, 8);

	T_STR(control("fault 3 lie"), "ok");
	T_INT(set(3, type->control_off), SNMP_OK);
	T_OK(stays(3, DEVTYPE_ON, 2 * OFF_MS));

	T_STR(control("fault 4 stall"), "ok");
	T_INT(set(4, type->control_off), SNMP_OK);
	T_OK(stays(4, DEVTYPE_OFF_PENDING, 2 * OFF_MS));

	target.timeout_ms = 100;
	target.tries = 2;
	T_STR(control("fault 5 drop"), "ok");
	T_INT(set(5, type->control_off), SNMP_SILENT);
	T_INT(logged("dropped"), 2);
	T_STR(control("fault 6 drop-obeyed"), "ok");
	T_INT(set(6, type->control_off), SNMP_SILENT);
	T_INT(logged("dropped-obeyed"), 2);
	target.timeout_ms = 2000;
	T_OK(becomes(6, DEVTYPE_OFF) >= 0);
	T_INT(state(5), DEVTYPE_ON);

	T_STR(control("fault 7 refuse"), "ok");
	T_INT(set(7, type->control_off), SNMP_REFUSED);
	T_OK(strstr(res.text, "genErr (5)") != NULL);
	T_INT(state(7), DEVTYPE_ON);

	T_STR(control("fault 8 stuck-on"), "ok");
	T_INT(set(8, type->control_off), SNMP_OK);
	T_OK(becomes(8, DEVTYPE_OFF) >= 0);
	T_OK(amperes(&type->current, &load) > 0.3); /* it says off and feeds */
	T_OK(strstr(control("get 8"), "ok off live") != NULL);

	T_STR(control("fault * silent"), "ok");
	target.timeout_ms = 50;
	T_INT(get_text("1.3.6.1.2.1.1.1.0"), SNMP_SILENT);
	target.timeout_ms = 2000;
	T_STR(control("fault * none"), "ok");
	T_INT(get_text("1.3.6.1.2.1.1.1.0"), SNMP_OK);
	T_INT(set(3, type->control_off), SNMP_OK);
	if (!T_OK(becomes(3, DEVTYPE_OFF) >= 0))
		printf("# %s\n", name);
}

static void
t_every_fault_of_a_pdu_shows_as_what_it_is(void)
{
	static const char *const names[] = {"sentry3", "apc-rpdu", "apc-rpdu2"};

	for (size_t i = 0; i < LARCH_COUNT(names); i++) {
		if (!start(names[i]))
			return;
		a_faulty(names[i]);
		T_INT(stop(), 0);
	}
}

/* ---- the room and the control socket -------------------------------------------------------------------- */

/* The next datagram to the room. */
static const char *
told(void)
{
	static char text[400];
	ssize_t n = recv(sim.room, text, sizeof(text) - 1, 0);

	text[n > 0 ? n : 0] = '\0';
	return text;
}

static void
tell(const char *text)
{
	int fd = unix_socket(SOCK_DGRAM, sim.loads_path, false);

	T_INT(send(fd, text, strlen(text), 0), strlen(text));
	close(fd);
}

static void
t_the_room_hears_each_outlet_and_sets_its_load(void)
{
	char want[400];
	struct devtype_oid load;
	int64_t began = times_boot();

	if (!start("sentry3"))
		return;
	snprintf(want, sizeof(want), "loads pdu1 %s", sim.loads_path);
	T_STR(told(), want);
	for (int i = 1; i <= 24; i++) {
		snprintf(want, sizeof(want), "outlet pdu1 AA%d on", i);
		T_STR(told(), want);
	}
	T_INT(set(12, type->control_off), SNMP_OK);
	T_STR(told(), "outlet pdu1 AA12 off");
	T_INT(state(12), DEVTYPE_OFF); /* told when it happened, not when asked */
	T_STR(control("set AA12 on"), "ok");
	T_STR(told(), "outlet pdu1 AA12 on");
	tell("load pdu1 AA12 3500");
	tell("load pdu2 AA12 9900");
	load = cell(&type->current.oid, 12);
	while (amperes(&type->current, &load) < 3.4 && times_boot() - began < PATIENCE)
		usleep(5000);
	T_OK(amperes(&type->current, &load) > 3.49 && amperes(&type->current, &load) < 3.51);
	T_INT(stop(), 0);
	T_INT(access(sim.control_path, F_OK), -1);
	T_INT(access(sim.loads_path, F_OK), -1);
}

static void
t_a_name_typed_on_the_device_is_read(void)
{
	struct devtype_oid name;

	if (!start("sentry3"))
		return;
	T_STR(control("name AA2 n0042 psu 1"), "ok");
	name = cell(&type->outlet_name, 2);
	T_INT(get(&name), SNMP_OK);
	T_STR(res.first, "n0042 psu 1");
	T_STR(control("fault AA2 explode"), "error there is no fault explode for AA2");
	T_STR(control("set AA99 on"), "error there is no outlet AA99");
	T_STR(control("set AA1 maybe"), "error an outlet is set on or off, not maybe");
	T_STR(control("get"), "error get: wrong number of words");
	T_STR(control("sing"), "error unknown command sing");
	T_INT(stop(), 0);
}

int
main(void)
{
	static const struct t_case cases[] = {T(t_a_sentry3_is_read_and_switched),
	    T(t_an_apc_rpdu_is_read_and_switched), T(t_an_apc_rpdu2_is_read_and_switched),
	    T(t_writing_1_to_an_rpdu2_reads_2_and_is_on), T(t_every_fault_of_a_pdu_shows_as_what_it_is),
	    T(t_the_room_hears_each_outlet_and_sets_its_load), T(t_a_name_typed_on_the_device_is_read)};

	if (set_up() != 0)
		return 99;
	return end(t_main(cases, LARCH_COUNT(cases)));
}
