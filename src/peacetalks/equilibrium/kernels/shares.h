/* What a node does to probability in one period, kept participant by participant (`transitions.h`): for each action and
   belief the average chance times the interpolation weights of the posterior's neighbours on the grid. */
#ifndef PEACETALKS_SHARES_H
#define PEACETALKS_SHARES_H

#include "interpolation.h"
#include "lattice.h"

/* A participant of a node: its shares stand as [action, belief, corner], its targets as [action, belief, target]. */
struct Mover {
    int64_t player, axis, types, actions, corners;
    int64_t step;    /* of the flat belief between neighbours on a line */
    int64_t targets; /* kept for an action: the first neighbour of a line, or each neighbour */
    int64_t share, to, strategy; /* at which of the node's numbers at a belief its own begin */
};

/* The participants of a node, and how many numbers they have at a belief. */
struct Movers {
    int64_t count, shares, targets, strategies;
    struct Mover one[MOST_MOVERS];
};

/* Whether only nature moves at node n. */
INLINE int is_chance(const struct Layout *L, int64_t n)
{
    return L->part_ptr[n + 1] - L->part_ptr[n] == 1 && L->part_player[L->part_ptr[n]] == NATURE;
}

static void open_movers(const struct Layout *L, const struct Grid *G, int64_t n, struct Movers *M)
{
    M->count = L->part_ptr[n + 1] - L->part_ptr[n];
    M->shares = M->targets = M->strategies = 0;
    for (int64_t j = 0; j < M->count; j++) {
        struct Mover *m = M->one + j;
        m->player = L->part_player[L->part_ptr[n] + j];
        m->actions = L->part_actions[L->part_ptr[n] + j];
        m->types = m->player == NATURE ? 1 : L->n_types[m->player];
        m->axis = m->player == NATURE ? -1 : G->axis[m->player];
        m->corners = m->axis < 0 ? 1 : corners_of(G, m->axis);
        m->step = m->axis < 0 ? 0 : on_axis(G, m->axis, STEP);
        m->targets = m->types > 2 ? m->corners : 1;
        m->share = M->shares, m->to = M->targets, m->strategy = M->strategies;
        M->shares += m->actions * m->corners;
        M->targets += m->actions * m->targets;
        M->strategies += m->actions * m->types;
    }
}

/* The step of the flat belief to neighbour v of a posterior whose targets are `to`. */
INLINE int64_t target(const struct Mover *m, const int32_t *to, int64_t v)
{
    return m->targets == 1 ? to[0] + v * m->step : to[v];
}

/* Write where the shares and targets of each of `nodes` [count] begin: share_ptr and to_ptr [node + 1]; other nodes, which
   are not solved, have none. */
static void count_transitions(const int64_t *nodes, int64_t count, const struct Layout *L, const struct Grid *G,
                              int64_t *share_ptr, int64_t *to_ptr)
{
    struct Movers M;
    memset(share_ptr, 0, (size_t)(L->nodes + 1) * sizeof *share_ptr);
    memset(to_ptr, 0, (size_t)(L->nodes + 1) * sizeof *to_ptr);
    for (int64_t i = 0; i < count; i++) {
        if (is_chance(L, nodes[i])) continue;
        open_movers(L, G, nodes[i], &M);
        share_ptr[nodes[i] + 1] = M.shares * G->total;
        to_ptr[nodes[i] + 1] = M.targets * G->total;
    }
    for (int64_t n = 0; n < L->nodes; n++) share_ptr[n + 1] += share_ptr[n], to_ptr[n + 1] += to_ptr[n];
}

/* Write out[i] = exp(x[i]). */
INLINE void exponentials(const double *x, int64_t count, double *out)
{
    int64_t i = 0;
    for (; i + LANES <= count; i += LANES) store(out + i, exp_of(load(x + i)));
    if (i == count) return;
    Reals last = all(0.0);
    memcpy(&last, x + i, (size_t)(count - i) * sizeof *x);
    last = exp_of(last);
    memcpy(out + i, &last, (size_t)(count - i) * sizeof *x);
}

/* Write the chances of the next LANES profiles of a chance node n, from r on, to p. */
INLINE void next_chances(const struct Layout *L, int64_t n, int64_t r, double *p)
{
    int64_t left = L->prof_ptr[n + 1] - r;
    exponentials(L->log_weight + L->part_weight[L->part_ptr[n]] + r - L->prof_ptr[n], left < LANES ? left : LANES, p);
}

/* Write the belief mu[type] about the player of an axis at a flat belief. */
INLINE void belief_at(const struct Grid *G, int64_t axis, int64_t flat, double *mu)
{
    int64_t place = flat / on_axis(G, axis, STEP) % on_axis(G, axis, SIZE);
    for (int64_t k = 0; k < on_axis(G, axis, TYPES); k++)
        mu[k] = G->points[(axis * G->most_points + place) * MAX_TYPES + k];
}

/* Write the joint probabilities joint[type] of type and action a under belief mu and strategy sigma[type, action], and
   the posterior by Bayes' rule; return the probability of the action.  After an impossible action beliefs stay. */
INLINE double after(const double *mu, const double *sigma, int64_t types, int64_t actions, int64_t a, double *joint,
                    double *posterior)
{
    double mean = 0.0;
    for (int64_t k = 0; k < types; k++) mean += joint[k] = mu[k] * sigma[k * actions + a];
    for (int64_t k = 0; k < types; k++) posterior[k] = mean > 0.0 ? joint[k] / mean : mu[k];
    return mean;
}

/* Where a participant's strategies, shares and targets lie. */
struct Part {
    const struct Mover *mover;
    const double *sigma; /* [belief: type, action], `strategies` numbers apart */
    double *share;       /* [action, belief, corner] */
    int32_t *to;         /* [action, belief, target] */
    int64_t strategies;
};

/* Write the shares of a participant of one type: nobody learns from it. */
static void distribute_uninformed(const struct Part *P, int64_t B)
{
    for (int64_t a = 0; a < P->mover->actions; a++)
        for (int64_t b = 0; b < B; b++)
            P->share[a * B + b] = P->sigma[b * P->strategies + a], P->to[a * B + b] = 0;
}

/* Write the shares of a participant of two types, LANES beliefs at a time. */
static void distribute_on_line(const struct Part *P, const struct Grid *G, const struct Axis *axis)
{
    const struct Mover *m = P->mover;
    const double *first = G->first + m->axis * G->total;
    const int64_t *base = G->base + m->axis * G->total;
    for (int64_t low = 0; low < G->total; low += LANES) {
        Wholes at = {0};
        for (int l = 0; l < LANES; l++) at[l] = low + l < G->total ? low + l : G->total - 1;
        Reals p = gather(first, at);
        int64_t lanes = G->total - low < LANES ? G->total - low : LANES;
        for (int64_t a = 0; a < m->actions; a++) {
            Reals up = p * gather(P->sigma + a, at * P->strategies);
            Reals mean = up + (1.0 - p) * gather(P->sigma + m->actions + a, at * P->strategies);
            Reals w[4];
            Wholes start;
            stencil_at(axis, pick(mean > 0.0, up / mean, p), &start, w, NULL);
            for (int64_t l = 0; l < lanes; l++) {
                int64_t i = a * G->total + low + l;
                P->to[i] = (int32_t)(base[low + l] + start[l] * m->step - (low + l));
                for (int64_t v = 0; v < m->corners; v++) P->share[i * m->corners + v] = mean[l] * w[v][l];
            }
        }
    }
}

/* Write the shares of a participant of more than two types. */
static void distribute_on_lattice(const struct Part *P, const struct Grid *G)
{
    const struct Mover *m = P->mover;
    double mu[MAX_TYPES], joint[MAX_TYPES], posterior[MAX_TYPES], w[MOST_CORNERS];
    int64_t place[MOST_CORNERS];
    for (int64_t b = 0; b < G->total; b++) {
        belief_at(G, m->axis, b, mu);
        for (int64_t a = 0; a < m->actions; a++) {
            double mean = after(mu, P->sigma + b * P->strategies, m->types, m->actions, a, joint, posterior);
            locate_lattice(G, m->axis, posterior, place, w);
            for (int64_t v = 0; v < m->corners; v++) {
                int64_t i = (a * G->total + b) * m->corners + v;
                P->share[i] = mean * w[v];
                P->to[i] = (int32_t)(G->base[m->axis * G->total + b] + place[v] * m->step - b);
            }
        }
    }
}

/* Open the lines of the informed players of two types: axes [axis]; return 0 where there is no memory. */
static int open_lines(const struct Grid *G, struct Axis *lines)
{
    for (int64_t ax = 0; ax < G->axes; ax++)
        if (on_axis(G, ax, TYPES) == 2 && !open_axis(lines + ax, G, ax, on_axis(G, ax, STEP))) return 0;
    return 1;
}

static void close_lines(const struct Grid *G, struct Axis *lines)
{
    for (int64_t ax = 0; lines && ax < G->axes; ax++)
        if (lines[ax].coefficient[0]) close_axis(lines + ax);
}

/* The most strategies of a node of `nodes` [count], over all beliefs. */
static int64_t most_strategies(const int64_t *nodes, int64_t count, const int64_t *log_ptr)
{
    int64_t most = 0;
    for (int64_t i = 0; i < count; i++) {
        int64_t size = log_ptr[nodes[i] + 1] - log_ptr[nodes[i]];
        most = size > most ? size : most;
    }
    return most;
}

/* Write the shares and targets of `nodes` [count] from logs [node, belief, participant, type, action] of the strategies;
   return 0, or -1 where there is no memory. */
static int64_t fill_transitions(const int64_t *nodes, int64_t count, const struct Layout *L, const struct Grid *G,
                                const double *logs, const int64_t *log_ptr, const int64_t *share_ptr,
                                const int64_t *to_ptr, double *share, int32_t *to)
{
    struct Movers M;
    double *sigma = room(most_strategies(nodes, count, log_ptr), sizeof *sigma);
    struct Axis *lines = calloc((size_t)G->axes + 1, sizeof *lines);
    int64_t done = sigma && lines && open_lines(G, lines) ? 0 : -1;
    for (int64_t i = 0; done == 0 && i < count; i++) {
        int64_t n = nodes[i];
        if (is_chance(L, n)) continue;
        open_movers(L, G, n, &M);
        exponentials(logs + log_ptr[n], log_ptr[n + 1] - log_ptr[n], sigma);
        for (int64_t j = 0; j < M.count; j++) {
            const struct Mover *m = M.one + j;
            struct Part P = {m, sigma + m->strategy, share + share_ptr[n] + m->share * G->total,
                             to + to_ptr[n] + m->to * G->total, M.strategies};
            if (m->axis < 0)
                distribute_uninformed(&P, G->total);
            else if (m->types == 2)
                distribute_on_line(&P, G, lines + m->axis);
            else
                distribute_on_lattice(&P, G);
        }
    }
    close_lines(G, lines);
    free(lines);
    free(sigma);
    return done;
}

#endif
