/* A folder of Kubernetes manifests: *.yaml, *.yml and *.json, with subfolders, sorted by path, so that
 * the result does not depend on the file system's order. Hidden names are passed over (a mounted
 * ConfigMap keeps its copies there), folders behind symbolic links are not entered (no loops). What
 * was not read is counted in a note. */
#include "applets/drift/source.h"
#include "core/base/mem.h"
#include "core/sort/sort.h"

#include <dirent.h>
#include <errno.h>
#include <sys/stat.h>

#define MAX_DEPTH 16u
#define MAX_FILES 20000u

struct found {
    char *path;
    unsigned depth; /* of a folder */
};
struct walk {
    SB_VEC(struct found) files, folders;
    size_t passed, hidden;
    const char *passed_name; /* one of them, for the note */
};

static void walk_done(struct walk *w)
{
    for (size_t i = 0; i < w->files.len; i++)
        free(w->files.items[i].path);
    for (size_t i = 0; i < w->folders.len; i++)
        free(w->folders.items[i].path);
    sb_vec_done(&w->files);
    sb_vec_done(&w->folders);
}

static bool is_manifest(const char *name)
{
    struct sb_str s = sb_str(name);
    return sb_str_ends(s, SB_STR(".yaml")) || sb_str_ends(s, SB_STR(".yml")) ||
           sb_str_ends(s, SB_STR(".json"));
}

static char *join(const char *folder, const char *name)
{
    struct sb_buf b = SB_BUF_INIT((size_t)64 << 10);
    sb_buf_puts(&b, folder);
    if (b.len && b.data[b.len - 1] != '/')
        sb_buf_putc(&b, '/');
    sb_buf_puts(&b, name);
    if (!b.failed)
        return sb_buf_take(&b);
    sb_buf_done(&b);
    return NULL;
}

static int see(struct walk *w, const char *folder, unsigned depth, const char *name,
               struct sb_doc_pool *pool, struct sb_error *e)
{
    struct stat st, behind;
    if (name[0] == '.') {
        w->hidden += strcmp(name, ".") != 0 && strcmp(name, "..") != 0;
        return 0;
    }
    SB_CLEANUP_FREE char *path = join(folder, name);
    if (!path)
        return sb_fail(e, SB_ETOOBIG, "%s: a path in it is longer than 64 KiB", folder);
    if (lstat(path, &st) != 0)
        return sb_fail_errno(e, "%s", path);
    bool link = S_ISLNK(st.st_mode);
    if (link && stat(path, &behind) != 0)
        return sb_fail_errno(e, "%s", path);
    if (S_ISDIR(st.st_mode)) {
        if (depth == MAX_DEPTH)
            return sb_fail(e, SB_ETOOBIG, "%s: folders nested more than %u deep", path, MAX_DEPTH);
        struct found f = {sb_steal(&path), depth + 1};
        sb_vec_push(&w->folders, f);
    } else if (S_ISREG(link ? behind.st_mode : st.st_mode) && is_manifest(name)) {
        struct found f = {sb_steal(&path), 0};
        sb_vec_push(&w->files, f);
    } else {
        if (w->passed++ == 0)
            w->passed_name = sb_arena_strdup(sb_doc_arena(pool), path);
        return 0;
    }
    if (w->files.len + w->folders.len > MAX_FILES)
        return sb_fail(e, SB_ETOOBIG, "%s: more than %u files in a folder of manifests", folder,
                       MAX_FILES);
    return 0;
}

static int read_folder(struct walk *w, struct found folder, struct sb_doc_pool *pool,
                       struct sb_error *e)
{
    DIR *dir = opendir(folder.path);
    int rc = 0;
    if (!dir)
        return sb_fail_errno(e, "%s: cannot read the folder", folder.path);
    for (;;) {
        errno = 0;
        const struct dirent *entry = readdir(dir);
        if (!entry) {
            if (errno != 0)
                rc = sb_fail_errno(e, "%s: cannot read the folder", folder.path);
            break;
        }
        rc = see(w, folder.path, folder.depth, entry->d_name, pool, e);
        if (rc < 0)
            break;
    }
    closedir(dir);
    return rc;
}

static int by_path(const void *a, const void *b, void *ctx, int *fail)
{
    (void)ctx;
    (void)fail;
    return strcmp(((const struct found *)a)->path, ((const struct found *)b)->path);
}

static int find_files(struct walk *w, const char *path, struct sb_doc_pool *pool,
                      struct sb_error *e)
{
    struct found top = {sb_xstrdup(path), 0};
    sb_vec_push(&w->folders, top);
    int rc = 0;
    while (rc == 0 && w->folders.len) {
        struct found folder = w->folders.items[--w->folders.len];
        rc = read_folder(w, folder, pool, e);
        free(folder.path);
    }
    if (rc == 0 && w->files.len == 0) {
        sb_fail(e, SB_EINPUT, "%s: no *.yaml, *.yml or *.json in this folder", path);
        rc = sb_hint(e, "name the folder that holds the manifests, or a file");
    }
    return rc < 0
               ? rc
               : sb_sort(w->files.items, w->files.len, sizeof *w->files.items, by_path, NULL, NULL);
}

int drift_k8s_folder(struct sb_doc_pool *pool, const char *path,
                     const struct drift_read_options *opts, struct drift_side *ret,
                     struct sb_error *e)
{
    struct drift_tree t = {.pool = pool};
    struct walk w = {0};
    struct drift_side side = {.name = ret->name, .source = DRIFT_SOURCE_K8S, .addressed = true};
    size_t notes = 0;
    int rc = find_files(&w, path, pool, e);
    for (size_t i = 0; rc == 0 && i < w.files.len; i++) {
        struct sb_doc_node *docs;
        bool json;
        rc = drift_docs_read(pool, w.files.items[i].path, opts, &json, &notes, &docs, e);
        if (rc == 0)
            rc = drift_k8s_add(&t, docs, e);
    }
    if (rc == 0 && w.passed)
        drift_side_note(pool, &side, "%s: %zu %s not read as manifests (%s%s)", path, w.passed,
                        w.passed == 1 ? "file was" : "files were", w.passed_name,
                        w.passed == 1 ? "" : ", ...");
    if (rc == 0 && w.hidden)
        drift_side_note(pool, &side, "%s: %zu hidden %s passed over", path, w.hidden,
                        w.hidden == 1 ? "entry was" : "entries were");
    if (rc == 0) {
        side.root = drift_tree_root(&t, NULL);
        *ret = side;
    }
    drift_tree_done(&t);
    walk_done(&w);
    return rc;
}
