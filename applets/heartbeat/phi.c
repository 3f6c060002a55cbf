/* The phi score and the window of intervals. See phi.h. */
#include "applets/heartbeat/phi.h"

#include <math.h>

void heartbeat_window_add(struct heartbeat_window *w, int64_t interval)
{
    int64_t ms = interval < 0 ? 0 : interval / 1000000 + (interval % 1000000 >= 500000);
    w->ms[w->at] = ms > UINT32_MAX ? UINT32_MAX : (uint32_t)ms;
    w->at = (uint16_t)(w->at + 1 == w->cap ? 0 : w->at + 1);
    if (w->len < w->cap)
        w->len++;
}

/* Two passes: sums of squares of differences neither overflow nor cancel. */
void heartbeat_window_summary(const struct heartbeat_window *w, struct heartbeat_summary *ret)
{
    struct heartbeat_summary s = {.len = w ? w->len : 0};
    double sum = 0, squares = 0;
    for (uint32_t i = 0; i < s.len; i++) {
        double x = w->ms[i];
        sum += x;
        s.min = i == 0 ? x : fmin(s.min, x);
        s.max = fmax(s.max, x);
    }
    s.mean = s.len ? sum / s.len : 0;
    for (uint32_t i = 0; i < s.len; i++)
        squares += (w->ms[i] - s.mean) * (w->ms[i] - s.mean);
    s.sd = s.len > 1 ? sqrt(squares / (s.len - 1)) : 0;
    *ret = s;
}

double heartbeat_phi_least_sd(double interval_ms)
{
    return fmax(interval_ms / 20, 1);
}

static double phi_of(double y)
{
    double x = y * (1.5976 + 0.070566 * y * y);
    return (fmax(x, 0) + log1p(exp(-fabs(x)))) / M_LN10;
}

double heartbeat_phi(const struct heartbeat_summary *s, double pause_ms, double least_sd,
                     double silence_ms)
{
    return phi_of((silence_ms - s->mean - pause_ms) / fmax(s->sd, least_sd));
}

double heartbeat_phi_deadline(const struct heartbeat_summary *s, double pause_ms, double least_sd,
                              double threshold)
{
    double low = 0, high = 64; /* phi_of(64) is past 8000 */
    for (int i = 0; i < 60; i++) {
        double middle = (low + high) / 2;
        if (phi_of(middle) < threshold)
            low = middle;
        else
            high = middle;
    }
    return s->mean + pause_ms + high * fmax(s->sd, least_sd);
}
