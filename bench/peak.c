/* Multiply-adds in float32 on registers alone: the most that one core can do.
   Compiled and run by processor_peak.py, with -march=native, for one thread. Prints GFLOP/s of the best of five. */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#if defined(__AVX512F__)
#define WIDTH 16
#elif defined(__AVX__)
#define WIDTH 8
#else
#define WIDTH 4
#endif
#define CHAINS 12 /* more than latency x ports of any processor so far, and few enough for 16 registers */
#define STEPS 4000000L

typedef float vector __attribute__((vector_size(WIDTH * 4)));

static double now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec + t.tv_nsec * 1e-9;
}

int main(void) {
    float seed = (float)rand() / (float)RAND_MAX;
    vector factor, addend, sum[CHAINS];
    for (int lane = 0; lane < WIDTH; lane++) {
        factor[lane] = 0.999f + seed * 1e-6f;
        addend[lane] = 0.001f * seed;
    }
    double best = 0;
    float sink = 0;
    for (int run = 0; run < 5; run++) {
        for (int chain = 0; chain < CHAINS; chain++) sum[chain] = addend * (float)(chain + 1);
        double start = now();
        for (long step = 0; step < STEPS; step++)
#pragma GCC unroll 12
            for (int chain = 0; chain < CHAINS; chain++) sum[chain] = sum[chain] * factor + addend;
        double rate = 2.0 * WIDTH * CHAINS * STEPS / (now() - start) * 1e-9;
        if (rate > best) best = rate;
        for (int chain = 0; chain < CHAINS; chain++) sink += sum[chain][0];
    }
    fprintf(stderr, "%g\n", sink); /* so that nothing above may be left out */
    printf("%.1f\n", best);
    return 0;
}
