/* What srebox calls of libcurl, which is loaded when it is first needed. */
#include "core/base/library.h"
#include "core/net/libraries.h"

#include <curl/curl.h>
#include <stdarg.h>

#define CURL_CALLS(VALUE, NOTHING, VARIADIC)                                                    \
    VALUE(CURLcode, curl_global_init, (long flags), (flags))                                    \
    VALUE(curl_version_info_data *, curl_version_info, (CURLversion age), (age))                \
    VALUE(time_t, curl_getdate, (const char *text, const time_t *unused), (text, unused))       \
    NOTHING(curl_free, (void *p), (p))                                                          \
    VALUE(struct curl_slist *, curl_slist_append, (struct curl_slist * list, const char *text), \
          (list, text))                                                                         \
    NOTHING(curl_slist_free_all, (struct curl_slist * list), (list))                            \
    VALUE(CURL *, curl_easy_init, (void), ())                                                   \
    NOTHING(curl_easy_cleanup, (CURL * easy), (easy))                                           \
    VALUE(const char *, curl_easy_strerror, (CURLcode code), (code))                            \
    VARIADIC(curl_easy_setopt)                                                                  \
    VARIADIC(curl_easy_getinfo)                                                                 \
    VALUE(CURLM *, curl_multi_init, (void), ())                                                 \
    VALUE(CURLMcode, curl_multi_cleanup, (CURLM * multi), (multi))                              \
    VARIADIC(curl_multi_setopt)                                                                 \
    VALUE(CURLMcode, curl_multi_add_handle, (CURLM * multi, CURL * easy), (multi, easy))        \
    VALUE(CURLMcode, curl_multi_remove_handle, (CURLM * multi, CURL * easy), (multi, easy))     \
    VALUE(CURLMcode, curl_multi_assign, (CURLM * multi, curl_socket_t fd, void *p),             \
          (multi, fd, p))                                                                       \
    VALUE(CURLMcode, curl_multi_socket_action,                                                  \
          (CURLM * multi, curl_socket_t fd, int events, int *running),                          \
          (multi, fd, events, running))                                                         \
    VALUE(CURLMsg *, curl_multi_info_read, (CURLM * multi, int *left), (multi, left))           \
    VALUE(CURLU *, curl_url, (void), ())                                                        \
    NOTHING(curl_url_cleanup, (CURLU * url), (url))                                             \
    VALUE(CURLUcode, curl_url_get, (CURLU * url, CURLUPart what, char **part, unsigned flags),  \
          (url, what, part, flags))                                                             \
    VALUE(CURLUcode, curl_url_set,                                                              \
          (CURLU * url, CURLUPart what, const char *part, unsigned flags),                      \
          (url, what, part, flags))                                                             \
    VALUE(const char *, curl_url_strerror, (CURLUcode code), (code))

SB_LIBRARY(curl, SB_SONAME_CURL, "libcurl4", CURL_CALLS)

#if !SB_LINKED_LIBRARIES
/* The header has checked the value's type where these are called. What type it is, the option's number
 * says: the families begin at multiples of 10,000 (CURLOPTTYPE_LONG and so on). */
enum family {
    FAMILY_LONG = CURLOPTTYPE_LONG,
    FAMILY_OFF_T = CURLOPTTYPE_OFF_T,
    FAMILY_SIZE = 10000
};

#define SET(name, handle, option, last)                                                         \
    do {                                                                                        \
        switch ((int)option / FAMILY_SIZE * FAMILY_SIZE) {                                      \
        case FAMILY_LONG: rc = SB_CALL(name)(handle, option, va_arg(last, long)); break;        \
        case FAMILY_OFF_T: rc = SB_CALL(name)(handle, option, va_arg(last, curl_off_t)); break; \
        default: rc = SB_CALL(name)(handle, option, va_arg(last, void *));                      \
        }                                                                                       \
    } while (0)

SB_HIDDEN CURLcode(curl_easy_setopt)(CURL *easy, CURLoption option, ...)
{
    CURLcode rc;
    va_list last;
    va_start(last, option);
    SET(curl_easy_setopt, easy, option, last);
    va_end(last);
    return rc;
}

SB_HIDDEN CURLMcode(curl_multi_setopt)(CURLM *multi, CURLMoption option, ...)
{
    CURLMcode rc;
    va_list last;
    va_start(last, option);
    SET(curl_multi_setopt, multi, option, last);
    va_end(last);
    return rc;
}

SB_HIDDEN CURLcode(curl_easy_getinfo)(CURL *easy, CURLINFO what, ...)
{
    va_list last;
    va_start(last, what);
    CURLcode rc = SB_CALL(curl_easy_getinfo)(easy, what, va_arg(last, void *));
    va_end(last);
    return rc;
}
#endif
