/* The door: which applet is meant, what it is given, and what becomes of its report.
 *
 * srebox APPLET ..., srebox-APPLET ... and APPLET ... are the same. An applet fills a buffer; the door
 * writes it at the end and checks the write, so that a report is whole or the exit status is 2. */
#ifndef SB_UI_DOOR_H
#define SB_UI_DOOR_H

#include "core/ui/option.h"

enum { SB_EXIT_NO_APPLET = 127 };

/* Returns the exit status of the process. applets is sorted, ended by name == NULL. */
int sb_door(const struct sb_applet_entry *applets, int argc, char **argv);

#endif
