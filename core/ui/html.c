/* The page frame. The style sheet is text below; nothing is fetched when the page is read. */
#include "core/ui/html.h"

#include "core/base/utf8.h"

static const char style[] =
    ":root{color-scheme:light dark;--bg:#fff;--fg:#1d2329;--muted:#5a6672;--line:#d6dce2;"
    "--soft:#f3f5f7;--bad:#b3261e;--warn:#8a5300;--good:#19692c;--info:#1f5fa8;--on:#fff}\n"
    "@media (prefers-color-scheme:dark){:root{--bg:#14181c;--fg:#e4e8ec;--muted:#9aa6b2;"
    "--line:#343c45;--soft:#1e242a;--bad:#ff8a80;--warn:#ffc266;--good:#7ed491;--info:#82b8f5;"
    "--on:#14181c}}\n"
    ":root{--s0:#1f6fb5;--s1:#c2541b;--s2:#2b7a3d;--s3:#8a4fb0;--s4:#a8326b;--s5:#5b6b7a;"
    "--s6:#8f7a00;--s7:#0f7f86}\n"
    "@media (prefers-color-scheme:dark){:root{--s0:#6db3f2;--s1:#f59a63;--s2:#7fd08f;"
    "--s3:#c79af0;--s4:#f28cb8;--s5:#a9b7c4;--s6:#d9c54a;--s7:#5fd0d6}}\n"
    "*{box-sizing:border-box}\n"
    "body{margin:0;background:var(--bg);color:var(--fg);font:16px/1.5 system-ui,sans-serif;"
    "overflow-wrap:anywhere}\n"
    "main,footer{max-width:72rem;margin:0 auto;padding:1rem clamp(.75rem,3vw,2rem)}\n"
    "h1{font-size:1.6rem;line-height:1.25;margin:.5rem 0}\n"
    "h2{font-size:1.2rem;margin:2rem 0 .5rem;padding-bottom:.25rem;"
    "border-bottom:1px solid var(--line)}\n"
    "h3{font-size:1rem;margin:1.25rem 0 .25rem}\n"
    "p{max-width:46rem;margin:.5rem 0}\n"
    "a{color:var(--info)}\n"
    "code,pre{font:.875em/1.45 ui-monospace,monospace}\n"
    "pre{background:var(--soft);padding:.75rem;overflow-x:auto;border-radius:.25rem}\n"
    "table{border-collapse:collapse;width:100%;font-size:.9375rem}\n"
    "th,td{text-align:left;vertical-align:top;padding:.375rem .75rem .375rem 0;"
    "border-bottom:1px solid var(--line)}\n"
    "th{color:var(--muted);font-weight:600;overflow-wrap:normal}\n"
    ".num{text-align:right;white-space:nowrap;font-variant-numeric:tabular-nums}\n"
    ".scroll{overflow-x:auto}.scroll td{overflow-wrap:break-word;max-width:24rem}\n"
    ".cards{display:flex;flex-wrap:wrap;gap:.75rem;margin:1rem 0}\n"
    ".card{flex:1 1 8rem;padding:.75rem 1rem;background:var(--soft);border-radius:.375rem}\n"
    ".card b{display:block;font-size:1.5rem;line-height:1.2;font-variant-numeric:tabular-nums}\n"
    ".muted,footer{color:var(--muted)}\n"
    ".bad{color:var(--bad)}.warn{color:var(--warn)}.good{color:var(--good)}"
    ".info{color:var(--info)}\n"
    ".badge{display:inline-block;padding:0 .5em;border-radius:1em;font-size:.8125rem;"
    "font-weight:600;color:var(--on);background:var(--muted);white-space:nowrap}\n"
    ".badge.bad{color:var(--on);background:var(--bad)}"
    ".badge.warn{color:var(--on);background:var(--warn)}"
    ".badge.good{color:var(--on);background:var(--good)}"
    ".badge.info{color:var(--on);background:var(--info)}\n"
    ".verdict{font-size:1.125rem;font-weight:600}\n"
    "summary{cursor:pointer}\n"
    ".chart{margin:1rem 0;max-width:40rem}.chart figcaption{font-weight:600;font-size:.9375rem}\n"
    ".chart svg{display:block;width:100%;height:auto}.strip{display:block;width:100%}\n"
    ".chart text{fill:var(--fg);font:13px/1 system-ui,sans-serif}\n"
    ".chart .axis{stroke:var(--line)}.chart .tick{fill:var(--muted)}.strip .axis,"
    ".chart .rail{fill:var(--soft)}\n"
    ".s0{color:var(--s0)}.s1{color:var(--s1)}.s2{color:var(--s2)}.s3{color:var(--s3)}"
    ".s4{color:var(--s4)}.s5{color:var(--s5)}.s6{color:var(--s6)}.s7{color:var(--s7)}\n"
    "footer{font-size:.875rem}\n"
    "@media (max-width:40rem){th,td{padding-right:.5rem}h1{font-size:1.35rem}}\n"
    "@media print{body{font-size:11pt}main,footer{max-width:none;padding:0}"
    "tr,.card{break-inside:avoid}h2,h3{break-after:avoid}.scroll{overflow:visible}}\n";

void sb_html_open(struct sb_buf *b, struct sb_str title)
{
    sb_html_open_live(b, title, "default-src 'none'; style-src 'unsafe-inline'");
}

void sb_html_open_live(struct sb_buf *b, struct sb_str title, const char *policy)
{
    sb_buf_printf(b,
                  "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
                  "<meta http-equiv=\"Content-Security-Policy\" content=\"%s\">\n"
                  "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
                  "<meta name=\"referrer\" content=\"no-referrer\">\n<title>",
                  policy);
    sb_escape_html(b, title);
    sb_buf_printf(b, "</title>\n<style>\n%s</style>\n</head>\n<body>\n<main>\n", style);
}

void sb_html_close(struct sb_buf *b)
{
    sb_buf_printf(b, "</main>\n<footer>Made by srebox %s.</footer>\n</body>\n</html>\n",
                  PACKAGE_VERSION);
}

void sb_html_data(struct sb_buf *b, struct sb_str s)
{
    sb_buf_puts(b, "<bdi>");
    sb_escape_html(b, s);
    sb_buf_puts(b, "</bdi>");
}

void sb_html_code(struct sb_buf *b, struct sb_str s)
{
    sb_buf_puts(b, "<code>");
    sb_html_data(b, s);
    sb_buf_puts(b, "</code>");
}
