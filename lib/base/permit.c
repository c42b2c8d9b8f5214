/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "permit_make.h"

const char *
permit_who(const struct permit *p)
{
	return p->who;
}

const char *
permit_verb(const struct permit *p)
{
	return p->verb;
}

const char *
permit_role(const struct permit *p)
{
	return p->role;
}

const char *
permit_revision(const struct permit *p)
{
	return p->revision;
}

int64_t
permit_until(const struct permit *p)
{
	return p->until;
}

const struct hosts *
permit_things(const struct permit *p)
{
	return &p->things;
}

bool
permit_covers(const struct permit *p, const char *verb, const char *thing, int64_t now_ms)
{
	return now_ms < p->until && strcmp(p->verb, verb) == 0 && hosts_has(&p->things, thing);
}
