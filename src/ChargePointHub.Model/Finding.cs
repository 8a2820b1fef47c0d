using System.Text.Json.Serialization;

namespace ChargePointHub.Model;

/// <summary>How much a finding matters: an error refuses the record, a warning is kept and told, info is told.</summary>
public enum Severity
{
    [JsonStringEnumMemberName("info")] Info,
    [JsonStringEnumMemberName("warning")] Warning,
    [JsonStringEnumMemberName("error")] Error,
}

/// <summary>
/// Something about a record that was missing, wrong or changed on the way in. Kept beside the record's accepted version,
/// or with the refused record in quarantine.
/// </summary>
/// <param name="Rule">Stable slug of the rule that was broken, e.g. <c>power-unit-suspected-kw</c>.</param>
/// <param name="Severity">Error refuses the record; anything less keeps it.</param>
/// <param name="Pointer">JSON Pointer (RFC 6901) into the operator's record as it was sent.</param>
/// <param name="Value">What stood there, at most 200 characters; of what looks personal its form alone, <c>x</c> for letters and <c>9</c> for digits. Null when nothing stood there.</param>
/// <param name="Message">What was wrong and what was made of it, for the operator's engineer.</param>
public sealed record Finding(string Rule, Severity Severity, string Pointer, string? Value, string Message)
{
    /// <summary>Longest <see cref="Value"/> that is kept, in characters.</summary>
    public const int LongestValue = 200;
}
