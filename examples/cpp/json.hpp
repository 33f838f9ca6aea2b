// The part of JSON (RFC 8259) that the protocol needs: reading values, and quoting strings for writing.
#pragma once

#include <map>
#include <stdexcept>
#include <string>
#include <vector>

namespace json {

struct Error : std::runtime_error {
  using std::runtime_error::runtime_error;
};

class Value {
 public:
  enum class Kind { null, boolean, number, string, array, object };

  Kind kind = Kind::null;
  bool boolean = false;
  double number = 0;
  std::string string;
  std::vector<Value> array;
  std::map<std::string, Value> object;

  bool has(const std::string& name) const { return object.count(name) > 0; }
  // Throws Error when the member is missing.
  const Value& at(const std::string& name) const;
  // The member's text, or `otherwise` when it is missing or no string.
  std::string text(const std::string& name, const std::string& otherwise = "") const;
};

// Throws Error. Nesting is limited, so a hostile text cannot exhaust the stack.
Value parse(const std::string& text);

// A string with its quotes.
std::string quote(const std::string& text);

}  // namespace json
