/* What srebox calls of libmicrohttpd, which is loaded when it is first needed. */
#include "core/base/library.h"
#include "core/net/libraries.h"

#include <microhttpd.h>
#include <stdarg.h>

#define MHD_CALLS(VALUE, NOTHING, VARIADIC)                                                       \
    VALUE(enum MHD_Result, MHD_is_feature_supported, (enum MHD_FEATURE feature), (feature))       \
    VALUE(struct MHD_Daemon *, MHD_start_daemon_va,                                               \
          (unsigned flags, uint16_t port, MHD_AcceptPolicyCallback accept, void *accept_ctx,      \
           MHD_AccessHandlerCallback handler, void *handler_ctx, va_list options),                \
          (flags, port, accept, accept_ctx, handler, handler_ctx, options))                       \
    NOTHING(MHD_stop_daemon, (struct MHD_Daemon * d), (d))                                        \
    VARIADIC(MHD_get_daemon_info)                                                                 \
    VALUE(enum MHD_Result, MHD_get_timeout, (struct MHD_Daemon * d, MHD_UNSIGNED_LONG_LONG * ms), \
          (d, ms))                                                                                \
    VALUE(enum MHD_Result, MHD_run, (struct MHD_Daemon * d), (d))                                 \
    VALUE(enum MHD_Result, MHD_add_connection,                                                    \
          (struct MHD_Daemon * d, MHD_socket fd, const struct sockaddr *address, socklen_t len),  \
          (d, fd, address, len))                                                                  \
    VARIADIC(MHD_get_connection_info)                                                             \
    VALUE(int, MHD_get_connection_values_n,                                                       \
          (struct MHD_Connection * c, enum MHD_ValueKind kind, MHD_KeyValueIteratorN each,        \
           void *ctx),                                                                            \
          (c, kind, each, ctx))                                                                   \
    NOTHING(MHD_suspend_connection, (struct MHD_Connection * c), (c))                             \
    NOTHING(MHD_resume_connection, (struct MHD_Connection * c), (c))                              \
    VALUE(enum MHD_Result, MHD_queue_response,                                                    \
          (struct MHD_Connection * c, unsigned status, struct MHD_Response *r), (c, status, r))   \
    VALUE(struct MHD_Response *, MHD_create_response_from_buffer,                                 \
          (size_t len, void *p, enum MHD_ResponseMemoryMode mode), (len, p, mode))                \
    VALUE(struct MHD_Response *, MHD_create_response_from_buffer_with_free_callback,              \
          (size_t len, void *p, MHD_ContentReaderFreeCallback release), (len, p, release))        \
    VALUE(struct MHD_Response *, MHD_create_response_from_callback,                               \
          (uint64_t len, size_t block, MHD_ContentReaderCallback reader, void *ctx,               \
           MHD_ContentReaderFreeCallback release),                                                \
          (len, block, reader, ctx, release))                                                     \
    NOTHING(MHD_destroy_response, (struct MHD_Response * r), (r))                                 \
    VALUE(enum MHD_Result, MHD_add_response_header,                                               \
          (struct MHD_Response * r, const char *header, const char *text), (r, header, text))     \
    VALUE(const char *, MHD_get_response_header, (struct MHD_Response * r, const char *header),   \
          (r, header))

SB_LIBRARY(mhd, SB_SONAME_MHD, "libmicrohttpd12", MHD_CALLS)

#if !SB_LINKED_LIBRARIES
SB_HIDDEN struct MHD_Daemon *MHD_start_daemon(unsigned flags, uint16_t port,
                                              MHD_AcceptPolicyCallback accept, void *accept_ctx,
                                              MHD_AccessHandlerCallback handler, void *handler_ctx,
                                              ...)
{
    va_list options;
    va_start(options, handler_ctx);
    struct MHD_Daemon *d =
        MHD_start_daemon_va(flags, port, accept, accept_ctx, handler, handler_ctx, options);
    va_end(options);
    return d;
}

/* Of what srebox asks, nothing takes an argument more. */
SB_HIDDEN const union MHD_DaemonInfo *MHD_get_daemon_info(struct MHD_Daemon *d,
                                                          enum MHD_DaemonInfoType what, ...)
{
    return SB_CALL(MHD_get_daemon_info)(d, what);
}

SB_HIDDEN const union MHD_ConnectionInfo *
MHD_get_connection_info(struct MHD_Connection *c, enum MHD_ConnectionInfoType what, ...)
{
    return SB_CALL(MHD_get_connection_info)(c, what);
}
#endif
