using System.Text.RegularExpressions;

namespace ChargePointHub.Feeds.Protocols.Values;

/// <summary>The eMI3 form of an EVSE id, with or without separators. An asterisk after the E, as some operators write it, is allowed.</summary>
internal static class EvseId
{
    private static readonly Regex Form = new(
        @"\A[A-Z]{2}\*?[A-Z0-9]{3}\*?E[A-Z0-9*]{1,40}\z", RegexOptions.NonBacktracking | RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);

    public static bool IsWellFormed(string id) => Form.IsMatch(id);
}
