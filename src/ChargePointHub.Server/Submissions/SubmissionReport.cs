using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using ChargePointHub.Feeds.Conformance;
using ChargePointHub.Feeds.Protocols.Csv;
using ChargePointHub.Feeds.Registry;
using ChargePointHub.Model;
using ChargePointHub.Store;

namespace ChargePointHub.Server.Submissions;

/// <summary>What became of a file, as its report says it. Written out in snake_case.</summary>
/// <param name="Period">As stated.</param>
/// <param name="Claimed">The part of the period whose records are all here now, up to when these bytes first came at most; null: none, as the file is not whole, or nothing was written.</param>
/// <param name="Written">Null: a dry run, which writes nothing.</param>
/// <param name="ColumnsUnread">Columns that the operator file does not name.</param>
/// <param name="PersonalColumns">Of these, those whose name says that they concern a person: they should not be sent.</param>
public sealed record SubmissionReport(
    Guid SubmissionId, string OperatorId, string Dataset, string Period, string ReceivedAt, string ContentSha256, int RowsRead, int Accepted, int Refused,
    ReportedWindow? Claimed, ReportedWrites? Written, ReportedFault? Fault, IReadOnlyList<string> ColumnsUnread, IReadOnlyList<string> PersonalColumns,
    IReadOnlyList<ReportedRule> Findings)
{
    public static readonly JsonSerializerOptions Json = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The whole file was read, and no row of it was refused.</summary>
    public bool IsGood() => Fault is null && Refused == 0;

    public static SubmissionReport Read(string json) => JsonSerializer.Deserialize<SubmissionReport>(json, Json)!;
}

/// <summary>Half-open.</summary>
public sealed record ReportedWindow(string From, string To);

/// <param name="Late">Records that are older than what there is: kept as an earlier version.</param>
/// <param name="Waiting">Sessions that wait in quarantine until their charge point is known.</param>
/// <param name="KeptOut">Records that were purged, and those of a charge point that was: neither accepted nor refused.</param>
/// <param name="Unplaced">Reported figures of charge points or locations that are not known: kept, and of no place.</param>
public sealed record ReportedWrites(int Added, int Changed, int Late, int Unchanged, int Waiting, int KeptOut, int Unplaced)
{
    /// <summary>With one more page.</summary>
    public ReportedWrites Plus(PageWritten page) => new(
        Added + page.Added, Changed + page.Changed, Late + page.Late, Unchanged + page.Unchanged, Waiting + page.Waiting, KeptOut + page.KeptOut, Unplaced + page.Unplaced);
}

/// <param name="Line">Null: the file as a whole.</param>
public sealed record ReportedFault(string Code, int? Line, string Message);

/// <summary>Everything found under one rule.</summary>
/// <param name="Samples">The first of them: all that a reader needs to mend the rest.</param>
public sealed record ReportedRule(string Rule, string Severity, int Count, string Summary, string Fix, IReadOnlyList<ReportedPlace> Samples);

/// <param name="Column">Empty: the row as a whole.</param>
public sealed record ReportedPlace(int Line, string Column, string? Value, string Message);

/// <summary>Counts findings page by page.</summary>
internal sealed class ReportTally
{
    /// <summary>Of errors all that a person may mend by hand, of others what shows the kind.</summary>
    private const int ErrorSamples = 200;

    private const int OtherSamples = 5;

    private readonly Dictionary<string, (int Count, List<ReportedPlace> Samples)> rules = [];

    public int Accepted { get; private set; }

    public int Refused { get; private set; }

    /// <param name="refused">Of the page's records, those that went to quarantine.</param>
    public void Add(RecordPage page, int refused)
    {
        Refused += refused;
        Accepted += page.Count - refused;
        foreach (var finding in page.Findings) Add(finding);
    }

    public void Add(Finding finding)
    {
        var (count, samples) = rules.GetValueOrDefault(finding.Rule, (0, []));
        if (samples.Count < (finding.Severity == Severity.Error ? ErrorSamples : OtherSamples)) samples.Add(Place(finding));
        rules[finding.Rule] = (count + 1, samples);
    }

    /// <summary>Errors first, then by number.</summary>
    public IReadOnlyList<ReportedRule> Rules() =>
    [
        .. rules.Select(r => (Rule: RuleCatalogue.Named(r.Key)!, r.Value.Count, r.Value.Samples)).OrderByDescending(r => r.Rule.Severity).ThenByDescending(r => r.Count)
            .Select(r => new ReportedRule(r.Rule.Code, Words<Severity>.Of(r.Rule.Severity), r.Count, r.Rule.Summary, r.Rule.Fix, r.Samples)),
    ];

    public static ReportedFault Fault(SubmissionFault fault) => new(Words<SubmissionFaultKind>.Of(fault.Kind), fault.Line, fault.Message);

    /// <summary>A place is /line/column.</summary>
    private static ReportedPlace Place(Finding finding)
    {
        var steps = FieldPath.StepsOf(finding.Pointer);
        return new ReportedPlace(int.Parse(steps[0], CultureInfo.InvariantCulture), string.Join('/', steps.Skip(1)), finding.Value, finding.Message);
    }
}
