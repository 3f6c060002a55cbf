/* --show-config: every value and where it came from. */
#include "core/base/utf8.h"
#include "core/ui/settings.h"
#include "core/ui/table.h"
#include "core/ui/value.h"

bool sb_settings_is_setting(const struct sb_settings *s, size_t i)
{
    return i < s->own || !s->slots[i].option->no_config;
}

static void origin_text(const struct sb_slot *slot, struct sb_buf *b)
{
    switch (slot->origin) {
    case SB_FROM_DEFAULT: sb_buf_puts(b, "default"); return;
    case SB_FROM_FLAG: sb_buf_printf(b, "flag %s", slot->where); return;
    case SB_FROM_ENV: sb_buf_printf(b, "environment %s", slot->where); return;
    case SB_FROM_SYSTEM:
    case SB_FROM_USER:
    case SB_FROM_FILE:
        sb_buf_printf(b, "%s:%u:%u%s", slot->where, slot->line, slot->column,
                      slot->by_all ? " (all)" : "");
    }
}

void sb_settings_show_text(const struct sb_settings *s, struct sb_buf *out, int width)
{
    static const struct sb_table_column columns[] = {
        {"OPTION", false, 0}, {"VALUE", false, 0}, {"FROM", false, 0}};
    struct sb_table t;
    sb_table_init(&t, columns, SB_LEN(columns));
    for (size_t i = 0; i < s->len; i++) {
        if (!sb_settings_is_setting(s, i))
            continue;
        const struct sb_slot *slot = &s->slots[i];
        struct sb_buf value = SB_BUF_INIT((size_t)1 << 20), from = SB_BUF_INIT((size_t)1 << 16);
        sb_value_print(slot->option, slot->value, &value);
        origin_text(slot, &from);
        sb_table_text(&t, slot->option->name);
        sb_table_text(&t, value.len ? value.data : "-");
        sb_table_text(&t, from.data);
        sb_buf_done(&value);
        sb_buf_done(&from);
    }
    sb_table_print(&t, out, 0, (size_t)width);
    sb_table_done(&t);
}
