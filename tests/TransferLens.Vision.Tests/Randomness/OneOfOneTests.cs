using TransferLens.Vision.Randomness;

namespace TransferLens.Vision.Tests.Randomness;

public class OneOfOneTests
{
    // A bootstrap of a single image draws from one image. NumPy draws no number for it.
    [Fact]
    public void A_draw_from_one_is_at_once_that_one()
    {
        var (drawn, other) = (new NumpyRandom(3), new NumpyRandom(3));
        Assert.Equal(0, drawn.Below(1));
        Assert.Equal(other.Uniform(), drawn.Uniform());
    }
}
