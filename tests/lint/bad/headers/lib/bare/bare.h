/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BARE
#endif
