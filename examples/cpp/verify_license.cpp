#include "verify_license.hpp"

#include <openssl/evp.h>
#include <openssl/rand.h>

#include <cmath>
#include <limits>
#include <memory>
#include <sstream>
#include <vector>

#include "json.hpp"

namespace aldaba {
namespace {

// How long before a document's beginning the clock may stand: clocks differ.
constexpr double clock_leeway = 7200;
constexpr double day = 86400;

const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

std::string to_base64url(const std::string& bytes) {
  std::string out;
  unsigned buffer = 0;
  int bits = 0;
  for (const char c : bytes) {
    buffer = (buffer << 8) | static_cast<unsigned char>(c);
    for (bits += 8; bits >= 6; bits -= 6) out += alphabet[(buffer >> (bits - 6)) & 0x3F];
  }
  if (bits > 0) out += alphabet[(buffer << (6 - bits)) & 0x3F];
  return out;
}

std::string from_base64url(const std::string& text) {
  std::string out;
  unsigned buffer = 0;
  int bits = 0;
  for (const char c : text) {
    const std::string known(alphabet);
    const std::size_t digit = known.find(c);
    if (digit == std::string::npos) throw LicenseRefused("the answer is not a signed license");
    buffer = (buffer << 6) | static_cast<unsigned>(digit);
    if ((bits += 6) >= 8) out += static_cast<char>((buffer >> (bits -= 8)) & 0xFF);
  }
  return out;
}

std::string sha256(const std::string& text) {
  unsigned char digest[EVP_MAX_MD_SIZE];
  unsigned length = 0;
  if (EVP_Digest(text.data(), text.size(), digest, &length, EVP_sha256(), nullptr) != 1)
    throw std::runtime_error("SHA-256 is not available");
  return std::string(reinterpret_cast<char*>(digest), length);
}

// Name of a key (RFC 7638).
std::string thumbprint(const std::string& x) {
  return to_base64url(sha256("{\"crv\":\"Ed25519\",\"kty\":\"OKP\",\"x\":\"" + x + "\"}"));
}

bool verify(const std::string& key, const std::string& message, const std::string& signature) {
  const std::string bytes = from_base64url(key);
  if (bytes.size() != 32 || signature.size() != 64) return false;
  const std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> public_key(
      EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr, reinterpret_cast<const unsigned char*>(bytes.data()),
                                  bytes.size()),
      EVP_PKEY_free);
  const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context(EVP_MD_CTX_new(), EVP_MD_CTX_free);
  if (!public_key || !context) return false;
  if (EVP_DigestVerifyInit(context.get(), nullptr, nullptr, nullptr, public_key.get()) != 1) return false;
  return EVP_DigestVerify(context.get(), reinterpret_cast<const unsigned char*>(signature.data()), signature.size(),
                          reinterpret_cast<const unsigned char*>(message.data()), message.size()) == 1;
}

struct Parsed {
  json::Value header;
  json::Value claims;
};

Parsed parse(const std::string& jws) {
  const std::size_t first = jws.find('.');
  const std::size_t second = first == std::string::npos ? first : jws.find('.', first + 1);
  if (second == std::string::npos) throw LicenseRefused("the answer is not a signed license");
  Parsed parsed{json::parse(from_base64url(jws.substr(0, first))),
                json::parse(from_base64url(jws.substr(first + 1, second - first - 1)))};
  if (parsed.header.text("alg") != "EdDSA") throw LicenseRefused("the answer is not a signed license");
  return parsed;
}

void check_signature(const std::string& jws, const std::string& key) {
  const std::size_t end = jws.rfind('.');
  if (!verify(key, jws.substr(0, end), from_base64url(jws.substr(end + 1))))
    throw LicenseRefused("the signature does not verify");
}

bool is_within(double at, const json::Value& certificate) {
  return at >= certificate.at("nbf").number && at < certificate.at("exp").number;
}

bool may_sign(const json::Value& certificate, const std::string& kind) {
  for (const json::Value& use : certificate.at("use").array)
    if (use.string == kind) return true;
  return false;
}

// Leaf first; the last one is signed by the root. Each certifies the one before it.
json::Value follow_chain(const std::vector<json::Value>& chain, const std::string& root_key) {
  std::string key = root_key;
  std::string name = thumbprint(root_key);
  json::Value above;
  for (auto link = chain.rbegin(); link != chain.rend(); ++link) {
    const Parsed certificate = parse(link->string);
    const json::Value& claims = certificate.claims;
    const std::string subject = claims.at("key").text("x");
    if (certificate.header.text("typ") != "aldaba-certificate+jwt")
      throw LicenseRefused("the chain holds something else");
    if (claims.text("iss") != name || claims.text("sub") != thumbprint(subject))
      throw LicenseRefused("the license is of another vendor");
    if (above.kind == json::Value::Kind::object &&
        !(may_sign(above, "certificate") && is_within(claims.at("iat").number, above)))
      throw LicenseRefused("an issuer may not certify");
    check_signature(link->string, key);
    key = subject;
    name = claims.text("sub");
    above = claims;
  }
  if (above.kind != json::Value::Kind::object) throw LicenseRefused("the license has no certificate");
  return above;
}

std::string kind_of(const std::string& type) {
  if (type == "aldaba-lease+jwt") return "lease";
  if (type == "aldaba-pass+jwt") return "offline-pass";
  if (type == "aldaba-borrow+jwt") return "borrow";
  if (type == "aldaba-license+jwt") return "license";
  throw LicenseRefused("a document of type " + type + " is no license");
}

std::vector<long> numbers(const std::string& version) {
  std::vector<long> parts;
  std::stringstream stream(version);
  for (std::string part; std::getline(stream, part, '.');) parts.push_back(std::strtol(part.c_str(), nullptr, 10));
  return parts;
}

// Part by part, as far as the bound goes: up to 2027 includes every 2027.x.
long compare(const std::string& version, const std::string& bound) {
  const std::vector<long> parts = numbers(version);
  const std::vector<long> wanted = numbers(bound);
  for (std::size_t index = 0; index < wanted.size(); ++index) {
    const long difference = (index < parts.size() ? parts[index] : 0) - wanted[index];
    if (difference != 0) return difference;
  }
  return 0;
}

bool is_in_range(const std::string& version, const json::Value& versions) {
  return (!versions.has("from") || compare(version, versions.text("from")) >= 0) &&
         (!versions.has("to") || compare(version, versions.text("to")) <= 0);
}

double end_of_full_use(const std::string& kind, const json::Value& claims) {
  if (kind == "lease") return claims.at("iat").number + claims.at("runOn").number + claims.at("countdown").number;
  if (!claims.has("exp")) return std::numeric_limits<double>::infinity();
  return claims.at("exp").number + (kind == "license" ? claims.at("graceDays").number * day : 0);
}

}  // namespace

double verify_license(const std::string& jws, const Expected& expected) {
  try {
    const Parsed document = parse(jws);
    const json::Value& claims = document.claims;
    const std::string kind = kind_of(document.header.text("typ"));
    if (!document.header.has("chain")) throw LicenseRefused("the license has no certificate");
    const json::Value certificate = follow_chain(document.header.at("chain").array, expected.root_key);
    if (!may_sign(certificate, kind)) throw LicenseRefused("the key may not sign licenses of this kind");
    if (certificate.text("sub") != document.header.text("kid"))
      throw LicenseRefused("the key is not the certified one");
    if (!is_within(claims.at("iat").number, certificate))
      throw LicenseRefused("signed outside the certificate's validity");
    check_signature(jws, certificate.at("key").text("x"));
    if (claims.text("aud") != expected.program) throw LicenseRefused("the license is for " + claims.text("aud"));
    if (claims.at("cnf").text("jkt") != thumbprint(expected.device_key))
      throw LicenseRefused("the license is of another device");
    if (!is_in_range(expected.version, claims.at("versions")))
      throw LicenseRefused("version " + expected.version + " is not covered");
    if (expected.now < claims.at("nbf").number - clock_leeway) throw LicenseRefused("the license has not begun");
    return end_of_full_use(kind, claims);
  } catch (const json::Error& error) {
    throw LicenseRefused(std::string("the license cannot be read: ") + error.what());
  }
}

bool verify_nonce(const std::string& program, const std::string& nonce, const std::string& device_key,
                  const std::string& signature) {
  return verify(device_key, "aldaba-broker-v1\n" + program + "\n" + nonce, from_base64url(signature));
}

std::string random_nonce() {
  unsigned char bytes[32];
  if (RAND_bytes(bytes, sizeof bytes) != 1) throw std::runtime_error("no random numbers");
  return to_base64url(std::string(reinterpret_cast<char*>(bytes), sizeof bytes));
}

}  // namespace aldaba
