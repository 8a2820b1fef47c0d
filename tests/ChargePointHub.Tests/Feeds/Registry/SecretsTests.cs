using ChargePointHub.Feeds.Registry;

namespace ChargePointHub.Tests.Feeds.Registry;

public sealed class SecretsTests : IDisposable
{
    private readonly OperatorFiles files = new();

    public void Dispose() => files.Dispose();

    [Fact]
    public void A_file_gives_its_text_without_the_newline_at_the_end()
    {
        files.Write("token", "s3cret \r\n");
        var secret = Assert.IsType<Secret>(Secrets.Resolve($"file:{files.Directory}/token"));
        Assert.Equal("s3cret", secret.Value);
        Assert.DoesNotContain("s3cret", $"{secret}", StringComparison.Ordinal);
    }

    [Fact]
    public void An_environment_variable_gives_its_value()
    {
        var name = $"CHARGEPOINTHUB_TEST_{Guid.NewGuid():N}";
        Environment.SetEnvironmentVariable(name, "s3cret");
        Assert.Equal(new Secret("s3cret"), Secrets.Resolve($"env:{name}"));
        Environment.SetEnvironmentVariable(name, null);
        Assert.Contains(name, Assert.IsType<SecretMissing>(Secrets.Resolve($"env:{name}")).Detail, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("one\ntwo")]
    [InlineData("tab\tbed")]
    public void A_secret_that_is_empty_or_not_one_line_is_refused_and_not_shown(string text)
    {
        files.Write("token", text);
        var missing = Assert.IsType<SecretMissing>(Secrets.Resolve($"file:{files.Directory}/token"));
        Assert.DoesNotContain("two", missing.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_that_is_not_there_is_told()
    {
        Assert.IsType<SecretMissing>(Secrets.Resolve($"file:{files.Directory}/nowhere"));
        Assert.IsType<SecretMissing>(Secrets.Resolve($"file:{files.Directory}"));
    }

    [Theory]
    [InlineData("hidden-token")]
    [InlineData("env:")]
    [InlineData("env:NOT A NAME")]
    [InlineData("file:")]
    [InlineData("ENV:NAME")]
    public void What_is_no_reference_is_not_repeated(string text)
    {
        Assert.False(Secrets.IsReference(text));
        Assert.DoesNotContain("hidden", Assert.IsType<SecretMissing>(Secrets.Resolve(text)).Detail, StringComparison.Ordinal);
    }
}
