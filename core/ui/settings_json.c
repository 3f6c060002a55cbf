/* --show-config -o json: "srebox.config/1". */
#include "core/doc/json_write.h"
#include "core/ui/settings.h"
#include "core/ui/value.h"

static const char *origin_name(enum sb_origin origin)
{
    static const char *const names[] = {"default", "system", "user", "file", "environment", "flag"};
    return names[origin];
}

static void json_value(struct sb_json_writer *w, const struct sb_slot *slot)
{
    const struct sb_option *o = slot->option;
    struct sb_buf text = SB_BUF_INIT((size_t)1 << 20);
    if (o->type == SB_OPT_FLAG) {
        sb_json_bool(w, *(const bool *)slot->value);
    } else if (o->type == SB_OPT_INT || o->type == SB_OPT_SIZE) {
        sb_json_int(w, *(const int64_t *)slot->value);
    } else if (o->type == SB_OPT_LIST) {
        const struct sb_strings *list = slot->value;
        sb_json_open_list(w);
        for (size_t i = 0; i < list->len; i++)
            sb_json_text(w, list->items[i]);
        sb_json_close_list(w);
    } else {
        sb_value_print(o, slot->value, &text);
        sb_json_text(w, text.len ? text.data : NULL);
    }
    sb_buf_done(&text);
}

static void json_setting(struct sb_json_writer *w, const struct sb_slot *slot)
{
    sb_json_open_map(w);
    sb_json_key(w, "option");
    sb_json_text(w, slot->option->name);
    sb_json_key(w, "type");
    sb_json_text(w, sb_option_type_name(slot->option->type));
    sb_json_key(w, "value");
    json_value(w, slot);
    sb_json_key(w, "origin");
    sb_json_text(w, origin_name(slot->origin));
    if (slot->where) {
        sb_json_key(w, slot->line ? "file" : slot->origin == SB_FROM_ENV ? "variable" : "flag");
        sb_json_text(w, slot->where);
    }
    if (slot->line) {
        sb_json_key(w, "line");
        sb_json_int(w, slot->line);
        sb_json_key(w, "column");
        sb_json_int(w, slot->column);
        sb_json_key(w, "section");
        sb_json_text(w, slot->by_all ? "all" : "applet");
    }
    sb_json_close_map(w);
}

void sb_settings_show_json(const struct sb_settings *s, struct sb_buf *out)
{
    struct sb_json_writer w;
    sb_json_writer_init(&w, out, 2);
    sb_json_open_map(&w);
    sb_json_key(&w, "schema");
    sb_json_text(&w, "srebox.config/1");
    sb_json_key(&w, "applet");
    sb_json_text(&w, s->applet->name);
    sb_json_key(&w, "settings");
    sb_json_open_list(&w);
    for (size_t i = 0; i < s->len; i++) {
        if (sb_settings_is_setting(s, i))
            json_setting(&w, &s->slots[i]);
    }
    sb_json_close_list(&w);
    sb_json_close_map(&w);
    sb_buf_putc(out, '\n');
}
