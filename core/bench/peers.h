/* The helper program with peers that this program cannot hold: what is written in C++, and libc's sort.
 *
 * srebox-peers is built where configure found a C++20 compiler and is installed in libexec. It is
 * started once and asked in lines: one line there, one line back, one at a time, so that it and this
 * program never measure at once. It inherits the pinned processor. Its first line is a greeting with
 * its version, which must be this program's, and its compiler. */
#ifndef SB_BENCH_PEERS_H
#define SB_BENCH_PEERS_H

#include "core/base/error.h"

#include <stddef.h>

struct sb_peers {
    int pid; /* 0: not started */
    int in, out;
    char compiler[64]; /* that built it */
    char got[4096];    /* read ahead of the line end */
    size_t len;
};

/* Starts the helper at path; NULL: the installed one, or else the one beside this program. memory: a
 * descriptor that becomes its descriptor 3, or -1. -SB_ENOTFOUND: there is none, with the reason;
 * -SB_EUNSUPPORTED: it is of another version; -SB_EIO. */
int sb_peers_start(struct sb_peers *p, const char *path, int memory, struct sb_error *e);

/* Sends the line (without its end) and waits up to a minute for the answer, which is NUL-terminated. An
 * answer of "no" and a reason is -SB_EUNSUPPORTED with that reason. -SB_EIO: it is gone or hangs. */
int sb_peers_ask(struct sb_peers *p, const char *line, char *answer, size_t size,
                 struct sb_error *e);

/* Ends it. Not started: nothing happens. */
void sb_peers_stop(struct sb_peers *p);

#endif
