// Turns matrices: [batch, rows, columns] to [batch, columns, rows]. The second
// kernel adds to each row it writes that row's bias, and cuts off what is
// negative where it is asked to.

#define TILE 32
#define LINES 8

struct Place { unsigned row, column; };

// Tiles go along the shorter side first, whose neighbours share lines of memory.
__device__ Place of_tile(unsigned rows, unsigned columns) {
    unsigned down = (rows + TILE - 1) / TILE, across = (columns + TILE - 1) / TILE;
    Place tile = {blockIdx.x / across, blockIdx.x % across};
    if (rows < columns) tile = {blockIdx.x % down, blockIdx.x / down};
    return {tile.row * TILE, tile.column * TILE};
}

// A block of TILE x LINES threads for each tile (x) of each matrix (y).
template <typename T, bool BIAS>
__device__ void transpose(const T *x, const T *bias, T *out, unsigned rows, unsigned columns, int relu) {
    __shared__ T tile[TILE][TILE + 1];
    Place from = of_tile(rows, columns);
    size_t matrix = (size_t)blockIdx.y * rows * columns;
    unsigned column = from.column + threadIdx.x;
    for (unsigned line = threadIdx.y; line < TILE; line += LINES) {
        unsigned row = from.row + line;
        if (row < rows && column < columns) tile[line][threadIdx.x] = x[matrix + (size_t)row * columns + column];
    }
    __syncthreads();
    unsigned row = from.row + threadIdx.x;
    for (unsigned line = threadIdx.y; line < TILE; line += LINES) {
        unsigned column = from.column + line;
        if (row >= rows || column >= columns) continue;
        T *to = out + matrix + (size_t)column * rows + row;
        if (BIAS) {
            float sum = load(&tile[threadIdx.x][line]) + load(bias + column);
            store(to, relu ? fmaxf(sum, 0.0f) : sum);
        } else {
            *to = tile[threadIdx.x][line];
        }
    }
}

#define TRANSPOSE(T, NAME)                                                                            \
    extern "C" __global__ void transpose_##NAME(const T *x, T *out, unsigned rows, unsigned columns) { \
        transpose<T, false>(x, x, out, rows, columns, 0);                                             \
    }                                                                                                 \
    extern "C" __global__ void transpose_biased_##NAME(const T *x, const T *bias, T *out,             \
                                                       unsigned rows, unsigned columns, int relu) {   \
        transpose<T, true>(x, bias, out, rows, columns, relu);                                        \
    }

TRANSPOSE(float, f32)
TRANSPOSE(f16, f16)
TRANSPOSE(bf16, bf16)
