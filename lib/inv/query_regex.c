/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Regular expressions, PCRE2's. A person's pattern runs over the whole inventory, so it is bounded three times:
 * its length, its steps on one text, and its time in one statement. The first that is reached fails the query.
 * No just-in-time compiler: the programs run where memory is never both written and executed.
 */
#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>
#include <stdlib.h>
#include <string.h>

#include "query_private.h"

#define KEPT 8        /* compiled patterns a handle keeps */
#define TIME_MS 1000  /* of all patterns in one statement */
#define NEST 32       /* parentheses of one pattern */
#define HEAP_KIB 1024 /* of one match */

struct query_regexes {
	struct {
		char *text; /* as it is bound: "i..." or "-..." */
		pcre2_code *code;
	} kept[KEPT];
	size_t next;
	pcre2_match_data *data;
	pcre2_match_context *match;
	int64_t until;
	unsigned calls;
};

static pcre2_code *
compile(const char *pattern, bool any_case, int *code, size_t *at)
{
	pcre2_compile_context *c = pcre2_compile_context_create(NULL);
	pcre2_code *made;

	if (c == NULL)
		log_die("out of memory: no regular expression");
	pcre2_set_max_pattern_length(c, LIMIT_QUERY_PATTERN);
	pcre2_set_parens_nest_limit(c, NEST);
	made = pcre2_compile((PCRE2_SPTR)pattern, PCRE2_ZERO_TERMINATED,
	    PCRE2_UTF | PCRE2_MATCH_INVALID_UTF | PCRE2_NEVER_BACKSLASH_C | PCRE2_DOLLAR_ENDONLY | (any_case ? PCRE2_CASELESS : 0), code,
	    at, c);
	pcre2_compile_context_free(c);
	return made;
}

int
query_regex_check(const char *pattern, bool any_case, size_t *at_out, struct err *e)
{
	PCRE2_UCHAR why[160] = "";
	pcre2_code *made;
	int code = 0;

	*at_out = 0;
	if (*pattern == '\0')
		return err_set(e, ERR_INPUT, "an empty regular expression fits everything; all is *");
	made = compile(pattern, any_case, &code, at_out);
	if (made != NULL) {
		pcre2_code_free(made);
		return 0;
	}
	(void)pcre2_get_error_message(code, why, sizeof(why));
	return err_set(e, ERR_INPUT, "this regular expression is none: %s", (const char *)why);
}

struct query_regexes *
query_regexes_create(void)
{
	struct query_regexes *r = calloc(1, sizeof(*r));

	if (r == NULL || (r->data = pcre2_match_data_create(1, NULL)) == NULL ||
	    (r->match = pcre2_match_context_create(NULL)) == NULL)
		log_die("out of memory: no regular expressions");
	pcre2_set_match_limit(r->match, LIMIT_QUERY_STEPS);
	pcre2_set_depth_limit(r->match, LIMIT_QUERY_STEPS);
	pcre2_set_heap_limit(r->match, HEAP_KIB);
	return r;
}

void
query_regexes_destroy(struct query_regexes *r)
{
	if (r == NULL)
		return;
	for (size_t i = 0; i < KEPT; i++) {
		free(r->kept[i].text);
		pcre2_code_free(r->kept[i].code);
	}
	pcre2_match_data_free(r->data);
	pcre2_match_context_free(r->match);
	free(r);
}

void
query_regexes_begin(struct query_regexes *r)
{
	r->until = times_boot() + TIME_MS;
}

static pcre2_code *
kept(struct query_regexes *r, struct str pattern)
{
	size_t at;
	int code;

	for (size_t i = 0; i < KEPT; i++)
		if (r->kept[i].text != NULL && str_is(pattern, r->kept[i].text))
			return r->kept[i].code;
	at = r->next++ % KEPT;
	free(r->kept[at].text);
	pcre2_code_free(r->kept[at].code);
	r->kept[at].text = strndup(pattern.p, pattern.n);
	if (r->kept[at].text == NULL)
		log_die("out of memory: no regular expression");
	r->kept[at].code = compile(r->kept[at].text + 1, pattern.p[0] == 'i', &code, &(size_t){0});
	return r->kept[at].code;
}

int
query_regex_test(void *ctx, struct str pattern, struct str text, struct err *e)
{
	struct query_regexes *r = ctx;
	pcre2_code *code = pattern.n < 2 ? NULL : kept(r, pattern);
	int rc;

	if (code == NULL)
		return err_set(e, ERR_INTERNAL, "a regular expression that was checked is none");
	rc = pcre2_match(code, (PCRE2_SPTR)text.p, text.n, 0, 0, r->data, r->match);
	if (rc >= 0 || rc == PCRE2_ERROR_NOMATCH) {
		if ((++r->calls & 63) != 0 || times_boot() <= r->until)
			return rc >= 0;
	}
	return err_set(e, ERR_INPUT, "the regular expression /%.*s/ takes too long, as on \"%.*s\"; write it without repetitions of repetitions",
	    (int)pattern.n - 1, pattern.p + 1, (int)(text.n > 60 ? 60 : text.n), text.p);
}

/* * is any run of characters, ? one character; nothing else is special. */
static bool
glob_fits(const char *glob, const char *text)
{
	const char *star = NULL, *from = text;

	while (*text != '\0') {
		if (*glob == '*') {
			star = glob++;
			from = text;
		} else if (*glob == '?' || *glob == *text) {
			if (*glob++ == '?')
				while (((unsigned char)text[1] & 0xc0) == 0x80)
					text++;
			text++;
		} else if (star != NULL) {
			glob = star + 1;
			text = ++from;
		} else {
			return false;
		}
	}
	while (*glob == '*')
		glob++;
	return *glob == '\0';
}

bool
inv_term_fits(const struct inv_term_ask *ask, const char *text)
{
	struct err lost;

	switch (ask->form) {
	case INV_GLOB: return glob_fits(ask->value, text);
	case INV_REGEX:
		return query_regex_test(ask->regexes, str_of(ask->value), str_of(text), &lost) == 1;
	default: return strcmp(ask->value, text) == 0;
	}
}
