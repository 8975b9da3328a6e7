/* SPDX-License-Identifier: MIT */
#ifndef SENTIO_HOST_SUBSCRIPTION_H
#define SENTIO_HOST_SUBSCRIPTION_H

#include "hub/hub.h"
#include "plugin/effects.h"

struct subscription;

/* A subscriber's message. Takes it over. */
void subscription_command(struct hub *hub, struct command_message *message);
/* The subscriber is gone. */
void subscription_left(struct hub *hub, const struct left_message *message);

/* It read too slowly to be told of the past: it begins anew with what is known now. */
void subscription_lost(struct hub *hub, const struct lost_message *message);

/* A plugin's join, leave, accept, refuse, send or close. A conn of another channel, or of nobody,
 * is ignored. */
void subscription_effect(struct channel *channel, const struct effect *effect);

/* The plugin was called with a subscriber's message: it is answered now, or by a later accept or
 * refuse. */
void subscription_called(struct channel *channel, const struct asker *asker, enum call_kind kind,
                         const struct result *result);

/* Commands that came while an earlier one was being answered: now their turn has come. */
void subscription_resume(struct hub *hub, uint64_t conn);

/* The channel's plugin has begun anew: `call_plugin` gets a subscribe for every subscription that
 * there is. */
void subscription_present_all(struct channel *channel,
                              void (*call_plugin)(struct channel *channel, struct call *call,
                                                  const struct asker *asker));
/* What came of one of those. */
void subscription_presented(struct channel *channel, uint64_t conn, const struct result *result);
/* An error message to every subscriber of the channel. */
void subscription_tell_all(struct channel *channel, const char *code, const char *message);

/* The channel is removed, and its plugin about to be closed: it is not told. Every subscription
 * ends. A connection of its own is closed with 1001, one that it shares is told by an error
 * "channel_removed", also in answer to every command that waits; REST requests that wait get 503.
 * No job may be due (jobs_run). */
void subscription_remove_channel(struct hub *hub, struct channel *channel);
/* The channel's `interval` has changed: the io threads get the subscriptions as they are now,
 * without a snapshot. Not those that have an interval of their own. */
void subscription_reinterest(struct hub *hub, struct channel *channel);

/* Once a second: commands that a plugin has not answered within plugins.answer are. */
void subscription_tick(struct hub *hub);
/* At the end: all that are left. */
void subscription_destroy_all(struct hub *hub);

#endif
