using System.Text.Json.Nodes;
using ChargePointHub.Model;

namespace ChargePointHub.Sandbox.Faults;

/// <summary>Some sessions and status changes are in the books only long after the time that they carry.</summary>
public sealed class LateFault(double percent, TimeSpan delay) : OperatorFault
{
    private const long Stream = 7;

    public override IReadOnlyList<int> Show(AskedList list, IReadOnlyList<int> rows)
    {
        if (list.Dataset.IsSnapshot) return rows;
        var shownUntil = (list.AsOf - delay).ToUnixTimeMilliseconds();
        return [.. rows.Where(r => list.LastUpdatedOf(r) <= shownUntil || list.Lot(r, Stream) * 100 >= percent || list.Withhold(r, "late"))];
    }
}

/// <summary>Some charge points are missing from the operator's list.</summary>
/// <param name="count">So many; 0: by share.</param>
public sealed class VanishFault(int count, double percent) : OperatorFault
{
    private const long Stream = 8;

    public override IReadOnlyList<int> Show(AskedList list, IReadOnlyList<int> rows)
    {
        if (list.Dataset != Dataset.ChargePoints) return rows;
        var gone = rows.OrderBy(r => list.Lot(r, Stream)).Take(count > 0 ? count : (int)Math.Round(rows.Count * percent / 100)).ToHashSet();
        return [.. rows.Where(r => !gone.Contains(r) || list.Withhold(r, "vanish"))];
    }
}

/// <summary>last_updated of charge points and tariffs is the time of asking.</summary>
public sealed class AlwaysNowFault : OperatorFault
{
    public override Task AnswerAsync(FaultyRequest request, Func<Task> api)
    {
        var path = request.Context.Request.Path.Value ?? "";
        if (path.EndsWith("/charging-sessions", StringComparison.Ordinal) || path.EndsWith("/status-changes", StringComparison.Ordinal)) return api();
        var now = Instants.Format(request.Now);
        return HeldAnswer.ChangeAsync(request, api, json => Stamp(json, now));
    }

    private static void Stamp(JsonNode? node, string now)
    {
        if (node is JsonArray items)
        {
            foreach (var item in items) Stamp(item, now);
        }
        else if (node is JsonObject record)
        {
            if (record.ContainsKey("last_updated")) record["last_updated"] = now;
            foreach (var (_, value) in record) Stamp(value, now);
        }
    }
}
