using ChargePointHub.Model;
using ChargePointHub.Server.Access;
using ChargePointHub.Server.Api.Answers;
using ChargePointHub.Server.Api.Parameters;
using ChargePointHub.Server.Api.Problems;
using ChargePointHub.Server.Metrics;
using Microsoft.AspNetCore.Routing;

namespace ChargePointHub.Server.Api;

/// <summary>Puts the API into a web application: one call for services, one for routes.</summary>
public static class HubApi
{
    private static readonly string[] Methods = [HttpMethods.Get, HttpMethods.Head];

    public static IServiceCollection AddHubApi(this IServiceCollection services, Func<IServiceProvider, HubServices> hub)
    {
        services.AddSingleton(hub);
        services.AddSingleton<MetricListener>();
        return services;
    }

    /// <summary>Maps every route of <see cref="ApiRoutes"/> and turns what fails in or around them into problems.</summary>
    public static WebApplication MapHubApi(this WebApplication app)
    {
        app.Services.GetRequiredService<MetricListener>(); // listens from the start
        app.UseMiddleware<AnswerMetering>();
        app.UseMiddleware<ProblemMiddleware>();
        app.Use(static (context, next) =>
        {
            // Routing would say that a route does not exist when a browser asks about a method that it does not take.
            var asked = context.Request.Headers.AccessControlRequestMethod.ToString();
            if (!Methods.Contains(asked, StringComparer.Ordinal)) context.Request.Headers.AccessControlRequestMethod = default;
            return next(context);
        });
        app.UseRouting();
        foreach (var route in ApiRoutes.All)
        {
            var validator = new RequestValidator(route.Parameters);
            app.MapMethods(route.Pattern, Methods, context => AnswerAsync(context, route, validator))
                .WithMetadata(route, new HttpMethodMetadata(Methods, acceptCorsPreflight: !route.IsRestricted));
        }

        foreach (var route in ApiRoutes.Posts)
        {
            var validator = new RequestValidator(route.Parameters);
            app.MapMethods(route.Pattern, [route.Method], context => AnswerAsync(context, route, validator)).WithMetadata(route);
        }

        return app;
    }

    /// <summary>Lets pages of other sites read the answer, also one that says what went wrong.</summary>
    internal static void ShareWithOtherSites(HttpResponse response)
    {
        response.Headers.AccessControlAllowOrigin = "*";
        response.Headers["Cross-Origin-Resource-Policy"] = "cross-origin";
        response.Headers.AccessControlExposeHeaders = "ETag, Link, Hub-Completeness, Hub-Count, RateLimit, RateLimit-Policy, Retry-After, X-Request-Id";
    }

    /// <summary>
    /// A browser asks whether another site's page may read: open data may be read with the headers of a careful client. Not with a key:
    /// keys are for servers, and one that a page holds is everybody's. Routing brings no other OPTIONS here.
    /// </summary>
    private static void Preflight(HttpResponse response)
    {
        response.StatusCode = StatusCodes.Status204NoContent;
        response.Headers.AccessControlAllowMethods = string.Join(", ", Methods);
        response.Headers.AccessControlAllowHeaders = "Accept, If-None-Match, X-Request-Id";
        response.Headers.AccessControlMaxAge = "86400";
        response.Headers.Vary = "Origin, Access-Control-Request-Method, Access-Control-Request-Headers";
    }

    /// <summary>Who asks, then what is asked, then the answer; whatever is wrong with the question is told at once.</summary>
    private static async Task AnswerAsync(HttpContext context, ApiRoute route, RequestValidator validator)
    {
        if (!route.IsRestricted) ShareWithOtherSites(context.Response);
        var hub = context.RequestServices.GetRequiredService<HubServices>();
        if (HttpMethods.IsOptions(context.Request.Method))
        {
            Preflight(context.Response);
            return;
        }

        var caller = Caller.Anyone;
        if (!route.IsOpen)
        {
            var (settled, error) = await hub.Access.SettleAsync(context.Request, context.RequestAborted);
            if (!await QuotaCheck.TakeAsync(context, hub, Reader.Of(settled ?? Caller.Anyone, context.Connection), RequestCost.Asking)) return;
            if (error is not null)
            {
                await Problem.Of(KeyFaults.Of(error, route, context.Request.Headers)).WriteAsync(context);
                return;
            }

            caller = settled!;
        }

        // A key in the address is told before a missing key: the caller believes to have shown it.
        var against = new CheckAgainst(hub.Now, hub.Directory);
        var (parameters, faults) = RequestParameters.Read(context.Request.Query, route, against);
        if (!route.IsHeldBy(caller.Scope))
        {
            var keys = faults.Where(f => f.Error == ErrorCatalogue.KeyInUrl).Select(f => f with { Example = OpenRoutes.InsteadOf(route) }).ToList();
            await Problem.Of(keys.Count > 0 ? keys
                : KeyFaults.Of(caller.KeyId is null ? ErrorCatalogue.KeyNeeded : ErrorCatalogue.ScopeTooNarrow, route, context.Request.Headers)).WriteAsync(context);
            return;
        }

        var (coding, noCoding) = ContentCodings.Negotiate(context.Request);
        faults = [.. faults, .. validator.Faults(parameters, against), .. new[] { noCoding, Formats.FaultOf(context.Request, route, parameters) }.OfType<Fault>()];
        if (faults.Count > 0)
        {
            await Problem.Of(faults).WriteAsync(context);
            return;
        }

        using var open = caller.KeyId is { } keyId ? hub.OpenAnswers.Enter(keyId, route.IsRestricted || route.Restricted is not null ? caller.Scope : Scope.Public, context) : null;
        await AuditedAnswer.SendAsync(new HubRequest(context, route, parameters, caller, hub, against.Directory, against.Now, coding), open);
    }
}
