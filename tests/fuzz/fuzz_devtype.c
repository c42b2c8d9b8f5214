/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Any text as a PDU family: refused with a sentence, or taken. What is taken
 * says on and off, switches by two different numbers, and its object
 * identifiers have room for an index.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "devtype/devtype.h"
#include "fuzz.h"
#include "modules.h"

static void
is_sound(const struct devtype *t)
{
	const struct devtype_oid index = {.id = {1, 1, 1}, .n = t->index_length};
	struct devtype_oid cell, back;
	bool on = false, off = false;

	for (size_t i = 0; i < t->n_states; i++) {
		on = on || t->states[i].state == DEVTYPE_ON;
		off = off || t->states[i].state == DEVTYPE_OFF;
		DEMAND(t->states[i].word != NULL && devtype_state_of(t, t->states[i].value) == &t->states[i]);
	}
	DEMAND(on && off && t->title[0] != '\0' && t->family[0] != '\0');
	DEMAND(t->sys_object_id.n >= 2 && t->max_varbinds >= 1);
	DEMAND(t->control.n == 0 || t->control_on != t->control_off);
	DEMAND(devtype_cell(&t->state, &index, &cell) == 0 && devtype_index(t, &t->state, &cell, &back) == 0);
	DEMAND(back.n == index.n);
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
