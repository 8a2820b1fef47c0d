using ChargePointHub.Feeds.Fetching;
using ChargePointHub.Feeds.Notices;
using ChargePointHub.Model;
using ChargePointHub.Server.FeedHealth;

namespace ChargePointHub.Tests.FeedHealth;

/// <summary>What readers of the API learn of a failure, and what they do not.</summary>
public sealed class ToldFailureTests
{
    [Theory]
    [InlineData("unauthorised", "https://api.inner.example:8443/v1/points?limit=10 answered 401: the credential is missing, wrong or no longer valid.", "The operator's API answered 401: the credential is missing, wrong or no longer valid.")]
    [InlineData("unexpected_status", "https://a.inner.example/x redirected more than 5 times, last to https://b.inner.example/y; set the base address to where the API really is.", "The operator's API redirected more than 5 times, last to the operator's API; set the base address to where the API really is.")]
    [InlineData("protocol_error", "OCPI 3001: no route to [fd00::1]:443 or 10.1.2.3:8080.", "OCPI 3001: no route to the operator's API or the operator's API.")]
    [InlineData("protocol_error", "The answer has no array \"data\".", "The answer has no array \"data\".")]
    public void Of_an_answer_it_is_told_what_was_wrong_without_addresses(string failure, string detail, string told) => Assert.Equal(told, ToldFailure.Of(failure, detail));

    [Theory]
    [InlineData("address_refused")]
    [InlineData("tls_refused")]
    [InlineData("unreachable")]
    [InlineData("credential_missing")]
    [InlineData("hub_fault")]
    [InlineData("of-a-later-version")]
    public void Of_ways_and_credentials_only_the_kind_is_told(string failure) =>
        Assert.Equal(FeedAdvice.OfFailure(failure), ToldFailure.Of(failure, "https://inner.example resolves to 10.0.0.7; file:/etc/hub/secrets/inner.token; inner.example:8443"));

    [Fact]
    public void No_sentence_of_any_kind_holds_an_address_or_the_place_of_a_file()
    {
        var told = Words<FailureKind>.All.Select(f => ToldFailure.Of(f, "https://inner.example/inner answered."))
            .Concat(Words<NoticeFailureKind>.All.Select(ToldFailure.OfNotice)).ToList();

        Assert.All(told, sentence => Assert.DoesNotMatch("inner|://|[a-z]:/", sentence));
        Assert.Equal(Words<NoticeFailureKind>.All.Count + 1, Words<NoticeFailureKind>.All.Append("new").Select(ToldFailure.OfNotice).Distinct().Count());
        Assert.Null(ToldFailure.Of(null, "What was before."));
    }
}
