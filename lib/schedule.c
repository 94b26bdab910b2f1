/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "schedule.h"

#include <ctype.h>
#include <math.h>
#include <string.h>

#include "number.h"

static const double usual_factor = 0.1; /* by which a rate falls in a step */

/* ---- specs ---- */

static const char accepted[] =
    "const, cosine, linear, step:EPOCH,EPOCH,...[@FACTOR], warmup:EPOCHS, warmup:EPOCHS+one of "
    "them, or unknown";

static const char *const without_drops[] = {"unknown", "const", "cosine", "linear"};

static bool
begins(const char *text, size_t len, const char *word)
{
    return len >= strlen(word) && strncmp(text, word, strlen(word)) == 0;
}

static int
add_drop(struct a4nn_schedule *s, const char *text, size_t len, struct a4nn_err *err)
{
    double epoch;

    if (!a4nn_number_parse(text, len, &epoch) || !(epoch > 0) || !isfinite(epoch))
        return a4nn_err_set(err, "step: an epoch must be a number above 0: '%.*s'", (int)len, text);
    if (s->drops > 0 && !(epoch > s->drop[s->drops - 1].epoch))
        return a4nn_err_set(err, "step: the epochs must rise: '%.*s' after %g", (int)len, text,
                            s->drop[s->drops - 1].epoch);
    if (s->drops == A4NN_MAX_DROPS)
        return a4nn_err_set(err, "step: more than %d epochs: is it rather cosine or linear?",
                            A4NN_MAX_DROPS);
    s->drop[s->drops++] = (struct a4nn_drop){epoch, usual_factor};
    return 0;
}

/* "60,120,160@0.2" */
static int
parse_steps(const char *text, size_t len, struct a4nn_schedule *s, struct a4nn_err *err)
{
    const char *at = memchr(text, '@', len), *end = at != NULL ? at : text + len, *comma;
    double factor = usual_factor;
    size_t i;

    if (at != NULL && (!a4nn_number_parse(at + 1, (size_t)(text + len - at - 1), &factor) ||
                       !(factor > 0 && factor < 1)))
        return a4nn_err_set(err, "step: the factor of the rate must be between 0 and 1: '%.*s'",
                            (int)(text + len - at - 1), at + 1);
    for (;; text = comma + 1) {
        comma = memchr(text, ',', (size_t)(end - text));
        if (add_drop(s, text, (size_t)((comma != NULL ? comma : end) - text), err) < 0)
            return -1;
        if (comma == NULL)
            break;
    }
    for (i = 0; i < s->drops; i++)
        s->drop[i].factor = factor;
    return 0;
}

static int
parse_warmup(const char *text, size_t len, struct a4nn_schedule *s, struct a4nn_err *err)
{
    if (!a4nn_number_parse(text, len, &s->warmup) || !(s->warmup > 0) || !isfinite(s->warmup))
        return a4nn_err_set(err, "warmup: must be a number of epochs above 0: '%.*s'", (int)len,
                            text);
    return 0;
}

static int
parse_part(const char *text, size_t len, struct a4nn_schedule *s, struct a4nn_err *err)
{
    size_t i;

    if (begins(text, len, "step:"))
        return parse_steps(text + 5, len - 5, s, err);
    if (begins(text, len, "warmup:"))
        return parse_warmup(text + 7, len - 7, s, err);
    for (i = 0; i < sizeof without_drops / sizeof without_drops[0]; i++)
        if (strlen(without_drops[i]) == len && begins(text, len, without_drops[i]))
            return 0;
    return a4nn_err_set(err, "no schedule: '%.*s' (accepted: %s)", (int)len, text, accepted);
}

int
a4nn_schedule_parse(const char *spec, struct a4nn_schedule *out, struct a4nn_err *err)
{
    size_t warmups = 0, others = 0;
    const char *plus;

    *out = (struct a4nn_schedule){0};
    for (;; spec = plus + 1) {
        size_t len;
        /* "1e+2" is a number */
        for (plus = spec; *plus != '\0' && (*plus != '+' || isdigit((unsigned char)plus[1]));)
            plus++;
        len = (size_t)(plus - spec);
        if (begins(spec, len, "warmup:"))
            warmups++;
        else
            others++;
        if (warmups > 1 || others > 1)
            return a4nn_err_set(err, "'%.*s' is one too many (accepted: %s)", (int)len, spec,
                                accepted);
        if (parse_part(spec, len, out, err) < 0)
            return -1;
        if (*plus == '\0')
            return 0;
    }
}

/* ---- rates ---- */

void
a4nn_rates_take(struct a4nn_rates *r, double epoch, double rate)
{
    /* What counts as the same rate; a fall below this share of the last rate is a drop. */
    const double same = 1e-4, drop = 0.7;
    struct a4nn_schedule *s = &r->schedule;

    if (!(rate > 0) || !isfinite(rate) || (r->steady > 0 && !(epoch > r->epoch)))
        return;
    if (r->steady > 0 && rate > r->rate * (1 + same)) {
        if (!r->fallen)
            s->warmup = epoch;
        r->steady = 0;
    } else if (r->steady > 0 && rate < r->rate * (1 - same)) {
        if (rate < drop * r->rate && r->steady > 1 && s->drops < A4NN_MAX_DROPS)
            s->drop[s->drops++] = (struct a4nn_drop){epoch, rate / r->rate};
        r->fallen = true;
        r->steady = 0;
    }
    r->steady++;
    r->epoch = epoch;
    r->rate = rate;
}
