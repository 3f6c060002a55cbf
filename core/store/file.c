/* Where the file of a store lies, and how it comes to be: folders 0700, the file 0600. */
#include "core/base/mem.h"
#include "core/store/store_private.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

int sb_store_default_path(struct sb_buf *path, struct sb_error *e)
{
    const char *xdg = getenv("XDG_STATE_HOME"), *home = getenv("HOME");
    if (xdg && xdg[0] == '/')
        sb_buf_printf(path, "%s/srebox/srebox.db", xdg);
    else if (geteuid() == 0)
        sb_buf_puts(path, SB_LOCALSTATEDIR "/lib/srebox/srebox.db");
    else if (home && home[0] == '/')
        sb_buf_printf(path, "%s/.local/state/srebox/srebox.db", home);
    else {
        sb_fail(e, SB_ENOTFOUND, "no folder for the state: neither XDG_STATE_HOME nor HOME is set");
        return sb_hint(e, "set XDG_STATE_HOME to an absolute path, or name the file");
    }
    return sb_buf_check(path, "the path of the store", e);
}

/* A new name is durable only once its folder is. */
static int sync_folder(const char *folder, struct sb_error *e)
{
    int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return sb_fail_errno(e, "%s: cannot open the folder", folder);
    int rc = fsync(fd), number = errno;
    close(fd);
    if (rc == 0 || number == EINVAL || number == EROFS)
        return 0; /* some file systems cannot, and need not */
    errno = number;
    return sb_fail_errno(e, "%s: cannot be written to the disk", folder);
}

/* What stands before the last '/', as a folder. */
static char *folder_of(const char *path)
{
    const char *slash = strrchr(path, '/');
    if (!slash)
        return sb_xstrdup(".");
    return slash == path ? sb_xstrdup("/") : sb_xmemdup0(path, (size_t)(slash - path));
}

/* mkdir -p, 0700. */
static int make_folder(char *folder, struct sb_error *e)
{
    for (char *p = folder;; p++) {
        if (p == folder || (*p != '/' && *p))
            continue;
        char end = *p;
        *p = '\0';
        bool made = mkdir(folder, 0700) == 0;
        if (!made && errno != EEXIST && access(folder, F_OK) != 0) {
            sb_fail_errno(e, "%s: cannot make the folder", folder);
            return sb_hint(e, "make it, or give a file in a folder that this user may write");
        }
        if (made) {
            char *parent SB_CLEANUP_FREE = folder_of(folder);
            int code = sync_folder(parent, e);
            if (code)
                return code;
        }
        *p = end;
        if (!end)
            return 0;
    }
}

/* Not opened when it is there: closing it again would drop the locks that this process has on it. */
int sb_store_make_file(const char *path, struct sb_error *e)
{
    struct stat st;
    if (stat(path, &st) == 0) {
        if (S_ISREG(st.st_mode))
            return 0;
        sb_fail_at(e, SB_EINPUT, path, 0, 0, "is no regular file");
        return sb_hint(e, "give a file; it is made when it is not there");
    }
    char *folder SB_CLEANUP_FREE = folder_of(path);
    int code = make_folder(folder, e);
    if (code)
        return code;
    int fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd < 0 && errno == EEXIST)
        return 0; /* another process was faster */
    if (fd < 0) {
        sb_fail_errno(e, "%s: cannot make the file", path);
        return sb_hint(e, "give a file in a folder that this user may write");
    }
    close(fd);
    return sync_folder(folder, e);
}
