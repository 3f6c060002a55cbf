/* sd_notify's protocol. See ready.h. */
#include "applets/heartbeat/ready.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

void heartbeat_ready_send(const char *lines)
{
    const char *path = getenv("NOTIFY_SOCKET");
    struct sockaddr_un to = {.sun_family = AF_UNIX};
    size_t len = path ? strlen(path) : 0;
    if (len < 2 || len >= sizeof to.sun_path || (path[0] != '/' && path[0] != '@'))
        return;
    memcpy(to.sun_path, path, len);
    if (to.sun_path[0] == '@')
        to.sun_path[0] = '\0';
    int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0)
        return;
    (void)sendto(fd, lines, strlen(lines), MSG_NOSIGNAL, (const struct sockaddr *)(const void *)&to,
                 (socklen_t)(offsetof(struct sockaddr_un, sun_path) + len));
    close(fd);
}

/* The decimal number; 0 when it is none. */
static int64_t number_of(const char *text)
{
    char *end = NULL;
    long long value = text ? strtoll(text, &end, 10) : 0;
    return end && *text && *end == '\0' && value > 0 ? value : 0;
}

int64_t heartbeat_ready_watchdog(void)
{
    const char *pid = getenv("WATCHDOG_PID");
    int64_t usec = number_of(getenv("WATCHDOG_USEC"));
    if (pid && number_of(pid) != getpid())
        return 0;
    return usec < INT64_MAX / 1000 ? usec * 500 : 0;
}
