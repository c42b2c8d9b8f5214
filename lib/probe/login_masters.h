/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which nodes have a shared connection, and where its socket is: RUN/larchd/ssh/NUMBER. A number is short, so that what ssh makes
 * of the path fits a socket's address (sun_path), and holds nothing of a node's name.
 *
 * A place belongs to a node and an address from the login that is to leave a master behind. It is free again when that
 * login fails, when the master is lost, when the node goes to another address, and when the node was not asked for longer than its
 * master waits for it (ControlPersist).
 */
#ifndef LARCH_PROBE_LOGIN_MASTERS_H
#define LARCH_PROBE_LOGIN_MASTERS_H

#include "base/base.h"

struct login_masters;
struct login_master {
	const char *path;   /* of its socket */
	bool ready;         /* a login left its master there */
	bool held;          /* a login is on its way: nobody else gives the place up */
};

/* Cannot fail: without a folder there are no places, which is logged. Masters that are in the folder are ended. */
LARCH_API struct login_masters *login_masters_create(const char *folder);
/* Ends all of them, and waits for that up to a second. NULL does nothing. */
LARCH_API void login_masters_destroy(struct login_masters *m);
/* How many there may be, and how long each waits, ms: places beyond or idle for longer are given up by login_masters_at. */
LARCH_API void login_masters_set(struct login_masters *m, size_t max, int64_t persist_ms);

/* The place of a node, its own or a free one; NULL: there is none. */
LARCH_API struct login_master *login_masters_at(struct login_masters *m, const char *name, const char *address);
/* End the master and give up the place. NULL does nothing. */
LARCH_API void login_masters_lose(struct login_masters *m, struct login_master *place);
/* How many are ready. */
LARCH_API size_t login_masters_count(const struct login_masters *m);

#endif
