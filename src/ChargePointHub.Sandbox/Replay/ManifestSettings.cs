using System.Text.Json;
using System.Text.Json.Nodes;
using ChargePointHub.Model;

namespace ChargePointHub.Sandbox.Replay;

/// <summary>Settings of the operator file that a manifest may give, in its ocpi object or beside it.</summary>
internal sealed class ManifestSettings(string file, List<string> faults)
{
    private static readonly string[] Flags = ["discovery", "token_is_raw", "envelope", "paged", "tariffs_in_evses"];

    /// <param name="manifest">By known names.</param>
    /// <param name="ocpi">As written; null: there is none.</param>
    public JsonObject Read(JsonObject manifest, JsonObject? ocpi)
    {
        var settings = new JsonObject();
        foreach (var (name, value) in manifest.Where(p => p.Key != "paths" && ManifestWords.Ocpi.Contains(p.Key, StringComparer.Ordinal))) settings[name] = value?.DeepClone();
        foreach (var (written, value) in ocpi ?? [])
        {
            if (ManifestWords.Known(written, ManifestWords.Ocpi) is { } name) settings[name] = value?.DeepClone();
            else if (!ManifestWords.IsRemark(written)) Fault($"/ocpi/{written} is not known; there are {string.Join(", ", ManifestWords.Ocpi)}.");
        }

        foreach (var flag in Flags)
        {
            if (settings[flag] is { } value && value.GetValueKind() is not (JsonValueKind.True or JsonValueKind.False)) Fault($"/ocpi/{flag} is true or false.");
        }

        if (settings["page_overlap"] is { } overlap && !(overlap is JsonValue number && number.TryGetValue<int>(out var rows) && rows is >= 0 and <= 1000)) Fault("/ocpi/page_overlap is a whole number from 0 to 1000.");
        if (settings["records_pointer"] is { } pointer && pointer.GetValueKind() != JsonValueKind.String) Fault("/records_pointer is a JSON Pointer, as /data; empty: the answer is the array.");
        if (settings.TryGetPropertyValue("status_words", out var words) && words is not null) settings["status_words"] = StatusWords(words);
        foreach (var none in settings.Where(s => s.Value is null).Select(s => s.Key).ToList()) settings.Remove(none);
        return settings;
    }

    private JsonObject StatusWords(JsonNode given)
    {
        var words = new JsonObject();
        if (given is not JsonObject pairs)
        {
            Fault("/ocpi/status_words is an object of the operator's words and OCPI's, as { \"WORKING\": \"AVAILABLE\" }.");
            return words;
        }

        foreach (var (word, meaning) in pairs)
        {
            var meant = meaning is JsonValue value && value.TryGetValue<string>(out var text) ? text.Trim().ToUpperInvariant() : null;
            if (meant == "OUT_OF_ORDER") meant = Words<Status>.Of(Status.OutOfOrder);
            if (meant is not null && Words<Status>.Parse(meant) is { } status && status != Status.Missing) words[word] = meant;
            else Fault($"/ocpi/status_words/{word}: {meaning?.ToJsonString() ?? "null"} is no status; there are {string.Join(", ", Words<Status>.All.Where(w => w != Words<Status>.Of(Status.Missing)))}.");
        }

        return words;
    }

    private void Fault(string what) => faults.Add($"{file}: {what}");
}
