/* SPDX-License-Identifier: MIT */
#ifndef EXEC_EFFECTS_H
#define EXEC_EFFECTS_H

#include "fields.h"

/* Every effect of a line, by the name of its member. */
enum effect_result effect_emit(struct effect *effect);
enum effect_result effect_forward(struct effect *effect);
enum effect_result effect_reject(struct effect *effect);
enum effect_result effect_state(struct effect *effect);

enum effect_result effect_join(struct effect *effect);
enum effect_result effect_leave(struct effect *effect);
enum effect_result effect_accept(struct effect *effect);
enum effect_result effect_refuse(struct effect *effect);
enum effect_result effect_send(struct effect *effect);
enum effect_result effect_close(struct effect *effect);

enum effect_result effect_log(struct effect *effect);
enum effect_result effect_count(struct effect *effect);
enum effect_result effect_wake(struct effect *effect);
enum effect_result effect_ready(struct effect *effect);

#endif
