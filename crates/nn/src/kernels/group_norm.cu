// Group normalisation of contiguous [batch, channels, area] numbers, in two
// passes: what a slice of a group is like, then every number by what its group
// is like. Everything is reckoned in f32, and slices are put together in order,
// so that one input has one answer.

// How many numbers, their mean, and the sum of their squared distances from it.
struct Moments { float count, mean, squares; };

// Chan, Golub and LeVeque 1979: nothing cancels, however far the mean is from zero.
__device__ Moments together(Moments a, Moments b) {
    float count = a.count + b.count;
    if (count == 0.0f) return a;
    float apart = b.mean - a.mean, share = b.count / count;
    return {count, a.mean + apart * share, a.squares + b.squares + apart * apart * a.count * share};
}

__device__ Moments of_warp(Moments mine) {
    for (int offset = 16; offset > 0; offset /= 2) {
        Moments other = {
            __shfl_down_sync(~0u, mine.count, offset),
            __shfl_down_sync(~0u, mine.mean, offset),
            __shfl_down_sync(~0u, mine.squares, offset),
        };
        mine = together(mine, other);
    }
    return mine;
}

// Of what each thread of the block brings; every thread gets the answer. For
// blocks of whole warps.
__device__ Moments of_block(Moments mine) {
    __shared__ Moments warps[32];
    unsigned warp = threadIdx.x / 32, lane = threadIdx.x % 32;
    mine = of_warp(mine);
    if (lane == 0) warps[warp] = mine;
    __syncthreads();
    if (warp == 0) {
        mine = lane < blockDim.x / 32 ? warps[lane] : Moments{0.0f, 0.0f, 0.0f};
        mine = of_warp(mine);
        if (lane == 0) warps[0] = mine;
    }
    __syncthreads();
    return warps[0];
}

// A block for each slice (x) of each group (y); `length` numbers a group,
// `slice` a slice. What is added up is distances from the slice's first number.
template <typename T>
__device__ void moments(const T *x, Moments *out, unsigned length, unsigned slice) {
    x += (size_t)blockIdx.y * length;
    unsigned begin = blockIdx.x * slice, end = min(length, begin + slice);
    float origin = load(x + begin), sum = 0.0f, squares = 0.0f, count = 0.0f;
    for (unsigned i = begin + threadIdx.x; i < end; i += blockDim.x) {
        float away = load(x + i) - origin;
        sum += away;
        squares += away * away;
        count += 1.0f;
    }
    Moments mine = {0.0f, 0.0f, 0.0f};
    if (count > 0.0f) mine = {count, origin + sum / count, fmaxf(squares - sum * sum / count, 0.0f)};
    mine = of_block(mine);
    if (threadIdx.x == 0) out[(size_t)blockIdx.y * gridDim.x + blockIdx.x] = mine;
}

// The same blocks. A group has no more slices than a block has threads.
template <typename T>
__device__ void normalise(const T *x, const Moments *slices, const T *weight, const T *bias, T *out,
                          unsigned length, unsigned slice, unsigned area, unsigned groups, float eps,
                          int silu) {
    Moments mine = {0.0f, 0.0f, 0.0f};
    if (threadIdx.x < gridDim.x) mine = slices[(size_t)blockIdx.y * gridDim.x + threadIdx.x];
    Moments group = of_block(mine);
    float scale = rsqrtf(group.squares / group.count + eps);
    unsigned first = blockIdx.y % groups * (length / area);
    x += (size_t)blockIdx.y * length;
    out += (size_t)blockIdx.y * length;
    unsigned begin = blockIdx.x * slice, end = min(length, begin + slice);
    for (unsigned i = begin + threadIdx.x; i < end; i += blockDim.x) {
        unsigned channel = first + i / area;
        float y = (load(x + i) - group.mean) * scale * load(weight + channel) + load(bias + channel);
        if (silu) y = y / (1.0f + expf(-y));
        store(out + i, y);
    }
}

#define FOR_NUMBERS(T, NAME)                                                                        \
    extern "C" __global__ void moments_##NAME(const T *x, Moments *out, unsigned length,            \
                                              unsigned slice) {                                     \
        moments(x, out, length, slice);                                                             \
    }                                                                                               \
    extern "C" __global__ void normalise_##NAME(const T *x, const Moments *slices, const T *weight, \
                                                const T *bias, T *out, unsigned length,             \
                                                unsigned slice, unsigned area, unsigned groups,     \
                                                float eps, int silu) {                              \
        normalise(x, slices, weight, bias, out, length, slice, area, groups, eps, silu);            \
    }

FOR_NUMBERS(float, f32)
FOR_NUMBERS(f16, f16)
FOR_NUMBERS(bf16, bf16)
