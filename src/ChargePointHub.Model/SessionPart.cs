using System.Text.Json.Serialization;

namespace ChargePointHub.Model;

public enum SessionPartKind
{
    /// <summary>How the charge stands, told while it lasts and when it is over.</summary>
    [JsonStringEnumMemberName("session")] Session,

    /// <summary>What was billed: never altered, but taken back by another.</summary>
    [JsonStringEnumMemberName("cdr")] Cdr,
}

/// <summary>
/// What a record says of itself where an operator tells of one charge by several records. The store keeps each and writes what they make
/// together: <see cref="JoinedSession"/>. Ids are compared without case.
/// </summary>
/// <param name="PartId">Within its kind: <c>{operator_id}:{what the record goes by}</c>.</param>
/// <param name="NamesSession">False: a CDR that names no session; what it goes by stands as the record's session_id.</param>
/// <param name="IsFinal">No other state of the charge follows it.</param>
/// <param name="Credits">PartId of the CDR that this one takes back; null: it stands for itself.</param>
public sealed record SessionPart(SessionPartKind Kind, string PartId, bool NamesSession, bool IsFinal, string? Credits);
