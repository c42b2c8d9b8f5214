/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The peer of the web benchmark: a FastCGI program that does nothing but
 * answer with a constant page of 8 KB. What a page costs beyond this is ours.
 */
#include <fcgiapp.h>
#include <string.h>

int
main(void)
{
	static char page[8192];
	FCGX_Request r;

	memset(page, 'x', sizeof(page) - 1);
	if (FCGX_Init() != 0 || FCGX_InitRequest(&r, 0, 0) != 0)
		return 1;
	while (FCGX_Accept_r(&r) == 0) {
		FCGX_PutS("Content-Type: text/html; charset=utf-8\r\n\r\n", r.out);
		FCGX_PutStr(page, sizeof(page) - 1, r.out);
		FCGX_Finish_r(&r);
	}
	return 0;
}
