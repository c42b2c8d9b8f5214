/* SPDX-License-Identifier: Apache-2.0 */
/* new, rename, rm, put, take: things themselves and where they are. */
#include <stdio.h>
#include <string.h>

#include "cli.h"

/* ---- new ------------------------------------------------------------------------------- */

/* "owner=ana" "disk#auto=nvme0" into an attribute of an operation "new". */
static int
add_attribute(struct cli *c, json_t *list, const char *text)
{
	const char *eq = strchr(text, '=');
	struct key key;
	json_t *o;

	if (eq == NULL)
		return cli_usage(c, "\"%s\" is no attribute; write KEY=VALUE", text);
	if (attr_key(c, arena_strndup(c->arena, text, (size_t)(eq - text)), &key) != 0)
		return EXIT_USAGE;
	o = json_object();
	attr_set_key(o, &key);
	jsn_set_text(o, "value", eq + 1);
	jsn_add(list, o);
	return 0;
}

/* The names of what is to be made: all must be written out. NULL: printed. */
static const char *
new_names(struct cli *c, const char *text, struct hosts *out)
{
	struct err e = {0};
	bool known = false;
	const char *list = select_list(c, text, out, &known, &e);

	if (list == NULL)
		cli_fail(c, &e);
	else if (!known || out->n == 0)
		cli_usage(c, "\"%s\": new things are named one by one or as n[1-40]", text);
	return list != NULL && known && out->n > 0 ? list : NULL;
}

int
cmd_new(struct cli *c)
{
	json_t *attributes = json_array();
	struct hosts names;
	struct edit ed;
	int code = EXIT_USAGE;

	edit_begin(&ed, c);
	if (new_names(c, c->argv[1], &names) == NULL)
		goto out;
	for (int i = 2; i < c->argc; i++)
		if (add_attribute(c, attributes, c->argv[i]) != 0)
			goto out;
	for (size_t i = 0; i < names.n; i++) {
		json_t *o = edit_op(&ed, "new");

		jsn_set_text(o, "thing", names.name[i]);
		jsn_set_text(o, "type", c->argv[0]);
		if (json_array_size(attributes) > 0)
			jsn_set(o, "attributes", json_deep_copy(attributes));
		jsn_set(ed.expect, names.name[i], json_integer(0));
	}
	code = edit_send(&ed);
out:
	json_decref(attributes);
	edit_drop(&ed);
	return code;
}

/* ---- rename, rm ------------------------------------------------------------------------- */

int
cmd_rename(struct cli *c)
{
	struct edit ed;
	struct api_answer found = {0};
	const json_t *items;
	int code;

	edit_begin(&ed, c);
	if ((items = things_find(c, c->argv[0], NULL, &found, &code)) == NULL)
		goto out;
	if (json_array_size(items) != 1) {
		code = cli_usage(c, "%s is %zu things; one is renamed at a time", c->argv[0], json_array_size(items));
		goto out;
	}
	jsn_set_text(edit_op_on(&ed, "rename", json_array_get(items, 0)), "to", c->argv[1]);
	code = edit_send(&ed);
out:
	api_answer_finish(&found);
	edit_drop(&ed);
	return code;
}

/* "remove 3 things: n[1-3]?" 0, or an exit code. */
static int
confirm_rm(struct cli *c, const json_t *items)
{
	struct hosts h = {.name = arena_array(c->arena, json_array_size(items) + 1, sizeof(*h.name))};
	const json_t *row;
	size_t i;
	int yes;

	if (c->opt.yes || c->opt.dry_run)
		return 0;
	json_array_foreach(items, i, row)
		h.name[h.n++] = arena_strdup(c->arena, jsn_text_or(row, "name", "?"));
	hosts_sort(&h);
	yes = ask_yes(c, arena_printf(c->arena, "Remove %zu thing%s: %s?", h.n, h.n == 1 ? "" : "s", hosts_fold(&h, c->arena)));
	if (yes > 0)
		return 0;
	return cli_fail_as(c, err_kind_name(ERR_REFUSED), yes < 0 ? "there is no terminal to ask; --yes removes without asking" :
	    "not confirmed; nothing was changed", EXIT_REFUSED);
}

int
cmd_rm(struct cli *c)
{
	struct edit ed;
	struct api_answer found = {0};
	const json_t *items, *thing;
	int code;
	size_t i;

	edit_begin(&ed, c);
	if ((items = things_find(c, things_join(c, c->argv, c->argc), NULL, &found, &code)) == NULL ||
	    (code = confirm_rm(c, items)) != 0)
		goto out;
	json_array_foreach(items, i, thing) {
		json_t *o = edit_op_on(&ed, "rm", thing);

		if (c->opt.with_cables)
			jsn_set(o, "with_cables", json_true());
	}
	code = edit_send(&ed);
out:
	api_answer_finish(&found);
	edit_drop(&ed);
	return code;
}

/* ---- put, take ---------------------------------------------------------------------------- */

/* Where all of them go. */
struct spot {
	const char *container;
	int64_t unit, height; /* -1: not given */
};

static int
read_spot(struct cli *c, struct spot *s)
{
	bool word = c->argc == 3 && strcmp(c->argv[1], "in") == 0;

	if (c->argc == 3 && !word)
		return cli_usage(c, "write: larch put %s in %s", c->argv[0], c->argv[2]);
	s->container = c->argv[word ? 2 : 1];
	if (path_number(c, "unit", c->opt.unit, 1, 1000, &s->unit) != 0 ||
	    path_number(c, "height", c->opt.height, 1, 100, &s->height) != 0)
		return EXIT_USAGE;
	if (c->opt.side != NULL && (s->unit >= 0 || s->height >= 0 || c->opt.face != NULL))
		return cli_usage(c, "--side is for a 0U thing beside the rack: it has no --unit, --height or --face");
	if (s->unit < 0 && (s->height >= 0 || c->opt.face != NULL))
		return cli_usage(c, "--height and --face go with --unit");
	return 0;
}

int
cmd_put(struct cli *c)
{
	struct spot at = {0};
	struct edit ed;
	struct api_answer found = {0}, into = {0};
	const json_t *items, *thing;
	int code;
	size_t i;

	edit_begin(&ed, c);
	if ((code = read_spot(c, &at)) != 0 || things_find(c, at.container, NULL, &into, &code) == NULL ||
	    (items = things_find(c, c->argv[0], NULL, &found, &code)) == NULL)
		goto out;
	if (json_array_size(out_list(into.body)) != 1) {
		code = cli_usage(c, "%s is not one place", at.container);
		goto out;
	}
	edit_expect(&ed, json_array_get(out_list(into.body), 0));
	json_array_foreach(items, i, thing) {
		json_t *o = edit_op_on(&ed, "put", thing);

		jsn_set_text(o, "container", jsn_text_or(json_array_get(out_list(into.body), 0), "name", ""));
		if (at.unit >= 0)
			jsn_set(o, "unit", json_integer(at.unit + (int64_t)i * (at.height > 0 ? at.height : 1)));
		if (at.height >= 0)
			jsn_set(o, "height", json_integer(at.height));
		if (c->opt.face != NULL)
			jsn_set_text(o, "face", c->opt.face);
		if (c->opt.side != NULL)
			jsn_set_text(o, "side", c->opt.side);
	}
	code = edit_send(&ed);
out:
	api_answer_finish(&found);
	api_answer_finish(&into);
	edit_drop(&ed);
	return code;
}

int
cmd_take(struct cli *c)
{
	struct edit ed;
	struct api_answer found = {0};
	const json_t *items, *thing;
	int code;
	size_t i;

	edit_begin(&ed, c);
	if ((items = things_find(c, things_join(c, c->argv, c->argc), NULL, &found, &code)) == NULL)
		goto out;
	json_array_foreach(items, i, thing)
		edit_op_on(&ed, "take", thing);
	code = edit_send(&ed);
out:
	api_answer_finish(&found);
	edit_drop(&ed);
	return code;
}
