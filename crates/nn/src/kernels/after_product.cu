// What follows a matrix product, in one reading and one writing.

// Numbers a thread takes at once: 16 bytes or 32.
#define RUN 8

template <typename T> struct alignas(16) Run { T at[RUN]; };

template <typename T>
__device__ Run<T> run(const T *from) { return *reinterpret_cast<const Run<T> *>(from); }

// Adds bias[k] to `area` neighbours, bias[k + 1] to the next, and begins anew
// after `length` of them. `aligned`: x begins where a run of 16 bytes may.
template <typename T>
__device__ void add_bias(const T *x, const T *bias, T *out, unsigned count, unsigned area, unsigned length,
                       int aligned) {
    unsigned from = (blockIdx.x * blockDim.x + threadIdx.x) * RUN;
    if (from >= count) return;
    unsigned numbers = min((unsigned)RUN, count - from);
    unsigned k = from / area % length, left = area - from % area;
    Run<T> in, sum;
    if (aligned && numbers == RUN) {
        in = run(x + from);
    } else {
        for (unsigned i = 0; i < numbers; i++) in.at[i] = x[from + i];
    }
    for (unsigned i = 0; i < numbers; i++) {
        store(sum.at + i, load(in.at + i) + load(bias + k));
        if (--left > 0) continue;
        left = area;
        if (++k == length) k = 0;
    }
    if (numbers == RUN) {
        *reinterpret_cast<Run<T> *>(out + from) = sum;
    } else {
        for (unsigned i = 0; i < numbers; i++) out[from + i] = sum.at[i];
    }
}

__device__ float gelu(float x) { return 0.5f * x * (1.0f + erff(x * 0.70710678f)); }

// GEGLU (Shazeer 2020): each row's first half, times GELU of its second, both
// with their bias. `half` is whole runs, and x aligned.
template <typename T>
__device__ void geglu(const T *x, const T *bias, T *out, unsigned count, unsigned half) {
    unsigned to = (blockIdx.x * blockDim.x + threadIdx.x) * RUN;
    if (to >= count) return;
    unsigned row = to / half, column = to % half;
    x += (size_t)row * 2 * half + column;
    bias += column;
    Run<T> value = run(x), gate = run(x + half), product;
    for (unsigned i = 0; i < RUN; i++) {
        float open = gelu(load(gate.at + i) + load(bias + half + i));
        store(product.at + i, (load(value.at + i) + load(bias + i)) * open);
    }
    *reinterpret_cast<Run<T> *>(out + to) = product;
}

#define AFTER_PRODUCT(T, NAME)                                                                       \
    extern "C" __global__ void add_bias_##NAME(const T *x, const T *bias, T *out, unsigned count,    \
                                             unsigned area, unsigned length, int aligned) {          \
        add_bias(x, bias, out, count, area, length, aligned);                                        \
    }                                                                                                \
    extern "C" __global__ void geglu_##NAME(const T *x, const T *bias, T *out, unsigned count,       \
                                            unsigned half) {                                         \
        geglu(x, bias, out, count, half);                                                            \
    }

AFTER_PRODUCT(float, f32)
AFTER_PRODUCT(f16, f16)
AFTER_PRODUCT(bf16, bf16)
