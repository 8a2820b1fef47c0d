using System.Security.Authentication;
using ChargePointHub.Sandbox.Certificates;

namespace ChargePointHub.Sandbox.Faults;

/// <summary>The operator answers only so far back.</summary>
public sealed class LookBackTrait(TimeSpan reach) : OperatorTrait
{
    public TimeSpan Reach => reach;
}

/// <summary>The operator's clock is off, and with it every time in its records and answers.</summary>
public sealed class ClockTrait(TimeSpan off) : OperatorTrait
{
    /// <summary>The clock as the operator reads it.</summary>
    public TimeProvider Of(TimeProvider time) => new ClockOff(time, off);

    public override Task AnswerAsync(FaultyRequest request, Func<Task> api)
    {
        request.Context.Response.Headers.Date = (request.Now + off).ToString("R", System.Globalization.CultureInfo.InvariantCulture);
        return api();
    }

    private sealed class ClockOff(TimeProvider time, TimeSpan off) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => time.GetUtcNow() + off;

        public override long GetTimestamp() => time.GetTimestamp();

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) => time.CreateTimer(callback, state, dueTime, period);
    }
}

/// <summary>The operator corrects many of its sessions.</summary>
public sealed class CorrectionsTrait(double percent) : OperatorTrait
{
    /// <summary>0 to 1.</summary>
    public double Share => percent / 100;
}

/// <summary>The operator shows a certificate that must not be trusted.</summary>
/// <param name="which">One of <see cref="WrongCertificates.Names"/>.</param>
public sealed class CertificateTrait(string which) : OperatorTrait
{
    public string Which => which;
}

/// <summary>The operator speaks TLS 1.1 only.</summary>
public sealed class OldTlsTrait : OperatorTrait
{
    /// <summary>By its name as text: the framework's own name for it is obsolete, as it should be.</summary>
    public static readonly SslProtocols Protocol = Enum.Parse<SslProtocols>("Tls11");
}
