/* SPDX-License-Identifier: Apache-2.0 */
/* Evidence as text of bounded length, however much a device has said. */
#include "evidence.h"

static void
longer(json_t **longest, json_t *list)
{
	if (json_array_size(list) > json_array_size(*longest))
		*longest = list;
}

/* The last eighth of its longest list goes: it fits after few rounds. False: there is nothing left to go. */
static bool
shorten(json_t *o)
{
	json_t *longest = NULL, *bmc;
	size_t i, n;

	longer(&longest, json_object_get(o, "checks"));
	longer(&longest, json_object_get(o, "outlets"));
	longer(&longest, json_object_get(o, "not_had"));
	json_array_foreach(json_object_get(o, "bmc"), i, bmc) {
		longer(&longest, json_object_get(bmc, "sensors"));
		longer(&longest, json_object_get(bmc, "events"));
	}
	n = json_array_size(longest);
	for (i = n / 8 + 1; i > 0 && n > 0; i--)
		(void)json_array_remove(longest, --n);
	return longest != NULL;
}

void
drive_evidence_text(json_t *o, struct buf *out)
{
	jsn_set(o, "cut", json_false());
	for (jsn_canonical(o, out); out->over && shorten(o); jsn_canonical(o, out)) {
		jsn_set(o, "cut", json_true());
		buf_free(out);
		*out = (struct buf)BUF(LIMIT_EVIDENCE);
	}
}
