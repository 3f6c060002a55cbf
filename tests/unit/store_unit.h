/* What the tests of core/store share: a folder that goes away, files, stores made quickly. */
#ifndef SB_TESTS_STORE_UNIT_H
#define SB_TESTS_STORE_UNIT_H

#include "core/base/time.h"
#include "core/store/journal.h"
#include "core/store/store.h"
#include "tests/unit/unit.h"

#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define OK(call) unit_require((call) == 0, "%s:%d: %s: %s", __FILE__, __LINE__, #call, e.text)

static const struct sb_component *const unit_components[] SB_UNUSED = {&sb_journal_component, NULL};
static const struct sb_store_options unit_options SB_UNUSED = {.components = unit_components};

/* A new folder under $TMPDIR; unit_folder_done takes it away with the files in it. */
static inline char *unit_folder(char (*path)[PATH_MAX])
{
    const char *tmp = getenv("TMPDIR");
    snprintf(*path, sizeof *path, "%s/srebox-store-XXXXXX", tmp ? tmp : "/tmp");
    ck_assert_ptr_nonnull(mkdtemp(*path));
    return *path;
}

static inline void unit_empty(const char *folder)
{
    DIR *d = opendir(folder);
    ck_assert_ptr_nonnull(d);
    for (struct dirent *f; (f = readdir(d)) != NULL;)
        if (strcmp(f->d_name, ".") != 0 && strcmp(f->d_name, "..") != 0 &&
            unlinkat(dirfd(d), f->d_name, 0) != 0) {
            char sub[PATH_MAX];
            ck_assert_int_lt(snprintf(sub, sizeof sub, "%s/%s", folder, f->d_name), PATH_MAX);
            unit_empty(sub);
            rmdir(sub);
        }
    closedir(d);
}

static inline void unit_folder_done(const char *folder)
{
    chmod(folder, 0700);
    unit_empty(folder);
    rmdir(folder);
}

static inline int64_t unit_count(struct sb_store *s, int64_t *ret_max)
{
    struct sb_error e;
    struct sb_rows rows;
    OK(sb_store_query(s, "SELECT count(*), coalesce(max(id), 0) FROM event", SB_NO_BINDS, &rows,
                      &e));
    ck_assert_int_eq(sb_rows_next(&rows, &e), 1);
    int64_t n = sb_rows_int(&rows, 0);
    if (ret_max)
        *ret_max = sb_rows_int(&rows, 1);
    sb_rows_done(&rows);
    return n;
}

static inline struct sb_event unit_event(int64_t at, enum sb_event_kind kind, const char *subject)
{
    return (struct sb_event){
        .at = at, .kind = kind, .subject = sb_str(subject), .source = SB_STR("test")};
}

/* Waits for a child that is to exit with 0. */
static inline void unit_join(pid_t child)
{
    int status = 0;
    ck_assert_int_eq(waitpid(child, &status, 0), child);
    ck_assert_msg(WIFEXITED(status) && WEXITSTATUS(status) == 0, "a child ended with %x", status);
}

#endif
