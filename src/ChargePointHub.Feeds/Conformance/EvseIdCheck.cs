using System.Text.RegularExpressions;

namespace ChargePointHub.Feeds.Conformance;

/// <summary>
/// Whether an EVSE id has the eMI3 form, with or without separators, and whose it is. An asterisk after the E, as some operators write it,
/// is allowed. Pure.
/// </summary>
public static class EvseIdCheck
{
    private static readonly Regex Form = new(
        @"\A([A-Z]{2})\*?([A-Z0-9]{3})\*?E[A-Z0-9*]{1,40}\z", RegexOptions.NonBacktracking | RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);

    /// <param name="partyIds">The operator's own, <c>GB*LMP</c>; empty: not stated, and any is right.</param>
    public static void Judge(string? evseId, IReadOnlyList<string> partyIds, string pointer, Findings findings)
    {
        if (evseId is null) return;
        var isWellFormed = partyIds.Count == 0 ? Form.IsMatch(evseId) : PartyOf(evseId) is not null;
        if (!isWellFormed) findings.Add(ChargePointRules.EvseIdMalformed, pointer, evseId);
        else if (partyIds.Count > 0 && !partyIds.Contains(PartyOf(evseId))) findings.Add(ChargePointRules.PartyNotTheOperators, pointer, evseId);
    }

    private static string? PartyOf(string evseId) =>
        Form.Match(evseId) is { Success: true } match ? $"{match.Groups[1].Value}*{match.Groups[2].Value}".ToUpperInvariant() : null;
}
