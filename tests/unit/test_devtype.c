/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <sys/stat.h>

#include "devtype/devtype.h"
#include "modules.h"

static const struct devtype_set *
shipped(void)
{
	static struct devtype_set *s;
	struct err e;

	if (s == NULL && devtype_load(t_path("mib"), modules(), &s, &e) != 0) {
		t_check(false, __FILE__, __LINE__, e.text, NULL, NULL);
		exit(1);
	}
	return s;
}

static const char *
oid_text(const struct devtype_oid *o)
{
	static char text[512];
	struct buf b = BUF(sizeof(text) - 1);

	devtype_oid_text(o, &b);
	snprintf(text, sizeof(text), "%s", b.n == 0 ? "" : b.p);
	buf_free(&b);
	return text;
}

/* The word, the state and whether it is a fault, of a number. */
static const char *
state_text(const struct devtype *t, int64_t value)
{
	static char text[100];
	const struct devtype_state_row *row = devtype_state_of(t, value);

	if (row == NULL)
		return "none";
	snprintf(text, sizeof(text), "%s %s%s", row->word, devtype_state_name(row->state), row->fault ? " fault" : "");
	return text;
}

/* ---- the shipped families ---------------------------------------------------------- */

static void
t_every_shipped_family_is_read(void)
{
	static const char *const names[] = {"sentry3", "sentry4", "apc-spdu", "apc-rpdu", "apc-rpdu2", "raritan-px",
	    "raritan-px2", "eaton-epdu", "eaton-nlogic", "hpe-g2", "geist-v5", "liebert-mpx", "cyberpower", "tripplite",
	    "baytech"};
	const struct devtype_set *s = shipped();

	T_INT(s->n, LARCH_COUNT(names));
	for (size_t i = 0; i < LARCH_COUNT(names); i++)
		if (!T_OK(devtype_find(s, names[i]) != NULL))
			printf("# %s\n", names[i]);
	T_OK(devtype_find(s, "apc") == NULL);
	T_OK(devtype_find(s, "") == NULL);
}

static void
t_a_sentry3_says_ten_states_and_four_of_them_are_faults_of_a_known_state(void)
{
	const struct devtype *t = devtype_find(shipped(), "sentry3");

	T_STR(t->title, "Server Technology Sentry3");
	T_INT(t->index_length, 3);
	T_STR(oid_text(&t->state), "1.3.6.1.4.1.1718.3.2.3.1.5");
	T_STR(oid_text(&t->control), "1.3.6.1.4.1.1718.3.2.3.1.11");
	T_STR(oid_text(&t->sys_object_ids[0]), "1.3.6.1.4.1.1718.3");
	T_INT(t->control_on, 1);
	T_INT(t->control_off, 2);
	T_STR(state_text(t, 0), "off off");
	T_STR(state_text(t, 1), "on on");
	T_STR(state_text(t, 2), "offWait off-pending");
	T_STR(state_text(t, 3), "onWait on-pending");
	T_STR(state_text(t, 4), "offError off fault");
	T_STR(state_text(t, 5), "onError on fault");
	T_STR(state_text(t, 6), "noComm unknown fault");
	T_STR(state_text(t, 7), "reading unknown");
	T_STR(state_text(t, 8), "offFuse off fault");
	T_STR(state_text(t, 9), "onFuse on fault");
	T_STR(state_text(t, 10), "none");
	T_STR(state_text(t, -1), "none");
}

static void
t_an_outlet_that_will_change_by_itself_is_not_settled(void)
{
	static const int64_t moving[] = {8, 9, 10, 11, 16, 17}, still[] = {0, 1, 4, 5, 6, 7, 12, 15};
	const struct devtype *t = devtype_find(shipped(), "sentry3");

	T_STR(oid_text(&t->pending), "1.3.6.1.4.1.1718.3.2.3.1.10");
	for (size_t i = 0; i < LARCH_COUNT(moving); i++)
		T_OK(devtype_is_pending(t, moving[i]));
	for (size_t i = 0; i < LARCH_COUNT(still); i++)
		T_OK(!devtype_is_pending(t, still[i]));
	T_INT(devtype_with_pending(DEVTYPE_OFF, true), DEVTYPE_ON_PENDING);
	T_INT(devtype_with_pending(DEVTYPE_ON, true), DEVTYPE_OFF_PENDING);
	T_INT(devtype_with_pending(DEVTYPE_UNKNOWN, true), DEVTYPE_UNKNOWN);
	T_INT(devtype_with_pending(DEVTYPE_ON_PENDING, true), DEVTYPE_ON_PENDING);
	T_INT(devtype_with_pending(DEVTYPE_OFF, false), DEVTYPE_OFF);
	T_INT(devtype_with_pending(DEVTYPE_ON, false), DEVTYPE_ON);
}

static void
t_on_rpdu2_the_number_that_switches_on_is_the_one_that_reads_off(void)
{
	const struct devtype *one = devtype_find(shipped(), "apc-rpdu"), *two = devtype_find(shipped(), "apc-rpdu2");

	T_INT(two->control_on, 1);
	T_INT(two->control_off, 2);
	T_INT(devtype_state_of(two, 1)->state, DEVTYPE_OFF);
	T_INT(devtype_state_of(two, 2)->state, DEVTYPE_ON);
	T_INT(devtype_state_of(two, two->control_on)->state, DEVTYPE_OFF);
	T_INT(devtype_state_of(two, two->control_off)->state, DEVTYPE_ON);
	T_INT(one->control_on, 1);
	T_INT(one->control_off, 2);
	T_INT(devtype_state_of(one, 1)->state, DEVTYPE_ON);
	T_INT(devtype_state_of(one, 2)->state, DEVTYPE_OFF);
	T_OK(devtype_state_of(one, 4) == NULL);
	T_OK(devtype_is_pending(two, 1) && !devtype_is_pending(two, 2) && !devtype_is_pending(two, 3));
	T_STR(oid_text(&one->unless), "1.3.6.1.4.1.318.1.1.26.2.1.8.1");
}

static void
t_a_reading_has_a_scale_and_a_negative_one_is_no_value(void)
{
	const struct devtype *s3 = devtype_find(shipped(), "sentry3"), *apc = devtype_find(shipped(), "apc-rpdu"),
	                     *px = devtype_find(shipped(), "raritan-px2");
	double amps = -7;

	T_OK(devtype_measured(&s3->infeeds[0].current, 362, 0, &amps) && amps > 3.6199 && amps < 3.6201);
	T_OK(devtype_measured(&apc->current, 7, 0, &amps) && amps > 0.6999 && amps < 0.7001);
	T_OK(devtype_measured(&s3->current, 0, 0, &amps) && amps == 0);
	amps = -7;
	T_OK(!devtype_measured(&s3->current, -1, 0, &amps) && amps == -7);
	T_OK(apc->watts.oid.n == 0 && !devtype_measured(&apc->watts, 5, 0, &amps));
	amps = -7;
	T_OK(!devtype_measured(&px->current, 4294967295, 0, &amps) && amps == -7); /* -1 in a Gauge32 */
	T_OK(devtype_measured(&px->current, 633, 3, &amps) && amps > 0.6329 && amps < 0.6331);
	T_OK(devtype_measured(&px->watts, 145, 0, &amps) && amps == 145);
	T_OK(devtype_measured(&px->watts, 2, -2, &amps) && amps > 199.9 && amps < 200.1);
	T_OK(!devtype_measured(&px->watts, 2, 10, &amps) && !devtype_measured(&px->watts, 2, -10, &amps));
}

static void
t_a_cell_is_a_column_and_an_index_and_back(void)
{
	const struct devtype *t = devtype_find(shipped(), "sentry3");
	struct devtype_oid index = {.id = {2, 1, 12}, .n = 3}, cell, back, more, sys;

	T_INT(devtype_cell(&t->state, &index, &cell), 0);
	T_STR(oid_text(&cell), "1.3.6.1.4.1.1718.3.2.3.1.5.2.1.12");
	T_INT(devtype_index(t, &t->state, &cell, &back), 0);
	T_STR(oid_text(&back), "2.1.12");
	T_INT(devtype_index(t, &t->control, &cell, &back), -1);
	more = cell;
	more.n++;
	T_INT(devtype_index(t, &t->state, &more, &back), -1);
	more = (struct devtype_oid){.n = DEVTYPE_OID};
	T_INT(devtype_cell(&more, &index, &cell), -1);
	T_INT(devtype_parse_oid(STR("1.3.6.1.4.1.1718.3.1.2"), &sys, NULL), 0);
	T_OK(devtype_is_family(t, &sys));
	T_INT(devtype_parse_oid(STR("1.3.6.1.4.1.1718.30"), &sys, NULL), 0);
	T_OK(!devtype_is_family(t, &sys));
}

static void
t_an_object_identifier_is_numbers_with_dots_and_nothing_else(void)
{
	static const char *const bad[] = {"", "1", ".1.3", "1.3.", "1..3", "1.3.x", "1.3.-1", "-0.1.9", "1.3.+1", "1.3. 1", "1.03",
	    "1.4294967296", "3.1", "iso.3", "1.3.6.1.4.1.1718.3\n"};
	struct devtype_oid oid;
	struct err e;
	struct buf longest = BUF(1000);

	T_INT(devtype_parse_oid(STR("1.3.0.4294967295"), &oid, &e), 0);
	T_STR(oid_text(&oid), "1.3.0.4294967295");
	for (size_t i = 0; i < LARCH_COUNT(bad); i++) {
		err_clear(&e);
		if (!T_INT(devtype_parse_oid(str_of(bad[i]), &oid, &e), -1))
			printf("# accepted: \"%s\"\n", bad[i]);
		T_ERR(e, "object identifier");
	}
	for (int i = 0; i < DEVTYPE_OID; i++)
		buf_puts(&longest, i == 0 ? "1" : ".1");
	T_INT(devtype_parse_oid(buf_view(&longest), &oid, &e), 0);
	buf_puts(&longest, ".1");
	T_INT(devtype_parse_oid(buf_view(&longest), &oid, &e), -1);
	T_ERR(e, "more than 64");
	buf_free(&longest);
}

/* ---- refusals ------------------------------------------------------------------------ */

/* A small family that is right; a test changes one piece of it. */
static const char good[] =
    "{\"larch-device-type:device-type\":{\"family\":\"small\",\"title\":\"Small\","
    "\"sources\":[{\"key\":\"S\",\"text\":\"made up\"}],"
    "\"recognise\":{\"sys_object_id\":[\"1.3.6.1.4.1.99999\"],\"confirm\":\"1.3.6.1.4.1.99999.9.0\",\"source\":[\"S\"]},"
    "\"outlets\":{\"index_length\":1,"
    "\"id\":{\"column\":\"1.3.6.1.4.1.99999.1\",\"source\":[\"S\"]},"
    "\"name\":{\"column\":\"1.3.6.1.4.1.99999.2\",\"source\":[\"S\"]},"
    "\"state\":{\"column\":\"1.3.6.1.4.1.99999.3\",\"source\":[\"S\"],\"value\":["
    "{\"number\":0,\"word\":\"off\",\"state\":\"off\"},{\"number\":1,\"word\":\"on\",\"state\":\"on\"}]},"
    "\"control\":{\"column\":\"1.3.6.1.4.1.99999.4\",\"source\":[\"S\"],\"on\":1,\"off\":0}},"
    "\"settle_ms\":1000,\"max_varbinds\":16}}";

/* The same with all that a family may have. */
static const char rich[] =
    "{\"larch-device-type:device-type\":{\"family\":\"small\",\"title\":\"Small\","
    "\"sources\":[{\"key\":\"S\",\"text\":\"made up\"}],"
    "\"recognise\":{\"sys_object_id\":[\"1.3.6.1.4.1.99999\",\"1.3.6.1.4.1.88888\"],\"confirm\":\"1.3.6.1.4.1.99999.9.0\","
    "\"confirm_least\":1,\"unless\":\"1.3.6.1.4.1.99999.10.0\",\"source\":[\"S\"]},"
    "\"outlets\":{\"index_length\":2,\"first_unit\":0,"
    "\"state\":{\"column\":\"1.3.6.1.4.1.99999.3\",\"source\":[\"S\"],\"value\":["
    "{\"number\":0,\"word\":\"off\",\"state\":\"off\"},{\"number\":1,\"word\":\"on\",\"state\":\"on\"}]},"
    "\"health\":{\"column\":\"1.3.6.1.4.1.99999.5\",\"value\":[{\"number\":9,\"word\":\"noComm\",\"lost\":true}],\"source\":[\"S\"]},"
    "\"switchable\":{\"column\":\"1.3.6.1.4.1.99999.6\",\"bit\":2,\"source\":[\"S\"]},"
    "\"control\":{\"column\":\"1.3.6.1.4.1.99999.4\",\"off_column\":\"1.3.6.1.4.1.99999.7\",\"source\":[\"S\"],\"on\":0,\"off\":0}},"
    "\"infeeds\":[{\"kind\":\"phase\",\"index_length\":3,\"name\":{\"column\":\"1.3.6.1.4.1.99999.20\",\"source\":[\"S\"]},"
    "\"where\":[{\"name\":\"W\",\"position\":3,\"values\":[1,2],\"source\":[\"S\"]}],"
    "\"current\":{\"column\":\"1.3.6.1.4.1.99999.21\",\"suffix\":5,\"scale\":\"0.01\",\"digits\":\"1.3.6.1.4.1.99999.22\",\"source\":[\"S\"]}}],"
    "\"sensors\":[{\"key\":\"t\",\"kind\":\"temperature\",\"index_length\":1,"
    "\"where\":[{\"name\":\"X\",\"column\":\"1.3.6.1.4.1.99999.30\",\"values\":[0],\"not\":true,\"source\":[\"S\"]}],"
    "\"value\":{\"column\":\"1.3.6.1.4.1.99999.31\",\"scale\":\"0.1\",\"absent_below\":-409,\"absent_above\":2000,\"source\":[\"S\"]},"
    "\"fahrenheit\":{\"column\":\"1.3.6.1.4.1.99999.32\",\"values\":[1],\"source\":[\"S\"]}}],"
    "\"settle_ms\":1000,\"max_varbinds\":16}}";

static int
parse_changed_in(const char *good_one, const char *old, const char *new, struct err *e)
{
	struct buf text = BUF(65536);
	const char *at = strstr(good_one, old);
	struct arena *a = arena_create();
	struct devtype t;
	int rc;

	if (!t_check(at != NULL, __FILE__, __LINE__, old, NULL, NULL))
		return 0;
	buf_add(&text, good_one, (size_t)(at - good_one));
	buf_puts(&text, new);
	buf_puts(&text, at + strlen(old));
	err_clear(e);
	rc = devtype_parse(buf_view(&text), "mib/small.json", modules(), a, &t, e);
	arena_destroy(a);
	buf_free(&text);
	return rc;
}

static int
parse_changed(const char *old, const char *new, struct err *e)
{
	return parse_changed_in(good, old, new, e);
}

static void
t_a_family_without_switching_or_metering_is_read_with_its_defaults(void)
{
	struct arena *a = arena_create();
	struct devtype t;
	struct err e = {0};

	T_INT(devtype_parse(str_of(good), "mib/small.json", modules(), a, &t, &e), 0);
	T_STR(e.text, "");
	T_STR(t.family, "small");
	T_OK(t.current.oid.n == 0 && t.watts.oid.n == 0 && t.n_infeeds == 0 && t.n_sensors == 0);
	T_OK(t.unless.n == 0 && t.pending.n == 0 && t.pending_values.n == 0 && t.health.n == 0 && t.switchable.n == 0);
	T_OK(!t.has_units && !t.has_confirm_least && t.n_sys_object_ids == 1);
	T_STR(oid_text(&t.control_off_column), "1.3.6.1.4.1.99999.4");
	T_OK(!t.version1 && t.max_varbinds == 16 && t.settle_ms == 1000);
	arena_destroy(a);
}

static void
t_every_kind_of_wrong_family_is_refused_with_file_path_and_reason(void)
{
	static const struct {
		const char *old, *new, *where, *reason;
	} rows[] = {
	    {"\"settle_ms\":1000", "\"settle_ms\":1000,\"colour\":\"red\"", "device-type", "colour"},
	    {"\"index_length\":1", "\"index_length\":1,\"indexes\":1", "outlets", "indexes"},
	    {"\"settle_ms\":1000", "\"settle_ms\":\"1000\"", "settle_ms", "1000"},
	    {"\"settle_ms\":1000,", "", "device-type", "settle_ms"},
	    {"\"title\":\"Small\",", "", "device-type", "title"},
	    {"\"family\":\"small\",", "", "device-type", "family"},
	    {"\"max_varbinds\":16", "\"max_varbinds\":0", "max_varbinds", "0"},
	    {"\"max_varbinds\":16", "\"max_varbinds\":1000", "max_varbinds", "1000"},
	    {"\"index_length\":1", "\"index_length\":4", "index_length", "4"},
	    {"\"family\":\"small\"", "\"family\":\"../small\"", "family", "../small"},
	    {"\"family\":\"small\"", "\"family\":7", "family", "7"},
	    {"1.3.6.1.4.1.99999.3", ".1.3.6.1.4.1.99999.3", "column", "object identifier"},
	    {"1.3.6.1.4.1.99999.3", "1.3.6.1.4.1.apc.3", "column", "object identifier"},
	    {"1.3.6.1.4.1.99999.3", "1.3.6.1.4.1.4294967296", "outlets/state/column", "4294967296"},
	    {"\"column\":\"1.3.6.1.4.1.99999.3\",", "", "state", "column"},
	    {"\"source\":[\"S\"],\"value\"", "\"source\":[\"T\"],\"value\"", "source", "T"},
	    {"\"source\":[\"S\"],\"value\"", "\"value\"", "state", "source"},
	    {"\"state\":\"off\"}", "\"state\":\"dark\"}", "state", "dark"},
	    {"{\"number\":0,\"word\":\"off\",\"state\":\"off\"}", "{\"number\":0,\"word\":\"off\",\"state\":\"on\"}", "state",
	        "a number that means off"},
	    {"{\"number\":1,\"word\":\"on\",\"state\":\"on\"}", "{\"number\":1,\"word\":\"on\",\"state\":\"unknown\"}", "state",
	        "a number that means on"},
	    {"{\"number\":1,\"word\":\"on\"", "{\"number\":0,\"word\":\"on\"", "value", "0"},
	    {"\"number\":1,\"word\":\"on\",", "\"number\":1,", "value", "word"},
	    {"\"on\":1,\"off\":0", "\"on\":1,\"off\":1", "control", "the same number"},
	    {"\"on\":1,\"off\":0", "\"on\":1", "control", "off"},
	    {"\"on\":1,\"off\":0", "\"on\":1,\"off\":0,\"never_sent\":[{\"number\":1,\"word\":\"go\"}]", "control",
	        "never_sent"},
	    {"\"on\":1,\"off\":0", "\"on\":1,\"off\":99999999999", "off", "99999999999"},
	    {"larch-device-type:", "", "", "larch-device-type:"},
	    {"\"settle_ms\":1000", "\"settle_ms\":1000,", "line 1", ""},
	};
	struct err e;

	for (size_t i = 0; i < LARCH_COUNT(rows); i++) {
		if (!T_INT(parse_changed(rows[i].old, rows[i].new, &e), -1))
			printf("# accepted: %s\n", rows[i].new);
		T_OK(str_starts(str_of(e.text), "mib/small.json: "));
		T_ERR(e, rows[i].where);
		T_ERR(e, rows[i].reason);
	}
}

static void
t_a_family_with_everything_is_read(void)
{
	struct arena *a = arena_create();
	struct devtype t;
	struct err e = {0};

	T_INT(devtype_parse(str_of(rich), "mib/small.json", modules(), a, &t, &e), 0);
	T_STR(e.text, "");
	T_OK(t.n_sys_object_ids == 2 && t.has_confirm_least && t.confirm_least == 1 && t.unless.n > 0);
	T_OK(t.has_units && t.first_unit == 0 && t.index_length == 2);
	T_OK(devtype_health_of(&t, 9) != NULL && devtype_health_of(&t, 9)->lost && devtype_health_of(&t, 0) == NULL);
	T_OK(t.switchable_by_bit && t.switchable_bit == 2);
	T_STR(oid_text(&t.control_off_column), "1.3.6.1.4.1.99999.7");
	T_INT(t.n_infeeds, 1);
	T_STR(devtype_infeed_name(t.infeeds[0].kind), "phase");
	T_OK(t.infeeds[0].rows.index_length == 3 && t.infeeds[0].rows.n_where == 1 && t.infeeds[0].rows.where[0].position == 2);
	T_OK(t.infeeds[0].current.has_suffix && t.infeeds[0].current.suffix == 5 && t.infeeds[0].current.digits.n > 0);
	T_OK(t.infeeds[0].watts.oid.n == 0 && t.infeeds[0].volts.oid.n == 0);
	T_INT(t.n_sensors, 1);
	T_STR(devtype_sensor_name(t.sensors[0].kind), "temperature");
	T_OK(t.sensors[0].rows.where[0].not && t.sensors[0].rows.where[0].column.n > 0);
	T_OK(t.sensors[0].value.absent_below == -409 && t.sensors[0].value.absent_above == 2000);
	T_OK(devtype_holds(&t.sensors[0].fahrenheit_values, 1) && !devtype_holds(&t.sensors[0].fahrenheit_values, 0));
	arena_destroy(a);
}

static void
t_every_wrong_field_of_infeeds_sensors_and_switching_is_refused(void)
{
	static const struct {
		const char *old, *new, *where, *reason;
	} rows[] = {
	    {"\"confirm\":\"1.3.6.1.4.1.99999.9.0\",", "", "recognise", "confirm"},
	    {"[\"1.3.6.1.4.1.99999\",\"1.3.6.1.4.1.88888\"]", "[]", "sys_object_id", ""},
	    {"[\"1.3.6.1.4.1.99999\",\"1.3.6.1.4.1.88888\"]", "[\"1.3.6.1.4.1.4294967296\"]", "recognise/sys_object_id", "4294967296"},
	    {"[\"1.3.6.1.4.1.99999\",\"1.3.6.1.4.1.88888\"]", "\"1.3.6.1.4.1.99999\"", "sys_object_id", ""},
	    {"\"confirm_least\":1", "\"confirm_least\":\"one\"", "confirm_least", "one"},
	    {"\"index_length\":2,\"first_unit\":0", "\"index_length\":1,\"first_unit\":0", "first_unit", "an index of two numbers"},
	    {"\"word\":\"noComm\",", "", "health", "word"},
	    {"\"lost\":true", "\"lost\":1", "lost", "1"},
	    {"\"bit\":2", "\"bit\":64", "bit", "64"},
	    {"\"bit\":2", "\"bit\":2,\"values\":[1]", "switchable", "values"},
	    {"\"bit\":2,", "", "switchable", "how"},
	    {"\"off_column\":\"1.3.6.1.4.1.99999.7\",", "", "control", "the same number"},
	    {"\"off_column\":\"1.3.6.1.4.1.99999.7\"", "\"off_column\":\"1.3.6.1.4.1.99999.4\"", "off_column", "'off_column' is 'column'"},
	    {"\"off_column\":\"1.3.6.1.4.1.99999.7\"", "\"off_column\":\"off\"", "off_column", "object identifier"},
	    {"\"kind\":\"phase\"", "\"kind\":\"wire\"", "kind", "wire"},
	    {"\"kind\":\"phase\",\"index_length\":3", "\"kind\":\"phase\",\"index_length\":5", "index_length", "5"},
	    {"\"position\":3", "\"position\":4", "where", "past the index"},
	    {"\"position\":3", "\"position\":0", "position", "0"},
	    {"\"position\":3,", "", "where", "what"},
	    {"\"position\":3,", "\"position\":3,\"column\":\"1.3.6.1\",", "where", ""},
	    {"\"values\":[1,2],", "", "where", "values"},
	    {"\"values\":[1,2]", "\"values\":[1,1]", "values", "1"},
	    {"\"scale\":\"0.01\"", "\"scale\":0.01", "scale", ""},
	    {"\"scale\":\"0.01\"", "\"scale\":\"-1\"", "scale", "-1"},
	    {"\"scale\":\"0.01\",", "", "current", "scale"},
	    {"\"suffix\":5", "\"suffix\":-5", "suffix", "-5"},
	    {"\"digits\":\"1.3.6.1.4.1.99999.22\"", "\"digits\":\"three\"", "digits", "object identifier"},
	    {"\"digits\":\"1.3.6.1.4.1.99999.22\"", "\"digits\":\"1.3.6.1.4.1.4294967296\"", "infeeds[kind='phase']/digits", "4294967296"},
	    {"\"current\":{\"column\":\"1.3.6.1.4.1.99999.21\"", "\"amps\":{\"column\":\"1.3.6.1.4.1.99999.21\"", "infeeds", "amps"},
	    {",\"kind\":\"temperature\"", ",\"kind\":\"noise\"", "kind", "noise"},
	    {",\"kind\":\"temperature\"", ",\"kind\":\"humidity\"", "fahrenheit", "only a temperature"},
	    {"\"key\":\"t\",", "", "sensors", "key"},
	    {"\"fahrenheit\":{", "\"always_fahrenheit\":true,\"fahrenheit\":{", "fahrenheit", "exclude each other"},
	    {"\"column\":\"1.3.6.1.4.1.99999.32\",\"values\":[1]", "\"column\":\"1.3.6.1.4.1.99999.32\"", "fahrenheit", "values"},
	    {"\"absent_below\":-409", "\"absent_below\":\"-409\"", "absent_below", ""},
	    {"\"absent_above\":2000", "\"absent_above\":-1", "absent_above", "-1"},
	    {"\"not\":true", "\"not\":\"true\"", "not", "true"},
	};
	struct err e;

	for (size_t i = 0; i < LARCH_COUNT(rows); i++) {
		if (!T_INT(parse_changed_in(rich, rows[i].old, rows[i].new, &e), -1))
			printf("# accepted: %s\n", rows[i].new);
		T_OK(str_starts(str_of(e.text), "mib/small.json: "));
		if (!T_ERR(e, rows[i].where) || !T_ERR(e, rows[i].reason))
			printf("# %s: %s\n", rows[i].new, e.text);
	}
}

static void
t_a_family_of_nothing_is_refused(void)
{
	static const char none[] =
	    "{\"larch-device-type:device-type\":{\"family\":\"small\",\"title\":\"Small\","
	    "\"sources\":[{\"key\":\"S\",\"text\":\"made up\"}],"
	    "\"recognise\":{\"sys_object_id\":[\"1.3.6.1.4.1.99999\"],\"confirm\":\"1.3.6.1.4.1.99999.9.0\",\"source\":[\"S\"]},"
	    "\"settle_ms\":1000,\"max_varbinds\":16}}";
	struct arena *a = arena_create();
	struct devtype t;
	struct err e = {0};

	T_INT(devtype_parse(str_of(none), "mib/small.json", modules(), a, &t, &e), -1);
	T_ERR(e, "a family has 'outlets', 'infeeds' or 'sensors'");
	arena_destroy(a);
}

static void
write_file(const char *folder, const char *name, const char *text)
{
	char path[512];
	struct err e = {0};

	(void)mkdir(folder, 0700);
	snprintf(path, sizeof(path), "%s/%s", folder, name);
	T_INT(file_publish(path, str_of(text), 0600, &e), 0);
}

static void
t_a_folder_with_one_wrong_file_is_refused_and_names_it(void)
{
	char folder[300];
	struct devtype_set *s = NULL;
	struct err e = {0};

	snprintf(folder, sizeof(folder), "%s/mib", t_folder());
	T_INT(devtype_load(folder, modules(), &s, &e), -1);
	T_ERR(e, "No such file");
	write_file(folder, "README", "not json");
	T_INT(devtype_load(folder, modules(), &s, &e), -1);
	T_ERR(e, "holds no device type");
	write_file(folder, "small.json", good);
	T_INT(devtype_load(folder, modules(), &s, &e), 0);
	T_INT(s->n, 1);
	devtype_destroy(s);
	write_file(folder, "tall.json", good);
	T_INT(devtype_load(folder, modules(), &s, &e), -1);
	T_ERR(e, "tall.json");
	T_ERR(e, "the file of that family is small.json");
	write_file(folder, "tall.json", "");
	T_INT(devtype_load(folder, modules(), &s, &e), -1);
	T_ERR(e, "tall.json");
	devtype_destroy(NULL);
}

T_MAIN(T(t_every_shipped_family_is_read),
    T(t_a_sentry3_says_ten_states_and_four_of_them_are_faults_of_a_known_state),
    T(t_an_outlet_that_will_change_by_itself_is_not_settled),
    T(t_on_rpdu2_the_number_that_switches_on_is_the_one_that_reads_off),
    T(t_a_reading_has_a_scale_and_a_negative_one_is_no_value), T(t_a_cell_is_a_column_and_an_index_and_back),
    T(t_an_object_identifier_is_numbers_with_dots_and_nothing_else),
    T(t_a_family_without_switching_or_metering_is_read_with_its_defaults),
    T(t_a_family_with_everything_is_read), T(t_every_kind_of_wrong_family_is_refused_with_file_path_and_reason),
    T(t_every_wrong_field_of_infeeds_sensors_and_switching_is_refused), T(t_a_family_of_nothing_is_refused),
    T(t_a_folder_with_one_wrong_file_is_refused_and_names_it))
