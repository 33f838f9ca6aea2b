// Reads one case per line (document, root key, product, version, device, seconds; separated by tabs) and says of each what the example's
// verifier says.
#include <iostream>
#include <sstream>

#include "../../../examples/cpp/verify.hpp"

int main() {
  std::string line;
  while (std::getline(std::cin, line)) {
    std::istringstream fields(line);
    std::string document, now;
    aldaba::Expected expected;
    std::getline(fields, document, '\t');
    std::getline(fields, expected.rootKey, '\t');
    std::getline(fields, expected.product, '\t');
    std::getline(fields, expected.version, '\t');
    std::getline(fields, expected.device, '\t');
    std::getline(fields, now, '\t');
    expected.now = std::stod(now);
    try {
      aldaba::verifyLicense(document, expected);
      std::cout << "ok" << std::endl;
    } catch (const aldaba::Wrong &error) {
      std::cout << "wrong: " << error.what() << std::endl;
    }
  }
}
