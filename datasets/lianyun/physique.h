// physique.h -- the schools' register of physique tests.
#ifndef LIANYUN_PHYSIQUE_H
#define LIANYUN_PHYSIQUE_H

#include <stdio.h>

void physique_write(FILE *out);

#endif
