using System.Diagnostics;

namespace TransferLens.Cli.Tests.Documents;

/// <summary>What the documentation reads of a run in other languages can be read so.</summary>
public sealed class OtherLanguagesTests(FinishedStudy finished)
{
    public static TheoryData<CodeBlock> Blocks =>
        [.. Document.All.SelectMany(page => page.Blocks).Where(block => block.Language is "python" or "javascript")];

    [Theory]
    [MemberData(nameof(Blocks))]
    public async Task Every_block_in_another_language_runs(CodeBlock block)
    {
        var (program, name) = block.Language == "python" ? ("python3", "block.py") : ("node", "block.mjs");
        var modules = Path.Combine(Document.Repository, "tests", "readers", "node_modules");
        Assert.SkipUnless(
            block.Language == "python" || Directory.Exists(modules),
            "The packages of tests/readers are not installed: `npm ci` there."
        );
        using var folder = new ReadersFolder(finished);
        folder.Provide(["runs/STUDY"]);
        File.WriteAllText(folder[name], block.Code);
        if (block.Language == "javascript")
        {
            Directory.CreateSymbolicLink(folder["node_modules"], modules);
        }

        using var process = Start(program, name, folder.Path);
        Assert.SkipWhen(process is null, $"{program} is not on this machine.");
        var cancellationToken = TestContext.Current.CancellationToken;
        var (output, error) = (
            process.StandardOutput.ReadToEndAsync(cancellationToken),
            process.StandardError.ReadToEndAsync(cancellationToken)
        );
        await process.WaitForExitAsync(cancellationToken);
        Assert.True(process.ExitCode == 0, $"{block} failed: {await error}");
        Assert.NotEqual("", await output);
    }

    private static Process? Start(string program, string file, string folder)
    {
        try
        {
            return Process.Start(
                new ProcessStartInfo(program, [file])
                {
                    WorkingDirectory = folder,
                    RedirectStandardOutput = true,
                    RedirectStandardError = true,
                }
            );
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return null;
        }
    }
}
