/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef A4NN_YAML_H
#define A4NN_YAML_H

#include <stddef.h>

#include "err.h"
#include "json.h"

/*
 * The part of YAML 1.2 that programs write as configurations: one document of mappings, and lists
 * of scalars, in block style; scalars are plain, in quotes, or JSON.  Everything else (anchors,
 * tags, texts over several lines, lists of mappings, other flow style) is refused, not guessed at.
 *
 * Returns the mapping, owned by the caller, or NULL with *err filled, which names the line.
 */
struct a4nn_json *a4nn_yaml_parse(const char *text, size_t len, struct a4nn_err *err) A4NN_MUST_USE;

#endif
