// Checks a signed license from the root key on, with OpenSSL's Ed25519. Times are seconds since 1970 UTC.
#pragma once

#include <stdexcept>
#include <string>

namespace aldaba {

// A check failed; the text says which.
struct LicenseRefused : std::runtime_error {
  using std::runtime_error::runtime_error;
};

struct Expected {
  std::string root_key;    // `x` of the Ed25519 root key
  std::string device_key;  // `x` of the key that signed this connection's nonce
  std::string program;
  std::string version;
  double now;
};

// Until when the document allows full use; infinity for a perpetual license. Throws LicenseRefused.
double verify_license(const std::string& jws, const Expected& expected);

// Whether the device key signed the nonce of this connection.
bool verify_nonce(const std::string& program, const std::string& nonce, const std::string& device_key,
                  const std::string& signature);

// 32 random bytes in base64url.
std::string random_nonce();

}  // namespace aldaba
