/* One exchange with the runtime socket. */
#include "applets/heartbeat/haproxy_ask.h"

#include "core/base/mem.h"

#include <stdlib.h>

enum { CHUNK = 16384, ANSWER_MOST = 16 << 20 };

CO_DESC(heartbeat_ask);
static struct sb_co *heartbeat_ask_step(struct sb_co *co_self)
{
    CO_BODY(heartbeat_ask, f);
    sb_stream_connect_init(&f->connect, f->loop, f->host, f->port, &f->stream);
    CO_AWAIT(connecting, &f->connect);
    if (f->connect.co.rc < 0) {
        f->error = f->connect.error;
        CO_RETURN(f->connect.co.rc);
    }
    sb_stream_write_init(&f->write, &f->stream, f->line);
    CO_AWAIT(asking, &f->write);
    if (f->write.co.rc < 0)
        CO_RETURN(sb_stream_fail(&f->stream, "writing to the runtime socket", &f->error));
    f->chunk = sb_xmalloc(CHUNK);
    do {
        sb_stream_read_init(&f->read, &f->stream, f->chunk, CHUNK);
        CO_AWAIT(reading, &f->read);
        if (f->read.co.rc < 0)
            CO_RETURN(sb_stream_fail(&f->stream, "reading from the runtime socket", &f->error));
        sb_buf_put(&f->answer, f->chunk, f->read.len);
        if (f->answer.failed)
            CO_RETURN(sb_buf_check(&f->answer, "the runtime socket's answer", &f->error));
    } while (f->read.len > 0);
finally:
    free(f->chunk);
    f->chunk = NULL;
    sb_stream_close(&f->stream);
    CO_END;
}

void heartbeat_ask_init(struct heartbeat_ask *a, struct sb_loop *l, const char *host, uint16_t port,
                        struct sb_str line)
{
    CO_INIT(heartbeat_ask, a);
    a->loop = l;
    a->host = host;
    a->port = port;
    a->line = line;
    a->answer.max = ANSWER_MOST;
}

void heartbeat_ask_free(struct heartbeat_ask *a)
{
    sb_buf_done(&a->answer);
}
