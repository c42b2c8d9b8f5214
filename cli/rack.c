/* SPDX-License-Identifier: Apache-2.0 */
/* What is inside what: tree, and the elevation of a rack as text. */
#include <stdio.h>
#include <string.h>

#include "cli.h"

#define UNITS_MAX 200  /* of a rack that is drawn; the tallest sold have under 60 */
#define CELL_MIN 16
#define CELL_MAX 36    /* two faces and the units stay below 80 columns */

/* ---- tree ---------------------------------------------------------------------------------- */

/* "U13", "U13-14", "left side", "" */
static const char *
where(struct cli *c, const json_t *row)
{
	int64_t unit = jsn_integer_or(row, "unit", -1), height = jsn_integer_or(row, "height", 1);
	const char *side = jsn_text_or(row, "side", "");

	if (unit > 0 && height > 1)
		return arena_printf(c->arena, "U%lld-%lld", (long long)unit, (long long)(unit + height - 1));
	if (unit > 0)
		return arena_printf(c->arena, "U%lld", (long long)unit);
	return *side != '\0' ? arena_printf(c->arena, "%s side", side) : "";
}

int
cmd_tree(struct cli *c)
{
	static const struct column columns[] = {
		{"name", "name", false}, {"type", "type", false}, {"depth", "depth", false}, {"unit", "unit", false},
		{"height", "height", false}, {"face", "face", false}, {"side", "side", false},
	};
	struct path_field fields[] = {{"thing", c->argc > 0 ? c->argv[0] : NULL}, {"depth", c->opt.depth}};
	struct api_answer a = {0};
	struct err e = {0};
	const json_t *items, *row;
	const char *path;
	int64_t depth;
	int code = EXIT_USAGE;
	size_t i;

	if (path_number(c, "depth", c->opt.depth, 0, 64, &depth) != 0)
		return EXIT_USAGE;
	if ((path = path_make(c, "/api/v1/tree", NULL, NULL, fields, LARCH_COUNT(fields), &e)) == NULL)
		return cli_fail(c, &e);
	if (api_get(c, path, &a, &code) != 0)
		goto out;
	items = out_list(a.body);
	code = EXIT_OK;
	if (json_array_size(items) == 0 || out_format(c, FORMAT_TEXT) != FORMAT_TEXT) {
		code = out_found(c, FORMAT_TEXT, a.body, columns, LARCH_COUNT(columns), "no thing is inside another yet; larch put places them");
		goto out;
	}
	json_array_foreach(items, i, row) {
		const char *at = where(c, row);

		out_line(stdout, "%*s%s  %s%s%s", (int)(2 * jsn_integer_or(row, "depth", 0)), "", out_scalar(c, json_object_get(row, "name")),
		    out_scalar(c, json_object_get(row, "type")), *at != '\0' ? "  " : "", at);
	}
out:
	api_answer_finish(&a);
	return code;
}

/* ---- elevation -------------------------------------------------------------------------------- */

enum { FRONT, REAR, FACES };

struct elevation {
	const char *cell[FACES][UNITS_MAX + 1]; /* by unit from 1; NULL: free */
	int64_t units;
};

/* The name at the top unit of a thing, a bar at those below it. */
static void
place_slot(struct cli *c, struct elevation *el, const json_t *slot)
{
	int64_t unit = jsn_integer_or(slot, "unit", 0), height = jsn_integer_or(slot, "height", 1);
	const char *face = jsn_text_or(slot, "face", "front");
	const char *text = arena_printf(c->arena, "%s (%s)", out_scalar(c, json_object_get(slot, "thing")),
	    out_scalar(c, json_object_get(slot, "type")));

	for (int64_t u = unit; u < unit + height; u++) {
		if (u < 1 || u > UNITS_MAX)
			continue;
		el->units = u > el->units ? u : el->units;
		for (int f = FRONT; f < FACES; f++)
			if (strcmp(face, "both") == 0 || strcmp(face, f == FRONT ? "front" : "rear") == 0)
				el->cell[f][u] = u == unit + height - 1 ? text : "|";
	}
}

static void
print_beside(struct cli *c, const char *label, const json_t *rows, const char *side)
{
	const json_t *row;
	size_t i;

	json_array_foreach(rows, i, row)
		if (side == NULL || strcmp(jsn_text_or(row, "side", ""), side) == 0)
			out_line(stdout, "%-16s%s (%s)", label, out_scalar(c, json_object_get(row, "thing")), out_scalar(c, json_object_get(row, "type")));
}

static void
print_elevation(struct cli *c, const json_t *rack)
{
	struct elevation *el = arena_alloc(c->arena, sizeof(*el));
	const json_t *slots = jsn_array(rack, "slots"), *slot;
	const char *inside;
	int width = CELL_MIN;
	size_t i;

	*el = (struct elevation){.units = jsn_integer_or(rack, "units", 0)};
	if (el->units > UNITS_MAX)
		el->units = UNITS_MAX;
	json_array_foreach(slots, i, slot)
		place_slot(c, el, slot);
	for (int64_t u = 1; u <= el->units; u++)
		if (el->cell[FRONT][u] != NULL && (int)strlen(el->cell[FRONT][u]) > width)
			width = (int)strlen(el->cell[FRONT][u]);
	width = width > CELL_MAX ? CELL_MAX : width;
	inside = things_place(c, rack);
	out_line(stdout, "%s%s%s", out_scalar(c, json_object_get(rack, "name")), *inside != '\0' ? ", in " : "", inside);
	printf("\n  U  %-*s  rear\n", width, "front");
	for (int64_t u = el->units; u >= 1; u--)
		out_line(stdout, "%3lld  %-*.*s  %.*s", (long long)u, width, width, el->cell[FRONT][u] != NULL ? el->cell[FRONT][u] : ".",
		    CELL_MAX, el->cell[REAR][u] != NULL ? el->cell[REAR][u] : ".");
	if (json_array_size(jsn_array(rack, "beside")) + json_array_size(jsn_array(rack, "loose")) > 0)
		putchar('\n');
	print_beside(c, "left side", jsn_array(rack, "beside"), "left");
	print_beside(c, "right side", jsn_array(rack, "beside"), "right");
	print_beside(c, "without a unit", jsn_array(rack, "loose"), NULL);
}

int
cmd_rack(struct cli *c)
{
	static const struct column list[] = {
		{"name", "rack", false}, {"container", "in", false}, {"units", "units", false}, {"used", "used", false},
		{"free", "free", false}, {"things", "things", false},
	};
	static const struct column slots[] = {
		{"unit", "U", false}, {"height", "height", false}, {"face", "face", false}, {"thing", "thing", false}, {"type", "type", false},
	};
	const char *name = c->argc > 0 ? c->argv[0] : NULL, *path;
	enum format f = out_format(c, name != NULL ? FORMAT_TEXT : FORMAT_TABLE);
	struct api_answer a = {0};
	struct err e = {0};
	int code;

	if ((path = path_make(c, "/api/v1/racks", name, NULL, NULL, 0, &e)) == NULL)
		return cli_fail(c, &e);
	if (api_get(c, path, &a, &code) == 0) {
		code = EXIT_OK;
		if (name == NULL)
			out_found(c, FORMAT_TABLE, a.body, list, LARCH_COUNT(list), "there is no rack; larch new rack NAME makes one");
		else if (f == FORMAT_TEXT)
			print_elevation(c, a.body);
		else
			out_rows(c, f, a.body, jsn_array(a.body, "slots"), slots, LARCH_COUNT(slots));
	}
	api_answer_finish(&a);
	return code;
}
