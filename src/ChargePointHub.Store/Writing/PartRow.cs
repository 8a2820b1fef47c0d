using System.Buffers;
using System.Text;
using ChargePointHub.Model;
using Npgsql;

namespace ChargePointHub.Store.Writing;

/// <summary>One record of a charge, as the store keeps it.</summary>
/// <param name="SessionId">Of the charging session that it was last written into; null: of none.</param>
internal sealed record PartRow(Judged<ChargingSession> Judged, string FeedId, Guid RunId, string ChargeKey, string? SessionId)
{
    public const string Columns = "kind, part_id, names_session, final, credits, charge_key, session_id, feed_id, run_id, findings::text, document::text";

    public ChargingSession Record => Judged.Record;

    public SessionPart Part => Judged.Record.Part!;

    /// <summary>What tells it from all others of its operator.</summary>
    public (SessionPartKind Kind, string Key) Key => (Part.Kind, JoinedSession.Key(Part.PartId));

    public string Document
    {
        get
        {
            var output = new ArrayBufferWriter<byte>();
            HubJson.Write(output, Record);
            return Encoding.UTF8.GetString(output.WrittenSpan);
        }
    }

    public static PartRow Read(NpgsqlDataReader row)
    {
        var part = new SessionPart(Words<SessionPartKind>.Parse(row.GetString(0))!.Value, row.GetString(1), row.GetBoolean(2), row.GetBoolean(3), row.TextOrNull(4));
        var record = HubJson.Read<ChargingSession>(Encoding.UTF8.GetBytes(row.GetString(10))) with { Part = part };
        return new PartRow(
            new Judged<ChargingSession>(record, row.TextOrNull(9) is { } findings ? PageBuffer.Findings(findings) : []), row.GetString(7), row.GetGuid(8), row.GetString(5), row.TextOrNull(6));
    }

    /// <summary>True: it says the same, and belongs where the other does.</summary>
    public bool IsAs(PartRow other) =>
        Part == other.Part && (ChargeKey, SessionId) == (other.ChargeKey, other.SessionId) && Judged.Findings.SequenceEqual(other.Judged.Findings) && Document == other.Document;

    /// <summary>An operator may send an older state after a newer one, and an open one after the last; neither is taken.</summary>
    public bool GivesWayTo(PartRow next, bool laterArrivalWins) =>
        (next.Part.IsFinal || !Part.IsFinal) && (laterArrivalWins || next.Record.LastUpdated >= Record.LastUpdated);
}
