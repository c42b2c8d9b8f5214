/* SPDX-License-Identifier: Apache-2.0 */
/* What a node is given to run, what it answers, why there was no login, and the values that become of it. */
#include <math.h>

#include "probe/login.h"
#include "t.h"

#define MARK "00112233445566778899aabbccddeeff"
#define BEGIN(name) "\n" MARK " begin " name "\n"
#define END(name, status) "\n" MARK " end " name " " status "\n"
#define PART(name, body) BEGIN(name) body END(name, "0")
#define START PART("start", "")
#define NOW INT64_C(1795000000000)

static struct conf_mount mounts[] = {{"tmp", "/tmp"}, {"scratch", "/global/scratch/"}};
static struct conf_command commands[] = {{"nhc", "NHC", "/usr/sbin/nhc", 20000}};
static struct conf_check checks[4];
static struct conf conf;
static struct arena *a;

static void
plain(void)
{
	conf = (struct conf){.status = {.mounts = mounts, .n_mounts = 2, .commands = commands, .n_commands = 1}};
	a = arena_create();
}

static struct login_facts
parse_of(struct str answer, const char *node, bool late)
{
	const struct login_parsing how = {&conf.status, MARK, node, late};
	struct login_facts f;

	login_parse(answer, &how, a, &f);
	return f;
}

#define PARSE(text) parse_of(STR(text), "n0003.savio3", false)

/* ---- the script --------------------------------------------------------------------------------------- */

static void
t_what_the_site_wrote_is_one_word_of_the_script_each(void)
{
	static struct conf_mount m[] = {{"odd", "/a b'; reboot; '"}};
	static struct conf_command c[] = {{"x", "x", "echo 'it''s' \"$HOME\"", 1500}};
	const struct conf_status s = {.mounts = m, .n_mounts = 1, .commands = c, .n_commands = 1};
	struct buf b = BUF(LIMIT_LOGIN_SCRIPT);

	login_script(&s, MARK, &b);
	T_OK(!b.over);
	T_OK(strstr(b.p, "\nfs 0 '/a b'\\''; reboot; '\\''' &\n") != NULL);
	T_OK(strstr(b.p, "\nsite x 2 'echo '\\''it'\\'''\\''s'\\'' \"$HOME\"'\n") != NULL);
	T_OK(strncmp(b.p, "M=" MARK "\n{\n", 2 + 32 + 3) == 0);
	T_OK(strcmp(b.p + b.n - strlen("} </dev/null 2>/dev/null\n"), "} </dev/null 2>/dev/null\n") == 0);
	buf_free(&b);
}

static void
t_the_most_that_a_configuration_may_hold_fits(void)
{
	static struct conf_mount m[32];
	static struct conf_command c[32];
	static char path[256], run[1001];
	const struct conf_status s = {.mounts = m, .n_mounts = 32, .commands = c, .n_commands = 32};
	struct buf b = BUF(LIMIT_LOGIN_SCRIPT);

	memset(path, '\'', sizeof(path) - 1);
	memset(run, '\'', sizeof(run) - 1);
	for (int i = 0; i < 32; i++) {
		m[i] = (struct conf_mount){"m", path};
		c[i] = (struct conf_command){"a_name_of_forty_eight_letters_that_is_quite_long", "c", run, 600000};
	}
	login_script(&s, MARK, &b);
	T_OK(!b.over);
	T_OK(b.n <= LIMIT_RUN_INPUT);
	buf_free(&b);
}

/* ---- sections --------------------------------------------------------------------------------------------- */

static void
t_noise_around_the_answer_is_no_part_of_it(void)
{
	struct login_facts f;

	plain();
	T_OK(login_started(STR("Welcome!\nDebian\n" START), MARK));
	f = PARSE("Last login: today" START "noise\n" PART("times", "100.5 1\n0.1 0.2 0.3 1/2 3\nbtime 1794999899") "bye");
	T_OK(f.uptime > 100.4 && f.uptime < 100.6);
	T_INT(f.btime, 1794999899);
	T_OK(f.load1 > 0.09 && f.load15 > 0.29 && f.load15 < 0.31);
	T_OK(f.no_times == NULL);
	arena_destroy(a);
}

static void
t_sections_with_another_mark_or_without_an_end_are_none(void)
{
	struct login_facts f;

	plain();
	T_OK(!login_started(STR(""), MARK));
	T_OK(!login_started(STR("\n" MARK " begin start\n"), MARK));
	T_OK(!login_started(STR("\n" MARK " begin start\n\n" MARK " end start 0"), MARK));
	T_OK(!login_started(STR("\n" MARK " end start 0\n"), MARK));
	T_OK(!login_started(STR("\n00112233445566778899aabbccddeef0 begin start\n\n00112233445566778899aabbccddeef0 end start 0\n"), MARK));
	T_OK(!login_started(STR(BEGIN("start") END("times", "0")), MARK));
	f = PARSE(START BEGIN("times") "100 1\n1 1 1\n" BEGIN("cores") "4" END("times", "0") END("cores", "0"));
	T_OK(isnan(f.uptime));
	T_INT(f.cores, 0);
	T_STR(f.no_times, "sed of /proc/uptime and /proc/loadavg was not run: the answer breaks off before it");
	arena_destroy(a);
}

static void
t_what_is_missing_says_why(void)
{
	struct login_facts f;

	plain();
	f = parse_of(STR(START), "n1", true);
	T_STR(f.no_times, "sed of /proc/uptime and /proc/loadavg did not come back in time");
	T_STR(f.no_df, "df did not come back in time");
	T_INT(f.asked[0].state, LOGIN_MOUNT_HANGS);
	T_STR(f.commands[0].why, "nhc did not come back in time");
	f = PARSE(START BEGIN("times") "sed: not found" END("times", "127") BEGIN("df") END("df", "124") BEGIN("command:nhc") END("command:nhc", "busy"));
	T_STR(f.no_times, "sed of /proc/uptime and /proc/loadavg does not say it: exit 127: sed: not found");
	T_STR(f.no_df, "df hangs");
	T_INT(f.commands[0].code, -1);
	T_STR(f.commands[0].why, "nhc of an earlier login still hangs");
	f = PARSE(START PART("times", "nan 1\n1 1 1"));
	T_OK(isnan(f.uptime) && isnan(f.load1) && f.no_times != NULL);
	f = PARSE(START PART("times", "5 1\n1 -1 1"));
	T_OK(isnan(f.uptime) && f.no_times != NULL);
	arena_destroy(a);
}

/* ---- df ------------------------------------------------------------------------------------------------------ */

#define HEAD "Filesystem 1024-blocks Used Available Capacity Mounted on\n"

static void
t_df_gives_what_can_fill(void)
{
	struct login_facts f;

	plain();
	f = PARSE(START PART("df", HEAD "/dev/sda1 1000 500 400 56% /\ntmpfs 10 10 0 100% /run\ntmpfs 100 1 99 1% /tmp\n"
	    "/dev/loop3 10 10 0 100% /snap/x\noverlay 9 9 0 100% /var/lib/docker/1\ndevtmpfs 1 0 1 0% /dev\n"
	    "my disk 2000 0 2000 0% /mnt/with blank\nbad line\n/dev/x - - - - /proc\n/dev/y 0 0 0 0% /empty\n"
	    "/dev/z 1000 900 -5 100% /over"));
	T_INT(f.n_mounts, 4);
	T_STR(f.mounts[0].mount, "/");
	T_INT(f.mounts[0].size, 1024000);
	T_INT(f.mounts[0].used, 512000);
	T_INT(f.mounts[0].use, 56);
	T_STR(f.mounts[1].mount, "/tmp");
	T_STR(f.mounts[2].mount, "/mnt/with blank");
	T_STR(f.mounts[3].mount, "/over");
	T_INT(f.mounts[3].use, 100);
	T_OK(f.no_df == NULL);
	arena_destroy(a);
}

static void
t_a_number_that_is_none_or_too_large_is_no_line(void)
{
	struct login_facts f;

	plain();
	f = PARSE(START PART("df", HEAD "/dev/a 99999999999999999999 1 1 1% /a\n/dev/b 1e3 1 1 1% /b\n/dev/c 10 -1 1 1% /c\n"
	    "/dev/d 10 1 1 1 /d\n/dev/e 10 1 1 1% e\n/dev/f 10 1 1 1%"));
	T_INT(f.n_mounts, 0);
	T_OK(f.no_df != NULL);
	arena_destroy(a);
}

static void
t_a_mount_is_there_only_when_df_names_it(void)
{
	struct login_facts f;

	plain();
	f = PARSE(START PART("mount:0", HEAD "/dev/sda1 1000 500 500 50% /") PART("mount:1", HEAD "nfs:/s 4000 1000 3000 25% /global/scratch"));
	T_INT(f.n_asked, 2);
	T_INT(f.asked[0].state, LOGIN_MOUNT_ABSENT);
	T_STR(f.asked[0].name, "tmp");
	T_STR(f.asked[0].why, "nothing is mounted on /tmp: it is in /");
	T_INT(f.asked[1].state, LOGIN_MOUNT_SEEN);
	T_STR(f.asked[1].mount, "/global/scratch");
	T_INT(f.asked[1].use, 25);
	f = PARSE(START BEGIN("mount:0") "df: /tmp: No such file or directory" END("mount:0", "1") BEGIN("mount:1") "df: /global/scratch: Stale file handle" END("mount:1", "1"));
	T_INT(f.asked[0].state, LOGIN_MOUNT_ABSENT);
	T_STR(f.asked[0].why, "it has no /tmp");
	T_INT(f.asked[1].state, LOGIN_MOUNT_BROKEN);
	f = PARSE(START BEGIN("mount:0") END("mount:0", "124") BEGIN("mount:1") END("mount:1", "busy"));
	T_INT(f.asked[0].state, LOGIN_MOUNT_HANGS);
	T_STR(f.asked[0].why, "df of /tmp hangs");
	T_INT(f.asked[1].state, LOGIN_MOUNT_HANGS);
	T_STR(f.asked[1].why, "df of /global/scratch of an earlier login still hangs");
	f = PARSE(START BEGIN("mount:0") "df: /tmp: Permission denied" END("mount:0", "1"));
	T_INT(f.asked[0].state, LOGIN_MOUNT_UNKNOWN);
	T_INT(f.asked[1].state, LOGIN_MOUNT_UNKNOWN);
	arena_destroy(a);
}

/* ---- users ------------------------------------------------------------------------------------------------------ */

static void
t_users_are_people_each_once_and_not_ourselves(void)
{
	static const char *system_users[] = {"telegraf"};
	struct login_facts f;

	plain();
	conf.status.system_users = system_users;
	conf.status.n_system_users = 1;
	f = PARSE(START PART("me", "2000") PART("ps", "    0 root\n 1000 ben\n 2000 larch\n  999 chrony\n 1001 telegraf\n65534 nobody\n61184 dynamic\n 1002 ana\n"
	    "12345 12345\n oops\n-1 minus\n99999999999 large\n") PART("who", "1000 ben\n1003 eva\n0 root"));
	T_OK(f.no_users == NULL);
	T_INT(f.n_users, 4);
	T_STR(f.users[0], "12345");
	T_STR(f.users[1], "ana");
	T_STR(f.users[2], "ben");
	T_STR(f.users[3], "eva");
	f = PARSE(START PART("ps", "") PART("who", "1000 ben"));
	T_INT(f.n_users, 0);
	T_OK(f.no_users != NULL);
	f = PARSE(START PART("ps", "0 root\n1000 a\x1b[2J\xff"));
	T_STR(f.users[0], "a?[2J?");
	arena_destroy(a);
}

static void
t_more_of_anything_than_is_kept_is_left_out(void)
{
	struct buf b = BUF(1u << 20);
	struct login_facts f;

	plain();
	buf_puts(&b, START BEGIN("ps"));
	for (int i = 0; i < 1000; i++)
		buf_printf(&b, "%d u%d\n", 1000 + i, i);
	buf_puts(&b, END("ps", "0") BEGIN("df") HEAD);
	for (int i = 0; i < 1000; i++)
		buf_printf(&b, "/dev/s%d 10 1 9 10%% /m%d\n", i, i);
	buf_puts(&b, END("df", "0") BEGIN("gpu") "found 100000 no\n" END("gpu", "0"));
	for (int i = 0; i < 1000; i++)
		buf_puts(&b, PART("x", "y"));
	f = parse_of(buf_view(&b), "n1", false);
	T_INT(f.n_users, LIMIT_LOGIN_USERS);
	T_INT(f.n_mounts, LIMIT_LOGIN_MOUNTS);
	T_INT(f.gpus_found, -1);
	buf_free(&b);
	arena_destroy(a);
}

/* ---- gpus --------------------------------------------------------------------------------------------------------- */

static void
t_gres_conf_is_summed_for_this_node_alone(void)
{
	T_INT(login_gres(STR("Name=gpu Count=8"), "n1"), 8);
	T_INT(login_gres(STR("NodeName=n[1-3] Name=gpu Type=a Count=4\nNodeName=n[2-3] Name=gpu Type=b Count=4"), "n1"), 4);
	T_INT(login_gres(STR("NodeName=n[1-3] Name=gpu Type=a Count=4\nNodeName=n[2-3] Name=gpu Type=b Count=4"), "n2"), 8);
	T_INT(login_gres(STR("nodename=n[0001-0010,0012].savio3 name=GPU file=/dev/nvidia[0-3]"), "n0010.savio3"), 4);
	T_INT(login_gres(STR("NodeName=n[0001-0010,0012].savio3 Name=gpu File=/dev/nvidia[0-3]"), "n0011.savio3"), -1);
	T_INT(login_gres(STR("NodeName=n[0001-0010].savio3 Name=gpu Count=1"), "n001.savio3"), -1);
	T_INT(login_gres(STR("NodeName=r[1-2]n[01-04] Name=gpu Count=1"), "r2n04"), 1);
	T_INT(login_gres(STR("NodeName=a,b,alice Name=gpu File=/dev/nvidia0,/dev/nvidia[2-3]"), "alice.example.org"), 3);
	T_INT(login_gres(STR("Name=gpu"), "n1"), 1);
	T_INT(login_gres(STR("Name=gpu Count=2 # Count=9"), "n1"), 2);
	T_INT(login_gres(STR("Name=mps Count=200\nAutoDetect=nvml\nName=gpux Count=1\n"), "n1"), -1);
	T_INT(login_gres(STR(""), "n1"), -1);
}

static void
t_a_list_without_end_costs_nothing(void)
{
	T_INT(login_gres(STR("NodeName=n[0-999999999999] Name=gpu File=/dev/nvidia[0-99999999999][0-99999999]"), "n7"), LIMIT_LOGIN_GPUS);
	T_INT(login_gres(STR("NodeName=n[1-9][1-9][1-9][1-9] Name=gpu"), "n1111"), -1);
	T_INT(login_gres(STR("NodeName=n[1-9 Name=gpu"), "n1"), -1);
	T_INT(login_gres(STR("NodeName=n[1-9]x,] Name=gpu"), "n1"), -1);
	T_INT(login_gres(STR("NodeName=n[9-1,-,a] Name=gpu File=[]"), "n1"), -1);
	T_INT(login_gres(STR("Name=gpu Count=99999"), "n1"), 1);
}

static void
t_gpus_are_devices_and_what_nvidia_smi_lists(void)
{
	struct login_facts f;

	plain();
	f = PARSE(START PART("gpu", "found 2 smi\nNodeName=n[0001-0004].savio3 Name=gpu Count=2")
	        PART("smi", "GPU 0: A100 (UUID: x)\n  MIG 1g: x\nGPU 1: A100 (UUID: y)\nGPU is lost"));
	T_INT(f.gpus_expected, 2);
	T_INT(f.gpus_found, 2);
	T_INT(f.gpus_listed, 2);
	T_OK(f.gpu_trouble == NULL);
	f = PARSE(START PART("gpu", "found 2 smi") BEGIN("smi") "Failed to initialize NVML: Driver/library version mismatch" END("smi", "18"));
	T_INT(f.gpus_expected, -1);
	T_INT(f.gpus_listed, -1);
	T_STR(f.gpu_trouble, "nvidia-smi does not say it: exit 18: Failed to initialize NVML: Driver/library version mismatch");
	f = PARSE(START PART("gpu", "found 0 no"));
	T_INT(f.gpus_found, 0);
	T_OK(f.gpu_trouble == NULL);
	f = PARSE(START);
	T_INT(f.gpus_found, -1);
	arena_destroy(a);
}

/* ---- why there was no login ------------------------------------------------------------------------------------------ */

static void
t_what_ssh_says_is_told_apart(void)
{
	static const struct {
		const char *err;
		enum login_outcome outcome;
		const char *part;
	} rows[] = {
	    {"ssh: connect to host n1 port 22: Connection refused\n", LOGIN_REFUSED, "nobody listens"},
	    {"ssh: connect to host n1 port 22: No route to host\n", LOGIN_NO_ROUTE, "no route"},
	    {"ssh: connect to host n1 port 22: Network is unreachable\n", LOGIN_NO_ROUTE, "Network is unreachable"},
	    {"ssh: connect to host n1 port 22: Connection timed out\n", LOGIN_TIMED_OUT, "does not answer"},
	    {"Connection timed out during banner exchange\nConnection to n1 port 22 timed out\n", LOGIN_TIMED_OUT, "banner exchange"},
	    {"ssh: Could not resolve hostname n1: Name or service not known\n", LOGIN_NO_NAME, "no address"},
	    {"larch@n1: Permission denied (publickey,password).\n", LOGIN_PASSWORD_WANTED, "wants a password"},
	    {"larch@n1: Permission denied (publickey,keyboard-interactive).\n", LOGIN_PASSWORD_WANTED, "wants a password"},
	    {"larch@n1: Permission denied (publickey).\n", LOGIN_KEY_REFUSED, "does not take our key"},
	    {"Received disconnect from 192.0.2.1 port 22:2: Too many authentication failures\n", LOGIN_KEY_REFUSED, "Too many"},
	    {"@@@@@@@@\n@    WARNING: REMOTE HOST IDENTIFICATION HAS CHANGED!     @\n@@@@\nHost key verification failed.\n", LOGIN_HOST_KEY_CHANGED, "installed anew"},
	    {"No ED25519 host key is known for n1 and you have requested strict checking.\nHost key verification failed.\n", LOGIN_HOST_KEY_UNKNOWN, "known for n1"},
	    {"Host key verification failed.\n", LOGIN_HOST_KEY_UNKNOWN, "not known"},
	    {"Unable to negotiate with n1 port 22: no matching key exchange method found. Their offer: x\n", LOGIN_NOT_AGREED, "no matching key exchange"},
	    {"kex_exchange_identification: Connection closed by remote host\nConnection closed by 192.0.2.1 port 22\n", LOGIN_CLOSED, "closes the connection"},
	    {"kex_exchange_identification: read: Connection reset by peer\n", LOGIN_CLOSED, "reset"},
	    {"\"System is booting up. Unprivileged users are not permitted to log in yet.\"\nConnection closed by 192.0.2.1\n", LOGIN_CLOSED, "booting up"},
	    {"/etc/larch/ssh_config: line 1: Bad configuration option: x\n", LOGIN_SSH_FAILED, "Bad configuration"},
	    {"something new\x1b[2J\n", LOGIN_SSH_FAILED, "ssh fails (something new?[2J)"},
	    {"", LOGIN_SSH_FAILED, "ssh fails"},
	};
	struct arena *mine = arena_create();
	const char *text;

	for (size_t i = 0; i < LARCH_COUNT(rows); i++) {
		T_STR(login_outcome_name(login_judge(255, STR(""), str_of(rows[i].err), mine, &text)), login_outcome_name(rows[i].outcome));
		T_OK(strstr(text, rows[i].part) != NULL);
	}
	arena_destroy(mine);
}

static void
t_a_shell_that_ends_without_an_answer_is_told_from_an_ssh_that_fails(void)
{
	struct arena *mine = arena_create();
	const char *text;

	T_INT(login_judge(0, STR("Welcome\n"), STR(""), mine, &text), LOGIN_GARBAGE);
	T_STR(text, "what it printed is not our answer (Welcome)");
	T_INT(login_judge(1, STR("This account is currently not available.\n"), STR(""), mine, &text), LOGIN_SHELL_FAILED);
	T_STR(text, "its login shell fails (exit 1: This account is currently not available.)");
	T_INT(login_judge(127, STR(""), STR("bash: line 1: /bin/sh: No such file or directory\n"), mine, &text), LOGIN_SHELL_FAILED);
	T_INT(login_judge(1, STR(""), STR("Connection refused\n"), mine, &text), LOGIN_SHELL_FAILED);
	for (int i = 0; i < LOGIN_OUTCOME_COUNT; i++)
		for (int k = 0; k < i; k++)
			T_OK(strcmp(login_outcome_name((enum login_outcome)i), login_outcome_name((enum login_outcome)k)) != 0);
	T_STR(login_outcome_name(LOGIN_OUTCOME_COUNT), "?");
	arena_destroy(mine);
}

/* ---- values -------------------------------------------------------------------------------------------------------------- */

static const struct status_value *
value(const char *check, const struct login_answer *answer)
{
	struct status_value *v;
	size_t n;

	login_values(&conf, "n1", answer, a, &v, &n);
	for (size_t i = 0; i < n; i++)
		if (strcmp(v[i].check, check) == 0)
			return &v[i];
	return NULL;
}

static const struct status_value *
value_of(const char *check, const struct login_facts *f)
{
	return value(check, &(struct login_answer){LOGIN_OK, "", f, NOW, false});
}

static void
t_levels_are_by_the_rows_of_the_configuration(void)
{
	struct login_facts f;
	const struct status_value *v;

	plain();
	checks[0] = (struct conf_check){.name = "load", .warn = 1.5, .critical = 3};
	checks[1] = (struct conf_check){.name = "df_scratch", .warn = 20, .critical = NAN};
	checks[2] = (struct conf_check){.name = "users", .off = true, .warn = NAN, .critical = NAN};
	checks[3] = (struct conf_check){.name = "login", .interval_ms = 60000, .warn = NAN, .critical = NAN};
	conf.status.checks = checks;
	conf.status.n_checks = 4;
	f = PARSE(START PART("times", "1000 1\n9 8 6.004 1/2 3") PART("cores", "4") PART("df", HEAD "/dev/a 100 98 2 98% /a\n/dev/b 100 50 50 50% /b")
	        PART("mount:1", HEAD "nfs:/s 4000 1000 3000 25% /global/scratch") PART("ps", "1000 ana"));
	v = value_of("load", &f);
	T_STR(v->text, "6.00");
	T_INT(v->level, STATUS_WARN); /* 1.5 x 4 cores */
	T_INT(v->interval, 60000);
	T_INT(v->at, NOW);
	f.load15 = 12;
	T_INT(value_of("load", &f)->level, STATUS_CRITICAL);
	f.cores = 0;
	T_INT(value_of("load", &f)->level, STATUS_OK);
	v = value_of("df", &f);
	T_STR(v->text, "98 % /a");
	T_INT(v->level, STATUS_CRITICAL); /* our own 98 */
	T_STR(v->data, "{\"mounts\":[{\"mount\":\"/a\",\"size\":102400,\"used\":100352},{\"mount\":\"/b\",\"size\":102400,\"used\":51200},"
	    "{\"mount\":\"/global/scratch\",\"size\":4096000,\"used\":1024000}]}");
	v = value_of("df_scratch", &f);
	T_STR(v->text, "25 %");
	T_INT(v->level, STATUS_WARN);
	T_OK(v->number > 24.9 && v->number < 25.1);
	T_INT(value_of("df_tmp", &f)->level, STATUS_UNKNOWN);
	T_OK(value_of("users", &f) == NULL);
	T_OK(value_of("gpu", &f) == NULL);
	T_INT(value_of("nhc", &f)->level, STATUS_UNKNOWN);
	arena_destroy(a);
}

static void
t_the_time_of_the_boot_does_not_move_with_each_look(void)
{
	struct login_facts f;
	const struct status_value *v;

	plain();
	f = PARSE(START PART("times", "1000.00 1\n1 1 1 1/2 3\nbtime 1794999003"));
	v = value_of("uptime", &f);
	T_OK(v->number == 1794999003.0);
	T_STR(v->text, "2026-11-18 10:50 UTC");
	T_STR(v->data, "{\"boot\":1794999003}");
	f.uptime = 1007.5; /* the same boot, seen over a slow network */
	T_STR(value_of("uptime", &f)->text, "2026-11-18 10:50 UTC");
	f.btime = 1234567; /* its clock was wrong when it booted */
	T_OK(value_of("uptime", &f)->number == 1794999000.0);
	f.btime = 0;
	T_OK(value_of("uptime", &f)->number == 1794999000.0);
	f.uptime = 1e10;
	T_OK(value_of("uptime", &f)->number == 0);
	arena_destroy(a);
}

static void
t_gpus_that_are_missing_or_do_not_answer_are_critical(void)
{
	struct login_facts f;

	plain();
	f = PARSE(START);
	f.gpus_expected = 8;
	f.gpus_found = 8;
	T_STR(value_of("gpu", &f)->text, "8 of 8");
	T_INT(value_of("gpu", &f)->level, STATUS_OK);
	f.gpus_listed = 7;
	T_STR(value_of("gpu", &f)->text, "7 of 8");
	T_INT(value_of("gpu", &f)->level, STATUS_CRITICAL);
	T_STR(value_of("gpu", &f)->detail, "nvidia-smi lists 7, there are 8 devices");
	f.gpus_listed = -1;
	f.gpu_trouble = "nvidia-smi hangs";
	T_INT(value_of("gpu", &f)->level, STATUS_CRITICAL);
	T_STR(value_of("gpu", &f)->detail, "nvidia-smi hangs");
	f.gpu_trouble = NULL;
	f.gpus_found = 0;
	T_STR(value_of("gpu", &f)->text, "0 of 8");
	T_INT(value_of("gpu", &f)->level, STATUS_CRITICAL);
	f.gpus_expected = -1;
	T_OK(value_of("gpu", &f) == NULL);
	f.gpus_found = 2;
	T_STR(value_of("gpu", &f)->text, "2");
	T_INT(value_of("gpu", &f)->level, STATUS_OK);
	arena_destroy(a);
}

static void
t_a_command_is_judged_by_its_exit_status(void)
{
	static const struct {
		const char *answer;
		enum status_level level;
		const char *text, *detail;
	} rows[] = {
	    {START PART("command:nhc", "all well"), STATUS_OK, "all well", NULL},
	    {START PART("command:nhc", ""), STATUS_OK, "ok", NULL},
	    {START BEGIN("command:nhc") "\n\n  disk slow \r\nmore\x07" END("command:nhc", "1"), STATUS_WARN, "disk slow", "\n\n  disk slow ?\nmore?"},
	    {START BEGIN("command:nhc") END("command:nhc", "2"), STATUS_CRITICAL, "critical", NULL},
	    {START BEGIN("command:nhc") "sh: nhc: not found" END("command:nhc", "127"), STATUS_UNKNOWN, "sh: nhc: not found", "exit 127: sh: nhc: not found"},
	    {START BEGIN("command:nhc") END("command:nhc", "3"), STATUS_UNKNOWN, "exit 3", "exit 3"},
	    {START BEGIN("command:nhc") "half" END("command:nhc", "124"), STATUS_UNKNOWN, "unknown", "nhc did not end within its limit of 20 s"},
	    {START BEGIN("command:nhc") END("command:nhc", "x"), STATUS_UNKNOWN, "unknown", "nhc does not say it: exit x"},
	    {START, STATUS_UNKNOWN, "unknown", "nhc was not run: the answer breaks off before it"},
	};
	plain();
	for (size_t i = 0; i < LARCH_COUNT(rows); i++) {
		struct login_facts f = parse_of(str_of(rows[i].answer), "n1", false);
		const struct status_value *v = value_of("nhc", &f);

		T_INT(v->level, rows[i].level);
		T_STR(v->text, rows[i].text);
		T_STR(v->detail == NULL ? "(none)" : v->detail, rows[i].detail == NULL ? "(none)" : rows[i].detail);
	}
	arena_destroy(a);
}

static void
t_without_a_login_each_column_is_unknown_and_says_why(void)
{
	static const char *const columns[] = {"uptime", "load", "df", "df_tmp", "df_scratch", "users", "nhc"};
	const struct login_answer refused = {LOGIN_REFUSED, "nobody listens on its ssh port", NULL, NOW, false};
	struct status_value *v;
	size_t n;

	plain();
	login_values(&conf, "n1", &refused, a, &v, &n);
	T_INT(n, LARCH_COUNT(columns));
	for (size_t i = 0; i < LARCH_COUNT(columns); i++) {
		const struct status_value *x = value(columns[i], &refused);

		T_OK(x != NULL && x->level == STATUS_UNKNOWN && isnan(x->number));
		T_STR(x->text, "refused");
		T_STR(x->detail, "nobody listens on its ssh port");
	}
	login_values(&conf, "n1", &(struct login_answer){LOGIN_CANCELLED, "x", NULL, NOW, false}, a, &v, &n);
	T_INT(n, 0);
	arena_destroy(a);
}

T_MAIN(T(t_what_the_site_wrote_is_one_word_of_the_script_each), T(t_the_most_that_a_configuration_may_hold_fits),
    T(t_noise_around_the_answer_is_no_part_of_it), T(t_sections_with_another_mark_or_without_an_end_are_none), T(t_what_is_missing_says_why),
    T(t_df_gives_what_can_fill), T(t_a_number_that_is_none_or_too_large_is_no_line), T(t_a_mount_is_there_only_when_df_names_it),
    T(t_users_are_people_each_once_and_not_ourselves), T(t_more_of_anything_than_is_kept_is_left_out), T(t_gres_conf_is_summed_for_this_node_alone),
    T(t_a_list_without_end_costs_nothing), T(t_gpus_are_devices_and_what_nvidia_smi_lists), T(t_what_ssh_says_is_told_apart),
    T(t_a_shell_that_ends_without_an_answer_is_told_from_an_ssh_that_fails), T(t_levels_are_by_the_rows_of_the_configuration),
    T(t_the_time_of_the_boot_does_not_move_with_each_look), T(t_gpus_that_are_missing_or_do_not_answer_are_critical),
    T(t_a_command_is_judged_by_its_exit_status), T(t_without_a_login_each_column_is_unknown_and_says_why))
