/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "times.h"

static int64_t
clock_ms(clockid_t id)
{
	struct timespec t;

	clock_gettime(id, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

int64_t
times_now(void)
{
	return clock_ms(CLOCK_REALTIME);
}

int64_t
times_boot(void)
{
	return clock_ms(CLOCK_BOOTTIME);
}

/* Whole seconds and the milliseconds above them; ms may be negative. */
static time_t
seconds(int64_t ms, int *rest)
{
	int64_t s = ms / 1000, r = ms % 1000;

	if (r < 0) {
		r += 1000;
		s--;
	}
	*rest = (int)r;
	return (time_t)s;
}

/* ---- writing: a page has thousands of times, so no strftime ---------------------------------- */

static char *
put_digits(char *p, int64_t v, int n)
{
	for (int i = n - 1; i >= 0; i--, v /= 10)
		p[i] = (char)('0' + v % 10);
	return p + n;
}

#define DAY 86400
#define YEARS_FROM INT64_C(-62135596800) /* the year 1, and the end of 9999: what has four digits */
#define YEARS_TO INT64_C(253402300799)

/* "2026-11-20", `gap`, "21:38:05" of seconds since 1970. The days of a year counted from March, as leap days come last. */
static char *
put_date(char *p, int64_t s, char gap)
{
	int64_t days = (s - YEARS_FROM) / DAY + 306; /* since March 1 of the year 0 */
	int64_t era = days / 146097, of_era = days % 146097;
	int64_t year = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
	int64_t of_year = of_era - (365 * year + year / 4 - year / 100), m = (5 * of_year + 2) / 153;
	int64_t day = of_year - (153 * m + 2) / 5 + 1, second = (s - YEARS_FROM) % DAY;

	p = put_digits(p, 400 * era + year + (m >= 10 ? 1 : 0), 4);
	*p++ = '-';
	p = put_digits(p, m < 10 ? m + 3 : m - 9, 2);
	*p++ = '-';
	p = put_digits(p, day, 2);
	*p++ = gap;
	p = put_digits(p, second / 3600, 2);
	*p++ = ':';
	p = put_digits(p, second / 60 % 60, 2);
	*p++ = ':';
	return put_digits(p, second % 60, 2);
}

char *
times_utc(int64_t ms, char out[TIMES_TEXT])
{
	int rest;
	time_t t = seconds(ms, &rest);
	char *p;

	if (t < YEARS_FROM || t > YEARS_TO) {
		snprintf(out, TIMES_TEXT, "unknown");
		return out;
	}
	p = put_date(out, t, 'T');
	if (rest != 0) {
		*p++ = '.';
		p = put_digits(p, rest, 3);
	}
	*p++ = 'Z';
	*p = '\0';
	return out;
}

/* How far the room's clock is from UTC, s; it changes at whole quarters of an hour, so one of them has one. */
static bool
offset_of(time_t t, int64_t *out)
{
	static _Thread_local int64_t quarter = INT64_MIN, offset;
	struct tm tm = {0};

	if (t / 900 != quarter) {
		if (localtime_r(&t, &tm) == NULL)
			return false;
		quarter = t / 900;
		offset = tm.tm_gmtoff;
	}
	*out = offset;
	return true;
}

static char *
local(int64_t ms, bool date, char out[TIMES_TEXT])
{
	int64_t offset;
	int rest;
	time_t t = seconds(ms, &rest);
	char *p, whole[TIMES_TEXT];

	if (t < YEARS_FROM + DAY || t > YEARS_TO - DAY || !offset_of(t, &offset)) {
		snprintf(out, TIMES_TEXT, "unknown");
		return out;
	}
	p = put_date(date ? out : whole, t + offset, ' ');
	if (!date) {
		*p = '\0';
		memcpy(out, p - 8, 9); /* "22:38:05" */
		return out;
	}
	*p++ = ' ';
	*p++ = offset < 0 ? '-' : '+';
	offset = offset < 0 ? -offset : offset;
	p = put_digits(p, offset / 3600, 2);
	*p++ = ':';
	p = put_digits(p, offset / 60 % 60, 2);
	*p = '\0';
	return out;
}

char *
times_room(int64_t ms, char out[TIMES_TEXT])
{
	return local(ms, true, out);
}

char *
times_clock(int64_t ms, char out[TIMES_TEXT])
{
	return local(ms, false, out);
}

/* "12 s", by hand: pages are full of them. */
static void
put_number(int64_t n, const char *unit, char out[TIMES_TEXT])
{
	char digits[24], *p = digits + sizeof(digits);
	size_t len;

	do {
		*--p = (char)('0' + n % 10);
		n /= 10;
	} while (n > 0);
	len = (size_t)(digits + sizeof(digits) - p);
	memcpy(out, p, len);
	out[len] = ' ';
	memcpy(out + len + 1, unit, strlen(unit) + 1);
}

char *
times_age(int64_t span_ms, char out[TIMES_TEXT])
{
	static const struct {
		int64_t below, unit;
		const char *name;
	} rows[] = {
	    {120, 1, "s"}, {7200, 60, "min"}, {172800, 3600, "h"}, {INT64_MAX, 86400, "d"},
	};
	int64_t s = span_ms < 0 ? 0 : span_ms / 1000;

	for (size_t i = 0; i < LARCH_COUNT(rows); i++)
		if (s < rows[i].below) {
			put_number(s / rows[i].unit, rows[i].name, out);
			break;
		}
	return out;
}

/* The unit at the front of s, in ms, and how many bytes it takes; 0 none. */
static int64_t
unit_ms(struct str s, size_t *bytes)
{
	static const struct {
		const char *name;
		int64_t ms;
	} rows[] = {{"ms", 1}, {"s", 1000}, {"m", 60000}, {"h", 3600000}, {"d", 86400000}};

	for (size_t i = 0; i < LARCH_COUNT(rows); i++)
		if (str_starts(s, rows[i].name)) {
			*bytes = strlen(rows[i].name);
			return rows[i].ms;
		}
	return 0;
}

int
times_duration(struct str s, int64_t *ms_out, struct err *e)
{
	int64_t total = 0, v;
	size_t i = 0, from, bytes = 0;

	while (i < s.n) {
		int64_t unit;

		for (from = i; i < s.n && s.p[i] >= '0' && s.p[i] <= '9'; i++)
			;
		unit = unit_ms((struct str){s.p + i, s.n - i}, &bytes);
		if (unit == 0 || str_int((struct str){s.p + from, i - from}, 0, 1000000, &v) != 0)
			goto bad;
		total += v * unit;
		i += bytes;
	}
	if (total <= 0 || total > (int64_t)3650 * 86400000)
		goto bad;
	*ms_out = total;
	return 0;
bad:
	return err_set(e, ERR_INPUT, "'%.*s' is not a duration; write it as 500ms, 30s, 15m, 2h, 8h30m or 1d",
	    (int)(s.n > 64 ? 64 : s.n), s.p == NULL ? "" : s.p);
}

static int
digits(const char *p, int n, int min, int max, int *out)
{
	int64_t v;

	if (str_int((struct str){p, (size_t)n}, min, max, &v) != 0 || p[0] == '-')
		return -1;
	*out = (int)v;
	return 0;
}

/* The offset after the seconds: "Z", "+01:00", "-03:30", in seconds. */
static int
offset(struct str s, int *out)
{
	int h, m;

	if (s.n == 1 && (s.p[0] == 'Z' || s.p[0] == 'z')) {
		*out = 0;
		return 0;
	}
	if (s.n != 6 || (s.p[0] != '+' && s.p[0] != '-') || s.p[3] != ':')
		return -1;
	if (digits(s.p + 1, 2, 0, 23, &h) != 0 || digits(s.p + 4, 2, 0, 59, &m) != 0)
		return -1;
	*out = (h * 60 + m) * 60 * (s.p[0] == '-' ? -1 : 1);
	return 0;
}

int
times_parse(struct str s, int64_t *ms_out, struct err *e)
{
	struct tm tm = {0}, day;
	int year, month, off, ms = 0, scale = 100;
	size_t i = 19;

	if (s.n < 20 || s.n > 40 || s.p[4] != '-' || s.p[7] != '-' || s.p[13] != ':' || s.p[16] != ':' ||
	    (s.p[10] != 'T' && s.p[10] != 't' && s.p[10] != ' '))
		goto bad;
	if (digits(s.p, 4, 1970, 9999, &year) != 0 || digits(s.p + 5, 2, 1, 12, &month) != 0 ||
	    digits(s.p + 8, 2, 1, 31, &tm.tm_mday) != 0 || digits(s.p + 11, 2, 0, 23, &tm.tm_hour) != 0 ||
	    digits(s.p + 14, 2, 0, 59, &tm.tm_min) != 0 || digits(s.p + 17, 2, 0, 60, &tm.tm_sec) != 0)
		goto bad;
	if (s.p[i] == '.')
		for (i++; i < s.n && s.p[i] >= '0' && s.p[i] <= '9'; i++) {
			ms += (s.p[i] - '0') * scale;
			scale /= 10;
		}
	if (offset((struct str){s.p + i, s.n - i}, &off) != 0)
		goto bad;
	tm.tm_year = year - 1900;
	tm.tm_mon = month - 1;
	day = (struct tm){.tm_year = tm.tm_year, .tm_mon = tm.tm_mon, .tm_mday = tm.tm_mday};
	if (timegm(&day) < 0 || day.tm_mon != tm.tm_mon) /* a 30th of February becomes the 2nd of March */
		goto bad;
	*ms_out = ((int64_t)timegm(&tm) - off) * 1000 + ms;
	return 0;
bad:
	return err_set(e, ERR_INPUT, "'%.*s' is not a time; write it as 2026-11-20T21:38:05Z (RFC 3339)",
	    (int)(s.n > 64 ? 64 : s.n), s.p == NULL ? "" : s.p);
}

/* "22:00": -1, no such clock time. */
static int
last_clock(struct str s, int64_t now_ms, int64_t *out)
{
	struct str minutes = s, hours = str_cut(&minutes, ':');
	time_t now = (time_t)(now_ms / 1000), then;
	int64_t h, m;
	struct tm tm;

	if (hours.n == 0 || hours.n > 2 || str_int(hours, 0, 23, &h) != 0 || minutes.n != 2 ||
	    str_int(minutes, 0, 59, &m) != 0 || localtime_r(&now, &tm) == NULL)
		return -1;
	tm.tm_hour = (int)h;
	tm.tm_min = (int)m;
	tm.tm_sec = 0;
	tm.tm_isdst = -1;
	then = mktime(&tm);
	if (then > now) {
		tm.tm_mday--;
		tm.tm_isdst = -1;
		then = mktime(&tm);
	}
	*out = (int64_t)then * 1000;
	return 0;
}

int
times_when(struct str s, int64_t now, int64_t *ms_out, struct err *e)
{
	int64_t span;

	if (str_is(s, "now")) {
		*ms_out = now;
		return 0;
	}
	if (str_starts(s, "-")) {
		if (times_duration((struct str){s.p + 1, s.n - 1}, &span, e) != 0)
			return -1;
		*ms_out = now - span;
		return 0;
	}
	if (last_clock(s, now, ms_out) == 0 || times_parse(s, ms_out, NULL) == 0)
		return 0;
	return err_set(e, ERR_INPUT, "\"%.*s\" is no time; write now, -2h, 22:00 or 2026-11-20T21:00:00Z",
	    (int)(s.n > 64 ? 64 : s.n), s.p == NULL ? "" : s.p);
}

/* A clock time within the day to come; two hours more where a day has twenty-five. */
static int
next_clock(struct str s, int64_t now, int64_t *out)
{
	const int64_t day = INT64_C(86400000);

	if (last_clock(s, now + day, out) != 0)
		return -1;
	return *out > now ? 0 : last_clock(s, now + day + day / 12, out);
}

int
times_next(struct str s, int64_t now, int64_t *ms_out, struct err *e)
{
	int64_t span;

	if (next_clock(s, now, ms_out) != 0 && times_parse(s, ms_out, NULL) != 0) {
		if (times_duration(s, &span, NULL) != 0)
			return err_set(e, ERR_INPUT, "\"%.*s\" is no time to come; write 05:00, 8h or 2026-11-21T05:00:00Z",
			    (int)(s.n > 64 ? 64 : s.n), s.p == NULL ? "" : s.p);
		*ms_out = now + span;
	}
	if (*ms_out <= now)
		return err_set(e, ERR_INPUT, "\"%.*s\" has passed already", (int)s.n, s.p);
	return 0;
}
