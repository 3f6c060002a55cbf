/* Signals as events.
 *
 * While a struct sb_signals exists, its signals do not do what they do by default; those that come while
 * nobody waits are remembered, each once. */
#ifndef SB_CO_SIGNAL_H
#define SB_CO_SIGNAL_H

#include "core/co/loop.h"

struct sb_signals;

enum { SB_SIGNALS_MOST = 8 };

/* `set`: 1 to SB_SIGNALS_MOST signals. -SB_EIO with the reason when one cannot be handled (SIGKILL). */
int sb_signals_new(struct sb_signals **ret_signals, struct sb_loop *l, const int *set, size_t n,
                   struct sb_error *e);
/* Nobody may be waiting. NULL is fine. */
void sb_signals_free(struct sb_signals *s);

/* Awaitable, one at a time: waits for one of the signals. rc 0 and `signo`, or as cancelled. */
#define sb_co_signal_SAVED(F)
#define sb_co_signal_LIVE(F) F(struct sb_signals *, signals) F(int, signo)
#define sb_co_signal_POINTS(P) P(listening)
CO_FRAME(sb_co_signal);
void sb_co_signal_init(struct sb_co_signal *s, struct sb_signals *signals);

#endif
