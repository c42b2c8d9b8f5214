/* SPDX-License-Identifier: Apache-2.0 */
/* Texts of evidence, which stand beside the chain and are cited by it: decision 024. */
#include <string.h>

#include "journal_inner.h"

int
journal_evidence(struct journal *j, const struct journal_evidence_ask *ask, struct arena *a, struct journal_evidence **out,
    size_t *n_out, struct err *e)
{
	size_t limit = ask->limit < LIMIT_EVIDENCE_SHOWN + 1 ? ask->limit : LIMIT_EVIDENCE_SHOWN + 1, n = 0;
	struct journal_evidence *rows = arena_array(a, limit + 1, sizeof(*rows));
	const char *machine = ask->machine == NULL ? "" : ask->machine;
	struct store_query *q = store_ask(j->s, e,
	    "SELECT r.seq,r.at,r.machine,v.text FROM row r JOIN evidence v ON v.seq=r.seq WHERE r.job=? AND r.kind='evidence'"
	    " AND r.seq>? AND (?='' OR r.machine=?) ORDER BY r.seq LIMIT ?", "iissi", ask->job, ask->after, machine, machine, (int64_t)limit);
	int more;

	while ((more = store_next(q, e)) == 1 && n < limit)
		rows[n++] = (struct journal_evidence){
		    .seq = store_int(q, 0),
		    .at = store_int(q, 1),
		    .machine = arena_strdup(a, store_text(q, 2)),
		    .text = arena_strdup(a, store_text(q, 3)),
		};
	store_done(q);
	*out = rows;
	*n_out = n;
	return more < 0 ? -1 : 0;
}

int
journal_evidence_count(struct journal *j, int64_t job, size_t *n_out, size_t *partial_out, struct err *e)
{
	struct store_query *q = store_ask(j->s, e, "SELECT count(*),count(*) FILTER (WHERE outcome<>'ok') FROM row"
	    " WHERE job=? AND kind='evidence'", "i", job);
	int more = store_next(q, e);

	if (more == 1) {
		*n_out = (size_t)store_int(q, 0);
		*partial_out = (size_t)store_int(q, 1);
	}
	store_done(q);
	return more < 0 ? -1 : 0;
}

int
journal_verify_evidence(struct journal *j, const struct journal_row *r, struct err *e)
{
	struct store_query *q;
	char cited[JOURNAL_CITED] = "";
	int more;

	if (strcmp(r->kind, "evidence") != 0)
		return 0;
	q = store_ask(j->s, e, "SELECT text FROM evidence WHERE seq=?", "i", r->seq);
	if ((more = store_next(q, e)) == 1)
		journal_cite(str_of(store_text(q, 0)), cited);
	store_done(q);
	if (more >= 0 && strcmp(cited, r->cites) != 0)
		return err_set(e, ERR_INTERNAL, "the evidence of row %lld is missing, or is not what the row cites", (long long)r->seq);
	return more < 0 ? -1 : 0;
}

int
journal_verify_cited(struct journal *j, struct err *e)
{
	struct store_query *q = store_ask(j->s, e, "SELECT seq FROM evidence v WHERE NOT EXISTS"
	    " (SELECT 1 FROM row r WHERE r.seq=v.seq AND r.kind='evidence') ORDER BY seq LIMIT 1", "");
	int more = store_next(q, e);
	long long seq = more == 1 ? (long long)store_int(q, 0) : 0;

	store_done(q);
	if (more == 1)
		return err_set(e, ERR_INTERNAL, "the evidence of row %lld is cited by no row", seq);
	return more;
}
