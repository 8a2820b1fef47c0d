namespace ChargePointHub.Model;

/// <summary>How much of a record its reader is shown.</summary>
/// <param name="Precision">How finely its times are told.</param>
/// <param name="Withheld">Of <see cref="RestrictedFields.Of"/>, in that order.</param>
public sealed record Detail(TimePrecision Precision, IReadOnlyList<string> Withheld)
{
    public static readonly Detail Full = new(TimePrecision.Exact, []);

    public bool IsFull => Precision == TimePrecision.Exact && Withheld.Count == 0;

    /// <param name="fields">Names of those that are given; null: all.</param>
    public static Detail Of(string subject, IReadOnlyList<string>? fields, TimePrecision precision) =>
        subject == Right.FeedQuality ? Full : new(precision, fields is null ? [] : [.. RestrictedFields.Of(subject).Except(fields)]);

    /// <summary>Names of those fields of a subject that are given; null: all.</summary>
    public IReadOnlyList<string>? FieldsOf(string subject) => Withheld.Count == 0 ? null : [.. RestrictedFields.Of(subject).Except(Withheld)];

    /// <summary>What the field holds is not shown, or cannot be.</summary>
    public bool Hides(string field) =>
        Withheld.Contains(field) || (RestrictedFields.MadeOf.TryGetValue(field, out var parts) && (Precision != TimePrecision.Exact || parts.Any(Withheld.Contains)));

    /// <summary>Every field of a subject that is hidden, for those who meet null there.</summary>
    public IReadOnlyList<string> HiddenOf(string subject) =>
        RestrictedFields.Of(subject).Count == 0 ? [] : [.. Withheld, .. subject == Dataset.ChargingSessions.Name ? RestrictedFields.MadeOf.Keys.Where(Hides) : []];

    /// <summary>What either shows.</summary>
    public Detail Or(Detail other) => new(Precision < other.Precision ? Precision : other.Precision, [.. Withheld.Intersect(other.Withheld)]);

    /// <summary>It shows all that the other does.</summary>
    public bool Includes(Detail other) => Precision <= other.Precision && Withheld.All(other.Withheld.Contains);

    public bool Equals(Detail? other) => other is not null && Precision == other.Precision && Withheld.SequenceEqual(other.Withheld);

    public override int GetHashCode() => Withheld.Aggregate(Precision.GetHashCode(), HashCode.Combine);
}
