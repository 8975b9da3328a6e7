/* SPDX-License-Identifier: MIT */
#include "effects.h"

#include <stdlib.h>
#include <string.h>

static struct sentio_bytes keep(char *at, struct sentio_bytes text) {
    if (text.size)
        memcpy(at, text.data, text.size);
    return (struct sentio_bytes){at, text.size};
}

struct effect *effects_add(struct effects *effects, enum effect_kind kind, struct sentio_bytes a,
                           struct sentio_bytes b) {
    struct effect *effect = calloc(1, sizeof(*effect) + a.size + b.size);
    if (effect == NULL)
        return NULL;
    effect->kind = kind;
    effect->a = keep((char *)(effect + 1), a);
    effect->b = keep((char *)(effect + 1) + a.size, b);
    if (effects->last)
        effects->last->next = effect;
    else
        effects->first = effect;
    effects->last = effect;
    effects->bytes += sizeof(*effect) + a.size + b.size;
    effects->emits += kind == EFFECT_EMIT;
    effects->rejections += kind == EFFECT_REJECT;
    return effect;
}

struct effect *effects_add_item(struct effects *effects, struct item *item) {
    struct sentio_bytes none = {NULL, 0};
    struct effect *effect = effects_add(effects, EFFECT_EMIT, none, none);
    if (effect == NULL)
        return NULL;
    effect->item = item;
    effects->bytes += item_size(item);
    return effect;
}

const struct effect *effects_find(const struct effects *effects, enum effect_kind kind) {
    const struct effect *effect = effects->first;
    while (effect != NULL && effect->kind != kind)
        effect = effect->next;
    return effect;
}

void effects_append(struct effects *effects, struct effects *from) {
    if (from->first == NULL)
        return;
    if (effects->last)
        effects->last->next = from->first;
    else
        effects->first = from->first;
    effects->last = from->last;
    effects->bytes += from->bytes;
    effects->emits += from->emits;
    effects->rejections += from->rejections;
    memset(from, 0, sizeof(*from));
}

void effects_finish(struct effects *effects) {
    while (effects->first != NULL) {
        struct effect *effect = effects->first;
        effects->first = effect->next;
        item_unref(effect->item);
        free(effect);
    }
    memset(effects, 0, sizeof(*effects));
}
