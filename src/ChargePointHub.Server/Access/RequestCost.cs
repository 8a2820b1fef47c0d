using ChargePointHub.Server.Api.Answers;
using ChargePointHub.Server.Api.Parameters;

namespace ChargePointHub.Server.Access;

/// <summary>What a request costs, in units: one for asking, and what its answer may take to read.</summary>
internal static class RequestCost
{
    /// <summary>Of any request, right or wrong; a 304 costs nothing more.</summary>
    public const int Asking = 1;

    /// <summary>Of an exact count, findings and closed gaps: all that is counted is read.</summary>
    public const int Counting = 10;

    /// <summary>Records that one unit reads.</summary>
    public const int RecordsAUnit = 1_000;

    /// <summary>Days of charge points that one unit reads figures of: so a key's units of a minute keep one core busy for about as long.</summary>
    public const int PointDaysAUnit = 10_000;

    /// <summary>Of figures, beside their rows: by the days and charge points that they are made of.</summary>
    public static int OfFigures(long pointDays) => (int)Math.Min(int.MaxValue / 2, pointDays / PointDaysAUnit);

    /// <summary>Of an answer of records, beside asking: by how many it may hold. A stream without a limit counts as the largest page.</summary>
    public static int OfAnswer(RequestParameters parameters, AnswerForm form)
    {
        var most = Formats.IsStream(form) && parameters["limit"] is null ? HubParameters.LargestLimit : parameters.Limit;
        return most / RecordsAUnit + (parameters["count"] is null ? 0 : Counting);
    }
}
