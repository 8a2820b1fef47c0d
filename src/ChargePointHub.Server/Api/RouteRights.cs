using ChargePointHub.Model;

namespace ChargePointHub.Server.Api;

/// <summary>Which scopes hold a route: every route names one of these.</summary>
internal static class RouteRights
{
    /// <summary>About the hub, the asker or the contract: anyone.</summary>
    public static readonly Func<Scope, bool> Anyone = _ => true;

    /// <summary>Open data: all but auditors.</summary>
    public static readonly Func<Scope, bool> OpenData = scope => scope.ReadsOpen;

    /// <summary>How somebody's feeds fare, with causes.</summary>
    public static readonly Func<Scope, bool> FeedQuality = scope => scope.ReadsQuality();

    /// <summary>Who read somebody's data.</summary>
    public static readonly Func<Scope, bool> AccessLog = scope => scope.ReadsAccessLog();

    /// <summary>What somebody handed in.</summary>
    public static readonly Func<Scope, bool> OwnFiles = scope => scope.IsEverything || scope.OwnOperator is not null;

    /// <summary>For an operator alone, in its own name.</summary>
    public static readonly Func<Scope, bool> OwnOperator = scope => scope.OwnOperator is not null;

    /// <summary>What the hub measures of itself.</summary>
    public static readonly Func<Scope, bool> Watching = scope => scope.Watches;

    /// <summary>Records of a dataset, at least some.</summary>
    public static Func<Scope, bool> Of(Dataset dataset) => scope => scope.Reads(dataset);
}
