/* Components and their versions: what the file has, what this program needs, the way from one to the
 * other. Forward only; each migration is a transaction, and what is found newer is left alone. */
#include "core/base/time.h"
#include "core/store/store_private.h"

#include <assert.h>

static int version_of(struct sb_store *s, const struct sb_component *c, int64_t *ret,
                      struct sb_error *e)
{
    struct sb_rows rows SB_CLEANUP(sb_rows_done) = SB_ROWS_INIT;
    int code = sb_store_query(s, "SELECT max(version) FROM component WHERE name = ?1",
                              SB_BINDS(sb_bind_text(sb_str(c->name))), &rows, e);
    if (!code && (code = sb_rows_next(&rows, e)) > 0) {
        *ret = sb_rows_int(&rows, 0);
        code = 0;
    }
    return code;
}

static int newer(struct sb_store *s, const struct sb_component *c, int64_t has, struct sb_error *e)
{
    sb_fail_at(
        e, SB_EUNSUPPORTED, s->path, 0, 0,
        "was written by a newer srebox: its part '%s' is of version %lld, this program knows "
        "up to %zu",
        c->name, (long long)has, c->count);
    return sb_hint(e, "use that srebox, or give another file; this one was left as it is");
}

static int older(struct sb_store *s, const struct sb_component *c, int64_t has, struct sb_error *e)
{
    sb_fail_at(e, SB_EUNSUPPORTED, s->path, 0, 0,
               "its part '%s' is of version %lld, this program reads version %zu", c->name,
               (long long)has, c->count);
    return sb_hint(e, "let a command of this srebox that writes to it open it once");
}

int sb_store_check_versions(struct sb_store *s, bool may_migrate, struct sb_error *e)
{
    for (size_t i = 0; s->opts.components && s->opts.components[i]; i++) {
        const struct sb_component *c = s->opts.components[i];
        int64_t has = 0;
        int code = version_of(s, c, &has, e);
        if (code)
            return code;
        if (has > (int64_t)c->count)
            return newer(s, c, has, e);
        if (!may_migrate && has < (int64_t)c->count)
            return older(s, c, has, e);
    }
    return 0;
}

/* The version is read again inside: another process may have been faster. */
static int step(struct sb_store *s, const struct sb_component *c, const struct sb_migration *m,
                struct sb_error *e)
{
    int64_t has = 0;
    int code = sb_store_begin(s, e);
    if (code)
        return code;
    code = version_of(s, c, &has, e);
    if (!code && has < m->version) {
        code = sb_store_script(s, m->sql, "migrate", e);
        if (!code)
            code = sb_store_run(s,
                                "INSERT INTO component (name, version, migration, at) "
                                "VALUES (?1, ?2, ?3, ?4)",
                                SB_BINDS(sb_bind_text(sb_str(c->name)), sb_bind_int(m->version),
                                         sb_bind_text(sb_str(m->name)), sb_bind_int(sb_time_now())),
                                NULL, e);
    }
    if (code) {
        sb_store_rollback(s);
        return sb_wrap(e, "migration %s %d (%s)", c->name, m->version, m->name);
    }
    return sb_store_commit(s, e);
}

int sb_store_migrate(struct sb_store *s, struct sb_error *e)
{
    for (size_t i = 0; s->opts.components && s->opts.components[i]; i++) {
        const struct sb_component *c = s->opts.components[i];
        int64_t has = 0;
        int code = version_of(s, c, &has, e);
        for (size_t k = (size_t)has; !code && k < c->count; k++) {
            assert(c->migrations[k].version == (int)k + 1);
            code = step(s, c, &c->migrations[k], e);
        }
        if (code)
            return code;
    }
    return sb_store_check_versions(s, true, e); /* what others did meanwhile */
}
