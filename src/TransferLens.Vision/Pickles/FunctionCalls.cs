using System.Collections.Frozen;

namespace TransferLens.Vision.Pickles;

/// <summary>
/// The functions that a pickle calls. Objects of unknown classes are blanks, whatever their class, because a class
/// makes an object and does little else. A function does anything, and everybody has those of Python, PyTorch, NumPy
/// and pandas: an honest pickle calls the few of them that make objects. Of other packages, one whose name says that it
/// runs, loads, writes or downloads is refused too; their other functions are blanks.
/// </summary>
internal static class FunctionCalls
{
    // What makes an object, in the words of those who wrote it: _rebuild_tensor_v2, _new_Index, __bit_generator_ctor.
    private static readonly string[] Makers = ["rebuild", "reconstruct", "unpickle", "_ctor", "newobj", "_new_"];

    private static readonly FrozenSet<string> Known = ForbiddenNames.Split(
        """
        collections.deque collections.defaultdict datetime itertools array functools.partial
        functools.partialmethod operator.or_ operator.and_ operator.xor operator.inv operator.invert
        operator.itemgetter operator.getitem re._compile logging.getLogger time.struct_time codecs.encode
        copyreg._reconstructor copyreg.__newobj__ copyreg.__newobj_ex__ copy_reg._reconstructor copy_reg.__newobj__
        copy_reg.__newobj_ex__ torch.device torch.dtype torch.serialization._get_layout
        torch.storage._load_from_bytes torch.jit._pickle numpy.dtype numpy.ndarray numpy.core.multiarray.scalar
        numpy._core.multiarray.scalar numpy.core.numeric._frombuffer numpy._core.numeric._frombuffer
        """
    );

    private static readonly FrozenSet<string> Everywhere = ForbiddenNames.Split(
        """
        torch torchvision torchaudio torchtext functorch caffe2 numpy scipy pandas abc aifc argparse array ast
        base64 binascii bisect bz2 calendar chunk cmd code codecs collections colorsys configparser contextlib
        contextvars copy copyreg copy_reg crypt csv curses dataclasses datetime decimal difflib dis email encodings
        enum errno filecmp fnmatch fractions functools getopt getpass gettext glob graphlib grp gzip hashlib heapq
        hmac html inspect io ipaddress itertools keyword locale logging lzma mimetypes math nis numbers opcode
        operator optparse pathlib pickletools pipes platform plistlib posixpath ntpath genericpath pprint profile
        pyexpat queue quopri random re readline reprlib resource sched secrets select selectors shlex signal site
        sndhdr spwd sre_compile stat statistics string stringprep struct symtable sysconfig syslog tarfile termios
        textwrap time tkinter token tokenize tomllib trace traceback tracemalloc tty turtle pyio osx_support
        aix_support bootsubprocess sitebuiltins pyrepl types typing unicodedata unittest urllib uu uuid warnings
        wave weakref xdrlib xml zipfile zlib zoneinfo
        """
    );

    private static readonly FrozenSet<string> Verbs = ForbiddenNames.Split(
        """
        exec execute eval system shell popen spawn fork run compile import open load loads fetch download urlopen
        urlretrieve connect send post request read write save dump dumps delete remove unlink rmtree kill
        """
    );

    /// <summary>Whether an honest pickle may call a name.</summary>
    public static bool Allows(PickleGlobal global) =>
        !IsUnknownFunction(global)
        || (
            Everywhere.Contains(Root(global.Module))
                ? Makers.Any(maker => global.Name.Contains(maker, StringComparison.OrdinalIgnoreCase))
                // A function of the script itself is nowhere else.
                : global.Module == "__main__" || !Verbs.Contains(FirstWord(Last(global)))
        );

    /// <summary>
    /// Whether an honest pickle may contain a name that it does not call: many classes call the functions that they are
    /// given, as <c>LambdaLR</c> does.
    /// </summary>
    public static bool AllowsUncalled(PickleGlobal global) =>
        !IsUnknownFunction(global)
        || !Everywhere.Contains(Root(global.Module))
        || !Verbs.Contains(FirstWord(Last(global)));

    /// <summary>
    /// Whether a built-in class is made to call what it is given: <c>type</c> of three arguments makes a class with any
    /// methods, and <c>iter</c> of two calls the first. So does an item of what is no class, as <c>List[int]</c> is, if
    /// that is a <c>defaultdict</c>.
    /// </summary>
    public static bool MakesCaller(PickleGlobal global, object?[] arguments) =>
        (global.Module, global.Name) switch
        {
            ("builtins" or "__builtin__", "type" or "iter") => arguments.Length > 1,
            ("operator" or "_operator", "getitem") => arguments is not [PickleGlobal, ..],
            _ => false,
        };

    /// <summary>
    /// Whether an honest pickle may call what a call made: the class that a factory of somebody's package returns, and
    /// nothing in which Python itself keeps a function, such as <c>functools.partial</c>, and no method.
    /// </summary>
    public static bool AllowsResult(Opaque made) =>
        !made.IsMethod
        && Root(made.Name) is var root
        && !Everywhere.Contains(root)
        && root is not ("builtins" or "builtin__" or "builtins__");

    private static bool IsUnknownFunction(PickleGlobal global) =>
        Last(global) is [>= 'a' and <= 'z', ..]
        && Root(global.Module) is var root
        && !Known.Contains(root)
        && !Known.Contains(global.Module)
        && !Known.Contains($"{global.Module.TrimStart('_')}.{global.Name}");

    private static string Root(string path) => path.TrimStart('_').Split('.')[0];

    private static string Last(PickleGlobal global) => global.Name.Split('.')[^1].Trim('_');

    // load of load_model and of loadModel
    private static string FirstWord(string name) => string.Concat(name.TakeWhile(char.IsAsciiLetterLower));
}
