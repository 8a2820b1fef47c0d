using System.Text.RegularExpressions;
using ChargePointHub.Feeds.Fetching;
using ChargePointHub.Feeds.Notices;
using ChargePointHub.Model;

namespace ChargePointHub.Server.FeedHealth;

/// <summary>
/// What readers of the API learn of a failure: nothing of inner addresses, hosts and files, which stand in the hub's log and in
/// <c>feeds status</c>. Of answers that came, what was wrong with them; of ways and credentials, the sentence of their kind.
/// </summary>
public static partial class ToldFailure
{
    private const string Api = "the operator's API";

    /// <param name="failure">Slug of a <see cref="FailureKind"/>; null: nothing failed.</param>
    /// <param name="detail">As the run log keeps it.</param>
    public static string? Of(string? failure, string? detail) => failure is null ? null
        : detail is not null && Words<FailureKind>.Parse(failure) is { } kind && IsOfTheAnswer(kind) ? Capital(Address().Replace(detail, Api))
        : FeedAdvice.OfFailure(failure);

    /// <param name="failure">Slug of a <see cref="NoticeFailureKind"/>; null: nothing failed.</param>
    public static string? OfNotice(string? failure) => failure is null ? null : Words<NoticeFailureKind>.Parse(failure) switch
    {
        NoticeFailureKind.Unreachable => "It was not reached, or broke the connection before it answered.",
        NoticeFailureKind.TimedOut => "It did not answer in time.",
        NoticeFailureKind.TlsRefused => "Its TLS is refused: it must show a valid certificate for its host, by TLS 1.2 or 1.3.",
        NoticeFailureKind.AddressRefused => "Its address leads where the hub must not go.",
        NoticeFailureKind.Redirected => "It answers with a redirect, and none is followed.",
        NoticeFailureKind.UnexpectedStatus => "It answers with a status that is none from 200 to 299.",
        NoticeFailureKind.Gone => "It answered 410, which says that it wants the notice no more.",
        NoticeFailureKind.SecretUnusable => "The secret that signs notices to it is not there, or is none.",
        NoticeFailureKind.BacklogFull => "So many wait for it that the oldest are given up.",
        NoticeFailureKind.TooOld => "It could not be delivered for days.",
        _ => "This version of the hub has no words for how it failed.",
    };

    /// <summary>A notice that failed so is not sent again.</summary>
    public static bool IsGivenUp(string? failure) =>
        Words<NoticeFailureKind>.Parse(failure) is NoticeFailureKind.Gone or NoticeFailureKind.BacklogFull or NoticeFailureKind.TooOld;

    private static bool IsOfTheAnswer(FailureKind kind) => kind is FailureKind.Unauthorised or FailureKind.Forbidden or FailureKind.Throttled or FailureKind.ServerError
        or FailureKind.UnexpectedStatus or FailureKind.TimedOut or FailureKind.TooLarge or FailureKind.NotJson or FailureKind.Truncated or FailureKind.ProtocolError
        or FailureKind.LoopDetected;

    private static string Capital(string sentence) => sentence.StartsWith(Api, StringComparison.Ordinal) ? $"The{sentence["the".Length..]}" : sentence;

    /// <summary>Addresses with what belongs to them, and bare IP addresses; not the mark that ends a sentence or part of one.</summary>
    [GeneratedRegex(@"https?://[^\s""']*[^\s""'.,;:)]|\b\d{1,3}(\.\d{1,3}){3}(:\d+)?\b|\[[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*\](:\d+)?", RegexOptions.NonBacktracking)]
    private static partial Regex Address();
}
