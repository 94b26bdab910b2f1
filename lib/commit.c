/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "commit.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "buf.h"
#include "readfile.h"

enum { SMALL = 4096, PACKED = 64 << 20, LINKS = 5 /* as many as Git follows */ };

/* ---- files ---- */

/* The line that is all of the file FOLDER/NAME, or NULL; owned by the caller. */
static char *
read_line(const char *folder, const char *name)
{
    struct a4nn_buf path = {0}, text = {0};

    a4nn_buf_addf(&path, "%s/%s", folder, name);
    if (a4nn_readfile_regular(path.data, SMALL, &text, NULL) < 0 || text.len == 0)
        a4nn_buf_release(&text);
    else
        text.data[strcspn(text.data, "\r\n")] = '\0';
    a4nn_buf_release(&path);
    return text.data;
}

/* A path that may be meant from the folder; owned by the caller. */
static char *
resolve(const char *folder, const char *path)
{
    struct a4nn_buf out = {0};

    if (path[0] != '/')
        a4nn_buf_addf(&out, "%s/", folder);
    a4nn_buf_adds(&out, path);
    return out.data;
}

/* ---- references ---- */

static bool
is_id(const char *text, size_t len)
{
    return (len == 40 || len == 64) && strspn(text, "0123456789abcdef") >= len;
}

static bool
take_id(const char *text, size_t len, char out[65])
{
    if (!is_id(text, len))
        return false;
    memcpy(out, text, len);
    out[len] = '\0';
    return true;
}

/* No way out of the folder of the references. */
static bool
is_reference(const char *name)
{
    return strncmp(name, "refs/", 5) == 0 && strstr(name, "..") == NULL;
}

/* Lines of "ID NAME". */
static bool
find_packed(const char *common, const char *name, char out[65])
{
    struct a4nn_buf path = {0}, text = {0};
    const char *line, *end;
    bool found = false;

    a4nn_buf_addf(&path, "%s/packed-refs", common);
    if (a4nn_readfile_regular(path.data, PACKED, &text, NULL) == 0 && text.len > 0)
        for (line = text.data; *line != '\0' && !found; line = *end != '\0' ? end + 1 : end) {
            size_t id = strcspn(line, " \n");
            end = line + strcspn(line, "\n");
            found = line[id] == ' ' && (size_t)(end - line) == id + 1 + strlen(name) &&
                    strncmp(line + id + 1, name, strlen(name)) == 0 && take_id(line, id, out);
        }
    a4nn_buf_release(&path);
    a4nn_buf_release(&text);
    return found;
}

/* Branches lie in the folder that the working trees of a repository share, HEAD in its own. */
static bool
find_commit(const char *git, const char *common, char out[65])
{
    char *line = read_line(git, "HEAD"), *next;
    bool found = false;
    int i;

    for (i = 0; line != NULL && i < LINKS; i++) {
        const char *name = line + 5;
        if ((found = take_id(line, strlen(line), out)) || strncmp(line, "ref: ", 5) != 0 ||
            !is_reference(name))
            break;
        next = read_line(common, name);
        if (next == NULL && (found = find_packed(common, name, out)))
            break;
        free(line);
        line = next;
    }
    free(line);
    return found;
}

/* ---- repositories ---- */

/* The folder of the repository whose working tree begins here, or NULL; owned by the caller. */
static char *
repository(const char *folder)
{
    char *git = resolve(folder, ".git"), *line;
    struct stat st;

    if (stat(git, &st) == 0 && S_ISDIR(st.st_mode))
        return git;
    free(git);
    line = read_line(folder, ".git");
    git = line != NULL && strncmp(line, "gitdir: ", 8) == 0 ? resolve(folder, line + 8) : NULL;
    free(line);
    return git;
}

bool
a4nn_commit_find(const char *folder, char out[65])
{
    char *at = realpath(folder, NULL), *git = NULL, *line, *common, *slash;
    bool found = false;

    while (at != NULL && (git = repository(at)) == NULL && (slash = strrchr(at, '/')) != NULL &&
           slash[1] != '\0')
        slash[slash == at] = '\0'; /* up, to "/" in the end */
    if (git != NULL) {
        line = read_line(git, "commondir");
        common = resolve(git, line != NULL ? line : ".");
        found = find_commit(git, common, out);
        free(line);
        free(common);
    }
    free(git);
    free(at);
    return found;
}
