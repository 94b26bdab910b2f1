/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Metadata for machines: Frictionless Data Package 1 (specs.frictionlessdata.io/data-package),
 * MLCommons Croissant 1.0 (mlcommons.org/croissant/1.0), Citation File Format 1.2.0. */
#include <math.h>
#include <string.h>

#include "publish_parts.h"
#include "version.h"

#define TEXT(v)   a4nn_json_from_string(v)
#define NUMBER(v) a4nn_json_from_number((double)(v))

static const char home[] = "https://spdx.org/licenses/";

static void
set_text(struct a4nn_json *object, const char *name, const char *value)
{
    if (value != NULL)
        a4nn_json_set(object, name, TEXT(value));
}

static struct a4nn_json *
new_object(const char *name, const char *value)
{
    struct a4nn_json *o = a4nn_json_object();

    set_text(o, name, value);
    return o;
}

static void
licence_url(const struct a4nn_pub *pub, struct a4nn_buf *out)
{
    a4nn_buf_addf(out, "%s%s.html", home, pub->opts->licence);
}

/* The file of a table; what it is named lives in *name. */
static const struct a4nn_pubentry *
file_of(const struct a4nn_pub *pub, size_t table, struct a4nn_buf *name)
{
    a4nn_buf_reset(name);
    a4nn_buf_addf(name, "%s.csv", a4nn_pub_table(table)->name);
    return a4nn_pubfolder_find(pub->folder, name->data);
}

/* ---- Frictionless ---- */

static void
add_field(void *arg, const struct a4nn_pub_column *c)
{
    static const char *const types[] = {
        [A4NN_PUB_INTEGER] = "integer", [A4NN_PUB_NUMBER] = "number", [A4NN_PUB_STRING] = "string",
        [A4NN_PUB_BOOLEAN] = "boolean", [A4NN_PUB_OBJECT] = "object", [A4NN_PUB_ARRAY] = "array",
    };
    struct a4nn_json *f = new_object("name", c->name);

    set_text(f, "type", types[c->type]);
    set_text(f, "description", c->about);
    a4nn_json_append(arg, f);
}

static struct a4nn_json *
foreign_key(const struct a4nn_pub_key *key)
{
    struct a4nn_json *keys = a4nn_json_array(), *k = new_object("fields", key->column);
    struct a4nn_json *reference = new_object("resource", key->table);

    set_text(reference, "fields", key->column);
    a4nn_json_set(k, "reference", reference);
    a4nn_json_append(keys, k);
    return keys;
}

static struct a4nn_json *
schema(const struct a4nn_pub *pub, size_t table)
{
    const struct a4nn_pub_table *t = a4nn_pub_table(table);
    struct a4nn_json *s = a4nn_json_object(), *fields = a4nn_json_array();
    struct a4nn_json *key = a4nn_json_array(), *missing = a4nn_json_array();
    size_t i;

    a4nn_pub_columns(pub, table, add_field, fields);
    for (i = 0; t->key[i] != NULL; i++)
        a4nn_json_append(key, TEXT(t->key[i]));
    a4nn_json_append(missing, TEXT(""));
    a4nn_json_set(s, "fields", fields);
    a4nn_json_set(s, "missingValues", missing);
    a4nn_json_set(s, "primaryKey", key);
    if (t->foreign.column != NULL)
        a4nn_json_set(s, "foreignKeys", foreign_key(&t->foreign));
    return s;
}

static struct a4nn_json *
resource(const struct a4nn_pub *pub, size_t table)
{
    struct a4nn_json *r = new_object("name", a4nn_pub_table(table)->name);
    struct a4nn_buf name = {0}, hash = {0};
    const struct a4nn_pubentry *e = file_of(pub, table, &name);

    set_text(r, "path", e->name);
    set_text(r, "profile", "tabular-data-resource");
    set_text(r, "title", a4nn_pub_table(table)->about);
    set_text(r, "format", "csv");
    set_text(r, "mediatype", "text/csv");
    set_text(r, "encoding", "utf-8");
    a4nn_json_set(r, "bytes", NUMBER(e->bytes));
    a4nn_buf_addf(&hash, "sha256:%s", e->sha256);
    set_text(r, "hash", hash.data);
    a4nn_json_set(r, "schema", schema(pub, table));
    a4nn_buf_release(&name);
    a4nn_buf_release(&hash);
    return r;
}

/* What a4nn itself wants to know, and others may. */
static struct a4nn_json *
own(const struct a4nn_pub *pub)
{
    static const char *const names[A4NN_SECRETS] = {[A4NN_SECRET_TOKEN] = "secrets",
                                                    [A4NN_SECRET_PATH] = "paths",
                                                    [A4NN_SECRET_HOST] = "hosts"};
    struct a4nn_json *o = new_object("version", A4NN_VERSION), *left = a4nn_json_object();
    int i;

    a4nn_json_set(o, "format", NUMBER(1));
    a4nn_json_set(o, "tasks", NUMBER(pub->counts->tasks));
    a4nn_json_set(o, "runs", NUMBER(pub->counts->runs));
    a4nn_json_set(o, "observations", NUMBER(pub->counts->observations));
    a4nn_json_set(o, "forecasts", NUMBER(pub->counts->forecasts));
    for (i = 0; i < A4NN_SECRETS; i++)
        a4nn_json_set(left, names[i], NUMBER(pub->secrets->found[i]));
    a4nn_json_set(o, "left_out", left);
    return o;
}

static struct a4nn_json *
licences(const struct a4nn_pub *pub)
{
    struct a4nn_json *list = a4nn_json_array(), *one = new_object("name", pub->opts->licence);
    struct a4nn_buf url = {0};

    licence_url(pub, &url);
    set_text(one, "path", url.data);
    a4nn_json_append(list, one);
    a4nn_buf_release(&url);
    return list;
}

static struct a4nn_json *
contributors(const struct a4nn_pub *pub)
{
    struct a4nn_json *list = a4nn_json_array(), *one;
    size_t i;

    for (i = 0; i < pub->opts->creators; i++) {
        one = new_object("title", pub->opts->creator[i]);
        set_text(one, "role", "author");
        a4nn_json_append(list, one);
    }
    return list;
}

static struct a4nn_json *
sources(void)
{
    struct a4nn_json *list = a4nn_json_array();

    a4nn_json_append(list, new_object("title", "model database of a4nn (a4nn-history publish)"));
    return list;
}

static void
write_datapackage(struct a4nn_pub *pub)
{
    struct a4nn_json *p = new_object("profile", "tabular-data-package");
    struct a4nn_json *resources = a4nn_json_array();
    struct a4nn_buf text = {0}, words = {0};
    char date[32];
    size_t i;

    set_text(p, "name", "learning-curves");
    set_text(p, "title", a4nn_pub_title(pub));
    set_text(p, "description", a4nn_pub_description(pub, &words));
    if (pub->opts->doi != NULL) {
        a4nn_buf_reset(&words);
        a4nn_buf_addf(&words, "https://doi.org/%s", pub->opts->doi);
        set_text(p, "id", words.data);
    }
    set_text(p, "homepage", pub->opts->url);
    if (a4nn_pub_date(pub, date)) {
        a4nn_buf_reset(&words);
        a4nn_buf_addf(&words, "%sT00:00:00Z", date);
        set_text(p, "created", words.data);
    }
    if (pub->opts->licence != NULL)
        a4nn_json_set(p, "licenses", licences(pub));
    if (pub->opts->creators > 0)
        a4nn_json_set(p, "contributors", contributors(pub));
    a4nn_json_set(p, "sources", sources());
    a4nn_json_set(p, "a4nn", own(pub));
    for (i = 0; i < A4NN_PUB_TABLES; i++)
        a4nn_json_append(resources, resource(pub, i));
    a4nn_json_set(p, "resources", resources);
    a4nn_json_dump_indented(p, &text);
    a4nn_json_free(p);
    a4nn_buf_release(&words);
    a4nn_pub_write(pub, "datapackage.json", &text);
}

/* ---- Croissant ---- */

static struct a4nn_json *
context(void)
{
    static const char *const terms[][2] = {
        {"@language", "en"},
        {"@vocab", "https://schema.org/"},
        {"cr", "http://mlcommons.org/croissant/"},
        {"dct", "http://purl.org/dc/terms/"},
        {"sc", "https://schema.org/"},
        {"citeAs", "cr:citeAs"},
        {"column", "cr:column"},
        {"conformsTo", "dct:conformsTo"},
        {"extract", "cr:extract"},
        {"field", "cr:field"},
        {"fileObject", "cr:fileObject"},
        {"fileProperty", "cr:fileProperty"},
        {"fileSet", "cr:fileSet"},
        {"format", "cr:format"},
        {"includes", "cr:includes"},
        {"isLiveDataset", "cr:isLiveDataset"},
        {"jsonPath", "cr:jsonPath"},
        {"key", "cr:key"},
        {"md5", "cr:md5"},
        {"parentField", "cr:parentField"},
        {"path", "cr:path"},
        {"recordSet", "cr:recordSet"},
        {"references", "cr:references"},
        {"regex", "cr:regex"},
        {"repeated", "cr:repeated"},
        {"replace", "cr:replace"},
        {"separator", "cr:separator"},
        {"source", "cr:source"},
        {"subField", "cr:subField"},
        {"transform", "cr:transform"},
    };
    static const char *const typed[][2] = {
        {"data", "@json"}, {"dataType", "@vocab"}, {"examples", "@json"}};
    struct a4nn_json *c = a4nn_json_object();
    struct a4nn_buf id = {0};
    size_t i;

    for (i = 0; i < sizeof terms / sizeof *terms; i++)
        set_text(c, terms[i][0], terms[i][1]);
    for (i = 0; i < sizeof typed / sizeof *typed; i++) {
        struct a4nn_json *t = a4nn_json_object();
        a4nn_buf_reset(&id);
        a4nn_buf_addf(&id, "cr:%s", typed[i][0]);
        set_text(t, "@id", id.data);
        set_text(t, "@type", typed[i][1]);
        a4nn_json_set(c, typed[i][0], t);
    }
    a4nn_buf_release(&id);
    return c;
}

struct fields {
    size_t table;
    struct a4nn_json *list;
};

static void
set_id(struct a4nn_json *object, const char *name, const char *record_set, const char *field)
{
    struct a4nn_buf id = {0};

    a4nn_buf_addf(&id, "%s/%s", record_set, field);
    a4nn_json_set(object, name, new_object("@id", id.data));
    a4nn_buf_release(&id);
}

static void
add_croissant_field(void *arg, const struct a4nn_pub_column *c)
{
    static const char *const types[] = {
        [A4NN_PUB_INTEGER] = "sc:Integer", [A4NN_PUB_NUMBER] = "sc:Float",
        [A4NN_PUB_STRING] = "sc:Text",     [A4NN_PUB_BOOLEAN] = "sc:Boolean",
        [A4NN_PUB_OBJECT] = "sc:Text",     [A4NN_PUB_ARRAY] = "sc:Text",
    };
    const struct fields *fields = arg;
    const struct a4nn_pub_table *t = a4nn_pub_table(fields->table);
    struct a4nn_json *f = new_object("@type", "cr:Field"), *source = a4nn_json_object();
    struct a4nn_buf text = {0};

    a4nn_buf_addf(&text, "%s/%s", t->name, c->name);
    set_text(f, "@id", text.data);
    set_text(f, "name", text.data);
    set_text(f, "description", c->about);
    set_text(f, "dataType", types[c->type]);
    if (t->foreign.column != NULL && strcmp(t->foreign.column, c->name) == 0) {
        struct a4nn_json *reference = a4nn_json_object(); /* a field: what readers look for */
        set_id(reference, "field", t->foreign.table, c->name);
        a4nn_json_set(f, "references", reference);
    }
    a4nn_buf_reset(&text);
    a4nn_buf_addf(&text, "%s.csv", t->name);
    a4nn_json_set(source, "fileObject", new_object("@id", text.data));
    a4nn_json_set(source, "extract", new_object("column", c->name));
    a4nn_json_set(f, "source", source);
    a4nn_json_append(fields->list, f);
    a4nn_buf_release(&text);
}

static struct a4nn_json *
record_set(const struct a4nn_pub *pub, size_t table)
{
    const struct a4nn_pub_table *t = a4nn_pub_table(table);
    struct a4nn_json *r = new_object("@type", "cr:RecordSet"), *keys = a4nn_json_array();
    struct fields fields = {table, a4nn_json_array()};
    struct a4nn_buf id = {0};
    size_t i;

    set_text(r, "@id", t->name);
    set_text(r, "name", t->name);
    set_text(r, "description", t->about);
    for (i = 0; t->key[i] != NULL; i++) {
        a4nn_buf_reset(&id);
        a4nn_buf_addf(&id, "%s/%s", t->name, t->key[i]);
        a4nn_json_append(keys, new_object("@id", id.data));
    }
    a4nn_json_set(r, "key", keys);
    a4nn_pub_columns(pub, table, add_croissant_field, &fields);
    a4nn_json_set(r, "field", fields.list);
    a4nn_buf_release(&id);
    return r;
}

static struct a4nn_json *
file_object(const struct a4nn_pub *pub, size_t table)
{
    struct a4nn_json *f = new_object("@type", "cr:FileObject");
    struct a4nn_buf text = {0};
    const struct a4nn_pubentry *e = file_of(pub, table, &text);

    set_text(f, "@id", e->name);
    set_text(f, "name", e->name);
    set_text(f, "description", a4nn_pub_table(table)->about);
    set_text(f, "contentUrl", e->name);
    a4nn_buf_reset(&text);
    a4nn_buf_addf(&text, "%llu B", (unsigned long long)e->bytes);
    set_text(f, "contentSize", text.data);
    set_text(f, "encodingFormat", "text/csv");
    set_text(f, "sha256", e->sha256);
    a4nn_buf_release(&text);
    return f;
}

static struct a4nn_json *
creators(const struct a4nn_pub *pub)
{
    struct a4nn_json *list = a4nn_json_array(), *one;
    size_t i;

    for (i = 0; i < pub->opts->creators; i++) {
        one = new_object("@type", "sc:Person");
        set_text(one, "name", pub->opts->creator[i]);
        a4nn_json_append(list, one);
    }
    return list;
}

/* Where it can be read of: the page beside it when nothing else is known. */
static void
set_place(const struct a4nn_pub *pub, struct a4nn_json *dataset)
{
    struct a4nn_buf text = {0};
    char date[32];

    if (pub->opts->doi != NULL)
        a4nn_buf_addf(&text, "https://doi.org/%s", pub->opts->doi);
    set_text(dataset, "url",
             pub->opts->url != NULL ? pub->opts->url
             : text.len > 0         ? text.data
                                    : "index.html");
    if (text.len > 0)
        set_text(dataset, "identifier", text.data);
    a4nn_buf_reset(&text);
    a4nn_pub_citation(pub, &text);
    set_text(dataset, "citeAs", text.data);
    if (a4nn_pub_date(pub, date))
        set_text(dataset, "datePublished", date);
    if (pub->opts->licence != NULL) {
        a4nn_buf_reset(&text);
        licence_url(pub, &text);
        set_text(dataset, "license", text.data);
    }
    a4nn_buf_release(&text);
}

void
a4nn_pub_croissant(const struct a4nn_pub *pub, struct a4nn_buf *out)
{
    struct a4nn_json *d = a4nn_json_object(), *files = a4nn_json_array();
    struct a4nn_json *sets = a4nn_json_array();
    struct a4nn_buf words = {0};
    size_t i;

    a4nn_json_set(d, "@context", context());
    set_text(d, "@type", "sc:Dataset");
    set_text(d, "conformsTo", "http://mlcommons.org/croissant/1.0");
    set_text(d, "name", a4nn_pub_title(pub));
    set_text(d, "description", a4nn_pub_description(pub, &words));
    a4nn_json_set(d, "isLiveDataset", a4nn_json_from_bool(false));
    set_place(pub, d);
    if (pub->opts->creators > 0)
        a4nn_json_set(d, "creator", creators(pub));
    for (i = 0; i < A4NN_PUB_TABLES; i++) {
        a4nn_json_append(files, file_object(pub, i));
        a4nn_json_append(sets, record_set(pub, i));
    }
    a4nn_json_set(d, "distribution", files);
    a4nn_json_set(d, "recordSet", sets);
    a4nn_json_dump_indented(d, out);
    a4nn_json_free(d);
    a4nn_buf_release(&words);
}

/* ---- Citation File Format ---- */

/* A JSON string is a YAML string. Without an author there is no such file. */
static void
write_cff(struct a4nn_pub *pub)
{
    struct a4nn_buf out = {0};
    char date[32];
    size_t i;

    if (pub->opts->creators == 0)
        return;
    a4nn_buf_adds(&out, "cff-version: 1.2.0\nmessage: If you use these data, please cite them.\n"
                        "type: dataset\ntitle: ");
    a4nn_json_quote(&out, a4nn_pub_title(pub));
    a4nn_buf_adds(&out, "\nauthors:\n");
    for (i = 0; i < pub->opts->creators; i++) {
        a4nn_buf_adds(&out, "  - name: ");
        a4nn_json_quote(&out, pub->opts->creator[i]);
        a4nn_buf_addc(&out, '\n');
    }
    if (pub->opts->licence != NULL)
        a4nn_buf_addf(&out, "license: %s\n", pub->opts->licence);
    if (pub->opts->doi != NULL) {
        a4nn_buf_adds(&out, "doi: ");
        a4nn_json_quote(&out, pub->opts->doi);
        a4nn_buf_addc(&out, '\n');
    }
    if (pub->opts->url != NULL) {
        a4nn_buf_adds(&out, "url: ");
        a4nn_json_quote(&out, pub->opts->url);
        a4nn_buf_addc(&out, '\n');
    }
    if (a4nn_pub_date(pub, date))
        a4nn_buf_addf(&out, "date-released: %s\n", date);
    a4nn_pub_write(pub, "CITATION.cff", &out);
}

void
a4nn_pub_metadata(struct a4nn_pub *pub)
{
    struct a4nn_buf text = {0};

    write_datapackage(pub);
    a4nn_pub_croissant(pub, &text);
    a4nn_pub_write(pub, "croissant.json", &text);
    write_cff(pub);
}
