/* The principal branch of a node at one belief, followed in the precision by pseudo-arclength (Turocy 2005, 2010).

   At scale tau in [0, 1] the node solves F(x, tau) = x - best_response(x; tau lambda) = 0. At tau = 0 the solution is the
   reference measure; the curve that starts there is followed until it first reaches tau = 1. z = (x, tau); lengths are
   measured by v' M^2 v with M = diag(1 / (1 + |x|), 1).

   The tangent t keeps its direction from step to step: the curve goes through folds, where tau turns, and straight
   through bifurcations, where other curves cross it. The sign of the bordered determinant det [F_x F_tau; t' M^2] shows
   these: it is constant along a curve but for bifurcations, so where it changes between two points the step is halved,
   until the curve is seen to turn (no bifurcation: two curves pass close by) or the step is below CROSSING (a
   bifurcation). In a symmetric game the curve through a pitchfork is the symmetric one, whatever the names and the order
   of players and moves. */
#ifndef PEACETALKS_BRANCH_H
#define PEACETALKS_BRANCH_H

#include "several.h"

enum { BRANCH_STEPS = 5000, CORRECTIONS = 20 }; /* steps; Newton steps of a correction, at the most */
static const double LONGEST_STEP = 1.0, LEAST_STEP = 1e-9; /* lengths of steps */
static const double FIRST_STEP = 0.1; /* length of the first step, per length of the longest */
static const double SHORTEST = 0.05;  /* length of the longest step, at which a lost branch is given up */
static const double SHORTER = 0.6;    /* length of the longest step, per length of that before, where it is followed again */
static const double AGREE = 1e-6;     /* difference of two ends, relative where they exceed 1, up to which they agree */
static const double NEAR = 0.25;      /* length of a correction, in steps, above which another curve was met */
static const double STRAIGHT = 0.9;   /* cosine of the angle between the tangents at the ends of a step, at least */
static const double KINK = 1e-5;      /* a step below which a change of direction is a kink of interpolated values */
static const double CROSSING = 1e-5;  /* a step below which a change of the determinant's sign is a bifurcation */
static const double CORRECTED = 1e-9; /* residual of the points on the curve */

struct Branch {
    struct Node *N;                        /* its lanes are the columns of a Jacobian */
    int64_t n;                             /* rows of x */
    double *f, *jacobian;                  /* [n], [n, n + 1] F and its derivatives in z */
    double *matrix, *right;                /* [n + 1, n + 1], [n + 1] scratch of linear systems */
    double *z, *tangent, *metric;          /* [n + 1] a point of the curve */
    double *ahead, *turned, *metric_ahead; /* [n + 1] the next one */
    double *guess, *row;                   /* [n + 1] where it is looked for */
    double sign;                           /* of the bordered determinant */
};

/* Fill F(z) and its Jacobian by forward differences; return the residual. */
static double evaluate(struct Branch *B, const double *z)
{
    struct Node *N = B->N;
    int64_t n = B->n;
    double residual = HUGE_VAL;
    for (int64_t low = 0; low < n + 2; low += LANES) { /* z itself, then z with each of its numbers moved */
        Reals scale = all(z[n]);
        for (int64_t i = 0; i < n; i++) N->x[i] = all(z[i]);
        for (int l = 0; l < LANES; l++) {
            int64_t c = low + l - 1;
            if (c >= 0 && c < n) N->x[c][l] += DIFFERENCE * (1.0 + fabs(z[c]));
            if (c == n) scale[l] += DIFFERENCE * (1.0 + fabs(z[n]));
        }
        Reals found = respond(N, scale);
        if (low == 0) residual = found[0];
        for (int l = 0; l < LANES && low + l < n + 2; l++) {
            int64_t c = low + l - 1;
            for (int64_t i = 0; i < n; i++) {
                double own = N->x[i][l] - N->y[i][l];
                if (c < 0)
                    B->f[i] = own;
                else
                    B->jacobian[i * (n + 1) + c] = (own - B->f[i]) / (DIFFERENCE * (1.0 + fabs(z[c])));
            }
        }
    }
    return residual;
}

/* Solve [jacobian; row] out = right in place of `right`; return the sign of the determinant, 0 where it is not finite. */
static double solve_bordered(struct Branch *B, const double *row)
{
    int64_t m = B->n + 1;
    memcpy(B->matrix, B->jacobian, (size_t)(B->n * m) * sizeof(double));
    memcpy(B->matrix + B->n * m, row, (size_t)m * sizeof(double));
    double sign = solve_small(B->matrix, B->right, m, 1);
    for (int64_t i = 0; i < m; i++)
        if (!(fabs(B->right[i]) < HUGE_VAL)) return 0.0;
    return sign;
}

/* Newton's method for F = 0 in the plane row . z = row . z0 through the start z = z0; return the residual, infinite where
   it does not converge. F and the Jacobian at z remain. One step at least is taken: near a bifurcation a small residual
   alone lets points drift off the curve. */
static double correct(struct Branch *B, double *z, const double *row, double tol)
{
    int64_t m = B->n + 1;
    double goal = 0.0;
    for (int64_t i = 0; i < m; i++) goal += row[i] * z[i];
    for (int it = 0; it < CORRECTIONS; it++) {
        double residual = evaluate(B, z), off = -goal;
        if (!(residual < HUGE_VAL)) break;
        for (int64_t i = 0; i < m; i++) off += row[i] * z[i];
        if (it > 0 && residual <= tol && fabs(off) <= CORRECTED * (1.0 + fabs(goal))) return residual;
        memcpy(B->right, B->f, (size_t)B->n * sizeof(double));
        B->right[B->n] = off;
        if (solve_bordered(B, row) == 0.0) break;
        for (int64_t i = 0; i < m; i++) z[i] -= B->right[i];
    }
    return HUGE_VAL;
}

/* Write the tangent at z, on the side of the direction `along`, and the metric there; return the sign of the bordered
   determinant, 0 where there is no tangent. The Jacobian is that at z. */
static double tangent_at(struct Branch *B, const double *z, const double *along, double *tangent, double *metric)
{
    int64_t n = B->n;
    double length = 0.0;
    for (int64_t i = 0; i <= n; i++) {
        metric[i] = i < n ? 1.0 / (1.0 + fabs(z[i])) : 1.0;
        B->row[i] = along[i] * metric[i] * metric[i];
        B->right[i] = i < n ? 0.0 : 1.0;
    }
    double sign = solve_bordered(B, B->row);
    for (int64_t i = 0; i <= n; i++) length += B->right[i] * B->right[i] * metric[i] * metric[i];
    if (!(length > 0.0)) return 0.0;
    for (int64_t i = 0; i <= n; i++) tangent[i] = B->right[i] / sqrt(length);
    return sign;
}

/* Write the point of the curve `reach` ahead (`last`: at tau = 1) to `ahead`, `turned` and `metric_ahead`; return its
   residual, infinite where the step is too long. */
static double step_ahead(struct Branch *B, double reach, int last, double tol)
{
    int64_t n = B->n;
    double far = 0.0, along = 0.0, length = 0.0;
    for (int64_t i = 0; i <= n; i++) {
        B->guess[i] = B->z[i] + reach * B->tangent[i];
        B->row[i] = last ? i == n : B->tangent[i] * B->metric[i] * B->metric[i];
    }
    if (last) B->guess[n] = 1.0;
    memcpy(B->ahead, B->guess, (size_t)(n + 1) * sizeof(double));
    double residual = correct(B, B->ahead, B->row, last ? tol : CORRECTED);
    for (int64_t i = 0; i <= n; i++) {
        double d = (B->ahead[i] - B->guess[i]) * B->metric[i];
        far += d * d;
    }
    if (!(residual < HUGE_VAL && sqrt(far) <= NEAR * reach + CORRECTED)) return HUGE_VAL;
    if (!last && B->ahead[n] >= 1.0) return HUGE_VAL; /* the curve is not followed beyond tau = 1 */
    double sign = tangent_at(B, B->ahead, B->tangent, B->turned, B->metric_ahead);
    for (int64_t i = 0; i <= n; i++) {
        double own = B->turned[i] * B->metric[i];
        along += own * B->tangent[i] * B->metric[i];
        length += own * own;
    }
    int bent = !(along >= STRAIGHT * sqrt(length)), crossed = sign != B->sign;
    if (sign == 0.0 || (bent && reach >= KINK) || (!bent && crossed && reach >= CROSSING)) return HUGE_VAL;
    if (bent && crossed) { /* a kink at which the curve turns back */
        for (int64_t i = 0; i <= n; i++) B->turned[i] = -B->turned[i];
        sign = B->sign;
    }
    B->sign = sign;
    return residual;
}

/* Go from (x, 0) along the curve to tau = 1, in B->z, in steps of up to `longest`; return the residual, infinite where the
   curve is lost. */
static double to_the_end(struct Branch *B, double tol, double longest)
{
    int64_t n = B->n;
    double step = FIRST_STEP * longest;
    evaluate(B, B->z);
    for (int64_t i = 0; i <= n; i++) B->guess[i] = i == n;
    B->sign = tangent_at(B, B->z, B->guess, B->tangent, B->metric);
    for (int it = 0; it < BRANCH_STEPS && B->sign != 0.0 && step >= LEAST_STEP; it++) {
        int last = B->z[n] + step * B->tangent[n] >= 1.0;
        double reach = last ? (1.0 - B->z[n]) / B->tangent[n] : step;
        double residual = step_ahead(B, reach, last, tol);
        if (residual < HUGE_VAL) {
            memcpy(B->z, B->ahead, (size_t)(n + 1) * sizeof(double));
            if (last) return residual;
            memcpy(B->tangent, B->turned, (size_t)(n + 1) * sizeof(double));
            memcpy(B->metric, B->metric_ahead, (size_t)(n + 1) * sizeof(double));
            step = 1.5 * step < longest ? 1.5 * step : longest;
        } else
            step = 0.5 * (reach < step ? reach : step);
    }
    return HUGE_VAL;
}

/* Follow the principal branch of an open node from x, its reference measure, to the whole precision, in place; rows of x
   are `stride` apart. It is followed again in shorter steps, where it is lost and until two ends agree: a point that comes
   to lie within rounding of a bifurcation may lead off the curve, but not in steps of two lengths. Returns the residual,
   infinite where the branch is lost every time or there is no memory. */
static double follow_branch(struct Node *N, double *x, int64_t stride, double tol)
{
    int64_t n = N->size, m = n + 1;
    struct Branch B = {.N = N, .n = n};
    double residual = HUGE_VAL, *memory = room(2 * m * m + 11 * m, sizeof(double)), *at = memory, *end;
    double **parts[] = {&B.f, &B.right, &B.z, &B.tangent, &B.metric, &B.ahead, &B.turned, &B.metric_ahead, &B.guess, &B.row, &end};
    if (!memory) return residual;
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++, at += m) *parts[i] = at;
    B.jacobian = at, B.matrix = at + m * m;
    int agree = 0;
    for (double longest = LONGEST_STEP; longest > SHORTEST && !agree; longest *= SHORTER) {
        for (int64_t i = 0; i < n; i++) B.z[i] = x[i * stride];
        B.z[n] = 0.0;
        double found = to_the_end(&B, tol, longest);
        if (!(found < HUGE_VAL)) continue;
        agree = residual < HUGE_VAL;
        for (int64_t i = 0; i < n; i++) {
            agree = agree && fabs(B.z[i] - end[i]) <= AGREE * (1.0 + fabs(end[i]));
            end[i] = B.z[i];
        }
        residual = found;
    }
    for (int64_t i = 0; i < n && residual < HUGE_VAL; i++) x[i * stride] = end[i];
    free(memory);
    return residual;
}

#endif
