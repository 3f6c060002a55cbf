/* Looking through /proc for the members of a group. */
#include "core/co/process_group.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* proc(5), /proc/PID/stat: "pid (name) state ppid pgrp ..."; the name may hold anything. */
static bool runs_in(int proc, const char *pid, pid_t group)
{
    char path[64], line[512], *next;
    snprintf(path, sizeof path, "%.20s/stat", pid);
    int fd = openat(proc, path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return false;
    ssize_t n = read(fd, line, sizeof line - 1);
    close(fd);
    line[n > 0 ? n : 0] = '\0';
    const char *after = strrchr(line, ')');
    if (!after || strlen(after) < 4 || after[2] == 'Z' || after[2] == 'X')
        return false;
    strtol(after + 3, &next, 10); /* its parent */
    return strtol(next, NULL, 10) == group;
}

bool sb_process_group_alive(pid_t group)
{
    if (kill(-group, 0) < 0 && errno == ESRCH)
        return false;
    DIR *proc = opendir("/proc");
    if (!proc)
        return true; /* the system says that somebody is there, dead or alive */
    bool alive = false;
    for (struct dirent *d; !alive && (d = readdir(proc));)
        alive =
            d->d_name[0] >= '1' && d->d_name[0] <= '9' && runs_in(dirfd(proc), d->d_name, group);
    closedir(proc);
    return alive;
}
