namespace ChargePointHub.Model;

public sealed partial record Scope
{
    /// <summary>Where one subject may be read, and in how much detail.</summary>
    public sealed class Areas
    {
        public static readonly Areas None = new("", []);

        private readonly Dictionary<string, Detail> whole;
        private readonly Dictionary<(string OperatorId, string Borough), Detail> parts;

        internal Areas(string subject, IEnumerable<Right> rights)
        {
            var all = rights.ToList();
            Subject = subject;
            whole = all.Where(r => r.Boroughs is null).GroupBy(r => r.OperatorId).ToDictionary(g => g.Key, g => Union(g.Select(r => r.Detail)), StringComparer.Ordinal);
            parts = all.Where(r => r.Boroughs is not null).SelectMany(r => r.Boroughs!.Select(b => (Place: (r.OperatorId, b), r.Detail))).GroupBy(p => p.Place, p => p.Detail)
                .Select(g => (g.Key, Detail: Union(whole.TryGetValue(g.Key.OperatorId, out var rest) ? [.. g, rest] : g), Elsewhere: rest))
                .Where(p => p.Detail != p.Elsewhere).ToDictionary(p => p.Key, p => p.Detail);
            Operators = whole.Keys.ToHashSet(StringComparer.Ordinal);
            Boroughs = parts.Keys.Where(p => !Operators.Contains(p.OperatorId)).ToHashSet();
            IsFull = whole.Values.Concat(parts.Values).All(d => d.IsFull);
        }

        public string Subject { get; }

        /// <summary>Of whom records of all London are held.</summary>
        public IReadOnlySet<string> Operators { get; }

        /// <summary>Of whom only what lies in a borough is held, by GSS code.</summary>
        public IReadOnlySet<(string OperatorId, string Borough)> Boroughs { get; }

        /// <summary>Every record that is held is shown as it is.</summary>
        public bool IsFull { get; }

        /// <summary>As few entries as say it, by operator. An entry without boroughs is of all London but for those that have an entry beside it.</summary>
        public IEnumerable<Right> Rights =>
            whole.Select(w => Told(w.Key, null, w.Value))
                .Concat(parts.GroupBy(p => (p.Key.OperatorId, p.Value), p => p.Key.Borough).Select(g => Told(g.Key.OperatorId, [.. g.Order(StringComparer.Ordinal)], g.Key.Value)))
                .OrderBy(r => r.OperatorId, StringComparer.Ordinal).ThenBy(r => r.Boroughs is null ? "" : r.Boroughs[0], StringComparer.Ordinal);

        public bool Holds(string operatorId) => Operators.Contains(operatorId) || Boroughs.Any(b => b.OperatorId == operatorId);

        /// <summary>All of an operator's records, each as it is.</summary>
        public bool HoldsInFull(string operatorId) => whole.TryGetValue(operatorId, out var detail) && detail.IsFull;

        /// <summary>Of a record that is held.</summary>
        /// <param name="borough">GSS code by today's boundaries; null: it lies in none.</param>
        public Detail DetailOf(string operatorId, string? borough) =>
            borough is not null && parts.TryGetValue((operatorId, borough), out var part) ? part : whole[operatorId];

        /// <summary>The coarsest precision among the records that the filters admit.</summary>
        /// <param name="operators">Null: anybody's.</param>
        /// <param name="boroughs">GSS codes; null: anywhere.</param>
        public TimePrecision Coarsest(IReadOnlyList<string>? operators, IReadOnlyList<string>? boroughs) =>
            parts.Where(p => operators?.Contains(p.Key.OperatorId) != false && boroughs?.Contains(p.Key.Borough) != false).Select(p => p.Value.Precision)
                .Concat(whole.Where(w => operators?.Contains(w.Key) != false && boroughs?.All(b => parts.ContainsKey((w.Key, b))) != true).Select(w => w.Value.Precision))
                .DefaultIfEmpty(TimePrecision.Exact).Max();

        /// <summary>Where each precision holds, the finest first: a record is of the first that names its place.</summary>
        public IEnumerable<(TimePrecision Precision, IReadOnlyList<string> Operators, IReadOnlyList<(string OperatorId, string Borough)> Boroughs)> Levels =>
            from precision in whole.Values.Concat(parts.Values).Select(d => d.Precision).Distinct().Order()
            select (precision, (IReadOnlyList<string>)[.. whole.Where(w => w.Value.Precision == precision).Select(w => w.Key)],
                (IReadOnlyList<(string, string)>)[.. parts.Where(p => p.Value.Precision == precision).Select(p => p.Key)]);

        internal bool Include(Areas other) =>
            other.whole.All(o => whole.TryGetValue(o.Key, out var detail) && detail.Includes(o.Value))
            && other.parts.All(o => (parts.TryGetValue(o.Key, out var detail) || whole.TryGetValue(o.Key.OperatorId, out detail)) && detail.Includes(o.Value));

        private Right Told(string operatorId, IReadOnlyList<string>? boroughs, Detail detail) => new(operatorId, Subject, boroughs, detail.FieldsOf(Subject), detail.Precision);

        private static Detail Union(IEnumerable<Detail> details) => details.Aggregate((a, b) => a.Or(b));
    }
}
