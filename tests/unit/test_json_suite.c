/* JSONTestSuite (https://github.com/nst/JSONTestSuite) where it lies: y_ files are accepted, n_ files
 * refused with a position, i_ files as the table says. Speaks TAP by itself: one point a file. */
#include "core/doc/json.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The files the RFC leaves open. Numbers keep their text, whatever their size; what cannot be UTF-8
 * is refused; depth up to 1,024 and one byte order mark are fine. */
static const struct {
    const char *name;
    bool accept;
} choices[] = {
    {"i_number_double_huge_neg_exp.json", true},
    {"i_number_huge_exp.json", false}, /* its exponent has more than 18 digits */
    {"i_number_neg_int_huge_exp.json", true},
    {"i_number_pos_double_huge_exp.json", true},
    {"i_number_real_neg_overflow.json", true},
    {"i_number_real_pos_overflow.json", true},
    {"i_number_real_underflow.json", true},
    {"i_number_too_big_neg_int.json", true},
    {"i_number_too_big_pos_int.json", true},
    {"i_number_very_big_negative_int.json", true},
    {"i_object_key_lone_2nd_surrogate.json", false},
    {"i_string_1st_surrogate_but_2nd_missing.json", false},
    {"i_string_1st_valid_surrogate_2nd_invalid.json", false},
    {"i_string_UTF-16LE_with_BOM.json", false},
    {"i_string_UTF-8_invalid_sequence.json", false},
    {"i_string_UTF8_surrogate_U+D800.json", false},
    {"i_string_incomplete_surrogate_and_escape_valid.json", false},
    {"i_string_incomplete_surrogate_pair.json", false},
    {"i_string_incomplete_surrogates_escape_valid.json", false},
    {"i_string_invalid_lonely_surrogate.json", false},
    {"i_string_invalid_surrogate.json", false},
    {"i_string_invalid_utf-8.json", false},
    {"i_string_inverted_surrogates_U+1D11E.json", false},
    {"i_string_iso_latin_1.json", false},
    {"i_string_lone_second_surrogate.json", false},
    {"i_string_lone_utf8_continuation_byte.json", false},
    {"i_string_not_in_unicode_range.json", false},
    {"i_string_overlong_sequence_2_bytes.json", false},
    {"i_string_overlong_sequence_6_bytes.json", false},
    {"i_string_overlong_sequence_6_bytes_null.json", false},
    {"i_string_truncated-utf-8.json", false},
    {"i_string_utf16BE_no_BOM.json", false},
    {"i_string_utf16LE_no_BOM.json", false},
    {"i_structure_500_nested_arrays.json", true},
    {"i_structure_UTF-8_BOM_empty_object.json", true},
};

static int points, failures, choices_seen;

static void point(bool ok, const char *name, const struct sb_error *e)
{
    printf("%sok %d - %s\n", ok ? "" : "not ", ++points, name);
    if (!ok) {
        printf("# %u:%u: %s\n", e->line, e->column, e->text);
        failures++;
    }
}

/* 1 accept, 0 refuse, -1 unknown. The duplicates in two y_ files are for readers that keep the last:
 * ours must be told to. */
static int expected(const char *name)
{
    if (name[0] == 'y' || name[0] == 'n')
        return name[0] == 'y';
    for (size_t i = 0; i < SB_LEN(choices); i++) {
        if (strcmp(choices[i].name, name) == 0) {
            choices_seen++;
            return choices[i].accept;
        }
    }
    return -1;
}

static void run_file(const char *folder, const char *name)
{
    char path[4096];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    struct sb_doc_pool *pool = sb_doc_pool_new();
    struct sb_json_options keep = {.keep_last = true};
    struct sb_doc_text text;
    struct sb_doc_node *root = NULL;
    struct sb_error e = {.code = SB_OK};
    int rc = sb_doc_text_read(pool, path, NULL, &text, &e);
    if (rc == 0)
        rc = sb_json_read(pool, &text, &keep, &root, &e);
    bool explained = rc == 0 || (e.line && e.column && e.text[0] && e.file[0] && !root);
    point(expected(name) == (rc == 0) && explained, name, &e);
    if (strncmp(name, "y_object_duplicated", 19) == 0)
        point(sb_json_read(pool, &text, NULL, &root, &e) == -SB_EINPUT && e.line == 1,
              "... which the default refuses", &e);
    sb_doc_pool_free(pool);
}

int main(void)
{
    const char *suites = getenv("SB_SUITES"), *src = getenv("SB_SRC");
    char folder[3000];
    if (suites)
        snprintf(folder, sizeof folder, "%s/json-parsing/test_parsing", suites);
    else
        snprintf(folder, sizeof folder, "%s/../shared/suites/json-parsing/test_parsing",
                 src ? src : ".");
    DIR *dir = opendir(folder);
    if (!dir) {
        printf("ok 1 # SKIP no JSONTestSuite in %s\n1..1\n", folder);
        return 0;
    }
    struct dirent *entry;
    while ((entry = readdir(dir)))
        if (strstr(entry->d_name, ".json"))
            run_file(folder, entry->d_name);
    closedir(dir);
    struct sb_error none = {.code = SB_OK};
    point(choices_seen == SB_LEN(choices), "every choice was met", &none);
    printf("1..%d\n", points);
    return failures != 0;
}
