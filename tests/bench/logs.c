/* Makes the logs of some servers, for measuring: one file a server, or all in one.
 *
 *   logs FOLDER SERVERS MEGABYTES LATE_MS SEED
 *
 * Writes FOLDER/server-00.log and so on: lines of some 112 bytes that begin with their time in UTC, to
 * the microsecond, all servers over the same hours and equally busy, so that a merge changes from one to
 * another at nearly every line. LATE_MS > 0: each line is late by up to that many milliseconds, so that
 * no file is in order. No two lines have the same time: every correct stable sort gives the same bytes.
 * Same arguments, same bytes. */
#include <errno.h>
#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum {
    LINE = 112, /* bytes, about */
    SERVERS_MOST = 1000,
    STEP = 1000003, /* a prime: no common factor with the length of a row */
};

static uint64_t state;

static uint64_t next(void) /* xorshift64*, Vigna 2016 */
{
    state ^= state >> 12;
    state ^= state << 25;
    state ^= state >> 27;
    return state * UINT64_C(2685821657736338717);
}

static unsigned below(unsigned n)
{
    return (unsigned)(((next() >> 32) * n) >> 32);
}

/* The line that server i writes at `us` (since the epoch). */
static void put_line(FILE *f, unsigned i, int64_t us)
{
    static const char *const levels[] = {"INFO", "INFO", "INFO", "INFO", "WARN", "ERROR"};
    static const char *const paths[] = {"/api/v1/orders", "/api/v1/cart", "/api/v1/users/me",
                                        "/health", "/assets/main.css"};
    static time_t second = -1;
    static char stamp[24];
    time_t now = (time_t)(us / 1000000);
    if (now != second) {
        struct tm tm;
        gmtime_r(&now, &tm);
        strftime(stamp, sizeof stamp, "%Y-%m-%dT%H:%M:%S", &tm);
        second = now;
    }
    fprintf(f, "%s.%06dZ server-%02u %s [worker-%02u] GET %s?id=%07u status=200 in %u.%03u ms\n",
            stamp, (int)(us % 1000000), i, levels[below(6)], below(32), paths[below(5)],
            below(10000000), below(300), below(1000));
}

/* A time of server i in slot k: no other server and no other slot has it. */
static int64_t time_of(uint64_t k, unsigned i, unsigned servers, unsigned late_ms)
{
    const int64_t start = INT64_C(1795600000000000); /* us */
    uint64_t gap = UINT64_C(97) * servers;           /* us between lines of one server */
    uint64_t slot = k;
    if (late_ms) {
        /* Within a row of slots, in random order without a repetition. */
        uint64_t row = UINT64_C(1000) * late_ms / gap, at = k % row;
        slot = k - at + (at * STEP + k / row * 31) % row;
    }
    return start + (int64_t)(slot * gap + i + servers * ((slot * 29) % 97));
}

static int write_server(const char *folder, unsigned i, unsigned servers, uint64_t lines,
                        unsigned late_ms)
{
    char path[4096];
    snprintf(path, sizeof path, "%s/server-%02u.log", folder, i);
    FILE *f = fopen(path, "w");
    if (!f) {
        fprintf(stderr, "logs: %s: %s\n", path, strerror(errno));
        return 2;
    }
    for (uint64_t k = 0; k < lines; k++)
        put_line(f, i, time_of(k, i, servers, late_ms));
    if (fclose(f) != 0) {
        fprintf(stderr, "logs: %s: %s\n", path, strerror(errno));
        return 2;
    }
    return 0;
}

int main(int argc, char **argv)
{
    if (argc != 6) {
        fputs("usage: logs FOLDER SERVERS MEGABYTES LATE_MS SEED\n", stderr);
        return 2;
    }
    unsigned servers = (unsigned)strtoul(argv[2], NULL, 10);
    uint64_t lines = strtoull(argv[3], NULL, 10) * 1000000 / LINE;
    unsigned late_ms = (unsigned)strtoul(argv[4], NULL, 10);
    state = strtoull(argv[5], NULL, 10) * 2 + 1;
    if (servers < 1 || servers > SERVERS_MOST ||
        (late_ms && (late_ms < servers || late_ms > 10000)))
        return 2;
    int status = 0;
    for (unsigned i = 0; i < servers && status == 0; i++)
        status = write_server(argv[1], i, servers, lines / servers, late_ms);
    return status;
}
