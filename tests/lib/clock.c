/* Answers questions on zones and schedules, one a line, so that peers can be asked the same
 * (tests/peer/zones.py, schedules.py). Times are seconds since the epoch; "none" when there is none,
 * "error: ..." when it was refused.
 *
 *   offset ZONE TIME                       offset is_dst abbreviation
 *   local ZONE Y M D h m s                 unique|gap|overlap first last change
 *   changes ZONE FROM UNTIL                the instants of changes in (FROM, UNTIL]
 *   next COUNT AFTER ZONE EXPRESSION       cron or calendar; "-" for no zone
 *   previous COUNT BEFORE ZONE EXPRESSION */
#include "applets/heartbeat/schedule.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

static struct sb_zone *zone;
static char zone_name[256];

/* The last zone is kept: questions come in bunches. */
static bool load(const char *name)
{
    struct sb_error e;
    if (zone && strcmp(zone_name, name) == 0)
        return true;
    sb_zone_free(zone);
    zone = NULL;
    snprintf(zone_name, sizeof zone_name, "%s", name);
    if (sb_zone_load(sb_str(name), &zone, &e) == 0)
        return true;
    printf("error: %s (%s)\n", e.text, e.hint);
    return false;
}

static void print_time(int64_t ns)
{
    int64_t second = ns / SB_NS_PER_S - (ns % SB_NS_PER_S < 0);
    printf("%" PRId64, second);
    if (ns != second * SB_NS_PER_S)
        printf(".%06d", (int)((ns - second * SB_NS_PER_S) / 1000));
}

static void answer_offset(char *rest)
{
    char name[256];
    int64_t at;
    const char *abbr;
    bool dst;
    if (sscanf(rest, "%255s %" SCNd64, name, &at) != 2 || !load(name))
        return;
    int32_t offset = sb_zone_offset(zone, at * SB_NS_PER_S, &abbr, &dst);
    printf("%d %d %s\n", (int)offset, dst, abbr);
}

static void answer_local(char *rest)
{
    static const char *const fits[] = {"unique", "gap", "overlap"};
    char name[256];
    struct sb_civil c = {0};
    struct sb_zone_local at;
    if (sscanf(rest, "%255s %" SCNd64 " %d %d %d %d %d", name, &c.year, &c.month, &c.day, &c.hour,
               &c.minute, &c.second) != 7 ||
        !load(name))
        return;
    sb_zone_local(zone, &c, &at);
    printf("%s ", fits[at.fit]);
    print_time(at.first);
    printf(" ");
    print_time(at.last);
    printf(" ");
    print_time(at.change);
    printf("\n");
}

static void answer_changes(char *rest)
{
    char name[256];
    int64_t at, until;
    if (sscanf(rest, "%255s %" SCNd64 " %" SCNd64, name, &at, &until) != 3 || !load(name))
        return;
    at *= SB_NS_PER_S;
    while (sb_zone_next_change(zone, at, &at) && at <= until * SB_NS_PER_S) {
        print_time(at);
        printf(" ");
    }
    printf("\n");
}

static void answer_schedule(char *rest, bool back)
{
    char name[256];
    int count, used = 0;
    int64_t at;
    struct heartbeat_schedule *s;
    struct sb_error e;
    if (sscanf(rest, "%d %" SCNd64 " %255s %n", &count, &at, name, &used) != 3)
        return;
    struct sb_str text = sb_str(rest + used);
    struct heartbeat_schedule_spec spec = {.kind = heartbeat_schedule_kind_of(text),
                                           .text = text,
                                           .zone = sb_str(strcmp(name, "-") == 0 ? "" : name)};
    if (heartbeat_schedule_new(&spec, &s, &e) < 0) {
        printf("error: %s (%s)\n", e.text, e.hint);
        return;
    }
    at *= SB_NS_PER_S;
    bool more = true;
    for (int i = 0; i < count && more; i++) {
        more = back ? heartbeat_schedule_previous(s, at, &at) : heartbeat_schedule_next(s, at, &at);
        if (more)
            print_time(at);
        printf(more ? " " : "none");
    }
    printf("\n");
    heartbeat_schedule_free(s);
}

int main(void)
{
    char line[4096];
    while (fgets(line, sizeof line, stdin)) {
        char *rest = strchr(line, ' ');
        line[strcspn(line, "\n")] = '\0';
        if (!rest)
            continue;
        *rest++ = '\0';
        if (strcmp(line, "offset") == 0)
            answer_offset(rest);
        else if (strcmp(line, "local") == 0)
            answer_local(rest);
        else if (strcmp(line, "changes") == 0)
            answer_changes(rest);
        else if (strcmp(line, "next") == 0 || strcmp(line, "previous") == 0)
            answer_schedule(rest, line[0] == 'p');
    }
    sb_zone_free(zone);
    return 0;
}
