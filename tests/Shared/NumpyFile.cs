using System.IO.Compression;
using System.Text;

namespace TransferLens.Tests;

/// <summary>Puts NumPy's files together byte by byte.</summary>
internal static class NumpyFile
{
    /// <summary>A <c>.npy</c> file.</summary>
    /// <param name="type">Type of the values as NumPy writes it.</param>
    /// <param name="shape">Shape as NumPy writes it.</param>
    /// <param name="values">The values.</param>
    public static byte[] Array(string type, string shape, byte[] values)
    {
        var header = $"{{'descr': '{type}', 'fortran_order': False, 'shape': {shape}, }}".PadRight(117) + "\n";
        return [0x93, .. "NUMPY\u0001\0"u8, (byte)header.Length, 0, .. Encoding.Latin1.GetBytes(header), .. values];
    }

    /// <summary>A <c>.npz</c> file: an archive whose checksums are right, whatever the entries contain.</summary>
    public static byte[] Archive(params (string Name, byte[] Content)[] entries)
    {
        using var bytes = new MemoryStream();
        using (var archive = new ZipArchive(bytes, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach (var (name, content) in entries)
            {
                using var entry = archive.CreateEntry(name, CompressionLevel.NoCompression).Open();
                entry.Write(content);
            }
        }

        return bytes.ToArray();
    }
}
