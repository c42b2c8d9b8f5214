/* SPDX-License-Identifier: Apache-2.0 */
/* One-time codes: RFC 6238 with SHA-1 and thirty seconds. Pure; it keeps nothing and knows no clock. */
#ifndef LARCH_AUTH_TOTP_H
#define LARCH_AUTH_TOTP_H

#include "step.h"

#define AUTH_SEED 20          /* bytes: RFC 4226 section 4, R6 */
#define AUTH_SEED_TEXT 33     /* of base32, and the NUL */
#define AUTH_STEP_MS 30000
#define AUTH_DIGITS 6
#define AUTH_CODE_TEXT 17     /* the longest code as it is compared, and the NUL */

/* What somebody typed, without blanks and dashes and in lower case; "" when it is no code. */
enum auth_code { AUTH_CODE_NONE, AUTH_CODE_TOTP, AUTH_CODE_RECOVERY };
LARCH_API enum auth_code auth_code_read(struct str typed, char out[AUTH_CODE_TEXT]);

/* The code of a step; out has room for the digits (6 to 8) and a NUL. */
LARCH_API void auth_totp_code(const unsigned char *seed, size_t n, int64_t step, unsigned digits, char *out);

/*
 * The step that a code belongs to: the present one or the one before, and later
 * than `last`, the step of the code that was taken last. -1: none; then *again
 * says whether it is a code that was taken, or went before one that was.
 */
LARCH_API int64_t auth_totp_step(const unsigned char seed[AUTH_SEED], const char *code, int64_t now_ms, int64_t last,
    bool *again);

/* RFC 4648 base32, lower case and without padding. out: (8 n + 4) / 5 characters and a NUL. */
LARCH_API void auth_base32(const unsigned char *in, size_t n, char *out);

#endif
