using System.Globalization;
using System.Text.Json;
using ChargePointHub.Model;
using ChargePointHub.Server.FeedHealth;
using ChargePointHub.Store;
using ChargePointHub.Store.Queries;

namespace ChargePointHub.Server.Api.Operators;

/// <summary>The facts of feed health as they are served.</summary>
internal static class FeedHealthJson
{
    /// <param name="scope">Who reads: causes and limits are for those who hold the quality of the operator's feeds, findings for those who hold the records too.</param>
    public static void Write(Utf8JsonWriter json, FeedHealthFacts facts, Scope scope)
    {
        var isRestricted = scope.ReadsQuality(facts.OperatorId);
        json.WriteStartObject();
        json.WriteString("operator_id", facts.OperatorId);
        json.WriteString("state", Words<FeedStanding>.Of(facts.Standing));
        if (isRestricted) WriteAdvice(json, FeedAdvice.Of(facts));
        json.WriteStartArray("datasets");
        foreach (var dataset in facts.Datasets)
        {
            json.WriteStartObject();
            WriteOpen(json, dataset, facts.Now);
            if (isRestricted) WriteRestricted(json, dataset);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        if (isRestricted) WriteFeeds(json, facts);
        json.WriteEndObject();
    }

    private static void WriteAdvice(Utf8JsonWriter json, IReadOnlyList<Advice> advice)
    {
        json.WriteStartArray("to_do");
        foreach (var one in advice)
        {
            json.WriteStartObject();
            json.WriteString("matter", Words<AdviceMatter>.Of(one.Matter));
            json.WriteString("feed_id", one.FeedId);
            json.WriteString("dataset", one.Dataset?.Name);
            json.WriteString("sentence", one.Sentence);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void WriteOpen(Utf8JsonWriter json, DatasetHealth dataset, DateTimeOffset now)
    {
        json.WriteString("dataset", dataset.Plan.Dataset.Name);
        json.WriteString("feed_id", dataset.Plan.FeedId);
        json.WriteString("state", Words<FeedStanding>.Of(dataset.Standing));
        json.WriteInstant("last_success_at", dataset.Activity.LastSuccessAt);
        json.WriteStartObject("freshness");
        json.WriteInstant("newest_at", dataset.NewestAt);
        if (dataset.NewestAt is { } newest) json.WriteNumber("age_seconds", (long)(now - newest).TotalSeconds);
        else json.WriteNull("age_seconds");
        json.WriteNumber("limit_seconds", (long)dataset.Plan.Freshness.TotalSeconds);
        json.WriteEndObject();
        json.WriteStartArray("days");
        foreach (var day in dataset.Days)
        {
            json.WriteStartObject();
            json.WriteString("day", day.Day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture));
            json.WriteNumber("hours", day.Hours);
            if (day.CoveredPercent is { } percent) json.WriteNumber("covered_percent", percent);
            else json.WriteNull("covered_percent");
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void WriteRestricted(Utf8JsonWriter json, DatasetHealth dataset)
    {
        json.WriteInstant("last_attempt_at", dataset.Activity.LastAttemptAt);
        json.WriteString("failure", dataset.Activity.Failure);
        json.WriteString("detail", ToldFailure.Of(dataset.Activity.Failure, dataset.Activity.Detail));
        json.WriteInstant("broken_at", dataset.BrokenAt);
        json.WriteStartArray("failures");
        foreach (var count in dataset.Failures)
        {
            json.WriteStartObject();
            json.WriteString("failure", count.Failure);
            json.WriteNumber("last_24_hours", count.LastDay);
            json.WriteNumber("last_7_days", count.LastWeek);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteStartArray("findings");
        foreach (var found in dataset.Findings)
        {
            json.WriteStartObject();
            json.WriteString("rule", found.Rule);
            json.WriteString("severity", found.Severity);
            json.WriteNumber("count", found.Count);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteStartObject("quarantine");
        json.WriteNumber("refused", dataset.Quarantine.Refused);
        json.WriteNumber("waiting", dataset.Quarantine.Waiting);
        json.WriteEndObject();
    }

    private static void WriteFeeds(Utf8JsonWriter json, FeedHealthFacts facts)
    {
        json.WriteStartArray("feeds");
        foreach (var feed in facts.Feeds)
        {
            json.WriteStartObject();
            json.WriteString("feed_id", feed.FeedId);
            json.WriteBoolean("active", feed.IsActive);
            WriteTls(json, feed, facts.Now);
            json.WriteStartArray("limits");
            foreach (var (limit, used) in feed.Limits)
            {
                json.WriteStartObject();
                json.WriteNumber("requests", limit.Requests);
                json.WriteNumber("interval_seconds", (decimal)limit.Interval.TotalSeconds);
                json.WriteNumber("used", used);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        json.WriteEndArray();
        WriteHold(json, facts.Hold);
        WriteReceivers(json, facts.Receivers);
    }

    private static void WriteReceivers(Utf8JsonWriter json, IReadOnlyList<ReceiverState> receivers)
    {
        json.WriteStartArray("notices");
        foreach (var receiver in receivers)
        {
            json.WriteStartObject();
            json.WriteString("receiver_id", receiver.ReceiverId);
            json.WriteNumber("waiting", receiver.Waiting);
            json.WriteNumber("given_up", receiver.GivenUp);
            json.WriteInstant("last_delivered_at", receiver.LastDeliveredAt);
            json.WriteInstant("last_tried_at", receiver.LastTriedAt);
            json.WriteString("failure", receiver.Failure);
            json.WriteString("detail", ToldFailure.OfNotice(receiver.Failure));
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void WriteTls(Utf8JsonWriter json, FeedFacts feed, DateTimeOffset now)
    {
        if (feed.Tls is not { } tls)
        {
            json.WriteNull("tls");
            return;
        }

        json.WriteStartObject("tls");
        json.WriteString("version", tls.Version);
        json.WriteInstant("certificate_expires_at", tls.CertificateExpiresAt);
        json.WriteNumber("days_left", tls.DaysLeft(now));
        json.WriteInstant("seen_at", tls.SeenAt);
        json.WriteEndObject();
    }

    private static void WriteHold(Utf8JsonWriter json, CrawlHold? hold)
    {
        if (hold is null)
        {
            json.WriteNull("hold");
            return;
        }

        json.WriteStartObject("hold");
        json.WriteInstant("held_at", hold.HeldAt);
        json.WriteInstant("last_held_at", hold.LastHeldAt);
        json.WriteNumber("known", hold.Known);
        json.WriteNumber("vanishing", hold.Vanishing);
        json.WriteNumber("changing", hold.Changing);
        json.WriteInstant("released_at", hold.ReleasedAt);
        json.WriteEndObject();
    }
}
