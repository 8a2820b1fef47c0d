using System.Text;
using System.Text.Json;
using ChargePointHub.Model;
using ChargePointHub.Store.Writing;

namespace ChargePointHub.Store;

/// <summary>A refused record as it is to be checked again.</summary>
/// <param name="FeedId">Which feed of its operator brought it.</param>
/// <param name="Document">As it was sent, cut to the allow-list.</param>
/// <param name="Findings">Why it was refused, and what else was found.</param>
/// <param name="RecordedAt">When it came.</param>
public sealed record QuarantinedRecord(
    QuarantineKey Key, string FeedId, ReadOnlyMemory<byte> Document, IReadOnlyList<Finding> Findings, DateTimeOffset RecordedAt)
{
    /// <summary>The record as the judge accepted it, where only the store refused it; null: the judge did. Only the hub's own form names the operator.</summary>
    /// <exception cref="JsonException">It was kept by a version of the hub with another form.</exception>
    public Judged<StatusChange>? Accepted()
    {
        if (Key.Dataset != Dataset.StatusChanges) return null;
        using var document = JsonDocument.Parse(Document);
        return document.RootElement.ValueKind == JsonValueKind.Object && document.RootElement.TryGetProperty("operator_id", out _)
            ? new Judged<StatusChange>(HubJson.Read<StatusChange>(Document.Span), [.. Findings.Where(f => f.Rule != QuarantineRules.OutOfRange)])
            : null;
    }
}

/// <summary>Refused records of one operator, read to be checked again.</summary>
public sealed class QuarantineStore(Database database)
{
    /// <summary>The operators that have refused records of any dataset.</summary>
    public Task<List<string>> ReadOperatorsAsync(CancellationToken cancellationToken) => database.Reads.Command(
        "SELECT DISTINCT operator_id FROM quarantine_count WHERE refused > 0 ORDER BY 1").ListAsync(r => r.GetString(0), cancellationToken);

    /// <summary>
    /// In the order of their keys. Not those of which nothing is kept to check; not sessions that wait, which have passed.
    /// </summary>
    /// <param name="unless">What was last judged so is left out; null: all.</param>
    /// <param name="after">The last key of the batch before; null: from the beginning.</param>
    public Task<List<QuarantinedRecord>> ReadAsync(
        string operatorId, string feedId, Dataset dataset, string? unless, QuarantineKey? after, int most, CancellationToken cancellationToken) => database.Reads.Command(
        """
        SELECT own_id, content_hash, document::text, findings::text, recorded_at FROM quarantine
        WHERE operator_id = $1 AND feed_id = $2 AND dataset = $3 AND waits_for IS NULL AND document::text <> 'null'
            AND ($4::text IS NULL OR judged_with <> $4) AND (own_id, content_hash) > ($5, $6)
        ORDER BY own_id, content_hash LIMIT $7
        """,
        operatorId, feedId, dataset.Name, unless, after?.OwnId ?? "", after is null ? [] : Convert.FromHexString(after.Hash), most).ListAsync(
            r => new QuarantinedRecord(
                new QuarantineKey(dataset, r.GetString(0), Convert.ToHexString(r.GetFieldValue<byte[]>(1))), feedId, Encoding.UTF8.GetBytes(r.GetString(2)),
                PageBuffer.Findings(r.GetString(3)), r.Instant(4)),
            cancellationToken);
}
