using ChargePointHub.Model;
using Npgsql;

namespace ChargePointHub.Store.Queries;

/// <summary>What a scope holds, as a condition: the one place where rights become SQL of the query layer.</summary>
internal static class ScopeSql
{
    /// <param name="borough">Column of the borough by today's areas; null: the statement knows none.</param>
    /// <param name="name">Of its parameters, where a statement asks about several datasets.</param>
    /// <exception cref="InvalidOperationException">Areas decide and the statement knows none: it must not run.</exception>
    public static string Within(Scope.Areas areas, string operatorId, string? borough, NpgsqlParameterCollection parameters, string name = "scope")
    {
        parameters.AddWithValue(name + "_operators", areas.Operators.ToArray());
        var whole = $"{operatorId} = ANY (@{name}_operators)";
        if (areas.Boroughs.Count == 0) return whole;
        if (borough is null) throw new InvalidOperationException("The scope is of areas, which this statement does not read.");
        parameters.AddWithValue(name + "_area_operators", areas.Boroughs.Select(b => b.OperatorId).ToArray());
        parameters.AddWithValue(name + "_area_boroughs", areas.Boroughs.Select(b => b.Borough).ToArray());
        return $"({whole} OR ({operatorId}, {borough}) IN (SELECT * FROM unnest(@{name}_area_operators, @{name}_area_boroughs)))";
    }
}
