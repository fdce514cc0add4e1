/* One node at one belief, on the grid or off it, from many points at once: every lane is a point. */
#ifndef PEACETALKS_ONE_NODE_H
#define PEACETALKS_ONE_NODE_H

#include "branch.h"

enum { RESPOND, ITERATE, SOLVE, NEWTON, FOLLOW }; /* what is done with each point */

/* Do `what` with points of node `n`:

   RESPOND  y = logit best response to x at `scale` times the precision;
   ITERATE  damped iteration from x;
   SOLVE    the fixed point from x (NaN: no start), with the values out[player-type, point] there;
   NEWTON   Newton's method from x;
   FOLLOW   the principal branch from x, the reference measure (`branch.h`).

   table[profile, player-type, local belief] holds payoff, incentive and continuation on the beliefs about the node's own
   participants (the first one's vary slowest), mu[participant, MAX_TYPES] the beliefs; x, y are [row, point], and
   `residual` is [point]. Returns the number of best responses, or -1 where there is no memory. */
static int64_t one_node(int64_t what, int64_t n, const struct Layout *L, const struct Grid *G, const double *lam,
                        const double *table, const double *mu, double scale, double tol, int64_t most,
                        int64_t points, double *x, double *y, double *residual, double *out)
{
    struct Node N;
    Reals *values = room(L->player_types, sizeof(Reals));
    int ready = open_several(&N, n, L, G, lam, 0) && values;
    N.table = table, N.width = 1, N.places = all_whole(0);
    for (int64_t j = 0; ready && j < N.parts; j++)
        for (int64_t k = 0; N.part[j].axis >= 0 && k < N.part[j].types; k++)
            for (int l = 0; l < LANES; l++) set_belief(&N, l, j, k, mu[j * MAX_TYPES + k]);
    for (int64_t at = 0; ready && what == FOLLOW && at < points; at++) residual[at] = follow_branch(&N, x + at, points, tol);
    for (int64_t low = 0; ready && what != FOLLOW && low < points; low += LANES) {
        for (int l = 0; l < LANES; l++) {
            int64_t at = low + l < points ? low + l : points - 1;
            for (int64_t i = 0; i < N.size; i++) N.x[i][l] = x[i * points + at];
        }
        Reals found, scales = all(scale);
        if (what == RESPOND)
            found = respond(&N, scales);
        else if (what == ITERATE)
            found = damped_iteration(&N, scales, tol, most, all_whole(-1));
        else if (what == NEWTON)
            found = newton(&N, scales, tol, most, all_whole(-1));
        else {
            found = solve_several(&N, tol, most);
            several_values(&N, values);
        }
        for (int l = 0; l < LANES && low + l < points; l++) {
            for (int64_t i = 0; i < N.size; i++) (what == RESPOND ? y : x)[i * points + low + l] = (what == RESPOND ? N.y : N.x)[i][l];
            residual[low + l] = found[l];
            for (int64_t u = 0; what == SOLVE && u < N.player_types; u++) out[u * points + low + l] = values[u][l];
        }
    }
    int64_t steps = N.steps;
    free(values);
    close_several(&N);
    return ready ? steps : -1;
}

#endif
