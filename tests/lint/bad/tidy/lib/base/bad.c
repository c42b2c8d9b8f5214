/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

int bad(const char *s);

int
bad(const char *s)
{
	int *p = NULL;
	char *q = malloc(strlen(s + 1));

	if (s[0] == 'a')
		return *p;
	memset(q, 0, sizeof(q) - sizeof(q));
	return 0;
}
