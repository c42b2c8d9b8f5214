/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A command over a connection that an ssh of ours keeps open: OpenSSH's PROTOCOL.mux, version 4, as ssh(1) itself speaks
 * it to its master. A process of ssh costs some four milliseconds before it has said a word; this costs a socket.
 *
 * The master is a process of our own user behind a socket in a folder nobody else can enter. It does the encryption and is
 * the system's ssh; we hand it three descriptors and a command. Whatever is not as the protocol says is no master.
 */
#ifndef LARCH_PROBE_LOGIN_MUX_H
#define LARCH_PROBE_LOGIN_MUX_H

#include <uv.h>

#include "base/base.h"

struct login_mux_spec {
	const char *path;      /* of the socket */
	const char *command;   /* for the node's login shell */
	struct str input;      /* what it reads */
	int64_t timeout_ms;
	size_t max_out;        /* bytes of output, and of complaints */
};

enum login_mux_outcome {
	LOGIN_MUX_DONE,
	LOGIN_MUX_NO_MASTER,   /* nobody is there, or it refused: nothing ran */
	LOGIN_MUX_LOST,        /* the connection went before the command ended */
	LOGIN_MUX_TIMEOUT,
	LOGIN_MUX_TOO_MUCH
};

struct login_mux_answer {
	enum login_mux_outcome outcome;
	int status;            /* exit status of the command, when DONE */
	struct str out, err;   /* until then; p is never NULL */
};

struct login_mux;
/* Called once, from the loop, never before login_mux_start returns. What the answer points to lives until it returns. */
typedef void login_mux_fn(void *ctx, const struct login_mux_answer *answer);

LARCH_API struct login_mux *login_mux_start(uv_loop_t *loop, const struct login_mux_spec *spec, login_mux_fn *done,
    void *ctx);
/* Forget it: `done` is not called, the master ends its session. The loop must run a few more times. NULL does nothing. */
LARCH_API void login_mux_drop(struct login_mux *m);

/*
 * Ask the master behind a socket to end, whatever it does: a connected descriptor that reads an end of file when it is
 * gone, to be closed by the caller; -1 when nobody listens.
 */
LARCH_API int login_mux_end(const char *path);

#endif
