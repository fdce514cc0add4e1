/* The neighbours of one belief on a lattice of the simplex, and their interpolation weights, for more than two types.

   The lattice is cut into small simplices (Kuhn's triangulation).  With barycentric weights l_i of the belief in the
   simplex that holds it, of corners v_i,

       V(p) = sum_i l_i V(v_i) - sum_{i<j} l_i l_j / 2 [(l_i + r_ij / 2) D_ij(v_i) + (l_j + r_ij / 2) D_ij(v_j)],

   with r_ij = 1 - l_i - l_j and D_ij(v) = V(v + e) - 2 V(v) + V(v - e), e = v_j - v_i, the second difference along the
   edge: linear interpolation less what the curvature adds.  Along an edge this is the cubic of two types
   (`interpolation.h`); it is exact for quadratic functions, and continuous, since on a face it depends on the face's own
   points only.  Where v - e or v + e is not on the lattice the second difference is that of the nearest point at which it
   is.  The weights sum to 1 and reproduce the belief; some are negative. */
#ifndef PEACETALKS_LATTICE_H
#define PEACETALKS_LATTICE_H

#include "game.h"
#include "vector.h"

enum { MOST_CORNERS = MAX_TYPES * MAX_TYPES }; /* grid beliefs that a belief is distributed over, at the most */

/* The number of `what` (a column of Grid.shape) on an axis. */
INLINE int64_t on_axis(const struct Grid *G, int64_t axis, int64_t what)
{
    return G->shape[axis * GRID_COLUMNS + what];
}

/* Whether the interpolation on an axis of more than two types is cubic; else it is linear. */
INLINE int is_cubic(const struct Grid *G, int64_t axis)
{
    return G->stencil[axis * (G->most_points > 1 ? G->most_points - 1 : 1) * STENCIL] > 0.0;
}

/* How many neighbours a belief on an axis is distributed over. */
INLINE int64_t corners_of(const struct Grid *G, int64_t axis)
{
    int64_t size = on_axis(G, axis, SIZE), types = on_axis(G, axis, TYPES);
    return types > 2 ? (is_cubic(G, axis) ? types * types : types) : size < 4 ? size : 4;
}

/* The neighbours of a belief, as they are collected. */
struct Neighbours {
    const int64_t *lookup; /* [code of a lattice point] -> belief */
    int64_t types, cells;  /* types, lattice intervals */
    int64_t count, *idx;   /* [corner] beliefs */
    double *w;             /* [corner] their weights */
};

/* Add a weight to that of a lattice point [type], in intervals. */
static void add_weight(struct Neighbours *N, const int64_t *point, double weight)
{
    int64_t code = 0, radix = 1, rest = N->cells, i = 0;
    for (int64_t k = 0; k + 1 < N->types; k++) {
        rest -= point[k];
        code += rest * radix;
        radix *= N->cells + 1;
    }
    int64_t place = N->lookup[code];
    while (i < N->count && N->idx[i] != place) i++;
    if (i == N->count) N->idx[i] = place, N->w[i] = 0.0, N->count++;
    N->w[i] += weight;
}

/* Move `middle` from `low` to the nearest lattice point from which the edge to `high` can be followed both ways.

   Where a type of probability 0 would have to lose some, it is given an interval of the type that can best spare it. */
static void move_inside(const int64_t *low, const int64_t *high, int64_t types, int64_t *middle)
{
    for (int64_t k = 0; k < types; k++) {
        if (high[k] <= low[k] || middle[k] > 0) continue;
        int64_t most = -1, giver = 0;
        for (int64_t i = 0; i < types; i++) {
            int64_t spare = middle[i] - (high[i] != low[i]);
            if (i != k && spare > most) most = spare, giver = i;
        }
        middle[k]++, middle[giver]--;
    }
}

/* Add the weights of the second differences at both ends of an edge, whose barycentric weights are `a` and `b`. */
static void add_curvature(struct Neighbours *N, const int64_t *low, const int64_t *high, double a, double b)
{
    int before = 1, after = 1; /* whether the lattice goes on before `low`, and after `high` */
    for (int64_t k = 0; k < N->types; k++) before &= 2 * low[k] >= high[k], after &= 2 * high[k] >= low[k];
    for (int end = 0; end < 2; end++) {
        int64_t middle[MAX_TYPES], point[MAX_TYPES];
        const int64_t *from = !after || (before && end == 0) ? low : high;
        for (int64_t k = 0; k < N->types; k++) middle[k] = from[k];
        if (!before && !after) move_inside(low, high, N->types, middle);
        double share = -0.5 * a * b * ((end == 0 ? a : b) + 0.5 * (1.0 - a - b));
        for (int64_t side = -1; side <= 1; side++) {
            for (int64_t k = 0; k < N->types; k++) point[k] = middle[k] + side * (high[k] - low[k]);
            add_weight(N, point, side == 0 ? -2.0 * share : share);
        }
    }
}

/* Write the simplex that holds belief p[type]: corner[corner][type] in intervals, and share[corner], p's barycentric weights.

   Kuhn's triangulation in the cumulative coordinates z_i = cells (p_i + ... + p_K), i = 2..K: the step from a corner to
   the next adds 1 to one of them, the one of the largest fraction first (Kuhn 1968). */
static void locate_simplex(const double *p, int64_t types, int64_t cells, int64_t corner[MAX_TYPES][MAX_TYPES],
                           double *share)
{
    double part[MAX_TYPES], total = 0.0, last = 1.0;
    int64_t order[MAX_TYPES], above = 0;
    for (int64_t i = types - 1; i > 0; i--) {
        total += p[i]; /* rounding and what is not a number must not leave the lattice */
        double z = total >= 0.0 ? (total < 1.0 ? total : 1.0) * (double)cells : 0.0;
        double whole = fmin(fmax(floor(z + 1e-12), 0.0), (double)cells), own = fmin(fmax(z - whole, 0.0), 1.0);
        corner[0][i] = (int64_t)whole - above;
        above = (int64_t)whole;
        int64_t j = types - 1 - i; /* sorted as it comes; ties keep the order, so z stays non-increasing */
        for (; j > 0 && own >= part[j - 1]; j--) part[j] = part[j - 1], order[j] = order[j - 1];
        part[j] = own, order[j] = i;
    }
    corner[0][0] = cells - above;
    part[types - 1] = 0.0;
    for (int64_t i = 0; i < types; i++) {
        share[i] = last - part[i];
        last = part[i];
        if (i + 1 == types) break;
        for (int64_t k = 0; k < types; k++) corner[i + 1][k] = corner[i][k];
        corner[i + 1][order[i]]++, corner[i + 1][order[i] - 1]--;
    }
}

/* Write the neighbours idx[corner] of belief p[type] on an axis of more than two types, and their weights w[corner]. */
static void locate_lattice(const struct Grid *G, int64_t axis, const double *p, int64_t *idx, double *w)
{
    struct Neighbours N = {G->lookup + axis * G->lookup_width, on_axis(G, axis, TYPES), on_axis(G, axis, CELLS), 0, idx, w};
    int64_t corner[MAX_TYPES][MAX_TYPES], corners = corners_of(G, axis);
    double share[MAX_TYPES];
    locate_simplex(p, N.types, N.cells, corner, share);
    for (int64_t i = 0; i < N.types; i++)
        if (share[i] > 0.0) add_weight(&N, corner[i], share[i]);
    for (int64_t i = 0; is_cubic(G, axis) && i < N.types; i++)
        for (int64_t j = i + 1; j < N.types; j++)
            if (share[i] > 0.0 && share[j] > 0.0) add_curvature(&N, corner[i], corner[j], share[i], share[j]);
    for (int64_t i = N.count; i < corners; i++) idx[i] = idx[0], w[i] = 0.0;
}

#endif
