namespace ChargePointHub.Model;

/// <summary>What one grant opens of one operator.</summary>
/// <param name="Subject">One of <see cref="All"/>.</param>
/// <param name="Boroughs">GSS codes of the only boroughs whose charge points it holds; null: pan-London.</param>
/// <param name="Fields">Of <see cref="RestrictedFields.Of"/> the only ones that are given; null: all.</param>
/// <param name="Precision">How finely times are told.</param>
public sealed record Right(string OperatorId, string Subject, IReadOnlyList<string>? Boroughs, IReadOnlyList<string>? Fields = null, TimePrecision Precision = TimePrecision.Exact)
{
    /// <summary>Causes of gaps, findings, quarantine and feed health: of an operator as a whole, never of an area.</summary>
    public const string FeedQuality = "feed_quality";

    /// <summary>What can be granted: each restricted dataset, and the quality of the feeds.</summary>
    public static readonly IReadOnlyList<string> All = [.. Dataset.All.Where(d => d.IsRestricted).Select(d => d.Name), FeedQuality];

    public Detail Detail => Detail.Of(Subject, Fields, Precision);

    /// <summary>Everything that can be granted of an operator.</summary>
    public static IEnumerable<Right> Whole(string operatorId) => All.Select(subject => new Right(operatorId, subject, null));
}
