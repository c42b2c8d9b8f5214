/* SPDX-License-Identifier: Apache-2.0 */
/* What the byte of a sensor means: its value, its unit, how bad it is. */
#include <math.h>
#include <string.h>

#include "sensor.h"

#define NETFN_SENSOR 0x04
#define THRESHOLDS 0x01 /* event/reading type: table 42-1 */

struct ipmi_command
ipmi_reading_ask(uint8_t number)
{
	return (struct ipmi_command){.netfn = NETFN_SENSOR, .cmd = 0x2d, .data = {number}, .n = 1, .privilege = 2,
	    .harmless = true};
}

int
ipmi_reading_parse(const struct ipmi_answer *a, const struct ipmi_sdr *sdr, struct ipmi_reading *out)
{
	if (a->outcome != IPMI_OK || a->completion != 0 || a->n < 2)
		return -1;
	*out = (struct ipmi_reading){
	    .known = (a->data[1] & 0x40) != 0 && (a->data[1] & 0x20) == 0, /* it scans; what it has is valid */
	    .raw = a->data[0],
	};
	if (a->n >= 3)
		out->states = a->data[2];
	if (sdr->reading_type == THRESHOLDS)
		out->states &= 0x3f; /* the other bits are reserved, and returned as 1 */
	else if (a->n >= 4)
		out->states |= (uint16_t)((a->data[3] & 0x7f) << 8);
	return 0;
}

/* ---- the formula: section 36.3 ------------------------------------------------------------- */

static double
identity(double x)
{
	return x;
}

static double
power_of_10(double x)
{
	return pow(10, x);
}

static double
inverse(double x)
{
	return 1 / x;
}

static double
square(double x)
{
	return x * x;
}

static double
cube(double x)
{
	return x * x * x;
}

/* Table 43-1, byte 24. */
static double (*const curves[])(double) = {identity, log, log10, log2, exp, power_of_10, exp2, inverse, square, cube, sqrt,
    cbrt};

static int
number_of(uint8_t raw, uint8_t format)
{
	if (format == 0 || raw < 0x80)
		return raw;
	return format == 1 ? raw - 0xff : raw - 0x100;
}

double
ipmi_sensor_value(const struct ipmi_sdr *s, uint8_t raw)
{
	double x, y;

	if (!s->analog || s->linear >= LARCH_COUNT(curves) || (s->m == 0 && s->b == 0))
		return NAN; /* the last: a discrete sensor in a full record, whose formula was left empty */
	x = number_of(raw, s->format);
	y = curves[s->linear]((s->m * x + s->b * pow(10, s->k1)) * pow(10, s->k2));
	return isfinite(y) ? y : NAN;
}

double
ipmi_sensor_limit(const struct ipmi_sdr *s, enum ipmi_limit which)
{
	if ((s->has_limits >> which & 1) == 0)
		return NAN;
	return ipmi_sensor_value(s, s->limits[which]);
}

/* ---- units: table 43-15 and bytes 21 to 23 of table 43-1 ------------------------------------- */

static const char *const units[] = {"", "degrees C", "degrees F", "K", "V", "A", "W", "J", "C", "VA", "nits", "lm", "lx",
    "cd", "kPa", "psi", "N", "CFM", "RPM", "Hz", "us", "ms", "s", "min", "h", "days", "weeks", "mil", "in", "ft", "cu in",
    "cu ft", "mm", "cm", "m", "cu cm", "cu m", "l", "fl oz", "rad", "sr", "revolutions", "cycles", "g", "oz", "lb", "ft-lb",
    "oz-in", "gauss", "gilberts", "H", "mH", "F", "uF", "ohms", "S", "mol", "Bq", "ppm", "", "dB", "dBA", "dBC", "Gy", "Sv",
    "K color", "bits", "kbit", "Mbit", "Gbit", "bytes", "kB", "MB", "GB", "words", "dwords", "qwords", "lines", "hits",
    "misses", "retries", "resets", "overruns", "underruns", "collisions", "packets", "messages", "characters", "errors",
    "correctable errors", "uncorrectable errors", "fatal errors", "grams"};

static const char *
unit(uint8_t number)
{
	return number < LARCH_COUNT(units) ? units[number] : "";
}

char *
ipmi_sensor_unit(const struct ipmi_sdr *s, char out[IPMI_UNIT])
{
	static const char *const joins[4] = {NULL, "/", " x ", NULL};
	static const char *const rates[8] = {"", "/us", "/ms", "/s", "/min", "/h", "/day", ""};
	const char *join = joins[s->units[0] >> 1 & 3];

	snprintf(out, IPMI_UNIT, "%s%s%s%s%s", (s->units[0] & 1) != 0 ? "%" : "",
	    unit(s->units[1]), join == NULL ? "" : join, join == NULL ? "" : unit(s->units[2]), rates[s->units[0] >> 3 & 7]);
	return out;
}

/* ---- how bad it is ------------------------------------------------------------------------------ */

const char *
ipmi_level_name(enum ipmi_level level)
{
	static const char *const names[] = {[IPMI_LEVEL_OK] = "ok", [IPMI_LEVEL_WARN] = "warn", [IPMI_LEVEL_BAD] = "bad",
	    [IPMI_LEVEL_UNKNOWN] = "unknown"};

	return names[level];
}

const char *
ipmi_limit_name(enum ipmi_limit which)
{
	static const char *const names[IPMI_LIMIT_COUNT] = {
	    [IPMI_LOWER_WARN] = "lower non-critical",
	    [IPMI_LOWER_CRITICAL] = "lower critical",
	    [IPMI_LOWER_FATAL] = "lower non-recoverable",
	    [IPMI_UPPER_WARN] = "upper non-critical",
	    [IPMI_UPPER_CRITICAL] = "upper critical",
	    [IPMI_UPPER_FATAL] = "upper non-recoverable",
	};

	return names[which];
}

/* Of the thresholds passed, the worst: a sensor that is above critical is above non-critical too. */
static enum ipmi_level
thresholds_say(uint16_t states, struct buf *text)
{
	static const enum ipmi_limit worst_first[] = {IPMI_UPPER_FATAL, IPMI_LOWER_FATAL, IPMI_UPPER_CRITICAL,
	    IPMI_LOWER_CRITICAL, IPMI_UPPER_WARN, IPMI_LOWER_WARN};

	for (size_t i = 0; i < LARCH_COUNT(worst_first); i++) {
		enum ipmi_limit l = worst_first[i];

		if ((states >> l & 1) == 0)
			continue;
		buf_printf(text, "at or %s %s", l < IPMI_UPPER_WARN ? "below" : "above", ipmi_limit_name(l));
		return i < 4 ? IPMI_LEVEL_BAD : IPMI_LEVEL_WARN;
	}
	return IPMI_LEVEL_OK;
}

enum ipmi_level
ipmi_sensor_says(const struct ipmi_sdr *s, const struct ipmi_reading *r, struct buf *text)
{
	enum ipmi_level level = IPMI_LEVEL_OK;
	bool first = true;

	if (!r->known)
		return IPMI_LEVEL_UNKNOWN;
	if (s->reading_type == THRESHOLDS)
		return thresholds_say(r->states, text);
	for (uint8_t i = 0; i < 15; i++) {
		const struct ipmi_state *state;

		if ((r->states >> i & 1) == 0)
			continue;
		state = ipmi_state(s->reading_type, s->sensor_type, i);
		buf_puts(text, first ? "" : ", ");
		if (state == NULL)
			buf_printf(text, "state %u of type %02x/%02x", i, s->sensor_type, s->reading_type);
		else
			buf_puts(text, state->text);
		if (state != NULL && state->level > level)
			level = state->level;
		first = false;
	}
	return level;
}
