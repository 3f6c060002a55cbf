/* Byte streams: TCP and unix sockets, awaitable.
 *
 * A struct sb_stream is one connection, made by connecting or accepting. At most one coroutine reads
 * and one writes at a time. Operations try at once and wait only when they must, but let others have
 * their turn after a while. Closing needs no waiting, so that finally: can close what a cancelled
 * operation left. Deadlines are the caller's (sb_co_deadline_set on the operation or on its parent). */
#ifndef SB_NET_STREAM_H
#define SB_NET_STREAM_H

#include "core/base/buf.h"
#include "core/base/str.h"
#include "core/co/poll.h"
#include "core/net/listen.h"

struct sb_stream {
    struct sb_watch *watch; /* NULL = not open */
    int fd;                 /* valid while open */
    uint8_t turns;          /* taken without waiting */
    int error;              /* errno of the last operation that failed with -SB_EIO */
    struct sb_buf input;    /* read and not yet handed out: from input.data + taken */
    size_t taken, searched;
};

/* Closed: nothing happens. No operation may be in flight. {0} initialises a closed stream. */
void sb_stream_close(struct sb_stream *s);
/* Nothing more will be written: the peer reads to an end. */
void sb_stream_shutdown(struct sb_stream *s);
/* Says what the system said about the last operation that failed; returns -SB_EIO. `what` begins the
 * text: "reading from the socket". */
int sb_stream_fail(const struct sb_stream *s, const char *what, struct sb_error *e);
/* The peer's address as sb_sockaddr_text has it, or "?" once it has gone. */
void sb_stream_peer(const struct sb_stream *s, char text[SB_SOCKADDR_TEXT]);

/* ---- connecting ---- */

/* Awaitable: `host` is a name, an IPv4 or IPv6 address (brackets and %zone allowed), or the path of a unix
 * socket, which begins with '/' (port is ignored). Names are resolved on the thread pool; of several
 * addresses the families take turns and a next one is tried when one fails or after 250 ms (RFC 8305,
 * section 5); the first to answer is kept. rc 0: `*ret_stream` is open; -SB_ENOTFOUND: no such name;
 * -SB_EIO: nobody answered; with `error`; or as cancelled. `host` stays where it is until the end. */
struct sb_dial; /* the attempts */
#define sb_stream_connect_SAVED(F) F(uint16_t, port)
#define sb_stream_connect_LIVE(F) \
    F(struct sb_loop *, loop)     \
    F(const char *, host)         \
    F(struct sb_stream *, stream) F(struct sb_dial *, dial) F(struct sb_error, error)
#define sb_stream_connect_POINTS(P) P(resolving) P(connecting)
CO_FRAME(sb_stream_connect);
void sb_stream_connect_init(struct sb_stream_connect *c, struct sb_loop *l, const char *host,
                            uint16_t port, struct sb_stream *ret_stream);

/* ---- listening ---- */

struct sb_listener {
    struct sb_loop *loop;
    struct sb_watch *watch; /* NULL = not open */
    int fd;
    uint8_t turns;
    struct sb_listen at;
    uint64_t starved;  /* how often accepting had to pause: no descriptors or memory left */
    int starved_error; /* errno of the last of those */
    /* May be set after opening: called when a pause begins after accepting had worked. */
    void (*on_starved)(void *ctx, int error);
    void *ctx;
};

/* `address` as in core/net/listen.h. A unix socket has mode 0600. Connections are handed over at once,
 * also those whose peer waits to be spoken to. -SB_EUSAGE, -SB_EIO. */
int sb_listener_open(struct sb_listener *ret_listener, struct sb_loop *l, const char *address,
                     struct sb_error *e);
/* 0 for a unix socket. */
uint16_t sb_listener_port(const struct sb_listener *s);
/* Closed: nothing happens. Nobody may be accepting. Removes the path of a unix socket. */
void sb_listener_close(struct sb_listener *s);

/* Awaitable, one at a time: rc 0 and `*ret_stream` open; -SB_EIO when listening itself is broken, with
 * `error`; or as cancelled. When descriptors run out it pauses for 100 ms and tries again. */
#define sb_stream_accept_SAVED(F)
#define sb_stream_accept_LIVE(F)      \
    F(struct sb_listener *, listener) \
    F(struct sb_stream *, stream)     \
    F(bool, starving)                 \
    F(struct sb_co_poll, poll) F(struct sb_co_sleep, pause) F(struct sb_error, error)
#define sb_stream_accept_POINTS(P) P(accepting) P(pausing)
CO_FRAME(sb_stream_accept);
void sb_stream_accept_init(struct sb_stream_accept *a, struct sb_listener *s,
                           struct sb_stream *ret_stream);

/* ---- reading and writing ---- */

/* Awaitable: reads 1 to `size` bytes into `to` as soon as there are some. rc 0 and `len` (0 = the peer
 * will send no more); -SB_EIO, see sb_stream_fail; or as cancelled, and then no byte is lost. */
#define sb_stream_read_SAVED(F)
#define sb_stream_read_LIVE(F)    \
    F(struct sb_stream *, stream) \
    F(char *, to) F(size_t, size) F(size_t, len) F(struct sb_co_poll, poll)
#define sb_stream_read_POINTS(P) P(reading)
CO_FRAME(sb_stream_read);
void sb_stream_read_init(struct sb_stream_read *r, struct sb_stream *s, char *to, size_t size);

/* Awaitable: reads up to and with the next newline, which may have at most `cap` bytes before it. rc 0
 * and `line`, without the newline and a carriage return before it, in the stream's own memory until the
 * next read or close; with `end` the peer will send no more and line is what came after the last newline.
 * -SB_ETOOBIG: no newline within cap bytes, and none was taken; -SB_EIO; or as cancelled, and then no byte
 * is lost. */
#define sb_stream_line_SAVED(F)
#define sb_stream_line_LIVE(F)    \
    F(struct sb_stream *, stream) \
    F(size_t, cap) F(struct sb_str, line) F(bool, end) F(struct sb_co_poll, poll)
#define sb_stream_line_POINTS(P) P(reading)
CO_FRAME(sb_stream_line);
void sb_stream_line_init(struct sb_stream_line *r, struct sb_stream *s, size_t cap);

/* Awaitable: writes all. rc 0: the system has it; -SB_EIO (the peer has gone), see sb_stream_fail; or as
 * cancelled; `done` is how many bytes the system took. */
#define sb_stream_write_SAVED(F)
#define sb_stream_write_LIVE(F) \
    F(struct sb_stream *, stream) F(struct sb_str, bytes) F(size_t, done) F(struct sb_co_poll, poll)
#define sb_stream_write_POINTS(P) P(writing)
CO_FRAME(sb_stream_write);
void sb_stream_write_init(struct sb_stream_write *w, struct sb_stream *s, struct sb_str bytes);

#endif
