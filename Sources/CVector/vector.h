#ifndef TURNWISE_VECTOR_H
#define TURNWISE_VECTOR_H

#if defined(__AVX2__)
#include <immintrin.h>
#endif

#define TURNWISE_INLINE static inline __attribute__((always_inline))

// A clang vector of 16 floats is imported as SIMD16<Float>. Swift 6.3 compiles SIMD16.squareRoot(), .sum() and .max()
// to code that handles each lane on its own (3 to 45 times slower); these builtins become a few vector instructions.
typedef float turnwise_float16 __attribute__((ext_vector_type(16)));
typedef int turnwise_int16 __attribute__((ext_vector_type(16)));
typedef float turnwise_float8 __attribute__((ext_vector_type(8)));
typedef float turnwise_float4 __attribute__((ext_vector_type(4)));

// Fused if the processor has an instruction for it; otherwise it would be a library call for each lane.
TURNWISE_INLINE turnwise_float16 turnwise_multiply_add(turnwise_float16 c, turnwise_float16 a, turnwise_float16 b) {
#if defined(__FMA__) || defined(__aarch64__)
  return __builtin_elementwise_fma(a, b, c);
#else
  return c + a * b;
#endif
}

// The same, where all lanes of b are one number in memory. The multiplication loads it itself, so that it takes no
// further place in the processor's queue, half of which another program on the same core may use.
TURNWISE_INLINE turnwise_float16 turnwise_multiply_add_each(turnwise_float16 c, turnwise_float16 a,
                                                            const float *_Nonnull b) {
#if defined(__AVX512F__)
  __asm__("vfmadd231ps %2%{1to16%}, %1, %0" : "+v"(c) : "v"(a), "m"(*b));
  return c;
#else
  return turnwise_multiply_add(c, a, (turnwise_float16)(*b));
#endif
}

// The width in bits and the number of the widest registers that this code is compiled for.
#if defined(__AVX512F__)
enum { turnwise_register_bits = 512, turnwise_register_count = 32 };
#elif defined(__AVX2__) && defined(__FMA__)
enum { turnwise_register_bits = 256, turnwise_register_count = 16 };
#elif defined(__aarch64__)
enum { turnwise_register_bits = 128, turnwise_register_count = 32 };
#else
enum { turnwise_register_bits = 128, turnwise_register_count = 16 };
#endif

TURNWISE_INLINE turnwise_float16 turnwise_sqrt(turnwise_float16 x) { return __builtin_elementwise_sqrt(x); }

// Not __builtin_elementwise_max, which takes three instructions to ignore a NaN. This returns b if either is a NaN, so
// the caller must also add up the numbers themselves, as sums of exponentials do, for the NaN to show.
TURNWISE_INLINE turnwise_float16 turnwise_max(turnwise_float16 a, turnwise_float16 b) {
  turnwise_int16 larger = a > b;
  return (turnwise_float16)(((turnwise_int16)a & larger) | ((turnwise_int16)b & ~larger));
}

// A mask with all bits of the first lanes set. A comparison of integers in Swift would handle each lane on its own.
TURNWISE_INLINE turnwise_int16 turnwise_first(int count) {
  const turnwise_int16 index = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};
  return index < (turnwise_int16)count;
}

TURNWISE_INLINE turnwise_float16 turnwise_keep_first(turnwise_float16 x, int count) {
  return (turnwise_float16)((turnwise_int16)x & turnwise_first(count));
}

TURNWISE_INLINE float turnwise_reduce_max(turnwise_float16 x) {
  turnwise_float8 y = __builtin_elementwise_max(x.lo, x.hi);
  turnwise_float4 z = __builtin_elementwise_max(y.lo, y.hi);
  float a = z.x > z.y ? z.x : z.y, b = z.z > z.w ? z.z : z.w;
  return a > b ? a : b;
}

TURNWISE_INLINE float turnwise_reduce_add(turnwise_float16 x) {
  turnwise_float8 y = x.lo + x.hi;
  turnwise_float4 z = y.lo + y.hi;
  return (z.x + z.y) + (z.z + z.w);
}

// The elements of the first halves in alternation, and those of the second halves. Shuffles in Swift would handle each
// lane on its own.
TURNWISE_INLINE turnwise_float16 turnwise_interleave_low(turnwise_float16 a, turnwise_float16 b) {
  return __builtin_shufflevector(a, b, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
}
TURNWISE_INLINE turnwise_float16 turnwise_interleave_high(turnwise_float16 a, turnwise_float16 b) {
  return __builtin_shufflevector(a, b, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31);
}

// Loads and stores the first 1 to 15 lanes of a vector, as memory may end after them. Swift would loop over lanes.
#if defined(__AVX512F__)
TURNWISE_INLINE turnwise_float16 turnwise_load_first(const float *_Nonnull x, int count) {
  return _mm512_maskz_loadu_ps((__mmask16)((1u << count) - 1), x);
}
TURNWISE_INLINE void turnwise_store_first(float *_Nonnull y, turnwise_float16 x, int count) {
  _mm512_mask_storeu_ps(y, (__mmask16)((1u << count) - 1), x);
}
#elif defined(__AVX2__)
TURNWISE_INLINE turnwise_float16 turnwise_load_first(const float *_Nonnull x, int count) {
  turnwise_int16 mask = turnwise_first(count);
  turnwise_float16 y;
  y.lo = _mm256_maskload_ps(x, (__m256i)mask.lo);
  y.hi = _mm256_maskload_ps(x + 8, (__m256i)mask.hi);
  return y;
}
TURNWISE_INLINE void turnwise_store_first(float *_Nonnull y, turnwise_float16 x, int count) {
  turnwise_int16 mask = turnwise_first(count);
  _mm256_maskstore_ps(y, (__m256i)mask.lo, x.lo);
  _mm256_maskstore_ps(y + 8, (__m256i)mask.hi, x.hi);
}
#else
TURNWISE_INLINE turnwise_float16 turnwise_load_first(const float *_Nonnull x, int count) {
  turnwise_float16 y = 0;
  for (int i = 0; i < count; i++) y[i] = x[i];
  return y;
}
TURNWISE_INLINE void turnwise_store_first(float *_Nonnull y, turnwise_float16 x, int count) {
  for (int i = 0; i < count; i++) y[i] = x[i];
}
#endif

// Prefetches a cache line. It never faults, whatever the address is.
TURNWISE_INLINE void turnwise_prefetch(const float *_Nonnull x) { __builtin_prefetch(x, 0, 2); }

// Returns the same pointer, but hides its origin from the compiler, which would otherwise compute one loop pointer from
// another, in more instructions than the loop can afford.
TURNWISE_INLINE const float *_Nonnull turnwise_opaque(const float *_Nonnull x) {
  __asm__("" : "+r"(x));
  return x;
}

// Whether the processor that runs this has all instructions of -march=x86-64-v3 and -march=x86-64-v4, whatever this
// code was compiled for.
#if defined(__x86_64__)
static inline _Bool turnwise_has_avx2(void) {
  return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") && __builtin_cpu_supports("f16c") &&
         __builtin_cpu_supports("bmi") && __builtin_cpu_supports("bmi2") && __builtin_cpu_supports("lzcnt") &&
         __builtin_cpu_supports("movbe");
}
static inline _Bool turnwise_has_avx512(void) {
  return turnwise_has_avx2() && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
         __builtin_cpu_supports("avx512cd") && __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl");
}
#else
static inline _Bool turnwise_has_avx2(void) { return 0; }
static inline _Bool turnwise_has_avx512(void) { return 0; }
#endif
#endif
