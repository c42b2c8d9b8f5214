/* SPDX-License-Identifier: Apache-2.0 */
/* One look at what a BMC tells of its machine: lib/ipmi's survey through the device's gate, in bounded time. */
#include <stdlib.h>

#include "probe.h"

struct reading {
	uv_timer_t timer;
	struct ipmi_survey *survey;
	probe_bmc_fn *done;
	void *ctx;
	int limit_ms;
	int64_t began;
	bool answered;         /* at least once */
	bool told;             /* the caller, perhaps before the call ended */
};

static bool
is_whole(const struct ipmi_seen *seen)
{
	const struct ipmi_part *const parts[] = {&seen->device_part, &seen->power_part, &seen->events_part, &seen->names_part,
	    &seen->sensors_part};

	for (size_t i = 0; i < LARCH_COUNT(parts); i++)
		if (parts[i]->state == IPMI_PART_PARTIAL)
			return false;
	return true;
}

static void
tell(struct reading *r, enum ipmi_outcome outcome, const char *text)
{
	struct probe_bmc b = {.outcome = outcome, .text = text, .seen = ipmi_survey_seen(r->survey)};

	if (r->told)
		return;
	r->told = true;
	b.whole = is_whole(b.seen);
	b.took_ms = times_boot() - r->began;
	r->done(r->ctx, &b);
}

static void
closed(uv_handle_t *h)
{
	struct reading *r = h->data;

	ipmi_survey_destroy(r->survey);
	free(r);
}

static bool
next(void *ctx, const struct ipmi_answer *answer, struct ipmi_command *out)
{
	struct reading *r = ctx;

	r->answered = true;
	return !r->told && ipmi_survey_next(r->survey, answer, out);
}

static void
ended(void *ctx, const struct ipmi_answer *answer)
{
	struct reading *r = ctx;

	tell(r, answer->outcome, answer->outcome == IPMI_OK ? "" : answer->text);
	uv_close((uv_handle_t *)&r->timer, closed);
}

/* The call goes on to its next answer, and is ended there: nobody waits for it. */
static void
time_is_up(uv_timer_t *t)
{
	struct reading *r = t->data;
	char text[80];

	snprintf(text, sizeof(text), "it %s within %d ms", r->answered ? "did not tell all" : "did not answer", r->limit_ms);
	tell(r, r->answered ? IPMI_OK : IPMI_SILENT, text);
}

void
probe_bmc_read(struct gate_device *d, enum gate_priority p, const struct probe_bmc_ask *ask, probe_bmc_fn *done, void *ctx)
{
	struct reading *r = calloc(1, sizeof(*r));
	struct ipmi_command first;

	if (r == NULL)
		log_die("out of memory: no reading");
	*r = (struct reading){.survey = ipmi_survey_create(ask->what, ask->events), .done = done, .ctx = ctx,
	    .limit_ms = ask->limit_ms > 0 ? ask->limit_ms : PROBE_BMC_MS, .began = times_boot()};
	if (!ipmi_survey_first(r->survey, &first))
		first = ipmi_device_id(); /* nothing in particular: does it answer? */
	(void)uv_timer_init(gate_loop(d), &r->timer);
	r->timer.data = r;
	uv_update_time(gate_loop(d));
	(void)uv_timer_start(&r->timer, time_is_up, (uint64_t)r->limit_ms, 0);
	gate_ask_many(d, p, &first, next, ended, r);
}
