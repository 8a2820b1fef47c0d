using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using ChargePointHub.Model;
using ChargePointHub.Server.Api.Schemas;

namespace ChargePointHub.Server.Pages;

/// <summary>The data dictionary: a page for each dataset, walked from the schema that its records are held to.</summary>
internal static class DataPages
{
    private const string Null = "null";

    public static readonly IReadOnlyList<DocPage> All = [.. Dataset.All.Select(Of)];

    public static string AddressOf(Dataset dataset) => "/docs/data/" + dataset.Name.Replace('_', '-');

    public static string Index(PageReading reading) =>
        "<p>Every field that records have, its type and unit, and what it means when it is null. The same for programs: JSON Schema at "
        + "<a href=\"/v1/schemas\">/v1/schemas</a>.</p>\n"
        + Html.Definitions(Dataset.All.Select(d => ($"<a href=\"{AddressOf(d)}\">{d.Name}</a>", Html.Prose(SchemaOf(d).Description) + (d.IsRestricted ? " <span>needs a key</span>" : ""))));

    private static PublishedSchema SchemaOf(Dataset dataset) =>
        PublishedSchemas.Find("hub/v1/" + dataset.Name) ?? throw new InvalidOperationException($"schemas/hub/v1 has no {dataset.Name}.");

    private static DocPage Of(Dataset dataset)
    {
        var schema = SchemaOf(dataset);
        return new DocPage(AddressOf(dataset), "Fields of " + dataset.Name, null, _ => Body(dataset, schema));
    }

    private static string Body(Dataset dataset, PublishedSchema schema)
    {
        var html = new StringBuilder($"<p>{Html.Prose(schema.Description)}</p>\n<p><a href=\"{schema.Href}\">{schema.Href}</a> is the schema.</p>\n");
        var parts = new List<string>();
        html.Append(Fields(HubSchemas.Component(schema.Title).Schema, parts));
        for (var i = 0; i < parts.Count; i++)
        {
            var part = HubSchemas.Component(parts[i]).Schema;
            html.Append($"<h2 id=\"{parts[i]}\">{parts[i]}</h2>\n<p>{Html.Prose((string?)part["description"] ?? "")}</p>\n").Append(Fields(part, parts));
        }

        return html.Append($"<p>In the answers of every route of <a href=\"/docs/reference\">{dataset.Name}</a>, <code>select</code> keeps the fields that it names.</p>").ToString();
    }

    /// <param name="parts">Objects within, to be described after; what is met is added.</param>
    private static string Fields(JsonObject schema, List<string> parts) => Html.Definitions(
        (schema["properties"]?.AsObject() ?? []).Select(p => ($"<code>{p.Key}</code> <span>{string.Join(" or ", TypesOf(p.Value!.AsObject(), parts).Distinct().OrderBy(t => t == Null))}</span>", Said(p.Value!.AsObject()))));

    /// <summary>What a value can be, in words; objects as links to where they are described.</summary>
    private static IEnumerable<string> TypesOf(JsonObject schema, List<string> parts)
    {
        if (Component(schema) is { } name)
        {
            var target = HubSchemas.Component(name).Schema;
            if ((string?)(target["type"] as JsonValue) != "object") return TypesOf(target, parts);
            if (!parts.Contains(name)) parts.Add(name);
            return [$"<a href=\"#{name}\">{name}</a>"];
        }

        if (schema["oneOf"] is JsonArray choices) return choices.SelectMany(c => TypesOf(c!.AsObject(), parts));
        var format = (string?)schema["format"];
        return Names(schema).Select(type => type switch
        {
            "string" when format == "date-time" => "instant",
            "string" when format == "date" => "London date",
            "string" => schema["enum"] is null ? "text" : "word",
            "number" => "decimal number",
            "integer" => "whole number",
            "boolean" => "true or false",
            "array" => "list of " + (schema["items"] is JsonObject items ? string.Join(" or ", TypesOf(items, parts).Where(t => t != Null).Distinct()) : "anything"),
            _ => type,
        });
    }

    private static string Said(JsonObject schema)
    {
        var described = Chain(schema).ToList();
        var words = described.Select(s => s["enum"]).OfType<JsonArray>().FirstOrDefault();

        // A field's own words come first; those of its kind add to them only where the kind is a list of words.
        var html = new StringBuilder(string.Join(" ", described.Select(s => (string?)s["description"]).OfType<string>().Distinct().Take(words is null ? 1 : 2).Select(Html.Prose)));
        var (least, most) = (described.Select(s => s["minimum"]).FirstOrDefault(n => n is not null), described.Select(s => s["maximum"]).FirstOrDefault(n => n is not null));
        if (least is not null || most is not null) html.Append(CultureInfo.InvariantCulture, $" <span>{(least is null ? "at most " : most is null ? "at least " : "")}{least}{(least is not null && most is not null ? " to " : "")}{most}</span>");
        if (words is not null)
            html.Append(" One of: ").AppendJoin(", ", words.Select(w => $"<code>{Html.Encode((string)w!)}</code>")).Append('.');
        if (described.Select(s => s["examples"]).OfType<JsonArray>().FirstOrDefault(e => e[0] is JsonValue) is [{ } example, ..]) html.Append($" Example: <code>{Html.Encode(example.ToJsonString(HubSchemas.Writing))}</code>");
        return html.ToString().Trim();
    }

    /// <summary>The schema, what it may be beside null, and what these refer to.</summary>
    private static IEnumerable<JsonObject> Chain(JsonObject schema)
    {
        yield return schema;
        var within = schema["oneOf"] is JsonArray choices ? choices.Select(c => c!.AsObject()) : Component(schema) is { } name ? [HubSchemas.Component(name).Schema] : [];
        foreach (var next in within.Where(w => (string?)(w["type"] as JsonValue) != Null).SelectMany(Chain)) yield return next;
    }

    private static string? Component(JsonObject schema) => ((string?)schema["$ref"])?[HubSchemas.ComponentsAt.Length..];

    private static IEnumerable<string> Names(JsonObject schema) => schema["type"] switch
    {
        JsonArray types => types.Select(t => (string)t!),
        JsonValue type => [(string)type!],
        _ => ["anything"],
    };
}
