/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a node says of itself when one logs in to it: uptime, load, disks, users, GPUs, and the site's own commands. One
 * login a node answers all of them. Used by the sweep; larchd keeps one `struct login`.
 *
 * The login is made by the system's ssh with its own configuration: without a terminal and without a question, with
 * host keys checked. A node's name is one word of its argv, behind "--", and is refused before that when it is no host
 * name. What runs on the node is the constant of login_script.c, through standard input.
 *
 * Connections are shared as OpenSSH does it (ControlMaster, ssh_config(5)): the first login of a node leaves its ssh
 * behind as a master, and later ones are asked of that through its socket (login_mux.h). At most `ssh_masters` are kept: the
 * first nodes that asked, as long as they go on asking. To let the oldest go for a new one would be of no use: a sweep
 * goes round, and with more nodes than masters each would be gone just before its turn.
 */
#ifndef LARCH_PROBE_LOGIN_H
#define LARCH_PROBE_LOGIN_H

#include <uv.h>

#include "base/base.h"
#include "conf/conf.h"
#include "login_parse.h"
#include "status/status.h"

enum login_outcome {
	LOGIN_OK,
	LOGIN_REFUSED,           /* nobody listens */
	LOGIN_NO_ROUTE,
	LOGIN_TIMED_OUT,         /* no connection, or no banner, in time */
	LOGIN_NO_NAME,           /* its name has no address */
	LOGIN_PASSWORD_WANTED,   /* our key was not enough: it asks for a password */
	LOGIN_KEY_REFUSED,       /* our key was not taken, and there is no other way */
	LOGIN_HOST_KEY_CHANGED,
	LOGIN_HOST_KEY_UNKNOWN,
	LOGIN_NOT_AGREED,        /* no cipher, key exchange or version that both sides have */
	LOGIN_CLOSED,            /* it took the connection and closed it */
	LOGIN_HUNG,              /* it took the connection, and then nothing came */
	LOGIN_GARBAGE,           /* the shell ended well, and its answer is none */
	LOGIN_SHELL_FAILED,      /* the shell ended with an error before it began */
	LOGIN_SSH_FAILED,        /* ssh failed for another reason, its configuration among them */
	LOGIN_NO_SSH,            /* there is no such program */
	LOGIN_BAD_NAME,          /* refused before anything ran */
	LOGIN_TOO_MANY,          /* LIMIT_LOGINS wait already */
	LOGIN_CANCELLED,         /* login_destroy */
	LOGIN_OUTCOME_COUNT
};
LARCH_API const char *login_outcome_name(enum login_outcome o); /* "ok" "refused" "no-route" "timed-out" ... */

/*
 * Why an ssh that ended with `status` did not log in, by what it said on standard error (LC_ALL=C), and a sentence in
 * the arena. Not for a login that worked.
 */
LARCH_API enum login_outcome login_judge(int status, struct str out, struct str err, struct arena *a, const char **text);

struct login_answer {
	enum login_outcome outcome;
	const char *text;                /* a sentence when outcome is not LOGIN_OK */
	const struct login_facts *facts; /* NULL when outcome is not LOGIN_OK */
	int64_t at;                      /* wall ms */
	bool shared;                     /* it came over a connection that was there */
};
/* Called once, from the loop, never before login_ask returns. What the answer points to lives until it returns. */
typedef void login_fn(void *ctx, const struct login_answer *answer);

struct login;
/*
 * Masters that a larchd left behind when it was killed are ended here. conf lives until another is set and all answers
 * that were asked for before are there. Cannot fail: where RUN/larchd/ssh cannot be had, connections are not shared, which is logged.
 */
LARCH_API void login_create(uv_loop_t *loop, const struct conf *conf, struct login **out);
/* For the next logins. */
LARCH_API void login_set_conf(struct login *l, const struct conf *conf);
/*
 * Kill what runs, tell everybody LOGIN_CANCELLED (who must not ask again), and end the masters: waits for them up to a second. The loop must run a few more
 * times (uv_run with UV_RUN_NOWAIT). NULL does nothing.
 */
LARCH_API void login_destroy(struct login *l);

/*
 * Log in to a node. `address` is a numeric address, with a port where it is not ssh's own ("192.0.2.7", "[2001:db8::7]:2222"),
 * under which ssh looks up the host key by the name (HostKeyAlias); or NULL: ssh's configuration says where the name leads.
 * At most `ssh_logins` run at one time; others wait in line. Who asks for a node that is being asked gets the same answer.
 */
LARCH_API void login_ask(struct login *l, const char *name, const char *address, login_fn *done, void *ctx);

struct login_count {
	size_t running, waiting, masters;
};
LARCH_API struct login_count login_count(const struct login *l);

/*
 * What an answer says as values of status.db, for all columns of the check `login` that are on: where there was no
 * login, each reads unknown and why. `gpu` is there only where GPUs are expected or found. Everything is the arena's.
 */
LARCH_API void login_values(const struct conf *conf, const char *thing, const struct login_answer *answer, struct arena *a,
    struct status_value **out, size_t *n_out);

#endif
