/* SPDX-License-Identifier: Apache-2.0 */
/* ipmi: records, values, states, events, and the survey's walk through them, with BMCs that are functions. */
#include <math.h>

#include "ipmi/survey.h"
#include "t.h"

/* ---- records: made byte by byte, as table 43-1 numbers them ---------------------------------- */

struct record {
	uint8_t p[96];
	size_t n;
};

static struct record
record(uint8_t type, size_t name_at, uint8_t type_length, const void *name, size_t n)
{
	struct record r = {.n = name_at + n};

	r.p[0] = 7;
	r.p[2] = 0x51;
	r.p[3] = type;
	r.p[5] = 0x20;
	r.p[7] = 0x31;
	r.p[8] = 3;
	r.p[9] = 1;
	r.p[12] = 1;
	r.p[13] = 1;
	r.p[name_at - 1] = type_length;
	memcpy(r.p + name_at, name, n);
	r.p[4] = (uint8_t)(r.n - 5);
	return r;
}

static struct record
full(void)
{
	return record(IPMI_SDR_FULL, 48, 0xc4, "Temp", 4);
}

/* Reads exactly the bytes given: what is behind them belongs to ASan. */
static int
parse(const struct record *r, size_t n, struct ipmi_sdr *out)
{
	uint8_t *copy = malloc(n == 0 ? 1 : n);
	const char *why = "";
	int rc;

	memcpy(copy, r->p, n);
	rc = ipmi_sdr_parse(copy, n, out, &why);
	T_OK(rc != -1 || strstr(why, "section 43") != NULL);
	free(copy);
	return rc;
}

static void
t_a_full_record_is_read(void)
{
	struct record r = full();
	struct ipmi_sdr s;

	r.p[20] = 0x80 | 1 << 3;
	r.p[21] = 1;
	r.p[18] = 0x3f;
	memcpy(r.p + 36, (const uint8_t[]){95, 90, 85, 3, 5, 10}, 6);
	T_INT(parse(&r, r.n, &s), 0);
	T_STR(s.name, "Temp");
	T_INT(s.id, 7);
	T_INT(s.owner, 0x20);
	T_INT(s.number, 0x31);
	T_INT(s.entity, 3);
	T_INT(s.sensor_type, 1);
	T_INT(s.share, 1);
	T_OK(s.analog && s.format == 2 && ipmi_sdr_is_sensor(&s));
	T_INT(s.limits[IPMI_LOWER_WARN], 10);
	T_INT(s.limits[IPMI_LOWER_CRITICAL], 5);
	T_INT(s.limits[IPMI_LOWER_FATAL], 3);
	T_INT(s.limits[IPMI_UPPER_WARN], 85);
	T_INT(s.limits[IPMI_UPPER_CRITICAL], 90);
	T_INT(s.limits[IPMI_UPPER_FATAL], 95);
}

static void
t_records_that_are_too_short_are_refused(void)
{
	static const struct {
		uint8_t type;
		size_t name_at;
	} rows[] = {{IPMI_SDR_FULL, 48}, {IPMI_SDR_COMPACT, 32}, {IPMI_SDR_EVENT_ONLY, 17}, {IPMI_SDR_DEVICE, 16},
	    {IPMI_SDR_FRU, 16}, {IPMI_SDR_CONTROLLER, 16}};
	struct ipmi_sdr s;

	for (size_t i = 0; i < LARCH_COUNT(rows); i++) {
		struct record r = record(rows[i].type, rows[i].name_at, 0xc3, "abc", 3);

		T_INT(parse(&r, r.n, &s), 0);
		T_STR(s.name, "abc");
		for (size_t n = 0; n < r.n; n++)
			T_INT(parse(&r, n, &s), -1); /* it says that it is longer */
		for (size_t n = 5; n < rows[i].name_at; n++) {
			r.p[4] = (uint8_t)(n - 5);
			T_INT(parse(&r, n, &s), -1);
		}
	}
}

static void
t_a_record_of_no_use_is_told_from_a_broken_one(void)
{
	struct record r = record(0xc0, 16, 0xc0, "", 0);
	struct ipmi_sdr s;

	T_INT(parse(&r, r.n, &s), 1);
	T_INT(s.type, 0xc0);
}

static void
t_names_are_printable_in_all_four_codes(void)
{
	static const uint8_t packed[] = {0x29, 0xdc, 0xa6}; /* "IPMI", section 43.15's own example */
	struct record r = record(IPMI_SDR_FRU, 16, 0x83, packed, 3);
	struct ipmi_sdr s;

	T_INT(parse(&r, r.n, &s), 0);
	T_STR(s.name, "IPMI");
	r = record(IPMI_SDR_FRU, 16, 0x42, "\x12\xa3", 2);
	T_INT(parse(&r, r.n, &s), 0);
	T_STR(s.name, "12 3");
	r = record(IPMI_SDR_FRU, 16, 0x06, "A\0\x01\x02" "B\0", 6);
	T_INT(parse(&r, r.n, &s), 0);
	T_STR(s.name, "A?B");
	r = record(IPMI_SDR_FRU, 16, 0xc8, "a\x1b\xe4" "b  \0x", 8);
	T_INT(parse(&r, r.n, &s), 0);
	T_STR(s.name, "a??b");
	r = record(IPMI_SDR_FRU, 16, 0xdf, "ab", 2); /* it says 31 bytes and has two */
	T_INT(parse(&r, r.n, &s), 0);
	T_STR(s.name, "ab");
	r = record(IPMI_SDR_FRU, 16, 0x5f, "1234567890123456789012345678901", 31);
	T_INT(parse(&r, r.n, &s), 0);
	T_INT((int)strlen(s.name), 62);
}

static void
t_a_shared_record_names_its_sensors(void)
{
	struct record r = record(IPMI_SDR_COMPACT, 32, 0xc5, "DIMM ", 5);
	struct ipmi_sdr s, m;
	int member = -1;

	r.p[23] = 0x10 | 4;
	r.p[24] = 0x80 | 24;
	T_INT(parse(&r, r.n, &s), 0);
	T_INT(s.share, 4);
	ipmi_sdr_member(&s, 0, &m);
	T_STR(m.name, "DIMM Y");
	ipmi_sdr_member(&s, 3, &m);
	T_STR(m.name, "DIMM AB");
	T_INT(m.number, 0x34);
	T_INT(m.instance, 4);
	T_OK(ipmi_sdr_find(&s, 1, (const uint8_t[]){0x20, 0, 0x33}, &member) == &s && member == 2);
	T_OK(ipmi_sdr_find(&s, 1, (const uint8_t[]){0x20, 0, 0x35}, &member) == NULL);
	T_OK(ipmi_sdr_find(&s, 1, (const uint8_t[]){0x20, 1, 0x33}, &member) == NULL);
	r.p[23] = 3;
	r.p[24] = 5;
	T_INT(parse(&r, r.n, &s), 0);
	ipmi_sdr_member(&s, 2, &m);
	T_STR(m.name, "DIMM 7");
	T_INT(m.instance, 1);
}

/* ---- values ------------------------------------------------------------------------------------- */

static void
t_the_formula_has_signs_and_curves(void)
{
	static const struct {
		uint8_t format, linear;
		int m, b, k1, k2;
		uint8_t raw;
		double value;
	} rows[] = {
	    {0, 0, 1, 0, 0, 0, 200, 200},
	    {2, 0, 1, 0, 0, 0, 200, -56},
	    {1, 0, 1, 0, 0, 0, 0xfe, -1},
	    {1, 0, 1, 0, 0, 0, 0xff, 0},
	    {0, 0, 59, 0, 0, -3, 203, 11.977},
	    {0, 0, -5, 512, 0, 0, 10, 462},
	    {0, 0, 1, -10, 1, 0, 0, -100},
	    {0, 0, 1, 5, -1, 2, 1, 150},
	    {0, 7, 2, 0, 0, 0, 4, 0.125},
	    {0, 8, 1, 0, 0, 0, 12, 144},
	    {0, 9, 1, 0, 0, 0, 3, 27},
	    {0, 10, 1, 0, 0, 0, 144, 12},
	    {0, 11, 1, 0, 0, 0, 27, 3},
	    {0, 1, 1, 0, 0, 0, 1, 0},
	    {0, 2, 1, 0, 0, 0, 100, 2},
	    {0, 3, 1, 0, 0, 0, 32, 5},
	    {0, 4, 1, 0, 0, 0, 0, 1},
	    {0, 5, 1, 0, 0, 0, 3, 1000},
	    {0, 6, 1, 0, 0, 0, 10, 1024},
	};

	for (size_t i = 0; i < LARCH_COUNT(rows); i++) {
		struct ipmi_sdr s = {.analog = true, .format = rows[i].format, .linear = rows[i].linear, .m = rows[i].m,
		    .b = rows[i].b, .k1 = rows[i].k1, .k2 = rows[i].k2};
		double value = ipmi_sensor_value(&s, rows[i].raw);

		if (!T_OK(fabs(value - rows[i].value) < 1e-9))
			printf("# row %zu: %g, wanted %g\n", i, value, rows[i].value);
	}
}

static void
t_m_b_and_the_exponents_are_read_with_their_signs(void)
{
	struct record r = full();
	struct ipmi_sdr s;

	memcpy(r.p + 24, (const uint8_t[]){0x01, 0x80 | 0x15, 0xff, 0xc0 | 0x2a, 0x33, 0xd2}, 6);
	T_INT(parse(&r, r.n, &s), 0);
	T_INT(s.m, -511);
	T_INT(s.b, -1);
	T_INT(s.k2, -3);
	T_INT(s.k1, 2);
}

static void
t_what_has_no_value_has_none(void)
{
	struct ipmi_sdr s = {.analog = true, .linear = 7, .m = 1};

	T_OK(isnan(ipmi_sensor_value(&s, 0))); /* 1/0 */
	s.linear = 0x70;
	T_OK(isnan(ipmi_sensor_value(&s, 1)));
	s.linear = 10;
	s.m = -1;
	T_OK(isnan(ipmi_sensor_value(&s, 1)));
	s = (struct ipmi_sdr){.analog = true, .m = 0, .b = 0, .k1 = 3};
	T_OK(isnan(ipmi_sensor_value(&s, 7)));
	s = (struct ipmi_sdr){.analog = false, .m = 1};
	T_OK(isnan(ipmi_sensor_value(&s, 1)));
	s = (struct ipmi_sdr){.analog = true, .m = 1, .has_limits = 1 << IPMI_UPPER_CRITICAL, .limits = {1, 2, 3, 4, 90, 6}};
	T_OK(ipmi_sensor_limit(&s, IPMI_UPPER_CRITICAL) == 90 && isnan(ipmi_sensor_limit(&s, IPMI_UPPER_WARN)));
}

static void
t_units_are_put_together(void)
{
	static const struct {
		uint8_t units[3];
		const char *text;
	} rows[] = {{{0x00, 1, 0}, "degrees C"}, {{0x01, 0, 0}, "%"}, {{0x00, 18, 0}, "RPM"}, {{0x18, 70, 0}, "bytes/s"},
	    {{0x02, 17, 22}, "CFM/s"}, {{0x04, 4, 24}, "V x h"}, {{0x00, 92, 0}, "grams"}, {{0x00, 93, 0}, ""}, {{0xfe, 255, 255}, ""}};
	char out[IPMI_UNIT];

	for (size_t i = 0; i < LARCH_COUNT(rows); i++) {
		struct ipmi_sdr s = {0};

		memcpy(s.units, rows[i].units, 3);
		T_STR(ipmi_sensor_unit(&s, out), rows[i].text);
	}
}

/* ---- what a sensor says --------------------------------------------------------------------------- */

static struct ipmi_answer
answer(const void *data, size_t n)
{
	struct ipmi_answer a = {.outcome = IPMI_OK, .n = (uint8_t)n};

	memcpy(a.data, data, n);
	return a;
}

static enum ipmi_level
says(uint8_t reading_type, uint8_t sensor_type, const char *bytes, size_t n, char out[160])
{
	struct ipmi_sdr s = {.reading_type = reading_type, .sensor_type = sensor_type};
	struct ipmi_answer a = answer(bytes, n);
	struct buf text = BUF(159);
	struct ipmi_reading r;
	enum ipmi_level level;

	T_INT(ipmi_reading_parse(&a, &s, &r), 0);
	level = ipmi_sensor_says(&s, &r, &text);
	snprintf(out, 160, "%s", text.p == NULL ? "" : text.p);
	buf_free(&text);
	return level;
}

static void
t_states_and_thresholds_have_words_and_levels(void)
{
	static const struct {
		uint8_t reading_type, sensor_type;
		char bytes[5];
		size_t n;
		enum ipmi_level level;
		const char *text;
	} rows[] = {
	    {0x01, 0x01, "\x20\xc0\xc0", 3, IPMI_LEVEL_OK, ""},
	    {0x01, 0x01, "\x20\xc0\xc8", 3, IPMI_LEVEL_WARN, "at or above upper non-critical"},
	    {0x01, 0x01, "\x20\xc0\xd8", 3, IPMI_LEVEL_BAD, "at or above upper critical"},
	    {0x01, 0x04, "\x20\xc0\x03", 3, IPMI_LEVEL_BAD, "at or below lower critical"},
	    {0x01, 0x01, "\x20\xe0\xd8", 3, IPMI_LEVEL_UNKNOWN, ""},
	    {0x01, 0x01, "\x20\x80\xd8", 3, IPMI_LEVEL_UNKNOWN, ""},
	    {0x01, 0x01, "\x20\xc0", 2, IPMI_LEVEL_OK, ""},
	    {0x6f, 0x08, "\x00\xc0\x01\x80", 4, IPMI_LEVEL_OK, "present"},
	    {0x6f, 0x08, "\x00\xc0\x09\x80", 4, IPMI_LEVEL_BAD, "present, input lost"},
	    {0x6f, 0x07, "\x00\xc0\x80\x84", 4, IPMI_LEVEL_WARN, "present, throttled"},
	    {0x6f, 0x0c, "\x00\xc0\x42\x80", 4, IPMI_LEVEL_BAD, "uncorrectable ECC error, present"},
	    {0x6f, 0x0d, "\x00\xc0\x05\x80", 4, IPMI_LEVEL_WARN, "present, failure predicted"},
	    {0x6f, 0x05, "\x00\xc0\x01", 3, IPMI_LEVEL_WARN, "chassis open"},
	    {0x0b, 0x08, "\x00\xc0\x02", 3, IPMI_LEVEL_WARN, "redundancy lost"},
	    {0x6f, 0xc5, "\x00\xc0\x04", 3, IPMI_LEVEL_OK, "state 2 of type c5/6f"},
	};
	char out[160];

	for (size_t i = 0; i < LARCH_COUNT(rows); i++) {
		T_INT(says(rows[i].reading_type, rows[i].sensor_type, rows[i].bytes, rows[i].n, out), rows[i].level);
		T_STR(out, rows[i].text);
	}
}

static void
t_a_reading_of_one_byte_is_refused(void)
{
	struct ipmi_answer a = answer("\x20", 1);
	struct ipmi_sdr s = {0};
	struct ipmi_reading r;

	T_INT(ipmi_reading_parse(&a, &s, &r), -1);
	a = answer("\x20\xc0", 2);
	a.completion = 0xcb;
	T_INT(ipmi_reading_parse(&a, &s, &r), -1);
}

/* ---- events ------------------------------------------------------------------------------------------ */

static void
event_reads(const char *hex, const struct ipmi_sdr *sdr, const char *when, const char *text, enum ipmi_level level)
{
	struct buf b = BUF(1000);
	uint8_t p[IPMI_EVENT_BYTES];
	char time[TIMES_TEXT];
	struct ipmi_event e;

	T_INT(hex_decode(str_of(hex), p, sizeof(p)), 0);
	ipmi_event_parse(p, &e);
	ipmi_event_say(&e, sdr, &b);
	T_STR(b.p, text);
	T_STR(ipmi_event_when(&e, time), when);
	T_INT(ipmi_event_level(&e), level);
	buf_free(&b);
}

static void
t_events_are_told_in_words(void)
{
	struct ipmi_sdr temp = {.analog = true, .m = 1, .units = {0, 1, 0}, .name = "CPU1 Temp"};

	event_reads("0100023cbb556920000401020159" "5f5a", &temp, "2026-01-01T00:09:32Z",
	    "CPU1 Temp: upper critical, going high (95 degrees C, limit 90 degrees C), asserted", IPMI_LEVEL_BAD);
	event_reads("0100023cbb556920000401028159" "5f5a", NULL, "2026-01-01T00:09:32Z",
	    "temperature 2: upper critical, going high, deasserted", IPMI_LEVEL_OK);
	event_reads("0200024b00000020000408206f03ffff", NULL, "+75 s", "power supply 32: input lost, asserted", IPMI_LEVEL_BAD);
	event_reads("020002ffffffff410004200a6f030000", NULL, "no time",
	    "stop of the system (software 41): graceful shutdown, asserted", IPMI_LEVEL_OK);
	event_reads("0300c03cbb5569feff0f010203040506", NULL, "2026-01-01T00:09:32Z",
	    "OEM record c0 of manufacturer 1048574: 010203040506", IPMI_LEVEL_UNKNOWN);
	event_reads("0400e00102030405060708090a0b0c0d", NULL, "no time", "OEM record e0: 0102030405060708090a0b0c0d",
	    IPMI_LEVEL_UNKNOWN);
	event_reads("040000000102030405060708090a0b0c", NULL, "no time", "unknown record 00: 000102030405060708090a0b0c",
	    IPMI_LEVEL_UNKNOWN);
	event_reads("0100023cbb5569200004d0027f0f0102", NULL, "2026-01-01T00:09:32Z",
	    "sensor 2: event 15 of type d0/7f, data 0f0102, asserted", IPMI_LEVEL_UNKNOWN);
	event_reads("0100023cbb556920000401020" "10f0102", NULL, "2026-01-01T00:09:32Z",
	    "temperature 2: event 15 of type 01/01, data 0f0102, asserted", IPMI_LEVEL_UNKNOWN);
}

/* ---- the other commands ----------------------------------------------------------------------------------- */

static void
t_device_id_and_watts_are_read(void)
{
	struct ipmi_answer a = answer("\x20\x81\x83\x42\x02\xbf\x7c\x2a\x00\x34\x12\x00\x00\x00\x00", 15);
	struct ipmi_device d;
	struct ipmi_power p;

	T_INT(ipmi_device_parse(&a, &d), 0);
	T_INT(d.manufacturer, 10876);
	T_STR(ipmi_maker(d.manufacturer), "Supermicro");
	T_OK(ipmi_maker(1) == NULL);
	T_INT(d.product, 0x1234);
	T_INT(d.firmware_major, 3);
	T_INT(d.firmware_minor, 42);
	T_OK(d.updating && d.device_sdrs && d.sdr_repository && d.ipmi_major == 2 && d.ipmi_minor == 0);
	a.n = 10;
	T_INT(ipmi_device_parse(&a, &d), -1);
	a = answer("\xdc\x36\x01\x9b\x00\x83\x01\x17\x01\x00\x00\x00\x00\x60\xea\x00\x00\x40", 18);
	T_INT(ipmi_power_parse(&a, &p), 0);
	T_OK(p.watts == 310 && p.min == 155 && p.max == 387 && p.average == 279 && p.period_ms == 60000 && p.active);
	a.n = 17;
	T_INT(ipmi_power_parse(&a, &p), -1);
	a.n = 18;
	a.data[0] = 0xdd;
	T_INT(ipmi_power_parse(&a, &p), -1);
}

static void
t_commands_have_the_bytes_of_the_specification(void)
{
	struct ipmi_command c = ipmi_identify(0);

	T_OK(c.netfn == 0 && c.cmd == 0x04 && c.n == 1 && c.data[0] == 0 && !c.once);
	c = ipmi_identify(20);
	T_OK(c.n == 1 && c.data[0] == 20);
	c = ipmi_identify(IPMI_IDENTIFY_ON);
	T_OK(c.n == 2 && c.data[1] == 1);
	c = ipmi_boot_set(IPMI_BOOT_BIOS, true);
	T_OK(c.cmd == 0x08 && c.n == 6 && c.data[1] == 0xa0 && c.data[2] == 0x18);
	c = ipmi_boot_set(IPMI_BOOT_DISK, false);
	T_OK(c.data[1] == 0x80 && c.data[2] == 0x08);
	c = ipmi_power_read();
	T_OK(c.netfn == 0x2c && c.cmd == 0x02 && c.n == 4 && c.data[0] == 0xdc && c.data[1] == 1 && c.harmless);
}

/* ---- the walk, with BMCs that never end --------------------------------------------------------------------- */

typedef void bmc_fn(const struct ipmi_command *c, struct ipmi_answer *a);

/* Asks until the survey is satisfied: how many commands that took. */
static int
survey(struct ipmi_survey *s, bmc_fn *bmc)
{
	struct ipmi_command c;
	int n = 0;

	for (bool more = ipmi_survey_first(s, &c); more && n < 100000; n++) {
		struct ipmi_answer a = {.outcome = IPMI_OK};

		bmc(&c, &a);
		more = ipmi_survey_next(s, &a, &c);
	}
	T_OK(n < 100000);
	return n;
}

static void
give(struct ipmi_answer *a, const void *p, size_t n)
{
	memcpy(a->data + a->n, p, n);
	a->n = (uint8_t)(a->n + n);
}

/* Its repository has 65535 records and each names the next; its log has 65535 entries that cannot be counted back. */
static void
endless(const struct ipmi_command *c, struct ipmi_answer *a)
{
	unsigned id = (unsigned)c->data[2] | (unsigned)c->data[3] << 8, next = (id + 3) & 0xffff;
	struct record r = full();
	uint8_t bytes[2] = {(uint8_t)next, (uint8_t)(next >> 8)};

	if (c->cmd == 0x20 || c->cmd == 0x40) {
		give(a, "\x51\xff\xff\0\0\0\0\0\0\0\0\0\0\0", 14);
	} else if (c->cmd == 0x22) {
		give(a, "\1\0", 2);
	} else if (c->cmd == 0x43) {
		give(a, bytes, 2);
		give(a, "\0\0\2\0\0\0\0\x20\0\4\1\2\1\x59\x5f\x5a", 16);
		if (id == 0xffff)
			a->data[2] = 0x99;
	} else {
		give(a, bytes, 2);
		give(a, r.p + c->data[4], c->data[5]);
	}
}

static void
t_a_repository_and_a_log_without_end_are_left(void)
{
	struct ipmi_survey *s = ipmi_survey_create(IPMI_ASK_EVENTS | IPMI_ASK_NAMES, 100);
	const struct ipmi_seen *seen = ipmi_survey_seen(s);

	(void)survey(s, endless);
	T_INT((int)seen->n_events, 100);
	T_INT(seen->events_part.state, IPMI_PART_PARTIAL);
	T_OK(strstr(seen->events_part.text, "too long") != NULL);
	T_INT((int)seen->n_sdrs, LIMIT_IPMI_SDRS);
	T_INT(seen->names_part.state, IPMI_PART_PARTIAL);
	T_STR(seen->names_part.text, "1024 records: there are too many");
	ipmi_survey_destroy(s);
}

static void
refuses(const struct ipmi_command *c, struct ipmi_answer *a)
{
	(void)c;
	a->completion = 0xc1;
}

static void
t_a_bmc_that_knows_nothing_is_told_so(void)
{
	struct ipmi_survey *s = ipmi_survey_create(IPMI_ASK_ALL, 10);
	const struct ipmi_seen *seen = ipmi_survey_seen(s);

	T_INT(survey(s, refuses), 5);
	T_INT(seen->device_part.state, IPMI_PART_MISSING);
	T_INT(seen->power_part.state, IPMI_PART_MISSING);
	T_STR(seen->power_part.text, "it does not know DCMI");
	T_INT(seen->events_part.state, IPMI_PART_MISSING);
	T_INT(seen->sensors_part.state, IPMI_PART_MISSING);
	T_STR(seen->sensors_part.text, "no sensor data records: invalid command");
	ipmi_survey_destroy(s);
}

static void
says_nothing(const struct ipmi_command *c, struct ipmi_answer *a)
{
	(void)c;
	(void)a;
}

static void
t_empty_answers_are_partial_and_cite_the_section(void)
{
	struct ipmi_survey *s = ipmi_survey_create(IPMI_ASK_ALL, 10);
	const struct ipmi_seen *seen = ipmi_survey_seen(s);

	T_INT(survey(s, says_nothing), 4);
	T_OK(seen->device_part.state == IPMI_PART_PARTIAL && strstr(seen->device_part.text, "20.1") != NULL);
	T_OK(seen->power_part.state == IPMI_PART_PARTIAL && strstr(seen->power_part.text, "6.6.1") != NULL);
	T_OK(seen->events_part.state == IPMI_PART_PARTIAL && strstr(seen->events_part.text, "31.2") != NULL);
	T_OK(seen->names_part.state == IPMI_PART_PARTIAL && strstr(seen->names_part.text, "33.9") != NULL);
	T_INT(seen->sensors_part.state, IPMI_PART_PARTIAL);
	ipmi_survey_destroy(s);
	ipmi_survey_destroy(NULL);
}

/* An empty repository, one record in the device; Reserve is not known there. */
static void
empty_repository(const struct ipmi_command *c, struct ipmi_answer *a)
{
	struct record r = full();

	if (c->netfn == 0x0a)
		give(a, "\x51\0\0\0\0\0\0\0\0\0\0\0\0\0", 14);
	else if (c->cmd == 0x20)
		give(a, "\1\1", 2);
	else if (c->cmd == 0x22)
		a->completion = 0xc1;
	else if (c->cmd == 0x2d)
		give(a, "\x2a\xc0\xc0", 3);
	else {
		T_OK(c->data[0] == 0 && c->data[1] == 0);
		give(a, "\xff\xff", 2);
		give(a, r.p + c->data[4], c->data[5]);
	}
}

static void
t_an_empty_repository_is_not_the_end(void)
{
	struct ipmi_survey *s = ipmi_survey_create(IPMI_ASK_SENSORS, 0);
	const struct ipmi_seen *seen = ipmi_survey_seen(s);

	(void)survey(s, empty_repository);
	T_INT(seen->sensors_part.state, IPMI_PART_WHOLE);
	T_INT((int)seen->n_sensors, 1);
	T_STR(seen->sensors[0].sdr.name, "Temp");
	T_OK(seen->sensors[0].reading.known && seen->sensors[0].reading.raw == 0x2a);
	ipmi_survey_destroy(s);
}

static void
t_nothing_asked_is_nothing(void)
{
	struct ipmi_survey *s = ipmi_survey_create(0, 10);
	struct ipmi_command c;

	T_OK(!ipmi_survey_first(s, &c));
	T_INT(ipmi_survey_seen(s)->sensors_part.state, IPMI_PART_NOT_ASKED);
	ipmi_survey_destroy(s);
}

T_MAIN(T(t_a_full_record_is_read), T(t_records_that_are_too_short_are_refused), T(t_a_record_of_no_use_is_told_from_a_broken_one),
    T(t_names_are_printable_in_all_four_codes), T(t_a_shared_record_names_its_sensors), T(t_the_formula_has_signs_and_curves),
    T(t_m_b_and_the_exponents_are_read_with_their_signs), T(t_what_has_no_value_has_none), T(t_units_are_put_together),
    T(t_states_and_thresholds_have_words_and_levels), T(t_a_reading_of_one_byte_is_refused), T(t_events_are_told_in_words),
    T(t_device_id_and_watts_are_read), T(t_commands_have_the_bytes_of_the_specification),
    T(t_a_repository_and_a_log_without_end_are_left), T(t_a_bmc_that_knows_nothing_is_told_so),
    T(t_empty_answers_are_partial_and_cite_the_section), T(t_an_empty_repository_is_not_the_end),
    T(t_nothing_asked_is_nothing))
