/* SPDX-License-Identifier: Apache-2.0 */
/* The rows of a clusto database that live: with versioning, a deleted row stays and says when it was deleted. */
#include <stdio.h>
#include <string.h>

#include "import_clusto.h"

#define STEPS 100000      /* between two looks at how much was done */
#define LOOKS 3000        /* then a query has run away: a view that never ends */

#define ENTITIES "SELECT entity_id,name,type,driver FROM entities WHERE %s ORDER BY entity_id"
#define ATTRS "SELECT entity_id,key,subkey,number,datatype,int_value,string_value,datetime_value,relation_id " \
	"FROM entity_attrs WHERE %s ORDER BY entity_id,key,number,subkey,attr_id"

static int
ran_away(void *ctx)
{
	int *looks = ctx;

	return ++*looks > LOOKS;
}

int
clusto_open(const char *path, sqlite3 **out, struct err *e)
{
	*out = NULL;
	if (sqlite3_open_v2(path, out, SQLITE_OPEN_READONLY, NULL) != SQLITE_OK) {
		err_set(e, ERR_INPUT, "%s: SQLite cannot read it: %s", path, *out == NULL ? "out of memory" : sqlite3_errmsg(*out));
		sqlite3_close(*out);
		*out = NULL;
		return -1;
	}
	return 0;
}

static int
wrong(const struct clusto *c, sqlite3 *db, struct err *e)
{
	return err_set(e, ERR_INPUT, "%s: it cannot be read as a clusto database: %s", c->file, sqlite3_errmsg(db));
}

static struct str
text_of(sqlite3_stmt *st, int i)
{
	const char *p = (const char *)sqlite3_column_text(st, i);

	return (struct str){p, p == NULL ? 0 : (size_t)sqlite3_column_bytes(st, i)};
}

static int
entity_row(struct clusto *c, sqlite3_stmt *st, struct err *e)
{
	return clusto_take_entity(c,
	    &(struct clusto_entity){.id = sqlite3_column_int64(st, 0), .name = text_of(st, 1), .type = text_of(st, 2),
	        .driver = text_of(st, 3)},
	    e);
}

static int
attr_row(struct clusto *c, sqlite3_stmt *st, struct err *e)
{
	struct clusto_attr row = {
	    .entity = sqlite3_column_int64(st, 0),
	    .key = text_of(st, 1),
	    .subkey = text_of(st, 2),
	    .number = sqlite3_column_type(st, 3) == SQLITE_NULL ? -1 : sqlite3_column_int64(st, 3),
	    .datatype = text_of(st, 4),
	    .has_integer = sqlite3_column_type(st, 5) != SQLITE_NULL,
	    .integer = sqlite3_column_int64(st, 5),
	    .text = text_of(st, 6),
	    .date = text_of(st, 7),
	    .target = sqlite3_column_int64(st, 8),
	};

	return clusto_take_attr(c, &row, e);
}

/* Does this table keep what was deleted? Older tables and other tools have no such column. */
static bool
keeps_deleted(sqlite3 *db, const char *table)
{
	sqlite3_stmt *st = NULL;
	bool yes = false;

	if (sqlite3_prepare_v2(db, "SELECT 1 FROM pragma_table_info(?) WHERE name='deleted_at_version'", -1, &st, NULL) == SQLITE_OK &&
	    sqlite3_bind_text(st, 1, table, -1, SQLITE_STATIC) == SQLITE_OK)
		yes = sqlite3_step(st) == SQLITE_ROW;
	sqlite3_finalize(st);
	return yes;
}

/* How many rows; 0 when it cannot be asked. */
static int64_t
count(sqlite3 *db, const char *sql)
{
	sqlite3_stmt *st = NULL;
	int64_t n = 0;

	if (sqlite3_prepare_v2(db, sql, -1, &st, NULL) == SQLITE_OK && sqlite3_step(st) == SQLITE_ROW)
		n = sqlite3_column_int64(st, 0);
	sqlite3_finalize(st);
	return n;
}

static int
each_row(struct clusto *c, sqlite3 *db, const char *table, int (*take)(struct clusto *, sqlite3_stmt *, struct err *),
    struct err *e)
{
	const char *live = keeps_deleted(db, table) ? "deleted_at_version IS NULL" : "1";
	sqlite3_stmt *st = NULL;
	char sql[512];
	int more, rc = -1;

	snprintf(sql, sizeof(sql), strcmp(table, "entities") == 0 ? ENTITIES : ATTRS, live);
	if (sqlite3_prepare_v2(db, sql, -1, &st, NULL) != SQLITE_OK) {
		wrong(c, db, e);
		goto out;
	}
	while ((more = sqlite3_step(st)) == SQLITE_ROW)
		if (take(c, st, e) != 0 || room_fits(c->r, e) != 0)
			goto out;
	rc = more == SQLITE_DONE ? 0 : wrong(c, db, e);
out:
	sqlite3_finalize(st);
	return rc;
}

/* What the live rows leave out. */
static void
note_history(struct clusto *c, sqlite3 *db)
{
	int64_t things = keeps_deleted(db, "entities") ? count(db, "SELECT count(*) FROM entities WHERE deleted_at_version IS NOT NULL") : 0;
	int64_t facts = keeps_deleted(db, "entity_attrs") ? count(db, "SELECT count(*) FROM entity_attrs WHERE deleted_at_version IS NOT NULL") : 0;
	int64_t versions = count(db, "SELECT count(*) FROM clustoversioning"), counters = count(db, "SELECT count(*) FROM counters");

	if (things + facts > 0)
		room_note(c->r, "%lld deleted things and %lld deleted attributes were not carried over", (long long)things, (long long)facts);
	if (versions > 0)
		room_note(c->r, "the history (%lld versions) was not carried over: it begins anew with the import", (long long)versions);
	if (counters > 0)
		room_note(c->r, "the counters of automatic numbers were not carried over: a number that was freed may come again");
}

int
clusto_rows(struct clusto *c, sqlite3 *db, struct err *e)
{
	int looks = 0, rc;

	(void)sqlite3_db_config(db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
	(void)sqlite3_db_config(db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
	(void)sqlite3_limit(db, SQLITE_LIMIT_LENGTH, 1 << 20);
	sqlite3_progress_handler(db, STEPS, ran_away, &looks);
	rc = each_row(c, db, "entities", entity_row, e);
	if (rc == 0)
		rc = each_row(c, db, "entity_attrs", attr_row, e);
	if (rc == 0)
		note_history(c, db);
	sqlite3_progress_handler(db, 0, NULL, NULL);
	return rc;
}
