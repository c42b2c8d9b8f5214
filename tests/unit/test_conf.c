/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <stdlib.h>

#include "conf/conf.h"
#include "t.h"

#define LEAST                                                                          \
	"\"site\":\"Room\",\"origin\":\"https://h.example:8443\",\"ldap\":{\"uri\":[\"ldaps://127.0.0.1\"]," \
	"\"user_base\":\"ou=people,o=x\"}"

static struct conf *
load(const char *inner, struct err *e)
{
	static char path[512];
	char yang[4200];
	struct buf text = BUF(LIMIT_CONFIG_FILE);
	struct conf *c = NULL;
	struct err we;

	snprintf(yang, sizeof(yang), "%s", t_path("etc/yang"));
	snprintf(path, sizeof(path), "%s/larch.json", t_folder());
	buf_printf(&text, "{\"larch-conf:larch\":{\n%s\n}}\n", inner);
	T_OK(file_publish(path, buf_view(&text), 0644, &we) == 0);
	buf_free(&text);
	if (conf_load(path, yang, &c, e) != 0)
		return NULL;
	return c;
}

static void
t_the_example_is_loaded_whole(void)
{
	char path[4200], yang[4200];
	struct conf *c = NULL;
	struct err e = {0};

	snprintf(path, sizeof(path), "%s", t_path("etc/larch.json"));
	snprintf(yang, sizeof(yang), "%s", t_path("etc/yang"));
	if (!T_OK(conf_load(path, yang, &c, &e) == 0)) {
		T_STR(e.text, "");
		return;
	}
	T_STR(c->site, "Example room");
	T_STR(c->policy, t_path("etc/policy/policy.json"));
	T_INT(c->session_ms, 12 * 3600000);
	T_INT(c->group_recheck_ms, 300000);
	T_INT(c->ldap.n_uri, 2);
	T_STR(c->ldap.uri[1], "ldaps://ldap2.example.org");
	T_INT(c->ldap.timeout_ms, 3000);
	T_STR(c->ldap.group_filter, "(member=%s)");
	T_OK(c->ldap.dn_template == NULL);
	T_INT(c->boot_limit_ms, 180000);
	T_INT(c->rebuild_limit_ms, 1800000);
	T_INT(c->silent_limit_ms, 30000);
	T_INT(c->soft_limit_ms, 300000);
	T_INT(c->ping_limit_ms, 600000);
	T_OK(c->load_floor_a > 0.0999 && c->load_floor_a < 0.1001);
	T_OK(c->start_amps > 1.999 && c->start_amps < 2.001);
	T_INT(c->start_ms, 10000);
	T_INT(c->n_protected, 2);
	T_INT(c->status.n_checks, 3);
	T_INT(conf_check(c, "login")->interval_ms, 900000);
	T_OK(conf_check(c, "df_tmp")->critical > 94.9 && isnan(conf_check(c, "ping")->warn));
	T_OK(conf_check(c, "uptime") == NULL);
	T_STR(c->status.mounts[1].mount, "/global/scratch");
	T_STR(c->status.commands[0].title, "NHC");
	T_INT(c->status.commands[0].limit_ms, 20000);
	T_STR(c->status.genders, "/etc/genders");
	T_INT(c->status.ssh_masters, 256);
	T_INT(c->notify.n_rules, 1);
	T_INT(c->notify.rules[0].events,
	    1u << CONF_NODE_DIED | 1u << CONF_JOB_PARTIAL | 1u << CONF_JOURNAL_BROKEN | 1u << CONF_BREAK_GLASS);
	T_INT(c->notify.rules[0].quiet_from, 22 * 60);
	T_INT(c->notify.rules[0].quiet_to, 6 * 60 + 30);
	T_STR(conf_db(c, "status", c->arena), "/var/lib/larch/status/status.db");
	T_STR(conf_socket(c, "pages", c->arena), "/run/larch/pages/pages.sock");
	conf_destroy(c);
}

static void
t_what_is_not_given_has_the_default_of_the_module(void)
{
	struct err e = {0};
	struct conf *c = load(LEAST, &e);
	char want[600];

	if (!T_OK(c != NULL)) {
		T_STR(e.text, "");
		return;
	}
	T_INT(c->dwell_ms, 5000);
	T_INT(c->sweep_ms, 30000);
	T_INT(c->threads, 4);
	T_STR(c->ldap.user_filter, "(uid=%s)");
	T_STR(c->ldap.group_name, "cn");
	T_OK(c->ldap.bind_dn == NULL && c->ldap.ca_file == NULL && c->ldap.group_filter == NULL);
	T_OK(!c->ldap.starttls);
	snprintf(want, sizeof(want), "%s/policy.json", t_folder());
	T_STR(c->policy, want);
	snprintf(want, sizeof(want), "%s/types.json", t_folder());
	T_STR(c->types, want);
	snprintf(want, sizeof(want), "%s/advice.json", t_folder());
	T_STR(c->advice, want);
	conf_destroy(c);
	conf_destroy(NULL);
}

static void
t_db_engine_is_null_or_refused_with_a_sentence(void)
{
	static const char *const bad[] = {"\"postgresql\"", "\"sqlite\"", "7", "[null]", "true", "{}"};
	struct err e = {0};
	struct conf *c = load("\"db_engine\" :\n null,\n" LEAST, &e);

	if (!T_OK(c != NULL))
		T_STR(e.text, "");
	conf_destroy(c);
	for (size_t i = 0; i < LARCH_COUNT(bad); i++) {
		char text[1000];

		snprintf(text, sizeof(text), "\"db_engine\":%s,%s", bad[i], LEAST);
		T_OK(load(text, &e) == NULL);
		T_ERR(e, "/larch-conf:larch/db_engine: ");
		T_ERR(e, "later work");
	}
}

static void
t_every_wrong_setting_is_refused_with_file_path_and_reason(void)
{
	static const char ldap[] =
	    "\"site\":\"Room\",\"origin\":\"https://h\",\"ldap\":{\"uri\":[\"ldaps://h\"],";
	static const struct {
		const char *head, *tail, *reason;
	} rows[] = {
	    {LEAST ",\"colour\":\"red\"", "", "colour"},
	    {LEAST ",\"threads\":\"4\"", "", "threads"},
	    {LEAST ",\"threads\":0", "", "threads"},
	    {LEAST ",\"threads\":999", "", "threads"},
	    {LEAST ",\"sweep\":30", "", "sweep"},
	    {LEAST ",\"sweep\":\"30\"", "", "sweep"},
	    {LEAST ",\"sweep\":\"500ms\"", "", "/larch-conf:larch/sweep: '500ms' is outside 1 s to"},
	    {LEAST ",\"sweep\":\"2h\"", "", "is outside"},
	    {LEAST ",\"sessions\":{\"lifetime\":\"8d\"}", "", "/larch-conf:larch/sessions/lifetime: '8d'"},
	    {LEAST ",\"sessions\":{\"life\":\"8h\"}", "", "life"},
	    {LEAST ",\"power\":{\"load_floor_a\":0.1}", "", "load_floor_a"},
	    {LEAST ",\"power\":{\"load_floor_a\":\"-1\"}", "", "load_floor_a"},
	    {LEAST ",\"power\":{\"protected\":\"x\"}", "", "protected"},
	    {LEAST ",\"power\":{\"budget\":[{\"match\":\"pdu-*\"}]}", "", "outlets (and within), amperes, or both"},
	    {LEAST ",\"power\":{\"budget\":[{\"match\":\"pdu-*\",\"outlets\":2}]}", "", "belong together"},
	    {LEAST ",\"power\":{\"budget\":[{\"match\":\"pdu-*\",\"within\":\"2s\",\"amperes\":\"3\"}]}", "", "belong together"},
	    {LEAST ",\"power\":{\"budget\":[{\"match\":\"pdu-*\",\"outlets\":0,\"within\":\"2s\"}]}", "", "outlets"},
	    {LEAST ",\"power\":{\"budget\":[{\"match\":\"pdu-*\",\"outlets\":2,\"within\":\"1h\"}]}", "",
	        "power/budget[match='pdu-*']/within: '1h' is outside"},
	    {LEAST ",\"power\":{\"budget\":[{\"match\":\"pdu-*\",\"amperes\":\"0\"}]}", "", "amperes"},
	    {LEAST ",\"power\":{\"budget\":[{\"match\":\"pdu-*\",\"amperes\":16}]}", "", "amperes"},
	    {LEAST ",\"power\":{\"start_time\":\"11m\"}", "", "start_time"},
	    {LEAST ",\"status\":{\"check\":[{\"name\":\"ping\",\"interval\":\"2d\"}]}", "",
	        "status/check[name='ping']/interval: '2d' is outside 1 s to"},
	    {LEAST ",\"status\":{\"check\":[{\"name\":\"ping\"},{\"name\":\"ping\"}]}", "", "ping"},
	    {LEAST ",\"status\":{\"command\":[{\"name\":\"nhc\"}]}", "", "run"},
	    {LEAST ",\"status\":{\"mount\":[{\"name\":\"tmp\",\"mount\":\"tmp\"}]}", "", "mount"},
	    {LEAST ",\"notify\":{\"rule\":[{\"name\":\"a\",\"event\":[\"node-died\"]}]}", "", "somebody to tell"},
	    {LEAST ",\"notify\":{\"rule\":[{\"name\":\"a\",\"event\":[\"fire\"],\"mail\":[\"a@b\"]}]}", "", "event"},
	    {LEAST ",\"notify\":{\"rule\":[{\"name\":\"a\",\"event\":[\"level\"],\"mail\":[\"-f/x\"]}]}", "", "mail"},
	    {LEAST ",\"notify\":{\"rule\":[{\"name\":\"a\",\"event\":[\"level\"],\"mail\":[\"a@b\"],"
	           "\"quiet\":\"25:00-06:00\"}]}", "", "quiet"},
	    {LEAST ",\"notify\":{\"rule\":[{\"name\":\"a\",\"event\":[\"level\"],\"mail\":[\"a@b\"],"
	           "\"every\":\"100ms\"}]}", "", "notify/rule[name='a']/every: '100ms' is outside"},
	    {LEAST ",\"probe\":{\"network\":[{\"prefix\":\"0.0.0.0/0\"}]}", "", "a network that may be probed has /16 to /32"},
	    {LEAST ",\"probe\":{\"network\":[{\"prefix\":\"10.0.0.0/15\"}]}", "", "probe/network[prefix='10.0.0.0/15']"},
	    {LEAST ",\"probe\":{\"network\":[{\"prefix\":\"10.0.0.0/33\"}]}", "", "/16 to /32"},
	    {LEAST ",\"probe\":{\"network\":[{\"prefix\":\"2001:db8::/32\"}]}", "", "/48 to /128"},
	    {LEAST ",\"probe\":{\"network\":[{\"prefix\":\"10.0.0/24\"}]}", "", "no network; write 10.9.0.0/24"},
	    {LEAST ",\"probe\":{\"network\":[{\"prefix\":\"10.0.0.0:1/24\"}]}", "", "no network"},
	    {LEAST ",\"probe\":{\"network\":[{\"prefix\":\"10.0.0.0\"}]}", "", "prefix"},
	    {LEAST ",\"probe\":{\"network\":[{\"prefix\":\"10.0.0.0/24\",\"port\":0}]}", "", "port"},
	    {LEAST ",\"@\":{\"a:b\":1}", "", "metadata"},
	    {LEAST ",\"site\":\"Twice\"", "", "duplicate"},
	    {"\"site\":\"Room\"", "", "origin"},
	    {"\"site\":\"Room\",\"origin\":\"https://h\"", "", "uri"},
	    {"\"site\":\"Room\",\"origin\":\"http://h\",\"ldap\":{}", "", "origin"},
	    {"\"site\":\"Room\",\"origin\":\"https://h/path\",\"ldap\":{}", "", "origin"},
	    {"\"site\":\"\"", "", "site"},
	    {"\"site\":[\"Room\"]", "", "site"},
	    {ldap, "\"user_base\":\"o=x\",\"dn_template\":\"uid=%s,o=x\"}", "both cases"},
	    {ldap, "\"dn_template\":\"uid=x,o=x\"}", "dn_template"},
	    {ldap, "\"dn_template\":\"uid=%s,cn=%s\"}", "dn_template"},
	    {ldap, "\"user_base\":\"o=x\",\"user_filter\":\"uid=%s\"}", "user_filter"},
	    {ldap, "\"user_base\":\"o=x\",\"user_filter\":\"(uid=%d)\"}", "user_filter"},
	    {ldap, "\"user_base\":\"o=x\",\"user_filter\":\"(uid=bob)\"}", "user_filter"},
	    {ldap, "\"user_filter\":\"(uid=%s)\"}", "user_base"},
	    {ldap, "\"comment\":1}", "comment"},
	    {ldap, "\"user_base\":\"o=x\",\"bind_dn\":\"cn=larch\"}", "bind_secret_file"},
	    {ldap, "\"user_base\":\"o=x\",\"bind_secret_file\":\"f\"}", "of no use without bind_dn"},
	    {ldap, "\"user_base\":\"o=x\",\"group_filter\":\"(member=%s)\"}", "needs group_base"},
	    {ldap, "\"user_base\":\"o=x\",\"timeout\":\"31s\"}", "ldap/timeout: '31s' is outside"},
	    {"\"site\":\"Room\",\"origin\":\"https://h\",\"ldap\":{\"uri\":[\"ldap://h\"],", "\"user_base\":\"o=x\"}",
	        "would carry passwords in the clear"},
	    {"\"site\":\"Room\",\"origin\":\"https://h\",\"ldap\":{\"uri\":[\"http://h\"],", "\"user_base\":\"o=x\"}",
	        "uri"},
	    {"\"site\":\"Room\",\"origin\":\"https://h\",\"ldap\":{\"uri\":[],", "\"user_base\":\"o=x\"}", "uri"},
	};

	for (size_t i = 0; i < LARCH_COUNT(rows); i++) {
		char text[2000];
		struct err e = {0};

		snprintf(text, sizeof(text), "%s%s", rows[i].head, rows[i].tail);
		T_OK(load(text, &e) == NULL);
		T_ERR(e, rows[i].reason);
		T_ERR(e, "larch.json: ");
	}
}

static void
t_an_address_is_in_a_network_that_may_be_probed_or_it_is_not(void)
{
	static const struct {
		const char *address;
		int port; /* 0: in none */
	} rows[] = {
	    {"10.9.0.0", 161}, {"10.9.0.255", 161}, {"10.9.1.0", 0}, {"10.8.255.255", 0}, {"192.0.2.7", 1161}, {"192.0.2.6", 0},
	    {"10.20.31.255", 161}, {"10.20.32.0", 0}, {"2001:db8:9::ffff", 161}, {"2001:db8:9:1::1", 0}, {"::ffff:10.9.0.7", 161},
	    {"::10.9.0.7", 0}, {"a09::", 0},
	};
	struct err e = {0};
	struct conf *c = load(LEAST ",\"probe\":{\"network\":[{\"prefix\":\"10.9.0.7/24\"},{\"prefix\":\"192.0.2.7/32\",\"port\":1161},"
	                            "{\"prefix\":\"10.20.16.0/20\"},{\"prefix\":\"2001:db8:9::/64\"}]}", &e);

	if (!T_OK(c != NULL))
		return;
	for (size_t i = 0; i < LARCH_COUNT(rows); i++) {
		struct sockaddr_storage at;
		const struct conf_network *n;

		T_INT(addr_parse(str_of(rows[i].address), 0, &at, &e), 0);
		addr_plain(&at);
		n = conf_network_of(c, &at);
		T_INT(n == NULL ? 0 : n->port, rows[i].port);
	}
	conf_destroy(c);
	c = load(LEAST, &e);
	T_OK(c != NULL && c->n_networks == 0);
	conf_destroy(c);
}

static void
t_a_file_that_is_not_there_is_named(void)
{
	struct conf *c = NULL;
	struct err e = {0};

	T_OK(conf_load("/nonexistent/larch.json", NULL, &c, &e) != 0);
	T_ERR(e, "/nonexistent/larch.json: No such file");
	T_INT(e.kind, ERR_NOT_FOUND);
}

T_MAIN(T(t_the_example_is_loaded_whole), T(t_what_is_not_given_has_the_default_of_the_module),
    T(t_db_engine_is_null_or_refused_with_a_sentence),
    T(t_every_wrong_setting_is_refused_with_file_path_and_reason), T(t_an_address_is_in_a_network_that_may_be_probed_or_it_is_not), T(t_a_file_that_is_not_there_is_named))
