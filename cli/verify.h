/* SPDX-License-Identifier: Apache-2.0 */
/*
 * log verify: the chain of a journal, walked without the server and without the
 * code that wrote it: docs/formats/journal.md is all that both know.
 */
#ifndef LARCH_CLI_VERIFY_H
#define LARCH_CLI_VERIFY_H

#include <openssl/evp.h>
#include <sqlite3.h>

#include "base/base.h"

#define VERIFY_HASH 32
#define VERIFY_NUMBERS 5
#define VERIFY_TEXTS 10

/* Names in the order in which they are hashed; the numbers are after prev, the texts after the numbers. */
extern const char *const verify_numbers[VERIFY_NUMBERS], *const verify_texts[VERIFY_TEXTS];

struct verify_row {
	int64_t number[VERIFY_NUMBERS]; /* seq at boot job step */
	struct str text[VERIFY_TEXTS];
	unsigned char prev[VERIFY_HASH], hash[VERIFY_HASH];
};

struct verify_chain {
	int64_t count, first, last;     /* rows seen; the lowest and the highest number */
	int direction;                  /* 1 oldest first, -1 newest first, 0 not known yet */
	int64_t seq;                    /* of the row before this one in the file */
	unsigned char prev[VERIFY_HASH], hash[VERIFY_HASH];
	unsigned char head[VERIFY_HASH]; /* of row `last` */
	bool broken;                    /* why it ended: rows that do not hold, not a file that is no journal */
};

/* Take the next row of the file. -1: the chain is broken (set so), and the sentence names the row. */
int verify_next(struct verify_chain *chain, const struct verify_row *row, struct err *e);

/* Every row of a journal.db, in order, to verify_next. -1 without chain->broken: it cannot be read or is no journal. */
int verify_database(const char *path, struct verify_chain *chain, struct err *e);

/* The text of a row of evidence in a journal.db is what the row cites; and then: there is none that no row cites. As verify_database. */
int verify_evidence(sqlite3 *db, struct verify_chain *chain, const struct verify_row *row, struct err *e);
int verify_evidence_alone(sqlite3 *db, struct verify_chain *chain, struct err *e);

/* A database to read, or NULL. */
sqlite3 *verify_open(const char *path);

/* The context of a new SHA-256, and a number as the chains hash it. 1, as OpenSSL says it. */
EVP_MD_CTX *verify_sha256(void);
int verify_number(EVP_MD_CTX *md, int64_t v);

/*
 * The requests of a power.db, held against the journal that was walked: every row of their chain, what each cites, and
 * what the journal's accepted requests cite (docs/formats/requests.md). -1: *broken true, and the sentence names the
 * first row that disagrees; or false: one of the files cannot be read or is something else.
 */
struct verify_requests {
	int64_t count;                  /* rows of their chain */
	unsigned char head[VERIFY_HASH];
	bool broken;
};
int verify_requests(const char *path, const char *journal, struct verify_requests *out, struct err *e);

#endif
