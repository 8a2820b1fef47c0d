using System.Security.Cryptography.X509Certificates;
using ChargePointHub.Server.Doctor;
using ChargePointHub.Server.Hosting;
using ChargePointHub.Tests.Feeds.Fetching;

namespace ChargePointHub.Tests.Doctor;

public sealed class CertificateChecksTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("cph-doctor-").FullName;
    private readonly Certificates authority = new();
    private readonly DateTimeOffset now = DateTimeOffset.UtcNow;

    [Theory]
    [InlineData(-1, CheckOutcome.Failed, "It ended on")]
    [InlineData(5, CheckOutcome.Warning, "Days left: 4")]
    [InlineData(50, CheckOutcome.Ok, "Days left: 49")]
    public void The_days_left_are_told(int days, CheckOutcome outcome, string told)
    {
        var check = Look(authority.Issue("localhost", now.AddDays(days).AddMinutes(-1)))[0];

        Assert.Equal(outcome, check.Outcome);
        Assert.Contains(told, check.Sentence, StringComparison.Ordinal);
    }

    [Fact]
    public void A_certificate_for_another_name_is_told_with_both_names()
    {
        var check = Assert.Single(Look(authority.ForAnotherHost()), c => c.Sentence.StartsWith("It is for", StringComparison.Ordinal));

        Assert.Equal(CheckOutcome.Warning, check.Outcome);
        Assert.Contains("another.example", check.Sentence, StringComparison.Ordinal);
        Assert.Contains("localhost", check.Sentence, StringComparison.Ordinal);
    }

    [Fact]
    public void A_short_key_and_an_unknown_authority_are_told()
    {
        var checks = Look(authority.WithRsaKey(1024));

        Assert.Contains(checks, c => c is { Outcome: CheckOutcome.Failed } && c.Sentence.Contains("1024 bits", StringComparison.Ordinal));
        Assert.Contains(checks, c => c is { Outcome: CheckOutcome.Warning } && c.Sentence.Contains("chain", StringComparison.Ordinal));
    }

    [Fact]
    public void Of_two_files_the_one_that_is_wrong_is_named()
    {
        var (own, key) = Write("own", authority.Good());
        var (_, foreign) = Write("foreign", authority.Good());
        File.WriteAllText(Path.Combine(folder, "empty.pem"), "nothing");
        var empty = Path.Combine(folder, "empty.pem");

        Assert.Contains($"the key in {foreign} is not the key of the certificate in {own}", Fault(own, foreign), StringComparison.Ordinal);
        Assert.Contains($"{empty} holds no certificate", Fault(empty, key), StringComparison.Ordinal);
        Assert.Contains($"{empty} holds no private key", Fault(own, empty), StringComparison.Ordinal);
    }

    [Fact]
    public void Before_the_first_start_there_is_nothing_to_judge_and_nothing_is_made()
    {
        var check = Assert.Single(CertificateChecks.Look(new HubOptions { Data = Path.Combine(folder, "data") }, now));

        Assert.Equal(CheckOutcome.Ok, check.Outcome);
        Assert.False(Directory.Exists(Path.Combine(folder, "data")));
    }

    public void Dispose()
    {
        authority.Dispose();
        Directory.Delete(folder, recursive: true);
    }

    private IReadOnlyList<Check> Look(X509Certificate2 certificate)
    {
        var (file, key) = Write("own", certificate);
        return CertificateChecks.Look(new HubOptions { Certificate = file, CertificateKey = key }, now);
    }

    private string Fault(string file, string key)
    {
        var options = new HubOptions { Certificate = file, CertificateKey = key };
        var refused = Assert.Throws<StartException>(() => Certificate.For(options, now));
        Assert.Equal(ExitCode.WrongUse, refused.ExitCode);
        Assert.Equal(refused.Reasons, CertificateChecks.Look(options, now).Select(c => c.Sentence));
        return refused.Reasons.Single();
    }

    private (string File, string Key) Write(string name, X509Certificate2 certificate)
    {
        using (certificate)
        {
            var (file, key) = (Path.Combine(folder, name + ".pem"), Path.Combine(folder, name + "-key.pem"));
            File.WriteAllText(file, certificate.ExportCertificatePem());
            File.WriteAllText(key, (certificate.GetECDsaPrivateKey() as System.Security.Cryptography.AsymmetricAlgorithm ?? certificate.GetRSAPrivateKey()!).ExportPkcs8PrivateKeyPem());
            return (file, key);
        }
    }
}
