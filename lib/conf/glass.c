/* SPDX-License-Identifier: Apache-2.0 */
/* The break-glass account: what its hash must be, and what its password may be. */
#include <string.h>

#include "inner.h"

#define MOST_BYTES 1024 /* as a password of the directory */

/* ---- the hash -------------------------------------------------------------------------- */

/* What an argon2id text says of itself: "$argon2id$v=19$m=65536,t=3,p=1$SALT$HASH". */
struct cost {
	int64_t version, memory, passes, lanes;
	struct str salt, hash;
};

/* "m=65536" of the text's next part. */
static int
number(struct str *rest, char end, const char *key, int64_t *out)
{
	struct str part = str_cut(rest, end);
	size_t n = strlen(key);

	if (!str_starts(part, key))
		return -1;
	return str_int((struct str){part.p + n, part.n - n}, 1, INT32_MAX, out);
}

static bool
is_base64(struct str s, size_t least, size_t most)
{
	static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

	for (size_t i = 0; i < s.n; i++)
		if (memchr(digits, s.p[i], sizeof(digits) - 1) == NULL)
			return false;
	return s.n >= least && s.n <= most;
}

static int
take_apart(struct str text, struct cost *out)
{
	struct str rest = text;

	*out = (struct cost){0};
	if (str_cut(&rest, '$').n != 0 || !str_is(str_cut(&rest, '$'), "argon2id") ||
	    number(&rest, '$', "v=", &out->version) != 0 || number(&rest, ',', "m=", &out->memory) != 0 ||
	    number(&rest, ',', "t=", &out->passes) != 0 || number(&rest, '$', "p=", &out->lanes) != 0)
		return -1;
	out->salt = str_cut(&rest, '$');
	out->hash = rest;
	return is_base64(out->salt, 22, 86) && is_base64(out->hash, 43, 86) ? 0 : -1; /* 16 bytes and 32, at least */
}

int
conf_glass_check(struct str hash, struct err *e)
{
	struct cost c;

	if (take_apart(hash, &c) != 0)
		return err_set(e, ERR_INPUT, "this is no argon2id hash with 16 bytes of salt and 32 of hash; larch break-glass hash makes one");
	if (c.version != 19)
		return err_set(e, ERR_INPUT, "argon2id has version 19 here, not %lld", (long long)c.version);
	if (c.memory < CONF_GLASS_MEMORY || c.passes < CONF_GLASS_PASSES)
		return err_set(e, ERR_INPUT, "m=%lld,t=%lld is cheaper to guess than m=%d,t=%d, which is the least here",
		    (long long)c.memory, (long long)c.passes, CONF_GLASS_MEMORY, CONF_GLASS_PASSES);
	if (c.memory > LIMIT_GLASS_MEMORY || c.passes > LIMIT_GLASS_PASSES || c.lanes > LIMIT_GLASS_LANES)
		return err_set(e, ERR_INPUT, "m=%lld,t=%lld,p=%lld takes more than login may spend: m=%d,t=%d,p=%d is the most",
		    (long long)c.memory, (long long)c.passes, (long long)c.lanes, LIMIT_GLASS_MEMORY, LIMIT_GLASS_PASSES,
		    LIMIT_GLASS_LANES);
	return 0;
}

int
conf_glass_hash(const struct conf *c, struct buf *out, struct err *e)
{
	if (file_read_sealed(c->break_glass.hash_file, out, e) != 0)
		return -1;
	if (conf_glass_check(buf_view(out), e) == 0)
		return 0;
	buf_wipe(out);
	return err_prefix(e, "%s", c->break_glass.hash_file);
}

/* ---- the password ---------------------------------------------------------------------- */

/* Is `word` in it, in any case? */
static bool
has_word(struct str s, const char *word)
{
	size_t n = strlen(word);

	for (size_t i = 0; n > 0 && i + n <= s.n; i++)
		if (strncasecmp(s.p + i, word, n) == 0)
			return true;
	return false;
}

/* The same piece over and over: "abcabcabcabcabc". */
static bool
repeats(struct str s)
{
	for (size_t piece = 1; piece <= s.n / 2; piece++)
		if (memcmp(s.p, s.p + piece, s.n - piece) == 0)
			return true;
	return false;
}

/* How many of its characters stand beside the one before them in an alphabet or on a keyboard. */
static bool
walks(struct str s)
{
	static const char rows[] = "abcdefghijklmnopqrstuvwxyz\n01234567890\nqwertyuiop\nasdfghjkl\nzxcvbnm\nqwertzuiop\nazertyuiop\nqsdfghjklm\n";
	size_t near = 0;

	for (size_t i = 1; i < s.n; i++) {
		const char ahead[] = {(char)(s.p[i - 1] | 0x20), (char)(s.p[i] | 0x20), '\0'};
		const char back[] = {ahead[1], ahead[0], '\0'};

		near += s.p[i] == s.p[i - 1] || strstr(rows, ahead) != NULL || strstr(rows, back) != NULL;
	}
	return near * 2 >= s.n;
}

/* What a guesser tries first: a word of the trade with something behind it. */
static bool
is_common(struct str s, const char *name)
{
	static const char *const words[] = {"password", "passwort", "breakglass", "break-glass", "emergency", "letmein", "welcome",
	    "changeme", "administrator", "machineroom", "larch"};
	size_t longest = 0;

	for (size_t i = 0; i < LARCH_COUNT(words); i++)
		if (has_word(s, words[i]) && strlen(words[i]) > longest)
			longest = strlen(words[i]);
	if (name != NULL && has_word(s, name) && strlen(name) > longest)
		longest = strlen(name);
	return longest > 0 && s.n < longest + CONF_GLASS_LEAST;
}

int
conf_glass_password(struct str password, const char *name, struct err *e)
{
	size_t n = str_characters(password);

	if (password.n > MOST_BYTES)
		return err_set(e, ERR_INPUT, "the password is longer than %d bytes", MOST_BYTES);
	if (!str_is_text(password))
		return err_set(e, ERR_INPUT, "the password holds bytes that are no text: nobody could type it");
	if (n < CONF_GLASS_LEAST)
		return err_set(e, ERR_INPUT, "the password has %zu characters; %d are the least, and four or five words are easy to read out",
		    n, CONF_GLASS_LEAST);
	if (repeats(password))
		return err_set(e, ERR_INPUT, "the password is one piece over and over");
	if (walks(password))
		return err_set(e, ERR_INPUT, "the password is a walk over the alphabet or the keyboard");
	if (is_common(password, name))
		return err_set(e, ERR_INPUT, "beside its name, or a word that everybody tries first, the password has fewer than %d characters",
		    CONF_GLASS_LEAST);
	return 0;
}
