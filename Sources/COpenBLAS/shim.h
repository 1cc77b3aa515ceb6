#ifndef TURNWISE_COPENBLAS_SHIM_H
#define TURNWISE_COPENBLAS_SHIM_H
#include <cblas.h>
#endif
