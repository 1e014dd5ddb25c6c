#include "case.h"
#include <cmath>
#include <stdexcept>

using namespace seal;

namespace oracle
{
    namespace
    {
        // One operation on its way: what it takes, what it gives, and what the manifest says of it.
        struct Step
        {
            Case &of;
            const Ciphertext &first;
            std::vector<std::string> inputs;
            json::Object details;
            Ciphertext result;
            Plaintext plaintext;
            bool givesPlaintext = false;

            Evaluator &evaluator() { return *of.evaluator; }

            const Ciphertext &second()
            {
                inputs.push_back(of.partner(first));
                return of.ciphertexts[inputs.back()];
            }

            const Plaintext &message()
            {
                inputs.push_back(of.random.any(of.plaintexts).first);
                return of.plaintexts[inputs.back()];
            }

            // The operation is about a plaintext alone.
            const Plaintext &onlyMessage()
            {
                givesPlaintext = true;
                inputs.clear();
                return message();
            }

            Level level()
            {
                Level chosen = of.random.any(of.levels);
                details.add("chain_index", std::to_string(chosen->chain_index()));
                return chosen;
            }

            std::vector<Ciphertext> several()
            {
                std::vector<Ciphertext> list;
                inputs.clear();
                for (int i = of.random.between(1, 5); i > 0; i--)
                {
                    list.push_back(second());
                }

                return list;
            }

            // Nothing made here has keys for more than the second power of the secret.
            const RelinKeys &relinKeys()
            {
                inputs.push_back("rlk");
                return of.context.using_keyswitching() ? of.relinKeys : throw std::logic_error("no key switching");
            }

            const GaloisKeys &galoisKeys()
            {
                inputs.push_back("glk");
                return of.context.using_keyswitching() ? of.galoisKeys : throw std::logic_error("no key switching");
            }

            int rotation()
            {
                int half = static_cast<int>(of.degree / 2);
                int step = 0;
                for (int attempt = 0; attempt < 20; attempt++)
                {
                    step = half > 1 ? of.random.between(1 - half, half - 1) : 0;
                    if (step != 0 && of.galoisKeys.has_key(of.context.key_context_data()->galois_tool()->get_elt_from_step(step)))
                    {
                        break;
                    }
                }

                details.add("step", std::to_string(step));
                return step;
            }
        };

        using Operation = std::pair<const char *, void (*)(Step &)>;

        const std::vector<Operation> &shared()
        {
            static const std::vector<Operation> operations{
                { "negate", [](Step &s) { s.evaluator().negate(s.first, s.result); } },
                { "add", [](Step &s) { s.evaluator().add(s.first, s.second(), s.result); } },
                { "sub", [](Step &s) { s.evaluator().sub(s.first, s.second(), s.result); } },
                { "add_many", [](Step &s) { s.evaluator().add_many(s.several(), s.result); } },
                { "add_plain", [](Step &s) { s.evaluator().add_plain(s.first, s.message(), s.result); } },
                { "sub_plain", [](Step &s) { s.evaluator().sub_plain(s.first, s.message(), s.result); } },
                { "multiply_plain", [](Step &s) { s.evaluator().multiply_plain(s.first, s.message(), s.result); } },
                { "multiply", [](Step &s) { s.evaluator().multiply(s.first, s.second(), s.result); } },
                { "square", [](Step &s) { s.evaluator().square(s.first, s.result); } },
                { "relinearize", [](Step &s) { s.evaluator().relinearize(s.first, s.relinKeys(), s.result); } },
                { "multiply_relinearize", [](Step &s) { s.evaluator().multiply(s.first, s.second(), s.result); s.evaluator().relinearize_inplace(s.result, s.relinKeys()); } },
                { "square_relinearize", [](Step &s) { s.evaluator().square(s.first, s.result); s.evaluator().relinearize_inplace(s.result, s.relinKeys()); } },
                { "mod_switch_to_next", [](Step &s) { s.evaluator().mod_switch_to_next(s.first, s.result); } },
                { "mod_switch_to", [](Step &s) { s.evaluator().mod_switch_to(s.first, s.level()->parms_id(), s.result); } },
                { "mod_switch_to_last", [](Step &s) { s.evaluator().mod_switch_to(s.first, s.of.context.last_parms_id(), s.result); } },
                { "transform_to_ntt", [](Step &s) { s.evaluator().transform_to_ntt(s.first, s.result); } },
                { "transform_from_ntt", [](Step &s) { s.evaluator().transform_from_ntt(s.first, s.result); } },
                { "mod_switch_to_next", [](Step &s) { s.evaluator().mod_switch_to_next(s.onlyMessage(), s.plaintext); } },
                { "mod_switch_to", [](Step &s) { auto &given = s.onlyMessage(); s.evaluator().mod_switch_to(given, s.of.random.any(s.of.levels)->parms_id(), s.plaintext); } },
                { "apply_galois",
                  [](Step &s) {
                      std::uint32_t element = s.of.elements.empty() ? 3 : s.of.random.any(s.of.elements);
                      s.details.add("elt", std::to_string(element));
                      s.evaluator().apply_galois(s.first, element, s.galoisKeys(), s.result);
                  } },
                { "decrypt",
                  [](Step &s) {
                      if (s.of.isBfv && (s.first.is_ntt_form() || s.of.decryptor->invariant_noise_budget(s.first) == 0))
                      {
                          throw std::logic_error("no message left");
                      }

                      s.givesPlaintext = true;
                      s.of.decryptor->decrypt(s.first, s.plaintext);
                  } },
            };
            return operations;
        }

        const std::vector<Operation> &ofIntegers()
        {
            static const std::vector<Operation> operations{
                { "rotate_rows", [](Step &s) { int step = s.rotation(); s.evaluator().rotate_rows(s.first, step, s.galoisKeys(), s.result); } },
                { "rotate_columns", [](Step &s) { s.evaluator().rotate_columns(s.first, s.galoisKeys(), s.result); } },
                { "mod_switch_rotate_rows",
                  [](Step &s) {
                      int step = s.rotation();
                      s.evaluator().mod_switch_to_next(s.first, s.result);
                      s.evaluator().rotate_rows_inplace(s.result, step, s.galoisKeys());
                  } },
                { "exponentiate",
                  [](Step &s) {
                      int exponent = s.of.random.between(1, 7);
                      s.details.add("exponent", std::to_string(exponent));
                      s.evaluator().exponentiate(s.first, static_cast<std::uint64_t>(exponent), s.relinKeys(), s.result);
                  } },
                { "multiply_many", [](Step &s) { auto list = s.several(); s.evaluator().multiply_many(list, s.relinKeys(), s.result); } },
                { "transform_to_ntt", [](Step &s) { s.evaluator().transform_to_ntt(s.onlyMessage(), s.of.random.any(s.of.levels)->parms_id(), s.plaintext); } },
            };
            return operations;
        }

        const std::vector<Operation> &ofNumbers()
        {
            static const std::vector<Operation> operations{
                { "rotate_vector", [](Step &s) { int step = s.rotation(); s.evaluator().rotate_vector(s.first, step, s.galoisKeys(), s.result); } },
                { "complex_conjugate", [](Step &s) { s.evaluator().complex_conjugate(s.first, s.galoisKeys(), s.result); } },
                { "rescale_to_next", [](Step &s) { s.evaluator().rescale_to_next(s.first, s.result); } },
                { "rescale_to", [](Step &s) { s.evaluator().rescale_to(s.first, s.level()->parms_id(), s.result); } },
                { "multiply_relinearize_rescale",
                  [](Step &s) {
                      s.evaluator().multiply(s.first, s.second(), s.result);
                      s.evaluator().relinearize_inplace(s.result, s.relinKeys());
                      s.evaluator().rescale_to_next_inplace(s.result);
                  } },
            };
            return operations;
        }
    }

    void Case::operate(int count)
    {
        // Larger ones only make the files larger.
        constexpr std::size_t MostPolynomials = 6;
        std::vector<Operation> operations = shared();
        const std::vector<Operation> &own = isBfv ? ofIntegers() : ofNumbers();
        operations.insert(operations.end(), own.begin(), own.end());
        for (const Operation &operation : std::vector<Operation>(operations))
        {
            // More often: what comes in many forms, and what makes the rarer one.
            if (std::string(operation.first) == "multiply_plain" || std::string(operation.first).rfind("transform_", 0) == 0)
            {
                operations.insert(operations.end(), 2, operation);
            }
        }

        for (int i = 0; i < count; i++)
        {
            const Operation &operation = random.any(operations);
            auto &given = random.any(ciphertexts);
            Step step{ *this, given.second, { given.first }, {}, {}, {} };
            try
            {
                operation.second(step);
            }
            catch (const std::exception &)
            {
                // Refused by SEAL, for one of many reasons that a draw at random does not look out for.
                continue;
            }

            std::vector<std::string> inputs;
            for (const std::string &input : step.inputs)
            {
                inputs.push_back(json::text(input));
            }

            std::string name = "r" + std::to_string(i) + "_" + operation.first;
            std::string op = step.details.add("name", json::text(operation.first)).add("in", json::list(inputs)).str();
            if (step.givesPlaintext)
            {
                plaintexts[name] = step.plaintext;
                add(name, step.plaintext, op);
            }
            else if (step.result.size() <= MostPolynomials && std::isnormal(step.result.scale()))
            {
                ciphertexts[name] = step.result;
                add(name, step.result, op, true);
            }
        }
    }
}
