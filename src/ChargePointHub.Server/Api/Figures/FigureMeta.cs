using System.Text.Json;
using ChargePointHub.Model;
using ChargePointHub.Server.Api.Answers;
using ChargePointHub.Server.Api.Completeness;

namespace ChargePointHub.Server.Api.Figures;

/// <summary>What an answer of figures says about itself.</summary>
/// <param name="Name">Of the figures.</param>
/// <param name="Basis">The dataset that they are made of.</param>
/// <param name="AsOf">When the hub last learnt something before it answered.</param>
/// <param name="RestrictedTo">What the reader's rights narrow it to; empty: nothing does.</param>
/// <param name="Limits">What of the records the reader's rights show, where that is not all of each.</param>
internal sealed record FigureMeta(
    string Name, Dataset Basis, Window Window, DateTimeOffset AsOf, IReadOnlyList<FigureGroup> Groups, PeriodUnit? Unit, IReadOnlyList<ListedOperator> Operators, CompletenessStatement Completeness,
    IReadOnlyList<string> RestrictedTo, IReadOnlyList<Right> Limits)
{
    public void WriteProperties(Utf8JsonWriter json)
    {
        json.WriteString("dataset", Name);
        json.WriteString("made_of", Basis.Name);
        json.WriteWindow("window", Window);
        json.WriteInstant("as_of", AsOf);
        json.WriteString("schema", "hub/v1/" + Name);
        json.WriteStrings("group_by", [.. Groups.Select(Words<FigureGroup>.Of), .. Unit is { } unit ? new[] { Words<PeriodUnit>.Of(unit) } : []]);
        AnswerMeta.WriteLicences(json, Basis, Operators);
        json.WriteStrings("restricted_to", RestrictedTo);
        AnswerMeta.WriteLimits(json, Basis, Limits);
        json.WritePropertyName("completeness");
        Completeness.Write(json);
    }
}
