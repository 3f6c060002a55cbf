/* applets/mttr: from the journal to incidents, against a plain model that asks of each event in turn. */
#include "applets/mttr/filter.h"
#include "applets/mttr/incident.h"
#include "applets/mttr/rule.h"
#include "core/stat/rng.h"
#include "tests/unit/store_unit.h"

enum { ROUNDS = 250, EVENTS = 28, NAMES = 4, LABELS = 4 };

static const char rules_text[] = "rules:\n"
                                 "  - match: [n0, 'n1*']\n"
                                 "    service: shop\n"
                                 "    severity: sev9\n"
                                 "    window: 4s\n"
                                 "  - {match: n2, service: pay, team: payers, window: 0s}\n";

/* ---- random events ---- */

struct sample {
    enum sb_event_kind kind;
    int64_t at;
    int name, subject, corrects; /* incident, node; -1: none */
    const char *source;
    int said[LABELS]; /* service, severity, team, title: which one, -1: nothing */
    int actor_type;   /* -1, 0 = machine, 1 = person */
    int64_t id;       /* in the journal */
};
static const char *const labels[LABELS] = {"service", "severity", "team", "title"};

static int below(struct sb_rng *r, uint64_t n)
{
    return (int)(sb_rng_next(r) % n);
}

static void make(struct sb_rng *r, struct sample *s, int place)
{
    static const enum sb_event_kind kinds[] = {
        SB_EVENT_IMPACT_START, SB_EVENT_DETECTED,  SB_EVENT_ALERTED,  SB_EVENT_ACKED,
        SB_EVENT_WORK_STARTED, SB_EVENT_RESTORED,  SB_EVENT_RESTORED, SB_EVENT_REOPENED,
        SB_EVENT_CLOSED,       SB_EVENT_BEAT_LOST, SB_EVENT_NOTE,     SB_EVENT_IMPACT_START};
    static const char *const sources[] = {"heartbeat", "heartbeat", "mttr", "pagerduty"};
    *s = (struct sample){.kind = kinds[below(r, SB_LEN(kinds))],
                         .at = below(r, 12),
                         .name = below(r, 10) ? below(r, NAMES) : -1,
                         .subject = below(r, 4) - 1,
                         .corrects = place && !below(r, 4) ? below(r, (uint64_t)place) : -1,
                         .source = sources[below(r, SB_LEN(sources))],
                         .actor_type = below(r, 4) ? -1 : below(r, 2)};
    if (s->corrects >= 0 && !below(r, 2))
        s->kind = SB_EVENT_RETRACTED;
    for (int k = 0; k < LABELS; k++)
        s->said[k] = below(r, 5) ? -1 : below(r, 3);
}

static void write_data(const struct sample *s, struct sb_buf *b)
{
    static const char *const types[] = {"machine", "person"};
    sb_buf_puts(b, "{\"raw\":{\"title\":\"no\",\"list\":[1,\"}\\\"\"]}");
    for (int k = 0; k < LABELS; k++)
        if (s->said[k] >= 0)
            sb_buf_printf(b, ",\"%s\":\"%s\\u002d%d\"", labels[k], labels[k], s->said[k]);
    if (s->actor_type >= 0)
        sb_buf_printf(b, ", \"actor_type\" : \"%s\"", types[s->actor_type]);
    sb_buf_puts(b, "}");
}

static void append(struct sb_store *store, struct sample *all, int place, int round)
{
    struct sample *s = &all[place];
    struct sb_buf data SB_CLEANUP(sb_buf_done) = SB_BUF_INIT(1024);
    struct sb_appended done;
    struct sb_error e;
    char name[32] = "", subject[32] = "";
    write_data(s, &data);
    if (s->name >= 0)
        snprintf(name, sizeof name, "r%d-%c", round, 'a' + s->name);
    if (s->subject >= 0)
        snprintf(subject, sizeof subject, "n%d", s->subject);
    const struct sb_event event = {.kind = s->kind,
                                   .at = (round * 100 + s->at) * SB_NS_PER_S,
                                   .incident = sb_str(name),
                                   .subject = sb_str(subject),
                                   .source = sb_str(s->source),
                                   .data = {data.data, data.len},
                                   .corrects = s->corrects < 0 ? 0 : all[s->corrects].id};
    OK(sb_journal_append(store, &event, &done, &e));
    s->id = done.id;
}

/* ---- the model ---- */

enum fate { STANDS, REPLACED, RETRACTED };

/* What became of event i: by the last that corrects it and was not retracted itself; where there is none,
 * by a later one that has the same target. */
static enum fate fate_of(const struct sample *s, int i)
{
    for (int k = EVENTS - 1; k > i; k--)
        if (s[k].corrects == i && fate_of(s, k) != RETRACTED)
            return s[k].kind == SB_EVENT_RETRACTED && fate_of(s, k) == STANDS ? RETRACTED
                                                                              : REPLACED;
    for (int k = i + 1; s[i].corrects >= 0 && k < EVENTS; k++)
        if (s[k].corrects == s[i].corrects && fate_of(s, k) != RETRACTED)
            return REPLACED;
    return STANDS;
}

static int name_of(const struct sample *s, int i)
{
    return s[i].name >= 0 || s[i].corrects < 0 ? s[i].name : name_of(s, s[i].corrects);
}

static int subject_of(const struct sample *s, int i)
{
    return s[i].subject >= 0 || s[i].corrects < 0 ? s[i].subject : subject_of(s, s[i].corrects);
}

static bool is_person(const struct sample *s)
{
    return s->actor_type >= 0 ? s->actor_type == 1 : strcmp(s->source, "mttr") == 0;
}

struct model {
    int events[EVENTS]; /* that stand, by time */
    int lane[EVENTS];   /* beside events */
    int n, lanes;
    int said[LABELS], subject, first; /* first written */
    struct mttr_spell spells[EVENTS];
    size_t n_spells;
    bool restored, closed;
};

static void model_events(const struct sample *s, int name, struct model *m)
{
    *m = (struct model){.lanes = 1, .said = {-1, -1, -1, -1}, .subject = -1, .first = -1};
    for (int i = 0; i < EVENTS; i++) {
        if (name_of(s, i) != name || fate_of(s, i) != STANDS || s[i].kind == SB_EVENT_RETRACTED)
            continue;
        int at = m->n++;
        for (; at > 0 && s[m->events[at - 1]].at > s[i].at; at--)
            m->events[at] = m->events[at - 1];
        m->events[at] = i;
        for (int k = 0; k < LABELS; k++)
            m->said[k] = s[i].said[k] >= 0 ? s[i].said[k] : m->said[k];
        m->subject = m->subject < 0 ? subject_of(s, i) : m->subject;
        m->first = m->first < 0 ? i : m->first;
    }
}

static bool any(const bool *open)
{
    return open[0] || open[1] || open[2] || open[3];
}

/* Who suffers is kept for each member, and looked at after each event. */
static void model_spells(const struct sample *s, int64_t base, struct model *m)
{
    bool open[NAMES] = {false}, begun[NAMES] = {false}, said = false;
    for (int i = 0; i < m->n; i++) {
        const struct sample *one = &s[m->events[i]];
        const int lane = m->lane[i];
        const int64_t at = (base + one->at) * SB_NS_PER_S;
        const bool before = any(open);
        struct mttr_spell *last = m->n_spells ? &m->spells[m->n_spells - 1] : NULL;
        bool exact = false;
        if (one->kind == SB_EVENT_IMPACT_START) {
            if (m->lanes == 1 && before && m->n_spells == 1 && last->lower_bound)
                *last = (struct mttr_spell){at, MTTR_NO_TIME, false};
            exact = open[lane] = begun[lane] = true;
        } else if (one->kind == SB_EVENT_REOPENED) {
            open[lane] = begun[lane] = true;
            m->closed = false;
        } else if (one->kind >= SB_EVENT_DETECTED && one->kind <= SB_EVENT_WORK_STARTED) {
            open[lane] = open[lane] || !begun[lane];
            begun[lane] = true;
        } else if (one->kind == SB_EVENT_RESTORED) {
            said = begun[lane] = true;
            open[lane] = false;
            for (int k = 0; k < NAMES && (m->lanes == 1 || is_person(one)); k++)
                open[k] = false;
        } else if (one->kind == SB_EVENT_CLOSED) {
            m->closed = true;
        }
        if (!before && any(open))
            m->spells[m->n_spells++] = (struct mttr_spell){at, MTTR_NO_TIME, !exact};
        if (before && !any(open))
            last->to = at;
    }
    m->restored = said && !any(open);
}

/* ---- comparing ---- */

static void same_label(struct sb_str got, const char *label, int which, const char *where)
{
    char want[32] = "";
    if (which >= 0)
        snprintf(want, sizeof want, "%s-%d", label, which);
    unit_require(sb_str_is(got, want), "%s: %s is %.*s, not %s", where, label, (int)got.len, got.p,
                 want);
}

static void same_steps(const struct mttr_incident *i, const struct sample *s, int64_t base,
                       const struct model *m, const char *where)
{
    for (unsigned kind = 1; kind < MTTR_STEPS; kind++) {
        int64_t first = MTTR_NO_TIME, last = MTTR_NO_TIME;
        for (int k = 0; k < m->n; k++) {
            const struct sample *one = &s[m->events[k]];
            if (one->kind != kind)
                continue;
            last = (base + one->at) * SB_NS_PER_S;
            first = first == MTTR_NO_TIME ? last : first;
        }
        if (kind == SB_EVENT_RESTORED && m->lanes > 1)
            continue; /* of a group: the ends of its spells */
        unit_require(i->first[kind] == first && i->last[kind] == last, "%s: %s", where,
                     sb_event_kind_name((enum sb_event_kind)kind));
    }
}

static void same(const struct mttr_incident *i, const struct sample *s, int64_t base,
                 const struct model *m, const char *where)
{
    unit_require(i->n_events == (size_t)m->n, "%s: %zu events, not %d", where, i->n_events, m->n);
    for (int k = 0; k < m->n; k++) {
        const struct sample *one = &s[m->events[k]];
        unit_require(i->events[k].id == one->id && i->events[k].kind == one->kind &&
                         i->events[k].person == is_person(one),
                     "%s: event %d", where, k);
    }
    unit_require(i->restored == m->restored && i->closed == m->closed, "%s: state", where);
    unit_require(i->n_spells == m->n_spells, "%s: %zu spells, not %zu", where, i->n_spells,
                 m->n_spells);
    for (size_t k = 0; k < m->n_spells; k++)
        unit_require(memcmp(&i->spells[k].from, &m->spells[k].from, 2 * sizeof(int64_t)) == 0 &&
                         i->spells[k].lower_bound == m->spells[k].lower_bound,
                     "%s: spell %zu", where, k);
    same_steps(i, s, base, m, where);
}

static const struct mttr_incident *find(const struct mttr_incidents *set, const char *id)
{
    for (size_t i = 0; i < set->list.len; i++)
        if (sb_str_is(set->list.items[i].id, id))
            return &set->list.items[i];
    return NULL;
}

static struct sample samples[ROUNDS][EVENTS];

static struct sb_store *fill(const char *folder, uint64_t seed)
{
    struct sb_rng rng;
    struct sb_error e;
    char path[PATH_MAX];
    ck_assert_int_lt(snprintf(path, sizeof path, "%s/journal.db", folder), PATH_MAX);
    struct sb_store *store = sb_store_new(path, &unit_options);
    sb_rng_init(&rng, seed);
    OK(sb_store_begin(store, &e));
    for (int round = 0; round < ROUNDS; round++)
        for (int i = 0; i < EVENTS; i++) {
            make(&rng, &samples[round][i], i);
            append(store, samples[round], i, round);
        }
    OK(sb_store_commit(store, &e));
    return store;
}

static void check_one(const struct mttr_incident *i, int round, int name, const char *where)
{
    const struct sample *s = samples[round];
    struct model m;
    model_events(s, name, &m);
    unit_require((i != NULL) == (m.n > 0), "%s: is %sthere", where, i ? "" : "not ");
    if (!i)
        return;
    model_spells(s, round * 100, &m);
    same(i, s, round * 100, &m, where);
    if (m.said[0] < 0 && m.subject >= 0) {
        char node[16];
        snprintf(node, sizeof node, "n%d", m.subject);
        unit_require(sb_str_is(i->service, node), "%s: service of its subject", where);
    } else {
        same_label(i->service, "service", m.said[0], where);
    }
    same_label(i->severity, "severity", m.said[1], where);
    same_label(i->team, "team", m.said[2], where);
    same_label(i->title, "title", m.said[3], where);
    unit_require(sb_str_is(i->source, s[m.first].source), "%s: source", where);
}

START_TEST(incidents_by_themselves)
{
    char folder[PATH_MAX];
    struct sb_store *store = fill(unit_folder(&folder), 1);
    const struct mttr_gathering how = {.texts = true};
    struct mttr_incidents set;
    struct sb_error e;
    OK(mttr_incidents_gather(store, &how, &set, &e));
    for (size_t i = 1; i < set.list.len; i++)
        ck_assert_int_le(set.list.items[i - 1].start, set.list.items[i].start);
    for (int round = 0; round < ROUNDS; round++) {
        for (int name = 0; name < NAMES; name++) {
            char id[32];
            snprintf(id, sizeof id, "r%d-%c", round, 'a' + name);
            check_one(find(&set, id), round, name, id);
            if (round % 8)
                continue;
            struct mttr_incidents alone;
            const struct mttr_gathering only = {.incident = sb_str(id)};
            OK(mttr_incidents_gather(store, &only, &alone, &e));
            ck_assert_uint_le(alone.list.len, 1);
            check_one(alone.list.len ? &alone.list.items[0] : NULL, round, name, id);
            mttr_incidents_done(&alone);
        }
    }
    mttr_incidents_done(&set);
    sb_store_free(store);
    unit_folder_done(folder);
}
END_TEST

/* ---- groups ---- */

static int rule_of(int subject)
{
    return subject < 0 ? -1 : subject < 2 ? 0 : subject == 2 ? 1 : -1;
}

/* The members of a round by rule, from the earliest; then each window from its first one. */
static void check_groups(const struct mttr_incidents *set, int round, size_t *ret_grouped)
{
    const struct sample *s = samples[round];
    struct model one[NAMES], group;
    bool done[NAMES] = {false};
    for (int k = 0; k < NAMES; k++)
        model_events(s, k, &one[k]);
    for (;;) {
        int first = -1;
        for (int k = 0; k < NAMES; k++) {
            const bool mine = !done[k] && one[k].n && rule_of(one[k].subject) >= 0 &&
                              strcmp(s[one[k].first].source, "heartbeat") == 0;
            if (!mine)
                continue;
            const int64_t at = s[one[k].events[0]].at;
            const int64_t best = first < 0 ? 0 : s[one[first].events[0]].at;
            if (first < 0 || at < best || (at == best && one[k].first < one[first].first))
                first = k;
        }
        if (first < 0)
            return;
        const int rule = rule_of(one[first].subject);
        const int64_t begin = s[one[first].events[0]].at, window = rule ? 0 : 4;
        int members[NAMES], n = 0;
        members[n++] = first;
        done[first] = true;
        for (int64_t at = begin; at < begin + window; at++)
            for (int written = 0; written < EVENTS; written++)
                for (int k = 0; k < NAMES; k++)
                    if (!done[k] && one[k].n && one[k].first == written &&
                        rule_of(one[k].subject) == rule && s[one[k].events[0]].at == at &&
                        strcmp(s[one[k].first].source, "heartbeat") == 0) {
                        members[n++] = k;
                        done[k] = true;
                    }
        group = (struct model){.lanes = n};
        for (int64_t at = 0; at < 12; at++)
            for (int i = 0; i < EVENTS; i++)
                for (int k = 0; k < n; k++)
                    for (int j = 0; j < one[members[k]].n; j++)
                        if (one[members[k]].events[j] == i && s[i].at == at) {
                            group.lane[group.n] = k;
                            group.events[group.n++] = i;
                        }
        model_spells(s, round * 100, &group);
        char id[32];
        snprintf(id, sizeof id, "r%d-%c", round, 'a' + first);
        const struct mttr_incident *i = find(set, id);
        unit_require(i != NULL, "%s: is not there", id);
        unit_require(i->members == (size_t)n, "%s: %zu members, not %d", id, i->members, n);
        same(i, s, round * 100, &group, id);
        unit_require(sb_str_is(i->service, rule ? "pay" : "shop"), "%s: service", id);
        unit_require(i->severity.len || rule, "%s: severity", id);
        for (int k = 1; k < n; k++) {
            snprintf(id, sizeof id, "r%d-%c", round, 'a' + members[k]);
            unit_require(!find(set, id), "%s: is there by itself", id);
            unit_require(sb_str_is(i->member_ids[k], id), "%s: is member %d", id, k);
        }
        *ret_grouped += n > 1;
    }
}

START_TEST(incidents_in_groups)
{
    char folder[PATH_MAX];
    struct sb_store *store = fill(unit_folder(&folder), 2);
    struct mttr_rules *rules = NULL;
    struct mttr_incidents set;
    struct sb_error e;
    size_t grouped = 0;
    OK(mttr_rules_read_text("rules", rules_text, sizeof rules_text - 1, &rules, &e));
    const struct mttr_gathering how = {.rules = rules};
    OK(mttr_incidents_gather(store, &how, &set, &e));
    mttr_rules_free(rules); /* what is gathered does not need them */
    for (int round = 0; round < ROUNDS; round++)
        check_groups(&set, round, &grouped);
    ck_assert_uint_gt(grouped, ROUNDS / 10);
    mttr_incidents_done(&set);
    sb_store_free(store);
    unit_folder_done(folder);
}
END_TEST

START_TEST(rules_that_are_wrong)
{
    static const struct {
        const char *text, *says;
    } wrong[] = {
        {"rules: [{service: a}]", "what it is about"},
        {"rules: [{match: 'a*'}]", "names no service"},
        {"rules: [{match: a, service: b, windw: 5m}]", "window"},
        {"rules: [{match: a, service: b, window: 8d}]", "7d"},
        {"rules: [{match: a, service: b, window: -1s}]", "window"},
        {"rules: [{match: a, service: ''}]", "1 to 200"},
        {"rules: {match: a}", "list"},
        {"rule: []", "rules"},
        {"- 1", ""},
        {"", ""},
    };
    for (size_t i = 0; i < SB_LEN(wrong); i++) {
        struct mttr_rules *rules = NULL;
        struct sb_error e = {.text = ""};
        int code =
            mttr_rules_read_text("rules.yaml", wrong[i].text, strlen(wrong[i].text), &rules, &e);
        unit_require(code == -SB_EINPUT && !rules, "%s: %d", wrong[i].text, code);
        unit_require(strstr(e.text, wrong[i].says) || strstr(e.hint, wrong[i].says),
                     "%s: says %s (%s)", wrong[i].text, e.text, e.hint);
    }
}
END_TEST

UNIT_MAIN("mttr-gather", incidents_by_themselves, incidents_in_groups, rules_that_are_wrong)
