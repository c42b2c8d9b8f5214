/* SPDX-License-Identifier: Apache-2.0 */
/* The inside of struct room: for import_room.c, which fills it, and import_finish.c, which empties it. */
#ifndef LARCH_CLI_IMPORT_ROOM_H
#define LARCH_CLI_IMPORT_ROOM_H

#include "import.h"

#define ROOM_UNITS 100 /* the highest unit, and the most of one thing: etc/yang/larch-room */

/*
 * A thing is an object: "id" (its key in `things`), "space", "within", "name" as in the source,
 * "type", "guess" (why the type was made up), "attribute" [{key subkey number kind value | target: id}],
 * "port" {name: {kind plug}}, "place" {container: id ...}, "member" {id: true}, "count" {key: facts}.
 */
struct room {
	json_t *things;        /* id → thing, in the order in which they were named */
	json_t *cables;        /* [{a: id, a-port, b: id, b-port}] */
	json_t *ends;          /* id and port → the other end's */
	json_t *seen;          /* facts that are in, and sentences that were said once */
	json_t *notes;         /* sentences */
	size_t facts;          /* all of it, against LIMIT_IMPORT_FACTS */
	bool keep_equal;       /* room_keep_equal */
	size_t unsaid;         /* notes over LIMIT_IMPORT_NOTES */
};

/* A thing's name for sentences, and a text of its object. */
const char *room_name(const json_t *thing);
const char *room_id(const json_t *thing);

/* import_name.c: "Room 0.08" as a thing's name (slash and blank too become -) or as a port's. */
void room_safe_name(struct str name, bool port, char out[LIMIT_NAME + 1]);
/* Any text as a value of room.json: marks that are not seen become blanks, what is too long is cut. True when it was changed. */
bool room_safe_value(struct str value, struct buf *out);

#endif
