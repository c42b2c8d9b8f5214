/* SPDX-License-Identifier: Apache-2.0 */
/* Why there was no login: what ssh says of it, a row each. */
#include <string.h>

#include "login.h"
#include "login_inner.h"

#define SSH_FAILED 255 /* ssh(1): an error occurred; else it is the exit status of the command */

static const struct {
	const char *name, *sentence;
} outcomes[LOGIN_OUTCOME_COUNT] = {
    [LOGIN_OK] = {"ok", ""},
    [LOGIN_REFUSED] = {"refused", "nobody listens on its ssh port"},
    [LOGIN_NO_ROUTE] = {"no-route", "there is no route to it"},
    [LOGIN_TIMED_OUT] = {"timed-out", "it does not answer on its ssh port"},
    [LOGIN_NO_NAME] = {"no-name", "its name has no address"},
    [LOGIN_PASSWORD_WANTED] = {"password-wanted", "it wants a password: our key is not enough there"},
    [LOGIN_KEY_REFUSED] = {"key-refused", "it does not take our key"},
    [LOGIN_HOST_KEY_CHANGED] = {"host-key-changed", "its host key is not the one that is known: it was installed anew, or it is another machine"},
    [LOGIN_HOST_KEY_UNKNOWN] = {"host-key-unknown", "its host key is not known: add it to ssh's known hosts"},
    [LOGIN_NOT_AGREED] = {"not-agreed", "it and ssh have no common key exchange, cipher or version"},
    [LOGIN_CLOSED] = {"closed", "it closes the connection before a login"},
    [LOGIN_HUNG] = {"hung", "it took the connection, and then no answer came"},
    [LOGIN_GARBAGE] = {"garbage", "what it printed is not our answer"},
    [LOGIN_SHELL_FAILED] = {"shell-failed", "its login shell fails"},
    [LOGIN_SSH_FAILED] = {"ssh-failed", "ssh fails"},
    [LOGIN_NO_SSH] = {"no-ssh", "ssh cannot be started"},
    [LOGIN_BAD_NAME] = {"bad-name", "its name is no host name"},
    [LOGIN_TOO_MANY] = {"too-many", "too many logins wait already"},
    [LOGIN_CANCELLED] = {"cancelled", "the login was stopped before its end"},
};

const char *
login_outcome_name(enum login_outcome o)
{
	return (size_t)o < LOGIN_OUTCOME_COUNT ? outcomes[o].name : "?";
}

const char *
login_sentence(enum login_outcome o, const char *said, struct arena *a)
{
	const char *sentence = (size_t)o < LOGIN_OUTCOME_COUNT ? outcomes[o].sentence : "";

	return said[0] == '\0' ? sentence : arena_printf(a, "%s (%s)", sentence, said);
}

/*
 * Words of ssh's, the most telling first: one failure may print several. `line` says that the line they stand in tells
 * a person more than our sentence. Sources: sshconnect.c, sshconnect2.c, packet.c and kex.c of OpenSSH 5.4 to 9.8.
 */
static const struct {
	const char *said;
	enum login_outcome outcome;
	bool line;
} rows[] = {
    {"REMOTE HOST IDENTIFICATION HAS CHANGED", LOGIN_HOST_KEY_CHANGED, false},
    {"REVOKED HOST KEY", LOGIN_HOST_KEY_CHANGED, true},
    {"host key is known for", LOGIN_HOST_KEY_UNKNOWN, true},
    {"Host key verification failed", LOGIN_HOST_KEY_UNKNOWN, false},
    {"Bad configuration option", LOGIN_SSH_FAILED, true},
    {"bad configuration option", LOGIN_SSH_FAILED, true},
    {"Can't open user config file", LOGIN_SSH_FAILED, true},
    {"Bad owner or permissions", LOGIN_SSH_FAILED, true},
    {"Could not resolve hostname", LOGIN_NO_NAME, true},
    {"Permission denied (", LOGIN_KEY_REFUSED, true},
    {"Too many authentication failures", LOGIN_KEY_REFUSED, true},
    {"No supported authentication methods", LOGIN_KEY_REFUSED, true},
    {"Unable to negotiate", LOGIN_NOT_AGREED, true},
    {"no matching ", LOGIN_NOT_AGREED, true},
    {"Protocol major versions differ", LOGIN_NOT_AGREED, true},
    {"Connection refused", LOGIN_REFUSED, false},
    {"No route to host", LOGIN_NO_ROUTE, false},
    {"Network is unreachable", LOGIN_NO_ROUTE, true},
    {"Host is down", LOGIN_NO_ROUTE, true},
    {"timed out during banner exchange", LOGIN_TIMED_OUT, true},
    {"timed out", LOGIN_TIMED_OUT, false},
    {"System is booting up", LOGIN_CLOSED, true},
    {"closed by", LOGIN_CLOSED, true},
    {"Connection reset", LOGIN_CLOSED, true},
    {"kex_exchange_identification", LOGIN_CLOSED, true},
    {"Broken pipe", LOGIN_CLOSED, true},
};

/* The line in which n bytes at `at` stand. */
static struct str
line_around(struct str text, const char *at)
{
	const char *from = at, *to = at;

	while (from > text.p && from[-1] != '\n')
		from--;
	while (to < text.p + text.n && *to != '\n')
		to++;
	return (struct str){from, (size_t)(to - from)};
}

/* "Permission denied (publickey,password)": what is in the parentheses would have been taken. */
static bool
wants_password(struct str line)
{
	return memmem(line.p, line.n, "password", 8) != NULL || memmem(line.p, line.n, "keyboard-interactive", 20) != NULL;
}

static enum login_outcome
judge_ssh(struct str err, struct arena *a, const char **text)
{
	for (size_t i = 0; i < LARCH_COUNT(rows); i++) {
		const char *at = err.n == 0 ? NULL : memmem(err.p, err.n, rows[i].said, strlen(rows[i].said));
		enum login_outcome o = rows[i].outcome;
		struct str line;

		if (at == NULL)
			continue;
		line = line_around(err, at);
		if (o == LOGIN_KEY_REFUSED && wants_password(line))
			o = LOGIN_PASSWORD_WANTED;
		*text = login_sentence(o, rows[i].line ? login_said(line, LOGIN_CELL * 2, a) : "", a);
		return o;
	}
	*text = login_sentence(LOGIN_SSH_FAILED, login_said(err, LOGIN_CELL * 2, a), a);
	return LOGIN_SSH_FAILED;
}

enum login_outcome
login_judge(int status, struct str out, struct str err, struct arena *a, const char **text)
{
	const char *said = login_said(err, LOGIN_CELL * 2, a);
	enum login_outcome o = status == 0 ? LOGIN_GARBAGE : LOGIN_SHELL_FAILED;

	if (status == SSH_FAILED)
		return judge_ssh(err, a, text);
	if (said[0] == '\0')
		said = login_said(out, LOGIN_CELL * 2, a);
	*text = login_sentence(o, status == 0 ? said : arena_printf(a, "exit %d%s%s", status, said[0] == '\0' ? "" : ": ", said), a);
	return o;
}
