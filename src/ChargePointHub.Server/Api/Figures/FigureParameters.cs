using ChargePointHub.Model;
using ChargePointHub.Server.Api.Parameters;
using ChargePointHub.Server.Api.Problems;

namespace ChargePointHub.Server.Api.Figures;

/// <summary>Parameters of figures: by what they are put together, of which London days, and of which charge points.</summary>
internal static class FigureParameters
{
    private static readonly string[] Known = [.. Words<FigureGroup>.All, .. Words<PeriodUnit>.All];

    public static readonly Parameter GroupBy = new(
        "group_by", "What a row is of, separated by commas: any of the groups, and at most one period (day, week, month, quarter, year). Without a group rows are of all charge points in question, without a "
            + "period of the whole window. Default: borough,day.", "borough,day", Known, Check)
    {
        IsList = true,
        Errors = [ErrorCatalogue.UnknownValue, ErrorCatalogue.SeveralPeriods],
    };

    public static readonly Parameter GroupByAlone = WordList.Words(
        "group_by", "What a row is of beside the hour, separated by commas: charge point, location, operator, borough, ward, power band or funding stream. Default: of all charge points in question.",
        Words<FigureGroup>.All) with
    {
        Example = "borough",
    };

    public static readonly Parameter From = HubParameters.From with
    {
        Description = "First London day: its date, or the instant of its midnight. Default: that of the newest whole month before `to`; of weeks and quarters quarter, of years year.",
        Errors = [.. HubParameters.From.Errors, ErrorCatalogue.NoWholeDay],
    };

    public static readonly Parameter To = HubParameters.To with
    {
        Description = "First London day after the window: its date, or the instant of its midnight. Default: today, which is then left out.",
        Errors = From.Errors,
    };

    public static readonly Parameter Period = HubParameters.Period with
    {
        Description = "A whole London day, week, month, quarter or year, instead of `from` and `to`; of one that goes on, what there is of it up to now.",
    };

    public static readonly Parameter ChargePoint = new(
        "charge_point", "Ids of charge points, separated by commas.", "lamplight:GB*LMP*E1234", null, (value, _) => WordList.Listed(value, "charge_point"), _ => null)
    {
        IsList = true,
        MaxLength = 200,
        Errors = [ErrorCatalogue.UnknownPoint],
    };

    public static readonly Parameter Location = new(
        "location", "Ids of locations, separated by commas.", "lamplight:LOC-12", null, (value, _) => WordList.Listed(value, "location"), _ => null)
    {
        IsList = true,
        MaxLength = 200,
        Errors = [ErrorCatalogue.UnknownPoint],
    };

    /// <summary>Which charge points.</summary>
    public static readonly IReadOnlyList<Parameter> OfPoints =
    [
        HubParameters.Operator, HubParameters.Borough, FilterParameters.Ward, FilterParameters.Lsoa, ChargePoint, Location, HubParameters.PowerBand, .. FilterParameters.MaxPower, FilterParameters.Access,
        FilterParameters.FundingStream, FilterParameters.LocationType,
    ];

    /// <summary>As asked for, or as it is without.</summary>
    public static (IReadOnlyList<FigureGroup> Groups, PeriodUnit? Unit) GroupsOf(RequestParameters parameters, (FigureGroup? Group, PeriodUnit? Unit) usual)
    {
        if (parameters.List("group_by") is not { } words) return (usual.Group is { } group ? [group] : [], usual.Unit);
        return ([.. words.Select(Words<FigureGroup>.Parse).OfType<FigureGroup>().Distinct().Order()], words.Select(Words<PeriodUnit>.Parse).FirstOrDefault(u => u is not null));
    }

    private static IEnumerable<Fault> Check(string value, CheckAgainst against)
    {
        foreach (var fault in WordList.Words("group_by", "", Known).Check(value, against)) yield return fault;
        var periods = Parameter.Split(value).Where(w => Words<PeriodUnit>.All.Contains(w)).Distinct().ToList();
        if (periods.Count > 1)
        {
            yield return new Fault(
                ErrorCatalogue.SeveralPeriods, "group_by", $"{string.Join(" and ", periods)} are of different lengths, and a day would be in several rows.",
                Example: $"group_by={string.Join(',', Parameter.Split(value).Where(w => Known.Contains(w) && (!periods.Contains(w) || w == periods[0])).Distinct())}");
        }
    }
}
