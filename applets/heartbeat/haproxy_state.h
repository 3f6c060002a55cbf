/* What HAProxy says of its servers. Pure functions. */
#ifndef HEARTBEAT_HAPROXY_STATE_H
#define HEARTBEAT_HAPROXY_STATE_H

#include "core/base/str.h"

#include <stdint.h>

enum heartbeat_admin {
    HEARTBEAT_ADMIN_READY,
    HEARTBEAT_ADMIN_DRAIN,
    HEARTBEAT_ADMIN_MAINT,
};
extern const char
    *const heartbeat_admin_names[]; /* "ready" "drain" "maint", as HAProxy takes them */

/* One line of `show servers state`, version 1 (management guide, 9.3). */
struct heartbeat_row {
    struct sb_str backend, server;
    enum heartbeat_admin admin; /* as set by commands or the configuration; not what checks say */
    int64_t weight, configured; /* its weight now, and as the configuration has it */
};

/* The weight to set for so many per cent of the configured one. Never 0 unless that is meant: HAProxy itself
 * makes 30% of the usual 1 a 0, which takes all traffic away. */
int64_t heartbeat_weight(int64_t configured, uint8_t percent);
/* As backend or server in commands: letters, digits and -_.: (configuration manual, 4.1). */
bool heartbeat_name_valid(struct sb_str name);
/* False: not such a line. */
bool heartbeat_row_parse(struct sb_str line, struct heartbeat_row *ret);
/* "Pid: 123" of `show info`. False: another line. */
bool heartbeat_pid_parse(struct sb_str line, int64_t *ret);
/* Takes the next line off the text, without its end; false at the end of the text. */
bool heartbeat_line_next(struct sb_str *text, struct sb_str *ret_line);

#endif
