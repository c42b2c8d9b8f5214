/* SPDX-License-Identifier: Apache-2.0 */
/* The break-glass account: its hash, which is made here and nowhere sent; and the first policy, which it may add. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <argon2.h>

#include "cli.h"
#include "conf/conf.h"

#define SALT_BYTES 16
#define HASH_BYTES 32
#define ENCODED 128 /* "$argon2id$v=19$m=65536,t=3,p=1$" and two texts of base64 */

/* ---- break-glass hash ------------------------------------------------------------------ */

static int
make(const struct buf *password, char out[ENCODED], struct err *e)
{
	unsigned char salt[SALT_BYTES];
	int rc;

	file_random(salt, sizeof(salt));
	rc = argon2id_hash_encoded(CONF_GLASS_PASSES, CONF_GLASS_MEMORY, 1, password->p, password->n, salt, sizeof(salt),
	    HASH_BYTES, out, ENCODED);
	return rc == ARGON2_OK ? 0 : err_set(e, ERR_UNAVAILABLE, "argon2id: %s", argon2_error_message(rc));
}

static int
put(struct cli *c, const char *hash, struct err *e)
{
	const char *file = c->argc > 0 ? c->argv[0] : NULL;
	const char *line = arena_printf(c->arena, "%s\n", hash);

	if (file == NULL) {
		printf("%s", line);
		return 0;
	}
	if (file_publish(file, str_of(line), 0640, e) != 0)
		return -1;
	cli_say(c, "%s is written. login must be able to read it, and reads it when it starts.", file);
	return 0;
}

int
cmd_break_glass_hash(struct cli *c)
{
	struct buf password = {0};
	char hash[ENCODED];
	struct err e = {0};
	int code = EXIT_OK;

	if (ask_new_password(c, c->opt.user != NULL ? c->opt.user : "the break-glass account", &password, &e) != 0 ||
	    conf_glass_password(buf_view(&password), c->opt.user, &e) != 0 || make(&password, hash, &e) != 0 || put(c, hash, &e) != 0)
		code = cli_fail(c, &e);
	buf_wipe(&password);
	return code;
}

/* ---- policy add ------------------------------------------------------------------------- */

static json_t *
read_policy(const char *name, struct err *e)
{
	struct buf text = BUF(LIMIT_CONFIG_FILE);
	char block[16384];
	json_t *o = NULL;
	ssize_t n;

	if (strcmp(name, "-") != 0) {
		if (file_read(name, LIMIT_CONFIG_FILE, &text, e) != 0)
			return NULL;
	} else {
		while ((n = read(STDIN_FILENO, block, sizeof(block))) > 0 || (n < 0 && errno == EINTR && !interrupted))
			if (n > 0)
				buf_add(&text, block, (size_t)n);
	}
	if (text.over)
		err_set(e, ERR_LIMIT, "standard input: larger than %u bytes", LIMIT_CONFIG_FILE);
	else
		o = jsn_parse(buf_view(&text), strcmp(name, "-") == 0 ? "standard input" : name, e);
	buf_free(&text);
	return o;
}

int
cmd_policy_add(struct cli *c)
{
	struct buf body = BUF(LIMIT_CONFIG_FILE);
	struct api_request q = {.method = "POST", .path = "/api/v1/policy"};
	struct api_answer a = {0};
	struct err e = {0};
	json_t *policy = read_policy(c->argv[0], &e), *o;
	int code = EXIT_OK;

	if (policy == NULL)
		return cli_fail(c, &e);
	o = json_object();
	jsn_set(o, "policy", policy);
	jsn_canonical(o, &body);
	json_decref(o);
	q.body = buf_view(&body);
	if (api_call(c, &q, &a, &e) != 0)
		code = cli_fail(c, &e);
	else if (a.status < 200 || a.status > 299)
		code = api_fail(c, &a);
	else
		cli_say(c, "The first policy is in force: %s. Everybody is told.", jsn_text_or(a.body, "file", "it is on the server"));
	api_answer_finish(&a);
	buf_free(&body);
	return code;
}
