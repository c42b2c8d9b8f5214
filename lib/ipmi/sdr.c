/* SPDX-License-Identifier: Apache-2.0 */
/* Sensor data records: IPMI v2.0 section 43. Numbers of bytes are the specification's, which begin at 1. */
#include <string.h>

#include "sensor.h"

#define HEADER 5         /* record id, version, type, length */

/* Where things stand in a record of each type; 0: it has none. */
static const struct layout {
	uint8_t type;
	uint8_t entity;      /* and the instance behind it */
	uint8_t sensor_type; /* and the event/reading type behind it */
	uint8_t share;
	uint8_t name;        /* the type/length byte: 43.15 */
	const char *too_short;
} layouts[] = {
    {IPMI_SDR_FULL, 9, 13, 0, 48, "a full sensor record has less than 48 bytes (section 43.1)"},
    {IPMI_SDR_COMPACT, 9, 13, 24, 32, "a compact sensor record has less than 32 bytes (section 43.2)"},
    {IPMI_SDR_EVENT_ONLY, 9, 11, 13, 17, "an event-only record has less than 17 bytes (section 43.3)"},
    {IPMI_SDR_DEVICE, 13, 0, 0, 16, "a device locator record has less than 16 bytes (section 43.7)"},
    {IPMI_SDR_FRU, 13, 0, 0, 16, "a FRU locator record has less than 16 bytes (section 43.8)"},
    {IPMI_SDR_CONTROLLER, 13, 0, 0, 16, "a controller locator record has less than 16 bytes (section 43.9)"},
};

static const struct layout *
layout_of(uint8_t type)
{
	for (size_t i = 0; i < LARCH_COUNT(layouts); i++)
		if (layouts[i].type == type)
			return &layouts[i];
	return NULL;
}

/* ---- names: section 43.15 -------------------------------------------------------------- */

struct name {
	char *p;
	size_t n;
};

static void
add(struct name *out, unsigned c)
{
	if (out->n < IPMI_NAME - 1)
		out->p[out->n++] = c >= 0x20 && c < 0x7f ? (char)c : '?';
}

static void
add_bcd(struct name *out, const uint8_t *p, size_t n)
{
	static const char digits[] = "0123456789 -.:,_";

	for (size_t i = 0; i < n; i++) {
		add(out, (unsigned char)digits[p[i] >> 4]);
		add(out, (unsigned char)digits[p[i] & 0x0f]);
	}
}

/* Four characters in three bytes, the first in the low bits. */
static void
add_packed(struct name *out, const uint8_t *p, size_t n)
{
	unsigned bits = 0;
	int have = 0;

	for (size_t i = 0; i < n; i++) {
		bits |= (unsigned)p[i] << have;
		for (have += 8; have >= 6; have -= 6) {
			add(out, 0x20 + (bits & 0x3f));
			bits >>= 6;
		}
	}
}

static void
add_plain(struct name *out, const uint8_t *p, size_t n, size_t step)
{
	for (size_t i = 0; i + step <= n && p[i] != 0; i += step)
		add(out, step == 2 && p[i + 1] != 0 ? 0 : p[i]);
}

/*
 * p[0] is the type/length byte; what the record has not of its name is no name. Blanks at its end are filling, but not in
 * the name of several, which is "DIMM " for DIMM A, DIMM B ...
 */
static void
read_name(struct ipmi_sdr *out, const uint8_t *p, size_t n)
{
	struct name name = {out->name, 0};
	size_t len = p[0] & 0x1f;

	if (len > n - 1)
		len = n - 1;
	switch (p[0] >> 6) {
	case 0: add_plain(&name, p + 1, len, 2); break; /* Unicode, low byte first */
	case 1: add_bcd(&name, p + 1, len); break;
	case 2: add_packed(&name, p + 1, len); break;
	default: add_plain(&name, p + 1, len, 1); break; /* ASCII and Latin 1 */
	}
	while (name.n > 0 && out->share == 1 && name.p[name.n - 1] == ' ')
		name.n--;
	name.p[name.n] = '\0';
}

/* ---- a record ------------------------------------------------------------------------------ */

/* `bits` bits with sign. */
static int
signed_of(unsigned v, int bits)
{
	return (int)v - ((v >> (bits - 1) & 1) != 0 ? 1 << bits : 0);
}

static uint8_t
at(const uint8_t *p, size_t byte)
{
	return p[byte - 1];
}

/* Bytes 19 to 42 of a full record: what its reading means. */
static void
read_formula(const uint8_t *p, struct ipmi_sdr *s)
{
	/* upper ones stand first in the record, and the worst of each: bytes 37 to 42 */
	static const uint8_t limits[IPMI_LIMIT_COUNT] = {[IPMI_LOWER_WARN] = 42, [IPMI_LOWER_CRITICAL] = 41,
	    [IPMI_LOWER_FATAL] = 40, [IPMI_UPPER_WARN] = 39, [IPMI_UPPER_CRITICAL] = 38, [IPMI_UPPER_FATAL] = 37};

	s->format = at(p, 21) >> 6;
	s->analog = s->format != 3;
	s->linear = at(p, 24) & 0x7f;
	s->m = signed_of(at(p, 25) | (unsigned)(at(p, 26) & 0xc0) << 2, 10);
	s->b = signed_of(at(p, 27) | (unsigned)(at(p, 28) & 0xc0) << 2, 10);
	s->k2 = signed_of(at(p, 30) >> 4, 4);
	s->k1 = signed_of(at(p, 30) & 0x0f, 4);
	if (s->reading_type != 0x01)
		return;
	s->has_limits = at(p, 19) & 0x3f;
	for (size_t i = 0; i < IPMI_LIMIT_COUNT; i++)
		s->limits[i] = at(p, limits[i]);
}

static void
read_share(const uint8_t *p, struct ipmi_sdr *s)
{
	if ((p[0] & 0x0f) > 1)
		s->share = p[0] & 0x0f;
	s->share_letters = (p[0] >> 4 & 3) == 1;
	s->share_instances = (p[1] & 0x80) != 0;
	s->share_first = p[1] & 0x7f;
}

int
ipmi_sdr_parse(const uint8_t *p, size_t n, struct ipmi_sdr *out, const char **why)
{
	const struct layout *l;

	*out = (struct ipmi_sdr){.share = 1};
	if (n < HEADER || n < (size_t)HEADER + p[4]) {
		*why = "a sensor data record is shorter than it says (section 43)";
		return -1;
	}
	n = (size_t)HEADER + p[4];
	out->id = (uint16_t)(p[0] | p[1] << 8);
	out->type = p[3];
	l = layout_of(out->type);
	if (l == NULL)
		return 1;
	if (n < l->name) {
		*why = l->too_short;
		return -1;
	}
	out->entity = at(p, l->entity);
	out->instance = at(p, l->entity + 1u);
	if (l->sensor_type != 0) {
		out->owner = at(p, 6);
		out->lun = at(p, 7) & 3;
		out->number = at(p, 8);
		out->sensor_type = at(p, l->sensor_type);
		out->reading_type = at(p, l->sensor_type + 1u) & 0x7f;
	}
	if (ipmi_sdr_is_sensor(out))
		memcpy(out->units, p + 20, sizeof(out->units));
	if (out->type == IPMI_SDR_FULL)
		read_formula(p, out);
	if (l->share != 0)
		read_share(p + l->share - 1, out);
	read_name(out, p + l->name - 1, n - l->name + 1);
	return 0;
}

bool
ipmi_sdr_is_sensor(const struct ipmi_sdr *s)
{
	return s->type == IPMI_SDR_FULL || s->type == IPMI_SDR_COMPACT;
}

/* ---- one record, several sensors: table 43-2, bytes 24 and 25 -------------------------------- */

/* A, B ... Z, AA, AB: at most two letters are ever needed for 127 + 15. */
static void
letters(char out[4], int n)
{
	char *p = out;

	if (n >= 26)
		*p++ = (char)('A' + (n / 26 - 1) % 26);
	*p++ = (char)('A' + n % 26);
	*p = '\0';
}

void
ipmi_sdr_member(const struct ipmi_sdr *s, int i, struct ipmi_sdr *out)
{
	char end[16];
	size_t n = strlen(s->name);

	*out = *s;
	out->share = 1;
	if (s->share <= 1)
		return;
	out->number = (uint8_t)(s->number + i);
	if (s->share_instances)
		out->instance = (uint8_t)((s->instance & 0x80) | ((s->instance + i) & 0x7f));
	if (s->share_letters)
		letters(end, s->share_first + i);
	else
		snprintf(end, sizeof(end), "%d", s->share_first + i);
	if (n + strlen(end) < sizeof(out->name))
		memcpy(out->name + n, end, strlen(end) + 1);
}

const struct ipmi_sdr *
ipmi_sdr_find(const struct ipmi_sdr *sdrs, size_t n, const uint8_t key[3], int *member_out)
{
	for (size_t i = 0; i < n; i++) {
		const struct ipmi_sdr *s = &sdrs[i];

		if (s->sensor_type == 0 || s->owner != key[0] || s->lun != key[1] || key[2] < s->number ||
		    key[2] - s->number >= s->share)
			continue;
		*member_out = key[2] - s->number;
		return s;
	}
	return NULL;
}
