/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tell: who is told of what. Rules of larch.json (`notify`) name events, and a
 * mail or a webhook; larchd asks, every second, which rule has something to
 * say and may say it now: at most one message in the rule's time, and none in
 * its quiet hours. What happens meanwhile is in the next message: a rule keeps
 * in status.db how far it has told, so a restart tells nothing twice and
 * forgets nothing. It never touches a device, and what it sends with (a
 * sendmail, curl) are children without a shell.
 *
 * find.c what happened since, digest.c the text of it, send.c the children,
 * tell.c the rules and their time.
 */
#ifndef LARCH_TELL_TELL_H
#define LARCH_TELL_TELL_H

#include <uv.h>

#include "base/base.h"
#include "conf/conf.h"
#include "inv/inv.h"
#include "status/status.h"

struct tell;
struct tell_room {
	uv_loop_t *loop;
	const struct conf *conf;
	struct inv **inv;       /* where the current reader is; *inv NULL: none yet, and a rule with a query waits */
	struct status *status;  /* the writer's handle */
};
LARCH_API int tell_create(const struct tell_room *room, struct tell **out, struct err *e);
/* Messages on their way are given up, and told again by the next larchd. */
LARCH_API void tell_destroy(struct tell *t);
LARCH_API void tell_set_conf(struct tell *t, const struct conf *conf);

/*
 * Something that no check sees: a job that ended partial, a journal that is broken, a larchd that started. It is kept
 * at once; `thing` is what it is about (a host list), or "". text: one sentence.
 */
LARCH_API void tell_event(struct tell *t, enum conf_event what, const char *thing, const char *text);

/* ---- the text, pure ------------------------------------------------------------ */

/* One thing that happened. */
struct tell_item {
	enum conf_event what;
	int64_t at;              /* ms */
	const char *thing;       /* a name, or a host list; "" nothing in particular */
	const char *check;       /* of a change of level: "ping"; else "" */
	const char *from, *to;   /* what it read, and reads; "" */
	const char *text;        /* one sentence, or "" */
};

struct tell_digest {
	const char *subject;     /* one line, without control bytes */
	const char *body;        /* lines of at most 78 columns where names allow it */
	const char *json;        /* for a webhook: {"text","subject","site","rule","from","to","total","events":[...]} */
};
/* items by time; all texts may be foreign. The digest is the arena's. */
LARCH_API void tell_digest(const struct conf *conf, const struct conf_rule *rule, const struct tell_item *items, size_t n,
    struct arena *a, struct tell_digest *out);

/* A whole mail (RFC 5322) with that subject and body, for sendmail's standard input. */
LARCH_API void tell_mail(const struct conf *conf, const struct conf_rule *rule, const struct tell_digest *d, int64_t now,
    struct buf *out);
/* curl's configuration for a webhook; secret may be empty. It holds the secret: wiped by the caller. */
LARCH_API void tell_curl(const struct conf_rule *rule, struct str secret, const struct tell_digest *d, struct buf *out);

/* Is it within the quiet hours of a rule? minute: of the room's day. */
LARCH_API bool tell_quiet(const struct conf_rule *rule, int minute);

#endif
