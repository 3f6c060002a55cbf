/* The user's own example, finding by finding. */
#include "tests/unit/drift_unit.h"

static char *example(const char *name)
{
    const char *src = getenv("SB_SRC");
    struct sb_buf path = SB_BUF_INIT(4096), text = SB_BUF_INIT(1u << 20);
    char chunk[4096];
    size_t n;
    sb_buf_printf(&path, "%s/contrib/examples/%s", src ? src : ".", name);
    FILE *f = fopen(path.data, "r");
    ck_assert_msg(f != NULL, "%s", path.data);
    while ((n = fread(chunk, 1, sizeof chunk, f)) > 0)
        sb_buf_put(&text, chunk, n);
    fclose(f);
    sb_buf_done(&path);
    return sb_buf_take(&text);
}

static void compare_seed(struct drift_unit *u)
{
    char *plan = example("infrastructure-plan.yaml");
    char *actual = example("infrastructure-actual.yaml");
    unit_open(u);
    unit_compare(u, plan, actual);
    free(plan);
    free(actual);
}

START_TEST(test_seed_findings)
{
    struct drift_unit u;
    compare_seed(&u);
    unit_expect_lines(
        &u, "count /production/web_servers/count\n"
            "extra /production/web_servers/server_1/security_groups/[=allow-mysql-3306]\n"
            "extra /production/web_servers/server_1/security_groups/[=allow-all-from-office]\n"
            "extra /production/web_servers/server_1/notes\n"
            "changed /production/web_servers/server_2/type\n"
            "changed /production/web_servers/server_2/ami\n"
            "missing /production/web_servers/server_2/security_groups/[=allow-ssh-from-vpn]\n"
            "extra /production/web_servers/server_2/security_groups/[=custom-sg-12345]\n"
            "extra /production/web_servers/server_2/notes\n"
            "missing /production/web_servers/server_3/security_groups/[=allow-ssh-from-vpn]\n"
            "extra /production/web_servers/server_3/security_groups/[=allow-ssh-from-anywhere]\n"
            "extra /production/web_servers/server_3/custom_packages/[=ffmpeg]\n"
            "extra /production/web_servers/server_3/custom_packages/[=imagemagick]\n"
            "extra /production/web_servers/server_3/notes\n"
            "extra /production/web_servers/server_4\n"
            "changed /production/database/type\n"
            "changed /production/database/engine\n"
            "changed /production/database/backup\n"
            "changed /production/database/multi_az\n"
            "extra /production/database/manual_changes/[=max_connections increased to 500]\n"
            "extra /production/database/manual_changes/[=shared_buffers modified]\n"
            "extra /production/database/manual_changes/[=Custom performance tuning]\n"
            "changed /production/load_balancer/listeners/[port=443]/certificate\n"
            "extra /production/load_balancer/listeners/[port=8080]\n"
            "extra /production/load_balancer/listeners/[port=9000]\n"
            "changed /production/s3_buckets/[name=prod-assets]/versioning\n"
            "changed /production/s3_buckets/[name=prod-assets]/encryption\n"
            "extra /production/s3_buckets/[name=prod-backups]\n"
            "extra /production/s3_buckets/[name=temp-test-bucket]\n"
            "extra /production/iam_roles/[=admin-emergency-role]\n"
            "extra /production/iam_roles/[=bob-test-role]\n"
            "extra /production/iam_roles/[=contractor-access]\n"
            "extra /production/iam_roles/[=temp-role-123]\n");
    unit_done(&u);
}
END_TEST

static const struct drift_finding *finding(const struct drift_unit *u, enum drift_kind kind,
                                           const char *identity)
{
    for (size_t i = 0; i < u->findings.list.len; i++) {
        const struct drift_finding *f = &u->findings.list.items[i];
        struct sb_buf b = SB_BUF_INIT(4096);
        drift_path_identity(&b, f->path);
        bool same = f->kind == kind && !strcmp(b.data, identity);
        sb_buf_done(&b);
        if (same)
            return f;
    }
    ck_abort_msg("no such finding: %s", identity);
    return NULL;
}

static void expect_path(const struct drift_finding *f, const char *plan, const char *actual,
                        const char *resource, const char *attribute)
{
    struct sb_buf b[4] = {SB_BUF_INIT(4096), SB_BUF_INIT(4096), SB_BUF_INIT(4096),
                          SB_BUF_INIT(4096)};
    drift_path_pointer(&b[0], f->path, true);
    drift_path_pointer(&b[1], f->path, false);
    drift_path_resource(&b[2], f->path);
    drift_path_attribute(&b[3], f->path);
    ck_assert_str_eq(b[0].data, plan);
    ck_assert_str_eq(b[1].data, actual);
    ck_assert_str_eq(b[2].data ? b[2].data : "", resource);
    ck_assert_str_eq(b[3].data ? b[3].data : "", attribute);
    for (size_t i = 0; i < SB_LEN(b); i++)
        sb_buf_done(&b[i]);
}

START_TEST(test_seed_fleet)
{
    struct drift_unit u;
    compare_seed(&u);
    const struct drift_finding *count = finding(&u, DRIFT_COUNT, "/production/web_servers/count");
    ck_assert(sb_str_is(sb_doc_str(count->expected), "3"));
    ck_assert(sb_str_is(sb_doc_str(count->actual), "4"));
    ck_assert_str_eq(count->note,
                     "server_4 is the extra: it has nothing in common with the template; "
                     "server_2 shares security_groups allow-http-443");
    ck_assert_uint_eq(count->plan_at.line, 8);
    const struct drift_finding *extra =
        finding(&u, DRIFT_EXTRA, "/production/web_servers/server_4");
    ck_assert_str_eq(extra->note, count->note);
    ck_assert_ptr_null(extra->expected);
    ck_assert_uint_eq(extra->actual->count, 3);
    unit_done(&u);
}
END_TEST

START_TEST(test_seed_paths)
{
    struct drift_unit u;
    compare_seed(&u);
    expect_path(finding(&u, DRIFT_CHANGED, "/production/web_servers/server_2/type"),
                "/production/web_servers/type", "/production/web_servers/server_2/type",
                "web_servers/server_2", "type");
    expect_path(finding(&u, DRIFT_EXTRA, "/production/web_servers/server_4"),
                "/production/web_servers/server_4", "/production/web_servers/server_4",
                "web_servers/server_4", "");
    expect_path(
        finding(&u, DRIFT_CHANGED, "/production/load_balancer/listeners/[port=443]/certificate"),
        "/production/load_balancer/listeners/0/certificate",
        "/production/load_balancer/listeners/0/certificate", "load_balancer",
        "listeners[port=443].certificate");
    expect_path(finding(&u, DRIFT_EXTRA, "/production/s3_buckets/[name=prod-backups]"),
                "/production/s3_buckets/1", "/production/s3_buckets/1", "s3_buckets/prod-backups",
                "");
    expect_path(finding(&u, DRIFT_EXTRA, "/production/iam_roles/[=bob-test-role]"),
                "/production/iam_roles/3", "/production/iam_roles/3", "iam_roles/bob-test-role",
                "");
    unit_done(&u);
}
END_TEST

START_TEST(test_seed_coverage)
{
    struct drift_unit u;
    compare_seed(&u);
    ck_assert_uint_eq(u.findings.coverage.managed, 8); /* 3 servers, db, lb, a bucket, 2 roles */
    ck_assert_uint_eq(u.findings.coverage.unmanaged, 7);
    ck_assert_uint_eq(u.findings.coverage.missing, 0);
    ck_assert_uint_eq(u.findings.coverage.unchecked, 0);
    ck_assert_uint_eq(u.findings.limits.len, 0);
    unit_done(&u);
}
END_TEST

START_TEST(test_remarks_off)
{
    struct drift_unit u;
    char *plan = example("infrastructure-plan.yaml"), *actual;
    actual = example("infrastructure-actual.yaml");
    unit_open(&u);
    u.opts.normalizers &= ~(1u << DRIFT_NORM_REMARKS);
    unit_compare(&u, plan, actual);
    finding(&u, DRIFT_CHANGED, "/production/web_servers/server_1/ami");
    finding(&u, DRIFT_CHANGED, "/production/web_servers/server_3/ami");
    unit_done(&u);
    free(plan);
    free(actual);
}
END_TEST

UNIT_MAIN("drift_seed", test_seed_findings, test_seed_fleet, test_seed_paths, test_seed_coverage,
          test_remarks_off)
