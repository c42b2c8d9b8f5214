/* SPDX-License-Identifier: Apache-2.0 */
/*
 * event: what a BMC's event log says (IPMI v2.0 revision 1.1, sections 31 and
 * 32): one entry of 16 bytes taken apart, and told in words. Pure; every byte
 * is taken for hostile. survey.h asks for the entries.
 */
#ifndef LARCH_IPMI_EVENT_H
#define LARCH_IPMI_EVENT_H

#include "sensor.h"

#define IPMI_EVENT_BYTES 16

enum ipmi_event_kind {
	IPMI_EVENT_SYSTEM, /* record type 0x02: of a sensor, table 32-1 */
	IPMI_EVENT_OEM,    /* 0xc0 to 0xdf: with a time and a manufacturer, table 32-2; 0xe0 to 0xff: bytes, table 32-3;
	                    * and whatever else stands there */
};

struct ipmi_event {
	uint16_t id;
	uint8_t type;              /* record type */
	enum ipmi_event_kind kind;
	bool has_time;             /* it has one of the calendar: section 37 */
	int64_t at_ms;             /* since 1970, as the BMC's clock says; whole seconds */
	int64_t since_start_s;     /* a time from before its clock was set: seconds since it started; -1: not of that kind */
	uint8_t owner, lun, number; /* of the sensor, as in struct ipmi_sdr; software has an odd owner */
	uint8_t sensor_type, reading_type;
	bool asserted;             /* else what it says has ended */
	uint8_t data[3];           /* event data: table 29-6; the low half of the first is the state's number */
	uint32_t manufacturer;     /* of an OEM entry with a time; 0 none */
	uint8_t bytes[IPMI_EVENT_BYTES]; /* all of it */
};

/* The 16 bytes of an entry. No bytes are wrong: what is no event of a sensor is an OEM's. */
LARCH_API void ipmi_event_parse(const uint8_t p[IPMI_EVENT_BYTES], struct ipmi_event *out);

/* How bad it is while it is asserted; OK when it has ended. */
LARCH_API enum ipmi_level ipmi_event_level(const struct ipmi_event *event);

/*
 * In words, without its time: "CPU1 Temp: at or above upper critical (95 degrees C, limit 90 degrees C), asserted". `sdr` is its
 * sensor's record, of which it is the n-th (ipmi_sdr_find, ipmi_sdr_member), or NULL: then it is named by type and number.
 */
LARCH_API void ipmi_event_say(const struct ipmi_event *event, const struct ipmi_sdr *sdr, struct buf *text);
/* Its time for a person: RFC 3339, "+75 s" since the BMC's start, or "no time". Returns out. */
LARCH_API char *ipmi_event_when(const struct ipmi_event *event, char out[TIMES_TEXT]);

#endif
