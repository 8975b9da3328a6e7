/* SPDX-License-Identifier: MIT */
#ifndef SENTIO_HOST_TRACE_H
#define SENTIO_HOST_TRACE_H

#include "hub/hub.h"
#include "model/asker.h"

struct admin_question;
struct subscription;
struct tap_message;
struct viewer_message;

/*
 * The hub's side of traces: which there are, and what the hub knows that they are to show. While
 * there are none, each of these looks at one pointer. The hub's thread only.
 */

/* Begins one, for a question with the parameter channel or client; it is answered now or later. */
void trace_ask(struct hub *hub, const struct admin_question *question);
/* The client's io thread has found it, or not, or it has gone. */
void trace_tapped(struct hub *hub, const struct tap_message *message);
/* Nobody watches any more. */
void trace_unwatched(struct hub *hub, const struct viewer_message *message);
/* The channel is removed: its traces end. */
void trace_channel_removed(struct channel *channel);
/* At the end. */
void trace_destroy_all(struct hub *hub);

/* An update was ordered; `publisher` is NULL when it was the plugin's own. */
void trace_update(const struct channel *channel, const struct update *update,
                  const struct publisher *publisher);
/* One was refused. */
void trace_update_refused(const struct channel *channel, const struct publisher *publisher,
                          uint32_t status, const char *detail);
/* The plugin has failed in a call; the channel has failed, for good. */
void trace_fault(const struct channel *channel, enum call_kind kind, int code);
void trace_failed(const struct channel *channel);

/* A subscription's command was accepted: "subscribe", "unsubscribe" or "joined"; it was refused; or
 * it ends. */
void trace_accepted(const struct subscription *subscription, const struct command_message *message);
void trace_joined(const struct subscription *subscription);
void trace_refused(const struct subscription *subscription, struct sentio_bytes code,
                   struct sentio_bytes text);
void trace_left(const struct subscription *subscription);

#endif
