using ChargePointHub.Model;
using ChargePointHub.Server.Api;
using ChargePointHub.Store.Audit;
using ChargePointHub.Store.Queries;

namespace ChargePointHub.Server.Access;

/// <summary>What a route's answers may hold of restricted data, and of whom.</summary>
public sealed class RestrictedPart
{
    private readonly string subject;
    private readonly Func<Scope, bool> holdsSome;
    private readonly Func<Scope, string, bool> holds;

    private RestrictedPart(string subject, Func<Scope, bool> holdsSome, Func<Scope, string, bool> holds) => (this.subject, this.holdsSome, this.holds) = (subject, holdsSome, holds);

    /// <summary>Of records of several datasets: those of the request.</summary>
    private Func<HubRequest, IReadOnlyList<RestrictedPart>>? Parts { get; init; }

    /// <summary>How operators' feeds fare, with causes.</summary>
    public static readonly RestrictedPart FeedQuality = new(Right.FeedQuality, scope => scope.ReadsQuality(), (scope, operatorId) => scope.ReadsQuality(operatorId));

    /// <summary>The same with findings and what was refused: for parts of records the right to read the records is needed too.</summary>
    public static readonly RestrictedPart Findings = new(Right.FeedQuality, scope => scope.ReadsQuality(), (scope, operatorId) => scope.ReadsQuality(operatorId)) { HoldsRecords = true };

    private bool HoldsRecords { get; init; }

    /// <summary>The id in the path is no operator's.</summary>
    private bool IsOfAll { get; init; }

    /// <summary>Records of a dataset.</summary>
    public static RestrictedPart Of(Dataset dataset) => new(dataset.Name, scope => scope.Reads(dataset), (scope, operatorId) => scope.Reads(dataset, operatorId));

    /// <summary>Records of a dataset in a file, whose name says nothing of operators.</summary>
    public static RestrictedPart InFiles(Dataset dataset) => new(dataset.Name, scope => scope.Reads(dataset), (scope, operatorId) => scope.Reads(dataset, operatorId)) { IsOfAll = true };

    /// <summary>Records of whichever restricted datasets a request asks about.</summary>
    public static RestrictedPart OfDatasets(Func<HubRequest, IReadOnlyList<Dataset>> datasets) =>
        new("", _ => false, (_, _) => false) { Parts = request => [.. datasets(request).Where(d => d.IsRestricted).Select(Of)] };

    /// <summary>Whose restricted data the answer may hold, as far as filters and rights name them; null: nobody's.</summary>
    public IReadOnlyList<string>? OperatorsOf(HubRequest request)
    {
        if (Parts is { } parts) return parts(request).SelectMany(p => p.OperatorsOf(request) ?? []).Distinct().ToList() is { Count: > 0 } ofAny ? ofAny : null;
        var scope = request.Scope;
        if (NamedIn(request) is { } asked)
            return asked.Distinct().Where(o => holds(scope, o)).ToList() is { Count: > 0 } held ? held : null;

        // Records outlive the files of their operators: of those whom no list names a key for everything reads too.
        return holdsSome(scope)
            ? [.. request.Directory.Operators.Select(o => o.OperatorId).Where(o => holds(scope, o)).Union(scope.Rights.Where(r => r.Subject == subject).Select(r => r.OperatorId))]
            : null;
    }

    /// <summary>Operators that the question names, by their ids or those of their records; all of its parameters that do. Null: none does.</summary>
    private IReadOnlyList<string>? NamedIn(HubRequest request)
    {
        if (IsOfAll) return null;
        if (request.Route.Id is not null) return [request.Id.Split(':')[0]];
        var named = AuditQueries.NamesOfRecords.Select(request.Parameters.List).Select(ids => ids?.Select(id => id.Split(':')[0]).Where(IsSlug)).Prepend(request.Parameters.List("operator"));
        return named.OfType<IEnumerable<string>>().ToList() is { Count: > 0 } all ? [.. all.Aggregate((a, b) => a.Intersect(b))] : null;
    }

    /// <summary>What else stands before a colon is no operator's, and no text that the record of readings could always hold: the question is refused once it is looked at.</summary>
    private static bool IsSlug(string text) => text.Length > 0 && text.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c == '-');

    /// <summary>What the right to read them stems from.</summary>
    public IReadOnlyList<string> RightsTo(IReadOnlyList<string> operators, HubRequest request) =>
        Parts is { } parts ? [.. parts(request).SelectMany(p => p.RightsTo(operators, request.Caller)).Distinct()] : RightsTo(operators, request.Caller);

    /// <summary>The same, where every request asks about one and the same.</summary>
    public IReadOnlyList<string> RightsTo(IReadOnlyList<string> operators, Caller caller) => caller.Scope.IsEverything
        ? [ReadRight.Everything]
        :
        [
            .. operators.Where(o => o == caller.Scope.OwnOperator).Select(ReadRight.Own),
            .. caller.Grants.Where(g => operators.Contains(g.OperatorId) && g.Subjects.Any(s => IsNeeded(s, g.OperatorId, caller.Scope))).Select(g => ReadRight.Granted(g.OperatorId, g.GrantId)),
        ];

    private bool IsNeeded(string of, string operatorId, Scope scope) =>
        of == subject || (HoldsRecords && Dataset.Named(of) is { IsRestricted: true } dataset && scope.ReadsFindings(dataset, operatorId));
}
