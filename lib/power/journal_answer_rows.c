/* SPDX-License-Identifier: Apache-2.0 */
/* journal.db: larchd's answers to questions, beside the chain. */
#include <string.h>

#include "journal_inner.h"

int
journal_put_answer(struct journal *j, const struct journal_answer *x, struct err *e)
{
	if (x->text != NULL && strlen(x->text) > LIMIT_ANSWER)
		return err_set(e, ERR_LIMIT, "an answer of %zu bytes; the most is %u", strlen(x->text), LIMIT_ANSWER);
	if (store_begin(j->s, e) != 0)
		return -1;
	if (store_run(j->s, e,
	        "INSERT OR REPLACE INTO answer(question,at,what,about,who,began,ended,phase,text) VALUES(?,?,?,?,?,?,?,?,?)", "iisssiiss",
	        x->question, x->at, x->what, x->about, x->who, x->began, x->ended, x->phase, x->text == NULL ? "" : x->text) != 0 ||
	    store_run(j->s, e, "DELETE FROM answer WHERE began<=(SELECT began FROM answer ORDER BY began DESC LIMIT 1 OFFSET ?)", "i",
	        (int64_t)LIMIT_ANSWERS) != 0) {
		store_rollback(j->s);
		return -1;
	}
	return store_commit(j->s, e);
}

int
journal_end_answers(struct journal *j, const char *phase, struct err *e)
{
	return store_run(j->s, e, "UPDATE answer SET ended=?,phase=? WHERE ended=0", "is", times_now(), phase);
}

#define COLUMNS "question,at,what,about,who,began,ended,phase"

static void
take(struct store_query *q, struct arena *a, struct journal_answer *out)
{
	*out = (struct journal_answer){
	    .question = store_int(q, 0),
	    .at = store_int(q, 1),
	    .what = arena_strdup(a, store_text(q, 2)),
	    .about = arena_strdup(a, store_text(q, 3)),
	    .who = arena_strdup(a, store_text(q, 4)),
	    .began = store_int(q, 5),
	    .ended = store_int(q, 6),
	    .phase = arena_strdup(a, store_text(q, 7)),
	    .text = "",
	};
}

static int
take_one(struct store_query *q, struct arena *a, struct journal_answer *out, struct err *e)
{
	int more = store_next(q, e);

	if (more == 1) {
		take(q, a, out);
		out->text = arena_strdup(a, store_text(q, 8));
	}
	store_done(q);
	return more;
}

int
journal_answer(struct journal *j, int64_t question, int64_t at, struct arena *a, struct journal_answer *out, struct err *e)
{
	return take_one(store_ask(j->s, e, "SELECT " COLUMNS ",text FROM answer WHERE question=? AND at=?", "ii", question, at), a, out, e);
}

int
journal_answer_about(struct journal *j, const char *what, const char *about, struct arena *a, struct journal_answer *out,
    struct err *e)
{
	return take_one(store_ask(j->s, e,
	                    "SELECT " COLUMNS ",text FROM answer WHERE what=? AND about=? AND ended<>0 AND text<>''"
	                    " ORDER BY began DESC LIMIT 1", "ss", what, about), a, out, e);
}

int
journal_answers(struct journal *j, const char *what, struct arena *a, struct journal_answer **out, size_t *n_out, struct err *e)
{
	struct store_query *q = store_ask(j->s, e,
	    "SELECT " COLUMNS " FROM answer WHERE what=? ORDER BY began DESC LIMIT ?", "si", what, (int64_t)LIMIT_ANSWERS);
	int more;

	*out = arena_array(a, LIMIT_ANSWERS, sizeof(**out));
	*n_out = 0;
	while ((more = store_next(q, e)) == 1 && *n_out < LIMIT_ANSWERS)
		take(q, a, &(*out)[(*n_out)++]);
	store_done(q);
	return more < 0 ? -1 : 0;
}
