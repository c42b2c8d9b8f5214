/* SPDX-License-Identifier: Apache-2.0 */
/* Five and an error are fine; six is a note; seven is refused. */
LARCH_API int five(int a, int b, int c, int d, void (*f)(int, int, int), struct err *e);
LARCH_API int six(int a, int b, int c, int d, int e, int f, struct err *err);
LARCH_API const char *seven(int a, int b, int c,
    int d, int e, int f, const char *g, struct arena *arena, struct err *err);
int many(const char *fmt, ...);
