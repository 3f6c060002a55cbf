/* What senders read of others: a metric command's output, sd_notify datagrams, command lines, checks. The
 * first byte chooses. */
#include "applets/heartbeat/notify.h"
#include "applets/heartbeat/probe.h"
#include "applets/heartbeat/report.h"
#include "applets/heartbeat/words.h"

#include "core/base/mem.h"
#include "core/doc/json.h"

#include <math.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool ok)
{
    if (!ok)
        abort();
}

/* Whatever was read makes a body that is JSON. */
static void check_metrics(struct sb_str s)
{
    struct heartbeat_report r = {.id = "x"};
    struct sb_error e;
    if (heartbeat_metrics_read(s, "fuzz", &r.metrics, &e) < 0)
        return;
    require(r.metrics.len <= HEARTBEAT_METRICS_MAX);
    for (size_t i = 0; i < r.metrics.len; i++) {
        require(isfinite(r.metrics.items[i].value));
        require(heartbeat_metrics_get(&r.metrics, r.metrics.items[i].name) ==
                &r.metrics.items[i].value);
    }
    struct sb_buf out = SB_BUF_INIT(65536);
    struct sb_doc_pool *pool = sb_doc_pool_new();
    struct sb_doc_text text;
    struct sb_doc_node *tree;
    heartbeat_report_put(&r, 0, &out);
    require(sb_doc_text_copy(pool, "body", out.data, out.len, &text, &e) == 0);
    require(sb_json_read(pool, &text, NULL, &tree, &e) == 0);
    sb_doc_pool_free(pool);
    sb_buf_done(&out);
}

static void check_notice(struct sb_str s)
{
    struct heartbeat_notice n;
    heartbeat_notice_read(s, &n);
    require(n.watchdog_ns >= 0);
    if (n.status.p)
        require(n.status.p >= s.p && n.status.p + n.status.len <= s.p + s.len);
}

/* Quoting the words again and cutting that gives the same words. */
static void check_words(const char *line)
{
    struct heartbeat_words w, again;
    struct sb_error e;
    if (heartbeat_words_split(line, "fuzz", &w, &e) < 0)
        return;
    struct sb_buf quoted = SB_BUF_INIT(1 << 20);
    for (size_t i = 0; i < w.argc; i++) {
        sb_buf_puts(&quoted, " \"");
        for (const char *p = w.argv[i]; *p; p++)
            sb_buf_printf(&quoted, "%s%c", *p == '"' || *p == '\\' ? "\\" : "", *p);
        sb_buf_putc(&quoted, '"');
    }
    require(heartbeat_words_split(quoted.data, "fuzz", &again, &e) == 0 && again.argc == w.argc);
    for (size_t i = 0; i < w.argc; i++)
        require(strcmp(w.argv[i], again.argv[i]) == 0);
    heartbeat_words_done(&w);
    heartbeat_words_done(&again);
    sb_buf_done(&quoted);
}

static void check_probe(const char *text)
{
    struct heartbeat_probe_spec s;
    struct sb_error e;
    if (heartbeat_probe_parse(text, &s, &e) == 0) {
        require(s.kind != HEARTBEAT_PROBE_TCP || (s.port && s.host[0]));
        heartbeat_probe_done(&s);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0)
        return 0;
    char *text = sb_xmemdup0((const char *)data + 1, size - 1);
    struct sb_str s = {text, size - 1};
    switch (data[0]) {
    case 'm': check_metrics(s); break;
    case 'n': check_notice(s); break;
    case 'w': check_words(text); break;
    default: check_probe(text); break;
    }
    free(text);
    return 0;
}
