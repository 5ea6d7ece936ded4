using ChainRule.Formats;

namespace ChainRule.Reports;

/// <summary>Tensors as pictures.</summary>
internal static class TensorPicture
{
    /// <summary>Whether a sample of this shape can be shown.</summary>
    public static bool IsPicture(Shape shape) =>
        shape.Count > 0 && (shape.Rank == 2 || (shape.Rank == 3 && shape[0] is 1 or 3));

    /// <summary>A picture whose smallest number is black and whose largest white; NaN is black.</summary>
    /// <exception cref="ShapeException">The shape is not that of a picture.</exception>
    public static PngImage Of(Tensor tensor)
    {
        ArgumentNullException.ThrowIfNull(tensor);
        if (!IsPicture(tensor.Shape))
            throw new ShapeException(
                $"PictureGrid: the picture is {tensor.Shape}; expected [H, W], [1, H, W] or [3, H, W].", tensor.Shape);
        double[] values = tensor.ToDoubles();
        int channels = tensor.Rank == 2 ? 1 : tensor.Shape[0], height = tensor.Shape[^2], width = tensor.Shape[^1];
        var finite = values.Where(double.IsFinite).DefaultIfEmpty(0);
        double low = finite.Min(), range = finite.Max() - low;
        byte[] pixels = new byte[values.Length];
        for (int c = 0; c < channels; c++)
        {
            for (int i = 0; i < height * width; i++)
            {
                double share = range > 0 ? (values[c * height * width + i] - low) / range : 0;
                pixels[i * channels + c] =
                    double.IsNaN(share) ? (byte)0 : (byte)Math.Round(255 * Math.Clamp(share, 0, 1));
            }
        }
        return new PngImage(width, height, channels, pixels);
    }
}
