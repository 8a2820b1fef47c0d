using ChargePointHub.Feeds.Fetching;
using ChargePointHub.Feeds.Registry;

namespace ChargePointHub.Feeds.Protocols.Values;

/// <summary>A pull that cannot begin because the feed's secret is not there.</summary>
internal static class MissingCredential
{
    public static IAsyncEnumerable<PullStep> Pull(FeedDefinition feed) => AsyncEnumerable.Repeat<PullStep>(
        new PullFailed(new FeedFailure(FailureKind.CredentialMissing, $"The credential {feed.Credential} is not set or cannot be read, so the operator was not asked.", FeedAddress.Shown(feed.BaseUrl)), 0), 1);
}
