/* Between the two files of calendar events. */
#ifndef HEARTBEAT_CALENDAR_READ_H
#define HEARTBEAT_CALENDAR_READ_H

#include "applets/heartbeat/calendar.h"

/* Some date matches it. */
bool heartbeat_calendar_possible(const struct heartbeat_calendar *c);

#endif
