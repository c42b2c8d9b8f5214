/* SPDX-License-Identifier: Apache-2.0 */
/* How bad a number is, by rows: what the settings say, what the column usually has, what the check said itself. */
#include <math.h>
#include <stdlib.h>

#include "probe/probe.h"
#include "probe/sweep.h"
#include "t.h"

static struct conf_check checks[] = {
    {.name = "load", .warn = 1.5, .critical = 3},
    {.name = "df_tmp", .warn = 50, .critical = NAN},
    {.name = "df_home", .warn = NAN, .critical = 80},
    {.name = "outlets", .warn = 100, .critical = 20}, /* small is bad */
    {.name = "ping", .warn = 10, .critical = NAN},
    {.name = "df", .warn = NAN, .critical = NAN}, /* only its interval is said */
};
static const struct conf conf = {.status = {.checks = checks, .n_checks = LARCH_COUNT(checks)}};

static const struct {
	const char *column;
	double number;
	enum status_level said, want;
} rows[] = {
    {"load", 1.4999, STATUS_OK, STATUS_OK},
    {"load", 1.5, STATUS_OK, STATUS_WARN},
    {"load", 2.9999, STATUS_OK, STATUS_WARN},
    {"load", 3, STATUS_OK, STATUS_CRITICAL},
    {"load", INFINITY, STATUS_OK, STATUS_CRITICAL},
    {"load", -INFINITY, STATUS_OK, STATUS_OK},
    {"load", NAN, STATUS_OK, STATUS_OK},             /* no number: nothing to judge */
    {"load", NAN, STATUS_CRITICAL, STATUS_CRITICAL},
    {"load", 0, STATUS_CRITICAL, STATUS_CRITICAL},   /* never better than the check said */
    {"load", 1.6, STATUS_CRITICAL, STATUS_CRITICAL},
    {"load", 9, STATUS_WARN, STATUS_CRITICAL},
    {"load", 9, STATUS_UNKNOWN, STATUS_UNKNOWN},     /* what is not known is not bad */
    {"df_tmp", 49, STATUS_OK, STATUS_OK},
    {"df_tmp", 100, STATUS_OK, STATUS_WARN},         /* only warn is given: never critical */
    {"df_home", 79, STATUS_OK, STATUS_OK},           /* only critical is given: no warning before it */
    {"df_home", 80, STATUS_OK, STATUS_CRITICAL},
    {"df_scratch", 89, STATUS_OK, STATUS_OK},        /* nothing is given: as any file system */
    {"df_scratch", 90, STATUS_OK, STATUS_WARN},
    {"df_scratch", 97, STATUS_OK, STATUS_CRITICAL},
    {"df", 96.9, STATUS_OK, STATUS_WARN},
    {"df", 97, STATUS_OK, STATUS_CRITICAL},
    {"dfx", 100, STATUS_OK, STATUS_OK},
    {"outlets", 101, STATUS_OK, STATUS_OK},
    {"outlets", 100, STATUS_OK, STATUS_WARN},
    {"outlets", 20.5, STATUS_OK, STATUS_WARN},
    {"outlets", 20, STATUS_OK, STATUS_CRITICAL},
    {"outlets", -1, STATUS_OK, STATUS_CRITICAL},
    {"ping", 10, STATUS_OK, STATUS_WARN},
    {"users", 1e9, STATUS_OK, STATUS_OK},            /* nobody set a threshold */
};

static void
t_every_number_has_the_level_of_its_row(void)
{
	for (size_t i = 0; i < LARCH_COUNT(rows); i++) {
		struct status_value v = {.thing = "n1", .check = rows[i].column, .number = rows[i].number, .level = rows[i].said,
		    .text = ""};

		probe_judge(&conf, &v);
		if (!T_STR(status_level_name(v.level), status_level_name(rows[i].want)))
			printf("# row %zu: %s %g\n", i, rows[i].column, rows[i].number);
	}
}

static void
t_only_what_may_be_a_host_name_is_given_to_anything(void)
{
	static const char *const good[] = {"n0001", "n1.example.org", "gpu_7", "10.0.0.1", "N-1"};
	static const char *const bad[] = {"", "-oProxyCommand=reboot", ".n1", "$(reboot)", "<script>", "n1 n2", "n1;reboot", "n1\n", "n1/..",
	    "root@n1", "n1:22", "[n1]", "n\xc3\xa9", "n1'", "n1\"", "`n1`", "n1\\", "n1%", "*"};
	char long_name[300];

	for (size_t i = 0; i < LARCH_COUNT(good); i++)
		if (!T_OK(probe_is_host(good[i])))
			printf("# %s\n", good[i]);
	for (size_t i = 0; i < LARCH_COUNT(bad); i++)
		if (!T_OK(!probe_is_host(bad[i])))
			printf("# %s\n", bad[i]);
	memset(long_name, 'a', sizeof(long_name));
	long_name[253] = '\0';
	T_OK(probe_is_host(long_name));
	long_name[253] = 'a';
	long_name[254] = '\0';
	T_OK(!probe_is_host(long_name));
}

static void
t_every_check_says_when_and_of_whom(void)
{
	const struct conf none = {.sweep_ms = 30000};
	const struct probe_row *row;

	for (size_t i = 0; (row = probe_row(i)) != NULL; i++) {
		T_OK(row->of != 0 && (row->at_once > 0 || row->at_once_setting > 0));
		T_OK(row->n_columns > 0 && probe_interval(&none, row) >= 1000);
		T_OK(row->ask == NULL || row->all == NULL);
		T_OK(!row->spread || row->end == NULL); /* there is no end of such a round */
	}
}

/* ---- the outlets of a machine ---------------------------------------------------------- */

/* One machine, n1, on these outlets of p1 and p2; what is judged of it, or NULL. */
static const struct status_value *
judged(struct arena *a, enum sweep_kind kind, const struct status_outlet *seen, size_t n)
{
	char name[] = "n1";
	struct sweep_node n1 = {.name = name};
	struct sweep_cord cords[] = {{&n1, "p1", "1"}, {&n1, "p2", "1"}};
	struct sweep_list list = {.cord = cords, .n_cords = 2};
	const struct probe_row row = {.of = SWEEP_PDU};
	struct sweep_lane lane = {.interval = 1000, .row = &row};
	struct sweep_round r = {.a = a, .kind = kind, .list = &list, .lane = &lane, .n_outlets = n};

	r.outlets = arena_array(a, n + 1, sizeof(*r.outlets));
	memcpy(r.outlets, seen, n * sizeof(*seen));
	ask_power_end(&r);
	T_OK(r.n_values <= 1);
	if (r.n_values == 0)
		return NULL;
	r.values[0].thing = arena_strdup(a, r.values[0].thing);
	return &r.values[0];
}

static void
t_a_machine_is_what_its_outlets_are_and_its_load_is_known_where_all_are_measured(void)
{
	static const struct {
		const char *p1, *p2; /* NULL: its PDU did not answer */
		double w1, w2;
		enum status_level level;
		const char *text;
		double watts;
	} golden[] = {
	    {"on", "on", 100, 41.5, STATUS_OK, "on", 141.5},
	    {"on", "on", 100, NAN, STATUS_OK, "on", NAN},
	    {"off", "off", 0, 0, STATUS_WARN, "off", 0},
	    {"on", "off", 100, 0, STATUS_WARN, "mixed", 100},
	    {"on", "off-pending", 100, 3, STATUS_UNKNOWN, "unknown", 103},
	    {"on", "unknown", 100, NAN, STATUS_UNKNOWN, "unknown", NAN},
	    {"on", NULL, 100, 0, STATUS_UNKNOWN, "unknown", NAN},
	    {NULL, NULL, 0, 0, STATUS_UNKNOWN, "unknown", NAN},
	};

	for (size_t i = 0; i < LARCH_COUNT(golden); i++) {
		struct arena *a = arena_create();
		struct status_outlet seen[2];
		const struct status_value *v;
		size_t n = 0;

		if (golden[i].p2 != NULL) /* in the order of the answers */
			seen[n++] = (struct status_outlet){.pdu = "p2", .outlet = "1", .state = golden[i].p2, .watts = golden[i].w2};
		if (golden[i].p1 != NULL)
			seen[n++] = (struct status_outlet){.pdu = "p1", .outlet = "1", .state = golden[i].p1, .watts = golden[i].w1};
		v = judged(a, SWEEP_WHOLE, seen, n);
		if (T_OK(v != NULL)) {
			T_STR(v->text, golden[i].text);
			T_STR(status_level_name(v->level), status_level_name(golden[i].level));
			T_OK(isnan(golden[i].watts) ? isnan(v->number) : v->number == golden[i].watts);
			T_STR(v->thing, "n1");
			T_STR(v->check, "outlets");
		}
		v = judged(a, SWEEP_CHECK, seen, n); /* of a few PDUs, one that was not asked says nothing */
		T_OK((v != NULL) == (n == 2));
		arena_destroy(a);
	}
}

static void
t_settings_name_checks_columns_and_lists_that_there_are(void)
{
	static struct conf_mount mounts[] = {{"tmp", "/tmp"}};
	static struct conf_command nhc[] = {{"nhc", "NHC", "nhc", 1000}}, taken[] = {{"ping", "Ping", "x", 1000}},
	                           disk[] = {{"df_x", "x", "x", 1000}};
	static struct conf_check good[] = {{.name = "login"}, {.name = "load"}, {.name = "df_tmp"}, {.name = "nhc"}},
	                         typo[] = {{.name = "pinng"}}, other[] = {{.name = "df_home"}};
	static const char *lists[] = {"n[1-4],@savio3"}, *torn[] = {"n[1-"};
	struct conf c = {.path = "larch.json", .status = {.checks = good, .n_checks = 4, .mounts = mounts, .n_mounts = 1, .commands = nhc,
	                     .n_commands = 1, .nodes = lists, .n_nodes = 1}};
	struct err e = {0};

	T_INT(probe_conf_check(&c, &e), 0);
	c.status.nodes = torn;
	T_INT(probe_conf_check(&c, &e), -1);
	T_ERR(e, "larch.json: /larch-conf:larch/status/nodes: 'n[1-'");
	c.status.checks = typo;
	c.status.n_checks = 1;
	T_INT(probe_conf_check(&c, &e), -1);
	T_ERR(e, "check[name='pinng']: there is no such check and no such column");
	c.status.checks = other;
	T_INT(probe_conf_check(&c, &e), -1);
	T_ERR(e, "df_home");
	c.status.n_checks = 0;
	c.status.commands = taken;
	T_INT(probe_conf_check(&c, &e), -1);
	T_ERR(e, "command[name='ping']: a check of Larch has that name already");
	c.status.commands = disk;
	T_INT(probe_conf_check(&c, &e), -1);
	T_ERR(e, "df_x");
}

T_MAIN(T(t_settings_name_checks_columns_and_lists_that_there_are), T(t_every_number_has_the_level_of_its_row), T(t_only_what_may_be_a_host_name_is_given_to_anything),
    T(t_every_check_says_when_and_of_whom),
    T(t_a_machine_is_what_its_outlets_are_and_its_load_is_known_where_all_are_measured))
