/* Standard streams and the terminal behind them. */
#include "core/ui/terminal.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>

void sb_streams_start(void)
{
    for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++) {
        if (fcntl(fd, F_GETFD) >= 0 || errno != EBADF)
            continue;
        /* The lowest free number is this one: those below are open by now. */
        if (open("/dev/null", fd == STDIN_FILENO ? O_WRONLY : O_RDONLY) != fd)
            _exit(SB_EXIT_UNSURE);
    }
    signal(SIGPIPE, SIG_IGN);
}

bool sb_terminal_color(enum sb_color when)
{
    if (when != SB_COLOR_AUTO)
        return when == SB_COLOR_ALWAYS;
    const char *no_color = getenv("NO_COLOR"), *term = getenv("TERM");
    if ((no_color && *no_color) || !term || !*term || strcmp(term, "dumb") == 0)
        return false;
    return isatty(STDOUT_FILENO) == 1;
}

int sb_terminal_width(void)
{
    struct winsize size;
    if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col == 0)
        return 80;
    return SB_MAX((int)size.ws_col, 40);
}

int sb_stdout_write(const struct sb_buf *out, struct sb_error *e)
{
    for (size_t done = 0; done < out->len;) {
        ssize_t n = write(STDOUT_FILENO, out->data + done, out->len - done);
        if (n >= 0) {
            done += (size_t)n;
        } else if (errno == EAGAIN) { /* somebody made the descriptor non-blocking */
            struct pollfd p = {.fd = STDOUT_FILENO, .events = POLLOUT};
            poll(&p, 1, -1);
        } else if (errno != EINTR) {
            return sb_fail_errno(e, "cannot write standard output");
        }
    }
    if (out->len && close(STDOUT_FILENO) != 0 && errno != EINTR)
        return sb_fail_errno(e, "cannot close standard output");
    return 0;
}
