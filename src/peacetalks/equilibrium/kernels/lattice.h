/* The neighbours of one belief on a lattice of the simplex, and their interpolation weights, for more than two types.

   The lattice is cut into small simplices (Kuhn's triangulation).  With barycentric weights l_i of the belief in the
   simplex that holds it, of corners v_i,

       V(p) = sum_i l_i V(v_i) - sum_{i<j} l_i l_j / 2 [(l_i + r_ij / 2) D_ij(v_i) + (l_j + r_ij / 2) D_ij(v_j)],

   with r_ij = 1 - l_i - l_j and D_ij(v) = V(v + e) - 2 V(v) + V(v - e), e = v_j - v_i, the second difference along the
   edge: linear interpolation less what the curvature adds.  Along an edge this is the cubic of two types
   (`interpolation.h`); it is exact for quadratic functions, and continuous, since on a face it depends on the face's
   own points only.  Where v - e or v + e is not on the lattice the second difference is that of the nearest point at
   which it is.  The weights sum to 1 and reproduce the belief; some are negative. */
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

struct Simplex { /* the one that holds a belief */
    int64_t types, cells;                  /* types, lattice intervals a side */
    int64_t corner[MAX_TYPES][MAX_TYPES];  /* [corner][type] in intervals */
    int64_t code[MAX_TYPES];               /* [corner] place in Grid.lookup */
    double share[MAX_TYPES];               /* [corner] barycentric weight; a corner of weight 0 may lie outside */
};

/* Find the simplex that holds belief p[type] (Kuhn 1968).

   In the cumulative coordinates z_i = cells (p_i + ... + p_K), i = 2..K, the step from a corner to the next adds 1 to
   one of them, the one of the largest fraction first; the code of a lattice point is sum_i z_i (cells + 1)^(i - 2). */
static void locate_simplex(struct Simplex *S, const double *p)
{
    double part[MAX_TYPES], total = 0.0, last = 1.0;
    int64_t order[MAX_TYPES], radix[MAX_TYPES] = {0, 1}, above = 0, K = S->types;
    for (int64_t i = 2; i < K; i++) radix[i] = radix[i - 1] * (S->cells + 1);
    S->code[0] = 0;
    for (int64_t i = K - 1; i > 0; i--) {
        total += p[i]; /* rounding and what is not a number must not leave the lattice */
        double z = total >= 0.0 ? (total < 1.0 ? total : 1.0) * (double)S->cells : 0.0;
        int64_t whole = (int64_t)(z + 1e-12);
        double own = z > (double)whole ? z - (double)whole : 0.0;
        S->corner[0][i] = whole - above, above = whole;
        S->code[0] += whole * radix[i];
        int64_t j = K - 1 - i; /* sorted as it comes; ties keep the order, so z stays non-increasing */
        for (; j > 0 && own >= part[j - 1]; j--) part[j] = part[j - 1], order[j] = order[j - 1];
        part[j] = own, order[j] = i;
    }
    S->corner[0][0] = S->cells - above;
    for (int64_t i = 0; i < K; i++) {
        double next = i + 1 < K ? part[i] : 0.0;
        S->share[i] = last - next, last = next;
        if (i + 1 == K) break;
        for (int64_t k = 0; k < K; k++) S->corner[i + 1][k] = S->corner[i][k];
        S->corner[i + 1][order[i]]++, S->corner[i + 1][order[i] - 1]--;
        S->code[i + 1] = S->code[i] + radix[order[i]];
    }
}

/* Add the weights of an edge from corner i to j of which no end has a second difference: both are taken at the nearest
   lattice point from which the edge can be followed both ways.

   Where a type that the edge raises has probability 0, it is given an interval of the type that can best spare it.  A
   point that is a neighbour already gets the weight; another takes a place of weight 0 (the neighbours are K^2 at the
   most, so that there is one). */
static void add_inner_difference(const struct Simplex *S, const int64_t *lookup, int64_t i, int64_t j, int64_t corners,
                                 int64_t *idx, double *w)
{
    const int64_t *low = S->corner[i], *high = S->corner[j];
    int64_t K = S->types, middle[MAX_TYPES], code = S->code[i], step = S->code[j] - S->code[i];
    for (int64_t k = 0; k < K; k++) middle[k] = low[k];
    for (int64_t k = 0; k < K; k++) {
        if (high[k] <= low[k] || middle[k] > 0) continue;
        int64_t most = -1, giver = 0;
        for (int64_t m = 0; m < K; m++) {
            int64_t spare = middle[m] - (high[m] != low[m]);
            if (m != k && spare > most) most = spare, giver = m;
        }
        middle[k]++, middle[giver]--;
        for (int64_t m = 1, radix = 1; m < K; m++, radix *= S->cells + 1) /* z_m counts the types from m on */
            code += ((k >= m) - (giver >= m)) * radix;
    }
    for (int64_t side = -1; side <= 1; side++) {
        int64_t place = lookup[code + side * step], at = 0;
        while (at < corners && idx[at] != place) at++;
        if (at == corners)
            for (at = 1; w[at] != 0.0 || idx[at] != idx[0];) at++;
        idx[at] = place;
        w[at] += (side == 0 ? 1.0 : -0.5) * S->share[i] * S->share[j];
    }
}

/* Write the neighbours idx[corner] of belief p[type] on an axis of more than two types, and their weights w[corner].

   First the corners of the simplex, then for each edge the points before its start and after its end. Where one of
   these is not on the lattice, the second difference of the other end counts for both. */
static void locate_lattice(const struct Grid *G, int64_t axis, const double *p, int64_t *idx, double *w)
{
    const int64_t *lookup = G->lookup + axis * G->lookup_width;
    struct Simplex S = {.types = on_axis(G, axis, TYPES), .cells = on_axis(G, axis, CELLS)};
    int64_t K = S.types, corners = corners_of(G, axis), at = K, inner = 0, inner_edge[MAX_TYPES * MAX_TYPES];
    locate_simplex(&S, p);
    int64_t some = 0;
    while (some + 1 < K && !(S.share[some] > 0.0)) some++;
    for (int64_t i = 0; i < K; i++) w[i] = S.share[i], idx[i] = lookup[S.code[S.share[i] > 0.0 ? i : some]];
    for (int64_t i = K; i < corners; i++) idx[i] = idx[0], w[i] = 0.0;
    for (int64_t i = 0; corners > K && i < K; i++)
        for (int64_t j = i + 1; j < K; j++, at += 2) {
            double a = S.share[i], b = S.share[j], half = -0.5 * a * b, r = 0.5 * (1.0 - a - b);
            if (!(a > 0.0 && b > 0.0)) continue;
            int before = 1, after = 1;
            for (int64_t k = 0; k < K; k++) {
                int64_t low = S.corner[i][k], high = S.corner[j][k];
                before &= 2 * low >= high, after &= 2 * high >= low;
            }
            if (!before && !after) {
                inner_edge[inner++] = i * K + j;
                continue;
            }
            double one = !before ? 0.0 : !after ? half : half * (a + r);
            double two = !after ? 0.0 : !before ? half : half * (b + r);
            w[i] += two - 2.0 * one, w[j] += one - 2.0 * two;
            if (before) idx[at] = lookup[2 * S.code[i] - S.code[j]], w[at] = one;
            if (after) idx[at + 1] = lookup[2 * S.code[j] - S.code[i]], w[at + 1] = two;
        }
    for (int64_t n = 0; n < inner; n++)
        add_inner_difference(&S, lookup, inner_edge[n] / K, inner_edge[n] % K, corners, idx, w);
}

#endif
