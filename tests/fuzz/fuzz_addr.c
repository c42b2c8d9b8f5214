/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Any text as an address. What is taken is written and read back the same; an IPv4 address in IPv6's spelling becomes the
 * other one; and a network that it is in has it with fewer bits too, and never across families.
 */
#include <stdlib.h>
#include <string.h>

#include "base/base.h"
#include "fuzz.h"

static void
must(bool so)
{
	if (!so)
		abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct str text = {(const char *)data, n};
	struct sockaddr_storage a, again, other = {.ss_family = AF_INET};
	char whole[ADDR_TEXT], host[ADDR_TEXT];
	struct err e = {0};
	int most;

	if (addr_parse(text, 161, &a, &e) != 0) {
		must(e.kind == ERR_INPUT && e.text[0] != '\0');
		return 0;
	}
	must(addr_port(&a) >= 1 && addr_port(&a) <= 65535);
	addr_text(&a, whole);
	must(addr_parse(str_of(whole), 1, &again, &e) == 0 && addr_equal(&a, &again));
	addr_plain(&a);
	addr_host_text(&a, host);
	must(addr_parse(str_of(host), addr_port(&a), &again, &e) == 0 && addr_equal(&a, &again));
	must(strncmp(host, "::ffff:", 7) != 0 || strchr(host + 7, '.') == NULL);
	most = a.ss_family == AF_INET6 ? 128 : 32;
	for (int bits = 0; bits <= most; bits++)
		must(addr_in(&a, &again, bits));
	other.ss_family = a.ss_family == AF_INET ? AF_INET6 : AF_INET;
	must(!addr_in(&a, &other, 0) && !addr_same_host(&a, &other));
	addr_set_port(&again, 1);
	must(addr_same_host(&a, &again) && addr_port(&again) == 1);
	return 0;
}
