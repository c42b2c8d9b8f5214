/* SPDX-License-Identifier: Apache-2.0 */
/* What is asked of the person: a line, a password without echo, y or N. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "cli.h"

/* One line of fd without its end; false when it ended before, or was interrupted. */
static bool
read_line(int fd, struct buf *out)
{
	char ch = 0;
	ssize_t n;

	while ((n = read(fd, &ch, 1)) == 1 && ch != '\n')
		buf_add(out, &ch, 1);
	if (out->n > 0 && out->p[out->n - 1] == '\r')
		out->p[--out->n] = '\0';
	ch = 0;
	return !out->over && !interrupted && (n == 1 || (n == 0 && out->n > 0));
}

int
ask_line(const char *prompt, struct buf *out, struct err *e)
{
	*out = BUF(LIMIT_SECRET_FILE);
	if (!isatty(STDIN_FILENO))
		return err_set(e, ERR_INPUT, "no terminal to ask for the user: give -u USER");
	fprintf(stderr, "%s", prompt);
	if (!read_line(STDIN_FILENO, out))
		return err_set(e, ERR_INPUT, "nothing was entered");
	return 0;
}

/* `otherwise`: how else it could have been given. */
static int
ask_hidden(const char *prompt, const char *otherwise, struct buf *out, struct err *e)
{
	struct termios was, quiet;
	bool good;

	if (!isatty(STDIN_FILENO) || tcgetattr(STDIN_FILENO, &was) != 0)
		return err_set(e, ERR_INPUT, "no terminal to ask for %s", otherwise);
	quiet = was;
	quiet.c_lflag &= ~(tcflag_t)ECHO;
	quiet.c_lflag |= ECHONL;
	tcsetattr(STDIN_FILENO, TCSAFLUSH, &quiet); /* before the prompt: who sees it may type */
	fprintf(stderr, "%s: ", prompt);
	good = read_line(STDIN_FILENO, out);
	tcsetattr(STDIN_FILENO, TCSAFLUSH, &was);
	if (!good)
		return err_set(e, ERR_INPUT, "nothing was entered");
	return 0;
}

static int
from_fd(const char *option, const char *text, struct buf *out, struct err *e)
{
	int64_t fd;

	if (str_int(str_of(text), 0, 65535, &fd) != 0)
		return err_set(e, ERR_INPUT, "--%s: \"%s\" is no file descriptor", option, text);
	if (fcntl((int)fd, F_GETFD) < 0)
		return err_set(e, ERR_INPUT, "--%s: descriptor %s is not open", option, text);
	if (!read_line((int)fd, out))
		return err_set(e, ERR_INPUT, "--%s: no line could be read from descriptor %s", option, text);
	return 0;
}

int
ask_password(struct cli *c, const char *user, struct buf *out, struct err *e)
{
	char *v = getenv("LARCH_PASSWORD");
	int rc;

	*out = BUF(LIMIT_SECRET_FILE);
	if (c->opt.password_file != NULL) {
		rc = file_read_secret(c->opt.password_file, out, e);
	} else if (c->opt.password_fd != NULL) {
		rc = from_fd("password-fd", c->opt.password_fd, out, e);
	} else if (v != NULL) {
		buf_puts(out, v);
		explicit_bzero(v, strlen(v)); /* gone from /proc/PID/environ too */
		rc = 0;
	} else {
		rc = ask_hidden(arena_printf(c->arena, "Password of %s", user),
		    "the password: give --password-file FILE, --password-fd N or LARCH_PASSWORD", out, e);
	}
	if (rc == 0 && out->n == 0)
		rc = err_set(e, ERR_INPUT, "an empty password is no password");
	if (rc != 0)
		buf_wipe(out);
	return rc;
}

int
ask_new_password(struct cli *c, const char *user, struct buf *out, struct err *e)
{
	bool typed = c->opt.password_file == NULL && c->opt.password_fd == NULL && getenv("LARCH_PASSWORD") == NULL;
	struct buf again = BUF(LIMIT_SECRET_FILE);
	int rc;

	if (ask_password(c, user, out, e) != 0)
		return -1;
	if (!typed)
		return 0;
	rc = ask_hidden("The same again", "the password again: there is no terminal", &again, e);
	if (rc == 0 && (again.n != out->n || !bytes_equal(again.p, out->p, out->n)))
		rc = err_set(e, ERR_INPUT, "the two passwords differ");
	buf_wipe(&again);
	if (rc != 0)
		buf_wipe(out);
	return rc;
}

int
ask_code(struct cli *c, struct buf *out, struct err *e)
{
	char *v = getenv("LARCH_CODE");
	int rc = 0;

	*out = BUF(LIMIT_SECRET_FILE);
	if (c->opt.code_fd != NULL) {
		rc = from_fd("code-fd", c->opt.code_fd, out, e);
	} else if (v != NULL) {
		buf_puts(out, v);
		explicit_bzero(v, strlen(v));
	} else {
		rc = ask_hidden("Code of your second factor, or a recovery code", "the code: give --code-fd N or LARCH_CODE", out, e);
	}
	if (rc == 0 && out->n == 0)
		rc = err_set(e, ERR_INPUT, "an empty code is no code");
	if (rc != 0)
		buf_wipe(out);
	return rc;
}

int
ask_yes(const struct cli *c, const char *question)
{
	struct buf line = BUF(LIMIT_NAME);
	int yes;

	(void)c;
	if (!isatty(STDIN_FILENO))
		return -1;
	fprintf(stderr, "%s [y/N] ", question);
	yes = read_line(STDIN_FILENO, &line) &&
	    (str_is(str_trim(buf_view(&line)), "y") || str_is(str_trim(buf_view(&line)), "yes"));
	buf_free(&line);
	return yes;
}
