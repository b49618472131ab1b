using System.Diagnostics;
using TransferLens.Studies.Inputs;
using TransferLens.Tests;
using TransferLens.Vision.Models.Architectures;
using TransferLens.Vision.Weights;

namespace TransferLens.Vision.Tests.Weights;

/// <summary>What Python itself pickles beside tensors, by <c>torch.save</c>.</summary>
public sealed class PythonObjectsTests
{
    private const string Python = "/usr/bin/python3";

    // Writes FOLDER/P.pth with all objects, for pickle protocols P, and FOLDER/TENSOR.pth with one tensor that is not
    // a plain one. The state dict is that of cifar_resnet8, as names and shapes in FOLDER/shapes.txt.
    private const string Script = """
        import argparse, collections, datetime, decimal, enum, fractions, functools, pathlib, sys, types, uuid
        import numpy, torch
        folder = pathlib.Path(sys.argv[1])
        class Color(enum.Enum): RED = 1
        class Flags(enum.Flag): A = 1; B = 2
        class Level(enum.IntEnum): LOW = 1
        class Word(str, enum.Enum): A = "a"
        class Outer:
            class Inner(enum.Enum): X = 1
        class Ordered(collections.OrderedDict): pass
        class Pair(collections.namedtuple("Pair", "a b")): pass
        class Slots:
            __slots__ = ("a",)
            def __init__(self): self.a = 1
        class Python311(enum.Enum):
            RED = 1
            def __reduce_ex__(self, protocol): return getattr, (self.__class__, self._name_)
        Python311.__qualname__ = "Python311"
        net = types.SimpleNamespace(a=1)
        beside = [Color.RED, Python311.RED, {Python311.RED: 1}, Flags.A, Flags.A | Flags.B, Level.LOW, Word.A, Outer.Inner.X, Ordered(a=1), Pair(1, 2), Slots(), net,
                  functools.partial(int, 2), pathlib.Path("/x"), pathlib.PureWindowsPath("c:/x"), argparse.Namespace(lr=.1, device=torch.device("cpu")),
                  datetime.datetime.now(), datetime.timedelta(1), datetime.timezone.utc, collections.Counter("ab"), collections.deque([1]), collections.defaultdict(list, a=[1]),
                  decimal.Decimal("1.5"), fractions.Fraction(1, 3), uuid.uuid4(), slice(1, 2), range(3), 1 + 2j, {1, 2}, frozenset([1]), b"ab", bytearray(b"ab"), 2 ** 100, -1, 1.5,
                  numpy.float64(1.5), numpy.int64(3), numpy.bool_(True), numpy.str_("a"), numpy.datetime64("2020"), numpy.dtype("f4"), numpy.random.RandomState(0).get_state(),
                  numpy.array(["a", None], dtype=object), numpy.zeros(3), torch.float32, torch.Size([1]), torch.strided, torch.device("cuda:0"), torch.get_rng_state(),
                  torch.nn.Parameter(torch.zeros(2)), torch.nn.ReLU, torch.nn.functional.relu, len, Exception("x"), torch.optim.SGD([torch.zeros(1, requires_grad=True)], .1).state_dict()]
        shapes = [line.split() for line in (folder / "shapes.txt").read_text().splitlines()]
        state = collections.OrderedDict((n, torch.zeros([int(x) for x in s.split(",")] if s != "-" else [])) for n, s in shapes)
        for protocol in (2, 3, 4, 5):
            torch.save({"beside": beside, "state_dict": state}, folder / f"{protocol}.pth", pickle_protocol=protocol)
        torch.save({"beside": beside, "state_dict": state}, folder / "old.pth", _use_new_zipfile_serialization=False)
        special = {
            "parameter": torch.nn.Parameter(torch.zeros(64)), "sparse": torch.zeros(4, 64).to_sparse(), "csr": torch.eye(4).to_sparse_csr(),
            "quantized": torch.quantize_per_tensor(torch.zeros(4, 64), .1, 0, torch.qint8), "meta": torch.zeros(4, 64, device="meta"),
            "transposed": torch.zeros(64, 4).t(), "expanded": torch.zeros(1, 64).expand(4, 64)}
        for name, tensor in special.items():
            torch.save({"a": torch.zeros(3), "linear.weight": tensor}, folder / f"{name}.pth")
        """;

    [Fact]
    public void Objects_beside_the_tensors_are_blanks_in_every_protocol_and_odd_tensors_are_named()
    {
        using var folder = new TemporaryFolder();
        using (var network = Networks.Find("cifar_resnet8").CreateOutline(4))
        {
            File.WriteAllLines(
                folder["shapes.txt"],
                network
                    .state_dict()
                    .Select(entry =>
                        $"{entry.Key} {(entry.Value.dim() == 0 ? "-" : string.Join(',', entry.Value.shape))}"
                    )
            );
        }

        Assert.SkipUnless(File.Exists(Python) && Run(["-c", "import torch, numpy"]).Code == 0, "PyTorch is missing");
        var (code, error) = Run(["-c", Script, folder.Path]);
        Assert.True(code == 0, error);
        foreach (var file in (string[])["2.pth", "3.pth", "4.pth", "5.pth", "old.pth"])
        {
            using var read = Checkpoint.Identify(folder[file]);
            Assert.Equal(("cifar_resnet8", 4), (read.Network?.Name, read.Classes));
        }

        foreach (var file in (string[])["parameter.pth", "transposed.pth", "expanded.pth"])
        {
            using var read = Checkpoint.Read(folder[file]);
            Assert.Equal(["a", "linear.weight"], read.Keys);
        }

        AssertNamed("sparse", "is sparse");
        AssertNamed("csr", "is sparse");
        AssertNamed("quantized", "is quantized");
        AssertNamed("meta", "is on the meta device");

        void AssertNamed(string file, string why) =>
            Assert.Contains(
                $"The tensor 'linear.weight' in '{folder[$"{file}.pth"]}' {why}",
                Assert.Throws<InputException>(() => Checkpoint.Read(folder[$"{file}.pth"])).Message,
                StringComparison.Ordinal
            );
    }

    private static (int Code, string Error) Run(string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(Python, arguments) { RedirectStandardError = true })!;
        var error = process.StandardError.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, error);
    }
}
