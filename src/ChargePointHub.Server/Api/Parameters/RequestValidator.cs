using ChargePointHub.Server.Api.Problems;
using FluentValidation;
using FluentValidation.Results;

namespace ChargePointHub.Server.Api.Parameters;

/// <summary>
/// A route's rules, made from the parameters it declares. Every failure carries one of our codes, and the
/// <see cref="Fault"/> itself as its state.
/// </summary>
public sealed class RequestValidator : AbstractValidator<RequestParameters>
{
    private const string AgainstKey = "against";

    public RequestValidator(IReadOnlyList<Parameter> parameters)
    {
        foreach (var parameter in parameters)
        {
            RuleFor(r => r).Custom((request, context) =>
            {
                if (request[parameter.Name] is not { } value) return;
                foreach (var fault in parameter.Check(value, Against(context))) context.AddFailure(FailureOf(fault));
            });
        }

        if (parameters.Any(p => p.Name == HubParameters.From.Name))
        {
            RuleFor(r => r).Custom((r, context) =>
            {
                if (WindowReading.Read(r["from"], r["to"], r["period"], r.AsOf ?? Against(context).Now).Fault is { } fault) context.AddFailure(FailureOf(fault));
            });
        }

        RuleFor(r => r).Custom((r, context) =>
        {
            foreach (var fault in FilterParameters.RangeFaults(r).Concat(PlaceParameters.FaultsOf(r))) context.AddFailure(FailureOf(fault));
        });
    }

    public IReadOnlyList<Fault> Faults(RequestParameters parameters, CheckAgainst against)
    {
        var context = new ValidationContext<RequestParameters>(parameters);
        context.RootContextData[AgainstKey] = against;
        return [.. Validate(context).Errors.Select(e => (Fault)e.CustomState)];
    }

    private static CheckAgainst Against(ValidationContext<RequestParameters> context) => (CheckAgainst)context.RootContextData[AgainstKey];

    private static ValidationFailure FailureOf(Fault fault) =>
        new(fault.Parameter ?? "", fault.Message) { ErrorCode = fault.Error.Code, CustomState = fault };
}
