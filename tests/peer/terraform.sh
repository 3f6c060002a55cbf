#!/bin/sh
# States and plans as Terraform or OpenTofu writes them today.
. "$SB_SRC/tests/lib/tap.sh"
. "$SB_SRC/tests/lib/terraform.sh"

have jq || skip_all "jq is not installed"
if have tofu; then tool=tofu; elif have terraform; then tool=terraform; else
    skip_all "neither tofu nor terraform is installed (Debian has no package of them)"
fi
run terraform_make "$tool"
expect_code "$tool makes states and a plan" 0
terraform_check .
done_testing
