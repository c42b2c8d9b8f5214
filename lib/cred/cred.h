/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cred: what devices want to hear before they obey. Read by larchd alone, from
 * credentials.json, which names secret files (0640) and never holds a secret.
 * Rows are matched from top to bottom by the thing's name (a shell glob).
 * Secrets live in locked memory that is wiped when the set is destroyed.
 */
#ifndef LARCH_CRED_CRED_H
#define LARCH_CRED_CRED_H

#include "base/base.h"
#include "yang/yang.h"

/* What version 3 demands (RFC 3411 section 3.4.3); less than the first only where the row says so. */
enum cred_security { CRED_AUTH_PRIV, CRED_AUTH_NO_PRIV, CRED_NO_AUTH };

struct cred_snmp {
	const char *match;
	int version;                 /* 1, 2 (2c) or 3 */
	const char *read, *write;    /* communities; write NULL: may not be switched; version 3: both are `user` */
	const char *user, *auth_secret, *priv_secret; /* version 3: SHA-256, AES; NULL when `security` has no use for it */
	enum cred_security security;
};

struct cred_bmc {
	const char *match;
	const char *user;            /* at most 16 bytes */
	const char *password;        /* at most 20 bytes, IPMI 2.0 section 13.28 */
	int suites[2];               /* cipher suites in order, 17 and 3; 0 ends; 0 is never offered */
};

struct cred;
LARCH_API int cred_load(const char *path, struct yang *y, struct cred **out, struct err *e);
LARCH_API void cred_destroy(struct cred *c);

/* The first row that matches the thing's name, or NULL. */
LARCH_API const struct cred_snmp *cred_find_snmp(const struct cred *c, const char *thing);
LARCH_API const struct cred_bmc *cred_find_bmc(const struct cred *c, const char *thing);

#endif
