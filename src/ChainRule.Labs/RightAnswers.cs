namespace ChainRule.Labs;

/// <summary>Share of the test pictures that a model takes for what they are.</summary>
internal static class RightAnswers
{
    public static double Share(Layer model, LabPictures pictures)
    {
        using NoGrad.Scope none = NoGrad.Begin();
        Accuracy right = new();
        foreach (Batch batch in new DataLoader(
            pictures.Test, Math.Min(500, pictures.Test.Count), transforms: pictures.Rows))
        {
            using Step step = Step.Begin();
            right.Add(model.Forward(batch.Input), batch.Target);
        }
        return right.Value;
    }
}
