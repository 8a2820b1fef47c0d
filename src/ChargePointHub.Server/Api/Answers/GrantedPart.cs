using ChargePointHub.Model;
using ChargePointHub.Server.Api.Problems;
using ChargePointHub.Store.Queries;

namespace ChargePointHub.Server.Api.Answers;

/// <summary>The part of a question that the reader's rights hold. Records outside it are left out by the query itself; this is what is said about it.</summary>
internal static class GrantedPart
{
    /// <summary>Operators whose records the answer can hold; only they are judged, and named.</summary>
    /// <param name="restrictedTo">For <c>meta.restricted_to</c>: an operator, or one with a borough; empty: all of what was asked for is held.</param>
    public static IReadOnlyList<ListedOperator> Of(Scope scope, Dataset dataset, IReadOnlyList<ListedOperator> operators, out IReadOnlyList<string> restrictedTo)
    {
        restrictedTo = [];
        if (scope.AreasOf(dataset) is not { } areas || operators.All(o => areas.Operators.Contains(o.OperatorId))) return operators;
        var held = operators.Where(o => areas.Holds(o.OperatorId)).ToList();
        restrictedTo =
        [
            .. held.SelectMany(o => areas.Operators.Contains(o.OperatorId) ? (IEnumerable<string>)[o.OperatorId]
                : areas.Boroughs.Where(b => b.OperatorId == o.OperatorId).Select(b => $"{b.OperatorId}:{b.Borough}").Order(StringComparer.Ordinal)),
        ];
        return held;
    }

    /// <summary>Operators of the question whose feeds' quality is held.</summary>
    /// <param name="restrictedTo">For <c>meta.restricted_to</c>; empty: that of all who were asked about is held.</param>
    public static IReadOnlyList<string> OfQuality(HubRequest request, out IReadOnlyList<string> restrictedTo)
    {
        var held = request.Operators.Select(o => o.OperatorId).Where(request.Scope.ReadsQuality).ToList();
        restrictedTo = held.Count == request.Operators.Count ? [] : [.. held.Order(StringComparer.Ordinal)];
        return held;
    }

    /// <summary>As <see cref="FaultOf"/>, of what is told to those who hold the quality of feeds.</summary>
    public static Fault? FaultOfQuality(HubRequest request) =>
        request.Parameters["operator"] is null || request.Operators.Any(o => request.Scope.ReadsQuality(o.OperatorId)) ? null
            : OfOperators(request, "quality of feeds", request.Scope.ReadsQuality);

    /// <summary>For <c>meta.limits</c>: all that is held of those operators of whose records not all is shown; empty: all is shown.</summary>
    /// <param name="asked">Ids of operators; null: any. Records outlive the files of their operators, so that the directory does not say whose the answer can hold.</param>
    public static IReadOnlyList<Right> LimitsOf(Scope scope, Dataset dataset, IReadOnlyList<string>? asked) => scope.AreasOf(dataset) is not { IsFull: false } areas ? []
        : [.. areas.Rights.GroupBy(r => r.OperatorId).Where(g => g.Any(r => !r.Detail.IsFull) && asked?.Contains(g.Key) != false).SelectMany(g => g)];

    /// <summary>Filters that no grant meets at all: an empty answer would read like silence. Says nothing but what the reader's own grants are.</summary>
    /// <param name="operators">Those that the filters admit.</param>
    public static Fault? FaultOf(HubRequest request, Dataset dataset, IReadOnlyList<ListedOperator> operators)
    {
        if (request.Scope.AreasOf(dataset) is not { } areas) return null;
        var held = operators.Where(o => areas.Holds(o.OperatorId)).ToList();
        if (request.Parameters["operator"] is not null && held.Count == 0) return OfOperators(request, dataset.Name, areas.Holds);
        if (request.Parameters.Boroughs() is not { } asked || held.Any(o => areas.Operators.Contains(o.OperatorId))) return null;
        var boroughs = areas.Boroughs.Where(b => held.Any(o => o.OperatorId == b.OperatorId)).Select(b => b.Borough).Distinct().Order(StringComparer.Ordinal).ToList();
        return boroughs.Intersect(asked).Any() ? null
            : new Fault(
                ErrorCatalogue.ScopeTooNarrow, "borough", $"The key holds no {dataset} of these boroughs.", boroughs, Example: boroughs is [var near, ..] ? $"borough={near}" : null);
    }

    /// <summary>Filters that would tell what the reader's grants withhold of some of the records in question.</summary>
    /// <param name="operators">As those asked about of <see cref="LimitsOf"/>.</param>
    /// <param name="precision">The coarsest in which times of these records are told.</param>
    public static IReadOnlyList<Fault> FaultsOfFilters(HubRequest request, Dataset dataset, IReadOnlyList<string>? operators, TimePrecision precision)
    {
        if (request.Scope.AreasOf(dataset) is not { IsFull: false } areas) return [];
        var asked = request.Parameters.Boroughs();
        var rights = areas.Rights.Where(r => operators?.Contains(r.OperatorId) != false && (asked is null || r.Boroughs is null || r.Boroughs.Intersect(asked).Any())).ToList();
        var faults = new List<Fault>();
        foreach (var parameter in request.Route.Parameters.Where(p => request.Parameters[p.Name] is not null))
        {
            if (parameter.Field is { } field && rights.Any(r => r.Detail.Hides(field)))
                faults.Add(new Fault(ErrorCatalogue.FieldNotGranted, parameter.Name, $"The grants of the key withhold {field} for some of these records, so they cannot be found by it."));
            if (precision != TimePrecision.Exact && (parameter.TellsTimes || (parameter.Name == "time_field" && request.Parameters.TimeField != TimeField.Event)))
                faults.Add(new Fault(ErrorCatalogue.FinerThanGranted, parameter.Name, $"Times of some of these records are told in whole units, and {parameter.Name} would tell them more finely."));
        }

        return faults;
    }

    private static Fault OfOperators(HubRequest request, string subject, Func<string, bool> isHeld)
    {
        var known = request.Directory.Operators.Select(o => o.OperatorId).Where(isHeld).ToList();
        return new Fault(ErrorCatalogue.ScopeTooNarrow, "operator", $"The key holds no {subject} of these operators.", known, Example: known is [var first, ..] ? $"operator={first}" : null);
    }
}
