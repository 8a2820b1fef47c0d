using System.Net;
using System.Text.Json.Nodes;
using ChargePointHub.Model;

namespace ChargePointHub.Proofs;

/// <summary>A copy of what one key may read, kept as the documentation says and in no other way: upserts, removals, the cursor, and begun anew at a 410.</summary>
/// <param name="key">Null: none.</param>
/// <param name="datasets">Null: all that the key may read.</param>
internal sealed class ChangeMirror(string name, string? key, string? datasets)
{
    private readonly Dictionary<string, Dictionary<string, JsonObject>> copy = [];
    private string? cursor;

    public string Name => name;

    public int Resyncs { get; private set; }

    public long Upserts { get; private set; }

    public long Removals { get; private set; }

    /// <summary>Takes so many pages, or all that there are.</summary>
    public async Task FollowAsync(HttpClient hub, int limit, int pages)
    {
        for (var more = true; more && pages > 0; pages--)
        {
            var answer = await AskAsync(hub, $"/v1/changes?limit={limit}" + (datasets is null ? "" : "&dataset=" + datasets) + (cursor is null ? "" : "&cursor=" + cursor));
            if (answer is null)
            {
                copy.Clear();
                cursor = null;
                Resyncs++;
                continue;
            }

            foreach (var change in answer["data"]!.AsArray()) Apply(change!);
            cursor = (string)answer["next_cursor"]!;
            more = (bool)answer["has_more"]!;
        }
    }

    /// <summary>What the copy has and the lists have not, and the other way round; empty: they are equal.</summary>
    public async Task<IReadOnlyList<string>> DifferencesAsync(HttpClient hub)
    {
        var differences = new List<string>();
        foreach (var (dataset, path) in Lists)
        {
            if (await ListAsync(hub, path) is not { } served || (datasets is not null && !datasets.Split(',').Contains(dataset))) continue;
            var here = copy.TryGetValue(dataset, out var records) ? records.Values.Select(r => r.ToJsonString()).ToList() : [];
            differences.AddRange(Missing(served, here).Select(r => $"{name} lacks of {dataset}: {r}"));
            differences.AddRange(Missing(here, served).Select(r => $"{name} has of {dataset}: {r}"));
        }

        return differences;
    }

    public int Count => copy.Values.Sum(c => c.Count);

    /// <summary>Where each dataset stands as a whole.</summary>
    private static IEnumerable<(string Dataset, string Path)> Lists =>
    [
        (Dataset.ChargePoints.Name, "/v1/charge-points?format=ndjson"), (Dataset.Tariffs.Name, "/v1/tariffs?format=ndjson"),
        (Dataset.ChargingSessions.Name, "/v1/charging-sessions?period=2080&format=ndjson"), (Dataset.StatusChanges.Name, "/v1/status-changes?period=2080&format=ndjson"),
        (Dataset.Outages.Name, "/v1/outages?period=2080&origin=reported&format=ndjson"), (Dataset.ReportedUsage.Name, "/v1/reported-usage?period=2080&format=ndjson"),
    ];

    private void Apply(JsonNode change)
    {
        var (dataset, asked) = ((string)change["dataset"]!, change["key"]!.AsObject());
        if (!copy.TryGetValue(dataset, out var records)) copy[dataset] = records = [];
        if ((string)change["operation"]! == "upsert")
        {
            Upserts++;
            records[asked.ToJsonString()] = change["record"]!.AsObject();
            return;
        }

        Removals++;
        foreach (var gone in records.Where(r => asked.All(k => JsonNode.DeepEquals(r.Value[k.Key], k.Value))).Select(r => r.Key).ToList()) records.Remove(gone);
    }

    private async Task<JsonNode?> AskAsync(HttpClient hub, string path)
    {
        using var answer = await SendAsync(hub, path);
        var text = await answer.Content.ReadAsStringAsync();
        return answer.StatusCode switch
        {
            HttpStatusCode.OK => JsonNode.Parse(text),
            HttpStatusCode.Gone => null,
            _ => throw new ProofFailedException($"{name}: {path} {answer.StatusCode} {text}"),
        };
    }

    /// <summary>Null: the key does not hold it.</summary>
    private async Task<List<string>?> ListAsync(HttpClient hub, string path)
    {
        using var answer = await SendAsync(hub, path);
        if (answer.StatusCode is HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden) return null;
        var lines = (await answer.Content.ReadAsStringAsync()).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        if (!answer.IsSuccessStatusCode || !lines[^1].StartsWith("{\"summary\"", StringComparison.Ordinal)) throw new ProofFailedException($"{name}: {path} {answer.StatusCode} {lines[0]}");
        return [.. lines[..^1].Select(l => JsonNode.Parse(l)!.ToJsonString())];
    }

    private Task<HttpResponseMessage> SendAsync(HttpClient hub, string path)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, new Uri(path, UriKind.Relative));
        if (key is not null) request.Headers.Add("X-API-Key", key);
        return hub.SendAsync(request);
    }

    private static IEnumerable<string> Missing(IEnumerable<string> these, IEnumerable<string> among)
    {
        var left = among.GroupBy(a => a).ToDictionary(g => g.Key, g => g.Count());
        foreach (var one in these)
        {
            if (left.TryGetValue(one, out var count) && count > 0) left[one] = count - 1;
            else yield return one;
        }
    }
}
