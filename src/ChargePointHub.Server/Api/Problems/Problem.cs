using System.Text.Json;
using ChargePointHub.Model;

namespace ChargePointHub.Server.Api.Problems;

/// <summary>An answer of <c>application/problem+json</c> (RFC 9457): nothing of the hub's inside is in it.</summary>
public sealed record Problem(ErrorCode Error, string Detail, IReadOnlyList<Fault> Faults)
{
    /// <summary>What speaks of the answer that was on its way and is not given.</summary>
    private static readonly string[] OfOtherAnswer = ["Content-Encoding", "ETag", "Link", "Hub-Completeness", "Hub-Count", "Content-Disposition"];

    /// <summary>Faults of one request that are told: what is wrong in 8 KB must not take megabytes to say.</summary>
    public const int MostTold = 50;

    public static Problem Of(IReadOnlyList<Fault> faults)
    {
        var codes = faults.Select(f => f.Error).Distinct().ToList();
        var error = codes.Count == 1 ? codes[0] : ErrorCatalogue.SeveralFaults;
        var messages = faults.Take(MostTold).Select(f => f.Message).Concat(faults.Count > MostTold ? ["More is wrong than is listed here."] : []);
        return new Problem(error, string.Join(" ", messages.Distinct()), faults);
    }

    public static Problem Of(Fault fault) => Of([fault]);

    public async Task WriteAsync(HttpContext context)
    {
        var response = context.Response;
        foreach (var name in OfOtherAnswer) response.Headers.Remove(name);
        response.StatusCode = Error.Status;
        response.ContentType = "application/problem+json";
        response.Headers.CacheControl = "no-store";
        if (Error.Status == StatusCodes.Status401Unauthorized)
            response.Headers.WWWAuthenticate = new[] { "Bearer realm=\"ChargePointHub\"", "Basic realm=\"ChargePointHub\", charset=\"UTF-8\"" };
        if (Error.Status is StatusCodes.Status503ServiceUnavailable or StatusCodes.Status429TooManyRequests && response.Headers.RetryAfter.Count == 0) response.Headers.RetryAfter = "5";

        var body = ToUtf8(RequestIds.Of(context), AddressWithoutFaults(context.Request));
        response.ContentLength = body.Length;
        if (!HttpMethods.IsHead(context.Request.Method)) await response.Body.WriteAsync(body, context.RequestAborted);
    }

    /// <summary>The body, for answers that are given before there is a request.</summary>
    internal ReadOnlyMemory<byte> ToUtf8(string requestId, string address)
    {
        var body = new System.Buffers.ArrayBufferWriter<byte>(1024);
        using (var json = new Utf8JsonWriter(body, HubJson.WriterOptions)) Write(json, requestId, address);
        return body.WrittenMemory;
    }

    /// <summary>Without every parameter that is at fault: each entry can then put its own right value in.</summary>
    private string AddressWithoutFaults(HttpRequest request)
    {
        var wrong = Faults.Where(f => f.In == FaultPlace.Query).Select(f => f.Parameter).ToHashSet();
        var query = request.Query.Where(p => !wrong.Contains(p.Key)).SelectMany(p => p.Value.Select(v => $"{Uri.EscapeDataString(p.Key)}={Uri.EscapeDataString(v ?? "")}"));
        return request.Path.ToUriComponent() + (string.Join('&', query) is { Length: > 0 } rest ? "?" + rest : "");
    }

    private void Write(Utf8JsonWriter json, string requestId, string address)
    {
        json.WriteStartObject();
        json.WriteString("type", Error.Path);
        json.WriteString("title", Error.Title);
        json.WriteNumber("status", Error.Status);
        json.WriteString("detail", Detail);
        json.WriteString("code", Error.Code);
        json.WriteStartArray("errors");
        foreach (var fault in Faults.Take(MostTold))
        {
            json.WriteStartObject();
            json.WriteString("in", Words<FaultPlace>.Of(fault.In));
            json.WriteString("parameter", fault.Parameter);
            json.WriteString("code", fault.Error.Code);
            json.WriteString("message", fault.Message);
            if (fault.Allowed is { } allowed) json.WriteStrings("allowed", allowed);
            if (fault.DidYouMean is { } nearest) json.WriteString("did_you_mean", nearest);
            json.WriteString("example", fault.Example ?? address);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteString("request_id", requestId);
        json.WriteEndObject();
    }
}
