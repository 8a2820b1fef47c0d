using System.Buffers;
using System.Text;
using System.Text.Json;
using ChargePointHub.Model;
using ChargePointHub.Server.Api;
using ChargePointHub.Server.FeedHealth;

namespace ChargePointHub.Server.Notices;

/// <summary>What a notice tells.</summary>
/// <param name="Cause">Slug of the failure kind, or <see cref="BreakJudgement.Stale"/>.</param>
/// <param name="RecoveredAt">Null: it is of the break.</param>
/// <param name="NewestAt">When the newest whole data was asked for; null: there is none.</param>
public sealed record FeedNotice(FeedKey Feed, string Cause, DateTimeOffset BrokenAt, DateTimeOffset? RecoveredAt, DateTimeOffset? NewestAt);

/// <summary>A notice as it is sent: <c>schemas/hub/v1/notice.json</c>.</summary>
public static class NoticeText
{
    public const string Broken = "feed.broken";
    public const string Recovered = "feed.recovered";

    public static string Of(FeedNotice notice)
    {
        var output = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(output, HubJson.WriterOptions))
        {
            json.WriteStartObject();
            json.WriteString("type", notice.RecoveredAt is null ? Broken : Recovered);
            json.WriteInstant("timestamp", notice.RecoveredAt ?? notice.BrokenAt);
            json.WriteStartObject("data");
            json.WriteString("operator_id", notice.Feed.OperatorId);
            json.WriteString("feed_id", notice.Feed.FeedId);
            json.WriteString("dataset", notice.Feed.Dataset.Name);
            json.WriteString("cause", notice.Cause);
            json.WriteInstant("broken_at", notice.BrokenAt);
            json.WriteInstant("recovered_at", notice.RecoveredAt);
            json.WriteInstant("newest_at", notice.NewestAt);
            json.WriteString("sentence", SentenceOf(notice));
            json.WriteString("feed_health", $"/v1/operators/{notice.Feed.OperatorId}/feed-health");
            json.WriteEndObject();
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(output.WrittenSpan);
    }

    private static string SentenceOf(FeedNotice notice) =>
        notice.RecoveredAt is not null ? "Polls come through again; what was missed meanwhile is fetched by itself."
        : notice.Cause == BreakJudgement.Stale ? "No poll has brought everything within the dataset's freshness limit: the operator's API hangs, or is too slow for its cadence and limits."
        : FeedAdvice.OfFailure(notice.Cause);
}
