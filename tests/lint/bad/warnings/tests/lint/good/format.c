/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
void f(const char *s);
void f(const char *s) { printf(s); }
