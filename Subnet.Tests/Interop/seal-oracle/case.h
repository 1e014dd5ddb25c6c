#pragma once
#include "json.h"
#include "parameters.h"
#include <complex>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>

namespace oracle
{
    using Level = std::shared_ptr<const seal::SEALContext::ContextData>;

    // One folder of the schema: keys of one parameter set, plaintexts, ciphertexts, and what operations made of them.
    class Case
    {
    public:
        Case(const std::filesystem::path &folder, const Choice &choice, Random &random);

        void makeMessages();
        void encryptSome();
        void operate(int count);
        void writeManifest() const;

        Random &random;
        const seal::EncryptionParameters parameters;
        const seal::SEALContext context;
        const bool isBfv;
        const bool hasSlots;
        const std::size_t degree;
        std::vector<Level> levels;
        std::vector<std::uint32_t> elements;
        seal::RelinKeys relinKeys;
        seal::GaloisKeys galoisKeys;
        std::unique_ptr<seal::Evaluator> evaluator;
        std::unique_ptr<seal::Decryptor> decryptor;
        std::map<std::string, seal::Ciphertext> ciphertexts;
        std::map<std::string, seal::Plaintext> plaintexts;

        // The ciphertexts that can be added to one: of its level and form.
        std::string partner(const seal::Ciphertext &of);

        void add(const std::string &name, const seal::Plaintext &plaintext, const std::string &operation);
        void add(const std::string &name, const seal::Ciphertext &ciphertext, const std::string &operation, bool deterministic);

    private:
        void makeKeys();
        void makeGaloisKeys(seal::KeyGenerator &generator);
        void addIntegers(const std::string &name);
        void addNumbers(const std::string &name, bool first);
        json::Object describe(const std::string &name, const seal::Ciphertext &ciphertext, const std::string &operation, bool deterministic) const;
        std::string expectation(const seal::Plaintext &plaintext) const;
        bool seedFits(std::size_t primes) const;
        void addFile(json::Object entry, const std::string &stem, bool seeded, const std::function<void(std::ostream &, seal::compr_mode_type)> &save);
        template <typename Object>
        void addKey(const std::string &name, const std::string &type, const Object &object, bool seeded, const json::Object &more = {});
        void write(const std::string &file, const void *bytes, std::size_t count) const;

        const std::filesystem::path folder_;
        const seal::sec_level_type security_;
        double scale_ = 1.0;
        seal::SecretKey secretKey_;
        seal::PublicKey publicKey_;
        std::unique_ptr<seal::Encryptor> encryptor_;
        std::unique_ptr<seal::BatchEncoder> integers_;
        std::unique_ptr<seal::CKKSEncoder> numbers_;
        std::vector<std::string> entries_;
    };
}
