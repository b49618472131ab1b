using TransferLens.Runs;
using TransferLens.Studies.Files;
using TransferLens.Studies.Plans;
using TransferLens.Tests;

namespace TransferLens.Studies.Tests.Files;

public sealed class StudyMutationTests : IDisposable
{
    private const string Marks = "{}[]:,-#&*!|>'\"%@` \t\n?~0.e\\é\0";

    private readonly StudyFolder folder = new() { Catalog = Catalog.Default with { Networks = [] } };

    public void Dispose() => folder.Dispose();

    // The template has every key and, in its comments, none that is read: both texts are mutated.
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void A_damaged_study_is_a_study_or_one_sentence(int seed)
    {
        var whole =
            seed == 1
                ? StudyFolder.Plain
                : StudyTemplate
                    .Text("t")
                    .Replace("weights.safetensors", "p.th", StringComparison.Ordinal)
                    .Replace("data/", "cartoon/", StringComparison.Ordinal);
        folder.Read(whole);
        HostileInput.Check(
            $"study.yaml {seed}",
            seed,
            random => Damaged(whole, random),
            text => () => folder.Read(text),
            least: 0.1
        );
    }

    private static string Damaged(string text, Random random)
    {
        for (var changes = random.Next(1, 3); changes > 0; changes--)
        {
            text = random.Next(3) == 0 ? ChangeLine(text, random) : ChangeCharacter(text, random);
        }

        return text;
    }

    private static string ChangeLine(string text, Random random)
    {
        var lines = text.Split('\n').ToList();
        var at = random.Next(lines.Count);
        switch (random.Next(4))
        {
            case 0:
                lines.RemoveAt(at);
                break;
            case 1:
                lines.Insert(random.Next(lines.Count), lines[at]);
                break;
            case 2:
                lines[at] = lines[random.Next(lines.Count)];
                break;
            default:
                lines[at] = "  " + lines[at];
                break;
        }

        return string.Join('\n', lines);
    }

    private static string ChangeCharacter(string text, Random random)
    {
        var at = random.Next(text.Length);
        return random.Next(3) switch
        {
            0 => text.Remove(at, 1),
            1 => text.Insert(at, text[at].ToString()),
            _ => text.Remove(at, 1).Insert(at, Marks[random.Next(Marks.Length)].ToString()),
        };
    }
}
