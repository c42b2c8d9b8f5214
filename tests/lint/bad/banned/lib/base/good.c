/* SPDX-License-Identifier: Apache-2.0 */
/* strcpy( in a comment, "system(" in a text, longer names, members: none is a call. */
void
good(struct ops *ops)
{
	puts("system(\"ls\") and strtok(");
	buf_strcpy(1);
	localtime_r(0, 0);
	strtok_r(0, 0, 0);
	ops->system(1);
	ops->gets = 0;
}
