/* The tests of test_co_save.c, compiled with the strict ISO C dispatch. */
#define SB_CO_ISO 1
#define TEST_CO_NAME "co, saving, ISO C"
#include "tests/unit/test_co_save.c"
