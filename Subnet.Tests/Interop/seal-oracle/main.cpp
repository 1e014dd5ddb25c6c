// Microsoft SEAL itself, writing cases of the schema that `subnet conformance seal` replays: for every seed one folder with parameters, keys,
// plaintexts and ciphertexts of a kind drawn from it, and with what a chain of operations, drawn too, made of them. It is not part of the
// solution, which must build without SEAL; what it wrote is committed as Health/Conformance/Seal/seal-cases.tar.gz.
//
//   cmake -S Subnet.Tests/Interop/seal-oracle -B /tmp/seal-oracle -DSEAL_DIR=... && cmake --build /tmp/seal-oracle
//   /tmp/seal-oracle/seal-oracle OUT FIRST_SEED COUNT [LARGEST_LOG_N [OPERATIONS]]
//
// Needs SEAL 4.1 or later (built with zlib and Zstandard). A SEAL built with SEAL_DEFAULT_PRNG=Shake256 writes seeds of the other kind.
#include "case.h"
#include <iostream>

using namespace oracle;

int main(int count, char **arguments)
{
    if (count < 4)
    {
        std::cerr << "usage: seal-oracle OUT FIRST_SEED COUNT [LARGEST_LOG_N [OPERATIONS]]\n";
        return 2;
    }

    std::filesystem::path root = arguments[1];
    std::uint64_t first = std::stoull(arguments[2]);
    std::uint64_t cases = std::stoull(arguments[3]);
    int largestLogDegree = count > 4 ? std::stoi(arguments[4]) : 5;
    int operations = count > 5 ? std::stoi(arguments[5]) : 30;
    for (std::uint64_t seed = first; seed < first + cases; seed++)
    {
        Random random(seed);
        try
        {
            Choice choice = choose(random, largestLogDegree);
            std::string scheme = choice.parameters.scheme() == seal::scheme_type::bfv ? "bfv" : "ckks";
            Case made(root / (scheme + "-" + std::to_string(choice.parameters.poly_modulus_degree()) + "-" + std::to_string(seed)), choice, random);
            made.makeMessages();
            made.encryptSome();
            made.operate(operations);
            made.writeManifest();
        }
        catch (const std::exception &e)
        {
            std::cerr << "seed " << seed << " makes no case: " << e.what() << "\n";
        }
    }
}
