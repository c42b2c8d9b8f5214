/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rows where they belong in an answer. A few are written into it; many leave
 * a hole, and are written while the answer is sent: ten thousand rows never
 * stand in memory together.
 */
#include "room.h"

#define AT_ONCE 200 /* rows that are written at once */
#define STEP 64     /* rows between two writes to the client */

struct web_hole {
	const struct web_shown *shown;
	web_rows_fn *rows;
	size_t at;      /* in the body: before this byte */
	struct web_hole *next;
};

void
web_rows_place(const struct web_shown *s, web_rows_fn *rows, struct buf *out)
{
	struct web_private *w = s->c->web;
	struct web_hole *hole;

	if (s->n <= AT_ONCE || !s->table->lasts) {
		rows(s, 0, s->n, out);
		return;
	}
	hole = arena_alloc(s->c->arena, sizeof(*hole));
	*hole = (struct web_hole){.shown = s, .rows = rows, .at = out->n};
	*(w->last_hole != NULL ? &w->last_hole->next : &w->first_hole) = hole;
	w->last_hole = hole;
}

static int
fill(const struct web_hole *h, struct buf *block, struct http_out *out, struct err *e)
{
	for (size_t i = 0; i < h->shown->n; i += STEP) {
		buf_clear(block);
		h->rows(h->shown, i, i + STEP < h->shown->n ? i + STEP : h->shown->n, block);
		if (block->over)
			return err_set(e, ERR_LIMIT, "%d rows are longer than %zu bytes", STEP, block->max);
		if (http_write(out, buf_view(block)) != 0)
			return -1;
	}
	return 0;
}

static int
send_all(struct http_out *out, void *ctx, struct err *e)
{
	const struct web_call *c = ctx;
	struct str body = buf_view(&c->web->response->body);
	struct buf block = BUF(LIMIT_PAGE);
	size_t sent = 0;
	int rc = 0;

	for (const struct web_hole *h = c->web->first_hole; h != NULL && rc == 0; h = h->next) {
		rc = http_write(out, (struct str){body.p + sent, h->at - sent});
		sent = h->at;
		if (rc == 0)
			rc = fill(h, &block, out, e);
	}
	if (rc == 0)
		rc = http_write(out, (struct str){body.p + sent, body.n - sent});
	buf_free(&block);
	return rc;
}

void
web_rows_send(struct web_call *c)
{
	struct http_response *r = c->web->response;

	if (c->web->first_hole == NULL || r->body.over)
		return;
	r->stream = send_all;
	r->stream_ctx = c;
}
