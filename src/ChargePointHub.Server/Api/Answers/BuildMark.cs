using System.Reflection;
using ChargePointHub.Model;
using ChargePointHub.Store.Queries;

namespace ChargePointHub.Server.Api.Answers;

/// <summary>Stands for the code that writes answers: another build may write the same facts in other bytes.</summary>
public static class BuildMark
{
    /// <summary>The envelope, the joined fields of records, and the forms of values. What Feeds makes is stored, and so among the facts.</summary>
    public static readonly IReadOnlyList<Assembly> Shaping = [typeof(BuildMark).Assembly, typeof(RecordRows).Assembly, typeof(HubJson).Assembly];

    /// <summary>Of this build.</summary>
    public static string Text { get; } = string.Concat(Shaping.Select(a => a.ManifestModule.ModuleVersionId.ToString("N")));
}
