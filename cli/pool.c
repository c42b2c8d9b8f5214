/* SPDX-License-Identifier: Apache-2.0 */
/* pool new, add, remove: a pool is a thing of type "pool" that holds things and pools. */
#include <string.h>

#include "cli.h"

/* The names of what was found, folded, as the operation's `things`. */
static void
set_things(struct cli *c, struct edit *ed, json_t *op, const json_t *items)
{
	struct hosts h = {.name = arena_array(c->arena, json_array_size(items) + 1, sizeof(*h.name))};
	const json_t *thing;
	size_t i;

	json_array_foreach(items, i, thing) {
		h.name[h.n++] = arena_strdup(c->arena, jsn_text_or(thing, "name", ""));
		edit_expect(ed, thing);
	}
	hosts_sort(&h);
	jsn_set_text(op, "things", hosts_fold(&h, c->arena));
}

int
cmd_pool(struct cli *c)
{
	bool make = strcmp(c->command->verb, "new") == 0;
	const char *pool = c->argv[0];
	struct api_answer there = {0}, found = {0};
	const json_t *items;
	struct edit ed;
	json_t *o;
	int code = EXIT_OK;

	edit_begin(&ed, c);
	if (make) {
		o = edit_op(&ed, "new");
		jsn_set_text(o, "thing", pool);
		jsn_set_text(o, "type", "pool");
		jsn_set(ed.expect, pool, json_integer(0));
	} else if (things_get(c, pool, &there, &code) != 0) {
		goto out;
	} else {
		edit_expect(&ed, there.body);
	}
	if (c->argc > 1) {
		if ((items = things_find(c, c->argv[1], NULL, &found, &code)) == NULL)
			goto out;
		o = edit_op(&ed, make ? "pool-add" : c->command->verb);
		jsn_set_text(o, "pool", pool);
		set_things(c, &ed, o, items);
	}
	code = edit_send(&ed);
out:
	api_answer_finish(&there);
	api_answer_finish(&found);
	edit_drop(&ed);
	return code;
}
