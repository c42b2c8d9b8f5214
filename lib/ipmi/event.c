/* SPDX-License-Identifier: Apache-2.0 */
/* Entries of the event log: IPMI v2.0 section 32. Numbers of bytes are the specification's, which begin at 1. */
#include <math.h>
#include <string.h>

#include "event.h"
#include "packet.h"

#define TYPE_SYSTEM 0x02
#define OEM_TIMED 0xc0
#define OEM_PLAIN 0xe0
#define NO_TIME 0xffffffffu       /* section 37 */
#define SINCE_START 0x20000000u   /* up to here: seconds since the BMC started */
#define THRESHOLDS 0x01

static void
read_time(const uint8_t *p, struct ipmi_event *e)
{
	uint32_t t = packet_get32(p);

	if (t == NO_TIME)
		return;
	if (t <= SINCE_START) {
		e->since_start_s = t;
		return;
	}
	e->has_time = true;
	e->at_ms = (int64_t)t * 1000;
}

void
ipmi_event_parse(const uint8_t p[IPMI_EVENT_BYTES], struct ipmi_event *e)
{
	*e = (struct ipmi_event){.id = (uint16_t)(p[0] | p[1] << 8), .type = p[2], .kind = IPMI_EVENT_OEM, .since_start_s = -1};
	memcpy(e->bytes, p, IPMI_EVENT_BYTES);
	if (e->type == TYPE_SYSTEM || (e->type >= OEM_TIMED && e->type < OEM_PLAIN))
		read_time(p + 3, e);
	if (e->type >= OEM_TIMED && e->type < OEM_PLAIN)
		e->manufacturer = (uint32_t)p[7] | (uint32_t)p[8] << 8 | (uint32_t)(p[9] & 0x0f) << 16;
	if (e->type != TYPE_SYSTEM)
		return;
	e->kind = IPMI_EVENT_SYSTEM;
	e->owner = p[7];
	e->lun = p[8] & 3;
	e->sensor_type = p[10];
	e->number = p[11];
	e->asserted = (p[12] & 0x80) == 0;
	e->reading_type = p[12] & 0x7f;
	memcpy(e->data, p + 13, sizeof(e->data));
}

/* Table 42-2, thresholds: two offsets a threshold, going low and going high, lower ones first. */
static bool
limit_of(const struct ipmi_event *e, enum ipmi_limit *out)
{
	uint8_t offset = e->data[0] & 0x0f;

	if (e->reading_type != THRESHOLDS || offset >= 2 * IPMI_LIMIT_COUNT)
		return false;
	*out = (enum ipmi_limit)(offset / 2);
	return true;
}

enum ipmi_level
ipmi_event_level(const struct ipmi_event *e)
{
	const struct ipmi_state *state;
	enum ipmi_limit limit;

	if (e->kind != IPMI_EVENT_SYSTEM)
		return IPMI_LEVEL_UNKNOWN;
	if (!e->asserted)
		return IPMI_LEVEL_OK;
	if (limit_of(e, &limit))
		return limit == IPMI_LOWER_WARN || limit == IPMI_UPPER_WARN ? IPMI_LEVEL_WARN : IPMI_LEVEL_BAD;
	state = ipmi_state(e->reading_type, e->sensor_type, e->data[0] & 0x0f);
	return state == NULL ? IPMI_LEVEL_UNKNOWN : state->level;
}

/* ---- in words --------------------------------------------------------------------------------- */

static void
say_value(const char *before, const struct ipmi_sdr *sdr, uint8_t raw, struct buf *text)
{
	char unit[IPMI_UNIT];
	double value = ipmi_sensor_value(sdr, raw);

	if (isnan(value))
		return;
	(void)ipmi_sensor_unit(sdr, unit);
	buf_printf(text, "%s%.6g%s%s", before, value, unit[0] == '\0' ? "" : " ", unit);
}

/* "at or above upper critical (95 degrees C, limit 90 degrees C)": table 29-6, what bytes 2 and 3 are. */
static void
say_limit(const struct ipmi_event *e, enum ipmi_limit limit, const struct ipmi_sdr *sdr, struct buf *text)
{
	size_t before;

	buf_printf(text, "%s, going %s", ipmi_limit_name(limit), (e->data[0] & 1) != 0 ? "high" : "low");
	if (sdr == NULL || !sdr->analog)
		return;
	buf_puts(text, " (");
	before = buf_view(text).n;
	if ((e->data[0] & 0xc0) == 0x40)
		say_value("", sdr, e->data[1], text);
	if ((e->data[0] & 0x30) == 0x10)
		say_value(buf_view(text).n > before ? ", limit " : "limit ", sdr, e->data[2], text);
	if (buf_view(text).n == before)
		buf_puts(text, "no value");
	buf_puts(text, ")");
}

static void
say_bytes(const uint8_t *p, size_t n, struct buf *text)
{
	char hex[2 * IPMI_EVENT_BYTES + 1];

	hex_encode(p, n, hex);
	buf_puts(text, hex);
}

static void
say_state(const struct ipmi_event *e, struct buf *text)
{
	const struct ipmi_state *state = ipmi_state(e->reading_type, e->sensor_type, e->data[0] & 0x0f);

	if (state != NULL) {
		buf_puts(text, state->text);
		return;
	}
	buf_printf(text, "event %u of type %02x/%02x, data ", e->data[0] & 0x0f, e->sensor_type, e->reading_type);
	say_bytes(e->data, sizeof(e->data), text);
}

static void
say_sensor(const struct ipmi_event *e, const struct ipmi_sdr *sdr, struct buf *text)
{
	const char *type = ipmi_sensor_type_name(e->sensor_type);

	if (sdr != NULL && sdr->name[0] != '\0')
		buf_printf(text, "%s: ", sdr->name);
	else if ((e->owner & 1) != 0) /* table 5-4: software, of the BIOS or the system */
		buf_printf(text, "%s (software %02x): ", type == NULL ? "sensor" : type, e->owner);
	else
		buf_printf(text, "%s %u: ", type == NULL ? "sensor" : type, e->number);
}

void
ipmi_event_say(const struct ipmi_event *e, const struct ipmi_sdr *sdr, struct buf *text)
{
	enum ipmi_limit limit;

	if (e->kind == IPMI_EVENT_SYSTEM) {
		say_sensor(e, sdr, text);
		if (limit_of(e, &limit))
			say_limit(e, limit, sdr, text);
		else
			say_state(e, text);
		buf_puts(text, e->asserted ? ", asserted" : ", deasserted");
	} else if (e->type >= OEM_TIMED && e->type < OEM_PLAIN) {
		buf_printf(text, "OEM record %02x of manufacturer %u: ", e->type, (unsigned)e->manufacturer);
		say_bytes(e->bytes + 10, 6, text);
	} else {
		buf_printf(text, "%s record %02x: ", e->type >= OEM_PLAIN ? "OEM" : "unknown", e->type);
		say_bytes(e->bytes + 3, 13, text);
	}
}

char *
ipmi_event_when(const struct ipmi_event *e, char out[TIMES_TEXT])
{
	if (e->has_time)
		return times_utc(e->at_ms, out);
	if (e->since_start_s >= 0)
		snprintf(out, TIMES_TEXT, "+%lld s", (long long)e->since_start_s);
	else
		snprintf(out, TIMES_TEXT, "no time");
	return out;
}
