/* sd_notify, both ends of it. */
#include "applets/heartbeat/notify.h"

#include "core/base/macros.h"
#include "core/base/time.h"

#include <stddef.h>
#include <stdlib.h>
#include <unistd.h>

bool heartbeat_notify_address(const char *text, struct sockaddr_un *ret, socklen_t *ret_len)
{
    struct sockaddr_un a = {.sun_family = AF_UNIX};
    size_t len = strlen(text);
    if ((text[0] != '/' && text[0] != '@') || len < 2 || len >= sizeof a.sun_path)
        return false;
    memcpy(a.sun_path, text, len);
    if (text[0] == '@')
        a.sun_path[0] = '\0'; /* unix(7): the name is all the bytes that are counted */
    *ret = a;
    *ret_len = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + len + (text[0] == '/'));
    return true;
}

void heartbeat_notify(const char *address, struct sb_str message)
{
    struct sockaddr_un a;
    socklen_t len;
    if (!address || !heartbeat_notify_address(address, &a, &len))
        return;
    int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0)
        return;
    (void)!sendto(fd, message.p, message.len, MSG_NOSIGNAL, (const struct sockaddr *)&a, len);
    close(fd);
}

/* A decimal number of microseconds as ns; 0 when it is none, or more than 292 years. */
static int64_t microseconds(struct sb_str s)
{
    int64_t us = 0;
    for (size_t i = 0; i < s.len; i++) {
        if (s.p[i] < '0' || s.p[i] > '9' || us > INT64_MAX / 100000)
            return 0;
        us = us * 10 + (s.p[i] - '0');
    }
    return us > INT64_MAX / 1000 ? 0 : us * 1000;
}

int64_t heartbeat_notify_watchdog(void)
{
    const char *usec = getenv("WATCHDOG_USEC"), *pid = getenv("WATCHDOG_PID");
    if (!usec || (pid && strtoll(pid, NULL, 10) != (long long)getpid()))
        return 0;
    return microseconds(sb_str(usec));
}

static void read_line(struct sb_str line, struct heartbeat_notice *n)
{
    static const struct sb_str status = {"STATUS=", 7}, usec = {"WATCHDOG_USEC=", 14};
    if (sb_str_is(line, "READY=1"))
        n->ready = true;
    else if (sb_str_is(line, "STOPPING=1"))
        n->stopping = true;
    else if (sb_str_is(line, "RELOADING=1"))
        n->reloading = true;
    else if (sb_str_is(line, "WATCHDOG=1"))
        n->watchdog = true;
    else if (sb_str_is(line, "WATCHDOG=trigger"))
        n->trigger = true;
    else if (sb_str_starts(line, status))
        n->status = (struct sb_str){line.p + status.len, line.len - status.len};
    else if (sb_str_starts(line, usec))
        n->watchdog_ns = microseconds((struct sb_str){line.p + usec.len, line.len - usec.len});
}

void heartbeat_notice_read(struct sb_str datagram, struct heartbeat_notice *ret)
{
    struct heartbeat_notice n = {.ready = false};
    while (datagram.len) {
        const char *end = memchr(datagram.p, '\n', datagram.len);
        size_t len = end ? (size_t)(end - datagram.p) : datagram.len;
        read_line((struct sb_str){datagram.p, len}, &n);
        len += end != NULL;
        datagram = (struct sb_str){datagram.p + len, datagram.len - len};
    }
    *ret = n;
}
