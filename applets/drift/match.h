/* The comparison from the inside: one run, its frames, and what its files call of each other.
 *
 * A frame is one step of the walk, on the stack; only findings turn frames into steps that last.
 * Recursion follows the documents, whose depth the readers cap; a level costs under 1 KiB of stack.
 * Aliases make documents DAGs: every visit is charged to run->visits, and a run that is over its
 * budget stops with an error, never with a part of the findings. */
#ifndef DRIFT_MATCH_H
#define DRIFT_MATCH_H

#include "applets/drift/compare.h"
#include "applets/drift/pair_table.h"

enum {                               /* where we are, as far as meaning depends on it */
       DRIFT_IN_K8S = 1 << 0,        /* in a Kubernetes object */
       DRIFT_AT_K8S_OBJECT = 1 << 1, /* its members stand directly in the object */
       DRIFT_AT_K8S_META = 1 << 2,   /* in its metadata */
       DRIFT_AT_K8S_NOTES = 1 << 3,  /* in its annotations */
       DRIFT_IN_QUANTITIES = 1 << 4, /* scalars here are Kubernetes quantities */
       DRIFT_IN_SECRET = 1 << 5,     /* something above is marked secret */
       DRIFT_IN_POLICY = 1 << 6,     /* in a canonical IAM policy document */
       DRIFT_IN_K8S_SECRET = 1 << 7  /* directly in an object of kind Secret */
};

enum drift_role {                        /* what the children of a node are */
                  DRIFT_ROLE_INSIDE,     /* attributes of a resource */
                  DRIFT_ROLE_COLLECTION, /* resources */
                  DRIFT_ROLE_GROUPING, /* collections and resources, and attributes of the grouping */
                  DRIFT_ROLE_ROOT      /* as grouping; its children may be groupings */
};

#define DRIFT_KEY_FIELDS 4
struct drift_key { /* what identifies the elements of a list */
    struct {
        const struct sb_doc_key *outer, *inner; /* inner: a member of the member, or NULL */
        struct sb_str label;
        bool optional; /* absent counts as "" */
    } fields[DRIFT_KEY_FIELDS];
    size_t n;
    bool names; /* it names the elements, as "name" does: another value is a rename; of a port or a
                   host it is a change */
};

enum drift_naming_kind { DRIFT_BY_PLACE, DRIFT_BY_VALUE, DRIFT_BY_KEY };
struct drift_naming {
    enum drift_naming_kind kind;
    struct drift_key key;
};

struct drift_frame {
    struct drift_step step; /* step.up is set in the saved copy only */
    struct drift_frame *up; /* NULL: the root */
    const struct drift_step *saved;
    const struct sb_doc_node *plan, *actual; /* the values here; NULL = absent */
    const struct drift_naming *naming;       /* elements only */
    unsigned flags;
    enum drift_role role; /* of what stands below */
    bool renamed;
};

/* Keys that mean something, NULL where no document has them. */
struct drift_known_keys {
    const struct sb_doc_key *api_version, *kind, *metadata, *statement, *data, *string_data;
    const struct sb_doc_key *counts[5];
};

#define DRIFT_SECRECY_SLOTS 64u
struct
    drift_known_secrecy { /* what drift_name_secrecy says of a name that lives as long as the run */
    const char *name;
    size_t len;
    int secrecy;
};

struct drift_run {
    struct sb_doc_pool *pool;
    struct sb_arena *arena; /* the pool's */
    const struct drift_side *plan, *actual;
    const struct drift_compare_options *opts;
    struct drift_findings *out;
    struct drift_known_keys keys;
    uint64_t seed, visits;
    uint64_t assigned; /* steps spent on exact assignments */
    uint64_t *hashes;  /* by node id, containers only; 0 = not computed */
    uint32_t n_hashes;
    struct drift_known_secrecy secrecy[DRIFT_SECRECY_SLOTS]; /* by the name's address */
    int failed;                                              /* 0, or what drift_compare returns */
    struct sb_error *error;
};

static inline bool drift_on(const struct drift_run *run, enum drift_normalizer id)
{
    return (run->opts->normalizers >> id) & 1u;
}
static inline bool drift_is_scalar(const struct sb_doc_node *n)
{
    return n->type != SB_DOC_LIST && n->type != SB_DOC_MAP;
}
/* Known scalars of one type, written the same: equal under any normaliser. */
static inline bool drift_same_scalar(const struct sb_doc_node *a, const struct sb_doc_node *b)
{
    if (a->type != b->type || !drift_is_scalar(a) || ((a->flags | b->flags) & SB_DOC_UNKNOWN))
        return false;
    if (a->type == SB_DOC_BOOL)
        return sb_doc_is_true(a) == sb_doc_is_true(b);
    return a->type == SB_DOC_NULL || sb_str_eq(sb_doc_str(a), sb_doc_str(b));
}

/* --- compare.c --- */
/* Charges n visits; false when the run has failed or is over its budget. */
bool drift_visit(struct drift_run *run, uint64_t n);
/* Both sides are there. */
void drift_compare_values(struct drift_run *run, struct drift_frame *f);
/* null, an empty list, an empty map, a map of nothing else: as good as absent, while that normaliser
 * is on. */
bool drift_is_nothing(const struct drift_run *run, const struct sb_doc_node *n);

/* --- maps.c --- */
/* The members of both maps; `skip` is left out (a template's count), NULL: none. */
void drift_compare_maps(struct drift_run *run, struct drift_frame *f,
                        const struct sb_doc_key *skip);
/* The frame of the member `key` with its values, either of which may be NULL. */
struct drift_frame drift_member(struct drift_run *run, struct drift_frame *f,
                                const struct sb_doc_key *key, const struct sb_doc_node *plan,
                                const struct sb_doc_node *actual);

/* --- frame.c --- */
const struct drift_step *drift_frame_path(struct drift_run *run, struct drift_frame *f);
/* What people call the step, kept as long as the findings. */
struct sb_str drift_step_name(struct drift_run *run, const struct drift_step *step, bool on_plan);
/* One finding at the frame; note may be NULL. The values need not be the frame's. */
void drift_add(struct drift_run *run, struct drift_frame *f, enum drift_kind kind,
               const struct sb_doc_node *expected, const struct sb_doc_node *actual,
               const char *note);
/* The step was renamed: expected and actual are the names, as strings. */
void drift_add_rename(struct drift_run *run, struct drift_frame *f);
/* The member that names the frame's map, when it was renamed and one member alone names it; NULL: none.
 * The finding of the rename says how it changed. */
const struct sb_doc_key *drift_name_key(const struct drift_frame *f);
/* The frame's value stands on one side only: counts resources and reports, in a collection or a
 * set one finding an element, otherwise one for all of it. */
void drift_one_sided(struct drift_run *run, struct drift_frame *f, const char *note);
void drift_limit(struct drift_run *run, struct drift_frame *f, const char *what);
/* Text of a scalar as paths and notes show it: long ones are cut and get a hash, the secret part of a
 * text is left out. */
void drift_put_scalar(struct sb_buf *b, const struct sb_doc_node *n);

/* --- resource.c --- */
/* Sets step.resource, step.collection and role of a child of `up`. */
void drift_place(const struct drift_run *run, const struct drift_frame *up, struct drift_frame *f);
/* Counts the resources at and below a value that stands on one side only. */
void drift_count_one_sided(struct drift_run *run, const struct drift_frame *f);

/* --- secret.c --- */
#define DRIFT_HIDDEN "(sensitive)" /* what paths and notes have in place of a secret */
enum drift_secrecy { DRIFT_NAME_NEUTRAL, DRIFT_NAME_SECRET, DRIFT_NAME_HARMLESS };
/* What a key's name says about its value: password is secret, password_policy is harmless. */
enum drift_secrecy drift_name_secrecy(struct sb_str name);
/* A text that has a secret in it: "DB_PASSWORD=x", "--token=x", "https://user:x@host". Where the secret
 * begins; 0: nowhere. */
size_t drift_secret_part(struct sb_str text);
/* Whether the value at the frame must be masked. */
bool drift_frame_secret(struct drift_run *run, const struct drift_frame *f);
/* Marks secret values below n; true when there is one. */
bool drift_mark_secrets(struct drift_run *run, const struct sb_doc_node *n);

/* --- values.c --- */
/* Scalars of any types; equal in meaning under the active normalisers. */
bool drift_scalars_equal(const struct drift_run *run, const struct sb_doc_node *a,
                         const struct sb_doc_node *b, unsigned flags);
/* Equal scalars, also those equal but for a remark, have equal hashes. */
uint64_t drift_scalar_hash(const struct drift_run *run, const struct sb_doc_node *n,
                           unsigned flags);
/* Equal scalars have equal hashes, and only they: a remark counts as part of the value. */
struct drift_hash128 drift_scalar_hash128(const struct drift_run *run, const struct sb_doc_node *n,
                                          unsigned flags);
/* "VALUE (free text)" gives VALUE; false when there is no remark. */
bool drift_without_remark(struct sb_str s, struct sb_str *ret);

/* A number without a fraction; false for anything else, also NULL. */
bool drift_to_int(const struct sb_doc_node *n, int64_t *ret);

/* --- tree_hash.c --- */
/* Equal in meaning: equal hashes (but where a remark or a server's default decides). */
uint64_t drift_hash(struct drift_run *run, const struct sb_doc_node *n, unsigned flags);

/* --- kubernetes.c --- */
bool drift_is_k8s_object(const struct drift_run *run, const struct sb_doc_node *n);
/* Flags of the member `key` of a map that has `flags`. */
unsigned drift_k8s_below(unsigned flags, struct sb_str key);
/* A field that means nothing on either side. */
bool drift_k8s_dropped(unsigned flags, struct sb_str key);

/* --- kubernetes_defaults.c --- */
/* A planned value that says nothing, so that the server does not keep it. */
bool drift_k8s_omitted(struct sb_str parent, const struct sb_doc_member *member);
/* An object that the cluster made by itself, or for another one: nobody plans a Deployment's pods. */
bool drift_k8s_made(const struct drift_run *run, const struct sb_doc_node *object);
/* The member (actual side) of a spec is a number of replicas that an autoscaler in the plan may set. */
bool drift_k8s_autoscaled(const struct drift_run *run, const struct drift_frame *spec,
                          const struct sb_doc_member *member);
/* A field that the server sets by itself when the plan says nothing. */
bool drift_k8s_filled(const struct drift_run *run, unsigned flags, struct sb_str parent,
                      const struct sb_doc_node *map, const struct sb_doc_member *member);

/* --- terraform.c --- */
/* The member of the frame's map means nothing, or its finding is another member's too. */
bool drift_tf_dropped(const struct drift_run *run, const struct drift_frame *f,
                      const struct sb_doc_key *key);

/* --- iam.c --- */
/* When both values are IAM policy documents, also as JSON in strings: canonical trees of them. */
bool drift_iam_policies(struct drift_run *run, const struct sb_doc_node *plan,
                        const struct sb_doc_node *actual, const struct sb_doc_node **ret_plan,
                        const struct sb_doc_node **ret_actual);

/* --- lists.c --- */
struct drift_pairing {
    uint32_t *actual_of; /* by plan index; DRIFT_NOWHERE: missing */
    bool *plan_renamed;  /* by plan index: the pair's identifiers differ; or NULL */
    bool *taken;         /* by actual index */
    uint32_t n_moved;    /* ordered lists: pairs out of order, when nothing else differs */
    uint32_t moved;      /* the plan index of the one that moved, when n_moved is 1 */
    uint32_t n_plan, n_actual;
};
void drift_pair(struct drift_pairing *p, uint32_t plan, uint32_t actual);
/* The lists at the frame; one of them may be absent. */
void drift_compare_lists(struct drift_run *run, struct drift_frame *f);
/* The rule for the frame's list, or NULL. */
const struct drift_list_rule *drift_rule_at(struct drift_run *run, struct drift_frame *f);

/* --- keys.c --- */
/* Finds what identifies the elements (all maps) of both lists and pairs by it. True: naming and
 * pairs are set. False: nothing was paired; naming may still hold a field to call elements by. */
bool drift_pair_by_key(struct drift_run *run, const struct sb_doc_node *plan,
                       const struct sb_doc_node *actual, const struct drift_list_rule *rule,
                       struct drift_naming *naming, struct drift_pairing *p);
/* The value of a key field, or NULL when it is absent or no scalar. */
const struct sb_doc_node *drift_key_value(struct drift_run *run, const struct drift_key *key,
                                          size_t field, const struct sb_doc_node *element);

/* --- ordered.c --- */
void drift_pair_in_order(struct drift_run *run, struct drift_frame *f, struct drift_pairing *p);

/* --- similar.c --- */
struct drift_rest { /* what is still to be paired: values, and the caller's index of each */
    const struct sb_doc_node **nodes;
    uint32_t *index;
    uint32_t n;
};
/* Reports a pair by the caller's indexes. */
typedef void drift_pair_fn(void *ctx, uint32_t plan, uint32_t actual);
/* Pairs what is equal, each in order, and leaves the rest in plan and actual. Scalars are equal then;
 * collections are as good as, and are still to be compared. */
void drift_pair_identical(struct drift_run *run, struct drift_rest *plan, struct drift_rest *actual,
                          unsigned flags, drift_pair_fn *pair, void *ctx);
/* Pairs collections that are alike, cheapest assignment first. `strict`: only what is nearly the
 * same (a rename). */
void drift_pair_similar(struct drift_run *run, struct drift_frame *f, struct drift_rest *plan,
                        struct drift_rest *actual, bool strict, drift_pair_fn *pair, void *ctx);

/* --- assign.c --- */
/* Cheapest assignment of every row to a column of its own (rows <= columns), by shortest augmenting
 * paths (Kuhn 1955, Jonker and Volgenant 1987): O(rows^2 x columns). cost[row * columns + column]. */
void drift_assign(const uint32_t *cost, uint32_t rows, uint32_t columns, uint32_t *ret_column);

/* --- fleet.c --- */
/* A template with a count on the plan against named members: compares and returns true. */
bool drift_fleet(struct drift_run *run, struct drift_frame *f);
/* The same for a template of which nothing stands on the actual side: all N are missing, and none when
 * N is 0. A size alone counts nothing as long as no members are seen. */
bool drift_fleet_missing(struct drift_run *run, struct drift_frame *f);

#endif
