/* SPDX-License-Identifier: MIT */
#include "static_site.h"

#include <openssl/evp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "base/log.h"
#include "http/http.h"
#include "static_type.h"

struct static_site *static_site_create(void) {
    struct static_site *site = calloc(1, sizeof(*site));
    if (site != NULL)
        atomic_init(&site->refs, 1);
    return site;
}

static void free_file(struct static_file *file) {
    free(file->path);
    free((char *)file->plain.data);
    free((char *)file->packed.data);
}

int static_site_add(struct static_site *site, const char *path, char *data, size_t size) {
    size_t count = site->count;
    struct static_file file = {.path = strdup(path), .plain = {data, size}};
    struct static_file *files = NULL;
    int error = SENTIO_TOO_BIG;
    if (count < STATIC_SITE_FILES && size <= STATIC_SITE_BYTES - site->bytes) {
        error = SENTIO_NO_MEMORY;
        files = realloc(site->files, (count + 1) * sizeof(*files));
    }
    if (files != NULL)
        site->files = files;
    if (files == NULL || file.path == NULL) {
        free_file(&file);
        return error;
    }
    file.type = static_type(file.path);
    files[count] = file;
    site->count++;
    site->bytes += size;
    return 0;
}

static int compare(const void *a, const void *b) {
    const struct static_file *one = a;
    const struct static_file *two = b;
    return strcmp(one->path, two->path);
}

static struct static_file *find(const struct static_site *site, const char *path) {
    const struct static_file key = {.path = (char *)path};
    return site->count ? bsearch(&key, site->files, site->count, sizeof(key), compare) : NULL;
}

static uint32_t little_endian(const char *data) {
    const uint8_t *bytes = (const uint8_t *)data;
    return (uint32_t)bytes[0] | (uint32_t)bytes[1] << 8 | (uint32_t)bytes[2] << 16 |
           (uint32_t)bytes[3] << 24;
}

/* RFC 1952: it begins with the mark of the format, and ends in the checksum and size of what it
 * holds. */
static bool holds(struct sentio_bytes packed, struct sentio_bytes plain) {
    enum { HEAD = 10, TAIL = 8 };
    if (packed.size < HEAD + TAIL || memcmp(packed.data, "\x1f\x8b\x08", 3) != 0)
        return false;
    const char *tail = packed.data + packed.size - TAIL;
    return little_endian(tail + 4) == (uint32_t)plain.size &&
           little_endian(tail) ==
               (uint32_t)crc32_z(crc32_z(0, NULL, 0), (const Bytef *)plain.data, plain.size);
}

/* Of a file "x.gz" the one that is "x"; NULL: none. */
static struct static_file *find_plain(const struct static_site *site,
                                      const struct static_file *packed) {
    char path[PATH_MAX_SIZE];
    size_t size = strlen(packed->path);
    if (size < 4 || size >= sizeof(path) || strcmp(packed->path + size - 3, ".gz") != 0)
        return NULL;
    memcpy(path, packed->path, size - 3);
    path[size - 3] = '\0';
    return find(site, path);
}

static void join(struct static_file *plain, struct static_file *packed) {
    if (holds(packed->plain, plain->plain)) {
        plain->packed = packed->plain;
        packed->plain = (struct sentio_bytes){NULL, 0};
        return;
    }
    log_warning("dashboard", "%s is not what %s is compressed, and is left out; build it again",
                packed->path, plain->path);
}

/* A file whose form has become another's has no path any more. */
static void join_forms(struct static_site *site) {
    bool joined[STATIC_SITE_FILES] = {false};
    size_t kept = 0;
    for (size_t i = 0; i < site->count; i++) {
        struct static_file *plain = find_plain(site, &site->files[i]);
        joined[i] = plain != NULL;
        if (plain != NULL)
            join(plain, &site->files[i]);
    }
    for (size_t i = 0; i < site->count; i++) {
        if (joined[i])
            free_file(&site->files[i]);
        else
            site->files[kept++] = site->files[i];
    }
    site->count = kept;
}

static int set_etag(struct static_file *file) {
    unsigned char digest[EVP_MAX_MD_SIZE];
    if (EVP_Digest(file->plain.data, file->plain.size, digest, NULL, EVP_sha256(), NULL) != 1)
        return SENTIO_FAILED;
    for (size_t i = 0; i < STATIC_ETAG / 2; i++)
        snprintf(file->etag + 2 * i, 3, "%02x", digest[i]);
    return 0;
}

int static_site_seal(struct static_site *site) {
    if (site->count)
        qsort(site->files, site->count, sizeof(site->files[0]), compare);
    join_forms(site);
    for (size_t i = 0; i < site->count; i++)
        if (set_etag(&site->files[i]) != 0)
            return SENTIO_FAILED;
    return 0;
}

struct static_site *static_site_ref(struct static_site *site) {
    atomic_fetch_add_explicit(&site->refs, 1, memory_order_relaxed);
    return site;
}

void static_site_unref(struct static_site *site) {
    if (site == NULL)
        return;
    if (atomic_fetch_sub_explicit(&site->refs, 1, memory_order_acq_rel) != 1)
        return;
    for (size_t i = 0; i < site->count; i++)
        free_file(&site->files[i]);
    free(site->files);
    free(site);
}

const struct static_file *static_site_find(const struct static_site *site,
                                           struct sentio_bytes path) {
    static const char index[] = "index.html";
    char text[PATH_MAX_SIZE + sizeof(index)];
    if (path.size == 0 || path.size > PATH_MAX_SIZE || memchr(path.data, '\0', path.size) != NULL)
        return NULL;
    memcpy(text, path.data, path.size);
    text[path.size] = '\0';
    if (text[path.size - 1] == '/')
        memcpy(text + path.size, index, sizeof(index));
    return find(site, text);
}
