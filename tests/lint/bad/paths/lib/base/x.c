/* SPDX-License-Identifier: Apache-2.0 */
const char *a = "/home/ana/larch/lib", *b = "/usr/share/larch", *c = "/home", *d = "https://x.org/home/page";
