/* SPDX-License-Identifier: Apache-2.0 */
/* The rows of a journal.db, read-only; the file may be in use by larchd, or a copy of it. */
#include <sqlite3.h>
#include <stdio.h>
#include <string.h>

#include "verify.h"

#define SELECT "SELECT seq,at,boot,job,step,kind,who,address,verb,machine,device,outlet,outcome,text,cites,prev,hash " \
	"FROM row ORDER BY seq"

static int
open_as(const char *path, const char *how, sqlite3 **db)
{
	struct buf uri = BUF(LIMIT_HEADER);
	int rc;

	buf_puts(&uri, "file:");
	for (const char *p = path; *p != '\0'; p++)
		if (*p == '/')
			buf_char(&uri, '/');
		else
			buf_url(&uri, (struct str){p, 1});
	buf_puts(&uri, how);
	rc = uri.over ? SQLITE_CANTOPEN : sqlite3_open_v2(uri.p, db, SQLITE_OPEN_READONLY | SQLITE_OPEN_URI | SQLITE_OPEN_NOMUTEX, NULL);
	if (rc == SQLITE_OK)
		rc = sqlite3_exec(*db, "SELECT 1 FROM sqlite_schema LIMIT 1", NULL, NULL, NULL);
	if (rc != SQLITE_OK) {
		sqlite3_close(*db);
		*db = NULL;
	}
	buf_free(&uri);
	return rc;
}

/* A copy in a folder that may not be written has no -shm, and is opened as what it is: still. */
sqlite3 *
verify_open(const char *path)
{
	sqlite3 *db = NULL;

	if (open_as(path, "?mode=ro", &db) != SQLITE_OK)
		(void)open_as(path, "?immutable=1", &db);
	return db;
}

static int
take_row(sqlite3_stmt *st, struct verify_chain *chain, struct err *e)
{
	struct verify_row r;
	const void *prev, *hash;

	for (int i = 0; i < VERIFY_NUMBERS; i++)
		r.number[i] = sqlite3_column_int64(st, i);
	for (int i = 0; i < VERIFY_TEXTS; i++) {
		const char *p = (const char *)sqlite3_column_text(st, VERIFY_NUMBERS + i);

		r.text[i] = (struct str){p == NULL ? "" : p, (size_t)sqlite3_column_bytes(st, VERIFY_NUMBERS + i)};
	}
	prev = sqlite3_column_blob(st, VERIFY_NUMBERS + VERIFY_TEXTS);
	hash = sqlite3_column_blob(st, VERIFY_NUMBERS + VERIFY_TEXTS + 1);
	if (prev == NULL || hash == NULL || sqlite3_column_bytes(st, VERIFY_NUMBERS + VERIFY_TEXTS) != VERIFY_HASH ||
	    sqlite3_column_bytes(st, VERIFY_NUMBERS + VERIFY_TEXTS + 1) != VERIFY_HASH) {
		chain->broken = true;
		return err_set(e, ERR_INPUT, "row %lld has no hash", (long long)r.number[0]);
	}
	if (chain->count == 0 && r.number[0] > 1) { /* lines may begin anywhere; a journal begins with its first row */
		chain->broken = true;
		return err_set(e, ERR_INPUT, "row 1 is missing: a journal begins with it, and this one with row %lld",
		    (long long)r.number[0]);
	}
	memcpy(r.prev, prev, VERIFY_HASH);
	memcpy(r.hash, hash, VERIFY_HASH);
	return verify_next(chain, &r, e) != 0 ? -1 : verify_evidence(sqlite3_db_handle(st), chain, &r, e);
}

int
verify_database(const char *path, struct verify_chain *chain, struct err *e)
{
	sqlite3 *db = NULL;
	sqlite3_stmt *st = NULL;
	int rc = -1, more;

	if ((db = verify_open(path)) == NULL)
		return err_set(e, ERR_INPUT, "SQLite cannot read it");
	if (sqlite3_prepare_v2(db, SELECT, -1, &st, NULL) != SQLITE_OK) {
		err_set(e, ERR_INPUT, "it is no journal: %s", sqlite3_errmsg(db));
		goto out;
	}
	while ((more = sqlite3_step(st)) == SQLITE_ROW)
		if (take_row(st, chain, e) != 0)
			goto out;
	if (more != SQLITE_DONE) {
		chain->broken = more == SQLITE_CORRUPT;
		err_set(e, ERR_INPUT, "after row %lld it cannot be read: %s", (long long)chain->seq, sqlite3_errmsg(db));
		goto out;
	}
	rc = verify_evidence_alone(db, chain, e);
out:
	sqlite3_finalize(st);
	sqlite3_close(db);
	return rc;
}
