// Zapata, as a C++17 program: asks Aldaba for a license, verifies it itself, holds it, and gives it back.
#include <csignal>
#include <iostream>

#include "aldaba.hpp"

namespace {

// `x` of the vendor's root key. A program that is sold has it here and no option to replace it; this one takes --root-key, because each
// demonstration makes a root of its own.
const std::string compiledInRootKey;

volatile std::sig_atomic_t stopAsked = 0;
void askToStop(int) { stopAsked = 1; }

struct Arguments {
  aldaba::Options client;
  std::string rootKey = compiledInRootKey;
  double seconds = 0;
  bool json = false;
  bool question = true;
};
Arguments arguments;

using Fields = std::vector<std::pair<std::string, std::string>>;

// `fields` are written JSON values.
void say(const std::string &event, const Fields &fields, const std::string &sentence) {
  if (!arguments.json) {
    std::cout << sentence << std::endl;
    return;
  }
  std::string line = "{\"event\":" + json::quote(event);
  for (const auto &[name, value] : fields) line += "," + json::quote(name) + ":" + value;
  std::cout << line << "}" << std::endl;
}

std::string quoteOrNull(const std::string &text) { return text.empty() ? "null" : json::quote(text); }

double now() { return std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count(); }

// Until when the program may compute, seconds UTC: with what the client said last, and as long as nothing else is said.
double computeUntil = 0;
// The client went away, and that was said.
bool away = false;
// A license was granted, so that from now on a client that goes away or refuses ends nothing.
bool held = false;

// Whatever the client says, the program computes only with a license that it verified itself. It never ends because of one.
void look(const json::Value &license, const aldaba::Client &client, const std::string &event) {
  bool verified = false;
  std::string wrong;
  computeUntil = 0;
  if (license.has("document")) {
    try {
      const auto &own = arguments.client;
      const double end =
          aldaba::verifyLicense(license["document"].text(), {arguments.rootKey, own.program, own.version, client.device, now()}).end;
      verified = true;
      if (license["permit"].text() == "full") computeUntil = end;
    } catch (const aldaba::Wrong &error) {
      wrong = error.what();
    }
  }
  const bool computes = computeUntil > 0;
  const std::string message = license.has("message") ? license["message"].text() : license["state"].text();
  Fields fields;
  for (const char *name : {"state", "permit", "until", "reason", "message", "kind"}) {
    fields.emplace_back(name, quoteOrNull(license.text(name)));
  }
  fields.emplace_back("verified", verified ? "true" : "false");
  fields.emplace_back("wrong", quoteOrNull(wrong));
  fields.emplace_back("may", computes ? R"(["open","save","export","compute"])" : R"(["open","save","export"])");
  say(event, fields, message + (computes ? " (computing)" : " (open, save and export only)"));
}

void computeNoMore(const std::string &reason) {
  if (computeUntil == 0) return;
  computeUntil = 0;
  say("changed",
      {{"state", R"("read-only")"},
       {"permit", R"("read-only")"},
       {"reason", json::quote(reason)},
       {"verified", "false"},
       {"may", R"(["open","save","export"])"}},
      "Open, save and export only");
}

bool needsSignIn(const std::string &code) {
  return code == "sign-in-cancelled" || code == "sign-in-unavailable" || code == "not-signed-in";
}

using Clock = std::chrono::steady_clock;
Clock::time_point until = Clock::time_point::max();

// Asked four times a second, whatever the program waits for and whether or not the client is there. For the license's end the clock on the
// wall is asked, because the other one stands still while the computer sleeps.
bool stopping() {
  if (now() >= computeUntil) computeNoMore("over");
  return stopAsked != 0 || Clock::now() >= until;
}

// One connection, from its beginning to the program's end. Throws Refused, or Lost when the client goes away.
int run() {
  aldaba::Client client(arguments.client, stopping);
  away = false;
  say("connected",
      {{"client", json::quote(client.version)}, {"mode", quoteOrNull(client.mode)}, {"device", json::quote(client.device)}},
      "Aldaba " + client.version);
  client.onMessage = [](const std::string &text) { say("message", {{"text", json::quote(text)}}, text); };
  bool acquired = false;
  try {
    look(client.acquire(arguments.question), client, "license");
    acquired = held = true;
    client.listen(until, [&](const json::Value &license) { look(license, client, "changed"); });
  } catch (const aldaba::Stopped &) {
    // The person closes the program; what it holds goes back below. While it waits for the sign-in, closing the connection is enough.
  }
  if (!acquired) return 0;
  client.release();
  say("released", {}, "released");
  return 0;
}

// false: the person closes the program.
bool wait(std::chrono::milliseconds time) {
  for (const auto end = Clock::now() + time; Clock::now() < end;) {
    if (stopping()) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
  }
  return true;
}

bool readArguments(int count, char **values) {
  arguments.client.program = "zapata";
  arguments.client.version = "2026.1";
  for (int index = 1; index < count; ++index) {
    // `--name value`, or `--name=value` for a value that begins with a dash, as a key may.
    const std::string given = values[index];
    const std::size_t sign = given.find('=');
    const std::string name = given.substr(0, sign);
    if (name == "--json") arguments.json = true;
    else if (name == "--no-question") arguments.question = false;
    else if (sign == std::string::npos && index + 1 == count) return false;
    else {
      const std::string value = sign == std::string::npos ? values[++index] : given.substr(sign + 1);
      if (name == "--program") arguments.client.program = value;
      else if (name == "--version") arguments.client.version = value;
      else if (name == "--root-key") arguments.rootKey = value;
      else if (name == "--runtime") arguments.client.runtime = value;
      else if (name == "--start-command") {
        arguments.client.startCommands = value.empty() ? std::vector<std::string>{} : std::vector<std::string>{value};
      } else if (name == "--language") arguments.client.language = value;
      else if (name == "--seconds") {
        char *end = nullptr;
        arguments.seconds = std::strtod(value.c_str(), &end);
        if (value.empty() || *end != '\0' || !(arguments.seconds > 0)) return false;
      } else return false;
    }
  }
  return !arguments.rootKey.empty();
}

}  // namespace

int main(int count, char **values) {
  if (!readArguments(count, values)) {
    std::cerr << "usage: program --root-key=KEY [--program zapata] [--seconds N] [--json]" << std::endl;
    return 2;
  }
  struct sigaction action {};
  action.sa_handler = askToStop;
  sigaction(SIGINT, &action, nullptr);
  sigaction(SIGTERM, &action, nullptr);
  if (arguments.seconds > 0) until = Clock::now() + std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(arguments.seconds));
  for (;;) {
    try {
      return run();
    } catch (const aldaba::Stopped &) {
      return 0;
    } catch (const aldaba::Refused &refusal) {
      say("refused",
          {{"code", json::quote(refusal.code)}, {"message", json::quote(refusal.what())}, {"next", json::quote(refusal.next)}},
          std::string(refusal.what()) + " " + refusal.next);
      if (!held) return needsSignIn(refusal.code) ? 4 : 3;
      computeNoMore(refusal.code);
      while (wait(std::chrono::hours(1))) continue;
      return 0;
    } catch (const std::exception &error) {
      if (!held) {
        say("failed", {{"message", json::quote(error.what())}}, error.what());
        return 1;
      }
      // The client was restarted or updated. What was verified holds until its end; a new connection is a new use.
      if (!away) say("lost", {}, "Aldaba is gone; coming back to it");
      away = true;
    }
    if (!wait(std::chrono::milliseconds(500))) return 0;
  }
}
