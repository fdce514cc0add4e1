/* Nodes of any shape (`node.h`), solved from a start or from none, at every belief. */
#ifndef PEACETALKS_SEVERAL_H
#define PEACETALKS_SEVERAL_H

#include "iteration.h"
#include "stack.h"

enum { STRIDES = 8, RAMP = 32 }; /* precisions of a cold start of several movers: in strides, else in small steps */
enum { RAMP_STEPS = 30 };        /* iterations at each of the small steps */
static const double NEARLY = 1e-2, CLOSELY = 1e-7; /* residual of a stride and of a small step before the last one */
static const double CONTRACTS = 0.25; /* a stride: fall of the residual from one best response to the next, at least */

/* Best responses from x while the residuals of the active lanes contract; returns the residuals, infinite where one does
   not fall to CONTRACTS times the one before. */
static Reals contracting_iteration(struct Node *N, Reals scale, double tol, Wholes active)
{
    Reals residual = all(HUGE_VAL);
    while (any(active)) {
        Reals now = respond(N, scale);
        Wholes lost = active & ~((now <= CONTRACTS * residual) & (now < HUGE_VAL));
        residual = pick(active, pick(lost, all(HUGE_VAL), now), residual);
        active &= ~lost & ~(now <= tol);
        for (int64_t i = 0; i < N->size; i++) N->x[i] = pick(active, N->y[i], N->x[i]);
    }
    return residual;
}

/* Raise the precision of the active lanes from 0 in so many steps, each of which must converge quickly and go no more than
   twice as far as the last (a jump would lead to another branch); the residual is infinite where one does not.

   In STRIDES the best responses must contract. The first one, from the solution at the precision before, is in proportion
   to the rise of the precision; so where they contract at the end of a stride they do at every precision within it, the
   solution there is the only one near by, and it moves with the precision without a fold. In the small steps of a RAMP
   they are damped and need only converge. Lanes that are lost there follow the branch by arclength (`branch.h`). */
static Reals raise_precision(struct Node *N, int steps, double tol, Wholes active)
{
    Reals residual = all(HUGE_VAL);
    Reals moved = all(0.25); /* how far the last step went */
    Wholes lost = all_whole(0);
    start_at_reference(N, active);
    for (int step = 1; step <= steps && any(active); step++) {
        double aim = step == steps ? tol : steps == STRIDES ? NEARLY : CLOSELY;
        Reals scale = all((double)step / steps);
        for (int64_t i = 0; i < N->size; i++) N->kept[i] = N->x[i];
        residual = steps == STRIDES ? contracting_iteration(N, scale, aim, active)
                                    : damped_iteration(N, scale, aim, RAMP_STEPS, active);
        Reals far = all(0.0);
        for (int64_t i = 0; i < N->size; i++)
            far = larger(far, size_of(N->x[i] - N->kept[i]) / (1.0 + size_of(N->x[i])));
        lost |= active & ~((residual <= aim) & (far <= larger(2.0 * moved, all(0.25))));
        moved = far;
        active &= ~lost;
    }
    return pick(lost, all(HUGE_VAL), residual);
}

/* Solve the group from x (NaN in row 0: no start); returns the residuals, infinite where the caller must follow the
   principal branch instead. */
static Reals solve_several(struct Node *N, double tol, int64_t most)
{
    int64_t few = most < 8 ? most : 8, some = most < 40 ? most : 40;
    Wholes cold = N->x[0] != N->x[0], left = ~cold;
    Reals residual = all(HUGE_VAL), one = all(1.0);
    if (N->parts > 1 && N->movers == 1) {
        start_at_reference(N, cold);
        return damped_iteration(N, one, tol, most, all_whole(-1));
    }
    for (int64_t i = 0; i < N->size; i++) N->x[i] = pick(cold, all(0.0), N->x[i]);
    if (any(left)) {
        Reals *start = N->parts > 1 ? room(N->size, sizeof(Reals)) : NULL;
        for (int64_t i = 0; start && i < N->size; i++) start[i] = N->x[i];
        residual = pick(left, damped_iteration(N, one, tol, N->parts > 1 ? some : few, left), residual);
        left &= ~(residual <= tol);
        for (int64_t i = 0; start && i < N->size; i++) N->x[i] = pick(left, start[i], N->x[i]);
        free(start);
        if (any(left)) residual = pick(left, newton(N, one, tol, some, left), residual);
        left &= ~(residual <= tol);
        if (any(left) && N->parts > 1) residual = pick(left, damped_iteration(N, one, tol, most, left), residual);
    }
    if (N->parts > 1) {
        if (any(cold)) residual = pick(cold, raise_precision(N, STRIDES, tol, cold), residual);
        cold &= ~(residual <= tol);
        if (any(cold)) residual = pick(cold, raise_precision(N, RAMP, tol, cold), residual);
    } else {
        left = ~(residual <= tol);
        if (any(left)) {
            start_at_reference(N, left);
            for (int eighth = 1; eighth <= EIGHTHS; eighth++)
                residual = pick(left, newton(N, all((double)eighth / EIGHTHS), tol, some, left), residual);
            left &= ~(residual <= tol);
            if (any(left)) residual = pick(left, damped_iteration(N, one, tol, most, left), residual);
        }
    }
    return residual;
}

/* Make the chances of each type sum to 1, and write them to `before`. (One more best response would do so too, but leads
   away from a fixed point that repels.) */
static void normalise(struct Node *N)
{
    for (int64_t j = 0; j < N->parts; j++)
        for (int64_t k = 0; k < N->part[j].types; k++) {
            int64_t A = N->part[j].actions, first = N->part[j].first + k * A;
            Reals *x = N->x + first, *chance = N->before + first, top = x[0], total = all(0.0);
            for (int64_t a = 1; a < A; a++) top = larger(top, x[a]);
            for (int64_t a = 0; a < A; a++) total += chance[a] = exp_of(x[a] - top);
            Reals norm = top + log_of(total), share = 1.0 / total;
            for (int64_t a = 0; a < A; a++) x[a] -= norm, chance[a] *= share;
        }
}

/* Normalise the strategies and write the values of the group to values[player-type]: each type of a mover expects

       sum_a sigma_theta(a) Q_theta(a),

   at its own strategy; everybody else at the average ones. */
static void several_values(struct Node *N, Reals *values)
{
    Wholes moved = all_whole(0);
    for (int64_t i = 0; i < N->size; i++) moved |= N->x[i] != N->seen[i];
    if (any(moved)) posteriors(N), continuation(N);
    normalise(N);
    for (int64_t u = 0; u < N->player_types; u++) values[u] = all(0.0);
    for (int64_t j = 0; j < N->parts; j++) {
        struct Participant *p = N->part + j;
        for (int64_t i = 0; p->player != NATURE && i < p->types * p->actions; i++)
            values[p->column + i / p->actions] += N->before[p->first + i] * N->q[p->first + i];
    }
    if (!N->n_others) return;
    Reals whole = all(0.0);
    memset(N->act, 0, (size_t)N->parts * sizeof(int64_t));
    for (int64_t c = 0; c < N->profiles; c++, next_profile(N)) {
        Reals chance = chance_of_others(N, -1);
        for (int64_t i = 0; i < N->n_others; i++) N->rows[i] = row_of(N, c, N->others[i]);
        collect_points(N);
        interpolate(N, N->n_others);
        for (int64_t i = 0; i < N->n_others; i++) values[N->others[i]] += chance * N->found[i];
        whole += chance;
    }
    for (int64_t i = 0; i < N->n_others; i++) values[N->others[i]] /= whole;
}

/* Solve alike nodes of any shape at every belief, as `sweep_one_mover` does those of one mover; the starts are log
   strategies [row, belief] of a node. */
static int64_t sweep_several(const int64_t *nodes, int64_t count, const struct Layout *L, const struct Grid *G,
                             const struct Plan *P, double *X, double *logs, double *starts, const double *lam,
                             double tol, int64_t most, int64_t finish, int64_t *failed, double *found)
{
    int64_t B = G->total, bad = 0, own = -1;
    struct Stack S;
    struct Node N = {0};
    int64_t m = open_stack(&S, nodes[0], count, L, G);
    Reals *values = room(L->player_types, sizeof(Reals));
    int ready = m && values && open_several(&N, nodes[0], L, G, lam, S.dense);
    double worst = 0.0;
    N.table = S.table, N.width = S.width;
    for (int64_t position = 0; ready && position < count; position += m) {
        fill_stack(&S, L, P, X, nodes + position, count - position < m ? count - position : m);
        for (int64_t i = 0; i < S.groups; i++) {
            struct Group at = S.group[i];
            N.place = at.place, N.places = at.places;
            for (int l = 0; l < LANES; l++) {
                const double *start = starts + P->start_ptr[S.nodes[at.node[l]]] + at.flat[l];
                if (!S.dense) set_beliefs_at(&N, l, at.flat[l]);
                for (int64_t r = 0; r < N.size; r++) N.x[r][l] = start[r * B];
            }
            for (int l = 0; S.dense && at.own != own && l < LANES; l++) set_beliefs_at(&N, l, at.flat[0]);
            own = at.own;
            Reals residual = solve_several(&N, tol, most);
            Wholes lost = ~(residual <= tol);
            bad = note_failed(&S, &at, position, lost, failed, bad);
            worst = fmax(worst, largest(&at, residual, lost));
            several_values(&N, values);
            for (int64_t u = 0; u < L->player_types; u++) put_value(&S, &at, u, values[u]);
            for (int64_t l = 0; l < at.used; l++) {
                int64_t n = S.nodes[at.node[l]];
                for (int64_t r = 0; r < N.size && !lost[l]; r++) starts[P->start_ptr[n] + r * B + at.flat[l]] = N.x[r][l];
                for (int64_t r = 0; r < N.size && finish; r++) logs[P->log_ptr[n] + at.flat[l] * N.size + r] = N.x[r][l];
            }
        }
        store_stack(&S, X);
    }
    found[0] = worst, found[1] = (double)N.steps;
    free(values);
    close_several(&N);
    close_stack(&S);
    return ready ? bad : -1;
}

#endif
