/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "cli.h"
#include "verify.h"

#define TAG "larch-journal-v1\n"
#define LINE_MAX_BYTES (64u << 10) /* of one exported row */

const char *const verify_numbers[VERIFY_NUMBERS] = {"seq", "at_ms", "boot_ms", "job", "step"};
const char *const verify_texts[VERIFY_TEXTS] = {"kind", "who", "address", "verb", "machine", "device",
	"outlet", "outcome", "text", "cites"};

/* ---- the hash of a row: docs/formats/journal.md -------------------------------------- */

int
verify_number(EVP_MD_CTX *md, int64_t v)
{
	unsigned char b[8];

	for (int i = 0; i < 8; i++)
		b[i] = (unsigned char)((uint64_t)v >> (56 - 8 * i));
	return EVP_DigestUpdate(md, b, sizeof(b));
}

/* One is kept for all rows: to find SHA-256 anew for each costs more than its hash. */
EVP_MD_CTX *
verify_sha256(void)
{
	static EVP_MD_CTX *md;
	bool good = md != NULL ? EVP_DigestInit_ex(md, NULL, NULL) == 1
	                       : (md = EVP_MD_CTX_new()) != NULL && EVP_DigestInit_ex(md, EVP_sha256(), NULL) == 1;

	if (!good)
		log_die("SHA-256 is not to be had");
	return md;
}

static void
hash_row(const struct verify_row *r, unsigned char out[VERIFY_HASH])
{
	EVP_MD_CTX *md = verify_sha256();
	bool good = EVP_DigestUpdate(md, TAG, strlen(TAG)) == 1 && EVP_DigestUpdate(md, r->prev, VERIFY_HASH) == 1;

	for (size_t i = 0; good && i < VERIFY_NUMBERS; i++)
		good = verify_number(md, r->number[i]) == 1;
	for (size_t i = 0; good && i < VERIFY_TEXTS; i++)
		good = verify_number(md, (int64_t)r->text[i].n) == 1 &&
		    EVP_DigestUpdate(md, r->text[i].p, r->text[i].n) == 1;
	if (!good || EVP_DigestFinal_ex(md, out, NULL) != 1)
		log_die("SHA-256 is not to be had");
}

/* ---- the chain --------------------------------------------------------------------------- */

/* Oldest first or newest first: either way a row's prev is the hash of the one numbered before it. */
static int
check_link(struct verify_chain *c, const struct verify_row *r, struct err *e)
{
	int64_t seq = r->number[0], older;
	const unsigned char *prev, *hash;

	if (c->count == 1)
		c->direction = seq < c->seq ? -1 : 1;
	if (seq != c->seq + c->direction)
		return err_set(e, ERR_INPUT, "row %lld is followed by row %lld: what lies between is missing, "
		    "or rows were moved", (long long)c->seq, (long long)seq);
	older = c->direction > 0 ? c->seq : seq;
	prev = c->direction > 0 ? r->prev : c->prev;
	hash = c->direction > 0 ? c->hash : r->hash;
	if (memcmp(prev, hash, VERIFY_HASH) != 0)
		return err_set(e, ERR_INPUT, "row %lld does not carry the hash of row %lld: one of them was put in later",
		    (long long)older + 1, (long long)older);
	return 0;
}

static int
take_row(struct verify_chain *c, const struct verify_row *r, struct err *e)
{
	static const unsigned char zero[VERIFY_HASH];
	unsigned char sum[VERIFY_HASH];
	int64_t seq = r->number[0];

	if (seq < 1)
		return err_set(e, ERR_INPUT, "row %lld: rows are numbered from 1", (long long)seq);
	hash_row(r, sum);
	if (memcmp(sum, r->hash, VERIFY_HASH) != 0)
		return err_set(e, ERR_INPUT, "row %lld was changed: its hash is not that of what it says", (long long)seq);
	if (seq == 1 && memcmp(r->prev, zero, VERIFY_HASH) != 0)
		return err_set(e, ERR_INPUT, "row 1 follows another row: it is not the first");
	if (c->count > 0 && check_link(c, r, e) != 0)
		return -1;
	if (c->count == 0 || seq < c->first)
		c->first = seq;
	if (c->count == 0 || seq > c->last) {
		c->last = seq;
		memcpy(c->head, r->hash, VERIFY_HASH);
	}
	c->seq = seq;
	memcpy(c->prev, r->prev, VERIFY_HASH);
	memcpy(c->hash, r->hash, VERIFY_HASH);
	c->count++;
	return 0;
}

int
verify_next(struct verify_chain *c, const struct verify_row *r, struct err *e)
{
	int rc = take_row(c, r, e);

	c->broken = rc != 0;
	return rc;
}

/* ---- exported lines -------------------------------------------------------------------------- */

static int
row_of(const json_t *o, const char *what, struct verify_row *out, struct err *e)
{
	const char *text;

	for (size_t i = 0; i < VERIFY_NUMBERS; i++)
		if (jsn_integer(o, verify_numbers[i], INT64_MIN, INT64_MAX, what, &out->number[i], e) != 0)
			return -1;
	for (size_t i = 0; i < VERIFY_TEXTS; i++) {
		if (jsn_text(o, verify_texts[i], what, &text, e) != 0)
			return -1;
		out->text[i] = (struct str){text, json_string_length(json_object_get(o, verify_texts[i]))};
	}
	if (jsn_text(o, "prev", what, &text, e) != 0)
		return -1;
	if (hex_decode(str_of(text), out->prev, VERIFY_HASH) != 0)
		return err_set(e, ERR_INPUT, "%s: \"prev\" is no hash", what);
	if (jsn_text(o, "hash", what, &text, e) != 0)
		return -1;
	if (hex_decode(str_of(text), out->hash, VERIFY_HASH) != 0)
		return err_set(e, ERR_INPUT, "%s: \"hash\" is no hash", what);
	return 0;
}

static int
verify_line(struct verify_chain *chain, struct str line, size_t number, struct err *e)
{
	struct verify_row row;
	char what[64];
	json_t *o;
	int rc;

	snprintf(what, sizeof(what), "line %zu", number);
	if (str_trim(line).n == 0)
		return 0;
	/* after a row, or with a hash of its own, a line that is no row was one */
	if ((o = jsn_parse(line, what, e)) == NULL) {
		chain->broken = chain->count > 0;
		return -1;
	}
	rc = row_of(o, what, &row, e);
	if (rc != 0)
		chain->broken = chain->count > 0 || json_object_get(o, "hash") != NULL;
	else
		rc = verify_next(chain, &row, e);
	json_decref(o);
	return rc;
}

static int
verify_lines(FILE *f, struct verify_chain *chain, struct err *e)
{
	struct buf line = BUF(LINE_MAX_BYTES);
	size_t number = 1;
	int ch, rc = 0;

	while (rc == 0 && (ch = getc(f)) != EOF) {
		if (ch != '\n') {
			buf_char(&line, (char)ch);
			if (line.over)
				rc = err_set(e, ERR_LIMIT, "line %zu is longer than %u bytes: no row is", number, LINE_MAX_BYTES);
			continue;
		}
		rc = verify_line(chain, buf_view(&line), number++, e);
		buf_clear(&line);
	}
	if (rc == 0 && ferror(f))
		rc = err_set(e, ERR_INPUT, "it cannot be read: %s", strerror(errno));
	if (rc == 0)
		rc = verify_line(chain, buf_view(&line), number, e);
	buf_free(&line);
	return rc;
}

static int
verify_file(const char *path, struct verify_chain *chain, struct err *e)
{
	static const char magic[16] = "SQLite format 3";
	static const unsigned char wal[3] = {0x37, 0x7f, 0x06}; /* then 0x82 or 0x83: sqlite.org/fileformat2.html, 4.1 */
	char head[sizeof(magic)];
	FILE *f = fopen(path, "re");
	size_t n;
	int rc;

	if (f == NULL)
		return err_set(e, errno == ENOENT ? ERR_NOT_FOUND : ERR_INPUT, "%s", strerror(errno));
	n = fread(head, 1, sizeof(head), f);
	if (ferror(f)) {
		rc = err_set(e, ERR_INPUT, "it cannot be read: %s", strerror(errno));
	} else if (n == sizeof(head) && memcmp(head, wal, sizeof(wal)) == 0) {
		rc = err_set(e, ERR_INPUT, "this is the -wal file beside a database; name the journal.db itself");
	} else if (n == sizeof(head) && memcmp(head, magic, sizeof(magic)) == 0) {
		rc = verify_database(path, chain, e);
	} else {
		rewind(f);
		rc = verify_lines(f, chain, e);
	}
	fclose(f);
	if (rc == 0 && chain->count == 0)
		rc = err_set(e, ERR_NOT_FOUND, "there is no row in it");
	return rc;
}

/* ---- the command -------------------------------------------------------------------------------- */

/* requests NULL: no second file was named. */
static void
print_chain(const struct cli *c, const struct verify_chain *chain, const struct verify_requests *requests)
{
	static const struct column columns[] = {
		{"file", "file", false}, {"first", "first", false}, {"last", "last", false}, {"head", "head", false},
	};
	char head[2 * VERIFY_HASH + 1], requests_head[2 * VERIFY_HASH + 1];
	json_t *o = json_object(), *rows = json_array();
	enum format f = out_format(c, FORMAT_TEXT);

	hex_encode(chain->head, VERIFY_HASH, head);
	jsn_set_text(o, "file", c->argv[0]);
	jsn_set(o, "first", json_integer(chain->first));
	jsn_set(o, "last", json_integer(chain->last));
	jsn_set_text(o, "head", head);
	if (requests != NULL) {
		hex_encode(requests->head, VERIFY_HASH, requests_head);
		jsn_set(o, "requests", json_integer(requests->count));
		jsn_set_text(o, "requests_head", requests_head);
	}
	jsn_add(rows, json_incref(o));
	if (f == FORMAT_TEXT)
		printf("%s: rows %lld to %lld are whole%s\nhead: %lld %s\n", c->argv[0], (long long)chain->first,
		    (long long)chain->last, chain->first == 1 ? "" : "; those before are not in this file, and were not looked at",
		    (long long)chain->last, head);
	else
		out_rows(c, f, o, rows, columns, LARCH_COUNT(columns));
	if (f == FORMAT_TEXT && requests != NULL)
		printf("%s: %lld requests are whole, and agree with the journal\nhead: %lld %s\n", c->argv[1],
		    (long long)requests->count, (long long)requests->count, requests_head);
	json_decref(rows);
	json_decref(o);
}

static int
fail(struct cli *c, const char *file, bool broken, struct err *e)
{
	err_prefix(e, "%s", file);
	return broken ? cli_fail_as(c, "broken-chain", e->text, EXIT_FAILED) : cli_fail(c, e);
}

int
cmd_log_verify(struct cli *c)
{
	struct verify_chain chain = {0};
	struct verify_requests requests = {0};
	bool both = c->argc > 1;
	struct err e = {0};

	if (verify_file(c->argv[0], &chain, &e) != 0)
		return fail(c, c->argv[0], chain.broken, &e);
	if (both && verify_requests(c->argv[1], c->argv[0], &requests, &e) != 0)
		return fail(c, c->argv[1], requests.broken, &e);
	print_chain(c, &chain, both ? &requests : NULL);
	return EXIT_OK;
}
