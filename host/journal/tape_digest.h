/* SPDX-License-Identifier: MIT */
#ifndef SENTIO_HOST_TAPE_DIGEST_H
#define SENTIO_HOST_TAPE_DIGEST_H

#include <stdint.h>

struct message;
struct update;

/* What went out, in its order, as a number by which two runs are compared: whatever a client could
 * notice counts, and which connection it went to does not. All zero: nothing yet. */
struct tape_digest {
    uint64_t hash;
    uint32_t count;
    uint64_t notice; /* the last message, if it was a notice: it comes once for each io thread */
};

void tape_digest_sent(struct tape_digest *digest, const struct message *message);
void tape_digest_ordered(struct tape_digest *digest, const struct update *update);

#endif
