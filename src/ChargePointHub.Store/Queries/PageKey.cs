namespace ChargePointHub.Store.Queries;

/// <summary>Where a page ended: the order columns of its last row. The next page begins after it.</summary>
/// <param name="At">The event time that leads the order; null for datasets ordered by key alone.</param>
/// <param name="Texts">The text columns of the order, in order.</param>
public sealed record PageKey(DateTimeOffset? At, IReadOnlyList<string> Texts)
{
    public bool Equals(PageKey? other) => other is not null && At == other.At && Texts.SequenceEqual(other.Texts);

    public override int GetHashCode() => Texts.Aggregate(At.GetHashCode(), HashCode.Combine);
}
