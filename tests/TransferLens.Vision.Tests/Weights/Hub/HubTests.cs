using TransferLens.Studies.Inputs;
using TransferLens.Tests;
using TransferLens.Vision.Weights.Hub;

namespace TransferLens.Vision.Tests.Weights.Hub;

public sealed class HubTests : IDisposable
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private static readonly HubModel Model = HubModel.Parse("hf:owner/name");
    private readonly TemporaryFolder folder = new();
    private readonly byte[] weights = [.. Enumerable.Range(0, 300_000).Select(i => (byte)(i * 7))];

    public void Dispose() => folder.Dispose();

    [Fact]
    public void A_model_is_laid_out_as_the_Python_client_does()
    {
        using var hub = Hub();
        var snapshot = Open(hub);
        Assert.Equal(folder["hub", "models--owner--name", "snapshots", FakeHub.Commit], snapshot.Folder);
        Assert.Equal(weights, File.ReadAllBytes(Path.Combine(snapshot.Folder, "model.safetensors")));
        Assert.Equal("{}", File.ReadAllText(Path.Combine(snapshot.Folder, "config.json")));
        Assert.Equal(FakeHub.Commit, File.ReadAllText(folder["hub", "models--owner--name", "refs", "main"]));
        var link = new FileInfo(Path.Combine(snapshot.Folder, "model.safetensors")).LinkTarget;
        Assert.Equal(
            Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(weights)),
            Path.GetFileName(link)
        );
        Assert.StartsWith("../../blobs/", link, StringComparison.Ordinal);
        Assert.Null(snapshot.Remark);
        // Other weights of the same model are not fetched.
        Assert.DoesNotContain(hub.Requests, request => request.Contains("pytorch_model", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(
        "README.md config.json open_clip_config.json open_clip_model.safetensors",
        "open_clip_config.json config.json open_clip_model.safetensors"
    )]
    [InlineData(
        "config.json model.safetensors preprocessor_config.json processor_config.json tokenizer.json",
        "processor_config.json preprocessor_config.json config.json model.safetensors"
    )]
    [InlineData(
        "adapter_config.json adapter_model.bin adapter_model.safetensors x.pt",
        "adapter_config.json adapter_model.safetensors"
    )]
    [InlineData(
        "adapter_config.json adapter_model.bin model.safetensors",
        "adapter_config.json adapter_model.bin model.safetensors"
    )]
    [InlineData("config.json pytorch_model.bin model.safetensors", "config.json model.safetensors")]
    public void Files_that_describe_the_weights_and_an_adapter_are_fetched_too(string all, string chosen) =>
        Assert.Equal(chosen.Split(' '), HubFiles.Choose(Model, [.. all.Split(' ')]));

    [Fact]
    public void What_was_fetched_is_used_offline_and_when_the_hub_is_gone()
    {
        using (var hub = Hub())
        {
            Open(hub);
            var asked = hub.Requests.Count;
            Open(hub);
            // Only the commit is asked for again.
            Assert.Equal(asked + 1, hub.Requests.Count);
            var offline = HubSnapshot.Open(Model, Settings(hub) with { IsOffline = true }, null, Token);
            Assert.Contains(
                "HF_HUB_OFFLINE is set, so hf:owner/name is as it was last fetched (01234567).",
                offline.Remark,
                StringComparison.Ordinal
            );
            Assert.Equal(asked + 1, hub.Requests.Count);
        }

        var gone = HubSnapshot.Open(Model, Settings("http://127.0.0.1:9/"), null, Token);
        Assert.Contains("cannot be reached", gone.Remark, StringComparison.Ordinal);
        var commit = HubSnapshot.Open(
            HubModel.Parse($"hf:owner/name@{FakeHub.Commit}"),
            Settings("http://127.0.0.1:9/"),
            null,
            Token
        );
        Assert.Null(commit.Remark);
    }

    [Fact]
    public void What_is_not_there_is_said_offline_and_without_a_connection()
    {
        Assert.Contains(
            "hf:owner/name is not in the cache, and HF_HUB_OFFLINE is set",
            Wrong(Settings("http://127.0.0.1:9/") with { IsOffline = true }),
            StringComparison.Ordinal
        );
        Assert.Contains(
            "127.0.0.1 cannot be reached",
            Wrong(Settings("http://127.0.0.1:9/")),
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void An_interrupted_download_goes_on_where_it_stopped()
    {
        using var hub = new FakeHub { BreaksAfter = 1000 };
        hub.Add("model.safetensors", weights);
        Assert.Throws<InputException>(() => Open(hub));
        var snapshot = Open(hub);
        Assert.Equal(weights, File.ReadAllBytes(Path.Combine(snapshot.Folder, "model.safetensors")));
        Assert.Matches("bytes=[1-9][0-9]*-", hub.ContentRequests.Last());
    }

    [Fact]
    public void A_file_that_differs_from_its_checksum_gets_no_name()
    {
        using var hub = Hub();
        hub.Corrupts = true;
        Assert.Contains("differs from the hub's checksum", Wrong(Settings(hub)), StringComparison.Ordinal);
        Assert.False(File.Exists(folder["hub", "models--owner--name", "refs", "main"]));
        Assert.All(Directory.GetFiles(folder["hub"], "*", SearchOption.AllDirectories), file =>
            Assert.EndsWith(".incomplete", file, StringComparison.Ordinal)
        );
        hub.Corrupts = false;
        Assert.Equal(weights, File.ReadAllBytes(Path.Combine(Open(hub).Folder, "model.safetensors")));
    }

    [Fact]
    public void The_token_is_sent_to_the_hub_and_never_to_where_it_redirects()
    {
        using var hub = new FakeHub { Token = "secret" };
        hub.Add("model.safetensors", weights);
        Assert.Contains("without a token; set HF_TOKEN", Wrong(Settings(hub)), StringComparison.Ordinal);
        HubSnapshot.Open(Model, Settings(hub) with { Token = "secret" }, null, Token);
        Assert.Contains(hub.Requests, request => request.EndsWith("Bearer secret", StringComparison.Ordinal));
        Assert.NotEmpty(hub.ContentRequests);
        Assert.All(hub.ContentRequests, request => Assert.DoesNotContain("secret", request, StringComparison.Ordinal));
        Assert.DoesNotContain("secret", $"{Settings(hub) with { Token = "secret" }}", StringComparison.Ordinal);
    }

    [Fact]
    public void Shards_are_fetched_with_their_index()
    {
        using var hub = new FakeHub();
        hub.Add("model-1.safetensors", [1, 2]);
        hub.Add("model-2.safetensors", [3]);
        hub.Add("model-3.safetensors", [4]);
        hub.Add(
            "model.safetensors.index.json",
            """{"weight_map": {"a": "model-1.safetensors", "b": "model-2.safetensors", "c": "model-1.safetensors"}}"""
        );
        var snapshot = Open(hub);
        Assert.Equal(
            ["model-1.safetensors", "model-2.safetensors", "model.safetensors.index.json"],
            Directory.GetFiles(snapshot.Folder).Select(Path.GetFileName).Order(StringComparer.Ordinal)
        );
        Assert.Null(
            HubSnapshot.Open(HubModel.Parse($"hf:owner/name@{FakeHub.Commit}"), Settings(hub), null, Token).Remark
        );
    }

    [Theory]
    [InlineData("../../outside.safetensors")]
    [InlineData("/etc/outside.safetensors")]
    [InlineData("a/../../outside.safetensors")]
    [InlineData("a\\outside.safetensors")]
    public void A_name_that_leads_out_of_the_folder_is_no_file(string name)
    {
        using var hub = new FakeHub();
        hub.Add(name, [1]);
        Assert.Contains("has no weights file", Wrong(Settings(hub)), StringComparison.Ordinal);
    }

    [Fact]
    public void Several_weights_of_unusual_names_are_listed()
    {
        using var hub = new FakeHub();
        hub.Add("a.safetensors", [1]);
        hub.Add("b.safetensors", [1]);
        Assert.Contains("(a.safetensors, b.safetensors)", Wrong(Settings(hub)), StringComparison.Ordinal);
    }

    [Fact]
    public void A_model_that_does_not_exist_and_a_hub_that_is_none_are_said()
    {
        using var hub = Hub();
        var unknown = Assert.Throws<InputException>(() =>
            HubSnapshot.Open(HubModel.Parse("hf:owner/name@v9"), Settings(hub), null, Token)
        );
        Assert.Contains("The hub knows no hf:owner/name@v9", unknown.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("hf:owner/name", "owner", "name", "main")]
    [InlineData("hf:timm/resnet50.a1_in1k@v1.0", "timm", "resnet50.a1_in1k", "v1.0")]
    [InlineData("hf:o/n@refs/pr/1", "o", "n", "refs/pr/1")]
    public void A_model_is_written_with_owner_name_and_revision(string text, string owner, string name, string revision)
    {
        Assert.Equal(new(owner, name, revision), HubModel.Parse(text));
        Assert.Equal(text, $"{HubModel.Parse(text)}");
    }

    [Theory]
    [InlineData("hf:")]
    [InlineData("hf:name")]
    [InlineData("hf:../name")]
    [InlineData("hf:owner/..")]
    [InlineData("hf:owner/name@../x")]
    [InlineData("hf:owner/name@a..b")]
    [InlineData("hf:owner/name/more")]
    [InlineData("hf:owner/na me")]
    [InlineData("owner/name")]
    public void Anything_else_is_refused(string text) =>
        Assert.Contains(
            "write hf:OWNER/NAME",
            Assert.Throws<InputException>(() => HubModel.Parse(text)).Message,
            StringComparison.Ordinal
        );

    [Fact]
    public void Settings_follow_the_environment_of_the_Python_client()
    {
        File.WriteAllText(folder["token"], " abc\n");
        var home = Environment("HF_HOME", folder.Path);
        Assert.Equal((folder["hub"], "abc", false), (home.Cache, home.Token, home.IsOffline));
        Assert.Equal("https://huggingface.co/", home.Endpoint.ToString());
        Assert.Equal(folder["elsewhere"], Environment("HF_HUB_CACHE", folder["elsewhere"]).Cache);
        Assert.Equal(
            Path.Combine(folder["xdg"], "huggingface", "hub"),
            Environment("XDG_CACHE_HOME", folder["xdg"]).Cache
        );
        Assert.True(Environment("HF_HUB_OFFLINE", "1").IsOffline);
        Assert.Throws<InputException>(() => Environment("HF_ENDPOINT", "nothing"));

        static HubSettings Environment(string name, string value) =>
            HubSettings.From(asked => asked == name ? value : null);
    }

    private FakeHub Hub()
    {
        var hub = new FakeHub();
        hub.Add("config.json", "{}");
        hub.Add("model.safetensors", weights);
        hub.Add("pytorch_model.bin", [1, 2, 3]);
        return hub;
    }

    private HubSnapshot Open(FakeHub hub) => HubSnapshot.Open(Model, Settings(hub), null, Token);

    private HubSettings Settings(FakeHub hub) => Settings(hub.Address);

    private HubSettings Settings(string address) => new(folder["hub"], new Uri(address), null, false);

    private static string Wrong(HubSettings settings) =>
        Assert.Throws<InputException>(() => HubSnapshot.Open(Model, settings, null, Token)).Message;
}
