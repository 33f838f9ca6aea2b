// Checks a license with nothing but the vendor's root key. Needs OpenSSL 1.1.1 or later (libcrypto).
#pragma once

#include <openssl/evp.h>
#include <openssl/sha.h>

#include <algorithm>
#include <limits>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "json.hpp"

namespace aldaba {

// What is wrong with a license.
struct Wrong : std::runtime_error {
  using std::runtime_error::runtime_error;
};

struct Expected {
  std::string rootKey;  // `x` of the vendor's root key, base64url
  std::string product;
  std::string version;
  std::string device;  // thumbprint of the key that the client proved to hold
  double now = 0;      // seconds since 1970 UTC
};

// A license that is genuine, and the last second UTC at which it may be worked with at the most; infinity = for good.
struct Verified {
  json::Value claims;
  double end;
};

// A clock behind by up to this is a clock, not a trick. Seconds.
constexpr double leeway = 7200;

inline std::string decodeBase64Url(const std::string &text) {
  std::string bytes;
  unsigned int buffer = 0;
  int bits = 0;
  static const std::string alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  for (const char one : text) {
    const auto value = alphabet.find(one);
    if (value == std::string::npos) throw Wrong("not base64url");
    buffer = (buffer << 6) | static_cast<unsigned int>(value);
    bits += 6;
    if (bits >= 8) {
      bits -= 8;
      bytes += static_cast<char>((buffer >> bits) & 0xFF);
    }
  }
  return bytes;
}

inline std::string encodeBase64Url(const std::string &bytes) {
  static const char *alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  std::string text;
  unsigned int buffer = 0;
  int bits = 0;
  for (const char one : bytes) {
    buffer = (buffer << 8) | static_cast<unsigned char>(one);
    bits += 8;
    while (bits >= 6) {
      bits -= 6;
      text += alphabet[(buffer >> bits) & 63];
    }
  }
  if (bits > 0) text += alphabet[(buffer << (6 - bits)) & 63];
  return text;
}

// Name of an Ed25519 key (RFC 7638).
inline std::string thumbprint(const std::string &x) {
  const std::string jwk = R"({"crv":"Ed25519","kty":"OKP","x":")" + x + "\"}";
  unsigned char digest[SHA256_DIGEST_LENGTH];
  SHA256(reinterpret_cast<const unsigned char *>(jwk.data()), jwk.size(), digest);
  return encodeBase64Url(std::string(reinterpret_cast<char *>(digest), sizeof digest));
}

// Ed25519 (RFC 8032); key and signature in base64url.
inline bool verifySignature(const std::string &x, const std::string &data, const std::string &signature) {
  const std::string key = decodeBase64Url(x);
  const std::string bytes = decodeBase64Url(signature);
  if (key.size() != 32 || bytes.size() != 64) return false;
  const auto *raw = reinterpret_cast<const unsigned char *>(key.data());
  const std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> pkey(
      EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr, raw, key.size()), EVP_PKEY_free);
  const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context(EVP_MD_CTX_new(), EVP_MD_CTX_free);
  if (!pkey || !context || EVP_DigestVerifyInit(context.get(), nullptr, nullptr, nullptr, pkey.get()) != 1) return false;
  return EVP_DigestVerify(context.get(), reinterpret_cast<const unsigned char *>(bytes.data()), bytes.size(),
                          reinterpret_cast<const unsigned char *>(data.data()), data.size()) == 1;
}

namespace detail {

inline bool signedBy(const std::string &jws, const std::string &x) {
  const auto dot = jws.rfind('.');
  return dot != std::string::npos && verifySignature(x, jws.substr(0, dot), jws.substr(dot + 1));
}

inline json::Value part(const std::string &jws, int index) {
  std::size_t from = 0;
  for (int skipped = 0; skipped < index; ++skipped) from = jws.find('.', from) + 1;
  const auto to = jws.find('.', from);
  if (to == std::string::npos) throw Wrong("not a signed document");
  return json::parse(decodeBase64Url(jws.substr(from, to - from)));
}

inline bool contains(const json::Value &list, const std::string &wanted) {
  const auto &items = list.array();
  return std::any_of(items.begin(), items.end(), [&](const json::Value &item) { return item.text() == wanted; });
}

// Certificates, leaf first; each is signed by the next one's key and the last one by the root. Gives the leaf's claims.
inline json::Value followChain(const json::Value &header, const std::string &rootKey) {
  const auto chain = header.has("chain") ? header["chain"].array() : json::Array{};
  if (chain.empty() || chain.size() > 3) throw Wrong("no certificate");
  std::string name = thumbprint(rootKey);
  std::string key = rootKey;
  bool may = true;
  double since = 0;
  double until = std::numeric_limits<double>::infinity();
  json::Value claims;
  for (auto certificate = chain.rbegin(); certificate != chain.rend(); ++certificate) {
    const std::string &jws = certificate->text();
    const json::Value head = part(jws, 0);
    claims = part(jws, 1);
    const double issued = claims["iat"].number();
    const bool named = claims["iss"].text() == name && head["kid"].text() == name &&
                       claims["sub"].text() == thumbprint(claims["key"]["x"].text());
    const bool right = head["alg"].text() == "EdDSA" && head["typ"].text() == "aldaba-certificate+jwt";
    const bool entitled = may && issued >= since && issued < until;
    if (!named || !right || !entitled || !signedBy(jws, key)) throw Wrong("not certified by the vendor");
    name = claims["sub"].text();
    key = claims["key"]["x"].text();
    may = contains(claims["use"], "certificate");
    since = claims["nbf"].number();
    until = claims["exp"].number();
  }
  return claims;
}

inline std::vector<long> numbers(const std::string &version) {
  std::vector<long> parts;
  std::size_t from = 0;
  for (;;) {
    const auto dot = version.find('.', from);
    parts.push_back(std::stol(version.substr(from, dot - from)));
    if (dot == std::string::npos) return parts;
    from = dot + 1;
  }
}

inline int compare(const std::vector<long> &a, const std::vector<long> &b) {
  for (std::size_t index = 0; index < std::max(a.size(), b.size()); ++index) {
    const long left = index < a.size() ? a[index] : 0;
    const long right = index < b.size() ? b[index] : 0;
    if (left != right) return left < right ? -1 : 1;
  }
  return 0;
}

inline bool covers(const json::Value &range, const std::string &version) {
  auto own = numbers(version);
  if (range.has("from") && compare(own, numbers(range["from"].text())) < 0) return false;
  if (!range.has("to")) return true;
  // The upper end counts as written: "2027" includes 2027.4.
  const auto to = numbers(range["to"].text());
  own.resize(std::min(own.size(), to.size()));
  return compare(own, to) <= 0;
}

// Seconds UTC at which the license may no longer be worked with; infinity = for good.
inline double lastSecond(const std::string &kind, const json::Value &claims) {
  if (!claims.has("exp")) return kind == "license" ? std::numeric_limits<double>::infinity() : 0;
  const double exp = claims["exp"].number();
  if (kind == "lease") return std::max(exp, claims["iat"].number() + claims["runOn"].number()) + claims["countdown"].number();
  return exp + (kind == "license" ? claims["graceDays"].number() * 86400 : 0);
}

inline std::string kindOf(const std::string &type) {
  if (type == "aldaba-lease+jwt") return "lease";
  if (type == "aldaba-pass+jwt") return "offline-pass";
  if (type == "aldaba-borrow+jwt") return "borrow";
  if (type == "aldaba-license+jwt") return "license";
  throw Wrong("not a license");
}

inline Verified verifyOrThrow(const std::string &document, const Expected &expected) {
  const json::Value header = part(document, 0);
  const std::string kind = kindOf(header["typ"].text());
  if (header["alg"].text() != "EdDSA") throw Wrong("not a license");
  const json::Value signer = followChain(header, expected.rootKey);
  if (header["kid"].text() != signer["sub"].text() || !contains(signer["use"], kind)) {
    throw Wrong("the signing key may not sign this");
  }
  if (!signedBy(document, signer["key"]["x"].text())) throw Wrong("the signature is wrong");

  const json::Value claims = part(document, 1);
  const double issued = claims["iat"].number();
  if (issued < signer["nbf"].number() || issued >= signer["exp"].number()) throw Wrong("signed outside the key's year");
  if (kind != "license" && claims["exp"].number() > signer["exp"].number()) throw Wrong("outlives its key");
  if (claims["aud"].text() != expected.product) throw Wrong("for " + claims["aud"].text());
  if (claims["cnf"]["jkt"].text() != expected.device) throw Wrong("for another device");
  if (!covers(claims["versions"], expected.version)) throw Wrong("does not cover version " + expected.version);
  if (expected.now < claims["nbf"].number() - leeway) throw Wrong("not valid yet");
  const double end = lastSecond(kind, claims);
  if (expected.now >= end) throw Wrong("over");
  return {claims, end};
}

}  // namespace detail

// The certificates up to the root, the signature, the product, the version, the device and the time. Throws Wrong.
inline Verified verifyLicense(const std::string &document, const Expected &expected) {
  try {
    return detail::verifyOrThrow(document, expected);
  } catch (const Wrong &) {
    throw;
  } catch (const std::exception &error) {
    throw Wrong(std::string("malformed: ") + error.what());
  }
}

}  // namespace aldaba
