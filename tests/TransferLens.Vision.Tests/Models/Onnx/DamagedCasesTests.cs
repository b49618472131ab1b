using TransferLens.Tests;

namespace TransferLens.Vision.Tests.Models.Onnx;

/// <summary>ONNX's conformance cases with damaged models: every operator meets settings that do not fit.</summary>
public sealed class DamagedCasesTests
{
    [Fact]
    public void Damaged_cases_are_computed_or_refused_in_a_sentence()
    {
        using var folder = new TemporaryFolder();
        Reference.Run("onnx, numpy", "onnx_cases.py", [folder["cases"]]);
        string[] cases =
        [
            .. Directory
                .GetDirectories(folder["cases"])
                .Order(StringComparer.Ordinal)
                .Where(path => new ConformanceCase(path).LeftOut is null),
        ];
        var count = HostileInput.Each;
        var refused = 0;
        for (var seed = 0; seed < count; seed++)
        {
            var random = new Random(seed);
            var path = Path.Combine(cases[random.Next(cases.Length)], "model.onnx");
            var sound = File.ReadAllBytes(path);
            File.WriteAllBytes(path, HostileInput.Mutated(sound, random));
            refused += HostileInput.IsRefused(() => Compute(Path.GetDirectoryName(path)!), $"{path} {seed}") ? 1 : 0;
            File.WriteAllBytes(path, sound);
        }

        Assert.InRange(refused, count / 4, count);
        HostileInput.Note("damaged ONNX cases", count);
    }

    private static void Compute(string folder)
    {
        if (new ConformanceCase(folder).Refusal() is { } refused)
        {
            throw refused;
        }
    }
}
