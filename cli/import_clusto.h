/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A clusto database: entities, and attributes that say everything about them: what contains what, ports,
 * addresses. import_clusto_rows.c reads the rows that live, import_clusto.c says what they mean here.
 */
#ifndef LARCH_CLI_IMPORT_CLUSTO_H
#define LARCH_CLI_IMPORT_CLUSTO_H

#include <sqlite3.h>

#include "import.h"

#define CLUSTO_SCHEMA 3 /* clusto's VERSION of its tables */

/* Texts are views, valid during the call; {NULL,0} is SQL's NULL. */
struct clusto_entity {
	int64_t id;
	struct str name, type, driver;
};

struct clusto_attr {
	int64_t entity, number, integer, target; /* number -1, target 0: NULL */
	bool has_integer;
	struct str key, subkey, datatype, text, date;
};

struct clusto {
	struct room *r;
	const char *file;
	json_t *entities;  /* id → {id: thing's, type, driver} */
	json_t *ports;     /* entity, kind and number → {entity, kind, number, os, other, othernumber} */
	json_t *units;     /* rack and child → {rack, child, low, high, n} */
	int64_t schema;    /* as clustometa says it; 0: it does not */
};

/* What one row means; -1 stops the reading. */
int clusto_take_entity(struct clusto *c, const struct clusto_entity *row, struct err *e);
int clusto_take_attr(struct clusto *c, const struct clusto_attr *row, struct err *e);

/* All of an open database. */
int clusto_database(struct room *r, sqlite3 *db, const char *file, struct err *e);

/* import_clusto_rows.c: open a file to read, with its schema distrusted and its work bounded. */
int clusto_open(const char *path, sqlite3 **out, struct err *e);
int clusto_rows(struct clusto *c, sqlite3 *db, struct err *e);

#endif
