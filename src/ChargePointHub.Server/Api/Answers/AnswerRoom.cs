using ChargePointHub.Server.Api.Problems;

namespace ChargePointHub.Server.Api.Answers;

/// <summary>Room for an answer whose size its reader chooses: paid for, one of its reader's few, and one of those that the process holds at once.</summary>
internal sealed class AnswerRoom : IDisposable
{
    private readonly IDisposable own;
    private readonly IDisposable shared;

    private AnswerRoom(IDisposable own, IDisposable shared) => (this.own, this.shared) = (own, shared);

    /// <summary>To be disposed of when the answer has gone out; null: there is none, and the reader has been told why.</summary>
    /// <param name="cost">Units beside asking.</param>
    /// <param name="before">What is worked out before the process's room is taken, as it holds none; false: it has answered.</param>
    /// <param name="slots">Whose room it is; null: that of answers which end by themselves.</param>
    public static async Task<AnswerRoom?> EnterAsync(HubRequest request, int cost, Func<Task<bool>>? before = null, AnswerSlots? slots = null)
    {
        if (!await QuotaCheck.TakeAsync(request.Http, request.Hub, request.Reader, Math.Min(cost, request.Hub.Quotas.MostOfAnswer(request.Reader)))) return null;
        if (request.Hub.Quotas.TryEnter(request.Reader) is not { } own)
        {
            await request.Hub.Quotas.HoldBackAsync(request.Aborted);
            await QuotaCheck.RefuseAsync(request.Http, ErrorCatalogue.TooManyAnswers);
            return null;
        }

        var isKept = false;
        try
        {
            if (before is not null && !await before()) return null;
            if (await (slots ?? request.Hub.Answers).TryEnterAsync(request.Aborted) is not { } shared)
            {
                await QuotaCheck.RefuseAsync(request.Http, ErrorCatalogue.HubBusy);
                return null;
            }

            isKept = true;
            return new AnswerRoom(own, shared);
        }
        finally
        {
            if (!isKept) own.Dispose();
        }
    }

    public void Dispose()
    {
        shared.Dispose();
        own.Dispose();
    }
}
