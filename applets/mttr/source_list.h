/* The sources, one a file. */
#ifndef MTTR_SOURCE_LIST_H
#define MTTR_SOURCE_LIST_H

#include "applets/mttr/source.h"

/* identifier, name */
#define MTTR_SOURCES(X)               \
    X(csv, "csv")                     \
    X(pagerduty, "pagerduty")         \
    X(pagerduty_log, "pagerduty-log") \
    X(opsgenie, "opsgenie")           \
    X(alertmanager, "alertmanager")   \
    X(github, "github")               \
    X(jira, "jira")                   \
    X(statuspage, "statuspage")       \
    X(gcp, "gcp")                     \
    X(servicenow, "servicenow")       \
    X(incident_io, "incident-io")     \
    X(generic, "generic")

#define MTTR_SOURCE_EXTERN(id, name) extern const struct mttr_source mttr_source_##id;
MTTR_SOURCES(MTTR_SOURCE_EXTERN)
#undef MTTR_SOURCE_EXTERN

#endif
