namespace ChargePointHub.Server.Api.Problems;

/// <summary>The id under which a request is found again: the caller's own <c>X-Request-Id</c> where it is a plain word, else a new one.</summary>
internal static class RequestIds
{
    public const string Header = "X-Request-Id";

    private const int Longest = 100;

    public static string New() => Guid.CreateVersion7().ToString("N");

    public static string Of(HttpContext context)
    {
        if (context.Items.TryGetValue(Header, out var known)) return (string)known!;
        var given = context.Request.Headers[Header];
        var id = given is [{ Length: > 0 and <= Longest } word] && word.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.')
            ? word
            : New();
        context.Items[Header] = id;
        return id;
    }
}
