#include "aldaba_client.hpp"

#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <sstream>
#include <thread>

#include "verify_license.hpp"

#ifndef MSG_NOSIGNAL
#define MSG_NOSIGNAL 0  // macOS: the program ignores SIGPIPE instead
#endif

namespace aldaba {
namespace {

using Clock = std::chrono::steady_clock;

// How long a client which was just started gets to listen.
constexpr std::chrono::seconds start_term(15);
constexpr std::size_t longest_frame = 1 << 20;

std::string environment(const char* name, const std::string& otherwise) {
  const char* value = std::getenv(name);
  return value == nullptr || *value == '\0' ? otherwise : value;
}

int connect_once(const std::string& runtime) {
  std::ifstream file(runtime + "/broker.json");
  std::stringstream text;
  text << file.rdbuf();
  std::string address;
  try {
    address = json::parse(text.str()).text("address");
  } catch (const json::Error&) {
    throw Lost("no client has said where it is in " + runtime);
  }
  sockaddr_un where{};
  where.sun_family = AF_UNIX;
  if (address.size() >= sizeof where.sun_path) throw Lost("the address of the client is too long");
  std::memcpy(where.sun_path, address.c_str(), address.size() + 1);
  const int connection = socket(AF_UNIX, SOCK_STREAM, 0);
  if (connection < 0) throw Lost(std::strerror(errno));
  if (connect(connection, reinterpret_cast<const sockaddr*>(&where), sizeof where) != 0) {
    const std::string reason = std::strerror(errno);
    close(connection);
    throw Lost(reason);
  }
  return connection;
}

// Twice forked, so that the client outlives this program and is nobody's child to wait for.
void start(const std::string& command) {
  const pid_t child = fork();
  if (child == 0) {
    setsid();
    if (fork() != 0) _exit(0);
    if (freopen("/dev/null", "r", stdin) && freopen("/dev/null", "w", stdout) && freopen("/dev/null", "w", stderr))
      execl("/bin/sh", "sh", "-c", command.c_str(), static_cast<char*>(nullptr));
    _exit(127);
  }
  if (child > 0) waitpid(child, nullptr, 0);
}

}  // namespace

std::string default_runtime() {
  const std::string home = environment("HOME", "");
#ifdef __APPLE__
  return home + "/Library/Application Support/Aldaba/run";
#else
  const std::string state = environment("XDG_STATE_HOME", home + "/.local/state") + "/aldaba";
  return environment("XDG_RUNTIME_DIR", state + "/run") + "/aldaba";
#endif
}

Use::Use(Program program, std::function<bool()> ending) : program_(std::move(program)), ending_(std::move(ending)) {
  try {
    socket_ = connect_once(program_.runtime);
  } catch (const Lost&) {
    if (program_.client.empty()) throw;
    start(program_.client);
    for (const auto deadline = Clock::now() + start_term; socket_ < 0;) {
      if (ending_()) throw Interrupted{};
      std::this_thread::sleep_for(std::chrono::milliseconds(100));
      try {
        socket_ = connect_once(program_.runtime);
      } catch (const Lost&) {
        if (Clock::now() > deadline) throw;
      }
    }
  }
  try {
    const std::string nonce = random_nonce();
    const json::Value hello =
        ask("initialize", "{\"protocolVersion\":1,\"program\":" + json::quote(program_.program) +
                              ",\"version\":" + json::quote(program_.version) + ",\"nonce\":" + json::quote(nonce) + "}");
    mode = hello.text("mode");
    client_version = hello.at("client").text("version");
    device_key_ = hello.at("deviceKey").text("x");
    if (!verify_nonce(program_.program, nonce, device_key_, hello.text("nonceSignature")))
      throw LicenseRefused("the client could not prove which device it is");
  } catch (...) {
    close();
    throw;
  }
}

Use::~Use() { close(); }

void Use::close() {
  if (socket_ >= 0) ::close(socket_);
  socket_ = -1;
}

License Use::acquire(bool interactive) {
  return checked(ask("license/acquire", std::string("{\"features\":[],\"interactive\":") + (interactive ? "true" : "false") + "}"));
}

void Use::release() { ask("license/release", "{}"); }

// The client's word counts only as far as the signed document goes.
License Use::checked(const json::Value& license) const {
  License result{license.text("state"), license.text("permit"), license.text("until"), license.text("message")};
  if (result.permit != "full") return result;
  if (!license.has("document")) throw LicenseRefused("full use without a signed license");
  const double now = std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();
  const Expected expected{program_.root_key, device_key_, program_.program, program_.version, now};
  if (now >= verify_license(license.text("document"), expected)) result.permit = "read-only";
  return result;
}

bool Use::next(News& news, int milliseconds) {
  bool found = !news_.empty();
  json::Value message;
  if (found) {
    message = news_.front();
    news_.pop_front();
  } else {
    message = read(milliseconds, found);
    if (!found || !message.has("method")) return false;
  }
  const json::Value& parameters = message.at("params");
  news = News{message.text("method"), {}, parameters.text("level"), parameters.text("text")};
  if (news.method == "license/changed") {
    try {
      news.license = checked(parameters);
    } catch (const LicenseRefused&) {
      news.license = {parameters.text("state"), "read-only", parameters.text("until"), parameters.text("message")};
    }
  }
  return true;
}

json::Value Use::ask(const std::string& method, const std::string& parameters) {
  const int number = ++number_;
  const std::string body = "{\"jsonrpc\":\"2.0\",\"id\":" + std::to_string(number) + ",\"method\":" + json::quote(method) +
                           ",\"params\":" + parameters + "}";
  const std::string frame = "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
  for (std::size_t sent = 0; sent < frame.size();) {
    const ssize_t count = send(socket_, frame.data() + sent, frame.size() - sent, MSG_NOSIGNAL);
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) throw Lost("the client closed the connection");
    sent += static_cast<std::size_t>(count);
  }
  for (;;) {
    if (method != "license/release" && ending_()) throw Interrupted{};
    bool found = false;
    json::Value message = read(100, found);
    if (!found) continue;
    if (message.has("method")) {
      news_.push_back(std::move(message));
    } else if (message.has("error")) {
      const json::Value& error = message.at("error");
      const json::Value data = error.has("data") ? error.at("data") : json::Value{};
      throw Refused(data.text("code", "internal"), data.text("message", error.text("message")), data.text("next"));
    } else {
      return message.at("result");
    }
  }
}

// One message, waiting for it up to `milliseconds`.
json::Value Use::read(int milliseconds, bool& found) {
  for (;;) {
    const std::size_t end = buffer_.find("\r\n\r\n");
    if (end != std::string::npos) {
      const std::string name = "content-length:";
      std::string head = buffer_.substr(0, end);
      for (char& c : head) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
      const std::size_t at = head.find(name);
      const std::size_t length = at == std::string::npos ? 0 : std::strtoul(head.c_str() + at + name.size(), nullptr, 10);
      if (length == 0 || length > longest_frame) throw Lost("the client does not speak the protocol");
      if (buffer_.size() >= end + 4 + length) {
        const std::string body = buffer_.substr(end + 4, length);
        buffer_.erase(0, end + 4 + length);
        found = true;
        return json::parse(body);
      }
    }
    pollfd waiting{socket_, POLLIN, 0};
    const int ready = poll(&waiting, 1, milliseconds);
    if (ready == 0 || (ready < 0 && errno == EINTR)) {
      found = false;
      return {};
    }
    char chunk[4096];
    const ssize_t count = ready < 0 ? -1 : recv(socket_, chunk, sizeof chunk, 0);
    if (count <= 0) throw Lost("the client closed the connection");
    buffer_.append(chunk, static_cast<std::size_t>(count));
  }
}

}  // namespace aldaba
