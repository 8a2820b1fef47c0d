using ChargePointHub.Feeds.Conformance;

namespace ChargePointHub.Feeds.Protocols.MappedJson;

/// <summary>What is noticed about a cell of a row before the row is read.</summary>
/// <param name="Column">Empty: the row as a whole.</param>
/// <param name="Message">Null: the rule's summary.</param>
internal readonly record struct CellNote(Rule Rule, string Column, string? Value, string? Message);
