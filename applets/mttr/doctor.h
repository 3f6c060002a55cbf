/* mttr doctor: findings, the commands that mend them, their forms. */
#ifndef MTTR_DOCTOR_H
#define MTTR_DOCTOR_H

#include "applets/mttr/diagnosis.h"

struct mttr_examination {
    const char *store; /* --store, repeated in the commands; NULL: not given */
    struct mttr_filter filter;
    struct mttr_incidents set;
    struct mttr_diagnosis diagnosis;
};

/* Appends the command for one case, fit for a shell and to be shown; TIME and NAME stand for what somebody
 * has to know. Nothing where none helps. */
void mttr_doctor_command(const struct mttr_examination *x, enum mttr_ailment what,
                         const struct mttr_case *c, struct sb_buf *b);
/* What is to be known before that command is run; "" = nothing. */
const char *mttr_doctor_advice(enum mttr_ailment what);

void mttr_doctor_text(const struct mttr_examination *x, int width, struct sb_buf *out);
void mttr_doctor_json(const struct mttr_examination *x, struct sb_buf *out);

#endif
