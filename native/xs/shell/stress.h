/* What the test shell's stress build adds to shell.c. */

#ifndef ENGO_SHELL_STRESS_H
#define ENGO_SHELL_STRESS_H

/* From now on the engine collects at each `every`th allocation. */
void shell_stress(int every);

#endif
