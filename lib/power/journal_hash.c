/* SPDX-License-Identifier: Apache-2.0 */
/* The canonical form of a journal row and its hash: docs/formats/journal.md. */
#include <openssl/evp.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include "journal.h"

#define TAG "larch-journal-v1\n"

const char *const journal_kinds[] = {"start", "stop", "accept", "refuse", "intent", "outcome", "seen", "settled", "state", "evidence",
    "pause", "resume", "abort", "end", "tag", "asked", "break-glass", NULL};
const char *const journal_outcomes[] = {"ok", "failed", "unknown", "refused", "partial", "aborted", "pxe", "idle", "pxe_failed",
    NULL};

static void
add_number(struct buf *b, int64_t v)
{
	unsigned char out[8];

	for (int i = 0; i < 8; i++)
		out[i] = (unsigned char)((uint64_t)v >> (56 - 8 * i));
	buf_add(b, out, sizeof(out));
}

/* Length before text: two different rows never have one form. */
static void
add_text(struct buf *b, const char *s)
{
	size_t n = s == NULL ? 0 : strlen(s);

	add_number(b, (int64_t)n);
	buf_add(b, s, n);
}

/* Found once: EVP_sha256() is looked up again in each digest, which costs more than the hash of a row. */
static EVP_MD *sha256;
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void
find_sha256(void)
{
	sha256 = EVP_MD_fetch(NULL, "SHA256", NULL);
	if (sha256 == NULL)
		log_die("SHA-256 is not to be had");
}

void
journal_hash(const struct journal_row *row, unsigned char out[JOURNAL_HASH])
{
	const int64_t numbers[] = {row->seq, row->at, row->boot, row->job, row->step};
	const char *const texts[] = {row->kind, row->who, row->address, row->verb, row->machine, row->device,
	    row->outlet, row->outcome, row->text, row->cites};
	unsigned char sum[EVP_MAX_MD_SIZE];
	unsigned int n = 0;
	struct buf b = BUF(LIMIT_PAGE);

	(void)pthread_once(&once, find_sha256);
	buf_puts(&b, TAG);
	buf_add(&b, row->prev, JOURNAL_HASH);
	for (size_t i = 0; i < LARCH_COUNT(numbers); i++)
		add_number(&b, numbers[i]);
	for (size_t i = 0; i < LARCH_COUNT(texts); i++)
		add_text(&b, texts[i]);
	if (b.over || EVP_Digest(b.p, b.n, sum, &n, sha256, NULL) != 1 || n != JOURNAL_HASH)
		log_die("a journal row cannot be hashed");
	memcpy(out, sum, JOURNAL_HASH);
	buf_free(&b);
}

void
journal_cite(struct str text, char out[JOURNAL_CITED])
{
	unsigned char sum[EVP_MAX_MD_SIZE];
	unsigned int n = 0;
	char hex[2 * JOURNAL_HASH + 1];

	(void)pthread_once(&once, find_sha256);
	if (EVP_Digest(text.p, text.n, sum, &n, sha256, NULL) != 1 || n != JOURNAL_HASH)
		log_die("a text of evidence cannot be hashed");
	hex_encode(sum, JOURNAL_HASH, hex);
	(void)snprintf(out, JOURNAL_CITED, "sha256 %s", hex);
}

json_t *
journal_row_json(const struct journal_row *row)
{
	const struct {
		const char *key, *text;
	} texts[] = {
	    {"kind", row->kind}, {"who", row->who}, {"address", row->address}, {"verb", row->verb},
	    {"machine", row->machine}, {"device", row->device}, {"outlet", row->outlet},
	    {"outcome", row->outcome}, {"text", row->text}, {"cites", row->cites},
	};
	char when[TIMES_TEXT], hex[2 * JOURNAL_HASH + 1];
	json_t *o = json_object();

	jsn_set(o, "seq", json_integer(row->seq));
	jsn_set_text(o, "at", times_utc(row->at, when));
	jsn_set(o, "at_ms", json_integer(row->at));
	jsn_set(o, "boot_ms", json_integer(row->boot));
	jsn_set(o, "job", json_integer(row->job));
	jsn_set(o, "step", json_integer(row->step));
	for (size_t i = 0; i < LARCH_COUNT(texts); i++)
		jsn_set_text(o, texts[i].key, texts[i].text == NULL ? "" : texts[i].text);
	hex_encode(row->prev, JOURNAL_HASH, hex);
	jsn_set_text(o, "prev", hex);
	hex_encode(row->hash, JOURNAL_HASH, hex);
	jsn_set_text(o, "hash", hex);
	return o;
}
