using ChargePointHub.Model;

namespace ChargePointHub.Server.Api.Figures;

/// <summary>Which measures of a group the reader's rights do not show: a sum with a part that is withheld would either tell that part or be no sum.</summary>
internal sealed record HiddenFigures(bool Charging, bool Energy, bool Outcome, bool Revenue)
{
    /// <summary>All are shown.</summary>
    public static readonly HiddenFigures None = new(false, false, false, false);

    /// <param name="basis">The dataset that the figures are made of.</param>
    public static HiddenFigures Of(FigurePoints points, Dataset basis, Scope scope, int group)
    {
        if (scope.AreasOf(basis) is not { IsFull: false } areas) return None;
        var (from, to) = points.UnitsOf(group);
        var details = Enumerable.Range(from, to - from).SelectMany(i => points.Units[i].Members).Select(m => areas.DetailOf(m.OperatorId, m.BoroughGss)).Distinct().ToList();
        bool Hides(params string[] fields) => details.Any(d => fields.Any(d.Hides));
        return new HiddenFigures(Hides("charging_minutes"), Hides("energy_kwh"), Hides("outcome"), Hides("cost_inc_vat", "currency"));
    }

    /// <param name="measure">By its name in a row.</param>
    public bool Hides(string measure) => measure switch
    {
        "charging_minutes" or "idle_minutes" or "charging_utilisation_percent" => Charging,
        "energy_kwh" => Energy,
        "successful_sessions" => Outcome,
        "revenue_inc_vat" => Revenue,
        _ => false,
    };
}
