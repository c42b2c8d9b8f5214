/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Any text as a file of another program; the first byte says which. It is refused with a sentence, or
 * becomes a room file that the module takes: names that can stand, no port with two cables, no circle.
 * For clusto the text is rows: "e|ID|NAME|TYPE|DRIVER" and "a|ENTITY|KEY|SUBKEY|NUMBER|DATATYPE|VALUE|TARGET".
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../cli/import_clusto.h"
#include "fuzz.h"
#include "modules.h"

static const char letters[] = "dpgehnrc"; /* h: ethers as CSV */
static const char *const formats[] = {"pdu-config", "powerman", "genders", "ethers", "ethers", "netbox", "racktables", "clusto"};

static void
bind_text(sqlite3_stmt *st, int i, struct str text)
{
	int64_t number;

	if (text.n == 0)
		(void)sqlite3_bind_null(st, i);
	else if (str_int(text, INT64_MIN, INT64_MAX, &number) == 0)
		(void)sqlite3_bind_int64(st, i, number);
	else
		(void)sqlite3_bind_text(st, i, text.p, (int)text.n, SQLITE_STATIC);
}

static void
add_row(sqlite3 *db, struct str line)
{
	static const char *const sql[] = {
	    "INSERT OR IGNORE INTO entities(entity_id,name,type,driver,deleted_at_version) VALUES(?,?,?,?,?)",
	    "INSERT INTO entity_attrs(entity_id,key,subkey,number,datatype,int_value,string_value,datetime_value,relation_id) "
	    "VALUES(?1,?2,?3,?4,?5,?6,?6,?6,?7)"};
	struct str kind = str_cut(&line, '|');
	sqlite3_stmt *st = NULL;

	if (sqlite3_prepare_v2(db, sql[str_is(kind, "a")], -1, &st, NULL) != SQLITE_OK)
		log_die("%s", sqlite3_errmsg(db));
	for (int i = 1; i <= sqlite3_bind_parameter_count(st); i++)
		bind_text(st, i, str_cut(&line, '|'));
	(void)sqlite3_step(st);
	sqlite3_finalize(st);
}

static int
clusto(struct room *r, struct str text, struct err *e)
{
	static const char tables[] =
	    "CREATE TABLE entities(entity_id INTEGER PRIMARY KEY,name,type,driver,deleted_at_version);"
	    "CREATE TABLE entity_attrs(attr_id INTEGER PRIMARY KEY,entity_id,key,subkey,number,datatype,int_value,string_value,"
	    "datetime_value,relation_id)";
	struct str line;
	size_t number = 0;
	sqlite3 *db;
	int rc;

	if (sqlite3_open(":memory:", &db) != SQLITE_OK || sqlite3_exec(db, tables, NULL, NULL, NULL) != SQLITE_OK)
		log_die("no database in memory");
	while (import_line(&text, &line, &number))
		add_row(db, line);
	rc = clusto_database(r, db, "fuzz.db", e);
	sqlite3_close(db);
	return rc;
}

static void
check(const json_t *room, const json_t *notes)
{
	struct buf text = BUF(4 * LIMIT_ROOM_FILE);
	struct err e;
	size_t i;
	json_t *note;

	jsn_canonical(room, &text);
	if (text.over || yang_check(modules(), "larch-room", buf_view(&text), "room.json", NULL, &e) != 0)
		log_die("the room file is refused: %s", e.text);
	json_array_foreach(notes, i, note)
		if (!json_is_string(note) || !str_is_text(str_of(json_string_value(note))))
			log_die("a note is no text");
	buf_free(&text);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct source s = {.name = "fuzz"};
	json_t *room = NULL, *notes = NULL;
	struct room *r;
	struct err e = {0};
	struct buf text;
	const char *which, *why;
	bool latin1;
	int rc;

	if (n < 1 || n > 16384 || (which = data[0] == '\0' ? NULL : strchr(letters, data[0])) == NULL)
		return 0;
	rc = import_text((struct str){(const char *)data + 1, n - 1}, "fuzz", &text, &latin1, &e);
	if (rc == 0) {
		s.text = text.n > 0 ? buf_view(&text) : STR("");
		(void)import_guess(&s, &why);
		if (*which == 'c') {
			r = room_create();
			rc = clusto(r, s.text, &e);
			if (rc == 0)
				rc = room_finish(r, &room, &notes, &e);
			room_destroy(r);
		} else {
			rc = import_convert(import_named(formats[which - letters]), &s, 1, &room, &notes, &e);
		}
	}
	if (rc != 0 && (e.text[0] == '\0' || e.kind == ERR_NONE || e.kind == ERR_INTERNAL))
		log_die("refused without a reason");
	if (rc == 0)
		check(room, notes);
	json_decref(room);
	json_decref(notes);
	buf_free(&text);
	return 0;
}
