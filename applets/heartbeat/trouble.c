/* Troubles of the monitor's own, in its log. See trouble.h. */
#include "applets/heartbeat/trouble.h"

#include "core/base/log.h"
#include "core/base/time.h"

#include <inttypes.h>
#include <sys/resource.h>

/* So long without a further one, and there is room again. */
#define CALM (30 * SB_NS_PER_S)
/* Connections at most (core/net/server.h), and everything else. */
enum { DESCRIPTORS_MOST = 65536 + 1024 };

void heartbeat_raise_descriptors(void)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) < 0 || limit.rlim_cur >= DESCRIPTORS_MOST)
        return;
    limit.rlim_cur = SB_MIN(limit.rlim_max, (rlim_t)DESCRIPTORS_MOST);
    (void)setrlimit(RLIMIT_NOFILE, &limit); /* up to the hard limit it is ours */
}

static void look_at_connections(struct heartbeat_trouble *t, const struct sb_server *server,
                                int64_t now)
{
    struct sb_server_stats s = sb_server_stats(server);
    uint64_t starved = s.full + s.refused;
    if (starved != t->starved && !t->crowded_at) {
        struct rlimit limit = {.rlim_cur = 0};
        (void)getrlimit(RLIMIT_NOFILE, &limit);
        sb_warn("no room for more connections, with %ju descriptors at most: idle ones are closed, "
                "others wait or are turned away (raise `ulimit -n` or LimitNOFILE=)",
                (uintmax_t)limit.rlim_cur);
        t->first = t->starved;
    }
    if (starved != t->starved)
        t->crowded_at = now;
    t->starved = starved;
    if (t->crowded_at && now - t->crowded_at >= CALM) {
        sb_note("there is room for connections again; %" PRIu64 " times there was none",
                t->starved - t->first);
        t->crowded_at = 0;
    }
}

static void look_at_store(struct heartbeat_trouble *t, const struct heartbeat_keeper *keeper)
{
    struct heartbeat_keeper_status s;
    heartbeat_keeper_status(keeper, &s);
    if (s.failing && !t->store_failing)
        sb_warn("%s; what happens is kept in memory until it can be written", s.why);
    if (!s.failing && t->store_failing && s.lost)
        sb_note("the store is written again; %" PRIu64 " changes and audits had to be given up",
                s.lost);
    else if (!s.failing && t->store_failing)
        sb_note("the store is written again, nothing was lost");
    t->store_failing = s.failing;
}

void heartbeat_trouble_look(struct heartbeat_trouble *t, const struct sb_server *server,
                            const struct heartbeat_keeper *keeper, int64_t now)
{
    look_at_connections(t, server, now);
    if (keeper)
        look_at_store(t, keeper);
}
