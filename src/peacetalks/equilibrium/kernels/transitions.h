/* The public transition of one period: its push-forward, and its pull-back (adjoint).

   At a node and a belief the average strategies give a probability to each profile, and each participant's posterior is
   distributed over its neighbours on the grid with interpolation weights.  Both are kept participant by participant,

       share[j, a, v] = mean_j(a) w_v(posterior after a),     p(a_1 .. a_P, v_1 .. v_P) = prod_j share[j, a_j, v_j],

   and the products are formed when they are used: a node of two movers with A actions each needs 2 x 4 A numbers at a
   belief in place of (4 A)^2.  `push_forward` moves probability to the next period; `pull_back` carries welfare backward
   with the same numbers, so that the two are adjoint exactly: for a player's type theta it carries b(theta) times its
   value, which the public measure propagates (`belief_grid.py`).  Chance is the same at every belief and needs no shares.

   Names of sizes: B beliefs, U player-types, width U rounded up to a multiple of 8. */
#ifndef PEACETALKS_TRANSITIONS_H
#define PEACETALKS_TRANSITIONS_H

#include "shares.h"

enum { GROUP = 8 }; /* player-types that are carried back together */

typedef double Eight __attribute__((vector_size(8 * GROUP)));

/* Add the payoffs of the type profiles, a row of Layout.typed_payoff, to out [player-type]: each times the probability
   `sure` of the moves and the belief weight [player-type] in every player's type. */
static void add_typed(const struct Layout *L, int64_t row, const double *weight, double sure, double *out)
{
    for (int64_t t = 0; t < L->type_profiles; t++) {
        const double *payoff = L->typed_payoff + (row * L->type_profiles + t) * L->players;
        double p = sure;
        int64_t rest = t;
        for (int64_t i = L->players - 1; i >= 0; rest /= L->n_types[i--])
            p *= weight[L->first_index[i] + rest % L->n_types[i]];
        rest = t;
        for (int64_t i = L->players - 1; i >= 0; rest /= L->n_types[i--])
            out[L->first_index[i] + rest % L->n_types[i]] += p * payoff[i];
    }
}

/* Write out [player-type], the expected payoffs of node n at belief b, each times the belief in its type, given the
   strategies sigma [participant, type, action]; `weight` is scratch of that size. */
static void expected_payoff(const struct Layout *L, const struct Grid *G, int64_t n, int64_t b, const struct Movers *M,
                            const double *sigma, double *weight, double *out)
{
    double mu[MOST_MOVERS][MAX_TYPES], joint[MAX_TYPES];
    int64_t act[MOST_MOVERS] = {0}, U = L->player_types;
    for (int64_t i = 0; i < L->players; i++) {
        weight[L->first_index[i]] = 1.0;
        if (G->axis[i] >= 0) belief_at(G, G->axis[i], b, weight + L->first_index[i]);
    }
    for (int64_t j = 0; j < M->count; j++)
        if (M->one[j].axis >= 0) belief_at(G, M->one[j].axis, b, mu[j]);
    memset(out, 0, (size_t)U * sizeof *out);
    for (int64_t r = L->prof_ptr[n]; r < L->prof_ptr[n + 1]; r++) {
        double sure = 1.0;
        for (int64_t j = 0; j < M->count; j++) {
            const struct Mover *m = M->one + j;
            const double *own = sigma + m->strategy;
            if (m->axis < 0)
                sure *= own[act[j]];
            else
                sure *= after(mu[j], own, m->types, m->actions, act[j], joint, weight + L->first_index[m->player]);
        }
        for (int64_t u = 0; u < U; u++) out[u] += sure * weight[u] * L->payoff[r * U + u];
        if (L->typed[r] >= 0) add_typed(L, L->typed[r], weight, sure, out);
        for (int64_t j = M->count - 1; j >= 0 && ++act[j] == M->one[j].actions; j--) act[j] = 0;
    }
}

/* Write out [node, belief, width], the expected payoffs of `nodes` [count], each times the belief in its type; return 0,
   or -1 where there is no memory. */
static int64_t expected_payoffs(const int64_t *nodes, int64_t count, const struct Layout *L, const struct Grid *G,
                                const double *logs, const int64_t *log_ptr, int64_t width, double *out)
{
    struct Movers M;
    double *sigma = room(most_strategies(nodes, count, log_ptr), sizeof *sigma);
    double *weight = room(L->player_types, sizeof *weight);
    for (int64_t i = 0; sigma && weight && i < count; i++) {
        int64_t n = nodes[i];
        open_movers(L, G, n, &M);
        exponentials(logs + log_ptr[n], log_ptr[n + 1] - log_ptr[n], sigma);
        for (int64_t b = 0; b < G->total; b++)
            expected_payoff(L, G, n, b, &M, sigma + b * M.strategies, weight, out + (n * G->total + b) * width);
    }
    int64_t done = sigma && weight ? 0 : -1;
    free(sigma);
    free(weight);
    return done;
}

/* A node whose mass is pushed forward, or whose values are pulled back, at a belief: its participants, their numbers, and
   the array that is added to or read. */
struct Carried {
    const struct Layout *L;
    const struct Movers *M;
    const double *share; /* of the node */
    const int32_t *to;
    double *at; /* mass [slot, belief], or values [slot, belief, width] from a group of player-types on */
    int64_t beliefs, belief, width, first; /* `first` profile of the node */
};

/* Add q w[v] to four numbers `step` apart. */
INLINE void add_four(double *at, int64_t step, double q, const double *w)
{
    double a = at[0] + q * w[0], b = at[step] + q * w[1], c = at[2 * step] + q * w[2], d = at[3 * step] + q * w[3];
    at[0] = a, at[step] = b, at[2 * step] = c, at[3 * step] = d;
}

/* Add q w[corner] to the mass of the neighbours of a posterior; `mass` is that of the belief before. */
INLINE void spread(const struct Mover *m, const int32_t *to, double q, const double *w, double *mass)
{
    if (m->targets == 1 && m->corners == 4) {
        add_four(mass + to[0], m->step, q, w);
        return;
    }
    for (int64_t v = 0; v < m->corners; v++) mass[target(m, to, v)] += q * w[v];
}

/* Add the probability p of what participants before j did, times what j and the others do, to the mass of the slots. */
static void push_row(const struct Carried *C, int64_t j, int64_t profile, double p, int64_t flat)
{
    const struct Mover *m = C->M->one + j;
    for (int64_t a = 0; a < m->actions; a++) {
        int64_t next = profile * m->actions + a, i = a * C->beliefs + C->belief;
        const double *w = C->share + m->share * C->beliefs + i * m->corners;
        const int32_t *to = C->to + m->to * C->beliefs + i * m->targets;
        if (j + 1 < C->M->count) {
            for (int64_t v = 0; v < m->corners; v++) push_row(C, j + 1, next, p * w[v], flat + target(m, to, v));
            continue;
        }
        int64_t r = C->first + next;
        for (int64_t e = C->L->lottery_ptr[r]; e < C->L->lottery_ptr[r + 1]; e++)
            spread(m, to, p * C->L->lottery_prob[e], w, C->at + C->L->lottery_slot[e] * C->beliefs + flat);
    }
}

enum { AHEAD = 256 }; /* shares that are fetched in advance: 2 kB, where waiting for memory takes half the time without */

/* Add f own[b] w[b, v] to the mass of the four neighbours of each posterior, `step` apart on a line of `size` beliefs. Lines
   of neighbouring beliefs are taken in turn: what is added to a place would wait for what was added there just before. */
static void spread_on_line(int64_t B, int64_t size, int64_t step, double f, const double *restrict own,
                           const double *restrict w, const int32_t *restrict to, double *restrict mass)
{
    int64_t apart = step == 1 ? size : 1;
    for (int64_t first = 0; first < apart; first++)
        for (int64_t b = first; b < B; b += apart) {
            __builtin_prefetch(w + 4 * b + AHEAD);
            if (step == 1)
                add_four(mass + b + to[b], 1, f * own[b], w + 4 * b);
            else
                add_four(mass + b + to[b], step, f * own[b], w + 4 * b);
        }
}

/* Do as `push_row` does for a node of one participant at all beliefs; own [belief] is the node's mass. */
static void push_one_mover(const struct Carried *C, const struct Grid *G, const double *own)
{
    const struct Mover *m = C->M->one;
    int64_t B = C->beliefs;
    for (int64_t a = 0; a < m->actions; a++) {
        const double *w = C->share + a * B * m->corners;
        const int32_t *to = C->to + a * B * m->targets;
        int64_t r = C->first + a;
        for (int64_t e = C->L->lottery_ptr[r]; e < C->L->lottery_ptr[r + 1]; e++) {
            double f = C->L->lottery_prob[e], *mass = C->at + C->L->lottery_slot[e] * B;
            if (m->targets == 1 && m->corners == 4)
                spread_on_line(B, on_axis(G, m->axis, SIZE), m->step, f, own, w, to, mass);
            else
                for (int64_t b = 0; b < B; b++)
                    spread(m, to + b * m->targets, f * own[b], w + b * m->corners, mass + b);
        }
    }
}

/* Room for a node of two participants: the second's shares at all points of its axis [action, belief], and what comes to
   each of its actions [action, line], both in rows of `row` numbers: its points, padded to LANES. A line is a belief
   without its place on that axis. */
struct PairRoom {
    double *shares, *sums;
    int64_t size; /* numbers that each has room for */
};

/* Make room for `size` numbers in each array; return 0 where there is no memory. */
static int make_room(struct PairRoom *R, int64_t size)
{
    if (size <= R->size) return 1;
    free(R->shares), free(R->sums);
    R->shares = room(size, sizeof(double)), R->sums = room(size, sizeof(double));
    R->size = R->shares && R->sums ? size : 0;
    return R->size > 0;
}

/* Whether a node has two participants of two types each, the second of whom has the last axis of the grid. */
INLINE int is_pair(const struct Movers *M)
{
    return M->count == 2 && M->one[0].step > 0 && M->one[0].types == 2 && M->one[1].step == 1 && M->one[1].types == 2;
}

/* Write the shares of the second participant in rows: out[action, line, place, place of the posterior]. */
static void share_rows(const struct Carried *C, int64_t size, int64_t row, double *restrict out)
{
    const struct Mover *o = C->M->one + 1;
    const double *w = C->share + o->share * C->beliefs;
    const int32_t *to = C->to + o->to * C->beliefs;
    int64_t rows = o->actions * C->beliefs;
    memset(out, 0, (size_t)(rows * row) * sizeof *out);
    for (int64_t line = 0; line < rows / size; line++)
        for (int64_t place = 0; place < size; place++, to++, out += row, w += o->corners)
            for (int64_t v = 0; v < o->corners; v++) out[place + *to + v] = w[v];
}

/* Add p times each of `count` rows of `shares` to a row of `sums`. */
INLINE void add_rows(int64_t count, int64_t row, double p, const double *restrict shares, int64_t apart,
                     double *restrict sums, int64_t apart_sums)
{
    for (int64_t c = 0; c < count; c++)
        for (int64_t i = 0; i < row; i += LANES) {
            double *to = sums + c * apart_sums + i;
            store(to, load(to) + p * load(shares + c * apart + i));
        }
}

/* Sum up what comes to action a of the first participant and any of the second:
   sums[a_2, line, place] = sum_b own[b] share_1[a, b, v] shares[a_2, b, place], the line being that of neighbour v. */
static void sum_rows(const struct Carried *C, const double *own, int64_t a, int64_t size, int64_t row,
                     const double *restrict shares, double *restrict sums)
{
    const struct Mover *m = C->M->one, *o = m + 1;
    int64_t B = C->beliefs, lines = B / size, step = m->step / size;
    const double *w = C->share + a * m->corners * B;
    const int32_t *to = C->to + a * B;
    memset(sums, 0, (size_t)(o->actions * lines * row) * sizeof *sums);
    for (int64_t line = 0; line < lines; line++)
        for (int64_t b = line * size; b < (line + 1) * size; b++)
            for (int64_t v = 0; v < m->corners; v++) {
                double *at = sums + (line + to[b] / (int32_t)size + v * step) * row;
                double p = own[b] * w[b * m->corners + v];
                if (row == LANES)
                    add_rows(o->actions, LANES, p, shares + b * LANES, B * LANES, at, lines * LANES);
                else
                    add_rows(o->actions, row, p, shares + b * row, B * row, at, lines * row);
            }
}

/* Do as `push_row` does for a pair of participants at all beliefs; own [belief] is the node's mass. What comes to a profile
   is summed up over beliefs before it is carried to the slots that the profile leads to. Returns 0, or -1 where there is
   no memory. */
static int64_t push_pair(const struct Carried *C, const struct Grid *G, const double *own, struct PairRoom *R)
{
    const struct Mover *m = C->M->one, *o = m + 1;
    int64_t size = on_axis(G, o->axis, SIZE), row = padded(size);
    int64_t lines = C->beliefs / size, r = C->first;
    if (!make_room(R, o->actions * C->beliefs * row)) return -1;
    share_rows(C, size, row, R->shares);
    for (int64_t a = 0; a < m->actions; a++) {
        sum_rows(C, own, a, size, row, R->shares, R->sums);
        for (int64_t c = 0; c < o->actions; c++, r++)
            for (int64_t e = C->L->lottery_ptr[r]; e < C->L->lottery_ptr[r + 1]; e++) {
                double f = C->L->lottery_prob[e], *mass = C->at + C->L->lottery_slot[e] * C->beliefs;
                for (int64_t line = 0; line < lines; line++)
                    for (int64_t i = 0; i < size; i++)
                        mass[line * size + i] += f * R->sums[(c * lines + line) * row + i];
            }
    }
    return 0;
}

/* Whether any of `count` numbers is not zero. */
INLINE int any_held(const double *x, int64_t count)
{
    for (int64_t i = 0; i < count; i++)
        if (x[i] != 0.0) return 1;
    return 0;
}

/* Carry mass [slot, belief] of a chance node n to the slots that it draws. */
static void push_chance(const struct Layout *L, int64_t n, int64_t B, double *mass)
{
    const double *own = mass + n * B;
    double p[LANES];
    for (int64_t first = L->prof_ptr[n], r = first; r < L->prof_ptr[n + 1]; r++) {
        if ((r - first) % LANES == 0) next_chances(L, n, r, p);
        for (int64_t e = L->lottery_ptr[r]; e < L->lottery_ptr[r + 1]; e++) {
            double f = p[(r - first) % LANES] * L->lottery_prob[e], *restrict to = mass + L->lottery_slot[e] * B;
            for (int64_t b = 0; b < B; b++) to[b] += f * own[b];
        }
    }
}

/* Carry mass [slot, belief] from the nodes through one period in the order of play; what the nodes held is zero
   afterwards.  `seen` receives the occupation measure [node, belief], the mass that passes each node, unless it is NULL.
   Returns 0, or -1 where there is no memory. */
static int64_t push_forward(const struct Layout *L, const struct Grid *G, const int64_t *share_ptr,
                            const int64_t *to_ptr, const double *share, const int32_t *to, double *mass, double *seen)
{
    struct Movers M;
    struct PairRoom R = {0};
    int64_t done = 0;
    struct Carried C = {L, &M, 0, 0, mass, G->total, 0, 1, 0};
    for (int64_t n = 0; done == 0 && n < L->nodes; n++) {
        double *own = mass + n * G->total;
        if (!any_held(own, G->total)) continue;
        if (seen) memcpy(seen + n * G->total, own, (size_t)G->total * sizeof *own);
        if (is_chance(L, n)) {
            push_chance(L, n, G->total, mass);
        } else if (share_ptr[n] < share_ptr[n + 1]) {
            open_movers(L, G, n, &M);
            C.first = L->prof_ptr[n], C.share = share + share_ptr[n], C.to = to + to_ptr[n];
            if (M.count == 1)
                push_one_mover(&C, G, own);
            else if (is_pair(&M))
                done = push_pair(&C, G, own, &R);
            else
                for (C.belief = 0; C.belief < G->total; C.belief++)
                    if (own[C.belief] != 0.0) push_row(&C, 0, 0, own[C.belief], C.belief);
        }
        memset(own, 0, (size_t)G->total * sizeof *own);
    }
    free(R.shares);
    free(R.sums);
    return done;
}

INLINE Eight load_group(const double *from)
{
    Eight out;
    memcpy(&out, from, sizeof out);
    return out;
}

/* The values of a group of player-types that follow on what participants before j did. */
static Eight pull_row(const struct Carried *C, int64_t j, int64_t profile, int64_t flat)
{
    const struct Mover *m = C->M->one + j;
    Eight sum = {0};
    for (int64_t a = 0; a < m->actions; a++) {
        int64_t next = profile * m->actions + a, i = a * C->beliefs + C->belief;
        const double *w = C->share + m->share * C->beliefs + i * m->corners;
        const int32_t *to = C->to + m->to * C->beliefs + i * m->targets;
        if (j + 1 < C->M->count) {
            for (int64_t v = 0; v < m->corners; v++) sum += w[v] * pull_row(C, j + 1, next, flat + target(m, to, v));
            continue;
        }
        int64_t r = C->first + next;
        for (int64_t e = C->L->lottery_ptr[r]; e < C->L->lottery_ptr[r + 1]; e++) {
            const double *from = C->at + (C->L->lottery_slot[e] * C->beliefs + flat) * C->width;
            Eight part = {0};
            for (int64_t v = 0; v < m->corners; v++) part += w[v] * load_group(from + target(m, to, v) * C->width);
            sum += C->L->lottery_prob[e] * part;
        }
    }
    return sum;
}

/* Add the values Y [slot, belief, width] of what a chance node n draws to its own. */
static void pull_chance(const struct Layout *L, int64_t n, int64_t numbers, double *Y)
{
    double *restrict own = Y + n * numbers;
    double p[LANES];
    for (int64_t first = L->prof_ptr[n], r = first; r < L->prof_ptr[n + 1]; r++) {
        if ((r - first) % LANES == 0) next_chances(L, n, r, p);
        for (int64_t e = L->lottery_ptr[r]; e < L->lottery_ptr[r + 1]; e++) {
            double f = p[(r - first) % LANES] * L->lottery_prob[e], *from = Y + L->lottery_slot[e] * numbers;
            for (int64_t i = 0; i < numbers; i++) own[i] += f * from[i];
        }
    }
}

/* Carry Y [slot, belief, width] backward through one period, from the boundaries, which hold their values on entry, to
   the nodes: reward [node, belief, width], unless it is NULL, plus what is expected of the slots that follow. */
static void pull_back(const struct Layout *L, const struct Grid *G, const int64_t *share_ptr, const int64_t *to_ptr,
                      const double *share, const int32_t *to, const double *reward, int64_t width, double *Y)
{
    struct Movers M;
    struct Carried C = {L, &M, 0, 0, 0, G->total, 0, width, 0};
    int64_t numbers = G->total * width;
    for (int64_t n = L->nodes - 1; n >= 0; n--) {
        if (reward)
            memcpy(Y + n * numbers, reward + n * numbers, (size_t)numbers * sizeof *Y);
        else
            memset(Y + n * numbers, 0, (size_t)numbers * sizeof *Y);
        if (is_chance(L, n)) {
            pull_chance(L, n, numbers, Y);
            continue;
        }
        if (share_ptr[n] == share_ptr[n + 1]) continue; /* a node that is not solved in this period */
        open_movers(L, G, n, &M);
        C.first = L->prof_ptr[n], C.share = share + share_ptr[n], C.to = to + to_ptr[n];
        for (C.belief = 0; C.belief < G->total; C.belief++)
            for (int64_t u = 0; u < width; u += GROUP) {
                C.at = Y + u;
                double *own = Y + n * numbers + C.belief * width + u;
                Eight sum = load_group(own) + pull_row(&C, 0, 0, C.belief);
                memcpy(own, &sum, sizeof sum);
            }
    }
}

#endif
