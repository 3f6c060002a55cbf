/* Starting the helper, and lines to and from it over two pipes. */
#include "core/bench/peers.h"

#include "core/base/buf.h"
#include "core/base/str.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

enum { PATIENCE_MS = 60000 };

/* The helper beside this program: where it lies before installation. */
static bool beside(char *path, size_t size)
{
    ssize_t len = readlink("/proc/self/exe", path, size);
    if (len <= 0 || (size_t)len >= size)
        return false;
    path[len] = '\0';
    char *slash = strrchr(path, '/');
    if (!slash)
        return false;
    size_t left = size - (size_t)(slash + 1 - path);
    return snprintf(slash + 1, left, "srebox-peers") < (int)left;
}

static int find(const char *wanted, char *path, size_t size, struct sb_error *e)
{
    if (wanted) {
        if (snprintf(path, size, "%s", wanted) >= (int)size || access(path, X_OK) != 0)
            return sb_fail(e, SB_ENOTFOUND, "%s is no program that can be run", wanted);
        return 0;
    }
    snprintf(path, size, "%s/srebox-peers", SB_PKGLIBEXECDIR);
    if (access(path, X_OK) == 0 || (beside(path, size) && access(path, X_OK) == 0))
        return 0;
    return sb_fail(e, SB_ENOTFOUND,
                   "srebox-peers is not there: it is built where a C++20 compiler is found");
}

static int spawn(struct sb_peers *p, char *path, const int *in, const int *out, int memory,
                 struct sb_error *e)
{
    char name[] = "srebox-peers", *argv[] = {name, NULL}, *env[] = {NULL};
    posix_spawn_file_actions_t actions;
    pid_t pid = 0;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, in[0], 0);
    posix_spawn_file_actions_adddup2(&actions, out[1], 1);
    if (memory >= 0)
        posix_spawn_file_actions_adddup2(&actions, memory, 3);
    int rc = posix_spawn(&pid, path, &actions, NULL, argv, env);
    posix_spawn_file_actions_destroy(&actions);
    if (rc != 0) {
        errno = rc;
        return sb_fail_errno(e, "cannot start %s", path);
    }
    p->pid = pid;
    return 0;
}

/* A line from the helper, without its end. */
static int read_line(struct sb_peers *p, char *line, size_t size, struct sb_error *e)
{
    for (;;) {
        const char *end = memchr(p->got, '\n', p->len);
        if (end) {
            size_t len = (size_t)(end - p->got);
            snprintf(line, size, "%.*s", (int)len, p->got);
            p->len -= len + 1;
            memmove(p->got, end + 1, p->len);
            return 0;
        }
        struct pollfd ready = {.fd = p->out, .events = POLLIN};
        int n = p->len < sizeof p->got ? poll(&ready, 1, PATIENCE_MS) : 0;
        ssize_t got = n > 0 ? read(p->out, p->got + p->len, sizeof p->got - p->len) : -1;
        if (n < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            return sb_fail(e, SB_EIO, "srebox-peers %s", got == 0 ? "ended" : "does not answer");
        p->len += (size_t)got;
    }
}

/* "srebox-peers VERSION COMPILER" */
static int greet(struct sb_peers *p, struct sb_error *e)
{
    char line[256];
    int rc = read_line(p, line, sizeof line, e);
    if (rc)
        return rc;
    size_t len = strlen("srebox-peers " PACKAGE_VERSION " ");
    if (strncmp(line, "srebox-peers " PACKAGE_VERSION " ", len) != 0)
        return sb_fail(e, SB_EUNSUPPORTED, "srebox-peers is not of version %s", PACKAGE_VERSION);
    snprintf(p->compiler, sizeof p->compiler, "%.60s", line + len);
    return 0;
}

int sb_peers_start(struct sb_peers *p, const char *path, int memory, struct sb_error *e)
{
    char program[4096];
    int in[2] = {-1, -1}, out[2] = {-1, -1};
    *p = (struct sb_peers){.pid = 0};
    int rc = find(path, program, sizeof program, e);
    if (rc)
        return rc;
    if (pipe2(in, O_CLOEXEC) != 0 || pipe2(out, O_CLOEXEC) != 0)
        rc = sb_fail_errno(e, "cannot make a pipe");
    else
        rc = spawn(p, program, in, out, memory, e);
    p->in = in[1];
    p->out = out[0];
    if (in[0] >= 0)
        close(in[0]);
    if (out[1] >= 0)
        close(out[1]);
    if (rc == 0)
        rc = greet(p, e);
    if (rc)
        sb_peers_stop(p);
    return rc;
}

int sb_peers_ask(struct sb_peers *p, const char *line, char *answer, size_t size,
                 struct sb_error *e)
{
    char text[512];
    int len = snprintf(text, sizeof text, "%s\n", line);
    if (p->pid == 0 || len >= (int)sizeof text || write(p->in, text, (size_t)len) != len)
        return sb_fail(e, SB_EIO, "srebox-peers is gone");
    int rc = read_line(p, answer, size, e);
    if (rc)
        return rc;
    if (strncmp(answer, "no ", 3) == 0)
        return sb_fail(e, SB_EUNSUPPORTED, "%s", answer + 3);
    return 0;
}

void sb_peers_stop(struct sb_peers *p)
{
    if (p->in > 0)
        close(p->in);
    if (p->out > 0)
        close(p->out);
    if (p->pid > 0) {
        kill(p->pid, SIGKILL);
        while (waitpid(p->pid, NULL, 0) < 0 && errno == EINTR)
            ;
    }
    *p = (struct sb_peers){.pid = 0};
}
