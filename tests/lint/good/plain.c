/* SPDX-License-Identifier: Apache-2.0 */
/* What both compilers accept under our flags; tests/lint/bad/warnings has what they refuse. */
int plain(int a);

int
plain(int a)
{
	return a + 1;
}
