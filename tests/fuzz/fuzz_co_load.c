/* Loading a coroutine from any bytes: what is taken must be written back and read again alike, and
 * must go on, or end, through finally: once. */
#include "tests/unit/co_saved.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool ok)
{
    if (!ok)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct every f, copy;
    struct sb_error e;
    struct sb_buf first = SB_BUF_INIT(4096), second = SB_BUF_INIT(4096);
    CO_INIT(every, &f);
    CO_INIT(every, &copy);
    if (sb_co_load(&f.co, (struct sb_str){(const char *)data, size}, &e) != 0)
        return 0;
    require(sb_co_save(&f.co, &first, &e) == 0);
    require(sb_co_load(&copy.co, (struct sb_str){first.data, first.len}, &e) == 0);
    require(sb_co_save(&copy.co, &second, &e) == 0);
    require(first.len == second.len && memcmp(first.data, second.data, first.len) == 0);
    if (f.value < 0 || f.value > 9) /* would count for too long, or over the end of its type */
        f.value = 0;
    while (sb_co_next(&f.co))
        require(f.value < 9);
    sb_co_cancel(&f.co);
    require(sb_co_done(&f.co) && f.finals == 1);
    sb_co_cancel(&copy.co);
    require(sb_co_done(&copy.co));
    sb_buf_done(&first);
    sb_buf_done(&second);
    return 0;
}
