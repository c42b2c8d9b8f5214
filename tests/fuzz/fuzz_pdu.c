/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Any values in the tables of any shipped family. A byte chooses the family; then each value is a byte that chooses its
 * column, one for the length of its index, that many numbers of the index, one for its type, and four of a number, or
 * as many of a text as the first of them says. What comes out has names without control bytes, known states, and
 * no number that is not finite.
 */
#include <math.h>
#include <string.h>

#include "fuzz.h"
#include "modules.h"
#include "probe/probe.h"

#define VALUES 512

struct input {
	const uint8_t *at, *end;
};

static uint8_t
byte(struct input *in)
{
	return in->at < in->end ? *in->at++ : 0;
}

static const struct devtype_set *
families(void)
{
	static struct devtype_set *s;
	const char *root = getenv("LARCH_ROOT");
	char folder[4096];
	struct err e;

	snprintf(folder, sizeof(folder), "%s/mib", root == NULL ? "." : root);
	if (s == NULL)
		DEMAND(devtype_load(folder, modules(), &s, &e) == 0);
	return s;
}

static void
value(struct input *in, const struct snmp_oid *columns, size_t n, struct snmp_value *out)
{
	uint8_t column = byte(in), length = byte(in) % 7;

	*out = (struct snmp_value){.oid = columns[column % n]};
	for (uint8_t i = 0; i < length; i++)
		out->oid.id[out->oid.n++] = byte(in);
	out->type = (enum snmp_type)(byte(in) % 4);
	if (out->type == SNMP_TEXT) {
		size_t wanted = byte(in), left = (size_t)(in->end - in->at);

		out->text = (struct str){(const char *)in->at, wanted < left ? wanted : left};
		in->at += out->text.n;
	} else if (out->type == SNMP_NUMBER) {
		uint32_t number = 0;

		for (int i = 0; i < 4; i++)
			number = number << 8 | byte(in);
		out->number = byte(in) % 2 == 0 ? (int64_t)number : (int32_t)number;
	}
}

static void
is_clean(const char *text)
{
	for (; *text != '\0'; text++)
		DEMAND((unsigned char)*text >= 0x20 && *text != 0x7f);
}

static void
is_measure(double value)
{
	DEMAND(isnan(value) || isfinite(value));
}

static void
is_sound(const struct probe_pdu *pdu, const struct devtype *t)
{
	struct snmp_oid row[PROBE_PDU_ROW];

	DEMAND(pdu->outcome == SNMP_OK && pdu->n <= VALUES);
	for (size_t i = 0; i < pdu->n; i++) {
		const struct probe_outlet *o = &pdu->outlets[i];

		is_clean(o->outlet);
		is_clean(o->device_name);
		is_clean(o->word);
		is_measure(o->amps);
		is_measure(o->watts);
		DEMAND(o->outlet[0] != '\0' && o->index.n == t->index_length && (unsigned)o->state < DEVTYPE_STATE_COUNT);
		DEMAND(!o->switchable || (t->control.n > 0 && pdu->switches));
		DEMAND(probe_pdu_row(t, &o->index, row) <= PROBE_PDU_ROW);
	}
	for (size_t i = 0; i < pdu->n_infeeds; i++) {
		is_clean(pdu->infeeds[i].name);
		is_measure(pdu->infeeds[i].amps);
		is_measure(pdu->infeeds[i].watts);
		is_measure(pdu->infeeds[i].volts);
	}
	for (size_t i = 0; i < pdu->n_sensors; i++) {
		is_clean(pdu->sensors[i].name);
		is_measure(pdu->sensors[i].value);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	static struct snmp_value values[VALUES];
	struct input in = {data, data + n};
	const struct devtype *t = &families()->types[byte(&in) % families()->n];
	struct arena *a = arena_create();
	const struct snmp_oid *columns;
	size_t n_columns = probe_pdu_columns(t, false, a, &columns), n_values = 0;
	struct probe_pdu pdu;
	struct probe_feeds feeds;

	while (in.at < in.end && n_values < VALUES)
		value(&in, columns, n_columns, &values[n_values++]);
	probe_pdu_take(t, values, n_values, a, &pdu);
	is_sound(&pdu, t);
	if (probe_pdu_feeds(&pdu, a, &feeds)) {
		json_t *told = jsn_parse(str_of(feeds.data), "feeds", NULL);

		DEMAND(told != NULL && strlen(feeds.data) <= LIMIT_STATUS_DATA);
		is_clean(feeds.text);
		json_decref(told);
	}
	arena_destroy(a);
	return 0;
}
