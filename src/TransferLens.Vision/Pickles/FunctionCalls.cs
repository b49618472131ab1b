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
            hmac html inspect io ipaddress itertools json keyword locale logging lzma mimetypes math nis numbers opcode
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
    public static bool Allows(PickleGlobal global)
    {
        var last = global.Name.Split('.')[^1].Trim('_');
        if (last.Length == 0 || !char.IsAsciiLetterLower(last[0]))
        {
            return true;
        }

        var path = $"{global.Module.TrimStart('_')}.{global.Name}";
        var root = path.Split('.')[0];
        if (Known.Contains(path) || Known.Contains(root) || Known.Contains(global.Module))
        {
            return true;
        }

        return Everywhere.Contains(root)
            ? Makers.Any(maker => global.Name.Contains(maker, StringComparison.OrdinalIgnoreCase))
            // A function of the script itself is nowhere else.
            : global.Module == "__main__" || !Verbs.Contains(FirstWord(last));
    }

    /// <summary>
    /// Whether an honest pickle may call what a call made: the class that a factory of somebody's package returns, and
    /// nothing in which Python itself keeps a function, such as <c>functools.partial</c>, and no method.
    /// </summary>
    public static bool AllowsResult(Opaque made) =>
        !made.IsMethod
        && made.Name.TrimStart('_').Split('.')[0] is var root
        && !Everywhere.Contains(root)
        && root is not ("builtins" or "builtin__" or "builtins__");

    // load of load_model and of loadModel
    private static string FirstWord(string name) => string.Concat(name.TakeWhile(char.IsAsciiLetterLower));
}
