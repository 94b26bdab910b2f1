/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef A4NN_VERSION_H
#define A4NN_VERSION_H
/* The version every command prints for --version, and the one CHANGELOG.md must name. */
#define A4NN_VERSION "0.1.0"
#endif
