/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The client and the device types against real agents: our pdu-sim for what
 * changes, Debian's snmpsimd for recordings of real devices. Both are started
 * here, on free ports of 127.0.0.1.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <pwd.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "devtype/devtype.h"
#include "snmp/snmp.h"
#include "t.h"

#define OFF_MS 300
#define ON_MS 250
#define REBOOT_MS 600
#define DELAYS "on=250 off=300 reboot=600"
#define PATIENCE 20000 /* ms until a condition must hold, on a loaded machine */

static uv_loop_t loop;
static struct snmp_client *client;
static struct devtype_set *types;
static struct snmp_target target;
static const struct devtype *type;

/* ---- asking ------------------------------------------------------------------------------ */

struct result {
	bool done;
	enum snmp_outcome outcome;
	size_t n;
	struct snmp_value values[400];
	char first[100], text[200];
	int status;
};

static struct result res;

static void
on_done(void *ctx, const struct snmp_answer *a)
{
	struct result *r = ctx;

	r->done = true;
	r->outcome = a->outcome;
	r->status = a->status;
	r->n = a->n;
	for (size_t i = 0; i < a->n && i < LARCH_COUNT(r->values); i++)
		r->values[i] = a->values[i];
	if (a->n > 0 && a->values[0].type == SNMP_TEXT)
		snprintf(r->first, sizeof(r->first), "%.*s", (int)a->values[0].text.n, a->values[0].text.p);
	snprintf(r->text, sizeof(r->text), "%s", a->text);
	uv_stop(&loop);
}

static struct snmp_oid
from(const struct devtype_oid *o)
{
	struct snmp_oid out = {.n = o->n};

	memcpy(out.id, o->id, sizeof(out.id));
	return out;
}

static enum snmp_outcome
finish(void)
{
	while (!res.done)
		(void)uv_run(&loop, UV_RUN_DEFAULT);
	return res.outcome;
}

static enum snmp_outcome
get(const struct devtype_oid *o)
{
	const struct snmp_oid one = from(o);

	memset(&res, 0, sizeof(res));
	snmp_get(client, &target, &one, 1, on_done, &res);
	return finish();
}

static enum snmp_outcome
get_text(const char *oid)
{
	struct devtype_oid o;

	T_INT(devtype_parse_oid(str_of(oid), &o, NULL), 0);
	return get(&o);
}

static enum snmp_outcome
walk(const struct devtype_oid *o)
{
	const struct snmp_oid one = from(o);

	memset(&res, 0, sizeof(res));
	snmp_walk(client, &target, &one, 1, 400, on_done, &res);
	return finish();
}

/* The cell of a column in an outlet's row, n from 1: the sim's tables have one tower and one infeed. */
static struct devtype_oid
cell(const struct devtype_oid *column, uint32_t n)
{
	struct devtype_oid index = {.id = {1, 1, 1}, .n = type->index_length}, out;

	index.id[index.n - 1] = n;
	T_INT(devtype_cell(column, &index, &out), 0);
	return out;
}

static enum snmp_outcome
set(uint32_t n, int64_t value)
{
	const struct devtype_oid c = cell(&type->control, n);
	const struct snmp_oid one = from(&c);

	memset(&res, 0, sizeof(res));
	snmp_set(client, &target, &one, value, on_done, &res);
	return finish();
}

/* What an outlet is, its pending column beside its state, as the driver will read it. */
static enum devtype_state
state(uint32_t n)
{
	const struct devtype_oid both[2] = {cell(&type->state, n), cell(&type->pending, n)};
	const struct snmp_oid ask[2] = {from(&both[0]), from(&both[1])};
	const struct devtype_state_row *row;

	memset(&res, 0, sizeof(res));
	snmp_get(client, &target, ask, 2, on_done, &res);
	if (finish() != SNMP_OK || res.values[0].type != SNMP_NUMBER)
		return DEVTYPE_UNKNOWN;
	row = devtype_state_of(type, res.values[0].number);
	return row == NULL ? DEVTYPE_UNKNOWN : devtype_with_pending(row->state,
	    res.values[1].type == SNMP_NUMBER && devtype_is_pending(type, res.values[1].number));
}

/* Ask until it is so; how long it took, or -1. */
static int64_t
becomes(uint32_t n, enum devtype_state want)
{
	int64_t began = times_boot();

	while (state(n) != want) {
		if (times_boot() - began > PATIENCE)
			return -1;
		usleep(5000);
	}
	return times_boot() - began;
}

/* Ask for `ms`; true when it was so all the time. */
static bool
stays(uint32_t n, enum devtype_state want, int64_t ms)
{
	int64_t began = times_boot();

	while (times_boot() - began < ms) {
		if (state(n) != want)
			return false;
		usleep(5000);
	}
	return true;
}

/* It is so now, or the machine was so busy that `ms` since `began` have passed and it is over. */
static bool
was(uint32_t n, enum devtype_state want, int64_t began, int64_t ms)
{
	return state(n) == want || times_boot() - began >= ms;
}

static double
amperes(const struct devtype_measure *m, const struct devtype_oid *o)
{
	double value = -1;

	if (get(o) == SNMP_OK && res.values[0].type == SNMP_NUMBER)
		(void)devtype_measured(m, res.values[0].number, &value);
	return value;
}

/* ---- pdu-sim -------------------------------------------------------------------------------- */

static struct {
	pid_t pid;
	int out, control, room;
	char control_path[300], room_path[300], loads_path[300];
} sim;

static bool
set_address(const char *address)
{
	struct sockaddr_in at = {.sin_family = AF_INET};
	struct str rest = str_of(address), host = str_cut(&rest, ':');
	char text[INET_ADDRSTRLEN];
	int64_t port;

	snprintf(text, sizeof(text), "%.*s", (int)host.n, host.p);
	if (inet_pton(AF_INET, text, &at.sin_addr) != 1 || str_int(str_cut(&rest, '\n'), 1, 65535, &port) != 0)
		return false;
	at.sin_port = htons((uint16_t)port);
	memset(&target.address, 0, sizeof(target.address));
	memcpy(&target.address, &at, sizeof(at));
	return true;
}

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
is_recognised(void)
{
	const struct devtype_oid sys = {.id = {1, 3, 6, 1, 2, 1, 1, 2, 0}, .n = 9};
	struct devtype_oid object;

	T_INT(get(&sys), SNMP_OK);
	T_INT(res.values[0].type, SNMP_OBJECT);
	object.n = res.values[0].object.n;
	memcpy(object.id, res.values[0].object.id, sizeof(object.id));
	T_OK(devtype_is_below(&object, &type->sys_object_id));
	T_INT(get(&type->confirm), SNMP_OK);
	T_OK(res.values[0].type != SNMP_NONE);
	if (type->unless.n > 0) {
		T_INT(get(&type->unless), SNMP_OK);
		T_INT(res.values[0].type, SNMP_NONE);
	}
}

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
	T_INT(walk(&type->infeed_current.oid), SNMP_OK);
	T_INT(res.n, 1);
	T_OK(devtype_measured(&type->infeed_current, res.values[0].number, &all) && all > 0.3 * (double)outlets);

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

/* ---- recordings of real devices ---------------------------------------------------------------------------- */

static pid_t replayer;
static char replay_address[64];

static int
copy(const char *recording)
{
	char from_path[4096], to[600];
	struct buf text = BUF(4u << 20);
	struct err e;
	int rc;

	snprintf(from_path, sizeof(from_path), "%s/%s.snmprec", t_path("../shared/recordings"), recording);
	snprintf(to, sizeof(to), "%s/rec/%s.snmprec", t_folder(), recording);
	rc = file_read(from_path, 4u << 20, &text, &e);
	if (rc == 0)
		rc = file_publish(to, buf_view(&text), 0644, &e);
	buf_free(&text);
	return rc;
}

static const char *
free_address(void)
{
	struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t n = sizeof(at);
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	(void)bind(fd, (struct sockaddr *)&at, sizeof(at));
	(void)getsockname(fd, (struct sockaddr *)&at, &n);
	close(fd);
	snprintf(replay_address, sizeof(replay_address), "127.0.0.1:%u", ntohs(at.sin_port));
	return replay_address;
}

static void
exec_replayer(void)
{
	char data[400], cache[400], at[128], log[400];
	const char *user = geteuid() == 0 ? "--process-user=nobody" : NULL;

	snprintf(data, sizeof(data), "--data-dir=%s/rec", t_folder());
	snprintf(cache, sizeof(cache), "--cache-dir=%s/cache", t_folder());
	snprintf(log, sizeof(log), "%s/cache/log", t_folder());
	snprintf(at, sizeof(at), "--agent-udpv4-endpoint=%s", replay_address);
	(void)setpgid(0, 0);
	(void)dup2(open(log, O_WRONLY | O_CREAT | O_TRUNC, 0666), 2);
	(void)dup2(2, 1);
	(void)execlp("snmpsimd", "snmpsimd", data, cache, at, "--logging-method=stderr",
	    user == NULL ? (char *)NULL : user, "--process-group=nogroup", (char *)NULL);
	_exit(127);
}

static void
stop_replayer(void)
{
	if (replayer > 0) {
		(void)kill(-replayer, SIGKILL);
		(void)waitpid(replayer, NULL, 0);
	}
}

/* Replay a recording as the target's agent; false, with the test skipped, when it or snmpsimd is absent. */
static bool
replay(const char *recording, const char *family_name)
{
	static const char *const all[] = {"sentry3", "nut-apc-ap7900", "synthetic/synth-sentry3", "synthetic/synth-apc-rpdu2"};
	static const char *const folders[] = {"rec", "rec/synthetic", "cache"};
	char path[400];
	int64_t began = times_boot();

	if (access(t_path("../shared/recordings/README.md"), R_OK) != 0 || access("/usr/bin/snmpsimd", X_OK) != 0) {
		t_skip("../shared/recordings or snmpsimd is absent");
		return false;
	}
	if (replayer == 0) {
		(void)chmod(t_folder(), 0755); /* snmpsimd runs as nobody when we are root */
		for (size_t i = 0; i < LARCH_COUNT(folders); i++) {
			snprintf(path, sizeof(path), "%s/%s", t_folder(), folders[i]);
			(void)mkdir(path, 0755);
			(void)chmod(path, i == 2 ? 0777 : 0755);
		}
		for (size_t i = 0; i < LARCH_COUNT(all); i++)
			T_INT(copy(all[i]), 0);
		(void)free_address();
		replayer = fork();
		if (replayer == 0)
			exec_replayer();
		atexit(stop_replayer);
	}
	target.version = 2;
	target.community = recording;
	target.timeout_ms = 500;
	target.tries = 1;
	type = devtype_find(types, family_name);
	target.max_varbinds = type->max_varbinds;
	(void)set_address(replay_address);
	while (get_text("1.3.6.1.2.1.1.2.0") != SNMP_OK && times_boot() - began < 2 * PATIENCE)
		usleep(20000);
	target.timeout_ms = 5000;
	target.tries = 3;
	return T_INT(res.outcome, SNMP_OK);
}

static void
t_a_recorded_sentry3_shows_its_infeeds_and_no_outlet(void)
{
	double a, b;

	if (!replay("sentry3", "sentry3"))
		return;
	is_recognised();
	T_INT(walk(&type->state), SNMP_OK);
	T_INT(res.n, 0);
	T_INT(walk(&type->infeed_current.oid), SNMP_OK);
	T_INT(res.n, 2);
	T_OK(devtype_measured(&type->infeed_current, res.values[0].number, &a) && a > 3.61 && a < 3.63);
	T_OK(devtype_measured(&type->infeed_current, res.values[1].number, &b) && b > 0);
}

static void
t_an_invented_sentry3_of_two_towers_shows_24_outlets_in_many_states(void)
{
	struct devtype_oid index, c;
	int seen[DEVTYPE_STATE_COUNT] = {0};

	if (!replay("synthetic/synth-sentry3", "sentry3"))
		return;
	is_recognised();
	T_INT(walk(&type->state), SNMP_OK);
	T_INT(res.n, 24);
	for (size_t i = 0; i < res.n; i++) {
		c.n = res.values[i].oid.n;
		memcpy(c.id, res.values[i].oid.id, sizeof(c.id));
		T_INT(devtype_index(type, &type->state, &c, &index), 0);
		T_INT(index.id[0], i / 12 + 1);
		T_OK(devtype_state_of(type, res.values[i].number) != NULL);
		seen[devtype_state_of(type, res.values[i].number)->state]++;
	}
	T_OK(seen[DEVTYPE_ON] > 0 && seen[DEVTYPE_OFF] > 0);
	T_INT(walk(&type->outlet_id), SNMP_OK);
	T_STR(res.first, "AA1");
}

static void
t_a_recorded_ap7900_shows_8_outlets_on_with_their_names(void)
{
	if (!replay("nut-apc-ap7900", "apc-rpdu"))
		return;
	is_recognised();
	T_INT(walk(&type->state), SNMP_OK);
	T_INT(res.n, 8);
	for (size_t i = 0; i < res.n; i++)
		T_INT(devtype_state_of(type, res.values[i].number)->state, DEVTYPE_ON);
	T_INT(walk(&type->outlet_name), SNMP_OK);
	T_STR(res.first, "Testing Name");
	T_INT(walk(&type->pending), SNMP_OK);
	for (size_t i = 0; i < res.n; i++)
		T_OK(!devtype_is_pending(type, res.values[i].number));
}

static void
t_an_invented_rpdu2_shows_outlets_3_and_9_off_and_9_and_10_pending(void)
{
	if (!replay("synthetic/synth-apc-rpdu2", "apc-rpdu2"))
		return;
	is_recognised();
	T_INT(walk(&type->state), SNMP_OK);
	T_INT(res.n, 24);
	for (size_t i = 0; i < res.n; i++)
		T_INT(devtype_state_of(type, res.values[i].number)->state, i == 2 || i == 8 ? DEVTYPE_OFF : DEVTYPE_ON);
	T_INT(state(3), DEVTYPE_OFF);
	T_INT(state(9), DEVTYPE_ON_PENDING);
	T_INT(state(10), DEVTYPE_OFF_PENDING);
	T_INT(state(11), DEVTYPE_ON);
}

/* ---- main ----------------------------------------------------------------------------------------------------- */

static int
set_up(void)
{
	struct yang *y = NULL;
	struct err e;

	(void)uv_loop_init(&loop);
	if (yang_create(t_path("etc/yang"), &y, &e) != 0 || devtype_load(t_path("mib"), y, &types, &e) != 0 ||
	    snmp_client_create(&loop, &client, &e) != 0) {
		printf("Bail out! %s\n", e.text);
		return -1;
	}
	yang_destroy(y);
	return 0;
}

int
main(void)
{
	static const struct t_case cases[] = {T(t_a_sentry3_is_read_and_switched), T(t_an_apc_rpdu_is_read_and_switched),
	    T(t_an_apc_rpdu2_is_read_and_switched), T(t_writing_1_to_an_rpdu2_reads_2_and_is_on),
	    T(t_every_fault_of_a_pdu_shows_as_what_it_is), T(t_the_room_hears_each_outlet_and_sets_its_load),
	    T(t_a_name_typed_on_the_device_is_read), T(t_a_recorded_sentry3_shows_its_infeeds_and_no_outlet),
	    T(t_an_invented_sentry3_of_two_towers_shows_24_outlets_in_many_states),
	    T(t_a_recorded_ap7900_shows_8_outlets_on_with_their_names),
	    T(t_an_invented_rpdu2_shows_outlets_3_and_9_off_and_9_and_10_pending)};
	int rc;

	if (set_up() != 0)
		return 99;
	rc = t_main(cases, LARCH_COUNT(cases));
	snmp_client_destroy(client);
	(void)uv_run(&loop, UV_RUN_DEFAULT);
	(void)uv_loop_close(&loop);
	devtype_destroy(types);
	return rc;
}
