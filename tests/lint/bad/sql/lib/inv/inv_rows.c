/* SPDX-License-Identifier: Apache-2.0 */
static const char ask[] = "SELECT name FROM thing";
