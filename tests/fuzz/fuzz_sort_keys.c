/* Keys of sort-bench out of any bytes: JSON, JSON lines, CSV or lines, with and without a key. What was
 * read is whole: as many names as texts, and integers only where every text is one. */
#include "applets/sort-bench/bench.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void read_keys(const uint8_t *data, size_t size, const char *key)
{
    struct sort_bench_keys k;
    struct sb_error e;
    if (sort_bench_keys_parse("fuzz", (struct sb_str){(const char *)data, size}, key, &k, &e) != 0)
        return;
    size_t bytes = 0;
    for (size_t i = 0; i < k.n; i++)
        bytes += strlen(k.texts[i]) + strlen(k.names[i]) + (size_t)(k.ints ? k.ints[i] & 1 : 0);
    if (k.n == 0 || (k.dates && !k.ints) || bytes > 3 * size + 2 * k.n)
        abort();
    sort_bench_keys_done(&k);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    read_keys(data, size, NULL);
    read_keys(data, size, "k");
    return 0;
}
