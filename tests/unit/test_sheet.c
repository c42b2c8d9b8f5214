/* SPDX-License-Identifier: Apache-2.0 */
/* What programs get of some nodes, in every shape and under every key. */
#include <math.h>
#include <stdlib.h>
#include <time.h>

#include "status/sheet.h"
#include "t.h"

#define NOW INT64_C(1541008502820) /* 2018-10-31T17:55:02.820Z */
#define HOUR INT64_C(3600000)

static struct err e;

enum { PING, SSH, BMC, CHASSIS, OUTLETS, SLURM, UPTIME, LOAD, DF, SCRATCH, TMP, USERS, COLUMNS };
static const struct status_column columns[COLUMNS] = {
    [PING] = {.name = "ping", .probe = "ping", .unit = "ms", .counts = true},
    [SSH] = {.name = "ssh", .probe = "ssh", .unit = "ms", .counts = true},
    [BMC] = {.name = "bmc", .probe = "ipmi", .unit = "", .counts = true},
    [CHASSIS] = {.name = "chassis", .probe = "ipmi", .unit = "", .counts = true},
    [OUTLETS] = {.name = "outlets", .probe = "power", .unit = "W", .counts = true},
    [SLURM] = {.name = "slurm", .probe = "slurm", .unit = "", .counts = true},
    [UPTIME] = {.name = "uptime", .probe = "login", .unit = "s"},
    [LOAD] = {.name = "load", .probe = "login", .unit = "", .counts = true},
    [DF] = {.name = "df", .probe = "login", .unit = "%", .counts = true},
    [SCRATCH] = {.name = "df_scratch", .probe = "login", .title = "/global/scratch", .unit = "%", .counts = true},
    [TMP] = {.name = "df_tmp", .probe = "login", .title = "/tmp", .unit = "%", .counts = true},
    [USERS] = {.name = "users", .probe = "login", .unit = ""},
};

/* Seen a second ago, as it is for an hour. */
#define SEEN(col, lvl, says, why, nr, more) \
	{.thing = "n1", .check = col, .level = lvl, .text = says, .detail = why, .number = nr, .data = more, .at = NOW - 1000, \
	    .since = NOW - HOUR, .interval = HOUR}

static const struct status_value well[COLUMNS] = {
    [PING] = SEEN("ping", STATUS_OK, "up", NULL, 0.21, NULL),
    [SSH] = SEEN("ssh", STATUS_OK, "up", NULL, 3, NULL),
    [BMC] = SEEN("bmc", STATUS_OK, "ok", NULL, NAN, NULL),
    [CHASSIS] = SEEN("chassis", STATUS_OK, "on", NULL, NAN, NULL),
    [SLURM] = SEEN("slurm", STATUS_CRITICAL, "drained*", "Not responding", NAN, "{\"reason\":\"Not \\\"responding\\\", <b>\",\"user\":\"root\",\"since\":\"2018-10-31T16:57:32Z\"}"),
    [UPTIME] = SEEN("uptime", STATUS_OK, "up", NULL, 1541005052, NULL),
    [LOAD] = SEEN("load", STATUS_OK, "1.47", NULL, 1.47, NULL),
    [DF] = SEEN("df", STATUS_OK, "31", NULL, 31, "{\"mounts\":[{\"mount\":\"/tmp\",\"size\":4294967296,\"used\":1},"
        "{\"mount\":\"/global/scratch\",\"size\":1500000000000000,\"used\":1}]}"),
    [USERS] = SEEN("users", STATUS_OK, "2", NULL, 2, "{\"users\":[\"ana\",\"ben\"]}"),
};

/* n1 is as `well` says, n2 was never seen; what a test changes of n1 stands in `now`. */
static struct status_value now_of[COLUMNS];
static const struct status_value *of_n1[COLUMNS], *of_n2[COLUMNS];

static void
fill(void)
{
	memcpy(now_of, well, sizeof(well));
	for (size_t i = 0; i < COLUMNS; i++)
		of_n1[i] = well[i].thing == NULL ? NULL : &now_of[i];
}

static void
node(void *ctx, size_t i, struct status_node *out)
{
	(void)ctx;
	*out = i == 0 ? (struct status_node){.name = "n1", .type = "server", .owner = "chemistry", .in_inventory = true,
	                  .level = STATUS_CRITICAL, .value = of_n1}
	              : (struct status_node){.name = "n2", .level = STATUS_UNKNOWN, .value = of_n2};
}

static int
put(void *ctx, struct str piece)
{
	buf_str(ctx, piece);
	return 0;
}

/* What is written of the first n nodes; the sentence when it is refused. */
static const char *
sheet(enum status_shape shape, enum status_keys keys, const char *checks, const char *fields, size_t n)
{
	static char text[65536];
	struct arena *a = arena_create();
	struct status_nodes nodes = {.n = n, .node = node};
	struct status_sheet_ask ask = {columns, COLUMNS, NULL, shape, keys, fields, NOW};
	struct buf out = BUF(sizeof(text) - 1);
	struct status_sheet *s;
	bool chosen[COLUMNS] = {false};

	for (size_t i = 0; i < COLUMNS && checks != NULL; i++)
		chosen[i] = strstr(checks, columns[i].name) != NULL;
	ask.chosen = checks == NULL ? NULL : chosen;
	if (status_sheet_make(&ask, a, &s, &e) != 0) {
		snprintf(text, sizeof(text), "%s", e.text);
	} else {
		T_INT(status_sheet_write(s, &nodes, put, &out), 0);
		snprintf(text, sizeof(text), "%.*s", (int)out.n, out.n > 0 ? out.p : "");
	}
	buf_free(&out);
	arena_destroy(a);
	return text;
}

static void
t_items_have_a_level_and_each_check_with_its_age(void)
{
	fill();
	T_STR(sheet(STATUS_ITEMS, STATUS_KEYS_OWN, "ping load", NULL, 2),
	    "{\"as_of\":\"2018-10-31T17:55:02.820Z\",\"total\":2,\"items\":[\n"
	    "{\"name\":\"n1\",\"level\":\"critical\",\"checks\":{"
	    "\"ping\":{\"level\":\"ok\",\"state\":\"up\",\"number\":0.21,\"unit\":\"ms\",\"at\":\"2018-10-31T17:55:01.820Z\",\"stale\":false,\"detail\":null},"
	    "\"load\":{\"level\":\"ok\",\"state\":\"1.47\",\"number\":1.47,\"unit\":null,\"at\":\"2018-10-31T17:55:01.820Z\",\"stale\":false,\"detail\":null}}},\n"
	    "{\"name\":\"n2\",\"level\":\"unknown\",\"checks\":{"
	    "\"ping\":{\"level\":\"unknown\",\"state\":\"unknown\",\"number\":null,\"unit\":\"ms\",\"at\":null,\"stale\":false,\"detail\":null},"
	    "\"load\":{\"level\":\"unknown\",\"state\":\"unknown\",\"number\":null,\"unit\":null,\"at\":null,\"stale\":false,\"detail\":null}}}\n]}\n");
}

static void
t_fields_choose_members_and_those_that_are_large_come_when_they_are_asked_for(void)
{
	fill();
	T_STR(sheet(STATUS_ITEMS, STATUS_KEYS_OWN, "users", "name, owner,type,place,in_inventory,since,interval,data", 1),
	    "{\"as_of\":\"2018-10-31T17:55:02.820Z\",\"total\":1,\"items\":[\n"
	    "{\"name\":\"n1\",\"type\":\"server\",\"owner\":\"chemistry\",\"place\":null,\"in_inventory\":true,\"checks\":{"
	    "\"users\":{\"since\":\"2018-10-31T16:55:02.820Z\",\"interval\":3600,\"data\":{\"users\":[\"ana\",\"ben\"]}}}}\n]}\n");
}

static void
t_what_is_no_json_is_not_handed_on_as_such(void)
{
	fill();
	now_of[USERS].data = "{\"users\":[\"ana\"]}, \"level\": \"ok\"";
	T_STR(sheet(STATUS_ITEMS, STATUS_KEYS_OWN, "users", "data", 1),
	    "{\"as_of\":\"2018-10-31T17:55:02.820Z\",\"total\":1,\"items\":[\n{\"name\":\"n1\",\"checks\":{\"users\":{\"data\":null}}}\n]}\n");
	T_STR(sheet(STATUS_RECORDS, STATUS_KEYS_BOTD, NULL, "USERS", 1), "[\n{\"USERS\":null}\n]\n");
	now_of[SLURM].data = "{\"reason\":7,\"user\":[],\"since\":\"yesterday\"}";
	T_STR(sheet(STATUS_RECORDS, STATUS_KEYS_SINFO, NULL, NULL, 1),
	    "[\n{\"NODELIST\":\"n1\",\"STATE\":\"drain*\",\"TIMESTAMP\":null,\"USER\":null,\"REASON\":null}\n]\n");
}

static void
t_the_keys_of_the_bot_are_typed_as_its_clients_expect_them(void)
{
	fill();
	T_STR(sheet(STATUS_RECORDS, STATUS_KEYS_BOTD, NULL, NULL, 2),
	    "[\n{\"NODELIST\":\"n1\",\"STATE\":\"drain*\",\"TIMESTAMP\":\"2018-10-31T16:57:32\",\"USER\":\"root\","
	    "\"REASON\":\"Not \\\"responding\\\", <b>\",\"SSH\":\"up\",\"POWER\":\"on\",\"SCRATCH\":1500000000000000,\"SOFTWARE\":null,"
	    "\"TMP\":4294967296,\"USERS\":[\"ana\",\"ben\"],\"LOAD\":1.47,\"UPTIME\":\"57m\",\"OVERALL\":false},\n"
	    "{\"NODELIST\":\"n2\",\"STATE\":null,\"TIMESTAMP\":null,\"USER\":null,\"REASON\":null,\"SSH\":null,\"POWER\":null,"
	    "\"SCRATCH\":null,\"SOFTWARE\":null,\"TMP\":null,\"USERS\":null,\"LOAD\":null,\"UPTIME\":null,\"OVERALL\":false}\n]\n");
	T_STR(sheet(STATUS_INDEX, STATUS_KEYS_HOST, NULL, NULL, 1),
	    "{\n\"n1\":{\"HOSTNAMES\":\"n1\",\"LAST_JOB\":null,\"LOAD\":1.47,\"OVERALL\":false,\"PING\":true,\"POWER\":\"on\","
	    "\"REASON\":\"Not \\\"responding\\\", <b>\",\"SCRATCH\":1500000000000000,\"SLURMD_LOG\":null,\"SOFTWARE\":null,\"SSH\":true,"
	    "\"STATE\":\"drain*\",\"SUGGESTION\":[],\"TIMESTAMP\":\"2018-10-31T16:57:32\",\"TMP\":4294967296,\"UPTIME\":3450.82,"
	    "\"USER\":\"root\",\"USER_PROCESSES\":[\"ana\",\"ben\"]}\n}\n");
}

static void
t_split_names_the_columns_once(void)
{
	fill();
	T_STR(sheet(STATUS_SPLIT, STATUS_KEYS_BOTD, "ssh load", NULL, 2),
	    "{\"columns\":[\"NODELIST\",\"SSH\",\"LOAD\"],\n\"index\":[\"n1\",\"n2\"],\n\"data\":[\n[\"n1\",\"up\",1.47],\n[\"n2\",null,null]\n]}\n");
}

static void
t_a_node_is_well_when_nobody_works_on_it_and_all_but_slurm_says_ok(void)
{
	static const char *const yes = "[\n{\"OVERALL\":true}\n]\n", *const no = "[\n{\"OVERALL\":false}\n]\n";
	struct status_value *broken[] = {&now_of[PING], &now_of[CHASSIS], &now_of[LOAD], &now_of[SSH]};

	fill();
	now_of[USERS].data = "{\"users\":[]}";
	T_STR(sheet(STATUS_RECORDS, STATUS_KEYS_BOTD, NULL, "OVERALL", 1), yes);
	for (size_t i = 0; i < LARCH_COUNT(broken); i++) {
		broken[i]->level = STATUS_WARN;
		T_STR(sheet(STATUS_RECORDS, STATUS_KEYS_BOTD, NULL, "OVERALL", 1), no);
		broken[i]->level = STATUS_OK;
		broken[i]->at -= 3 * HOUR;
		T_STR(sheet(STATUS_RECORDS, STATUS_KEYS_BOTD, NULL, "OVERALL", 1), no);
		broken[i]->at += 3 * HOUR;
	}
	now_of[USERS].data = NULL;
	T_STR(sheet(STATUS_RECORDS, STATUS_KEYS_BOTD, NULL, "OVERALL", 1), no);
}

static void
t_what_a_node_says_of_itself_is_unknown_while_nobody_can_log_in(void)
{
	fill();
	now_of[SSH].level = STATUS_CRITICAL;
	now_of[SSH].text = "refused";
	T_STR(sheet(STATUS_RECORDS, STATUS_KEYS_BOTD, NULL, "SSH,TMP,USERS,LOAD,UPTIME,REASON", 1),
	    "[\n{\"SSH\":\"Down\",\"TMP\":null,\"USERS\":null,\"LOAD\":null,\"UPTIME\":null,\"REASON\":\"Not \\\"responding\\\", <b>\"}\n]\n");
	now_of[SSH].text = "timed-out";
	T_STR(sheet(STATUS_RECORDS, STATUS_KEYS_HOST, NULL, "SSH,USER_PROCESSES", 1), "[\n{\"SSH\":false,\"USER_PROCESSES\":null}\n]\n");
	T_STR(sheet(STATUS_RECORDS, STATUS_KEYS_BOTD, NULL, "SSH", 1), "[\n{\"SSH\":\"TimedOut\"}\n]\n");
	now_of[SSH].level = STATUS_UNKNOWN;
	now_of[SSH].text = "not-asked";
	T_STR(sheet(STATUS_RECORDS, STATUS_KEYS_BOTD, NULL, "SSH,LOAD", 1), "[\n{\"SSH\":null,\"LOAD\":null}\n]\n");
	T_STR(sheet(STATUS_RECORDS, STATUS_KEYS_HOST, NULL, "SSH", 1), "[\n{\"SSH\":null}\n]\n");
}

static void
t_power_is_on_off_or_error_and_of_the_outlets_where_there_is_no_bmc(void)
{
	static const struct status_value outlets = SEEN("outlets", STATUS_OK, "off", NULL, NAN, NULL);

	fill();
	now_of[CHASSIS].text = "off";
	T_STR(sheet(STATUS_RECORDS, STATUS_KEYS_BOTD, NULL, "POWER", 1), "[\n{\"POWER\":\"off\"}\n]\n");
	now_of[CHASSIS].text = "unknown";
	T_STR(sheet(STATUS_RECORDS, STATUS_KEYS_BOTD, NULL, "POWER", 1), "[\n{\"POWER\":\"error\"}\n]\n");
	of_n1[CHASSIS] = of_n1[BMC] = NULL;
	T_STR(sheet(STATUS_RECORDS, STATUS_KEYS_BOTD, NULL, "POWER", 1), "[\n{\"POWER\":null}\n]\n");
	of_n1[OUTLETS] = &outlets;
	T_STR(sheet(STATUS_RECORDS, STATUS_KEYS_BOTD, NULL, "POWER", 1), "[\n{\"POWER\":\"off\"}\n]\n");
}

static void
t_slurms_words_are_shortened_as_its_reports_do(void)
{
	static const char *const rows[][2] = {{"drained", "drain"}, {"draining*", "drng*"}, {"idle", "idle"}, {"mixed+drain", "mix+drain"},
	    {"allocated~", "alloc~"}, {"down*", "down*"}, {"<script>", "<script>"}};
	char want[64];

	fill();
	for (size_t i = 0; i < LARCH_COUNT(rows); i++) {
		now_of[SLURM].text = rows[i][0];
		snprintf(want, sizeof(want), "[\n{\"STATE\":\"%s\"}\n]\n", rows[i][1]);
		T_STR(sheet(STATUS_RECORDS, STATUS_KEYS_SINFO, NULL, "STATE", 1), want);
	}
}

static void
t_csv_and_text_have_the_same_rows_and_text_is_aligned(void)
{
	fill();
	T_STR(sheet(STATUS_CSV, STATUS_KEYS_OWN, "ping", NULL, 2),
	    "name,level,ping,ping_level,ping_number,ping_at\r\nn1,critical,up,ok,0.21,2018-10-31T17:55:01.820Z\r\nn2,unknown,,,,\r\n");
	T_STR(sheet(STATUS_TEXT, STATUS_KEYS_OWN, "ping", NULL, 2), "name  level     ping\nn1    critical  up\nn2    unknown   -\n");
	T_STR(sheet(STATUS_TEXT, STATUS_KEYS_SINFO, NULL, NULL, 1),
	    "NODELIST  STATE   TIMESTAMP            USER  REASON\nn1        drain*  2018-10-31T16:57:32  root  Not \"responding\", <b>\n");
	now_of[PING].text = "=cmd()";
	T_STR(sheet(STATUS_CSV, STATUS_KEYS_OWN, "ping", "name,ping", 1), "name,ping\r\nn1,\"'=cmd()\"\r\n");
	now_of[PING].text = "\x1b[2J\nn9 ok";
	T_STR(sheet(STATUS_TEXT, STATUS_KEYS_OWN, "ping", "name,ping", 1), "name  ping\nn1    ?[2J?n9 ok\n");
	T_STR(sheet(STATUS_TEXT, STATUS_KEYS_BOTD, NULL, "USERS,LOAD,OVERALL", 1), "USERS    LOAD  OVERALL\nana ben  1.47  false\n");
}

static void
t_a_field_that_is_none_is_refused_with_those_there_are(void)
{
	fill();
	T_STR(sheet(STATUS_ITEMS, STATUS_KEYS_OWN, NULL, "name,colour", 1), "no field is called 'colour'; there are: name level type owner "
	    "place in_inventory state number unit at since stale detail interval data");
	T_STR(sheet(STATUS_RECORDS, STATUS_KEYS_BOTD, NULL, "SSH,SSH", 1), "[\n{\"SSH\":\"up\"}\n]\n");
	T_STR(sheet(STATUS_RECORDS, STATUS_KEYS_SINFO, NULL, "ssh", 1), "no field is called 'ssh'; there are: NODELIST STATE TIMESTAMP USER REASON");
	T_STR(sheet(STATUS_CSV, STATUS_KEYS_OWN, "ping", "ssh", 1),
	    "no field is called 'ssh'; there are: name level ping ping_level ping_number ping_at");
}

static void
t_nothing_is_still_json(void)
{
	fill();
	T_STR(sheet(STATUS_ITEMS, STATUS_KEYS_OWN, NULL, NULL, 0), "{\"as_of\":\"2018-10-31T17:55:02.820Z\",\"total\":0,\"items\":[\n]}\n");
	T_STR(sheet(STATUS_RECORDS, STATUS_KEYS_BOTD, NULL, NULL, 0), "[\n]\n");
	T_STR(sheet(STATUS_INDEX, STATUS_KEYS_BOTD, NULL, NULL, 0), "{\n}\n");
	T_STR(sheet(STATUS_SPLIT, STATUS_KEYS_SINFO, NULL, "STATE", 0), "{\"columns\":[\"STATE\"],\n\"index\":[],\n\"data\":[\n]}\n");
}

static void
t_numbers_read_back_as_they_were(void)
{
	static const struct {
		double number;
		const char *text;
	} rows[] = {{0, "0"}, {-0.5, "-0.5"}, {1e-7, "1e-07"}, {0.1 + 0.2, "0.30000000000000004"}, {1541005052, "1541005052"},
	    {1.05, "1.05"}, {100.001, "100.001"}, {1e300, "1e+300"}, {INFINITY, "null"}, {NAN, "null"}, {-12, "-12"}, {0.007, "0.007"}};
	char want[128];

	fill();
	for (size_t i = 0; i < LARCH_COUNT(rows); i++) {
		now_of[LOAD].number = rows[i].number;
		snprintf(want, sizeof(want), "[\n{\"load_number\":%s}\n]\n", rows[i].text);
		T_STR(sheet(STATUS_RECORDS, STATUS_KEYS_OWN, NULL, "load_number", 1), want);
		if (isfinite(rows[i].number))
			T_OK(strtod(rows[i].text, NULL) == rows[i].number);
	}
}

/* ---- a room of ten thousand ------------------------------------------------------------- */

static size_t pieces, bytes;

static int
count(void *ctx, struct str piece)
{
	pieces++;
	bytes += piece.n;
	return ctx != NULL && pieces == 3 ? -1 : 0;
}

static void
all_alike(void *ctx, size_t i, struct status_node *out)
{
	(void)i;
	node(ctx, 0, out);
}

static void
t_ten_thousand_nodes_are_written_in_pieces_and_quickly(void)
{
	const struct status_nodes nodes = {.n = 10000, .node = all_alike};
	const struct status_sheet_ask ask = {.columns = columns, .n_columns = COLUMNS, .shape = STATUS_ITEMS, .now = NOW};
	struct arena *a = arena_create();
	struct status_sheet *s;
	int64_t began = times_boot();

	fill();
	pieces = bytes = 0;
	T_INT(status_sheet_make(&ask, a, &s, &e), 0);
	T_INT(status_sheet_write(s, &nodes, count, NULL), 0);
	printf("# %zu bytes in %zu pieces in %lld ms\n", bytes, pieces, (long long)(times_boot() - began));
	T_OK(bytes > 5000000 && pieces > bytes / (128u << 10));
	T_OK(times_boot() - began < 5000); /* beside load, under sanitizers */
	arena_destroy(a);
}

static void
t_writing_ends_when_nobody_listens(void)
{
	const struct status_nodes nodes = {.n = 10000, .node = all_alike};
	const struct status_sheet_ask ask = {.columns = columns, .n_columns = COLUMNS, .shape = STATUS_ITEMS, .now = NOW};
	struct arena *a = arena_create();
	struct status_sheet *s;

	fill();
	pieces = 0;
	T_INT(status_sheet_make(&ask, a, &s, &e), 0);
	T_INT(status_sheet_write(s, &nodes, count, &pieces), -1);
	T_INT(pieces, 3);
	arena_destroy(a);
}

int
main(void)
{
	static const struct t_case cases[] = {
	    T(t_items_have_a_level_and_each_check_with_its_age),
	    T(t_fields_choose_members_and_those_that_are_large_come_when_they_are_asked_for),
	    T(t_what_is_no_json_is_not_handed_on_as_such), T(t_the_keys_of_the_bot_are_typed_as_its_clients_expect_them),
	    T(t_split_names_the_columns_once), T(t_a_node_is_well_when_nobody_works_on_it_and_all_but_slurm_says_ok),
	    T(t_what_a_node_says_of_itself_is_unknown_while_nobody_can_log_in),
	    T(t_power_is_on_off_or_error_and_of_the_outlets_where_there_is_no_bmc), T(t_slurms_words_are_shortened_as_its_reports_do),
	    T(t_csv_and_text_have_the_same_rows_and_text_is_aligned), T(t_a_field_that_is_none_is_refused_with_those_there_are),
	    T(t_nothing_is_still_json), T(t_numbers_read_back_as_they_were),
	    T(t_ten_thousand_nodes_are_written_in_pieces_and_quickly), T(t_writing_ends_when_nobody_listens),
	};

	setenv("TZ", "UTC", 1); /* the room's zone: TIMESTAMP is of it */
	tzset();
	return t_main(cases, LARCH_COUNT(cases));
}
