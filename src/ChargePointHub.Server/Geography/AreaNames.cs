using System.Collections.Frozen;

namespace ChargePointHub.Server.Geography;

/// <summary>Areas of one kind by code and by name, as people write them in queries. Names of wards are not unique: Barnet and Camden may both have one.</summary>
public sealed class AreaNames
{
    public static readonly AreaNames None = new([]);

    private readonly FrozenSet<string> codes;
    private readonly FrozenDictionary<string, string[]> codesBySlug;

    public AreaNames(IReadOnlyList<Area> areas)
    {
        Codes = [.. areas.Select(a => a.Gss)];
        codes = Codes.ToFrozenSet(StringComparer.Ordinal);
        codesBySlug = areas.GroupBy(a => Slug(a.Name)).ToFrozenDictionary(g => g.Key, g => g.Select(a => a.Gss).ToArray(), StringComparer.Ordinal);
        Words = [.. codesBySlug.Keys, .. Codes];
    }

    /// <summary>Every code, ascending; empty: no such areas are loaded.</summary>
    public IReadOnlyList<string> Codes { get; }

    /// <summary>Every name as it is used in queries, and every code, in no order.</summary>
    public IEnumerable<string> Words { get; }

    /// <summary>Codes of the areas that a code or a name names, in any case: none, one, or as many as share the name.</summary>
    public IReadOnlyList<string> CodesOf(string text)
    {
        var upper = text.Trim().ToUpperInvariant();
        return codes.Contains(upper) ? [upper] : codesBySlug.GetValueOrDefault(Slug(text)) ?? [];
    }

    /// <summary>Names as they are used in queries: <c>tower-hamlets</c>.</summary>
    public static string Slug(string name) => name.Trim().ToLowerInvariant().Replace(' ', '-').Replace('_', '-');
}
