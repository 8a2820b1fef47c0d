namespace ChargePointHub.Proofs;

internal static class OutageProof
{
    public static Task<bool> RunAsync(ProofOptions options) => throw new ProofFailedException(options.Proof);
}
