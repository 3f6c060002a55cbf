/* A layer of SQLite's file system that counts the calls which change something, and at one of them kills
 * the process, cuts the power, or fails. It becomes the default, so that the store runs on it unchanged.
 *
 * Power: a file is what it was at its last sync, plus any of the writes since then, each whole, in part
 * (sectors of 512 bytes) or not at all; the shared memory of the log is garbage. Syncing itself is only
 * noted: what is tested is the order of calls, not the disk of the day. */
#ifndef SB_TESTS_STORE_FAULTS_H
#define SB_TESTS_STORE_FAULTS_H

#include "core/base/mem.h"
#include "core/base/vec.h"
#include "tests/unit/store_unit.h"

#include <signal.h>
#include <sqlite3.h>

enum fault {
    FAULT_NONE,
    FAULT_KILL_BEFORE,
    FAULT_KILL_AFTER,
    FAULT_POWER,      /* before the call */
    FAULT_FULL_ONCE,  /* SQLITE_FULL */
    FAULT_ERROR_ONCE, /* SQLITE_IOERR_... */
    FAULT_FULL_ON,    /* from that call on, until faults_set */
    FAULT_ERROR_ON,
};

static struct {
    enum fault kind;
    long at, calls; /* the call to act on, and those until now, from 1 */
    uint64_t dice;
} faults;

static inline void faults_set(enum fault kind, long at, uint64_t seed)
{
    faults.kind = kind;
    faults.at = at;
    faults.calls = 0;
    faults.dice = seed;
}

static inline uint32_t faults_dice(uint32_t sides)
{
    faults.dice = faults.dice * UINT64_C(6364136223846793005) + 1442695040888963407u;
    return (uint32_t)(faults.dice >> 33) % sides;
}

/* ---- what would be lost ---- */

struct change {
    sqlite3_int64 offset; /* or the new size, when data is NULL */
    int len;
    char *data;
};
struct image { /* of a file at its last sync, and the changes since */
    char path[PATH_MAX + 64];
    char *data;
    size_t len;
    SB_VEC(struct change) changes;
};
static struct image images[16];

static inline struct image *image_of(const char *path)
{
    for (size_t i = 0; i < SB_LEN(images); i++) {
        if (strcmp(images[i].path, path) == 0)
            return &images[i];
        if (!images[i].path[0]) {
            snprintf(images[i].path, sizeof images[i].path, "%s", path);
            return &images[i];
        }
    }
    abort();
}

static inline void image_clear(struct image *m)
{
    for (size_t i = 0; i < m->changes.len; i++)
        free(m->changes.items[i].data);
    m->changes.len = 0;
}

static inline void image_sync(struct image *m)
{
    int fd = open(m->path, O_RDONLY | O_CLOEXEC);
    struct stat st;
    image_clear(m);
    ck_assert(fd >= 0 && fstat(fd, &st) == 0);
    m->len = (size_t)st.st_size;
    free(m->data);
    m->data = sb_xmalloc(m->len + 1);
    ck_assert_int_eq(pread(fd, m->data, m->len, 0), (ssize_t)m->len);
    close(fd);
}

static inline void image_note(const char *path, const void *data, int len, sqlite3_int64 offset)
{
    if (faults.kind != FAULT_POWER)
        return;
    struct change c = {offset, len, data ? sb_xmemdup0(data, (size_t)len) : NULL};
    struct image *m = image_of(path);
    sb_vec_push(&m->changes, c);
}

static inline void put(int fd, const char *data, size_t len, off_t offset)
{
    if (pwrite(fd, data, len, offset) != (ssize_t)len)
        abort();
}

/* Puts the file into a state that a power cut might leave. */
static inline void image_lose(const struct image *m)
{
    int fd = open(m->path, O_RDWR | O_CLOEXEC);
    if (fd < 0)
        return; /* deleted since */
    if (ftruncate(fd, 0) != 0)
        abort();
    put(fd, m->data ? m->data : "", m->len, 0);
    uint32_t mood = faults_dice(4); /* nothing, everything, or a mixture reached the disk */
    for (size_t i = 0; i < m->changes.len; i++) {
        const struct change *c = &m->changes.items[i];
        if (mood == 0 || (mood > 1 && faults_dice(2)))
            continue;
        if (!c->data) {
            if (ftruncate(fd, c->offset) != 0)
                abort();
            continue;
        }
        bool torn = mood > 1 && faults_dice(3) == 0;
        for (int from = 0; from < c->len; from += 512)
            if (!torn || faults_dice(2))
                put(fd, c->data + from, (size_t)SB_MIN(512, c->len - from), c->offset + from);
    }
    close(fd);
}

static inline void cut_power(void)
{
    for (size_t i = 0; i < SB_LEN(images) && images[i].path[0]; i++) {
        image_lose(&images[i]);
        struct sb_buf shm = SB_BUF_INIT(PATH_MAX + 128);
        char garbage[32768];
        sb_buf_printf(&shm, "%s-shm", images[i].path);
        int fd = open(shm.data, O_WRONLY | O_CLOEXEC);
        for (size_t k = 0; k < sizeof garbage; k++)
            garbage[k] = (char)faults_dice(256);
        if (fd >= 0)
            put(fd, garbage, sizeof garbage, 0);
    }
    kill(getpid(), SIGKILL);
}

/* ---- the calls ---- */

static inline int before(int full, int error)
{
    faults.calls++;
    bool here = faults.calls == faults.at, on = faults.at > 0 && faults.calls >= faults.at;
    switch (faults.kind) {
    case FAULT_KILL_BEFORE:
        if (here)
            kill(getpid(), SIGKILL);
        return SQLITE_OK;
    case FAULT_POWER:
        if (here)
            cut_power();
        return SQLITE_OK;
    case FAULT_FULL_ONCE: return here ? full : SQLITE_OK;
    case FAULT_ERROR_ONCE: return here ? error : SQLITE_OK;
    case FAULT_FULL_ON: return on ? full : SQLITE_OK;
    case FAULT_ERROR_ON: return on ? error : SQLITE_OK;
    case FAULT_KILL_AFTER:
    case FAULT_NONE:
    default: return SQLITE_OK;
    }
}

static inline int after(int rc)
{
    if (faults.kind == FAULT_KILL_AFTER && faults.calls == faults.at)
        kill(getpid(), SIGKILL);
    return rc;
}

struct shim_file {
    sqlite3_file base;
    const char *path; /* NULL: a temporary file */
    sqlite3_file *real;
};

static sqlite3_vfs *shim_real;

static inline struct shim_file *shim(sqlite3_file *f)
{
    return (struct shim_file *)(void *)f;
}

static int shim_close(sqlite3_file *f)
{
    return shim(f)->real->pMethods->xClose(shim(f)->real);
}
static int shim_read(sqlite3_file *f, void *p, int n, sqlite3_int64 at)
{
    return shim(f)->real->pMethods->xRead(shim(f)->real, p, n, at);
}
static int shim_write(sqlite3_file *f, const void *p, int n, sqlite3_int64 at)
{
    struct shim_file *s = shim(f);
    if (!s->path)
        return s->real->pMethods->xWrite(s->real, p, n, at);
    int rc = before(SQLITE_FULL, SQLITE_IOERR_WRITE);
    if (rc)
        return rc;
    image_note(s->path, p, n, at);
    return after(s->real->pMethods->xWrite(s->real, p, n, at));
}
static int shim_truncate(sqlite3_file *f, sqlite3_int64 size)
{
    struct shim_file *s = shim(f);
    int rc = before(SQLITE_OK, SQLITE_IOERR_TRUNCATE);
    if (rc)
        return rc;
    if (s->path)
        image_note(s->path, NULL, 0, size);
    return after(s->real->pMethods->xTruncate(s->real, size));
}
static int shim_sync(sqlite3_file *f, int flags)
{
    struct shim_file *s = shim(f);
    (void)flags;
    int rc = before(SQLITE_FULL, SQLITE_IOERR_FSYNC);
    if (!rc && s->path && faults.kind == FAULT_POWER)
        image_sync(image_of(s->path));
    return rc ? rc : after(SQLITE_OK);
}
static int shim_size(sqlite3_file *f, sqlite3_int64 *size)
{
    return shim(f)->real->pMethods->xFileSize(shim(f)->real, size);
}
static int shim_lock(sqlite3_file *f, int how)
{
    return shim(f)->real->pMethods->xLock(shim(f)->real, how);
}
static int shim_unlock(sqlite3_file *f, int how)
{
    return shim(f)->real->pMethods->xUnlock(shim(f)->real, how);
}
static int shim_check_lock(sqlite3_file *f, int *out)
{
    return shim(f)->real->pMethods->xCheckReservedLock(shim(f)->real, out);
}
static int shim_control(sqlite3_file *f, int op, void *arg)
{
    return shim(f)->real->pMethods->xFileControl(shim(f)->real, op, arg);
}
static int shim_sector(sqlite3_file *f)
{
    return shim(f)->real->pMethods->xSectorSize(shim(f)->real);
}
static int shim_character(sqlite3_file *f)
{
    (void)f;
    return 0; /* promises nothing: no safe append, no power-safe overwrite */
}
static int shim_map(sqlite3_file *f, int i, int size, int extend, void volatile **p)
{
    return shim(f)->real->pMethods->xShmMap(shim(f)->real, i, size, extend, p);
}
static int shim_shm_lock(sqlite3_file *f, int at, int n, int flags)
{
    return shim(f)->real->pMethods->xShmLock(shim(f)->real, at, n, flags);
}
static void shim_barrier(sqlite3_file *f)
{
    shim(f)->real->pMethods->xShmBarrier(shim(f)->real);
}
static int shim_unmap(sqlite3_file *f, int drop)
{
    return shim(f)->real->pMethods->xShmUnmap(shim(f)->real, drop);
}

static const sqlite3_io_methods shim_methods = {
    .iVersion = 2,
    .xClose = shim_close,
    .xRead = shim_read,
    .xWrite = shim_write,
    .xTruncate = shim_truncate,
    .xSync = shim_sync,
    .xFileSize = shim_size,
    .xLock = shim_lock,
    .xUnlock = shim_unlock,
    .xCheckReservedLock = shim_check_lock,
    .xFileControl = shim_control,
    .xSectorSize = shim_sector,
    .xDeviceCharacteristics = shim_character,
    .xShmMap = shim_map,
    .xShmLock = shim_shm_lock,
    .xShmBarrier = shim_barrier,
    .xShmUnmap = shim_unmap,
};

static int shim_open(sqlite3_vfs *vfs, const char *path, sqlite3_file *f, int flags, int *out)
{
    struct shim_file *s = shim(f);
    (void)vfs;
    s->base.pMethods = NULL;
    s->path = path;
    s->real = (sqlite3_file *)(void *)(s + 1);
    int rc = shim_real->xOpen(shim_real, path, s->real, flags, out);
    if (rc != SQLITE_OK)
        return rc;
    s->base.pMethods = &shim_methods;
    if (path && faults.kind == FAULT_POWER && !image_of(path)->data)
        image_sync(image_of(path)); /* what is there at first is on the disk */
    return rc;
}

static int shim_delete(sqlite3_vfs *vfs, const char *path, int sync_folder)
{
    (void)vfs;
    int rc = before(SQLITE_OK, SQLITE_IOERR_DELETE);
    if (rc)
        return rc;
    if (faults.kind == FAULT_POWER) {
        struct image *m = image_of(path);
        image_clear(m);
        free(m->data);
        m->data = NULL;
        m->len = 0;
    }
    return after(shim_real->xDelete(shim_real, path, sync_folder));
}

/* For this process, from now on. */
static inline void faults_install(void)
{
    static sqlite3_vfs vfs;
    shim_real = sqlite3_vfs_find(NULL);
    vfs = *shim_real;
    vfs.zName = "faults";
    vfs.szOsFile = (int)sizeof(struct shim_file) + shim_real->szOsFile;
    vfs.xOpen = shim_open;
    vfs.xDelete = shim_delete;
    sqlite3_vfs_register(&vfs, 1);
}

#endif
