/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>

int bad(void);

int
bad(void)
{
	int a[4];
	int unset;

	a[0] = 1;
	free(a + unset);
	return a[4];
}
