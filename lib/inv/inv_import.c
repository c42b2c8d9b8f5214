/* SPDX-License-Identifier: Apache-2.0 */
/*
 * room.json into the inventory. The order is: the module's check, then things, what names other things, places,
 * pools, cables, and what is pruned; all in one edit that is given up at the first refusal (and at the end of
 * a dry run).
 */
#include <stdlib.h>

#include "import.h"

int
import_fault(struct err *e, const char *kind, const char *name)
{
	if (e->kind == ERR_CONFLICT || e->kind == ERR_NOT_FOUND)
		e->kind = ERR_INPUT;
	return strcmp(kind, "thing") == 0 ? err_prefix(e, "thing \"%s\"", name) : err_prefix(e, "%s %s", kind, name);
}

/* ---- lines and notes ---------------------------------------------------------------------- */

static void
keep(struct import *im, const char ***list, size_t *n, size_t *cap, const char *text)
{
	*list = read_grow(im->out, *list, *n, cap, sizeof(**list));
	(*list)[(*n)++] = text;
}

void
import_note(struct import *im, const char *text)
{
	if (im->out != NULL && im->r->n_notes < LIMIT_IMPORT_LINES)
		keep(im, &im->r->notes, &im->r->n_notes, &im->cap_notes, arena_strdup(im->out, text));
}

/* "+ n1: new server", "~ n1: owner ana -> bob", "- n1: disconnected n1 psu1 - pdu-a AA1" */
void
import_drain(struct import *im)
{
	if (im->ed.told == NULL)
		return;
	for (size_t k = 0; k < json_array_size(im->ed.told); k++) {
		const json_t *o = json_array_get(im->ed.told, k);
		char sign = json_is_null(json_object_get(o, "before")) ? '+' : json_is_null(json_object_get(o, "after")) ? '-' : '~';

		if (im->r->n_all++ < LIMIT_IMPORT_LINES)
			keep(im, &im->r->lines, &im->r->n_lines, &im->cap_lines,
			    arena_printf(im->out, "%c %s", sign, jsn_text_or(o, "text", "")));
	}
	json_array_clear(im->ed.told);
}

/* ---- types that types.json does not name ------------------------------------------------------ */

static int
note_types(struct import *im, struct err *e)
{
	struct inv_type_def *def;
	const char *last = "";
	size_t n;

	if (im->out == NULL)
		return 0;
	if (inv_type_list(im->i, im->names, &def, &n, e) != 0)
		return -1;
	for (size_t k = 0; k < im->n && n > 0; k++) {
		const char *type = jsn_text_or(im->thing[k].o, "type", "");
		bool known = strcmp(type, last) == 0;

		for (size_t d = 0; d < n && !known; d++)
			known = strcmp(def[d].name, type) == 0;
		for (size_t d = 0; d < im->r->n_notes && !known; d++)
			known = strncmp(im->r->notes[d] + strlen("type "), type, strlen(type)) == 0 &&
			    im->r->notes[d][strlen("type ") + strlen(type)] == ' ';
		if (!known)
			import_note(im, arena_printf(im->names, "type %s is not in types.json", type));
		last = type;
	}
	return 0;
}

/* ---- all ------------------------------------------------------------------------------------------ */

typedef int step_fn(struct import *im, struct err *e);

static int
take_over(struct import *im, struct err *e)
{
	static step_fn *const steps[] = {import_ends_once, note_types, import_things, import_relations, import_places,
	    import_pools, import_cables};

	for (size_t k = 0; k < LARCH_COUNT(steps); k++)
		if (steps[k](im, e) != 0)
			return -1;
	if (im->prune && import_prune(im, e) != 0)
		return -1;
	return inv_edit_check(&im->ed, e);
}

static void
count(struct import *im)
{
	for (size_t k = 0; k < im->n; k++) {
		const struct import_thing *x = &im->thing[k];

		*(x->added ? &im->r->added : x->changed ? &im->r->changed : &im->r->unchanged) += 1;
	}
}

static int
in_one_edit(struct import *im, const struct inv_import_ask *ask, struct err *e)
{
	const json_t *things = json_object_get(im->room, "thing");
	bool keep_it;
	int rc;

	im->n = json_array_size(things);
	im->thing = arena_array(im->names, im->n + 1, sizeof(*im->thing));
	for (size_t k = 0; k < im->n; k++)
		im->thing[k].o = json_array_get(things, k);
	if (inv_edit_open(im->i, ask->author, NULL, &im->ed, e) != 0)
		return -1;
	im->ed.told = ask->lines && im->out != NULL ? json_array() : NULL;
	rc = take_over(im, e);
	if (rc == 0)
		count(im);
	keep_it = rc == 0 && !ask->dry_run;
	json_decref(im->ed.told);
	im->ed.told = NULL;
	return inv_edit_close(&im->ed, keep_it, &im->r->edit, keep_it ? e : NULL) != 0 ? -1 : rc;
}

int
inv_import_file(struct inv *i, struct yang *y, const struct inv_import_ask *ask, struct arena *a,
    struct inv_import_result *out, struct err *e)
{
	struct import im = {.i = i, .r = out, .prune = ask->prune, .merge = ask->merge, .move = ask->move, .out = a};
	json_t *room = NULL;
	int rc;

	*out = (struct inv_import_result){0};
	if (!i->writer)
		return err_set(e, ERR_INTERNAL, "the inventory was opened to read only");
	if (ask->text.n > LIMIT_ROOM_FILE)
		return err_set(e, ERR_LIMIT, "room.json is larger than %u bytes", LIMIT_ROOM_FILE);
	if (yang_check(y, "larch-room", ask->text, "room.json", &room, e) != 0)
		return -1;
	im.room = room;
	im.a = arena_create();
	im.names = arena_create();
	rc = in_one_edit(&im, ask, e);
	if (rc != 0)
		*out = (struct inv_import_result){0};
	arena_destroy(im.names);
	arena_destroy(im.a);
	json_decref(room);
	return rc;
}

int
inv_import(struct inv *i, struct yang *y, struct str text, const struct inv_author *author, bool dry_run,
    struct inv_import_result *out, struct err *e)
{
	const struct inv_import_ask ask = {.text = text, .author = author, .dry_run = dry_run};

	return inv_import_file(i, y, &ask, NULL, out, e);
}
