using System.Collections.Frozen;

namespace TransferLens.Vision.Pickles;

/// <summary>Names that no honest checkpoint imports. Each stands for everything below it.</summary>
internal static class ForbiddenNames
{
    /// <summary>Modules that start programs, load code, or reach files, memory and the network.</summary>
    public static readonly FrozenSet<string> Modules = Split(
        """
        aiohttp antigravity asynchat asyncio asyncore atexit bdb boto3 botocore cffi cgitb cloudpickle codeop
        commands compileall concurrent cPickle cProfile _ctypes ctypes dbm dill distutils doctest ensurepip execnet
        faulthandler fcntl fileinput _frozen_importlib ftplib future.moves gc gdown gevent grpc http httplib httpx
        idlelib imaplib _imp imp importlib ipykernel IPython jinja2 joblib jsonpickle lib2to3 linecache mailbox
        marshal mmap modulefinder msvcrt multiprocessing netrc nltk nntplib nt nturl2path numexpr numpy.distutils
        numpy.f2py numpy.lib._npyio_impl numpy.lib.npyio numpy.testing os ossaudiodev pandas.core.computation
        pandas.io paramiko pdb pexpect _pickle pickle pip pkg_resources pkgutil popen2 poplib posix posixfile
        _posixsubprocess pstats psutil pty ptyprocess pwd py_compile pyclbr pydoc requests rlcompleter rpyc runpy
        scipy.io scipy.weave selenium setuptools shelve shutil six.moves sklearn.externals smtpd smtplib _socket
        socket socketserver sqlite3 ssl subprocess sys tabnanny telnetlib tempfile _thread threading timeit
        torch._inductor torch.distributed.elastic torch.distributed.launch torch.distributed.launcher
        torch.distributed.rpc torch.distributed.run torch.fx.graph_module torch.hub
        torch.jit.unsupported_tensor_ops torch.multiprocessing torch.package torch.testing torch.utils.benchmark
        torch.utils.bottleneck torch.utils.collect_env torch.utils.cpp_extension torch.utils.model_zoo
        torchaudio.utils torchvision._internally_replaced_utils torchvision.datasets.utils tornado twisted
        urllib.request urllib2 urllib3 venv virtualenv webbrowser websocket websockets wget _pyio _interpreters
        _xxsubinterpreters _winapi _winreg winreg winsound wsgiref xmlrpc xmlrpclib zipapp zipimport zmq
        """
    );

    /// <summary>Functions and classes of modules that honest checkpoints also use.</summary>
    public static readonly FrozenSet<string> Functions = Split(
        """
        enum.EnumMeta enum.EnumType Cython.Build Cython.inline _functools.reduce _io.FileIO _io.open _io.open_code
        _operator.attrgetter _operator.call _operator.methodcaller abc.ABCMeta argparse.FileType bz2.BZ2File
        cgi.FieldStorage code.InteractiveConsole code.InteractiveInterpreter code.interact codecs.open
        functools.reduce gzip.GzipFile h5py.File inspect.getsource io.FileIO io.open io.open_code
        itertools.accumulate itertools.dropwhile itertools.filterfalse itertools.groupby itertools.starmap
        itertools.takewhile logging.FileHandler logging.config logging.handlers lzma.LZMAFile
        numpy._core._ufunc_reconstruct numpy.core._internal._ufunc_reconstruct numpy.core._ufunc_reconstruct
        numpy.fromfile numpy.genfromtxt numpy.load numpy.loadtxt numpy.memmap numpy.save numpy.savetxt
        operator.attrgetter operator.call operator.methodcaller pandas.ExcelWriter pandas.HDFStore pandas.eval
        pandas.read_pickle platform.popen profile.Profile profile.run profile.runctx resource.setrlimit
        signal.signal site.addsitedir site.main tarfile.TarFile test.support.script_helper torch.PyTorchFileReader
        torch.PyTorchFileWriter torch._C.PyTorchFileReader torch._C.PyTorchFileWriter
        torch._utils._import_dotted_name torch.classes.load_library torch.compile
        torch.fx._symbolic_trace.symbolic_trace torch.jit.CompilationUnit torch.jit.load torch.jit.script
        torch.load torch.ops.load_library torch.save torch.serialization.load torch.serialization.save trace.Trace
        types.CodeType types.FunctionType types.LambdaType yaml.full_load yaml.load yaml.unsafe_load
        zipfile.PyZipFile zipfile.ZipFile
        """
    );

    /// <summary>Built-in functions that run code, reach files and variables, or call what they are given.</summary>
    public static readonly FrozenSet<string> Builtins = Split(
        """
        apply breakpoint compile delattr eval exec execfile exit file filter globals help input locals map open
        quit raw_input reduce setattr vars
        """
    );

    /// <summary>
    /// Modules that others import for themselves, so that a pickle reaches them below these: <c>torch.os</c>.
    /// </summary>
    public static readonly FrozenSet<string> Anywhere = Split(
        """
        os posix nt sys subprocess posixsubprocess shutil importlib ctypes socket pty
        """
    );

    /// <summary>Splits a text of names.</summary>
    public static FrozenSet<string> Split(string names) =>
        names.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries).ToFrozenSet(StringComparer.Ordinal);
}
