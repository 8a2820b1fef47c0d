namespace ChargePointHub.Tests.House;

public class RefusedTextTests
{
    public static TheoryData<string> Reasons => [.. RefusedText.All.Select(rule => rule.Why)];

    [Theory]
    [MemberData(nameof(Reasons))]
    public void No_line_says_what_is_refused(string why)
    {
        var rule = Rule(why);

        Fault.None(Repository.Files.Where(rule.Applies).Where(f => f.Path != "tests/ChargePointHub.Tests/House/RefusedText.cs")
            .SelectMany(f => f.Where(line => rule.Pattern.IsMatch(line))));
    }

    [Theory]
    [MemberData(nameof(Reasons))]
    public void The_rule_catches_what_it_should_and_no_more(string why)
    {
        Assert.Matches(Rule(why).Pattern, Rule(why).Caught);
        Assert.DoesNotMatch(Rule(why).Pattern, Rule(why).LetThrough);
    }

    /// <summary>The log's fields are called as the parameters are: with their @, where they have one.</summary>
    [Fact]
    public void Fields_of_the_log_are_plain_names() => Fault.None(
        Repository.Source.Where(f => f.IsCode && f.Path.StartsWith("src/", StringComparison.Ordinal))
            .SelectMany(f => f.Where(line => line.Contains("partial void Log", StringComparison.Ordinal) && line.Contains('@', StringComparison.Ordinal))));

    [Fact]
    public void The_rules_look_at_the_files_of_the_product()
    {
        Assert.True(Repository.Source.Count(f => f.IsCode) > 20);
        Assert.All(RefusedText.All, rule => Assert.True(Repository.Files.Any(rule.Applies), rule.Why));
    }

    private static RefusedText Rule(string why) => RefusedText.All.Single(rule => rule.Why == why);
}
