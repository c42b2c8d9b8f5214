/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Marks of declarations. liblarch.so is built with hidden symbols; what
 * carries LARCH_API is public, and lib/public.txt lists it.
 */
#ifndef LARCH_BASE_API_H
#define LARCH_BASE_API_H

#define LARCH_API __attribute__((visibility("default")))
#define LARCH_PRINTF(fmt, args) __attribute__((format(printf, fmt, args)))
#define LARCH_MUST_USE __attribute__((warn_unused_result))
#define LARCH_COUNT(a) (sizeof(a) / sizeof((a)[0]))

#endif
