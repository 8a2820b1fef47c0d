using System.Text.Json.Nodes;
using ChargePointHub.Feeds.Conformance;
using ChargePointHub.Model;
using ChargePointHub.Sandbox.Operators;

namespace ChargePointHub.Sandbox.Replay;

/// <summary>The operator file of a replayed operator: what the hub must know in order to ask for the recordings.</summary>
public static class ReplayFile
{
    /// <returns>Name of the file written.</returns>
    public static string Write(OperatorFiles files, RecordedOperator recorded, int port, DateTimeOffset earliest)
    {
        // Recordings of one operator may hold their records at different places; settings belong to a feed, so each place is a feed.
        var places = recorded.Answers
            .Where(a => a.Dataset is not null)
            .GroupBy(a => a.Dataset!)
            .GroupBy(d => (d.First().RecordsPointer, d.First().HasEnvelope), d => d.ToList())
            .ToList();
        var feeds = new JsonArray();
        foreach (var place in places)
        {
            var firsts = place.Select(d => d[0]).ToList();
            var feed = files.Feed(recorded.OperatorId, places.Count == 1 ? "replay" : "replay-" + firsts[0].Dataset!.Name.Replace('_', '-'), recorded.Protocol, $"https://localhost:{port}{Base(recorded, firsts)}");
            feed.Remove("credential");
            var isOcpi = recorded.Protocol.StartsWith("ocpi", StringComparison.Ordinal);
            var datasets = new JsonArray([.. place.OrderBy(d => Dataset.All.ToList().IndexOf(d[0].Dataset!)).Select(d => Plan(d, earliest))]);
            if (isOcpi)
            {
                var ocpi = Ocpi(recorded, place.Key.RecordsPointer, place.Key.HasEnvelope, place.ToList());
                if (ocpi["tariffs_in_evses"] is JsonValue inside && (bool)inside && recorded.Answers.All(a => a.Dataset != Dataset.Tariffs))
                {
                    var tariffs = OperatorFiles.Snapshot(Dataset.Tariffs, null);
                    tariffs["carried_by"] = Dataset.ChargePoints.Name;
                    datasets.Add(tariffs);
                }

                feed["ocpi"] = ocpi;
            }

            feed["datasets"] = datasets;
            feeds.Add(feed);
        }

        // Recordings come from anywhere.
        return files.Write(recorded.OperatorId, recorded.Name, [], feeds, recorded.Licence, recorded.Attribution, Territory.World);
    }

    private static JsonObject Ocpi(RecordedOperator recorded, string? pointer, bool hasEnvelope, IReadOnlyList<List<RecordedAnswer>> datasets)
    {
        var ocpi = (JsonObject)recorded.Ocpi.DeepClone();
        ocpi.TryAdd("discovery", false);
        ocpi.TryAdd("envelope", hasEnvelope);
        if (pointer is not null) ocpi["records_pointer"] = pointer;
        if (datasets.Any(d => d.Any(a => a.HasTariffsInEvses)) && recorded.Answers.All(a => a.Dataset != Dataset.Tariffs)) ocpi.TryAdd("tariffs_in_evses", true);
        // Recorded pages join without overlap: they were asked for one after the other.
        if (datasets.Any(d => d.Any(a => RecordedOperator.NumberIn(a.Query, "offset") > 0))) ocpi.TryAdd("page_overlap", 0);
        ocpi["paths"] = new JsonObject([.. datasets.Select(d => KeyValuePair.Create<string, JsonNode?>(d[0].Dataset!.Name, d[0].Path == "/" ? "/" : d[0].Path.TrimStart('/')))]);
        return ocpi;
    }

    private static JsonObject Plan(List<RecordedAnswer> answers, DateTimeOffset earliest)
    {
        var dataset = answers[0].Dataset!;
        return dataset.IsSnapshot
            ? OperatorFiles.Snapshot(dataset, answers.Max(a => RecordedOperator.NumberIn(a.Query, "limit")))
            : OperatorFiles.Windowed(dataset, dataset == Dataset.StatusChanges ? "at" : "last_updated", earliest, null);
    }

    /// <summary>With discovery the versions' path; with loti-v1 what stands before the name that it asks for; else nothing.</summary>
    private static string Base(RecordedOperator recorded, List<RecordedAnswer> answers)
    {
        if (recorded.Protocol == "loti-v1")
        {
            var name = "/" + answers[0].Dataset!.Name.Replace('_', '-');
            return answers[0].Path.EndsWith(name, StringComparison.Ordinal) ? answers[0].Path[..^name.Length] : "";
        }

        var discovers = recorded.Ocpi["discovery"] is JsonValue value && (bool)value;
        return discovers && recorded.Answers.FirstOrDefault(a => a.Dataset is null && a.Path.TrimEnd('/').EndsWith("/versions", StringComparison.Ordinal)) is { } versions ? versions.Path : "";
    }
}
