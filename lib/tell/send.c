/* SPDX-License-Identifier: Apache-2.0 */
/* One message on its way: children without a shell, their words and secrets on their standard input. */
#include <stdlib.h>
#include <string.h>

#include "inner.h"
#include "probe/run.h"

#define SEND_MS 30000

struct tell_sending {
	struct tell_room room;
	const struct conf_rule *rule;
	struct arena *a;
	struct tell_digest digest;
	tell_sent_fn *done;
	void *ctx;
	struct run *child;
	bool mailed;
	bool hooked;
};

static void next(struct tell_sending *s);

static void
finish(struct tell_sending *s, const char *trouble)
{
	s->done(s->ctx, trouble);
	arena_destroy(s->a);
	free(s);
}

static void
ended(void *ctx, const struct run_answer *answer)
{
	struct tell_sending *s = ctx;

	s->child = NULL;
	if (answer->outcome != RUN_DONE || answer->status != 0 || answer->signal != 0)
		finish(s, answer->text);
	else
		next(s);
}

static void
start(struct tell_sending *s, const char *const *argv, struct buf *input)
{
	const struct run_spec spec = {.argv = argv, .input = buf_view(input), .timeout_ms = SEND_MS};

	s->child = run_start(s->room.loop, &spec, ended, s);
	buf_wipe(input);
}

/* -i: a line with a dot alone ends nothing. */
static void
mail(struct tell_sending *s)
{
	const struct conf_rule *r = s->rule;
	const char **argv = arena_array(s->a, r->n_mail + 4, sizeof(*argv));
	struct buf text = BUF(2 * LIMIT_TELL_TEXT);
	size_t n = 0;

	argv[n++] = s->room.conf->notify.sendmail;
	argv[n++] = "-i";
	argv[n++] = "--";
	for (size_t i = 0; i < r->n_mail; i++)
		argv[n++] = r->mail[i];
	tell_mail(s->room.conf, r, &s->digest, times_now(), &text);
	start(s, argv, &text);
}

static void
hook(struct tell_sending *s)
{
	static const char *const argv[] = {"curl", "-q", "--config", "-", NULL};
	struct buf secret = BUF(LIMIT_SECRET_FILE), text = BUF(4 * LIMIT_TELL_JSON);
	struct err e;

	if (s->rule->webhook_secret_file != NULL && file_read_secret(s->rule->webhook_secret_file, &secret, &e) != 0) {
		finish(s, e.text);
		return;
	}
	tell_curl(s->rule, buf_view(&secret), &s->digest, &text);
	buf_wipe(&secret);
	start(s, argv, &text);
}

static void
next(struct tell_sending *s)
{
	if (!s->mailed && s->rule->n_mail > 0) {
		s->mailed = true;
		mail(s);
	} else if (!s->hooked && s->rule->webhook != NULL) {
		s->hooked = true;
		hook(s);
	} else {
		finish(s, NULL);
	}
}

struct tell_sending *
tell_send(const struct tell_room *room, const struct conf_rule *rule, const struct tell_digest *d, tell_sent_fn *done,
    void *ctx)
{
	struct tell_sending *s = calloc(1, sizeof(*s));

	if (s == NULL)
		log_die("out of memory: no message");
	*s = (struct tell_sending){.room = *room, .rule = rule, .a = arena_create(), .done = done, .ctx = ctx};
	s->digest = (struct tell_digest){arena_strdup(s->a, d->subject), arena_strdup(s->a, d->body), arena_strdup(s->a, d->json)};
	return s;
}

void
tell_send_start(struct tell_sending *s)
{
	next(s);
}

void
tell_send_drop(struct tell_sending *s)
{
	if (s == NULL)
		return;
	run_drop(s->child);
	arena_destroy(s->a);
	free(s);
}
