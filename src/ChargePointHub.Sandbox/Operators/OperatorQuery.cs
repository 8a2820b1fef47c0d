using System.Buffers.Text;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using ChargePointHub.Model;
using Microsoft.Extensions.Primitives;

namespace ChargePointHub.Sandbox.Operators;

/// <summary>What a loti-v1 list was asked for.</summary>
/// <param name="Axis">Null for lists that have no window.</param>
/// <param name="Window">Null for lists that have no window.</param>
/// <param name="AsOf">The books' state that all pages of this list show.</param>
/// <param name="Position">Records that earlier pages brought.</param>
public sealed record OperatorQuery(WindowAxis? Axis, Window? Window, DateTimeOffset AsOf, int Position, int Limit, string Fingerprint)
{
    public const int DefaultLimit = 1000;

    public const int MostLimit = 10_000;

    /// <summary>Opaque; holds the instant, so that what changes meanwhile is neither lost nor repeated.</summary>
    public string CursorAt(int position)
    {
        var plain = $"{AsOf.UtcTicks}|{Window?.From.UtcTicks}|{Window?.To.UtcTicks}|{position}|{Fingerprint}";
        return Base64Url.EncodeToString(Encoding.UTF8.GetBytes($"{plain}|{Check(plain)}"));
    }

    /// <param name="axes">Parameter prefixes ("", "ended_", "updated_") and the axis each stands for; none: the list has no window.</param>
    /// <param name="earliest">Where a window without a beginning begins.</param>
    public static OperatorQuery? Read(
        IQueryCollection query, IReadOnlyDictionary<string, WindowAxis> axes, DateTimeOffset earliest, DateTimeOffset now, out Problem? problem)
    {
        problem = null;
        string[] known = [.. axes.Keys.SelectMany(p => new[] { p + "from", p + "to" }), "cursor", "limit"];
        foreach (var (name, value) in query)
        {
            if (!known.Contains(name, StringComparer.Ordinal)) problem = new Problem(400, "unknown-parameter", $"There is no parameter \"{name}\"; there are {string.Join(", ", known)}.");
            else if (value.Count != 1) problem = new Problem(400, "repeated-parameter", $"\"{name}\" stands {value.Count} times; give it once.");
        }

        var limit = DefaultLimit;
        if (query.TryGetValue("limit", out var limitText) && (!int.TryParse(limitText, NumberStyles.None, CultureInfo.InvariantCulture, out limit) || limit is < 1 or > MostLimit))
        {
            problem ??= new Problem(400, "limit-out-of-range", $"\"limit\" is a whole number from 1 to {MostLimit}; got \"{limitText}\".");
        }

        var asked = axes.Where(a => query.ContainsKey(a.Key + "from") || query.ContainsKey(a.Key + "to")).ToList();
        if (asked.Count > 1) problem ??= new Problem(400, "several-axes", "Ask by one time only: from/to, ended_from/ended_to or updated_from/updated_to.");
        if (problem is not null) return null;

        var fingerprint = Check(string.Join('&', query.Where(p => p.Key is not ("cursor" or "limit")).OrderBy(p => p.Key, StringComparer.Ordinal).Select(p => $"{p.Key}={p.Value}")));
        WindowAxis? axis = axes.Count == 0 ? null : asked.Count == 1 ? asked[0].Value : axes[""];
        if (query.TryGetValue("cursor", out var cursor)) return FromCursor(cursor, axis, limit, fingerprint, out problem);
        if (axis is null) return new OperatorQuery(null, null, now, 0, limit, fingerprint);

        var prefix = asked.Count == 1 ? asked[0].Key : "";
        var (from, to) = asked.Count == 1 ? (earliest, now) : (now.AddHours(-24), now);
        if (!Bound(query, prefix + "from", ref from, out problem) || !Bound(query, prefix + "to", ref to, out problem)) return null;
        if (Model.Window.Between(from, to) is { } window) return new OperatorQuery(axis, window, now, 0, limit, fingerprint);
        problem = new Problem(400, "window-ends-before-start", $"The window would end at {Instants.Format(to)}, which is not after its start at {Instants.Format(from)}.");
        return null;
    }

    /// <summary>RFC 3339 with Z or an offset; a time without one is no instant.</summary>
    public static bool TryParseInstant(string? text, out DateTimeOffset instant)
    {
        instant = default;
        return text is { Length: >= 17 } && text[10] is 'T' or 't' && (text[^1] is 'Z' or 'z' || text[^6] is '+' or '-')
            && DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out instant);
    }

    private static bool Bound(IQueryCollection query, string name, ref DateTimeOffset bound, out Problem? problem)
    {
        problem = null;
        if (!query.TryGetValue(name, out var text)) return true;
        if (TryParseInstant(text, out var instant))
        {
            bound = instant;
            return true;
        }

        problem = new Problem(400, "not-an-instant", $"\"{name}\" is an instant with Z or an offset, as 2026-11-20T08:00:00Z; got \"{text}\".");
        return false;
    }

    private static OperatorQuery? FromCursor(StringValues cursor, WindowAxis? axis, int limit, string fingerprint, out Problem? problem)
    {
        problem = new Problem(400, "bad-cursor", "This cursor was not made by this list, was changed, or stands with other parameters than on the first page.");
        var bytes = Encoding.UTF8.GetBytes(cursor.ToString());
        if (bytes.Length > 1000 || !Base64Url.IsValid(bytes)) return null;
        var text = Encoding.UTF8.GetString(Base64Url.DecodeFromUtf8(bytes));
        var end = text.LastIndexOf('|');
        if (end < 0 || Check(text[..end]) != text[(end + 1)..]) return null;
        var parts = text.Split('|');
        if (parts.Length != 6 || parts[4] != fingerprint || parts[1].Length > 0 != axis is not null) return null;
        problem = null;
        return new OperatorQuery(
            axis, axis is null ? null : new Window(Ticks(parts[1]), Ticks(parts[2])), Ticks(parts[0]), int.Parse(parts[3], CultureInfo.InvariantCulture), limit, fingerprint);

        static DateTimeOffset Ticks(string part) => new(long.Parse(part, CultureInfo.InvariantCulture), TimeSpan.Zero);
    }

    private static string Check(string text) => Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(text)).AsSpan(0, 6));
}

/// <summary>Why a request was not answered.</summary>
/// <param name="Code">Stable slug.</param>
public sealed record Problem(int Status, string Code, string Detail, int? RetryAfterSeconds = null)
{
    public Task WriteAsync(HttpContext context)
    {
        context.Response.StatusCode = Status;
        if (RetryAfterSeconds is { } seconds) context.Response.Headers.RetryAfter = seconds.ToString(CultureInfo.InvariantCulture);
        var title = string.Concat(Code[..1].ToUpperInvariant(), Code[1..].Replace('-', ' '));
        return context.Response.WriteAsJsonAsync(
            new { type = $"https://operator.example/errors/{Code}", title, status = Status, code = Code, detail = Detail },
            options: null,
            contentType: "application/problem+json",
            cancellationToken: context.RequestAborted);
    }
}
