/* SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>
#include <string.h>

#include "devtype.h"

const struct devtype *
devtype_find(const struct devtype_set *s, const char *family)
{
	for (size_t i = 0; i < s->n; i++)
		if (strcmp(s->types[i].family, family) == 0)
			return &s->types[i];
	return NULL;
}

/* ---- states ------------------------------------------------------------------- */

const struct devtype_state_row *
devtype_state_of(const struct devtype *t, int64_t value)
{
	for (size_t i = 0; i < t->n_states; i++)
		if (t->states[i].value == value)
			return &t->states[i];
	return NULL;
}

const char *
devtype_state_name(enum devtype_state state)
{
	static const char *const name[DEVTYPE_STATE_COUNT] = {
	    [DEVTYPE_UNKNOWN] = "unknown",
	    [DEVTYPE_OFF] = "off",
	    [DEVTYPE_ON] = "on",
	    [DEVTYPE_OFF_PENDING] = "off-pending",
	    [DEVTYPE_ON_PENDING] = "on-pending",
	};

	return (unsigned)state < DEVTYPE_STATE_COUNT ? name[state] : "unknown";
}

const char *
devtype_infeed_name(enum devtype_infeed_kind kind)
{
	static const char *const name[DEVTYPE_INFEED_KINDS] = {
	    [DEVTYPE_INLET] = "inlet",
	    [DEVTYPE_LINE] = "line",
	    [DEVTYPE_PHASE] = "phase",
	    [DEVTYPE_BANK] = "bank",
	    [DEVTYPE_TOTAL] = "total",
	};

	return (unsigned)kind < DEVTYPE_INFEED_KINDS ? name[kind] : "unknown";
}

const char *
devtype_sensor_name(enum devtype_sensor_kind kind)
{
	static const char *const name[DEVTYPE_SENSOR_KINDS] = {
	    [DEVTYPE_TEMPERATURE] = "temperature", [DEVTYPE_HUMIDITY] = "humidity"};

	return (unsigned)kind < DEVTYPE_SENSOR_KINDS ? name[kind] : "unknown";
}

bool
devtype_holds(const struct devtype_numbers *numbers, int64_t value)
{
	for (size_t i = 0; i < numbers->n; i++)
		if (numbers->list[i] == value)
			return true;
	return false;
}

const struct devtype_health_row *
devtype_health_of(const struct devtype *t, int64_t value)
{
	for (size_t i = 0; i < t->n_healths; i++)
		if (t->healths[i].value == value)
			return &t->healths[i];
	return NULL;
}

bool
devtype_is_pending(const struct devtype *t, int64_t value)
{
	return devtype_holds(&t->pending_values, value);
}

enum devtype_state
devtype_with_pending(enum devtype_state state, bool pending)
{
	if (pending && state == DEVTYPE_OFF)
		return DEVTYPE_ON_PENDING;
	if (pending && state == DEVTYPE_ON)
		return DEVTYPE_OFF_PENDING;
	return state;
}

bool
devtype_measured(const struct devtype_measure *m, int64_t reading, int64_t digits, double *out)
{
	double scale = m->scale;

	if (m->oid.n == 0 || reading < m->absent_below || reading > m->absent_above || digits < -9 || digits > 9)
		return false;
	for (; digits > 0; digits--)
		scale /= 10;
	for (; digits < 0; digits++)
		scale *= 10;
	*out = (double)reading * scale;
	return true;
}

/* ---- object identifiers ---------------------------------------------------------- */

bool
devtype_is_below(const struct devtype_oid *oid, const struct devtype_oid *base)
{
	return oid->n >= base->n && memcmp(oid->id, base->id, base->n * sizeof(base->id[0])) == 0;
}

bool
devtype_echoes(const struct devtype *t)
{
	return t->control.n > 0 && t->state.n == t->control.n && devtype_is_below(&t->state, &t->control);
}

bool
devtype_is_family(const struct devtype *t, const struct devtype_oid *sys_object_id)
{
	for (size_t i = 0; i < t->n_sys_object_ids; i++)
		if (devtype_is_below(sys_object_id, &t->sys_object_ids[i]))
			return true;
	return false;
}

int
devtype_cell(const struct devtype_oid *column, const struct devtype_oid *index, struct devtype_oid *out)
{
	struct devtype_oid cell = *column;

	if (column->n + index->n > DEVTYPE_OID)
		return -1;
	memcpy(cell.id + cell.n, index->id, index->n * sizeof(index->id[0]));
	cell.n += index->n;
	*out = cell;
	return 0;
}

int
devtype_index(const struct devtype *t, const struct devtype_oid *column, const struct devtype_oid *cell,
    struct devtype_oid *out)
{
	struct devtype_oid index = {.n = t->index_length};

	if (column->n == 0 || cell->n != column->n + t->index_length || !devtype_is_below(cell, column))
		return -1;
	memcpy(index.id, cell->id + column->n, index.n * sizeof(index.id[0]));
	*out = index;
	return 0;
}

int
devtype_parse_oid(struct str text, struct devtype_oid *out, struct err *e)
{
	struct devtype_oid oid = {.n = 0};
	struct str rest = text;
	int64_t number;

	while (rest.p != NULL) {
		struct str word = str_cut(&rest, '.');

		if (oid.n == DEVTYPE_OID)
			return err_set(e, ERR_INPUT, "an object identifier has more than %d numbers", DEVTYPE_OID);
		/* one way to write a number: neither "01" nor "-0" */
		if (str_int(word, 0, UINT32_MAX, &number) != 0 || word.p[0] == '-' || (word.n > 1 && word.p[0] == '0'))
			return err_set(e, ERR_INPUT,
			    "\"%.*s\" in an object identifier is not a number from 0 to 4294967295; write 1.3.6.1",
			    (int)(word.n < 40 ? word.n : 40), word.p == NULL ? "" : word.p);
		oid.id[oid.n++] = (uint32_t)number;
	}
	if (oid.n < 2 || oid.id[0] > 2)
		return err_set(e, ERR_INPUT,
		    "an object identifier has two numbers or more, the first 0, 1 or 2 (RFC 2578 section 3.5)");
	*out = oid;
	return 0;
}

void
devtype_oid_text(const struct devtype_oid *oid, struct buf *out)
{
	for (size_t i = 0; i < oid->n; i++)
		buf_printf(out, "%s%" PRIu32, i == 0 ? "" : ".", oid->id[i]);
}
