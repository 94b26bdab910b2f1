/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Numbers, UTF-8, escaping: the small parts every message and record passes through. */
#include "unit.h"

#include "buf.h"
#include "err.h"
#include "number.h"
#include "utf8.h"

static double
parsed(const char *text)
{
    double v = -12345;
    return a4nn_number_parse(text, strlen(text), &v) ? v : -99999;
}

int
main(void)
{
    char out[32], safe[64];
    double v;
    unsigned long code;
    struct a4nn_buf buf = {0};

    CHECK_NEAR(parsed("1."), 1, 0);
    CHECK_NEAR(parsed(".5"), 0.5, 0);
    CHECK_NEAR(parsed(" -3e-4 "), -3e-4, 0);
    CHECK_NEAR(parsed("1e-400"), 0, 0);
    CHECK(isnan(parsed("NaN")) && isnan(parsed("nan")));
    CHECK(isinf(parsed("-Infinity")) && parsed("-inf") < 0);
    CHECK_NEAR(parsed("93,5"), -99999, 0);
    CHECK_NEAR(parsed("0x10"), -99999, 0);
    CHECK_NEAR(parsed(""), -99999, 0);
    CHECK_NEAR(parsed("."), -99999, 0);
    CHECK_NEAR(parsed("1e"), -99999, 0);
    CHECK(a4nn_number_scan("0.91abc", 7, &v) == 4 && v == 0.91);
    CHECK(a4nn_number_scan("1e", 2, &v) == 1 && v == 1);
    CHECK_STR(a4nn_number_format(out, 0.1), "0.1");
    CHECK_STR(a4nn_number_format(out, 59.889140841521794), "59.889140841521794");
    CHECK_STR(a4nn_number_format(out, 100), "100");
    CHECK_STR(a4nn_number_format(out, NAN), "nan");
    CHECK_STR(a4nn_number_format(out, -HUGE_VAL), "-inf");

    CHECK(a4nn_utf8_decode("\xc3\xa4", 2, &code) == 2 && code == 0xe4);
    CHECK(a4nn_utf8_decode("\xc0\xaf", 2, &code) == 0); /* overlong '/' */
    CHECK(a4nn_utf8_decode("\xed\xa0\x80", 3, &code) == 0);
    CHECK(a4nn_utf8_decode("\xf4\x90\x80\x80", 4, &code) == 0);
    CHECK(a4nn_utf8_decode("\xe2\x82", 2, &code) == 0);

    CHECK_STR(a4nn_escape(safe, sizeof safe, "a\033[31m\xc3\xa4\x9b"), "a\\x1b[31m\xc3\xa4\\x9b");
    CHECK_STR(a4nn_escape(safe, sizeof safe, "x\xe2\x80\xaey"), "x\\xe2\\x80\\xaey");
    CHECK_STR(a4nn_escape(safe, 10, "abcdefghijkl"), "abcdef...");

    a4nn_buf_addf(&buf, "%s-%d", "ab", 7);
    a4nn_buf_addc(&buf, '!');
    CHECK_STR(buf.data, "ab-7!");
    a4nn_buf_drop(&buf, 3);
    CHECK_STR(buf.data, "7!");
    a4nn_buf_release(&buf);
    return unit_end();
}
