/* SPDX-License-Identifier: Apache-2.0 */
/* Version 3 against Debian's snmpd, started here on a free port of 127.0.0.1, and against devices that say nothing. */
#include <arpa/inet.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "snmp_result.h"

#define PATIENCE 20000
#define SILENT 40
#define STALL_MS 50

static struct snmp_target target;
static pid_t agent;
static char engine_of_agent[40];

/* ---- snmpd ------------------------------------------------------------------------------------- */

static struct sockaddr_storage
free_address(int *keep)
{
	struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	struct sockaddr_storage out = {0};
	socklen_t n = sizeof(at);
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	T_INT(bind(fd, (struct sockaddr *)&at, sizeof(at)), 0);
	T_INT(getsockname(fd, (struct sockaddr *)&at, &n), 0);
	memcpy(&out, &at, sizeof(at));
	if (keep != NULL)
		*keep = fd;
	else
		close(fd);
	return out;
}

static void
write_configuration(const char *path)
{
	static const char rest[] = "createUser larch SHA-256 \"auth passphrase\" AES \"priv passphrase\"\n"
	                           "createUser half SHA-256 \"auth passphrase\"\n"
	                           "createUser open\n"
	                           "rwuser larch priv\nrwuser half auth\nrouser open noauth\n"
	                           "sysdescr an agent of version 3\n"
	                           "override -rw .1.3.6.1.4.1.99999.1.0 integer 1\n";
	struct buf text = BUF(4096);
	struct err e = {0};

	buf_printf(&text, "exactEngineID %s\n%s", engine_of_agent, rest);
	T_INT(file_publish(path, buf_view(&text), 0600, &e), 0);
	buf_free(&text);
}

static void
exec_agent(const char *configuration)
{
	struct sockaddr_in at;
	char where[64], state[400], pid[400];

	(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
	memcpy(&at, &target.address, sizeof(at));
	snprintf(where, sizeof(where), "udp:127.0.0.1:%u", ntohs(at.sin_port));
	snprintf(state, sizeof(state), "%s/state", t_folder());
	snprintf(pid, sizeof(pid), "%s/pid", t_folder());
	(void)mkdir(state, 0700);
	(void)setenv("SNMP_PERSISTENT_DIR", state, 1);
	(void)setenv("MIBS", "", 1);
	(void)dup2(open("/dev/null", O_WRONLY), 2);
	(void)dup2(2, 1);
	(void)execl("/usr/sbin/snmpd", "snmpd", "-f", "-Ln", "-C", "-c", configuration, "-p", pid, "-I",
	    "snmp_mib,system_mib,sysORTable,usmUser,usmStats,usmConf,snmpEngine,snmpMPDStats,vacm_conf,vacm_vars,override", where,
	    (char *)NULL);
	_exit(127);
}

static void
stop_agent(void)
{
	if (agent > 0) {
		(void)kill(agent, SIGKILL);
		(void)waitpid(agent, NULL, 0);
	}
	agent = 0;
}

static enum snmp_outcome
finish(void)
{
	while (res.done == 0)
		(void)uv_run(&loop, UV_RUN_DEFAULT);
	return res.outcome;
}

static struct snmp_oid
oid(const char *text)
{
	struct snmp_oid o = {.n = 0};
	struct str rest = str_of(text);

	while (rest.p != NULL) {
		int64_t n = 0;

		T_INT(str_int(str_cut(&rest, '.'), 0, UINT32_MAX, &n), 0);
		o.id[o.n++] = (uint32_t)n;
	}
	return o;
}

static enum snmp_outcome
get(const char *text)
{
	const struct snmp_oid o = oid(text);

	memset(&res, 0, sizeof(res));
	snmp_get(client, &target, &o, 1, on_done, &res);
	return finish();
}

static void
be(const char *user, enum snmp_security security)
{
	target.version = 3;
	target.user = user;
	target.security = security;
	target.auth_secret = security == SNMP_NO_AUTH ? NULL : "auth passphrase";
	target.priv_secret = security == SNMP_AUTH_PRIV ? "priv passphrase" : NULL;
	target.timeout_ms = 2000;
	target.tries = 3;
}

/* Start snmpd as an engine of this id; false, with the test skipped, when it is absent. */
static bool
start_agent(const char *engine)
{
	char path[400];
	int64_t began = times_boot();

	if (access("/usr/sbin/snmpd", X_OK) != 0) {
		t_skip("snmpd is absent");
		return false;
	}
	if (target.address.ss_family == 0)
		target.address = free_address(NULL);
	snprintf(engine_of_agent, sizeof(engine_of_agent), "%s", engine);
	snprintf(path, sizeof(path), "%s/snmpd.conf", t_folder());
	write_configuration(path);
	agent = fork();
	if (agent == 0)
		exec_agent(path);
	be("larch", SNMP_AUTH_PRIV);
	target.timeout_ms = 300;
	target.tries = 2;
	while (get("1.3.6.1.2.1.1.1.0") != SNMP_OK && times_boot() - began < PATIENCE)
		usleep(20000);
	be("larch", SNMP_AUTH_PRIV);
	if (res.outcome != SNMP_OK)
		printf("# %s\n", res.text);
	return T_INT(res.outcome, SNMP_OK);
}

/* ---- an agent ------------------------------------------------------------------------------------- */

static void
t_with_sha_256_and_aes_values_are_read_walked_and_written(void)
{
	const struct snmp_oid cell = oid("1.3.6.1.4.1.99999.1.0"), table = oid("1.3.6.1.2.1.1");
	const struct snmp_put once = {.type = SNMP_PUT_INTEGER, .number = 3, .once = true};

	if (!start_agent("0x80001f8801aabbccdd"))
		return;
	T_INT(get("1.3.6.1.2.1.1.1.0"), SNMP_OK);
	T_STR(res.first, "an agent of version 3");
	memset(&res, 0, sizeof(res));
	snmp_walk(client, &target, &table, 1, 100, on_done, &res);
	T_INT(finish(), SNMP_OK);
	T_OK(res.n > 5);
	memset(&res, 0, sizeof(res));
	snmp_set(client, &target, &cell, 2, on_done, &res);
	T_INT(finish(), SNMP_OK);
	T_INT(get("1.3.6.1.4.1.99999.1.0"), SNMP_OK);
	T_INT(res.values[0].number, 2);
	memset(&res, 0, sizeof(res));
	snmp_write(client, &target, &cell, &once, on_done, &res);
	T_INT(finish(), SNMP_OK);
	T_INT(get("1.3.6.1.4.1.99999.1.0"), SNMP_OK);
	T_INT(res.values[0].number, 3);
	T_INT(get("1.3.6.1.4.1.99999.9.0"), SNMP_OK);
	T_INT(res.values[0].type, SNMP_NONE);
	stop_agent();
}

static void
t_a_weaker_level_is_spoken_only_where_the_target_says_so(void)
{
	if (!start_agent("0x80001f8801aabbccdd"))
		return;
	be("half", SNMP_AUTH_NO_PRIV);
	T_INT(get("1.3.6.1.2.1.1.1.0"), SNMP_OK);
	be("open", SNMP_NO_AUTH);
	T_INT(get("1.3.6.1.2.1.1.1.0"), SNMP_OK);
	be("open", SNMP_AUTH_PRIV);
	target.auth_secret = target.priv_secret = NULL;
	T_INT(get("1.3.6.1.2.1.1.1.0"), SNMP_NOT_SENT);
	T_OK(strstr(res.text, "needs an authentication passphrase") != NULL);
	be("half", SNMP_AUTH_PRIV);
	target.priv_secret = NULL;
	T_INT(get("1.3.6.1.2.1.1.1.0"), SNMP_NOT_SENT);
	T_OK(strstr(res.text, "needs a privacy passphrase") != NULL);
	be("larch", SNMP_AUTH_PRIV);
	target.auth_secret = "short";
	T_INT(get("1.3.6.1.2.1.1.1.0"), SNMP_NOT_SENT);
	be("", SNMP_AUTH_PRIV);
	T_INT(get("1.3.6.1.2.1.1.1.0"), SNMP_NOT_SENT);
	T_OK(strstr(res.text, "needs a user") != NULL);
	be("larch", SNMP_AUTH_NO_PRIV); /* the agent wants priv of larch */
	T_INT(get("1.3.6.1.2.1.1.1.0"), SNMP_REFUSED);
	stop_agent();
}

static void
t_what_the_agent_does_not_accept_is_said(void)
{
	if (!start_agent("0x80001f8801aabbccdd"))
		return;
	be("stranger", SNMP_AUTH_PRIV);
	T_INT(get("1.3.6.1.2.1.1.1.0"), SNMP_AUTH);
	T_OK(strstr(res.text, "does not know this user") != NULL);
	be("larch", SNMP_AUTH_PRIV);
	target.auth_secret = "another passphrase";
	T_INT(get("1.3.6.1.2.1.1.1.0"), SNMP_AUTH);
	T_OK(strstr(res.text, "authentication passphrase") != NULL && strstr(res.text, "another") == NULL);
	be("larch", SNMP_AUTH_PRIV); /* the right one again: the wrong one is forgotten */
	T_INT(get("1.3.6.1.2.1.1.1.0"), SNMP_OK);
	be("half", SNMP_AUTH_PRIV); /* a user without privacy */
	T_INT(get("1.3.6.1.2.1.1.1.0"), SNMP_AUTH);
	T_OK(strstr(res.text, "security level") != NULL);
	stop_agent();
}

static void
t_a_device_that_was_replaced_is_another_engine_and_is_asked_again(void)
{
	if (!start_agent("0x80001f8801aabbccdd"))
		return;
	T_INT(get("1.3.6.1.2.1.1.1.0"), SNMP_OK);
	stop_agent();
	if (!start_agent("0x80001f880199887766"))
		return;
	T_INT(get("1.3.6.1.2.1.1.1.0"), SNMP_OK);
	stop_agent();
}

/* ---- silence --------------------------------------------------------------------------------------- */

static struct {
	int64_t last, queued, worst;
	int done, silent;
} watched;

/* Milliseconds that this process was ready and others had the processor (proc(5), schedstat): no stall of ours. */
static int64_t
queued_ms(void)
{
	struct buf text = BUF(200);
	struct str rest;
	int64_t ns = 0;

	if (file_read("/proc/self/schedstat", 200, &text, NULL) == 0) {
		rest = buf_view(&text);
		(void)str_cut(&rest, ' ');
		(void)str_int(str_cut(&rest, ' '), 0, INT64_MAX, &ns);
	}
	buf_free(&text);
	return ns / 1000000;
}

static void
on_tick(uv_timer_t *t)
{
	int64_t now = times_boot(), queued = queued_ms(), stood = now - watched.last - (queued - watched.queued);

	(void)t;
	if (stood > watched.worst)
		watched.worst = stood;
	watched.last = now;
	watched.queued = queued;
}

static void
on_silent(void *ctx, const struct snmp_answer *a)
{
	(void)ctx;
	watched.done++;
	watched.silent += a->outcome == SNMP_SILENT;
	if (watched.done == SILENT)
		uv_stop(&loop);
}

static int64_t
cpu_ms(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static void
t_forty_silent_devices_never_stall_the_loop(void)
{
	const struct snmp_oid o = oid("1.3.6.1.2.1.1.1.0");
	int fd[SILENT];
	int64_t began, used;
	static uv_timer_t tick;

	be("larch", SNMP_AUTH_PRIV);
	target.timeout_ms = 300;
	target.tries = 2;
	memset(&watched, 0, sizeof(watched));
	(void)uv_timer_init(&loop, &tick);
	(void)uv_timer_start(&tick, on_tick, 1, 1);
	watched.queued = queued_ms();
	began = watched.last = times_boot();
	used = cpu_ms();
	for (int i = 0; i < SILENT; i++) {
		target.address = free_address(&fd[i]);
		snmp_get(client, &target, &o, 1, on_silent, NULL);
	}
	T_OK(times_boot() - began - (queued_ms() - watched.queued) < STALL_MS); /* asking blocks no more than waiting does */
	while (watched.done < SILENT)
		(void)uv_run(&loop, UV_RUN_DEFAULT);
	T_INT(watched.silent, SILENT);
	T_OK(times_boot() - began >= 590);
	T_OK(times_boot() - began < 600 + PATIENCE); /* together, not one after the other */
	printf("# the loop stood still for %lld ms at most; %lld ms of processor\n", (long long)watched.worst,
	    (long long)(cpu_ms() - used));
	T_OK(watched.worst < STALL_MS);
	uv_close((uv_handle_t *)&tick, NULL);
	for (int i = 0; i < SILENT; i++)
		close(fd[i]);
	memset(&target.address, 0, sizeof(target.address));
}

static void
t_nobody_there_is_known_at_once(void)
{
	be("larch", SNMP_AUTH_PRIV);
	target.timeout_ms = 20000;
	target.address = free_address(NULL);
	T_INT(get("1.3.6.1.2.1.1.1.0"), SNMP_UNREACHABLE);
	T_OK(strstr(res.text, "nobody listens there") != NULL);
	memset(&target.address, 0, sizeof(target.address));
}

static void
t_a_discovery_is_cancelled_with_its_client(void)
{
	const struct snmp_oid o = oid("1.3.6.1.2.1.1.1.0");
	struct snmp_client *other = NULL;
	struct err e;
	int fd;

	be("larch", SNMP_AUTH_PRIV);
	target.address = free_address(&fd);
	T_INT(snmp_client_create(&loop, &other, &e), 0);
	memset(&res, 0, sizeof(res));
	snmp_get(other, &target, &o, 1, on_done, &res);
	snmp_client_destroy(other);
	T_INT(res.done, 1);
	T_INT(res.outcome, SNMP_CANCELLED);
	close(fd);
	memset(&target.address, 0, sizeof(target.address));
}

/* ---- what a discovery is answered with ---------------------------------------------------------------- */

/* A Report of snmpd's, with msgID 0x01020304 and the engine id 80 00 1f 88 05. */
static const unsigned char report[] = {0x30, 0x4f, 0x02, 1, 3, 0x30, 0x10, 0x02, 4, 1, 2, 3, 4, 0x02, 2, 0x05, 0xdc, 0x04, 1, 0,
    0x02, 1, 3, 0x04, 0x15, 0x30, 0x13, 0x04, 5, 0x80, 0x00, 0x1f, 0x88, 0x05, 0x02, 1, 1, 0x02, 1, 9, 0x04, 0, 0x04, 0,
    0x04, 0, 0x30, 0x22, 0x04, 0};

static void
t_an_engine_id_is_read_from_the_answer_to_the_question_alone(void)
{
	unsigned char bad[sizeof(report)];
	struct str id = {NULL, 0}, all = {(const char *)report, sizeof(report)};

	/* its outer length says more than there is */
	T_OK(!snmp_engine_read(all, 0x01020304, &id));
	memcpy(bad, report, sizeof(bad));
	bad[1] = sizeof(report) - 2;
	all.p = (const char *)bad;
	T_OK(snmp_engine_read(all, 0x01020304, &id));
	T_INT(id.n, 5);
	T_OK(id.p != NULL && memcmp(id.p, "\x80\x00\x1f\x88\x05", 5) == 0);
	T_OK(!snmp_engine_read(all, 0x01020305, &id)); /* another question's */
	for (size_t n = 0; n < 45; n++)
		T_OK(!snmp_engine_read((struct str){all.p, n}, 0x01020304, &id));
	bad[4] = 1; /* version 2c */
	T_OK(!snmp_engine_read(all, 0x01020304, &id));
	bad[4] = 3;
	bad[22] = 2; /* another security model */
	T_OK(!snmp_engine_read(all, 0x01020304, &id));
	bad[22] = 3;
	bad[28] = 4; /* an engine id of four bytes */
	T_OK(!snmp_engine_read(all, 0x01020304, &id));
	bad[28] = 0x84; /* a length in four bytes */
	T_OK(!snmp_engine_read(all, 0x01020304, &id));
}

int
main(void)
{
	static const struct t_case cases[] = {T(t_with_sha_256_and_aes_values_are_read_walked_and_written),
	    T(t_a_weaker_level_is_spoken_only_where_the_target_says_so), T(t_what_the_agent_does_not_accept_is_said),
	    T(t_a_device_that_was_replaced_is_another_engine_and_is_asked_again),
	    T(t_forty_silent_devices_never_stall_the_loop), T(t_nobody_there_is_known_at_once),
	    T(t_a_discovery_is_cancelled_with_its_client), T(t_an_engine_id_is_read_from_the_answer_to_the_question_alone)};
	struct err e;
	int rc;

	(void)uv_loop_init(&loop);
	if (snmp_client_create(&loop, &client, &e) != 0) {
		printf("Bail out! %s\n", e.text);
		return 99;
	}
	rc = t_main(cases, LARCH_COUNT(cases));
	stop_agent();
	snmp_client_destroy(client);
	(void)uv_run(&loop, UV_RUN_DEFAULT);
	(void)uv_loop_close(&loop);
	return rc;
}
