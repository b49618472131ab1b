using System.Collections.Immutable;
using System.Security.Cryptography;
using TransferLens.Studies.Settings;
using TransferLens.Tests;
using TransferLens.Vision.Decoding;
using TransferLens.Vision.Images;

namespace TransferLens.Vision.Tests.Decoding;

public class ResizeTests
{
    private sealed record One(DecodedImage Image) : IImageSource
    {
        public ImmutableArray<string> Classes => ["only"];

        public ImageLabels Labels => ImageLabels.SingleLabel([0]);

        public ImmutableArray<string> Names => ["0"];

        public string Digest => "one";

        public DecodedImage Read(int index) => Image;
    }

    // Pillow's bytes from tests/reference/resize.py.
    [Theory]
    [InlineData(5, 7, 16, 16, Interpolation.Bilinear,
        "ab868dd9e0cbc82a397d14910f5e3615c8afc75130e56ca8457ba1a8d8a26690")]
    [InlineData(28, 28, 32, 32, Interpolation.Bilinear,
        "e523aea1d8754461dc02925a9679c5bd26bdeb40d64d8a349d46886d5a7fac12")]
    [InlineData(32, 32, 32, 32, Interpolation.Bilinear,
        "50e86b2083fba89d6a09c3999228600f15fc356a4bd35420fb5f557dcbf95788")]
    [InlineData(33, 61, 20, 16, Interpolation.Bilinear,
        "0086a41973a3a29d01f4531a3c787b9e450fd6e3cd3f990841849edc0449623c")]
    [InlineData(61, 33, 20, 16, Interpolation.Bilinear,
        "3e4c0f8f863a08ecaebc6335dff18a523a70f7622d149437cb5862c1c88d4e5f")]
    [InlineData(64, 48, 32, 32, Interpolation.Bilinear,
        "c8a191acd62d954874b7f8ea525bbe443ea8c8c7382cf61b9912990aa773d36d")]
    [InlineData(100, 37, 24, 21, Interpolation.Bilinear,
        "ab27d63c903bac5a91869b9fea5e05dfaebb614b0466ea5c6ef464cd0fcbd2fd")]
    [InlineData(3, 200, 8, 8, Interpolation.Bilinear,
        "4a813999a57af54fc2b0aa9378bbe0771dba7080587a35a75142a8f872e7c7a9")]
    [InlineData(40, 41, 40, 33, Interpolation.Bilinear,
        "982b005d631fc5c36871def765e1b75d1dd958b356b1de4d272dd47cbda8a657")]
    [InlineData(250, 187, 64, 56, Interpolation.Bilinear,
        "14c2ca4638080c2825f9f4f10633fca6d40bef8a8a0a8794c17a464e3b2efa04")]
    [InlineData(5, 7, 16, 16, Interpolation.Bicubic,
        "998c36feab2b33a3e1471ad70420224f6506c06baa25e6febfa0be8ae2069ec2")]
    [InlineData(28, 28, 32, 32, Interpolation.Bicubic,
        "b1c40e27e31d6e8308206a456da26b9ce64c6666c78e7860d369b64a0cfe046f")]
    [InlineData(32, 32, 32, 32, Interpolation.Bicubic,
        "50e86b2083fba89d6a09c3999228600f15fc356a4bd35420fb5f557dcbf95788")]
    [InlineData(33, 61, 20, 16, Interpolation.Bicubic,
        "4b57310054b581e0c93adfce0e233063f577f19d9b0c23feafdb9706620d44bd")]
    [InlineData(61, 33, 20, 16, Interpolation.Bicubic,
        "8396802697837daecf85fe96f617d764780337812342231cd4c1944136b635a2")]
    [InlineData(64, 48, 32, 32, Interpolation.Bicubic,
        "48537011fffa344ce84adc662704e36559f7a932b2ad2b901ab355d5c1224c9e")]
    [InlineData(100, 37, 24, 21, Interpolation.Bicubic,
        "b0832ec17491b8ab2d494b0002d82196d26ae0e87eae61687ca78e8c5668873d")]
    [InlineData(3, 200, 8, 8, Interpolation.Bicubic,
        "1a9b88b315c39135eab69cf4995211e7da8b74bafbc61244fd9b99dc2f38ed39")]
    [InlineData(40, 41, 40, 33, Interpolation.Bicubic,
        "982b005d631fc5c36871def765e1b75d1dd958b356b1de4d272dd47cbda8a657")]
    [InlineData(250, 187, 64, 56, Interpolation.Bicubic,
        "e26e467fd42cf2092fcf54216f4e7a6a8f47f9f1703db13b8c459fa9e63a24f6")]
    public void A_resized_image_equals_Pillows_bit_for_bit(int width, int height, int resize, int size, Interpolation filter, string sha256) =>
        Check(new(size, resize, Normalization.None) { Interpolation = filter }, width, height, sha256);

    // As above, after Resize((n, n)).
    [Theory]
    [InlineData(5, 7, 16, 16, Interpolation.Bilinear,
        "2991ed1aa7283d06a81e59a232e1685921db6d1ae92f1baa1e73d3cc32af73bb")]
    [InlineData(28, 28, 32, 32, Interpolation.Bilinear,
        "e523aea1d8754461dc02925a9679c5bd26bdeb40d64d8a349d46886d5a7fac12")]
    [InlineData(32, 32, 32, 32, Interpolation.Bilinear,
        "50e86b2083fba89d6a09c3999228600f15fc356a4bd35420fb5f557dcbf95788")]
    [InlineData(33, 61, 20, 16, Interpolation.Bilinear,
        "a0bd2699d4dd19abade854ce30eaeb72fba81ac02b00bfebdb131cb245198f8e")]
    [InlineData(61, 33, 20, 16, Interpolation.Bilinear,
        "4c161462d59538ed431858ca19a7eacf08944fde580da96fe37ddbaf5445c2ec")]
    [InlineData(64, 48, 32, 32, Interpolation.Bilinear,
        "5f85428524e288afc622261dee916bc07f8b4138b08c1f614f0a6cda43526d25")]
    [InlineData(100, 37, 24, 21, Interpolation.Bilinear,
        "184c54b224f16e2aa343615bcc39c13ebafa8da5664e0af0131847e9241f5fcd")]
    [InlineData(3, 200, 8, 8, Interpolation.Bilinear,
        "139496a2739bd604344770759f770c3d8834872acd403018bd5c53ad84ff25cc")]
    [InlineData(40, 41, 40, 33, Interpolation.Bilinear,
        "52f98a0e2d19197d225253418a72108bd6bfcdc0dcdddae1e4ca890591608a3e")]
    [InlineData(250, 187, 64, 56, Interpolation.Bilinear,
        "811b9793104e1a9e319feafedc8b855e6b020a77b45ca7999cf79b85480c8f37")]
    [InlineData(5, 7, 16, 16, Interpolation.Bicubic,
        "f4f87bb1f05bf3afaa5ae54db150d51ad39668ab959680d29883fd4684f01665")]
    [InlineData(28, 28, 32, 32, Interpolation.Bicubic,
        "b1c40e27e31d6e8308206a456da26b9ce64c6666c78e7860d369b64a0cfe046f")]
    [InlineData(32, 32, 32, 32, Interpolation.Bicubic,
        "50e86b2083fba89d6a09c3999228600f15fc356a4bd35420fb5f557dcbf95788")]
    [InlineData(33, 61, 20, 16, Interpolation.Bicubic,
        "5df5833e7433a5f8ecefaa171e30e494107925fc2dd0130657ad777fb6383aea")]
    [InlineData(61, 33, 20, 16, Interpolation.Bicubic,
        "e3142101f051433271ac7d7663b9d841f7fe262884de7886d25d6c0a03bf8422")]
    [InlineData(64, 48, 32, 32, Interpolation.Bicubic,
        "e494c7e2939a0df9f675a3370095553f607701a30ca92fda0cf54f38c54d4af9")]
    [InlineData(100, 37, 24, 21, Interpolation.Bicubic,
        "4ce92ac5a5a0f4cc2e78936c266f5530e9afd2c731742c309ec8f021ea9eadec")]
    [InlineData(3, 200, 8, 8, Interpolation.Bicubic,
        "1656cba746791cf933804546a192b24ebb99ed1ae28ff8766c57835138f7cbbf")]
    [InlineData(40, 41, 40, 33, Interpolation.Bicubic,
        "fc3fc20ebcf601eaf59fd6e3d0e377c12bbaa620e762ce17376e91031905670b")]
    [InlineData(250, 187, 64, 56, Interpolation.Bicubic,
        "d7a05a06ff941a59489e5202194a6708bd2e7b63b1549dc15503d317be15e6fa")]
    public void A_squashed_image_equals_Pillows_bit_for_bit(int width, int height, int resize, int size, Interpolation filter, string sha256) =>
        Check(
            new(size, resize, Normalization.None) { Interpolation = filter, ResizeMode = ResizeMode.Squash },
            width,
            height,
            sha256
        );

    private static void Check(ImageSettings settings, int width, int height, string sha256)
    {
        var pixels = new byte[height * width * 3];
        for (var i = 0; i < pixels.Length; i++)
        {
            var (y, x, c) = (i / 3 / width, i / 3 % width, i % 3);
            pixels[i] = (byte)((x * 37) + (y * 101) + (c * 59) + (x * y * 7) + (x * x * 3));
        }

        using var folder = new TemporaryFolder();
        ImageCache.Build(
            new One(new(width, height, pixels)),
            settings,
            folder.Path,
            false,
            null,
            TestContext.Current.CancellationToken
        );
        Assert.Equal(sha256, Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(folder["images.bin"]))));
    }
}
