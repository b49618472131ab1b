using System.Collections.Frozen;

namespace TransferLens.Vision.Pickles;

/// <summary>
/// What no honest checkpoint imports: functions that start programs, load code, or reach files and the network. Nothing
/// is executed either way, but the owner of such a file should know before anybody loads it elsewhere.
/// </summary>
internal static class ForbiddenCalls
{
    // A module stands for everything below it.
    private static readonly FrozenSet<string> Modules = FrozenSet.ToFrozenSet(
        [
            "os",
            "posix",
            "nt",
            "subprocess",
            "_posixsubprocess",
            "commands",
            "popen2",
            "pty",
            "shutil",
            "tempfile",
            "fileinput",
            "mmap",
            "fcntl",
            "socket",
            "_socket",
            "socketserver",
            "ssl",
            "http",
            "httplib",
            "urllib.request",
            "urllib2",
            "urllib3",
            "requests",
            "httpx",
            "aiohttp",
            "ftplib",
            "smtplib",
            "telnetlib",
            "poplib",
            "imaplib",
            "nntplib",
            "xmlrpc",
            "xmlrpclib",
            "paramiko",
            "webbrowser",
            "antigravity",
            "sys",
            "importlib",
            "_frozen_importlib",
            "imp",
            "_imp",
            "zipimport",
            "pkgutil",
            "runpy",
            "ensurepip",
            "pip",
            "setuptools",
            "distutils",
            "venv",
            "codeop",
            "marshal",
            "ctypes",
            "_ctypes",
            "cffi",
            "gc",
            "pdb",
            "bdb",
            "cProfile",
            "timeit",
            "doctest",
            "pydoc",
            "IPython",
            "ipykernel",
            "idlelib",
            "lib2to3",
            "pickle",
            "_pickle",
            "cPickle",
            "cloudpickle",
            "dill",
            "joblib",
            "shelve",
            "sqlite3",
            "dbm",
            "multiprocessing",
            "concurrent",
            "threading",
            "_thread",
            "asyncio",
            "atexit",
            "torch.hub",
            "torch.package",
            "torch.utils.cpp_extension",
            "torch.utils.model_zoo",
            "torch._inductor",
            "torch.distributed.rpc",
            "torch.multiprocessing",
            "torch.utils.bottleneck",
            "numpy.testing",
            "numpy.distutils",
            "numpy.f2py",
            "pandas.io",
            "nltk",
            "jinja2",
        ],
        StringComparer.Ordinal
    );

    private static readonly FrozenSet<string> Builtins = FrozenSet.ToFrozenSet(
        [
            "exec",
            "eval",
            "execfile",
            "compile",
            "open",
            "file",
            "input",
            "raw_input",
            "breakpoint",
            "help",
            "apply",
            "setattr",
            "delattr",
            "vars",
            "globals",
            "locals",
            "exit",
            "quit",
        ],
        StringComparer.Ordinal
    );

    private static readonly FrozenSet<string> Functions = FrozenSet.ToFrozenSet(
        [
            "operator.attrgetter",
            "operator.methodcaller",
            "_operator.attrgetter",
            "_operator.methodcaller",
            "functools.reduce",
            "_functools.reduce",
            "types.FunctionType",
            "types.CodeType",
            "codecs.open",
            "io.open",
            "io.open_code",
            "io.FileIO",
            "_io.open",
            "_io.open_code",
            "_io.FileIO",
            "platform.popen",
            "code.interact",
            "code.InteractiveInterpreter",
            "code.InteractiveConsole",
            "profile.run",
            "profile.runctx",
            "profile.Profile",
            "trace.Trace",
            "test.support.script_helper",
            "logging.config.listen",
            "argparse.FileType",
            "torch.load",
            "torch.save",
            "torch.compile",
            "torch.serialization.load",
            "torch.serialization.save",
            "torch.jit.load",
            "torch.jit.script",
            "torch.storage._load_from_bytes",
            "torch.fx.graph_module.reduce_graph_module",
            "torch.fx._symbolic_trace.symbolic_trace",
            "numpy.load",
            "numpy.save",
            "numpy.fromfile",
            "numpy.memmap",
            "numpy.loadtxt",
            "numpy.genfromtxt",
            "numpy.savetxt",
            "pandas.read_pickle",
            "pandas.eval",
            "yaml.load",
            "yaml.unsafe_load",
            "yaml.full_load",
        ],
        StringComparer.Ordinal
    );

    // copyreg's are how pickle itself makes an object of a class.
    private static readonly FrozenSet<string> Harmless = FrozenSet.ToFrozenSet(
        ["__main__", "__mp_main__", "__torch__", "__builtin__", "__builtins__", "__newobj__", "__newobj_ex__"],
        StringComparer.Ordinal
    );

    /// <summary>Whether no honest checkpoint needs a name.</summary>
    /// <param name="module">The module that the pickle imports.</param>
    /// <param name="name">The name in it, which may have dots.</param>
    public static bool Contains(string module, string name)
    {
        // A pickle can walk from any class to its builtins by names such as Size.__class__.
        var path = $"{module}.{name}";
        return path.Split('.').Any(IsSpecial)
            || (module is "builtins" or "__builtin__" or "__builtins__" && Builtins.Contains(name))
            || Functions.Contains(path)
            || Prefixes(path).Any(Modules.Contains)
            || name.Split('.').Any(IsHiddenModule);
    }

    // A module that another imports for itself, such as argparse._os.
    private static bool IsHiddenModule(string part) => part.StartsWith('_') && Modules.Contains(part.TrimStart('_'));

    private static bool IsSpecial(string part) =>
        part.StartsWith("__", StringComparison.Ordinal)
        && part.EndsWith("__", StringComparison.Ordinal)
        && !Harmless.Contains(part);

    // a, a.b and a.b.c of a.b.c
    private static IEnumerable<string> Prefixes(string path)
    {
        for (var end = path.IndexOf('.', StringComparison.Ordinal); end >= 0; end = path.IndexOf('.', end + 1))
        {
            yield return path[..end];
        }

        yield return path;
    }
}
