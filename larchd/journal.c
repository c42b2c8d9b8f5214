/* SPDX-License-Identifier: Apache-2.0 */
/* Is the journal whole? Looked at in a worker, which has a reader of its own: the loop goes on switching. */
#include <stdio.h>
#include <stdlib.h>

#include "larchd.h"

#define VERIFY_MS (24 * 60 * 60 * 1000)

struct walk {
	uv_work_t work;
	struct larchd *l;
	char *path;
	bool whole;
	int64_t rows;
	struct err e;
};

static void
walk(uv_work_t *work)
{
	struct walk *w = work->data;
	unsigned char head[JOURNAL_HASH];
	struct journal *j;

	if (journal_open_reader(w->path, &j, &w->e) != 0)
		return;
	w->whole = journal_verify(j, &w->rows, head, &w->e) == 0;
	journal_close(j);
}

static void
walked(uv_work_t *work, int status)
{
	struct walk *w = work->data;

	if (status == 0 && w->whole) {
		log_info("the journal is whole: %lld rows", (long long)w->rows);
	} else if (status == 0 && !w->l->stopping) {
		log_error("the journal is broken: %s", w->e.text);
		tell_event(w->l->tell, CONF_JOURNAL_BROKEN, "", w->e.text);
	}
	free(w->path);
	free(w);
}

static void
start(uv_timer_t *timer)
{
	struct larchd *l = timer->data;
	struct walk *w = calloc(1, sizeof(*w));

	if (w == NULL)
		log_die("out of memory: the journal is not looked at");
	w->work.data = w;
	w->l = l;
	if (asprintf(&w->path, "%s", conf_db(l->conf, "journal", l->a)) < 0)
		log_die("out of memory: the journal is not looked at");
	if (uv_queue_work(&l->loop, &w->work, walk, walked) != 0) {
		free(w->path);
		free(w);
	}
}

void
larchd_check_journal(struct larchd *l)
{
	uv_timer_init(&l->loop, &l->verify);
	l->verify.data = l;
	uv_timer_start(&l->verify, start, 0, VERIFY_MS);
}
