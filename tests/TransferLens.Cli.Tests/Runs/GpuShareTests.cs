using TransferLens.Runs;
using TransferLens.Studies.Inputs;
using TransferLens.Studies.Settings;
using TransferLens.Vision.Runtime;

namespace TransferLens.Cli.Tests.Runs;

public sealed class GpuShareTests
{
    private const long Gibibyte = 1L << 30;

    [Theory]
    [InlineData(0, 0, 139, 16, 16)] // at most one per core
    [InlineData(2, 0, 139, 16, 15)] // 0.9 * 139 / (2 + 3 * 2)
    [InlineData(1, 2, 24, 16, 4)] // 0.9 * 24 / (2 + 3 * 1)
    [InlineData(0, 2, 24, 16, 5)] // 0.9 * 24 / (2 + 2)
    [InlineData(5, 0, 24, 16, 1)]
    [InlineData(100, 0, 8, 16, 1)] // never none: the task itself ends if its memory runs out
    public void As_many_tasks_share_a_GPU_as_its_free_memory_holds(
        int counted,
        int similarity,
        int free,
        int cores,
        int expected
    ) => Assert.Equal(expected, GpuShare.Tasks(counted * Gibibyte, similarity * Gibibyte, free * Gibibyte, cores));

    [Theory]
    [InlineData("cuda:0", null, "0")]
    [InlineData("cuda:1", "", "1")]
    [InlineData("cuda:1", "2,3", "3")]
    [InlineData("cuda:0", "GPU-8932f937-d72c", "GPU-8932f937-d72c")]
    public void The_device_is_named_as_nvidia_smi_does(string device, string? visible, string expected) =>
        Assert.Equal(expected, GpuMemory.IdOf(device, visible));

    [Theory]
    [InlineData("143071\n", 143071L << 20)]
    [InlineData("[N/A]", null)]
    [InlineData(null, null)]
    public void Free_memory_is_a_number_of_mebibytes(string? answer, long? expected) =>
        Assert.Equal(expected, GpuMemory.Parse(answer));

    [Theory]
    [InlineData("CUDA out of memory. Tried to allocate 2.00 GiB. GPU 0 has a total capacity of 8 GiB\nframe #0: c10")]
    [InlineData("CUDA error: CUBLAS_STATUS_ALLOC_FAILED when calling `cublasCreate(handle)`")]
    public void A_GPU_without_memory_is_explained_as_a_machine_without_memory_is(string message) =>
        Assert.EndsWith(
            "Run fewer tasks at a time, use a smaller batch size, or use a machine with more memory.",
            Sentence.FromException(new InvalidOperationException(message))
        );

    [Fact]
    public void The_default_precision_is_part_of_the_keys()
    {
        using var study = new TinyStudy();
        var place = study["study.yaml"];
        var settings = new StudyRunSettings { Folder = study["out"], Store = study["store"] };
        var cpu = StudyRun.Read(place, settings);
        var gpu = StudyRun.Read(place, settings with { Precision = Precision.Bfloat16 });
        var chosen = StudyRun.Read(
            place,
            settings with
            {
                Precision = Precision.Bfloat16,
                Overrides = ["training.precision=float32", "pretrained.training.precision=float32"],
            }
        );
        Assert.Empty(Trained(cpu).Intersect(Trained(gpu)));
        Assert.Equal(Trained(cpu), Trained(chosen));

        static IEnumerable<string> Trained(StudyRun run) => run.Plan.Runs.Select(one => one.Train.Key);
    }
}
