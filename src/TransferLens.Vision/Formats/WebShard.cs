using System.Formats.Tar;
using TransferLens.Studies.Inputs;
using TransferLens.Vision.Decoding;

namespace TransferLens.Vision.Formats;

/// <summary>Lists the samples of one tar file.</summary>
internal static class WebShard
{
    private const int MostLabelBytes = 1 << 20;

    private sealed record Draft(string Key)
    {
        public (long Offset, long Length)? Image { get; set; }

        public string? Label { get; set; }
    }

    /// <summary>Reads the list of files and the labels; no image.</summary>
    /// <param name="path">The tar file.</param>
    /// <param name="labels">Reads labels.</param>
    /// <exception cref="InputException">It is not a whole tar file, or a sample has no label or two images.</exception>
    public static List<WebSample> Read(string path, WebLabels labels)
    {
        using var file = DataFile.Open(path);
        if (file.ReadByte() == 0x1f && file.ReadByte() == 0x8b)
        {
            throw new InputException($"'{path}' is compressed with gzip; unpack it to a .tar file first.");
        }

        file.Position = 0;
        try
        {
            return Read(file, path, labels);
        }
        catch (Exception failure)
            when (failure
                    is InvalidDataException
                        or EndOfStreamException
                        or FormatException
                        or ArgumentException
                        or OverflowException
                        or NotSupportedException
                        or InvalidOperationException
            )
        {
            throw new InputException($"'{path}' is not a whole tar file; get it again.", failure);
        }
    }

    private static List<WebSample> Read(FileStream file, string path, WebLabels labels)
    {
        using var reader = new TarReader(file, leaveOpen: true);
        var (samples, draft) = (new List<WebSample>(), default(Draft));
        while (reader.GetNextEntry() is { } entry)
        {
            if (entry.EntryType is not (TarEntryType.RegularFile or TarEntryType.V7RegularFile))
            {
                continue;
            }

            var (key, ending) = Split(entry.Name);
            if (key.Length == 0)
            {
                continue;
            }

            if (draft?.Key != key)
            {
                Add(draft);
                draft = new(key);
            }

            Take(entry, ending, draft);
        }

        Add(draft);
        return samples;

        void Take(TarEntry entry, string ending, Draft sample)
        {
            if (ImageFile.HasEnding($".{ending}"))
            {
                sample.Image ??= (entry.DataOffset, entry.Length);
            }
            else if (ending is "cls" or "cls.txt" or "json" && sample.Label is null)
            {
                sample.Label = labels.Read(ending, Content(entry, path), $"{sample.Key} in {path}");
            }
        }

        void Add(Draft? sample)
        {
            if (sample is null)
            {
                return;
            }

            var label = sample.Label
                ?? (
                    sample.Image is null
                        ? ""
                        : throw new InputException(
                            $"The sample '{sample.Key}' in '{path}' has an image but no .cls or .json file with its "
                                + "label; add "
                                + "one."
                        )
                );
            samples.Add(new(path, sample.Key, label, sample.Image?.Offset ?? -1, sample.Image?.Length ?? 0));
        }
    }

    private static byte[] Content(TarEntry entry, string path)
    {
        if (entry.Length > MostLabelBytes || entry.DataStream is not { } stream)
        {
            throw new InputException(
                $"The file '{entry.Name}' in '{path}' has {entry.Length} bytes, too many for a label; remove it."
            );
        }

        var content = new byte[entry.Length];
        stream.ReadExactly(content);
        return content;
    }

    // The path up to the first dot of the name, and what follows it. Hidden files such as ._x.jpg, and those in system
    // folders, belong to no sample.
    private static (string Key, string Ending) Split(string name)
    {
        if (name.Split('/').Any(SystemFiles.IsOne))
        {
            return ("", "");
        }

        var start = name.LastIndexOf('/') + 1;
        var dot = name.IndexOf('.', start);
        return dot > start ? (name[..dot], name[(dot + 1)..].ToLowerInvariant()) : ("", "");
    }
}
