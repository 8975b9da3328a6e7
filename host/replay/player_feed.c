/* SPDX-License-Identifier: MIT */
#include "channel/channel_held.h"
#include "channel/wakeup.h"
#include "hub/job.h"
#include "hub/view.h"
#include "journal/tape_disk.h"
#include "player.h"
#include "reload/reload.h"
#include "sent.h"
#include "subscription/subscription.h"

static void deliver(struct player *player, struct message *message) {
    struct hub *hub = player->hub;
    if (message != NULL)
        hub->queue.deliver(hub, message);
}

static void feed_publish(struct player *player, const struct tape_entry *entry) {
    struct publish_message *message =
        publish_message_create(entry->texts[0], entry->texts[1], entry->texts[2]);
    if (message == NULL)
        return;
    message->channel = entry->channel;
    message->lines = entry->flags != 0;
    message->request = sent_request(player->entries, entry->channel);
    deliver(player, &message->head);
}

static void feed_command(struct player *player, const struct tape_entry *entry) {
    struct command_message *message =
        command_message_create(entry->texts[0], entry->texts[1], entry->texts[2], entry->texts[3]);
    if (message == NULL)
        return;
    message->channel = entry->channel;
    message->what = (enum command_kind)entry->what;
    message->named = (entry->flags & 1) != 0;
    message->roles = entry->flags >> 1;
    message->conn = entry->number;
    message->sent = player->receipt;
    message->member = sent_member(entry->number);
    deliver(player, &message->head);
}

static void feed_ack(struct player *player, const struct tape_entry *entry) {
    struct publish_message *message =
        publish_message_create(sentio_text(""), sentio_text(""), entry->texts[0]);
    if (message == NULL)
        return;
    message->head.kind = MESSAGE_ACK;
    message->channel = entry->channel;
    message->request = sent_request(player->entries, entry->channel);
    deliver(player, &message->head);
}

/* What an io thread tells of a subscriber. */
static void feed_subscriber(struct player *player, const struct tape_entry *entry) {
    struct message *message = NULL;
    struct written_message *written = NULL;
    if (entry->kind == TAPE_LEFT) {
        message = left_message_create(0, entry->number, sent_member(entry->number));
        if (message != NULL)
            ((struct left_message *)message)->written = player->receipt;
    } else if (entry->kind == TAPE_LOST) {
        message = lost_message_create(entry->number);
        if (message != NULL)
            ((struct lost_message *)message)->sent = player->receipt;
    } else {
        written = written_message_create(1);
        message = written ? &written->head : NULL;
    }
    if (written != NULL) {
        written->written[0] = (struct written){entry->number, player->receipt};
        written->count = 1;
    }
    deliver(player, message);
}

static void feed_query(struct player *player, const struct tape_entry *entry) {
    struct query_message *message =
        query_message_create(entry->texts[0], entry->texts[1], entry->texts[2], entry->texts[3]);
    if (message == NULL)
        return;
    message->channel = entry->channel;
    message->route = entry->what;
    message->roles = entry->flags;
    message->what = QUERY_ROUTE;
    message->request = sent_request(player->entries, entry->channel);
    deliver(player, &message->head);
}

static void feed_reload(struct player *player, const struct tape_entry *entry) {
    struct view *view = player_view(player, entry->texts[0]);
    if (view == NULL || reload_play(player->hub, view, entry->texts[1]) != 0)
        fprintf(stderr, "sentio-replay: a reload can not be played\n");
}

static void feed_disk(const struct hub *hub, const struct tape_entry *entry) {
    struct disk_told told;
    bool any = tape_disk_told(entry, &told);
    if (hub->disk)
        disk_take_told(hub->disk, any ? &told : NULL);
}

/* What a channel's worker, source or timer brings. */
static void feed_channel(struct player *player, const struct tape_entry *entry) {
    struct channel *channel = hub_channel(player->hub, entry->channel);
    if (channel == NULL || channel->instance == NULL)
        return;
    if (entry->kind == TAPE_LINE) {
        channel_line(channel, entry->texts[0]);
    } else if (entry->kind == TAPE_WOKEN) {
        wakeup_fire(channel);
    } else if (entry->kind == TAPE_READABLE) {
        wakeup_readable(channel, (int32_t)entry->number);
    } else if (entry->kind == TAPE_ANSWERED) {
        channel_held_answer(channel, (enum call_kind)entry->what, entry->number != 0,
                            (enum outcome)entry->flags, entry->texts[0]);
    } else if (entry->kind == TAPE_FAILED) {
        channel->failed = true;
        subscription_tell_all(channel, "channel_failed",
                              "the channel has failed; nothing comes until it is mended");
        jobs_run(channel->hub);
    }
}

void player_feed(struct player *player, const struct tape_entry *entry) {
    struct hub *hub = player->hub;
    switch ((enum tape_kind)entry->kind) {
    case TAPE_PUBLISH:
        feed_publish(player, entry);
        break;
    case TAPE_COMMAND:
        feed_command(player, entry);
        break;
    case TAPE_LEFT:
    case TAPE_LOST:
    case TAPE_WRITTEN:
        feed_subscriber(player, entry);
        break;
    case TAPE_MORE:
        deliver(player, more_message_create(entry->number, entry->what));
        break;
    case TAPE_ACK:
        feed_ack(player, entry);
        break;
    case TAPE_RECEIPT:
        player->receipt = entry->number;
        return;
    case TAPE_DISK:
        feed_disk(hub, entry);
        break;
    case TAPE_OTHER:
        player->unplayed++;
        break;
    case TAPE_QUERY:
        feed_query(player, entry);
        break;
    case TAPE_TICK:
        hub->tick.timer_cb(&hub->tick);
        break;
    case TAPE_RELOAD:
        feed_reload(player, entry);
        break;
    case TAPE_HOLD:
    case TAPE_APPLY:
    case TAPE_ROLL_BACK:
        reload_play_on(hub, (enum tape_kind)entry->kind);
        break;
    default:
        feed_channel(player, entry);
        break;
    }
    player->receipt = 0;
    jobs_run(hub);
}
