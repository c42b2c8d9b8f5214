/* SPDX-License-Identifier: Apache-2.0 */
/* The past, until it can be read: a strong definition takes the place of each of these. */
#include "inv_private.h"

__attribute__((weak)) int
inv_history(struct inv *i, const struct inv_history_ask *ask, struct arena *a, struct inv_edit_row **out, size_t *n_out,
    struct err *e)
{
	(void)i;
	(void)ask;
	(void)a;
	*out = NULL;
	*n_out = 0;
	return err_set(e, ERR_UNAVAILABLE, "the history cannot be read yet");
}

__attribute__((weak)) int
inv_open_at(const char *path, int64_t ms, struct inv **out, struct err *e)
{
	(void)path;
	(void)ms;
	*out = NULL;
	return err_set(e, ERR_UNAVAILABLE, "the past cannot be read yet");
}
