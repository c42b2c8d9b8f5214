/* SPDX-License-Identifier: Apache-2.0 */
int f(int a);
int f(int a) { if (a > 1) { int a = 2; return a; } return a; }
