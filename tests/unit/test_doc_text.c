/* core/doc: reading texts. read(2) is replaced, so that it can be short, interrupted, fail, or find
 * the file changed under it. */
#include "core/doc/doc.h"
#include "tests/unit/unit.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static struct {
    size_t most;       /* bytes a read gives at most; 0 = no limit */
    bool interrupt;    /* every second read fails with EINTR */
    int fail_at;       /* the read that fails with EIO, from 1; 0 = none */
    const char *touch; /* file to change before the second read */
    off_t new_size;    /* -1: one byte is written over, the size stays */
    int calls;
} fault;

static void change_file(void)
{
    int fd = open(fault.touch, O_WRONLY);
    if (fd < 0 ||
        (fault.new_size < 0 ? pwrite(fd, "!", 1, 0) != 1 : ftruncate(fd, fault.new_size) < 0))
        abort();
    close(fd);
}

/* By its symbol: the headers may have made read() an inline function. */
ssize_t faulty_read(int fd, void *buf, size_t n) __asm__("read");
ssize_t faulty_read(int fd, void *buf, size_t n)
{
    fault.calls++;
    if (fault.interrupt && fault.calls % 2) {
        errno = EINTR;
        return -1;
    }
    if (fault.fail_at && fault.calls == fault.fail_at) {
        errno = EIO;
        return -1;
    }
    if (fault.touch && fault.calls == 2)
        change_file();
    return syscall(SYS_read, fd, buf, fault.most && n > fault.most ? fault.most : n);
}

static char path[64];

/* A fresh file with n bytes "0123456789012...". */
static void make_file(size_t n)
{
    snprintf(path, sizeof path, "/tmp/sb-text-XXXXXX");
    int fd = mkstemp(path);
    FILE *f = fdopen(fd, "w");
    ck_assert_ptr_nonnull(f);
    for (size_t i = 0; i < n; i++)
        putc('0' + (int)(i % 10), f);
    ck_assert_int_eq(fclose(f), 0);
}

static int read_path(const char *name, uint64_t cap, size_t *ret_len, struct sb_error *e)
{
    struct sb_doc_pool *pool = sb_doc_pool_new();
    struct sb_doc_limits limits = {.bytes = cap};
    struct sb_doc_text text = {.len = 12345};
    int rc = sb_doc_text_read(pool, name, &limits, &text, e);
    if (rc == 0) {
        for (size_t i = 0; i < 8; i++)
            ck_assert_int_eq(text.bytes[text.len + i], 0);
        ck_assert_str_eq(text.name, strcmp(name, "-") == 0 ? "<stdin>" : name);
        *ret_len = text.len;
    } else {
        ck_assert_uint_eq(text.len, 12345);
        ck_assert_str_eq(e->file, strcmp(name, "-") == 0 ? "<stdin>" : name);
    }
    sb_doc_pool_free(pool);
    return rc;
}

static size_t read_ok(const char *name, uint64_t cap)
{
    struct sb_error e = {.code = SB_OK};
    size_t len = 0;
    int rc = read_path(name, cap, &len, &e);
    ck_assert_msg(rc == 0, "%s: %s", name, e.text);
    return len;
}

static void read_fails(const char *name, uint64_t cap, enum sb_err code, const char *part)
{
    struct sb_error e = {.code = SB_OK};
    size_t len = 0;
    int rc = read_path(name, cap, &len, &e);
    ck_assert_msg(rc == -(int)code, "%s: %d %s", name, rc, e.text);
    ck_assert_msg(strstr(e.text, part), "%s: \"%s\" has no \"%s\"", name, e.text, part);
}

START_TEST(files_are_read_under_the_cap)
{
    static const size_t sizes[] = {0, 1, 7, 100, 65536, 65537, 300000};
    for (size_t i = 0; i < SB_LEN(sizes); i++) {
        make_file(sizes[i]);
        ck_assert_uint_eq(read_ok(path, 0), sizes[i]);
        if (sizes[i] > 1) {
            ck_assert_uint_eq(read_ok(path, sizes[i]), sizes[i]);
            read_fails(path, sizes[i] - 1, SB_ETOOBIG, "more than the limit");
        }
        unlink(path);
    }
}
END_TEST

START_TEST(a_sparse_giant_is_refused_by_its_size)
{
    make_file(0);
    ck_assert_int_eq(truncate(path, (off_t)1 << 32), 0);
    fault.calls = 0;
    read_fails(path, 0, SB_ETOOBIG, "4294967296 bytes");
    read_fails(path, UINT64_MAX, SB_ETOOBIG, "4294967296 bytes");
    ck_assert_int_eq(fault.calls, 0);
    unlink(path);
}
END_TEST

START_TEST(what_is_no_file_is_refused)
{
    struct sb_error e;
    size_t len = 0;
    read_fails("/tmp", 0, SB_EINPUT, "directory");
    read_fails("/nowhere/at/all", 0, SB_EIO, "No such file");
    ck_assert_int_lt(read_path("/nowhere/at/all", 0, &len, &e), 0);
    ck_assert_msg(e.hint[0], "a missing file has a hint");
    read_fails("", 0, SB_EIO, "No such file");
    read_fails("/proc/self/mem", 0, SB_EIO, "cannot read");
}
END_TEST

START_TEST(unreadable_files_are_refused_with_a_hint)
{
    struct sb_error e;
    size_t len = 0;
    bool root = geteuid() == 0; /* root may read everything: become nobody for a moment */
    make_file(3);
    ck_assert_int_eq(chmod(path, 0), 0);
    if (root)
        ck_assert_int_eq(seteuid(65534), 0);
    read_fails(path, 0, SB_EIO, "Permission denied");
    ck_assert_int_lt(read_path(path, 0, &len, &e), 0);
    ck_assert_ptr_nonnull(strstr(e.hint, "readable"));
    if (root)
        ck_assert_int_eq(seteuid(0), 0);
    unlink(path);
}
END_TEST

START_TEST(devices_and_proc_are_read_in_pieces)
{
    ck_assert_uint_eq(read_ok("/dev/null", 0), 0);
    ck_assert_uint_gt(read_ok("/proc/self/status", 0), 100);
    read_fails("/dev/zero", 1000000, SB_ETOOBIG, "limit of 1000000 bytes");
    read_fails("/dev/full", 100, SB_ETOOBIG, "limit of 100 bytes");
}
END_TEST

/* A child that writes n bytes into fd or a FIFO, in pieces. */
static pid_t writer(const char *fifo, int fd, size_t n)
{
    pid_t pid = fork();
    if (pid == 0) {
        if (fifo)
            fd = open(fifo, O_WRONLY);
        for (size_t done = 0; done < n; done += 1000)
            if (write(fd, "x", 1) != 1 || write(fd, (char[999]){'y'}, 999) != 999)
                break;
        _exit(0);
    }
    return pid;
}

START_TEST(fifos_and_stdin_are_read_under_the_cap)
{
    make_file(0);
    unlink(path);
    ck_assert_int_eq(mkfifo(path, 0600), 0);
    for (int over = 0; over < 2; over++) {
        pid_t pid = writer(path, -1, 200000);
        if (over)
            read_fails(path, 150000, SB_ETOOBIG, "limit of 150000");
        else
            ck_assert_uint_eq(read_ok(path, 200000), 200000);
        waitpid(pid, NULL, 0);
    }
    unlink(path);
    for (int over = 0; over < 2; over++) {
        int ends[2];
        ck_assert_int_eq(pipe(ends), 0);
        pid_t pid = writer(NULL, ends[1], 200000);
        close(ends[1]);
        ck_assert_int_eq(dup2(ends[0], 0), 0);
        close(ends[0]);
        if (over)
            read_fails("-", 199999, SB_ETOOBIG, "limit of 199999");
        else
            ck_assert_uint_eq(read_ok("-", 0), 200000);
        waitpid(pid, NULL, 0);
    }
}
END_TEST

START_TEST(a_closed_stdin_is_an_error)
{
    close(0);
    read_fails("-", 0, SB_EIO, "cannot read");
}
END_TEST

START_TEST(a_stdin_begun_by_another_is_read_from_there)
{
    make_file(100);
    int fd = open(path, O_RDONLY);
    ck_assert_int_eq((int)lseek(fd, 40, SEEK_SET), 40);
    ck_assert_int_eq(dup2(fd, 0), 0);
    ck_assert_uint_eq(read_ok("-", 0), 60);
    unlink(path);
}
END_TEST

START_TEST(short_and_interrupted_reads_are_continued)
{
    make_file(5000);
    fault.most = 7;
    fault.interrupt = true;
    ck_assert_uint_eq(read_ok(path, 0), 5000);
    ck_assert_int_gt(fault.calls, 1400);
    unlink(path);
}
END_TEST

START_TEST(a_read_error_in_the_middle_is_an_error)
{
    make_file(5000);
    fault.most = 1000;
    fault.fail_at = 3;
    read_fails(path, 0, SB_EIO, "cannot read: Input/output error");
    unlink(path);
}
END_TEST

START_TEST(a_file_that_changes_while_read_is_refused)
{
    static const off_t sizes[] = {0, 500, 1500, 4000, 9000, 100000, -1};
    static const struct timespec old[2] = {{1000000000, 0}, {1000000000, 0}};
    for (size_t i = 0; i < SB_LEN(sizes); i++) {
        make_file(5000);
        ck_assert_int_eq(utimensat(AT_FDCWD, path, old, 0), 0); /* clocks of files are coarse */
        fault.most = 1000;
        fault.calls = 0;
        fault.touch = path;
        fault.new_size = sizes[i];
        read_fails(path, 0, SB_EIO, "changed while it was read");
        unlink(path);
    }
}
END_TEST

static int check_bytes(const char *bytes, size_t len, struct sb_error *e)
{
    struct sb_doc_pool *pool = sb_doc_pool_new();
    struct sb_doc_text text;
    ck_assert_int_eq(sb_doc_text_copy(pool, "t", bytes, len, &text, e), 0);
    int rc = sb_doc_text_check(&text, e);
    sb_doc_pool_free(pool);
    return rc;
}

START_TEST(foreign_encodings_are_named)
{
    static const struct {
        const char *bytes;
        size_t len;
        const char *text, *hint;
        uint32_t line, column;
    } cases[] = {
        {"\xFF\xFE{\0}\0", 6, "UTF-16LE", "iconv -f UTF-16LE", 1, 1},
        {"\xFE\xFF\0{\0}", 6, "UTF-16BE", "iconv -f UTF-16BE", 1, 1},
        {"{\0}\0", 4, "UTF-16LE", "iconv", 1, 1},
        {"\0{\0}", 4, "UTF-16BE", "iconv", 1, 1},
        {"\xFF\xFE\0\0{\0\0\0", 8, "UTF-32LE", "iconv", 1, 1},
        {"\0\0\xFE\xFF\0\0\0{", 8, "UTF-32BE", "iconv", 1, 1},
        {"{\0\0\0}\0\0\0", 8, "UTF-32LE", "iconv", 1, 1},
        {"\0\0\0{\0\0\0}", 8, "UTF-32BE", "iconv", 1, 1},
        {"caf\xE9", 4, "byte 0xE9 at offset 3", "Latin-1", 1, 4},
        {"a\n\xC3\xA9\xE9x", 6, "byte 0xE9 at offset 4", "Latin-1", 2, 2},
        {"a\xED\xA0\x80", 4, "byte 0xED at offset 1", "Latin-1", 1, 2},
        {"a\xC0\x80", 3, "byte 0xC0 at offset 1", "Latin-1", 1, 2},
        {"ab\xE2\x82", 4, "byte 0xE2 at offset 2", "Latin-1", 1, 3},
        {"ab\n\0c", 5, "NUL byte at offset 3", "binary", 2, 1},
        {"\x7F"
         "ELF\2\1\1\0\0",
         9, "NUL byte at offset 7", "binary", 1, 8},
        {"\xFFx\0", 3, "byte 0xFF at offset 0", "Latin-1", 1, 1},
    };
    for (size_t i = 0; i < SB_LEN(cases); i++) {
        struct sb_error e;
        ck_assert_int_eq(check_bytes(cases[i].bytes, cases[i].len, &e), -SB_EINPUT);
        ck_assert_msg(strstr(e.text, cases[i].text), "%s", e.text);
        ck_assert_msg(strstr(e.hint, cases[i].hint), "%s", e.hint);
        ck_assert_uint_eq(e.line, cases[i].line);
        ck_assert_uint_eq(e.column, cases[i].column);
    }
}
END_TEST

START_TEST(good_text_passes)
{
    struct sb_error e;
    ck_assert_int_eq(check_bytes("", 0, &e), 0);
    ck_assert_int_eq(check_bytes("a", 1, &e), 0);
    ck_assert_int_eq(check_bytes("\xEF\xBB\xBF{}", 5, &e), 0);
    ck_assert_int_eq(check_bytes("\xF4\x8F\xBF\xBF\xC2\x80\x7F", 7, &e), 0);
}
END_TEST

UNIT_MAIN("doc_text", files_are_read_under_the_cap, a_sparse_giant_is_refused_by_its_size,
          what_is_no_file_is_refused, unreadable_files_are_refused_with_a_hint,
          devices_and_proc_are_read_in_pieces, fifos_and_stdin_are_read_under_the_cap,
          a_closed_stdin_is_an_error, a_stdin_begun_by_another_is_read_from_there,
          short_and_interrupted_reads_are_continued, a_read_error_in_the_middle_is_an_error,
          a_file_that_changes_while_read_is_refused, foreign_encodings_are_named, good_text_passes)
