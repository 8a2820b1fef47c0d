using Polly;
using Polly.CircuitBreaker;
using Polly.Retry;

namespace ChargePointHub.Feeds.Fetching;

/// <summary>When a request is tried again, and when an operator is left alone.</summary>
internal static class FetchResilience
{
    public static readonly ResiliencePropertyKey<FetchChain> Chain = new("chain");

    /// <summary>
    /// An operator in trouble is not made to answer every feed's every attempt. Throttling does not count: whoever can say
    /// "too many" is well.
    /// </summary>
    public static OperatorBreaker Breaker(FetchRules rules, TimeProvider time)
    {
        var breaker = new OperatorBreaker();
        breaker.Pipeline = new ResiliencePipelineBuilder<FetchResult> { TimeProvider = time }
            .AddCircuitBreaker(new CircuitBreakerStrategyOptions<FetchResult>
            {
                FailureRatio = 0.9,
                MinimumThroughput = rules.BreakerThroughput,
                SamplingDuration = rules.BreakerSpan,
                BreakDuration = rules.BreakerPause,
                ShouldHandle = args => ValueTask.FromResult(args.Outcome.Result is FetchFailed failed && IsOperatorDown(failed.Failure.Kind)),
                OnOpened = args =>
                {
                    breaker.OpenedBy = (args.Outcome.Result as FetchFailed)?.Failure;
                    return ValueTask.CompletedTask;
                },
            })
            .Build();
        return breaker;
    }

    public static ResiliencePipeline<FetchResult> Retry(FetchRules rules, ResiliencePipeline<FetchResult> breaker, TimeProvider time)
    {
        var builder = new ResiliencePipelineBuilder<FetchResult> { TimeProvider = time };
        if (rules.Attempts > 1)
        {
            builder.AddRetry(new RetryStrategyOptions<FetchResult>
            {
                MaxRetryAttempts = rules.Attempts - 1,
                BackoffType = DelayBackoffType.Exponential,
                UseJitter = true,
                Delay = rules.FirstPause,
                MaxDelay = rules.LongestPauseInPlace,
                ShouldHandle = args => ValueTask.FromResult(
                    args.Outcome.Result is FetchFailed failed
                    && IsWorthAnotherTry(failed.Failure, rules, args.Context.Properties.GetValue(Chain, null!).Remaining)),
                DelayGenerator = args => ValueTask.FromResult(((FetchFailed)args.Outcome.Result!).Failure.RetryAfter),
            });
        }

        return builder.AddPipeline(breaker).Build();
    }

    private static bool IsOperatorDown(FailureKind kind) =>
        kind is FailureKind.Unreachable or FailureKind.TimedOut or FailureKind.TlsRefused;

    private static bool IsWorthAnotherTry(FeedFailure failure, FetchRules rules, TimeSpan remaining)
    {
        var mayPass = failure.Kind is FailureKind.Unreachable or FailureKind.TimedOut or FailureKind.Throttled
            or FailureKind.ServerError or FailureKind.Truncated;
        var pause = failure.RetryAfter ?? rules.FirstPause;
        return mayPass && pause <= rules.LongestPauseInPlace && pause < remaining;
    }
}

/// <summary>The breaker of one operator, and the failure that opened it last.</summary>
internal sealed class OperatorBreaker
{
    private volatile FeedFailure? openedBy;

    public ResiliencePipeline<FetchResult> Pipeline { get; set; } = ResiliencePipeline<FetchResult>.Empty;

    /// <summary>Null: it never opened.</summary>
    public FeedFailure? OpenedBy
    {
        get => openedBy;
        set => openedBy = value;
    }
}
