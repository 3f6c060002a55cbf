/* The actor's name. */
#include "applets/mttr/who.h"

#include "core/base/mem.h"
#include "core/base/utf8.h"

#include <pwd.h>
#include <stdlib.h>
#include <unistd.h>

enum { NAME_MOST = 200 };

static bool usable(const char *name)
{
    const size_t len = strlen(name);
    if (len == 0 || len > NAME_MOST || sb_utf8_valid(name, len) != len)
        return false;
    for (size_t i = 0; i < len; i++)
        if ((unsigned char)name[i] < 0x20 || name[i] == 0x7f)
            return false;
    return true;
}

/* Under sudo the person is still who they are. */
static const char *user(char *room, size_t size)
{
    const char *names[] = {geteuid() == 0 ? getenv("SUDO_USER") : NULL, getenv("USER"),
                           getenv("LOGNAME")};
    for (size_t i = 0; i < SB_LEN(names); i++)
        if (names[i] && usable(names[i]))
            return names[i];
    struct passwd entry, *found = NULL;
    if (getpwuid_r(geteuid(), &entry, room, size, &found) == 0 && found && usable(found->pw_name))
        return found->pw_name;
    return NULL;
}

int mttr_who(const char *by, struct sb_buf *ret_actor, struct sb_error *e)
{
    char room[4096];
    const char *name = by ? by : user(room, sizeof room);
    if (by && !usable(by)) {
        sb_fail(e, SB_EUSAGE, "--by: that is no name");
        return sb_hint(e, "a name has 1 to %d bytes and no control characters", NAME_MOST);
    }
    if (!name) {
        sb_fail(e, SB_EUSAGE, "nobody knows who this is: the user has no name here");
        return sb_hint(e, "say it: --by NAME");
    }
    sb_buf_puts(ret_actor, name);
    return 0;
}
