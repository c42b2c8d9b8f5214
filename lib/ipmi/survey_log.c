/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The newest entries of the event log: IPMI v2.0 section 31. An entry says
 * what follows it and nothing says what is before it, so the way back is tried
 * by counting its id down, which most BMCs number by ones; where that fails at once, the
 * log is read from its beginning. Whole entries need no reservation (31.5).
 */
#include <stdlib.h>
#include <string.h>

#include "survey_room.h"

#define CMD_INFO 0x40
#define CMD_ENTRY 0x43
#define INFO_BYTES 14
#define MISSING_MAX 16 /* ids without an entry that the way back steps over */

void
survey_log_ask_info(struct ipmi_survey *s, struct ipmi_command *out)
{
	(void)s;
	*out = (struct ipmi_command){.netfn = NETFN_STORAGE, .cmd = CMD_INFO, .privilege = 2, .harmless = true};
}

void
survey_log_ask_entry(struct ipmi_survey *s, struct ipmi_command *out)
{
	/* no reservation, from byte 0, all of it */
	*out = (struct ipmi_command){.netfn = NETFN_STORAGE, .cmd = CMD_ENTRY, .n = 6, .privilege = 2, .harmless = true,
	    .data = {0, 0, (uint8_t)s->log.at, (uint8_t)(s->log.at >> 8), 0, 0xff}};
}

static enum step
whole(struct ipmi_survey *s)
{
	survey_part(&s->seen.events_part, IPMI_PART_WHOLE, "%s", "");
	return survey_after(s, STEP_LOG_FORWARD);
}

static enum step
partial(struct ipmi_survey *s, const char *why)
{
	survey_part(&s->seen.events_part, IPMI_PART_PARTIAL, "%zu of %zu entries: %s", s->seen.n_events, s->log.wanted, why);
	return survey_after(s, STEP_LOG_FORWARD);
}

enum step
survey_log_take_info(struct ipmi_survey *s, const struct ipmi_answer *a)
{
	size_t entries;

	if (a->completion != 0) {
		survey_part(&s->seen.events_part, IPMI_PART_MISSING, "no event log: %s", ipmi_completion_text(a->completion));
		return survey_after(s, STEP_LOG_FORWARD);
	}
	if (a->n < INFO_BYTES)
		return partial(s, "its Get SEL Info is too short (section 31.2)");
	entries = survey_get16(a->data + 1);
	s->seen.log_entries = (int)entries;
	s->seen.log_overflow = (a->data[13] & 0x80) != 0;
	if (entries < s->log.wanted)
		s->log.wanted = entries;
	if (s->log.wanted == 0)
		return whole(s);
	s->events = calloc(s->log.wanted, sizeof(*s->events));
	if (s->events == NULL)
		log_die("out of memory: no events");
	s->seen.events = s->events;
	s->log.at = ID_LAST;
	survey_part(&s->seen.events_part, IPMI_PART_PARTIAL, "not all of them were read");
	return STEP_LOG_NEWEST;
}

/* The entry of an answer: false when there is none. */
static bool
read_entry(const struct ipmi_answer *a, struct ipmi_event *out)
{
	if (a->completion != 0 || a->n < 2 + IPMI_EVENT_BYTES)
		return false;
	ipmi_event_parse(a->data + 2, out);
	return true;
}

static enum step
forward(struct ipmi_survey *s)
{
	s->seen.n_events = 0;
	s->log.passed = 0;
	s->log.at = ID_FIRST;
	survey_forget_ids(s);
	return STEP_LOG_FORWARD;
}

/* One step back, or what is done when that is not possible. */
static enum step
back(struct ipmi_survey *s)
{
	if (s->seen.n_events == s->log.wanted)
		return whole(s);
	if (s->log.at <= 1)
		return s->seen.n_events == 1 ? forward(s) : partial(s, "no entry is before those that were read");
	s->log.at--;
	return STEP_LOG_BACK;
}

enum step
survey_log_take_newest(struct ipmi_survey *s, const struct ipmi_answer *a)
{
	if (!read_entry(a, &s->events[0]))
		return forward(s); /* some do not know 0xffff */
	s->seen.n_events = 1;
	s->log.at = s->events[0].id;
	return back(s);
}

enum step
survey_log_take_back(struct ipmi_survey *s, const struct ipmi_answer *a)
{
	struct ipmi_event *e = &s->events[s->seen.n_events];

	if (read_entry(a, e) && e->id == s->log.at) {
		s->seen.n_events++;
	} else {
		if (s->seen.n_events == 1 && s->log.missing == 0)
			return forward(s);
		if (++s->log.missing > MISSING_MAX)
			return partial(s, "the ids before are not in use");
	}
	return back(s);
}

/* Of the ring that the way forward wrote, the newest first. */
static void
unroll(struct ipmi_survey *s)
{
	size_t n = s->seen.n_events;
	struct ipmi_event *sorted = calloc(n == 0 ? 1 : n, sizeof(*sorted));

	if (sorted == NULL)
		log_die("out of memory: no events");
	for (size_t i = 0; i < n; i++)
		sorted[i] = s->events[(s->log.passed - 1 - i) % s->log.wanted];
	free(s->events);
	s->events = sorted;
	s->seen.events = sorted;
}

static enum step
forward_end(struct ipmi_survey *s, const char *why)
{
	unroll(s);
	return why == NULL && s->seen.n_events == s->log.wanted ? whole(s) :
	    partial(s, why != NULL ? why : "the log has fewer than it says");
}

enum step
survey_log_take_forward(struct ipmi_survey *s, const struct ipmi_answer *a)
{
	struct ipmi_event e;
	uint16_t next;

	if (!read_entry(a, &e))
		return forward_end(s, a->completion != 0 ? ipmi_completion_text(a->completion) : "an entry is too short (section 31.5)");
	s->events[s->log.passed++ % s->log.wanted] = e;
	if (s->seen.n_events < s->log.wanted)
		s->seen.n_events++;
	(void)survey_pass_id(s, s->log.at);
	next = survey_get16(a->data);
	if (next == ID_LAST)
		return forward_end(s, NULL);
	if (next == ID_FIRST || !survey_pass_id(s, next))
		return forward_end(s, "its ids go in a circle");
	if (s->log.passed >= LIMIT_IPMI_EVENTS_WALKED)
		return forward_end(s, "the log is too long to be read from its beginning");
	s->log.at = next;
	return STEP_LOG_FORWARD;
}
