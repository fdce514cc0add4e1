/* A compiled game, its belief grid and where strategies are stored, as Python hands them over.

   The fields are those of the named tuples of the same names in Python, in their order: an array is a pointer to its
   first element (C order), a number a whole number. `core.py` fills them. */
#ifndef PEACETALKS_GAME_H
#define PEACETALKS_GAME_H

#include <stdint.h>

enum { NATURE = -1 };
enum { MOST_MOVERS = 28 }; /* participants of a node, at the most (`game/expand.py`) */

struct Layout { /* game/layout.py says what each array holds */
    const int64_t *player_of;
    const int64_t *type_of;
    const int64_t *first_index;
    const int64_t *n_types;
    const double *discount;
    const int64_t *part_ptr;
    const int64_t *part_player;
    const int64_t *part_actions;
    const int64_t *part_weight;
    const double *log_weight;
    const int64_t *prof_ptr;
    const double *payoff;
    const double *incentive;
    const int64_t *typed;
    const double *typed_payoff;
    const double *typed_incentive;
    const int64_t *lottery_ptr;
    const int64_t *lottery_slot;
    const double *lottery_prob;
    const double *boundary_payoff;
    const double *boundary_incentive;
    const int64_t *boundary_slot;
    int64_t players, player_types, nodes, boundaries, type_profiles; /* sizes, which Python reads off the arrays */
};

enum { SIZE, STEP, TYPES, CELLS, GRID_COLUMNS }; /* columns of Grid.shape */
enum { MAX_TYPES = 4, STENCIL = 12 };            /* types of a player at the most; numbers in a row of Grid.stencil */

struct Grid { /* belief_grid.py */
    const int64_t *axis;
    const int64_t *shape;
    const double *points;
    const int64_t *lookup;
    const double *first;
    const int64_t *base;
    const double *stencil;
    int64_t total;
    int64_t axes, most_points, lookup_width; /* sizes, which Python reads off the arrays */
};

struct Plan { /* dispatch.py */
    const int64_t *kernel;
    const double *typed_value;
    const uint8_t *constant;
    const int64_t *log_ptr;
    const int64_t *start_ptr;
};

#endif
