/* SPDX-License-Identifier: Apache-2.0 */
static int f(int a) { return a; }
