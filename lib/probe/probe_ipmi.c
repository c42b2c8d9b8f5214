/* SPDX-License-Identifier: Apache-2.0 */
/* One reading of a BMC: its chassis status (IPMI v2.0 section 28.2). */
#include <stdlib.h>
#include <string.h>

#include "probe.h"

#define FAULTS_TEXT 96 /* all words of the table together */

struct reading {
	probe_chassis_fn *done;
	void *ctx;
};

static const struct {
	size_t bit; /* in struct ipmi_chassis */
	const char *word;
} faults[] = {
    {offsetof(struct ipmi_chassis, overload), "power overload"},
    {offsetof(struct ipmi_chassis, fault), "power fault"},
    {offsetof(struct ipmi_chassis, control_fault), "power control fault"},
    {offsetof(struct ipmi_chassis, drive_fault), "drive fault"},
    {offsetof(struct ipmi_chassis, cooling_fault), "cooling fault"},
};

static void
spell(const struct ipmi_chassis *c, char out[FAULTS_TEXT])
{
	size_t n = 0;

	out[0] = '\0';
	for (size_t i = 0; i < LARCH_COUNT(faults); i++)
		if (*(const bool *)((const char *)c + faults[i].bit))
			n += (size_t)snprintf(out + n, FAULTS_TEXT - n, "%s%s", n > 0 ? ", " : "", faults[i].word);
}

static void
answered(void *ctx, const struct ipmi_answer *answer)
{
	struct reading *r = ctx;
	char text[FAULTS_TEXT] = "";
	struct probe_chassis c = {.outcome = answer->outcome, .faults = text, .text = answer->text};

	if (answer->outcome == IPMI_OK && answer->completion != 0) {
		c.outcome = IPMI_REFUSED;
	} else if (answer->outcome == IPMI_OK && ipmi_chassis_parse(answer, &c.bits) != 0) {
		c.outcome = IPMI_GARBAGE;
		c.text = "its chassis status is too short (section 28.2)";
	} else if (answer->outcome == IPMI_OK) {
		c.on = c.bits.power_on;
		c.fault = c.bits.overload || c.bits.fault || c.bits.control_fault;
		spell(&c.bits, text);
	}
	r->done(r->ctx, &c);
	free(r);
}

void
probe_chassis_read(struct gate_device *d, enum gate_priority p, probe_chassis_fn *done, void *ctx)
{
	struct reading *r = calloc(1, sizeof(*r));
	struct ipmi_command status = ipmi_chassis_status();

	if (r == NULL)
		log_die("out of memory: no reading");
	*r = (struct reading){done, ctx};
	gate_ask(d, p, &status, answered, r);
}
