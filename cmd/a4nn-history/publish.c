/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Runs as a folder of tables, metadata and a web page, to be handed on and cited. */
#include <math.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "buf.h"
#include "input.h"
#include "number.h"
#include "program.h"
#include "publish.h"
#include "verbs.h"
#include "xalloc.h"

enum { ALL = 256, CREATOR, DESCRIPTION, DOI, FORCE, KEEP, LICENCE, TITLE, URL };

static const struct a4nn_option options[] = {
    {ALL, "all", NULL, "leave nothing out", NULL},
    {CREATOR, "creator", "NAME", "who made the data; may come again", NULL},
    {DESCRIPTION, "description", "TEXT", "what the data are", NULL},
    {DOI, "doi", "DOI", "digital object identifier: 10.5281/zenodo.1234", NULL},
    {FORCE, "force", NULL, "replace a publication that is there", NULL},
    A4NN_VERB_HISTORY,
    {KEEP, "keep", "WHAT", "hosts, paths or secrets: do not leave these out; may come again",
     "words hosts paths secrets"},
    {LICENCE, "licence", "ID", "licence of the data, by its SPDX identifier: CC-BY-4.0",
     "words CC-BY-4.0 CC0-1.0 ODbL-1.0 PDDL-1.0"},
    A4NN_OPTION_QUIET,
    A4NN_VERB_RUN,
    A4NN_VERB_TASK,
    {TITLE, "title", "TEXT", "title of the publication", NULL},
    {URL, "url", "ADDRESS", "where it will be found", NULL},
    A4NN_VERB_WHERE,
    {0},
};

const struct a4nn_cli a4nn_verb_publish_cli = {
    .program = "a4nn-history publish",
    .operands = "folder",
    .about = "Write runs as a self-contained, citable data package with a web page.",
    .options = options,
    .more = "What names or looks like a secret, the folders of absolute paths, and hosts are left\n"
            "out, and it is said how many. 'a4nn-history import FOLDER' takes a package back.\n"
            "Status: 0 done, 1 no run meets the condition, 2 trouble.\n",
};

struct job {
    struct a4nn_verb_query query;
    struct a4nn_publish_opts opts;
    struct a4nn_secrets secrets;
    const char **creator; /* owned */
    size_t creator_cap;
};

/* A word of the SPDX list of licences; that it is on the list is not known here. */
static bool
is_spdx(const char *id)
{
    return id[0] != '\0' && id[strspn(id, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
                                          "0123456789.-")] == '\0';
}

/* 10.1234/suffix, without blanks and what could end an address in a text. */
static bool
is_doi(const char *doi)
{
    return strncmp(doi, "10.", 3) == 0 && strchr(doi, '/') != NULL &&
           strpbrk(doi, " \t\r\n\"<>'\\") == NULL;
}

static bool
is_url(const char *url)
{
    return (strncmp(url, "https://", 8) == 0 || strncmp(url, "http://", 7) == 0) &&
           strpbrk(url, " \t\r\n\"<>'\\") == NULL;
}

static void
keep(struct job *job, const char *what)
{
    static const char *const names[A4NN_SECRETS] = {[A4NN_SECRET_TOKEN] = "secrets",
                                                    [A4NN_SECRET_PATH] = "paths",
                                                    [A4NN_SECRET_HOST] = "hosts"};
    int i;

    for (i = 0; i < A4NN_SECRETS; i++)
        if (what == NULL || strcmp(what, names[i]) == 0) {
            job->secrets.keep[i] = true;
            if (what != NULL)
                return;
        }
    if (what != NULL)
        a4nn_die(A4NN_TROUBLE, "--keep: not hosts, paths or secrets: '%s'", what);
}

static void
add_creator(struct job *job, const char *name)
{
    job->creator =
        a4nn_xgrow(job->creator, job->opts.creators, &job->creator_cap, sizeof *job->creator);
    job->creator[job->opts.creators++] = name;
}

static void
take_option(struct job *job, int code, const char *arg)
{
    switch (code) {
    case ALL: keep(job, NULL); break;
    case CREATOR: add_creator(job, arg); break;
    case DESCRIPTION: job->opts.description = arg; break;
    case DOI:
        if (!is_doi(arg))
            a4nn_die(A4NN_TROUBLE, "--doi: not as in 10.5281/zenodo.1234: '%s'", arg);
        job->opts.doi = arg;
        break;
    case FORCE: job->opts.replace = true; break;
    case KEEP: keep(job, arg); break;
    case LICENCE:
        if (!is_spdx(arg))
            a4nn_die(A4NN_TROUBLE, "--licence: not an SPDX identifier: '%s'", arg);
        job->opts.licence = arg;
        break;
    case TITLE: job->opts.title = arg; break;
    case URL:
        if (!is_url(arg))
            a4nn_die(A4NN_TROUBLE, "--url: not an address: '%s'", arg);
        job->opts.url = arg;
        break;
    default: a4nn_verb_option(&job->query, code, arg);
    }
}

/* The time of the publication, for who wants it to be another than that of the newest run. */
static double
source_date(void)
{
    const char *text = getenv("SOURCE_DATE_EPOCH");
    double v = NAN;

    if (text != NULL && (!a4nn_number_parse(text, strlen(text), &v) || !(v >= 0)))
        a4nn_die(A4NN_TROUBLE, "SOURCE_DATE_EPOCH: not seconds since 1970: '%s'", text);
    return v;
}

static void
say(const struct job *job, const struct a4nn_publish_counts *n)
{
    int i;

    if (a4nn_verbosity == 0)
        return;
    for (i = 0; i < A4NN_SECRETS; i++)
        if (job->secrets.found[i] > 0)
            a4nn_warn("left out: %lu %s", job->secrets.found[i],
                      a4nn_secret_words((enum a4nn_secret)i, job->secrets.found[i]));
    if (n->shown < n->runs)
        a4nn_warn("the page shows the first %lld of %lld runs; the tables hold all",
                  (long long)n->shown, (long long)n->runs);
    if (job->opts.licence == NULL)
        a4nn_warn("no licence is stated, so nobody may use it: see --licence");
    if (!n->dated)
        a4nn_warn("the runs have no times, so it has no date: see SOURCE_DATE_EPOCH");
    if (job->opts.creators == 0)
        a4nn_warn("nobody is named as its creator, as a citation needs: see --creator");
}

/* ---- signals ---- */

static volatile sig_atomic_t signalled;

static void
on_signal(int number)
{
    signalled = number;
}

static bool
is_interrupted(void)
{
    return signalled != 0;
}

/* A signal that ends the program does so when what has been written is gone; a second one at once.
 */
static void
catch_signals(void)
{
    static const int ending[] = {SIGHUP, SIGINT, SIGTERM};
    const struct sigaction action = {.sa_handler = on_signal, .sa_flags = (int)SA_RESETHAND};
    struct sigaction before;
    size_t i;

    for (i = 0; i < sizeof ending / sizeof *ending; i++)
        if (sigaction(ending[i], NULL, &before) == 0 && before.sa_handler != SIG_IGN)
            sigaction(ending[i], &action, NULL);
}

static void
die_of_signal(void)
{
    if (signalled == 0)
        return;
    signal(signalled, SIG_DFL);
    raise(signalled);
}

int
a4nn_verb_publish(int argc, char **argv)
{
    struct job job = {0};
    struct a4nn_publish_counts counts;
    struct a4nn_err err;
    struct a4nn_db *db;
    const char *arg;
    int code, first, result;

    while ((code = a4nn_cli_next(&a4nn_verb_publish_cli, argc, argv, &arg, &first)) != A4NN_CLI_END)
        take_option(&job, code, arg);
    if (argc - first != 1)
        a4nn_die(A4NN_TROUBLE, "one folder to write is needed");
    job.opts.which = &job.query.which;
    job.opts.where = job.query.where;
    job.opts.folder = argv[first];
    job.opts.creator = job.creator;
    job.opts.date = source_date();
    job.opts.interrupted = is_interrupted;
    catch_signals();
    db = a4nn_verb_open(job.query.history, A4NN_DB_READ);
    result = a4nn_publish(db, &job.opts, &job.secrets, &counts, &err);
    die_of_signal();
    a4nn_verb_read(result, &err);
    if (result == 0)
        say(&job, &counts);
    a4nn_where_free(job.query.where);
    a4nn_db_close(db);
    free(job.creator);
    return a4nn_program_end(result == 0 ? A4NN_OK : A4NN_NO);
}
