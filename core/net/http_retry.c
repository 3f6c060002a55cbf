/* When to try again, and how long to wait: "full jitter" (M. Brooker, "Exponential backoff and jitter",
 * AWS Architecture Blog, 2015), Retry-After (RFC 9110, 10.2.3). */
#include "core/net/http_private.h"

#include "core/base/time.h"

#define FIRST (SB_NS_PER_S / 5)
#define MOST (30 * SB_NS_PER_S)
#define MOST_AFTER (60 * SB_NS_PER_S)

bool http_method_is_idempotent(const char *method)
{
    static const char *const names[] = {"GET", "HEAD", "PUT", "DELETE", "OPTIONS", "TRACE"};
    for (size_t i = 0; i < SB_LEN(names); i++)
        if (strcmp(method, names[i]) == 0)
            return true;
    return false;
}

/* Failures that another try may not meet again. Certificates, protocols and caps are none. */
bool http_result_is_passing(CURLcode result)
{
    switch (result) {
    case CURLE_COULDNT_RESOLVE_PROXY:
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_COULDNT_CONNECT:
    case CURLE_OPERATION_TIMEDOUT:
    case CURLE_PARTIAL_FILE:
    case CURLE_GOT_NOTHING:
    case CURLE_SEND_ERROR:
    case CURLE_RECV_ERROR: return true;
    default: return false;
    }
}

bool http_status_is_passing(int status)
{
    static const int statuses[] = {408, 425, 429, 502, 503, 504};
    for (size_t i = 0; i < SB_LEN(statuses); i++)
        if (status == statuses[i])
            return true;
    return false;
}

/* min(most, first * 2^doublings), without overflow. */
static int64_t doubled(int64_t first, int64_t most, uint32_t doublings)
{
    int64_t ns = SB_MIN(first, most);
    for (uint32_t i = 0; i < doublings && ns < most; i++)
        ns = ns > most / 2 ? most : ns * 2;
    return ns;
}

/* Seconds, or a date; ns to wait, 0 when it is neither or past. */
static int64_t read_after(struct sb_str s, int64_t now)
{
    char text[64];
    int64_t seconds = 0;
    if (!s.p || s.len == 0 || s.len >= sizeof text)
        return 0;
    size_t digits = 0;
    for (; digits < s.len && s.p[digits] >= '0' && s.p[digits] <= '9'; digits++)
        if (seconds < INT32_MAX)
            seconds = seconds * 10 + (s.p[digits] - '0');
    if (digits == s.len)
        return SB_MIN(seconds, INT32_MAX) * SB_NS_PER_S;
    memcpy(text, s.p, s.len);
    text[s.len] = '\0';
    int64_t at = (int64_t)curl_getdate(text, NULL), now_s = now / SB_NS_PER_S;
    if (at < 0 || at <= now_s)
        return 0;
    return SB_MIN(at - now_s, INT32_MAX) * SB_NS_PER_S;
}

int64_t http_retry_delay(const struct sb_http_retry *policy, uint32_t tried,
                         struct sb_str retry_after, int64_t now, uint64_t dice)
{
    int64_t first = policy->first > 0 ? policy->first : FIRST;
    int64_t most = policy->most > 0 ? policy->most : MOST;
    int64_t most_after = policy->most_after > 0 ? policy->most_after : MOST_AFTER;
    int64_t range = doubled(first, most, tried ? tried - 1 : 0);
    int64_t delay = (int64_t)(dice % ((uint64_t)range + 1));
    int64_t after = read_after(retry_after, now);
    return SB_MAX(delay, SB_MIN(after, most_after));
}
