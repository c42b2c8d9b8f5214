/* SPDX-License-Identifier: Apache-2.0 */
/*
 * JSON, a template and a partial "p", with a NUL between. A template that is
 * refused names its line; what is rendered is the same twice. Where neither
 * text holds HTML nor a tag that does not escape, the page holds no markup,
 * and the same as text is clean for a terminal.
 */
#include <stdlib.h>
#include <string.h>

#include "mustache/mustache.h"
#include "fuzz.h"

/* "&", "{{{" and other delimiters can make a tag that does not escape. */
static bool
is_tame(struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (memchr("<\"'&=", s.p[i], 5) != NULL)
			return false;
	return s.n == 0 || (memmem(s.p, s.n, "{{{", 3) == NULL && str_is_text(s));
}

static int
add(struct mustache_set **set, const char *name, struct str text)
{
	struct err e = {0};

	if (mustache_add(set, name, text, &e) == 0)
		return 0;
	if (e.kind == ERR_NONE || strncmp(e.text, name, strlen(name)) != 0)
		abort();
	return -1;
}

static void
render(const char *name, struct str text, struct str partial, const json_t *doc)
{
	struct mustache_set *set = NULL;
	struct mustache_value data = mustache_json(doc);
	struct buf out = BUF(1u << 20), again = BUF(1u << 20);
	struct err e = {0};
	bool plain = strcmp(name, "t.txt") == 0;

	if (add(&set, name, text) != 0)
		return;
	(void)add(&set, plain ? "p.txt" : "p", partial);
	if (mustache_render(set, name, &data, &out, &e) != 0) {
		if (e.kind != ERR_LIMIT || out.n != 0)
			abort();
	} else {
		if (mustache_render(set, name, &data, &again, &e) != 0 ||
		    !str_eq(buf_view(&out), buf_view(&again)))
			abort();
		if (is_tame(text) && is_tame(partial)) {
			for (size_t i = 0; i < out.n && !plain; i++)
				if (memchr("<\"'", out.p[i], 3) != NULL)
					abort();
			if (plain && !str_is_text(buf_view(&out)))
				abort();
		}
	}
	buf_free(&out);
	buf_free(&again);
	mustache_destroy(set);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct str rest = {(const char *)data, n}, json, text, partial;
	json_t *doc;

	if (n > 4096)
		return 0;
	json = str_cut(&rest, '\0');
	text = str_cut(&rest, '\0');
	partial = str_cut(&rest, '\0');
	doc = jsn_parse(json, "data", NULL);
	render("t", text, partial, doc);
	render("t.txt", text, partial, doc);
	json_decref(doc);
	return 0;
}
