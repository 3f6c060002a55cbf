/* Reading `show info` and `show servers state`. */
#include "applets/heartbeat/haproxy_state.h"

const char *const heartbeat_admin_names[] = {"ready", "drain", "maint", NULL};

/* srv_admin_state, management guide 9.3: set by command or inherited from a tracked server. Bits 0x20 and
 * 0x40 tell of name resolution. */
enum {
    FORCED_MAINT = 0x01,
    CONFIGURED_MAINT = 0x04,
    FORCED_DRAIN = 0x08,
};

bool heartbeat_line_next(struct sb_str *text, struct sb_str *ret_line)
{
    if (text->len == 0)
        return false;
    const char *end = memchr(text->p, '\n', text->len);
    size_t len = end ? (size_t)(end - text->p) : text->len, step = end ? len + 1 : len;
    *ret_line = (struct sb_str){text->p, len > 0 && text->p[len - 1] == '\r' ? len - 1 : len};
    *text = (struct sb_str){text->p + step, text->len - step};
    return true;
}

static bool word_next(struct sb_str *line, struct sb_str *ret_word)
{
    while (line->len > 0 && *line->p == ' ')
        *line = (struct sb_str){line->p + 1, line->len - 1};
    const char *end = line->len ? memchr(line->p, ' ', line->len) : NULL;
    size_t len = end ? (size_t)(end - line->p) : line->len;
    *ret_word = (struct sb_str){line->p, len};
    *line = (struct sb_str){line->p + len, line->len - len};
    return len > 0;
}

/* A decimal number of at most 15 digits. */
static bool number(struct sb_str word, int64_t *ret)
{
    int64_t value = 0;
    if (word.len == 0 || word.len > 15)
        return false;
    for (size_t i = 0; i < word.len; i++) {
        if (word.p[i] < '0' || word.p[i] > '9')
            return false;
        value = value * 10 + (word.p[i] - '0');
    }
    *ret = value;
    return true;
}

bool heartbeat_pid_parse(struct sb_str line, int64_t *ret)
{
    const struct sb_str name = SB_STR("Pid: ");
    return sb_str_starts(line, name) &&
           number((struct sb_str){line.p + name.len, line.len - name.len}, ret);
}

bool heartbeat_row_parse(struct sb_str line, struct heartbeat_row *ret)
{
    enum { BE_ID, BE_NAME, SRV_ID, SRV_NAME, ADDRESS, OPERATION, ADMIN, USER, INITIAL, WORDS };
    struct sb_str words[WORDS];
    int64_t id, admin, user, initial;
    for (size_t i = 0; i < WORDS; i++)
        if (!word_next(&line, &words[i]))
            return false;
    if (!number(words[BE_ID], &id) || !number(words[SRV_ID], &id) ||
        !number(words[ADMIN], &admin) || !number(words[USER], &user) ||
        !number(words[INITIAL], &initial))
        return false;
    ret->backend = words[BE_NAME];
    ret->server = words[SRV_NAME];
    ret->admin = admin & (FORCED_MAINT | CONFIGURED_MAINT) ? HEARTBEAT_ADMIN_MAINT
                 : admin & FORCED_DRAIN                    ? HEARTBEAT_ADMIN_DRAIN
                                                           : HEARTBEAT_ADMIN_READY;
    ret->weight = user;
    ret->configured = initial;
    return true;
}

int64_t heartbeat_weight(int64_t configured, uint8_t percent)
{
    int64_t weight = configured * percent / 100;
    return weight == 0 && percent > 0 && configured > 0 ? 1 : weight;
}

bool heartbeat_name_valid(struct sb_str name)
{
    for (size_t i = 0; i < name.len; i++) {
        char c = name.p[i];
        bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
        if (!letter && c != '-' && c != '_' && c != '.' && c != ':')
            return false;
    }
    return name.len > 0 && name.len <= 255;
}
