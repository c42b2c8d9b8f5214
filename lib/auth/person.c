/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From a cookie or a key to a person: the checks in the order they are made.
 */
#include <string.h>

#include "rows.h"

int
auth_reader_open(const char *sessions_db, struct store **out, struct err *e)
{
	return auth_rows_open_sessions_reader(sessions_db, out, e);
}

static void
fill(struct auth_person *out, const struct auth_pass *p)
{
	*out = (struct auth_person){.name = p->who, .display = p->display, .groups = p->groups,
	    .n_groups = p->n_groups, .id = p->id, .made_at = p->span.made_at, .expires_at = p->span.ends_at,
	    .groups_checked_at = p->groups_at};
	if (p->kind == AUTH_PASS_SESSION) {
		out->source = AUTH_SESSION;
	} else {
		out->source = AUTH_KEY;
		out->is_token = p->kind == AUTH_PASS_TOKEN;
		out->scope = p->scope;
		out->n_scope = p->n_scope;
		out->things = p->things;
	}
}

/* 0 when the pass is alive. The sentence is for somebody who has proved to hold it. */
static int
alive(const struct auth_pass *p, const char *what, struct err *e)
{
	struct auth_now now;
	char at[TIMES_TEXT];

	auth_now(&now);
	if (p->ended_at != 0)
		return err_set(e, ERR_LOGIN, "This %s was ended at %s (%s); log in again.", what,
		    times_room(p->ended_at, at), p->ended_why);
	if (auth_span_over(&p->span, &now))
		return err_set(e, ERR_LOGIN, "The time of this %s was over at %s; log in again.", what,
		    times_room(p->span.ends_at, at));
	return 0;
}

int
auth_session_find(struct store *reader, struct str token, struct arena *a, struct auth_person *out,
    struct err *e)
{
	unsigned char hash[AUTH_HASH];
	struct auth_pass p;
	int rc;

	*out = (struct auth_person){.source = AUTH_NOBODY};
	if (auth_token_hash(token, hash) != 0)
		return err_set(e, ERR_LOGIN, "The session cookie is not one of ours; log in again.");
	rc = auth_pass_by_hash(reader, hash, a, &p, e);
	if (rc < 0)
		return -1;
	if (rc == 0 || p.kind != AUTH_PASS_SESSION)
		return err_set(e, ERR_LOGIN, "This session is not known here; log in again.");
	if (alive(&p, "session", e) != 0)
		return -1;
	fill(out, &p);
	return auth_csrf(token, out->csrf);
}

int
auth_key_find(struct store *reader, struct str bearer, struct arena *a, struct auth_person *out,
    struct err *e)
{
	static const char unknown[] = "This API key is not known here; make another on the account page.";
	unsigned char hash[AUTH_HASH];
	char id[AUTH_ID_TEXT];
	struct auth_pass p;
	int rc;

	*out = (struct auth_person){.source = AUTH_NOBODY};
	if (auth_bearer_split(bearer, id, hash) != 0)
		return err_set(e, ERR_LOGIN, "An API key reads larch_<id>.<secret>, and this one does not.");
	rc = auth_pass_by_id(reader, id, a, &p, e);
	if (rc < 0)
		return -1;
	/* a wrong secret is told as an unknown key: nobody learns that the id exists */
	if (rc == 0 || p.kind == AUTH_PASS_SESSION || !bytes_equal(p.hash, hash, AUTH_HASH))
		return err_set(e, ERR_LOGIN, "%s", unknown);
	if (alive(&p, p.kind == AUTH_PASS_TOKEN ? "token" : "API key", e) != 0)
		return -1;
	fill(out, &p);
	return 0;
}

void
auth_person_of(struct str name, const struct auth_found *found, struct arena *a, struct auth_person *out)
{
	*out = (struct auth_person){.name = arena_strndup(a, name.p, name.n), .display = found->display,
	    .groups = found->groups, .n_groups = found->n_groups, .source = AUTH_NOBODY, .id = ""};
}
