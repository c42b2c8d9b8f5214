/* SPDX-License-Identifier: Apache-2.0 */
#include "cli.h"

#define COMPLETION_MORE "In ~/.bashrc:\n  eval \"$(larch completion bash)\"\n" \
	"In ~/.zshrc, after compinit:\n  eval \"$(larch completion zsh)\"\n" \
	"In ~/.config/fish/config.fish:\n  larch completion fish | source\n" \
	"Names come from a list that is kept on this machine and renewed by any command.\n"

#define KEY_MORE "It may no more than the login it is made with, and lives no longer: 1h when --expires does not say.\n" \
	"The account page makes keys that live for a year. --things narrows what it does, not what it reads.\n"

static const struct command rows[] = {
	{.words = "login", .args = "[URL]", .max_args = 1, .options = OPT_LOGIN | OPT_USER, .run = cmd_login,
	    .help = "log in and keep a key that expires", .example = "larch login https://larch.example.org -u ana --expires 1h"},
	{.words = "logout", .run = cmd_logout, .help = "revoke the key and forget it", .example = "larch logout"},
	{.words = "whoami", .run = cmd_whoami, .help = "say who is logged in, where, and until when", .example = "larch whoami"},
	{.words = "key list", .run = cmd_key_list, .help = "your API keys, what they may, and when they were last used", .example = "larch key list"},
	{.words = "key make", .args = "TITLE", .min_args = 1, .max_args = 1, .options = OPT_KEY, .run = cmd_key_make,
	    .help = "make an API key and print it, this once", .more = KEY_MORE,
	    .example = "larch key make 'night cycler' --scope read,cycle --things 'n[0001-0040]' > key"},
	{.words = "key end", .args = "ID", .min_args = 1, .max_args = 1, .run = cmd_key_end, .help = "end an API key", .example = "larch key end 0123456789abcdef"},
	{.words = "completion", .args = "SHELL", .min_args = 1, .max_args = 1, .run = cmd_completion,
	    .help = "print the completion script for bash, zsh or fish", .more = COMPLETION_MORE, .example = "eval \"$(larch completion bash)\""},
	{.words = "__complete", .args = "WORD...", .max_args = -1, .hidden = true, .run = cmd_complete, .help = "for the shells' scripts"},
	{.words = "__names", .args = "[PREFIX [TYPE]]", .max_args = 2, .hidden = true, .run = cmd_names, .help = "for the shells' scripts"},
};
const struct section own_section = {"You", rows, LARCH_COUNT(rows)};
