/* SPDX-License-Identifier: Apache-2.0 */
/* What happened, as somebody reads it on a telephone at night: the headline first, then who, folded. */
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <openssl/evp.h>

#include "tell.h"

/* How an event is counted and headed. */
static const struct {
	const char *one, *many;
} words[CONF_EVENT_COUNT] = {
    [CONF_NODE_DIED] = {"node died", "nodes died"},
    [CONF_NODE_BACK] = {"node is back", "nodes are back"},
    [CONF_LEVEL] = {"check went bad", "checks went bad"},
    [CONF_JOB_PARTIAL] = {"power job did not end well", "power jobs did not end well"},
    [CONF_BREAK_GLASS] = {"break-glass login", "break-glass logins"},
    [CONF_JOURNAL_BROKEN] = {"fault of the journal", "faults of the journal"},
    [CONF_LARCHD_RESTARTED] = {"start of larchd", "starts of larchd"},
};

/* What a person must see first: the order of the headline. */
static const enum conf_event order[CONF_EVENT_COUNT] = {CONF_JOURNAL_BROKEN, CONF_BREAK_GLASS, CONF_NODE_DIED,
    CONF_JOB_PARTIAL, CONF_LEVEL, CONF_LARCHD_RESTARTED, CONF_NODE_BACK};

static int
by_kind(const void *x, const void *y)
{
	const struct tell_item *a = *(const struct tell_item *const *)x, *b = *(const struct tell_item *const *)y;
	int c = (int)a->what - (int)b->what;

	if (c == 0)
		c = strcmp(a->check, b->check);
	if (c == 0)
		c = strcmp(a->from, b->from);
	if (c == 0)
		c = strcmp(a->to, b->to);
	if (c == 0)
		c = strcmp(a->text, b->text);
	if (c == 0)
		c = (a->at > b->at) - (a->at < b->at);
	return c != 0 ? c : str_natural(a->thing, b->thing);
}

static bool
same_line(const struct tell_item *a, const struct tell_item *b)
{
	return a->what == b->what && strcmp(a->check, b->check) == 0 && strcmp(a->from, b->from) == 0 &&
	    strcmp(a->to, b->to) == 0 && strcmp(a->text, b->text) == 0 && *a->thing != '\0';
}

/* How many of a kind: nodes are counted once, however many of their checks say it. */
static size_t
count(const struct tell_item *const *items, size_t n, enum conf_event what, struct arena *a)
{
	struct hosts names = {arena_array(a, n + 1, sizeof(char *)), 0};
	size_t all = 0;

	for (size_t i = 0; i < n; i++) {
		if (items[i]->what != what)
			continue;
		all++;
		if (*items[i]->thing != '\0')
			names.name[names.n++] = arena_strdup(a, items[i]->thing);
	}
	if (what != CONF_NODE_DIED && what != CONF_NODE_BACK)
		return all;
	hosts_sort(&names);
	return names.n;
}

static const char *
clean(const char *foreign, struct arena *a)
{
	struct buf b = BUF(LIMIT_REASON);
	const char *t;

	buf_plain(&b, (struct str){foreign, strnlen(foreign, LIMIT_REASON)});
	t = b.n == 0 ? "" : arena_strndup(a, b.p, b.n);
	buf_free(&b);
	return t;
}

static const char *
headline(const struct tell_item *const *items, size_t n, struct arena *a)
{
	struct buf b = BUF(LIMIT_LOG_LINE);
	const char *text;

	for (size_t i = 0; i < LARCH_COUNT(order); i++) {
		size_t k = count(items, n, order[i], a);

		if (k > 0)
			buf_printf(&b, "%s%zu %s", b.n == 0 ? "" : ", ", k, k == 1 ? words[order[i]].one : words[order[i]].many);
	}
	text = b.n == 0 ? "nothing" : arena_strndup(a, b.p, b.n);
	buf_free(&b);
	return text;
}

/* Items [from, to) say the same of several things: one line of them. */
static void
put_line(struct buf *b, const struct tell_item *const *items, size_t from, size_t to, struct arena *a)
{
	const struct tell_item *x = items[from];
	struct hosts names = {arena_array(a, to - from + 1, sizeof(char *)), 0};
	char first[TIMES_TEXT], last[TIMES_TEXT];

	for (size_t i = from; i < to; i++)
		if (*items[i]->thing != '\0')
			names.name[names.n++] = arena_strdup(a, items[i]->thing);
	hosts_sort(&names);
	times_clock(x->at, first);
	times_clock(items[to - 1]->at, last);
	buf_printf(b, "  %s%s%s", first, strcmp(first, last) == 0 ? "" : " to ", strcmp(first, last) == 0 ? "" : last);
	if (names.n > 0)
		buf_printf(b, "  %s", names.n == 1 ? clean(names.name[0], a) : hosts_fold(&names, a));
	if (*x->check != '\0')
		buf_printf(b, "  %s: %s, was %s", clean(x->check, a), clean(x->to, a), clean(x->from, a));
	if (*x->text != '\0')
		buf_printf(b, "  %s", clean(x->text, a));
	buf_char(b, '\n');
}

static void
put_kind(struct buf *b, const struct tell_item *const *items, size_t n, enum conf_event what, struct arena *a)
{
	size_t k = count(items, n, what, a);

	if (k == 0)
		return;
	buf_printf(b, "\n%zu %s\n", k, k == 1 ? words[what].one : words[what].many);
	for (size_t i = 0; i < n; i++) {
		size_t to = i + 1;

		if (items[i]->what != what)
			continue;
		while (to < n && same_line(items[i], items[to]))
			to++;
		put_line(b, items, i, to, a);
		i = to - 1;
	}
}

static const char *
body(const struct conf *conf, const struct conf_rule *rule, const struct tell_item *const *items, size_t n, struct arena *a)
{
	struct buf b = BUF(LIMIT_TELL_TEXT);
	char since[TIMES_TEXT] = "";
	int64_t first = 0;
	const char *text;

	for (size_t i = 0; i < n; i++)
		if (first == 0 || items[i]->at < first)
			first = items[i]->at;
	if (first != 0)
		times_utc(first / 1000 * 1000, since);
	for (size_t i = 0; i < LARCH_COUNT(order); i++)
		put_kind(&b, items, n, order[i], a);
	buf_printf(&b, "\n%s/since%s%s\n\nSent by larchd of %s, rule \"%s\" of larch.json.\n", conf->origin, *since == '\0' ? "" : "?t=",
	    since, clean(conf->site, a), rule->name);
	text = arena_strndup(a, b.n == 0 ? "" : b.p, b.n);
	buf_free(&b);
	return *text == '\n' ? text + 1 : text;
}

static json_t *
event_json(const struct tell_item *x, struct arena *a)
{
	json_t *o = json_object();
	char at[TIMES_TEXT];

	jsn_set_text(o, "event", conf_event_name(x->what));
	jsn_set_text(o, "at", times_utc(x->at, at));
	jsn_set_text(o, "thing", *x->thing == '\0' ? NULL : clean(x->thing, a));
	jsn_set_text(o, "check", *x->check == '\0' ? NULL : clean(x->check, a));
	jsn_set_text(o, "from", *x->check == '\0' ? NULL : clean(x->from, a));
	jsn_set_text(o, "to", *x->check == '\0' ? NULL : clean(x->to, a));
	jsn_set_text(o, "text", *x->text == '\0' ? NULL : clean(x->text, a));
	return o;
}

/* "text" is what chat programs show. */
static const char *
json(const struct conf *conf, const struct conf_rule *rule, const struct tell_item *items, size_t n,
    const struct tell_digest *d, struct arena *a)
{
	json_t *o = json_object(), *list = json_array();
	struct buf b = BUF(LIMIT_TELL_JSON);
	char at[TIMES_TEXT];
	const char *text;

	jsn_set_text(o, "text", arena_printf(a, "%s\n%s", d->subject, d->body));
	jsn_set_text(o, "subject", d->subject);
	jsn_set_text(o, "site", conf->site);
	jsn_set_text(o, "rule", rule->name);
	jsn_set_text(o, "url", conf->origin);
	if (n > 0) {
		jsn_set_text(o, "from", times_utc(items[0].at, at));
		jsn_set_text(o, "to", times_utc(items[n - 1].at, at));
	}
	jsn_set(o, "total", json_integer((json_int_t)n));
	for (size_t i = 0; i < n && i < LIMIT_TELL_EVENTS; i++)
		jsn_add(list, event_json(&items[i], a));
	jsn_set(o, "events", list);
	jsn_canonical(o, &b);
	json_decref(o);
	text = arena_strndup(a, b.n == 0 ? "" : b.p, b.n);
	buf_free(&b);
	return text;
}

void
tell_digest(const struct conf *conf, const struct conf_rule *rule, const struct tell_item *items, size_t n, struct arena *a,
    struct tell_digest *out)
{
	const struct tell_item **sorted = arena_array(a, n + 1, sizeof(void *));

	for (size_t i = 0; i < n; i++)
		sorted[i] = &items[i];
	if (n > 1)
		qsort(sorted, n, sizeof(void *), by_kind);
	out->subject = arena_printf(a, "[%s] %s", clean(conf->site, a), headline(sorted, n, a));
	out->body = body(conf, rule, sorted, n, a);
	out->json = json(conf, rule, items, n, out, a);
}

/* ---- a mail ------------------------------------------------------------------------ */

/* RFC 2047 section 2: words of at most 75 bytes, each whole UTF-8. */
static void
put_header_text(struct buf *out, const char *text)
{
	enum { MOST = 42 };
	const unsigned char *p = (const unsigned char *)text;
	bool plain = true;

	for (size_t i = 0; p[i] != '\0'; i++)
		plain = plain && p[i] < 0x80;
	if (plain) {
		buf_printf(out, "%.900s", text);
		return;
	}
	while (*p != '\0') {
		size_t n = strnlen((const char *)p, MOST);
		unsigned char word[MOST * 2];

		while (n > 1 && (p[n] & 0xc0) == 0x80)
			n--;
		EVP_EncodeBlock(word, p, (int)n);
		buf_printf(out, "%s=?UTF-8?B?%s?=", p == (const unsigned char *)text ? "" : "\r\n ", (const char *)word);
		p += n;
	}
}

static void
put_date(struct buf *out, int64_t now)
{
	static const char *const days[] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
	static const char *const months[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
	time_t s = (time_t)(now / 1000);
	struct tm t;

	if (gmtime_r(&s, &t) == NULL)
		return;
	buf_printf(out, "Date: %s, %d %s %d %02d:%02d:%02d +0000\r\n", days[t.tm_wday % 7], t.tm_mday, months[t.tm_mon % 12],
	    t.tm_year + 1900, t.tm_hour, t.tm_min, t.tm_sec);
}

void
tell_mail(const struct conf *conf, const struct conf_rule *rule, const struct tell_digest *d, int64_t now, struct buf *out)
{
	unsigned char id[12];
	char hex[2 * sizeof(id) + 1];
	struct str rest = str_of(d->body);

	file_random(id, sizeof(id));
	hex_encode(id, sizeof(id), hex);
	put_date(out, now);
	buf_printf(out, "From: Larch <%s>\r\nTo: ", conf->notify.from);
	for (size_t i = 0; i < rule->n_mail; i++)
		buf_printf(out, "%s%s", i == 0 ? "" : ",\r\n ", rule->mail[i]);
	buf_puts(out, "\r\nSubject: ");
	put_header_text(out, d->subject);
	buf_printf(out,
	    "\r\nMessage-ID: <%s@larch.invalid>\r\nAuto-Submitted: auto-generated\r\nMIME-Version: 1.0\r\n"
	    "Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n",
	    hex);
	while (rest.p != NULL) { /* RFC 5322 section 2.1.1: no line over 998 bytes */
		struct str line = str_cut(&rest, '\n');

		while (line.n > 900) {
			size_t n = 900;

			while (n > 800 && ((unsigned char)line.p[n] & 0xc0) == 0x80)
				n--;
			buf_add(out, line.p, n);
			buf_puts(out, "\r\n");
			line.p += n;
			line.n -= n;
		}
		buf_str(out, line);
		if (rest.p != NULL)
			buf_puts(out, "\r\n");
	}
}

/* ---- a webhook ----------------------------------------------------------------------- */

/* A value in double quotes as curl(1), "-K, --config", reads it. */
static void
put_curl(struct buf *out, const char *key, struct str value)
{
	buf_printf(out, "%s = \"", key);
	for (size_t i = 0; i < value.n; i++) {
		char c = value.p[i];

		if (c == '"' || c == '\\')
			buf_char(out, '\\');
		if (c == '\n')
			buf_puts(out, "\\n");
		else if (c != '\r' && c != '\0')
			buf_char(out, c);
	}
	buf_puts(out, "\"\n");
}

void
tell_curl(const struct conf_rule *rule, struct str secret, const struct tell_digest *d, struct buf *out)
{
	buf_puts(out,
	    "silent\nshow-error\nfail\nmax-time = 20\nmax-redirs = 0\nproto = \"=http,https\"\nnoproxy = \"*\"\n"
	    "output = \"/dev/null\"\n");
	put_curl(out, "header", STR("Content-Type: application/json"));
	put_curl(out, "user-agent", STR("larchd"));
	if (secret.n > 0) {
		struct buf header = BUF(LIMIT_SECRET_FILE + 64);

		buf_puts(&header, "Authorization: Bearer ");
		buf_str(&header, secret);
		put_curl(out, "header", buf_view(&header));
		buf_wipe(&header);
	}
	put_curl(out, "url", str_of(rule->webhook));
	put_curl(out, "data-raw", str_of(d->json));
}

/* ---- quiet hours ------------------------------------------------------------------------ */

bool
tell_quiet(const struct conf_rule *r, int minute)
{
	if (r->quiet_from == r->quiet_to)
		return false;
	if (r->quiet_from < r->quiet_to)
		return minute >= r->quiet_from && minute < r->quiet_to;
	return minute >= r->quiet_from || minute < r->quiet_to;
}
