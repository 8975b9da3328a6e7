/* SPDX-License-Identifier: MIT */
#include "plugin_inspect.h"

#include <errno.h>
#include <json-c/json.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "plugin/plugin.h"

#include "answer.h"
#include "contained.h"
#include "elf_file.h"
#include "plugin_describe.h"
#include "plugin_notes.h"

enum { WHY_SIZE = 1024, LOAD_MS = 10000 };

/* In the child. */
static void load(void *context, struct sentio_writer *answer) {
    const char *file = context;
    char why[WHY_SIZE];
    struct plugin *plugin = NULL;
    if (plugin_load(file, NULL, &plugin, why, sizeof(why)) == SENTIO_OK) {
        sentio_write_text(answer, "{\"loads\":true,\"plugin\":");
        plugin_describe(&plugin->table, answer);
        sentio_write_text(answer, "}");
        return;
    }
    /* The file is named once, by whoever shows this. */
    size_t size = strlen(file);
    const char *reason =
        strncmp(why, file, size) == 0 ? why + size + strspn(why + size, ": ") : why;
    sentio_write_text(answer, "{\"loads\":false,\"why\":");
    sentio_write_string(answer, sentio_text(reason));
    sentio_write_text(answer, "}");
}

static void add_why(struct json_object *object, const char *why) {
    json_object_object_add(object, "loads", json_object_new_boolean(false));
    json_object_object_add(object, "why", json_object_new_string(why));
}

static void add_members(struct json_object *object, struct sentio_writer *answer) {
    sentio_write(answer, sentio_bytes("", 1));
    struct json_object *members = answer->failed ? NULL : json_tokener_parse(answer->data);
    if (members == NULL) {
        add_why(object, "what its table says can not be written as JSON");
        return;
    }
    json_object_object_foreach(members, name, value) {
        json_object_object_add(object, name, json_object_get(value));
    }
    json_object_put(members);
}

static void add_loaded(struct json_object *object, const char *file) {
    const struct contained_job job = {.run = load, .context = (void *)file, .limit = LOAD_MS};
    struct contained_result result;
    contained_run(&job, &result);
    if (result.end[0] == '\0') {
        add_members(object, &result.answer);
    } else {
        char why[WHY_SIZE];
        snprintf(why, sizeof(why), "while being loaded it %s: see its constructors", result.end);
        add_why(object, why);
    }
    contained_finish(&result);
}

static void add_hash(struct json_object *object, const struct elf_file *elf) {
    unsigned char digest[EVP_MAX_MD_SIZE];
    char text[2 * EVP_MAX_MD_SIZE + 1] = "";
    unsigned size = 0;
    json_object_object_add(object, "size", json_object_new_int64((int64_t)elf->size));
    if (EVP_Digest(elf->data, elf->size, digest, &size, EVP_sha256(), NULL) != 1)
        return;
    for (unsigned i = 0; i < size; i++)
        snprintf(text + (size_t)2 * i, 3, "%02x", digest[i]);
    json_object_object_add(object, "sha256", json_object_new_string(text));
}

bool inspected_loads(struct json_object *object) {
    return json_object_get_boolean(answer_member(object, "loads"));
}

bool inspected_has(struct json_object *object, const char *name, const char *text) {
    struct json_object *array = answer_member(answer_member(object, "plugin"), name);
    for (size_t i = 0; i < answer_count(array); i++)
        if (strcmp(answer_element_text(array, i), text) == 0)
            return true;
    return false;
}

static void add_notes(struct json_object *object, const struct elf_file *elf) {
    bool programs = inspected_has(object, "flags", "programs");
    json_object_object_add(object, "notes", plugin_notes(elf, programs));
}

struct json_object *plugin_inspect(const char *file) {
    struct elf_file elf;
    struct json_object *object = json_object_new_object();
    if (object == NULL)
        return NULL;
    json_object_object_add(object, "file", json_object_new_string(file));
    if (elf_read(&elf, file) != SENTIO_OK) {
        char why[WHY_SIZE];
        snprintf(why, sizeof(why), "can not be read: %s", strerror(errno));
        add_why(object, why);
        return object;
    }
    add_hash(object, &elf);
    add_loaded(object, file);
    if (inspected_loads(object))
        add_notes(object, &elf);
    elf_finish(&elf);
    return object;
}
