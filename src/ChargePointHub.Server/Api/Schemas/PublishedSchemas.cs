using System.Text.Json.Nodes;

namespace ChargePointHub.Server.Api.Schemas;

/// <summary>One file of <c>schemas/</c>, as published.</summary>
/// <param name="Name">Path below <c>schemas/</c> without ending, e.g. <c>hub/v1/charge_points</c>; as in <c>meta.schema</c>.</param>
/// <param name="Title">What its root describes.</param>
/// <param name="Utf8">The file's bytes.</param>
public sealed record PublishedSchema(string Name, string Title, string Description, ReadOnlyMemory<byte> Utf8)
{
    /// <summary>Where it is served: its <c>$id</c>.</summary>
    public string Href => "/v1/schemas/" + Name;

    /// <summary>A copy that may be changed.</summary>
    public JsonObject Read() => JsonNode.Parse(Utf8.Span)!.AsObject();
}

/// <summary>The JSON Schemas that the hub publishes: the files of <c>schemas/</c>, carried in this assembly.</summary>
public static class PublishedSchemas
{
    private const string Folder = "schemas/";
    private const string Ending = ".json";

    /// <summary>By name.</summary>
    public static IReadOnlyList<PublishedSchema> All { get; } = [.. Load().OrderBy(s => s.Name, StringComparer.Ordinal)];

    public static PublishedSchema? Find(string name) => All.FirstOrDefault(s => s.Name == name);

    private static IEnumerable<PublishedSchema> Load()
    {
        var assembly = typeof(PublishedSchemas).Assembly;
        foreach (var resource in assembly.GetManifestResourceNames())
        {
            var name = resource.Replace('\\', '/');
            if (!name.StartsWith(Folder, StringComparison.Ordinal)) continue;
            using var stream = assembly.GetManifestResourceStream(resource)!;
            var bytes = new byte[stream.Length];
            stream.ReadExactly(bytes);
            var root = JsonNode.Parse(bytes)!;
            yield return new PublishedSchema(name[Folder.Length..^Ending.Length], (string)root["title"]!, (string)root["description"]!, bytes);
        }
    }
}
