using ChargePointHub.Model;
using ChargePointHub.Server.Api;
using ChargePointHub.Store.Audit;

namespace ChargePointHub.Server.Access;

/// <summary>What a route's answers may hold of restricted data, and of whom.</summary>
public sealed class RestrictedPart
{
    private readonly string subject;
    private readonly Func<Scope, string, bool> holds;

    private RestrictedPart(string subject, Func<Scope, string, bool> holds) => (this.subject, this.holds) = (subject, holds);

    /// <summary>How operators' feeds fare, with causes, findings and what was refused.</summary>
    public static readonly RestrictedPart FeedQuality = new(Right.FeedQuality, (scope, operatorId) => scope.ReadsQuality(operatorId));

    /// <summary>Records of a dataset.</summary>
    public static RestrictedPart Of(Dataset dataset) => new(dataset.Name, (scope, operatorId) => scope.Reads(dataset, operatorId));

    /// <summary>Whose restricted data the answer may hold, as far as filters and rights say; empty: nobody's.</summary>
    public IReadOnlyList<string> OperatorsOf(HubRequest request) =>
        [.. (request.Route.Id is null ? request.Operators.Select(o => o.OperatorId) : [request.Id.Split(':')[0]]).Where(o => holds(request.Scope, o))];

    /// <summary>What the right to read them stems from.</summary>
    public IReadOnlyList<string> RightsTo(IReadOnlyList<string> operators, Caller caller) => caller.Scope.IsEverything
        ? [ReadRight.Everything]
        :
        [
            .. operators.Where(o => o == caller.Scope.OwnOperator).Select(ReadRight.Own),
            .. caller.Grants.Where(g => operators.Contains(g.OperatorId) && g.Subjects.Contains(subject)).Select(g => ReadRight.Granted(g.OperatorId, g.GrantId)),
        ];
}
