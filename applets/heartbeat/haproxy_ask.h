/* Asking HAProxy's runtime socket: one line of commands, one answer to its end. */
#ifndef HEARTBEAT_HAPROXY_ASK_H
#define HEARTBEAT_HAPROXY_ASK_H

#include "core/net/stream.h"

/* Awaitable: connects to `host` (a path, or a host and its port), sends `line` with its newline, and reads the
 * answer. rc 0 and `answer`; -SB_EIO, -SB_ETOOBIG (over 16 MiB) with `error`; or as cancelled. */
#define heartbeat_ask_SAVED(F)
#define heartbeat_ask_LIVE(F)            \
    F(struct sb_loop *, loop)            \
    F(const char *, host)                \
    F(uint16_t, port)                    \
    F(struct sb_str, line)               \
    F(struct sb_buf, answer)             \
    F(struct sb_stream, stream)          \
    F(struct sb_stream_connect, connect) \
    F(struct sb_stream_write, write)     \
    F(struct sb_stream_read, read)       \
    F(char *, chunk)                     \
    F(struct sb_error, error)
#define heartbeat_ask_POINTS(P) P(connecting) P(asking) P(reading)
CO_FRAME(heartbeat_ask);
void heartbeat_ask_init(struct heartbeat_ask *a, struct sb_loop *l, const char *host, uint16_t port,
                        struct sb_str line);
/* Frees the answer; for frames that are done, or were never run. */
void heartbeat_ask_free(struct heartbeat_ask *a);

#endif
