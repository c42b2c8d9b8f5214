/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A hostile BMC behind a session that stands: the input is what it answers to
 * a survey, one command after the other. An answer is a byte of kind, then its
 * bytes: kind 0x01 gives its own length, 0x02 its own completion code, else it has the
 * length that an honest one would have.
 *
 * Whatever comes, the survey ends, asks only what a user may ask and what only
 * reads, keeps no more than its ceilings, and its words are printable text.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "ipmi/survey.h"
#include "fuzz.h"

#define MOST 20000 /* commands: LIMIT_IPMI_SDRS records in pieces, LIMIT_IPMI_EVENTS_WALKED entries, LIMIT_IPMI_SENSORS readings */

static void
require(bool what)
{
	if (!what)
		abort();
}

struct input {
	const uint8_t *p;
	size_t n;
};

static uint8_t
next(struct input *in)
{
	if (in->n == 0)
		return 0;
	in->n--;
	return *in->p++;
}

static size_t
honest_length(const struct ipmi_command *c)
{
	static const struct {
		uint8_t netfn, cmd, n;
	} rows[] = {{0x06, 0x01, 15}, {0x2c, 0x02, 18}, {0x0a, 0x40, 14}, {0x0a, 0x43, 18}, {0x0a, 0x20, 14}, {0x04, 0x20, 2},
	    {0x0a, 0x22, 2}, {0x04, 0x22, 2}, {0x04, 0x2d, 4}};

	for (size_t i = 0; i < LARCH_COUNT(rows); i++)
		if (rows[i].netfn == c->netfn && rows[i].cmd == c->cmd)
			return rows[i].n;
	require((c->netfn == 0x0a && c->cmd == 0x23) || (c->netfn == 0x04 && c->cmd == 0x21));
	require(c->n == 6 && c->data[5] <= 62);
	return 2u + c->data[5];
}

static struct ipmi_answer
answer(const struct ipmi_command *c, struct input *in)
{
	struct ipmi_answer a = {.outcome = IPMI_OK};
	uint8_t kind = next(in);

	a.n = (uint8_t)honest_length(c);
	if ((kind & 1) != 0)
		a.n = next(in) % (sizeof(a.data) + 1);
	if ((kind & 2) != 0)
		a.completion = next(in);
	for (size_t i = 0; i < a.n; i++)
		a.data[i] = next(in);
	return a;
}

static void
require_text(const char *s, size_t room)
{
	require(memchr(s, '\0', room) != NULL);
	for (; *s != '\0'; s++)
		require(*s >= 0x20 && *s < 0x7f);
}

static void
check_sensor(const struct ipmi_sensor *s)
{
	char unit[IPMI_UNIT];

	require_text(s->sdr.name, sizeof(s->sdr.name));
	require_text(s->says, sizeof(s->says));
	require_text(ipmi_sensor_unit(&s->sdr, unit), sizeof(unit));
	require(isnan(s->value) || isfinite(s->value));
	require(s->level <= IPMI_LEVEL_UNKNOWN && s->sdr.share == 1);
	for (int i = 0; i < IPMI_LIMIT_COUNT; i++)
		(void)ipmi_sensor_limit(&s->sdr, (enum ipmi_limit)i);
}

static void
check(const struct ipmi_seen *seen)
{
	const struct ipmi_part *const parts[] = {&seen->device_part, &seen->power_part, &seen->events_part, &seen->names_part,
	    &seen->sensors_part};

	for (size_t i = 0; i < LARCH_COUNT(parts); i++) {
		require_text(parts[i]->text, sizeof(parts[i]->text));
		require((parts[i]->state == IPMI_PART_WHOLE || parts[i]->state == IPMI_PART_NOT_ASKED) == (parts[i]->text[0] == '\0'));
	}
	require(seen->n_events <= LIMIT_IPMI_EVENTS && seen->n_sdrs <= LIMIT_IPMI_SDRS && seen->n_sensors <= LIMIT_IPMI_SENSORS);
	for (size_t i = 0; i < seen->n_sensors; i++)
		check_sensor(&seen->sensors[i]);
	for (size_t i = 0; i < seen->n_events; i++) {
		struct buf text = BUF(1000);
		char when[TIMES_TEXT];

		ipmi_seen_say(seen, &seen->events[i], &text);
		require(text.p != NULL && !text.over);
		require_text(text.p, text.n + 1);
		require_text(ipmi_event_when(&seen->events[i], when), sizeof(when));
		buf_free(&text);
	}
}

/* The input as one record, in memory of just its size. */
static void
one_record(const uint8_t *data, size_t n)
{
	uint8_t *copy = malloc(n == 0 ? 1 : n);
	const char *why = NULL;
	struct ipmi_sdr sdr, member;

	require(copy != NULL);
	memcpy(copy, n == 0 ? (const uint8_t *)"" : data, n);
	if (ipmi_sdr_parse(copy, n, &sdr, &why) == 0) {
		require(sdr.share >= 1 && sdr.share <= 15);
		for (int i = 0; i < sdr.share; i++) {
			ipmi_sdr_member(&sdr, i, &member);
			require_text(member.name, sizeof(member.name));
		}
	}
	free(copy);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct input in = {data, n};
	uint8_t what = next(&in);
	struct ipmi_survey *s = ipmi_survey_create(what & IPMI_ASK_ALL, next(&in));
	struct ipmi_command c;
	int asked = 0;

	one_record(data, n);
	for (bool more = ipmi_survey_first(s, &c); more; asked++) {
		struct ipmi_answer a;

		require(c.privilege == 2 && c.harmless && !c.once && c.n <= sizeof(c.data));
		require(asked < MOST);
		a = answer(&c, &in);
		more = ipmi_survey_next(s, &a, &c);
		if ((what & 0x80) != 0 && asked < 64)
			check(ipmi_survey_seen(s)); /* it can be looked at at any time */
	}
	require(!ipmi_survey_next(s, &(struct ipmi_answer){.outcome = IPMI_OK}, &c));
	check(ipmi_survey_seen(s));
	ipmi_survey_destroy(s);
	return 0;
}
