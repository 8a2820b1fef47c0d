using ChargePointHub.Model;

namespace ChargePointHub.Feeds.Conformance;

/// <summary>One thing that a record is held to. Listed in <see cref="RuleCatalogue.All"/>.</summary>
/// <param name="Code">Stable slug; never reused for another meaning.</param>
/// <param name="Severity">Error refuses the record; warning is kept and told; info is told.</param>
/// <param name="Summary">One line: what was found.</param>
/// <param name="Why">Why it matters to those who use the data.</param>
/// <param name="Fix">What the operator's engineer does about it.</param>
/// <param name="Reference">Clause, regulation or section of OCPI that asks for it.</param>
public sealed record Rule(string Code, Severity Severity, string Summary, string Why, string Fix, string Reference);
