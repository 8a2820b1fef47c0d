using ChargePointHub.Feeds.Fetching;
using ChargePointHub.Feeds.Registry;
using ChargePointHub.Model;

namespace ChargePointHub.Feeds.Protocols.Trial;

/// <summary>What one page of a dataset brought. Nothing of it is written anywhere.</summary>
/// <param name="Window">Asked for; null: the dataset has none.</param>
/// <param name="Asked">Addresses, secrets masked, in order; what was asked by POST begins with that word.</param>
/// <param name="Failure">Null: a page came.</param>
/// <param name="IsWhole">The page was the last, and the list is proven.</param>
/// <param name="First">The first record that would be kept, field by field; empty: there is none.</param>
/// <param name="FirstRefused">The first record that would not; null: there is none.</param>
/// <param name="Unread">What stands in the answer and is not read; null: nobody has said how this protocol reads this dataset.</param>
public sealed record TriedDataset(
    FeedDefinition Feed, DatasetPlan Plan, Window? Window, IReadOnlyList<string> Asked, FeedFailure? Failure, bool IsWhole, int Kept, int Refused, int Statuses,
    IReadOnlyList<TriedField> First, RefusedRecord? FirstRefused, IReadOnlyList<TriedFinding> Findings, IReadOnlyList<UnreadField>? Unread);

/// <summary>One field of a record.</summary>
/// <param name="Name">Ours; parts of objects and lists as a JSON Pointer without its first slash.</param>
/// <param name="Kept">As JSON.</param>
/// <param name="Path">Where it came from, seen from the record; null: from nowhere, it is derived or not mapped.</param>
/// <param name="Sent">As JSON; null: nothing stood there.</param>
public sealed record TriedField(string Name, string Kept, string? Path, string? Sent);

/// <param name="Count">Over all records of the page.</param>
/// <param name="Sample">The first.</param>
public sealed record TriedFinding(string Rule, Severity Severity, int Count, Finding Sample);

/// <param name="Path">Seen from the record; a star is any place of an array.</param>
/// <param name="Count">How often a value stood there; 0: only null.</param>
public sealed record UnreadField(string Path, int Count);
