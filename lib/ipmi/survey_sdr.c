/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Sensor data records, from the repository (IPMI v2.0 section 33) or, where a
 * BMC has none, from its sensors themselves (section 35). Each is read in
 * parts: its five bytes of header, then as many at a time as the BMC gives. A
 * reservation is lost when somebody else changes or reserves them: then the
 * record that was being read is read anew. The sensors of a record are asked as
 * soon as it is there: when the time is up, what is known are values and not
 * the names of all that has none.
 */
#include <stdlib.h>
#include <string.h>

#include "survey_room.h"

#define HEADER 5
#define INFO_BYTES 14
#define LOST_MAX 8              /* reservations: another program that reads them takes ours away each time it begins */
#define CC_UNKNOWN 0xc1
#define CC_RESERVATION 0xc5
#define CC_LENGTH 0xc7
#define CC_TOO_MANY 0xc8
#define CC_CANNOT 0xca
#define CC_UNSPECIFIED 0xff

/* ---- the questions --------------------------------------------------------------------- */

/* Both kinds are asked the same, by commands of their own: tables of sections 33 and 35. */
static struct ipmi_command
command(const struct ipmi_survey *s, uint8_t cmd_of_repository, uint8_t cmd_of_device)
{
	return (struct ipmi_command){.netfn = s->sdr.of_device ? NETFN_SENSOR : NETFN_STORAGE,
	    .cmd = s->sdr.of_device ? cmd_of_device : cmd_of_repository, .privilege = 2, .harmless = true};
}

void
survey_sdr_ask_info(struct ipmi_survey *s, struct ipmi_command *out)
{
	*out = command(s, 0x20, 0x20); /* 33.9 */
}

void
survey_sdr_ask_of_device(struct ipmi_survey *s, struct ipmi_command *out)
{
	*out = command(s, 0x20, 0x20); /* 35.2 */
	out->data[0] = 1;              /* how many records, not how many sensors */
	out->n = 1;
}

void
survey_sdr_ask_reserve(struct ipmi_survey *s, struct ipmi_command *out)
{
	*out = command(s, 0x22, 0x22); /* 33.11, 35.4 */
}

static void
ask_bytes(struct ipmi_survey *s, uint8_t offset, uint8_t n, struct ipmi_command *out)
{
	const struct sdr_walk *w = &s->sdr;
	const uint8_t data[] = {(uint8_t)w->reservation, (uint8_t)(w->reservation >> 8), (uint8_t)w->at, (uint8_t)(w->at >> 8),
	    offset, n};

	*out = command(s, 0x23, 0x21); /* 33.12, 35.3 */
	memcpy(out->data, data, sizeof(data));
	out->n = sizeof(data);
}

void
survey_sdr_ask_head(struct ipmi_survey *s, struct ipmi_command *out)
{
	ask_bytes(s, 0, HEADER, out);
}

static uint8_t
piece(const struct sdr_walk *w)
{
	size_t left = w->want - w->have;

	return left < w->chunk ? (uint8_t)left : w->chunk;
}

void
survey_sdr_ask_body(struct ipmi_survey *s, struct ipmi_command *out)
{
	ask_bytes(s, (uint8_t)s->sdr.have, piece(&s->sdr), out);
}

/* ---- the answers ---------------------------------------------------------------------------- */

static enum step
leave(struct ipmi_survey *s)
{
	if ((s->what & IPMI_ASK_SENSORS) != 0)
		s->seen.sensors_part = s->seen.names_part; /* all that were found were asked */
	return survey_after(s, STEP_READING);
}

static enum step
end(struct ipmi_survey *s, const char *why)
{
	struct ipmi_part *part = &s->seen.names_part;

	if (why != NULL)
		survey_part(part, IPMI_PART_PARTIAL, "%zu records: %s", s->seen.n_sdrs, why);
	else if (s->sdr.cut)
		survey_part(part, IPMI_PART_PARTIAL, "%zu records: some are malformed or were refused", s->seen.n_sdrs);
	else if (s->sdr.seen < s->sdr.expected)
		survey_part(part, IPMI_PART_PARTIAL, "%d of %d records: it gives fewer than it says", s->sdr.seen, s->sdr.expected);
	else
		survey_part(part, IPMI_PART_WHOLE, "%s", "");
	return leave(s);
}

enum step
survey_sdr_take_info(struct ipmi_survey *s, const struct ipmi_answer *a)
{
	survey_forget_ids(s);
	s->sdr.chunk = CHUNK_MAX;
	s->sdr.at = ID_FIRST;
	survey_part(&s->seen.names_part, IPMI_PART_PARTIAL, "not all records were read");
	if ((s->what & IPMI_ASK_SENSORS) != 0)
		survey_part(&s->seen.sensors_part, IPMI_PART_PARTIAL, "not all of them were asked");
	if (a->completion != 0) { /* no repository */
		s->sdr.of_device = true;
		return STEP_SDR_OF_DEVICE;
	}
	if (a->n < INFO_BYTES)
		return end(s, "its Get SDR Repository Info is too short (section 33.9)");
	s->sdr.expected = survey_get16(a->data + 1);
	if (s->sdr.expected == 0) { /* an empty one: the sensors may have theirs */
		s->sdr.of_device = true;
		return STEP_SDR_OF_DEVICE;
	}
	return STEP_SDR_RESERVE;
}

enum step
survey_sdr_take_of_device(struct ipmi_survey *s, const struct ipmi_answer *a)
{
	if (a->completion != 0) {
		survey_part(&s->seen.names_part, IPMI_PART_MISSING, "no sensor data records: %s", ipmi_completion_text(a->completion));
		return leave(s);
	}
	if (a->n < 2)
		return end(s, "its Get Device SDR Info is too short (section 35.2)");
	s->sdr.expected = a->data[0];
	return s->sdr.expected == 0 ? end(s, NULL) : STEP_SDR_RESERVE;
}

enum step
survey_sdr_take_reserve(struct ipmi_survey *s, const struct ipmi_answer *a)
{
	if (a->completion == CC_UNKNOWN)
		s->sdr.reservation = 0; /* it is optional: then nothing is ever lost */
	else if (a->completion != 0)
		return end(s, ipmi_completion_text(a->completion));
	else if (a->n < 2)
		return end(s, "its Reserve SDR Repository is too short (section 33.11)");
	else
		s->sdr.reservation = survey_get16(a->data);
	return STEP_SDR_HEAD;
}

enum step
survey_sdr_next(struct ipmi_survey *s)
{
	struct sdr_walk *w = &s->sdr;

	if (w->next == ID_LAST)
		return end(s, NULL);
	if (w->next == ID_FIRST || !survey_pass_id(s, w->next))
		return end(s, "their ids go in a circle");
	if (w->seen >= LIMIT_IPMI_SDRS)
		return end(s, "there are too many");
	w->at = w->next;
	return STEP_SDR_HEAD;
}

static enum step
reserve_again(struct ipmi_survey *s)
{
	if (++s->sdr.lost > LOST_MAX)
		return end(s, "its reservation was lost again and again (section 33.11)");
	return STEP_SDR_RESERVE;
}

static bool
is_wanted(uint8_t type)
{
	return (type >= IPMI_SDR_FULL && type <= IPMI_SDR_EVENT_ONLY) || (type >= IPMI_SDR_DEVICE && type <= IPMI_SDR_CONTROLLER);
}

enum step
survey_sdr_take_head(struct ipmi_survey *s, const struct ipmi_answer *a)
{
	struct sdr_walk *w = &s->sdr;

	if (a->completion == CC_RESERVATION)
		return reserve_again(s);
	if (a->completion != 0)
		return end(s, ipmi_completion_text(a->completion));
	if (a->n != 2 + HEADER)
		return end(s, "the header of a record has not the length that was asked (section 33.12)");
	(void)survey_pass_id(s, w->at);
	(void)survey_pass_id(s, survey_get16(a->data + 2)); /* the first was asked as 0 */
	w->next = survey_get16(a->data);
	w->seen++;
	memcpy(w->record, a->data + 2, HEADER);
	w->have = HEADER;
	w->want = (size_t)HEADER + w->record[4];
	if (w->want > RECORD_MAX)
		w->want = RECORD_MAX;
	if (!is_wanted(w->record[3]))
		return survey_sdr_next(s);
	if (w->want == w->have) {
		w->cut = true;
		return survey_sdr_next(s);
	}
	return STEP_SDR_BODY;
}

static void
keep(struct ipmi_survey *s)
{
	struct sdr_walk *w = &s->sdr;
	struct ipmi_sdr sdr;
	const char *why;

	w->record[4] = (uint8_t)(w->want - HEADER); /* what is beyond RECORD_MAX was not read */
	if (ipmi_sdr_parse(w->record, w->want, &sdr, &why) != 0) {
		w->cut = true;
		return;
	}
	if (s->seen.n_sdrs == s->cap_sdrs) {
		s->cap_sdrs = s->cap_sdrs == 0 ? 64 : 2 * s->cap_sdrs;
		s->sdrs = reallocarray(s->sdrs, s->cap_sdrs, sizeof(*s->sdrs));
		if (s->sdrs == NULL)
			log_die("out of memory: no sensor data records");
		s->seen.sdrs = s->sdrs;
	}
	s->sdrs[s->seen.n_sdrs++] = sdr;
	if ((s->what & IPMI_ASK_SENSORS) != 0 && !survey_add_sensors(s, &sdr))
		s->sdr.too_many = true;
}

/* It was asked for more bytes than it gives at a time; a few BMCs say so in other words. */
static bool
asked_too_much(uint8_t completion)
{
	return completion == CC_CANNOT || completion == CC_TOO_MANY || completion == CC_LENGTH || completion == CC_UNSPECIFIED;
}

enum step
survey_sdr_take_body(struct ipmi_survey *s, const struct ipmi_answer *a)
{
	struct sdr_walk *w = &s->sdr;
	size_t n;

	if (a->completion == CC_RESERVATION) {
		w->seen--; /* its header is read again */
		return reserve_again(s);
	}
	if (asked_too_much(a->completion) && w->chunk > CHUNK_MIN) {
		w->chunk /= 2;
		return STEP_SDR_BODY;
	}
	n = a->n < 2 ? 0 : (size_t)a->n - 2;
	if (a->completion != 0 || n == 0 || n > piece(w)) {
		w->cut = true;
		return survey_sdr_next(s);
	}
	memcpy(w->record + w->have, a->data + 2, n);
	w->have += n;
	if (w->have < w->want)
		return STEP_SDR_BODY;
	keep(s);
	return w->too_many ? end(s, "there are too many sensors") : survey_find_sensor(s) ? STEP_READING : survey_sdr_next(s);
}
