using System.Text.Json;
using System.Text.Json.Serialization;

namespace TransferLens.Analyses.Interpolation;

/// <summary>
/// Writes a number that is not finite as null and reads null as NaN. Far from every model a loss can overflow.
/// </summary>
internal sealed class NullWhenUndefined : JsonConverter<double>
{
    public override bool HandleNull => true;

    public override double Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.TokenType == JsonTokenType.Null ? double.NaN : reader.GetDouble();

    public override void Write(Utf8JsonWriter writer, double value, JsonSerializerOptions options)
    {
        if (double.IsFinite(value))
        {
            writer.WriteNumberValue(value);
        }
        else
        {
            writer.WriteNullValue();
        }
    }
}
