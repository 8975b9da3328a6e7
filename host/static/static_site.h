/* SPDX-License-Identifier: MIT */
#ifndef SENTIO_HOST_STATIC_SITE_H
#define SENTIO_HOST_STATIC_SITE_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>

#include <sentio/sdk.h>

/* ETAG: hexadecimal digits of an entity tag; SITE_...: of one site's files, with their compressed
 * forms. */
enum { STATIC_ETAG = 32, STATIC_SITE_BYTES = 32 * 1024 * 1024, STATIC_SITE_FILES = 4096 };

struct static_file {
    char *path;                 /* begins with "/" */
    const char *type;           /* media type */
    struct sentio_bytes plain;  /* owned */
    struct sentio_bytes packed; /* the same as gzip; owned; `data` NULL: none */
    char etag[STATIC_ETAG + 1]; /* of `plain`, without quotes; the packed form's has "-gz" behind it
                                 */
};

/* The files that the host serves at "/", in memory: made by one thread, immutable once it is
 * sealed, and counted. */
struct static_site {
    atomic_uint refs;
    struct static_file *files;
    size_t count;
    size_t bytes;
};

/* Without files; NULL: out of memory. */
struct static_site *static_site_create(void);

/*
 * Until it is sealed. The path is copied; `data`, from malloc(), is taken over, whatever the answer
 * is. SENTIO_TOO_BIG: there are too many of them, or bytes. SENTIO_NO_MEMORY.
 */
int static_site_add(struct static_site *site, const char *path, char *data, size_t size);

/*
 * Nothing is added any more. Of "x" and "x.gz" the latter becomes the packed form of the former, if
 * that is what it has; else it is left out, with a warning in the log. SENTIO_FAILED: OpenSSL has
 * no SHA-256.
 */
int static_site_seal(struct static_site *site);

struct static_site *static_site_ref(struct static_site *site);
void static_site_unref(struct static_site *site); /* any thread; NULL is allowed */

/* What is at the path of a request; "/x/" is "/x/index.html". NULL: nothing. */
const struct static_file *static_site_find(const struct static_site *site,
                                           struct sentio_bytes path);

#endif
