/* The door: finds the applet by argv[0] or by name and runs it. */
#include "core/applet.h"

int main(int argc, char **argv)
{
    (void)argc;
    (void)argv;
    return 127;
}
