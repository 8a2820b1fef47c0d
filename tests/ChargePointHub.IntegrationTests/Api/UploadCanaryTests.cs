using System.Net.Http.Headers;
using System.Text;
using ChargePointHub.IntegrationTests.Store;
using ChargePointHub.Model;
using ChargePointHub.Tests.Feeds.Protocols.Csv;

namespace ChargePointHub.IntegrationTests.Api;

/// <summary>Files that name a driver wherever a file can, but in an id that is mapped, and by name where any word may stand: nothing of it is in the database, a report or an answer.</summary>
public sealed class UploadCanaryTests : IAsyncLifetime
{
    private const string Key = "cph_live_alpha_secret";
    private const string Name = "Zebedee Canary";
    private const string Email = "zebedee@canary.example";
    private const string Number = "700731910007731";
    private const string Good = "2026-07-01T09:30:00Z,2026-07-01T11:30:00Z";

    private readonly ApiHost host = new();

    public static TheoryData<string, string, string> Files => new()
    {
        { "columns that nothing maps", "charging_sessions", $"Session,Charger,In,Out,kWh,Driver,Email,Card\nS1,P1,{Good},12.5,{Name},{Email},{Number}\nS2,P9,{Good},1,{Name},{Email},{Number}\n" },
        { "numbers and times that are none", "charging_sessions", $"Session,Charger,In,Out,kWh\nS1,P1,{Good},{Email}\nS2,P1,{Name},2026-07-01T11:30:00Z,1\nS3,P1,2026-07-01T09:30:00Z,{Number},1\n" },
        { "a cell too many", "charging_sessions", $"Session,Charger,In,Out,kWh\nS1,P1,{Good},12.5,{Name}\nS2,P1,{Good},2\n" },
        { "a quote that does not end", "charging_sessions", $"Session,Charger,In,Out,kWh\nS1,P1,{Good},\"12.5 {Name} {Email}\n" },
        { "lines before the header", "charging_sessions", $"{Name}\n{Email};{Number}\nSession,Charger,In,Out,kWh\nS1,P1,{Good},12.5\n" },
        { "words that are none", "status_changes", $"Charger,Status,At\nP1,{Email},2026-07-01T09:30:00Z\nP1,{Number},2026-07-01T09:31:00Z\nP1,AVAILABLE,{Name}\n" },
        { "counts that are none", "reported_usage", $"Charger,Sessions,Driver\nP1,{Name},{Email}\nP1,3,{Number}\n" },
        { "no table at all", "charging_sessions", $"%PDF-1.7\nDear {Name}, your card {Number} was charged. {Email}\n" },
    };

    public async Task InitializeAsync()
    {
        await host.InitializeAsync();
        host.Granted[Key] = Scope.Of(OrganisationRole.Operator, "alpha", []);
        await host.AddChargePointAsync("alpha:P1");
        await host.TickAsync(1);
        await host.TakeFilesAsync();
    }

    public Task DisposeAsync() => host.DisposeAsync();

    [Theory]
    [MemberData(nameof(Files))]
    public async Task Nothing_that_a_file_says_of_a_driver_is_kept_or_told(string how, string dataset, string file)
    {
        await AssertNothingAsync(how, dataset, Encoding.UTF8.GetBytes(file), "text/csv");
        await AssertNothingAsync($"{how}, cut", dataset, Encoding.UTF8.GetBytes(file)[..^3], "text/csv");
        await AssertNothingAsync($"{how}, not in UTF-8", dataset, [.. Encoding.Latin1.GetBytes(file.Replace(Name, Name + " \u00e9", StringComparison.Ordinal))], "text/csv");
    }

    [Fact]
    public async Task Nor_is_what_a_workbook_says()
    {
        string[] header = ["Session", "Charger", "In", "Out", "kWh", "Driver"];
        using var book = Workbook.Of(Workbook.Sheet(
            [header, ["S1", "P1", "2026-07-01T09:30:00Z", "2026-07-01T11:30:00Z", "<><v>12.5</v>", $"{Name} {Email}"], ["S2", "P1", Name, "2026-07-01T11:30:00Z", Email, Number], ["S3", "P1", "<><v>-1</v>", $"<t=\"e\"><v>{Name}</v>", $"<><v>{Number}</v>", ""]]));
        await AssertNothingAsync("a workbook", "charging_sessions", book.ToArray(), "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet");
        await AssertNothingAsync("a workbook, cut", "charging_sessions", book.ToArray()[..^40], "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet");
    }

    private async Task AssertNothingAsync(string how, string dataset, byte[] file, string mediaType)
    {
        using var content = new ByteArrayContent(file);
        content.Headers.ContentType = new MediaTypeHeaderValue(mediaType);
        using var request = new HttpRequestMessage(HttpMethod.Post, $"/v1/submissions?dataset={dataset}&period=2026-Q3") { Content = content };
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", Key);
        using var answer = await host.Http.SendAsync(request);
        AssertNone($"{how}: the answer", await answer.Content.ReadAsStringAsync());
        foreach (var path in new[] { "/v1/submissions", "/v1/quarantine?operator=alpha", "/v1/operators/alpha/findings", "/v1/gaps?operator=alpha", "/v1/charging-sessions?operator=alpha", "/v1/reported-usage?operator=alpha", "/metrics" })
            AssertNone($"{how}: {path}", (await host.GetAsync(path)).Body);
        AssertNone($"{how}: the database", await WholeDatabase.DumpAsync(host.Database));
    }

    private static void AssertNone(string where, string text)
    {
        foreach (var mark in new[] { "zebedee", "canary", Number })
        {
            var at = text.IndexOf(mark, StringComparison.OrdinalIgnoreCase);
            Assert.True(at < 0, $"{where} has {mark}: {text[Math.Max(0, at - 300)..Math.Min(text.Length, at + 100 + mark.Length)]}");
        }
    }
}
