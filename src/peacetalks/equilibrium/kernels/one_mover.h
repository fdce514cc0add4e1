/* Nodes at which one player of two types moves.

   The fixed point is solved for the posteriors p(a) of the first type, one per action: with the strategies
   sigma_k(a) = nu(a) exp(lambda Q_k(a; p(a))) / Z_k,

       B(a) = b sigma_1(a) / (b sigma_1(a) + (1 - b) sigma_2(a)),     p(a) = B(a)      (Bayes' rule at belief b).

   Newton's method needs no matrix: with beta = B (1 - B), the actions see each other only through d = log Z_1 - log Z_2,

       dp(a) = -(p(a) - B(a) + beta(a) dd) / (1 - beta(a) lambda (Q_1 - Q_2)'(a)),
       dd = sum_a lambda (sigma_1 Q_1' - sigma_2 Q_2')(a) dp(a),

   which is one scalar equation in dd. Every lane is a belief of a node. */
#ifndef PEACETALKS_ONE_MOVER_H
#define PEACETALKS_ONE_MOVER_H

#include "interpolation.h"
#include "stack.h"

enum { TOGETHER = 3 };            /* player-types whose values are summed up at once */
enum { QUICK = 24, FREE = 3 };    /* Newton steps at each precision, at the most; those that are whole */
static const double FALLS = 0.9;    /* fall of the largest |p - B| in a step, at least, or the next ones are shorter */
static const double LEAST = 0.25;   /* length of a step, at least */
static const double CLEAR = 0.2;    /* least denominator */
static const double PASSING = 1e-4; /* residual at precisions on the way, at least */

struct OneMover {
    int64_t actions, column; /* player-type index of the first type */
    double rate;             /* precision */
    const double *log_nu;    /* [action] */
    double *nu;              /* [action] */
    struct Axis axis;
    const struct Stack *stack;
    struct Group at;         /* the lanes */
    Reals belief;            /* in the first type, b */
    Reals *post, *bayes, *den;     /* [action] p, B, and the denominator of dp */
    Reals length, off;             /* of a step; the largest |p - B| before it */
    Reals *q[2], *slope[2], *s[2]; /* [action] of both types: Q, Q', sigma */
    int64_t corners;               /* points that a posterior may be interpolated on, at the most */
    Reals *weight;                 /* [action, corner] their weights */
    struct Window *window;         /* [action] those that it is: of all lanes; else those of each lane's stencil */
    Wholes *start;                 /* [action] position of the first, where values are gathered */
    Reals reference[2], total[2];  /* value that exponents are relative to, and Z relative to it */
};

static int open_one_mover(struct OneMover *M, int64_t n, const struct Layout *L, const struct Grid *G,
                          const double *lam, const struct Stack *S)
{
    int64_t i = L->part_ptr[n], player = L->part_player[i], A = L->part_actions[i], ax = G->axis[player];
    memset(M, 0, sizeof *M);
    M->actions = A, M->column = L->first_index[player], M->rate = lam[player], M->stack = S;
    M->log_nu = L->log_weight + L->part_weight[i];
    M->nu = room(A, sizeof(double));
    Reals *kept = M->post = room(9 * A, sizeof(Reals));
    if (!M->nu || !kept || !open_axis(&M->axis, G, ax, 1)) return 0;
    M->corners = S->dense || M->axis.size < 4 ? M->axis.size : 4;
    M->weight = room(A * M->corners, sizeof(Reals)), M->start = room(A, sizeof(Wholes));
    M->window = room(A, sizeof(struct Window));
    for (int64_t a = 0; a < A; a++) M->nu[a] = exp(M->log_nu[a]);
    M->bayes = kept + A, M->den = kept + 2 * A;
    for (int k = 0; k < 2; k++) {
        M->q[k] = kept + (3 + k) * A, M->slope[k] = kept + (5 + k) * A, M->s[k] = kept + (7 + k) * A;
    }
    return M->weight && M->start && M->window;
}

static void close_one_mover(struct OneMover *M)
{
    free(M->nu);
    free(M->post);
    free(M->weight);
    free(M->start);
    free(M->window);
    close_axis(&M->axis);
}

/* The value at the `j`-th point that the posteriors after action `a` are interpolated on. */
INLINE Reals value_at(const struct OneMover *M, int dense, const double *row, int64_t a, int64_t j)
{
    int64_t width = M->stack->width;
    if (dense) return load(row + (M->window[a].first + j) * width + M->at.place);
    return gather(row, M->at.places + (M->start[a] + j) * width);
}

/* Interpolate Q and Q' of both types at the posteriors; `dense` is that of the stack. */
INLINE void one_mover_continuation(struct OneMover *M, int dense)
{
    const struct Stack *S = M->stack;
    for (int64_t a = 0; a < M->actions; a++) {
        const double *row[2] = {row_after(S, a, M->column), row_after(S, a, M->column + 1)};
        if (S->same[a]) {
            for (int k = 0; k < 2; k++) M->q[k][a] = value_here(S, &M->at, row[k]), M->slope[k][a] = all(0.0);
            continue;
        }
        Reals *weight = M->weight + a * M->corners, rise[FEW], q[2] = {all(0.0), all(0.0)}, slope[2] = {q[0], q[0]};
        M->window[a] = (struct Window){0, M->corners};
        if (dense)
            M->window[a] = weights_at(&M->axis, M->post[a], weight, rise);
        else
            stencil_at(&M->axis, M->post[a], &M->start[a], weight, rise);
        for (int64_t j = 0; j < M->window[a].count; j++)
            for (int k = 0; k < 2; k++) {
                Reals v = value_at(M, dense, row[k], a, j);
                q[k] += weight[j] * v, slope[k] += rise[j] * v;
            }
        for (int k = 0; k < 2; k++) M->q[k][a] = q[k], M->slope[k][a] = slope[k];
    }
}

/* Fill sigma from Q at a precision. Exponents are taken relative to the first action, or to the best one where that
   would leave the range of the exponential function. */
INLINE void one_mover_strategies(struct OneMover *M, double rate)
{
    for (int k = 0; k < 2; k++) {
        const Reals *q = M->q[k];
        Reals reference = q[0], widest = all(0.0), total = all(0.0);
        for (int64_t a = 1; a < M->actions; a++) widest = larger(widest, size_of(q[a] - q[0]));
        int far = any(rate * widest > 300.0);
        if (far)
            for (int64_t a = 1; a < M->actions; a++) reference = larger(reference, q[a]);
        for (int64_t a = 0; a < M->actions; a++) {
            M->s[k][a] = a == 0 && !far ? all(M->nu[0]) : M->nu[a] * exp_of(rate * (q[a] - reference));
            total += M->s[k][a];
        }
        Reals scale = 1.0 / total;
        for (int64_t a = 0; a < M->actions; a++) M->s[k][a] *= scale;
        M->reference[k] = reference, M->total[k] = total;
    }
}

/* Fill B by Bayes' rule; return the change of log-probabilities that it would make, infinite where both types' chances
   of an action are below the range of a float: such lanes are solved in logarithms (`several.h`). */
INLINE Reals bayes_residual(struct OneMover *M, double rate)
{
    Reals worst = all(0.0), b = M->belief;
    for (int64_t a = 0; a < M->actions; a++) {
        Reals up = b * M->s[0][a], total = up + (1.0 - b) * M->s[1][a];
        Wholes seen = total > 1e-290;
        M->bayes[a] = pick(seen, up / pick(seen, total, all(1.0)), M->post[a]);
        if (M->stack->same[a]) continue;
        Reals steep = larger(larger(2.0 * size_of(M->slope[0][a]), 2.0 * size_of(M->slope[1][a])), all(1.0));
        Reals d = rate * steep * size_of(M->bayes[a] - M->post[a]);
        worst = larger(worst, pick(seen & (d < HUGE_VAL), d, all(HUGE_VAL)));
    }
    return worst;
}

/* Move the posteriors by the `it`-th Newton step, kept within [0, 1].

   B may be so steep in p that whole steps go to and fro: after the first ones they are shorter where |p - B| does not
   fall. */
INLINE void one_mover_step(struct OneMover *M, double rate, int it)
{
    Reals shift = all(0.0), slope = all(0.0), off = all(0.0);
    const uint8_t *same = M->stack->same;
    for (int64_t a = 0; a < M->actions; a++) {
        if (same[a]) continue;
        Reals g0 = M->slope[0][a], g1 = M->slope[1][a], beta = M->bayes[a] * (1.0 - M->bayes[a]);
        M->den[a] = 1.0 / larger(1.0 - beta * rate * (g0 - g1), all(CLEAR));
        Reals c = rate * (M->s[0][a] * g0 - M->s[1][a] * g1) * M->den[a];
        shift += c * (M->post[a] - M->bayes[a]);
        slope += c * beta;
        off = larger(off, size_of(M->post[a] - M->bayes[a]));
    }
    Reals shorter = larger(0.5 * M->length, all(LEAST)), longer = smaller(1.5 * M->length, all(1.0));
    M->length = it < FREE ? all(1.0) : pick(off > FALLS * M->off, shorter, longer);
    M->off = off;
    Reals move = -shift / larger(1.0 + slope, all(CLEAR));
    for (int64_t a = 0; a < M->actions; a++) {
        Reals beta = M->bayes[a] * (1.0 - M->bayes[a]);
        Reals by = (M->post[a] - M->bayes[a] + beta * move) * M->den[a], to = M->post[a] - M->length * by;
        M->post[a] = same[a] ? M->bayes[a] : smaller(larger(to, all(0.0)), all(1.0));
    }
}

/* Solve the group from the posteriors in `post` (NaN: no start) and return the residuals; `steps` counts iterations. */
INLINE Reals solve_one_mover(struct OneMover *M, int dense, double tol, int64_t *steps)
{
    int cold = any(M->post[0] != M->post[0]);
    if (cold)
        for (int64_t a = 0; a < M->actions; a++) M->post[a] = M->belief;
    Reals residual = all(HUGE_VAL);
    for (int eighth = cold ? 1 : EIGHTHS; eighth <= EIGHTHS; eighth++) {
        double rate = M->rate * eighth / EIGHTHS, enough = eighth < EIGHTHS ? fmax(tol, PASSING) : tol;
        for (int it = 0; it < QUICK; it++) {
            one_mover_continuation(M, dense);
            one_mover_strategies(M, rate);
            residual = bayes_residual(M, rate);
            ++*steps;
            if (!any(residual > enough)) break;
            one_mover_step(M, rate, it);
        }
    }
    return residual;
}

/* Write the values [player-type] of the group: the mover's types at their own strategies, everybody else at the average
   one, sum_a (b sigma_1 + (1 - b) sigma_2)(a) V(a; p(a)).

   TOGETHER player-types are summed up at once: each sum waits for its own last term, not for those of the others. */
INLINE void one_mover_values(const struct OneMover *M, int dense)
{
    const struct Stack *S = M->stack;
    int64_t others[TOGETHER], n = 0, U = S->player_types;
    for (int64_t u = 0; u < U; u++) {
        int64_t k = u - M->column;
        if (k == 0 || k == 1) {
            Reals sum = all(0.0);
            for (int64_t a = 0; a < M->actions; a++) sum += M->s[k][a] * M->q[k][a];
            put_value(S, &M->at, u, sum);
        } else {
            others[n++] = u;
        }
        if (n < TOGETHER && (u < U - 1 || !n)) continue;
        for (int64_t i = n; i < TOGETHER; i++) others[i] = others[0];
        Reals sum[TOGETHER];
        for (int i = 0; i < TOGETHER; i++) sum[i] = all(0.0);
        for (int64_t a = 0; a < M->actions; a++) {
            Reals chance = M->belief * M->s[0][a] + (1.0 - M->belief) * M->s[1][a], v[TOGETHER];
            const double *row[TOGETHER];
            for (int i = 0; i < TOGETHER; i++) row[i] = row_after(S, a, others[i]);
            for (int i = 0; i < TOGETHER; i++) v[i] = S->same[a] ? value_here(S, &M->at, row[i]) : all(0.0);
            for (int64_t j = 0; !S->same[a] && j < M->window[a].count; j++) {
                Reals weight = M->weight[a * M->corners + j];
                for (int i = 0; i < TOGETHER; i++) v[i] += weight * value_at(M, dense, row[i], a, j);
            }
            for (int i = 0; i < TOGETHER; i++) sum[i] += chance * v[i];
        }
        for (int64_t i = 0; i < n; i++) put_value(S, &M->at, others[i], sum[i]);
        n = 0;
    }
}

/* Write the log strategies [belief, type, action] of the group. */
static void one_mover_logs(const struct OneMover *M, const struct Plan *P, double *logs)
{
    const struct Stack *S = M->stack;
    for (int k = 0; k < 2; k++) {
        Reals norm = log_of(M->total[k]);
        for (int64_t a = 0; a < M->actions; a++) {
            Reals x = M->log_nu[a] + M->rate * (M->q[k][a] - M->reference[k]) - norm;
            for (int64_t l = 0; l < M->at.used; l++)
                logs[P->log_ptr[S->nodes[M->at.node[l]]] + (M->at.flat[l] * 2 + k) * M->actions + a] = x[l];
        }
    }
}

/* Solve alike nodes (same mover, number of actions and reference measure) at every belief.

   X[slot, player-type, belief] holds the values after them and receives theirs; `starts` (`Plan.start_ptr`; posteriors
   [action, belief] of a node) holds where the iteration starts, NaN for none, and receives where it ended; `logs`
   receives the log strategies where `finish` is set. `failed` receives position * beliefs + belief of those that did not
   converge, `found` the largest residual of the others and the number of iterations. Returns how many failed, or -1
   where there is no memory. */
static int64_t sweep_one_mover(const int64_t *nodes, int64_t count, const struct Layout *L, const struct Grid *G,
                               const struct Plan *P, double *X, double *logs, double *starts, const double *lam,
                               double tol, int64_t finish, int64_t *failed, double *found)
{
    int64_t B = G->total, bad = 0, steps = 0, ax = G->axis[L->part_player[L->part_ptr[nodes[0]]]];
    struct Stack S;
    struct OneMover M = {0};
    int64_t m = open_stack(&S, nodes[0], count, L, G);
    int ready = m && open_one_mover(&M, nodes[0], L, G, lam, &S);
    double worst = 0.0;
    for (int64_t position = 0; ready && position < count; position += m) {
        int64_t taken = count - position < m ? count - position : m;
        fetch_starts(nodes + position, taken, P, starts);
        fill_stack(&S, L, P, X, nodes + position, taken);
        for (int64_t i = 0; i < S.groups; i++) {
            M.at = S.group[i];
            for (int l = 0; l < LANES; l++) {
                const double *start = starts + P->start_ptr[S.nodes[M.at.node[l]]] + M.at.flat[l];
                M.belief[l] = G->first[ax * B + M.at.flat[l]];
                for (int64_t a = 0; a < M.actions; a++) M.post[a][l] = start[a * B];
            }
            Reals residual = S.dense ? solve_one_mover(&M, 1, tol, &steps) : solve_one_mover(&M, 0, tol, &steps);
            Wholes lost = ~(residual <= tol);
            bad = note_failed(&S, &M.at, position, lost, failed, bad);
            worst = fmax(worst, largest(&M.at, residual, lost));
            if (S.dense)
                one_mover_values(&M, 1);
            else
                one_mover_values(&M, 0);
            for (int64_t l = 0; l < M.at.used; l++) {
                double *start = starts + P->start_ptr[S.nodes[M.at.node[l]]] + M.at.flat[l];
                for (int64_t a = 0; a < M.actions; a++) start[a * B] = M.post[a][l];
            }
            if (finish) one_mover_logs(&M, P, logs);
        }
        store_stack(&S, X);
    }
    found[0] = worst, found[1] = (double)steps;
    close_one_mover(&M);
    close_stack(&S);
    return ready ? bad : -1;
}

#endif
