/* SPDX-License-Identifier: Apache-2.0 */
/* Reading a whole switch: its ports, and which VLANs they are in. */
#include <stdlib.h>

#include "probe.h"

#define VALUES_MAX 32768 /* of a walk: 4094 VLANs with four columns, and some thousand ports */

struct reading {
	struct gate_device *device;
	probe_switch_fn *done;
	void *ctx;
};

static void
walked(void *ctx, const struct snmp_answer *answer)
{
	struct reading *r = ctx;
	struct arena *a = arena_create();
	struct bridge bridge = {0};
	struct probe_switch out = {.outcome = answer->outcome, .text = answer->text, .bridge = &bridge};

	if (answer->outcome == SNMP_OK)
		bridge_parse(answer->values, answer->n, a, &bridge);
	r->done(r->ctx, &out);
	arena_destroy(a);
	free(r);
}

void
probe_switch_read(struct gate_device *d, enum gate_priority p, probe_switch_fn *done, void *ctx)
{
	struct snmp_oid columns[BRIDGE_COLUMNS];
	struct reading *r = calloc(1, sizeof(*r));

	if (r == NULL)
		log_die("out of memory: no reading of a switch");
	*r = (struct reading){d, done, ctx};
	for (int i = 0; i < BRIDGE_COLUMNS; i++)
		columns[i] = bridge_oid((enum bridge_column)i);
	gate_walk(d, p, columns, BRIDGE_COLUMNS, VALUES_MAX, walked, r);
}
