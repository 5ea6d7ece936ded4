namespace ChainRule.Tests.Errors;

/// <summary>
/// The whole text of an error, asserted. Every exception type of ChainRule has at least one such snapshot somewhere in
/// the tests; <c>Contracts.ErrorTests</c> looks for them.
/// </summary>
internal static class ErrorSnapshot
{
    /// <summary>Runs an action that must throw exactly <typeparamref name="T"/> with exactly this message.</summary>
    /// <param name="expectedText">The message, its lines separated by line feeds.</param>
    /// <param name="action">What must fail.</param>
    /// <returns>The exception, for its data.</returns>
    public static T Throws<T>(string expectedText, Action action)
        where T : Exception => Check(expectedText, Assert.Throws<T>(action));

    /// <summary>The same for work that is awaited.</summary>
    public static async Task<T> ThrowsAsync<T>(string expectedText, Func<Task> action)
        where T : Exception => Check(expectedText, await Assert.ThrowsAsync<T>(action));

    private static T Check<T>(string expectedText, T thrown)
        where T : Exception
    {
        // The whole of both, since a text of several lines is compared by eye.
        string expected = expectedText.ReplaceLineEndings("\n"), actual = thrown.Message.ReplaceLineEndings("\n");
        if (actual != expected) Assert.Fail($"{typeof(T).Name} says\n{actual}\nand the test expects\n{expected}");
        return thrown;
    }
}
