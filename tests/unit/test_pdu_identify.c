/* SPDX-License-Identifier: Apache-2.0 */
/* What is at an address: every family's profile is known for what it is, and what is none is named. */
#include <signal.h>
#include <sys/wait.h>

#include "pdu_text.h"
#include "snmp_ask.h"

static struct {
	pid_t pid;
	int out;
} sim;

static struct {
	int done;
	enum snmp_outcome outcome;
	const struct devtype *type;
	struct snmp_oid sys_object_id;
	char descr[200], text[600];
} told;

static void
on_told(void *ctx, const struct probe_identity *i)
{
	(void)ctx;
	told.done = 1;
	told.outcome = i->outcome;
	told.type = i->type;
	told.sys_object_id = i->sys_object_id;
	snprintf(told.descr, sizeof(told.descr), "%.199s", i->descr);
	snprintf(told.text, sizeof(told.text), "%s", i->text);
	uv_stop(&loop);
}

static bool
start(const char *profile_path)
{
	char program[4096], line[256] = "";
	const char *build = getenv("LARCH_BUILD");
	int fds[2];
	ssize_t n;

	snprintf(program, sizeof(program), "%s/bin/pdu-sim", build == NULL ? "build/release" : build);
	if (access(program, X_OK) != 0) {
		t_skip("pdu-sim is not built: make sims");
		return false;
	}
	T_INT(pipe(fds), 0);
	sim.pid = fork();
	if (sim.pid == 0) {
		(void)dup2(fds[1], 1);
		(void)close(fds[0]);
		(void)execl(program, "pdu-sim", "--profile", profile_path, "--parent", (char *)NULL);
		_exit(127);
	}
	close(fds[1]);
	sim.out = fds[0];
	n = read(sim.out, line, sizeof(line) - 1);
	target = (struct snmp_target){.version = 2, .community = "public", .timeout_ms = 2000};
	return T_OK(n > 10 && strncmp(line, "READY udp ", 10) == 0 && set_address(line + 10));
}

static void
stop(void)
{
	(void)kill(sim.pid, SIGTERM);
	(void)waitpid(sim.pid, NULL, 0);
	close(sim.out);
}

static void
identify(void)
{
	const struct probe_identify ask = {.snmp = client, .target = &target, .types = types};

	memset(&told, 0, sizeof(told));
	probe_pdu_identify(&ask, on_told, NULL);
	while (told.done == 0)
		(void)uv_run(&loop, UV_RUN_DEFAULT);
}

static bool
identify_profile(const char *profile)
{
	char path[4096];

	snprintf(path, sizeof(path), "%s/%s.simrec", t_path("tests/data/pdu"), profile);
	if (!start(path))
		return false;
	identify();
	stop();
	return true;
}

/* A profile of these rows alone. */
static bool
identify_rows(const char *rows)
{
	char path[4096];
	struct buf text = BUF(65536);
	struct err e = {0};
	bool ok;

	snprintf(path, sizeof(path), "%s/own.simrec", t_folder());
	buf_puts(&text, "%switch\n");
	buf_puts(&text, rows);
	T_INT(file_publish(path, buf_view(&text), 0644, &e), 0);
	buf_free(&text);
	ok = start(path);
	if (ok) {
		identify();
		stop();
	}
	return ok;
}

static void
t_every_family_is_known_by_its_profile(void)
{
	static const struct {
		const char *profile, *family;
	} rows[] = {{"sentry3", "sentry3"}, {"sentry4", "sentry4"}, {"apc-spdu", "apc-spdu"}, {"apc-rpdu", "apc-rpdu"},
	    {"apc-rpdu2", "apc-rpdu2"}, {"apc-rpdu2-metered", "apc-rpdu2"}, {"raritan-px", "raritan-px"},
	    {"raritan-px2", "raritan-px2"}, {"eaton-epdu", "eaton-epdu"}, {"eaton-nlogic", "eaton-nlogic"}, {"hpe-g2", "hpe-g2"},
	    {"geist-v5", "geist-v5"}, {"liebert-mpx", "liebert-mpx"}, {"cyberpower", "cyberpower"}, {"tripplite", "tripplite"},
	    {"baytech", "baytech"}};

	for (size_t i = 0; i < LARCH_COUNT(rows); i++) {
		if (!identify_profile(rows[i].profile))
			return;
		T_INT(told.outcome, SNMP_OK);
		if (T_OK(told.type != NULL))
			T_STR(told.type->family, rows[i].family);
		else
			printf("# %s: %s\n", rows[i].profile, told.text);
		T_OK(strstr(told.text, told.descr) != NULL && told.descr[0] != '\0');
	}
	T_INT(types->n, LARCH_COUNT(rows) - 1); /* one has two profiles */
}

static void
t_a_ups_with_the_sysobjectid_of_a_pdu_is_no_pdu(void)
{
	if (!identify_profile("cyberpower-ups"))
		return;
	T_INT(told.outcome, SNMP_OK);
	T_OK(told.type == NULL);
	T_STR(told.text, "\"UPS SNMP Card (simulated OR1500)\" is no PDU that is known: its sysObjectID is that of cyberpower "
	                 "(CyberPower ePDU), but 1.3.6.1.4.1.3808.1.1.3.1.8.0 is not 1 or more");
	if (!identify_rows("1.3.6.1.2.1.1.1.0|text|PowerAlert UPS\n1.3.6.1.2.1.1.2.0|oid|1.3.6.1.4.1.850.1.1.1\n"))
		return;
	T_OK(told.type == NULL);
	T_OK(strstr(told.text, "tripplite (Tripp Lite PowerAlert PDU (TRIPPLITE-PRODUCTS)), but 1.3.6.1.4.1.850.1.1.3.2.3.3.1.1.4.1.1 "
	                       "has no value") != NULL);
}

static void
t_what_is_of_no_family_is_named(void)
{
	if (!identify_rows("1.3.6.1.2.1.1.1.0|text|Some switch\n1.3.6.1.2.1.1.2.0|oid|1.3.6.1.4.1.9.1.1208\n"))
		return;
	T_INT(told.outcome, SNMP_OK);
	T_OK(told.type == NULL && told.sys_object_id.n == 9);
	T_STR(told.text, "\"Some switch\", sysObjectID 1.3.6.1.4.1.9.1.1208, is of no family in mib/");
	if (!identify_rows("1.3.6.1.2.1.1.1.0|text|Mute\n"))
		return;
	T_STR(told.text, "\"Mute\" answers, but has no sysObjectID");
	T_OK(told.type == NULL && told.sys_object_id.n == 0);
}

/* A prefix ends at a dot: 1718.30 is not below 1718.3, and an answer with control bytes does not reach a screen. */
static void
t_a_neighbour_of_a_family_is_not_of_it_and_its_words_are_cleaned(void)
{
	if (!identify_rows("1.3.6.1.2.1.1.1.0|hex|1b5b324a66616b65\n1.3.6.1.2.1.1.2.0|oid|1.3.6.1.4.1.1718.30\n"
	                   "1.3.6.1.4.1.1718.3.1.1.0|text|Sentry\n"))
		return;
	T_OK(told.type == NULL && strchr(told.text, 0x1b) == NULL && strstr(told.text, "fake") != NULL);
}

static void
t_a_device_that_answers_two_trees_is_of_the_newer_family(void)
{
	static const char both[] = "1.3.6.1.2.1.1.1.0|text|AP8953\n1.3.6.1.2.1.1.2.0|oid|1.3.6.1.4.1.318.1.3.4.6\n"
	                           "1.3.6.1.4.1.318.1.1.4.4.1.0|integer|24\n1.3.6.1.4.1.318.1.1.12.1.5.0|text|AP8953\n"
	                           "1.3.6.1.4.1.318.1.1.26.2.1.8.1|text|AP8953\n";

	if (!identify_rows(both))
		return;
	T_OK(told.type != NULL && strcmp(told.type->family, "apc-rpdu2") == 0);
	if (!identify_rows("1.3.6.1.2.1.1.1.0|text|AP9606\n1.3.6.1.2.1.1.2.0|oid|1.3.6.1.4.1.318.1.3.4.5\n"
	                   "1.3.6.1.4.1.318.1.1.4.4.1.0|integer|8\n1.3.6.1.4.1.318.1.1.12.1.5.0|text|AP7900\n"))
		return;
	T_OK(told.type != NULL && strcmp(told.type->family, "apc-rpdu") == 0);
}

static void
t_an_empty_confirming_text_confirms_nothing(void)
{
	if (!identify_rows("1.3.6.1.2.1.1.1.0|text|?\n1.3.6.1.2.1.1.2.0|oid|1.3.6.1.4.1.1718.3\n1.3.6.1.4.1.1718.3.1.1.0|text|\n"))
		return;
	T_OK(told.type == NULL && strstr(told.text, "sentry3 (Server Technology Sentry3), but 1.3.6.1.4.1.1718.3.1.1.0 has no value") != NULL);
}

static void
t_silence_is_told_as_silence(void)
{
	struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t n = sizeof(at);
	int fd = socket(AF_INET, SOCK_DGRAM, 0);

	T_INT(bind(fd, (struct sockaddr *)&at, sizeof(at)), 0);
	T_INT(getsockname(fd, (struct sockaddr *)&at, &n), 0);
	target = (struct snmp_target){.version = 2, .community = "public", .timeout_ms = 30, .tries = 1};
	memcpy(&target.address, &at, sizeof(at));
	identify();
	T_INT(told.outcome, SNMP_SILENT);
	T_OK(told.type == NULL && strstr(told.text, "did not answer") != NULL);
	close(fd);
	identify();
	T_INT(told.outcome, SNMP_UNREACHABLE);
	T_OK(told.type == NULL && told.text[0] != '\0');
}

int
main(void)
{
	static const struct t_case cases[] = {T(t_every_family_is_known_by_its_profile),
	    T(t_a_ups_with_the_sysobjectid_of_a_pdu_is_no_pdu), T(t_what_is_of_no_family_is_named),
	    T(t_a_neighbour_of_a_family_is_not_of_it_and_its_words_are_cleaned),
	    T(t_a_device_that_answers_two_trees_is_of_the_newer_family), T(t_an_empty_confirming_text_confirms_nothing),
	    T(t_silence_is_told_as_silence)};

	if (set_up() != 0)
		return 99;
	return end(t_main(cases, LARCH_COUNT(cases)));
}
