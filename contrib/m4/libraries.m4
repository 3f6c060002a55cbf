# SB_LOAD_LATE(NAME, FUNCTION, LIBS, SHORT): how the program gets at a library. Linked, SB_LINK_LIBS has
# it; otherwise SB_SONAME_NAME is the name under which the linker would have recorded lib<SHORT>, and
# core/base/library.c loads it when it is first needed. SB_LATE_LIBS has it in both cases, for tests
# that call what the program does not.
AC_DEFUN([SB_LOAD_LATE_INIT], [
  AC_ARG_ENABLE([linked-libraries],
    [AS_HELP_STRING([--enable-linked-libraries],
      [link libcurl, libmicrohttpd, OpenSSL, GnuTLS and SQLite, instead of loading each when it is
       first needed (default: only with -static in LDFLAGS)])],
    [], [case " $LDFLAGS $CC " in *" -static "*|*" -static-pie "*) enable_linked_libraries=yes ;;
         *) enable_linked_libraries=no ;; esac])
  AS_IF([test "$enable_linked_libraries" = no], [
    AC_SEARCH_LIBS([dlopen], [dl], [],
      [AC_MSG_ERROR([there is no dlopen: configure with --enable-linked-libraries])])
    AC_CHECK_TOOLS([READELF], [readelf llvm-readelf eu-readelf], [no])
    AS_IF([test "$READELF" = no],
      [AC_MSG_ERROR([readelf (binutils) is needed to find names of libraries: install it, or configure with --enable-linked-libraries])])])
  AS_IF([test "$enable_linked_libraries" = no], [sb_linked=0], [sb_linked=1])
  AC_DEFINE_UNQUOTED([SB_LINKED_LIBRARIES], [$sb_linked],
    [Libraries are linked, none is loaded when it is first needed])
  SB_LINK_LIBS= SB_LATE_LIBS= sb_late=
  AC_SUBST([SB_LINK_LIBS])
  AC_SUBST([SB_LATE_LIBS])
])
AC_DEFUN([SB_LOAD_LATE], [
  SB_LATE_LIBS="$SB_LATE_LIBS $3"
  AS_IF([test "$enable_linked_libraries" != no], [SB_LINK_LIBS="$SB_LINK_LIBS $3"], [
    AC_MSG_CHECKING([under which name to load lib$4])
    sb_saved_LIBS=$LIBS
    LIBS="-Wl,--no-as-needed $3 $LIBS" sb_soname=
    AC_LINK_IFELSE([AC_LANG_CALL([], [$2])],
      [sb_soname=$("$READELF" -d conftest$EXEEXT |
         sed -n 's/.*NEEDED.*\(lib$4@<:@.-@:>@@<:@A-Za-z0-9.+_-@:>@*\).*/\1/p' | sed 1q)])
    LIBS=$sb_saved_LIBS
    AS_IF([test -n "$sb_soname"], [],
      [AC_MSG_ERROR([none was found: configure with --enable-linked-libraries])])
    AC_MSG_RESULT([$sb_soname])
    AC_DEFINE_UNQUOTED([SB_SONAME_$1], ["$sb_soname"], [Name under which lib$4 is loaded])
    sb_late="$sb_late $sb_soname"])
])
# SB_OPTIONAL(name, NAME, MODULE, PURPOSE): --with-name[=yes|no|auto]; HAVE_NAME is 0 or 1.
AC_DEFUN([SB_OPTIONAL], [
  AC_ARG_WITH([$1], [AS_HELP_STRING([--with-$1], [$4 (default: auto)])], [], [with_$1=auto])
  have_$1=0
  AS_IF([test "$with_$1" != no],
    [PKG_CHECK_MODULES([$2], [$3], [have_$1=1],
       [AS_IF([test "$with_$1" = yes], [AC_MSG_ERROR([$3 was asked for, and is not there])])])])
  AC_DEFINE_UNQUOTED([HAVE_$2], [$have_$1], [$4])
])
