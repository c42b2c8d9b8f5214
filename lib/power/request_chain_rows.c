/* SPDX-License-Identifier: Apache-2.0 */
/* The chain of requests: docs/formats/requests.md. */
#include <openssl/evp.h>
#include <string.h>

#include "request.h"

#define TAG "larch-request-v2\n"
#define NUMBERS 8
#define TEXTS 13
#define HASHED \
	"id,created,until,at_once,per_hour,second_over,grant_id,approval_id,who,source,address,role,reason,coalesce(idempotency,''),request_id,plan,hash," \
	"machines,verb,way,approver"

static void
add_number(EVP_MD_CTX *md, int64_t v)
{
	unsigned char b[8];

	for (int i = 0; i < 8; i++)
		b[i] = (unsigned char)((uint64_t)v >> (56 - 8 * i));
	(void)EVP_DigestUpdate(md, b, sizeof(b));
}

/* Over the row as it stands in the file, not as somebody meant to write it. */
static void
hash_row(struct store_query *q, int64_t seq, const unsigned char prev[REQUEST_HASH], const struct power_filing *f,
    unsigned char out[REQUEST_HASH])
{
	EVP_MD_CTX *md = EVP_MD_CTX_new();

	if (md == NULL || EVP_DigestInit_ex(md, EVP_sha256(), NULL) != 1)
		log_die("SHA-256 is not to be had");
	(void)EVP_DigestUpdate(md, TAG, strlen(TAG));
	(void)EVP_DigestUpdate(md, prev, REQUEST_HASH);
	add_number(md, seq);
	for (int i = 0; i < NUMBERS; i++)
		add_number(md, store_int(q, i));
	add_number(md, f->journal);
	(void)EVP_DigestUpdate(md, f->journal_hash, REQUEST_HASH);
	for (int i = NUMBERS; i < NUMBERS + TEXTS; i++) {
		struct str t = store_blob(q, i);

		add_number(md, (int64_t)t.n);
		(void)EVP_DigestUpdate(md, t.p, t.n);
	}
	if (EVP_DigestFinal_ex(md, out, NULL) != 1)
		log_die("SHA-256 is not to be had");
	EVP_MD_CTX_free(md);
}

static int
read_last(struct store *s, int64_t *seq, unsigned char hash[REQUEST_HASH], struct err *e)
{
	struct store_query *q = store_ask(s, e, "SELECT seq,hash FROM chain ORDER BY seq DESC LIMIT 1", "");
	int more = store_next(q, e);

	*seq = 0;
	memset(hash, 0, REQUEST_HASH);
	if (more == 1 && store_blob(q, 1).n == REQUEST_HASH) {
		*seq = store_int(q, 0);
		memcpy(hash, store_blob(q, 1).p, REQUEST_HASH);
	}
	store_done(q);
	return more < 0 ? -1 : 0;
}

int
power_chain_add(struct store *s, int64_t request, const struct power_filing *f, struct err *e)
{
	unsigned char prev[REQUEST_HASH], hash[REQUEST_HASH];
	struct store_query *q;
	int64_t seq;
	int more;

	if (read_last(s, &seq, prev, e) != 0)
		return -1;
	q = store_ask(s, e, "SELECT " HASHED " FROM request WHERE id=?", "i", request);
	more = store_next(q, e);
	if (more == 1)
		hash_row(q, ++seq, prev, f, hash);
	store_done(q);
	if (more != 1)
		return more == 0 ? err_set(e, ERR_INTERNAL, "request %lld is not in the file", (long long)request) : -1;
	return store_run(s, e, "INSERT INTO chain(seq,request,journal,head,prev,hash) VALUES(?,?,?,?,?,?)", "iiibbb", seq,
	    request, f->journal, (const void *)f->journal_hash, (size_t)REQUEST_HASH, (const void *)prev, (size_t)REQUEST_HASH,
	    (const void *)hash, (size_t)REQUEST_HASH);
}
