using TransferLens.Studies;

namespace TransferLens.Tests;

public sealed class StudyMutationTests : IDisposable
{
    private const string Marks = "{}[]:,-#&*!|>'\"%@` \t\n?~0.e\\é\0";

    private readonly StudyFolder folder = new();

    public void Dispose() => folder.Dispose();

    // The template has every key and, in its comments, none that is read: both texts are mutated.
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void A_damaged_study_is_a_study_or_one_sentence(int seed)
    {
        var random = new Random(seed);
        var whole = seed == 1 ? StudyFolder.Plain : StudyTemplate.Text("t").Replace("weights.safetensors", "p.th", StringComparison.Ordinal).Replace("data/", "cartoon/", StringComparison.Ordinal);
        folder.Read(whole);
        var refused = 0;
        for (var i = 0; i < 500; i++)
        {
            var text = whole;
            for (var changes = random.Next(1, 3); changes > 0; changes--)
            {
                text = random.Next(3) == 0 ? ChangeLine(text, random) : ChangeCharacter(text, random);
            }

            try
            {
                folder.Read(text);
            }
            catch (InputException e)
            {
                refused++;
                Assert.DoesNotContain('\n', e.Message);
                Assert.True(e.Message.EndsWith('.') || e.Message.EndsWith('?'), e.Message);
            }
            catch (Exception e)
            {
                Assert.Fail($"{e}\n\n{text}");
            }
        }

        // Neither all nor none, or the test would say nothing.
        Assert.InRange(refused, 50, 450);
    }

    private static string ChangeLine(string text, Random random)
    {
        var lines = text.Split('\n').ToList();
        var at = random.Next(lines.Count);
        switch (random.Next(4))
        {
            case 0: lines.RemoveAt(at); break;
            case 1: lines.Insert(random.Next(lines.Count), lines[at]); break;
            case 2: lines[at] = lines[random.Next(lines.Count)]; break;
            default: lines[at] = "  " + lines[at]; break;
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
