using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using TorchSharp;
using TransferLens.Vision.Runtime;
using static TorchSharp.torch;

namespace TransferLens.Analyses.FeatureSimilarity;

/// <summary>
/// Products of the rows of float32 matrices, accumulated in float64, on processors with 512-bit vectors. libtorch's
/// matrix product uses 256 bits on processors that are not Intel's, distributes a few rows over threads badly, and does
/// not use symmetry.
/// </summary>
internal sealed unsafe class RowProducts
{
    // Features whose products are summed in float32: sixteen sums of 64 products.
    private const int FeaturesAtATime = 1024;

    // Columns whose features, this many at a time, stay in a core's second-level cache.
    private const int ColumnsAtATime = 128;

    // Rows and columns of a tile, whose sums stay in registers.
    private const int Tile = 4;

    private readonly float* first;
    private readonly float* second;
    private readonly double* target;
    private readonly int rows;
    private readonly int columns;
    private readonly long features;
    private readonly bool symmetric;

    private RowProducts(Tensor first, Tensor second, Tensor target)
    {
        this.first = (float*)TensorMemory.AddressOf(first);
        this.second = (float*)TensorMemory.AddressOf(second);
        this.target = (double*)TensorMemory.AddressOf(target);
        (rows, columns, features, symmetric) = (
            (int)first.shape[0],
            (int)second.shape[0],
            first.shape[1],
            ReferenceEquals(first, second)
        );
    }

    /// <summary>
    /// Whether the processor has 512-bit vectors and the features are contiguous float32 in main memory.
    /// </summary>
    public static bool Fit(Tensor features) =>
        Vector512.IsHardwareAccelerated
        && features.dtype == ScalarType.Float32
        && features.device_type == DeviceType.CPU
        && features.is_contiguous();

    /// <summary>Adds first second^T to a matrix, on as many threads as the process uses.</summary>
    /// <param name="first">(rows, features); must <see cref="Fit"/>.</param>
    /// <param name="second">
    /// (columns, features); must <see cref="Fit"/>. The same tensor as <paramref name="first"/> for X X^T, of which
    /// only half is computed.
    /// </param>
    /// <param name="target">(rows, columns), float64, contiguous; zero for X X^T.</param>
    public static void Add(Tensor first, Tensor second, Tensor target)
    {
        new RowProducts(first, second, target).Add();
        GC.KeepAlive(first);
        GC.KeepAlive(second);
        GC.KeepAlive(target);
    }

    private void Add()
    {
        var threads = new ParallelOptions { MaxDegreeOfParallelism = get_num_threads() };
        for (var feature = 0L; feature < features; feature += FeaturesAtATime)
        {
            for (var column = 0; column < columns; column += ColumnsAtATime)
            {
                var (firstFeature, firstColumn) = (feature, column);
                Parallel.For(0, (rows + Tile - 1) / Tile, threads, block =>
                    AddTiles(block * Tile, firstColumn, firstFeature)
                );
            }
        }

        if (symmetric)
        {
            Mirror();
        }
    }

    // Computes a row of tiles. Compiled when it first runs: code compiled by `dotnet publish` does not use 512-bit
    // vectors.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void AddTiles(int row, int column, long feature)
    {
        var length = (int)Math.Min(FeaturesAtATime, features - feature);
        var whole = length - (length % Vector512<float>.Count);
        var sums = stackalloc float[Tile * Tile * Vector512<float>.Count];
        for (
            var end = Math.Min(symmetric ? row + Tile : columns, Math.Min(columns, column + ColumnsAtATime));
            column < end;
            column += Tile
        )
        {
            Multiply(row, column, feature, whole, sums);
            var (tall, wide) = (Math.Min(Tile, rows - row), Math.Min(Tile, columns - column));
            for (var i = 0; i < tall; i++)
            {
                var sum = target + ((long)(row + i) * columns) + column;
                for (var j = 0; j < wide; j++)
                {
                    sum[j] += Vector512.Sum(Vector512.Load(sums + (((i * Tile) + j) * Vector512<float>.Count)));
                    if (whole < length)
                    {
                        sum[j] += Rest(Row(row + i, feature), Column(column + j, feature), whole, length);
                    }
                }
            }
        }
    }

    // The features that do not fill a vector.
    private static double Rest(float* a, float* b, int whole, int length)
    {
        var sum = 0.0;
        for (var feature = whole; feature < length; feature++)
        {
            sum += (double)a[feature] * b[feature];
        }

        return sum;
    }

    // Beyond the edge, the last row or column is repeated.
    private float* Row(int row, long feature) => first + (Math.Min(row, rows - 1) * features) + feature;

    private float* Column(int column, long feature) => second + (Math.Min(column, columns - 1) * features) + feature;

    // Sixteen sums for each element of a tile, row by row. Each is a local variable because the compiler keeps only
    // those in registers; there is no call before the end because it would spill them.
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private void Multiply(int row, int column, long feature, int whole, float* sums)
    {
        float* r0 = Row(row, feature),
            r1 = Row(row + 1, feature),
            r2 = Row(row + 2, feature),
            r3 = Row(row + 3, feature);
        float* c0 = Column(column, feature),
            c1 = Column(column + 1, feature),
            c2 = Column(column + 2, feature),
            c3 = Column(column + 3, feature);
        Vector512<float> s00 = default,
            s01 = default,
            s02 = default,
            s03 = default;
        Vector512<float> s10 = default,
            s11 = default,
            s12 = default,
            s13 = default;
        Vector512<float> s20 = default,
            s21 = default,
            s22 = default,
            s23 = default;
        Vector512<float> s30 = default,
            s31 = default,
            s32 = default,
            s33 = default;
        for (var i = 0; i < whole; i += Vector512<float>.Count)
        {
            var (b0, b1, b2, b3) = (
                Vector512.Load(c0 + i),
                Vector512.Load(c1 + i),
                Vector512.Load(c2 + i),
                Vector512.Load(c3 + i)
            );
            var a0 = Vector512.Load(r0 + i);
            s00 = Vector512.FusedMultiplyAdd(a0, b0, s00);
            s01 = Vector512.FusedMultiplyAdd(a0, b1, s01);
            s02 = Vector512.FusedMultiplyAdd(a0, b2, s02);
            s03 = Vector512.FusedMultiplyAdd(a0, b3, s03);
            var a1 = Vector512.Load(r1 + i);
            s10 = Vector512.FusedMultiplyAdd(a1, b0, s10);
            s11 = Vector512.FusedMultiplyAdd(a1, b1, s11);
            s12 = Vector512.FusedMultiplyAdd(a1, b2, s12);
            s13 = Vector512.FusedMultiplyAdd(a1, b3, s13);
            var a2 = Vector512.Load(r2 + i);
            s20 = Vector512.FusedMultiplyAdd(a2, b0, s20);
            s21 = Vector512.FusedMultiplyAdd(a2, b1, s21);
            s22 = Vector512.FusedMultiplyAdd(a2, b2, s22);
            s23 = Vector512.FusedMultiplyAdd(a2, b3, s23);
            var a3 = Vector512.Load(r3 + i);
            s30 = Vector512.FusedMultiplyAdd(a3, b0, s30);
            s31 = Vector512.FusedMultiplyAdd(a3, b1, s31);
            s32 = Vector512.FusedMultiplyAdd(a3, b2, s32);
            s33 = Vector512.FusedMultiplyAdd(a3, b3, s33);
        }

        s00.Store(sums);
        s01.Store(sums + 16);
        s02.Store(sums + 32);
        s03.Store(sums + 48);
        s10.Store(sums + 64);
        s11.Store(sums + 80);
        s12.Store(sums + 96);
        s13.Store(sums + 112);
        s20.Store(sums + 128);
        s21.Store(sums + 144);
        s22.Store(sums + 160);
        s23.Store(sums + 176);
        s30.Store(sums + 192);
        s31.Store(sums + 208);
        s32.Store(sums + 224);
        s33.Store(sums + 240);
    }

    private void Mirror()
    {
        for (var row = 0; row < rows; row++)
        {
            for (var column = row + 1; column < columns; column++)
            {
                target[((long)row * columns) + column] = target[((long)column * columns) + row];
            }
        }
    }
}
