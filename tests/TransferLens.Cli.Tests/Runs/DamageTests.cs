using System.Text.Json.Nodes;
using TransferLens.Tests;

namespace TransferLens.Cli.Tests.Runs;

public sealed class DamageTests(FinishedStudy finished)
{
    [Fact]
    public void Damaged_artifacts_are_computed_again_to_the_same_bytes()
    {
        using var copy = finished.Copy();
        var whole = copy.Results();
        Change(Artifact(copy, "train ink P-T s1", "checkpoints/epoch-003.safetensors"), bytes => bytes[^1] ^= 1);
        Change(Artifact(copy, "evaluate ink RI-T s1", "artifact.json"), bytes =>
            bytes[bytes.AsSpan().IndexOf("started"u8)] ^= 1
        );
        using (var images = File.OpenWrite(Artifact(copy, "decode ink, test images", "images.bin")))
        {
            images.SetLength(100);
        }

        File.Delete(Artifact(copy, "evaluate ink P-T s2", "result.json"));
        File.WriteAllText(Artifact(copy, "barrier ink P-T s1 & P-T s2", "artifact.json"), "{}");
        var again = copy.Run().Ended(0);
        Assert.Contains("20 tasks, 15 of them done before", again.Error);
        Assert.Equal(whole, copy.Results());
        Assert.Equal("", copy.Run().Ended(0).Error);
        HostileInput.Note("faults injected", 5);
    }

    [Fact]
    public void A_report_does_not_use_a_damaged_artifact()
    {
        using var copy = finished.Copy();
        Change(Artifact(copy, "evaluate ink P-T s2", "result.json"), bytes => bytes[^2] ^= 1);
        var said = copy.Do("report", "runs/tiny").Ended(1);
        Assert.Contains("is damaged", said.Error);
        Assert.Contains("Run the study again", said.Error);
        Assert.Equal(1, said.Error.Count(c => c == '\n'));
    }

    [Fact]
    public void A_damaged_plan_is_told_in_one_sentence()
    {
        using var copy = finished.Copy();
        foreach (var text in (string[])["", "{", "[]", "{\"store\": 1}", "{\"store\": \"../store\", \"plan\": {}}"])
        {
            File.WriteAllText(Path.Combine(copy.Out, "plan.json"), text);
            Assert.Contains(
                "run the study again",
                copy.Do("status", "runs/tiny").Refused(),
                StringComparison.OrdinalIgnoreCase
            );
        }

        copy.Run().Ended(0);
        copy.Do("status", "runs/tiny").Ended(0);
    }

    private static void Change(string path, Action<byte[]> change)
    {
        var bytes = File.ReadAllBytes(path);
        change(bytes);
        File.WriteAllBytes(path, bytes);
    }

    private static string Artifact(TinyStudy study, string title, string name)
    {
        var task = Directory
            .GetFiles(Path.Combine(study.Store, "tasks"))
            .Single(path => (string?)JsonNode.Parse(File.ReadAllText(path))!["title"] == title);
        return Path.Combine([study.Store, "artifacts", Path.GetFileNameWithoutExtension(task), .. name.Split('/')]);
    }
}
