/* The quick YAML reader against libyaml's events: what it takes, libyaml takes too, with the same
 * tree, places and warnings; what it leaves alone leaves no trace. */
#include "tests/unit/yaml_same.h"

#include <stdlib.h>

static void compare(const uint8_t *data, size_t size, const struct sb_yaml_options *opts,
                    bool single)
{
    char why[256];
    yaml_both_ways((const char *)data, size, opts, single, why, sizeof why);
    if (why[0]) {
        fprintf(stderr, "%s\n", why);
        abort();
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct sb_doc_limits small = {
        .nodes = 40, .depth = 6, .flow_depth = 1, .scalar = 30};
    compare(data, size, &(struct sb_yaml_options){.yaml_1_1 = false}, false);
    compare(data, size, &(struct sb_yaml_options){.yaml_1_1 = true}, true);
    compare(data, size, &(struct sb_yaml_options){.limits = small}, true);
    return 0;
}
