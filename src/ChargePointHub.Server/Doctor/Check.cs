using System.Text.Json.Serialization;

namespace ChargePointHub.Server.Doctor;

/// <summary>What looking came to.</summary>
public enum CheckOutcome
{
    [JsonStringEnumMemberName("ok")] Ok,

    /// <summary>It works, and will not for ever or not as meant.</summary>
    [JsonStringEnumMemberName("warning")] Warning,
    [JsonStringEnumMemberName("failed")] Failed,

    /// <summary>Something that it needs was not there, or it was left out.</summary>
    [JsonStringEnumMemberName("not checked")] NotChecked,
}

/// <summary>One thing that was looked at.</summary>
/// <param name="Subject">What, in a word or two.</param>
/// <param name="Sentence">What was found.</param>
/// <param name="Remedy">What to do; null where there is nothing to do.</param>
public sealed record Check(string Subject, CheckOutcome Outcome, string Sentence, string? Remedy = null)
{
    public static Check Ok(string subject, string sentence) => new(subject, CheckOutcome.Ok, sentence);

    public static Check Warning(string subject, string sentence, string remedy) => new(subject, CheckOutcome.Warning, sentence, remedy);

    public static Check Failed(string subject, string sentence, string remedy) => new(subject, CheckOutcome.Failed, sentence, remedy);

    public static Check NotChecked(string subject, string sentence) => new(subject, CheckOutcome.NotChecked, sentence);
}
