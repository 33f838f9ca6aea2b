// A JSON reader and writer (RFC 8259) of a hundred lines, so that this example needs no library but OpenSSL's libcrypto.
#pragma once

#include <cstdint>
#include <cstdlib>
#include <map>
#include <stdexcept>
#include <string>
#include <variant>
#include <vector>

namespace json {

struct Value;
using Array = std::vector<Value>;
using Object = std::map<std::string, Value>;

struct Value {
  std::variant<std::nullptr_t, bool, double, std::string, Array, Object> data = nullptr;

  bool isNull() const { return std::holds_alternative<std::nullptr_t>(data); }
  const std::string &text() const { return get<std::string>(); }
  double number() const { return get<double>(); }
  const Array &array() const { return get<Array>(); }
  bool has(const std::string &name) const {
    const auto *object = std::get_if<Object>(&data);
    return object != nullptr && object->count(name) > 0;
  }
  // Throws std::runtime_error when there is no such member.
  const Value &operator[](const std::string &name) const {
    const auto &object = get<Object>();
    const auto found = object.find(name);
    if (found == object.end()) throw std::runtime_error("no member " + name);
    return found->second;
  }
  std::string text(const std::string &name) const { return has(name) && !(*this)[name].isNull() ? (*this)[name].text() : ""; }
  double number(const std::string &name, double otherwise) const { return has(name) ? (*this)[name].number() : otherwise; }

 private:
  template <typename T>
  const T &get() const {
    const T *found = std::get_if<T>(&data);
    if (found == nullptr) throw std::runtime_error("JSON of another type");
    return *found;
  }
};

class Reader {
 public:
  explicit Reader(const std::string &source) : source_(source) {}

  Value whole() {
    Value value = read(0);
    skip();
    if (at_ != source_.size()) throw std::runtime_error("more than one JSON value");
    return value;
  }

 private:
  static constexpr int deepest = 32;
  const std::string &source_;
  std::size_t at_ = 0;

  char peek() const { return at_ < source_.size() ? source_[at_] : '\0'; }
  void skip() {
    while (peek() == ' ' || peek() == '\t' || peek() == '\n' || peek() == '\r') ++at_;
  }
  void expect(char wanted) {
    if (peek() != wanted) throw std::runtime_error("malformed JSON");
    ++at_;
  }
  bool take(const char *word) {
    const std::string wanted(word);
    if (source_.compare(at_, wanted.size(), wanted) != 0) return false;
    at_ += wanted.size();
    return true;
  }

  Value read(int depth) {
    if (depth > deepest) throw std::runtime_error("JSON too deep");
    skip();
    switch (peek()) {
      case '{': return readObject(depth);
      case '[': return readArray(depth);
      case '"': return Value{readText()};
      default: break;
    }
    if (take("true")) return Value{true};
    if (take("false")) return Value{false};
    if (take("null")) return Value{nullptr};
    char *end = nullptr;
    const double number = std::strtod(source_.c_str() + at_, &end);
    const std::size_t stopped = static_cast<std::size_t>(end - source_.c_str());
    if (stopped == at_) throw std::runtime_error("malformed JSON");
    at_ = stopped;
    return Value{number};
  }

  Value readObject(int depth) {
    Object members;
    expect('{');
    skip();
    if (peek() == '}') return ++at_, Value{members};
    for (;;) {
      skip();
      std::string name = readText();
      skip();
      expect(':');
      members[name] = read(depth + 1);
      skip();
      if (peek() == ',') ++at_;
      else return expect('}'), Value{members};
    }
  }

  Value readArray(int depth) {
    Array items;
    expect('[');
    skip();
    if (peek() == ']') return ++at_, Value{items};
    for (;;) {
      items.push_back(read(depth + 1));
      skip();
      if (peek() == ',') ++at_;
      else return expect(']'), Value{items};
    }
  }

  std::string readText() {
    std::string text;
    expect('"');
    for (;;) {
      const char next = peek();
      if (at_ >= source_.size() || static_cast<unsigned char>(next) < 0x20) throw std::runtime_error("malformed JSON");
      ++at_;
      if (next == '"') return text;
      if (next != '\\') {
        text += next;
        continue;
      }
      const char escaped = peek();
      ++at_;
      switch (escaped) {
        case 'b': text += '\b'; break;
        case 'f': text += '\f'; break;
        case 'n': text += '\n'; break;
        case 'r': text += '\r'; break;
        case 't': text += '\t'; break;
        case 'u': appendUtf8(text, readCodePoint()); break;
        case '"': case '\\': case '/': text += escaped; break;
        default: throw std::runtime_error("malformed JSON");
      }
    }
  }

  std::uint32_t readUnit() {
    if (at_ + 4 > source_.size()) throw std::runtime_error("malformed JSON");
    const std::string digits = source_.substr(at_, 4);
    if (digits.find_first_not_of("0123456789abcdefABCDEF") != std::string::npos) throw std::runtime_error("malformed JSON");
    at_ += 4;
    return static_cast<std::uint32_t>(std::stoul(digits, nullptr, 16));
  }

  std::uint32_t readCodePoint() {
    const std::uint32_t first = readUnit();
    if (first < 0xD800 || first > 0xDBFF) return first;
    expect('\\');
    expect('u');
    return 0x10000 + ((first - 0xD800) << 10) + (readUnit() - 0xDC00);
  }

  static void appendUtf8(std::string &text, std::uint32_t point) {
    if (point < 0x80) text += static_cast<char>(point);
    else if (point < 0x800) (text += static_cast<char>(0xC0 | (point >> 6))) += static_cast<char>(0x80 | (point & 0x3F));
    else {
      if (point < 0x10000) text += static_cast<char>(0xE0 | (point >> 12));
      else (text += static_cast<char>(0xF0 | (point >> 18))) += static_cast<char>(0x80 | ((point >> 12) & 0x3F));
      (text += static_cast<char>(0x80 | ((point >> 6) & 0x3F))) += static_cast<char>(0x80 | (point & 0x3F));
    }
  }
};

inline Value parse(const std::string &source) { return Reader(source).whole(); }

// A text with its quotes.
inline std::string quote(const std::string &text) {
  static const char *digits = "0123456789abcdef";
  std::string quoted = "\"";
  for (const char one : text) {
    const auto byte = static_cast<unsigned char>(one);
    if (one == '"' || one == '\\') (quoted += '\\') += one;
    else if (byte < 0x20) ((quoted += "\\u00") += digits[byte >> 4]) += digits[byte & 15];
    else quoted += one;
  }
  return quoted + '"';
}

}  // namespace json
