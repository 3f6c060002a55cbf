/* A tree under change that shares what is not touched with the tree it came from. Private to the
 * patches of core/doc.
 *
 * A container is copied the first time something in it changes; from then on the copy is changed in
 * place, until a `copy` operation makes it appear in two places. Invariants: a fresh container is
 * reachable by one path only, and so are all containers above it; nothing with an id below `first` is
 * ever changed; nodes stay well-formed at all times. No other code looks members up in a fresh map,
 * because the pool's index of a map expects it to stay as it is. */
#ifndef SB_DOC_PATCH_TREE_H
#define SB_DOC_PATCH_TREE_H

#include "core/base/vec.h"
#include "core/doc/doc.h"

#define SB_PATCH_MAX_DEPTH 1024u

struct patch_slot { /* of a map's own index */
    const struct sb_doc_key *key;
    uint32_t at; /* where the member stood when it was entered: it can only have moved down */
};

struct patch_fresh { /* what is known about a copy */
    struct sb_doc_node *node;
    uint32_t room;    /* items or members its array can take */
    bool shared;      /* not to be changed any longer */
    uint32_t removed; /* members taken out since the index was made */
    uint32_t used;    /* slots */
    size_t n_slots;   /* a power of two, or 0 = no index */
    struct patch_slot *slots;
};

struct patch_tree {
    struct sb_doc_pool *pool;
    struct sb_doc_node *root;
    uint32_t first;                 /* node ids from here on are copies made here */
    SB_VEC(struct patch_fresh) all; /* by id - first */
    uint64_t budget;                /* nodes and array places that may still be made */
};

/* Where an operation acts. */
struct patch_place {
    struct sb_doc_node *parent; /* fresh if it is a container */
    struct sb_str at, token;    /* pointer of the parent; the last step, unescaped */
};

void patch_tree_init(struct patch_tree *t, struct sb_doc_pool *pool, struct sb_doc_node *root);
void patch_tree_done(struct patch_tree *t);

/* Reads: the node at a pointer. *ret_secret is set when it or something above it is secret. */
int patch_tree_get(struct patch_tree *t, struct sb_str pointer, struct sb_doc_node **ret,
                   bool *ret_secret, struct sb_error *e);
/* Makes everything above the pointer's last step ready for a change. pointer is not empty. */
int patch_tree_open(struct patch_tree *t, struct sb_str pointer, struct patch_place *ret,
                    struct sb_error *e);

/* Changes, as RFC 6902 wants them. ret_old may be NULL. */
int patch_tree_add(struct patch_tree *t, const struct patch_place *place, struct sb_doc_node *value,
                   struct sb_error *e);
int patch_tree_replace(struct patch_tree *t, const struct patch_place *place,
                       struct sb_doc_node *value, struct sb_error *e);
int patch_tree_remove(struct patch_tree *t, const struct patch_place *place,
                      struct sb_doc_node **ret_old, struct sb_error *e);

/* Counts the values in a tree against the budget, and refuses what would stand deeper than
 * SB_PATCH_MAX_DEPTH when put at a depth. share: it will appear in two places from now on. */
int patch_tree_measure(struct patch_tree *t, const struct sb_doc_node *value, size_t depth,
                       bool share, struct sb_error *e);

/* The member of a map for a value that may stand in another file than the map. */
struct sb_doc_member patch_member(const struct sb_doc_node *map, const struct sb_doc_key *key,
                                  struct sb_doc_node *value);
/* What one application may make: bounds copy bombs, and lets every readable document be patched. */
uint64_t patch_budget(const struct sb_doc_pool *pool);

#endif
