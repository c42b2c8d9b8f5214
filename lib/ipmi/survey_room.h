/* SPDX-License-Identifier: Apache-2.0 */
/*
 * survey_room: what survey.c, survey_log.c and survey_sdr.c share. A survey is a row of
 * steps; each asks one command and takes its answer, which says what the next step is.
 */
#ifndef LARCH_IPMI_SURVEY_ROOM_H
#define LARCH_IPMI_SURVEY_ROOM_H

#include "survey.h"

#define NETFN_SENSOR 0x04
#define NETFN_STORAGE 0x0a
#define IDS 65536          /* record ids: 16 bits */
#define ID_FIRST 0x0000
#define ID_LAST 0xffff     /* of the log: its newest; of a next id: there is none */
#define RECORD_MAX 80      /* bytes of a record that mean something: a full one's 48 and a name of 31 */
#define CHUNK_MAX 32       /* bytes of a record asked at a time: fits every channel */
#define CHUNK_MIN 8        /* a BMC that refuses these as too many has none to give */

enum step {
	STEP_DEVICE, STEP_POWER,
	STEP_LOG_INFO, STEP_LOG_NEWEST, STEP_LOG_BACK, STEP_LOG_FORWARD,
	STEP_SDR_INFO, STEP_SDR_OF_DEVICE, STEP_SDR_RESERVE, STEP_SDR_HEAD, STEP_SDR_BODY,
	STEP_READING,
	STEP_END,
	STEP_COUNT
};

struct log_walk {
	size_t wanted;
	uint16_t at;           /* the id that is asked */
	int missing;           /* ids on the way back where no entry is */
	size_t passed;         /* entries on the way forward */
};

struct sdr_walk {
	bool of_device;        /* section 35 instead of 33 */
	bool too_many;         /* sensors */
	bool cut;              /* a record was left out that might have been of use */
	int expected;          /* records, as the BMC says; -1: it does not */
	int seen;              /* records, of all kinds */
	int lost;              /* reservations */
	uint16_t reservation, at, next;
	uint8_t record[RECORD_MAX];
	size_t have, want;
	uint8_t chunk;
};

struct ipmi_survey {
	unsigned what;
	enum step step;
	struct ipmi_seen seen;
	struct ipmi_event *events;
	struct ipmi_sdr *sdrs;
	struct ipmi_sensor *sensors;
	size_t cap_sdrs, cap_sensors;
	size_t reading;        /* the sensor that is asked */
	struct log_walk log;
	struct sdr_walk sdr;
	uint8_t passed[IDS / 8]; /* ids of the walk that is on */
};

/* What a step does. `take` returns the step that follows. */
typedef void survey_ask_fn(struct ipmi_survey *s, struct ipmi_command *out);
typedef enum step survey_take_fn(struct ipmi_survey *s, const struct ipmi_answer *a);

/* ---- survey.c */
void survey_part(struct ipmi_part *part, enum ipmi_part_state state, const char *fmt, ...) LARCH_PRINTF(3, 4);
/* What was asked for that comes behind this step; STEP_END when nothing does. */
enum step survey_after(const struct ipmi_survey *s, enum step step);
void survey_forget_ids(struct ipmi_survey *s);
bool survey_pass_id(struct ipmi_survey *s, uint16_t id); /* false: it was there before */
uint16_t survey_get16(const uint8_t *p);

/* The sensors of a record, to be asked; false: there are too many. */
bool survey_add_sensors(struct ipmi_survey *s, const struct ipmi_sdr *sdr);
/* The next sensor to be asked, at or behind `reading`: false when there is none. */
bool survey_find_sensor(struct ipmi_survey *s);

/* ---- survey_log.c */
survey_ask_fn survey_log_ask_info, survey_log_ask_entry;
survey_take_fn survey_log_take_info, survey_log_take_newest, survey_log_take_back, survey_log_take_forward;

/* ---- survey_sdr.c */
enum step survey_sdr_next(struct ipmi_survey *s); /* the sensors of a record were asked: the next record */
survey_ask_fn survey_sdr_ask_info, survey_sdr_ask_of_device, survey_sdr_ask_reserve, survey_sdr_ask_head, survey_sdr_ask_body;
survey_take_fn survey_sdr_take_info, survey_sdr_take_of_device, survey_sdr_take_reserve, survey_sdr_take_head,
    survey_sdr_take_body;

#endif
