/* SPDX-License-Identifier: MIT */
#include <math.h>

#include "json_text.h"

_Static_assert(SENTIO_JSON_DEPTH <= 32, "struct parser keeps one bit for each level");

/* One pass from `at` to `end` without recursion: bit i of `objects` says whether level i is an
 * object. */
struct parser {
    const char *at;
    const char *end;
    const char *message;
    uint32_t objects;
    unsigned depth;
};

/* What may come next. */
enum expected { EXPECT_VALUE, EXPECT_FIRST, EXPECT_NEXT, EXPECT_END };

static bool fail(struct parser *parser, const char *at, const char *message) {
    parser->at = at;
    parser->message = message;
    return false;
}

bool sdk_json_hex4(const char *at, uint32_t *value) {
    *value = 0;
    for (int i = 0; i < 4; i++) {
        char c = at[i];
        uint32_t digit;
        if (sdk_json_is_digit(c))
            digit = (uint32_t)(c - '0');
        else if (c >= 'a' && c <= 'f')
            digit = (uint32_t)(c - 'a' + 10);
        else if (c >= 'A' && c <= 'F')
            digit = (uint32_t)(c - 'A' + 10);
        else
            return false;
        *value = *value << 4 | digit;
    }
    return true;
}

/* RFC 8259 section 7: what lies above U+FFFF is a pair of \u escapes. */
static bool parse_unicode_escape(struct parser *parser) {
    const char *at = parser->at;
    uint32_t code;
    uint32_t low;
    if (parser->end - at < 6 || !sdk_json_hex4(at + 2, &code))
        return fail(parser, at, "four hexadecimal digits expected after \\u");
    parser->at = at + 6;
    if (code < 0xd800 || code > 0xdfff)
        return true;
    if (code > 0xdbff || parser->end - at < 12 || at[6] != '\\' || at[7] != 'u' ||
        !sdk_json_hex4(at + 8, &low) || low < 0xdc00 || low > 0xdfff)
        return fail(parser, at, "a surrogate escape without its other half");
    parser->at = at + 12;
    return true;
}

static bool parse_escape(struct parser *parser) {
    if (parser->end - parser->at < 2)
        return fail(parser, parser->end, "the string does not end");
    switch (parser->at[1]) {
    case '"':
    case '\\':
    case '/':
    case 'b':
    case 'f':
    case 'n':
    case 'r':
    case 't':
        parser->at += 2;
        return true;
    case 'u':
        return parse_unicode_escape(parser);
    default:
        return fail(parser, parser->at, "an unknown escape in a string");
    }
}

/* From the opening quote to behind the closing one. */
static bool parse_string(struct parser *parser) {
    parser->at++;
    for (;;) {
        parser->at = sdk_json_skip_plain(parser->at, parser->end);
        if (parser->at == parser->end)
            return fail(parser, parser->at, "the string does not end");
        unsigned char c = (unsigned char)*parser->at;
        if (c == '"') {
            parser->at++;
            return true;
        }
        if (c == '\\') {
            if (!parse_escape(parser))
                return false;
        } else if (c < 0x20) {
            return fail(parser, parser->at, "a control character in a string");
        } else {
            size_t length = sdk_utf8_sequence(parser->at, parser->end);
            if (length == 0)
                return fail(parser, parser->at, "malformed UTF-8");
            parser->at += length;
        }
    }
}

static const char *skip_digits(const char *at, const char *end) {
    while (at < end && sdk_json_is_digit(*at))
        at++;
    return at;
}

/* Whether so many digits before the point and in the exponent cannot exceed the largest double. */
static bool surely_finite(size_t whole, size_t exponent) {
    return (exponent == 0 && whole <= 308) || (exponent <= 2 && whole <= 200);
}

static bool parse_number(struct parser *parser) {
    const char *start = parser->at;
    const char *end = parser->end;
    const char *whole = *start == '-' ? start + 1 : start;
    const char *at = skip_digits(whole, end);
    size_t exponent_digits = 0;
    if (at == whole)
        return fail(parser, at, "a digit expected");
    size_t whole_digits = (size_t)(at - whole);
    if (whole_digits > 1 && *whole == '0')
        return fail(parser, whole, "a number with a leading zero");
    if (at < end && *at == '.') {
        const char *fraction = at + 1;
        at = skip_digits(fraction, end);
        if (at == fraction)
            return fail(parser, at, "a digit expected after the point");
    }
    if (at < end && (*at == 'e' || *at == 'E')) {
        const char *exponent = at + 1;
        if (exponent < end && (*exponent == '+' || *exponent == '-'))
            exponent++;
        at = skip_digits(exponent, end);
        if (at == exponent)
            return fail(parser, at, "a digit expected in the exponent");
        exponent_digits = (size_t)(at - exponent);
    }
    if (!surely_finite(whole_digits, exponent_digits) && isinf(sdk_convert_number(start, at)))
        return fail(parser, start, "a number that is too big");
    parser->at = at;
    return true;
}

static bool parse_word(struct parser *parser, const char *word, size_t size) {
    if ((size_t)(parser->end - parser->at) < size || memcmp(parser->at, word, size) != 0)
        return fail(parser, parser->at, "a value expected");
    parser->at += size;
    return true;
}

static bool enter(struct parser *parser, bool object) {
    if (parser->depth == SENTIO_JSON_DEPTH)
        return fail(parser, parser->at, "nested too deeply");
    uint32_t bit = UINT32_C(1) << parser->depth;
    parser->objects = object ? parser->objects | bit : parser->objects & ~bit;
    parser->depth++;
    parser->at++;
    return true;
}

static bool in_object(const struct parser *parser) {
    return parser->objects >> (parser->depth - 1) & 1;
}

/* Sets *next to what follows the value, or its opening bracket. */
static bool parse_value(struct parser *parser, enum expected *next) {
    if (parser->at == parser->end)
        return fail(parser, parser->at, "the text ends too early");
    *next = parser->depth == 0 ? EXPECT_END : EXPECT_NEXT;
    switch (*parser->at) {
    case '{':
    case '[':
        *next = EXPECT_FIRST;
        return enter(parser, *parser->at == '{');
    case '"':
        return parse_string(parser);
    case 't':
        return parse_word(parser, "true", 4);
    case 'f':
        return parse_word(parser, "false", 5);
    case 'n':
        return parse_word(parser, "null", 4);
    default:
        if (*parser->at != '-' && !sdk_json_is_digit(*parser->at))
            return fail(parser, parser->at, "a value expected");
        return parse_number(parser);
    }
}

/* A member's name and colon, or nothing in an array. */
static bool parse_name(struct parser *parser) {
    if (!in_object(parser))
        return true;
    if (parser->at == parser->end)
        return fail(parser, parser->at, "the text ends too early");
    if (*parser->at != '"')
        return fail(parser, parser->at, "a member's name in quotes expected");
    if (!parse_string(parser))
        return false;
    parser->at = sdk_json_skip_space(parser->at, parser->end);
    if (parser->at == parser->end || *parser->at != ':')
        return fail(parser, parser->at, "a colon expected after a member's name");
    parser->at++;
    return true;
}

/* Behind an opening bracket or behind an element. */
static bool parse_in_container(struct parser *parser, enum expected *next) {
    if (parser->at == parser->end)
        return fail(parser, parser->at, "the text ends too early");
    bool object = in_object(parser);
    if (*parser->at == (object ? '}' : ']')) {
        parser->at++;
        parser->depth--;
        *next = parser->depth == 0 ? EXPECT_END : EXPECT_NEXT;
        return true;
    }
    if (*next == EXPECT_NEXT) {
        if (*parser->at != ',')
            return fail(parser, parser->at,
                        object ? "a comma or } expected" : "a comma or ] expected");
        parser->at = sdk_json_skip_space(parser->at + 1, parser->end);
    }
    *next = EXPECT_VALUE;
    return parse_name(parser);
}

static bool parse_text(struct parser *parser) {
    enum expected next = EXPECT_VALUE;
    while (next != EXPECT_END) {
        parser->at = sdk_json_skip_space(parser->at, parser->end);
        bool good =
            next == EXPECT_VALUE ? parse_value(parser, &next) : parse_in_container(parser, &next);
        if (!good)
            return false;
    }
    return true;
}

uint32_t sdk_json_type_of(char first) {
    switch (first) {
    case '{':
        return SENTIO_JSON_OBJECT;
    case '[':
        return SENTIO_JSON_ARRAY;
    case '"':
        return SENTIO_JSON_STRING;
    case 't':
    case 'f':
        return SENTIO_JSON_BOOL;
    case 'n':
        return SENTIO_JSON_NULL;
    default:
        return SENTIO_JSON_NUMBER;
    }
}

int sentio_json_parse(struct sentio_bytes text, struct sentio_json *value,
                      struct sentio_json_error *error) {
    const char *data = text.size ? text.data : "";
    const char *end = data + text.size;
    const char *start = sdk_json_skip_space(data, end);
    struct parser parser = {.at = start, .end = end};
    *value = (struct sentio_json){.type = SENTIO_JSON_ABSENT};
    if (parse_text(&parser)) {
        const char *value_end = parser.at;
        if (sdk_json_skip_space(value_end, end) == end) {
            value->type = sdk_json_type_of(*start);
            value->text = sentio_bytes(start, (size_t)(value_end - start));
            return SENTIO_OK;
        }
        fail(&parser, sdk_json_skip_space(value_end, end), "more text behind the value");
    }
    if (error)
        *error = (struct sentio_json_error){.message = parser.message,
                                            .position = (size_t)(parser.at - data)};
    return SENTIO_INVALID;
}
