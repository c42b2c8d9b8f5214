/* SPDX-License-Identifier: Apache-2.0 */
/* Inside the room: what conf.c, status.c, notify.c, budget.c and probe.c share. */
#ifndef LARCH_CONF_INNER_H
#define LARCH_CONF_INNER_H

#include "conf.h"

#define CONF_MODULE "larch-conf"
#define SECOND INT64_C(1000)
#define MINUTE (60 * SECOND)
#define HOUR (60 * MINUTE)

/* A relative path starts at the folder of larch.json. */
const char *conf_absolute(const struct conf *c, const char *path);

/* A duration within its bounds, ms; path is the setting's below /larch-conf:larch/, for the sentence. */
struct conf_span {
	int64_t *out, min, max;
};
int conf_span(struct conf *c, const char *path, const char *text, const struct conf_span *of, struct err *e);

/* A text member, in the arena; NULL: it is not there. */
const char *conf_text(struct conf *c, const json_t *o, const char *key);

/* A list of texts, in the arena. */
void conf_texts(struct conf *c, const json_t *list, const char ***out, size_t *n);

/* The lists of these containers; their single values are rows of conf.c. */
int conf_take_status(struct conf *c, const json_t *status, struct err *e);
int conf_take_notify(struct conf *c, const json_t *notify, struct err *e);
int conf_take_budgets(struct conf *c, const json_t *power, struct err *e);
int conf_take_probe(struct conf *c, const json_t *probe, struct err *e);

#endif
