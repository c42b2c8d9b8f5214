/* SPDX-License-Identifier: Apache-2.0 */
/* Whose group is the local account's: all that a program needs to know that decides by a policy, and has no desk. */
#include <string.h>

#include "inner.h"

bool
auth_local_group(const char *const *groups, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(groups[i], AUTH_LOCAL_GROUP) == 0)
			return true;
	return false;
}

bool
auth_person_local(const struct auth_person *who)
{
	return who != NULL && auth_local_group(who->groups, who->n_groups);
}
