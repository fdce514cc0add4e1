/* Nodes without a fixed point: chance, and a mover whose type is known. */
#ifndef PEACETALKS_SINGLE_H
#define PEACETALKS_SINGLE_H

#include "stack.h"

/* Write the value of a chance node, sum_a nu(a) (payoff[a, u] + sum_m p_m X[slot_m, u]), to X[n]; with `finish` write the
   log chances [belief, action] to `logs`. */
static void chance_values(int64_t n, const struct Layout *L, const struct Grid *G, const struct Plan *P, double *X,
                          double *logs, int64_t finish)
{
    int64_t B = G->total, U = L->player_types, first = L->prof_ptr[n], A = L->prof_ptr[n + 1] - first;
    const double *log_nu = L->log_weight + L->part_weight[L->part_ptr[n]];
    double *restrict out = X + n * U * B;
    for (int64_t a = 0; a < A; a++) {
        int64_t row = first + a;
        double nu = exp(log_nu[a]);
        for (int64_t u = 0; u < U; u++) {
            double paid = nu * (L->payoff[row * U + u] + L->incentive[row * U + u]);
            for (int64_t b = 0; b < B; b++) out[u * B + b] = (a ? out[u * B + b] : 0.0) + paid;
        }
        for (int64_t m = L->lottery_ptr[row]; m < L->lottery_ptr[row + 1]; m++) {
            const double *restrict from = X + L->lottery_slot[m] * U * B;
            double p = nu * L->lottery_prob[m];
            for (int64_t i = 0; i < U * B; i++) out[i] += p * from[i];
        }
        if (L->typed[row] < 0) continue;
        const double *restrict typed = P->typed_value + L->typed[row] * U * B;
        for (int64_t i = 0; i < U * B; i++) out[i] += nu * typed[i];
    }
    for (int64_t b = 0; finish && b < B; b++) memcpy(logs + P->log_ptr[n] + b * A, log_nu, (size_t)A * sizeof(double));
}

/* Write the log chances of the actions at the lanes of a group to x,

       sigma(a) = nu(a) exp(lambda Q(a)) / Z. */
static void known_strategies(const struct Stack *S, const struct Group *at, const struct Layout *L, const double *lam,
                             Reals *x)
{
    int64_t player = L->part_player[L->part_ptr[S->nodes[0]]], A = S->profiles, u = L->first_index[player];
    for (int l = 0; l < LANES; l++) {
        const double *log_nu = L->log_weight + L->part_weight[L->part_ptr[S->nodes[at->node[l]]]];
        for (int64_t a = 0; a < A; a++) x[a][l] = log_nu[a];
    }
    Reals best = value_here(S, at, row_after(S, 0, u)), total = all(0.0), top = all(-HUGE_VAL);
    for (int64_t a = 1; a < A; a++) best = larger(best, value_here(S, at, row_after(S, a, u)));
    for (int64_t a = 0; a < A; a++) {
        x[a] += lam[player] * (value_here(S, at, row_after(S, a, u)) - best);
        top = larger(top, x[a]);
    }
    for (int64_t a = 0; a < A; a++) total += exp_of(x[a] - top);
    Reals norm = top + log_of(total);
    for (int64_t a = 0; a < A; a++) x[a] -= norm;
}

/* Solve alike nodes with one participant of one type, or chance: every value is the average over the actions. X and `logs`
   as in `sweep_one_mover`. Returns -1 where there is no memory. */
static int64_t sweep_single(const int64_t *nodes, int64_t count, const struct Layout *L, const struct Grid *G,
                            const struct Plan *P, double *X, double *logs, const double *lam, int64_t finish)
{
    if (L->part_player[L->part_ptr[nodes[0]]] == NATURE) {
        for (int64_t i = 0; i < count; i++) chance_values(nodes[i], L, G, P, X, logs, finish);
        return 0;
    }
    struct Stack S;
    int64_t m = open_stack(&S, nodes[0], count, L, G), A = S.profiles;
    Reals *x = room(2 * A, sizeof(Reals)), *chance = x + A; /* [action] */
    for (int64_t position = 0; m && x && position < count; position += m) {
        fill_stack(&S, L, P, X, nodes + position, count - position < m ? count - position : m);
        for (int64_t i = 0; i < S.groups; i++) {
            struct Group at = S.group[i];
            known_strategies(&S, &at, L, lam, x);
            for (int64_t a = 0; a < A; a++) chance[a] = exp_of(x[a]);
            for (int64_t u = 0; u < S.player_types; u++) {
                Reals sum = all(0.0);
                for (int64_t a = 0; a < A; a++) sum += chance[a] * value_here(&S, &at, row_after(&S, a, u));
                put_value(&S, &at, u, sum);
            }
            for (int64_t l = 0; finish && l < at.used; l++)
                for (int64_t a = 0; a < A; a++) logs[P->log_ptr[S.nodes[at.node[l]]] + at.flat[l] * A + a] = x[a][l];
        }
        store_stack(&S, X);
    }
    int ready = m && x;
    free(x);
    close_stack(&S);
    return ready ? 0 : -1;
}

#endif
