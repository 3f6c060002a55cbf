/* How busy this node is: CPU and memory, of the machine or of the control group this process lives in.
 *
 * Reads /proc (proc(5)) and the control groups of version 2 or 1 (the kernel's cgroup-v2.rst and
 * cgroup-v1/). What cannot be read is not known: nothing is made up. */
#ifndef HEARTBEAT_SAMPLE_H
#define HEARTBEAT_SAMPLE_H

#include "core/base/error.h"

#include <stdbool.h>
#include <stdint.h>

enum heartbeat_scope {
    HEARTBEAT_SCOPE_AUTO, /* the group when it has a limit of its own, as in a container */
    HEARTBEAT_SCOPE_MACHINE,
    HEARTBEAT_SCOPE_CGROUP,
};
extern const char *const heartbeat_scope_names[]; /* by enum, NULL-ended */

enum heartbeat_meter { HEARTBEAT_METER_MACHINE, HEARTBEAT_METER_V2, HEARTBEAT_METER_V1 };

struct heartbeat_sampler {
    char root[128]; /* put before every path; "" but in tests */
    enum heartbeat_meter meter;
    char cpu_dir[512], memory_dir[512]; /* of the group */
    uint64_t busy, whole;               /* at the last sample; of one unit */
    bool started;
};

struct heartbeat_sample {
    bool has_cpu, has_memory;
    double cpu;      /* percent of what there is to use since the sample before, 0 to 100 */
    uint64_t memory; /* bytes in use, without what the kernel could drop at once */
};

/* -SB_EIO when scope is CGROUP and none can be read. root "" is the real one. */
int heartbeat_sampler_init(struct heartbeat_sampler *s, const char *root,
                           enum heartbeat_scope scope, struct sb_error *e);
/* now: CLOCK_MONOTONIC, ns. The first sample has no CPU yet. */
void heartbeat_sample(struct heartbeat_sampler *s, int64_t now, struct heartbeat_sample *ret);

#endif
