/* SPDX-License-Identifier: Apache-2.0 */
/* What the values of a PDU's tables mean, through its device type's data. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "probe.h"

/* The values of an answer by their name. */
struct cells {
	const struct snmp_value **list;
	size_t n;
	struct arena *arena;
};

/* Indexes of rows, in order, each once: they point into the values' names. */
struct rows {
	const uint32_t **list;
	size_t n, length;
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

/* ---- cells ------------------------------------------------------------------------------ */

static int
compare(const struct snmp_oid *a, const struct snmp_oid *b)
{
	for (size_t i = 0; i < a->n && i < b->n; i++)
		if (a->id[i] != b->id[i])
			return a->id[i] < b->id[i] ? -1 : 1;
	return (a->n > b->n) - (a->n < b->n);
}

static int
by_name(const void *a, const void *b)
{
	return compare(&(*(const struct snmp_value *const *)a)->oid, &(*(const struct snmp_value *const *)b)->oid);
}

static struct cells
cells_of(const struct snmp_value *values, size_t n, struct arena *a)
{
	struct cells c = {.list = arena_array(a, n + 1, sizeof(const struct snmp_value *)), .arena = a};

	for (size_t i = 0; i < n; i++)
		if (values[i].type != SNMP_NONE)
			c.list[c.n++] = &values[i];
	qsort(c.list, c.n, sizeof(const struct snmp_value *), by_name);
	return c;
}

/* The place of the first cell that is not before the name. */
static size_t
place(const struct cells *c, const struct snmp_oid *name)
{
	size_t low = 0, high = c->n;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (compare(&c->list[mid]->oid, name) < 0)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

static const struct snmp_value *
named(const struct cells *c, const struct snmp_oid *name)
{
	size_t at = place(c, name);

	return at < c->n && compare(&c->list[at]->oid, name) == 0 ? c->list[at] : NULL;
}

static const struct snmp_value *
cell(const struct cells *c, const struct devtype_oid *column, const struct snmp_oid *index)
{
	const struct snmp_oid name = probe_oid_at(column, index);

	return column->n == 0 ? NULL : named(c, &name);
}

/* A number in a row's cell: false when there is none. */
static bool
number(const struct cells *c, const struct devtype_oid *column, const struct snmp_oid *index, int64_t *out)
{
	const struct snmp_value *v = cell(c, column, index);

	if (v == NULL || v->type != SNMP_NUMBER)
		return false;
	*out = v->number;
	return true;
}

static const char *
text(const struct cells *c, const struct devtype_oid *column, const struct snmp_oid *index)
{
	const struct snmp_value *v = cell(c, column, index);
	struct buf clean = BUF(LIMIT_NAME);
	const char *t;

	if (v == NULL)
		return "";
	if (v->type == SNMP_NUMBER)
		return arena_printf(c->arena, "%lld", (long long)v->number);
	buf_plain(&clean, str_trim(v->text));
	t = arena_strndup(c->arena, clean.n > 0 ? clean.p : "", clean.n);
	buf_free(&clean);
	return t;
}

/* ---- rows -------------------------------------------------------------------------------- */

static int
order(const uint32_t *a, const uint32_t *b, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (a[i] != b[i])
			return a[i] < b[i] ? -1 : 1;
	return 0;
}

/* Rows of a column that have the length, and the suffix behind, among those that are there: both are in order. */
static void
add_rows(const struct cells *c, const struct devtype_oid *column, const struct devtype_measure *m, struct rows *r)
{
	const struct snmp_oid base = probe_oid(column);
	bool suffix = m != NULL && m->has_suffix;
	const uint32_t **merged;
	size_t n = 0, old = 0, end, first = column->n == 0 ? c->n : place(c, &base);

	for (end = first; end < c->n && snmp_oid_below(&c->list[end]->oid, &base); end++)
		;
	if (first == end)
		return;
	merged = arena_array(c->arena, r->n + (end - first), sizeof(*merged));
	for (size_t i = first; i < end; i++) {
		const struct snmp_oid *name = &c->list[i]->oid;
		const uint32_t *index = name->id + base.n;

		if (name->n != base.n + r->length + suffix || (suffix && name->id[name->n - 1] != m->suffix))
			continue;
		while (old < r->n && order(r->list[old], index, r->length) < 0)
			merged[n++] = r->list[old++];
		if (old == r->n || order(r->list[old], index, r->length) != 0)
			merged[n++] = index;
	}
	while (old < r->n)
		merged[n++] = r->list[old++];
	r->list = merged;
	r->n = n;
}

static struct snmp_oid
row_index(const struct rows *r, size_t i)
{
	struct snmp_oid index = {.n = r->length};

	memcpy(index.id, r->list[i], r->length * sizeof(*index.id));
	return index;
}

static bool
counts(const struct cells *c, const struct devtype_rows *rows, const struct snmp_oid *index)
{
	for (size_t i = 0; i < rows->n_where; i++) {
		const struct devtype_where *w = &rows->where[i];
		int64_t value = w->column.n == 0 && w->position < index->n ? (int64_t)index->id[w->position] : 0;

		if (w->column.n > 0 && !number(c, &w->column, index, &value))
			return false;
		if (devtype_holds(&w->values, value) == w->not)
			return false;
	}
	return true;
}

static double
measured(const struct cells *c, const struct devtype_measure *m, const struct snmp_oid *row)
{
	struct snmp_oid index = *row;
	int64_t reading, digits = 0;
	double value;

	if (m->has_suffix && index.n < SNMP_OID)
		index.id[index.n++] = m->suffix;
	if (!number(c, &m->oid, &index, &reading) || (m->digits.n > 0 && !number(c, &m->digits, &index, &digits)) ||
	    !devtype_measured(m, reading, digits, &value))
		return NAN;
	return value;
}

/* The device's own name for a row, else what it is and its index: "phase 1". */
static const char *
row_name(const struct cells *c, const struct devtype_rows *rows, const char *kind, const struct snmp_oid *index)
{
	const char *name = text(c, &rows->name, index);
	struct buf number = BUF(LIMIT_NAME);

	if (name[0] != '\0')
		return name;
	snmp_oid_text(index, &number);
	name = arena_printf(c->arena, "%s %s", kind, number.n == 0 ? "" : number.p);
	buf_free(&number);
	return name;
}

const char *
probe_outlet_fault(const struct probe_outlet *o)
{
	return *o->trouble != '\0' ? o->trouble : o->fault ? o->word : "";
}

/* ---- outlets -------------------------------------------------------------------------------- */

static void
take_state(const struct devtype *t, const struct cells *c, struct probe_outlet *o)
{
	int64_t value;
	const struct devtype_state_row *row =
	    number(c, &t->state, &o->index, &value) ? devtype_state_of(t, value) : NULL;
	const struct devtype_health_row *health =
	    number(c, &t->health, &o->index, &value) ? devtype_health_of(t, value) : NULL;
	bool moves = number(c, &t->pending, &o->index, &value) && devtype_is_pending(t, value);

	o->state = row == NULL ? DEVTYPE_UNKNOWN : devtype_with_pending(row->state, moves);
	o->word = row == NULL ? text(c, &t->state, &o->index) : row->word;
	o->fault = health != NULL || (row != NULL && row->fault);
	o->trouble = health == NULL ? "" : health->word;
	if (health != NULL && health->lost)
		o->state = DEVTYPE_UNKNOWN;
}

/* May it be written? A device without the column says nothing against it. */
static bool
is_switchable(const struct devtype *t, const struct cells *c, const struct snmp_oid *index)
{
	const struct snmp_value *v = cell(c, &t->switchable, index);
	size_t byte = t->switchable_bit / 8;

	if (t->control.n == 0 || cell(c, &t->state, index) == NULL)
		return false;
	if (v == NULL)
		return true;
	if (!t->switchable_by_bit)
		return v->type == SNMP_NUMBER && devtype_holds(&t->switchable_values, v->number);
	return v->type == SNMP_TEXT && byte < v->text.n &&
	    ((unsigned char)v->text.p[byte] & (0x80u >> t->switchable_bit % 8)) != 0;
}

static const char *
outlet_id(const struct devtype *t, const struct cells *c, const struct snmp_oid *index)
{
	const char *id = text(c, &t->outlet_id, index);

	if (id[0] == '\0')
		id = arena_printf(c->arena, "%u", (unsigned)index->id[index->n - 1]);
	if (t->has_units && index->id[0] != t->first_unit)
		id = arena_printf(c->arena, "%u-%s", (unsigned)index->id[0], id);
	return id;
}

static struct probe_outlet
outlet(const struct devtype *t, const struct cells *c, const struct snmp_oid *index)
{
	struct probe_outlet o = {
	    .outlet = outlet_id(t, c, index),
	    .device_name = text(c, &t->outlet_name, index),
	    .switchable = is_switchable(t, c, index),
	    .amps = measured(c, &t->current, index),
	    .watts = measured(c, &t->watts, index),
	    .index = *index,
	};

	take_state(t, c, &o);
	return o;
}

static void
take_outlets(const struct devtype *t, const struct cells *c, struct probe_pdu *out)
{
	struct rows rows = {.length = t->index_length};
	struct probe_outlet *list;

	if (t->index_length == 0)
		return;
	add_rows(c, &t->outlet_id, NULL, &rows);
	add_rows(c, &t->outlet_name, NULL, &rows);
	add_rows(c, &t->state, NULL, &rows);
	add_rows(c, &t->current.oid, &t->current, &rows);
	add_rows(c, &t->watts.oid, &t->watts, &rows);
	if (rows.n > (size_t)LIMIT_OUTLETS * LIMIT_PDU_UNITS) {
		out->outcome = SNMP_GARBAGE;
		out->text = arena_printf(c->arena, "its outlet table has %zu rows; at most %d units of %d outlets are read",
		    rows.n, LIMIT_PDU_UNITS, LIMIT_OUTLETS);
		return;
	}
	list = arena_array(c->arena, rows.n, sizeof(*list));
	for (size_t i = 0; i < rows.n; i++) {
		const struct snmp_oid index = row_index(&rows, i);

		list[i] = outlet(t, c, &index);
		out->switches = out->switches || list[i].switchable;
	}
	out->outlets = list;
	out->n = rows.n;
}

/* ---- infeeds and sensors ----------------------------------------------------------------------- */

static void
take_infeeds(const struct devtype *t, const struct cells *c, struct probe_pdu *out)
{
	struct probe_infeed *list = arena_array(c->arena, c->n + 1, sizeof(*list));
	size_t n = 0;

	for (size_t i = 0; i < t->n_infeeds; i++) {
		const struct devtype_infeed *f = &t->infeeds[i];
		const struct devtype_measure *const of[] = {&f->current, &f->watts, &f->volts};
		struct rows rows = {.length = f->rows.index_length};

		for (size_t k = 0; k < LARCH_COUNT(of); k++)
			add_rows(c, &of[k]->oid, of[k], &rows);
		for (size_t k = 0; k < rows.n && n < c->n; k++) {
			const struct snmp_oid index = row_index(&rows, k);

			if (!counts(c, &f->rows, &index))
				continue;
			list[n++] = (struct probe_infeed){
			    .kind = f->kind,
			    .name = row_name(c, &f->rows, devtype_infeed_name(f->kind), &index),
			    .amps = measured(c, &f->current, &index),
			    .watts = measured(c, &f->watts, &index),
			    .volts = measured(c, &f->volts, &index),
			};
		}
	}
	out->infeeds = list;
	out->n_infeeds = n;
}

static double
sensed(const struct devtype_sensor *s, const struct cells *c, const struct snmp_oid *index)
{
	static const struct snmp_oid scalar = {.id = {0}, .n = 1};
	double value = measured(c, &s->value, index);
	int64_t scale;
	bool fahrenheit = s->always_fahrenheit ||
	    ((number(c, &s->fahrenheit, index, &scale) || number(c, &s->fahrenheit, &scalar, &scale)) &&
	        devtype_holds(&s->fahrenheit_values, scale));

	return fahrenheit ? (value - 32) * 5 / 9 : value;
}

static void
take_sensors(const struct devtype *t, const struct cells *c, struct probe_pdu *out)
{
	struct probe_sensor *list = arena_array(c->arena, c->n + 1, sizeof(*list));
	size_t n = 0;

	for (size_t i = 0; i < t->n_sensors; i++) {
		const struct devtype_sensor *s = &t->sensors[i];
		struct rows rows = {.length = s->rows.index_length};

		add_rows(c, &s->value.oid, &s->value, &rows);
		for (size_t k = 0; k < rows.n && n < c->n; k++) {
			const struct snmp_oid index = row_index(&rows, k);

			if (counts(c, &s->rows, &index))
				list[n++] = (struct probe_sensor){
				    .kind = s->kind,
				    .name = row_name(c, &s->rows, devtype_sensor_name(s->kind), &index),
				    .value = sensed(s, c, &index),
				};
		}
	}
	out->sensors = list;
	out->n_sensors = n;
}

void
probe_pdu_take(const struct devtype *t, const struct snmp_value *values, size_t n, struct arena *a,
    struct probe_pdu *out)
{
	const struct cells c = cells_of(values, n, a);

	*out = (struct probe_pdu){.outcome = SNMP_OK, .text = ""};
	take_outlets(t, &c, out);
	take_infeeds(t, &c, out);
	take_sensors(t, &c, out);
}

/* ---- what to ask ----------------------------------------------------------------------------------- */

struct asked {
	struct snmp_oid *list;
	size_t n;
};

static void
ask(struct asked *a, const struct devtype_oid *column)
{
	const struct snmp_oid o = probe_oid(column);

	for (size_t i = 0; i < a->n; i++)
		if (compare(&a->list[i], &o) == 0)
			return;
	if (o.n > 0)
		a->list[a->n++] = o;
}

static void
ask_measure(struct asked *a, const struct devtype_measure *m)
{
	ask(a, &m->oid);
	ask(a, &m->digits);
}

static void
ask_rows(struct asked *a, const struct devtype_rows *rows)
{
	ask(a, &rows->name);
	for (size_t i = 0; i < rows->n_where; i++)
		ask(a, &rows->where[i].column);
}

size_t
probe_pdu_columns(const struct devtype *t, bool outlets_only, struct arena *a, const struct snmp_oid **out)
{
	/* at most: name, three measures of two columns and four conditions an infeed, fewer a sensor */
	struct asked q = {.list = arena_array(a, PROBE_PDU_ROW + 11 * (t->n_infeeds + t->n_sensors), sizeof(*q.list))};
	const struct devtype_oid *const outlets[] = {&t->outlet_id, &t->outlet_name, &t->state, &t->pending, &t->health,
	    &t->switchable};

	for (size_t i = 0; i < LARCH_COUNT(outlets); i++)
		ask(&q, outlets[i]);
	ask_measure(&q, &t->current);
	ask_measure(&q, &t->watts);
	for (size_t i = 0; i < t->n_infeeds && !outlets_only; i++) {
		ask_rows(&q, &t->infeeds[i].rows);
		ask_measure(&q, &t->infeeds[i].current);
		ask_measure(&q, &t->infeeds[i].watts);
		ask_measure(&q, &t->infeeds[i].volts);
	}
	for (size_t i = 0; i < t->n_sensors && !outlets_only; i++) {
		ask_rows(&q, &t->sensors[i].rows);
		ask_measure(&q, &t->sensors[i].value);
		ask(&q, &t->sensors[i].fahrenheit);
	}
	*out = q.list;
	return q.n;
}

size_t
probe_pdu_row(const struct devtype *t, const struct snmp_oid *index, struct snmp_oid out[PROBE_PDU_ROW])
{
	const struct devtype_oid *const plain[] = {&t->outlet_id, &t->outlet_name, &t->state, &t->pending, &t->health,
	    &t->switchable};
	const struct devtype_measure *const of[] = {&t->current, &t->watts};
	size_t n = 0;

	for (size_t i = 0; i < LARCH_COUNT(plain); i++)
		if (plain[i]->n > 0)
			out[n++] = probe_oid_at(plain[i], index);
	for (size_t i = 0; i < LARCH_COUNT(of); i++) {
		struct snmp_oid at = *index;

		if (of[i]->has_suffix && at.n < SNMP_OID)
			at.id[at.n++] = of[i]->suffix;
		if (of[i]->oid.n > 0)
			out[n++] = probe_oid_at(&of[i]->oid, &at);
		if (of[i]->digits.n > 0)
			out[n++] = probe_oid_at(&of[i]->digits, &at);
	}
	return n;
}
