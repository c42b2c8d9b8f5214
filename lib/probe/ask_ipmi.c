/* SPDX-License-Identifier: Apache-2.0 */
/* The check "ipmi": does the BMC answer, and what does it say of the chassis? */
#include "inner.h"

static void
answered(void *ctx, const struct probe_chassis *c)
{
	struct sweep_asked *q = ctx;
	struct sweep_round *r = q->round;

	if (c->outcome == IPMI_OK) {
		const char *faults = *c->faults == '\0' ? NULL : c->faults;
		enum status_level level = c->fault ? STATUS_CRITICAL : !c->on || faults != NULL ? STATUS_WARN : STATUS_OK;

		if (c->bits.identify_known && c->bits.identify != 0)
			faults = arena_printf(r->a, "%s%sits identify light is on", faults == NULL ? "" : faults, faults == NULL ? "" : "; ");
		sweep_value(q, "bmc", STATUS_OK, "ok", NULL);
		sweep_value(q, "chassis", level, c->on ? "on" : "off", faults);
	} else if (c->outcome != IPMI_CANCELLED) {
		sweep_value(q, "bmc", STATUS_CRITICAL, ipmi_outcome_name(c->outcome), c->text);
		sweep_value(q, "chassis", STATUS_UNKNOWN, "unknown", NULL);
	}
	sweep_answered(q);
}

void
ask_ipmi(struct sweep_round *r, struct sweep_node *n)
{
	const struct gate_spec spec = {.name = n->bmc, .address = n->bmc_address};
	struct sweep_asked *q;
	struct err e;

	if (n->bmc_device == NULL && gate_device(r->probe->room.gate, &spec, &n->bmc_device, &e) != 0) {
		sweep_cannot(r, n, e.text);
		return;
	}
	if (sweep_rests(r, n->bmc_device))
		return;
	q = sweep_ask(r, n);
	q->device = n->bmc_device;
	probe_chassis_read(q->device, sweep_priority(r), answered, q);
}
