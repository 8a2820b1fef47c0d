using System.Text.Json;
using ChargePointHub.Feeds.Registry;

namespace ChargePointHub.Feeds.Protocols.MappedJson;

/// <summary>The list of status of a pull, by charge point. It keeps its answers until the pull has ended.</summary>
internal sealed class MappedStatuses(MappedStatus? status) : IDisposable
{
    private readonly MappedField? _id = status?.Fields.First(f => f.Target.Name == "charge_point_id");
    private readonly Dictionary<string, MappedRow> _rows = new(StringComparer.Ordinal);
    private readonly List<JsonDocument> _answers = [];

    public void Take(MappedAnswer answer)
    {
        if (answer.Json is { } json) _answers.Add(json);
        foreach (var row in answer.Rows)
        {
            if (MappedWriter.Plain(_id!, row) is { } id) _rows[id] = row;
        }
    }

    /// <summary>Null where the list does not name the charge point.</summary>
    public MappedRow? Of(MappedRow row, FeedMapping mapping) =>
        status is not null && mapping.Fields.Fields.FirstOrDefault(f => f.Target.Name == "charge_point_id") is { } field && MappedWriter.Plain(field, row) is { } id
            ? _rows.GetValueOrDefault(id)
            : null;

    public void Dispose()
    {
        foreach (var answer in _answers) answer.Dispose();
    }
}
