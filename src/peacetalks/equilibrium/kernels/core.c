/* The numerical core: the functions that Python calls, compiled once for each instruction set. */
#ifndef VARIANT
#define VARIANT generic
#endif
#define JOINED(name, variant) name##_##variant
#define WITH(name, variant) JOINED(name, variant)
#define EXPORT(name) WITH(name, VARIANT)

#include "one_mover.h"
#include "one_node.h"
#include "several.h"
#include "single.h"
#include "transitions.h"

/* Solve the nodes of a batch; see `sweep_single`, `sweep_one_mover` and `sweep_several`. */
int64_t EXPORT(sweep_single)(const int64_t *nodes, int64_t count, const struct Layout *L, const struct Grid *G,
                             const struct Plan *P, double *X, double *logs, const double *lam, int64_t finish)
{
    return sweep_single(nodes, count, L, G, P, X, logs, lam, finish);
}

int64_t EXPORT(sweep_one_mover)(const int64_t *nodes, int64_t count, const struct Layout *L, const struct Grid *G,
                                const struct Plan *P, double *X, double *logs, double *starts, const double *lam,
                                double tol, int64_t finish, int64_t *failed, double *found)
{
    return sweep_one_mover(nodes, count, L, G, P, X, logs, starts, lam, tol, finish, failed, found);
}

int64_t EXPORT(sweep_several)(const int64_t *nodes, int64_t count, const struct Layout *L, const struct Grid *G,
                              const struct Plan *P, double *X, double *logs, double *starts, const double *lam,
                              double tol, int64_t most, int64_t finish, int64_t *failed, double *found)
{
    return sweep_several(nodes, count, L, G, P, X, logs, starts, lam, tol, most, finish, failed, found);
}

/* Do `what` with points of one node; see `one_node`. */
int64_t EXPORT(one_node)(int64_t what, int64_t n, const struct Layout *L, const struct Grid *G, const double *lam,
                         const double *table, const double *mu, double scale, double tol, int64_t most,
                         int64_t points, double *x, double *y, double *residual, double *out)
{
    return one_node(what, n, L, G, lam, table, mu, scale, tol, most, points, x, y, residual, out);
}

/* Write the grid neighbours idx[row, corner] of beliefs p[row, type] on an axis and their weights w[row, corner]; a row has
   room for MOST_CORNERS, and those beyond the axis's own have weight 0. */
void EXPORT(locate_rows)(const struct Grid *G, int64_t ax, int64_t rows, const double *p, int64_t *idx, double *w)
{
    int64_t types = on_axis(G, ax, TYPES), corners = corners_of(G, ax);
    struct Axis axis = {0};
    memset(idx, 0, (size_t)(rows * MOST_CORNERS) * sizeof(int64_t));
    memset(w, 0, (size_t)(rows * MOST_CORNERS) * sizeof(double));
    if (types == 2 && !open_axis(&axis, G, ax, 1)) return;
    for (int64_t row = 0; row < rows; row++, p += types, idx += MOST_CORNERS, w += MOST_CORNERS) {
        if (types > 2) {
            locate_lattice(G, ax, p, idx, w);
            continue;
        }
        Reals weight[4];
        Wholes start;
        stencil_at(&axis, all(fmin(fmax(p[0], 0.0), 1.0)), &start, weight, NULL);
        for (int64_t v = 0; v < corners; v++) idx[v] = start[0] + v, w[v] = weight[v][0];
    }
    close_axis(&axis);
}

/* Write e^x and log x of `count` numbers, a multiple of LANES, in place; for tests of the two functions. */
void EXPORT(exponentials)(double *x, int64_t count)
{
    for (int64_t i = 0; i < count; i += LANES) store(x + i, exp_of(load(x + i)));
}

void EXPORT(logarithms)(double *x, int64_t count)
{
    for (int64_t i = 0; i < count; i += LANES) store(x + i, log_of(load(x + i)));
}

/* The public transition of a period; see `transitions.h`. */
void EXPORT(count_transitions)(const int64_t *nodes, int64_t count, const struct Layout *L, const struct Grid *G,
                               int64_t *share_ptr, int64_t *to_ptr)
{
    count_transitions(nodes, count, L, G, share_ptr, to_ptr);
}

int64_t EXPORT(fill_transitions)(const int64_t *nodes, int64_t count, const struct Layout *L, const struct Grid *G,
                                 const double *logs, const int64_t *log_ptr, const int64_t *share_ptr,
                                 const int64_t *to_ptr, double *share, int32_t *to)
{
    return fill_transitions(nodes, count, L, G, logs, log_ptr, share_ptr, to_ptr, share, to);
}

int64_t EXPORT(push_forward)(const struct Layout *L, const struct Grid *G, const int64_t *share_ptr,
                             const int64_t *to_ptr, const double *share, const int32_t *to, double *mass, double *seen)
{
    return push_forward(L, G, share_ptr, to_ptr, share, to, mass, seen);
}

int64_t EXPORT(expected_payoffs)(const int64_t *nodes, int64_t count, const struct Layout *L, const struct Grid *G,
                                 const double *logs, const int64_t *log_ptr, int64_t width, double *out)
{
    return expected_payoffs(nodes, count, L, G, logs, log_ptr, width, out);
}

void EXPORT(pull_back)(const struct Layout *L, const struct Grid *G, const int64_t *share_ptr, const int64_t *to_ptr,
                       const double *share, const int32_t *to, const double *reward, int64_t width, double *Y)
{
    pull_back(L, G, share_ptr, to_ptr, share, to, reward, width, Y);
}
