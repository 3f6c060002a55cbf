/* The table of normalisers. */
#include "applets/drift/normalize.h"

#define INFO(id, name, text) {name, text},
const struct drift_normalizer_info drift_normalizers[] = {DRIFT_NORMALIZERS(INFO){NULL, NULL}};
