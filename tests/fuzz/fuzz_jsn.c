/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Any text as JSON: refused with a sentence, or taken; then both ways of
 * writing it read back to an equal value, and the canonical one to itself.
 */
#include <stdlib.h>
#include <string.h>

#include "base/base.h"
#include "fuzz.h"

/* Scalars are written too, but only arrays and objects are read. */
static void
check(const json_t *v)
{
	struct buf text = BUF(LIMIT_PAGE), second = BUF(LIMIT_PAGE);
	struct err e;
	json_t *again;

	jsn_pretty(v, &text);
	again = jsn_parse(buf_view(&text), "pretty", &e);
	if (again == NULL || !json_equal(v, again))
		abort();
	json_decref(again);
	buf_clear(&text);
	jsn_canonical(v, &text);
	again = jsn_parse(buf_view(&text), "canonical", &e);
	if (again == NULL || !json_equal(v, again))
		abort();
	jsn_canonical(again, &second);
	if (!str_eq(buf_view(&text), buf_view(&second)))
		abort();
	json_decref(again);
	buf_free(&text);
	buf_free(&second);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct str text = {(const char *)data, n};
	struct err e = {0};
	json_t *v;

	if (n > 65536)
		return 0;
	v = jsn_parse(text, "the fuzzer", &e);
	if (v == NULL && (e.kind == ERR_NONE || e.text[0] == '\0'))
		abort();
	if (v != NULL)
		check(v);
	json_decref(v);
	return 0;
}
