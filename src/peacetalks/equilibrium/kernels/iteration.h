/* From a start to a fixed point of a node (`node.h`): damped iteration of the best response, and Newton's method. */
#ifndef PEACETALKS_ITERATION_H
#define PEACETALKS_ITERATION_H

#include "node.h"

enum { HALVINGS = 12 };                      /* of a Newton step, at the most */
enum { PATIENT = 1000 };                     /* iterations from which a damped iteration is not given up */
static const double BLOCK_DIFFERENCE = 1e-6; /* of a log-probability, for the differences at one informed mover */
static const double DIFFERENCE = 1e-7;       /* the same at several movers */

static void start_at_reference(struct Node *N, Wholes active)
{
    for (int64_t j = 0; j < N->parts; j++)
        for (int64_t k = 0; k < N->part[j].types; k++)
            for (int64_t a = 0; a < N->part[j].actions; a++) {
                Reals *x = N->x + N->part[j].first + k * N->part[j].actions + a;
                *x = pick(active, all(N->part[j].log_nu[a]), *x);
            }
}

/* Damped iteration of the active lanes; returns the residuals, infinite where it was given up.

   The damping follows d = best response - x: shorter steps where d changes sign, longer ones where it does not. Where
   several players move it is given up as soon as the residual no longer falls by a tenth in two iterations at the same
   damping: an iteration that leaves a fixed point which repels it, for another one, must not count as solved. Only the
   last resort, PATIENT iterations or more, goes on. */
static Reals damped_iteration(struct Node *N, Reals scale, double tol, int64_t most, Wholes active)
{
    Reals eta = all(1.0), residual = all(HUGE_VAL), last = residual, before_last = residual;
    Wholes same = all_whole(0), lost = same; /* iterations since the damping was cut */
    for (int64_t i = 0; i < N->size; i++) N->before[i] = all(0.0);
    for (int64_t it = 0; it < most; it++) {
        before_last = last, last = residual;
        residual = respond(N, scale);
        active &= ~(residual <= tol);
        if (N->movers > 1 && most < PATIENT) lost |= active & (same > 1) & ~(residual <= 0.9 * before_last);
        active &= ~lost;
        if (!any(active)) break;
        Reals turned = all(0.0), ahead = all(0.0);
        for (int64_t i = 0; i < N->size; i++) {
            turned += (N->y[i] - N->x[i]) * N->before[i];
            ahead += N->before[i] * N->before[i];
        }
        Wholes cut = turned < -0.1 * ahead;
        same = pick_whole(cut, all_whole(0), same + 1);
        eta = pick(cut, larger(0.6 * eta, all(0.02)), pick(turned > 0.3 * ahead, smaller(1.15 * eta, all(1.0)), eta));
        for (int64_t i = 0; i < N->size; i++) {
            N->before[i] = N->y[i] - N->x[i];
            N->x[i] = pick(active, N->x[i] + eta * N->before[i], N->x[i]);
        }
    }
    return pick(lost, all(HUGE_VAL), residual);
}

/* Set x of the active lanes to kept + f step with the first f = 1, 1/2, 1/4, ... that lowers the residual; the last one
   stands. Returns the residuals. */
static Reals halve_until_smaller(struct Node *N, Reals scale, Reals residual, Wholes active)
{
    Reals f = all(1.0), out = residual;
    for (int h = 0; h < HALVINGS && any(active); h++) {
        for (int64_t i = 0; i < N->size; i++) N->x[i] = pick(active, N->kept[i] + f * N->step[i], N->x[i]);
        Reals now = respond(N, scale);
        out = pick(active, now, out);
        active &= ~(now <= (1.0 - 0.1 * f) * residual);
        f *= 0.5;
    }
    return out;
}

/* Solve M Z = R in place (Z in R), M [K, K], R [K, columns], by elimination with row pivots; return the sign of det M. */
static double solve_small(double *M, double *R, int64_t K, int64_t columns)
{
    double sign = 1.0;
    for (int64_t i = 0; i < K; i++) {
        int64_t p = i;
        for (int64_t r = i + 1; r < K; r++)
            if (fabs(M[r * K + i]) > fabs(M[p * K + i])) p = r;
        if (p != i) {
            sign = -sign;
            for (int64_t c = 0; c < K; c++) {
                double keep = M[i * K + c];
                M[i * K + c] = M[p * K + c], M[p * K + c] = keep;
            }
            for (int64_t c = 0; c < columns; c++) {
                double keep = R[i * columns + c];
                R[i * columns + c] = R[p * columns + c], R[p * columns + c] = keep;
            }
        }
        if (M[i * K + i] == 0.0) M[i * K + i] = 1e-300;
        if (M[i * K + i] < 0.0) sign = -sign;
        for (int64_t r = 0; r < K; r++) {
            double f = M[r * K + i] / M[i * K + i];
            if (r == i || f == 0.0) continue;
            for (int64_t c = i; c < K; c++) M[r * K + c] -= f * M[i * K + c];
            for (int64_t c = 0; c < columns; c++) R[r * columns + c] -= f * R[i * columns + c];
        }
    }
    for (int64_t i = 0; i < K; i++)
        for (int64_t c = 0; c < columns; c++) R[i * columns + c] /= M[i * K + i];
    return sign;
}

/* Write Q [type] of action `a` of a node's only participant at x to `out`. */
static void action_values(struct Node *N, int64_t a, Reals *out)
{
    struct Participant *p = N->part;
    posterior_after(N, 0, a);
    N->act[0] = a;
    collect_points(N);
    for (int64_t k = 0; k < p->types; k++) N->rows[k] = row_of(N, a, p->column + k);
    interpolate(N, p->types);
    for (int64_t k = 0; k < p->types; k++) out[k] = N->found[k];
}

/* Write the Newton step of a node with one participant to `step`, given y at x.

   Given the normalisers S_theta the actions do not see each other, log sigma_theta(a) = log nu(a) + lambda Q_theta(a) -
   S_theta, and Q(a) depends on the strategies only through the posterior after a: the linearised system is K x K for
   each action and K x K for the normalisers, whatever the number of actions. */
static void informed_step(struct Node *N, Reals scale)
{
    struct Participant *p = N->part;
    int64_t A = p->actions, K = p->types;
    Reals rate = p->rate * scale, here[MAX_TYPES], moved[MAX_TYPES], slope[MAX_TYPES * MAX_TYPES];
    double total[LANES][MAX_TYPES * MAX_TYPES] = {{0}}, right[LANES][MAX_TYPES];
    double *inverse = N->system; /* [action, lane, type, 1 + type]: J^-1 [F, I] of each action */
    for (int l = 0; l < LANES; l++)
        for (int64_t k = 0; k < K; k++) right[l][k] = -1.0;
    for (int64_t a = 0; a < A; a++) {
        action_values(N, a, here);
        for (int64_t j = 0; j < K; j++) {
            Reals keep = N->x[j * A + a];
            N->x[j * A + a] = keep + BLOCK_DIFFERENCE;
            action_values(N, a, moved);
            N->x[j * A + a] = keep;
            for (int64_t k = 0; k < K; k++) slope[k * K + j] = rate * (moved[k] - here[k]) / BLOCK_DIFFERENCE;
        }
        for (int l = 0; l < LANES; l++) {
            double M[MAX_TYPES * MAX_TYPES], *R = inverse + (a * LANES + l) * K * (K + 1);
            for (int64_t k = 0; k < K; k++) {
                R[k * (K + 1)] = N->x[k * A + a][l] - N->y[k * A + a][l];
                for (int64_t j = 0; j < K; j++) {
                    M[k * K + j] = (j == k) - slope[k * K + j][l];
                    R[k * (K + 1) + j + 1] = j == k;
                }
            }
            solve_small(M, R, K, K + 1);
            for (int64_t k = 0; k < K; k++) {
                double e = exp(N->x[k * A + a][l]);
                right[l][k] += e - e * R[k * (K + 1)];
                for (int64_t j = 0; j < K; j++) total[l][k * K + j] += e * R[k * (K + 1) + j + 1];
            }
        }
    }
    for (int l = 0; l < LANES; l++) {
        solve_small(total[l], right[l], K, 1);
        for (int64_t a = 0; a < A; a++)
            for (int64_t k = 0; k < K; k++) {
                double *R = inverse + ((a * LANES + l) * K + k) * (K + 1), d = -R[0];
                for (int64_t j = 0; j < K; j++) d -= R[j + 1] * right[l][j];
                N->step[k * A + a][l] = d;
            }
    }
}

/* Write the Newton step of a node of several participants to `step`, given y at x: the Jacobian of x - y by forward
   differences. Returns 0 where there is no memory. */
static int several_step(struct Node *N, Reals scale)
{
    int64_t S = N->size;
    if (!N->jacobian) N->jacobian = room(S * S, sizeof(Reals));
    if (!N->jacobian) return 0;
    for (int64_t i = 0; i < S; i++) N->before[i] = N->y[i], N->step[i] = N->y[i] - N->x[i];
    for (int64_t c = 0; c < S; c++) {
        Reals keep = N->x[c];
        N->x[c] = keep + DIFFERENCE;
        respond(N, scale);
        N->x[c] = keep;
        for (int64_t i = 0; i < S; i++)
            N->jacobian[i * S + c] = (double)(i == c) - (N->y[i] - N->before[i]) / DIFFERENCE;
    }
    for (int l = 0; l < LANES; l++) {
        double *M = N->system, *R = N->system + S * S;
        for (int64_t i = 0; i < S * S; i++) M[i] = N->jacobian[i][l];
        for (int64_t i = 0; i < S; i++) R[i] = N->step[i][l];
        solve_small(M, R, S, 1);
        for (int64_t i = 0; i < S; i++) N->step[i][l] = R[i];
    }
    return 1;
}

/* Newton's method with step halving for the active lanes; returns the residuals. Where no shorter step helps the lane
   stops where it is. The start decides which fixed point is found. */
static Reals newton(struct Node *N, Reals scale, double tol, int64_t most, Wholes active)
{
    int64_t S = N->size, K = N->most, one = N->parts == 1;
    if (!N->system) N->system = room(one ? N->widest * LANES * K * (K + 1) : S * (S + 1), sizeof(double));
    Reals residual = respond(N, scale);
    for (int64_t it = 0; N->system && it < most; it++) {
        active &= ~(residual <= tol);
        if (!any(active)) break;
        if (one)
            informed_step(N, scale);
        else if (!several_step(N, scale))
            break;
        for (int64_t i = 0; i < S; i++) N->kept[i] = N->x[i];
        Reals now = halve_until_smaller(N, scale, residual, active);
        Wholes stuck = active & ~(now < (one ? all(HUGE_VAL) : residual));
        for (int64_t i = 0; i < S && !one; i++) N->x[i] = pick(stuck, N->kept[i], N->x[i]);
        residual = pick(active & ~stuck, now, residual);
        if (one) residual = pick(stuck, all(HUGE_VAL), residual);
        active &= ~stuck;
    }
    return residual;
}

#endif
