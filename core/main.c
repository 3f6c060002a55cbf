/* The program: the table of applets, made from applets/applets.def, and the door that runs them. */
#include "core/applet.h"
#include "core/ui/door.h"

/* An applet that is left out keeps its line, so that the door can say why it is not there. */
#define APPLET(ident, name, summary, needs) extern const struct sb_applet ident##_applet;
#include "applets/applets.def"
#undef APPLET

const struct sb_applet_entry sb_applets[] = {
#define APPLET(ident, name, summary, needs) \
    {name, summary, needs, HAVE_APPLET_##ident ? &ident##_applet : NULL},
#include "applets/applets.def"
#undef APPLET
    {NULL, NULL, 0, NULL}};

int main(int argc, char **argv)
{
    return sb_door(sb_applets, argc, argv);
}
