/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the numbers of each family mean, typed from the manufacturers' MIBs a second time and by another hand than mib/:
 * every state, every number that says "will change by itself", the scale of one load, and what must never be sent.
 */
#include <math.h>

#include "modules.h"
#include "probe/probe.h"
#include "t.h"

static struct devtype_set *types;

static const struct devtype *
type_of(const char *family)
{
	struct err e = {0};

	if (types == NULL)
		T_INT(devtype_load(t_path("mib"), modules(), &types, &e), 0);
	return devtype_find(types, family);
}

/* One outlet, its row all ones but for the units' first; in the arena. */
static struct snmp_oid
first_index(const struct devtype *t)
{
	struct snmp_oid index = {.n = t->index_length};

	for (size_t i = 0; i < index.n; i++)
		index.id[i] = 1;
	if (t->has_units)
		index.id[0] = t->first_unit;
	return index;
}

static struct snmp_value
number(const struct devtype_oid *column, const struct snmp_oid *index, int64_t v)
{
	return (struct snmp_value){.oid = probe_oid_at(column, index), .type = SNMP_NUMBER, .number = v};
}

static struct probe_outlet
outlet_of(const struct devtype *t, const struct snmp_value *values, size_t n, struct arena *a)
{
	struct probe_pdu pdu;

	probe_pdu_take(t, values, n, a, &pdu);
	T_INT(pdu.outcome, SNMP_OK);
	return T_INT(pdu.n, 1) ? pdu.outlets[0] : (struct probe_outlet){.word = "", .trouble = ""};
}

#define NOBODY 9999 /* a number that no MIB gives a meaning */

static void
t_every_state_of_every_family_is_what_its_mib_says(void)
{
	static const struct {
		const char *family;
		int64_t value;
		enum devtype_state state;
		bool fault;
	} rows[] = {
	    {"sentry3", 0, DEVTYPE_OFF, false}, {"sentry3", 1, DEVTYPE_ON, false}, {"sentry3", 2, DEVTYPE_OFF_PENDING, false},
	    {"sentry3", 3, DEVTYPE_ON_PENDING, false}, {"sentry3", 4, DEVTYPE_OFF, true}, {"sentry3", 5, DEVTYPE_ON, true},
	    {"sentry3", 6, DEVTYPE_UNKNOWN, true}, {"sentry3", 7, DEVTYPE_UNKNOWN, false}, {"sentry3", 8, DEVTYPE_OFF, true},
	    {"sentry3", 9, DEVTYPE_ON, true},
	    {"sentry4", 0, DEVTYPE_UNKNOWN, false}, {"sentry4", 1, DEVTYPE_ON, false}, {"sentry4", 2, DEVTYPE_OFF, false},
	    {"apc-spdu", 1, DEVTYPE_ON, false}, {"apc-spdu", 2, DEVTYPE_OFF, false}, {"apc-spdu", 4, DEVTYPE_UNKNOWN, false},
	    {"apc-rpdu", 1, DEVTYPE_ON, false}, {"apc-rpdu", 2, DEVTYPE_OFF, false},
	    {"apc-rpdu2", 1, DEVTYPE_OFF, false}, {"apc-rpdu2", 2, DEVTYPE_ON, false},
	    {"raritan-px", -1, DEVTYPE_UNKNOWN, true}, {"raritan-px", 0, DEVTYPE_OFF, false}, {"raritan-px", 1, DEVTYPE_ON, false},
	    {"raritan-px", 2, DEVTYPE_ON_PENDING, false},
	    {"raritan-px2", -1, DEVTYPE_UNKNOWN, true}, {"raritan-px2", 7, DEVTYPE_ON, false}, {"raritan-px2", 8, DEVTYPE_OFF, false},
	    {"raritan-px2", 0, DEVTYPE_UNKNOWN, false}, {"raritan-px2", 1, DEVTYPE_UNKNOWN, false}, {"raritan-px2", 11, DEVTYPE_UNKNOWN, true},
	    {"eaton-epdu", 0, DEVTYPE_OFF, false}, {"eaton-epdu", 1, DEVTYPE_ON, false}, {"eaton-epdu", 2, DEVTYPE_OFF_PENDING, false},
	    {"eaton-epdu", 3, DEVTYPE_ON_PENDING, false},
	    {"eaton-nlogic", 1, DEVTYPE_OFF, false}, {"eaton-nlogic", 2, DEVTYPE_ON, false}, {"eaton-nlogic", 3, DEVTYPE_OFF_PENDING, false},
	    {"eaton-nlogic", 4, DEVTYPE_ON_PENDING, false},
	    {"hpe-g2", 1, DEVTYPE_OFF, false}, {"hpe-g2", 2, DEVTYPE_ON, false}, {"hpe-g2", 3, DEVTYPE_OFF_PENDING, false},
	    {"hpe-g2", 4, DEVTYPE_ON_PENDING, false},
	    {"geist-v5", 1, DEVTYPE_ON, false}, {"geist-v5", 2, DEVTYPE_OFF, false}, {"geist-v5", 3, DEVTYPE_OFF_PENDING, false},
	    {"geist-v5", 4, DEVTYPE_ON_PENDING, false}, {"geist-v5", 5, DEVTYPE_OFF_PENDING, false}, {"geist-v5", 6, DEVTYPE_ON_PENDING, false},
	    {"geist-v5", 7, DEVTYPE_UNKNOWN, true},
	    {"liebert-mpx", 0, DEVTYPE_UNKNOWN, false}, {"liebert-mpx", 1, DEVTYPE_OFF, false}, {"liebert-mpx", 2, DEVTYPE_ON, false},
	    {"liebert-mpx", 3, DEVTYPE_ON_PENDING, false},
	    {"cyberpower", 1, DEVTYPE_ON, false}, {"cyberpower", 2, DEVTYPE_OFF, false},
	    {"tripplite", 0, DEVTYPE_UNKNOWN, false}, {"tripplite", 1, DEVTYPE_OFF, false}, {"tripplite", 2, DEVTYPE_ON, false},
	    {"baytech", -1, DEVTYPE_UNKNOWN, true}, {"baytech", 0, DEVTYPE_OFF, false}, {"baytech", 1, DEVTYPE_ON, false},
	    {"baytech", 2, DEVTYPE_ON_PENDING, false}, {"baytech", 3, DEVTYPE_ON, false}, {"baytech", 4, DEVTYPE_OFF, false},
	    {"baytech", 5, DEVTYPE_UNKNOWN, false}, {"baytech", 6, DEVTYPE_UNKNOWN, false},
	};
	struct arena *a = arena_create();
	size_t families = 0, told = 0;

	for (size_t i = 0; i < LARCH_COUNT(rows); i++) {
		const struct devtype *t = type_of(rows[i].family);
		const struct snmp_oid index = first_index(t);
		struct snmp_value v = number(&t->state, &index, rows[i].value);
		struct probe_outlet o = outlet_of(t, &v, 1, a);

		if (!T_INT(o.state, rows[i].state) || !T_INT(o.fault, rows[i].fault))
			printf("# %s %lld (%s)\n", rows[i].family, (long long)rows[i].value, o.word);
		T_OK(o.state != DEVTYPE_ON || isnan(o.amps));
		v.number = NOBODY;
		T_INT(outlet_of(t, &v, 1, a).state, DEVTYPE_UNKNOWN);
		families += i == 0 || strcmp(rows[i].family, rows[i - 1].family) != 0;
	}
	T_INT(families, types->n);
	for (size_t i = 0; i < types->n; i++)
		told += types->types[i].n_states;
	T_INT(told, LARCH_COUNT(rows)); /* a state that is added to a file is added here, from its MIB */
	arena_destroy(a);
}

/* Beside a settled state: on that will go off is not on, off that will go on is not off. */
static void
t_what_will_change_by_itself_is_not_settled_in_any_family(void)
{
	static const struct {
		const char *family;
		int64_t on, off, moves[8], stays[16];
	} rows[] = {
	    {"sentry3", 1, 0, {8, 9, 10, 11, 16, 17, -1}, {0, 1, 2, 3, 4, 5, 6, 7, 12, 13, 14, 15, -1}},
	    {"sentry4", 1, 2, {8, 9, 12, 13, 18, 19, -1}, {0, 1, 2, 3, 4, 5, 6, 7, 10, 11, 14, 15, 16, 17, -1}},
	    {"apc-spdu", 1, 2, {1, -1}, {2, -1}}, {"apc-rpdu", 1, 2, {1, -1}, {2, 3, -1}}, {"apc-rpdu2", 2, 1, {1, -1}, {2, 3, -1}},
	    {"cyberpower", 1, 2, {1, -1}, {2, 3, -1}},
	};
	struct arena *a = arena_create();
	size_t with = 0;

	for (size_t i = 0; i < LARCH_COUNT(rows); i++) {
		const struct devtype *t = type_of(rows[i].family);
		const struct snmp_oid index = first_index(t);

		for (int k = 0; k < 2; k++) {
			bool on = k == 0;
			struct snmp_value v[2] = {number(&t->state, &index, on ? rows[i].on : rows[i].off), {.type = SNMP_NONE}};

			for (const int64_t *p = rows[i].moves; *p >= 0; p++) {
				v[1] = number(&t->pending, &index, *p);
				T_INT(outlet_of(t, v, 2, a).state, on ? DEVTYPE_OFF_PENDING : DEVTYPE_ON_PENDING);
			}
			for (const int64_t *p = rows[i].stays; *p >= 0; p++) {
				v[1] = number(&t->pending, &index, *p);
				T_INT(outlet_of(t, v, 2, a).state, on ? DEVTYPE_ON : DEVTYPE_OFF);
			}
		}
	}
	for (size_t i = 0; i < types->n; i++)
		with += types->types[i].pending.n > 0;
	T_INT(with, LARCH_COUNT(rows));
	arena_destroy(a);
}

/* What is written for on and off, and one reading of a load in its unit; NAN: the family has none. */
static void
t_commands_and_scales_are_those_of_the_mib(void)
{
	static const struct {
		const char *family;
		int64_t on, off;
		bool two_columns;
		double amps, watts; /* of a reading of 1234, and that many decimal digits told as 2 where the device tells them */
	} rows[] = {
	    {"sentry3", 1, 2, false, 12.34, 1234}, {"sentry4", 1, 2, false, 12.34, 1234}, {"apc-spdu", 1, 2, false, NAN, NAN},
	    {"apc-rpdu", 1, 2, false, 123.4, NAN}, {"apc-rpdu2", 1, 2, false, 123.4, 1234}, {"raritan-px", 1, 0, false, 1.234, 1234},
	    {"raritan-px2", 1, 0, false, 12.34, 12.34}, {"eaton-epdu", 0, 0, true, 1.234, 1234}, {"eaton-nlogic", 2, 1, false, 12.34, 1234},
	    {"hpe-g2", 0, 0, true, NAN, NAN}, {"geist-v5", 2, 4, false, 12.34, 1234}, {"liebert-mpx", 1, 0, false, 12.34, 1234},
	    {"cyberpower", 1, 2, false, 123.4, 1234}, {"tripplite", 2, 1, false, NAN, NAN}, {"baytech", 1, 0, false, NAN, NAN},
	};

	for (size_t i = 0; i < LARCH_COUNT(rows); i++) {
		const struct devtype *t = type_of(rows[i].family);
		const struct devtype_measure *const of[] = {&t->current, &t->watts};
		const double want[] = {rows[i].amps, rows[i].watts};

		T_INT(t->control_on, rows[i].on);
		T_INT(t->control_off, rows[i].off);
		T_INT(memcmp(&t->control, &t->control_off_column, sizeof(t->control)) != 0, rows[i].two_columns);
		for (size_t k = 0; k < LARCH_COUNT(of); k++) {
			double v = NAN;
			bool has = of[k]->oid.n > 0 && devtype_measured(of[k], 1234, of[k]->digits.n > 0 ? 2 : 0, &v);

			T_INT(has, !isnan(want[k]));
			T_OK(!has || fabs(v - want[k]) < 1e-9);
			T_OK(of[k]->oid.n == 0 || !devtype_measured(of[k], -1, 0, &v));         /* not available */
			T_OK(of[k]->oid.n == 0 || !devtype_measured(of[k], 4294967295, 0, &v)); /* and -1 in a Gauge32 */
		}
	}
	T_INT(LARCH_COUNT(rows), types->n);
}

/* Eight units behind one address, with as many outlets as there may be: each has a name of its own. */
static void
t_eight_units_of_128_outlets_have_1024_names(void)
{
	static const char *const families[] = {"raritan-px2", "eaton-epdu", "eaton-nlogic", "hpe-g2", "tripplite", "baytech"};

	for (size_t i = 0; i < LARCH_COUNT(families); i++) {
		const struct devtype *t = type_of(families[i]);
		struct arena *a = arena_create();
		struct snmp_value *v = arena_array(a, LIMIT_PDU_UNITS * LIMIT_OUTLETS, sizeof(*v));
		struct hosts names = {.name = arena_array(a, LIMIT_PDU_UNITS * LIMIT_OUTLETS, sizeof(char *))};
		struct probe_pdu pdu;
		size_t n = 0;

		for (uint32_t unit = 0; unit < LIMIT_PDU_UNITS; unit++)
			for (uint32_t outlet = 1; outlet <= LIMIT_OUTLETS; outlet++) {
				const struct snmp_oid index = {.id = {t->first_unit + unit, outlet}, .n = 2};

				v[n++] = number(&t->state, &index, 1);
			}
		probe_pdu_take(t, v, n, a, &pdu);
		T_INT(pdu.n, n);
		for (size_t k = 0; k < pdu.n; k++)
			names.name[names.n++] = arena_strdup(a, pdu.outlets[k].outlet);
		T_STR(pdu.outlets[0].outlet, "1");
		T_OK(strchr(pdu.outlets[n - 1].outlet, '-') != NULL);
		hosts_sort(&names); /* each once */
		T_INT(names.n, LIMIT_PDU_UNITS * LIMIT_OUTLETS);
		arena_destroy(a);
	}
	devtype_destroy(types);
	types = NULL;
}

T_MAIN(T(t_every_state_of_every_family_is_what_its_mib_says), T(t_what_will_change_by_itself_is_not_settled_in_any_family),
    T(t_commands_and_scales_are_those_of_the_mib), T(t_eight_units_of_128_outlets_have_1024_names))
