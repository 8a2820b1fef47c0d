using System.Text.Json;
using ChargePointHub.Model;
using ChargePointHub.Server.Access;
using ChargePointHub.Server.Api.Answers;

namespace ChargePointHub.Server.Api.Me;

/// <summary>GET /v1/me: who the hub takes the caller for, and what that opens.</summary>
internal static class GetMe
{
    public static readonly ApiRoute Route = new()
    {
        Path = "/v1/me",
        OperationId = "getMe",
        Summary = "Who you are to the hub, and what that opens",
        Description = "The key that was shown, whose it is and until when; what is granted to its organisation now: datasets, operators, boroughs, fields, how finely times are told; what is left of its quota, or of the address's where no key was shown. "
            + "The cheapest way to try a key: a refused one is told why.",
        Tag = "Access",
        IsHeldBy = RouteRights.Anyone,
        IsPersonal = true,
        Answers = [new(ApiRoute.Json, "MeAnswer")],
        Handler = async request =>
        {
            using var body = new AnswerBody(request);
            using (var json = new Utf8JsonWriter(body, HubJson.WriterOptions)) Write(json, request);
            await JsonAnswer.SendAsync(request, ApiRoute.Json, body);
        },
    };

    private static void Write(Utf8JsonWriter json, HubRequest request)
    {
        var (caller, quota) = (request.Caller, request.Hub.Quotas.Look(request.Reader));
        json.WriteStartObject();
        json.WriteStartObject("data");
        json.WriteString("key_id", caller.KeyId);
        json.WriteString("label", caller.Label);
        json.WriteInstant("expires_at", caller.ExpiresAt);
        json.WriteString("organisation_id", caller.Organisation?.Id);
        json.WriteString("role", caller.Organisation is { } o ? Words<OrganisationRole>.Of(o.Role) : null);
        json.WriteString("scope", caller.Scope.Name);
        json.WriteStrings("datasets", [.. Dataset.All.Where(caller.Scope.Reads).Select(d => d.Name)]);
        json.WriteBoolean("restricted", caller.Scope.HoldsRights);
        json.WriteStartArray("rights");
        foreach (var right in caller.Scope.Rights)
        {
            json.WriteStartObject();
            json.WriteString("operator_id", right.OperatorId);
            json.WriteString("dataset", right.Subject);
            json.WriteStringsOrNull("boroughs", right.Boroughs);
            json.WriteStringsOrNull("fields", right.Fields);
            json.WriteString("time_precision", Words<TimePrecision>.Of(right.Precision));
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteStartObject("quota");
        json.WriteString("of", QuotaHeaders.NameOf(quota.Reader));
        json.WriteNumber("units", quota.Units);
        json.WriteNumber("remaining", quota.Remaining);
        json.WriteNumber("window_seconds", Quotas.Burst);
        json.WriteNumber("answers_at_once", request.Hub.Quotas.AnswersAtOnce);
        json.WriteEndObject();
        json.WriteEndObject();
        json.WriteEndObject();
    }
}
