using System.Text;
using ChargePointHub.Feeds.Protocols.Csv;
using ChargePointHub.Feeds.Registry;
using ChargePointHub.Model;
using ChargePointHub.Tests.Feeds.Registry;

namespace ChargePointHub.Tests.Feeds.Protocols.Csv;

/// <summary>What a file gave.</summary>
internal sealed record HandedIn(IReadOnlyList<SubmittedPage> Pages, SubmissionFault? Fault, int Rows, SubmissionReader Reader)
{
    private Pulled Pulled => new([.. Pages.Select(p => new ChargePointHub.Feeds.Protocols.PulledPage(p.Number, p.IsLast, p.Records, 0))], null);

    public bool IsWhole => Fault is null && Pages[^1].IsLast;

    public IReadOnlyList<Judged<ChargingSession>> Sessions => Pulled.Sessions;

    public IReadOnlyList<Judged<ChargePoint>> ChargePoints => Pulled.ChargePoints;

    public IReadOnlyList<Judged<StatusChange>> StatusChanges => Pulled.StatusChanges;

    public IReadOnlyList<Judged<Outage>> Outages => Pulled.Outages;

    public IReadOnlyList<Judged<ReportedUsage>> Usage => [.. Pages.SelectMany(p => p.Records.ReportedUsage)];

    public IReadOnlyList<RefusedRecord> Refused => Pulled.Refused;

    public IReadOnlyList<Finding> Findings => [.. Pulled.Findings, .. Pages.SelectMany(p => p.OfFile)];

    public IReadOnlyList<string> FindingCounts => Pulled.FindingCounts;

    public static readonly DateTimeOffset Now = new(2026, 11, 21, 12, 0, 0, TimeSpan.Zero);

    /// <summary>Of tests/Fixtures/csv-v1/operators.</summary>
    public static OperatorDefinition Operator(string name) => Read(File.ReadAllText(RepositoryRoot.Path("tests", "Fixtures", "csv-v1", "operators", $"{name}.json")));

    /// <summary>A feed of sessions whose dialect and fields are given.</summary>
    public static FeedDefinition FeedOf(string csv, string fields) => Read($$"""
        {"operator_id": "example", "name": "Example", "feeds": [{"feed_id": "files", "protocol": "csv-v1", "zone": "Europe/London", "csv": {{csv}},
         "datasets": [{"dataset": "charging_sessions", "axis": "plug_in_at", "mapping": {"fields": {{fields}} } }]}]}
        """).Feeds.Single();

    public static HandedIn Of(FeedDefinition feed, Stream content, Window? period = null)
    {
        var reader = new SubmissionReader(feed, feed.Datasets[0], period, Now);
        var steps = reader.Read(content).ToList();
        return new HandedIn(
            [.. steps.OfType<SubmittedPage>()], steps.OfType<SubmissionEnded>().SingleOrDefault()?.Fault,
            steps[^1] is SubmittedPage page ? page.Rows : ((SubmissionEnded)steps[^1]).Rows, reader);
    }

    public static HandedIn Of(FeedDefinition feed, string text, Window? period = null) => Of(feed, new MemoryStream(Encoding.UTF8.GetBytes(text)), period);

    public static OperatorDefinition Read(string operatorFile)
    {
        using var files = new OperatorFiles();
        files.Write("operator.json", operatorFile);
        return files.Loaded().Operators.Single();
    }
}
