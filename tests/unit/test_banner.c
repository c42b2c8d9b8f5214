/* SPDX-License-Identifier: Apache-2.0 */
/* What an ssh server may say first, and what is none: RFC 4253 section 4.2. */
#include "probe/banner.h"
#include "t.h"

static char said[LIMIT_SSH_GREETING + 1];

static void
judged(struct str seen, enum banner want, const char *want_line)
{
	struct str line;
	char text[LIMIT_SSH_VERSION + 1];

	T_INT(banner_parse(seen, &line), want);
	T_OK(line.n <= LIMIT_SSH_VERSION);
	snprintf(text, sizeof(text), "%.*s", (int)line.n, line.p == NULL ? "" : line.p);
	T_STR(text, want_line);
}

static void
t_a_version_line_is_whole_and_of_a_protocol_we_know(void)
{
	judged(STR("SSH-2.0-OpenSSH_9.2p1 Debian-2\r\n"), BANNER_SSH, "SSH-2.0-OpenSSH_9.2p1 Debian-2");
	judged(STR("SSH-2.0-x\n"), BANNER_SSH, "SSH-2.0-x");
	judged(STR("SSH-1.99-Cisco-1.25\r\n"), BANNER_SSH, "SSH-1.99-Cisco-1.25");
	judged(STR("SSH-2.0-x\r\n\0\0\1\2"), BANNER_SSH, "SSH-2.0-x"); /* the key exchange follows at once */
	judged(STR("SSH-2.0-x\r"), BANNER_MORE, "SSH-2.0-x");
	judged(STR("SSH-2.0-"), BANNER_MORE, "SSH-2.0-");
	judged(STR("SS"), BANNER_MORE, "SS");
	judged((struct str){NULL, 0}, BANNER_MORE, "");
}

static void
t_other_versions_and_empty_names_are_wrong(void)
{
	judged(STR("SSH-1.5-old\r\n"), BANNER_WRONG, "SSH-1.5-old");
	judged(STR("SSH-2.0-\r\n"), BANNER_WRONG, "SSH-2.0-");
	judged(STR("SSH-2.0- x\r\n"), BANNER_WRONG, "SSH-2.0- x");
	judged(STR("SSH-2.00-x\r\n"), BANNER_WRONG, "SSH-2.00-x");
	judged(STR("SSH-\r\n"), BANNER_WRONG, "SSH-");
	judged(STR("SSH-2.0-a\0b\r\n"), BANNER_WRONG, "SSH-2.0-a");
	judged(STR("ssh-2.0-x\r\n"), BANNER_MORE, "ssh-2.0-x"); /* a line before, by the letter */
}

static void
t_lines_may_come_before_it_up_to_a_number(void)
{
	struct buf b = BUF(LIMIT_SSH_GREETING);

	judged(STR("hello\r\n\r\nSSH-2.0-x\r\n"), BANNER_SSH, "SSH-2.0-x");
	judged(STR("220 mail ready\r\n"), BANNER_MORE, "220 mail ready");
	judged(STR("\r\nsecond\r\n"), BANNER_MORE, "second");
	for (int i = 0; i < LIMIT_SSH_LINES; i++)
		buf_puts(&b, "a line\n");
	judged(buf_view(&b), BANNER_MORE, "a line");
	buf_puts(&b, "SS"); /* a packet may end anywhere */
	judged(buf_view(&b), BANNER_MORE, "a line");
	buf_puts(&b, "H-2.0-x\n");
	judged(buf_view(&b), BANNER_SSH, "SSH-2.0-x");
	buf_clear(&b);
	for (int i = 0; i <= LIMIT_SSH_LINES; i++)
		buf_puts(&b, "a line\n");
	buf_puts(&b, "SSH-2.0-x\n");
	judged(buf_view(&b), BANNER_WRONG, "a line");
	buf_free(&b);
}

static void
t_what_is_too_long_is_wrong(void)
{
	struct str line;

	memset(said, 'x', sizeof(said));
	memcpy(said, "SSH-2.0-", 8);
	memcpy(said + LIMIT_SSH_VERSION - 2, "\r\n", 2);
	T_INT(banner_parse((struct str){said, LIMIT_SSH_VERSION}, &line), BANNER_SSH); /* just as long as it may be */
	T_INT(banner_parse((struct str){said, LIMIT_SSH_VERSION - 1}, &line), BANNER_MORE);
	memcpy(said + LIMIT_SSH_VERSION - 2, "xx", 2);
	said[LIMIT_SSH_VERSION] = '\n';
	T_INT(banner_parse((struct str){said, LIMIT_SSH_VERSION}, &line), BANNER_WRONG);
	T_INT(banner_parse((struct str){said, LIMIT_SSH_VERSION + 1}, &line), BANNER_WRONG);
	memset(said, 'x', sizeof(said));
	T_INT(banner_parse((struct str){said, LIMIT_SSH_GREETING - 1}, &line), BANNER_MORE);
	T_INT(banner_parse((struct str){said, LIMIT_SSH_GREETING}, &line), BANNER_WRONG);
	T_INT(line.n, LIMIT_SSH_VERSION);
}

T_MAIN(T(t_a_version_line_is_whole_and_of_a_protocol_we_know), T(t_other_versions_and_empty_names_are_wrong),
    T(t_lines_may_come_before_it_up_to_a_number), T(t_what_is_too_long_is_wrong))
