# SB_COMPILER_FLAGS: warnings, hardening, sanitizers and fuzzing, each flag probed.
AC_DEFUN([SB_TRY_CFLAG], [
  AC_MSG_CHECKING([whether $CC takes $1])
  sb_saved_CFLAGS=$CFLAGS
  CFLAGS="$CFLAGS -Werror $1"
  AC_LINK_IFELSE([AC_LANG_PROGRAM([], [])],
    [AC_MSG_RESULT([yes]); $2="$$2 $1"], [AC_MSG_RESULT([no])])
  CFLAGS=$sb_saved_CFLAGS
])
AC_DEFUN([SB_TRY_LDFLAG], [
  AC_MSG_CHECKING([whether the linker takes $1])
  sb_saved_LDFLAGS=$LDFLAGS
  LDFLAGS="$LDFLAGS $1"
  AC_LINK_IFELSE([AC_LANG_PROGRAM([], [])],
    [AC_MSG_RESULT([yes]); $2="$$2 $1"], [AC_MSG_RESULT([no])])
  LDFLAGS=$sb_saved_LDFLAGS
])
AC_DEFUN([SB_COMPILER_FLAGS], [
  AC_ARG_ENABLE([werror], [AS_HELP_STRING([--enable-werror], [make warnings fatal (CI)])],
    [], [enable_werror=no])
  AC_ARG_ENABLE([sanitizers],
    [AS_HELP_STRING([--enable-sanitizers], [build with address and undefined-behaviour sanitizers])],
    [], [enable_sanitizers=no])
  AC_ARG_ENABLE([fuzzing],
    [AS_HELP_STRING([--enable-fuzzing], [build tests/fuzz targets with libFuzzer (clang)])],
    [], [enable_fuzzing=no])
  SB_WARN= SB_HARDEN= SB_HARDEN_LD= SB_SANITIZE=
  m4_foreach_w([flag], [-Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion
    -Wstrict-prototypes -Wmissing-prototypes -Wold-style-definition -Wformat=2 -Wwrite-strings
    -Wpointer-arith -Wcast-align -Wcast-qual -Wnull-dereference -Wdouble-promotion
    -Wimplicit-fallthrough -Wvla -Wundef -Wdate-time],
    [SB_TRY_CFLAG([flag], [SB_WARN])])
  AS_IF([test "$enable_werror" = yes], [SB_WARN="$SB_WARN -Werror"])
  AS_IF([test "$enable_sanitizers" = yes || test "$enable_fuzzing" = yes],
    [SB_SANITIZE="-fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer"],
    [m4_foreach_w([flag], [-fstack-protector-strong -fstack-clash-protection -fcf-protection
       -D_FORTIFY_SOURCE=2 -fPIE],
       [SB_TRY_CFLAG([flag], [SB_HARDEN])])
     SB_TRY_LDFLAG([-pie], [SB_HARDEN_LD])
     SB_TRY_LDFLAG([-Wl,-z,relro], [SB_HARDEN_LD])
     SB_TRY_LDFLAG([-Wl,-z,now], [SB_HARDEN_LD])])
  SB_TRY_LDFLAG([-Wl,--as-needed], [SB_HARDEN_LD])
  AM_CONDITIONAL([FUZZING], [test "$enable_fuzzing" = yes])
  AS_IF([test "$enable_fuzzing" = yes], [SB_SANITIZE="$SB_SANITIZE -fsanitize=fuzzer-no-link"])
  AC_SUBST([SB_HARDEN])
  AC_SUBST([SB_HARDEN_LD])
  AC_SUBST([SB_CFLAGS], ["-std=gnu11 $SB_WARN $SB_HARDEN $SB_SANITIZE"])
  AC_SUBST([SB_LDFLAGS], ["$SB_HARDEN_LD $SB_SANITIZE"])
])
