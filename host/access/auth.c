/* SPDX-License-Identifier: MIT */
#include "auth.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/crypto.h>
#include <openssl/evp.h>

#define DIGEST_SIZE 32
#define NAME_MAX_SIZE 64
#define NAME_CHARACTERS                                                                            \
    "abcdefghijklmnopqrstuvwxyz"                                                                   \
    "ABCDEFGHIJKLMNOPQRSTUVWXYZ"                                                                   \
    "0123456789._@-"

/* One line of a file. */
struct entry {
    char *name;
    int line;
    unsigned char digest[DIGEST_SIZE];
};

struct entries {
    struct entry *items;
    size_t count;
};

struct auth {
    struct entries admins;
    struct entries publishers;
    bool publishers_have_keys;
};

/* A file being read, for messages. */
struct reader {
    const char *file;
    FILE *errors;
    int line;
};

static bool digest_of(struct sentio_bytes token, unsigned char digest[DIGEST_SIZE]) {
    unsigned int size = 0;
    const char *data = token.size > 0 ? token.data : "";
    return EVP_Digest(data, token.size, digest, &size, EVP_sha256(), NULL) == 1 &&
           size == DIGEST_SIZE;
}

static int hex_digit(char c) {
    if (c >= '0' && c <= '9') {
        return c - '0';
    }
    if (c >= 'a' && c <= 'f') {
        return c - 'a' + 10;
    }
    if (c >= 'A' && c <= 'F') {
        return c - 'A' + 10;
    }
    return -1;
}

static bool digest_parse(const char *text, unsigned char digest[DIGEST_SIZE]) {
    if (strlen(text) != 2 * DIGEST_SIZE) {
        return false;
    }
    for (size_t i = 0; i < DIGEST_SIZE; i++) {
        int high = hex_digit(text[2 * i]);
        int low = hex_digit(text[2 * i + 1]);
        if (high < 0 || low < 0) {
            return false;
        }
        digest[i] = (unsigned char)(high << 4 | low);
    }
    return true;
}

static int invalid(const struct reader *reader, const char *message) {
    fprintf(reader->errors, "%s:%d: %s\n", reader->file, reader->line, message);
    return SENTIO_INVALID;
}

/* Two names for one token would make it a matter of order who somebody is. */
static int check_unique(const struct reader *reader, const struct entries *entries,
                        const char *name, const unsigned char *digest) {
    for (size_t i = 0; i < entries->count; i++) {
        const struct entry *other = &entries->items[i];
        const char *what = NULL;
        if (strcmp(other->name, name) == 0) {
            what = "name: give each token a name of its own";
        } else if (CRYPTO_memcmp(other->digest, digest, DIGEST_SIZE) == 0) {
            what = "token: give each name a token of its own";
        }
        if (what) {
            fprintf(reader->errors, "%s:%d: \"%s\" has line %d's %s\n", reader->file, reader->line,
                    name, other->line, what);
            return SENTIO_DUPLICATE;
        }
    }
    return SENTIO_OK;
}

static int entries_add(struct entries *entries, const struct reader *reader, const char *name,
                       const unsigned char *digest) {
    struct entry *items = realloc(entries->items, (entries->count + 1) * sizeof(*items));
    if (!items) {
        return SENTIO_NO_MEMORY;
    }
    entries->items = items;
    struct entry *entry = &items[entries->count];
    entry->name = strdup(name);
    if (!entry->name) {
        return SENTIO_NO_MEMORY;
    }
    entry->line = reader->line;
    memcpy(entry->digest, digest, DIGEST_SIZE);
    entries->count++;
    return SENTIO_OK;
}

/* `text` is one line without the white space around it; it is cut into its parts. */
static int read_entry(const struct reader *reader, struct entries *entries, char *text) {
    char *algorithm = strchr(text, ':');
    char *hex = algorithm ? strchr(algorithm + 1, ':') : NULL;
    if (!hex) {
        return invalid(reader, "expected NAME:sha256:DIGEST; `printf %s TOKEN | sha256sum` prints "
                               "the digest of a token");
    }
    *algorithm++ = '\0';
    *hex++ = '\0';
    size_t length = strlen(text);
    if (length == 0 || length > NAME_MAX_SIZE || strspn(text, NAME_CHARACTERS) != length) {
        return invalid(reader, "the name must be 1 to 64 characters of A-Z a-z 0-9 . _ @ -");
    }
    if (strcmp(algorithm, "sha256") != 0) {
        return invalid(reader, "the second part must be \"sha256\", the only digest there is: "
                               "`printf %s TOKEN | sha256sum`");
    }
    unsigned char digest[DIGEST_SIZE];
    if (!digest_parse(hex, digest)) {
        return invalid(reader, "the digest must be 64 hex digits and nothing after them, as the "
                               "first word of what `printf %s TOKEN | sha256sum` prints");
    }
    unsigned char empty[DIGEST_SIZE];
    if (digest_of(sentio_text(""), empty) && CRYPTO_memcmp(digest, empty, DIGEST_SIZE) == 0) {
        return invalid(reader, "the digest is that of an empty token, which nobody can use: put "
                               "the token into `printf %s TOKEN | sha256sum`");
    }
    int rc = check_unique(reader, entries, text, digest);
    return rc == SENTIO_OK ? entries_add(entries, reader, text, digest) : rc;
}

static char *trim(char *text, size_t size) {
    while (size > 0 && isspace((unsigned char)text[size - 1])) {
        size--;
    }
    text[size] = '\0';
    while (isspace((unsigned char)*text)) {
        text++;
    }
    return text;
}

/* Goes on after a wrong line, so that all are reported at once. */
static int read_lines(struct reader *reader, FILE *in, struct entries *entries) {
    int result = SENTIO_OK;
    char *line = NULL;
    size_t capacity = 0;
    ssize_t size = getline(&line, &capacity, in);
    for (; size != -1; size = getline(&line, &capacity, in)) {
        reader->line++;
        int rc = SENTIO_OK;
        if (strlen(line) != (size_t)size) {
            rc = invalid(reader, "there is a NUL byte in the line: this is not a text file");
        } else {
            char *text = trim(line, (size_t)size);
            if (*text != '\0' && *text != '#') {
                rc = read_entry(reader, entries, text);
            }
        }
        result = rc == SENTIO_OK ? result : rc;
        if (rc == SENTIO_NO_MEMORY) {
            invalid(reader, sentio_error_text(rc));
            break;
        }
    }
    if (ferror(in)) {
        fprintf(reader->errors, "%s: can not be read: %s\n", reader->file, strerror(errno));
        result = SENTIO_FAILED;
    }
    free(line);
    return result;
}

static int read_file(const char *file, const char *setting, struct entries *entries, FILE *errors) {
    if (!file) {
        return SENTIO_OK;
    }
    FILE *in = fopen(file, "re");
    if (!in) {
        fprintf(errors, "%s: can not be opened: %s; create it (it may be empty) or correct %s\n",
                file, strerror(errno), setting);
        return SENTIO_FAILED;
    }
    struct reader reader = {.file = file, .errors = errors};
    int rc = read_lines(&reader, in, entries);
    fclose(in);
    return rc;
}

static void entries_finish(struct entries *entries) {
    for (size_t i = 0; i < entries->count; i++) {
        free(entries->items[i].name);
    }
    free(entries->items);
}

struct auth *auth_load(const struct config *config, FILE *errors) {
    struct auth *auth = calloc(1, sizeof(*auth));
    if (!auth) {
        fprintf(errors, "auth: %s\n", sentio_error_text(SENTIO_NO_MEMORY));
        return NULL;
    }
    auth->publishers_have_keys = config->publish.keys_file != NULL;
    int admins =
        read_file(config->auth.admin_tokens_file, "auth.admin_tokens_file", &auth->admins, errors);
    int publishers =
        read_file(config->publish.keys_file, "publish.keys_file", &auth->publishers, errors);
    if (admins != SENTIO_OK || publishers != SENTIO_OK) {
        auth_destroy(auth);
        return NULL;
    }
    return auth;
}

void auth_destroy(struct auth *auth) {
    if (!auth) {
        return;
    }
    entries_finish(&auth->admins);
    entries_finish(&auth->publishers);
    free(auth);
}

/* Looks at every entry, whichever matches, so that the time tells nothing. */
static const char *entries_find(const struct entries *entries, struct sentio_bytes token) {
    unsigned char digest[DIGEST_SIZE];
    if (token.size == 0 || !digest_of(token, digest)) {
        return NULL;
    }
    const char *name = NULL;
    for (size_t i = 0; i < entries->count; i++) {
        const struct entry *entry = &entries->items[i];
        if (CRYPTO_memcmp(entry->digest, digest, DIGEST_SIZE) == 0) {
            name = entry->name;
        }
    }
    return name;
}

const char *auth_admin(const struct auth *auth, struct sentio_bytes token) {
    return entries_find(&auth->admins, token);
}

const char *auth_publisher(const struct auth *auth, struct sentio_bytes token) {
    return entries_find(&auth->publishers, token);
}

bool auth_publishers_have_keys(const struct auth *auth) {
    return auth->publishers_have_keys;
}

static bool same_entries(const struct entries *a, const struct entries *b) {
    bool same = a->count == b->count;
    for (size_t i = 0; i < a->count && same; i++)
        same = strcmp(a->items[i].name, b->items[i].name) == 0 &&
               memcmp(a->items[i].digest, b->items[i].digest, DIGEST_SIZE) == 0;
    return same;
}

bool auth_same(const struct auth *a, const struct auth *b) {
    return same_entries(&a->admins, &b->admins) && same_entries(&a->publishers, &b->publishers) &&
           a->publishers_have_keys == b->publishers_have_keys;
}
