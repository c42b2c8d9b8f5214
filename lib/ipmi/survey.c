/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "survey_room.h"

#define OWNER_BMC 0x20 /* table 43-1 byte 6: the others are behind it, and are not asked */

void
survey_part(struct ipmi_part *part, enum ipmi_part_state state, const char *fmt, ...)
{
	va_list ap;

	part->state = state;
	va_start(ap, fmt);
	(void)vsnprintf(part->text, sizeof(part->text), fmt, ap);
	va_end(ap);
}

uint16_t
survey_get16(const uint8_t *p)
{
	return (uint16_t)(p[0] | p[1] << 8);
}

void
survey_forget_ids(struct ipmi_survey *s)
{
	memset(s->passed, 0, sizeof(s->passed));
}

bool
survey_pass_id(struct ipmi_survey *s, uint16_t id)
{
	uint8_t bit = (uint8_t)(1u << (id & 7));

	if ((s->passed[id >> 3] & bit) != 0)
		return false;
	s->passed[id >> 3] |= bit;
	return true;
}

/* ---- device id and watts ---------------------------------------------------------------- */

static void
ask_device(struct ipmi_survey *s, struct ipmi_command *out)
{
	(void)s;
	*out = ipmi_device_id();
}

static enum step
take_device(struct ipmi_survey *s, const struct ipmi_answer *a)
{
	struct ipmi_part *part = &s->seen.device_part;

	if (a->completion != 0)
		survey_part(part, IPMI_PART_MISSING, "no device id: %s", ipmi_completion_text(a->completion));
	else if (ipmi_device_parse(a, &s->seen.device) != 0)
		survey_part(part, IPMI_PART_PARTIAL, "its device id is too short (section 20.1)");
	else
		survey_part(part, IPMI_PART_WHOLE, "%s", "");
	return survey_after(s, STEP_DEVICE);
}

static void
ask_power(struct ipmi_survey *s, struct ipmi_command *out)
{
	(void)s;
	*out = ipmi_power_read();
}

static enum step
take_power(struct ipmi_survey *s, const struct ipmi_answer *a)
{
	struct ipmi_part *part = &s->seen.power_part;

	if (a->completion == 0xc1)
		survey_part(part, IPMI_PART_MISSING, "it does not know DCMI");
	else if (a->completion != 0)
		survey_part(part, IPMI_PART_MISSING, "no power reading (DCMI): completion code 0x%02x, %s", a->completion,
		    ipmi_completion_text(a->completion));
	else if (ipmi_power_parse(a, &s->seen.power) != 0)
		survey_part(part, IPMI_PART_PARTIAL, "its power reading is malformed (DCMI 1.5 section 6.6.1)");
	else
		survey_part(part, IPMI_PART_WHOLE, "%s", "");
	return survey_after(s, STEP_POWER);
}

/* ---- readings -------------------------------------------------------------------------------- */

static bool
can_be_asked(const struct ipmi_sensor *n)
{
	return n->sdr.owner == OWNER_BMC && n->sdr.lun == 0;
}

static void
add_sensor(struct ipmi_survey *s, const struct ipmi_sdr *sdr, int member)
{
	struct ipmi_sensor *n;

	if (s->seen.n_sensors == s->cap_sensors) {
		s->cap_sensors = s->cap_sensors == 0 ? 64 : 2 * s->cap_sensors;
		s->sensors = reallocarray(s->sensors, s->cap_sensors, sizeof(*s->sensors));
		if (s->sensors == NULL)
			log_die("out of memory: no sensors");
		s->seen.sensors = s->sensors;
	}
	n = &s->sensors[s->seen.n_sensors++];
	*n = (struct ipmi_sensor){.value = NAN, .level = IPMI_LEVEL_UNKNOWN};
	ipmi_sdr_member(sdr, member, &n->sdr);
	if (!can_be_asked(n))
		snprintf(n->says, sizeof(n->says), "of another controller (owner %02x, LUN %u): not asked", n->sdr.owner, n->sdr.lun);
}

bool
survey_find_sensor(struct ipmi_survey *s)
{
	while (s->reading < s->seen.n_sensors && !can_be_asked(&s->sensors[s->reading]))
		s->reading++;
	return s->reading < s->seen.n_sensors;
}

bool
survey_add_sensors(struct ipmi_survey *s, const struct ipmi_sdr *sdr)
{
	for (int i = 0; i < sdr->share && ipmi_sdr_is_sensor(sdr); i++) {
		if (s->seen.n_sensors == LIMIT_IPMI_SENSORS)
			return false;
		add_sensor(s, sdr, i);
	}
	return true;
}

static void
ask_reading(struct ipmi_survey *s, struct ipmi_command *out)
{
	*out = ipmi_reading_ask(s->sensors[s->reading].sdr.number);
}

static void
take_value(struct ipmi_sensor *n)
{
	struct buf text = BUF(IPMI_SAYS);

	n->level = ipmi_sensor_says(&n->sdr, &n->reading, &text);
	if (n->reading.known)
		n->value = ipmi_sensor_value(&n->sdr, n->reading.raw);
	if (!n->reading.known)
		buf_puts(&text, "no reading: it does not scan");
	snprintf(n->says, sizeof(n->says), "%s", text.p == NULL ? "" : text.p);
	buf_free(&text);
}

static enum step
take_reading(struct ipmi_survey *s, const struct ipmi_answer *a)
{
	struct ipmi_sensor *n = &s->sensors[s->reading++];

	n->asked = true;
	if (a->completion != 0)
		snprintf(n->says, sizeof(n->says), "no reading: %s", ipmi_completion_text(a->completion));
	else if (ipmi_reading_parse(a, &n->sdr, &n->reading) != 0)
		snprintf(n->says, sizeof(n->says), "no reading: its answer is too short (section 35.14)");
	else
		take_value(n);
	return survey_find_sensor(s) ? STEP_READING : survey_sdr_next(s);
}

/* ---- the row of steps ----------------------------------------------------------------------------- */

static const struct row {
	survey_ask_fn *ask;
	survey_take_fn *take;
	unsigned begins; /* the part it is the first step of; 0: it follows from another */
} rows[STEP_COUNT] = {
    [STEP_DEVICE] = {ask_device, take_device, IPMI_ASK_DEVICE},
    [STEP_POWER] = {ask_power, take_power, IPMI_ASK_POWER},
    [STEP_LOG_INFO] = {survey_log_ask_info, survey_log_take_info, IPMI_ASK_EVENTS},
    [STEP_LOG_NEWEST] = {survey_log_ask_entry, survey_log_take_newest, 0},
    [STEP_LOG_BACK] = {survey_log_ask_entry, survey_log_take_back, 0},
    [STEP_LOG_FORWARD] = {survey_log_ask_entry, survey_log_take_forward, 0},
    [STEP_SDR_INFO] = {survey_sdr_ask_info, survey_sdr_take_info, IPMI_ASK_NAMES},
    [STEP_SDR_OF_DEVICE] = {survey_sdr_ask_of_device, survey_sdr_take_of_device, 0},
    [STEP_SDR_RESERVE] = {survey_sdr_ask_reserve, survey_sdr_take_reserve, 0},
    [STEP_SDR_HEAD] = {survey_sdr_ask_head, survey_sdr_take_head, 0},
    [STEP_SDR_BODY] = {survey_sdr_ask_body, survey_sdr_take_body, 0},
    [STEP_READING] = {ask_reading, take_reading, 0},
};

enum step
survey_after(const struct ipmi_survey *s, enum step step)
{
	int next = (int)step + 1;

	while (next < STEP_END && (rows[next].begins == 0 || (s->what & rows[next].begins) == 0))
		next++;
	return (enum step)next;
}

static bool
go_to(struct ipmi_survey *s, enum step step, struct ipmi_command *out)
{
	s->step = step;
	if (step == STEP_END)
		return false;
	rows[step].ask(s, out);
	return true;
}

bool
ipmi_survey_first(struct ipmi_survey *s, struct ipmi_command *out)
{
	enum step first = (s->what & IPMI_ASK_DEVICE) != 0 ? STEP_DEVICE : survey_after(s, STEP_DEVICE);

	return go_to(s, first, out);
}

bool
ipmi_survey_next(struct ipmi_survey *s, const struct ipmi_answer *a, struct ipmi_command *out)
{
	if (s->step == STEP_END)
		return false;
	return go_to(s, rows[s->step].take(s, a), out);
}

const struct ipmi_seen *
ipmi_survey_seen(const struct ipmi_survey *s)
{
	return &s->seen;
}

void
ipmi_seen_say(const struct ipmi_seen *seen, const struct ipmi_event *event, struct buf *text)
{
	const uint8_t key[3] = {event->owner, event->lun, event->number};
	const struct ipmi_sdr *sdr = NULL;
	struct ipmi_sdr one;
	int member = 0;

	if (event->kind == IPMI_EVENT_SYSTEM)
		sdr = ipmi_sdr_find(seen->sdrs, seen->n_sdrs, key, &member);
	if (sdr != NULL)
		ipmi_sdr_member(sdr, member, &one);
	ipmi_event_say(event, sdr == NULL ? NULL : &one, text);
}

struct ipmi_survey *
ipmi_survey_create(unsigned what, size_t events)
{
	struct ipmi_survey *s = calloc(1, sizeof(*s));
	struct ipmi_part *const parts[] = {&s->seen.device_part, &s->seen.power_part, &s->seen.events_part,
	    &s->seen.names_part, &s->seen.sensors_part}; /* in the order of the bits of `what` */

	if (s == NULL)
		log_die("out of memory: no survey of a BMC");
	s->what = (what & IPMI_ASK_SENSORS) != 0 ? what | IPMI_ASK_NAMES : what;
	s->step = STEP_END;
	s->log.wanted = events > LIMIT_IPMI_EVENTS ? LIMIT_IPMI_EVENTS : events;
	s->sdr.expected = -1;
	for (size_t i = 0; i < LARCH_COUNT(parts); i++)
		if ((s->what >> i & 1) != 0)
			survey_part(parts[i], IPMI_PART_PARTIAL, "nothing of it was read");
	return s;
}

void
ipmi_survey_destroy(struct ipmi_survey *s)
{
	if (s == NULL)
		return;
	free(s->events);
	free(s->sdrs);
	free(s->sensors);
	free(s);
}
