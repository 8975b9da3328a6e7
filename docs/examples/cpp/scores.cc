/* SPDX-License-Identifier: MIT */
/* A channel of high scores, in C++20. Publish {"player": "ann", "score": 12}; a score that beats
 * the player's best is passed on to whoever subscribed to that player, or to all. */
#include <sentio/sdk.h>

#include <algorithm>
#include <map>
#include <memory>
#include <new>
#include <ranges>
#include <string>
#include <string_view>
#include <vector>

/* The name is a function of the SDK too, which C++ tells apart by "struct". */
using Bytes = struct sentio_bytes;
using Scores = std::map<std::string, double, std::less<>>;

/* Allocated and zeroed by the host, which knows nothing of constructors: open() and close() see to
 * what is in it. */
struct sentio_channel {
    std::unique_ptr<Scores> best;
};

namespace {

constexpr int decimals = 6;
constexpr const char *player_rule = "\"player\" must be 1 to 128 bytes and not \"*\"";

std::string_view view(Bytes bytes) {
    return {bytes.data, bytes.size};
}

Bytes span(std::string_view text) {
    return {text.data(), text.size()};
}

/* Text put together by the SDK's writer. */
class Writer {
  public:
    Writer() {
        sentio_writer_init(&writer, room, sizeof room);
    }
    ~Writer() {
        sentio_writer_finish(&writer);
    }
    Writer(const Writer &) = delete;
    Writer &operator=(const Writer &) = delete;

    Writer &text(std::string_view piece) {
        sentio_write(&writer, span(piece));
        return *this;
    }
    Writer &string(std::string_view value) {
        sentio_write_string(&writer, span(value));
        return *this;
    }
    Writer &number(double value) {
        sentio_write_number(&writer, value, decimals);
        return *this;
    }
    Bytes written() const {
        return sentio_written(&writer);
    }
    bool failed() const {
        return writer.failed;
    }

  private:
    char room[512];
    struct sentio_writer writer;
};

/* An exception must not leave a callback, for the frames above are C. Nothing of the call counts
 * then. */
template <typename Body> int guarded(sentio_call *call, Body body) {
    try {
        return body();
    } catch (const std::bad_alloc &) {
        return SENTIO_NO_MEMORY;
    } catch (const std::exception &error) {
        sentio_log(call, SENTIO_ERROR, "%s", error.what());
        return SENTIO_FAILED;
    }
}

int open(sentio_call *call, Bytes config, uint64_t) {
    return guarded(call, [&] {
        int result = sentio_no_options(call, config);
        if (result == SENTIO_OK)
            new (call->channel) sentio_channel{std::make_unique<Scores>()};
        return result;
    });
}

int close(sentio_call *call) {
    std::destroy_at(call->channel);
    return SENTIO_OK;
}

struct Score {
    std::string player;
    double points = 0;
};

/* Reads {"player", "score"}; what is wrong has been rejected when it returns false. */
bool read_score(sentio_call *call, Bytes payload, Score &score) {
    sentio_review review{call, -1, 0};
    sentio_field fields[] = {{"player", SENTIO_JSON_STRING, true, {}},
                             {"score", SENTIO_JSON_NUMBER, true, {}}};
    sentio_json body;
    sentio_json_error error;
    if (sentio_json_parse(payload, &body, &error) != SENTIO_OK)
        return sentio_reject_json(call, -1, &error), false;
    sentio_review_read(&review, &body, fields, std::size(fields));
    char room[SENTIO_TOPIC_MAX];
    Bytes player{};
    if (review.rejected > 0)
        return false;
    if (sentio_json_string(&fields[0].value, room, sizeof room, &player) != SENTIO_OK ||
        !sentio_user_valid(player))
        return sentio_reject(call, -1, "player", player_rule), false;
    score.player = view(player);
    return sentio_json_number(&fields[1].value, &score.points) == SENTIO_OK;
}

int publish(sentio_call *call, const sentio_update *, Bytes payload) {
    return guarded(call, [&]() -> int {
        Score score;
        if (!read_score(call, payload, score))
            return SENTIO_OK;
        Scores &best = *call->channel->best;
        auto known = best.find(score.player);
        if (known != best.end() && known->second >= score.points)
            return SENTIO_OK;
        Writer json;
        json.text("{\"player\":").string(score.player).text(",\"score\":").number(score.points);
        json.text("}");
        if (json.failed())
            return SENTIO_NO_MEMORY;
        sentio_item item{};
        item.topic = span(score.player);
        item.json = json.written();
        int result = sentio_emit(call, &item);
        if (result == SENTIO_OK)
            best[score.player] = score.points;
        return result;
    });
}

/* {"player": "ann"} joins one; without it, all. */
int subscribe(sentio_call *call, const sentio_subscriber *subscriber, Bytes request) {
    return guarded(call, [&]() -> int {
        sentio_field player{"player", SENTIO_JSON_STRING, false, {}};
        sentio_json body;
        sentio_json_error error;
        char room[SENTIO_TOPIC_MAX];
        Bytes topic = sentio_text("*");
        if (sentio_json_parse(request, &body, &error) != SENTIO_OK ||
            sentio_json_read(&body, &player, 1, &error) != SENTIO_OK)
            return sentio_refuse(call, subscriber->conn, "bad_request", error.message);
        if (player.value.type != SENTIO_JSON_ABSENT &&
            (sentio_json_string(&player.value, room, sizeof room, &topic) != SENTIO_OK ||
             !sentio_user_valid(topic)))
            return sentio_refuse(call, subscriber->conn, "bad_request", player_rule);
        int result = sentio_join(call, subscriber->conn, topic);
        return result == SENTIO_OK ? sentio_accept(call, subscriber->conn) : result;
    });
}

int unsubscribe(sentio_call *call, const sentio_subscriber *subscriber, Bytes) {
    return sentio_unsubscribe_all(call, subscriber);
}

/* The table of all players, best first. */
int render(sentio_call *call, const sentio_request *request, const sentio_item *, size_t) {
    return guarded(call, [&]() -> int {
        std::vector<std::pair<std::string, double>> table(call->channel->best->begin(),
                                                          call->channel->best->end());
        std::ranges::stable_sort(table, std::ranges::greater{},
                                 &std::pair<std::string, double>::second);
        Writer json;
        std::string_view before = "{\"scores\":[";
        for (const auto &[player, points] : table) {
            json.text(before).text("{\"player\":").string(player);
            json.text(",\"score\":").number(points).text("}");
            before = ",";
        }
        json.text(table.empty() ? "{\"scores\":[]}" : "]}");
        return json.failed() ? SENTIO_NO_MEMORY
                             : sentio_respond(call, request->id, 200, json.written());
    });
}

/* The state is the table as a JSON object: {"ann":12,...}. */
int save(sentio_call *call) {
    return guarded(call, [&]() -> int {
        Writer json;
        std::string_view before = "";
        json.text("{");
        for (const auto &[player, points] : *call->channel->best) {
            json.text(before).string(player).text(":").number(points);
            before = ",";
        }
        json.text("}");
        return json.failed() ? SENTIO_NO_MEMORY : SENTIO_SERVICE(call, keep, json.written());
    });
}

int restore(sentio_call *call, uint32_t state_format, Bytes state) {
    return guarded(call, [&]() -> int {
        sentio_json body;
        sentio_json_error error;
        if (state_format != 1 || sentio_json_parse(state, &body, &error) != SENTIO_OK)
            return SENTIO_INVALID;
        auto best = std::make_unique<Scores>();
        sentio_json_cursor cursor = sentio_json_each(&body);
        for (sentio_json value; sentio_json_next(&cursor, &value);) {
            double points = 0;
            char room[SENTIO_TOPIC_MAX];
            Bytes player;
            const std::string quoted = '"' + std::string(view(cursor.name)) + '"';
            sentio_json name;
            if (sentio_json_parse(span(quoted), &name, &error) != SENTIO_OK ||
                sentio_json_string(&name, room, sizeof room, &player) != SENTIO_OK ||
                sentio_json_number(&value, &points) != SENTIO_OK)
                return SENTIO_INVALID;
            (*best)[std::string(view(player))] = points;
        }
        call->channel->best = std::move(best);
        return SENTIO_OK;
    });
}

constexpr sentio_route routes[] = {
    {.path = "/api/v1/scores", .topics = SENTIO_TOPICS_ALL, .source = SENTIO_LATEST},
};

} // namespace

SENTIO_EXPORT const struct sentio_plugin sentio_plugin = {
    SENTIO_HEADER,
    .state_format = 1,
    .name = "scores",
    .version = "1.0.0",
    .channel_size = sizeof(sentio_channel),
    .type = "score",
    .shape = SENTIO_OBJECT,
    .flags = SENTIO_STATES,
    .routes = routes,
    .route_count = std::size(routes),
    .open = open,
    .close = close,
    .publish = publish,
    .subscribe = subscribe,
    .unsubscribe = unsubscribe,
    .render = render,
    .save = save,
    .restore = restore,
};
