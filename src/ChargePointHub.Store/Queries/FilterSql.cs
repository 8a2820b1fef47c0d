using System.Globalization;
using System.Text;
using ChargePointHub.Model;
using Npgsql;

namespace ChargePointHub.Store.Queries;

/// <summary>Filters as conditions. Columns are constants; values are always parameters.</summary>
internal static class FilterSql
{
    private const double MetresADegree = 111_195;

    public static void Append(StringBuilder sql, IReadOnlyList<RecordFilter> filters, Dataset dataset, NpgsqlParameterCollection parameters)
    {
        foreach (var filter in filters)
        {
            // The same field may be asked about twice, so the name says its place.
            string Name(object value, string part = "")
            {
                var name = string.Create(CultureInfo.InvariantCulture, $"filter_{parameters.Count}{part}");
                parameters.AddWithValue(name, value);
                return "@" + name;
            }

            sql.Append(" AND ").Append(filter switch
            {
                RecordFilter.OneOf { Field: FilterField.Standard } f => Often($"{Standards(dataset)} && {Name(f.Words.ToArray())}"),
                RecordFilter.OneOf { Field: FilterField.Ward or FilterField.Lsoa } f => $"{Column(f.Field, dataset)} = ANY ({Name(f.Words.ToArray())})",
                RecordFilter.OneOf f => Often($"{Column(f.Field, dataset)} = ANY ({Name(f.Words.ToArray())})"),
                RecordFilter.Between f => string.Join(" AND ", Bounds(Column(f.Field, dataset), f.Least, f.Below, Name)),
                RecordFilter.LastUpdated f => string.Join(" AND ", Bounds("r.last_updated", f.From, f.To, Name)),
                RecordFilter.InBox f => Box(dataset, Name(f.West), Name(f.South), Name(f.East), Name(f.North)),
                RecordFilter.Near f => Near(f, dataset, Name),
                _ => throw new ArgumentOutOfRangeException(nameof(filters), filter, null),
            });
        }
    }

    /// <summary>The window on the time that it is about.</summary>
    /// <param name="eventTime">The dataset's event time, which its order and index lead with.</param>
    public static string Window(TimeField field, string eventTime) => field switch
    {
        TimeField.Event => Within(eventTime),
        TimeField.PlugOut => Within("r.plug_out_at"),
        TimeField.Ended => Within("r.ended_at"),
        TimeField.Lasting => $"{eventTime} < @to AND coalesce(r.ended_at, 'infinity') > @from",
        TimeField.LastUpdated => Within("r.last_updated"),
        TimeField.Recorded => Within("r.recorded_at"),
        _ => throw new ArgumentOutOfRangeException(nameof(field), field, null),
    };

    /// <summary>Of what is no column the planner knows nothing and takes it for rare: it would collect and sort the whole window for each page. One of two is nearer, and pages are read in order.</summary>
    internal static string Often(string condition) => $"CASE WHEN {condition} THEN true ELSE false END";

    private static string Within(string column) => $"{column} >= @from AND {column} < @to";

    private static IEnumerable<string> Bounds(string column, object? least, object? below, Func<object, string, string> name)
    {
        if (least is not null) yield return $"{column} >= {name(least, "")}";
        if (below is not null) yield return $"{column} < {name(below, "")}";
    }

    private static string Box(Dataset dataset, string west, string south, string east, string north)
    {
        var point = PointOf(dataset);
        return $"{point}.longitude >= {west} AND {point}.longitude <= {east} AND {point}.latitude >= {south} AND {point}.latitude <= {north}";
    }

    /// <summary>By the haversine formula; a box around the circle first, which costs next to nothing.</summary>
    private static string Near(RecordFilter.Near near, Dataset dataset, Func<object, string, string> name)
    {
        var (point, lat, lon, metres) = (PointOf(dataset), name((double)near.Latitude, "lat"), name((double)near.Longitude, "lon"), name((double)near.Metres, "m"));
        var height = near.Metres / MetresADegree * 1.001;
        var width = height / Math.Max(0.01, Math.Cos((double)near.Latitude * Math.PI / 180));
        var around = Box(
            dataset, name(near.Longitude - (decimal)width, "w"), name(near.Latitude - (decimal)height, "s"), name(near.Longitude + (decimal)width, "e"), name(near.Latitude + (decimal)height, "n"));
        return $"{around} AND 2 * 6371008.8 * asin(least(1, sqrt(sind(({point}.latitude::float8 - {lat}) / 2) ^ 2 + cosd({lat}) * cosd({point}.latitude::float8) * sind(({point}.longitude::float8 - {lon}) / 2) ^ 2))) <= {metres}";
    }

    // Rows from before these columns were typed say it in their document; whatever is written anew has it in its column.
    private static string Column(FilterField field, Dataset dataset) => field switch
    {
        FilterField.Ward => "a.ward_gss",
        FilterField.Lsoa => "a.lsoa21",
        FilterField.Access => Typed(PointOf(dataset), "access"),
        FilterField.FundingStream => Typed(PointOf(dataset), "funding_stream"),
        FilterField.LocationType => Typed(PointOf(dataset), "location_type"),
        FilterField.UserType => Typed("r", "user_type"),
        FilterField.MaxPowerKw => PointOf(dataset) + ".max_power_kw",
        FilterField.EnergyKwh => "r.energy_wh / 1000.0",
        FilterField.PlugInMinutes => "extract(epoch FROM r.plug_out_at - r.plug_in_at) / 60",
        _ => throw new ArgumentOutOfRangeException(nameof(field), field, "It is no field of one value."),
    };

    private static string Standards(Dataset dataset) =>
        $"coalesce({PointOf(dataset)}.standards, ARRAY(SELECT k ->> 'standard' FROM json_array_elements({PointOf(dataset)}.document -> 'connectors') k))";

    private static string Typed(string table, string column) => $"coalesce({table}.{column}, {table}.document ->> '{column}')";

    private static string PointOf(Dataset dataset) => dataset == Dataset.ChargePoints ? "r" : "c";
}
