using ChargePointHub.Model;
using ChargePointHub.Store;
using ChargePointHub.Store.Queries;

namespace ChargePointHub.Server.Api.Completeness;

/// <summary>A gap that was, and what ended it.</summary>
/// <param name="Cause">Null: history from before the hub first collected the dataset.</param>
/// <param name="ClosedAt">When the last of it came.</param>
/// <param name="ClosedBy">Null: the run is no longer kept.</param>
public sealed record ClosedGap(
    string OperatorId, Dataset Dataset, Window Window, DateTimeOffset Since, string? Cause, DateTimeOffset ClosedAt, RunKind? ClosedBy)
{
    /// <summary>Pieces of one gap came one after another: those that touch, and are told alike, are one again. Pure.</summary>
    /// <param name="windows">By operator, dataset and beginning.</param>
    /// <param name="planOf">How its dataset comes in; null: it no longer does.</param>
    public static IReadOnlyList<ClosedGap> Of(IReadOnlyList<ClosedWindow> windows, Func<ClosedWindow, ListedDataset?> planOf)
    {
        var gaps = new List<ClosedGap>();
        foreach (var next in windows)
        {
            var cause = next.IsHistory ? null : GapCauses.Of(next.Failure, planOf(next));
            if (gaps.Count > 0 && gaps[^1] is var before && before.OperatorId == next.OperatorId && before.Dataset == next.Dataset
                && before.Cause == cause && before.ClosedBy == next.ClosedBy && next.Window.From <= before.Window.To)
            {
                var to = next.Window.To > before.Window.To ? next.Window.To : before.Window.To;
                gaps[^1] = before with
                {
                    Window = new Window(before.Window.From, to),
                    Since = next.Since < before.Since ? next.Since : before.Since,
                    ClosedAt = next.ClosedAt > before.ClosedAt ? next.ClosedAt : before.ClosedAt,
                };
                continue;
            }

            gaps.Add(new ClosedGap(next.OperatorId, next.Dataset, next.Window, next.Since, cause, next.ClosedAt, next.ClosedBy));
        }

        return gaps;
    }
}
