/* SPDX-License-Identifier: GPL-3.0-or-later */
/* a4nn-train-wrap: run a training command and stop it when its log says that it may be stopped. */
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "candidates.h"
#include "cli.h"
#include "input.h"
#include "json.h"
#include "keeper.h"
#include "process.h"
#include "program.h"
#include "readfile.h"
#include "session.h"
#include "signame.h"
#include "wrap.h"
#include "wrap_facts.h"
#include "wrap_result.h"

enum {
    ALL = 256,
    ALL_RANKS,
    BUSY_GLOB,
    CGROUP,
    CHECKPOINT,
    CODE_VERSION,
    CONFIG,
    GRACE,
    IF_ORPHANED,
    LOG,
    NO_METRIC,
    ON_STOP,
    PRESERVE_STATUS,
    PTY,
    RESULT,
    SETTLE,
    STDERR,
    STOP_SIGNAL,
    MAX_RULES = 16,
    HISTORY_WAIT = 8 /* seconds, at the end */
};

static const struct a4nn_option options[] = {
    {ALL, "all", NULL, "stop when all rules say so at the same epoch (default: any)", NULL},
    {ALL_RANKS, "all-ranks", NULL, "judge every rank of a distributed job, not only the first",
     NULL},
    {BUSY_GLOB, "busy-glob", "PATTERN", "do not stop while such files are being written", "file"},
    {CGROUP, "cgroup", NULL, "run the command in a cgroup of its own, and kill by that", NULL},
    {CHECKPOINT, "checkpoint", "PATTERN",
     "the weights that the training leaves: the newest such file, for result and history", "file"},
    {CODE_VERSION, "code-version", "TEXT",
     "the version of the code (default: the commit of the Git working tree)", NULL},
    {CONFIG, "config", "JSON",
     "what is trained: a JSON object, as a4nn-steer proposes, or its file", "file"},
    A4NN_OPTION_EPOCHS,
    A4NN_OPTION_FORMAT,
    {GRACE, "grace", "SECONDS", "from a signal to the next, harder one (default: 10)", NULL},
    A4NN_OPTION_HISTORY,
    {IF_ORPHANED, "if-orphaned", "WHAT", "end or continue, when this is killed (default: end)",
     "words end continue"},
    {LOG, "log", "FILE", "judge this log (file, folder or pattern), not the output", "file"},
    {'M', "forecaster", "SPEC", "forecaster (default: the one that goes with the rules)",
     "words pool ensemble a4nn penguin curve last best"},
    A4NN_OPTION_METRIC,
    A4NN_OPTION_MAX,
    A4NN_OPTION_MIN,
    {NO_METRIC, "no-metric", "LINES", "warn after so many lines without a metric (default: 10000)",
     NULL},
    {ON_STOP, "on-stop", "ACTION",
     "terminate (default), release, report, touch:FILE or exec:COMMAND",
     "words terminate release report touch: exec:"},
    {PRESERVE_STATUS, "preserve-status", NULL, "exit as the command did, also when it was stopped",
     NULL},
    {PTY, "pty", NULL, "give the command a terminal to write to", NULL},
    A4NN_OPTION_QUIET,
    {'R', "rule", "SPEC", "stopping rule; several: the first that stops (default: converged)",
     "words a4nn penguin converged patience diverged budget no-diverged"},
    {RESULT, "result", "FILE", "write the result there, or to fd:N, as a line of JSON", "file"},
    A4NN_OPTION_RUN,
    A4NN_OPTION_SCALE,
    A4NN_OPTION_SCHEDULE,
    {SETTLE, "settle", "SECONDS", "from the verdict to the first signal (default: 1)", NULL},
    {STDERR, "stderr", NULL, "judge standard error, not standard output", NULL},
    {STOP_SIGNAL, "stop-signal", "SIGNAL", "sent to the command before TERM is sent to all",
     "words TERM INT HUP USR1 USR2 KILL"},
    A4NN_OPTION_TASK,
    {0},
};

static const struct a4nn_cli cli = {
    .program = "a4nn-train-wrap",
    .operands = "[--] command [argument ...]",
    .about = "Run a training command, and stop it when its log says that it may be stopped.",
    .options = options,
    .more = "Status: the command's own, 128 + N when signal N ended it; 0 when it was stopped by\n"
            "verdict; 125 trouble of our own; 126, 127 the command could not be run, or found.\n",
    .first_operand_ends = true,
};

static void
action_option(struct a4nn_wrap_opts *wrap, const char *arg)
{
    if (strcmp(arg, "terminate") == 0)
        wrap->action = A4NN_WRAP_TERMINATE;
    else if (strcmp(arg, "release") == 0)
        wrap->action = A4NN_WRAP_RELEASE;
    else if (strcmp(arg, "report") == 0)
        wrap->action = A4NN_WRAP_REPORT;
    else if (strncmp(arg, "touch:", 6) == 0 && arg[6] != '\0')
        wrap->action = A4NN_WRAP_TOUCH;
    else if (strncmp(arg, "exec:", 5) == 0 && arg[5] != '\0')
        wrap->action = A4NN_WRAP_EXEC;
    else
        a4nn_die(A4NN_TROUBLE,
                 "--on-stop: not terminate, release, report, touch:FILE or exec:COMMAND: '%s'",
                 arg);
    wrap->argument = strchr(arg, ':') != NULL ? strchr(arg, ':') + 1 : NULL;
}

/* The options that are about the command, not about its log; false for others. */
static bool
wrap_option(struct a4nn_wrap_opts *wrap, int code, const char *arg)
{
    switch (code) {
    case BUSY_GLOB: wrap->busy = arg; break;
    case CGROUP: wrap->cgroup = true; break;
    case CHECKPOINT: wrap->checkpoint = arg; break;
    case CODE_VERSION: wrap->code_version = arg; break;
    case GRACE: wrap->grace = a4nn_cli_number(&cli, code, arg, 0, 1e6); break;
    case IF_ORPHANED:
        wrap->orphan_goes_on = strcmp(arg, "continue") == 0;
        if (!wrap->orphan_goes_on && strcmp(arg, "end") != 0)
            a4nn_die(A4NN_TROUBLE, "--if-orphaned: not end or continue: '%s'", arg);
        break;
    case LOG: wrap->judge.log = arg; break;
    case NO_METRIC:
        wrap->judge.lines = (unsigned long)a4nn_cli_count(&cli, code, arg, 1, 1000000000);
        break;
    case ON_STOP: action_option(wrap, arg); break;
    case PRESERVE_STATUS: wrap->preserve_status = true; break;
    case PTY: wrap->pty = true; break;
    case RESULT:
        wrap->result = arg;
        if (a4nn_wrap_result_fd(arg) == -2)
            a4nn_die(A4NN_TROUBLE, "--result: no open descriptor: '%s'", arg);
        break;
    case SETTLE: wrap->settle = a4nn_cli_number(&cli, code, arg, 0, 1e6); break;
    case STDERR: wrap->from_stderr = true; break;
    case STOP_SIGNAL:
        if ((wrap->stop_signal = a4nn_signal_find(arg)) < 0)
            a4nn_die(A4NN_TROUBLE, "--stop-signal: unknown: '%s'", arg);
        break;
    default: return false;
    }
    return true;
}

/* A rank of a distributed training that is not the first one: nothing of us stays. */
static int
run_directly(char **argv)
{
    const struct a4nn_command c = {.argv = argv, .fd = {A4NN_FD_SAME, A4NN_FD_SAME, A4NN_FD_SAME}};
    struct a4nn_err err;
    int error = a4nn_process_become(&c, &err);

    a4nn_warn("%s", err.msg);
    return a4nn_process_failed(error);
}

/* A configuration without more: whatever its parameters are called, they are no facts. */
static struct a4nn_json *
as_config(struct a4nn_json *line)
{
    struct a4nn_json *whole;

    if (a4nn_json_kind(line) != A4NN_JSON_OBJECT || a4nn_json_get(line, "config") != NULL ||
        a4nn_json_get(line, "run") != NULL)
        return line;
    whole = a4nn_json_object();
    a4nn_json_set(whole, "config", line);
    return whole;
}

/*
 * What is to be trained as it is given: a configuration or a candidate, a JSON object, or the file
 * that holds it.
 */
static void
read_candidate(const char *arg, struct a4nn_candidate *out)
{
    struct a4nn_buf text = {0};
    struct a4nn_json *line;
    struct a4nn_err err;

    if (arg[strspn(arg, " \t\r\n")] == '{')
        a4nn_buf_adds(&text, arg);
    else if (a4nn_readfile(arg, &text, &err) < 0)
        a4nn_die(A4NN_TROUBLE, "--config: %s", err.msg);
    line = a4nn_json_parse(text.data != NULL ? text.data : "", text.len, NULL, &err);
    if (line == NULL || a4nn_candidate_of(as_config(line), out, &err) < 0)
        a4nn_die(A4NN_TROUBLE, "--config: %s", err.msg);
    a4nn_buf_release(&text);
}

/* Tells the command what it is to train. */
static void
offer(const struct a4nn_json *config, const char *run)
{
    struct a4nn_buf text = {0};

    a4nn_json_dump(config, &text);
    setenv("A4NN_CONFIG", text.data, 1);
    if (run != NULL)
        setenv("A4NN_RUN", run, 1);
    a4nn_buf_release(&text);
}

/*
 * In a history a run needs a name that tells it from the others of its command: that of its job,
 * which stays when it is resumed, or when and where it was started.
 */
static void
name_run(const char *command, struct a4nn_buf *out)
{
    const char *slash = strrchr(command, '/'), *job = getenv("SLURM_JOB_ID");
    const char *array = getenv("SLURM_ARRAY_JOB_ID"), *task = getenv("SLURM_ARRAY_TASK_ID");
    char host[256] = "", when[32] = "";
    time_t now = time(NULL);
    struct tm utc;

    a4nn_buf_addf(out, "%s-", slash != NULL ? slash + 1 : command);
    if (array != NULL && task != NULL) {
        a4nn_buf_addf(out, "%s_%s", array, task);
    } else if (job != NULL) {
        a4nn_buf_adds(out, job);
    } else {
        gethostname(host, sizeof host - 1);
        strftime(when, sizeof when, "%Y%m%dT%H%M%SZ", gmtime_r(&now, &utc));
        a4nn_buf_addf(out, "%s-%s-%ld", when, host, (long)getpid());
    }
}

static void
check_policy(const struct a4nn_policy_opts *opts)
{
    struct a4nn_err err;
    struct a4nn_policy *p = a4nn_policy_new(opts, &err);

    if (p == NULL)
        a4nn_die(A4NN_TROUBLE, "%s", err.msg);
    a4nn_policy_free(p);
}

/* What is set up by the options, and lives as long as the training. */
struct job {
    struct a4nn_input in;
    const char *rules[MAX_RULES];
    struct a4nn_policy_opts policy;
    struct a4nn_wrap_opts wrap;
    struct a4nn_keeper_opts keeping;
    struct a4nn_candidate candidate; /* of --config; no line: none */
    struct a4nn_json *facts;
    char *code_version;
    struct a4nn_buf name; /* made for the run */
    bool all_ranks;
};

static void
take_option(struct job *job, int code, const char *arg)
{
    switch (code) {
    case ALL: job->policy.all = true; break;
    case ALL_RANKS: job->all_ranks = true; break;
    case CONFIG:
        a4nn_candidate_release(&job->candidate);
        read_candidate(arg, &job->candidate);
        break;
    case 'M': job->policy.forecaster = arg; break;
    case 'R':
        if (job->policy.nrules == MAX_RULES)
            a4nn_die(A4NN_TROUBLE, "--rule: more than %d", MAX_RULES);
        job->rules[job->policy.nrules++] = arg;
        break;
    default:
        if (!wrap_option(&job->wrap, code, arg))
            a4nn_input_option(&job->in, &cli, code, arg);
    }
}

static void
set_history(struct job *job, char **argv)
{
    struct a4nn_wrap_opts *wrap = &job->wrap;

    job->facts = a4nn_wrap_facts(argv, wrap->code_version, job->candidate.config);
    if (job->candidate.line != NULL)
        a4nn_candidate_state(&job->candidate, job->facts);
    job->keeping = (struct a4nn_keeper_opts){.history = job->in.history_name,
                                             .task = job->in.task,
                                             .epochs = job->in.epochs,
                                             .mode = job->in.mode,
                                             .facts = job->facts,
                                             .at_end = HISTORY_WAIT,
                                             .diag = &job->in.diag};
    wrap->judge.keeper = a4nn_keeper_new(&job->keeping);
    job->policy.past = a4nn_keeper_past(wrap->judge.keeper);
    job->in.reader.select.all = true; /* of every number the history has use */
    wrap->history = true;
    wrap->history_name = job->in.history_name;
    wrap->task = job->in.task;
}

static void
set_policy(struct job *job)
{
    struct a4nn_policy_opts *policy = &job->policy;
    struct a4nn_input *in = &job->in;

    policy->epochs = in->epochs;
    policy->mode = in->mode;
    policy->scale = in->scale;
    policy->schedule = in->scheduled ? &in->schedule : NULL;
    policy->diag = &in->diag;
    check_policy(policy);
}

static void
set_candidate(struct job *job)
{
    if (job->candidate.line == NULL)
        return;
    if (job->in.reader.run == NULL)
        job->in.reader.run = job->candidate.run;
    offer(job->candidate.config, job->in.reader.run);
}

static void
name_log(struct job *job, const char *command)
{
    if (job->in.reader.run != NULL || job->wrap.judge.log != NULL)
        return;
    if (job->in.history) {
        name_run(command, &job->name);
        job->in.reader.run = job->name.data;
    } else {
        job->in.reader.run = command;
    }
}

static void
check(const struct job *job)
{
    if (job->wrap.from_stderr && job->wrap.judge.log != NULL && !job->wrap.pty)
        a4nn_die(A4NN_TROUBLE, "--log and --stderr exclude each other");
}

int
main(int argc, char **argv)
{
    struct job job = {.policy = {.explain_at = NAN}, .wrap = {.settle = 1, .grace = 10}};
    struct a4nn_wrap_opts *wrap = &job.wrap;
    int code, first, status;
    const char *arg;

    a4nn_process_remember();
    a4nn_program_begin("a4nn-train-wrap");
    a4nn_program_wraps();
    a4nn_input_init(&job.in);
    job.policy.rules = job.rules;
    wrap->judge.lines = 10000;
    while ((code = a4nn_cli_next(&cli, argc, argv, &arg, &first)) != A4NN_CLI_END)
        take_option(&job, code, arg);
    if (first == argc)
        a4nn_die(A4NN_TROUBLE, "no command to run");
    check(&job);
    set_candidate(&job);
    if (wrap->code_version == NULL)
        wrap->code_version = job.code_version = a4nn_wrap_code_version();
    if (job.in.history)
        set_history(&job, argv + first);
    set_policy(&job);
    setenv("PYTHONUNBUFFERED", "1", 0);
    if (!job.all_ranks && a4nn_wrap_rank() > 0)
        return run_directly(argv + first);
    name_log(&job, argv[first]);
    wrap->argv = argv + first;
    wrap->judge.policy = &job.policy;
    wrap->judge.reader = &job.in.reader;
    wrap->judge.name = wrap->from_stderr ? "standard error" : "standard output";
    wrap->say = job.in.diag.emit;
    wrap->say_arg = job.in.diag.arg;
    status = a4nn_wrap(wrap);
    a4nn_keeper_free(wrap->judge.keeper);
    a4nn_candidate_release(&job.candidate);
    a4nn_json_free(job.facts);
    free(job.code_version);
    a4nn_buf_release(&job.name);
    return status;
}
