/* The readers of beats: the JSON of POST /heartbeat, beside core/doc; datagrams, there and back. */
#include "tests/unit/unit.h"

#include "applets/heartbeat/beat_json.h"
#include "applets/heartbeat/beat_udp.h"
#include "core/base/rand.h"
#include "core/doc/json.h"
#include "core/doc/number.h"

#include <inttypes.h>
#include <math.h>

static struct heartbeat_scratch scratch;

/* The beat's texts lie in a copy, as long as the text and no longer, so that ASan sees a byte too far; it
 * is there until the next call. */
static int read_text(const char *text, size_t len, struct heartbeat_beat *b, struct sb_error *e)
{
    static char *copy;
    free(copy);
    copy = malloc(len ? len : 1);
    ck_assert_ptr_nonnull(copy);
    memcpy(copy, text, len);
    *b = (struct heartbeat_beat){.zone = {"", 0}};
    return heartbeat_json_read((struct sb_str){copy, len}, false, &scratch, b, e);
}

START_TEST(seed_body)
{
    static const char text[] =
        "{\"server_id\":\"server-1\",\"timestamp\":1732300000123,\"status\":\"alive\",\"metrics\":"
        "{\"cpu\":12.5,\"memory\":73400320,\"requests_per_sec\":0.1,\"response_time_ms\":null}}";
    struct heartbeat_beat b;
    struct sb_error e;
    ck_assert_int_eq(read_text(text, sizeof text - 1, &b, &e), 0);
    ck_assert(sb_str_is(b.id, "server-1") && b.kind == HEARTBEAT_ALIVE && !b.has_seq &&
              !b.zone.len);
    ck_assert_int_eq(b.sent, INT64_C(1732300000123000000));
    ck_assert_int_eq(b.n_metrics, 3);
    ck_assert(b.metrics[0].value == 12.5 && b.metrics[1].value == 73400320 &&
              b.metrics[2].value == 0.1);
    static const char full[] =
        " { \"seq\" : 17 , \"zone\":\"eu\\u002d1\",\"boot_id\":\"ab\",\"interval_ms\":3000, "
        "\"x\":[{\"a\":[]},-0.5e-3,"
        "\"\\u0000\\n\",true,null], \"message\":\"m\",\"reason\":\"why\", "
        "\"server_id\":\"a\\u0007\\ud83d\\ude00\",\"status\":\"degraded\",\"timestamp\":null}\n";
    ck_assert_int_eq(read_text(full, sizeof full - 1, &b, &e), 0);
    ck_assert(sb_str_is(b.id, "a\a\xf0\x9f\x98\x80") && sb_str_is(b.zone, "eu-1"));
    ck_assert(b.has_seq && b.seq == 17 && b.interval == INT64_C(3000000000));
    ck_assert(b.kind == HEARTBEAT_UNHEALTHY && sb_str_is(b.body, "why") &&
              b.sent == HEARTBEAT_NO_TIME);
    ck_assert_int_eq(
        heartbeat_json_read(SB_STR("{\"server_id\":\"a\",\"reason\":\"graceful_shutdown\"}"), true,
                            &scratch, &b, &e),
        0);
    ck_assert(b.kind == HEARTBEAT_LEAVE && sb_str_is(b.body, "graceful_shutdown"));
}
END_TEST

START_TEST(refused_bodies)
{
    static const struct {
        const char *text, *why;
    } cases[] = {
        {"", "object"},
        {"[]", "object"},
        {"{}", "server_id is missing"},
        {"{\"server_id\":\"\"}", "missing"},
        {"{\"server_id\":null}", "missing"},
        {"{\"server_id\":7}", "string"},
        {"{\"server_id\":\"a\"", "comma"},
        {"{\"server_id\":\"a\"}}", "behind"},
        {"{\"server_id\":\"a\",}", "string"},
        {"{\"server_id\":\"a\",\"server_id\":\"b\"}", "before"},
        {"{\"server_id\":\"a\xff\"}", "UTF-8"},
        {"{\"server_id\":\"a\x01\"}", "control"},
        {"{\"server_id\":\"\\ud800\"}", "surrogate"},
        {"{\"server_id\":\"\\udc00\\ud800\"}", "surrogate"},
        {"{\"server_id\":\"\\u12g4\"}", "hexadecimal"},
        {"{\"server_id\":\"\\x\"}", "escape"},
        {"{\"server_id\":\"a\",\"timestamp\":\"now\"}", "timestamp is not a number"},
        {"{\"server_id\":\"a\",\"timestamp\":1e300}", "out of range"},
        {"{\"server_id\":\"a\",\"timestamp\":9000000000001}", "out of range"},
        {"{\"server_id\":\"a\",\"seq\":-1}", "whole"},
        {"{\"server_id\":\"a\",\"seq\":1.5}", "whole"},
        {"{\"server_id\":\"a\",\"seq\":99999999999999999999}", "whole"},
        {"{\"server_id\":\"a\",\"interval_ms\":-1}", "range"},
        {"{\"server_id\":\"a\",\"metrics\":{\"cpu\":NaN}}", "value"},
        {"{\"server_id\":\"a\",\"metrics\":{\"cpu\":1e999}}", "out of range"},
        {"{\"server_id\":\"a\",\"metrics\":{\"cpu\":1,\"cpu\":2}}", "already"},
        {"{\"server_id\":\"a\",\"metrics\":[1]}", "object"},
        {"{\"server_id\":\"a\",\"metrics\":{\"cpu\":01}}", "comma"},
        {"{\"server_id\":\"a\",\"metrics\":{\"cpu\":-}}", "digit"},
        {"{\"server_id\":\"a\",\"metrics\":{\"cpu\":1.}}", "digit"},
        {"{\"server_id\":\"a\",\"metrics\":{\"cpu\":1e}}", "digit"},
        {"{\"server_id\":\"a\",\"x\":[1,]}", "value"},
        {"{\"server_id\":\"a\",\"x\":[1}", "comma"},
        {"{\"server_id\":\"a\",\"x\":{1:2}}", "string"},
        {"{\"server_id\":\"a\",\"x\":tru}", "value"},
        {"\xef\xbb\xbf{\"server_id\":\"a\"}", "object"},
    };
    struct heartbeat_beat b;
    struct sb_error e;
    for (size_t i = 0; i < SB_LEN(cases); i++) {
        int rc = read_text(cases[i].text, strlen(cases[i].text), &b, &e);
        unit_require(rc == -SB_EINPUT && strstr(e.text, cases[i].why), "%s: %d %s", cases[i].text,
                     rc, rc ? e.text : "");
    }
    struct sb_buf deep = SB_BUF_INIT(1 << 20);
    sb_buf_puts(&deep, "{\"server_id\":\"a\",\"x\":");
    sb_buf_fill(&deep, '[', 60000);
    ck_assert_int_eq(read_text(deep.data, deep.len, &b, &e), -SB_EINPUT);
    ck_assert_ptr_nonnull(strstr(e.text, "deep"));
    sb_buf_fill(&deep, '[', 60000);
    ck_assert_int_eq(read_text(deep.data, deep.len, &b, &e), -SB_ETOOBIG);
    sb_buf_done(&deep);
}
END_TEST

START_TEST(many_metrics)
{
    struct sb_buf b = SB_BUF_INIT(65536);
    struct heartbeat_beat beat;
    struct sb_error e;
    sb_buf_puts(&b, "{\"server_id\":\"a\",\"metrics\":{\"none\":\"text\",\"deep\":{\"a\":1}");
    for (int i = 0; i < 40; i++)
        sb_buf_printf(&b, ",\"m%d\":%d", i, i);
    sb_buf_puts(&b, ",\"");
    sb_buf_fill(&b, 'x', 64);
    sb_buf_puts(&b, "\":1}}");
    ck_assert_int_eq(read_text(b.data, b.len, &beat, &e), 0);
    ck_assert_int_eq(beat.n_metrics, HEARTBEAT_METRICS_MAX);
    ck_assert_uint_eq(scratch.dropped_metrics, 40 - HEARTBEAT_METRICS_MAX + 1);
    sb_buf_done(&b);
}
END_TEST

/* Texts made of fragments of JSON: what this reader takes core/doc takes too, with the same values, and
 * what core/doc refuses it refuses. */
static void random_json(struct sb_buf *b)
{
    static const char *const parts[] = {"{",
                                        "}",
                                        "[",
                                        "]",
                                        ",",
                                        ":",
                                        "\"server_id\":\"a\"",
                                        "\"metrics\":{",
                                        "\"cpu\":",
                                        "\"m\":",
                                        "1",
                                        "-0.5",
                                        "1e5",
                                        "123456789012345678",
                                        "0.1",
                                        "null",
                                        "true",
                                        "\"x\"",
                                        "\"\\u0041\"",
                                        " ",
                                        "\"seq\":7",
                                        "\"zone\":\"z\"",
                                        "\"y\":",
                                        "{\"server_id\":\"a\"",
                                        "1.7976931348623157e308",
                                        "5e-324",
                                        "\"timestamp\":12"};
    size_t n = 1 + sb_rand_u64() % 12;
    if (sb_rand_u64() % 4)
        sb_buf_puts(b, "{\"server_id\":\"a\",");
    for (size_t i = 0; i < n; i++) {
        size_t pick = sb_rand_u64() % SB_LEN(parts);
        sb_buf_puts(b, parts[pick]);
    }
    if (sb_rand_u64() % 2)
        sb_buf_puts(b, "}");
}

START_TEST(as_core_doc_reads)
{
    unsigned taken = 0;
    for (int i = 0; i < 200000; i++) {
        struct sb_buf b = SB_BUF_INIT(4096);
        struct sb_doc_pool *pool = sb_doc_pool_new();
        struct sb_doc_text text;
        struct sb_doc_node *root;
        struct heartbeat_beat beat = {.zone = {"", 0}};
        struct sb_error e, ours;
        random_json(&b);
        ck_assert_int_eq(sb_doc_text_copy(pool, "x", b.data, b.len, &text, &e), 0);
        int theirs = sb_json_read(pool, &text, NULL, &root, &e);
        int rc = heartbeat_json_read((struct sb_str){b.data, b.len}, false, &scratch, &beat, &ours);
        /* duplicate names that count for nothing are all that we let pass and they do not */
        unit_require(rc < 0 || theirs == 0 || strstr(e.text, "given before") ||
                         strstr(e.text, "exponent"),
                     "%s: taken here, there: %s", b.data, e.text);
        if (rc == 0 && theirs == 0) {
            taken++;
            for (uint32_t m = 0; m < root->count; m++) {
                const struct sb_doc_member *member = &root->u.members[m];
                if (strcmp(member->key->text, "metrics") != 0 || member->value->type != SB_DOC_MAP)
                    continue;
                for (uint32_t k = 0, found = 0; k < member->value->count; k++) {
                    const struct sb_doc_member *metric = &member->value->u.members[k];
                    struct sb_number number;
                    if (metric->value->type != SB_DOC_NUMBER)
                        continue;
                    ck_assert(sb_number_parse(
                        (struct sb_str){metric->value->u.text, metric->value->count}, &number));
                    unit_require(sb_number_to_double(&number) == beat.metrics[found++].value, "%s",
                                 b.data);
                }
            }
        }
        sb_doc_pool_free(pool);
        sb_buf_done(&b);
    }
    ck_assert_uint_gt(taken, 300);
}
END_TEST

/* ---- datagrams ---- */

static struct sb_str random_text(char *out, size_t least, size_t most)
{
    static const char *const letters[] = {"a",   "Z", "-", "\n", "\xc3\xa4", "\xf0\x9f\x98\x80",
                                          "\x01"};
    size_t n = least + sb_rand_u64() % (most - least + 1), len = 0;
    while (len < n) {
        const char *c = letters[sb_rand_u64() % SB_LEN(letters)];
        if (len + strlen(c) > n)
            c = "a";
        memcpy(out + len, c, strlen(c));
        len += strlen(c);
    }
    return (struct sb_str){out, len};
}

static void random_beat(struct heartbeat_beat *b, char *texts)
{
    *b = (struct heartbeat_beat){.kind =
                                     (enum heartbeat_kind)(sb_rand_u64() % HEARTBEAT_KIND_COUNT)};
    b->id = random_text(texts, 1, HEARTBEAT_ID_MAX);
    b->zone = random_text(texts + 300, 0, HEARTBEAT_ZONE_MAX);
    b->boot_id = random_text(texts + 400, 0, HEARTBEAT_BOOT_MAX);
    b->run_id = random_text(texts + 500, 0, HEARTBEAT_RUN_MAX);
    b->body = random_text(texts + 600, 0, 900);
    b->has_seq = sb_rand_u64() % 2;
    b->seq = sb_rand_u64();
    b->sent =
        sb_rand_u64() % 4 ? (int64_t)(sb_rand_u64() % 2000000000000) * 1000000 : HEARTBEAT_NO_TIME;
    b->interval = (int64_t)(sb_rand_u64() % 100000) * 1000000;
    b->exit_status = b->kind == HEARTBEAT_EXIT ? (int)(sb_rand_u64() % 256) : 0;
    b->n_metrics = (uint8_t)(sb_rand_u64() % (HEARTBEAT_METRICS_MAX + 1));
    for (size_t i = 0; i < b->n_metrics; i++)
        b->metrics[i] = (struct heartbeat_metric){random_text(texts + 1600 + 64 * i, 1, 20),
                                                  (double)sb_rand_u64() / 3};
}

static bool same(const struct heartbeat_beat *a, const struct heartbeat_beat *b)
{
    bool same = sb_str_eq(a->id, b->id) && sb_str_eq(a->zone, b->zone) &&
                sb_str_eq(a->boot_id, b->boot_id) && sb_str_eq(a->run_id, b->run_id) &&
                sb_str_starts(a->body, b->body) && a->kind == b->kind && a->has_seq == b->has_seq &&
                a->seq == b->seq && a->sent == b->sent && a->interval == b->interval &&
                a->exit_status == b->exit_status && a->n_metrics == b->n_metrics;
    for (size_t i = 0; same && i < a->n_metrics; i++)
        same = sb_str_eq(a->metrics[i].name, b->metrics[i].name) &&
               a->metrics[i].value == b->metrics[i].value;
    return same;
}

START_TEST(datagrams_there_and_back)
{
    char texts[4096];
    unsigned char out[HEARTBEAT_UDP_MAX];
    struct heartbeat_udp_key *keys[] = {heartbeat_udp_key_new(SB_STR("0123456789abcdef")),
                                        heartbeat_udp_key_new(SB_STR("fedcba9876543210"))};
    struct heartbeat_udp_key *other = heartbeat_udp_key_new(SB_STR("a third that nobody knows"));
    unsigned fitted = 0;
    for (int i = 0; i < 30000; i++) {
        struct heartbeat_beat b, back = {.zone = {"", 0}};
        struct sb_error e;
        size_t len;
        random_beat(&b, texts);
        struct heartbeat_udp_key *key = keys[i % 2];
        int rc = heartbeat_udp_write(&b, key, out, &len, &e);
        unit_require(rc == 0 || rc == -SB_ETOOBIG, "%s", e.text);
        if (rc < 0)
            continue;
        fitted++;
        unit_require(heartbeat_udp_read(out, len, keys, 2, &back) == HEARTBEAT_UDP_OK &&
                         same(&b, &back),
                     "round %d", i);
        ck_assert_int_eq(heartbeat_udp_read(out, len, &other, 1, &back), HEARTBEAT_UDP_UNKNOWN);
        size_t at = sb_rand_u64() % len;
        out[at] ^= (unsigned char)(1U << sb_rand_u64() % 8);
        unit_require(heartbeat_udp_read(out, len, keys, 2, &back) != HEARTBEAT_UDP_OK,
                     "a bit of byte %zu is changed and it is taken", at);
        ck_assert_int_eq(heartbeat_udp_write(&b, NULL, out, &len, &e), 0);
        ck_assert_int_eq(heartbeat_udp_read(out, len, keys, 2, &back), HEARTBEAT_UDP_UNKNOWN);
        ck_assert_int_eq(heartbeat_udp_read(out, len, NULL, 0, &back), HEARTBEAT_UDP_OK);
        for (size_t cut = 0; cut < len; cut += 1 + cut / 4)
            ck_assert_int_eq(heartbeat_udp_read(out, cut, NULL, 0, &back), HEARTBEAT_UDP_MALFORMED);
    }
    ck_assert_uint_gt(fitted, 10000);
    for (size_t i = 0; i < 2; i++)
        heartbeat_udp_key_free(keys[i]);
    heartbeat_udp_key_free(other);
}
END_TEST

/* The bytes on the wire, so that a change of them cannot go unnoticed; made by another program's HMAC. */
START_TEST(datagram_on_the_wire)
{
    static const unsigned char wanted[] = {
        0x53, 0x42, 0x01, 0x01, 0xd2, 0xea, 0xa6, 0x13, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
        0x00, 0x07, 0x00, 0x00, 0x01, 0x93, 0x55, 0x20, 0x4c, 0x7b, 0x00, 0x00, 0x0b, 0xb8,
        0x01, 0x00, 0x01, 0x01, 0x01, 0x00, 0x01, 0x00, 0x00, 0x02, 0x6e, 0x7a, 0x62, 0x68,
        0x69, 0x01, 0x6d, 0x40, 0x29, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x96, 0x26, 0xc3,
        0xe1, 0x1b, 0xb1, 0x81, 0xa9, 0x52, 0xa6, 0xc4, 0x80, 0xa6, 0x94, 0x7f, 0xef};
    struct heartbeat_beat b = {.id = SB_STR("n"),
                               .zone = SB_STR("z"),
                               .boot_id = SB_STR("b"),
                               .body = SB_STR("hi"),
                               .kind = HEARTBEAT_UNHEALTHY,
                               .seq = 7,
                               .has_seq = true,
                               .sent = INT64_C(1732300000379000000),
                               .interval = INT64_C(3000000000),
                               .n_metrics = 1};
    b.metrics[0] = (struct heartbeat_metric){SB_STR("m"), 12.5};
    struct heartbeat_udp_key *key = heartbeat_udp_key_new(SB_STR("0123456789abcdef"));
    unsigned char out[HEARTBEAT_UDP_MAX];
    struct sb_error e;
    size_t len;
    ck_assert_int_eq(heartbeat_udp_write(&b, key, out, &len, &e), 0);
    ck_assert_uint_eq(len, sizeof wanted);
    for (size_t i = 0; i < sizeof wanted; i++)
        unit_require(out[i] == wanted[i], "byte %zu: %02x", i, out[i]);
    heartbeat_udp_key_free(key);
}
END_TEST

START_TEST(recordings)
{
    const int64_t s = INT64_C(1000000000), now = 1732300000 * s, hour = 3600 * s;
    struct heartbeat_udp_memory *m = heartbeat_udp_memory_new(1000, hour);
    struct heartbeat_beat first = {.id = SB_STR("n"), .boot_id = SB_STR("one"), .sent = now};
    struct heartbeat_beat second = {
        .id = SB_STR("n"), .boot_id = SB_STR("two"), .sent = now + 20 * s};
    struct heartbeat_beat old = {.id = SB_STR("o"), .boot_id = SB_STR("x"), .sent = now - 2 * hour};
    ck_assert(!heartbeat_udp_memory_check(m, &old, now)); /* who was never seen, of long ago */
    old.sent = now + 2 * hour;
    ck_assert(!heartbeat_udp_memory_check(m, &old, now));
    ck_assert(heartbeat_udp_memory_check(m, &first, now));
    ck_assert(heartbeat_udp_memory_check(m, &first, now)); /* the detector's business */
    ck_assert(heartbeat_udp_memory_check(m, &second, now + 20 * s));
    ck_assert(!heartbeat_udp_memory_check(m, &first, now + 30 * s)); /* of the start before */
    second.sent = now + 5 * hour; /* its clock ran ahead, and is right again after a start */
    ck_assert(heartbeat_udp_memory_check(m, &second, now + 40 * s));
    struct heartbeat_beat third = {
        .id = SB_STR("n"), .boot_id = SB_STR("three"), .sent = now + 60 * s};
    ck_assert(heartbeat_udp_memory_check(m, &third, now + 60 * s));
    char id[16];
    for (int i = 0; i < 2000; i++) {
        snprintf(id, sizeof id, "node-%d", i);
        struct heartbeat_beat b = {.id = sb_str(id), .boot_id = SB_STR("x"), .sent = now};
        unit_require(heartbeat_udp_memory_check(m, &b, now) == (i < 999), "%d", i);
    }
    heartbeat_udp_memory_free(m);
}
END_TEST

UNIT_MAIN("heartbeat_beats", seed_body, refused_bodies, many_metrics, as_core_doc_reads,
          datagrams_there_and_back, datagram_on_the_wire, recordings)
