/* SPDX-License-Identifier: MIT */
#include "runner_inline.h"

#include "instance.h"

static int dispatch(const struct sentio_plugin *plugin, struct call *call) {
    struct sentio_call *abi = &call->abi;
    switch (call->kind) {
    case CALL_OPEN:
        return plugin->open(abi, call->text, call->number);
    case CALL_CLOSE:
        return plugin->close(abi);
    case CALL_PUBLISH:
        return plugin->publish(abi, call->update, call->text);
    case CALL_SUBSCRIBE:
        return plugin->subscribe(abi, call->subscriber, call->text);
    case CALL_UNSUBSCRIBE:
        return plugin->unsubscribe(abi, call->subscriber, call->text);
    case CALL_MESSAGE:
        return plugin->message(abi, call->subscriber, call->name, call->text);
    case CALL_LEFT:
        return plugin->left(abi, call->number);
    case CALL_RENDER:
        return plugin->render(abi, call->request, call->items, call->count);
    case CALL_OBSERVE:
        return plugin->observe(abi, call->name, call->items, call->count);
    case CALL_WOKEN:
        return plugin->woken(abi);
    case CALL_READY:
        return plugin->ready(abi, (int32_t)call->number);
    case CALL_SAVE:
        return plugin->save(abi);
    case CALL_RESTORE:
        return plugin->restore(abi, (uint32_t)call->number, call->text);
    }
    return SENTIO_NOT_FOUND;
}

int runner_inline(struct call *call, int64_t now) {
    struct instance *instance = call->instance;
    if (!instance_has(instance, call->kind))
        return SENTIO_NOT_FOUND;
    if (now > instance->called)
        instance->called = now;
    call->abi = (struct sentio_call){
        .host = host_api(),
        .channel = instance->state,
        .now = instance->called,
        .context = call,
    };
    int result = dispatch(instance_table(instance), call);
    return result == SENTIO_NOT_FOUND ? SENTIO_FAILED : result;
}
