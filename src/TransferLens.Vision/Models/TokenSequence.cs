namespace TransferLens.Vision.Models;

/// <summary>
/// The tokens of a module's output (n, tokens, features), in this order: the class token, the registers, the patches.
/// </summary>
/// <param name="HasClassToken">Whether there is a class token.</param>
/// <param name="Registers">Number of register tokens (Darcet et al. 2024), at least 0.</param>
public sealed record TokenSequence(bool HasClassToken, int Registers = 0)
{
    /// <summary>Number of tokens before the patches.</summary>
    public int Prefix => (HasClassToken ? 1 : 0) + Registers;
}
