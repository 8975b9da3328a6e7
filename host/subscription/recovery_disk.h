/* SPDX-License-Identifier: MIT */
#ifndef SENTIO_HOST_RECOVERY_DISK_H
#define SENTIO_HOST_RECOVERY_DISK_H

#include <stdint.h>

#include "recovery.h"

struct subscription;

/*
 * What a subscriber of a durable channel has missed and only the disk still has: it is read a piece
 * at a time, and sent as REPLAY messages for the place that the JOINED one with the same `reading`
 * has left. In the hub.
 */

/* Of each reading another one, not 0. */
uint64_t recovery_disk_number(struct subscription *subscription);

/* Reads what comes after recovery->offset, of the topics that the subscribe has joined, up to the
 * channel's offset. The JOINED message is sent. `recovery` stays the caller's. */
void recovery_disk_begin(struct subscription *subscription, const struct recovery *recovery,
                         uint64_t reading);

#endif
