using System.Net;
using ChargePointHub.Model;
using ChargePointHub.Server.Access;
using Microsoft.AspNetCore.Http;

namespace ChargePointHub.Tests.Api;

public sealed class QuotaTests : IDisposable
{
    private static readonly Reader Anyone = new(false, "192.0.2.1");
    private static readonly Reader Gla = new(true, "gla");

    /// <summary>Units come back each hour: none does while a test runs.</summary>
    private readonly Quotas quotas = new(new QuotaLimits(KeyUnits: 2, AddressUnits: 1, Answers: 2) { Each = TimeSpan.FromHours(1) });

    public void Dispose() => quotas.Dispose();

    [Fact]
    public void What_is_left_is_told_until_nothing_is_and_then_when_there_will_be()
    {
        Assert.Equal(new Quota(Anyone, 60, 59, TimeSpan.FromHours(1), null), quotas.Take(Anyone, 1));
        Assert.Equal(new Quota(Anyone, 60, 8, TimeSpan.FromHours(52), null), quotas.Take(Anyone, 51));
        Assert.Equal(new Quota(Anyone, 60, 8, TimeSpan.FromHours(52), TimeSpan.FromHours(3)), quotas.Take(Anyone, 11));
        Assert.Equal(0, quotas.Take(Anyone, 8).Remaining);
        Assert.Equal(TimeSpan.FromHours(1), quotas.Take(Anyone, 1).RetryAfter);
    }

    [Fact]
    public void Nobody_else_notices()
    {
        Assert.Null(quotas.Take(Anyone, 60).RetryAfter);
        Assert.NotNull(quotas.Take(Anyone, 1).RetryAfter);

        Assert.Equal(59, quotas.Take(new Reader(false, "192.0.2.2"), 1).Remaining);
        Assert.Equal(119, quotas.Take(Gla, 1).Remaining);
        Assert.Equal(119, quotas.Take(new Reader(true, "192.0.2.1"), 1).Remaining);
    }

    [Fact]
    public void More_than_all_counts_as_all_so_that_it_is_had_at_some_time()
    {
        Assert.Equal(new Quota(Anyone, 60, 0, TimeSpan.FromHours(60), null), quotas.Take(Anyone, 1_000));
        Assert.Equal(TimeSpan.FromHours(60), quotas.Take(Anyone, 1_000).RetryAfter);
    }

    [Fact]
    public void Answers_at_once_are_counted_by_reader_and_given_back()
    {
        var first = quotas.TryEnter(Gla);
        using var second = quotas.TryEnter(Gla);
        Assert.NotNull(first);
        Assert.NotNull(second);
        Assert.Null(quotas.TryEnter(Gla));
        using var others = quotas.TryEnter(Anyone);
        Assert.NotNull(others);

        first.Dispose();
        using var again = quotas.TryEnter(Gla);
        Assert.NotNull(again);
    }

    [Fact]
    public async Task One_reader_s_answers_wait_for_each_other_and_nobody_else_s_do()
    {
        var held = new Stack<IDisposable>();
        for (var n = 0; n < Math.Max(1, Environment.ProcessorCount / 2); n++) held.Push(await quotas.TurnAsync(Gla, CancellationToken.None));
        var next = quotas.TurnAsync(Gla, CancellationToken.None).AsTask();
        Assert.False(next.IsCompleted);
        using var others = await quotas.TurnAsync(Anyone, CancellationToken.None);

        held.Pop().Dispose();
        held.Push(await next);
        foreach (var turn in held) turn.Dispose();
    }

    [Fact]
    public async Task A_refusal_takes_its_time_unless_too_many_wait_already()
    {
        using var patient = new Quotas(QuotaLimits.Usual with { RefusalTakes = TimeSpan.FromHours(1) });
        using var gone = new CancellationTokenSource();
        var waiting = Enumerable.Range(0, 1_000).Select(_ => patient.HoldBackAsync(gone.Token)).ToList();
        Assert.All(waiting, w => Assert.False(w.IsCompleted));
        Assert.True(patient.HoldBackAsync(CancellationToken.None).IsCompletedSuccessfully);

        await gone.CancelAsync();
        foreach (var one in waiting) await Assert.ThrowsAnyAsync<OperationCanceledException>(() => one);
        Assert.False(patient.HoldBackAsync(new CancellationTokenSource().Token).IsCompleted);
    }

    [Theory]
    [InlineData("192.0.2.1", "192.0.2.1")]
    [InlineData("::ffff:192.0.2.1", "192.0.2.1")]
    [InlineData("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64")]
    [InlineData("2001:db8:1:2:ffff::", "2001:db8:1:2::/64")]
    [InlineData("2001:db8:1:3::1", "2001:db8:1:3::/64")]
    [InlineData(null, "255.255.255.255")]
    public void A_reader_without_a_key_is_its_address_or_its_network_of_version_six(string? address, string name)
    {
        var connection = new DefaultHttpContext().Connection;
        connection.RemoteIpAddress = address is null ? null : IPAddress.Parse(address);

        Assert.Equal(new Reader(false, name), Reader.Of(Caller.Anyone, connection));
        Assert.Equal(Gla, Reader.Of(new Caller(Scope.Everything, "gla"), connection));
    }
}
