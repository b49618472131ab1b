using TransferLens.Report.Text;
using TransferLens.Studies.Findings;

namespace TransferLens.Report.Tests.Text;

public sealed class NumberTextTests
{
    [Theory]
    [InlineData("accuracy", "71.2 %")]
    [InlineData("accuracy difference", "71.2 points")]
    [InlineData("balanced_accuracy", "71.2 %")]
    [InlineData("balanced_accuracy difference", "71.2 points")]
    [InlineData("auc", "0.712")]
    [InlineData("auc difference", "0.712 in mean AUC")]
    [InlineData("nats", "0.712 nats")]
    [InlineData("images", "0.712 images")]
    [InlineData("", "0.712")]
    public void Evidence_has_the_unit_and_the_decimals_of_its_metric(string unit, string text) =>
        Assert.Equal(text, NumberText.WithUnit(new Evidence("x", 0.712, null, null, unit)));
}
