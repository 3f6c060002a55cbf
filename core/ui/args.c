/* Scanning a command line by the option tables. */
#include "core/ui/args.h"

#include "core/base/mem.h"
#include "core/base/str.h"
#include "core/ui/value.h"

#include <limits.h>
#include <stdio.h>

bool sb_option_of_verb(const struct sb_option *o, size_t verb)
{
    return o->verbs == 0 || (verb < sizeof o->verbs * CHAR_BIT && (o->verbs >> verb & 1));
}

/* --- scanning --- */

struct scan {
    struct sb_settings *s;
    struct sb_args *args;
    int argc, at; /* at: the word being looked at */
    char **argv;
};

static size_t find_long(const struct sb_settings *s, struct sb_str name)
{
    size_t i = 0;
    while (i < s->len && !sb_str_is(name, s->slots[i].option->name))
        i++;
    return i;
}

static size_t find_short(const struct sb_settings *s, char letter)
{
    size_t i = 0;
    while (i < s->len && s->slots[i].option->letter != letter)
        i++;
    return i;
}

static int fail_unknown(const struct sb_settings *s, struct sb_str name, struct sb_error *e)
{
    struct sb_buf copy = SB_BUF_INIT(4096);
    sb_buf_put(&copy, name.p, SB_MIN(name.len, (size_t)200));
    sb_fail(e, SB_EUSAGE, "unknown option --%s", copy.data);
    const char *near = sb_settings_nearest(s, copy.data);
    sb_buf_done(&copy);
    if (near)
        return sb_hint(e, "did you mean --%s?", near);
    return sb_hint(e, "srebox %s --help lists the options", s->applet->name);
}

/* The next word as the value of an option that was spelled without one. */
static const char *next_word(struct scan *c)
{
    return c->at + 1 < c->argc ? c->argv[++c->at] : NULL;
}

static int use_option(struct scan *c, size_t slot, const char *value, const char *spelled,
                      struct sb_error *e)
{
    const struct sb_option *o = c->s->slots[slot].option;
    if (sb_option_takes_value(o) && !value)
        value = next_word(c);
    if (sb_option_takes_value(o) && !value)
        return sb_fail(e, SB_EUSAGE, "%s needs a value: %s", spelled, o->arg ? o->arg : "VALUE");
    sb_vec_push(&c->args->uses, ((struct sb_use){slot, value, false}));
    return 0;
}

/* --no-NAME, when NAME is a flag that can be switched off. */
static bool use_negated(struct scan *c, struct sb_str name)
{
    if (!sb_str_starts(name, SB_STR("no-")))
        return false;
    size_t slot = find_long(c->s, (struct sb_str){name.p + 3, name.len - 3});
    if (slot == c->s->len)
        return false;
    const struct sb_option *o = c->s->slots[slot].option;
    if (o->type != SB_OPT_FLAG || (slot >= c->s->own && o->no_config))
        return false;
    sb_vec_push(&c->args->uses, ((struct sb_use){slot, NULL, true}));
    return true;
}

static int scan_long(struct scan *c, const char *word, struct sb_error *e)
{
    const char *equals = strchr(word, '=');
    struct sb_str name = {word + 2, equals ? (size_t)(equals - word - 2) : strlen(word + 2)};
    size_t slot = find_long(c->s, name);
    if (slot == c->s->len) {
        if (!equals && use_negated(c, name))
            return 0;
        return fail_unknown(c->s, name, e);
    }
    const struct sb_option *o = c->s->slots[slot].option;
    char spelled[128];
    snprintf(spelled, sizeof spelled, "--%s", o->name);
    if (equals && !sb_option_takes_value(o)) {
        sb_fail(e, SB_EUSAGE, "%s takes no value, here \"%s\"", spelled, equals + 1);
        return sb_hint(e, "write %s or --no-%s", spelled, o->name);
    }
    return use_option(c, slot, equals ? equals + 1 : NULL, spelled, e);
}

static int scan_cluster(struct scan *c, const char *word, struct sb_error *e)
{
    for (const char *p = word + 1; *p; p++) {
        size_t slot = find_short(c->s, *p);
        if (slot == c->s->len) {
            sb_fail(e, SB_EUSAGE, "unknown option -%c in \"%s\"", *p, word);
            if (p == word + 1 && p[1] && find_long(c->s, sb_str(word + 1)) < c->s->len)
                return sb_hint(e, "did you mean -%s?", word);
            return sb_hint(e, "srebox %s --help lists the options", c->s->applet->name);
        }
        char spelled[] = {'-', *p, '\0'};
        bool value = sb_option_takes_value(c->s->slots[slot].option);
        int code = use_option(c, slot, value && p[1] ? p + 1 : NULL, spelled, e);
        if (code || value)
            return code;
    }
    return 0;
}

int sb_args_scan(struct sb_settings *s, int argc, char **argv, struct sb_args *args,
                 struct sb_error *e)
{
    struct scan c = {.s = s, .args = args, .argc = argc, .argv = argv};
    bool ended = false;
    int code = 0;
    for (; c.at < argc && !code; c.at++) {
        char *word = argv[c.at];
        if (ended || word[0] != '-' || word[1] == '\0')
            sb_vec_push(&args->operands, word);
        else if (strcmp(word, "--") == 0)
            ended = true;
        else if (word[1] == '-')
            code = scan_long(&c, word, e);
        else
            code = scan_cluster(&c, word, e);
    }
    sb_vec_reserve(&args->operands, args->operands.len + 1);
    args->operands.items[args->operands.len] = NULL;
    return code;
}

void sb_args_done(struct sb_args *args)
{
    sb_vec_done(&args->uses);
    sb_vec_done(&args->operands);
}

/* --- after scanning --- */

static int fail_verb(const struct sb_settings *s, const char *word, struct sb_error *e)
{
    const struct sb_verb *verbs = s->applet->verbs;
    const char *names[33] = {NULL};
    struct sb_buf list = SB_BUF_INIT(400);
    for (size_t i = 0; verbs && verbs[i].run && i < SB_LEN(names) - 1; i++) {
        names[i] = verbs[i].name;
        sb_buf_printf(&list, "%s%s", i ? ", " : "", names[i]);
    }
    const char *near = word ? sb_str_nearest(word, names) : NULL;
    if (word)
        sb_fail(e, SB_EUSAGE, "unknown verb \"%s\"", word);
    else
        sb_fail(e, SB_EUSAGE, "no verb given");
    if (near)
        sb_hint(e, "did you mean \"%s\"?", near);
    else
        sb_hint(e, "it is one of: %s; see srebox %s --help", list.data ? list.data : "none",
                s->applet->name);
    sb_buf_done(&list);
    return -SB_EUSAGE;
}

int sb_args_verb(const struct sb_settings *s, struct sb_args *args, struct sb_error *e)
{
    const struct sb_verb *verbs = s->applet->verbs;
    if (verbs && verbs[0].run && !verbs[0].name) {
        args->verb = &verbs[0];
        return 0;
    }
    if (args->operands.len == 0)
        return fail_verb(s, NULL, e);
    for (const struct sb_verb *v = verbs; v && v->run; v++) {
        if (strcmp(v->name, args->operands.items[0]) == 0) {
            args->verb = v;
            memmove(args->operands.items, args->operands.items + 1,
                    args->operands.len * sizeof *args->operands.items);
            args->operands.len--;
            return 0;
        }
    }
    return fail_verb(s, args->operands.items[0], e);
}

static int fail_other_verb(const struct sb_settings *s, const struct sb_option *o,
                           const struct sb_verb *verb, struct sb_error *e)
{
    struct sb_buf list = SB_BUF_INIT(300);
    const struct sb_verb *verbs = s->applet->verbs;
    for (size_t i = 0; verbs[i].run; i++) {
        if (sb_option_of_verb(o, i))
            sb_buf_printf(&list, "%s%s", list.len ? ", " : "", verbs[i].name);
    }
    sb_fail(e, SB_EUSAGE, "--%s is not an option of \"%s %s\"", o->name, s->applet->name,
            verb->name);
    sb_hint(e, "it belongs to: %s", list.data ? list.data : "no verb");
    sb_buf_done(&list);
    return -SB_EUSAGE;
}

int sb_args_apply(struct sb_settings *s, struct sb_args *args, struct sb_error *e)
{
    for (size_t i = 0; i < args->uses.len; i++) {
        const struct sb_use *use = &args->uses.items[i];
        struct sb_slot *slot = &s->slots[use->slot];
        const struct sb_option *o = slot->option;
        if (args->verb && !sb_option_of_verb(o, (size_t)(args->verb - s->applet->verbs)))
            return fail_other_verb(s, o, args->verb, e);
        const char *flag = sb_arena_printf(&s->arena, "--%s%s", use->negated ? "no-" : "", o->name);
        sb_slot_open(slot, SB_FROM_FLAG, flag);
        if (o->type == SB_OPT_FLAG)
            *(bool *)slot->value = !use->negated;
        else if (sb_value_parse(o, use->value, slot->value, &s->arena, e))
            return sb_wrap(e, "%s", flag);
    }
    return 0;
}

int sb_args_check_operands(const struct sb_settings *s, const struct sb_args *args,
                           struct sb_error *e)
{
    const struct sb_verb *v = args->verb;
    size_t n = args->operands.len;
    if (n < (size_t)v->min_args)
        sb_fail(e, SB_EUSAGE, "%s: %zu given, at least %d needed",
                n ? "operands are missing" : "no operands", n, v->min_args);
    else if (v->max_args >= 0 && n > (size_t)v->max_args)
        sb_fail(e, SB_EUSAGE, "\"%s\" is one operand too many", args->operands.items[v->max_args]);
    else
        return 0;
    return sb_hint(e, "usage: srebox %s%s%s %s", s->applet->name, v->name ? " " : "",
                   v->name ? v->name : "", v->args ? v->args : "");
}

static const struct sb_use *last_use(const struct sb_settings *s, const struct sb_args *args,
                                     const char *name)
{
    for (size_t i = args->uses.len; i-- > 0;) {
        const struct sb_use *use = &args->uses.items[i];
        if (strcmp(s->slots[use->slot].option->name, name) == 0)
            return use;
    }
    return NULL;
}

bool sb_args_has(const struct sb_settings *s, const struct sb_args *args, const char *name)
{
    return last_use(s, args, name) != NULL;
}

const char *sb_args_value(const struct sb_settings *s, const struct sb_args *args, const char *name)
{
    const struct sb_use *use = last_use(s, args, name);
    return use ? use->value : NULL;
}
