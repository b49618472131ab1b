using System.Security.Cryptography;
using TransferLens.Studies.Inputs;
using TransferLens.Tests;
using TransferLens.Vision.Decoding;
using TransferLens.Vision.Formats;
using TransferLens.Vision.Tests.Formats;

namespace TransferLens.Vision.Tests.Decoding;

public class ImageFileTests
{
    // Files and Pillow's pixels from tests/reference/images.py.
    [Theory]
    [InlineData(
        "grey.png",
        3,
        2,
        "iVBORw0KGgoAAAANSUhEUgAAAAMAAAACCAAAAAC4HznGAAAAEElEQVR4nGNkuHKFsebKFQANIAPPyCVleQAAAABJRU5ErkJggg==",
        "effc5eda6d173b0235cbd0eb8e46e1127906c37c0c3340f4d964d2b28e914bc7"
    )]
    [InlineData(
        "palette.png",
        3,
        2,
        "iVBORw0KGgoAAAANSUhEUgAAAAMAAAACAgMAAADgGo6JAAAADFBMVEWSx3xQhbokWY5qH1R8wlPBAAAADElEQVR4nGPYwBABAAJsAQ"
            + "lz31WyAAAAAElFTkSuQmCC",
        "e11e893c46b540399e539fc08c0e61c74cd8773719e9d0a3c31ad35285c5f6b0"
    )]
    [InlineData(
        "transparent.png",
        3,
        2,
        "iVBORw0KGgoAAAANSUhEUgAAAAMAAAACCAYAAACddGYaAAAAFklEQVR4nGNkMM2afwUKGGs2PpOGcQDFgxCv3iwAqwAAAABJRU5ErkJggg==",
        "bdadd7d2373dd4cc1af5009c35d643c2596da6c2d9cccd0e4f84a7b37dd08558"
    )]
    [InlineData(
        "colour.bmp",
        3,
        2,
        "Qk1OAAAAAAAAADYAAAAoAAAAAwAAAAIAAAABABgAAAAAABgAAADEDgAAxA4AAAAAAAAAAAAA5rF8uoVQjlkkAAAAajUAPgnUEt2oAAAA",
        "bdadd7d2373dd4cc1af5009c35d643c2596da6c2d9cccd0e4f84a7b37dd08558"
    )]
    [InlineData(
        "lossless.webp",
        3,
        2,
        "UklGRjwAAABXRUJQVlA4TC8AAAAvAkAAAC8gJEhDZ4xUxYIpDqZzYsE0JNM5suY/7h0AAChkGwFO7R6TE7qI/sc7AQA=",
        "bdadd7d2373dd4cc1af5009c35d643c2596da6c2d9cccd0e4f84a7b37dd08558"
    )]
    [InlineData(
        "colour.jpg",
        18,
        20,
        "/9j/4AAQSkZJRgABAQAAAQABAAD/2wBDAAMCAgMCAgMDAwMEAwMEBQgFBQQEBQoHBwYIDAoMDAsKCwsNDhIQDQ4RDgsLEBYQERMUFR"
            + "UVDA8XGBYUGBIUFRT/2wBDAQMEBAUEBQkFBQkUDQsNFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQU"
            + "FBQUFBT/wAARCAAUABIDASIAAhEBAxEB/8QAHwAAAQUBAQEBAQEAAAAAAAAAAAECAwQFBgcICQoL/8QAtRAAAgEDAwIEAwUFBAQAAA"
            + "F9AQIDAAQRBRIhMUEGE1FhByJxFDKBkaEII0KxwRVS0fAkM2JyggkKFhcYGRolJicoKSo0NTY3ODk6Q0RFRkdISUpTVFVWV1hZWmNk"
            + "ZWZnaGlqc3R1dnd4eXqDhIWGh4iJipKTlJWWl5iZmqKjpKWmp6ipqrKztLW2t7i5usLDxMXGx8jJytLT1NXW19jZ2uHi4+Tl5ufo6e"
            + "rx8vP09fb3+Pn6/8QAHwEAAwEBAQEBAQEBAQAAAAAAAAECAwQFBgcICQoL/8QAtREAAgECBAQDBAcFBAQAAQJ3AAECAxEEBSExBhJB"
            + "UQdhcRMiMoEIFEKRobHBCSMzUvAVYnLRChYkNOEl8RcYGRomJygpKjU2Nzg5OkNERUZHSElKU1RVVldYWVpjZGVmZ2hpanN0dXZ3eH"
            + "l6goOEhYaHiImKkpOUlZaXmJmaoqOkpaanqKmqsrO0tba3uLm6wsPExcbHyMnK0tPU1dbX2Nna4uPk5ebn6Onq8vP09fb3+Pn6/9oA"
            + "DAMBAAIRAxEAPwD5U8P+Bfu/u/0r0vw/4F+7+7/Su/8AD/gT7v7v9K9L8P8AgT7v7v8ASv2fjHjv4vfK8O+Kvg948nXwL8o/d9vSiv"
            + "opfAnyj9329KK/nh8d6/Gf16uKtF7xX8P6Pa/L8lel+H9Htfl+SiivjOMas/e95/ef5feHc5e5qdkmj2u0fJ2ooor+eXVnf4n95/Xi"
            + "nOy1P//Z",
        "1c81c6f1e56a1c780b7b3683c12a00ac0892baab9288a893d04209930c47255a"
    )]
    [InlineData(
        "grey.jpg",
        18,
        20,
        "/9j/4AAQSkZJRgABAQAAAQABAAD/2wBDAAgGBgcGBQgHBwcJCQgKDBQNDAsLDBkSEw8UHRofHh0aHBwgJC4nICIsIxwcKDcpLDAxND"
            + "Q0Hyc5PTgyPC4zNDL/wAALCAAUABIBAREA/8QAHwAAAQUBAQEBAQEAAAAAAAAAAAECAwQFBgcICQoL/8QAtRAAAgEDAwIEAwUFBAQA"
            + "AAF9AQIDAAQRBRIhMUEGE1FhByJxFDKBkaEII0KxwRVS0fAkM2JyggkKFhcYGRolJicoKSo0NTY3ODk6Q0RFRkdISUpTVFVWV1hZWm"
            + "NkZWZnaGlqc3R1dnd4eXqDhIWGh4iJipKTlJWWl5iZmqKjpKWmp6ipqrKztLW2t7i5usLDxMXGx8jJytLT1NXW19jZ2uHi4+Tl5ufo"
            + "6erx8vP09fb3+Pn6/9oACAEBAAA/APMPCn8Fe4eFP4K9LT/Vr9BXyJ4U/gr3Dwp/BXpaf6tfoK+RPCn8Fe4eFP4K9LT/AFa/QV//2Q"
            + "==",
        "a9b309dbc520bbececfbcb6a39dec4c5d61d14e3e51d0de0912d685b98ce3607"
    )]
    public void An_image_is_decoded_as_by_Pillow(string name, int width, int height, string file, string sha256)
    {
        using var folder = new TemporaryFolder();
        Directory.CreateDirectory(folder["class"]);
        File.WriteAllBytes(folder["class", name], Convert.FromBase64String(file));
        var image = ImageFormats.Open(new("image_folder", folder.Path, SourceOptions.None)).Read(0);
        Assert.Equal((width, height), (image.Width, image.Height));
        Assert.Equal(sha256, Convert.ToHexStringLower(SHA256.HashData(image.Pixels)));
    }

    [Fact]
    public void A_file_that_is_not_an_image_is_named()
    {
        using var folder = new TemporaryFolder();
        Directory.CreateDirectory(folder["class"]);
        File.WriteAllText(folder["class", "note.jpg"], "no image");
        var error = Assert.Throws<InputException>(() =>
            ImageFormats.Open(new("image_folder", folder.Path, SourceOptions.None)).Read(0)
        );
        Assert.Contains(folder["class", "note.jpg"], error.Message);
    }

    // Tag, and what it is changed to.
    [Theory]
    [InlineData(339, 3, "1 floating-point samples of 8 bits", "which is not read; convert it to RGB of 8 bits")]
    [InlineData(262, 8, "CIELAB", "which is not read")]
    [InlineData(258, 12, "samples of 12 bits", "which is not read")]
    [InlineData(256, 65_535, "65535 x 65535 pixels", "more than the limit")]
    [InlineData(256, 10_000, "not a whole TIFF image", "replace it")]
    public void A_TIFF_image_that_is_not_read_is_refused_by_what_it_is(int tag, ushort value, string what, string then)
    {
        var file = TiffFile(value, tag);
        var error = Assert.Throws<InputException>(() => ImageFile.Decode(file, "x.tif"));
        Assert.Contains(what, error.Message, StringComparison.Ordinal);
        Assert.Contains(then, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_BigTIFF_is_named()
    {
        byte[] file = [.. "II"u8, 43, 0, 8, 0, 0, 0, 16, 0, 0, 0, 0, 0, 0, 0, 0];
        Assert.Contains(
            "'x.tif' is a BigTIFF",
            Assert.Throws<InputException>(() => ImageFile.Decode(file, "x.tif")).Message,
            StringComparison.Ordinal
        );
    }

    // A grey image of 2 x 2 pixels with one tag changed; where the width is, the height is too.
    private static byte[] TiffFile(ushort value, int changed)
    {
        (int Tag, ushort Value)[] tags =
        [
            (256, 2),
            (257, 2),
            (258, 8),
            (259, 1),
            (262, 1),
            (273, 8),
            (277, 1),
            (278, 2),
            (279, 4),
            (339, 1),
        ];
        var entries = tags.SelectMany(entry =>
        {
            var now = entry.Tag == changed || (changed == 256 && entry.Tag is 257 or 278) ? value : entry.Value;
            return (byte[])[(byte)entry.Tag, (byte)(entry.Tag >> 8), 3, 0, 1, 0, 0, 0, (byte)now, (byte)(now >> 8), 0, 0];
        });
        return [.. "II"u8, 42, 0, 12, 0, 0, 0, 10, 20, 30, 40, (byte)tags.Length, 0, .. entries, 0, 0, 0, 0];
    }

    [Fact]
    public void A_small_TIFF_image_is_read() =>
        Assert.Equal([10, 10, 10, 20, 20, 20, 30, 30, 30, 40, 40, 40], ImageFile.Decode(TiffFile(2, 256), "x").Pixels);
}
