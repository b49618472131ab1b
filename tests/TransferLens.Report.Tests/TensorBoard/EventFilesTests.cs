using System.Buffers.Binary;
using System.Numerics;
using TransferLens.Report.TensorBoard;
using TransferLens.Tests;

namespace TransferLens.Report.Tests.TensorBoard;

public class EventFilesTests
{
    private static readonly DateTimeOffset Noon = new(2025, 3, 4, 12, 0, 0, 250, TimeSpan.Zero);

    private static readonly TrainingScalars Run = new(
        "cartoon",
        "P-T s1",
        Noon,
        [
            new(0, [KeyValuePair.Create("test/accuracy", 0.5)]),
            new(300, [KeyValuePair.Create("train/loss", 0.25), KeyValuePair.Create("test/accuracy", 0.75)]),
            new(301, []),
        ]
    );

    [Fact]
    public void Each_run_has_a_folder_with_its_name_and_a_file_without_a_host_name()
    {
        using var folder = new TemporaryFolder();
        EventFiles.Write([Run, Run with { Name = "P-T_s1" }, Run with { Target = "../up", Name = ".." }], folder.Path);
        Assert.Equal(
            [
                "tensorboard/_._up/_./events.out.tfevents.1741089600.transferlens",
                "tensorboard/cartoon/P-T_s1-2/events.out.tfevents.1741089600.transferlens",
                "tensorboard/cartoon/P-T_s1/events.out.tfevents.1741089600.transferlens",
            ],
            Directory
                .GetFiles(folder.Path, "*", SearchOption.AllDirectories)
                .Select(file => Path.GetRelativePath(folder.Path, file).Replace('\\', '/'))
                .Order(StringComparer.Ordinal)
        );
    }

    // Encoded by hand from the field numbers in TensorBoard's event.proto and summary.proto.
    [Fact]
    public void A_file_contains_its_version_and_one_event_per_epoch()
    {
        var time = BitConverter.GetBytes(1741089600.25);
        byte[] version = [0x09, .. time, 0x1a, 13, .. "brain.Event:2"u8];
        byte[] first =
        [
            0x09,
            .. time,
            0x10,
            0,
            0x2a,
            22,
            0x0a,
            20,
            0x0a,
            13,
            .. "test/accuracy"u8,
            0x15,
            0,
            0,
            0,
            0x3f,
        ];
        byte[] second =
        [
            0x09,
            .. time,
            0x10,
            0xac,
            0x02,
            0x2a,
            41,
            0x0a,
            17,
            0x0a,
            10,
            .. "train/loss"u8,
            0x15,
            0,
            0,
            0x80,
            0x3e,
            0x0a,
            20,
            0x0a,
            13,
            .. "test/accuracy"u8,
            0x15,
            0,
            0,
            0x40,
            0x3f,
        ];
        Assert.Equal([version, first, second], Records());
    }

    [Fact]
    public void The_checksum_of_a_record_is_the_CRC_32C()
    {
        // Known values: 0xE3069283 for "123456789" (Koopman), 0x8A9136AA for 32 zero bytes (RFC 3720, B.4).
        Assert.Equal(0xE3069283, Crc("123456789"u8));
        Assert.Equal(0x8A9136AA, Crc(new byte[32]));
    }

    // Checks each frame with an independent bitwise CRC.
    private static List<byte[]> Records()
    {
        using var folder = new TemporaryFolder();
        EventFiles.Write([Run], folder.Path);
        var records = new List<byte[]>();
        var bytes = File.ReadAllBytes(Directory.GetFiles(folder.Path, "*", SearchOption.AllDirectories).Single())
            .AsSpan();
        while (!bytes.IsEmpty)
        {
            var length = (int)BinaryPrimitives.ReadUInt64LittleEndian(bytes);
            Assert.Equal(Masked(bytes[..8]), BinaryPrimitives.ReadUInt32LittleEndian(bytes[8..]));
            Assert.Equal(
                Masked(bytes[12..(12 + length)]),
                BinaryPrimitives.ReadUInt32LittleEndian(bytes[(12 + length)..])
            );
            records.Add(bytes[12..(12 + length)].ToArray());
            bytes = bytes[(16 + length)..];
        }

        return records;
    }

    private static uint Masked(ReadOnlySpan<byte> bytes) => BitOperations.RotateLeft(Crc(bytes), 17) + 0xa282ead8;

    private static uint Crc(ReadOnlySpan<byte> bytes)
    {
        var crc = uint.MaxValue;
        foreach (var one in bytes)
        {
            crc ^= one;
            for (var bit = 0; bit < 8; bit++)
            {
                crc = (crc >> 1) ^ ((crc & 1) * 0x82F63B78);
            }
        }

        return ~crc;
    }
}
