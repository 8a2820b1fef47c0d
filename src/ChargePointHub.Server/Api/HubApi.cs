using ChargePointHub.Server.Access;
using ChargePointHub.Server.Api.Parameters;
using ChargePointHub.Server.Api.Problems;
using ChargePointHub.Server.Metrics;

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
        foreach (var route in ApiRoutes.All)
        {
            var validator = new RequestValidator(route.Parameters);
            app.MapMethods(route.Pattern, Methods, context => AnswerAsync(context, route, validator)).WithMetadata(route);
        }

        return app;
    }

    /// <summary>Who asks, then what is asked, then the answer; whatever is wrong with the question is told at once.</summary>
    private static async Task AnswerAsync(HttpContext context, ApiRoute route, RequestValidator validator)
    {
        var hub = context.RequestServices.GetRequiredService<HubServices>();
        if (!route.IsRestricted)
        {
            context.Response.Headers.AccessControlAllowOrigin = "*";
            context.Response.Headers.AccessControlExposeHeaders = "Link, Hub-Completeness, X-Request-Id";
        }

        var caller = Caller.Anyone;
        if (!route.IsOpen)
        {
            var (settled, error) = await hub.Access.SettleAsync(context.Request, context.RequestAborted);
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
        if (route.IsRestricted && !caller.Scope.ReadsRestricted)
        {
            var keys = faults.Where(f => f.Error == ErrorCatalogue.KeyInUrl).Select(f => f with { Example = OpenRoutes.InsteadOf(route) }).ToList();
            await Problem.Of(keys.Count > 0 ? keys
                : KeyFaults.Of(caller.KeyId is null ? ErrorCatalogue.KeyNeeded : ErrorCatalogue.ScopeTooNarrow, route, context.Request.Headers)).WriteAsync(context);
            return;
        }

        var request = new HubRequest(context, route, parameters, caller, hub, against.Directory, against.Now);
        faults = [.. faults, .. validator.Faults(parameters, against)];
        if (faults.Count > 0)
        {
            await Problem.Of(faults).WriteAsync(context);
            return;
        }

        await route.Handler(request);
    }
}
