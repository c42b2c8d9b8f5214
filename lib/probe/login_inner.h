/* SPDX-License-Identifier: Apache-2.0 */
/* Inside the room: the sections of a login's answer, for the files that take them apart. */
#ifndef LARCH_PROBE_LOGIN_INNER_H
#define LARCH_PROBE_LOGIN_INNER_H

#include "login.h"

#define LOGIN_CELL 80 /* bytes of a foreign word in a sentence or a table */

struct login_part {
	struct str name, body;
	struct str status;    /* digits, or "busy" */
};
struct login_parts {
	struct login_part part[LIMIT_LOGIN_PARTS];
	size_t n;
};

/* NULL: it is not there, or not whole. */
const struct login_part *login_part(const struct login_parts *all, const char *name);
/* Its exit status; -1: it has none. */
int login_status(const struct login_part *p);
/* Did timeout(1) end it, or does it hang since an earlier login? */
bool login_hangs(const struct login_part *p);
/* Why a section (NULL: missing) says nothing, as a sentence; `what` is the command that was to print it. */
const char *login_why_not(const struct login_part *p, const char *what, const struct login_parsing *how, struct arena *a);

/* The next word of a line; {NULL} at its end. */
struct str login_word(struct str *line);
/* Cleaned, and cut at max bytes so that no character is torn. */
const char *login_clean(struct str s, size_t max, struct arena *a);

/* Fill their part of the facts. */
void login_take_disks(const struct login_parts *all, const struct login_parsing *how, struct arena *a, struct login_facts *f);
void login_take_gpus(const struct login_parts *all, const struct login_parsing *how, struct arena *a, struct login_facts *f);

/* How often a node is asked, ms. */
int64_t login_interval(const struct conf *conf);
/* The sentence of an outcome, with what was said in parentheses; "" nothing was. */
const char *login_sentence(enum login_outcome o, const char *said, struct arena *a);

#endif
