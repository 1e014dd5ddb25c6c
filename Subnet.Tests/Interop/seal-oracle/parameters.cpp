#include "parameters.h"
#include <algorithm>
#include <stdexcept>

using namespace seal;

namespace oracle
{
    namespace
    {
        constexpr int WidestPrime = 60;

        int smallestBits(std::size_t degree)
        {
            int bits = 1;
            while ((std::size_t(1) << bits) <= 2 * degree)
            {
                bits++;
            }

            return bits + 1;
        }

        std::vector<Modulus> defaultChain(std::size_t degree, Random &random, sec_level_type &security)
        {
            security = std::vector<sec_level_type>{ sec_level_type::tc128, sec_level_type::tc192, sec_level_type::tc256 }[random.below(3)];
            std::vector<Modulus> primes = CoeffModulus::BFVDefault(degree, security);
            if (primes.size() > 2 && random.chance(30))
            {
                primes.pop_back();
            }

            return primes;
        }

        std::vector<Modulus> ownChain(std::size_t degree, Random &random)
        {
            int count = random.between(1, random.chance(10) ? 12 : 5);
            int widest = random.chance(30) ? WidestPrime : random.chance(50) ? 50 : random.between(20, WidestPrime);
            int least = std::min(smallestBits(degree), widest);
            for (int attempt = 0; attempt < 100; attempt++)
            {
                bool alike = random.chance(25);
                int first = random.between(least, widest);
                std::vector<int> bits;
                for (int i = 0; i < count; i++)
                {
                    bits.push_back(alike ? first : random.between(least, widest));
                }

                try
                {
                    std::vector<Modulus> primes = CoeffModulus::Create(degree, bits);
                    for (std::size_t i = primes.size(); random.chance(50) && i > 1; i--)
                    {
                        std::swap(primes[i - 1], primes[random.below(i)]);
                    }

                    return primes;
                }
                catch (const std::logic_error &)
                {
                    // There are not so many primes of so few bits.
                    least = std::min(least + 2, widest);
                }
            }

            throw std::runtime_error("no such primes");
        }

        std::uint64_t plainModulus(std::size_t degree, int mostBits, Random &random)
        {
            int least = smallestBits(degree);
            if (mostBits >= least && random.chance(50))
            {
                try
                {
                    return PlainModulus::Batching(degree, random.between(least, mostBits)).value();
                }
                catch (const std::logic_error &)
                {
                    // Without slots, then.
                }
            }

            int bits = random.between(2, mostBits);
            std::uint64_t top = std::uint64_t(1) << (bits - 1);
            return random.chance(25) ? top : top + random.below(top);
        }
    }

    Choice choose(Random &random, int largestLogDegree)
    {
        Choice choice;
        choice.parameters = EncryptionParameters(random.chance(60) ? scheme_type::bfv : scheme_type::ckks);
        bool standard = largestLogDegree >= 10 && random.chance(40);
        std::size_t degree = std::size_t(1) << (standard ? random.between(10, std::min(largestLogDegree, 15)) : random.between(1, largestLogDegree));
        std::vector<Modulus> primes = standard ? defaultChain(degree, random, choice.security) : ownChain(degree, random);
        choice.parameters.set_poly_modulus_degree(degree);
        choice.parameters.set_coeff_modulus(primes);
        if (choice.parameters.scheme() == scheme_type::bfv)
        {
            int bits = 0;
            for (const Modulus &prime : primes)
            {
                bits += prime.bit_count();
            }

            int most = random.chance(60) ? std::min(20, bits / 3) : std::min(WidestPrime, bits - 1);
            choice.parameters.set_plain_modulus(plainModulus(degree, std::max(2, most), random));
        }

        return choice;
    }
}
