using Microsoft.Playwright;

namespace TransferLens.Tests;

/// <summary>What axe-core finds wrong with a page by WCAG 2.2 AA: contrast, names, roles, keyboard.</summary>
internal static class Axe
{
    private const string Run = """
        async () => (await axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'] }))
            .violations.flatMap(rule => rule.nodes.map(node => `${rule.id} at ${node.target.join(' ')}: ${node.html.slice(0, 120)}`))
        """;

    private static readonly string Program = Checkout.PathOf(
        "tests",
        "readers",
        "node_modules",
        "axe-core",
        "axe.min.js"
    );

    /// <summary>The violations on a page as it is now; skips the test where axe-core is missing.</summary>
    public static async Task<string[]> ViolationsAsync(IPage page)
    {
        Assert.SkipUnless(File.Exists(Program), "axe-core is missing: run `npm ci` in tests/readers.");
        await page.EvaluateAsync(await File.ReadAllTextAsync(Program, TestContext.Current.CancellationToken));
        return await page.EvaluateAsync<string[]>(Run);
    }
}
