/* SPDX-License-Identifier: Apache-2.0 */
/* login: sessions, keys and passwords. Its routes, and what it opens. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>

#include "auth/step.h"
#include "login.h"

/* One list with enum auth_verb; login_open checks that none is missing. */
const char *const login_scopes[] = {"read", "see", "edit", "wire", "import", "check", "tag", "log", "claim", "on",
    "off", "cycle", "reset", "soft", "nmi", "identify", "outlet-on", "outlet-off", "outlet-cycle",
    "rebuild", "setvlan", "bootdev", NULL};

#define LONGEST AUTH_KEY_LONGEST_MS

static const struct web_field form_fields[] = {
    {.name = "next", .type = WEB_TEXT, .max = 2048, .summary = "where to go after the login"},
    {.name = "out", .type = WEB_FLAG, .summary = "somebody has just logged out"},
    {.name = NULL},
};

static const struct web_field post_fields[] = {
    {.name = "user", .type = WEB_TEXT, .max = 256, .summary = "the login name"},
    {.name = "password", .type = WEB_SECRET, .summary = "the password"},
    {.name = "next", .type = WEB_TEXT, .max = 2048, .summary = "where to go after the login"},
    {.name = NULL},
};

static const struct web_field ids_fields[] = {
    {.name = "id", .type = WEB_NAME, .list = true, .summary = "which to end"},
    {.name = NULL},
};

static const struct web_field key_fields[] = {
    {.name = "title", .type = WEB_TEXT, .max = 200, .summary = "what the key is for"},
    {.name = "expires", .type = WEB_DURATION, .min = 60000, .max = LONGEST, .required = true,
        .summary = "how long it lives: 8h, 30d"},
    {.name = "scope", .type = WEB_ENUM, .list = true, .choices = login_scopes,
        .summary = "what it may do: read, and verbs of the policy"},
    {.name = "things", .type = WEB_TEXT, .max = AUTH_THINGS_TEXT,
        .summary = "to what alone it may do that: a host list or an inventory query; all, when not given"},
    {.name = NULL},
};

static const struct web_field token_fields[] = {
    {.name = "title", .type = WEB_TEXT, .max = 200, .summary = "what the token is for"},
    {.name = "expires", .type = WEB_DURATION, .min = 60000, .max = LONGEST,
        .summary = "how long it lives, at most as long as a session: 8h"},
    {.name = "scope", .type = WEB_ENUM, .list = true, .choices = login_scopes,
        .summary = "what it may do; all, when not given"},
    {.name = NULL},
};

static const struct web_field id_field[] = {
    {.name = "id", .type = WEB_NAME, .required = true, .summary = "the key's id, 16 hex digits"},
    {.name = NULL},
};

static const struct web_field policy_fields[] = {
    {.name = "policy", .type = WEB_TEXT, .max = LIMIT_CONFIG_FILE, .summary = "the policy file, larch-policy(5)"},
    {.name = NULL},
};
static const struct web_field policy_api_fields[] = {
    {.name = "policy", .type = WEB_JSON, .required = true, .summary = "the policy file as an object, larch-policy(5)"},
    {.name = NULL},
};
static const char *const purposes[] = {"grant", "approve", NULL};

#define FIELDS_ASKED \
	{.name = "purpose", .type = WEB_ENUM, .choices = purposes, .summary = "what it is for: grant, or approve"}, \
	{.name = "verbs", .type = WEB_TEXT, .max = LIMIT_GRANT_VERBS, .summary = "of a grant: verbs with commas, as cycle,on"}, \
	{.name = "things", .type = WEB_HOSTS, .summary = "of a grant: machines, or PDU:OUTLET, as a host list"}, \
	{.name = "minutes", .type = WEB_INT, .min = 1, .max = AUTH_GRANT_MINUTES, .summary = "of a grant: how long; 15"}, \
	{.name = "uses", .type = WEB_INT, .min = 1, .max = AUTH_GRANT_USES, .summary = "of a grant: how often; 1"}, \
	{.name = "plan", .type = WEB_TEXT, .min = 64, .max = 64, .summary = "of an approval: the plan's whole hash"}
#define FIELD_NEXT {.name = "next", .type = WEB_TEXT, .max = 2048, .summary = "where to go afterwards"}
#define FIELD_CODE {.name = "code", .type = WEB_SECRET, .summary = "a one-time code, or a recovery code"}
#define FIELD_PASSWORD {.name = "password", .type = WEB_SECRET, .summary = "the password, of who has no second factor"}

static const struct web_field proof_form_fields[] = {FIELDS_ASKED, FIELD_NEXT, {.name = NULL}};
static const struct web_field proof_post_fields[] = {FIELDS_ASKED, FIELD_NEXT, FIELD_CODE, FIELD_PASSWORD, {.name = NULL}};
static const struct web_field proof_fields[] = {FIELDS_ASKED, FIELD_CODE, FIELD_PASSWORD, {.name = NULL}};
static const struct web_field answer_fields[] = {FIELD_CODE, FIELD_PASSWORD, {.name = NULL}};
static const struct web_field code_fields[] = {FIELD_CODE, {.name = NULL}};

static const struct web_route routes[] = {
    {.method = "GET", .path = "/login", .handler = login_form, .guard = WEB_OPEN, .fields = form_fields,
        .template = "login/form"},
    {.method = "POST", .path = "/login", .handler = login_post, .guard = WEB_OPEN, .change = WEB_PRELOGIN,
        .fields = post_fields, .body_max = 4096, .template = "login/form"},
    {.method = "POST", .path = "/logout", .handler = login_logout, .guard = WEB_LOGIN, .change = WEB_CSRF},
    {.method = "GET", .path = "/account", .handler = login_account, .guard = WEB_LOGIN,
        .formats = WEB_HTML | WEB_TXT, .template = "login/account"},
    {.method = "POST", .path = "/account/sessions/end", .handler = login_sessions_end, .guard = WEB_LOGIN,
        .change = WEB_CSRF, .fields = ids_fields},
    {.method = "POST", .path = "/account/keys", .handler = login_keys_make, .guard = WEB_LOGIN,
        .change = WEB_CSRF, .fields = key_fields, .template = "login/key"},
    {.method = "POST", .path = "/account/keys/end", .handler = login_keys_end, .guard = WEB_LOGIN,
        .change = WEB_CSRF, .fields = ids_fields},

    {.method = "GET", .path = "/account/policy", .handler = login_policy_form, .guard = WEB_LOGIN, .template = "login/policy"},
    {.method = "POST", .path = "/account/policy", .handler = login_policy_post, .guard = WEB_LOGIN, .change = WEB_CSRF,
        .fields = policy_fields, .body_max = LIMIT_FORM, .template = "login/policy"},
    {.method = "POST", .path = "/api/v1/policy", .handler = login_api_policy, .guard = WEB_LOGIN, .change = WEB_KEY,
        .fields = policy_api_fields, .body_max = LIMIT_JSON_BODY, .operation_id = "addFirstPolicy",
        .summary = "The first policy of a room that has none; for the break-glass account."},
    {.method = "GET", .path = "/account/factor", .handler = login_factor_show, .guard = WEB_LOGIN, .template = "login/factor"},
    {.method = "POST", .path = "/account/factor/begin", .handler = login_factor_begin, .guard = WEB_LOGIN,
        .change = WEB_CSRF, .fields = answer_fields, .body_max = 4096, .template = "login/factor"},
    {.method = "POST", .path = "/account/factor/confirm", .handler = login_factor_confirm, .guard = WEB_LOGIN,
        .change = WEB_CSRF, .fields = code_fields, .body_max = 4096, .template = "login/recovery"},
    {.method = "POST", .path = "/account/factor/remove", .handler = login_factor_remove, .guard = WEB_LOGIN,
        .change = WEB_CSRF, .fields = answer_fields, .body_max = 4096, .template = "login/factor"},
    {.method = "GET", .path = "/proof", .handler = login_proof_form, .guard = WEB_LOGIN, .fields = proof_form_fields,
        .template = "login/proof"},
    {.method = "POST", .path = "/proof", .handler = login_proof_post, .guard = WEB_LOGIN, .change = WEB_CSRF,
        .fields = proof_post_fields, .template = "login/proof"},
    {.method = "POST", .path = "/api/v1/proofs", .handler = login_api_proof, .guard = WEB_LOGIN, .change = WEB_KEY,
        .fields = proof_fields, .operation_id = "makeProof",
        .summary = "A code, or the password, again: a proof about what is asked, good for a minute and once."},

    {.method = "POST", .path = "/api/v1/tokens", .handler = login_token_make, .guard = WEB_OPEN,
        .change = WEB_BASIC, .fields = token_fields, .body_max = 4096, .operation_id = "makeToken",
        .summary = "A short-lived key for a login name and password (HTTP Basic), which is taken here and nowhere else."},
    {.method = "GET", .path = "/api/v1/session", .handler = login_session_show, .guard = WEB_LOGIN,
        .operation_id = "getSession", .summary = "Who asks: person, groups and their age, roles, scope, end."},
    {.method = "DELETE", .path = "/api/v1/session", .handler = login_session_end, .guard = WEB_LOGIN,
        .change = WEB_KEY, .operation_id = "endSession", .summary = "End the key that asks."},
    {.method = "GET", .path = "/api/v1/keys", .handler = login_api_keys, .guard = WEB_LOGIN,
        .operation_id = "listKeys", .summary = "The person's live keys and tokens, without their secrets."},
    {.method = "POST", .path = "/api/v1/keys", .handler = login_api_key_make, .guard = WEB_LOGIN,
        .change = WEB_KEY, .fields = key_fields, .body_max = 4096, .operation_id = "makeKey",
        .summary = "A key with no more scope and no longer life than the one that asks. Its secret is shown once."},
    {.method = "DELETE", .path = "/api/v1/keys/{id}", .handler = login_api_key_end, .guard = WEB_LOGIN,
        .change = WEB_KEY, .fields = id_field, .operation_id = "endKey", .summary = "End one of the person's keys."},
};

/* ---- opening ------------------------------------------------------------------------- */

/* DATA/NAME of DATA/NAME/NAME.db, when a packager has not made it: the group may read, not write. */
static int
make_folder(const char *file, mode_t mode, struct err *e)
{
	const char *slash = strrchr(file, '/');
	char folder[4096];

	snprintf(folder, sizeof(folder), "%.*s", (int)(slash - file), file);
	if (mkdir(folder, mode) == 0 || errno == EEXIST)
		return 0;
	return err_set(e, ERR_UNAVAILABLE, "%s: the folder cannot be made: %s", folder, strerror(errno));
}

static void
take_ldap(const struct conf_ldap *from, struct auth_ldap *to)
{
	*to = (struct auth_ldap){.uri = from->uri, .n_uri = from->n_uri, .starttls = from->starttls,
	    .ca_file = from->ca_file, .bind_dn = from->bind_dn, .bind_secret_file = from->bind_secret_file,
	    .dn_template = from->dn_template, .user_base = from->user_base, .user_filter = from->user_filter,
	    .group_base = from->group_base, .group_filter = from->group_filter, .group_name = from->group_name,
	    .timeout_ms = from->timeout_ms};
}

static int
check_scopes(struct err *e)
{
	enum auth_verb verb;
	size_t n = 0;

	while (login_scopes[n + 1] != NULL)
		if (auth_verb_find(str_of(login_scopes[++n]), &verb) != 0)
			return err_set(e, ERR_INTERNAL, "'%s' is no verb, but keys could have it", login_scopes[n]);
	return n == AUTH_VERB_COUNT ? 0 : err_set(e, ERR_INTERNAL, "a verb is missing from the scopes of keys");
}

static void
login_close(void *shared)
{
	struct login *l = shared;

	if (l == NULL)
		return;
	auth_desk_close(l->desk);
	auth_checker_stop(l->checker);
	glass_close(l->glass);
	yang_destroy(l->yang);
	buf_wipe(&l->hash);
	free(l);
}

static int
shout(void *ctx, const char *who, const char *address, const char *what, struct err *e)
{
	const struct glass_use use = {.who = who, .address = address, .what = what};

	return glass_add(ctx, &use, e);
}

/* The break-glass account, where larch.json has one. The list of its uses is there in any case: others read it. */
static int
open_glass(const struct conf *conf, struct login *l, struct arena *a, struct auth_local *out, struct err *e)
{
	const char *path = conf_db(conf, "glass", a);

	if (make_folder(path, 0750, e) != 0 || glass_open(path, &l->glass, e) != 0)
		return -1;
	if (conf->break_glass.name == NULL)
		return 0;
	if (conf_glass_hash(conf, &l->hash, e) != 0)
		return -1;
	*out = (struct auth_local){conf->break_glass.name, l->hash.p, shout, l->glass};
	return 0;
}

/* The checker forks its helper before there is any thread. */
static int
open_all(const struct conf *conf, struct login *l, struct arena *a, struct err *e)
{
	struct auth_desk_conf desk = {.session_ms = conf->session_ms, .group_recheck_ms = conf->group_recheck_ms,
	    .auth_db = conf_db(conf, "auth", a), .sessions_db = conf_db(conf, "sessions", a),
	    .checks_when_down = conf->threads > 1 ? conf->threads - 1 : 0};
	struct auth_ldap ldap;

	take_ldap(&conf->ldap, &ldap);
	if (open_glass(conf, l, a, &desk.local, e) != 0 || yang_create(conf->yang, &l->yang, e) != 0)
		return -1;
	if (check_scopes(e) != 0 || make_folder(desk.auth_db, 0700, e) != 0 ||
	    make_folder(desk.sessions_db, 0750, e) != 0 || auth_checker_start(&ldap, &l->checker, e) != 0)
		return -1;
	desk.checker = l->checker;
	if (auth_desk_open(&desk, &l->desk, e) != 0)
		return -1;
	return auth_desk_background(l->desk, e);
}

static int
login_open(const struct conf *conf, void **shared, struct err *e)
{
	struct arena *a = arena_create();
	struct login *l = calloc(1, sizeof(*l));
	int rc;

	if (l == NULL)
		log_die("out of memory");
	pthread_mutex_init(&l->yang_lock, NULL);
	/* passwords pass through here: no debugger of the same user; core files are switched off by web */
	(void)prctl(PR_SET_DUMPABLE, 0);
	rc = open_all(conf, l, a, e);
	arena_destroy(a);
	if (rc != 0)
		login_close(l);
	else
		*shared = l;
	return rc;
}

int
main(int argc, char **argv)
{
	static const struct web_program program = {.name = "login", .routes = routes,
	    .n_routes = LARCH_COUNT(routes), .open = login_open, .close = login_close};

	return web_main(argc, argv, &program);
}
