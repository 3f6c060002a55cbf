/* The status page: what the monitor knows, as HTML that is whole without scripts, and one small script of
 * our own that fetches it anew when something happened (live.h).
 *
 *     /              the nodes, the worst first, each with a strip of the last hours
 *     /nodes/{id}    one node: evidence, metrics, a strip of a day, its last flips
 *
 * Pages are bounded: at most HEARTBEAT_PAGE_ROWS nodes; ?q=GLOB and ?state=NAME choose which. Everything
 * that nodes said is escaped. */
#ifndef HEARTBEAT_PAGE_H
#define HEARTBEAT_PAGE_H

#include "applets/heartbeat/monitor.h"

enum { HEARTBEAT_PAGE_ROWS = 500 };

/* flags: SB_ROUTE_PUBLIC to show the pages without a token, or 0. */
void heartbeat_page_routes(struct heartbeat_monitor *m, unsigned flags);

/* ---- for page_node.c ---- */

/* The frame, up to the first heading; then the rest of it. */
void heartbeat_page_open(struct sb_buf *b, struct sb_str title);
void heartbeat_page_close(struct sb_buf *b);
void heartbeat_page_reply(struct sb_request *r, int status, struct sb_buf *page);
void heartbeat_page_badge(struct sb_buf *b, enum heartbeat_state state);
/* "12s", counted on by the script; wall 0: "never". */
void heartbeat_page_age(struct sb_buf *b, int64_t wall, int64_t now_wall);
/* 12.3, 1.29G. */
void heartbeat_page_number(struct sb_buf *b, double value);
void heartbeat_page_strip(struct sb_buf *b, const struct heartbeat_monitor *m,
                          const struct heartbeat_node *n, int64_t hours, int64_t now_wall);
/* The last flips, newest first: of one node, or of all (id.p NULL). */
void heartbeat_page_flips(struct sb_buf *b, const struct heartbeat_monitor *m, struct sb_str id);

int heartbeat_page_node(struct sb_request *r, void *ctx); /* a route's handler */

#endif
