using TransferLens.Analyses.Mistakes;
using TransferLens.Vision.Evaluation;
using TransferLens.Vision.Images;
using static TorchSharp.torch;

namespace TransferLens.Analyses.Tests.Mistakes;

public sealed class MistakeGalleryTests
{
    // Six images of three classes; each row has the logits of the predictions.
    private static readonly int[] Truth = [0, 0, 1, 1, 2, 2];
    private static readonly EvaluationResult First = Predicting([1, 2, 1, 0, 2, 0], 2);
    private static readonly EvaluationResult Second = Predicting([0, 1, 2, 0, 2, 2], 3);

    [Fact]
    public void Mistakes_are_grouped_by_who_makes_them_and_the_most_confident_come_first()
    {
        using var images = Images(Truth);
        var shown = MistakeGallery.Create(First, Second, images, 2);
        Assert.Equal(
            [
                ("0", Incorrect.First),
                ("5", Incorrect.First),
                ("2", Incorrect.Second),
                ("1", Incorrect.Both),
                ("3", Incorrect.Both),
            ],
            shown.Images.Select(image => (image.Name, image.Incorrect))
        );
        Assert.Equal(("class 0", "class 1", "class 0"), Words(shown.Images[0]));
        Assert.Equal(Math.Exp(2) / (Math.Exp(2) + 2), shown.Images[0].Confidence!.Value, 1e-6);
        // Of two mistakes, the more confident one is the second's.
        Assert.Equal(Math.Exp(3) / (Math.Exp(3) + 2), shown.Images[3].Confidence!.Value, 1e-6);

        static (string, string, string) Words(MistakeImage image) =>
            (image.Class, image.First.Answer, image.Second.Answer);
    }

    [Fact]
    public void Every_image_is_counted_once_for_each_model()
    {
        using var images = Images(Truth);
        var shown = MistakeGallery.Create(First, Second, images, 0);
        Assert.Empty(shown.Images);
        Assert.Equal(6, shown.Confusions.Sum(one => one.First));
        Assert.Equal(6, shown.Confusions.Sum(one => one.Second));
        Assert.Contains(new Confusion(0, 1, 1, 1), shown.Confusions);
        Assert.Contains(new Confusion(2, 2, 1, 2), shown.Confusions);
    }

    [Fact]
    public void Large_images_are_JPEG_files_and_small_ones_PNG_files_of_their_own_size()
    {
        using var small = Images(Truth);
        using var large = Images(Truth, 300);
        var (wrong, right) = (Predicting([1, 1, 1, 1, 1, 1], 2), Predicting(Truth, 2));
        Assert.Equal<byte>([0x89, 0x50], MistakeGallery.Create(wrong, right, small, 1).Images[0].Image[..2]);
        var jpeg = MistakeGallery.Create(wrong, right, large, 1).Images[0].Image;
        Assert.Equal<byte>([0xFF, 0xD8], jpeg[..2]);
        using var decoded = SkiaSharp.SKBitmap.Decode(jpeg);
        Assert.Equal(224, decoded.Width);
    }

    private static EvaluationResult Predicting(int[] answers, float logit) =>
        new(
            0,
            0,
            answers.Length,
            [.. answers.SelectMany(answer => Enumerable.Range(0, 3).Select(c => c == answer ? logit : 0f))],
            3
        );

    private static ImageSet Images(int[] labels, int size = 4)
    {
        using var images = zeros([labels.Length, 3, size, size], ScalarType.Byte);
        return ImageSet.InMemory(images, ["class 0", "class 1", "class 2"], [.. labels]);
    }
}
