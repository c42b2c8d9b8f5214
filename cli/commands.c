/* SPDX-License-Identifier: Apache-2.0 */
/* The sections of --help, in its order. Their rows are in commands_*.c. */
#include <stddef.h>

#include "cli.h"

const struct section *const sections[] = {
	&find_section, &change_section, &power_section, &room_section, &own_section,
};
const size_t n_sections = LARCH_COUNT(sections);

const struct command *
command_at(size_t i)
{
	for (size_t s = 0; s < n_sections; s++) {
		if (i < sections[s]->n)
			return &sections[s]->commands[i];
		i -= sections[s]->n;
	}
	return NULL;
}
