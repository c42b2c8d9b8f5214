/* SPDX-License-Identifier: Apache-2.0 */
/* /healthz for a load balancer or a person's curl, /metrics for Prometheus. */
#include <math.h>
#include <string.h>

#include "pages.h"

/*
 * 200 "ok", or 503 with what is wrong. Anybody may ask, so it names no thing of
 * the room and no path: a missing file is told by what is missing.
 */
int
pages_healthz(struct web_call *c, struct err *e)
{
	struct status *s = pages_status(c);
	struct status_pulse p;
	struct err why;
	char age[TIMES_TEXT];

	if (pages_inv(c, &why) == NULL)
		return err_set(e, ERR_UNAVAILABLE, "the inventory cannot be read");
	if (s == NULL)
		return err_set(e, ERR_UNAVAILABLE, "the room's status cannot be read: larchd has not run yet, or its file is gone");
	if (status_pulse(s, c->arena, &p, &why) != 0)
		return err_set(e, ERR_UNAVAILABLE, "the room's status cannot be read");
	if (p.beat == 0)
		return err_set(e, ERR_UNAVAILABLE, "larchd has not run yet");
	if (c->now - p.beat > STATUS_GONE_MS)
		return err_set(e, ERR_UNAVAILABLE, "larchd is gone or stuck: its last sign of life is %s old",
		    times_age(c->now - p.beat, age));
	return web_plain(c, 200, STR("ok\n"), e);
}

/* ---- metrics --------------------------------------------------------------------------------------- */

static void
help(struct buf *b, const char *name, const char *text)
{
	buf_printf(b, "# HELP larch_%s %s\n# TYPE larch_%s gauge\n", name, text, name);
}

static void
count_values(const struct pages_room *r, int64_t now, struct buf *b)
{
	size_t counts[STATUS_LEVEL_COUNT] = {0}, stale = 0;

	for (size_t i = 0; i < r->n_values; i++) {
		const struct status_value *v = &r->values[i];

		if (status_stale(v->at, v->interval, now))
			stale++;
		else if ((unsigned)v->level < STATUS_LEVEL_COUNT)
			counts[v->level]++;
	}
	help(b, "check_results", "Latest results of checks, by level; stale ones are counted apart.");
	for (size_t l = 0; l < STATUS_LEVEL_COUNT; l++)
		buf_printf(b, "larch_check_results{level=\"%s\"} %zu\n", status_level_name((enum status_level)l), counts[l]);
	buf_printf(b, "larch_check_results{level=\"stale\"} %zu\n", stale);
}

static void
count_outlets(const struct pages_room *r, struct buf *b)
{
	size_t on = 0, off = 0, unknown = 0;

	for (size_t i = 0; i < r->n_pdus; i++) {
		on += r->pdus[i].on;
		off += r->pdus[i].off;
		unknown += r->pdus[i].unknown;
	}
	help(b, "outlets", "PDU outlets by state.");
	buf_printf(b, "larch_outlets{state=\"on\"} %zu\nlarch_outlets{state=\"off\"} %zu\nlarch_outlets{state=\"unknown\"} %zu\n",
	    on, off, unknown);
}

/* A thing's name is an identifier of the room; its quotes and backslashes are refused by the inventory's names. */
static void
count_pdus(const struct pages_room *r, struct buf *b)
{
	help(b, "pdu_current_amperes", "Sum of the measured outlets of a PDU.");
	for (size_t i = 0; i < r->n_pdus; i++)
		if (!isnan(r->pdus[i].amps))
			buf_printf(b, "larch_pdu_current_amperes{pdu=\"%s\"} %.2f\n", r->pdus[i].thing->name, r->pdus[i].amps);
}

static void
count_pulse(const struct status_pulse *p, int64_t unsettled, struct buf *b)
{
	help(b, "larchd_last_beat_timestamp_seconds", "When larchd last gave a sign of life.");
	buf_printf(b, "larch_larchd_last_beat_timestamp_seconds %.3f\n", (double)p->beat / 1000);
	help(b, "sweep_duration_seconds", "How long the last whole sweep took.");
	if (p->sweep_ended >= p->sweep_began)
		buf_printf(b, "larch_sweep_duration_seconds %.3f\n", (double)(p->sweep_ended - p->sweep_began) / 1000);
	help(b, "power_unsettled_intents", "Power intents whose outcome is not known.");
	buf_printf(b, "larch_power_unsettled_intents %lld\n", (long long)unsettled);
}

int
pages_metrics(struct web_call *c, struct err *e)
{
	struct pages_room *r = pages_room_get(c, e);
	struct status *s = pages_status(c);
	struct buf b = BUF(LIMIT_PAGE);
	struct status_pulse p;
	int rc = -1;

	if (r == NULL)
		return -1;
	help(&b, "things", "Things in the inventory.");
	buf_printf(&b, "larch_things %zu\n", r->n_things);
	help(&b, "nodes", "Machines in the inventory.");
	buf_printf(&b, "larch_nodes %zu\n", r->n_nodes);
	count_values(r, c->now, &b);
	count_outlets(r, &b);
	count_pdus(r, &b);
	if (s != NULL && status_pulse(s, c->arena, &p, e) == 0)
		count_pulse(&p, status_unsettled(s), &b);
	rc = web_plain(c, 200, buf_view(&b), e);
	buf_free(&b);
	pages_room_put(c, r);
	return rc;
}
