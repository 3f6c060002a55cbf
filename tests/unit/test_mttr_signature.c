/* Signatures of webhooks: the tools' published examples, several secrets in turn, and what is not right. */
#include "applets/mttr/signature.h"
#include "tests/unit/unit.h"

#define GITHUB_SECRET \
    "It's a Secret to Everybody" /* GitHub's documentation, "Validating webhook deliveries" */
#define GITHUB_TAG "757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17"
#define OTHER_TAG "8d0ec2c6dbcd4c1a0b7f1cbbd7bcc0e0ee0fdb77f3b8fa4cbf0a3e0e4f0d1a2b"
/* The Standard Webhooks libraries' own example. */
#define STANDARD_SECRET "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
#define STANDARD_TAG "g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
#define STANDARD_TIME INT64_C(1614265330)
#define S INT64_C(1000000000)

static enum mttr_signature check(enum mttr_scheme scheme, const char *secret, const char *header,
                                 const char *body, int64_t now)
{
    struct sb_hmac *key = NULL;
    struct sb_error e = {0};
    const struct mttr_signed message = {
        .body = sb_str(body),
        .signature = header ? sb_str(header) : (struct sb_str){NULL, 0},
        .id = SB_STR("msg_p5jXN8AQM9LWM0D4loKWxJek"),
        .timestamp = SB_STR("1614265330"),
    };
    ck_assert_int_eq(mttr_signature_key(scheme, sb_str(secret), &key, &e), 0);
    enum mttr_signature r = mttr_signature_check(scheme, key, &message, now);
    sb_hmac_free(key);
    return r;
}

static enum mttr_signature github(const char *header, const char *body)
{
    return check(MTTR_SIGNED_GITHUB, GITHUB_SECRET, header, body, 0);
}

START_TEST(published_examples)
{
    ck_assert_int_eq(github("sha256=" GITHUB_TAG, "Hello, World!"), MTTR_SIGNATURE_RIGHT);
    ck_assert_int_eq(check(MTTR_SIGNED_STANDARD, STANDARD_SECRET, "v1," STANDARD_TAG,
                           "{\"test\": 2432232314}", STANDARD_TIME * S),
                     MTTR_SIGNATURE_RIGHT);
    ck_assert_int_eq(
        check(MTTR_SIGNED_PAGERDUTY, GITHUB_SECRET, "v1=" GITHUB_TAG, "Hello, World!", 0),
        MTTR_SIGNATURE_RIGHT);
}
END_TEST

START_TEST(one_of_several)
{
    ck_assert_int_eq(check(MTTR_SIGNED_PAGERDUTY, GITHUB_SECRET, "v1=" OTHER_TAG ", v1=" GITHUB_TAG,
                           "Hello, World!", 0),
                     MTTR_SIGNATURE_RIGHT);
    ck_assert_int_eq(
        check(MTTR_SIGNED_PAGERDUTY, GITHUB_SECRET, "v9=x,v1=" OTHER_TAG, "Hello, World!", 0),
        MTTR_SIGNATURE_WRONG);
    ck_assert_int_eq(check(MTTR_SIGNED_STANDARD, STANDARD_SECRET,
                           "v1a,zzz v1," STANDARD_TAG " v1,short", "{\"test\": 2432232314}",
                           STANDARD_TIME * S),
                     MTTR_SIGNATURE_RIGHT);
}
END_TEST

START_TEST(wrong)
{
    ck_assert_int_eq(github("sha256=" GITHUB_TAG, "Hello, World"), MTTR_SIGNATURE_WRONG);
    ck_assert_int_eq(github("sha256=" OTHER_TAG, "Hello, World!"), MTTR_SIGNATURE_WRONG);
    ck_assert_int_eq(check(MTTR_SIGNED_GITHUB, "another", "sha256=" GITHUB_TAG, "Hello, World!", 0),
                     MTTR_SIGNATURE_WRONG);
}
END_TEST

START_TEST(not_signed)
{
    static const char *const headers[] = {
        NULL,
        "",
        ",",
        "sha256",
        "sha256=",
        "sha1=" GITHUB_TAG,
        GITHUB_TAG,
        "sha256=" GITHUB_TAG "00",
        "sha256=zz7107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17"};
    for (size_t i = 0; i < SB_LEN(headers); i++)
        ck_assert_int_eq(github(headers[i], "Hello, World!"), MTTR_SIGNATURE_NONE);
}
END_TEST

START_TEST(of_another_time)
{
    const char *body = "{\"test\": 2432232314}", *header = "v1," STANDARD_TAG;
    const int64_t at = STANDARD_TIME * S, edge = MTTR_SIGNATURE_AGE;
    ck_assert_int_eq(check(MTTR_SIGNED_STANDARD, STANDARD_SECRET, header, body, at + edge),
                     MTTR_SIGNATURE_RIGHT);
    ck_assert_int_eq(check(MTTR_SIGNED_STANDARD, STANDARD_SECRET, header, body, at + edge + S),
                     MTTR_SIGNATURE_OLD);
    ck_assert_int_eq(check(MTTR_SIGNED_STANDARD, STANDARD_SECRET, header, body, at - edge - S),
                     MTTR_SIGNATURE_OLD);
}
END_TEST

START_TEST(secrets)
{
    struct sb_hmac *key = NULL;
    struct sb_error e = {0};
    ck_assert_int_lt(
        mttr_signature_key(MTTR_SIGNED_STANDARD, SB_STR("whsec_not base64!"), &key, &e), 0);
    ck_assert_ptr_null(key);
    ck_assert_int_eq(mttr_signature_key(MTTR_SIGNED_STANDARD, SB_STR("a plain one"), &key, &e), 0);
    sb_hmac_free(key);
}
END_TEST

UNIT_MAIN("mttr-signature", published_examples, one_of_several, wrong, not_signed, of_another_time,
          secrets)
