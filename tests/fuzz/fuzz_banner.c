/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Any greeting: what is said of a whole is not taken back when more comes, a version line is what RFC 4253 says,
 * and what people see of it is text of one line.
 */
#include <string.h>

#include "fuzz.h"
#include "probe/banner.h"

static void
check_line(struct str seen, struct str line, enum banner is)
{
	struct buf b = BUF(4 * LIMIT_SSH_VERSION);

	DEMAND(line.n <= LIMIT_SSH_VERSION && memchr(line.n > 0 ? line.p : "", '\n', line.n) == NULL);
	DEMAND(line.n == 0 || (line.p >= seen.p && line.p + line.n <= seen.p + seen.n));
	if (is == BANNER_SSH)
		DEMAND((str_starts(line, "SSH-2.0-") && line.n > 8) || (str_starts(line, "SSH-1.99-") && line.n > 9));
	buf_plain(&b, line);
	DEMAND(!b.over && b.n <= LIMIT_SSH_VERSION && str_is_text(buf_view(&b)));
	buf_free(&b);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct str seen = {(const char *)data, n < LIMIT_SSH_GREETING ? n : LIMIT_SSH_GREETING}, line;
	enum banner was = BANNER_MORE, is;
	size_t step = n > 0 ? data[n - 1] % 7 + 1 : 1;

	for (size_t k = 0; k < seen.n; k += step) { /* as it comes from a network: a piece after the other */
		struct str part = {seen.p, k};

		is = banner_parse(part, &line);
		check_line(part, line, is);
		DEMAND(was == BANNER_MORE || is == was);
		was = is;
	}
	is = banner_parse(seen, &line);
	check_line(seen, line, is);
	DEMAND(was == BANNER_MORE || is == was);
	DEMAND(is != BANNER_MORE || seen.n < LIMIT_SSH_GREETING);
	return 0;
}
