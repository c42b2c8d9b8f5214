/* SPDX-License-Identifier: Apache-2.0 */
/*
 * auth: who somebody is, and what they may do.
 *
 * Three groups of callers:
 *   - every web program reads: the session or key behind a request
 *     (auth_session_find, auth_key_find), its CSRF token, the policy;
 *   - `power` and `pages` ask the policy (auth_may makes the permit without
 *     which no request is filed);
 *   - `login` alone writes: the desk (passwords, throttle, sessions, keys, the
 *     authentication log) and the checker (LDAP in forked children).
 *
 * It knows no thing of the machine room: queries in the policy are matched by
 * a function it is handed. It never logs a password, a token or a secret.
 *
 * Files: sessions.db is public (login writes, web programs read), auth.db is
 * login's own. Both hold SHA-256 of tokens, never a token.
 */
#ifndef LARCH_AUTH_AUTH_H
#define LARCH_AUTH_AUTH_H

#include "base/base.h"
#include "store/store.h"
#include "yang/yang.h"

/* ---- tokens and cookies --------------------------------------------------------- */

#define AUTH_COOKIE "__Host-larch"         /* the session; 64 hex digits */
#define AUTH_COOKIE_PRE "__Host-larch-pre" /* before a login: the login form's CSRF */
#define AUTH_COOKIE_RULES "Path=/; Secure; HttpOnly; SameSite=Strict" /* both of them */

#define AUTH_TOKEN_TEXT 65  /* 32 random bytes as hex, and the NUL */
#define AUTH_CSRF_TEXT 33   /* 16 bytes as hex, and the NUL */
#define AUTH_ID_TEXT 17     /* the public name of a session or a key, and the NUL */
#define AUTH_BEARER_TEXT 96 /* "larch_<keyid>.<secret>", and the NUL */

/* A new token from getrandom(2). The caller wipes it. */
LARCH_API void auth_token_new(char out[AUTH_TOKEN_TEXT]);

/* Is this the text of a token (64 lower-case hex digits)? Says nothing about whether it is alive. */
LARCH_API bool auth_token_is(struct str token);

/*
 * The CSRF token that belongs to a session token or a pre-session token:
 * HMAC-SHA256(key = raw token, "csrf-v1"), the first 16 bytes as hex. Every
 * program can compute it from the cookie alone and nothing is stored. It does
 * not reveal the session. 0, or -1 when `token` is not the text of a token.
 */
LARCH_API int auth_csrf(struct str token, char out[AUTH_CSRF_TEXT]);

/* True when `given` is the CSRF token of `token`; compared in constant time. */
LARCH_API bool auth_csrf_check(struct str token, struct str given);

/*
 * The credentials of Authorization: Basic, base64 of "name:password" (RFC 7617).
 * *user and *password point into `text`, which the caller wipes, also after -1
 * (ERR_LOGIN). The error repeats nothing of what was sent.
 */
#define AUTH_BASIC_TEXT 2049
LARCH_API int auth_basic_parse(struct str credentials, char text[AUTH_BASIC_TEXT], struct str *user,
    struct str *password, struct err *e);

/* ---- the person behind a request -------------------------------------------------- */

enum auth_source { AUTH_NOBODY, AUTH_SESSION, AUTH_KEY };

/* Session and key alike, so that guards see one thing. All memory is the arena's. */
struct auth_person {
	const char *name;         /* login name, lower case: "ana" */
	const char *display;      /* "Ana Krenn"; never empty */
	const char **groups;      /* as LDAP gave them when they were last asked */
	size_t n_groups;
	enum auth_source source;
	bool is_token;            /* a key that a login of the API made: somebody sits there */
	const char *id;           /* of the session or key, 16 hex digits: may be shown and logged */
	char csrf[AUTH_CSRF_TEXT]; /* "" for a key */
	const char **scope;       /* of a key: verbs, and "read"; a session has no scope (NULL) and may all */
	size_t n_scope;
	const char *things;       /* of a key: what alone it may do something to; NULL: whatever its person may */
	int64_t made_at, expires_at, groups_checked_at; /* wall clock, ms */
};

/*
 * What a key's things look like: a host list, or, when there is a colon, an equals sign, an at sign, a star, a parenthesis or a blank
 * in it, an inventory query. They narrow what the key does, not what it reads.
 */
LARCH_API bool auth_things_are_query(const char *things);

/* May the person read at all (a session, or a key with "read" in its scope)? */
LARCH_API bool auth_may_read(const struct auth_person *who);

/* ---- reading sessions.db ------------------------------------------------------------ */

/*
 * Open sessions.db read-only; one for each thread. ERR_UNAVAILABLE while
 * `login` has never run. Close with store_close.
 */
LARCH_API int auth_reader_open(const char *sessions_db, struct store **out, struct err *e);

/*
 * The live session behind a cookie's value. -1: ERR_LOGIN (not a token, unknown,
 * expired, ended: the sentence says which as far as the owner may know), or
 * ERR_UNAVAILABLE when the file cannot be read.
 */
LARCH_API int auth_session_find(struct store *reader, struct str token, struct arena *a,
    struct auth_person *out, struct err *e);

/* The same for "larch_<keyid>.<secret>", the text after "Bearer ". */
LARCH_API int auth_key_find(struct store *reader, struct str bearer, struct arena *a,
    struct auth_person *out, struct err *e);

/* ---- the policy ------------------------------------------------------------------------ */

/*
 * The verbs. A verb the policy file names and this table does not, or the other
 * way round, does not exist: the YANG module larch-policy has the same list.
 */
enum auth_verb {
	AUTH_SEE, AUTH_EDIT, AUTH_WIRE, AUTH_IMPORT, AUTH_CHECK, AUTH_TAG, AUTH_LOG, AUTH_CLAIM,
	AUTH_ON, AUTH_OFF, AUTH_CYCLE, AUTH_RESET, AUTH_SOFT, AUTH_NMI, AUTH_IDENTIFY,
	AUTH_OUTLET_ON, AUTH_OUTLET_OFF, AUTH_OUTLET_CYCLE, AUTH_REBUILD, AUTH_SETVLAN, AUTH_BOOTDEV,
	AUTH_VERB_COUNT
};

LARCH_API const char *auth_verb_name(enum auth_verb verb);         /* "outlet-on" */
LARCH_API int auth_verb_find(struct str name, enum auth_verb *out); /* 0, or -1: no such verb */

struct auth_policy;

/*
 * Does `thing` fit the inventory query? 1 yes, 0 no, -1 with *e (a query that
 * cannot be parsed, no such thing): then nobody may. lib/inv provides one.
 */
typedef int auth_match_fn(void *ctx, const char *query, const char *thing, struct err *e);

/*
 * Read the policy. A file that is not there is a policy that allows nothing
 * (auth_policy_missing says so); a file with one wrong word is refused whole.
 */
LARCH_API int auth_policy_load(const char *path, struct yang *y, struct auth_policy **out, struct err *e);
/*
 * Put the first policy at path, 0640: checked as auth_policy_load checks it, written beside it and flushed, and given
 * its name only if nothing has that name. ERR_CONFLICT: there is one; ERR_UNAVAILABLE: this program may not write there.
 */
LARCH_API int auth_policy_first(const char *path, struct yang *y, struct str text, char revision[17], struct err *e);
LARCH_API void auth_policy_destroy(struct auth_policy *p);
LARCH_API bool auth_policy_missing(const struct auth_policy *p);

/* 16 hex digits of the SHA-256 of the file. */
LARCH_API const char *auth_policy_revision(const struct auth_policy *p);

/* The queries that roles have as their things, each once, in the policy's order; the policy's memory. */
LARCH_API const char *const *auth_policy_queries(const struct auth_policy *p, struct arena *a, size_t *n);

/* Sentences about what the policy says and can hardly mean, as "role 'x' can never import ..."; the arena's. */
LARCH_API const char *const *auth_policy_doubts(const struct auth_policy *p, struct arena *a, size_t *n);

enum auth_need_grant {
	AUTH_GRANT_NONE,
	AUTH_GRANT_SESSION, /* of a session, and of a login of the API */
	AUTH_GRANT_ALWAYS,  /* of a key too */
};

/* What a role leaves to its people, and asks of them. */
struct auth_limits {
	int64_t at_once;      /* machines of one request */
	int64_t per_hour;     /* machines of one person in sixty minutes */
	int64_t confirm_over; /* above so many the person types their number, or the rack's name */
	int64_t second_over;  /* above so many another person approves; 0: never */
	bool advised;         /* only machines whose advice is the verb */
	bool allocated;       /* also machines on which Slurm runs jobs */
	enum auth_need_grant grant;
};

/* 0, or -1: no such role. */
LARCH_API int auth_policy_limits(const struct auth_policy *p, const char *role, struct auth_limits *out);

/* The names of the person's roles, in the policy's order; memory of the arena. */
LARCH_API const char **auth_roles(const struct auth_policy *p, const struct auth_person *who, struct arena *a,
    size_t *n);

/*
 * What a role may ask about a thing before `verb` switches it: is the verb what is advised for it; does Slurm
 * run jobs on it? 1 yes, 0 no, -1 with *e saying why it is not known: then the role allows nothing on it.
 */
enum auth_fact { AUTH_FACT_ADVISED, AUTH_FACT_ALLOCATED };
typedef int auth_fact_fn(void *ctx, enum auth_fact fact, const char *verb, const char *thing, struct err *e);

struct auth_ask {
	const struct auth_person *who;
	const char *verb;
	const struct hosts *things; /* sorted; empty is refused: it never means "all" */
	auth_match_fn *match;       /* NULL: rows with a query allow nothing */
	void *match_ctx;
	auth_fact_fn *fact;         /* NULL: a role that asks for a fact allows nothing that switches */
	void *fact_ctx;
	struct arena *arena;        /* owns the permit */
	bool uncounted;             /* at_once is not looked at: the inventory is changed, nothing is switched */
};

#define AUTH_PERMIT_MS 60000 /* life of a permit */

/*
 * A permit, when one role of the person's allows the verb on every one of the
 * things, they are not more than its at_once, and the facts it asks for are so.
 * Of several such roles it is from the one that asks least of the person for so
 * many things: no other person's approval, no grant, no number to be typed, in
 * this order; then the one with more machines an hour; then the first of the
 * file. Else -1: ERR_DENIED with the sentence ("no role of yours allows 'cycle'
 * on n0001"), ERR_REFUSED for too many at once and for a fact that
 * is not known, ERR_INPUT for an empty list or an unknown verb. A role whose
 * query fails allows nothing; the others of the person's are asked all the same.
 */
LARCH_API int auth_may(const struct auth_policy *p, const struct auth_ask *ask, struct permit **out,
    struct err *e);

/* For verbs that are not about one thing (import, log): does any role allow it? 0, or -1 ERR_DENIED. */
LARCH_API int auth_may_some(const struct auth_policy *p, const struct auth_person *who, const char *verb,
    struct err *e);

/*
 * The question of a page: which verbs may this person do on this thing? *bits
 * has bit (1 << enum auth_verb) set for each. `ask->verb` and `ask->things` are
 * not looked at. It gives no permit and opens no door. -1 when the matcher failed and no other role allows anything.
 */
LARCH_API int auth_verbs_on(const struct auth_policy *p, const struct auth_ask *ask, const char *thing,
    uint32_t *bits, struct err *e);

/* ---- the checker: LDAP, asked in forked children ------------------------------------------ */

/* As conf_ldap in conf.h, which says what each is; this room may not include that one. */
struct auth_ldap {
	const char **uri;
	size_t n_uri;
	bool starttls;
	const char *ca_file;
	const char *bind_dn, *bind_secret_file;
	const char *dn_template;
	const char *user_base, *user_filter;
	const char *group_base, *group_filter, *group_name;
	int timeout_ms; /* for a whole check against one address; then its child is killed */
};

enum auth_outcome {
	AUTH_OK,
	AUTH_WRONG, /* unknown user and wrong password: the same sentence */
	AUTH_LATER, /* throttled: LDAP was not asked; the sentence says when to try again */
	AUTH_DOWN,  /* the directory does not answer, or not as it should */
	AUTH_GONE,  /* of a recheck: no such person any more */
};

/* What LDAP said. All memory is the arena's. */
struct auth_found {
	const char *dn, *display;
	const char **groups; /* sorted, each once */
	size_t n_groups;
	const char *why;     /* for the log, not for the person: "no entry", "wrong password" */
	int64_t retry_ms;    /* of AUTH_LATER: when it may be tried again, from now */
};

struct auth_checker;

/*
 * Fork the helper that forks the checks. Call it before any thread is started:
 * the helper stays single-threaded, so its forks are safe. It holds no
 * descriptor of the program (not the FastCGI socket) but its own end of a
 * socket pair, and ends when the program ends. *ldap is copied.
 */
LARCH_API int auth_checker_start(const struct auth_ldap *ldap, struct auth_checker **out, struct err *e);
LARCH_API void auth_checker_stop(struct auth_checker *c);

/*
 * Has the helper died (killed from outside)? A threaded program cannot fork
 * another safely: `login` then ends, and its supervisor starts it again.
 */
LARCH_API bool auth_checker_gone(const struct auth_checker *c);

/*
 * Check a password. From any thread. Answers within n_uri * timeout_ms + 1 s and
 * not before AUTH_LEAST_MS. An empty password, or one with a NUL in it, is wrong
 * before LDAP is asked. The caller wipes the password. *e is filled but for AUTH_OK.
 */
#define AUTH_LEAST_MS 300
LARCH_API enum auth_outcome auth_check(struct auth_checker *c, struct str name, struct str password,
    struct arena *a, struct auth_found *out, struct err *e);

/*
 * Ask for somebody's groups again, without their password: AUTH_OK, AUTH_GONE,
 * AUTH_DOWN; AUTH_WRONG when the directory is well but cannot say it of this
 * person (two entries match, too many groups).
 */
LARCH_API enum auth_outcome auth_recheck(struct auth_checker *c, struct str name, struct arena *a,
    struct auth_found *out, struct err *e);

/* Can groups be asked again at all? Not with a DN template and no service account. */
LARCH_API bool auth_recheck_possible(const struct auth_checker *c);

/* ---- the local account ----------------------------------------------------------------------- */

/*
 * Break-glass: one account that is not in the directory, for the night the directory is down. Its login name is
 * answered here alone, whether the directory answers or not, and its groups are exactly this one. No person of the
 * directory is ever in it. It may what the policy gives that group. While there is no
 * policy it may look, read the log, load a room file (import and wire), and add the first policy.
 */
#define AUTH_LOCAL_GROUP "break-glass"
#define AUTH_LOCAL_MS (INT64_C(1) * 3600000) /* longest life of its sessions and tokens; it has no API keys */

/* "logged in" by that account, told before it is let in. Under a lock; -1: it is not let in. */
typedef int auth_shout_fn(void *ctx, const char *who, const char *address, const char *what, struct err *e);

struct auth_local {
	const char *name;        /* NULL: there is no such account */
	const char *hash;        /* argon2id, as conf_glass_check wants it; both live as long as the desk */
	auth_shout_fn *shout;
	void *ctx;
};

/* Is it that account? Of a person of this program or of another. */
LARCH_API bool auth_person_local(const struct auth_person *who);

/* ---- the desk: what `login` alone does ------------------------------------------------------ */

struct auth_desk;

struct auth_desk_conf {
	const char *auth_db, *sessions_db;
	int64_t session_ms;       /* life of a session */
	int64_t group_recheck_ms;
	struct auth_checker *checker; /* borrowed */
	struct auth_local local;
	int checks_when_down;     /* passwords checked at once while the directory does not answer: one less than
	                           * there are threads, so that one is left for who is logged in. 0: no limit */
};

/* Open both files for writing; from any thread after that. */
LARCH_API int auth_desk_open(const struct auth_desk_conf *conf, struct auth_desk **out, struct err *e);
LARCH_API void auth_desk_close(struct auth_desk *d);

/* Where somebody stands. Foreign text; it is cleaned and cut before it is kept. */
struct auth_from {
	struct str address; /* numeric, IPv4 or IPv6 */
	struct str agent;   /* User-Agent */
	const char *how;    /* for the log: "form", "api" */
};

/*
 * A login name: 1 to 64 ASCII characters without blanks or control characters,
 * made lower case (LDAP folds case too: "Ana" and "ana" must be one account to
 * the throttle). 0, or -1 with a sentence.
 */
LARCH_API int auth_login_name(struct str typed, char out[LIMIT_NAME], struct err *e);

/*
 * Throttle, then LDAP, or the local account's hash. Whatever comes of it is a row of the authentication log
 * before this returns; if the row cannot be written, nobody gets in. *e is
 * filled but for AUTH_OK: ERR_LOGIN or ERR_INPUT, ERR_LIMIT, ERR_UNAVAILABLE.
 */
LARCH_API enum auth_outcome auth_desk_verify(struct auth_desk *d, struct str name, struct str password,
    const struct auth_from *from, struct arena *a, struct auth_found *out, struct err *e);

/* How long a session or token of this person lives at most, ms. */
LARCH_API int64_t auth_desk_longest(const struct auth_desk *d, struct str name);

/* Something the local account did, in the log and for all to see. */
LARCH_API int auth_desk_shout(struct auth_desk *d, const struct auth_person *who, const char *what, const char *why,
    const struct auth_from *from, struct err *e);

/* A session for somebody verified just now. `token` goes into the cookie. */
LARCH_API int auth_desk_session_make(struct auth_desk *d, struct str name, const struct auth_found *found,
    const struct auth_from *from, char token[AUTH_TOKEN_TEXT], struct err *e);

/* End one of the person's own sessions. ERR_NOT_FOUND when it is not theirs, or has ended. */
LARCH_API int auth_desk_session_end(struct auth_desk *d, const struct auth_person *who, struct str id,
    const char *why, const struct auth_from *from, struct err *e);

struct auth_key_wish {
	struct str title;         /* "backup script"; cleaned, may be empty */
	int64_t lifetime_ms;      /* 1 min to AUTH_KEY_LONGEST_MS */
	const char **scope;       /* verbs and "read"; at least one */
	size_t n_scope;
	struct str things;        /* what alone it may do something to: a host list or a query; empty: whatever the person may */
	bool is_token;            /* made by a login of the API, for a while: shown apart */
};

#define AUTH_THINGS_TEXT 4096 /* bytes of a key's things */
#define AUTH_KEY_LONGEST_MS (INT64_C(366) * 86400000)
#define AUTH_KEYS_EACH 50     /* live keys one person may have, tokens apart */
#define AUTH_TOKENS_EACH 100  /* live tokens, and live sessions: the oldest ends */

/*
 * A key with the person's groups. Where groups cannot be asked again it lives
 * no longer than a session. `bearer` is shown once and kept nowhere; the
 * caller wipes it. A key cannot make a key with more scope than its own, and its
 * things make a part of its own: all of them are names that its own list has, or
 * they are the same text. A key whose things are a query cannot change the
 * inventory, which the query asks. Whether a query can be parsed is for the
 * caller to say, who knows the inventory.
 */
LARCH_API int auth_desk_key_make(struct auth_desk *d, const struct auth_person *who,
    const struct auth_key_wish *wish, const struct auth_from *from, char bearer[AUTH_BEARER_TEXT],
    struct err *e);

/* End one of the person's own keys. */
LARCH_API int auth_desk_key_end(struct auth_desk *d, const struct auth_person *who, struct str id,
    const struct auth_from *from, struct err *e);

/* The person of a verified login that has no session (POST /tokens), to make a key for. */
LARCH_API void auth_person_of(struct str name, const struct auth_found *found, struct arena *a,
    struct auth_person *out);

/* A session or a key, as its owner may see it. */
struct auth_row {
	const char *id, *title, *address, *agent; /* title "" for a session; address and agent where it was made */
	const char *scope;                        /* of a key: "read, on, off" */
	const char *things;                       /* of a key: "" whatever its person may */
	bool is_key, is_token, alive;
	int64_t made_at, expires_at, groups_checked_at, ended_at; /* ended_at 0: not ended by anybody */
	const char *ended_why;
};
struct auth_rows {
	struct auth_row *row;
	size_t n;
};

/* Live sessions (keys) of a person, newest first. */
LARCH_API int auth_desk_sessions(struct auth_desk *d, const char *who, struct arena *a,
    struct auth_rows *out, struct err *e);
LARCH_API int auth_desk_keys(struct auth_desk *d, const char *who, struct arena *a, struct auth_rows *out,
    struct err *e);

/* ---- the authentication log ------------------------------------------------------------------- */

struct auth_event {
	int64_t id, at, last_at; /* the same again within a minute is one row: `count` times until last_at */
	int64_t count;
	const char *who, *address;
	const char *what;        /* "login" "break-glass" "refused" "throttled" "directory-down" "key-made" "key-ended" "session-ended" */
	const char *why;         /* "wrong password", "logout", the key's id and title ... */
};
struct auth_events {
	struct auth_event *row;
	size_t n;
};

/* The newest `limit` rows, of one person or (who NULL) of all, from `before` downwards (0: from the newest). */
LARCH_API int auth_desk_log(struct auth_desk *d, const char *who, int64_t before, size_t limit,
    struct arena *a, struct auth_events *out, struct err *e);

/* ---- in the background -------------------------------------------------------------------------- */

/*
 * One round: sessions and keys whose time is over are ended, and groups that
 * are older than group_recheck_ms are asked again. A person that is gone, or
 * has no group left, loses sessions and keys; while LDAP is down all stay. A
 * directory that shows nobody at all (an empty replica) is taken to be down.
 */
LARCH_API int auth_desk_round(struct auth_desk *d, struct err *e);

/* The same in a thread, until auth_desk_close. */
LARCH_API int auth_desk_background(struct auth_desk *d, struct err *e);

#endif
