/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Step-up: somebody who is logged in proves once more that it is they, right
 * now, for one thing they want. Two halves:
 *   - `login` alone checks a code or the password, and leaves a proof: a row of
 *     sessions.db, good for a minute, once, and about exactly what was asked;
 *   - `power` finds the proof, burns it in a file of its own, and gives what was
 *     asked: a grant, or an approval.
 *
 * Both make the same short text of what was asked (auth_about_*) and compare
 * its SHA-256, so a proof for one thing opens no other.
 *
 * Codes are RFC 6238: SHA-1, thirty seconds, six digits. The seed and what is
 * left of the recovery codes stand in auth.db, which `login` alone opens.
 */
#ifndef LARCH_AUTH_STEP_H
#define LARCH_AUTH_STEP_H

#include "auth.h"

#define AUTH_COOKIE_PROOF "__Secure-larch-proof" /* Path=/power: sent to no other program */
#define AUTH_COOKIE_GRANT "__Secure-larch-grant" /* Path=/power */
#define AUTH_PROOF_MS 60000
#define AUTH_ABOUT_TEXT 65                       /* SHA-256 as hex, and the NUL */
#define AUTH_RECOVERY 10                         /* recovery codes of a person */
#define AUTH_RECOVERY_TEXT 20                    /* "abcd-efgh-ijkl-mnop", and the NUL */
#define AUTH_GRANT_MINUTES 480                   /* the longest grant */
#define AUTH_GRANT_USES 100

/* ---- what a proof is about ------------------------------------------------------------ */

/* A grant as somebody wishes it. */
struct auth_grant_wish {
	struct str verbs;       /* "cycle,on" */
	struct str things;      /* a host list without groups, which may name outlets: "pdu-1:A7" */
	int64_t minutes, uses;
};

/* The same, checked and in one spelling. All memory is the arena's. */
struct auth_grant_about {
	const char *verbs;      /* each once, in the order of enum auth_verb: "on,cycle" */
	const char *things;     /* folded */
	struct hosts names;     /* sorted */
	int64_t minutes, uses;
	char about[AUTH_ABOUT_TEXT];
};

/* 0, or -1 ERR_INPUT: no such verb, a verb that switches nothing, no thing, a number out of range. */
LARCH_API int auth_about_grant(const struct auth_grant_wish *w, struct arena *a, struct auth_grant_about *out,
    struct err *e);

/* About the approval of a plan, by the 64 digits of its hash. -1 ERR_INPUT. */
LARCH_API int auth_about_plan(struct str plan, char out[AUTH_ABOUT_TEXT], struct err *e);

/* What a proof is for: "grant" or "approve", and the sum of what exactly. */
struct auth_proof_for {
	const char *purpose, *about;
};

/* ---- the second factor, at the desk ------------------------------------------------------ */

struct auth_factor {
	bool on;                /* confirmed by a first code */
	int64_t made_at;
	int64_t recovery_left;
};
LARCH_API int auth_desk_factor(struct auth_desk *d, const char *who, struct auth_factor *out, struct err *e);

/* What somebody typed to prove who they are. Either may be {NULL,0}. The caller wipes both. */
struct auth_answer {
	struct str code;        /* six digits, or a recovery code; blanks and dashes do not matter */
	struct str password;
};

/*
 * Check what was typed: a code where there is a second factor, else the
 * password. Throttled and logged as passwords are; a code is taken once.
 * *how is "totp", "recovery" or "password" when it is AUTH_OK.
 */
LARCH_API enum auth_outcome auth_desk_answer(struct auth_desk *d, const struct auth_person *who,
    const struct auth_answer *in, const struct auth_from *from, struct arena *a, const char **how, struct err *e);

/*
 * Begin a second factor, or a new one in the place of the one there is: needs
 * the password, and a code too where there is one. seed is base32, the arena's;
 * the caller wipes it. Nothing counts until auth_desk_factor_confirm.
 */
LARCH_API enum auth_outcome auth_desk_factor_begin(struct auth_desk *d, const struct auth_person *who,
    const struct auth_answer *in, const struct auth_from *from, struct arena *a, char **seed, struct err *e);

/* With a first code of it, the factor that was begun holds; recovery codes are made, shown once, and wiped by the caller. */
LARCH_API enum auth_outcome auth_desk_factor_confirm(struct auth_desk *d, const struct auth_person *who,
    struct str code, const struct auth_from *from, struct arena *a,
    char recovery[AUTH_RECOVERY][AUTH_RECOVERY_TEXT], struct err *e);

/* Needs the password and a code. */
LARCH_API enum auth_outcome auth_desk_factor_remove(struct auth_desk *d, const struct auth_person *who,
    const struct auth_answer *in, const struct auth_from *from, struct arena *a, struct err *e);

/* Check what was typed and leave a proof for what is asked, good in this session or key. The caller wipes the token. */
LARCH_API enum auth_outcome auth_desk_prove(struct auth_desk *d, const struct auth_person *who,
    const struct auth_answer *in, const struct auth_proof_for *what, const struct auth_from *from, struct arena *a,
    char token[AUTH_TOKEN_TEXT], struct err *e);

/*
 * The QR code of a text as the path of an SVG picture: size units wide and
 * high, its quiet zone included. The caller wipes the path.
 */
LARCH_API int auth_qr_path(const char *text, struct buf *out, int64_t *size, struct err *e);

/* ---- finding a proof ------------------------------------------------------------------------ */

struct auth_proof {
	const char *id;         /* what the finder burns */
	const char *how;        /* "totp" "recovery" "password" */
};

/*
 * The proof of this person's session or key for this purpose about this thing.
 * -1 ERR_DENIED with the sentence: unknown, over, another session's, about
 * something else. That it was used before is for the finder to know.
 */
LARCH_API int auth_proof_find(struct store *reader, struct str token, const struct auth_person *who,
    const struct auth_proof_for *what, struct arena *a, struct auth_proof *out, struct err *e);

/* The SHA-256 of a token's bytes, as hex: how a grant's token is kept. -1: not a token. */
LARCH_API int auth_token_sum(struct str token, char out[AUTH_ABOUT_TEXT]);

#endif
