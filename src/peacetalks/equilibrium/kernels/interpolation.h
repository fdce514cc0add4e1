/* Interpolation between the points of the belief grid, for posteriors about a player of two types.

   Cubic Hermite interpolation on the four nearest points (`belief_grid.stencils` holds its coefficients, one row a
   cell). In cell i at fraction t of its length

       V(p) = V[s] + sum_k e_k (V[s + k + 1] - V[s + k]),    k = 0, 1, 2,
       e_k = u_k + v_k t^2 (3 - 2 t) + t (1 - t) ((1 - t) l_k - t r_k),

   with s the first point of the cell's stencil. More types: see `lattice.h`. */
#ifndef PEACETALKS_INTERPOLATION_H
#define PEACETALKS_INTERPOLATION_H

#include "game.h"
#include "vector.h"

struct Axis { /* the beliefs about one player of two types */
    int64_t step, size, knot;     /* step in a row of values; points; place of the prior */
    double prior, below, above;   /* cells per unit of belief below the prior and above it */
    double *coefficient[STENCIL]; /* [cell], padded to LANES: u, v, l, r of the three differences */
};

/* Open axis `ax` of the grid, whose points lie `step` apart in a row of values. Returns 0 where there is no memory. */
static int open_axis(struct Axis *axis, const struct Grid *G, int64_t ax, int64_t step)
{
    const int64_t *shape = G->shape + ax * GRID_COLUMNS;
    int64_t size = shape[SIZE], knot = shape[CELLS], last = size - 1;
    double prior = G->points[(ax * G->most_points + knot) * MAX_TYPES];
    int64_t cells = padded(last > 0 ? last : 1);
    double *kept = room(STENCIL * cells, sizeof(double));
    if (!kept) return 0;
    const double *from = G->stencil + ax * (G->most_points > 1 ? G->most_points - 1 : 1) * STENCIL;
    for (int c = 0; c < STENCIL; c++) {
        axis->coefficient[c] = kept + c * cells;
        for (int64_t i = 0; i < last; i++) axis->coefficient[c][i] = from[i * STENCIL + c];
    }
    axis->step = step, axis->size = size, axis->knot = knot, axis->prior = prior;
    axis->below = knot > 0 ? (double)knot / prior : 0.0;
    axis->above = knot < last ? (double)(last - knot) / (1.0 - prior) : 0.0;
    return 1;
}

static void close_axis(struct Axis *axis) { free(axis->coefficient[0]); }

/* The cell of the posteriors x, the fraction t of its length, and the cells per unit of belief there. */
INLINE Wholes locate_cell(const struct Axis *axis, Reals x, Reals *t, Reals *rate)
{
    Wholes low = x < axis->prior;
    if (axis->above == 0.0) low = all_whole(-1);
    *rate = pick(low, all(axis->below), all(axis->above));
    Wholes first = pick_whole(low, all_whole(0), all_whole(axis->knot));
    Wholes last = pick_whole(low, all_whole(axis->knot - 1), all_whole(axis->size - 2));
    Reals f = (x - pick(low, all(0.0), all(axis->prior))) * *rate;
    Wholes cell = first + truncated(f);
    cell = pick_whole(cell < last, cell, last);
    cell = pick_whole(cell > first, cell, first);
    *t = f - as_reals(cell - first);
    return cell;
}

/* Find the stencils of the posteriors x: `start` receives the position of the first point, `weight` the weights of the
   points (at most 4), and `slope` their derivatives in x, unless it is NULL. */
INLINE void stencil_at(const struct Axis *axis, Reals x, Wholes *start, Reals *weight, Reals *slope)
{
    Reals t, rate, e[5] = {all(1.0)}, d[5] = {all(0.0)};
    Wholes cell = locate_cell(axis, x, &t, &rate), most = all_whole(axis->size > 4 ? axis->size - 4 : 0);
    Reals r = 1.0 - t, s = t * t * (3.0 - 2.0 * t), b = t * r;
    int64_t cells = axis->size - 1, last = axis->size < 4 ? axis->size - 1 : 3;
    for (int k = 0; k < 3; k++) {
        Reals u = look_up(axis->coefficient[k], cell, cells), v = look_up(axis->coefficient[3 + k], cell, cells);
        Reals left = look_up(axis->coefficient[6 + k], cell, cells);
        Reals right = look_up(axis->coefficient[9 + k], cell, cells);
        e[k + 1] = u + v * s + b * (r * left - t * right);
        d[k + 1] = rate * (6.0 * b * v + r * (1.0 - 3.0 * t) * left + t * (3.0 * t - 2.0) * right);
    }
    for (int64_t k = 0; k <= last; k++) {
        weight[k] = k < last ? e[k] - e[k + 1] : e[k];
        if (slope) slope[k] = k < last ? d[k] - d[k + 1] : d[k];
    }
    *start = cell - 1;
    *start = pick_whole(*start > 0, *start, all_whole(0));
    *start = pick_whole(*start < most, *start, most);
}

/* The points of an axis that the stencils of all lanes lie on. */
struct Window {
    int64_t first, count;
};

/* The weights of the points of a window on which the stencils of the posteriors x lie, and with `slope` their derivatives:
   those of each stencil, moved to where it starts by powers of 2, and 0 elsewhere. */
INLINE struct Window weights_at(const struct Axis *axis, Reals x, Reals *weight, Reals *slope)
{
    int64_t corners = axis->size < 4 ? axis->size : 4;
    Wholes start;
    stencil_at(axis, x, &start, weight, slope);
    int64_t low = start[0], high = start[0];
    for (int l = 1; l < LANES; l++) {
        low = start[l] < low ? start[l] : low;
        high = start[l] > high ? start[l] : high;
    }
    struct Window at = {low, high - low + corners};
    for (int64_t j = corners; j < at.count; j++) {
        weight[j] = all(0.0);
        if (slope) slope[j] = all(0.0);
    }
    for (int64_t by = 1; by <= high - low; by *= 2) {
        Wholes moved = ((start - low) & by) != 0;
        for (int64_t j = at.count - 1; j >= 0; j--) {
            weight[j] = pick(moved, j < by ? all(0.0) : weight[j - by], weight[j]);
            if (slope) slope[j] = pick(moved, j < by ? all(0.0) : slope[j - by], slope[j]);
        }
    }
    return at;
}

#endif
