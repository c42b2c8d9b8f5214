/* SPDX-License-Identifier: Apache-2.0 */
/* A proof is found: the checks in the order they are made. */
#include <string.h>

#include "step_rows.h"

int
auth_proof_find(struct store *reader, struct str token, const struct auth_person *who,
    const struct auth_proof_for *what, struct arena *a, struct auth_proof *out, struct err *e)
{
	unsigned char hash[AUTH_HASH];
	struct auth_proof_row p;
	struct auth_now now;
	int rc;

	if (auth_token_hash(token, hash) != 0)
		return err_set(e, ERR_DENIED, "There is no proof that it is you: give the code, or the password, again.");
	rc = auth_proof_get(reader, hash, a, &p, e);
	if (rc < 0)
		return -1;
	/* what is another's is told as what is not there */
	if (rc == 0 || strcmp(p.pass, who->id) != 0 || strcmp(p.who, who->name) != 0)
		return err_set(e, ERR_DENIED, "This proof is not known, or is not of this session: give the code again.");
	auth_now(&now);
	if (auth_span_over(&p.span, &now))
		return err_set(e, ERR_DENIED, "The proof was good for %d seconds, which are over: give a new code.",
		    AUTH_PROOF_MS / 1000);
	if (strcmp(p.purpose, what->purpose) != 0 || strcmp(p.about, what->about) != 0)
		return err_set(e, ERR_DENIED, "The proof was about something else than this: give a new code for this.");
	*out = (struct auth_proof){p.id, p.how};
	return 0;
}
