/* SPDX-License-Identifier: Apache-2.0 */
/* /healthz for a load balancer or a person's curl. */
#include "pages.h"

/*
 * 200 "ok", or 503 with what is wrong. Anybody may ask, so it names no thing of
 * the room and no path: a missing file is told by what is missing.
 */
int
pages_healthz(struct web_call *c, struct err *e)
{
	struct status *s = pages_status(c);
	struct status_pulse p;
	struct err why;
	char age[TIMES_TEXT];

	if (pages_inv(c, &why) == NULL)
		return err_set(e, ERR_UNAVAILABLE, "the inventory cannot be read");
	if (s == NULL)
		return err_set(e, ERR_UNAVAILABLE, "the room's status cannot be read: larchd has not run yet, or its file is gone");
	if (status_pulse(s, c->arena, &p, &why) != 0)
		return err_set(e, ERR_UNAVAILABLE, "the room's status cannot be read");
	if (p.beat == 0)
		return err_set(e, ERR_UNAVAILABLE, "larchd has not run yet");
	if (c->now - p.beat > STATUS_GONE_MS)
		return err_set(e, ERR_UNAVAILABLE, "larchd is gone or stuck: its last sign of life is %s old",
		    times_age(c->now - p.beat, age));
	return web_plain(c, 200, STR("ok\n"), e);
}
