/* Alertmanager's webhook, version 4, as a beat: the dead man's switch of a monitoring chain.
 *
 * An alert that always fires ("Watchdog") is routed here; while it comes, the chain works. The node is
 * the one in the path (/alertmanager/ID), else the value of the label that ?label= names, else that of
 * "alertname". An alert that fires is a sign of life, one that is resolved says that it is not well. */
#ifndef HEARTBEAT_ALERTMANAGER_H
#define HEARTBEAT_ALERTMANAGER_H

#include "applets/heartbeat/beat.h"
#include "core/base/error.h"

enum { HEARTBEAT_ALERTS_MAX = 256 };

struct heartbeat_alert_options {
    struct sb_str id;    /* empty: by label */
    struct sb_str label; /* empty: "alertname" */
};
/* Calls give for every alert with id and kind set in *b; the texts are valid during that call.
 * -SB_EINPUT: not such a message, or an alert without that label; then nothing was given. */
int heartbeat_alertmanager_read(struct sb_str text, const struct heartbeat_alert_options *options,
                                struct heartbeat_beat *b,
                                void (*give)(void *ctx, struct heartbeat_beat *b), void *ctx,
                                struct sb_error *e);

#endif
