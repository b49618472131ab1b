using System.Diagnostics;
using System.IO.Compression;
using System.Text;
using TransferLens.Studies.Inputs;
using TransferLens.Tests;
using TransferLens.Vision.Weights;
using static TransferLens.Vision.Tests.Weights.ForgedCheckpoint;

namespace TransferLens.Vision.Tests.Weights;

public class HostileCheckpointTests
{
    /// <summary>Pickles that import code, and what they import.</summary>
    public static TheoryData<string, string> Code =>
        new()
        {
            { $"cposix\nsystem\n{Run}\u0085R", "posix.system" },
            { $"cbuiltins\neval\n{Run}\u0085R", "builtins.eval" },
            { $"c__builtin__\neval\n{Run}\u0085R", "__builtin__.eval" },
            { $"{Text("os")}{Text("system")}\u0093{Run}\u0085R", "os.system" },
            { $"({Run}iposix\nsystem\n", "posix.system" },
            { $"(cposix\nsystem\n{Run}o", "posix.system" },
            { $"csubprocess\nPopen\n{Run}\u0085\u0081", "subprocess.Popen" },
            { $"csubprocess\nPopen\n{Run}\u0085}}\u0092", "subprocess.Popen" },
            { $"c__main__\nEvil\n)\u0081{Dictionary(("command", Run))}b", "__main__.Evil" },
            { $"ccollections\nOrderedDict\n(cposix\nsystem\n{Run}\u0085RtR", "posix.system" },
            {
                Dictionary(
                    ("state_dict", Dictionary(("w", Tensor([4], [1])))),
                    ("optimizer", $"cposix\nsystem\n{Run}\u0085R")
                ),
                "posix.system"
            },
            { "ctorch\nload\n.", "torch.load" },
            { "ctorch.hub\nload\n.", "torch.hub.load" },
            { "ctorch.storage\n_load_from_bytes\n.", "torch.storage._load_from_bytes" },
            {
                $"ctorch.storage\n_load_from_bytes\n{Bytes($"\u0080\u0002cos\nsystem\n{Run}\u0085R.")}\u0085R",
                "os.system"
            },
            { "ctorch\nFloatStorage.__reduce__\n.", "torch.FloatStorage.__reduce__" },
            { "ccollections\nOrderedDict.__init__\n.", "collections.OrderedDict.__init__" },
            { "cargparse\nFileType\n.", "argparse.FileType" },
            { "cargparse\n_os\n.", "argparse._os" },
            { $"{Text("argparse")}{Text("_os.system")}\u0093{Run}\u0085R", "argparse._os.system" },
            { $"cbuiltins\ngetattr\n(c__main__\nA\n{Text("__globals__")}tR", "__main__.A.__globals__" },
            { $"c__builtin__\ngetattr\n(ctorch\nserialization\n{Text("load")}tR", "torch.serialization.load" },
            { $"cfunctools\npartial\ncbuiltins\ngetattr\n\u0085R", "builtins.getattr" },
            { $"cbuiltins\ngetattr\n(c__main__\nA\n)R{Text("x")}tR{Run}\u0085R", "__main__.A.x" },
            { $"cbuiltins\ngetattr\n(c__main__\nA\n)R{Text("__globals__")}tR", "__main__.A.__globals__" },
            { $"cbuiltins\ngetattr\n(c__main__\nA\n\u0085{Text("x")}tR", "builtins.getattr" },
            { $"cfunctools\npartial\n(c__main__\nrun\n{Run}tR)R", "functools.partial" },
            { $"ccopyreg\n_reconstructor\n(cfunctools\npartial\ncbuiltins\nobject\nNtR)R", "copyreg._reconstructor" },
            { $"cbuiltins\ntype\n({Text("A")}){Dictionary(("__new__", "c__main__\nrun\n"))}tR", "builtins.type" },
            { $"cbuiltins\ntype\n({Text("A")}){Dictionary(("__new__", "c__main__\nrun\n"))}t\u0081", "builtins.type" },
            { $"cenum\nEnum\n({Text("A")}{Text("b")}tR)\u0081", "enum.Enum" },
            { $"coperator\ngetitem\n(ccollections\ndefaultdict\n(c__main__\nrun\ntR{Text("A")}tR", "operator.getitem" },
            { $"cbuiltins\niter\n(c__main__\nrun\nNtR", "builtins.iter" },
            { $"cfunctools\npartial\n(ctorch.onnx\nload_it\n{Run}tR", "torch.onnx.load_it" },
            { $"ctorch\nserialization\n{Dictionary(("load", "N"))}b", "torch.serialization" },
            { $"cbuiltins\ngetattr\n(c__main__\nA\n{Text("x")}NtR", "builtins.getattr" },
            { $"c__main__\nA\n)R(cbuiltins\ngetattr\nltR", "builtins.getattr" },
            { $"(cbuiltins\ngetattr\nc__main__\nA\n)o", "builtins.getattr" },
            { "cnumpy.core.multiarray\n_reconstruct\n.", "numpy.core.multiarray._reconstruct" },
            { "ctorch.nn.modules.linear\nLinear\n.", "torch.nn.modules.linear.Linear" },
            { "cevil\u001b[31m\nx\n.", "evil?[31m.x" },
        };

    /// <summary>Pickles with impossible claims.</summary>
    public static TheoryData<string> Broken =>
        new(
            Dictionary(("w", Tensor([5], [1]))),
            Dictionary(("w", Tensor([2, 2], [4, 1]))),
            Dictionary(("w", Tensor([4], [1], offset: 1))),
            Dictionary(("w", Tensor([4], [-1], offset: 3))),
            Dictionary(("w", Tensor([-4], [1]))),
            Dictionary(("w", Tensor([4], [1], offset: -1))),
            Dictionary(("w", Tensor([4], [1, 1]))),
            Dictionary(("w", Tensor([4], [1], count: 1L << 39))),
            Dictionary(("w", Tensor([4], [1], count: -4))),
            Dictionary(("w", Tensor([1L << 39], [0]))),
            Dictionary(("w", Tensor([0, 1L << 39, 1L << 39], [0, 0, 0]))),
            Dictionary(("w", Tensor([2], [long.MaxValue]))),
            Dictionary(("w", Tensor([1L << 32, 1L << 32], [1, 1]))),
            Dictionary(("w", Tensor([.. Enumerable.Repeat(1L, 65)], [.. Enumerable.Repeat(1L, 65)]))),
            Dictionary(("w", Tensor([4], [1], key: "1"))),
            Dictionary(("w", Tensor([4], [1], key: "../../../etc/passwd"))),
            Dictionary(("w", Tensor([4], [1], type: "LongStorage"))),
            Dictionary(("w", Tensor([4], [1])), ("v", Tensor([2], [1], type: "DoubleStorage", count: 2))),
            Dictionary([.. Enumerable.Range(0, 40).Select(i => ($"w{i}", Tensor([1L << 20], [0])))]),
            Dictionary(("w\u001b[31m", Tensor([4], [1]))),
            Dictionary(),
            Tensor([4], [1]),
            "N",
            "]",
            "}}",
            "0",
            "",
            "(",
            "t",
            "u",
            "R",
            "Q",
            "b",
            "h\u0001",
            "}N",
            "(2t",
            "((u",
            "\u0094",
            "\u00ff",
            "ctorch\nFloatStorage\n)R",
            "ctorch\nFloatStorage\nQ",
            "NQ",
            "ccollections\nOrderedDict\n",
            "ccollections\nOrderedDict\nNR",
            "ctorch._utils\n_rebuild_tensor_v2\n)R",
            "ctorch._utils\n_rebuild_parameter\n)R",
            "I99999999999999999999\n",
            "L1x\n",
            "F1.2.3\n",
            "\u008d\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u007f",
            "X\u00ff\u00ff\u00ff\u00ffa",
            "B\u00ff\u00ff\u00ff\u007f"
        );

    [Theory]
    [MemberData(nameof(Code))]
    public void Imports_that_could_run_code_are_refused_by_name(string pickle, string name)
    {
        using var folder = new TemporaryFolder();
        WriteZip(folder["zip.pth"], pickle, Storage());
        WritePlain(folder["plain.pth"], pickle, Storage());
        File.WriteAllText(folder["bare.pkl"], $"\u0080\u0002{pickle}.", Encoding.Latin1);
        foreach (var file in (string[])["zip.pth", "plain.pth", "bare.pkl"])
        {
            var message = Assert.Throws<InputException>(() => Checkpoint.Read(folder[file])).Message;
            Assert.Contains($" {name},", message);
            Assert.Contains(folder[file], message);
        }

        Assert.False(File.Exists(Executed));
    }

    [Theory]
    [InlineData("os.system")]
    [InlineData("posix.execv")]
    [InlineData("nt.system")]
    [InlineData("subprocess.check_output")]
    [InlineData("shutil.rmtree")]
    [InlineData("socket.socket")]
    [InlineData("sys.modules")]
    [InlineData("builtins.exec")]
    [InlineData("builtins.compile")]
    [InlineData("builtins.open")]
    [InlineData("builtins.getattr")]
    [InlineData("builtins.__import__")]
    [InlineData("__builtin__.execfile")]
    [InlineData("importlib.import_module")]
    [InlineData("importlib._bootstrap._call_with_frames_removed")]
    [InlineData("runpy.run_path")]
    [InlineData("ctypes.CDLL")]
    [InlineData("webbrowser.open")]
    [InlineData("pty.spawn")]
    [InlineData("pickle.loads")]
    [InlineData("_pickle.loads")]
    [InlineData("marshal.loads")]
    [InlineData("types.CodeType")]
    [InlineData("operator.attrgetter")]
    [InlineData("codecs.open")]
    [InlineData("urllib.request.urlretrieve")]
    [InlineData("multiprocessing.Process")]
    [InlineData("numpy.testing._private.utils.runstring")]
    [InlineData("torch.utils.cpp_extension.load_inline")]
    [InlineData("torch.jit.load")]
    [InlineData("torch.utils.collect_env.run")]
    [InlineData("torch.fx.graph_module._exec_with_source")]
    [InlineData("torch.jit.unsupported_tensor_ops.execWrapper")]
    [InlineData("torch._utils._import_dotted_name")]
    [InlineData("torchvision.datasets.utils.download_url")]
    [InlineData("numpy.core._ufunc_reconstruct")]
    [InlineData("pandas.core.computation.eval.eval")]
    [InlineData("profile.Profile.run")]
    [InlineData("trace.Trace.run")]
    [InlineData("logging.FileHandler")]
    [InlineData("six.moves.builtins.eval")]
    [InlineData("_xxsubinterpreters.run_string")]
    [InlineData("OS.system")]
    [InlineData("collections.OrderedDict.__class__")]
    public void What_no_checkpoint_needs_is_refused_beside_sound_tensors_however_it_is_imported(string name)
    {
        var dot = name.LastIndexOf('.');
        var (module, function) = (name[..dot], name[(dot + 1)..]);
        if (name == "collections.OrderedDict.__class__")
        {
            (module, function) = ("collections", "OrderedDict.__class__");
        }

        AssertRefused(
            name,
            $"c{module}\n{function}\n",
            $"{Text(module)}{Text(function)}\u0093",
            $"{Text(module)}\u00940{Text(function)}\u00940h\0h\u0001\u0093",
            $"(i{module}\n{function}\n",
            $"]c{module}\n{function}\na",
            $"c__main__\nThing\n)\u0081c{module}\n{function}\nb"
        );
    }

    [Theory]
    [MemberData(nameof(Broken))]
    public void A_pickle_with_impossible_claims_is_an_input_error(string pickle)
    {
        using var folder = new TemporaryFolder();
        WriteZip(folder["zip.pth"], pickle, Storage());
        WritePlain(folder["plain.pth"], pickle, Storage());
        Assert.Throws<InputException>(() => Checkpoint.Read(folder["zip.pth"]));
        Assert.Throws<InputException>(() => Checkpoint.Read(folder["plain.pth"]));
    }

    [Fact]
    public void Forged_checkpoints_without_defects_are_read()
    {
        using var folder = new TemporaryFolder();
        WriteZip(folder["zip.pth"], Dictionary((Good, Tensor([2, 2], [1, 2]))), Storage());
        WritePlain(folder["plain.pth"], Dictionary((Good, Tensor([0, 3], [3, 1], offset: 4))), Storage());
        using var zip = Checkpoint.Read(folder["zip.pth"]);
        using var plain = Checkpoint.Read(folder["plain.pth"]);
        Assert.Equal([2L, 2L], zip[Good].shape);
        Assert.Equal([0L, 3L], plain[Good].shape);
    }

    /// <summary>Small pickles that would cost a naive reader its stack, its memory or its time.</summary>
    public static TheoryData<string> Bombs =>
        new(
            "nested lists",
            "nested marks",
            "doubled lists",
            "empty dictionaries",
            "one list for many dictionaries",
            "one long shape for many tensors",
            "one long shape for many arrays"
        );

    [Theory]
    [MemberData(nameof(Bombs))]
    public void A_pickle_bomb_is_an_input_error_within_seconds(string kind)
    {
        using var folder = new TemporaryFolder();
        var pickle = kind switch
        {
            "nested lists" => new string(']', 1_000_000) + new string('a', 999_999),
            "nested marks" => new string('(', 1_000_000) + new string('t', 1_000_000),
            "doubled lists" => "]q\u0000" + string.Concat(Enumerable.Repeat("](h\u0000h\u0000eq\u0000", 100_000)),
            "empty dictionaries" => "(" + new string('}', 20_000_000) + "l",
            "one list for many dictionaries" =>
                $"(({string.Concat(Enumerable.Range(0, 20_000).Select(i => $"{Text($"{i}")}N\u0086"))}lq\u0000"
                    + string.Concat(Enumerable.Repeat("ccollections\nOrderedDict\nh\u0000\u0085R", 20_000)),
            "one long shape for many arrays" => $"]({string.Concat(Enumerable.Repeat("K\u0001", 20_000))}tq\u00000"
                + string.Concat(
                    Enumerable.Repeat(
                        "cnumpy.core.multiarray\n_reconstruct\n)R(K\u0001h\u0000cnumpy\ndtype\n"
                            + "X\u0002\0\0\0f4\u0085R\u0089C\0tb0"
                            + "ctorch._utils\n_rebuild_qtensor\n(NNh\u0000tR0",
                        20_000
                    )
                ),
            _ => $"]({string.Concat(Enumerable.Repeat("K\u0001", 20_000))}tq\u00000"
                + string.Concat(
                    Enumerable.Repeat("ctorch._utils\n_rebuild_tensor\n(NK\u0000h\u0000h\u0000tR0", 20_000)
                ),
        };
        WriteZip(folder["zip.pth"], pickle);
        WritePlain(folder["plain.pth"], pickle);
        var (watch, before) = (Stopwatch.StartNew(), GC.GetAllocatedBytesForCurrentThread());
        Assert.Throws<InputException>(() => Checkpoint.Read(folder["zip.pth"]));
        Assert.Throws<InputException>(() => Checkpoint.Read(folder["plain.pth"]));
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 2L << 30);
        Assert.InRange(watch.Elapsed.TotalSeconds, 0, 60);
    }

    [Fact]
    public void A_zip_bomb_is_an_input_error()
    {
        using var folder = new TemporaryFolder();
        var pickle = Encoding.Latin1.GetBytes(
            $"\u0080\u0002{Dictionary(("w", Tensor([4 << 20], [1], count: 4 << 20)))}."
        );
        WriteArchive(
            folder["bomb.pth"],
            CompressionLevel.SmallestSize,
            ("archive/data.pkl", pickle),
            ("archive/data/0", new byte[16 << 20])
        );
        Assert.Contains("unpack", Assert.Throws<InputException>(() => Checkpoint.Read(folder["bomb.pth"])).Message);
        WriteArchive(folder["pickle.pth"], CompressionLevel.SmallestSize, ("archive/data.pkl", new byte[64 << 20]));
        Assert.Contains("unpack", Assert.Throws<InputException>(() => Checkpoint.Read(folder["pickle.pth"])).Message);
    }

    [Fact]
    public void A_zip_entry_that_claims_another_size_than_it_has_is_an_input_error()
    {
        using var folder = new TemporaryFolder();
        foreach (var claimed in (uint[])[0, 8, 15, 17, 1 << 20, 0x7fffffff, 0xfffffffe])
        {
            WriteZip(folder["x.pth"], Dictionary(("w", Tensor([4], [1], count: claimed / 4))), Storage());
            var bytes = File.ReadAllBytes(folder["x.pth"]);
            // The last entry of the central directory is the storage's; its size is at offset 24, its packed size at
            // 20.
            var record = bytes.AsSpan().LastIndexOf("PK\u0001\u0002"u8);
            BitConverter.GetBytes(claimed).CopyTo(bytes, record + 24);
            File.WriteAllBytes(folder["x.pth"], bytes);
            Assert.Throws<InputException>(() => Checkpoint.Read(folder["x.pth"]));
            BitConverter.GetBytes(claimed).CopyTo(bytes, record + 20);
            File.WriteAllBytes(folder["x.pth"], bytes);
            Assert.Throws<InputException>(() => Checkpoint.Read(folder["x.pth"]));
        }
    }

    [Theory]
    [InlineData("archive/data/0", "twice")]
    [InlineData("archive/data.pkl", "twice")]
    [InlineData("../evil", "out of the archive")]
    [InlineData("archive/../../evil", "out of the archive")]
    [InlineData("..\\evil", "out of the archive")]
    [InlineData("/etc/evil", "out of the archive")]
    [InlineData("another/data.pkl", "exactly one")]
    public void An_archive_with_an_odd_entry_is_an_input_error(string entry, string why)
    {
        using var folder = new TemporaryFolder();
        var pickle = Encoding.Latin1.GetBytes($"\u0080\u0002{Dictionary(("w", Tensor([4], [1])))}.");
        WriteArchive(
            folder["x.pth"],
            CompressionLevel.NoCompression,
            ("archive/data.pkl", pickle),
            ("archive/data/0", new byte[16]),
            (entry, new byte[16])
        );
        Assert.Contains(why, Assert.Throws<InputException>(() => Checkpoint.Read(folder["x.pth"])).Message);
        Assert.Equal([folder["x.pth"]], Directory.GetFileSystemEntries(folder.Path));
    }

    [Fact]
    public void A_missing_or_additional_storage_is_an_input_error()
    {
        using var folder = new TemporaryFolder();
        var pickle = Dictionary(("w", Tensor([4], [1])));
        WriteZip(folder["zip.pth"], pickle);
        WritePlain(folder["less.pth"], pickle);
        WritePlain(folder["more.pth"], pickle, Storage(), Storage("1"));
        Assert.All((string[])["zip.pth", "less.pth", "more.pth"], file =>
            Assert.Throws<InputException>(() => Checkpoint.Read(folder[file]))
        );
    }
}
