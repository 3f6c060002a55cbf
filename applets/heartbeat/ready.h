/* Telling the service manager: sd_notify(3)'s protocol, without libsystemd. One datagram of "KEY=VALUE"
 * lines to the unix socket named by NOTIFY_SOCKET ("@" begins an abstract name). */
#ifndef HEARTBEAT_READY_H
#define HEARTBEAT_READY_H

#include <stdint.h>

/* Sends the lines. Without NOTIFY_SOCKET nothing happens; a manager that does not listen is not our
 * trouble either. */
void heartbeat_ready_send(const char *lines);
/* How often WATCHDOG=1 must be sent at least, ns: half of WATCHDOG_USEC, when WATCHDOG_PID is us or not
 * there; 0 = nobody watches. */
int64_t heartbeat_ready_watchdog(void);

#endif
