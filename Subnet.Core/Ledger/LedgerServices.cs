using Subnet.Core.Fees;
using Subnet.Core.Registration;

namespace Subnet.Core.Ledger;

/// <summary>
/// What the ledger's rules need from outside. All nodes of a network need the same answers: calls whose check is missing are refused.
/// </summary>
/// <param name="Signatures">Checks signatures of transactions and blocks.</param>
/// <param name="Tokens">Checks access tokens; without it none is settled and no key published.</param>
/// <param name="Commitments">Checks opening proofs of model commitments; without it only hash commitments are registered.</param>
public sealed record LedgerServices(
    ISignatureVerifier Signatures, IAccessTokenVerifier? Tokens = null, IModelCommitmentVerifier? Commitments = null);
