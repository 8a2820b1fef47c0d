using ChargePointHub.Model;

namespace ChargePointHub.Store.Access;

/// <summary>Who may read what, as a whole.</summary>
public sealed record AccessRegister(IReadOnlyList<Organisation> Organisations, IReadOnlyList<Agreement> Agreements, IReadOnlyList<Grant> Grants)
{
    public IEnumerable<AccessEntry> All => [.. Organisations, .. Agreements, .. Grants];

    /// <summary>What must change for this to become the other, in order of kind and id.</summary>
    public IReadOnlyList<AccessDifference> To(AccessRegister wanted)
    {
        var (now, then) = (All.ToDictionary(e => (e.Kind, e.Id)), wanted.All.ToDictionary(e => (e.Kind, e.Id)));
        return
        [
            .. now.Keys.Union(then.Keys).OrderBy(k => k.Kind).ThenBy(k => k.Id, StringComparer.Ordinal)
                .Select(k => new AccessDifference(now.GetValueOrDefault(k), then.GetValueOrDefault(k)))
                .Where(d => d.Before?.Terms != d.After?.Terms),
        ];
    }
}

public enum AccessKind
{
    Organisation,
    Agreement,
    Grant,
}

/// <summary>One entry of the register.</summary>
/// <param name="Id">Of its kind.</param>
public abstract record AccessEntry(string Id)
{
    public abstract AccessKind Kind { get; }

    /// <summary>All that it says, in words: entries with the same terms are the same.</summary>
    public abstract string Terms { get; }

    private protected static string Span(DateTimeOffset? from, DateTimeOffset? to) =>
        (from is { } f ? $" from {Instants.Format(f)}" : "") + (to is { } t ? $" to {Instants.Format(t)}" : "");
}

/// <param name="Id">Slug.</param>
/// <param name="OperatorId">Whose data is its own; null for every role but the operator's.</param>
public sealed record Organisation(string Id, string Name, OrganisationRole Role, string? OperatorId) : AccessEntry(Id)
{
    public override AccessKind Kind => AccessKind.Organisation;

    public override string Terms => $"{Name}, {Words<OrganisationRole>.Of(Role)}{(OperatorId is null ? "" : $" {OperatorId}")}";
}

/// <summary>Under which an operator's data is read by others.</summary>
/// <param name="Id">Slug.</param>
/// <param name="ValidFrom">First instant at which its grants hold; null: always.</param>
/// <param name="ValidTo">First instant at which they no longer do; null: for good.</param>
public sealed record Agreement(string Id, string Title, string OperatorId, DateTimeOffset? ValidFrom, DateTimeOffset? ValidTo) : AccessEntry(Id)
{
    public override AccessKind Kind => AccessKind.Agreement;

    public override string Terms => $"{Title}, {OperatorId}{Span(ValidFrom, ValidTo)}";
}

/// <summary>What one organisation may read under an agreement.</summary>
/// <param name="Id">Slug.</param>
/// <param name="Datasets">Of <see cref="Right.All"/>, in that order.</param>
/// <param name="Boroughs">GSS codes, in order; null: pan-London.</param>
/// <param name="ValidFrom">First instant at which it holds; null: from the agreement's on.</param>
/// <param name="ValidTo">First instant at which it no longer does; null: to the agreement's.</param>
public sealed record Grant(
    string Id, string AgreementId, string OrganisationId, IReadOnlyList<string> Datasets, IReadOnlyList<string>? Boroughs, DateTimeOffset? ValidFrom, DateTimeOffset? ValidTo)
    : AccessEntry(Id)
{
    /// <summary>Of <see cref="RestrictedFields.Of"/> its datasets, in that order, the only ones that are given; null: all.</summary>
    public IReadOnlyList<string>? Fields { get; init; }

    public TimePrecision Precision { get; init; }

    public override AccessKind Kind => AccessKind.Grant;

    public override string Terms =>
        $"{OrganisationId} reads {string.Join(", ", Datasets)} in {(Boroughs is null ? "all of London" : string.Join(", ", Boroughs))}{OfFields}{OfTimes} under {AgreementId}{Span(ValidFrom, ValidTo)}";

    private string OfFields => Fields switch { null => "", [] => ", ids, places and times alone", _ => $", ids, places and times with {string.Join(", ", Fields)} alone" };

    private string OfTimes => Precision == TimePrecision.Exact ? "" : $", times by {Words<TimePrecision>.Of(Precision)}";
}

/// <param name="Before">Null: it is new.</param>
/// <param name="After">Null: it ends.</param>
public sealed record AccessDifference(AccessEntry? Before, AccessEntry? After)
{
    public AccessEntry Entry => After ?? Before!;
}

/// <summary>One line of the register's history.</summary>
/// <param name="Before">JSON; null: it was new.</param>
/// <param name="After">JSON; null: it ended.</param>
public sealed record AccessChange(DateTimeOffset ChangedAt, string ChangedBy, AccessKind Kind, string Id, string? Before, string? After);
