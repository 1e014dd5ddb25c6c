#include "case.h"
#include <cmath>
#include <cstdio>
#include <fstream>

using namespace seal;
namespace fs = std::filesystem;

namespace oracle
{
    namespace
    {
        constexpr std::size_t LongestHead = 24;
        constexpr std::size_t LongestList = 64;
        constexpr int SafeBudget = 6;

        // SEAL writes a seed only where it takes less room than what it stands for: 81 bytes and a mark, in words.
        constexpr std::size_t FewestSeededWords = 12;

        std::string name(scheme_type scheme) { return scheme == scheme_type::bfv ? "bfv" : "ckks"; }

        std::string name(compr_mode_type mode)
        {
            return mode == compr_mode_type::none ? "none" : mode == compr_mode_type::zlib ? "zlib" : "zstd";
        }

        std::string name(sec_level_type level)
        {
            switch (level)
            {
            case sec_level_type::none: return "none";
            case sec_level_type::tc128: return "tc128";
            case sec_level_type::tc192: return "tc192";
            default: return "tc256";
            }
        }

        compr_mode_type anyMode(Random &random)
        {
            return std::vector<compr_mode_type>{ compr_mode_type::none, compr_mode_type::zlib, compr_mode_type::zstd }[random.below(3)];
        }

        std::string id(const parms_id_type &words) { return json::text(json::hex(words.data(), sizeof(words))); }

        std::string fnv1a64(const std::vector<std::uint64_t> &words)
        {
            std::uint64_t hash = 0xcbf29ce484222325;
            for (std::uint64_t word : words)
            {
                for (int shift = 0; shift < 64; shift += 8)
                {
                    hash = (hash ^ ((word >> shift) & 0xff)) * 0x100000001b3;
                }
            }

            char digits[17];
            std::snprintf(digits, sizeof digits, "%016llx", static_cast<unsigned long long>(hash));
            return digits;
        }
    }

    Case::Case(const fs::path &folder, const Choice &choice, Random &source)
        : random(source), parameters(choice.parameters), context(parameters, true, choice.security), isBfv(parameters.scheme() == scheme_type::bfv),
          hasSlots(!isBfv || (context.parameters_set() && context.first_context_data()->qualifiers().using_batching)),
          degree(parameters.poly_modulus_degree()), folder_(folder), security_(choice.security)
    {
        if (!context.parameters_set())
        {
            throw std::invalid_argument(context.parameter_error_message());
        }

        fs::create_directories(folder_);
        for (Level level = context.first_context_data(); level; level = level->next_context_data())
        {
            levels.push_back(level);
        }

        if (!isBfv)
        {
            int bits = levels[0]->total_coeff_modulus_bit_count();
            int most = std::max(1, random.chance(60) ? std::min(40, (bits / 2) - 2) : std::min(59, bits - 4));
            scale_ = std::ldexp(random.chance(70) ? 1.0 : 1.0 + static_cast<double>(random.below(1000)) / 1001.0, random.chance(60) ? most : random.between(1, most));
        }

        makeKeys();
        evaluator = std::make_unique<Evaluator>(context);
        decryptor = std::make_unique<Decryptor>(context, secretKey_);
        encryptor_ = std::make_unique<Encryptor>(context, publicKey_, secretKey_);
        if (isBfv && hasSlots)
        {
            integers_ = std::make_unique<BatchEncoder>(context);
        }
        else if (!isBfv)
        {
            numbers_ = std::make_unique<CKKSEncoder>(context);
        }
    }

    void Case::makeKeys()
    {
        addKey("parms", "parms", parameters, false);
        KeyGenerator generator(context);
        secretKey_ = generator.secret_key();
        addKey("sk", "secret_key", secretKey_, false);
        generator.create_public_key(publicKey_);
        addKey("pk", "public_key", publicKey_, false);
        if (!context.using_keyswitching())
        {
            return;
        }

        auto seeded = generator.create_relin_keys();
        std::stringstream stream;
        seeded.save(stream, compr_mode_type::none);
        relinKeys.load(context, stream);
        addKey("rlk", "relin_keys", seeded, true, json::Object().add("key_count", "1"));
        if (random.chance(30))
        {
            addKey("rlk", "relin_keys", relinKeys, false, json::Object().add("key_count", "1"));
        }

        makeGaloisKeys(generator);
    }

    void Case::makeGaloisKeys(KeyGenerator &generator)
    {
        auto tool = context.key_context_data()->galois_tool();
        int half = static_cast<int>(degree / 2);
        json::Object more;
        if (hasSlots && half > 1 && random.chance(60))
        {
            std::map<int, int> steps{ { 0, 0 } };
            for (int i = random.between(1, 4); i > 0; i--)
            {
                int step = random.chance(60) ? 1 << random.below(static_cast<std::uint64_t>(std::log2(half))) : random.between(1, half - 1);
                steps[random.chance(40) ? -step : step] = 0;
            }

            std::vector<int> given;
            for (auto &step : steps)
            {
                given.push_back(step.first);
            }

            elements = tool->get_elts_from_steps(given);
            more.add("galois_steps", json::numbers(given));
        }
        else if (degree <= 64 && random.chance(40))
        {
            elements = tool->get_elts_all();
        }
        else
        {
            for (int i = random.between(0, 4); i > 0; i--)
            {
                elements.push_back(static_cast<std::uint32_t>(1 + (2 * random.below(degree))));
            }
        }

        std::sort(elements.begin(), elements.end());
        elements.erase(std::unique(elements.begin(), elements.end()), elements.end());
        more.add("galois_elts", json::numbers(elements)).add("key_count", std::to_string(elements.size()));
        auto seeded = generator.create_galois_keys(elements);
        std::stringstream stream;
        seeded.save(stream, compr_mode_type::none);
        galoisKeys.load(context, stream);
        addKey("glk", "galois_keys", seeded, !elements.empty(), more);
        if (random.chance(30))
        {
            addKey("glk", "galois_keys", galoisKeys, false, more);
        }
    }

    void Case::makeMessages()
    {
        for (int i = 0; i < 5; i++)
        {
            std::string name = "pt" + std::to_string(i);
            try
            {
                if (isBfv)
                {
                    addIntegers(name);
                }
                else
                {
                    addNumbers(name, i == 0);
                }
            }
            catch (const std::invalid_argument &)
            {
                // The scale was too much for the level, which is SEAL's right.
            }
        }
    }

    void Case::addIntegers(const std::string &name)
    {
        std::uint64_t t = parameters.plain_modulus().value();
        std::size_t count = 1 + random.below(degree);
        Plaintext plaintext(random.chance(50) ? degree : count);
        plaintext.set_zero();
        std::string operation;
        switch (plaintexts.empty() ? 0 : random.below(5))
        {
        case 0:
        case 1:
        {
            std::vector<std::uint64_t> values(plaintext.coeff_count());
            bool sparse = random.chance(20);
            for (std::uint64_t &value : values)
            {
                value = sparse && random.chance(80) ? 0 : random.below(t);
            }

            if (hasSlots)
            {
                integers_->encode(values, plaintext);
            }
            else
            {
                std::copy(values.begin(), values.end(), plaintext.data());
            }

            write(name + ".u64", values.data(), values.size() * sizeof(std::uint64_t));
            operation = json::Object().add("name", json::text("encode")).add("values", json::text(name + ".u64")).str();
            break;
        }

        case 2:
        {
            std::size_t power = random.below(degree);
            plaintext.resize(power + 1);
            plaintext[power] = random.chance(30) ? 1 : random.chance(30) ? t - 1 : 1 + random.below(t - 1);
            operation = json::Object().add("name", json::text("monomial")).add("in", "[]").add("coeff", std::to_string(plaintext[power])).add("power", std::to_string(power)).str();
            break;
        }

        case 3:
            // Few coefficients, or none, and zeros above them.
            for (int i = random.between(0, 2); i > 0; i--)
            {
                plaintext[random.below(plaintext.coeff_count())] = 1 + random.below(t - 1);
            }

            break;
        default:
            for (std::size_t i = 0; i < plaintext.coeff_count(); i++)
            {
                plaintext[i] = random.below(t);
            }

            break;
        }

        plaintexts[name] = plaintext;
        add(name, plaintext, operation);
    }

    void Case::addNumbers(const std::string &name, bool first)
    {
        Plaintext plaintext;
        std::string operation;
        Level level = first || random.chance(70) ? levels[0] : random.any(levels);
        double scale = first || random.chance(80) ? scale_ : scale_ * (1.0 + random.below(8));
        double size = std::pow(10.0, random.between(-2, 2));
        auto any = [&] { return (static_cast<double>(random.below(2000001)) - 1e6) / 1e6 * size; };
        switch (first ? 0 : random.below(6))
        {
        case 0:
        case 1:
        case 2:
        case 3:
        {
            std::vector<std::complex<double>> values(random.chance(70) ? degree / 2 : 1 + random.below(degree / 2));
            bool isReal = random.chance(30);
            for (std::complex<double> &value : values)
            {
                value = { any(), isReal ? 0.0 : any() };
            }

            numbers_->encode(values, level->parms_id(), scale, plaintext);
            write(name + ".c128", values.data(), values.size() * sizeof(values[0]));
            operation = json::Object().add("name", json::text("encode")).add("values", json::text(name + ".c128")).str();
            break;
        }

        case 4:
            numbers_->encode(any(), level->parms_id(), scale, plaintext);
            break;
        default:
            numbers_->encode(static_cast<std::int64_t>(random.below(2001)) - 1000, level->parms_id(), plaintext);
            break;
        }

        plaintexts[name] = plaintext;
        add(name, plaintext, operation);
    }

    void Case::encryptSome()
    {
        for (int i = 0; i < 4; i++)
        {
            std::string name = "ct" + std::to_string(i);
            const std::string &message = random.any(plaintexts).first;
            Ciphertext ciphertext;
            if (i == 0 || random.chance(40))
            {
                bool zero = i > 0 && random.chance(20);
                zero ? encryptor_->encrypt_zero(random.any(levels)->parms_id(), ciphertext) : encryptor_->encrypt(plaintexts[message], ciphertext);
                add(name, ciphertext,
                    json::Object().add("name", json::text(zero ? "encrypt_zero_pk" : "encrypt_pk")).add("in", json::list(zero ? std::vector<std::string>{ json::text("pk") } : std::vector<std::string>{ json::text(message), json::text("pk") })).str(), false);
            }
            else
            {
                // Written with its seed, and used as it is read again.
                auto seeded = encryptor_->encrypt_symmetric(plaintexts[message]);
                std::stringstream stream;
                seeded.save(stream, compr_mode_type::none);
                ciphertext.load(context, stream);
                std::string operation = json::Object().add("name", json::text("encrypt_sk")).add("in", json::list({ json::text(message), json::text("sk") })).str();
                addFile(
                    describe(name, ciphertext, operation, false), name + "_seeded", seedFits(ciphertext.coeff_modulus_size()),
                    [&](std::ostream &out, compr_mode_type mode) { seeded.save(out, mode); });
                if (random.chance(30))
                {
                    add(name, ciphertext, operation, false);
                }
            }

            ciphertexts[name] = ciphertext;
        }
    }

    std::string Case::partner(const Ciphertext &of)
    {
        std::vector<std::string> fitting;
        for (auto &other : ciphertexts)
        {
            if (other.second.parms_id() == of.parms_id() && other.second.is_ntt_form() == of.is_ntt_form())
            {
                fitting.push_back(other.first);
            }
        }

        return random.any(fitting);
    }

    void Case::add(const std::string &name, const Plaintext &plaintext, const std::string &operation)
    {
        json::Object entry;
        entry.add("name", json::text(name)).add("type", json::text("plaintext"));
        if (!operation.empty())
        {
            entry.add("op", operation);
        }

        entry.add("coeff_count", std::to_string(plaintext.coeff_count())).add("is_ntt_form", json::boolean(plaintext.is_ntt_form()));
        entry.add("parms_id", id(plaintext.parms_id())).add("scale", json::number(plaintext.scale()));
        std::string expected = expectation(plaintext);
        if (!expected.empty())
        {
            entry.add("expect", expected);
        }

        addFile(entry, name, false, [&](std::ostream &out, compr_mode_type mode) { plaintext.save(out, mode); });
    }

    void Case::add(const std::string &name, const Ciphertext &ciphertext, const std::string &operation, bool deterministic)
    {
        addFile(describe(name, ciphertext, operation, deterministic), name, false, [&](std::ostream &out, compr_mode_type mode) { ciphertext.save(out, mode); });
    }

    json::Object Case::describe(const std::string &name, const Ciphertext &ciphertext, const std::string &operation, bool deterministic) const
    {
        json::Object entry;
        entry.add("name", json::text(name)).add("type", json::text("ciphertext"));
        int budget = isBfv && !ciphertext.is_ntt_form() ? decryptor->invariant_noise_budget(ciphertext) : -1;
        if (deterministic || budget < 0 || budget >= SafeBudget)
        {
            // A message that the noise of its own encryption drowned, or that of another encryption might, is none to compare.
            entry.add("op", operation);
        }

        entry.add("deterministic", json::boolean(deterministic)).add("poly_count", std::to_string(ciphertext.size()));
        entry.add("is_ntt_form", json::boolean(ciphertext.is_ntt_form())).add("chain_index", std::to_string(context.get_context_data(ciphertext.parms_id())->chain_index()));
        entry.add("parms_id", id(ciphertext.parms_id())).add("scale", json::number(ciphertext.scale()));
        if (budget >= 0)
        {
            entry.add("noise_budget", std::to_string(budget));
        }

        if (budget > 0 || (!isBfv && ciphertext.is_ntt_form()))
        {
            Plaintext message;
            decryptor->decrypt(ciphertext, message);
            std::string expected = expectation(message);
            if (!expected.empty())
            {
                entry.add("expect", expected);
            }
        }

        return entry;
    }

    std::string Case::expectation(const Plaintext &plaintext) const
    {
        if (isBfv)
        {
            if (plaintext.is_ntt_form())
            {
                return "";
            }

            std::vector<std::uint64_t> values(degree);
            if (hasSlots)
            {
                integers_->decode(plaintext, values);
            }
            else
            {
                std::copy(plaintext.data(), plaintext.data() + plaintext.coeff_count(), values.begin());
            }

            std::vector<std::uint64_t> head(values.begin(), values.begin() + static_cast<std::ptrdiff_t>(degree <= LongestList ? degree : LongestHead));
            return json::Object().add("slots_fnv1a64", json::text(fnv1a64(values))).add("slots_head", json::numbers(head)).str();
        }

        std::vector<std::complex<double>> values;
        std::vector<std::string> head;
        numbers_->decode(plaintext, values);
        for (std::size_t i = 0; i < values.size() && i < LongestHead; i++)
        {
            head.push_back("[" + json::number(values[i].real()) + ", " + json::number(values[i].imag()) + "]");
        }

        return json::Object().add("slots_head", json::list(head)).str();
    }

    bool Case::seedFits(std::size_t primes) const { return degree * primes >= FewestSeededWords; }

    template <typename Object>
    void Case::addKey(const std::string &name, const std::string &type, const Object &object, bool seeded, const json::Object &more)
    {
        bool withSeed = seeded && seedFits(parameters.coeff_modulus().size());
        json::Object entry = more;
        entry.add("name", json::text(name)).add("type", json::text(type));
        addFile(entry, seeded ? name + "_seeded" : name, withSeed, [&](std::ostream &out, compr_mode_type mode) { object.save(out, mode); });
    }

    void Case::addFile(json::Object entry, const std::string &stem, bool seeded, const std::function<void(std::ostream &, compr_mode_type)> &save)
    {
        compr_mode_type mode = anyMode(random);
        std::string file = stem + "." + name(mode) + ".seal";
        std::ofstream out(folder_ / file, std::ios::binary);
        save(out, mode);
        entries_.push_back(entry.add("file", json::text(file)).add("compr", json::text(name(mode))).add("seeded", json::boolean(seeded)).str());
    }

    void Case::write(const std::string &file, const void *bytes, std::size_t count) const
    {
        std::ofstream(folder_ / file, std::ios::binary).write(static_cast<const char *>(bytes), static_cast<std::streamsize>(count));
    }

    void Case::writeManifest() const
    {
        std::vector<std::uint64_t> primes, roots;
        std::vector<std::string> chain;
        Level key = context.key_context_data();
        for (std::size_t i = 0; i < parameters.coeff_modulus().size(); i++)
        {
            primes.push_back(parameters.coeff_modulus()[i].value());
            roots.push_back(key->small_ntt_tables()[i].get_root());
        }

        for (Level level = key; level; level = level->next_context_data())
        {
            chain.push_back(json::Object()
                                .add("chain_index", std::to_string(level->chain_index()))
                                .add("parms_id", id(level->parms_id()))
                                .add("primes", std::to_string(level->parms().coeff_modulus().size()))
                                .add("total_bits", std::to_string(level->total_coeff_modulus_bit_count()))
                                .str());
        }

        json::Object manifest;
        manifest.add("case", json::text(folder_.filename().string())).add("library", json::text("SEAL " SEAL_VERSION));
        manifest.add("scheme", json::text(name(parameters.scheme()))).add("poly_modulus_degree", std::to_string(degree));
        manifest.add("coeff_modulus", json::numbers(primes)).add("plain_modulus", std::to_string(parameters.plain_modulus().value()));
        manifest.add("security", json::text(name(security_))).add("batching", json::boolean(hasSlots)).add("default_scale", json::number(scale_));
        if (isBfv && hasSlots)
        {
            manifest.add("plain_ntt_root", std::to_string(levels[0]->plain_ntt_tables()->get_root()));
        }

        manifest.add("slot_count", std::to_string(isBfv ? degree : degree / 2)).add("ntt_roots", json::numbers(roots));
        manifest.add("chain", json::list(chain)).add("objects", json::list(entries_));
        std::ofstream(folder_ / "manifest.json") << manifest.str() << "\n";
    }
}
