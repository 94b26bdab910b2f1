/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef A4NN_LIBPQ_LOAD_H
#define A4NN_LIBPQ_LOAD_H

#include <libpq-fe.h>

#include "err.h"

/*
 * libpq, loaded when a server is named.  It brings some twenty libraries with it, whose loading
 * would cost every start of every command more than all else in it.
 */
#define A4NN_LIBPQ(X)                                                                              \
    X(PQclear)                                                                                     \
    X(PQconnectPoll)                                                                               \
    X(PQconnectStartParams)                                                                        \
    X(PQconninfoFree)                                                                              \
    X(PQconninfoParse)                                                                             \
    X(PQdescribePrepared)                                                                          \
    X(PQenterPipelineMode)                                                                         \
    X(PQerrorMessage)                                                                              \
    X(PQexec)                                                                                      \
    X(PQexitPipelineMode)                                                                          \
    X(PQfinish)                                                                                    \
    X(PQfreemem)                                                                                   \
    X(PQftype)                                                                                     \
    X(PQgetResult)                                                                                 \
    X(PQgetisnull)                                                                                 \
    X(PQgetvalue)                                                                                  \
    X(PQnfields)                                                                                   \
    X(PQnparams)                                                                                   \
    X(PQntuples)                                                                                   \
    X(PQparamtype)                                                                                 \
    X(PQpipelineStatus)                                                                            \
    X(PQpipelineSync)                                                                              \
    X(PQprepare)                                                                                   \
    X(PQresultErrorField)                                                                          \
    X(PQresultStatus)                                                                              \
    X(PQsendQueryPrepared)                                                                         \
    X(PQsetErrorVerbosity)                                                                         \
    X(PQsetNoticeProcessor)                                                                        \
    X(PQsetSingleRowMode)                                                                          \
    X(PQsocket)                                                                                    \
    X(PQstatus)                                                                                    \
    X(PQtransactionStatus)

#define A4NN_LIBPQ_MEMBER(f) __typeof__(f) *f;
struct a4nn_libpq {
    A4NN_LIBPQ(A4NN_LIBPQ_MEMBER)
};

/* The functions, the same each time; NULL with *err filled where there is no libpq. */
const struct a4nn_libpq *a4nn_libpq_load(struct a4nn_err *err) A4NN_MUST_USE;

#endif
