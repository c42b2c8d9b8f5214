/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The checker's inside: three processes deep, so that a password, and libldap
 * with its TLS handshake that knows no time limit (facts: a silent ldaps
 * server hangs it for ever), live in a process that can be killed.
 *
 *	login --request + a socket--> helper --fork--> judge --fork, per address--> asker
 *	  ^------------------------- answer ------------'
 *
 * checker.c is login's end and the helper; ldap_judge.c the judge; ldap_ask.c
 * the asker, the only one that calls libldap; ldap_text.c builds filters and
 * DNs and takes groups apart; ldap_wire.c packs what goes between them.
 */
#ifndef LARCH_AUTH_LDAP_H
#define LARCH_AUTH_LDAP_H

#include <stdint.h>

#include <ldap.h>

#include "inner.h"

#define LDAP_NAME_MAX 64       /* as auth_login_name */
#define LDAP_PASSWORD_MAX 1024 /* bytes */
#define LDAP_GROUPS_MAX 512    /* of one person */
#define LDAP_ANSWER_MAX 61440  /* bytes of one answer: fits a datagram of a local socket */

enum ldap_kind { LDAP_ASK_PASSWORD = 1, LDAP_ASK_GROUPS };

/* What login asks. Sent as it is: both ends are one program. Wiped where it passed. */
struct ldap_request {
	uint32_t kind;
	uint32_t name_n, password_n;
	char name[LDAP_NAME_MAX + 1];
	char password[LDAP_PASSWORD_MAX + 1];
};

/* What comes back; texts of the arena's. */
struct ldap_answer {
	enum auth_outcome outcome;
	struct auth_found found;
};

/* ---- ldap_wire.c ---- */
void auth_ldap_pack(const struct ldap_answer *a, struct buf *out);
/* -1: not a whole answer (a child that died half way, or lost its mind). */
int auth_ldap_unpack(struct str bytes, struct arena *a, struct ldap_answer *out);

/* ---- ldap_judge.c ---- */
/* Ask each address in turn until one decides; send the answer to fd; never returns. */
void auth_ldap_judge(const struct auth_ldap *conf, struct ldap_request *q, int fd)
    __attribute__((noreturn));

/* ---- ldap_ask.c ---- */
/* Ask one address. Blocks; its caller has a deadline and kills. */
void auth_ldap_ask(const struct auth_ldap *conf, const char *uri, const struct ldap_request *q,
    struct arena *a, struct ldap_answer *out);

/* ---- ldap_text.c ---- */
/* "(uid=%s)" with every %s replaced by the value, escaped as RFC 4515 wants. */
char *auth_ldap_filter(const char *template, const char *value, struct arena *a);
/* "(uid=*)": whoever has the attribute. */
char *auth_ldap_anybody(const char *template, struct arena *a);
/* "uid=%s,ou=people" with the value escaped as RFC 4514 wants. */
char *auth_ldap_dn(const char *template, const char *value, struct arena *a);
/*
 * The value of attribute `name` in the first part of a DN: "ops" of "cn=ops,ou=groups,o=x".
 * NULL when it has none, or the DN does not lie below `base` (NULL: anywhere).
 */
const char *auth_ldap_rdn(const char *dn, const char *name, const char *base, struct arena *a);

#endif
