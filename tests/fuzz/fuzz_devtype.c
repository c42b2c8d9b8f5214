/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Any text as a PDU family: refused with a sentence, or taken. What is taken
 * says on and off, switches by two different numbers or in two columns, and
 * its object identifiers have room for an index and a suffix.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "devtype/devtype.h"
#include "fuzz.h"
#include "modules.h"

static void
has_room(const struct devtype_oid *column)
{
	const struct devtype_oid index = {.id = {1, 1, 1, 1, 1}, .n = 5};
	struct devtype_oid cell;

	DEMAND(column->n == 0 || (column->n >= 2 && devtype_cell(column, &index, &cell) == 0));
}

static void
is_measure(const struct devtype_measure *m)
{
	double value;

	has_room(&m->oid);
	has_room(&m->digits);
	DEMAND(m->scale > 0);
	if (m->oid.n > 0 && devtype_measured(m, m->absent_below, 0, &value))
		DEMAND(m->absent_below <= m->absent_above && !devtype_measured(m, m->absent_above + 1, 0, &value));
	DEMAND(!devtype_measured(m, m->absent_below - 1, 0, &value));
}

static void
are_rows(const struct devtype_rows *r)
{
	DEMAND(r->index_length >= 1 && r->index_length <= 4 && r->n_where <= 4);
	has_room(&r->name);
	for (size_t i = 0; i < r->n_where; i++) {
		has_room(&r->where[i].column);
		DEMAND(r->where[i].values.n > 0 && devtype_holds(&r->where[i].values, r->where[i].values.list[0]));
		DEMAND(r->where[i].column.n > 0 || r->where[i].position < r->index_length);
	}
}

static void
infeeds_and_sensors(const struct devtype *t)
{
	for (size_t i = 0; i < t->n_infeeds; i++) {
		const struct devtype_infeed *f = &t->infeeds[i];

		are_rows(&f->rows);
		is_measure(&f->current);
		is_measure(&f->watts);
		is_measure(&f->volts);
		DEMAND(f->current.oid.n + f->watts.oid.n + f->volts.oid.n > 0 && f->kind < DEVTYPE_INFEED_KINDS);
	}
	for (size_t i = 0; i < t->n_sensors; i++) {
		const struct devtype_sensor *s = &t->sensors[i];

		are_rows(&s->rows);
		is_measure(&s->value);
		has_room(&s->fahrenheit);
		DEMAND(s->value.oid.n > 0 && s->kind < DEVTYPE_SENSOR_KINDS);
		DEMAND(s->kind == DEVTYPE_TEMPERATURE || (!s->always_fahrenheit && s->fahrenheit.n == 0));
		DEMAND(s->fahrenheit.n == 0 || (s->fahrenheit_values.n > 0 && !s->always_fahrenheit));
	}
}

static void
outlets(const struct devtype *t)
{
	const struct devtype_oid index = {.id = {1, 1, 1}, .n = t->index_length};
	struct devtype_oid cell, back;
	bool on = false, off = false;

	for (size_t i = 0; i < t->n_states; i++) {
		on = on || t->states[i].state == DEVTYPE_ON;
		off = off || t->states[i].state == DEVTYPE_OFF;
		DEMAND(t->states[i].word != NULL && devtype_state_of(t, t->states[i].value) == &t->states[i]);
	}
	DEMAND(on && off && (!t->has_units || t->index_length > 1));
	DEMAND((t->control.n == 0) == (t->control_off_column.n == 0));
	if (t->control.n > 0 && t->control.n == t->control_off_column.n &&
	    memcmp(t->control.id, t->control_off_column.id, t->control.n * sizeof(t->control.id[0])) == 0)
		DEMAND(t->control_on != t->control_off);
	has_room(&t->control);
	has_room(&t->control_off_column);
	has_room(&t->pending);
	has_room(&t->health);
	has_room(&t->switchable);
	is_measure(&t->current);
	is_measure(&t->watts);
	for (size_t i = 0; i < t->n_healths; i++)
		DEMAND(devtype_health_of(t, t->healths[i].value) == &t->healths[i] && t->healths[i].word != NULL);
	DEMAND(devtype_cell(&t->state, &index, &cell) == 0 && devtype_index(t, &t->state, &cell, &back) == 0);
	DEMAND(back.n == index.n);
}

static void
is_sound(const struct devtype *t)
{
	DEMAND(t->title[0] != '\0' && t->family[0] != '\0' && t->max_varbinds >= 1 && t->confirm.n >= 2);
	DEMAND(t->n_sys_object_ids >= 1 && t->n_sys_object_ids <= DEVTYPE_SYS_OBJECT_IDS);
	for (size_t i = 0; i < t->n_sys_object_ids; i++)
		DEMAND(t->sys_object_ids[i].n >= 2 && devtype_is_family(t, &t->sys_object_ids[i]));
	DEMAND(t->index_length > 0 || t->n_infeeds + t->n_sensors > 0);
	if (t->index_length > 0)
		outlets(t);
	infeeds_and_sensors(t);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct arena *a;
	struct devtype t;
	struct err e = {0};

	if (n > 65536)
		return 0;
	a = arena_create();
	if (devtype_parse((struct str){(const char *)data, n}, "fuzz", modules(), a, &t, &e) == 0)
		is_sound(&t);
	else
		DEMAND(strncmp(e.text, "fuzz: ", 6) == 0 && e.kind != ERR_NONE);
	arena_destroy(a);
	return 0;
}
