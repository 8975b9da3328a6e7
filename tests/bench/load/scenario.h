/* SPDX-License-Identifier: MIT */
#ifndef LOAD_SCENARIO_H
#define LOAD_SCENARIO_H

#include "load.h"

/* Each prints one line of JSON for each measurement. Not 0 on failure, load->failed says why. */
int scenario_deliver(struct load *load); /* broadcast, projection, publish */
int scenario_connect(struct load *load);
int scenario_conflation(struct load *load);

#endif
