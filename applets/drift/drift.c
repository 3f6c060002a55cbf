/* drift: options and verbs. */
#include "core/ui/option.h"

extern const struct sb_applet drift_applet;
const struct sb_applet drift_applet = {.name = "drift"};
