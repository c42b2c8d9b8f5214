/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>
int f(int n);
int f(int n) { char a[n]; memset(a, 1, sizeof(a)); return a[0]; }
