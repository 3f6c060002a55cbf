/* Reading and showing a fleet's status. See status.h. */
#include "applets/heartbeat/present.h"
#include "applets/heartbeat/status.h"

#include "core/base/time.h"
#include "core/base/utf8.h"
#include "core/sort/sort.h"
#include "core/ui/csv.h"
#include "core/ui/table.h"

#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

void heartbeat_view_done(struct heartbeat_view *v)
{
    sb_arena_done(&v->arena);
    sb_vec_done(&v->rows);
    sb_vec_done(&v->silent_zones);
    json_decref(v->document);
    v->document = NULL;
}

/* ---- reading ---- */

static struct sb_str text_of(const json_t *map, const char *key)
{
    const json_t *n = json_object_get(map, key);
    return json_is_string(n) ? (struct sb_str){json_string_value(n), json_string_length(n)}
                             : (struct sb_str){"", 0};
}

static int64_t time_of(const json_t *map, const char *key)
{
    struct sb_str text = text_of(map, key);
    struct sb_error e;
    int64_t wall = 0;
    return text.len && sb_time_parse(text, &wall, &e) == 0 ? wall : 0;
}

static int state_of(struct sb_str name)
{
    for (int i = 0; heartbeat_state_names[i]; i++)
        if (sb_str_is(name, heartbeat_state_names[i]))
            return i;
    return -1;
}

static int add_node(struct heartbeat_view *v, const json_t *node, struct sb_error *e)
{
    const json_t *evidence = json_object_get(node, "evidence");
    const json_t *silence = json_object_get(evidence, "silence");
    struct heartbeat_row row = {
        .id = text_of(node, "id"),
        .zone = text_of(node, "zone"),
        .said = text_of(evidence, "said"),
        .since = time_of(node, "since"),
        .last = time_of(node, "last_beat"),
        .silence = json_is_number(silence) ? json_number_value(silence) : (double)NAN,
        .acknowledged = json_is_true(json_object_get(node, "acknowledged")),
        .muted = text_of(json_object_get(node, "muted"), "why"),
    };
    int state = state_of(text_of(node, "state"));
    if (row.id.len == 0 || state < 0)
        return sb_fail(e, SB_EINPUT, "the answer has a node without id or state");
    row.state = (enum heartbeat_state)state;
    v->states[state]++;
    sb_vec_push(&v->rows, row);
    return 0;
}

static void add_zones(struct heartbeat_view *v, const json_t *zones)
{
    for (size_t i = 0; i < json_array_size(zones); i++) {
        const json_t *zone = json_array_get(zones, i);
        if (json_is_string(json_object_get(zone, "silent_since")))
            sb_vec_push(&v->silent_zones, text_of(zone, "zone"));
    }
}

/* Texts of a page stay with the document: its nodes move over there. */
static void join(struct heartbeat_view *v, json_t *page)
{
    if (!v->document) {
        v->document = page;
        v->now = time_of(page, "now");
        add_zones(v, json_object_get(page, "zones"));
        return;
    }
    json_array_extend(json_object_get(v->document, "nodes"), json_object_get(page, "nodes"));
    json_decref(page);
}

int heartbeat_view_page(struct heartbeat_view *v, struct sb_str json, uint32_t *ret_next,
                        struct sb_error *e)
{
    json_error_t why;
    json_t *page = json_loadb(json.p, json.len, JSON_REJECT_DUPLICATES, &why);
    const json_t *nodes = json_object_get(page, "nodes"), *next = json_object_get(page, "next");
    int r = 0;
    if (!sb_str_is(text_of(page, "schema"), "srebox.heartbeat/1") || !json_is_array(nodes)) {
        json_decref(page);
        sb_fail(e, SB_EINPUT, "the answer is no status of a monitor");
        return sb_hint(e, "is there another server at that address?");
    }
    for (size_t i = 0; r == 0 && i < json_array_size(nodes); i++)
        r = add_node(v, json_array_get(nodes, i), e);
    json_int_t at = json_integer_value(next);
    *ret_next = at > 0 && at <= UINT32_MAX ? (uint32_t)at : 0;
    join(v, page);
    return r;
}

void heartbeat_view_saved(struct heartbeat_view *v, const struct heartbeat_saved *s)
{
    size_t zone = strnlen(s->zone, sizeof s->zone), said = strnlen(s->said, sizeof s->said);
    struct heartbeat_row row = {
        .id = {sb_arena_dup(&v->arena, s->id, s->id_len), s->id_len},
        .zone = {sb_arena_dup(&v->arena, s->zone, zone), zone},
        .said = {sb_arena_dup(&v->arena, s->said, said), said},
        .state = (enum heartbeat_state)SB_MIN(s->state, HEARTBEAT_STATE_COUNT - 1),
        .since = s->since_wall,
        .last = s->received_wall,
        .silence = (double)NAN,
        .acknowledged = s->flags & HEARTBEAT_NODE_ACKED,
    };
    v->states[row.state]++;
    sb_vec_push(&v->rows, row);
}

/* ---- showing ---- */

static int rank(enum heartbeat_state s)
{
    static const int ranks[] = {
        [HEARTBEAT_DOWN] = 0,   [HEARTBEAT_LATE] = 1, [HEARTBEAT_UNKNOWN_STATE] = 2,
        [HEARTBEAT_PAUSED] = 3, [HEARTBEAT_LEFT] = 4, [HEARTBEAT_UP] = 5,
    };
    return ranks[s];
}

static int compare_rows(const void *a, const void *b, void *ctx, int *fail)
{
    const struct heartbeat_row *x = a, *y = b;
    int by_rank = rank(x->state) - rank(y->state), by_zone = sb_str_cmp(x->zone, y->zone);
    (void)ctx;
    (void)fail;
    if (by_rank)
        return by_rank;
    return by_zone ? by_zone : sb_str_cmp(x->id, y->id);
}

void heartbeat_view_sort(struct heartbeat_view *v)
{
    sb_sort(v->rows.items, v->rows.len, sizeof *v->rows.items, compare_rows, NULL, NULL);
}

/* "12s", "3m", "5h", "8d": in one unit, for a narrow column. */
static void print_age(struct sb_buf *b, int64_t ns)
{
    int64_t s = ns < 0 ? 0 : ns / SB_NS_PER_S;
    if (s < 100)
        sb_buf_printf(b, "%llds", (long long)s);
    else if (s < 6000)
        sb_buf_printf(b, "%lldm", (long long)(s / 60));
    else if (s < 360000)
        sb_buf_printf(b, "%lldh", (long long)(s / 3600));
    else
        sb_buf_printf(b, "%lldd", (long long)(s / 86400));
}

static void print_since(struct sb_buf *b, int64_t now, int64_t wall)
{
    sb_buf_reset(b);
    if (wall)
        print_age(b, now - wall);
    else
        sb_buf_puts(b, "never");
}

static void print_totals(const struct heartbeat_view *v, struct sb_buf *out)
{
    static const enum heartbeat_state order[] = {HEARTBEAT_DOWN,          HEARTBEAT_LATE,
                                                 HEARTBEAT_UNKNOWN_STATE, HEARTBEAT_PAUSED,
                                                 HEARTBEAT_LEFT,          HEARTBEAT_UP};
    const char *between = ": ";
    sb_buf_printf(out, "%zu node%s", v->rows.len, v->rows.len == 1 ? "" : "s");
    for (size_t i = 0; i < SB_LEN(order); i++) {
        if (v->states[order[i]] == 0)
            continue;
        sb_buf_printf(out, "%s%u %s", between, v->states[order[i]],
                      heartbeat_state_names[order[i]]);
        between = ", ";
    }
    sb_buf_putc(out, '\n');
    for (size_t i = 0; i < v->silent_zones.len; i++) {
        sb_buf_puts(out, "zone ");
        sb_escape(out, v->silent_zones.items[i]);
        sb_buf_puts(out, " is silent: one alert stands for it\n");
    }
}

static json_int_t count_of(const json_t *map, const char *key)
{
    return json_integer_value(json_object_get(map, key));
}

/* The counts that are not 0: "actions: 12 done, 1 failed". */
static void print_counts(struct sb_buf *out, const char *title, const json_t *map,
                         const char *const *keys, const char *const *words, size_t n)
{
    const char *between = ": ";
    for (size_t i = 0; i < n; i++) {
        json_int_t count = count_of(map, keys[i]);
        if (count <= 0)
            continue;
        sb_buf_printf(out, "%s%s%lld %s", *between == ':' ? title : "", between, (long long)count,
                      words[i]);
        between = ", ";
    }
    if (*between != ':')
        sb_buf_putc(out, '\n');
}

static void print_hands(const struct heartbeat_view *v, struct sb_buf *out)
{
    static const char *const actions[] = {"done", "failed", "dropped", "waiting", "running"};
    static const char *const haproxy[] = {"answered", "set", "failed", "left_alone"};
    static const char *const words[] = {"agent checks answered", "states set",
                                        "servers not as wanted", "servers left alone"};
    const json_t *proxy = json_object_get(v->document, "haproxy");
    json_int_t sockets = count_of(proxy, "sockets"), reached = count_of(proxy, "reached");
    print_counts(out, "actions", json_object_get(v->document, "actions"), actions, actions,
                 SB_LEN(actions));
    print_counts(out, "HAProxy", proxy, haproxy, words, SB_LEN(words));
    if (sockets > reached)
        sb_buf_printf(out, "HAProxy: %lld of %lld runtime sockets not reached\n",
                      (long long)(sockets - reached), (long long)sockets);
}

void heartbeat_view_text(const struct heartbeat_view *v, size_t width, struct sb_buf *out)
{
    static const struct sb_table_column columns[] = {
        {.title = "STATE"},
        {.title = "NODE", .min = 12},
        {.title = "ZONE", .min = 6},
        {.title = "SINCE", .right = true},
        {.title = "LAST BEAT", .right = true},
        {.title = "SAID", .min = 10},
    };
    struct sb_table t;
    struct sb_buf cell = SB_BUF_INIT(64);
    print_totals(v, out);
    print_hands(v, out);
    if (v->rows.len == 0)
        return;
    sb_buf_putc(out, '\n');
    sb_table_init(&t, columns, SB_LEN(columns));
    for (size_t i = 0; i < v->rows.len; i++) {
        const struct heartbeat_row *row = &v->rows.items[i];
        sb_buf_reset(&cell);
        sb_buf_printf(&cell, "%s%s", heartbeat_state_names[row->state],
                      row->acknowledged ? " (known)" : "");
        if (row->muted.len)
            sb_buf_printf(&cell, " (%.*s)", SB_STR_ARG(row->muted));
        sb_table_text(&t, cell.data);
        sb_table_cell(&t, row->id);
        sb_table_cell(&t, row->zone);
        print_since(&cell, v->now, row->since);
        sb_table_text(&t, cell.data);
        print_since(&cell, v->now, row->last);
        sb_table_text(&t, cell.data);
        sb_table_cell(&t, row->said);
    }
    sb_table_print(&t, out, 0, width);
    sb_table_done(&t);
    sb_buf_done(&cell);
}

static void put_saved(const struct heartbeat_view *v, struct sb_buf *out)
{
    struct sb_json_writer w;
    sb_json_writer_init(&w, out, 2);
    sb_json_open_map(&w);
    heartbeat_put_str(&w, "schema", SB_STR("srebox.heartbeat/1"));
    sb_json_key(&w, "nodes");
    sb_json_open_list(&w);
    for (size_t i = 0; i < v->rows.len; i++) {
        const struct heartbeat_row *row = &v->rows.items[i];
        sb_json_open_map(&w);
        heartbeat_put_str(&w, "id", row->id);
        heartbeat_put_str(&w, "state", sb_str(heartbeat_state_names[row->state]));
        heartbeat_put_time(&w, "since", row->since);
        heartbeat_put_time(&w, "last_beat", row->last);
        heartbeat_put_str(&w, "zone", row->zone);
        sb_json_key(&w, "metrics");
        sb_json_open_map(&w);
        sb_json_close_map(&w);
        sb_json_key(&w, "evidence");
        sb_json_open_map(&w);
        if (row->said.len)
            heartbeat_put_str(&w, "said", row->said);
        sb_json_close_map(&w);
        sb_json_close_map(&w);
    }
    sb_json_close_list(&w);
    sb_json_close_map(&w);
    sb_buf_putc(out, '\n');
}

static int put_bytes(const char *bytes, size_t len, void *ctx)
{
    sb_buf_put(ctx, bytes, len);
    return 0;
}

void heartbeat_view_json(const struct heartbeat_view *v, struct sb_buf *out)
{
    if (!v->document) {
        put_saved(v, out);
        return;
    }
    json_object_set_new(v->document, "next", json_null());
    json_dump_callback(v->document, put_bytes, out, JSON_INDENT(2));
    sb_buf_putc(out, '\n');
}

static void put_csv_time(struct sb_csv *w, int64_t wall, struct sb_buf *text)
{
    sb_buf_reset(text);
    if (wall)
        sb_time_print(text, wall);
    sb_csv_str(w, (struct sb_str){wall ? text->data : "", text->len});
}

void heartbeat_view_csv(const struct heartbeat_view *v, struct sb_buf *out)
{
    static const char *const titles[] = {"state",     "id",   "zone", "since",
                                         "last_beat", "said", "muted"};
    struct sb_buf text = SB_BUF_INIT(64);
    struct sb_csv w;
    sb_csv_init(&w, out);
    for (size_t i = 0; i < SB_LEN(titles); i++)
        sb_csv_text(&w, titles[i]);
    sb_csv_end(&w);
    for (size_t i = 0; i < v->rows.len; i++) {
        const struct heartbeat_row *row = &v->rows.items[i];
        sb_csv_text(&w, heartbeat_state_names[row->state]);
        sb_csv_str(&w, row->id);
        sb_csv_str(&w, row->zone);
        put_csv_time(&w, row->since, &text);
        put_csv_time(&w, row->last, &text);
        sb_csv_str(&w, row->said);
        sb_csv_str(&w, row->muted);
        sb_csv_end(&w);
    }
    sb_buf_done(&text);
}
