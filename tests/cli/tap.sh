#!/bin/sh
# The tests' own library: what is misspelt fails, what fails is counted, a skip says why.
. "$SB_SRC/tests/lib/tap.sh"

# inner TEXT: a test of its own with these lines.
inner() {
    # shellcheck disable=SC2016 # for the inner test
    printf '%s\n' '. "$SB_SRC/tests/lib/tap.sh"' "$1" >inner.sh
    run sh inner.sh
}

inner 'pass one
run false
expect_code "two" 1
echo a word >&2
done_testing'
expect_code "a test that is well" 0
out_has "is counted" "1..2"
err_is "its words arrive" "a word"

inner 'pass one
expect_cod "two" 1
done_testing'
expect_code "a misspelt assertion is no silence" 1
out_has "it is a failure of its own" "not ok 2 - every command of the test is there"
out_has "and is named" "expect_cod"
err_has "on stderr, too" "expect_cod"

inner '(expect_cod "two" 1) || pass one
done_testing'
expect_code "nor within parentheses" 1

inner 'run no_such_program
expect_code "a program under test that is not there" 127
done_testing'
expect_code "is for the test to judge" 0

inner 'is "one" 1 2
done_testing'
expect_code "a failed assertion" 1
out_has "says what it got" "# got:    1"

inner 'run echo one two
out_has "all are there" one two
out_has "not all are there" one three
out_lacks "it is not there" three
done_testing'
expect_code "one of several texts" 1
out_has "fails when it is the last" "ok 1 - all are there" "not ok 2 - not all are there" "# lacks: three" "ok 3"

inner 'skip_all "nothing to see"'
expect_code "a skip is no failure" 0
out_is "and has its reason" "1..0 # SKIP nothing to see"

inner 'echo a word >&2
kill -TERM $$
sleep 1'
expect_code "a test that is ended" 99
err_has "gives its words back" "a word"
done_testing
