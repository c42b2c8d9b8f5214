/* SPDX-License-Identifier: Apache-2.0 */
/* The requests' chain held against the journal, without the code that wrote either: docs/formats/requests.md. */
#include <stdio.h>
#include <string.h>

#include "verify.h"

#define TAG "larch-request-v2\n"

/* The columns of ROWS; in HASHED order where they are hashed. */
enum { SEQ, REQUEST, CREATED, UNTIL, AT_ONCE, PER_HOUR, SECOND_OVER, GRANT, APPROVAL, JOURNAL, HEAD, WHO, APPROVER = WHO + 12,
	PREV, HASH, THERE };
#define ROWS \
	"SELECT c.seq,c.request,r.created,r.until,r.at_once,r.per_hour,r.second_over,r.grant_id,r.approval_id,c.journal,c.head," \
	"r.who,r.source,r.address,r.role,r.reason," \
	"coalesce(r.idempotency,''),r.request_id,r.plan,r.hash,r.machines,r.verb,r.way,r.approver,c.prev,c.hash,r.id IS NOT NULL" \
	" FROM chain c LEFT JOIN request r ON r.id=c.request ORDER BY c.seq"
#define UNCHAINED \
	"SELECT id FROM request WHERE id>(SELECT min(request) FROM chain) AND id NOT IN (SELECT request FROM chain) ORDER BY id LIMIT 1"
#define CITED "SELECT hash FROM row WHERE seq=?"
#define ACCEPTED "SELECT seq,cites FROM row WHERE job=? AND kind='accept' ORDER BY seq LIMIT 1"
#define ACCEPTS "SELECT seq,job FROM row WHERE kind='accept' AND instr(cites,' chain ')>0 ORDER BY seq"
#define CHAINED "SELECT 1 FROM chain WHERE request=?"

struct both {
	sqlite3 *requests, *journal;
	sqlite3_stmt *rows, *unchained, *chained; /* of requests */
	sqlite3_stmt *cited, *accepted, *accepts; /* of the journal */
	struct verify_requests *out;
};

LARCH_PRINTF(3, 4) static int
broken(struct both *b, struct err *e, const char *fmt, ...)
{
	va_list ap;
	char text[400];

	va_start(ap, fmt);
	(void)vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	b->out->broken = true;
	return err_set(e, ERR_INPUT, "%s", text);
}

static long long
number(sqlite3_stmt *st, int column)
{
	return (long long)sqlite3_column_int64(st, column);
}

static bool
same(sqlite3_stmt *st, int column, const unsigned char want[VERIFY_HASH])
{
	const void *p = sqlite3_column_blob(st, column);

	return p != NULL && sqlite3_column_bytes(st, column) == VERIFY_HASH && memcmp(p, want, VERIFY_HASH) == 0;
}

static void
add_bytes(EVP_MD_CTX *md, sqlite3_stmt *st, int column)
{
	const void *p = sqlite3_column_blob(st, column);

	(void)EVP_DigestUpdate(md, p, (size_t)sqlite3_column_bytes(st, column));
}

static void
hash_row(sqlite3_stmt *st, unsigned char out[VERIFY_HASH])
{
	EVP_MD_CTX *md = verify_sha256();

	(void)EVP_DigestUpdate(md, TAG, strlen(TAG));
	add_bytes(md, st, PREV);
	for (int i = SEQ; i <= JOURNAL; i++)
		(void)verify_number(md, sqlite3_column_int64(st, i));
	add_bytes(md, st, HEAD);
	for (int i = WHO; i <= APPROVER; i++) {
		(void)sqlite3_column_blob(st, i);
		(void)verify_number(md, sqlite3_column_bytes(st, i));
		add_bytes(md, st, i);
	}
	if (EVP_DigestFinal_ex(md, out, NULL) != 1)
		log_die("SHA-256 is not to be had");
}

/* The first row of a question with one number in it: 1, 0 none, -1. */
static int
ask(sqlite3_stmt *st, long long value)
{
	int rc;

	(void)sqlite3_reset(st);
	(void)sqlite3_bind_int64(st, 1, value);
	rc = sqlite3_step(st);
	return rc == SQLITE_ROW ? 1 : rc == SQLITE_DONE ? 0 : -1;
}

/* ---- a row ------------------------------------------------------------------------------------ */

static int
check_cited(struct both *b, struct err *e)
{
	static const unsigned char zero[VERIFY_HASH];
	long long seq = number(b->rows, SEQ), cited = number(b->rows, JOURNAL);
	const unsigned char *head = sqlite3_column_blob(b->rows, HEAD);

	if (head == NULL || sqlite3_column_bytes(b->rows, HEAD) != VERIFY_HASH)
		return broken(b, e, "request row %lld cites no hash", seq);
	if (cited == 0)
		return memcmp(head, zero, VERIFY_HASH) == 0 ? 0 : broken(b, e, "request row %lld cites a hash of no row", seq);
	if (ask(b->cited, cited) != 1)
		return broken(b, e, "request row %lld cites row %lld of the journal, which has no such row", seq, cited);
	if (!same(b->cited, 0, head))
		return broken(b, e, "request row %lld cites row %lld of the journal with another hash: one of the two was made anew",
		    seq, cited);
	return 0;
}

/* What the journal says of the job, if it took it up: that it was this request. */
static int
check_accepted(struct both *b, const unsigned char hash[VERIFY_HASH], struct err *e)
{
	long long seq = number(b->rows, SEQ), job = number(b->rows, REQUEST);
	int found = ask(b->accepted, job);
	char want[8 + 2 * VERIFY_HASH] = " chain ";
	const char *cites;

	if (found != 1)
		return found == 0 ? 0 : err_set(e, ERR_INPUT, "the journal cannot be asked for job %lld", job);
	hex_encode(hash, VERIFY_HASH, want + 7);
	cites = (const char *)sqlite3_column_text(b->accepted, 1);
	if (cites == NULL || strstr(cites, want) == NULL)
		return broken(b, e, "request row %lld is not what row %lld of the journal accepted as job %lld", seq,
		    number(b->accepted, 0), job);
	return 0;
}

static int
check_row(struct both *b, struct err *e)
{
	struct verify_requests *out = b->out;
	long long seq = number(b->rows, SEQ);
	unsigned char hash[VERIFY_HASH];

	if (seq != out->count + 1)
		return broken(b, e, "request row %lld is missing: row %lld stands in its place", (long long)out->count + 1, seq);
	if (number(b->rows, THERE) == 0)
		return broken(b, e, "request row %lld is about job %lld, whose request is not in the file any more", seq,
		    number(b->rows, REQUEST));
	hash_row(b->rows, hash);
	if (!same(b->rows, HASH, hash))
		return broken(b, e, "request row %lld (job %lld) was changed: its hash is not that of what it says", seq,
		    number(b->rows, REQUEST));
	if (!same(b->rows, PREV, out->head))
		return broken(b, e, "request row %lld does not carry the hash of the row before it", seq);
	if (check_cited(b, e) != 0 || check_accepted(b, hash, e) != 0)
		return -1;
	memcpy(out->head, hash, VERIFY_HASH);
	out->count++;
	return 0;
}

/* ---- what is in one file alone ------------------------------------------------------------------ */

static int
check_rest(struct both *b, struct err *e)
{
	int more;

	if (sqlite3_step(b->unchained) == SQLITE_ROW)
		return broken(b, e, "the request of job %lld is in no row of the chain: it was put in by another hand",
		    number(b->unchained, 0));
	while ((more = sqlite3_step(b->accepts)) == SQLITE_ROW)
		if (ask(b->chained, number(b->accepts, 1)) != 1)
			return broken(b, e, "row %lld of the journal accepted job %lld, whose request is in no row of the chain",
			    number(b->accepts, 0), number(b->accepts, 1));
	return more == SQLITE_DONE ? 0 : err_set(e, ERR_INPUT, "the journal cannot be read: %s", sqlite3_errmsg(b->journal));
}

static int
prepare(struct both *b, struct err *e)
{
	const struct {
		sqlite3 *db;
		const char *sql;
		sqlite3_stmt **st;
		const char *what;
	} rows[] = {
		{b->journal, CITED, &b->cited, "the first file is no journal.db, which requests are held against"},
		{b->journal, ACCEPTED, &b->accepted, "the first file is no journal.db"},
		{b->journal, ACCEPTS, &b->accepts, "the first file is no journal.db"},
		{b->requests, ROWS, &b->rows, "it holds no chain of requests"},
		{b->requests, UNCHAINED, &b->unchained, "it holds no chain of requests"},
		{b->requests, CHAINED, &b->chained, "it holds no chain of requests"},
	};

	for (size_t i = 0; i < LARCH_COUNT(rows); i++)
		if (rows[i].db == NULL || sqlite3_prepare_v2(rows[i].db, rows[i].sql, -1, rows[i].st, NULL) != SQLITE_OK)
			return err_set(e, ERR_INPUT, "%s", rows[i].what);
	return 0;
}

static int
check_all(struct both *b, struct err *e)
{
	int more;

	while ((more = sqlite3_step(b->rows)) == SQLITE_ROW)
		if (check_row(b, e) != 0)
			return -1;
	if (more != SQLITE_DONE) {
		b->out->broken = more == SQLITE_CORRUPT;
		return err_set(e, ERR_INPUT, "after request row %lld it cannot be read: %s", (long long)b->out->count,
		    sqlite3_errmsg(b->requests));
	}
	return check_rest(b, e);
}

int
verify_requests(const char *path, const char *journal, struct verify_requests *out, struct err *e)
{
	struct both b = {.requests = verify_open(path), .journal = verify_open(journal), .out = out};
	sqlite3_stmt **all[] = {&b.rows, &b.unchained, &b.chained, &b.cited, &b.accepted, &b.accepts};
	int rc = b.requests == NULL ? err_set(e, ERR_INPUT, "SQLite cannot read it") : prepare(&b, e);

	if (rc == 0)
		rc = check_all(&b, e);
	for (size_t i = 0; i < LARCH_COUNT(all); i++)
		sqlite3_finalize(*all[i]);
	sqlite3_close(b.requests);
	sqlite3_close(b.journal);
	return rc;
}
