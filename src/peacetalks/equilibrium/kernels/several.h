/* Nodes of any shape, in logarithms: any number of participants, chance among them, each of any number of types.

   A node with participants j (their types theta, actions a) is solved at a belief by the fixed point

       log sigma_j,theta(a) = log nu_j(a) + lambda_j Q_j,theta(a; mu'(a)) - log sum_b nu_j(b) exp(lambda_j Q_j,theta(b))

   where mu'(a) is the posterior that sigma itself implies (McKelvey & Palfrey 1998, agent form). x holds log sigma by
   row: participant, type, action. Every lane is a problem of its own: a belief of a node, or another start. */
#ifndef PEACETALKS_SEVERAL_H
#define PEACETALKS_SEVERAL_H

#include "interpolation.h"
#include "lattice.h"
#include "one_mover.h"
#include "stack.h"

enum { HALVINGS = 12 };            /* of a Newton step, at the most */
enum { PATIENT = 1000 };           /* iterations from which a damped iteration is not given up */
enum { RAMP = 32, RAMP_STEPS = 30 }; /* precisions of a cold start of several movers; iterations at each */
static const double BLOCK_DIFFERENCE = 1e-6; /* of a log-probability, for the differences at one informed mover */
static const double DIFFERENCE = 1e-7;       /* the same at several movers */
static const double NEVER = -1e300;          /* logarithm of probability zero */

struct Participant { /* a participant */
    int64_t player, actions, types, axis; /* axis -1: one type, or chance */
    int64_t first, column, step;          /* its first row of x; player-type of its first type; step of its axis */
    int64_t corners;                      /* points that a posterior is interpolated on: neighbours, or all of few */
    double rate;                          /* precision */
    const double *log_nu;                 /* [action] */
    struct Axis cubic;                    /* where it has two types */
};

struct Node {
    int64_t parts, size, profiles, movers, player_types;
    int64_t widest, most, corners; /* actions, types and neighbours, at the most */
    struct Participant *part;
    const struct Grid *grid;
    const double *table;     /* [profile, player-type, own belief, width] */
    int64_t own;             /* own beliefs: those about the participants */
    int64_t width;           /* places from one own belief to the next in a row */
    int dense;               /* whether the lanes stand side by side in a row, and all points of an axis are used */
    int64_t place;           /* of the first lane, then */
    Wholes places;           /* of the lanes, otherwise */
    Reals *mu, *log_mu;      /* [participant, type] beliefs */
    Reals *mean;             /* [participant, action] average strategy */
    Reals *post;             /* [participant, action, type] posterior */
    Wholes *vertex;          /* [participant, action, corner] step to a neighbour of the posterior among own beliefs */
    Reals *share;            /* [participant, action, corner] its interpolation weight */
    int64_t points;          /* own beliefs that the values after a profile are interpolated on */
    Reals *weight;           /* [point] their weights */
    Wholes *at;              /* [point] where they are in a row, if not side by side */
    Reals *chance;           /* [participant or player-type] of the current profile */
    Reals *q, *x, *y;        /* [row] continuation, log strategy, logit best response */
    Reals *before, *step, *kept; /* [row] scratch of the iterations */
    Reals *jacobian;         /* scratch of Newton's method, made when it is first needed */
    double *system;          /* one lane's part of it */
    int64_t *act;            /* [participant] current action */
    int64_t steps;           /* best responses so far */
};

/* Open the shape of node `n`; `dense` as in `struct Stack`. Returns 0 where there is no memory. */
static int open_several(struct Node *N, int64_t n, const struct Layout *L, const struct Grid *G, const double *lam,
                        int dense)
{
    int64_t low = L->part_ptr[n], P = L->part_ptr[n + 1] - low, own = 1, points = 1;
    memset(N, 0, sizeof *N);
    N->parts = P, N->grid = G, N->dense = dense, N->player_types = L->player_types;
    N->profiles = L->prof_ptr[n + 1] - L->prof_ptr[n];
    N->part = room(P, sizeof(struct Participant));
    if (!N->part) return 0;
    memset(N->part, 0, (size_t)P * sizeof(struct Participant));
    N->widest = N->most = N->corners = 1;
    for (int64_t j = P - 1; j >= 0; j--) {
        struct Participant *p = N->part + j;
        p->player = L->part_player[low + j], p->actions = L->part_actions[low + j];
        p->types = 1, p->axis = -1, p->corners = 1, p->column = -1;
        p->log_nu = L->log_weight + L->part_weight[low + j];
        if (p->player != NATURE) {
            N->movers++;
            p->types = L->n_types[p->player], p->column = L->first_index[p->player];
            p->axis = G->axis[p->player], p->rate = lam[p->player];
        }
        if (p->axis >= 0) {
            const int64_t *shape = G->shape + p->axis * GRID_COLUMNS;
            p->step = own;
            own *= shape[SIZE];
            p->corners = dense ? shape[SIZE] : corners_of(G, p->axis);
            points *= p->corners;
            if (p->types == 2 && !open_axis(&p->cubic, G, p->axis, 1)) return 0;
        }
        N->widest = p->actions > N->widest ? p->actions : N->widest;
        N->most = p->types > N->most ? p->types : N->most;
        N->corners = p->corners > N->corners ? p->corners : N->corners;
    }
    for (int64_t j = 0; j < P; j++) {
        N->part[j].first = N->size;
        N->size += N->part[j].types * N->part[j].actions;
    }
    int64_t A = P * N->widest, S = N->size;
    N->mu = room(2 * P * N->most, sizeof(Reals)), N->log_mu = N->mu + P * N->most;
    N->mean = room(A, sizeof(Reals)), N->post = room(A * N->most, sizeof(Reals));
    N->vertex = room(A * N->corners, sizeof(Wholes)), N->share = room(A * N->corners, sizeof(Reals));
    N->q = room(6 * S, sizeof(Reals)), N->chance = room(P + N->player_types, sizeof(Reals));
    N->x = N->q + S, N->y = N->q + 2 * S, N->before = N->q + 3 * S, N->step = N->q + 4 * S, N->kept = N->q + 5 * S;
    N->act = room(P, sizeof(int64_t)), N->own = own;
    N->weight = room(points, sizeof(Reals)), N->at = room(points, sizeof(Wholes));
    if (!(N->weight && N->at && N->mu && N->mean && N->post && N->vertex && N->share && N->q && N->chance && N->act)) return 0;
    for (int64_t i = 0; i < A * N->corners; i++) N->vertex[i] = all_whole(0), N->share[i] = all(1.0);
    for (int64_t i = 0; i < P * N->most; i++) N->mu[i] = all(1.0), N->log_mu[i] = all(0.0);
    return 1;
}

static void close_several(struct Node *N)
{
    for (int64_t j = 0; N->part && j < N->parts; j++) close_axis(&N->part[j].cubic);
    free(N->part);
    free(N->mu);
    free(N->mean);
    free(N->post);
    free(N->vertex);
    free(N->share);
    free(N->q);
    free(N->chance);
    free(N->act);
    free(N->weight);
    free(N->at);
    free(N->jacobian);
    free(N->system);
}

/* Set the belief of lane `l` in type `k` of participant `j`. */
static void set_belief(struct Node *N, int l, int64_t j, int64_t k, double belief)
{
    N->mu[j * N->most + k][l] = belief;
    N->log_mu[j * N->most + k][l] = belief > 0.0 ? log(belief) : NEVER;
}

/* Go to the next profile, the last participant's action varying fastest. */
static void next_profile(struct Node *N)
{
    for (int64_t j = N->parts - 1; j >= 0; j--) {
        if (++N->act[j] < N->part[j].actions) return;
        N->act[j] = 0;
    }
}

/* Fill the average strategy of action `a` of participant `j`, the posterior after it and its grid neighbours, from x. */
static void posterior_after(struct Node *N, int64_t j, int64_t a)
{
    struct Participant *p = N->part + j;
    const Reals *x = N->x + p->first + a, *log_mu = N->log_mu + j * N->most, *mu = N->mu + j * N->most;
    int64_t A = p->actions, K = p->types, i = j * N->widest + a;
    if (p->axis < 0) {
        N->mean[i] = exp_of(x[0]);
        return;
    }
    Reals top = log_mu[0] + x[0], total = all(0.0), *post = N->post + i * N->most;
    for (int64_t k = 1; k < K; k++) top = larger(top, log_mu[k] + x[k * A]);
    for (int64_t k = 0; k < K; k++) {
        post[k] = pick(mu[k] > 0.0, exp_of(log_mu[k] + x[k * A] - top), all(0.0));
        total += post[k];
    }
    for (int64_t k = 0; k < K; k++) post[k] /= total;
    N->mean[i] = exp_of(top) * total;
    Wholes *vertex = N->vertex + i * N->corners;
    Reals *share = N->share + i * N->corners;
    if (K == 2 && N->dense) {
        weights_at(&p->cubic, post[0], share, NULL);
        return;
    }
    if (K == 2) {
        Wholes start;
        stencil_at(&p->cubic, post[0], &start, share, NULL);
        for (int64_t v = 0; v < p->corners; v++) vertex[v] = (start + v) * p->step;
        return;
    }
    for (int l = 0; l < LANES; l++) {
        double own[MAX_TYPES], w[MOST_CORNERS];
        int64_t at[MOST_CORNERS];
        for (int64_t k = 0; k < K; k++) own[k] = post[k][l];
        locate_lattice(N->grid, p->axis, own, at, w);
        for (int64_t v = 0; v < p->corners && N->dense; v++) share[v][l] = 0.0;
        for (int64_t v = 0; v < corners_of(N->grid, p->axis); v++) {
            if (N->dense)
                share[at[v]][l] += w[v];
            else
                vertex[v][l] = at[v] * p->step, share[v][l] = w[v];
        }
    }
}

static void posteriors(struct Node *N)
{
    for (int64_t j = 0; j < N->parts; j++)
        for (int64_t a = 0; a < N->part[j].actions; a++) posterior_after(N, j, a);
}

/* Collect the points that the values after the current profile are interpolated on: each participant's neighbours of the
   posterior after its own action, in every combination. */
static void collect_points(struct Node *N)
{
    N->points = 1, N->weight[0] = all(1.0), N->at[0] = all_whole(0);
    for (int64_t j = 0; j < N->parts; j++) {
        if (N->part[j].axis < 0) continue;
        int64_t i = (j * N->widest + N->act[j]) * N->corners, corners = N->part[j].corners;
        for (int64_t o = N->points - 1; o >= 0; o--) { /* from the last one on: what is written has been read */
            Reals w = N->weight[o];
            Wholes at = N->at[o];
            for (int64_t v = corners - 1; v >= 0; v--) {
                N->weight[o * corners + v] = w * N->share[i + v];
                if (!N->dense) N->at[o * corners + v] = at + N->vertex[i + v];
            }
        }
        N->points *= corners;
    }
    for (int64_t o = 0; o < N->points && !N->dense; o++) N->at[o] = N->at[o] * N->width + N->places;
}

/* Chance that all but participant `j` act as in the current profile; j = -1: that all do. */
INLINE Reals chance_of_others(const struct Node *N, int64_t j)
{
    Reals out = all(1.0);
    for (int64_t i = 0; i < N->parts; i++)
        if (i != j) out *= N->mean[i * N->widest + N->act[i]];
    return out;
}

INLINE const double *row_of(const struct Node *N, int64_t profile, int64_t u)
{
    return N->table + (profile * N->player_types + u) * N->own * N->width;
}

/* The values in a row, interpolated on the points that were collected. */
INLINE Reals interpolated(const struct Node *N, const double *row)
{
    Reals out = all(0.0);
    if (N->dense) /* the points are all own beliefs, in their order */
        for (int64_t o = 0; o < N->points; o++) out += N->weight[o] * load(row + o * N->width + N->place);
    else
        for (int64_t o = 0; o < N->points; o++) out += N->weight[o] * gather(row, N->at[o]);
    return out;
}

/* Fill Q: what each type expects from each of its actions, given the posteriors,

       Q_j,theta(a) = sum over the others' actions of their average chances times V_j,theta(profile; posteriors). */
static void continuation(struct Node *N)
{
    for (int64_t i = 0; i < N->size; i++) N->q[i] = all(0.0);
    memset(N->act, 0, (size_t)N->parts * sizeof(int64_t));
    for (int64_t c = 0; c < N->profiles; c++, next_profile(N)) {
        collect_points(N);
        for (int64_t j = 0; j < N->parts; j++) {
            struct Participant *p = N->part + j;
            if (p->player == NATURE) continue;
            Reals chance = chance_of_others(N, j);
            for (int64_t k = 0; k < p->types; k++)
                N->q[p->first + k * p->actions + N->act[j]] += chance * interpolated(N, row_of(N, c, p->column + k));
        }
    }
}

/* Fill y: the logit best response to Q at `scale` times each player's precision. Exponents are relative to the largest
   Q of a type, so that the chances sum to 1 to rounding error however large the payoffs. */
static void best_response(struct Node *N, Reals scale)
{
    for (int64_t j = 0; j < N->parts; j++) {
        struct Participant *p = N->part + j;
        int64_t A = p->actions;
        if (p->player == NATURE) {
            for (int64_t a = 0; a < A; a++) N->y[p->first + a] = all(p->log_nu[a]);
            continue;
        }
        Reals rate = p->rate * scale;
        for (int64_t k = 0; k < p->types; k++) {
            Reals *y = N->y + p->first + k * A, *q = N->q + p->first + k * A, best = q[0], top = all(NEVER);
            for (int64_t a = 1; a < A; a++) best = larger(best, q[a]);
            for (int64_t a = 0; a < A; a++) {
                y[a] = p->log_nu[a] + rate * (q[a] - best);
                top = larger(top, y[a]);
            }
            Reals total = all(0.0);
            for (int64_t a = 0; a < A; a++) total += exp_of(y[a] - top);
            Reals norm = top + log_of(total);
            for (int64_t a = 0; a < A; a++) y[a] -= norm;
        }
    }
}

/* Fill y from x; return the largest change of a log-probability, relative where the log-probability exceeds 1. */
static Reals respond(struct Node *N, Reals scale)
{
    posteriors(N);
    continuation(N);
    best_response(N, scale);
    N->steps++;
    Reals worst = all(0.0);
    for (int64_t i = 0; i < N->size; i++) {
        Reals d = size_of(N->y[i] - N->x[i]) / (1.0 + size_of(N->y[i]));
        worst = larger(worst, pick(d < HUGE_VAL, d, all(HUGE_VAL)));
    }
    return worst;
}

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
    for (int64_t k = 0; k < p->types; k++) out[k] = interpolated(N, row_of(N, a, p->column + k));
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

/* Raise the precision of the active lanes from 0 in small steps, each of which must converge quickly and go no more than
   twice as far as the last (a jump would lead to another branch); the residual is infinite where one does not: such lanes
   follow the principal branch by arclength (`branch.h`). */
static Reals ramp(struct Node *N, double tol, Wholes active)
{
    Reals residual = all(HUGE_VAL);
    Reals moved = all(0.25); /* how far the last step went */
    Wholes lost = all_whole(0);
    start_at_reference(N, active);
    for (int step = 1; step <= RAMP && any(active); step++) {
        double aim = step == RAMP ? tol : 1e-7;
        for (int64_t i = 0; i < N->size; i++) N->kept[i] = N->x[i];
        residual = damped_iteration(N, all((double)step / RAMP), aim, RAMP_STEPS, active);
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
        if (any(cold)) residual = pick(cold, ramp(N, tol, cold), residual);
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

/* Make the chances of each type sum to 1. (One more best response would do so too, but leads away from a fixed point that
   repels.) */
static void normalise(struct Node *N)
{
    for (int64_t j = 0; j < N->parts; j++)
        for (int64_t k = 0; k < N->part[j].types; k++) {
            int64_t A = N->part[j].actions;
            Reals *x = N->x + N->part[j].first + k * A, top = x[0], total = all(0.0);
            for (int64_t a = 1; a < A; a++) top = larger(top, x[a]);
            for (int64_t a = 0; a < A; a++) total += exp_of(x[a] - top);
            Reals norm = top + log_of(total);
            for (int64_t a = 0; a < A; a++) x[a] -= norm;
        }
}

/* Normalise the strategies and write the values of the group to values[player-type]: each type at its own strategy,
   everybody else at the average ones. */
static void several_values(struct Node *N, Reals *values)
{
    normalise(N);
    for (int64_t i = 0; i < N->size; i++) N->before[i] = exp_of(N->x[i]);
    posteriors(N);
    for (int64_t u = 0; u < N->player_types; u++) values[u] = all(0.0);
    memset(N->act, 0, (size_t)N->parts * sizeof(int64_t));
    for (int64_t c = 0; c < N->profiles; c++, next_profile(N)) {
        Reals sure = chance_of_others(N, -1);
        collect_points(N);
        for (int64_t u = 0; u < N->player_types; u++) N->chance[u] = sure;
        for (int64_t j = 0; j < N->parts; j++) {
            struct Participant *p = N->part + j;
            for (int64_t k = 0; p->axis >= 0 && k < p->types; k++)
                N->chance[p->column + k] = N->before[p->first + k * p->actions + N->act[j]] * chance_of_others(N, j);
        }
        for (int64_t u = 0; u < N->player_types; u++) values[u] += N->chance[u] * interpolated(N, row_of(N, c, u));
    }
}

/* Set the beliefs of lane `l` at flat belief `flat`. */
static void set_beliefs_at(struct Node *N, int l, int64_t flat)
{
    const struct Grid *G = N->grid;
    for (int64_t j = 0; j < N->parts; j++) {
        int64_t ax = N->part[j].axis;
        if (ax < 0) continue;
        int64_t here = flat / G->shape[ax * GRID_COLUMNS + STEP] % G->shape[ax * GRID_COLUMNS + SIZE];
        for (int64_t k = 0; k < N->part[j].types; k++)
            set_belief(N, l, j, k, G->points[(ax * G->most_points + here) * MAX_TYPES + k]);
    }
}

/* Solve alike nodes of any shape at every belief, as `sweep_one_mover` does those of one mover; the starts are log
   strategies [row, belief] of a node. */
static int64_t sweep_several(const int64_t *nodes, int64_t count, const struct Layout *L, const struct Grid *G,
                             const struct Plan *P, double *X, double *logs, double *starts, const double *lam,
                             double tol, int64_t most, int64_t finish, int64_t *failed, double *found)
{
    int64_t B = G->total, bad = 0;
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
                set_beliefs_at(&N, l, at.flat[l]);
                for (int64_t r = 0; r < N.size; r++) N.x[r][l] = start[r * B];
            }
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
