using System.Collections.Frozen;
using System.Text.Json;
using System.Text.Json.Nodes;
using ChargePointHub.Model;

namespace ChargePointHub.Server.Api.Schemas;

/// <summary>One named thing of <c>schemas/hub/v1</c>: a file's root under its title, or one of its <c>$defs</c>.</summary>
/// <param name="PublishedAs">Below <c>/v1/schemas/</c>, e.g. <c>hub/v1/tariffs#/$defs/TariffList</c>.</param>
/// <param name="Schema">As OpenAPI holds it: references point to <c>#/components/schemas/</c>. Not to be changed.</param>
public sealed record SchemaComponent(string Name, string PublishedAs, JsonObject Schema)
{
    /// <summary>The first example, as JSON.</summary>
    public string Example => Examples is [{ } first, ..] ? first.ToJsonString(HubSchemas.Writing) : throw new InvalidOperationException($"{Name} of schemas/hub/v1 has no examples: add one.");

    /// <summary>Names of the components that it refers to.</summary>
    public IEnumerable<string> References => HubSchemas.ReferencesOf(Schema).Select(r => r[HubSchemas.ComponentsAt.Length..]).Distinct();

    private JsonArray? Examples => Schema["examples"]?.AsArray();
}

/// <summary>The schemas of what the hub serves, by component name. Both <c>/v1/schemas</c> and OpenAPI are made of the same files.</summary>
public static class HubSchemas
{
    public const string ComponentsAt = "#/components/schemas/";
    private const string Folder = "hub/v1/";

    internal static readonly JsonSerializerOptions Writing = new() { Encoder = HubJson.WriterOptions.Encoder };

    /// <summary>Title of each file's root, by the file's name within the folder: what <c>$ref</c> calls it.</summary>
    private static readonly FrozenDictionary<string, string> Titles =
        PublishedSchemas.All.Where(s => s.Name.StartsWith(Folder, StringComparison.Ordinal)).ToFrozenDictionary(s => s.Name[Folder.Length..], s => s.Title);

    private static readonly FrozenDictionary<string, SchemaComponent> ByName = Titles.Keys.SelectMany(ComponentsOf).ToFrozenDictionary(c => c.Name);

    /// <exception cref="InvalidOperationException">There is no such component; the message says where it belongs.</exception>
    public static SchemaComponent Component(string name) => ByName.GetValueOrDefault(name)
        ?? throw new InvalidOperationException($"schemas/hub/v1 has no {name}: write it as a file's root (its title) or among a file's $defs, with an example.");

    /// <summary>Every <c>$ref</c> within, in order of appearance.</summary>
    internal static IEnumerable<string> ReferencesOf(JsonNode? node) => node switch
    {
        JsonObject o => o.SelectMany(p => p is { Key: "$ref", Value: JsonValue v } ? [(string)v!] : p.Key == "examples" ? [] : ReferencesOf(p.Value)),
        JsonArray a => a.SelectMany(ReferencesOf),
        _ => [],
    };

    private static IEnumerable<SchemaComponent> ComponentsOf(string file)
    {
        var root = PublishedSchemas.Find(Folder + file)!.Read();
        var (title, parts) = ((string)root["title"]!, root["$defs"]?.AsObject());
        foreach (var part in parts ?? []) yield return new SchemaComponent(part.Key, $"{Folder}{file}#/$defs/{part.Key}", Pointed(part.Value!.DeepClone().AsObject(), file));
        foreach (var frame in new[] { "$schema", "$id", "$defs", "title" }) root.Remove(frame);
        if (root.ContainsKey("type")) yield return new SchemaComponent(title, Folder + file, Pointed(root, file));
    }

    /// <summary>With references turned from files to components: <c>answer#/$defs/Links</c> becomes <c>#/components/schemas/Links</c>.</summary>
    private static JsonObject Pointed(JsonObject schema, string file)
    {
        Turn(schema);
        return schema;

        void Turn(JsonNode? node)
        {
            if (node is JsonArray array) foreach (var item in array) Turn(item);
            if (node is not JsonObject o) return;
            foreach (var (name, value) in o.ToList())
            {
                if (name == "examples") continue;
                if (name == "$ref") o[name] = ComponentsAt + NameOf((string)value!);
                else Turn(value);
            }
        }

        string NameOf(string reference)
        {
            var (there, part) = (reference.Split('#')[0], reference.Split('#').ElementAtOrDefault(1) ?? "");
            return part.Length > 0 ? part["/$defs/".Length..] : Titles[there.Length > 0 ? there : file];
        }
    }
}
