/* A node of any shape, in logarithms: several participants, chance among them, each of up to MAX_TYPES types.

   A node with participants j (their types theta, actions a) is solved at a belief by the fixed point

       log sigma_j,theta(a) = log nu_j(a) + lambda_j Q_j,theta(a; mu'(a)) - log sum_b nu_j(b) exp(lambda_j Q_j,theta(b))

   where mu'(a) is the posterior that sigma itself implies (McKelvey & Palfrey 1998, agent form). x holds log sigma by
   row: participant, type, action. Every lane is a problem of its own: a belief of a node, or another start. */
#ifndef PEACETALKS_NODE_H
#define PEACETALKS_NODE_H

#include "interpolation.h"
#include "lattice.h"

enum { TOGETHER_SEVERAL = 4 };      /* rows that are interpolated together: they share the loads of the weights */
static const double NEVER = -1e300; /* logarithm of probability zero */
static const double RARE = 1e-280;  /* chance of an action below which exponentials may underflow */

struct Participant { /* a participant */
    int64_t player, actions, types, axis; /* axis -1: one type, or chance */
    int64_t first, column, step;          /* its first row of x; player-type of its first type; step of its axis */
    int64_t corners;                      /* points that a posterior is interpolated on, at the most */
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
    int dense;               /* whether the lanes stand side by side in a row */
    int64_t place;           /* of the first lane, then */
    Wholes places;           /* of the lanes, otherwise */
    Reals *mu, *log_mu;      /* [participant, type] beliefs */
    Reals *mean;             /* [participant, action] average strategy */
    Reals *post;             /* [participant, action, type] posterior */
    struct Window *window;   /* [participant, action] points of its axis that posteriors are interpolated on, then */
    Wholes *vertex;          /* [participant, action, corner] step to a neighbour of the posterior among own beliefs */
    Reals *share;            /* [participant, action, corner] its interpolation weight */
    int64_t points;          /* own beliefs that the values after a profile are interpolated on */
    Reals *weight;           /* [point] their weights */
    Wholes *at;              /* [point] where they are in a row */
    int64_t *beside;         /* [point] the same, where the lanes stand side by side; then, on the last axis: */
    int64_t last;            /* the last participant with an axis, or -1 */
    struct Window near;      /* points of its axis at each of the others */
    const Reals *near_share; /* [point of the window] their weights */
    int64_t *others, n_others; /* player-types of those who do not move, and their number */
    const double **rows;     /* [player-type] rows that are interpolated together */
    Reals *found;            /* [player-type] the values in them */
    Reals *q, *x, *y;        /* [row] continuation, log strategy, logit best response */
    Reals *seen;             /* [row] the log strategies that the continuation is of */
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
    int64_t low = L->part_ptr[n], P = L->part_ptr[n + 1] - low, U = L->player_types, own = 1, points = 1;
    memset(N, 0, sizeof *N);
    N->parts = P, N->grid = G, N->dense = dense, N->player_types = U, N->last = -1;
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
            p->step = own, N->last = N->last < 0 ? j : N->last;
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
    N->q = room(7 * S, sizeof(Reals)), N->found = room(U, sizeof(Reals));
    N->rows = room(U, sizeof(double *)), N->others = room(U, sizeof(int64_t));
    N->x = N->q + S, N->y = N->q + 2 * S, N->before = N->q + 3 * S, N->step = N->q + 4 * S, N->kept = N->q + 5 * S;
    N->seen = N->q + 6 * S;
    N->act = room(P, sizeof(int64_t)), N->own = own;
    N->weight = room(points, sizeof(Reals)), N->at = room(points, sizeof(Wholes));
    N->window = room(A, sizeof(struct Window)), N->beside = room(points, sizeof(int64_t));
    if (!(N->weight && N->at && N->mu && N->mean && N->post && N->vertex && N->share && N->q && N->found && N->act)) return 0;
    if (!(N->window && N->beside && N->rows && N->others)) return 0;
    for (int64_t u = 0; u < U; u++) {
        int moves = 0;
        for (int64_t j = 0; j < P; j++) moves |= u >= N->part[j].column && u < N->part[j].column + N->part[j].types;
        if (!moves) N->others[N->n_others++] = u;
    }
    for (int64_t i = 0; i < A * N->corners; i++) N->vertex[i] = all_whole(0), N->share[i] = all(1.0);
    N->near = (struct Window){0, 1}, N->near_share = N->share;
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
    free(N->window);
    free(N->beside);
    free(N->vertex);
    free(N->share);
    free(N->q);
    free(N->found);
    free(N->rows);
    free(N->others);
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
    Reals total = all(0.0), *post = N->post + i * N->most;
    for (int64_t k = 0; k < K; k++) total += post[k] = mu[k] * exp_of(x[k * A]);
    N->mean[i] = total;
    Wholes rare = total < RARE;
    if (any(rare)) { /* in proportion to the largest one, so that no digits are lost */
        Reals top = log_mu[0] + x[0], sum = all(0.0);
        for (int64_t k = 1; k < K; k++) top = larger(top, log_mu[k] + x[k * A]);
        for (int64_t k = 0; k < K; k++) {
            Reals part = pick(mu[k] > 0.0, exp_of(log_mu[k] + x[k * A] - top), all(0.0));
            post[k] = pick(rare, part, post[k]);
            sum += part;
        }
        N->mean[i] = pick(rare, exp_of(top) * sum, total);
        total = pick(rare, sum, total);
    }
    for (int64_t k = 0; k < K; k++) post[k] /= total;
    Wholes *vertex = N->vertex + i * N->corners;
    Reals *share = N->share + i * N->corners;
    N->window[i] = (struct Window){0, p->corners};
    if (K == 2 && N->dense) {
        N->window[i] = weights_at(&p->cubic, post[0], share, NULL);
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
   posterior after its own action, in every combination. Where the lanes stand side by side those on the last axis are a
   window beside each combination of the others. */
static void collect_points(struct Node *N)
{
    N->points = 1, N->weight[0] = all(1.0), N->at[0] = all_whole(0), N->beside[0] = N->place;
    for (int64_t j = 0; j < N->parts; j++) {
        if (N->part[j].axis < 0) continue;
        int64_t i = j * N->widest + N->act[j], step = N->part[j].step * N->width;
        struct Window near = N->window[i];
        const Reals *share = N->share + i * N->corners;
        const Wholes *vertex = N->vertex + i * N->corners;
        if (N->dense && j == N->last) {
            N->near = near, N->near_share = share;
            continue;
        }
        for (int64_t o = N->points - 1; o >= 0; o--) { /* from the last one on: what is written has been read */
            Reals w = N->weight[o];
            Wholes at = N->at[o];
            int64_t beside = N->beside[o];
            for (int64_t v = near.count - 1; v >= 0; v--) {
                N->weight[o * near.count + v] = w * share[v];
                N->beside[o * near.count + v] = beside + (near.first + v) * step;
                if (!N->dense) N->at[o * near.count + v] = at + vertex[v];
            }
        }
        N->points *= near.count;
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

/* Fill found[r, r + 1, ...] as `interpolate` does, for so many rows of lanes that stand side by side. */
INLINE void interpolate_together(struct Node *N, const int together, int64_t r)
{
    Reals sum[TOGETHER_SEVERAL];
    int64_t step = N->last < 0 ? 0 : N->part[N->last].step * N->width;
    for (int i = 0; i < together; i++) sum[i] = all(0.0);
    for (int64_t o = 0; o < N->points; o++) {
        Reals part[TOGETHER_SEVERAL];
        int64_t at = N->beside[o] + N->near.first * step;
        for (int i = 0; i < together; i++) part[i] = all(0.0);
        for (int64_t v = 0; v < N->near.count; v++, at += step) {
            Reals share = N->near_share[v];
            for (int i = 0; i < together; i++) part[i] += share * load(N->rows[r + i] + at);
        }
        for (int i = 0; i < together; i++) sum[i] += N->weight[o] * part[i];
    }
    for (int i = 0; i < together; i++) N->found[r + i] = sum[i];
}

/* Fill `found` with the values in the first `count` of `rows`, interpolated on the points that were collected. */
static void interpolate(struct Node *N, int64_t count)
{
    int64_t r = 0;
    if (!N->dense) {
        for (; r < count; r++) {
            Reals sum = all(0.0);
            for (int64_t o = 0; o < N->points; o++) sum += N->weight[o] * gather(N->rows[r], N->at[o]);
            N->found[r] = sum;
        }
        return;
    }
    for (; r + TOGETHER_SEVERAL <= count; r += TOGETHER_SEVERAL) interpolate_together(N, TOGETHER_SEVERAL, r);
    for (; r + 2 <= count; r += 2) interpolate_together(N, 2, r);
    if (r < count) interpolate_together(N, 1, r);
}

/* Fill Q: what each type expects from each of its actions, given the posteriors,

       Q_j,theta(a) = sum over the others' actions of their average chances times V_j,theta(profile; posteriors). */
static void continuation(struct Node *N)
{
    for (int64_t i = 0; i < N->size; i++) N->q[i] = all(0.0), N->seen[i] = N->x[i];
    memset(N->act, 0, (size_t)N->parts * sizeof(int64_t));
    for (int64_t c = 0; c < N->profiles; c++, next_profile(N)) {
        int64_t count = 0;
        for (int64_t j = 0; j < N->parts; j++)
            for (int64_t k = 0; N->part[j].player != NATURE && k < N->part[j].types; k++)
                N->rows[count++] = row_of(N, c, N->part[j].column + k);
        collect_points(N);
        interpolate(N, count);
        count = 0;
        for (int64_t j = 0; j < N->parts; j++) {
            struct Participant *p = N->part + j;
            if (p->player == NATURE) continue;
            Reals chance = chance_of_others(N, j);
            for (int64_t k = 0; k < p->types; k++) N->q[p->first + k * p->actions + N->act[j]] += chance * N->found[count++];
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

#endif
