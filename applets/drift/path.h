/* Where a finding is: the steps from the roots, on both sides at once.
 *
 * Steps are linked upwards and live in the pool's arena. Their printed forms:
 *   pointer   /production/s3_buckets/0/versioning        RFC 6901, on one side
 *   identity  /production/s3_buckets/[name=prod-assets]/versioning
 * The identity does not change when lists are reordered; ignore rules, policies, --list and
 * fingerprints use it. Its tokens: a key (~ and / escaped as in RFC 6901), [field=value] or
 * [f1=v1,f2=v2] for a list element found by key, [=value] for an element of a set of scalars,
 * [index] for one known by place. */
#ifndef DRIFT_PATH_H
#define DRIFT_PATH_H

#include "core/base/buf.h"
#include "core/doc/doc.h"

#define DRIFT_NOWHERE UINT32_MAX

enum drift_step_kind {
    DRIFT_STEP_KEY,  /* member of a map, on the sides that have it */
    DRIFT_STEP_ITEM, /* element of a list */
    DRIFT_STEP_MEMBER /* a fleet's member: a key (or an element: actual_index) on the actual side, the
                         template itself on the plan's (plan_index 0; DRIFT_NOWHERE: an extra one) */
};

struct drift_step {
    const struct drift_step *up; /* NULL: this is a child of the root; the root itself is NULL */
    enum drift_step_kind kind;
    bool resource;      /* a resource begins here: what people own, count, name */
    bool collection;    /* resources stand in it, and are shown with its name */
    bool rewritten;     /* what lies below was read out of a string or brought into canonical form:
                       pointers do not lead there, only the value at this step can be replaced */
    struct sb_str name; /* key, or identity without brackets: "name=x", "=x", "3" */
    struct sb_str plan_name; /* KEY, ITEM: the plan's name where a rename made it another, else =
                                    name; MEMBER: the key the template is wrapped in, or empty */
    struct sb_str name_key;  /* ITEM of a RENAMED finding: the member that holds the name, when the
                                    finding stands for its change too; else empty */
    uint32_t plan_index, actual_index; /* ITEM; DRIFT_NOWHERE = not on that side */
};

/* {count: N, template: {...}} gives the inner map, any other map itself. */
const struct sb_doc_node *drift_fleet_template(struct sb_doc_pool *pool,
                                               const struct sb_doc_node *n);

/* "" for the root. On the side asked; a step that stands only on the other side is written as there,
 * so that what is missing from a fleet's member or a reordered list is named where it should be. */
void drift_path_pointer(struct sb_buf *b, const struct drift_step *path, bool on_plan);
void drift_path_identity(struct sb_buf *b, const struct drift_step *path);
/* "web_servers/server_2", "database", "s3_buckets/prod-assets": the innermost resource step and the
 * collection it stands in; "" when the path passes none. */
void drift_path_resource(struct sb_buf *b, const struct drift_step *path);
/* What people call the step itself: a key, or of an element the values that identify it. */
void drift_path_name(struct sb_buf *b, const struct drift_step *step, bool on_plan);
/* What follows the resource, for people: "listeners[port=443].certificate". */
void drift_path_attribute(struct sb_buf *b, const struct drift_step *path);

/* A compiled path glob over identities: "*" one step, "**" any number, and shell globs inside a
 * step; a leading "/" anchors at the root, without one it may start anywhere. A step in brackets is an
 * element ("[name=prod-*]", "[*]"; a "/" inside the brackets needs no escape), any other step is a key.
 * "/a/b" also covers what lies below when `prefix` is set. */
struct drift_glob;
int drift_glob_new(struct sb_doc_pool *pool, struct sb_str text, struct drift_glob **ret,
                   struct sb_error *e);
bool drift_glob_match(const struct drift_glob *glob, const struct drift_step *path, bool prefix);

#endif
