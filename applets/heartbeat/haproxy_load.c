/* Reading the section "haproxy". See haproxy_load.h. */
#include "applets/heartbeat/haproxy_load.h"

#include "applets/heartbeat/haproxy_state.h"
#include "core/base/map.h"
#include "core/base/time.h"
#include "core/doc/fields.h"
#include "core/net/listen.h"

#include <stdlib.h>

static const char *const section_keys[] = {"weight", "agents", "sockets", NULL};
static const char *const agent_keys[] = {"listen", "node", "remote", NULL};
static const char *const socket_keys[] = {"address", "servers", "dead", "take-over", "poll", NULL};

struct reader {
    struct sb_doc_pool *pool;
    struct heartbeat_haproxy_rules *rules;
    struct sb_error *e;
};

static const char *own(struct reader *r, struct sb_str text)
{
    return sb_arena_dup(&r->rules->texts, text.p, text.len);
}

/* A text that must be there. */
static int load_text(struct reader *r, const struct sb_doc_node *map, const char *name,
                     const char **ret)
{
    const char *text = NULL;
    int rc = sb_field_text(r->pool, map, name, &text, r->e);
    if (rc < 0)
        return rc;
    if (!text || !text[0]) {
        sb_doc_fail(r->pool, map, r->e, "\"%s\" is missing", name);
        return sb_negative(SB_EINPUT);
    }
    *ret = own(r, sb_str(text));
    return 0;
}

/* ---- agents ---- */

static int load_agent(struct reader *r, const struct sb_doc_node *map)
{
    struct heartbeat_agent_port port = {.listen = ""};
    const char *node = NULL;
    struct sb_listen at;
    int rc = sb_fields_check(r->pool, map, "an agent", agent_keys, r->e);
    if (rc == 0)
        rc = load_text(r, map, "listen", &port.listen);
    if (rc == 0)
        rc = sb_field_text(r->pool, map, "node", &node, r->e);
    if (rc == 0)
        rc = sb_field_bool(r->pool, map, "remote", &port.remote, r->e);
    if (rc < 0)
        return rc;
    if (sb_listen_parse(port.listen, &at, r->e) < 0)
        return sb_doc_fail(r->pool, map, r->e, "%s is no address to listen on", port.listen);
    for (size_t i = 0; i < r->rules->agents.len; i++)
        if (strcmp(r->rules->agents.items[i].listen, port.listen) == 0)
            return sb_doc_fail(r->pool, map, r->e, "two agents listen on %s", port.listen);
    if (node && node[0])
        port.node = own(r, sb_str(node));
    sb_vec_push(&r->rules->agents, port);
    return 0;
}

/* ---- sockets ---- */

struct servers {
    SB_VEC(struct heartbeat_server) list;
    struct sb_map names; /* "backend/server" */
};

static int add_server(struct reader *r, struct servers *to, const char *node,
                      const struct sb_doc_node *text)
{
    struct sb_str name = sb_doc_str(text);
    const char *slash = name.len ? memchr(name.p, '/', name.len) : NULL;
    size_t len = slash ? (size_t)(slash - name.p) : 0;
    struct sb_str backend = {name.p, len};
    struct sb_str server = slash ? (struct sb_str){slash + 1, name.len - len - 1} : SB_STR("");
    if (!heartbeat_name_valid(backend) || !heartbeat_name_valid(server))
        return sb_doc_fail(r->pool, text, r->e, "\"%.*s\" is no BACKEND/SERVER of HAProxy",
                           SB_STR_ARG(name));
    void **slot = sb_map_at(&to->names, own(r, name), name.len);
    if (*slot)
        return sb_doc_fail(r->pool, text, r->e, "%.*s is named twice", SB_STR_ARG(name));
    *slot = r;
    if (to->list.len == HEARTBEAT_SERVERS_MOST)
        return sb_doc_fail(r->pool, text, r->e, "more than %d servers", HEARTBEAT_SERVERS_MOST);
    sb_vec_push(&to->list, ((struct heartbeat_server){node, own(r, backend), own(r, server)}));
    return 0;
}

static int load_servers(struct reader *r, const struct sb_doc_node *map, struct servers *to)
{
    const struct sb_doc_node *nodes = NULL;
    int rc = sb_field_map(r->pool, map, "servers", &nodes, r->e);
    for (size_t i = 0; rc == 0 && nodes && i < nodes->count; i++) {
        const struct sb_doc_member *m = &nodes->u.members[i];
        struct sb_field_items texts = {0};
        const char *node = own(r, sb_doc_key_str(m->key));
        rc = sb_field_texts(r->pool, nodes, m->key->text, &texts, r->e);
        for (size_t k = 0; rc == 0 && k < texts.len; k++)
            rc = add_server(r, to, node, texts.items[k]);
    }
    if (rc == 0 && to->list.len == 0)
        return sb_doc_fail(r->pool, map, r->e, "a socket without \"servers\" has nothing to do");
    return rc;
}

static bool is_address(const char *text)
{
    const char *colon = strrchr(text, ':');
    char *end;
    if (text[0] == '/')
        return strlen(text) < 108; /* sun_path, unix(7) */
    if (!colon || colon == text || colon[1] < '0' || colon[1] > '9' || strlen(text) > 250)
        return false;
    unsigned long port = strtoul(colon + 1, &end, 10);
    return !*end && port >= 1 && port <= 65535;
}

static int load_options(struct reader *r, const struct sb_doc_node *map,
                        struct heartbeat_haproxy_options *o)
{
    static const char *const deads[] = {"maint", "drain", NULL};
    unsigned dead = 0;
    int rc = load_text(r, map, "address", &o->address);
    if (rc == 0 && !is_address(o->address))
        return sb_doc_fail(r->pool, map, r->e, "\"%s\" is neither a path nor HOST:PORT",
                           o->address);
    if (rc == 0)
        rc = sb_field_enum(r->pool, map, "dead", deads, &dead, r->e);
    if (rc == 0)
        rc = sb_field_bool(r->pool, map, "take-over", &o->take_over, r->e);
    if (rc == 0)
        rc = sb_field_duration(r->pool, map, "poll", SB_NS_PER_S / 20, 3600 * SB_NS_PER_S, &o->poll,
                               r->e);
    o->drain = dead == 1;
    return rc;
}

static int load_socket(struct reader *r, const struct sb_doc_node *map)
{
    struct heartbeat_haproxy_options o = {.address = ""};
    struct servers servers = {0};
    int rc = sb_fields_check(r->pool, map, "a socket", socket_keys, r->e);
    if (rc == 0)
        rc = load_options(r, map, &o);
    for (size_t i = 0; rc == 0 && i < r->rules->sockets.len; i++)
        if (strcmp(r->rules->sockets.items[i].address, o.address) == 0)
            rc = sb_doc_fail(r->pool, map, r->e, "%s is there twice", o.address);
    if (rc == 0)
        rc = load_servers(r, map, &servers);
    if (rc == 0 && servers.list.items) {
        size_t size = servers.list.len * sizeof(struct heartbeat_server);
        struct heartbeat_server *list = sb_arena_alloc(&r->rules->texts, size);
        memcpy(list, servers.list.items, size);
        o.servers = list;
        o.n_servers = servers.list.len;
        sb_vec_push(&r->rules->sockets, o);
    }
    sb_vec_done(&servers.list);
    sb_map_done(&servers.names);
    return rc;
}

static int load_list(struct reader *r, const struct sb_doc_node *section, const char *name,
                     size_t most, int (*one)(struct reader *r, const struct sb_doc_node *map))
{
    struct sb_field_items items = {0};
    int rc = sb_field_list(r->pool, section, name, &items, r->e);
    if (rc == 0 && items.len > most)
        return sb_doc_fail(r->pool, section, r->e, "more than %zu %s", most, name);
    for (size_t i = 0; rc == 0 && i < items.len; i++)
        rc = one(r, items.items[i]);
    return rc;
}

static int load_weight(struct reader *r, const struct sb_doc_node *section)
{
    const char *metric = NULL;
    int rc = sb_field_text(r->pool, section, "weight", &metric, r->e);
    if (rc == 0 && metric && metric[0])
        r->rules->weight = own(r, sb_str(metric));
    return rc;
}

int heartbeat_haproxy_load(struct sb_doc_pool *pool, const struct sb_doc_node *section,
                           struct heartbeat_haproxy_rules *ret, struct sb_error *e)
{
    struct heartbeat_haproxy_rules rules = {.agents = {0}};
    struct reader r = {pool, &rules, e};
    int rc = section ? sb_fields_check(pool, section, "\"haproxy\"", section_keys, e) : 0;
    if (rc == 0 && section)
        rc = load_weight(&r, section);
    if (rc == 0 && section)
        rc = load_list(&r, section, "agents", HEARTBEAT_AGENTS_MOST, load_agent);
    if (rc == 0 && section)
        rc = load_list(&r, section, "sockets", HEARTBEAT_SOCKETS_MOST, load_socket);
    if (rc < 0) {
        heartbeat_haproxy_rules_done(&rules);
        return rc;
    }
    *ret = rules;
    return 0;
}

void heartbeat_haproxy_rules_done(struct heartbeat_haproxy_rules *rules)
{
    sb_vec_done(&rules->agents);
    sb_vec_done(&rules->sockets);
    sb_arena_done(&rules->texts);
}
