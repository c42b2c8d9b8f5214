/* SPDX-License-Identifier: Apache-2.0 */
/* One reading of a PDU's outlet table, through its device type's data. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "probe.h"

/* PENDING stands after STATE: a walk brings columns in the order asked, and the one changes what the other means. */
enum column { ID, NAME, STATE, PENDING, CURRENT, WATTS, COLUMNS };

struct reading {
	struct gate_device *device;
	probe_pdu_fn *done;
	void *ctx;
	struct snmp_oid column[COLUMNS];
};

struct snmp_oid
probe_oid(const struct devtype_oid *column)
{
	struct snmp_oid o = {.n = column->n};

	memcpy(o.id, column->id, column->n * sizeof(*o.id));
	return o;
}

struct snmp_oid
probe_oid_at(const struct devtype_oid *column, const struct snmp_oid *index)
{
	struct snmp_oid o = probe_oid(column);

	for (size_t i = 0; i < index->n && o.n < SNMP_OID; i++)
		o.id[o.n++] = index->id[i];
	return o;
}

static struct probe_outlet *
outlet_at(struct probe_outlet *list, size_t *n, size_t max, const struct snmp_oid *index)
{
	for (size_t i = 0; i < *n; i++)
		if (list[i].index.n == index->n &&
		    memcmp(list[i].index.id, index->id, index->n * sizeof(*index->id)) == 0)
			return &list[i];
	if (*n == max)
		return NULL;
	list[*n] = (struct probe_outlet){.outlet = "", .device_name = "", .word = "", .amps = NAN, .watts = NAN,
	    .index = *index};
	return &list[(*n)++];
}

static double
measured(const struct devtype_measure *m, const struct snmp_value *v)
{
	if (v->type != SNMP_NUMBER || v->number < m->absent_below)
		return NAN;
	return (double)v->number * m->scale;
}

static const char *
text_of(const struct snmp_value *v, struct arena *a)
{
	struct buf clean = BUF(LIMIT_NAME);
	const char *t;

	if (v->type == SNMP_NUMBER)
		return arena_printf(a, "%lld", (long long)v->number);
	buf_plain(&clean, str_trim(v->text));
	t = arena_strndup(a, clean.n > 0 ? clean.p : "", clean.n);
	buf_free(&clean);
	return t;
}

static void
take(const struct devtype *t, struct probe_outlet *o, enum column c, const struct snmp_value *v,
    struct arena *a)
{
	const struct devtype_state_row *row;

	switch (c) {
	case ID: o->outlet = text_of(v, a); break;
	case NAME: o->device_name = text_of(v, a); break;
	case CURRENT: o->amps = measured(&t->current, v); break;
	case WATTS: o->watts = measured(&t->watts, v); break;
	case PENDING:
		o->state = devtype_with_pending(o->state, v->type == SNMP_NUMBER && devtype_is_pending(t, v->number));
		break;
	default:
		row = v->type == SNMP_NUMBER ? devtype_state_of(t, v->number) : NULL;
		o->state = row == NULL ? DEVTYPE_UNKNOWN : row->state;
		o->word = row == NULL ? text_of(v, a) : row->word;
		break;
	}
}

/* A device without an id column: the outlet is named by the last number of its index. */
static void
name_by_index(struct probe_outlet *o, struct arena *a)
{
	if (o->outlet[0] == '\0' && o->index.n > 0)
		o->outlet = arena_printf(a, "%u", (unsigned)o->index.id[o->index.n - 1]);
}

static void
sort_out(const struct reading *r, const struct snmp_answer *answer, struct arena *a, struct probe_pdu *pdu)
{
	const struct devtype *t = gate_type(r->device);
	struct probe_outlet *list = arena_array(a, LIMIT_OUTLETS, sizeof(*list));
	size_t n = 0;

	for (size_t i = 0; i < answer->n; i++) {
		const struct snmp_value *v = &answer->values[i];

		for (int c = 0; c < COLUMNS; c++) {
			struct snmp_oid index = {0};
			struct probe_outlet *o;

			if (r->column[c].n == 0 || !snmp_oid_below(&v->oid, &r->column[c]))
				continue;
			index.n = v->oid.n - r->column[c].n;
			memcpy(index.id, v->oid.id + r->column[c].n, index.n * sizeof(*index.id));
			o = index.n == t->index_length ? outlet_at(list, &n, LIMIT_OUTLETS, &index) : NULL;
			if (o != NULL)
				take(t, o, (enum column)c, v, a);
			break;
		}
	}
	for (size_t i = 0; i < n; i++)
		name_by_index(&list[i], a);
	pdu->outlets = list;
	pdu->n = n;
}

static void
walked(void *ctx, const struct snmp_answer *answer)
{
	struct reading *r = ctx;
	struct arena *a = arena_create();
	struct probe_pdu pdu = {.outcome = answer->outcome, .text = answer->text};

	if (answer->outcome == SNMP_OK)
		sort_out(r, answer, a, &pdu);
	if (answer->outcome == SNMP_OK && pdu.n == 0) {
		pdu.outcome = SNMP_GARBAGE;
		pdu.text = "it has no row in the outlet table of its family";
	}
	r->done(r->ctx, &pdu);
	arena_destroy(a);
	free(r);
}

void
probe_pdu_read(struct gate_device *d, enum gate_priority p, probe_pdu_fn *done, void *ctx)
{
	const struct devtype *t = gate_type(d);
	struct reading *r = calloc(1, sizeof(*r));
	struct snmp_oid columns[COLUMNS];
	size_t n = 0;

	if (r == NULL)
		log_die("out of memory: no reading");
	*r = (struct reading){.device = d, .done = done, .ctx = ctx};
	r->column[ID] = probe_oid(&t->outlet_id);
	r->column[NAME] = probe_oid(&t->outlet_name);
	r->column[STATE] = probe_oid(&t->state);
	r->column[PENDING] = probe_oid(&t->pending);
	r->column[CURRENT] = probe_oid(&t->current.oid);
	r->column[WATTS] = probe_oid(&t->watts.oid);
	for (int c = 0; c < COLUMNS; c++)
		if (r->column[c].n > 0)
			columns[n++] = r->column[c];
	gate_walk(d, p, columns, n, (size_t)LIMIT_OUTLETS * COLUMNS, walked, r);
}
