/* The applet's options, filled by the table of heartbeat.c, and its verbs. Each verb lives in a file of its
 * own name. */
#ifndef HEARTBEAT_HEARTBEAT_H
#define HEARTBEAT_HEARTBEAT_H

#include "core/ui/option.h"

struct heartbeat_policy;

struct heartbeat_options {
    struct sb_strings policy; /* files */
    /* monitor */
    const char *listen, *client_ca_file, *trace, *store; /* store: of status, too */
    const char *udp;
    int64_t max_nodes;
    bool known_only, hosted_pings, public_page;

    /* status */
    const char *from; /* URL */
    bool watch;

    const char *target; /* tune: false alarms a node-day */
    int64_t blip;       /* replay, tune: ns */
    bool flips;         /* replay */

    /* schedule */
    const char *time_zone, *after; /* after NULL: now */
    struct sb_strings pinged;
    int64_t next, grace; /* ns */

    /* senders */
    struct sb_strings to;   /* monitors */
    const char *id, *zone;  /* id NULL: the machine's name */
    const char *token_file; /* of senders and status: one token; of monitor: those it knows */
    const char *ca_file, *cert_file, *key_file; /* TLS */
    int64_t interval, shutdown_timeout;         /* ns */
    int64_t count;                              /* beats to send, 0 = until told to stop */
    struct sb_strings checks;
    int64_t check_timeout; /* ns; of the metric command too */
    const char *metric_command;
    int64_t scope; /* enum heartbeat_scope */
    const char *health_listen, *health_token_file;
    const char *ping;               /* URL */
    int64_t ping_timeout, watchdog; /* ns */
};

/* The policy of a verb that takes one; the built-in one without --policy. */
int heartbeat_one_policy(const struct heartbeat_options *o, struct heartbeat_policy **ret,
                         struct sb_error *e);

int heartbeat_monitor_verb(struct sb_run *run, struct sb_error *e);
int heartbeat_status_verb(struct sb_run *run, struct sb_error *e);
int heartbeat_policy_verb(struct sb_run *run, struct sb_error *e);
int heartbeat_replay_verb(struct sb_run *run, struct sb_error *e);
int heartbeat_tune_verb(struct sb_run *run, struct sb_error *e);
int heartbeat_send_verb(struct sb_run *run, struct sb_error *e);
int heartbeat_exec_verb(struct sb_run *run, struct sb_error *e);
int heartbeat_schedule_verb(struct sb_run *run, struct sb_error *e);
int heartbeat_notify_proxy_verb(struct sb_run *run, struct sb_error *e);

#endif
