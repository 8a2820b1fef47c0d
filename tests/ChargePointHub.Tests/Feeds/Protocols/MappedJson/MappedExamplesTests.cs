using System.Buffers;
using System.Text.Json;
using System.Text.RegularExpressions;
using ChargePointHub.Model;

namespace ChargePointHub.Tests.Feeds.Protocols.MappedJson;

/// <summary>The worked examples of the reference, run as they stand there.</summary>
public sealed partial class MappedExamplesTests
{
    /// <summary>1 July 2026, which the examples with windows ask for.</summary>
    private static readonly Window Asked = new(new DateTimeOffset(2026, 7, 1, 0, 0, 0, TimeSpan.Zero), new DateTimeOffset(2026, 7, 2, 0, 0, 0, TimeSpan.Zero));

    private static readonly string Reference = File.ReadAllText(RepositoryRoot.Path("src", "ChargePointHub.Feeds", "Protocols", "MappedJson", "README.md"));

    public static TheoryData<string> Titles => [.. Sections().Select(s => s.Title)];

    [Fact]
    public void There_is_one_of_each_kind() => Assert.Equal(["A list", "A snapshot of status", "Sessions", "A table", "Lines", "A loop"], Sections().Select(s => s.Title.Split(':')[0]));

    [Theory]
    [MemberData(nameof(Titles))]
    public async Task An_example_gives_what_it_says(string title)
    {
        var text = Sections().Single(s => s.Title == title).Text;
        var blocks = Block().Matches(text).Select(m => m.Groups[1].Value).ToList();
        var urls = Get().Matches(text).Select(m => m.Groups[1].Value).ToList();
        var bodies = Get().Matches(text).Select(m => m.Groups[2].Success ? m.Groups[2].Value : null).ToList();
        Assert.Equal(urls.Count + 2, blocks.Count);
        var feed = MappedFeed.Read(blocks[0]);
        var plan = feed.Datasets.Single();
        // A window of British summer time begins at 01:00 of the day before its beginning in UTC, so the example's day is asked for in local time.
        var window = plan.Dataset.IsSnapshot ? (Window?)null : plan.Mapping!.List.Request.TimeFormat == "date" ? new Window(Asked.From.AddHours(-1), Asked.To.AddHours(-1)) : Asked;
        var isLines = plan.Mapping!.List.Request.AnswersLines;
        var isTable = plan.Mapping.List.Request.Csv is not null;
        var answers = urls.Zip(blocks[1..^1]).ToDictionary(a => a.First, a => isLines ? $"[{string.Join(',', a.Second.Trim().Split('\n'))}]" : a.Second);
        var pretend = new PretendFeed(url => isTable ? PretendFeed.Text(answers[url.AbsoluteUri]) : PretendFeed.Json(answers[url.AbsoluteUri]));

        var pulled = await pretend.PullAsync(feed, plan.Dataset, window: window, secret: "s3cret");

        Assert.True(pulled.IsProven, pulled.Failure?.Detail);
        Assert.Equal(urls, pretend.Asked.Select(u => u.AbsoluteUri));
        Assert.Equal(bodies, pretend.Forms.Select(f => f?.Body is { } body ? System.Text.Encoding.UTF8.GetString(body.Span) : null));
        Assert.All(pretend.Forms, f => Assert.Equal(isLines, f?.AnswersLines ?? false));
        Assert.Equal(isLines ? ["energy-too-high /kwh"] : [], pulled.Refused.SelectMany(r => r.Findings).Where(f => f.Severity == Severity.Error).Select(f => $"{f.Rule} {f.Pointer}"));
        using var expected = JsonDocument.Parse(blocks[^1]);
        var kept = Kept(pulled).ToList();
        Assert.Equal(expected.RootElement.GetArrayLength(), kept.Count);
        foreach (var (record, wanted) in kept.Zip(expected.RootElement.EnumerateArray()))
        {
            foreach (var field in wanted.EnumerateObject())
            {
                var value = record.RootElement.GetProperty(field.Name);
                Assert.True(JsonElement.DeepEquals(field.Value, value), $"{field.Name}: the reference says {field.Value.GetRawText()}, the hub {value.GetRawText()}");
            }
        }
    }

    /// <summary>With the status of now beside a charge point, as <c>feeds try</c> shows it.</summary>
    private static IEnumerable<JsonDocument> Kept(Pulled pulled)
    {
        foreach (var point in pulled.ChargePoints)
        {
            var status = pulled.Statuses.Single(s => s.ChargePointId == point.Record.ChargePointId);
            var since = status.Since is { } at ? $"\"{Instants.Format(at)}\"" : "null";
            yield return JsonDocument.Parse($"{Document(b => HubJson.Write(b, point.Record))[..^1]},\"status\":\"{Words<Status>.Of(status.Status)}\",\"status_since\":{since}}}");
        }

        foreach (var session in pulled.Sessions) yield return JsonDocument.Parse(Document(b => HubJson.Write(b, session.Record)));
    }

    private static string Document(Action<ArrayBufferWriter<byte>> write)
    {
        var buffer = new ArrayBufferWriter<byte>();
        write(buffer);
        return System.Text.Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    private static IEnumerable<(string Title, string Text)> Sections() =>
        Reference.Split("## Worked examples")[1].Split("\n### ").Skip(1).Select(s => (s.Split('\n')[0], s));

    [GeneratedRegex("```(?:(?:nd)?json|csv)\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex Block();

    [GeneratedRegex("`(?:GET|POST) (https://[^`]+)`(?: with `([^`]+)`)? answers")]
    private static partial Regex Get();
}
