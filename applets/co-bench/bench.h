/* co-bench: what is measured, by which technique, and what came out.
 *
 * A case does one thing with one technique, many times over in a chunk. Short cases are measured in
 * turn, chunk by chunk, so that all see the same machine; the figure is the least chunk, because
 * whatever disturbs a chunk makes it longer. The run is cut into parts: how far the middle one of
 * their least chunks lies above the figure is the spread. Large cases (a million continuations alive) run in a child
 * process each, so that their memory is their own. */
#ifndef CO_BENCH_BENCH_H
#define CO_BENCH_BENCH_H

#include "core/bench/machine.h"
#include "core/bench/peers.h"
#include "core/base/vec.h"
#include "core/ui/option.h"

enum co_bench_what {
    CO_BENCH_RESUME_1,
    CO_BENCH_RESUME_8,
    CO_BENCH_DEPTH_1,
    CO_BENCH_DEPTH_8,
    CO_BENCH_DEPTH_64,
    CO_BENCH_AWAIT,
    CO_BENCH_CREATE,
    CO_BENCH_CANCEL,
    CO_BENCH_SHORT, /* up to here: measured in chunks */
    CO_BENCH_LIVE = CO_BENCH_SHORT,
    CO_BENCH_CANCEL_LIVE,
    CO_BENCH_SLEEP,
    CO_BENCH_WHATS
};
enum co_bench_technique {
    CO_BENCH_SREBOX,
    CO_BENCH_ISO,
    CO_BENCH_CALL,
    CO_BENCH_CXX,
    CO_BENCH_UCONTEXT,
    CO_BENCH_TECHNIQUES
};
extern const char *const co_bench_what_names[];      /* "resume-1", ended by NULL */
extern const char *const co_bench_what_texts[];      /* for people */
extern const char *const co_bench_technique_names[]; /* "srebox", ended by NULL */
extern const char *const co_bench_technique_texts[];

/* Does the thing n times; returns the ns it took, or -1 when the outcome was wrong. n is at most
 * CO_BENCH_MOST. */
typedef int64_t co_bench_chunk(uint64_t n);
enum {
    CO_BENCH_MOST = 1 << 20,
    CO_BENCH_MOST_OBJECTS = 2048, /* of create and cancel */
    CO_BENCH_FEW =
        1000, /* a crowd is first made this large, so that malloc's own stores are filled */
    CO_BENCH_PARTS = 10,
    CO_BENCH_HEAP_SLACK = 4096, /* what malloc may keep for itself */
};

/* One a technique and what; NULL: this technique has no such thing. */
extern co_bench_chunk *const co_bench_srebox[CO_BENCH_SHORT];
extern co_bench_chunk *const co_bench_iso[CO_BENCH_SHORT];
extern co_bench_chunk *const co_bench_call[CO_BENCH_SHORT];
extern co_bench_chunk *const co_bench_ucontext[CO_BENCH_SHORT];

/* What a million (n) alive cost. */
struct co_bench_crowd {
    double resume_ns, cancel_ns, bytes; /* each */
    bool sound;                         /* each finally: ran once, and no memory was left */
};
/* Run in a process of their own. */
void co_bench_crowd_srebox(uint64_t n, struct co_bench_crowd *ret);
void co_bench_crowd_iso(uint64_t n, struct co_bench_crowd *ret);
void co_bench_crowd_ucontext(uint64_t n, struct co_bench_crowd *ret);
/* resume_ns: falling asleep, waking and ending. */
void co_bench_sleepers(uint64_t n, struct co_bench_crowd *ret);
/* Runs `crowd` in a child process. -SB_EUNSURE: it died, or its outcome was wrong. */
int co_bench_apart(void (*crowd)(uint64_t n, struct co_bench_crowd *ret), uint64_t n,
                   struct co_bench_crowd *ret, struct sb_error *e);
/* Bytes that malloc has handed out and not taken back. */
size_t co_bench_heap(void);

struct co_bench_options {
    int64_t base, chunks, live, time;
    bool pin;
    const char *peers;
    struct sb_strings only;
};

/* ns and bytes: NaN where there is none. */
struct co_bench_result {
    enum co_bench_what what;
    enum co_bench_technique technique;
    double ns, spread, bytes;
    double ratio; /* of ns to the base's; of bytes where there are no ns; NaN: the base has none */
};
struct co_bench_report {
    struct sb_machine machine;
    char peers_compiler[64];  /* of the helper; empty: there was none */
    struct sb_error no_peers; /* why */
    enum co_bench_technique base;
    int64_t live, crowd_ucontext;           /* how many are alive at once */
    int64_t chunks;                         /* of each short case */
    SB_VEC(struct co_bench_result) results; /* by what, then technique */
};

int co_bench_measure(const struct co_bench_options *o, struct co_bench_report *ret,
                     struct sb_error *e);
void co_bench_report_done(struct co_bench_report *r);
/* True when the two differ by more than their spreads explain. */
bool co_bench_differ(const struct co_bench_result *a, const struct co_bench_result *b);
/* The base's result for the same thing, or NULL. */
const struct co_bench_result *co_bench_base(const struct co_bench_report *r,
                                            const struct co_bench_result *result);
/* "1.39x", "same" (the spreads explain it), "-": what stands in the column of ratios. */
void co_bench_verdict(const struct co_bench_report *r, const struct co_bench_result *result,
                      struct sb_buf *b);

/* With three digits: 1.62, 43.1, 446, 2170. */
void co_bench_put_ns(struct sb_buf *b, double ns);

void co_bench_print_text(const struct co_bench_report *r, int width, struct sb_buf *out);
void co_bench_print_json(const struct co_bench_report *r, struct sb_buf *out);
void co_bench_print_csv(const struct co_bench_report *r, struct sb_buf *out);
void co_bench_print_html(const struct co_bench_report *r, struct sb_buf *out);

#endif
