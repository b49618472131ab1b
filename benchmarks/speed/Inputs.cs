using System.Formats.Tar;
using System.IO.Compression;
using System.Text.Json.Nodes;
using TransferLens.Execution.Local;

namespace TransferLens.Speed;

/// <summary>What both sides work on, made once in a folder of its own, and how each side is called.</summary>
internal sealed class Inputs
{
    private const string Python = "/usr/bin/python3";

    // Asks glibc to keep all memory that is freed for the next tensors.
    private static readonly KeyValuePair<string, string>[] KeptMemory =
    [
        new("MALLOC_MMAP_MAX_", "0"),
        new("MALLOC_TRIM_THRESHOLD_", $"{1L << 40}"),
        new("MALLOC_TOP_PAD_", $"{128 << 20}"),
    ];

    private readonly string root;
    private readonly string repository;
    private readonly string shared;
    private readonly string program;
    private int runs;

    private Inputs(Options options)
    {
        root = Path.Combine(options.Work, options.Quick ? "quick" : "full");
        (repository, shared, program) = (options.Repository, options.Shared, options.Program);
    }

    /// <summary>Makes what is not there yet: images as folders of links, decoded ones for the peers, weights, JPEGs.</summary>
    public static Inputs Make(Options options)
    {
        var inputs = new Inputs(options);
        if (!File.Exists(inputs["ready"]))
        {
            Extract("cifar10-test", "cifar");
            Extract("cifar10-train-10k", "cifar");
            Extract("pacs-cartoon-32px", "");
            Dictionary<string, (string From, int Each)> folders = new() // images of each class; quickly, a tenth of them
            {
                ["tuning/train"] = ("cifar/train", 500),
                ["tuning/test"] = ("cifar/test", 200),
                ["barrier"] = ("cifar/test", 1000),
                ["rewinding"] = ("cifar/test", 200),
                ["similarity"] = ("cifar/test", 200),
                ["ten"] = ("cifar/test", 1),
                ["study/train"] = ("cartoon/train", 350),
                ["study/test"] = ("cartoon/test", 120),
            };
            foreach (var (folder, (from, each)) in folders)
            {
                inputs.Link(from, folder, options.Quick ? Math.Max(1, each / 10) : each);
            }

            inputs.Peer(
                "prepare",
                [
                    inputs.root,
                    inputs.Weights(20),
                    "--jpegs",
                    options.Quick ? "100" : "1000",
                    "--folders",
                    .. folders.Keys,
                ]
            );
            File.WriteAllText(inputs["ready"], "");
        }

        return inputs;

        void Extract(string name, string folder)
        {
            using var file = new GZipStream(
                File.OpenRead(Path.Combine(inputs.shared, "data", $"{name}.tar.gz")),
                CompressionMode.Decompress
            );
            TarFile.ExtractToDirectory(file, Directory.CreateDirectory(inputs[folder]).FullName, overwriteFiles: true);
        }
    }

    /// <summary>Full path of a place in the folder.</summary>
    public string this[string place] => Path.Combine(root, place);

    /// <summary>Decoded images of a folder, as the peers take them.</summary>
    public string Decoded(string folder) => this[$"{folder.Replace('/', '-')}.pt"];

    /// <summary>How many images a folder of class folders holds.</summary>
    public int Count(string folder) =>
        Directory.GetDirectories(this[folder]).Sum(name => Directory.GetFiles(name).Length);

    /// <summary>The published weights of a network of a given depth.</summary>
    public string Weights(int layers) =>
        Directory.GetFiles(Path.Combine(shared, "weights"), $"resnet{layers}-*.th").Single();

    /// <summary>TransferLens's caches for this benchmark: never the user's.</summary>
    public string Cache => this["cache"];

    /// <summary>Links to the first images of each class.</summary>
    /// <param name="from">A folder of class folders.</param>
    /// <param name="to">The new one.</param>
    /// <param name="each">Images of a class.</param>
    /// <param name="copies">How often each is linked.</param>
    public void Link(string from, string to, int each, int copies = 1)
    {
        foreach (var folder in Directory.GetDirectories(this[from]))
        {
            var links = Directory.CreateDirectory(this[Path.Combine(to, Path.GetFileName(folder))]).FullName;
            foreach (var file in Directory.GetFiles(folder).Order(StringComparer.Ordinal).Take(each))
            {
                for (var copy = 0; copy < copies; copy++)
                {
                    var link = Path.Combine(
                        links,
                        copies == 1 ? Path.GetFileName(file) : $"{copy}-{Path.GetFileName(file)}"
                    );
                    File.Delete(link);
                    File.CreateSymbolicLink(link, file);
                }
            }
        }
    }

    /// <summary>Runs a script of benchmarks/peers, with glibc asked to keep freed memory.</summary>
    /// <param name="script">Its name.</param>
    /// <param name="arguments">Its arguments.</param>
    public Measured Peer(string script, params IEnumerable<string> arguments) =>
        Child.Run(Cache, Python, [Script(script), .. arguments], KeptMemory);

    /// <summary>Runs a script in two processes of one thread each, which share its seeds.</summary>
    /// <param name="script">Its name.</param>
    /// <param name="arguments">Its arguments, the seeds last.</param>
    public Measured PeerTwice(string script, params IEnumerable<string> arguments) =>
        Peer("twice", [Script(script), .. arguments]);

    /// <summary>Runs <c>transferlens</c>.</summary>
    public Measured TransferLens(params IEnumerable<string> arguments) => Child.Run(Cache, program, arguments);

    /// <summary>Runs this program for a library call, in the environment of a study's workers.</summary>
    public static Measured Library(string cache, params IEnumerable<string> words) =>
        Child.Run(
            cache,
            Environment.ProcessPath!,
            ["inside", .. words],
            KeyValuePair.Create(WorkerEnvironment.TunablesVariable, WorkerEnvironment.Tunables)
        );

    /// <summary>Runs a study in a store that holds nothing but decoded images, from an earlier run if there was one, with one thread a task, two at a time; the result is its results.json.</summary>
    /// <param name="study">The study file's text; paths in it are relative to the folder.</param>
    /// <param name="again">Also runs it once more, finished as it is: the seconds are the result's <c>rerun</c>.</param>
    public Measured Study(string study, bool again = false)
    {
        var (file, folder) = (this[$"study-{++runs}.yaml"], this[$"run-{runs}"]);
        File.WriteAllText(file, study);
        var store = Path.Combine(folder, "store");
        CopyImages(this["decoded"], store);
        string[] command = ["run", file, "--out", folder, "--jobs", "2", "--threads", "1", "--store", store];
        var measured = TransferLens(command);
        var result = JsonNode.Parse(File.ReadAllText(Path.Combine(folder, "results.json")))!;
        if (again)
        {
            result["rerun"] = TransferLens(command).Seconds;
        }

        CopyImages(store, this["decoded"]);
        Directory.Delete(folder, recursive: true);
        return measured with { Result = result };
    }

    // The artifacts of decoded images that a store holds, into another that lacks them.
    private static void CopyImages(string from, string to)
    {
        var artifacts = new DirectoryInfo(Path.Combine(from, "artifacts"));
        foreach (var artifact in artifacts.Exists ? artifacts.GetDirectories() : [])
        {
            var (made, copy) = (
                JsonNode.Parse(File.ReadAllText(Path.Combine(artifact.FullName, "artifact.json")))!,
                Path.Combine(to, "artifacts", artifact.Name)
            );
            if ((string?)made["task"]!["kind"] == "images" && !Directory.Exists(copy))
            {
                Directory.CreateDirectory(copy);
                foreach (var file in artifact.GetFiles())
                {
                    file.CopyTo(Path.Combine(copy, file.Name));
                }
            }
        }
    }

    private string Script(string name) => Path.Combine(repository, "benchmarks/peers", $"{name}.py");
}
