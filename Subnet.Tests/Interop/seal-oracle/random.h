#pragma once
#include <cstdint>
#include <iterator>
#include <random>

namespace oracle
{
    // What a case is made of is drawn from its seed; the keys and the noise in it are SEAL's own and differ from run to run.
    class Random
    {
    public:
        explicit Random(std::uint64_t seed) : source_(seed) {}

        std::uint64_t word() { return source_(); }

        std::uint64_t below(std::uint64_t bound) { return source_() % bound; }

        int between(int least, int most) { return least + static_cast<int>(below(static_cast<std::uint64_t>(most - least + 1))); }

        bool chance(int percent) { return below(100) < static_cast<std::uint64_t>(percent); }

        template <typename List>
        auto &any(List &list)
        {
            auto at = list.begin();
            std::advance(at, below(list.size()));
            return *at;
        }

    private:
        std::mt19937_64 source_;
    };
}
