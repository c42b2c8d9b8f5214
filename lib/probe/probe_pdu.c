/* SPDX-License-Identifier: Apache-2.0 */
/* One reading of a PDU: its outlets, infeeds and sensors. What the values mean is pdu_table.c's. */
#include <stdlib.h>

#include "probe.h"

struct reading {
	struct gate_device *device;
	probe_pdu_fn *done;
	void *ctx;
};

static void
walked(void *ctx, const struct snmp_answer *answer)
{
	struct reading *r = ctx;
	struct arena *a = arena_create();
	struct probe_pdu pdu = {.outcome = answer->outcome, .text = answer->text};

	if (answer->outcome == SNMP_OK)
		probe_pdu_take(gate_type(r->device), answer->values, answer->n, a, &pdu);
	if (pdu.outcome == SNMP_OK && pdu.n + pdu.n_infeeds + pdu.n_sensors == 0) {
		pdu.outcome = SNMP_GARBAGE;
		pdu.text = "it has no row in the tables of its family";
	}
	r->done(r->ctx, &pdu);
	arena_destroy(a);
	free(r);
}

void
probe_pdu_read(struct gate_device *d, enum gate_priority p, probe_pdu_fn *done, void *ctx)
{
	struct reading *r = calloc(1, sizeof(*r));
	struct arena *a = arena_create();
	const struct snmp_oid *columns;
	size_t n;

	if (r == NULL)
		log_die("out of memory: no reading");
	*r = (struct reading){.device = d, .done = done, .ctx = ctx};
	n = probe_pdu_columns(gate_type(d), p == GATE_POWER, a, &columns);
	gate_walk(d, p, columns, n, LIMIT_PDU_VALUES, walked, r);
	arena_destroy(a);
}
