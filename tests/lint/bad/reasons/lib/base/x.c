/* SPDX-License-Identifier: Apache-2.0 */
int a; /* NOLINT */
int b; // NOLINT(bugprone-x)
int c; // NOLINT(bugprone-x): the table is generated
/* cppcheck-suppress nullPointer */
int d;
/* cppcheck-suppress nullPointer ; checked by the caller */
int e;
