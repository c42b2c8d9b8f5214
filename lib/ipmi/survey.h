/* SPDX-License-Identifier: Apache-2.0 */
/*
 * survey: what a BMC can tell of its machine, asked in one session: device id,
 * watts, the newest entries of the event log, sensor data records with their
 * readings, in this order, so that the little that is always quick comes first. It is
 * the `next` of ipmi_ask_many and no more: it sends nothing, has no clock and
 * believes no answer. Whatever a BMC says, it ends (LIMIT_IPMI_SDRS,
 * LIMIT_IPMI_EVENTS_WALKED, ids that come again), and what was read until then
 * can be looked at after every answer.
 */
#ifndef LARCH_IPMI_SURVEY_H
#define LARCH_IPMI_SURVEY_H

#include "event.h"
#include "sensor.h"

enum { /* what is asked; any of them together */
	IPMI_ASK_DEVICE = 1,
	IPMI_ASK_POWER = 2,
	IPMI_ASK_EVENTS = 4,
	IPMI_ASK_NAMES = 8,     /* the records without the readings: events are told with the names of their sensors */
	IPMI_ASK_SENSORS = 16,  /* with IPMI_ASK_NAMES, which it needs */
	IPMI_ASK_ALL = 31
};

enum ipmi_part_state {
	IPMI_PART_NOT_ASKED,
	IPMI_PART_MISSING,      /* the BMC has no such thing; text says what it answered */
	IPMI_PART_PARTIAL,      /* some of it, or nothing yet; text says why */
	IPMI_PART_WHOLE
};

struct ipmi_part {
	enum ipmi_part_state state;
	char text[120];         /* a phrase; "" when it is whole */
};

#define IPMI_SAYS 160 /* bytes of what a sensor says */

struct ipmi_sensor {
	struct ipmi_sdr sdr;    /* of this one alone: ipmi_sdr_member */
	bool asked;             /* its reading was asked and answered, in whatever way */
	struct ipmi_reading reading;
	double value;           /* NAN: none */
	enum ipmi_level level;
	char says[IPMI_SAYS];   /* its states, the threshold it has passed, or why it has no reading; "" */
};

struct ipmi_seen { /* all of it lives as long as the survey, and may move when the next answer comes */
	struct ipmi_part device_part, power_part, events_part, names_part, sensors_part;
	struct ipmi_device device;
	struct ipmi_power power;
	const struct ipmi_event *events; /* newest first */
	size_t n_events;
	int log_entries;        /* that the log holds */
	bool log_overflow;      /* entries were lost because it is full */
	const struct ipmi_sdr *sdrs;
	size_t n_sdrs;
	const struct ipmi_sensor *sensors;
	size_t n_sensors;
};

struct ipmi_survey;

/* `events`: how many of the newest, LIMIT_IPMI_EVENTS at most. */
LARCH_API struct ipmi_survey *ipmi_survey_create(unsigned what, size_t events);
LARCH_API void ipmi_survey_destroy(struct ipmi_survey *s); /* NULL does nothing */

/* The first command; false: nothing is asked. All of them are for a user, only read, and may come twice. */
LARCH_API bool ipmi_survey_first(struct ipmi_survey *s, struct ipmi_command *out);
/* An answer whose outcome is IPMI_OK, and the next command; false: that was all. */
LARCH_API bool ipmi_survey_next(struct ipmi_survey *s, const struct ipmi_answer *answer, struct ipmi_command *out);
LARCH_API const struct ipmi_seen *ipmi_survey_seen(const struct ipmi_survey *s);

/* ipmi_event_say with the record of the event's sensor, where it was read. */
LARCH_API void ipmi_seen_say(const struct ipmi_seen *seen, const struct ipmi_event *event, struct buf *text);

#endif
