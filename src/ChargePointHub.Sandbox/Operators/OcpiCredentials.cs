using System.Text.Json;
using ChargePointHub.Sandbox.Simulation;

namespace ChargePointHub.Sandbox.Operators;

/// <summary>What one simulated operator answers at OCPI's credentials.</summary>
/// <param name="Code">OCPI's.</param>
/// <param name="Allowed">Methods, where the one that was used is not.</param>
public sealed record OcpiCredentialsAnswer(int Status, int Code, string? Message, Action<Utf8JsonWriter>? Data, string Allowed = "");

/// <summary>
/// POST registers, PUT changes the token, DELETE ends the registration. A hub is registered from the beginning; after a DELETE its token is good
/// for a POST, as if it had been handed over anew. The operator never asks the hub for its versions.
/// </summary>
public sealed class OcpiCredentials(SimulatedOperator owner, OperatorToken token)
{
    public async Task<OcpiCredentialsAnswer> AnswerAsync(HttpRequest request, string versions)
    {
        if (HttpMethods.IsGet(request.Method)) return new OcpiCredentialsAnswer(200, 1000, null, json => Write(json, token.Value, versions));
        var isRegistered = token.IsRegistered;
        if (isRegistered != (HttpMethods.IsPut(request.Method) || HttpMethods.IsDelete(request.Method)) || !(isRegistered || HttpMethods.IsPost(request.Method)))
        {
            return new OcpiCredentialsAnswer(405, 2000, isRegistered ? "You are registered already." : "You are not registered.", null, isRegistered ? "GET, PUT, DELETE" : "GET, POST");
        }

        if (HttpMethods.IsDelete(request.Method))
        {
            token.Unregister();
            return new OcpiCredentialsAnswer(200, 1000, null, null);
        }

        if (!await IsCredentialsAsync(request)) return new OcpiCredentialsAnswer(200, 2001, "A credentials object has token, url and roles.", null);
        var given = token.Change();
        return new OcpiCredentialsAnswer(200, 1000, null, json => Write(json, given, versions));
    }

    private static async Task<bool> IsCredentialsAsync(HttpRequest request)
    {
        try
        {
            using var sent = await JsonDocument.ParseAsync(request.Body, cancellationToken: request.HttpContext.RequestAborted);
            var root = sent.RootElement;
            return root.ValueKind == JsonValueKind.Object && Has("token", JsonValueKind.String) && Has("url", JsonValueKind.String) && Has("roles", JsonValueKind.Array) && root.GetProperty("roles").GetArrayLength() > 0
                && root.GetProperty("token").GetString() is { Length: > 0 and <= 64 };

            bool Has(string name, JsonValueKind kind) => root.TryGetProperty(name, out var value) && value.ValueKind == kind;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    private void Write(Utf8JsonWriter json, string given, string versions)
    {
        json.WriteStartObject("data");
        json.WriteString("token", given);
        json.WriteString("url", versions);
        json.WriteStartArray("roles");
        json.WriteStartObject();
        json.WriteString("role", "CPO");
        json.WriteString("country_code", "GB");
        json.WriteString("party_id", owner.Party);
        json.WriteStartObject("business_details");
        json.WriteString("name", owner.Name);
        json.WriteEndObject();
        json.WriteEndObject();
        json.WriteEndArray();
        json.WriteEndObject();
    }
}
