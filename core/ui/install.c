/* Links for the applets. A name that is taken is ours when it leads to this very file, or is a
 * symbolic link to something called srebox; everything else is left alone. */
#include "core/ui/install.h"

#include "core/base/mem.h"
#include "core/base/str.h"
#include "core/base/utf8.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

struct install {
    bool symbolic;
    const char *dir;
    char exe[PATH_MAX]; /* this program, absolute */
    struct stat exe_stat;
    int dir_fd;
    struct sb_buf *out;
};

enum place { PLACE_FREE, PLACE_DONE, PLACE_OLD_LINK, PLACE_FOREIGN };

static int parse_words(struct install *in, int argc, char **argv, struct sb_error *e)
{
    bool ended = false;
    for (int i = 0; i < argc; i++) {
        const char *word = argv[i];
        if (!ended && (strcmp(word, "-s") == 0 || strcmp(word, "--symbolic") == 0)) {
            in->symbolic = true;
        } else if (!ended && strcmp(word, "--") == 0) {
            ended = true;
        } else if (!ended && word[0] == '-') {
            sb_fail(e, SB_EUSAGE, "--install: unknown option %s", word);
            return sb_hint(e, "usage: srebox --install [-s] DIR");
        } else if (in->dir) {
            sb_fail(e, SB_EUSAGE, "--install takes one directory, here also \"%s\"", word);
            return sb_hint(e, "usage: srebox --install [-s] DIR");
        } else {
            in->dir = word;
        }
    }
    if (in->dir)
        return 0;
    sb_fail(e, SB_EUSAGE, "--install needs a directory");
    return sb_hint(e, "usage: srebox --install [-s] DIR");
}

static int find_self(struct install *in, const char *self, struct sb_error *e)
{
    ssize_t n = readlink("/proc/self/exe", in->exe, sizeof in->exe - 1);
    if (n > 0) {
        in->exe[n] = '\0';
    } else if (!strchr(self, '/') || !realpath(self, in->exe)) {
        sb_fail(e, SB_ENOTFOUND, "cannot find this program's own file");
        return sb_hint(e, "call it by its full path");
    }
    if (stat(in->exe, &in->exe_stat) != 0)
        return sb_fail_errno(e, "%s", in->exe);
    return 0;
}

static bool is_self(const struct install *in, const struct stat *st)
{
    return st->st_dev == in->exe_stat.st_dev && st->st_ino == in->exe_stat.st_ino;
}

static enum place look(const struct install *in, const char *name)
{
    struct stat st;
    char target[PATH_MAX];
    if (fstatat(in->dir_fd, name, &st, AT_SYMLINK_NOFOLLOW) != 0)
        return PLACE_FREE;
    if (is_self(in, &st))
        return PLACE_DONE;
    if (!S_ISLNK(st.st_mode))
        return PLACE_FOREIGN;
    if (fstatat(in->dir_fd, name, &st, 0) == 0 && is_self(in, &st))
        return PLACE_DONE;
    ssize_t n = readlinkat(in->dir_fd, name, target, sizeof target - 1);
    struct sb_str to = {target, n > 0 ? (size_t)n : 0};
    return sb_str_is(to, "srebox") || sb_str_ends(to, SB_STR("/srebox")) ? PLACE_OLD_LINK
                                                                         : PLACE_FOREIGN;
}

/* A link in the program's own directory is relative, so that the directory can be moved. */
static const char *link_target(const struct install *in)
{
    const char *base = strrchr(in->exe, '/') + 1;
    struct stat here;
    if (fstatat(in->dir_fd, base, &here, AT_SYMLINK_NOFOLLOW) == 0 && is_self(in, &here))
        return base;
    return in->exe;
}

static int make_link(struct install *in, const char *name, struct sb_error *e)
{
    int failed = in->symbolic ? symlinkat(link_target(in), in->dir_fd, name)
                              : linkat(AT_FDCWD, in->exe, in->dir_fd, name, 0);
    if (!failed)
        return 0;
    int reason = errno;
    sb_fail_errno(e, "cannot link %s/%s to %s", in->dir, name, in->exe);
    if (reason == EXDEV || reason == EPERM)
        sb_hint(e, "hard links do not work there: use srebox --install -s %s", in->dir);
    return -SB_EIO;
}

static int install_one(struct install *in, const char *name, struct sb_error *e)
{
    enum place place = look(in, name);
    const char *did = "linked";
    if (place == PLACE_DONE) {
        did = "already there:";
    } else {
        if (place == PLACE_OLD_LINK) {
            if (unlinkat(in->dir_fd, name, 0) != 0)
                return sb_fail_errno(e, "cannot replace %s/%s", in->dir, name);
            did = "replaced";
        }
        int code = make_link(in, name, e);
        if (code)
            return code;
    }
    sb_buf_printf(in->out, "%s ", did);
    sb_escape(in->out, sb_str(in->dir));
    sb_buf_printf(in->out, "/%s\n", name);
    return 0;
}

static int install_all(struct install *in, const struct sb_applet_entry *applets,
                       struct sb_error *e)
{
    for (const struct sb_applet_entry *a = applets; a->name; a++) {
        if (a->applet && look(in, a->name) == PLACE_FOREIGN) {
            sb_fail(e, SB_EUSAGE, "%s/%s exists and is not srebox; nothing was linked", in->dir,
                    a->name);
            return sb_hint(e, "move it away, or choose another directory");
        }
    }
    for (const struct sb_applet_entry *a = applets; a->name; a++) {
        int code = a->applet ? install_one(in, a->name, e) : 0;
        if (code)
            return code;
    }
    return SB_EXIT_OK;
}

int sb_install(const struct sb_applet_entry *applets, int argc, char **argv, const char *self,
               struct sb_buf *out, struct sb_error *e)
{
    struct install in = {.out = out, .dir_fd = -1};
    int code = parse_words(&in, argc, argv, e);
    if (!code)
        code = find_self(&in, self, e);
    if (code)
        return code;
    in.dir_fd = open(in.dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (in.dir_fd < 0)
        return sb_fail_errno(e, "%s", in.dir);
    code = install_all(&in, applets, e);
    close(in.dir_fd);
    return code;
}
