// Numbers of half a word, and how to reckon with them in f32. Needs no header:
// NVIDIA's are not where the program runs.

struct f16 { unsigned short bits; };
struct bf16 { unsigned short bits; };

__device__ float load(const float *at) { return *at; }
__device__ float load(const f16 *at) {
    float value;
    asm("cvt.f32.f16 %0, %1;" : "=f"(value) : "h"(at->bits));
    return value;
}
__device__ float load(const bf16 *at) { return __uint_as_float((unsigned)at->bits << 16); }

__device__ void store(float *at, float value) { *at = value; }
__device__ void store(f16 *at, float value) {
    asm("cvt.rn.f16.f32 %0, %1;" : "=h"(at->bits) : "f"(value));
}
__device__ void store(bf16 *at, float value) {
    asm("cvt.rn.bf16.f32 %0, %1;" : "=h"(at->bits) : "f"(value));
}
