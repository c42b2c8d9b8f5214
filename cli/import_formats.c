/* SPDX-License-Identifier: Apache-2.0 */
/* The formats, a row each, in the order in which they are guessed: the surest first. */
#include <string.h>

#include "import.h"

const struct importer importers[] = {
	{.name = "clusto", .help = "a clusto database of SQLite", .database = true, .looks = clusto_looks, .read = clusto_read},
	{.name = "pdu-config", .help = "pdu_config.json or pdumaster.json of PduMaster", .looks = pdu_config_looks,
	    .read = pdu_config_read},
	{.name = "powerman", .help = "powerman.conf", .looks = powerman_looks, .read = powerman_read},
	{.name = "racktables", .help = "RackTables: records of its CSV import, or a report's CSV", .looks = racktables_looks,
	    .read = racktables_read},
	{.name = "netbox", .help = "NetBox: devices, cables, racks, device types as CSV, together", .looks = netbox_looks,
	    .read = netbox_read},
	{.name = "ethers", .help = "/etc/ethers, or CSV with a row of titles: name, mac, ip ...", .looks = ethers_looks,
	    .read = ethers_read},
	{.name = "genders", .help = "/etc/genders", .looks = genders_looks, .read = genders_read},
};
const size_t n_importers = LARCH_COUNT(importers);

const struct importer *
import_named(const char *name)
{
	for (size_t i = 0; i < n_importers; i++)
		if (strcmp(importers[i].name, name) == 0)
			return &importers[i];
	return NULL;
}

const struct importer *
import_guess(const struct source *s, const char **why_out)
{
	for (size_t i = 0; i < n_importers; i++)
		if ((*why_out = importers[i].looks(s)) != NULL)
			return &importers[i];
	return NULL;
}

int
import_convert(const struct importer *im, const struct source *s, size_t n, json_t **room_out, json_t **notes_out,
    struct err *e)
{
	struct room *r = room_create();
	int rc;

	*room_out = *notes_out = NULL;
	rc = im->read(r, s, n, e);
	if (rc == 0)
		rc = room_finish(r, room_out, notes_out, e);
	room_destroy(r);
	return rc;
}
