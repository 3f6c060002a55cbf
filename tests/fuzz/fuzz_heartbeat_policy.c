/* A policy of heartbeat: read, with the sections of others. One that is well is printed, and the print is
 * read back to the same print. */
#include "applets/heartbeat/outlet.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(struct heartbeat_policy *p)
{
    struct sb_buf one = SB_BUF_INIT(1 << 24), two = SB_BUF_INIT(1 << 24);
    struct heartbeat_policy *again = NULL;
    struct sb_error e = {0};
    heartbeat_policy_print(p, &one);
    if (heartbeat_policy_load_text("print", one.data, one.len, &again, &e) < 0)
        abort();
    heartbeat_policy_print(again, &two);
    if (one.len != two.len || memcmp(one.data, two.data, one.len) != 0)
        abort();
    heartbeat_policy_free(again);
    sb_buf_done(&one);
    sb_buf_done(&two);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct heartbeat_policy *p = NULL;
    struct heartbeat_outlet outlet;
    struct sb_error e = {0};
    if (size > 20000)
        return 0;
    if (heartbeat_policy_load_text("fuzz", (const char *)data, size, &p, &e) < 0) {
        if (p || e.text[0] == '\0')
            abort();
        return 0;
    }
    struct heartbeat_registry *nobody = heartbeat_registry_new(1);
    if (heartbeat_outlet_load(&outlet, p, nobody, (struct heartbeat_notice_sink){NULL, NULL}, &e) ==
        0)
        heartbeat_outlet_done(&outlet);
    check(p);
    heartbeat_registry_free(nobody);
    heartbeat_policy_free(p);
    return 0;
}
