using System.Text.Json;
using ChargePointHub.Client;

namespace ChargePointHub.Mirror;

/// <summary>Changes put together, so that a table is written anew once for many: which rows go, and which come.</summary>
internal sealed class ChangeBatch
{
    private const char Between = '\u001f';

    /// <summary>By the fields of a key, which are few, the values of each that goes.</summary>
    private readonly Dictionary<string, (string[] Fields, HashSet<string> Values)> gone = [];

    /// <summary>By the fields of a key, the records by its values.</summary>
    private readonly Dictionary<string, Dictionary<string, JsonElement>> coming = [];

    /// <summary>Changes that it was made of.</summary>
    public int Count { get; private set; }

    /// <summary>Records that take the place of those that go, or are new.</summary>
    public IEnumerable<JsonElement> Coming => coming.Values.SelectMany(c => c.Values);

    /// <summary>In the order in which they were told.</summary>
    public void Add(Change change)
    {
        Count++;
        var fields = string.Join(Between, change.Key.Keys);
        var values = string.Join(Between, change.Key.Values);
        if (!gone.TryGetValue(fields, out var known)) gone[fields] = known = ([.. change.Key.Keys], []);
        known.Values.Add(values);
        if (!change.IsRemoval)
        {
            if (!coming.TryGetValue(fields, out var records)) coming[fields] = records = [];
            records[values] = change.Record;
            return;
        }

        // Of the same fields it is one record's; of others it may be of many, which are looked for.
        foreach (var (theirs, records) in coming)
        {
            if (theirs == fields) records.Remove(values);
            else foreach (var (key, _) in records.Where(r => change.Key.All(k => r.Value.TryGetProperty(k.Key, out var value) && value.ValueEquals(k.Value))).ToList()) records.Remove(key);
        }
    }

    /// <summary>Whether a row of the table is one that goes.</summary>
    public bool Takes(TableReader row)
    {
        foreach (var (fields, values) in gone.Values)
        {
            if (values.Contains(string.Join(Between, fields.Select(row.Text)))) return true;
        }

        return false;
    }
}
