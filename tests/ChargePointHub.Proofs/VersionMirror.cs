using System.Globalization;
using System.Net;
using System.Text.Json.Nodes;
using ChargePointHub.Model;

namespace ChargePointHub.Proofs;

/// <summary>
/// Every version of what one key may read, kept as the documentation says: by key and recorded_at, ends beside them, removals with all versions. Until when one held,
/// where that was not told with it, follows from the next, or from an end. Status changes, which have no versions, are left to the other copies.
/// </summary>
/// <param name="key">Null: none.</param>
internal sealed class VersionMirror(string name, string? key)
{
    /// <summary>What is joined has no versions.</summary>
    private static readonly Dictionary<string, (string List, string[] Joined)> Datasets = new()
    {
        [Dataset.ChargePoints.Name] = ("/v1/charge-points", ["borough_gss", "borough_name", "ward_gss", "lsoa21", "boundary_version", "status", "status_since", "same_as"]),
        [Dataset.Tariffs.Name] = ("/v1/tariffs", []),
        [Dataset.ChargingSessions.Name] = ("/v1/charging-sessions", ["borough_gss", "ward_gss", "lsoa21", "power_band"]),
        [Dataset.Outages.Name] = ("/v1/outages", []),
        [Dataset.ReportedUsage.Name] = ("/v1/reported-usage", []),
    };

    private readonly Dictionary<(string Dataset, string Id), SortedDictionary<DateTimeOffset, (JsonObject Record, DateTimeOffset? SupersededAt)>> versions = [];
    private readonly Dictionary<(string Dataset, string Id), SortedSet<DateTimeOffset>> ends = [];
    private string? cursor;

    public string Name => name;

    public int Resyncs { get; private set; }

    public int Ends { get; private set; }

    public int Count => versions.Values.Sum(v => v.Count);

    /// <summary>Takes so many pages, or all that there are.</summary>
    public async Task FollowAsync(HttpClient hub, int limit, int pages)
    {
        for (var more = true; more && pages > 0; pages--)
        {
            using var answer = await SendAsync(hub, $"/v1/changes?history=all&limit={limit.ToString(CultureInfo.InvariantCulture)}" + (cursor is null ? "" : "&cursor=" + cursor));
            var text = await answer.Content.ReadAsStringAsync();
            if (answer.StatusCode == HttpStatusCode.Gone)
            {
                versions.Clear();
                ends.Clear();
                cursor = null;
                Resyncs++;
                continue;
            }

            if (!answer.IsSuccessStatusCode) throw new ProofFailedException($"{name}: {answer.StatusCode} {text}");
            var page = JsonNode.Parse(text)!;
            foreach (var change in page["data"]!.AsArray()) Apply(change!);
            cursor = (string)page["next_cursor"]!;
            more = (bool)page["has_more"]!;
        }
    }

    /// <summary>Records whose versions are others at their address than here; empty: there are none.</summary>
    public async Task<IReadOnlyList<string>> DifferencesAsync(HttpClient hub)
    {
        var differences = new List<string>();
        foreach (var (dataset, (list, _)) in Datasets)
        {
            using var answer = await SendAsync(hub, list + "?format=ndjson" + (Dataset.Named(dataset)!.IsSnapshot ? "" : "&period=2080") + (dataset == Dataset.Outages.Name ? "&origin=reported" : ""));
            if (!answer.IsSuccessStatusCode) continue;
            var lines = (await answer.Content.ReadAsStringAsync()).Split('\n', StringSplitOptions.RemoveEmptyEntries);
            var listed = lines[..^1].Select(l => (string)JsonNode.Parse(l)!.AsObject().First().Value!);
            foreach (var id in versions.Keys.Where(k => k.Dataset == dataset).Select(k => k.Id).Union(listed).ToList())
            {
                var (there, here) = (await ThereAsync(hub, dataset, id), Here(dataset, id));
                if (!there.SequenceEqual(here)) differences.Add($"versions of {name}: {dataset} {id} is\n{string.Join('\n', there)}\nand here\n{string.Join('\n', here)}");
            }
        }

        return differences;
    }

    private void Apply(JsonNode change)
    {
        var (dataset, asked) = ((string)change["dataset"]!, change["key"]!.AsObject());
        if (!Datasets.TryGetValue(dataset, out var of)) return;
        var place = (dataset, (string)asked.First().Value!);
        var recordedAt = At(change["recorded_at"]!);
        switch ((string)change["operation"]!)
        {
            case "upsert":
                if (!versions.TryGetValue(place, out var known)) versions[place] = known = [];
                known[recordedAt] = (change["record"]!.AsObject(), change["superseded_at"] is { } until ? At(until) : null);
                foreach (var joined in of.Joined) known[recordedAt].Record.Remove(joined);
                break;
            case "end":
                if (!ends.TryGetValue(place, out var ended)) ends[place] = ended = [];
                ended.Add(recordedAt);
                Ends++;
                break;
            default:
                foreach (var (gone, its) in versions.Where(v => v.Key.Dataset == dataset).ToList())
                {
                    foreach (var at in its.Where(v => asked.All(k => JsonNode.DeepEquals(v.Value.Record[k.Key], k.Value))).Select(v => v.Key).ToList()) its.Remove(at);
                    if (its.Count == 0) versions.Remove(gone);
                }

                break;
        }
    }

    /// <summary>Newest first, each from when until when it held.</summary>
    private List<string> Here(string dataset, string id)
    {
        if (!versions.TryGetValue((dataset, id), out var known)) return [];
        var stops = known.Keys.Concat(ends.TryGetValue((dataset, id), out var ended) ? ended : []).ToList();
        return [.. known.Reverse().Select(v => Text(v.Key, v.Value.SupersededAt ?? stops.Where(s => s > v.Key).Order().Select(s => (DateTimeOffset?)s).FirstOrDefault(), v.Value.Record))];
    }

    private async Task<List<string>> ThereAsync(HttpClient hub, string dataset, string id)
    {
        var (list, joined) = Datasets[dataset];
        using var answer = await SendAsync(hub, $"{list}/{Uri.EscapeDataString(id)}/versions");
        if (answer.StatusCode == HttpStatusCode.NotFound) return [];
        var text = await answer.Content.ReadAsStringAsync();
        if (!answer.IsSuccessStatusCode) throw new ProofFailedException($"{name}: {id} {answer.StatusCode} {text}");
        var found = new List<string>();
        foreach (var version in JsonNode.Parse(text)!["data"]!.AsArray())
        {
            var record = version!["record"]!.AsObject();
            foreach (var field in joined) record.Remove(field);
            found.Add(Text(At(version["recorded_at"]!), version["superseded_at"] is { } until ? At(until) : null, record));
        }

        return found;
    }

    private static string Text(DateTimeOffset recordedAt, DateTimeOffset? supersededAt, JsonObject record) =>
        $"{Instants.Format(recordedAt)} {(supersededAt is { } at ? Instants.Format(at) : "now")} {record.ToJsonString()}";

    private static DateTimeOffset At(JsonNode instant) => DateTimeOffset.Parse((string)instant!, CultureInfo.InvariantCulture);

    private Task<HttpResponseMessage> SendAsync(HttpClient hub, string path)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, new Uri(path, UriKind.Relative));
        if (key is not null) request.Headers.Add("X-API-Key", key);
        return hub.SendAsync(request);
    }
}
