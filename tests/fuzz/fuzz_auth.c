/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a stranger sends to be let in: cookies, bearers, Basic credentials,
 * login names, addresses, one-time codes, grants; and what a child of the checker may send back.
 */
#include <stdlib.h>
#include <string.h>

#include "auth/ldap.h"
#include "auth/totp.h"
#include "fuzz.h"

static void
tokens(struct str in)
{
	unsigned char hash[AUTH_HASH];
	char csrf[AUTH_CSRF_TEXT], id[AUTH_ID_TEXT], again[AUTH_TOKEN_TEXT];
	bool token = auth_token_is(in);

	DEMAND(token == (auth_token_hash(in, hash) == 0) && token == (auth_csrf(in, csrf) == 0));
	if (token) {
		DEMAND(in.n == 64 && auth_csrf_check(in, str_of(csrf)));
		memcpy(again, in.p, 64);
		again[64] = '\0';
		DEMAND(strspn(again, "0123456789abcdef") == 64); /* one token, one text */
	}
	if (auth_bearer_split(in, id, hash) == 0)
		DEMAND(in.n == 87 && strlen(id) == 16 && memcmp(in.p + 6, id, 16) == 0);
}

static void
basic(struct str in)
{
	char text[AUTH_BASIC_TEXT];
	struct str user, password;
	struct err e = {0};

	if (auth_basic_parse(in, text, &user, &password, &e) != 0) {
		DEMAND(e.kind == ERR_LOGIN && password.p == NULL);
		return;
	}
	DEMAND(user.p >= text && password.p == user.p + user.n + 1);
	DEMAND(password.p + password.n <= text + AUTH_BASIC_TEXT);
	DEMAND(memchr(user.p, ':', user.n) == NULL && memchr(password.p, '\0', password.n) == NULL);
}

static void
names(struct str in, struct arena *a)
{
	char name[LIMIT_NAME], again[LIMIT_NAME], key[64];
	struct err e = {0};

	if (auth_login_name(in, name, &e) == 0) {
		DEMAND(auth_login_name(str_of(name), again, &e) == 0 && strcmp(name, again) == 0);
		DEMAND(auth_ldap_filter("(uid=%s)", name, a) != NULL && auth_ldap_dn("uid=%s,o=x", name, a) != NULL);
		/* whatever the name, the DN made of it has the two parts of the template */
		DEMAND(auth_ldap_rdn(auth_ldap_dn("uid=%s,o=x", name, a), "uid", "o=x", a) != NULL);
	} else {
		DEMAND(e.kind == ERR_INPUT);
	}
	auth_address_key(in, key);
	DEMAND(strlen(key) > 0);
	DEMAND(str_is_text(str_of(auth_clean(in, 50, a))));
}

static void
codes(struct str in)
{
	char code[AUTH_CODE_TEXT], again[AUTH_CODE_TEXT];
	enum auth_code kind = auth_code_read(in, code);

	DEMAND(strlen(code) < sizeof(code));
	if (kind == AUTH_CODE_NONE)
		return;
	DEMAND(strlen(code) == (kind == AUTH_CODE_TOTP ? 6 : 16));
	DEMAND(auth_code_read(str_of(code), again) == kind && strcmp(code, again) == 0);
}

/* The first line is the verbs, the rest the things: what is taken has one spelling and one sum. */
static void
grants(struct str in, struct arena *a)
{
	struct auth_grant_about out, again;
	struct str rest = in, verbs = str_cut(&rest, '\n');
	struct err e = {0};

	if (auth_about_grant(&(struct auth_grant_wish){verbs, rest, 15, 1}, a, &out, &e) != 0) {
		DEMAND(e.text[0] != '\0');
		return;
	}
	DEMAND(out.names.n > 0 && out.names.n <= LIMIT_PLAN_THINGS);
	DEMAND(auth_about_grant(&(struct auth_grant_wish){str_of(out.verbs), str_of(out.things), 15, 1}, a, &again, &e) == 0);
	DEMAND(strcmp(out.verbs, again.verbs) == 0 && strcmp(out.things, again.things) == 0);
	DEMAND(strcmp(out.about, again.about) == 0 && auth_token_is(str_of(out.about)));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct str in = {(const char *)data, n};
	struct arena *a;
	struct ldap_answer answer;

	if (n > 8192)
		return 0;
	a = arena_create();
	tokens(in);
	basic(in);
	names(in, a);
	codes(in);
	grants(in, a);
	if (auth_ldap_unpack(in, a, &answer) == 0)
		DEMAND(answer.found.dn != NULL && answer.found.n_groups <= LDAP_GROUPS_MAX);
	arena_destroy(a);
	return 0;
}
