/* SPDX-License-Identifier: Apache-2.0 */
/* The texts of evidence held against the rows that cite them: docs/formats/journal.md. */
#include <string.h>

#include "verify.h"

#define CITED "sha256 "
#define TEXT "SELECT text FROM evidence WHERE seq=?"
#define ALONE \
	"SELECT seq FROM evidence v WHERE NOT EXISTS (SELECT 1 FROM row r WHERE r.seq=v.seq AND r.kind='evidence') ORDER BY seq LIMIT 1"

/* Does a row cite this text? */
static bool
cites(struct str cited, const void *text, int n)
{
	unsigned char sum[VERIFY_HASH];
	char hex[2 * VERIFY_HASH + 1];
	EVP_MD_CTX *md = verify_sha256();

	if (EVP_DigestUpdate(md, text, (size_t)n) != 1 || EVP_DigestFinal_ex(md, sum, NULL) != 1)
		log_die("SHA-256 is not to be had");
	hex_encode(sum, VERIFY_HASH, hex);
	return cited.n == strlen(CITED) + strlen(hex) && str_starts(cited, CITED) && memcmp(cited.p + strlen(CITED), hex, strlen(hex)) == 0;
}

/* The first row of a question; seq 0: it has no hole for one. SQLITE_ROW, SQLITE_DONE, or what is wrong. */
static int
ask(sqlite3 *db, const char *sql, int64_t seq, sqlite3_stmt **st)
{
	int rc = sqlite3_prepare_v2(db, sql, -1, st, NULL);

	if (rc == SQLITE_OK && seq != 0)
		rc = sqlite3_bind_int64(*st, 1, seq);
	return rc == SQLITE_OK ? sqlite3_step(*st) : rc;
}

int
verify_evidence(sqlite3 *db, struct verify_chain *chain, const struct verify_row *row, struct err *e)
{
	sqlite3_stmt *st = NULL;
	const char *why = NULL;
	int rc;

	if (!str_is(row->text[0], "evidence"))
		return 0;
	rc = ask(db, TEXT, row->number[0], &st);
	if (rc == SQLITE_DONE)
		why = "its text is missing";
	else if (rc != SQLITE_ROW)
		why = sqlite3_errmsg(db);
	else if (!cites(row->text[VERIFY_TEXTS - 1], sqlite3_column_blob(st, 0), sqlite3_column_bytes(st, 0)))
		why = "its text has been changed";
	if (why != NULL)
		err_set(e, ERR_INPUT, "the evidence of row %lld: %s", (long long)row->number[0], why);
	chain->broken = why != NULL;
	sqlite3_finalize(st);
	return why == NULL ? 0 : -1;
}

int
verify_evidence_alone(sqlite3 *db, struct verify_chain *chain, struct err *e)
{
	sqlite3_stmt *st = NULL;
	int rc = ask(db, ALONE, 0, &st);

	if (rc == SQLITE_ROW)
		err_set(e, ERR_INPUT, "the evidence of row %lld: no row of kind evidence cites it", (long long)sqlite3_column_int64(st, 0));
	else if (rc != SQLITE_DONE)
		err_set(e, ERR_INPUT, "the evidence cannot be read: %s", sqlite3_errmsg(db));
	chain->broken = rc == SQLITE_ROW || rc == SQLITE_CORRUPT;
	sqlite3_finalize(st);
	return rc == SQLITE_DONE ? 0 : -1;
}
