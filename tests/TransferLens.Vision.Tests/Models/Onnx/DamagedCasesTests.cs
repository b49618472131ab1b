using TransferLens.Tests;

namespace TransferLens.Vision.Tests.Models.Onnx;

/// <summary>ONNX's conformance cases with damaged models: every operator meets settings that do not fit.</summary>
public sealed class DamagedCasesTests(ConformanceCases generated)
{
    [Fact]
    public void Damaged_cases_are_computed_or_refused_in_a_sentence()
    {
        using var folder = new TemporaryFolder();
        string[] cases = [.. generated.Folders.Where(path => new ConformanceCase(path).LeftOut is null)];
        var count = HostileInput.Each;
        var refused = 0;
        for (var seed = 0; seed < count; seed++)
        {
            var random = new Random(seed);
            var sound = cases[random.Next(cases.Length)];
            var damaged = Copy(sound, folder[Path.GetFileName(sound)]);
            var model = Path.Combine(damaged, "model.onnx");
            File.WriteAllBytes(model, HostileInput.Mutated(File.ReadAllBytes(model), random));
            refused += HostileInput.IsRefused(() => Compute(damaged), $"{model} {seed}") ? 1 : 0;
        }

        Assert.InRange(refused, count / 4, count);
        HostileInput.Note("damaged ONNX cases", count);
    }

    private static string Copy(string from, string to)
    {
        Directory.CreateDirectory(to);
        foreach (var file in Directory.GetFiles(from))
        {
            File.Copy(file, Path.Combine(to, Path.GetFileName(file)), overwrite: true);
        }

        return to;
    }

    private static void Compute(string folder)
    {
        if (new ConformanceCase(folder).Refusal() is { } refused)
        {
            throw refused;
        }
    }
}
