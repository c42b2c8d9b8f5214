/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The unit tests' frame. A test is a sentence and a function:
 *
 *	static void t_refuses_a_range_that_runs_backwards(void) { T_OK(...); }
 *	T_MAIN(T(t_refuses_a_range_that_runs_backwards), ...)
 *
 * The output is TAP (https://testanything.org), which tests/run counts.
 */
#ifndef LARCH_TESTS_T_H
#define LARCH_TESTS_T_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

struct t_case {
	const char *name;
	void (*run)(void);
};

#define T(function) {#function, function}

/* Check; a failure is printed with file and line, and fails the running test. */
#define T_OK(condition) t_check((condition), __FILE__, __LINE__, #condition, NULL, NULL)
#define T_STR(got, want) t_str((got), (want), __FILE__, __LINE__)
#define T_INT(got, want) t_int((long long)(got), (long long)(want), __FILE__, __LINE__)
/* The error's text contains `part`. */
#define T_ERR(e, part) t_has((e).text, (part), __FILE__, __LINE__)

bool t_check(bool ok, const char *file, int line, const char *what, const char *got, const char *want);
bool t_str(const char *got, const char *want, const char *file, int line);
bool t_int(long long got, long long want, const char *file, int line);
bool t_has(const char *got, const char *part, const char *file, int line);

/* The running test is not done, for this reason; it does not count as passed. */
void t_skip(const char *why);

/* A path below the project's root ($LARCH_ROOT or the working directory). Static buffer of this frame. */
const char *t_path(const char *relative);

/* A fresh folder for this program, removed at the end. */
const char *t_folder(void);

int t_main(const struct t_case *cases, size_t n);
#define T_MAIN(...)                                                     \
	int main(void)                                                  \
	{                                                               \
		static const struct t_case cases[] = {__VA_ARGS__};     \
		return t_main(cases, sizeof(cases) / sizeof(cases[0])); \
	}

#endif
