/* SPDX-License-Identifier: Apache-2.0 */
/*
 * good: says what the room is for.
 */
