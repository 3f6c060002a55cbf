/* Equal in meaning is equal: the named normalisers. Each can be turned off; `drift normalizers` prints
 * this table. */
#ifndef DRIFT_NORMALIZE_H
#define DRIFT_NORMALIZE_H

#include "core/doc/doc.h"

/* identifier, name, what it holds equal */
/* clang-format off */
#define DRIFT_NORMALIZERS(X)                                                                       \
    X(NUMBERS, "numbers", "1, 1.0 and 1e0 are one number")                                         \
    X(QUANTITIES, "quantities", "Kubernetes quantities: 1000m = 1, 1.5Gi = 1536Mi")                \
    X(DURATIONS, "durations", "60s = 1m, PT1H = 1h")                                               \
    X(NULLS, "nulls", "null, an absent key, an empty list, a map that is empty or holds only such") \
    X(SETS, "sets",                                                                                \
      "the order of a list of scalars, except in commands and where --list says it counts")        \
    X(IAM_POLICIES, "iam-policies",                                                                \
      "IAM policy documents: JSON in a string, one or a list of one, order, an empty Sid")         \
    X(ARNS, "arns", "ARNs: case where AWS ignores it")                                             \
    X(K8S_DEFAULTS, "k8s-fields", "fields and objects that a Kubernetes cluster makes by itself")  \
    X(TF_FIELDS, "terraform-fields",                                                               \
      "Terraform: timeouts, times of last use, tags_all where tags say the same")                  \
    X(REMARKS, "remarks", "a person's remark behind a value: 'ami-1 (Ubuntu)' = 'ami-1'")
/* clang-format on */

#define DRIFT_NORMALIZER_ENUM(id, name, text) DRIFT_NORM_##id,
enum drift_normalizer { DRIFT_NORMALIZERS(DRIFT_NORMALIZER_ENUM) DRIFT_NORMALIZER_COUNT };
struct drift_normalizer_info {
    const char *name, *text;
};
extern const struct drift_normalizer_info drift_normalizers[]; /* by enum, ended by name == NULL */

#endif
