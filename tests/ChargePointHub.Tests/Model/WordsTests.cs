using System.Reflection;
using System.Text.RegularExpressions;
using ChargePointHub.Model;

namespace ChargePointHub.Tests.Model;

public class WordsTests
{
    public static TheoryData<Type> Enums => [.. typeof(Status).Assembly.GetExportedTypes().Where(type => type.IsEnum)];

    [Theory]
    [MemberData(nameof(Enums))]
    public void Every_member_of_every_enum_has_one_word_that_leads_back_to_it(Type type) =>
        GetType().GetMethod(nameof(Check), BindingFlags.NonPublic | BindingFlags.Static)!.MakeGenericMethod(type).Invoke(null, null);

    [Theory]
    [InlineData("AVAILABLE", Status.Available)]
    [InlineData("OUTOFORDER", Status.OutOfOrder)]
    [InlineData("available", null)]
    [InlineData("Available", null)]
    [InlineData(" AVAILABLE", null)]
    [InlineData("0", null)]
    [InlineData("", null)]
    [InlineData(null, null)]
    public void Only_the_exact_word_is_understood(string? word, Status? expected) => Assert.Equal(expected, Words<Status>.Parse(word));

    private static void Check<TEnum>()
        where TEnum : struct, Enum
    {
        var values = Enum.GetValues<TEnum>();
        Assert.Equal(values.Select(Words<TEnum>.Of), Words<TEnum>.All);
        Assert.Equal(values.Length, Words<TEnum>.All.Distinct(StringComparer.OrdinalIgnoreCase).Count());
        Assert.All(values, value => Assert.Equal(value, Words<TEnum>.Parse(Words<TEnum>.Of(value))));
        Assert.All(Words<TEnum>.All, word => Assert.Matches(new Regex("^([a-z0-9][a-z0-9_]*|[A-Z][A-Z0-9_]*)$"), word));
    }
}
