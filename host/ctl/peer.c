/* SPDX-License-Identifier: MIT */
#include "peer.h"

#include <curl/curl.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "config/config.h"

#define HOST "http://localhost"
#define BASE HOST "/control/v1/"

enum { URL_SIZE = 16 * 1024 };

/* The socket's path as the configuration says it. */
static enum ctl_status find_socket(struct peer *peer, const struct ctl *ctl) {
    struct config_source source = {.file = ctl->file, .environment = (const char *const *)environ};
    bool sound = true;
    if (ctl->file_given && access(ctl->file, R_OK) != 0) {
        ctl_complain("%s: %s; name the daemon's configuration with -c, or its socket with --socket",
                     ctl->file, strerror(errno));
        return CTL_UNREACHABLE;
    }
    peer->socket = config_find_control(&source, &sound);
    peer->doubtful = sound ? NULL : ctl->file;
    if (*peer->socket)
        return CTL_OK;
    ctl_complain("%s: server.control is \"\", so this host has no control socket", ctl->file);
    free(peer->socket);
    return CTL_UNREACHABLE;
}

enum ctl_status peer_open(struct peer *peer, const struct ctl *ctl) {
    enum ctl_status status = CTL_OK;
    *peer = (struct peer){0};
    if (ctl->socket != NULL)
        peer->socket = strdup(ctl->socket);
    else
        status = find_socket(peer, ctl);
    if (status != CTL_OK)
        return status;
    peer->curl = curl_easy_init();
    if (peer->curl != NULL && peer->socket != NULL)
        return CTL_OK;
    ctl_complain("out of memory");
    peer_close(peer);
    return CTL_FAILED;
}

void peer_close(struct peer *peer) {
    curl_easy_cleanup(peer->curl);
    free(peer->socket);
}

static const char *remedy(int error) {
    if (error == ENOENT || error == ECONNREFUSED)
        return "is sentiod running, with this configuration?";
    if (error == EACCES || error == EPERM)
        return "only the host's user and its group may open it: be in the group sentio, or use sudo";
    return "is it the control socket of a running sentiod?";
}

static enum ctl_status unreachable(const struct peer *peer, CURLcode code) {
    long error = 0;
    curl_easy_getinfo(peer->curl, CURLINFO_OS_ERRNO, &error);
    if (strlen(peer->socket) > CONFIG_SOCKET_MAX)
        ctl_complain("%s: the path is too long for a socket; see server.control", peer->socket);
    else if (code == CURLE_COULDNT_CONNECT && error != 0)
        ctl_complain("%s: %s; %s", peer->socket, strerror((int)error), remedy((int)error));
    else if (code == CURLE_OPERATION_TIMEDOUT)
        ctl_complain("%s: sentiod does not answer; its log says what holds it", peer->socket);
    else
        ctl_complain("%s: %s; %s", peer->socket, curl_easy_strerror(code), remedy(0));
    if (peer->doubtful)
        ctl_complain("%s has errors, so it may mean another socket; see sentioctl check-config",
                     peer->doubtful);
    return CTL_UNREACHABLE;
}

/* HOST or BASE, `what` and the parameters. False: they are too long. */
static bool write_url(const struct peer *peer, const char *what,
                      const struct peer_parameter *parameters, char *url, size_t size) {
    int used = snprintf(url, size, "%s%s", *what == '/' ? HOST : BASE, what);
    for (char sign = '?'; parameters && parameters->name; parameters++, sign = '&') {
        char *value = curl_easy_escape(peer->curl, parameters->value, 0);
        if (value == NULL || used < 0 || (size_t)used >= size)
            return false;
        used += snprintf(url + used, size - (size_t)used, "%c%s=%s", sign, parameters->name, value);
        curl_free(value);
    }
    return used > 0 && (size_t)used < size;
}

static size_t on_data(char *data, size_t one, size_t size, void *context) {
    return answer_add(context, data, one * size) == 0 ? size : 0;
}

static void prepare(const struct peer *peer, const char *url) {
    CURL *curl = peer->curl;
    curl_easy_reset(curl);
    curl_easy_setopt(curl, CURLOPT_URL, url);
    curl_easy_setopt(curl, CURLOPT_UNIX_SOCKET_PATH, peer->socket);
    curl_easy_setopt(curl, CURLOPT_PROXY, "");
    /* On a connection that was used before, a request that gets no answer is sent once more. */
    curl_easy_setopt(curl, CURLOPT_FRESH_CONNECT, 1L);
    curl_easy_setopt(curl, CURLOPT_FORBID_REUSE, 1L);
    curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
}

static enum ctl_status ask(struct peer *peer, bool post, const char *url, long patience,
                           struct answer *answer) {
    CURL *curl = peer->curl;
    prepare(peer, url);
    curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, patience);
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, on_data);
    curl_easy_setopt(curl, CURLOPT_WRITEDATA, answer);
    if (post) {
        curl_easy_setopt(curl, CURLOPT_POSTFIELDS, "");
        curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE, 0L);
    }
    CURLcode code = curl_easy_perform(curl);
    if (code != CURLE_OK)
        return unreachable(peer, code);
    curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &answer->status);
    if (answer_read(answer) == 0)
        return CTL_OK;
    ctl_complain("%s: the answer is no JSON; %s", peer->socket, remedy(0));
    return CTL_UNREACHABLE;
}

static enum ctl_status request(struct peer *peer, bool post, const char *what,
                               const struct peer_parameter *parameters, long patience,
                               struct answer *answer) {
    char url[URL_SIZE];
    *answer = (struct answer){0};
    if (!write_url(peer, what, parameters, url, sizeof(url))) {
        ctl_complain("%s: its parameters are too long", what);
        return CTL_FAILED;
    }
    enum ctl_status status = ask(peer, post, url, patience, answer);
    if (status != CTL_OK)
        answer_finish(answer);
    return status;
}

enum ctl_status peer_get(struct peer *peer, const char *what,
                         const struct peer_parameter *parameters, struct answer *answer) {
    return request(peer, false, what, parameters, PEER_PATIENCE_MS, answer);
}

enum ctl_status peer_post(struct peer *peer, const char *what,
                          const struct peer_parameter *parameters, long patience,
                          struct answer *answer) {
    return request(peer, true, what, parameters, patience, answer);
}

enum ctl_status peer_follow(struct peer *peer, const char *what,
                            const struct peer_parameter *parameters,
                            size_t (*take)(char *data, size_t one, size_t size, void *context),
                            void *context, long *code) {
    char url[URL_SIZE];
    if (!write_url(peer, what, parameters, url, sizeof(url))) {
        ctl_complain("%s: its parameters are too long", what);
        return CTL_FAILED;
    }
    prepare(peer, url);
    curl_easy_setopt(peer->curl, CURLOPT_WRITEFUNCTION, take);
    curl_easy_setopt(peer->curl, CURLOPT_WRITEDATA, context);
    CURLcode result = curl_easy_perform(peer->curl);
    if (result == CURLE_WRITE_ERROR)
        return CTL_FAILED;
    if (result != CURLE_OK)
        return unreachable(peer, result);
    curl_easy_getinfo(peer->curl, CURLINFO_RESPONSE_CODE, code);
    return CTL_OK;
}

static enum ctl_status show_answer(const struct ctl *ctl, const struct answer *answer,
                                   int (*show)(struct json_object *json, FILE *out)) {
    if (ctl->json)
        return answer_print(answer);
    if (!answer_is_good(answer))
        return answer_complain(answer);
    if (show(answer->json, stdout) == 0)
        return CTL_OK;
    ctl_complain("out of memory");
    return CTL_FAILED;
}

enum ctl_status peer_show(const struct ctl *ctl, const char *what,
                          int (*show)(struct json_object *json, FILE *out)) {
    struct peer peer;
    struct answer answer;
    if (ctl->word_count > 0)
        return ctl_misused(what, "\"%s\" is one word too many", ctl->words[0]);
    enum ctl_status status = peer_open(&peer, ctl);
    if (status != CTL_OK)
        return status;
    status = peer_get(&peer, what, NULL, &answer);
    if (status == CTL_OK) {
        status = show_answer(ctl, &answer, show);
        answer_finish(&answer);
    }
    peer_close(&peer);
    return status;
}
