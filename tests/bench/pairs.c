/* Makes a pair of documents for measuring: a plan and what became of it.
 *
 *   pairs KIND FORMAT ELEMENTS CHANGED_PERCENT SEED PLAN ACTUAL
 *
 * KIND: services (a list of maps with a name, some 210 bytes each), shuffled (the same, the actual
 * side in random order), unkeyed (maps without any identifying field, in random order), scalars (a
 * list of strings, in random order). Each value changes with the given probability. FORMAT: yaml or json. Same arguments, same bytes. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static uint64_t state;

static uint64_t next(void) /* xorshift64*, Vigna 2016 */
{
    state ^= state >> 12;
    state ^= state << 25;
    state ^= state >> 27;
    return state * UINT64_C(2685821657736338717);
}

static unsigned below(unsigned n)
{
    return (unsigned)(next() >> 33) % n;
}

struct service {
    unsigned id, major, minor, replicas, port, cpu, memory, zone, public;
};

static const char *const zones[] = {"eu-west-1", "us-east-1", "ap-south-1"};

/* Each value of the service changes with the given probability. */
static void change(struct service *s, unsigned percent)
{
    s->minor += below(100) < percent;
    s->replicas += below(100) < percent;
    s->port += below(100) < percent;
    s->cpu += below(100) < percent ? 50 : 0;
    s->memory *= below(100) < percent ? 2 : 1;
    s->zone = below(100) < percent ? (s->zone + 1) % 3 : s->zone;
    s->public ^= below(100) < percent;
}

static void print_yaml(FILE *f, const char *kind, const struct service *s)
{
    if (strcmp(kind, "scalars") == 0) {
        fprintf(f, "  - group-%u-allow-%u\n", s->id, s->minor);
        return;
    }
    if (strcmp(kind, "unkeyed") == 0)
        fprintf(f, "  - zone: %s\n", zones[s->zone]);
    else
        fprintf(f, "  - name: svc-%06u\n    zone: %s\n", s->id, zones[s->zone]);
    fprintf(f, "    image: registry/app:%u.%u\n    replicas: %u\n    port: %u\n", s->major,
            s->minor, s->replicas, s->port);
    fprintf(f, "    limits:\n      cpu: %um\n      memory: %uMi\n    public: %s\n", s->cpu,
            s->memory, s->public ? "true" : "false");
    fprintf(f, "    groups:\n      - https\n      - team-%u\n", s->id % 50);
}

static void print_json(FILE *f, const char *kind, const struct service *s)
{
    if (strcmp(kind, "scalars") == 0) {
        fprintf(f, "\"group-%u-allow-%u\"", s->id, s->minor);
        return;
    }
    fputc('{', f);
    if (strcmp(kind, "unkeyed") != 0)
        fprintf(f, "\n      \"name\": \"svc-%06u\",", s->id);
    fprintf(f, "\n      \"zone\": \"%s\",", zones[s->zone]);
    fprintf(f, "\n      \"image\": \"registry/app:%u.%u\",\n      \"replicas\": %u,", s->major,
            s->minor, s->replicas);
    fprintf(f, "\n      \"port\": %u,\n      \"limits\": {\"cpu\": \"%um\", \"memory\": \"%uMi\"},",
            s->port, s->cpu, s->memory);
    fprintf(f, "\n      \"public\": %s,\n      \"groups\": [\"https\", \"team-%u\"]\n    }",
            s->public ? "true" : "false", s->id % 50);
}

static int write_side(const char *path, const char *kind, const char *format,
                      const struct service *all, const unsigned *order, unsigned n)
{
    FILE *f = fopen(path, "w");
    int json = strcmp(format, "json") == 0;
    if (!f) {
        perror(path);
        return 1;
    }
    fputs(json ? "{\n  \"services\": [\n    " : "services:\n", f);
    for (unsigned i = 0; i < n; i++) {
        if (json && i)
            fputs(",\n    ", f);
        (json ? print_json : print_yaml)(f, kind, &all[order[i]]);
    }
    fputs(json ? "\n  ]\n}\n" : "", f);
    return fclose(f) != 0;
}

static void shuffle(unsigned *order, unsigned n)
{
    for (unsigned i = n; i > 1; i--) {
        unsigned j = below(i), t = order[i - 1];
        order[i - 1] = order[j];
        order[j] = t;
    }
}

int main(int argc, char **argv)
{
    if (argc != 8) {
        fputs("usage: pairs services|shuffled|unkeyed|scalars yaml|json ELEMENTS CHANGED_PERCENT "
              "SEED PLAN ACTUAL\n",
              stderr);
        return 2;
    }
    unsigned n = (unsigned)strtoul(argv[3], NULL, 10);
    unsigned percent = (unsigned)strtoul(argv[4], NULL, 10);
    state = strtoull(argv[5], NULL, 10) * UINT64_C(0x9e3779b97f4a7c15) + 1;
    struct service *all = calloc(n + 1, sizeof *all);
    unsigned *order = calloc(n + 1, sizeof *order);
    if (!all || !order)
        return 2;
    for (unsigned i = 0; i < n; i++) {
        order[i] = i;
        all[i] = (struct service){.id = i, .major = 1 + below(4), .minor = below(40000)};
        all[i].replicas = 1 + below(9);
        all[i].port = 8000 + below(1000);
        all[i].cpu = 50 * (1 + below(20));
        all[i].memory = 64u << below(6);
        all[i].zone = below(3);
        all[i].public = below(2);
    }
    int failed = write_side(argv[6], argv[1], argv[2], all, order, n);
    for (unsigned i = 0; i < n; i++)
        change(&all[i], percent);
    if (strcmp(argv[1], "services") != 0)
        shuffle(order, n);
    failed |= write_side(argv[7], argv[1], argv[2], all, order, n);
    free(all);
    free(order);
    return failed ? 2 : 0;
}
