namespace ChainRule.Data;

/// <summary>A transform that can be undone: to show whitened pictures, say, or numbers in their own units.</summary>
public interface IInvertible
{
    /// <summary>Brings inputs back from what the transform made of them.</summary>
    /// <param name="output"><c>[N, ...]</c> as the transform gives them; left as they are.</param>
    /// <returns><c>[N, ...]</c> floating point: the inputs, but for rounding and for what was left out.</returns>
    Tensor Invert(Tensor output);
}
