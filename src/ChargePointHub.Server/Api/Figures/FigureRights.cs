using ChargePointHub.Model;
using ChargePointHub.Server.Api.Parameters;
using ChargePointHub.Server.Api.Problems;
using ChargePointHub.Store.Figures;

namespace ChargePointHub.Server.Api.Figures;

/// <summary>Whether figures may be told at all of charge points.</summary>
internal static class FigureRights
{
    /// <summary>Ids that name no charge point or location that is held: an empty answer would look like one that nobody used.</summary>
    /// <param name="held">All that the reader holds.</param>
    /// <param name="points">Of these, what the question admits.</param>
    public static IReadOnlyList<Fault> UnknownOf(RequestParameters parameters, IReadOnlyList<NetworkPoint> held, IReadOnlyList<NetworkPoint> points)
    {
        return [.. Of("charge_point", p => p.ChargePointId), .. Of("location", p => p.LocationId)];

        IEnumerable<Fault> Of(string name, Func<NetworkPoint, string> idOf)
        {
            if (parameters.List(name) is not { } asked) return [];
            var unknown = asked.ToHashSet(StringComparer.Ordinal);
            unknown.ExceptWith(points.Select(idOf));
            if (unknown.Count == 0) return [];
            unknown.ExceptWith(held.Select(idOf));
            if (unknown.Count == 0) return [];
            var known = held.Select(idOf).ToHashSet(StringComparer.Ordinal);
            return asked.Where(unknown.Contains).Distinct().Take(Problem.MostTold + 1).Select((id, i) => FaultOf(id, i < Nearest.MostGuesses ? Nearest.Of(id, known) : null));

            Fault FaultOf(string id, string? nearest) => new(
                ErrorCatalogue.UnknownPoint, name, $"'{WordList.Shown(id)}' is no {name.Replace('_', ' ')} of which this key may read what the figures are made of.", null, nearest,
                nearest is null ? null : $"{name}={Uri.EscapeDataString(nearest)}");
        }
    }

    /// <summary>
    /// To whom times are told in whole units nothing is added up to the microsecond: of one session its length would be told, of a sum less another that of
    /// the rest, and by a figure that changes when something happened. Null: times of all of these are told exactly.
    /// </summary>
    /// <param name="basis">The dataset that the figures are made of.</param>
    public static Fault? FaultOf(HubRequest request, Dataset basis, IReadOnlyList<NetworkPoint> points)
    {
        if (request.Scope.AreasOf(basis) is not { } areas || points.All(p => areas.DetailOf(p.OperatorId, p.BoroughGss).Precision == TimePrecision.Exact)) return null;
        var exact = points.GroupBy(p => p.OperatorId).Where(o => o.All(p => areas.DetailOf(p.OperatorId, p.BoroughGss).Precision == TimePrecision.Exact)).Select(o => o.Key).Order(StringComparer.Ordinal).ToList();
        return exact is [var first, ..]
            ? new Fault(
                ErrorCatalogue.FiguresOfCutTimes, "operator", $"Times of {basis.Name} of some of these charge points are told to this key in whole units, and figures would tell them more finely.", exact, Example: $"operator={first}")
            : new Fault(
                ErrorCatalogue.FiguresOfCutTimes, null, $"Times of {basis.Name} of all of these operators are told to this key in whole units, and figures would tell them more finely; the records themselves can be read as they are told.",
                Example: $"/v1/{basis.Name.Replace('_', '-')}");
    }
}
