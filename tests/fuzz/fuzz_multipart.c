/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Any bytes as a form with a file: the first line is the Content-Type. What is taken is text with a name, no
 * longer than the body, and a form cut anywhere is refused or has fewer parts.
 */
#include <string.h>

#include "http/http.h"
#include "fuzz.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *a = arena_create();
	struct str body = {(const char *)data, size}, type = str_cut(&body, '\n');
	const char *head = arena_strndup(a, type.p == NULL ? "" : type.p, type.n);
	struct http_pairs all, cut;
	struct err e = {0};

	if (body.p == NULL)
		body = str_of("");
	if (http_multipart_parse(body, head, 4096, a, &all, &e) != 0) {
		DEMAND(e.kind != ERR_NONE && e.text[0] != '\0');
		goto out;
	}
	DEMAND(all.n <= 64);
	for (size_t i = 0; i < all.n; i++) {
		DEMAND(all.pair[i].name.n > 0 && all.pair[i].name.n <= LIMIT_NAME && str_is_text(all.pair[i].name));
		DEMAND(all.pair[i].value.n <= 4096 && str_is_text(all.pair[i].value));
		DEMAND(strlen(all.pair[i].value.p) == all.pair[i].value.n);
	}
	if (body.n > 0 && http_multipart_parse((struct str){body.p, body.n / 2}, head, 4096, a, &cut, &e) == 0)
		DEMAND(cut.n <= all.n);
out:
	arena_destroy(a);
	return 0;
}
