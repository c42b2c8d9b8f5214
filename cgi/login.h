/* SPDX-License-Identifier: Apache-2.0 */
/*
 * login: the only program that sees a password. Its routes are in login.c;
 * the form and logout in login_form.c, the account page in login_account.c,
 * the API in login_api.c, proofs in login_step.c and the second factor in
 * login_factor.c. What it decides is in lib/auth.
 */
#ifndef LARCH_CGI_LOGIN_H
#define LARCH_CGI_LOGIN_H

#include <pthread.h>

#include "auth/auth.h"
#include "auth/used.h"
#include "conf/conf.h"
#include "glass/glass.h"
#include "web/web.h"

/* Shared by all threads; both are safe to use from any. */
struct login {
	struct auth_checker *checker;
	struct auth_desk *desk;
	struct glass *glass;     /* uses of the break-glass account; under the desk's lock */
	struct buf hash;         /* of its password */
	struct yang *yang;       /* under yang_lock */
	pthread_mutex_t yang_lock;
};

/* Who stands at the desk: address, browser, and "form" or "api". */
struct auth_from login_from(struct web_call *c, const char *how);

/*
 * Verify name and password. 0; or -1 with the error, the status and Retry-After
 * as the outcome wants. When the checker's helper is gone, the program is asked
 * to stop, so that its supervisor starts it whole again.
 */
int login_verify(struct web_call *c, struct str name, struct str password, const struct auth_from *from,
    struct auth_found *found, struct err *e);

/* login_keys.c: the field "things", of which a query must be one; and when keys were used, as far as all programs say. */
int login_take_things(struct web_call *c, struct auth_key_wish *wish, struct err *e);
void login_used(struct web_call *c, struct auth_used_list *out);

/* What a key may be made with: "read", then every verb; ends with NULL. */
extern const char *const login_scopes[];

/* ---- handlers ---- */
web_handler login_form, login_post, login_logout;
web_handler login_account, login_sessions_end, login_keys_make, login_keys_end;
web_handler login_policy_form, login_policy_post, login_api_policy;
web_handler login_token_make, login_session_show, login_session_end, login_api_keys, login_api_key_make,
    login_api_key_end;
web_handler login_proof_form, login_proof_post, login_api_proof;
web_handler login_factor_show, login_factor_begin, login_factor_confirm, login_factor_remove;

#endif
