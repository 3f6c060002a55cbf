/* The protocol of sd_notify(3): datagrams of "NAME=value" lines to the socket in $NOTIFY_SOCKET, whose
 * leading @ means the abstract namespace. */
#ifndef HEARTBEAT_NOTIFY_H
#define HEARTBEAT_NOTIFY_H

#include "core/base/error.h"
#include "core/base/str.h"

#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>
#include <sys/un.h>

/* Tells the service manager, if there is one; never waits, and nothing happens when it is not there. */
void heartbeat_notify(const char *address, struct sb_str message);

/* The address of a socket as $NOTIFY_SOCKET has it. False: too long, or neither / nor @ leads. */
bool heartbeat_notify_address(const char *text, struct sockaddr_un *ret, socklen_t *ret_len);

/* Within what time WATCHDOG=1 is expected of this very process ($WATCHDOG_USEC, $WATCHDOG_PID), ns; 0 =
 * not at all. */
int64_t heartbeat_notify_watchdog(void);

/* What a datagram said; texts point into it. */
struct heartbeat_notice {
    bool ready, reloading, stopping, watchdog, trigger; /* trigger: WATCHDOG=trigger */
    int64_t watchdog_ns;                                /* WATCHDOG_USEC=, 0 = not said */
    struct sb_str status;                               /* STATUS=, p NULL = not said */
};
/* Lines it does not know are passed over. */
void heartbeat_notice_read(struct sb_str datagram, struct heartbeat_notice *ret);

#endif
