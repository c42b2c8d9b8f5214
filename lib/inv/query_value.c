/* SPDX-License-Identifier: Apache-2.0 */
#include <ctype.h>
#include <string.h>

#include "query_private.h"

#define DAY_MS ((int64_t)24 * 3600 * 1000)

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static bool
ends_word(const struct query_parser *p, size_t at)
{
	return at >= p->text.n || is_blank(p->text.p[at]) || p->text.p[at] == '(' || p->text.p[at] == ')';
}

bool
query_is_pattern(const char *text)
{
	return strpbrk(text, "*?") != NULL;
}

/* Does a term's word and its colon stand here? "type:switch" as a name is asked for in quotes. */
static bool
begins_term(struct str s)
{
	const char *colon = s.n == 0 ? NULL : memchr(s.p, ':', s.n);

	return colon != NULL && query_term((struct str){s.p, (size_t)(colon - s.p)}) != NULL;
}

bool
query_needs_quotes(const char *text, bool names)
{
	return strchr("/=<>!", *text) != NULL || strpbrk(text, " \t\r\n()\"*?") != NULL ||
	    (names && (strpbrk(text, ",!&^[]@") != NULL || !str_is_name(str_of(text)) || begins_term(str_of(text))));
}

/* ---- times ----------------------------------------------------------------------- */

bool
query_is_when(const char *text, bool durations, int64_t now, struct query_when *out)
{
	struct str s = str_of(text);
	char day[TIMES_TEXT];
	struct err lost;
	int64_t ms;

	if (durations && strcmp(text, "now") == 0) {
		*out = (struct query_when){now, now + 1};
		return true;
	}
	if (durations && s.n > 1 && times_duration(s.p[0] == '-' ? str_of(text + 1) : s, &ms, &lost) == 0) {
		*out = (struct query_when){now - ms, now - ms + 1};
		return true;
	}
	if (s.n == strlen("2027-01-01")) {
		memcpy(day, s.p, s.n);
		memcpy(day + s.n, "T00:00:00Z", sizeof("T00:00:00Z"));
		if (times_parse(str_of(day), &ms, &lost) != 0)
			return false;
		*out = (struct query_when){ms, ms + DAY_MS};
		return true;
	}
	if (times_parse(s, &ms, &lost) != 0)
		return false;
	*out = (struct query_when){ms, ms + 1};
	return true;
}

/* ---- quoted texts and regular expressions -------------------------------------------- */

/* From behind an opening mark to the closing one; a backslash before the mark, in quotes also before itself. */
static const char *
delimited(struct query_parser *p, char mark, size_t ceiling, const char *what)
{
	size_t open = p->at++, n = 0;
	char *out = arena_alloc(p->a, ceiling + 1);

	for (; p->at < p->text.n && p->text.p[p->at] != mark; p->at++) {
		char c = p->text.p[p->at], next = p->at + 1 < p->text.n ? p->text.p[p->at + 1] : '\0';

		if (c == '\\' && (next == mark || (mark == '"' && next == '\\'))) {
			c = next;
			p->at++;
		} else if (c == '\\' && mark == '/' && next != '\0') {
			if (n < ceiling)
				out[n++] = c; /* the pair stays: the second may be a backslash too */
			c = next;
			p->at++;
		}
		if (n >= ceiling) {
			query_bad(p, open, ERR_LIMIT, "%s of more than %zu bytes", what, ceiling);
			return NULL;
		}
		out[n++] = c;
	}
	if (p->at >= p->text.n) {
		query_bad(p, open, ERR_INPUT, "%s is not closed; a %c is missing", what, mark);
		return NULL;
	}
	p->at++;
	out[n] = '\0';
	return arena_strndup(p->a, out, n);
}

static int
no_trail(struct query_parser *p, const char *what)
{
	if (ends_word(p, p->at))
		return 0;
	return query_bad(p, p->at, ERR_INPUT, "%s stands right behind %s; expected a blank, and, or, \")\", or the end",
	    query_found(p, p->at), what);
}

const char *
query_read_quoted(struct query_parser *p)
{
	return delimited(p, '"', LIMIT_QUERY_VALUE, "this quoted text");
}

static int
read_regex(struct query_parser *p, struct query_value *out)
{
	size_t open = p->at, at = 0;
	struct err why;
	const char *text = delimited(p, '/', LIMIT_QUERY_PATTERN, "this regular expression");

	if (text == NULL)
		return -1;
	*out = (struct query_value){.shape = QUERY_REGEX, .text = text};
	if (p->at < p->text.n && p->text.p[p->at] == 'i') {
		out->any_case = true;
		p->at++;
	}
	if (!ends_word(p, p->at))
		return query_bad(p, p->at, ERR_INPUT, "%s stands behind a regular expression; what begins with / and is none goes in quotes",
		    query_found(p, p->at));
	if (query_regex_check(text, out->any_case, &at, &why) != 0)
		return query_bad(p, open + 1 + at, why.kind, "%s", why.text);
	return 0;
}

/* ---- host lists and patterns of names --------------------------------------------------- */

/* Does what stands behind blanks go on with a list? "n1, n2"; a line's end is a comma, unless a term or a word follows. */
static bool
goes_on(const struct query_parser *p, size_t end, size_t next, bool lines)
{
	bool line = false;
	size_t n = next;

	if (next >= p->text.n || p->text.p[next] == '(' || p->text.p[next] == ')')
		return false;
	if (strchr(",!&^", p->text.p[end - 1]) != NULL)
		return true;
	if (strchr(",&^", p->text.p[next]) != NULL)
		return true;
	if (p->text.p[next] == '!')
		return next + 1 < p->text.n && p->text.p[next + 1] != '=';
	for (size_t i = end; i < next; i++)
		line = line || p->text.p[i] == '\n';
	if (!line || !lines || query_keyword(p->text, next) != NULL)
		return false;
	while (n < p->text.n && !ends_word(p, n) && strchr("=<>\"", p->text.p[n]) == NULL &&
	    (p->text.p[n] != ':' || p->text.p[next] == '@'))
		n++;
	return n > next && ends_word(p, n);
}

/* The run of a list: blanks where a host list may have them. */
static struct str
list_run(struct query_parser *p, bool lines)
{
	size_t start = p->at, next;
	bool bracket = false;

	while (p->at < p->text.n) {
		char c = p->text.p[p->at];

		if (c == '[' || c == ']')
			bracket = c == '[';
		if (!ends_word(p, p->at) || (bracket && is_blank(c))) {
			p->at++;
			continue;
		}
		for (next = p->at; next < p->text.n && is_blank(p->text.p[next]);)
			next++;
		if (next == p->at || !goes_on(p, p->at, next, lines))
			break;
		p->at = next;
	}
	while (p->at > start && is_blank(p->text.p[p->at - 1]))
		p->at--; /* of a bracket that is not closed */
	return (struct str){p->text.p + start, p->at - start};
}

/* Is there a * or ? that is no group's, and what else stands in the list? */
static bool
has_pattern(struct str run, bool *mixed)
{
	bool found = false, group = false, begin = true;

	*mixed = false;
	for (size_t i = 0; i < run.n; i++) {
		char c = run.p[i];

		if (begin && !is_blank(c)) {
			group = c == '@';
			*mixed = *mixed || group;
			begin = false;
		}
		if (strchr(",!&^\n", c) != NULL) {
			begin = true;
			*mixed = *mixed || (c != ',' && c != '\n');
		}
		*mixed = *mixed || c == '[';
		found = found || (!group && (c == '*' || c == '?'));
	}
	return found;
}

/* hosts_group_fn: at this time only the form is looked at. */
static const char *
any_group(void *ctx, struct str source, struct str name, struct arena *a, struct err *e)
{
	(void)ctx;
	(void)source;
	(void)name;
	(void)a;
	(void)e;
	return "";
}

/* "host list, column 3: ..." of the run, as a column of the query. */
static int
list_bad(struct query_parser *p, struct str run, const struct err *why)
{
	static const char prefix[] = "host list, column ";
	const char *at = why->text + strlen(prefix), *colon;
	int64_t column;

	if (strncmp(why->text, prefix, strlen(prefix)) != 0 || (colon = strchr(at, ':')) == NULL ||
	    str_int((struct str){at, (size_t)(colon - at)}, 1, (int64_t)run.n + 1, &column) != 0)
		return query_bad(p, (size_t)(run.p - p->text.p), why->kind, "%s", why->text);
	return query_bad(p, (size_t)(run.p - p->text.p) + (size_t)column - 1, why->kind, "%s", colon + 2);
}

/* On one line: a line's end that stands for a comma becomes one. */
static const char *
without_blanks(struct str run, struct arena *a)
{
	char *text = arena_alloc(a, run.n + 1);
	bool line = false;
	size_t n = 0;

	for (size_t i = 0; i < run.n; i++) {
		if (is_blank(run.p[i])) {
			line = line || run.p[i] == '\n';
			continue;
		}
		if (line && n > 0 && strchr(",!&^", text[n - 1]) == NULL && strchr(",!&^", run.p[i]) == NULL)
			text[n++] = ',';
		line = false;
		text[n++] = run.p[i];
	}
	text[n] = '\0';
	return text;
}

/* What reads as a list and was meant otherwise: "in:b07!n1", "n[1-9]!type:switch". */
static int
check_list(const struct query_parser *p, struct str run, bool groups)
{
	size_t at = (size_t)(run.p - p->text.p), n;
	bool begins = true;

	for (size_t i = 0; i < run.n; i++) {
		if (!groups && strchr("!&^", run.p[i]) != NULL)
			return query_bad(p, at + i, ERR_INPUT,
			    "'%c' joins lists of things alone; write \"and not ...\" behind this term, or \"and ...\"", run.p[i]);
		if (is_blank(run.p[i]))
			continue;
		for (n = 0; i + n < run.n && strchr(",!&^", run.p[i + n]) == NULL && !is_blank(run.p[i + n]);)
			n++;
		if (begins && begins_term((struct str){run.p + i, n}))
			return query_bad(p, at + i, ERR_INPUT, "a term cannot stand in a list; join it with and, or, and not");
		begins = strchr(",!&^", run.p[i]) != NULL;
	}
	return 0;
}

/* Folded, where no group is in it; else as it is, without blanks. */
static int
read_list(struct query_parser *p, struct str run, bool groups, struct query_value *out)
{
	struct hosts_rules rules = {.group = groups ? any_group : NULL, .empty_ok = true};
	struct arena *scratch = arena_create();
	struct hosts h;
	struct err why;
	int rc = -1;

	if (hosts_parse(run, &rules, scratch, &h, &why) != 0) {
		list_bad(p, run, &why);
		goto out;
	}
	if (check_list(p, run, groups) != 0)
		goto out;
	for (size_t i = 0; i < h.n; i++)
		if (h.name[i][0] == '/') {
			query_bad(p, (size_t)(run.p - p->text.p), ERR_INPUT, "a name in a list cannot begin with /, as \"%.60s\" does", h.name[i]);
			goto out;
		}
	p->names += h.n;
	if (p->names > LIMIT_HOSTS) {
		query_bad(p, (size_t)(run.p - p->text.p), ERR_LIMIT, "from here there are more than %d names in one query", LIMIT_HOSTS);
		goto out;
	}
	out->shape = QUERY_LIST;
	out->column = query_column(p->text, (size_t)(run.p - p->text.p));
	out->text = h.n > 0 && memchr(run.p, '@', run.n) == NULL ? hosts_fold(&h, p->a) : without_blanks(run, p->a);
	rc = 0;
out:
	arena_destroy(scratch);
	return rc;
}

static int
read_pattern(struct query_parser *p, struct str one, struct query_value *out)
{
	size_t at = (size_t)(one.p - p->text.p);
	bool mixed;

	if (one.n == 0)
		return query_bad(p, at, ERR_INPUT, "a name is missing beside a comma");
	if (one.n > LIMIT_NAME)
		return query_bad(p, at, ERR_LIMIT, "a pattern of more than %d bytes", LIMIT_NAME);
	if (one.p[0] == '/' || memchr(one.p, '"', one.n) != NULL)
		return query_bad(p, at, ERR_INPUT, "a /regex/ or a quoted name stands alone; \"or\" joins several");
	if (!has_pattern(one, &mixed))
		return read_list(p, one, false, out);
	*out = (struct query_value){.shape = QUERY_GLOB, .text = arena_strndup(p->a, one.p, one.n), .column = query_column(p->text, at)};
	return 0;
}

/* "web*,db?": each a pattern or a name of its own. A line's end is a comma too, but beside one it is nothing. */
static int
read_patterns(struct query_parser *p, struct str run, struct query_value **out, size_t *n_out)
{
	size_t cap = 1, from = 0;

	for (size_t i = 0; i < run.n; i++)
		cap += run.p[i] == ',' || run.p[i] == '\n';
	*out = arena_array(p->a, cap, sizeof(**out));
	for (size_t i = 0; i <= run.n; i++) {
		struct str one = {run.p + from, i - from};
		bool line = (i < run.n && run.p[i] == '\n') || (from > 0 && run.p[from - 1] == '\n');

		if (i < run.n && run.p[i] != ',' && run.p[i] != '\n')
			continue;
		from = i + 1;
		while (one.n > 0 && is_blank(one.p[0]))
			one = (struct str){one.p + 1, one.n - 1};
		while (one.n > 0 && is_blank(one.p[one.n - 1]))
			one.n--;
		if (one.n == 0 && line)
			continue;
		if (read_pattern(p, one, &(*out)[*n_out]) != 0)
			return -1;
		(*n_out)++;
	}
	return 0;
}

static int
read_names(struct query_parser *p, bool bare, bool groups, struct query_value **out, size_t *n_out)
{
	size_t start = p->at;
	struct str run = list_run(p, bare);
	bool mixed;

	if (run.n == 0)
		return query_bad(p, start, ERR_INPUT, "expected a name, found %s", query_found(p, start));
	if (has_pattern(run, &mixed)) {
		if (mixed)
			return query_bad(p, start, ERR_INPUT,
			    "a * or ? cannot stand in a list with brackets, groups or operators; write (web* or n[1-4]), or a /regex/");
		return read_patterns(p, run, out, n_out);
	}
	*out = arena_alloc(p->a, sizeof(**out));
	*n_out = 1;
	if (memchr(run.p, '"', run.n) != NULL)
		return query_bad(p, start + (size_t)((const char *)memchr(run.p, '"', run.n) - run.p), ERR_INPUT,
		    "a quote inside a name; a name in quotes stands alone, and \"or\" joins several");
	return read_list(p, run, groups, *out);
}

/* ---- one value ----------------------------------------------------------------------------- */

static int
read_word(struct query_parser *p, enum inv_value want, struct query_value *out)
{
	size_t start = p->at;
	struct query_when when;
	const char *text;

	if (strchr("=<>!", p->text.p[start]) != NULL)
		return query_bad(p, start, ERR_INPUT, "'%c' does not begin a value; the operators are = != < <= > >=, and a value with that goes in quotes",
		    p->text.p[start]);
	while (!ends_word(p, p->at) && p->text.p[p->at] != '"')
		p->at++;
	if (p->at < p->text.n && p->text.p[p->at] == '"')
		return query_bad(p, p->at, ERR_INPUT, "a quote inside a value; put the whole value in quotes, \\\" inside");
	if (p->at - start > LIMIT_QUERY_VALUE)
		return query_bad(p, start, ERR_LIMIT, "a value of more than %d bytes", LIMIT_QUERY_VALUE);
	text = arena_strndup(p->a, p->text.p + start, p->at - start);
	if (want == INV_WHEN && !query_is_when(text, true, DAY_MS, &when))
		return query_bad(p, start, ERR_INPUT,
		    "\"%.60s\" is no time; expected a date (2026-11-20), a time (2026-11-20T22:00:00Z), or how long ago (2h, -2h)", text);
	out->shape = want == INV_WHEN ? QUERY_TIME : query_is_pattern(text) ? QUERY_GLOB : QUERY_EXACT;
	out->text = text;
	return 0;
}

int
query_read_value(struct query_parser *p, enum inv_value want, const char *what, struct query_value **out, size_t *n_out)
{
	size_t start = p->at;

	*n_out = 0;
	query_blanks(p);
	if (ends_word(p, p->at) || (what != NULL && p->at > start && query_keyword(p->text, p->at) != NULL))
		return query_bad(p, p->at, ERR_INPUT, "a value is missing after %s, found %s", what == NULL ? "this" : what,
		    query_found(p, p->at));
	start = p->at;
	if (p->text.p[p->at] != '"' && p->text.p[p->at] != '/' && want <= INV_WORDS)
		return read_names(p, what == NULL, want == INV_NAMES, out, n_out);
	*out = arena_alloc(p->a, sizeof(**out));
	*n_out = 1;
	if (want == INV_WHEN || (p->text.p[start] != '"' && p->text.p[start] != '/'))
		return read_word(p, want, *out);
	if (p->text.p[start] == '/')
		return read_regex(p, *out);
	(*out)->shape = QUERY_EXACT;
	(*out)->text = query_read_quoted(p);
	(*out)->column = query_column(p->text, start);
	if ((*out)->text == NULL)
		return -1;
	if (want <= INV_WORDS && !query_needs_quotes((*out)->text, true))
		(*out)->shape = QUERY_LIST; /* the quotes were for the parser: "and", "a:b" */
	return no_trail(p, "a closing quote");
}

/* ---- KEY[.SUBKEY][#NUMBER] ---------------------------------------------------------------------- */

/* A key, and from its first dot on what a subkey may have too: vip.10.0.0.5:443. */
static size_t
key_run(const struct query_parser *p, size_t at)
{
	const char *marks = "_-.*?";
	size_t n = 0;

	while (at + n < p->text.n && (isalnum((unsigned char)p->text.p[at + n]) || strchr(marks, p->text.p[at + n]) != NULL)) {
		if (p->text.p[at + n] == '.')
			marks = "_-.*?:@+/[]";
		n++;
	}
	return n;
}

int
query_read_attr(struct query_parser *p, const char *what, struct query_attr *out)
{
	size_t start = p->at, n;
	int64_t number;

	*out = (struct query_attr){.key = "", .subkey = "", .number = -1};
	if (p->at < p->text.n && p->text.p[p->at] == '"') {
		out->exact = true;
		out->key = query_read_quoted(p);
		if (out->key == NULL)
			return -1;
	}
	n = key_run(p, p->at);
	if (out->exact && n > 1 && p->text.p[p->at] == '.')
		out->subkey = arena_strndup(p->a, p->text.p + p->at + 1, n - 1);
	else if (!out->exact)
		out->key = arena_strndup(p->a, p->text.p + p->at, n);
	else if (n > 0)
		return query_bad(p, p->at, ERR_INPUT, "%s stands right behind a quoted key; expected . and a subkey, #, or an operator",
		    query_found(p, p->at));
	p->at += n;
	if (*out->key == '\0' || strlen(out->key) > LIMIT_NAME)
		return query_bad(p, start, ERR_INPUT, "expected a key after %s, found %s", what, query_found(p, start));
	if (*out->key == '.' && !out->exact)
		return query_bad(p, start, ERR_INPUT, "a key is missing before the dot; * is any key: %s*%.60s", what, out->key);
	if (!out->exact && out->key[strlen(out->key) - 1] == '.')
		return query_bad(p, p->at, ERR_INPUT, "a subkey is missing behind the dot");
	if (p->at < p->text.n && p->text.p[p->at] == '#') {
		start = ++p->at;
		while (p->at < p->text.n && isdigit((unsigned char)p->text.p[p->at]))
			p->at++;
		if (str_int((struct str){p->text.p + start, p->at - start}, 0, UINT32_MAX, &number) != 0)
			return query_bad(p, start, ERR_INPUT, "expected a number after #, found %s", query_found(p, start));
		out->number = number;
	}
	if (!ends_word(p, p->at) && strchr("=<>!", p->text.p[p->at]) == NULL)
		return query_bad(p, p->at, ERR_INPUT, "%s has no place behind a key; expected an operator like = or >=, or a blank",
		    query_found(p, p->at));
	return 0;
}
