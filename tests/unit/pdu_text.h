/* SPDX-License-Identifier: Apache-2.0 */
/* A reading of a PDU as text, and the file that says what it should be. */
#ifndef LARCH_TESTS_PDU_TEXT_H
#define LARCH_TESTS_PDU_TEXT_H

#include <math.h>
#include <stdlib.h>

#include "probe/probe.h"
#include "t.h"

static inline void
pdu_number(double value, const char *unit, struct buf *out)
{
	if (isnan(value))
		buf_printf(out, " -");
	else
		buf_printf(out, " %.2f%s", value, unit);
}

static inline void
pdu_text(const struct probe_pdu *pdu, struct buf *out)
{
	for (size_t i = 0; i < pdu->n; i++) {
		const struct probe_outlet *o = &pdu->outlets[i];

		buf_printf(out, "outlet %s \"%s\" %s (%s)", o->outlet, o->device_name, devtype_state_name(o->state), o->word);
		pdu_number(o->amps, "A", out);
		pdu_number(o->watts, "W", out);
		buf_printf(out, "%s%s%s%s\n", o->fault ? " fault" : "", o->trouble[0] == '\0' ? "" : " ", o->trouble,
		    o->switchable ? "" : " fixed");
	}
	for (size_t i = 0; i < pdu->n_infeeds; i++) {
		const struct probe_infeed *f = &pdu->infeeds[i];

		buf_printf(out, "infeed %s \"%s\"", devtype_infeed_name(f->kind), f->name);
		pdu_number(f->amps, "A", out);
		pdu_number(f->watts, "W", out);
		pdu_number(f->volts, "V", out);
		buf_puts(out, "\n");
	}
	for (size_t i = 0; i < pdu->n_sensors; i++) {
		const struct probe_sensor *s = &pdu->sensors[i];

		buf_printf(out, "sensor %s \"%s\"", devtype_sensor_name(s->kind), s->name);
		pdu_number(s->value, s->kind == DEVTYPE_HUMIDITY ? "%" : "C", out);
		buf_puts(out, "\n");
	}
}

/* The text is the file's; UPDATE=1 writes the file instead. */
static inline void
pdu_text_is(const char *path, const struct buf *text)
{
	struct buf want = BUF(1u << 20);
	struct err e = {0};

	if (getenv("UPDATE") != NULL)
		T_INT(file_publish(path, buf_view(text), 0644, &e), 0);
	else if (T_INT(file_read(path, 1u << 20, &want, &e), 0))
		T_STR(text->n == 0 ? "" : text->p, want.n == 0 ? "" : want.p);
	buf_free(&want);
}

#endif
