/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Recordings of devices through the families' data: values in, outlets, infeeds and sensors out. The recordings lie
 * beside the project and are not part of it; a test whose recording is absent is skipped by name.
 */
#include <unistd.h>

#include "devtype/devtype.h"
#include "modules.h"
#include "pdu_text.h"

#define VALUES 8192

static struct arena *arena;
static struct probe_pdu pdu;
static struct buf text;

static bool
take_hex(struct str hex, struct snmp_value *out)
{
	char *bytes = arena_alloc(arena, hex.n / 2 + 1);

	for (size_t i = 0; i + 1 < hex.n; i += 2) {
		char two[3] = {hex.p[i], hex.p[i + 1], '\0'};

		bytes[i / 2] = (char)strtoul(two, NULL, 16);
	}
	out->type = SNMP_TEXT;
	out->text = (struct str){bytes, hex.n / 2};
	return true;
}

/* A line of a recording: OID|TAG|VALUE, the tag an ASN.1 one, x behind it for hex. */
static bool
take_line(struct str line, struct snmp_value *out)
{
	struct str rest = line, oid = str_cut(&rest, '|'), tag = str_cut(&rest, '|');
	struct devtype_oid name;

	if (rest.p == NULL || devtype_parse_oid(oid, &name, NULL) != 0)
		return false;
	*out = (struct snmp_value){.oid = probe_oid(&name)};
	if (str_is(tag, "4x"))
		return take_hex(rest, out);
	if (str_is(tag, "4")) {
		out->type = SNMP_TEXT;
		out->text = str_of(arena_strndup(arena, rest.p, rest.n));
		return true;
	}
	out->type = SNMP_NUMBER;
	return str_int(rest, INT32_MIN, UINT32_MAX, &out->number) == 0;
}

/* The recording through a family; false, with the test skipped, when it is absent. */
static bool
recorded(const char *recording, const char *family)
{
	static struct devtype_set *types;
	static struct snmp_value values[VALUES];
	static char why[200];
	char path[4096];
	struct buf file = BUF(8u << 20);
	struct str rest, line;
	struct err e = {0};
	size_t n = 0;

	snprintf(path, sizeof(path), "%s/%s.snmprec", t_path("../shared/recordings"), recording);
	if (access(path, R_OK) != 0) {
		snprintf(why, sizeof(why), "../shared/recordings/%s.snmprec is absent", recording);
		t_skip(why);
		return false;
	}
	if (types == NULL)
		T_INT(devtype_load(t_path("mib"), modules(), &types, &e), 0);
	T_INT(file_read(path, 8u << 20, &file, &e), 0);
	arena_destroy(arena);
	arena = arena_create();
	for (rest = buf_view(&file); rest.p != NULL && n < VALUES;) {
		line = str_cut(&rest, '\n');
		if (line.n > 0 && line.p[0] != '#' && take_line(line, &values[n]))
			n++;
	}
	probe_pdu_take(devtype_find(types, family), values, n, arena, &pdu);
	buf_free(&text);
	text = BUF(1u << 20);
	pdu_text(&pdu, &text);
	buf_free(&file);
	return T_INT(pdu.outcome, SNMP_OK);
}

static bool
says(const char *line)
{
	bool yes = text.n > 0 && strstr(text.p, line) != NULL;

	if (!T_OK(yes))
		printf("# not there: %s\n", line);
	return yes;
}

static void
t_a_sentry3_of_two_towers_shows_infeeds_and_sensors_in_celsius(void)
{
	if (!recorded("sentry3", "sentry3"))
		return;
	T_OK(pdu.n == 0 && pdu.n_infeeds == 2 && pdu.n_sensors == 4 && !pdu.switches);
	says("infeed inlet \"AA\" 3.62A");
	says("infeed inlet \"BA\" 5.02A");
	says("209.30V");
	says("20.00C");
	says("23.61C");
	says("52.00%");
	says("43.00%");
}

static void
t_a_sentry4_of_two_units_shows_cords_lines_and_phases(void)
{
	if (!recorded("sentry4", "sentry4"))
		return;
	T_INT(pdu.n, 0);
	says("infeed inlet \"BA\" - 1265.00W -");
	says("infeed line \"AA:L1\" 5.60A - -");
	says("infeed line \"BA:L3\" 3.46A - -");
	says("infeed phase \"AA:L1-L2\"");
	says("207.90V");
	T_OK(strstr(text.p, "-41") == NULL); /* -410 is no temperature */
}

static void
t_an_ap7900_shows_8_outlets_and_a_phase_that_carries_nothing(void)
{
	if (!recorded("nut-apc-ap7900", "apc-rpdu"))
		return;
	T_OK(pdu.n == 8 && pdu.switches);
	says("outlet 1 \"Testing Name\" on (outletStatusOn) 0.00A -\n");
	T_INT(pdu.n_infeeds, 2);
	says("infeed phase \"phase 1\" 0.00A - -");
	says("infeed inlet \"inlet 0\" - 0.00W 120.00V");
	if (!recorded("nut-apc-ap7900", "apc-spdu")) /* it answers the older tree too */
		return;
	T_OK(pdu.n == 8 && pdu.switches);
	says("outlet 1 \"Testing Name\" on (outletOn) - -\n");
}

static void
t_a_px2_shows_its_readings_with_their_own_digits(void)
{
	if (!recorded("nut-raritan-px2-5475", "raritan-px2"))
		return;
	T_OK(pdu.n == 0 && pdu.n_infeeds == 1);
	says("infeed inlet \"I1\" 1.00A 10.00W 119.00V");
	if (!recorded("raritan-pdu_px2", "raritan-px2"))
		return;
	T_INT(pdu.n, 12);
	T_OK(!pdu.switches); /* no state was recorded: nothing to switch by */
	says("outlet 2 \"OUTLET2\" unknown () ");
	for (size_t i = 0; i < pdu.n; i++)
		T_OK(!(pdu.outlets[i].amps > 20)); /* 633 with 3 digits is 0.633 A */
}

static void
t_invented_sentries_show_every_outlet_of_both_units(void)
{
	if (!recorded("synthetic/synth-sentry3", "sentry3"))
		return;
	T_INT(pdu.n, 24);
	T_STR(pdu.outlets[0].outlet, "AA1");
	T_STR(pdu.outlets[12].outlet, "BA1");
	if (!recorded("synthetic/synth-sentry4", "sentry4"))
		return;
	T_OK(pdu.n == 48 && pdu.switches);
	says("outlet AA1 \"node01\" on (on) 0.13A 27.00W\n");
	says("outlet AA3 \"node03\" on-pending (off) 0.00A 0.00W\n");
	says("sensor temperature \"Temp_Sensor_A1\" 23.50C");
	T_INT(pdu.n_sensors, 2); /* the others are not found */
}

static void
t_an_invented_rpdu2_shows_outlets_phases_banks_and_a_sensor(void)
{
	if (!recorded("synthetic/synth-apc-rpdu2", "apc-rpdu2"))
		return;
	T_INT(pdu.n, 24);
	says("outlet 1 \"Outlet 1\" on (on) 0.30A 61.00W\n");
	says("outlet 3 \"Outlet 3\" off (off) 0.00A 0.00W\n");
	says("outlet 9 \"Outlet 9\" on-pending (off)");
	says("outlet 10 \"Outlet 10\" off-pending (on)");
	says("infeed phase \"phase 1\" 4.90A 1140.00W 242.00V");
	says("infeed bank \"bank 2\" 3.00A - -");
	says("infeed total \"total 1\" - 1140.00W -");
	says("sensor temperature \"Inlet temp\" 22.50C");
	says("sensor humidity \"Inlet temp\" 41.00%");
}

static void
t_an_invented_eaton_shows_both_pending_states_and_amperes_from_milliamperes(void)
{
	if (!recorded("synthetic/synth-eaton-g3", "eaton-epdu"))
		return;
	T_OK(pdu.n >= 4 && pdu.switches);
	says("outlet A1 \"Outlet A1\" on (on) 0.14A 29.00W\n");
	says("outlet A2 \"Outlet A2\" off (off) 0.00A 0.00W\n");
	says("outlet A3 \"Outlet A3\" off-pending (pendingOff) 0.41A 87.00W\n");
	says("on-pending (pendingOn)");
	says("infeed phase \"phase 0.1.1\" 5.23A 1150.00W 231.00V");
	says("sensor temperature \"temperature 0.1\" 23.50C");
	says("sensor humidity \"humidity 0.1\" 41.20%");
}

/* A hostile device: more rows than there are outlets, indexes of other lengths, texts where numbers belong. */
static void
t_more_outlets_than_eight_units_have_are_refused(void)
{
	struct devtype_set *types = NULL;
	struct snmp_value *values;
	struct err e = {0};
	size_t most = (size_t)LIMIT_OUTLETS * LIMIT_PDU_UNITS;
	struct arena *a = arena_create();
	const struct devtype *t;

	T_INT(devtype_load(t_path("mib"), modules(), &types, &e), 0);
	t = devtype_find(types, "sentry3");
	values = arena_array(a, most + 1, sizeof(*values));
	for (size_t i = 0; i <= most; i++) {
		const struct snmp_oid index = {.id = {1, (uint32_t)i / 100, (uint32_t)i % 100}, .n = 3};

		values[i] = (struct snmp_value){.oid = probe_oid_at(&t->state, &index), .type = SNMP_NUMBER, .number = 1};
	}
	probe_pdu_take(t, values, most, a, &pdu);
	T_OK(pdu.outcome == SNMP_OK && pdu.n == most);
	probe_pdu_take(t, values, most + 1, a, &pdu);
	T_INT(pdu.outcome, SNMP_GARBAGE);
	T_OK(strstr(pdu.text, "1025 rows; at most 8 units of 128 outlets") != NULL);
	values[0].oid.n++;                     /* an index of four numbers is no outlet's */
	values[1].type = SNMP_TEXT;            /* a state that is a text is not known */
	values[1].text = STR("on\x1b[2J");
	values[2].type = SNMP_NONE;
	probe_pdu_take(t, values, 4, a, &pdu);
	T_INT(pdu.n, 2);
	T_INT(pdu.outlets[0].state, DEVTYPE_UNKNOWN);
	T_OK(strchr(pdu.outlets[0].word, 0x1b) == NULL);
	T_INT(pdu.outlets[1].state, DEVTYPE_ON);
	probe_pdu_take(t, NULL, 0, a, &pdu);
	T_OK(pdu.outcome == SNMP_OK && pdu.n + pdu.n_infeeds + pdu.n_sensors == 0);
	arena_destroy(a);
	devtype_destroy(types);
}

T_MAIN(T(t_a_sentry3_of_two_towers_shows_infeeds_and_sensors_in_celsius),
    T(t_a_sentry4_of_two_units_shows_cords_lines_and_phases),
    T(t_an_ap7900_shows_8_outlets_and_a_phase_that_carries_nothing),
    T(t_a_px2_shows_its_readings_with_their_own_digits), T(t_invented_sentries_show_every_outlet_of_both_units),
    T(t_an_invented_rpdu2_shows_outlets_phases_banks_and_a_sensor),
    T(t_an_invented_eaton_shows_both_pending_states_and_amperes_from_milliamperes),
    T(t_more_outlets_than_eight_units_have_are_refused))
