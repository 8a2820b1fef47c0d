using ChargePointHub.Server.Api.Answers;

namespace ChargePointHub.Tests.Api;

public sealed class BuildMarkTests
{
    /// <summary>Whoever adds a project decides whether its code shapes answers. Feeds does not: what it makes is stored first.</summary>
    [Fact]
    public void Every_assembly_of_the_hub_whose_code_shapes_answers_is_in_the_mark()
    {
        var server = typeof(BuildMark).Assembly;
        var ours = server.GetReferencedAssemblies().Append(server.GetName()).Select(a => a.Name!).Where(n => n.StartsWith("ChargePointHub.", StringComparison.Ordinal) && n != "ChargePointHub.Feeds");

        Assert.Equal(ours.Order(StringComparer.Ordinal), BuildMark.Shaping.Select(a => a.GetName().Name!).Order(StringComparer.Ordinal));
        Assert.All(BuildMark.Shaping, a => Assert.Contains(a.ManifestModule.ModuleVersionId.ToString("N"), BuildMark.Text, StringComparison.Ordinal));
    }
}
