using System.Globalization;
using ChargePointHub.Feeds.Registry;
using ChargePointHub.Model;

namespace ChargePointHub.Tests.Feeds.Protocols;

/// <summary>Every complete object among the examples of the standard itself, each as an answer of its own, read by an operator file alone. Parts of objects and patches are none.</summary>
public sealed class OcpiExamplesTests
{
    private static readonly string[] Versions = ["2.2.1", "2.3.0"];

    public static TheoryData<string> AllVersions() => [.. Versions];

    [RealDataTheory]
    [MemberData(nameof(AllVersions))]
    public async Task Each_is_read_with_the_expected_records_and_findings(string version)
    {
        static string Told(ChargingSession s) => string.Create(
            CultureInfo.InvariantCulture, $"{Own(s.SessionId)} at {Own(s.ChargePointId)} {Instants.Format(s.PlugInAt)} plugged {s.PlugInMinutes} charging {s.ChargingMinutes} min {s.EnergyKwh} kWh {s.CostExVat} {s.CostIncVat} {s.Currency}");

        List<string> told =
        [
            .. await TellAsync(version, Dataset.ChargePoints, "location_example", r => r.ChargePoints.Select(c => $"{Own(c.Record.ChargePointId)} {c.Record.MaxPowerKw}{(c.Record.Published ? "" : " withheld")}")),
            .. await TellAsync(version, Dataset.Tariffs, "tariff", r => r.Tariffs.Select(t => $"{Own(t.Record.TariffId)} {t.Record.Currency} {t.Record.Elements?.GetArrayLength()}")),
            .. await TellAsync(version, Dataset.ChargingSessions, "session_example", r => r.Sessions.Select(s => Told(s.Record)), "sessions"),
            .. await TellAsync(version, Dataset.ChargingSessions, "cdr_example", r => r.Sessions.Select(s => Told(s.Record)), "cdrs"),
        ];

        Assert.Equal(await File.ReadAllLinesAsync(RepositoryRoot.Path("tests", "Fixtures", "ocpi", $"examples-{version}.txt")), told);
    }

    private static string Own(string id) => id[(id.IndexOf(':', StringComparison.Ordinal) + 1)..];

    /// <summary>Of each file: its records, and what was found.</summary>
    private static async Task<List<string>> TellAsync(string version, Dataset dataset, string prefix, Func<Pulled, IEnumerable<string>> records, string? module = null)
    {
        var feed = OcpiFeed.Of($"examples-{version.Replace('.', '-')}");
        if (module is not null) feed = feed with { Ocpi = feed.Ocpi with { SessionModules = [module] } };
        var told = new List<string>();
        foreach (var file in Directory.GetFiles(RealData.Path("data", "feeds", $"ocpi-{version}"), $"{prefix}*.json").Order(StringComparer.Ordinal))
        {
            var row = await File.ReadAllTextAsync(file);
            var pulled = await new PretendFeed(_ => PretendFeed.Json($$"""{"data":[{{row}}],"status_code":1000}""")).PullAsync(feed, dataset);
            Assert.True(pulled.IsProven, pulled.Failure?.Detail);
            Assert.Empty(pulled.Refused);
            told.Add($"{Path.GetFileNameWithoutExtension(file)}: {string.Join(", ", records(pulled))}; {string.Join(", ", pulled.FindingCounts)}");
        }

        return told;
    }
}
