using System.Security.Cryptography;
using System.Text;
using Subnet.Crypto.Tokens;

namespace Subnet.Health.Conformance.Proofs;

/// <summary>rfc9474.json and rfc9578.json: the RFCs' own vectors, and altered ones.</summary>
internal static class TokenVectors
{
    /// <summary>Blind RSA signatures (RFC 9474 appendix A).</summary>
    public static VectorDifference? BlindSignature(VectorCase vector, VectorFolder folder)
    {
        using BlindRsaPublicKey key = PublicKey(vector.Hex("n"), vector.Hex("e"));
        byte[] message = vector.Hex("input_msg");
        int saltLength = vector.Count("salt_len");
        if (saltLength is not (0 or BlindRsaPublicKey.SaltByteCount))
        {
            throw new VectorFormatException($"has a salt of {saltLength} bytes; the variants of RFC 9474 have 0 or 48");
        }

        bool taken = key.Verify(message, saltLength, vector.Hex("sig"));
        VectorDifference? difference = VectorDifference.OfVerdict("signature", vector.Flag("ok"), taken);
        if (difference is not null || !vector.Has("blinded_msg"))
        {
            return difference;
        }

        // The RFC gives the inverse of the blind; the blind is the inverse's inverse.
        byte[] prepared = [.. vector.Has("msg_prefix") ? vector.Hex("msg_prefix") : [], .. vector.Hex("msg")];
        byte[] factor = key.Invert(vector.Hex("inv"));
        bool blinds = key.TryBlind(prepared, vector.Has("salt") ? vector.Hex("salt") : [], factor, out byte[] blinded, out byte[] inverse);
        using BlindRsaSecretKey secret = BlindRsaSecretKey.FromPrimes(vector.Hex("p"), vector.Hex("q"), vector.Hex("e"), vector.Hex("d"));
        bool signs = secret.TryBlindSign(blinded, out byte[] blindSignature);
        bool finishes = key.TryFinalize(prepared, saltLength, blindSignature, inverse, out byte[] signature);
        return VectorDifference.Between("prepared message", message, prepared)
            ?? VectorDifference.OfVerdict("blinding", true, blinds)
            ?? VectorDifference.Between("blinded message", vector.Hex("blinded_msg"), blinded)
            ?? VectorDifference.OfVerdict("signing", true, signs)
            ?? VectorDifference.Between("blind signature", vector.Hex("blind_sig"), blindSignature)
            ?? VectorDifference.OfVerdict("finalizing", true, finishes)
            ?? VectorDifference.Between("signature", vector.Hex("sig"), signature);
    }

    /// <summary>Tokens of type 2 (RFC 9578 appendix B.2).</summary>
    public static VectorDifference? PrivacyPass(VectorCase vector, VectorFolder folder)
    {
        bool expected = vector.Flag("ok");
        bool keyParses = TokenKey.TryParse(vector.Hex("pkS"), out TokenKey? key);
        using TokenKey? owned = key;
        bool challengeParses = TokenChallenge.TryParse(vector.Hex("token_challenge"), out TokenChallenge? challenge);
        byte[] encoded = vector.Hex("token");
        bool taken = keyParses && challengeParses && Token.TryParse(encoded, out Token? token) && token.Verify(key!, challenge!);
        VectorDifference? difference = VectorDifference.OfVerdict("token", expected, taken);
        return difference is not null || !vector.Has("skS") ? difference : Issue(vector, key!, challenge!, encoded);
    }

    private static VectorDifference? Issue(VectorCase vector, TokenKey key, TokenChallenge challenge, byte[] token)
    {
        TokenIssuer issuer;
        try
        {
            issuer = new TokenIssuer(BlindRsaSecretKey.FromPem(Encoding.ASCII.GetString(vector.Hex("skS"))));
        }
        catch (Exception fault) when (fault is ArgumentException or CryptographicException)
        {
            throw new VectorFormatException($"has a secret key that cannot be read: {fault.Message}");
        }

        using TokenIssuer owned = issuer;
        if (!TokenRequest.TryCreate(key, challenge, vector.Hex("nonce"), vector.Hex("salt"), vector.Hex("blind"), out TokenRequest? request))
        {
            return new VectorDifference("a blind that is invertible", "one that is not");
        }

        using TokenRequest pending = request;
        bool issues = issuer.TryIssue(pending.Encoded, out byte[]? response);
        Token? made = null;
        bool finishes = issues && pending.TryFinish(response, out made);
        return VectorDifference.Between("public key", vector.Hex("pkS"), issuer.Key.Encoded)
            ?? VectorDifference.Between("request", vector.Hex("token_request"), pending.Encoded)
            ?? VectorDifference.OfVerdict("issuing", true, issues)
            ?? VectorDifference.Between("response", vector.Hex("token_response"), response!)
            ?? VectorDifference.OfVerdict("finishing", true, finishes)
            ?? VectorDifference.Between("made token", token, made!.Encoded);
    }

    private static BlindRsaPublicKey PublicKey(byte[] modulus, byte[] exponent)
    {
        try
        {
            return new BlindRsaPublicKey(modulus, exponent);
        }
        catch (ArgumentException fault)
        {
            throw new VectorFormatException($"has a key that cannot be used: {fault.Message}");
        }
    }
}
