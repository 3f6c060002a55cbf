/* Is anybody left in a process group? Private to the process leaf. */
#ifndef SB_CO_PROCESS_GROUP_H
#define SB_CO_PROCESS_GROUP_H

#include <stdbool.h>
#include <sys/types.h>

/* Whether a process of the group runs. The dead that nobody has collected do not count: an init that is
 * slow at it, or a container without one, keeps them for long. */
bool sb_process_group_alive(pid_t group);

#endif
