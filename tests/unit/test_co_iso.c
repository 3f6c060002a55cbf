/* The tests of test_co.c, compiled with the strict ISO C dispatch. */
#define SB_CO_ISO 1
#define TEST_CO_NAME "co, ISO C"
#include "tests/unit/test_co.c"
