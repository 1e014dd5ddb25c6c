#pragma once
#include "random.h"
#include <seal/seal.h>

namespace oracle
{
    struct Choice
    {
        seal::EncryptionParameters parameters;
        seal::sec_level_type security = seal::sec_level_type::none;
    };

    // Any parameters that are worth a try: default chains and own ones, with slots and without, plain moduli above a prime or even above all but
    // the last. SEAL may still refuse them.
    Choice choose(Random &random, int largestLogDegree);
}
