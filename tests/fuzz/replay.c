/* Runs a fuzz target over its corpus in the normal test run, speaking TAP: one point a file of
 * tests/fuzz/corpus/<target>/ and tests/fuzz/crashers/<target>/. With arguments: over those files. */
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int count;

static void replay(const char *path, const char *name)
{
    FILE *f = fopen(path, "rb");
    uint8_t *data = NULL;
    size_t len = 0, cap = 0, n = 1;
    while (f && n) {
        if (len == cap) {
            cap = cap ? cap * 2 : 4096;
            data = realloc(data, cap);
            if (!data)
                abort();
        }
        n = fread(data + len, 1, cap - len, f);
        len += n;
    }
    if (f) {
        uint8_t *exact = malloc(len ? len : 1); /* so that ASan sees the first byte past the end */
        if (!exact)
            abort();
        if (len)
            memcpy(exact, data, len);
        fclose(f);
        LLVMFuzzerTestOneInput(exact, len);
        free(exact);
    }
    free(data);
    printf("%s %d - %s\n", f ? "ok" : "not ok", ++count, name);
    fflush(stdout);
}

static void replay_folder(const char *folder, const char *target)
{
    const char *src = getenv("SB_SRC");
    char path[4096];
    snprintf(path, sizeof path, "%s/tests/fuzz/%s/%s", src ? src : ".", folder, target);
    DIR *dir = opendir(path);
    struct dirent *entry;
    while (dir && (entry = readdir(dir))) {
        char file[8192];
        if (entry->d_name[0] == '.')
            continue;
        snprintf(file, sizeof file, "%s/%s", path, entry->d_name);
        replay(file, entry->d_name);
    }
    if (dir)
        closedir(dir);
}

int main(int argc, char **argv)
{
    const char *slash = strrchr(argv[0], '/');
    const char *name = slash ? slash + 1 : argv[0];
    for (int i = 1; i < argc; i++)
        replay(argv[i], argv[i]);
    if (argc == 1) {
        const char *target = strncmp(name, "fuzz_", 5) == 0 ? name + 5 : name;
        replay_folder("corpus", target);
        replay_folder("crashers", target);
    }
    if (count == 0)
        printf("not ok %d - no corpus for %s\n", ++count, name);
    printf("1..%d\n", count);
    return 0;
}
