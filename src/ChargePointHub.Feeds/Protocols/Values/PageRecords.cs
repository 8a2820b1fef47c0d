using System.Globalization;
using ChargePointHub.Feeds.Conformance;
using ChargePointHub.Model;

namespace ChargePointHub.Feeds.Protocols.Values;

/// <summary>Records of one kind on the page being built: each id once, with one finding for all that came again, however many.</summary>
internal sealed class PageRecords<T>(IEqualityComparer<string> ids)
{
    private readonly Dictionary<string, int> _places = new(ids);
    private readonly Dictionary<(int Place, Rule Rule), Repeated> _repeated = [];
    private readonly List<Judged<T>> _records = [];

    public int Count => _records.Count;

    /// <summary>Null: not on this page.</summary>
    public Judged<T>? Find(string id) => _places.TryGetValue(id, out var place) ? _records[place] : null;

    /// <summary>In the place of one of the same id.</summary>
    public void Put(string id, Judged<T> record)
    {
        if (_places.TryAdd(id, _records.Count)) _records.Add(record);
        else _records[_places[id]] = record;
    }

    /// <param name="id">Of a record on the page.</param>
    /// <param name="at">Where the other stands.</param>
    /// <param name="value">What is shown of both.</param>
    /// <param name="kept">Which of them was kept.</param>
    public void CameAgain(string id, Rule rule, string at, string value, string kept)
    {
        var key = (_places[id], rule);
        if (_repeated.TryGetValue(key, out var repeated)) repeated.Add(at);
        else _repeated.Add(key, new Repeated(at, value, kept));
    }

    public IReadOnlyList<Judged<T>> Told()
    {
        foreach (var ((place, rule), repeated) in _repeated) _records[place] = _records[place] with { Findings = [.. _records[place].Findings, repeated.Told(rule)] };
        return _records;
    }

    private sealed class Repeated(string at, string value, string kept)
    {
        private const int MostPlaces = 5;

        private readonly HashSet<string> _others = new(StringComparer.Ordinal);
        private int _times = 2;

        public void Add(string other)
        {
            _times++;
            if (_others.Count < MostPlaces && other != at) _others.Add(other);
        }

        public Finding Told(Rule rule) => Findings.Make(
            rule, at, value,
            $"Came {(_times == 2 ? "twice" : $"{_times.ToString(CultureInfo.InvariantCulture)} times")}; {kept}.{(_others.Count == 0 ? "" : $" Also at {string.Join(", ", _others)}{(_others.Count < _times - 2 ? " and elsewhere" : "")}.")}");
    }
}
