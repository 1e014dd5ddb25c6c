using System.Buffers.Binary;
using Subnet.Core.Ledger;
using Subnet.Core.Ledger.Calls;
using Subnet.Core.State;
using Subnet.Crypto.Commitments;
using Subnet.Crypto.Identity;
using Subnet.Crypto.Lattice.Randomness;
using Subnet.Crypto.Proofs;
using Subnet.Health.Node;

namespace Subnet.Health.Miner;

/// <summary>
/// Puts a miner's cards and endpoint on the ledger: each card once, with its commitment and the proof that the miner can open it, bound to
/// subnet, epoch, hotkey and card, so that a copied commitment cannot be registered.
/// </summary>
internal sealed class ModelPublisher(ushort netuid, SigningKey hotkey, ILedgerSigner signer, ILedgerClient ledger, IRandomSourceFactory randomness)
{
    /// <summary>What would be, or was, put on the ledger for a model.</summary>
    internal enum Publication
    {
        /// <summary>It is registered already.</summary>
        Known,

        /// <summary>It was registered now.</summary>
        Registered,
    }

    /// <summary>Whether a card is registered for this miner.</summary>
    /// <exception cref="MinerException">Another miner has registered it, or it was retired.</exception>
    public async Task<bool> IsRegisteredAsync(IServedModel model, CancellationToken cancellationToken)
    {
        ModelView? known = await ledger.GetModelAsync(netuid, new Hash256(model.CardHash.Span), cancellationToken).ConfigureAwait(false);
        if (known is null)
        {
            return false;
        }

        if (!known.Registration.Hotkey.ToArray().AsSpan().SequenceEqual(hotkey.PublicKey))
        {
            throw new MinerException($"The card of model {model.Id} is registered by another miner.", "Compile the model again: a new commitment makes a new card.");
        }

        return known.Registration.RetiredHeight == 0
            ? true
            : throw new MinerException($"The card of model {model.Id} was retired.", "Compile the model again; a retired card does not come back.");
    }

    /// <summary>Registers a card that is not registered yet.</summary>
    /// <exception cref="MinerException">The ledger refuses.</exception>
    public async Task<Publication> PublishAsync(IServedModel model, CancellationToken cancellationToken)
    {
        if (await IsRegisteredAsync(model, cancellationToken).ConfigureAwait(false))
        {
            return Publication.Known;
        }

        ulong epoch = await ledger.GetAccessEpochAsync(cancellationToken).ConfigureAwait(false);
        byte[] opening = model.Opening is null ? [] : await Task.Run(() => Prove(model, epoch), cancellationToken).ConfigureAwait(false);
        RegisterModelCall call = new(netuid, epoch, new Hash256(model.CardHash.Span), model.Commitment, opening);
        await SubmitAsync(call, $"model {model.Id}", cancellationToken).ConfigureAwait(false);
        return Publication.Registered;
    }

    /// <summary>Takes a card out of use.</summary>
    /// <exception cref="MinerException">The ledger refuses.</exception>
    public Task RetireAsync(ReadOnlyMemory<byte> card, CancellationToken cancellationToken) =>
        SubmitAsync(new RetireModelCall(netuid, new Hash256(card.Span)), "the card", cancellationToken);

    /// <summary>Announces the address, if the ledger has another.</summary>
    /// <returns>Whether the ledger has it; no while its rate limit does not admit another address yet.</returns>
    /// <exception cref="MinerException">The ledger refuses for another reason.</exception>
    public async Task<bool> AnnounceAsync(Uri address, CancellationToken cancellationToken)
    {
        string text = address.GetLeftPart(UriPartial.Authority);
        AccountId account = new(hotkey.PublicKey);
        string? known = await ledger.ReadAsync(view => view.State.Endpoints.Find(new HotkeyKey(netuid, account))?.Address, cancellationToken).ConfigureAwait(false);
        if (known == text)
        {
            return true;
        }

        CallOutcome outcome = await ledger.SubmitAsync(signer, new ServeEndpointCall(netuid, text), cancellationToken).ConfigureAwait(false);
        if (outcome.Reason == RejectionReason.RateLimited)
        {
            return false;
        }

        Demand(outcome, "the endpoint");
        return true;
    }

    private async Task SubmitAsync(LedgerCall call, string what, CancellationToken cancellationToken) =>
        Demand(await ledger.SubmitAsync(signer, call, cancellationToken).ConfigureAwait(false), what);

    private static void Demand(CallOutcome outcome, string what)
    {
        if (!outcome.IsAccepted)
        {
            Rejection rejection = outcome.Reason.Describe();
            throw new MinerException($"The ledger refuses {what} ({rejection.Code}): {rejection.Sentence}", rejection.Fix);
        }
    }

    private byte[] Prove(IServedModel model, ulong epoch)
    {
        using IRandomSource random = randomness.Create();
        CommitmentOpening opening = model.Opening!;
        byte[] proof = OpeningProof.Prove(
            ProofContext.ForRegistration(netuid, epoch, hotkey.PublicKey, model.CardHash.Span), opening, GeneratorSet.Create(opening.Count), random);
        byte[] body = new byte[sizeof(int) + proof.Length];
        BinaryPrimitives.WriteInt32BigEndian(body, opening.Count);
        proof.CopyTo(body, sizeof(int));
        return body;
    }
}
