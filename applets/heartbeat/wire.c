/* What all senders take from the options: who they are, and how they reach a monitor. */
#include "applets/heartbeat/wire.h"

#include <stdio.h>
#include <unistd.h>

int heartbeat_own_id(const char *given, char host[HEARTBEAT_ID_MAX + 1], const char **ret_id,
                     struct sb_error *e)
{
    const char *id = given;
    if (!id) {
        if (gethostname(host, HEARTBEAT_ID_MAX) < 0)
            return sb_fail_errno(e, "the name of this machine");
        host[HEARTBEAT_ID_MAX] = '\0';
        id = host;
    }
    size_t len = strlen(id);
    if (len == 0 || len > HEARTBEAT_ID_MAX || !heartbeat_text_is_clean(sb_str(id))) {
        sb_fail(e, SB_EUSAGE, "an id has 1 to %d bytes that can be shown", HEARTBEAT_ID_MAX);
        return sb_hint(e, "give one with --id");
    }
    *ret_id = id;
    return 0;
}

int heartbeat_zone_check(const char *zone, struct sb_error *e)
{
    size_t len = zone ? strlen(zone) : 1;
    if (len == 0 || len > HEARTBEAT_ZONE_MAX || (zone && !heartbeat_text_is_clean(sb_str(zone))))
        return sb_fail(e, SB_EUSAGE, "a zone has 1 to %d bytes that can be shown",
                       HEARTBEAT_ZONE_MAX);
    return 0;
}

struct heartbeat_wire heartbeat_wire_of(const struct heartbeat_options *o, struct sb_loop *loop,
                                        struct sb_http_client *client)
{
    return (struct heartbeat_wire){
        .loop = loop,
        .client = client,
        .token_file = o->token_file,
        .tls = {.ca_file = o->ca_file, .cert_file = o->cert_file, .key_file = o->key_file},
    };
}
