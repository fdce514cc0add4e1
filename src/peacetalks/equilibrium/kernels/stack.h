/* Alike nodes side by side, and the groups of lanes in which they are solved.

   The beliefs about a node's participants are its *own* ones; every setting of the others is a *rest*. A row of the table
   is [own belief, place]: a place is a node of the stack and a rest, so that all own beliefs of a place can be reached by
   interpolation. A group is one own belief at LANES places in a row, and a value at another own belief is loaded for all
   its lanes at once. Where there are fewer places than LANES, or many own beliefs, the lanes of a group are any own
   beliefs and places, and values are gathered. */
#ifndef PEACETALKS_STACK_H
#define PEACETALKS_STACK_H

#include "game.h"
#include "vector.h"

enum { EIGHTHS = 8 };              /* steps of precision of a cold start of one mover */
enum { TABLE = 16384 };           /* numbers in a table, which shall fit in the cache */
enum { FEW = 9, FEW_PAIRS = 81 }; /* own beliefs, about one participant and about more, up to which rows are loaded */

struct Group { /* lanes that are solved together */
    int64_t place, own;       /* of the first lane */
    int64_t used;             /* lanes that are not repeated */
    Wholes row, places;       /* where each lane stands in a row, and its place */
    int64_t node[LANES], flat[LANES];
};

struct Stack {
    const int64_t *nodes; /* [node of the stack] */
    int64_t count;        /* of them */
    int64_t beliefs, own, rest;
    int64_t *flat;        /* [own belief, rest] flat belief */
    int64_t places;       /* count * rest */
    int64_t width;        /* places from one own belief to the next in a row, a multiple of LANES */
    int dense;            /* whether groups are LANES places at one own belief */
    int64_t profiles, player_types;
    double *table;        /* [profile, player-type, own belief, place] payoff, incentive and continuation less `paid` */
    double *paid;         /* [node, player-type] what is taken off; see `fill_stack` */
    double *row;          /* [flat belief] scratch */
    uint8_t *same;        /* [profile] whether its row is the same at every belief of each node */
    double *out;          /* [player-type, own belief, place] values, less `paid` */
    int64_t groups;
    struct Group *group;  /* [group] */
};

/* Open a stack for up to `count` nodes of which `n` is one. Returns how many nodes it holds, 0 where there is no memory. */
static int64_t open_stack(struct Stack *S, int64_t n, int64_t count, const struct Layout *L, const struct Grid *G)
{
    memset(S, 0, sizeof *S);
    S->beliefs = G->total, S->own = 1, S->player_types = L->player_types;
    S->profiles = L->prof_ptr[n + 1] - L->prof_ptr[n];
    S->flat = room(G->total, sizeof(int64_t));
    if (!S->flat) return 0;
    int64_t sizes[MOST_MOVERS], steps[MOST_MOVERS], informed = 0, rest = 0;
    for (int64_t i = L->part_ptr[n]; i < L->part_ptr[n + 1]; i++) {
        int64_t ax = L->part_player[i] == NATURE ? -1 : G->axis[L->part_player[i]];
        if (ax < 0) continue;
        sizes[informed] = G->shape[ax * GRID_COLUMNS + SIZE];
        steps[informed] = G->shape[ax * GRID_COLUMNS + STEP], S->own *= sizes[informed++];
    }
    S->rest = G->total / S->own;
    for (int64_t flat = 0; flat < G->total; flat++) {
        int here = 1;
        for (int64_t j = 0; j < informed; j++) here = here && flat / steps[j] % sizes[j] == 0;
        if (!here) continue;
        for (int64_t o = 0; o < S->own; o++) {
            int64_t at = flat, left = o;
            for (int64_t j = informed - 1; j >= 0; j--) at += left % sizes[j] * steps[j], left /= sizes[j];
            S->flat[o * S->rest + rest] = at;
        }
        rest++;
    }
    int64_t fit = TABLE / (S->profiles * S->player_types * S->own) / LANES * LANES;
    int64_t places = fit > LANES ? fit : LANES, nodes = places / S->rest > 1 ? places / S->rest : 1;
    nodes = nodes < count ? nodes : count;
    S->dense = S->own <= (informed > 1 ? FEW_PAIRS : FEW) && nodes * S->rest >= LANES / 2;
    S->width = padded(nodes * S->rest);
    S->table = room(S->profiles * S->player_types * S->own * S->width, sizeof(double));
    S->out = room(S->player_types * S->own * S->width, sizeof(double));
    S->paid = room(nodes * S->player_types, sizeof(double)), S->same = room(S->profiles, 1);
    S->row = room(G->total, sizeof(double));
    S->group = room(S->own * S->width / LANES, sizeof(struct Group));
    if (!(S->table && S->out && S->paid && S->row && S->same && S->group)) return 0;
    memset(S->table, 0, (size_t)(S->profiles * S->player_types * S->own * S->width) * sizeof(double));
    return nodes;
}

static void close_stack(struct Stack *S)
{
    free(S->flat);
    free(S->table);
    free(S->out);
    free(S->paid);
    free(S->row);
    free(S->same);
    free(S->group);
}

/* Row of the table of player-type `u` after profile `c`. */
INLINE const double *row_after(const struct Stack *S, int64_t c, int64_t u)
{
    return S->table + (c * S->player_types + u) * S->own * S->width;
}

/* Make the groups of a stack; lanes beyond the last one repeat it. */
static void make_groups(struct Stack *S)
{
    int64_t a_row = padded(S->places) / LANES, last = S->own * S->places - 1;
    S->groups = S->dense ? S->own * a_row : padded(last + 1) / LANES;
    for (int64_t i = 0; i < S->groups; i++) {
        struct Group out = {.own = i / a_row};
        for (int l = 0; l < LANES; l++) {
            int64_t own = i / a_row, place = i % a_row * LANES + l, at = i * LANES + l;
            out.used += S->dense ? place < S->places : at <= last;
            if (!S->dense) at = at < last ? at : last, own = at / S->places, place = at % S->places;
            place = place < S->places ? place : S->places - 1;
            if (l == 0) out.own = own, out.place = place;
            out.row[l] = own * S->width + place, out.places[l] = place;
            out.node[l] = place / S->rest, out.flat[l] = S->flat[own * S->rest + place % S->rest];
        }
        S->group[i] = out;
    }
}

/* Repeat the last place of every row of the table up to a whole register: lanes that solved another game there would have
   their group iterate for longer. */
static void repeat_last_place(struct Stack *S)
{
    int64_t rows = S->profiles * S->player_types * S->own, end = padded(S->places);
    for (int64_t i = 0; S->dense && i < rows; i++)
        for (int64_t place = S->places; place < end; place++)
            S->table[i * S->width + place] = S->table[i * S->width + S->places - 1];
}

/* Fill the table of `count` alike nodes from the values X[slot, player-type, belief]:

       table[c, u] = payoff[c, u] - payoff[0, u] + sum_m p_m (X[slot_m, u] - x_u),

   payoffs and incentives together, those on the type profile expected over the others' types; x_u is a value after the
   first profile. Only differences between the profiles of a node decide its strategies: with payoff[0, u] + x_u taken
   off, large payoffs keep their digits. */
static void fill_stack(struct Stack *S, const struct Layout *L, const struct Plan *P, const double *X,
                       const int64_t *nodes, int64_t count)
{
    int64_t B = S->beliefs, U = S->player_types, own = S->own, rest = S->rest, width = S->width;
    S->nodes = nodes;
    if (S->count != count) {
        S->count = count, S->places = count * rest;
        make_groups(S);
    }
    memset(S->same, 1, (size_t)S->profiles);
    for (int64_t k = 0; k < count; k++) {
        int64_t first = L->prof_ptr[nodes[k]];
        const double *centre = X + L->lottery_slot[L->lottery_ptr[first]] * U * B; /* [player-type, belief] */
        for (int64_t u = 0; u < U; u++)
            S->paid[k * U + u] = L->payoff[first * U + u] + L->incentive[first * U + u] + centre[u * B];
        for (int64_t c = 0; c < S->profiles; c++) {
            int64_t row = first + c, low = L->lottery_ptr[row], high = L->lottery_ptr[row + 1];
            for (int64_t u = 0; u < U; u++) {
                double paid = L->payoff[row * U + u] - L->payoff[first * U + u] + L->incentive[row * U + u] -
                              L->incentive[first * U + u];
                double x = centre[u * B], *restrict sum = S->row;
                for (int64_t m = low; m < high; m++) {
                    const double *restrict from = X + (L->lottery_slot[m] * U + u) * B;
                    double p = L->lottery_prob[m];
                    for (int64_t b = 0; b < B; b++) sum[b] = (m == low ? paid : sum[b]) + p * (from[b] - x);
                }
                if (L->typed[row] >= 0) {
                    const double *restrict from = P->typed_value + (L->typed[row] * U + u) * B;
                    for (int64_t b = 0; b < B; b++) sum[b] += from[b];
                }
                double *restrict to = S->table + (c * U + u) * own * width + k * rest;
                const int64_t *restrict flat = S->flat;
                for (int64_t o = 0; o < own; o++, flat += rest)
                    for (int64_t r = 0; r < rest; r++) to[o * width + r] = sum[flat[r]];
            }
            for (int64_t m = low; m < high; m++) S->same[c] &= P->constant[L->lottery_slot[m]];
            S->same[c] &= L->typed[row] < 0;
        }
    }
    repeat_last_place(S);
}

/* Ask for the starts of nodes, which are read after their table is filled. */
static void fetch_starts(const int64_t *nodes, int64_t count, const struct Plan *P, const double *starts)
{
    for (int64_t k = 0; k < count; k++)
        for (int64_t i = P->start_ptr[nodes[k]]; i < P->start_ptr[nodes[k] + 1]; i += 8) __builtin_prefetch(starts + i, 1);
}

/* Write the values of the stack to X[node]. */
static void store_stack(const struct Stack *S, double *X)
{
    int64_t B = S->beliefs, U = S->player_types, own = S->own, rest = S->rest;
    for (int64_t k = 0; k < S->count; k++)
        for (int64_t u = 0; u < U; u++) {
            double *to = X + (S->nodes[k] * U + u) * B, paid = S->paid[k * U + u];
            const double *from = S->out + u * own * S->width + k * rest;
            for (int64_t o = 0; o < own; o++)
                for (int64_t r = 0; r < rest; r++) to[S->flat[o * rest + r]] = paid + from[o * S->width + r];
        }
}

/* The values in a row of the table at the lanes' own beliefs. */
INLINE Reals value_here(const struct Stack *S, const struct Group *at, const double *row)
{
    return S->dense ? load(row + at->own * S->width + at->place) : gather(row, at->row);
}

/* Write the values of player-type `u` of a group. */
INLINE void put_value(const struct Stack *S, const struct Group *at, int64_t u, Reals x)
{
    double *to = S->out + u * S->own * S->width;
    if (S->dense)
        store(to + at->own * S->width + at->place, x);
    else
        for (int64_t l = 0; l < at->used; l++) to[at->row[l]] = x[l];
}

/* Append the lanes of a group that did not converge to `failed` (position of the node * beliefs + belief). */
static int64_t note_failed(const struct Stack *S, const struct Group *at, int64_t position, Wholes lost,
                           int64_t *failed, int64_t n)
{
    for (int64_t l = 0; l < at->used; l++)
        if (lost[l]) failed[n++] = (position + at->node[l]) * S->beliefs + at->flat[l];
    return n;
}

/* The largest of the lanes of a group that are not lost. */
INLINE double largest(const struct Group *at, Reals x, Wholes lost)
{
    double out = 0.0;
    for (int64_t l = 0; l < at->used; l++)
        if (!lost[l] && x[l] > out) out = x[l];
    return out;
}

#endif
