using ChargePointHub.Model;

namespace ChargePointHub.Server.Api.Figures;

/// <summary>
/// Which measures of a group the reader's rights do not show: a sum with a part that is withheld would either tell that part or be no sum. Minutes of single charge points
/// and locations would tell, to whom times are told in whole units, how long a session was.
/// </summary>
internal sealed record HiddenFigures(bool Minutes, bool Charging, bool Energy, bool Outcome, bool Revenue)
{
    /// <summary>All are shown.</summary>
    public static readonly HiddenFigures None = new(false, false, false, false, false);

    /// <param name="basis">The dataset that the figures are made of.</param>
    public static HiddenFigures Of(FigurePoints points, Dataset basis, Scope scope, int group)
    {
        if (scope.AreasOf(basis) is not { IsFull: false } areas) return None;
        var (from, to) = points.UnitsOf(group);
        var details = Enumerable.Range(from, to - from).SelectMany(i => points.Units[i].Members).Select(m => areas.DetailOf(m.OperatorId, m.BoroughGss)).Distinct().ToList();
        var isSmall = points.By.Any(g => g is FigureGroup.ChargePoint or FigureGroup.Location) && details.Any(d => d.Precision != TimePrecision.Exact);
        bool Hides(params string[] fields) => details.Any(d => fields.Any(d.Hides));
        return new HiddenFigures(isSmall, isSmall || Hides("charging_minutes"), Hides("energy_kwh"), Hides("outcome"), Hides("cost_inc_vat", "currency"));
    }
}
