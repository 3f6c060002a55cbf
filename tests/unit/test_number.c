/* core/doc/number and quantity: exact decimals against plain references. */
#include "core/doc/number.h"
#include "tests/unit/unit.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>

static uint64_t state = 88172645463325252u;

static uint32_t any(uint32_t below)
{
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return (uint32_t)((state >> 33) % below);
}

/* The reference: the number written out in full around a fixed point. */
enum { PLACES = 120, POINT = 60 };
struct plain {
    int sign;
    char digits[PLACES + 1];
};

/* Random text, and the same number in full, made from the same choices. */
static void make(char *text, struct plain *ret)
{
    char digits[32];
    int whole = (int)any(8), part = (int)any(8), exponent = (int)any(31) - 15, nonzero = 0;
    if (whole + part == 0)
        whole = 1;
    for (int i = 0; i < whole + part; i++) {
        digits[i] = (char)('0' + (any(3) ? any(10) : 0));
        nonzero |= digits[i] != '0';
    }
    int sign = any(2) ? -1 : 1, at = 0;
    if (sign < 0)
        text[at++] = '-';
    else if (any(4) == 0)
        text[at++] = '+';
    memcpy(text + at, digits, (size_t)whole);
    at += whole;
    if (part || any(5) == 0)
        text[at++] = '.';
    memcpy(text + at, digits + whole, (size_t)part);
    at += part;
    if (any(2)) {
        const char *sign_text = exponent < 0 ? "-" : any(2) ? "+" : "";
        snprintf(text + at, 16, "%c%s%0*d", any(2) ? 'e' : 'E', sign_text, any(3) ? 1 : 4,
                 abs(exponent));
    } else {
        text[at] = '\0';
        exponent = 0;
    }
    memset(ret->digits, '0', PLACES);
    ret->digits[PLACES] = '\0';
    memcpy(ret->digits + POINT - exponent - whole, digits, (size_t)(whole + part));
    ret->sign = nonzero ? sign : 0;
}

static int plain_cmp(const struct plain *a, const struct plain *b)
{
    if (a->sign != b->sign)
        return a->sign < b->sign ? -1 : 1;
    int order = strcmp(a->digits, b->digits) * a->sign;
    return (order > 0) - (order < 0);
}

static struct sb_number number(const char *text)
{
    struct sb_number n;
    unit_require(sb_number_parse(sb_str(text), &n), "%s", text);
    return n;
}

static void check_one(const char *text, const struct plain *p, const struct sb_number *n)
{
    int64_t got = 7;
    char whole[POINT + 2] = "", *end;
    bool integer = strspn(p->digits + POINT, "0") == PLACES - POINT;
    unit_require(sb_number_is_integer(n) == integer, "%s", text);
    unit_require(n->negative == (p->sign < 0), "%s", text);
    whole[0] = p->sign < 0 ? '-' : '+';
    memcpy(whole + 1, p->digits, POINT);
    errno = 0;
    long long want = strtoll(whole, &end, 10);
    bool fits = integer && errno == 0;
    unit_require(sb_number_to_int64(n, &got) == fits, "%s", text);
    unit_require(!fits ? got == 7 : got == want, "%s", text);
    char full[PLACES + 3];
    snprintf(full, sizeof full, "%s%.*s.%s", p->sign < 0 ? "-" : "", POINT, p->digits,
             p->digits + POINT);
    unit_require(fabs(sb_number_to_double(n) - strtod(full, NULL)) <= 0, "%s", text);
}

START_TEST(numbers_agree_with_numbers_written_out)
{
    for (int i = 0; i < 300000; i++) {
        char a_text[64], b_text[64];
        struct plain a, b;
        make(a_text, &a);
        make(b_text, &b);
        struct sb_number x = number(a_text), y = number(b_text);
        int want = plain_cmp(&a, &b);
        unit_require(sb_number_cmp(&x, &y) == want, "%s and %s", a_text, b_text);
        unit_require(sb_number_cmp(&y, &x) == -want, "%s and %s", a_text, b_text);
        unit_require((sb_number_hash(&x, 1) == sb_number_hash(&y, 1)) == (want == 0), "%s %s",
                     a_text, b_text);
        check_one(a_text, &a, &x);
    }
}
END_TEST

START_TEST(equal_values_are_equal_however_written)
{
    static const char *const same[][2] = {
        {"1", "1.0"},
        {"1", "10e-1"},
        {"-0", "0"},
        {"0e5", "0.000"},
        {"+1", "1."},
        {".5", "5e-1"},
        {"0x1F", "31"},
        {"0o17", "15"},
        {"010", "10"},
        {"1e0001", "10"},
        {"0xfF", "0.255e3"},
        {"0x0", "-0.0"},
        {"0x64", "1e2"},
        {"1e999999999999999999", "10e999999999999999998"},
        {"0.00000001", "1e-8"},
        {"0xFFFFFFFFFFFFFFFF", "18446744073709551615"},
        {"123456789012345678901234567890", "12345678901234567890123456789e1"},
    };
    for (size_t i = 0; i < SB_LEN(same); i++) {
        struct sb_number a = number(same[i][0]), b = number(same[i][1]);
        unit_require(sb_number_cmp(&a, &b) == 0, "%s %s", same[i][0], same[i][1]);
        ck_assert_uint_eq(sb_number_hash(&a, 5), sb_number_hash(&b, 5));
    }
}
END_TEST

START_TEST(what_is_no_number_is_refused)
{
    static const char *const bad[] = {
        "",
        "-",
        "+",
        ".",
        "e5",
        "1e",
        "1e+",
        "1.2.3",
        "1 ",
        " 1",
        "--1",
        "0x",
        "0o",
        "0o8",
        "-0x1",
        "0X1F",
        "1_000",
        "1,5",
        ".e1",
        "inf",
        "nan",
        "0xG",
        "1e5.",
        "0x1p3",
        "1e1e1",
        "0x1FFFFFFFFFFFFFFFF",
        "0o2000000000000000000000",
        "1e1000000000000000000",
        "1e99999999999999999999999999",
        "1f",
        "0x1.8",
        "\xD9\xA1",
    };
    struct sb_number n;
    for (size_t i = 0; i < SB_LEN(bad); i++)
        unit_require(!sb_number_parse(sb_str(bad[i]), &n), "%s", bad[i]);
    ck_assert(!sb_number_parse((struct sb_str){"1\0", 2}, &n));
    static char text[SB_NUMBER_MAX_TEXT + 1];
    memset(text, '9', sizeof text);
    ck_assert(sb_number_parse((struct sb_str){text, SB_NUMBER_MAX_TEXT}, &n));
    ck_assert_double_eq(sb_number_to_double(&n), HUGE_VAL);
    ck_assert(!sb_number_parse((struct sb_str){text, SB_NUMBER_MAX_TEXT + 1}, &n));
}
END_TEST

START_TEST(integers_keep_their_edges)
{
    static const struct {
        const char *text;
        bool fits;
        int64_t value;
    } cases[] = {
        {"9223372036854775807", true, INT64_MAX},     {"9223372036854775808", false, 0},
        {"-9223372036854775808", true, INT64_MIN},    {"-9223372036854775809", false, 0},
        {"9.223372036854775807e18", true, INT64_MAX}, {"9223372036854775807.0", true, INT64_MAX},
        {"9223372036854775806.5", false, 0},          {"1e19", false, 0},
        {"1e18", true, 1000000000000000000},          {"1e999999999999999999", false, 0},
        {"1e-999999999999999999", false, 0},          {"0e999999999999999999", true, 0},
        {"0x7FFFFFFFFFFFFFFF", true, INT64_MAX},      {"0x8000000000000000", false, 0},
        {"99999999999999999999", false, 0},           {"-0", true, 0},
    };
    for (size_t i = 0; i < SB_LEN(cases); i++) {
        struct sb_number n = number(cases[i].text);
        int64_t got = 0;
        unit_require(sb_number_to_int64(&n, &got) == cases[i].fits, "%s", cases[i].text);
        ck_assert_int_eq(got, cases[i].value);
    }
}
END_TEST

START_TEST(huge_exponents_stay_apart)
{
    struct sb_number a = number("1e999999999999999999"), b = number("9e999999999999999998"),
                     c = number("-1e999999999999999999"), d = number("1e-999999999999999999");
    ck_assert_int_eq(sb_number_cmp(&a, &b), 1);
    ck_assert_int_eq(sb_number_cmp(&c, &b), -1);
    ck_assert_int_eq(sb_number_cmp(&d, &b), -1);
    ck_assert(sb_number_is_integer(&a) && !sb_number_is_integer(&d));
    ck_assert_double_eq(sb_number_to_double(&c), -HUGE_VAL);
    ck_assert_double_eq(sb_number_to_double(&d), 0);
}
END_TEST

static void prints(double value, const char *want)
{
    struct sb_buf b = SB_BUF_INIT(100);
    sb_number_print_double(&b, value);
    ck_assert_str_eq(b.data, want);
    sb_buf_done(&b);
}

START_TEST(doubles_print_short_and_read_back)
{
    prints(0.1, "0.1");
    prints(0.1 + 0.2, "0.30000000000000004");
    prints(1e300, "1e+300");
    prints(5e-324, "4.94065645841247e-324");
    prints(-2, "-2");
    prints(9007199254740993.0, "9007199254740992");
    for (int i = 0; i < 100000; i++) {
        uint64_t bits = (uint64_t)any(UINT32_MAX) << 32 | any(UINT32_MAX);
        double value;
        memcpy(&value, &bits, sizeof value);
        if (!isfinite(value))
            continue;
        struct sb_buf b = SB_BUF_INIT(100);
        sb_number_print_double(&b, value);
        unit_require(fabs(strtod(b.data, NULL) - value) <= 0, "%s", b.data);
        sb_buf_done(&b);
    }
}
END_TEST

static FILE *open_cases(void)
{
    const char *src = getenv("SB_SRC");
    char path[4096];
    snprintf(path, sizeof path, "%s/tests/unit/quantity.txt", src ? src : ".");
    FILE *f = fopen(path, "r");
    unit_require(f != NULL, "%s", path);
    return f;
}

START_TEST(quantities_agree_with_exact_fractions)
{
    FILE *f = open_cases();
    char line[512], text[256], want[256];
    int cases = 0;
    while (fgets(line, sizeof line, f)) {
        char got[64] = "bad";
        struct sb_quantity q;
        if (line[0] == '#' || sscanf(line, "%255s %255s", text, want) != 2)
            continue;
        if (sb_quantity_parse(sb_str(text), &q)) {
            char digits[40];
            snprintf(digits, sizeof digits, "%" PRId64 "%09u", q.units, (unsigned)q.nanos);
            const char *p = digits + strspn(digits, "0");
            snprintf(got, sizeof got, "%s%s", q.negative ? "-" : "", *p ? p : "0");
        }
        unit_require(strcmp(got, want) == 0, "%s: %s, not %s", text, got, want);
        cases++;
    }
    fclose(f);
    ck_assert_int_gt(cases, 450);
}
END_TEST

static int order(const char *a, const char *b)
{
    struct sb_quantity x, y;
    ck_assert(sb_quantity_parse(sb_str(a), &x) && sb_quantity_parse(sb_str(b), &y));
    ck_assert_int_eq(sb_quantity_cmp(&x, &y), -sb_quantity_cmp(&y, &x));
    return sb_quantity_cmp(&x, &y);
}

START_TEST(quantities_compare_exactly)
{
    ck_assert_int_eq(order("1.5Gi", "1536Mi"), 0);
    ck_assert_int_eq(order("0.5", "500m"), 0);
    ck_assert_int_eq(order("1000m", "1"), 0);
    ck_assert_int_eq(order("-0", "0"), 0);
    ck_assert_int_eq(order("1E", "1E3"), 1);
    ck_assert_int_eq(order("1Gi", "1G"), 1);
    ck_assert_int_eq(order("-1Gi", "-1G"), -1);
    ck_assert_int_eq(order("-1n", "1n"), -1);
    ck_assert_int_eq(order("9007199254740993", "9007199254740992"), 1);
    ck_assert_int_eq(order("0.1n", "1n"), 0); /* both a nano */
}
END_TEST

START_TEST(long_quantities_cost_no_more_than_their_text)
{
    static char text[SB_NUMBER_MAX_TEXT];
    struct sb_quantity q;
    memset(text, '0', sizeof text);
    text[1] = '.';
    memcpy(text + sizeof text - 3, "1Ei", 3);
    ck_assert(sb_quantity_parse((struct sb_str){text, sizeof text}, &q));
    ck_assert(q.units == 0 && q.nanos == 1);
    memset(text, '9', sizeof text);
    ck_assert(!sb_quantity_parse((struct sb_str){text, sizeof text}, &q));
    text[0] = '.';
    ck_assert(sb_quantity_parse((struct sb_str){text, sizeof text}, &q));
    ck_assert(q.units == 1 && q.nanos == 0);
    ck_assert(sb_quantity_parse(sb_str("1e-999999999999999999"), &q));
    ck_assert(q.units == 0 && q.nanos == 1);
    ck_assert(!sb_quantity_parse(SB_STR(""), &q));
}
END_TEST

UNIT_MAIN("number", numbers_agree_with_numbers_written_out, equal_values_are_equal_however_written,
          what_is_no_number_is_refused, integers_keep_their_edges, huge_exponents_stay_apart,
          doubles_print_short_and_read_back, quantities_agree_with_exact_fractions,
          quantities_compare_exactly, long_quantities_cost_no_more_than_their_text)
