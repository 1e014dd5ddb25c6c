#pragma once
#include <cstdint>
#include <iomanip>
#include <sstream>
#include <string>
#include <vector>

namespace oracle::json
{
    inline std::string text(const std::string &value) { return "\"" + value + "\""; }

    inline std::string number(double value)
    {
        std::ostringstream out;
        out << std::setprecision(17) << value;
        return out.str();
    }

    inline std::string boolean(bool value) { return value ? "true" : "false"; }

    inline std::string list(const std::vector<std::string> &items)
    {
        std::string joined;
        for (const std::string &item : items)
        {
            joined += (joined.empty() ? "" : ", ") + item;
        }

        return "[" + joined + "]";
    }

    template <typename Numbers>
    std::string numbers(const Numbers &values)
    {
        std::vector<std::string> items;
        for (auto value : values)
        {
            items.push_back(std::to_string(value));
        }

        return list(items);
    }

    inline std::string hex(const void *bytes, std::size_t count)
    {
        std::ostringstream out;
        for (std::size_t i = 0; i < count; i++)
        {
            out << std::hex << std::setw(2) << std::setfill('0') << static_cast<int>(static_cast<const unsigned char *>(bytes)[i]);
        }

        return out.str();
    }

    // The members of an object in the order in which they are given.
    class Object
    {
    public:
        Object &add(const std::string &name, const std::string &json)
        {
            members_ += (members_.empty() ? "" : ", ") + text(name) + ": " + json;
            return *this;
        }

        std::string str() const { return "{" + members_ + "}"; }

    private:
        std::string members_;
    };
}
