using System.Text.RegularExpressions;

namespace ChargePointHub.Feeds.Registry;

/// <summary>What a reference led to. A closed union: <see cref="Secret"/> or <see cref="SecretMissing"/>.</summary>
public abstract record SecretResult
{
    private protected SecretResult()
    {
    }
}

/// <summary>A secret in use. Its text never shows in logs, messages or a debugger's summary.</summary>
public sealed record Secret(string Value) : SecretResult
{
    public override string ToString() => "***";
}

/// <param name="Detail">One sentence: what the reference is and why it led to nothing.</param>
public sealed record SecretMissing(string Detail) : SecretResult;

/// <summary>Secrets are kept outside the operator files, which refer to them as <c>env:NAME</c> or <c>file:PATH</c>.</summary>
public static partial class Secrets
{
    private const int LargestFile = 64 * 1024;

    public static bool IsReference(string text) => Reference().IsMatch(text);

    /// <summary>Read anew each time, so that a rotated secret is taken up. White space at the end is cut off.</summary>
    /// <param name="what">What the operator file calls it.</param>
    public static SecretResult Resolve(string reference, string what = "credential")
    {
        if (!IsReference(reference)) return new SecretMissing($"The {what} is no reference of the form env:NAME or file:PATH.");
        var (kind, place) = (reference[..reference.IndexOf(':', StringComparison.Ordinal)], reference[(reference.IndexOf(':', StringComparison.Ordinal) + 1)..]);
        string? text;
        try
        {
            text = kind == "env" ? Environment.GetEnvironmentVariable(place)
                : new FileInfo(place).Length > LargestFile ? null
                : File.ReadAllText(place);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return new SecretMissing($"The {what} {reference} cannot be read ({e.GetType().Name}).");
        }

        var value = text?.TrimEnd();
        if (string.IsNullOrEmpty(value)) return new SecretMissing($"The {what} {reference} is not set, is empty, or is far too long.");
        return value.Any(char.IsControl)
            ? new SecretMissing($"The {what} {reference} holds line breaks or control characters; it must be one line.")
            : new Secret(value);
    }

    /// <summary>The same reference with a relative path made absolute.</summary>
    public static string Resolved(string reference, string directory) =>
        reference.StartsWith("file:", StringComparison.Ordinal) ? $"file:{Path.GetFullPath(reference["file:".Length..], directory)}" : reference;

    [GeneratedRegex(@"^(env:[A-Za-z_][A-Za-z0-9_]*|file:[^\x00-\x1F]+)\z", RegexOptions.NonBacktracking)]
    private static partial Regex Reference();
}
