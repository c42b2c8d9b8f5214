/* SPDX-License-Identifier: Apache-2.0 */
short f(long a);
short f(long a) { return a; }
