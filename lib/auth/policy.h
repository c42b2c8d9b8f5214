/* SPDX-License-Identifier: Apache-2.0 */
/* The policy as it was read: what policy.c makes and policy_ask.c decides by. */
#ifndef LARCH_AUTH_POLICY_H
#define LARCH_AUTH_POLICY_H

#include "inner.h"

struct auth_role {
	const char *name;
	const char **groups;
	size_t n_groups;
	uint32_t verbs;        /* bits of enum auth_verb */
	const char *query;     /* an inventory query, or */
	bool everything;       /* hosts "@*", or */
	struct hosts hosts;    /* a host list */
	struct auth_limits limits;
};

struct auth_policy {
	struct arena *arena;
	struct auth_role *roles;
	size_t n;
	bool missing;
	char revision[17];
};

#endif
