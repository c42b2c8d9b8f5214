/* SPDX-License-Identifier: Apache-2.0 */
static const char ask[] = "PRAGMA user_version";
