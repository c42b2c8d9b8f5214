/* SPDX-License-Identifier: Apache-2.0 */
/*
 * /import: a room file from a form. First what it would change, then the same
 * file again behind the button, with the edit that it was held against: when
 * somebody has changed the room meanwhile, it is shown again and not taken.
 */
#include <string.h>

#include "pages.h"

#define SHOWN_AGAIN (1u << 20) /* bytes of a file that a preview carries; more is larch import's */

static int
show(struct web_call *c, const char *room, json_t *result, const struct err *refused, struct err *e)
{
	json_t *m = json_object();

	jsn_set_text(m, "title", "Import a room");
	jsn_set_text(m, "room", room);
	jsn_set_text(m, "reason", room == NULL ? "" : web_text(c, "reason"));
	jsn_set(m, "prune", json_boolean(room != NULL && web_flag(c, "prune")));
	jsn_set_text(m, "refused", refused == NULL ? NULL : refused->text);
	if (refused != NULL)
		web_status(c, web_kind_status(refused->kind));
	if (result != NULL) {
		const json_t *lines = json_object_get(result, "changes");

		jsn_set(m, "nothing", json_boolean(json_array_size(lines) == 0));
		jsn_set(m, "preview", result);
	}
	return web_page(c, NULL, m, e);
}

int
pages_import_form(struct web_call *c, struct err *e)
{
	return show(c, NULL, NULL, NULL, e);
}

/* The file that was chosen, or what was pasted; NULL with the sentence. */
static const char *
room_of(struct web_call *c, struct err *e)
{
	const char *file = web_text(c, "file"), *pasted = web_text(c, "room");
	const char *room = file != NULL && *file != '\0' ? file : pasted;

	if (room == NULL || *room == '\0') {
		err_set(e, ERR_INPUT, "Choose a room.json, or paste one.");
		return NULL;
	}
	if (strlen(room) > SHOWN_AGAIN) {
		err_set(e, ERR_LIMIT, "This file is larger than %u bytes; larch import takes larger ones.", SHOWN_AGAIN);
		return NULL;
	}
	return room;
}

int
pages_import_post(struct web_call *c, struct err *e)
{
	struct err why = {0};
	const char *room = room_of(c, &why);
	bool look = strcmp(web_text(c, "go"), "import") != 0 || !web_has(c, "seen");
	const struct inv_import_ask ask = {.text = str_of(room == NULL ? "" : room), .dry_run = look, .prune = web_flag(c, "prune")};
	int64_t seen = look ? -1 : web_int(c, "seen", 0);
	json_t *result;

	if (room == NULL || pages_take_room(c, &ask, &seen, &result, &why) != 0)
		return show(c, room == NULL ? "" : room, NULL, &why, e);
	if (!look) {
		json_decref(result);
		return web_redirect(c, "/history", e);
	}
	jsn_set(result, "seen", json_integer(seen));
	return show(c, room, result, NULL, e);
}
