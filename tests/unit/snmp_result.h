/* SPDX-License-Identifier: Apache-2.0 */
/* For tests of the SNMP client: one loop, one client, and what came of a question. Each test program has its own. */
#ifndef LARCH_TESTS_SNMP_RESULT_H
#define LARCH_TESTS_SNMP_RESULT_H

#include "snmp/snmp.h"
#include "t.h"

static uv_loop_t loop;
static struct snmp_client *client;

struct result {
	int done;              /* how many times it was called: once */
	enum snmp_outcome outcome;
	size_t n;
	struct snmp_value values[400];
	int status;
	char text[200];
	char first[100];       /* text of the first value */
};

static struct result res;

/* For snmp_get and the like, with the address of a result: the loop stops when it is there. */
static inline void
on_done(void *ctx, const struct snmp_answer *a)
{
	struct result *r = ctx;

	r->done++;
	r->outcome = a->outcome;
	r->status = a->status;
	r->n = a->n;
	for (size_t i = 0; i < a->n && i < LARCH_COUNT(r->values); i++)
		r->values[i] = a->values[i];
	if (a->n > 0 && a->values[0].type == SNMP_TEXT)
		snprintf(r->first, sizeof(r->first), "%.*s", (int)a->values[0].text.n, a->values[0].text.p);
	snprintf(r->text, sizeof(r->text), "%s", a->text);
	uv_stop(&loop);
}

#endif
