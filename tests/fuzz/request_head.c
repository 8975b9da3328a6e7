/* SPDX-License-Identifier: MIT */

/*
 * libFuzzer: the head of a POST and its target. Whatever comes, and in whatever parts, is read
 * within its bounds and to the same result, and what is taken holds what is promised.
 * sources: http/request_head.c http/target.c http/header.c
 */
#include "http/request_head.h"

#include <stdlib.h>
#include <string.h>

#include "http/target.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool condition) {
    if (!condition)
        abort();
}

static bool lies_within(struct sentio_bytes text, const char *data, size_t size) {
    return text.size == 0 || (text.data >= data && text.data + text.size <= data + size);
}

static bool has_line_end(struct sentio_bytes text) {
    return text.size > 0 &&
           (memchr(text.data, '\r', text.size) || memchr(text.data, '\n', text.size));
}

static void check_parameters(struct sentio_bytes query) {
    char *space = malloc(query.size + 1);
    require(space != NULL);
    while (query.size > 0) {
        size_t before = query.size;
        struct sentio_bytes value;
        struct sentio_bytes name = target_parameter(&query, space, &value);
        require(query.size < before && name.size + value.size <= before);
    }
    free(space);
}

static void check_target(struct sentio_bytes target) {
    char *space = malloc(target.size);
    struct sentio_bytes path;
    struct sentio_bytes query;
    require(space != NULL && target.size > 0);
    if (target_split(target, space, &path, &query) == 0) {
        require(path.size > 0 && path.size <= target.size && path.data[0] == '/');
        require(memmem(path.data, path.size, "/../", 4) == NULL);
        require(memmem(path.data, path.size, "//", 2) == NULL);
        check_parameters(query);
    }
    free(space);
}

static void check_complete(const struct request_head *head, const char *data, size_t size) {
    struct header header;
    require(head->size <= size && head->size <= HEADER_MAX_SIZE);
    require(memcmp(data + head->size - 4, "\r\n\r\n", 4) == 0);
    request_head_header(head, data, &header);
    const struct sentio_bytes texts[] = {header.host, header.origin, header.type,
                                         request_head_authorization(head, data)};
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        require(lies_within(texts[i], data, head->size));
        require(!has_line_end(texts[i]));
    }
    require(header.length_error != 0 || header.length < 1000000000000000000);
    check_target(request_head_target(head, data));
}

static enum head_result read_parts(struct request_head *head, const char *data, size_t size,
                                   size_t part) {
    enum head_result result = HEAD_MORE;
    for (size_t end = part; result == HEAD_MORE && end < size + part; end += part) {
        size_t there = end < size ? end : size;
        char *copy = malloc(there + 1);
        require(copy != NULL);
        memcpy(copy, data, there);
        result = request_head_read(head, copy, there);
        free(copy);
    }
    return result;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct request_head whole;
    struct request_head parts;
    memset(&whole, 0, sizeof(whole));
    memset(&parts, 0, sizeof(parts));
    if (size < 2 || size > 2 * HEADER_MAX_SIZE)
        return 0;
    const char *text = (const char *)data + 1;
    enum head_result result = request_head_read(&whole, text, size - 1);
    if (result == HEAD_COMPLETE)
        check_complete(&whole, text, size - 1);
    require(read_parts(&parts, text, size - 1, data[0] % 64 + 1u) == result);
    require(result != HEAD_COMPLETE || memcmp(&whole, &parts, sizeof(whole)) == 0);
    return 0;
}
