/* SPDX-License-Identifier: MIT */
#include "receipt.h"

#include <libwebsockets.h>
#include <stdlib.h>

#include "base/log.h"
#include "catchup.h"
#include "filter.h"
#include "io/io.h"
#include "slow.h"

/* Nothing of what the connection was to be sent waits, or was dropped. */
static bool is_written(const struct connection *connection) {
    return connection->first_entry == NO_ENTRY && connection->backlog == NULL &&
           !connection->incomplete && connection->wsi != NULL &&
           !lws_partial_buffered(connection->wsi);
}

/* Something is on its way to it, or held back. */
static bool waits(const struct member *member) {
    return !is_written(member->connection) || member->held || member->catchup ||
           (member->filter && member->filter->pending);
}

static void list(struct receipt *receipt) {
    struct receipt **head = &receipt->member->connection->io->receipts;
    if (receipt->link != NULL || receipt->kind != RECEIPT_WRITTEN)
        return;
    receipt->later = *head;
    receipt->link = head;
    if (*head)
        (*head)->link = &receipt->later;
    *head = receipt;
}

static void unlist(struct receipt *receipt) {
    if (receipt->link == NULL)
        return;
    *receipt->link = receipt->later;
    if (receipt->later)
        receipt->later->link = receipt->link;
    receipt->link = NULL;
}

int receipt_keep(struct member *member, enum receipt_kind kind) {
    struct receipt *receipt = member->receipt;
    if (receipt == NULL && kind == RECEIPT_NONE)
        return 0;
    if (receipt == NULL)
        receipt = calloc(1, sizeof(*receipt));
    if (receipt == NULL)
        return SENTIO_NO_MEMORY;
    receipt->member = member;
    receipt->kind = kind;
    member->receipt = receipt;
    /* What it is given on joining is not noted by fan-out. */
    unlist(receipt);
    list(receipt);
    return 0;
}

void receipt_forget(struct member *member) {
    struct receipt *receipt = member->receipt;
    if (receipt == NULL)
        return;
    unlist(receipt);
    free(receipt);
    member->receipt = NULL;
}

uint64_t receipt_sent(const struct member *member) {
    const struct receipt *receipt = member->receipt;
    const struct filter *filter = member->filter;
    if (receipt == NULL)
        return 0;
    if (filter == NULL)
        return receipt->sent;
    uint64_t sent = member->seen ? member->position : 0;
    if (member->catchup)
        sent = catchup_given(member);
    else if (member->held)
        sent = slow_covered(member);
    else if (filter->told > member->joined && filter->told > sent)
        sent = filter->told;
    return sent > receipt->sent ? sent : receipt->sent;
}

void receipt_settle(struct member *member) {
    if (member->receipt)
        member->receipt->sent = receipt_sent(member);
}

uint64_t receipt_take(struct member *member) {
    struct receipt *receipt = member->receipt;
    if (receipt == NULL || receipt->kind != RECEIPT_WRITTEN || !is_written(member->connection))
        return 0;
    uint64_t sent = receipt_sent(member);
    if (sent <= receipt->reported)
        return 0;
    receipt->reported = sent;
    return sent;
}

void receipts_note(const struct filter *filter) {
    for (uint32_t i = 0; i < filter->count; i++)
        if (filter->members[i]->receipt)
            list(filter->members[i]->receipt);
}

static size_t count_listed(const struct receipt *first) {
    size_t count = 0;
    for (; first != NULL; first = first->later)
        count++;
    return count;
}

void receipts_report(struct io *io) {
    struct receipt *receipt = io->receipts;
    if (receipt == NULL || io->host->to_hub == NULL)
        return;
    struct written_message *message = written_message_create(count_listed(receipt));
    if (message == NULL) {
        log_error(io->name, "out of memory: the hub is told later what was delivered");
        return;
    }
    while (receipt != NULL) {
        struct receipt *later = receipt->later;
        uint64_t offset = receipt_take(receipt->member);
        if (offset > 0)
            message->written[message->count++] = (struct written){receipt->member->conn, offset};
        if (!waits(receipt->member))
            unlist(receipt);
        receipt = later;
    }
    if (message->count > 0)
        queue_put(io->host->to_hub, &message->head);
    else
        message_destroy(&message->head);
}
