/* SPDX-License-Identifier: MIT */
#include "quota.h"

#include <stdlib.h>
#include <string.h>

#include <sentio/sdk.h>

struct counted_address {
    size_t count;
    char text[];
};

int quota_init(struct quota *quota, const struct config *config) {
    memset(quota, 0, sizeof(*quota));
    atomic_init(&quota->connections_max, (size_t)config->limits.connections);
    atomic_init(&quota->per_address_max, (size_t)config->limits.per_address);
    atomic_init(&quota->connections, 0);
    atomic_init(&quota->entered, 0);
    table_init(&quota->addresses);
    return pthread_mutex_init(&quota->mutex, NULL) == 0 ? 0 : SENTIO_FAILED;
}

void quota_finish(struct quota *quota) {
    for (size_t i = 0; i < quota->addresses.capacity; i++)
        free(quota->addresses.slots[i].value);
    table_finish(&quota->addresses);
    pthread_mutex_destroy(&quota->mutex);
}

void quota_limit(struct quota *quota, const struct config *config) {
    atomic_store(&quota->connections_max, (size_t)config->limits.connections);
    atomic_store(&quota->per_address_max, (size_t)config->limits.per_address);
}

static size_t per_address(const struct quota *quota) {
    return atomic_load_explicit(&quota->per_address_max, memory_order_relaxed);
}

bool quota_counts_addresses(const struct quota *quota) {
    return per_address(quota) > 0;
}

static bool has_text(const void *value, const void *key) {
    return strcmp(((const struct counted_address *)value)->text, key) == 0;
}

static struct counted_address *obtain(struct table *addresses, const char *address, uint64_t hash) {
    struct counted_address *counted = table_find(addresses, hash, has_text, address);
    if (counted != NULL)
        return counted;
    size_t size = strlen(address) + 1;
    counted = calloc(1, sizeof(*counted) + size);
    if (counted == NULL)
        return NULL;
    memcpy(counted->text, address, size);
    if (table_insert(addresses, hash, counted) == 0)
        return counted;
    free(counted);
    return NULL;
}

static bool enter_address(struct quota *quota, const char *address) {
    pthread_mutex_lock(&quota->mutex);
    uint64_t hash = table_hash(&quota->addresses, sentio_text(address));
    struct counted_address *counted = obtain(&quota->addresses, address, hash);
    if (counted != NULL)
        counted->count++;
    size_t max = per_address(quota);
    bool within = counted != NULL && (max == 0 || counted->count <= max);
    pthread_mutex_unlock(&quota->mutex);
    return within;
}

bool quota_enter(struct quota *quota, const char *address) {
    size_t before = atomic_fetch_add_explicit(&quota->connections, 1, memory_order_relaxed);
    atomic_fetch_add_explicit(&quota->entered, 1, memory_order_relaxed);
    bool within = before < atomic_load_explicit(&quota->connections_max, memory_order_relaxed);
    if (address != NULL && !enter_address(quota, address))
        within = false;
    return within;
}

void quota_leave(struct quota *quota, const char *address) {
    atomic_fetch_sub_explicit(&quota->connections, 1, memory_order_relaxed);
    if (address == NULL)
        return;
    pthread_mutex_lock(&quota->mutex);
    uint64_t hash = table_hash(&quota->addresses, sentio_text(address));
    struct counted_address *counted = table_find(&quota->addresses, hash, has_text, address);
    if (counted != NULL && --counted->count == 0) {
        table_remove(&quota->addresses, hash, counted);
        free(counted);
    }
    pthread_mutex_unlock(&quota->mutex);
}
