/* SPDX-License-Identifier: Apache-2.0 */
/* Ages as text. A page has a hundred thousand of them, and few different ones. */
#include <string.h>

#include "room.h"

struct str
web_age(struct web_ages *ages, int64_t span_ms)
{
	int64_t span = span_ms < 0 ? 0 : span_ms / 1000;
	size_t k = (size_t)span % WEB_AGES;

	if (ages->of[k].span != span + 1) {
		char text[TIMES_TEXT];
		size_t n = strlen(times_age(span * 1000, text));

		if (n > sizeof(ages->of[k].text))
			n = sizeof(ages->of[k].text);
		memcpy(ages->of[k].text, text, n);
		ages->of[k].n = n;
		ages->of[k].span = span + 1;
	}
	return (struct str){ages->of[k].text, ages->of[k].n};
}
