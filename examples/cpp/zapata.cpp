// A program that computes footings, as far as its license goes. Options and exit codes: ../README.md.
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <iostream>
#include <memory>
#include <set>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "aldaba_client.hpp"
#include "verify_license.hpp"

namespace {

using Clock = std::chrono::steady_clock;
using Fields = std::vector<std::pair<std::string, std::string>>;

// Between two tries to reach a client that went away.
constexpr std::chrono::seconds retry_pause(1);

const std::set<std::string> needs_sign_in = {"not-signed-in", "session-ended", "sign-in-cancelled",
                                             "sign-in-unavailable", "not-configured"};

volatile std::sig_atomic_t interrupted = 0;

struct Options {
  aldaba::Program program{"zapata", "2026.1", "", aldaba::default_runtime(), "aldaba agent"};
  double seconds = -1;
  bool interactive = true;
  bool json = false;
};

void tell(const Options& options, const std::string& event, const Fields& fields, const std::string& sentence) {
  if (!options.json) {
    std::cout << sentence << std::endl;
    return;
  }
  std::string line = "{\"event\":" + json::quote(event) + ",\"program\":" + json::quote(options.program.program);
  for (const auto& [name, value] : fields)
    if (!value.empty())
      line += "," + json::quote(name) + ":" + (name == "verified" ? value : json::quote(value));
  std::cout << line << "}" << std::endl;
}

void show(const Options& options, const std::string& event, const aldaba::License& license) {
  const bool full = license.permit == "full";
  const std::string words = full                             ? " may compute. "
                            : license.permit == "read-only" ? " may open, save and export; goes on running. "
                                                            : " has no license. ";
  tell(options, event,
       {{"state", license.state},
        {"permit", license.permit},
        {"until", license.until},
        {"message", license.message},
        {"verified", full ? "true" : "false"}},
       options.program.program + words + license.message);
}

std::unique_ptr<aldaba::Use> open_use(const Options& options, bool interactive, const std::function<bool()>& ending,
                                      aldaba::License& license) {
  auto use = std::make_unique<aldaba::Use>(options.program, ending);
  tell(options, "connected", {{"client", use->client_version}, {"mode", use->mode}}, "Client " + use->client_version);
  license = use->acquire(interactive);
  return use;
}

// The client restarts, for example for an update: the program goes on meanwhile with what it verified.
std::unique_ptr<aldaba::Use> open_again(const Options& options, const std::function<bool()>& ending) {
  tell(options, "lost", {}, "The license client is gone; looking for it.");
  while (!ending()) {
    try {
      aldaba::License license;
      auto use = open_use(options, false, ending, license);
      show(options, "license", license);
      return use;
    } catch (const std::runtime_error&) {
      std::this_thread::sleep_for(retry_pause);
    }
  }
  return nullptr;
}

int run(const Options& options) {
  auto deadline = Clock::time_point::max();
  const auto ending = [&deadline] { return interrupted != 0 || Clock::now() >= deadline; };
  std::unique_ptr<aldaba::Use> use;
  try {
    aldaba::License license;
    use = open_use(options, options.interactive, ending, license);
    show(options, "license", license);
    if (license.permit == "none") return 3;
  } catch (const aldaba::Refused& error) {
    tell(options, "refused", {{"code", error.code}, {"message", error.what()}, {"next", error.next}},
         std::string(error.what()) + " " + error.next);
    return needs_sign_in.count(error.code) > 0 ? 4 : 3;
  } catch (const aldaba::LicenseRefused& error) {
    tell(options, "refused", {{"code", "not-verified"}, {"message", error.what()}},
         std::string("The answer did not verify: ") + error.what() + ".");
    return 7;
  } catch (const std::runtime_error& error) {
    tell(options, "refused", {{"code", "unreachable"}, {"message", error.what()}},
         std::string("The license client cannot be reached: ") + error.what() + ".");
    return 5;
  }
  if (options.seconds >= 0)
    deadline = Clock::now() + std::chrono::milliseconds(static_cast<long>(options.seconds * 1000));

  while (use && !ending()) {
    try {
      aldaba::News news;
      if (!use->next(news, 100)) continue;
      if (news.method == "license/changed") show(options, "changed", news.license);
      else tell(options, "message", {{"level", news.level}, {"text", news.text}}, news.text);
    } catch (const std::runtime_error&) {
      use.reset();
      use = open_again(options, ending);
    }
  }
  try {
    if (use) use->release();
  } catch (const std::runtime_error&) {
    // The connection ends with the process, and the use with it.
  }
  tell(options, "released", {}, "License given back.");
  return 0;
}

int usage(const std::string& problem) {
  std::cerr << problem << "\nOptions: examples/README.md" << std::endl;
  return 2;
}

}  // namespace

int main(int count, char** arguments) {
  Options options;
  for (int index = 1; index < count; ++index) {
    const std::string name = arguments[index];
    if (name == "--json") {
      options.json = true;
      continue;
    }
    if (name == "--not-interactive") {
      options.interactive = false;
      continue;
    }
    if (++index == count) return usage(name + " needs a value");
    const std::string value = arguments[index];
    if (name == "--program") options.program.program = value;
    else if (name == "--version") options.program.version = value;
    else if (name == "--root-key") options.program.root_key = value;
    else if (name == "--runtime") options.program.runtime = value;
    else if (name == "--client") options.program.client = value;
    else if (name == "--seconds") options.seconds = std::atof(value.c_str());
    else return usage("unknown option " + name);
  }
  if (options.program.root_key.empty()) return usage("--root-key is missing: the public key that licenses are trusted by");
  const auto interrupt = [](int) { interrupted = 1; };
  std::signal(SIGINT, interrupt);
  std::signal(SIGTERM, interrupt);
  std::signal(SIGPIPE, SIG_IGN);
  try {
    return run(options);
  } catch (const aldaba::Interrupted&) {
    return 0;
  }
}
