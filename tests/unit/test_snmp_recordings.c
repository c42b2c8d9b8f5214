/* SPDX-License-Identifier: Apache-2.0 */
/* The client and the families against recordings of real devices, which Debian's snmpsimd replays on 127.0.0.1. */
#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "snmp_ask.h"

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
	T_INT(walk(&type->infeeds[0].current.oid), SNMP_OK);
	T_INT(res.n, 2);
	T_OK(devtype_measured(&type->infeeds[0].current, res.values[0].number, 0, &a) && a > 3.61 && a < 3.63);
	T_OK(devtype_measured(&type->infeeds[0].current, res.values[1].number, 0, &b) && b > 0);
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

int
main(void)
{
	static const struct t_case cases[] = {T(t_a_recorded_sentry3_shows_its_infeeds_and_no_outlet),
	    T(t_an_invented_sentry3_of_two_towers_shows_24_outlets_in_many_states),
	    T(t_a_recorded_ap7900_shows_8_outlets_on_with_their_names),
	    T(t_an_invented_rpdu2_shows_outlets_3_and_9_off_and_9_and_10_pending)};

	if (set_up() != 0)
		return 99;
	return end(t_main(cases, LARCH_COUNT(cases)));
}
