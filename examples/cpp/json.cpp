#include "json.hpp"

#include <cstdio>
#include <cstdlib>
#include <cstring>

namespace json {
namespace {

constexpr int deepest = 64;

class Parser {
 public:
  explicit Parser(const std::string& text) : text_(text) {}

  Value document() {
    Value value = read(0);
    space();
    if (at_ != text_.size()) fail();
    return value;
  }

 private:
  [[noreturn]] void fail() const { throw Error("not JSON at character " + std::to_string(at_)); }

  void space() {
    while (at_ < text_.size() && std::strchr(" \t\r\n", text_[at_]) != nullptr && text_[at_] != '\0') ++at_;
  }

  bool take(char wanted) {
    space();
    if (at_ >= text_.size() || text_[at_] != wanted) return false;
    ++at_;
    return true;
  }

  void word(const char* wanted) {
    const std::size_t length = std::strlen(wanted);
    if (text_.compare(at_, length, wanted) != 0) fail();
    at_ += length;
  }

  Value read(int depth) {
    if (depth > deepest) fail();
    space();
    if (at_ >= text_.size()) fail();
    Value value;
    switch (text_[at_]) {
      case '{': return object(depth);
      case '[': return array(depth);
      case '"':
        value.kind = Value::Kind::string;
        value.string = string();
        return value;
      case 't':
        word("true");
        value.kind = Value::Kind::boolean;
        value.boolean = true;
        return value;
      case 'f':
        word("false");
        value.kind = Value::Kind::boolean;
        return value;
      case 'n': word("null"); return value;
      default: return number();
    }
  }

  Value object(int depth) {
    Value value;
    value.kind = Value::Kind::object;
    ++at_;
    if (take('}')) return value;
    do {
      space();
      if (at_ >= text_.size() || text_[at_] != '"') fail();
      std::string name = string();
      if (!take(':')) fail();
      value.object[name] = read(depth + 1);
    } while (take(','));
    if (!take('}')) fail();
    return value;
  }

  Value array(int depth) {
    Value value;
    value.kind = Value::Kind::array;
    ++at_;
    if (take(']')) return value;
    do value.array.push_back(read(depth + 1));
    while (take(','));
    if (!take(']')) fail();
    return value;
  }

  Value number() {
    const std::size_t end = text_.find_first_not_of("+-0123456789.eE", at_);
    const std::string digits = text_.substr(at_, end == std::string::npos ? end : end - at_);
    char* rest = nullptr;
    Value value;
    value.kind = Value::Kind::number;
    value.number = std::strtod(digits.c_str(), &rest);
    if (digits.empty() || *rest != '\0') fail();
    at_ += digits.size();
    return value;
  }

  unsigned hex4() {
    if (at_ + 4 > text_.size()) fail();
    unsigned code = 0;
    for (int digit = 0; digit < 4; ++digit) {
      const char c = text_[at_++];
      code <<= 4;
      if (c >= '0' && c <= '9') code += static_cast<unsigned>(c - '0');
      else if (c >= 'a' && c <= 'f') code += static_cast<unsigned>(c - 'a') + 10;
      else if (c >= 'A' && c <= 'F') code += static_cast<unsigned>(c - 'A') + 10;
      else fail();
    }
    return code;
  }

  static void append(std::string& out, unsigned code) {
    if (code < 0x80) {
      out += static_cast<char>(code);
    } else if (code < 0x800) {
      out += static_cast<char>(0xC0 | (code >> 6));
      out += static_cast<char>(0x80 | (code & 0x3F));
    } else if (code < 0x10000) {
      out += static_cast<char>(0xE0 | (code >> 12));
      out += static_cast<char>(0x80 | ((code >> 6) & 0x3F));
      out += static_cast<char>(0x80 | (code & 0x3F));
    } else {
      out += static_cast<char>(0xF0 | (code >> 18));
      out += static_cast<char>(0x80 | ((code >> 12) & 0x3F));
      out += static_cast<char>(0x80 | ((code >> 6) & 0x3F));
      out += static_cast<char>(0x80 | (code & 0x3F));
    }
  }

  std::string string() {
    std::string out;
    ++at_;
    while (at_ < text_.size() && text_[at_] != '"') {
      const char c = text_[at_++];
      if (static_cast<unsigned char>(c) < 0x20) fail();
      if (c != '\\') {
        out += c;
        continue;
      }
      if (at_ >= text_.size()) fail();
      switch (text_[at_++]) {
        case '"': out += '"'; break;
        case '\\': out += '\\'; break;
        case '/': out += '/'; break;
        case 'b': out += '\b'; break;
        case 'f': out += '\f'; break;
        case 'n': out += '\n'; break;
        case 'r': out += '\r'; break;
        case 't': out += '\t'; break;
        case 'u': {
          unsigned code = hex4();
          if (code >= 0xD800 && code < 0xDC00) {
            word("\\u");
            const unsigned low = hex4();
            if (low < 0xDC00 || low > 0xDFFF) fail();
            code = 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00);
          }
          append(out, code);
          break;
        }
        default: fail();
      }
    }
    if (at_ >= text_.size()) fail();
    ++at_;
    return out;
  }

  const std::string& text_;
  std::size_t at_ = 0;
};

}  // namespace

const Value& Value::at(const std::string& name) const {
  const auto found = object.find(name);
  if (found == object.end()) throw Error("no member " + name);
  return found->second;
}

std::string Value::text(const std::string& name, const std::string& otherwise) const {
  const auto found = object.find(name);
  return found == object.end() || found->second.kind != Kind::string ? otherwise : found->second.string;
}

Value parse(const std::string& text) { return Parser(text).document(); }

std::string quote(const std::string& text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (static_cast<unsigned char>(c) < 0x20) {
      char escape[8];
      std::snprintf(escape, sizeof escape, "\\u%04x", static_cast<unsigned>(static_cast<unsigned char>(c)));
      out += escape;
    } else {
      out += c;
    }
  }
  return out + "\"";
}

}  // namespace json
