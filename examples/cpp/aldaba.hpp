// A program's side of Aldaba: connects to the client on this machine and asks for a license. Linux and macOS; on Windows the same bytes go
// through the named pipe that the endpoint file names (CreateFile), with the file's secret in `initialize`.
#pragma once

#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <cstring>
#include <deque>
#include <fstream>
#include <functional>
#include <random>
#include <sstream>
#include <stdexcept>
#include <string>
#include <thread>

#include "json.hpp"
#include "verify.hpp"

namespace aldaba {

// The client said no: a stable code, what happened, and what the person can do.
struct Refused : std::runtime_error {
  std::string code, next;
  Refused(std::string why, const std::string &message, std::string whatToDo)
      : std::runtime_error(message), code(std::move(why)), next(std::move(whatToDo)) {}
};
// The client is gone.
struct Lost : std::runtime_error {
  using std::runtime_error::runtime_error;
};
// The program was asked to end while it waited.
struct Stopped {};

// Where the client says how to reach it.
inline std::string defaultRuntimeFolder() {
  const auto variable = [](const char *name) {
    const char *value = std::getenv(name);
    return std::string(value == nullptr ? "" : value);
  };
  if (!variable("ALDABA_PROFILE").empty()) return variable("ALDABA_PROFILE") + "/run";
  const std::string home = variable("HOME");
#ifdef __APPLE__
  return home + "/Library/Application Support/Aldaba/run";
#else
  if (!variable("XDG_RUNTIME_DIR").empty()) return variable("XDG_RUNTIME_DIR") + "/aldaba";
  const std::string state = variable("XDG_STATE_HOME");
  return (state.empty() ? home + "/.local/state" : state) + "/aldaba/run/aldaba";
#endif
}

struct Options {
  std::string program, version, language, runtime = defaultRuntimeFolder(), startCommand;
};

// A connection to the client. While it stands, the program uses a license. One thread: calls read until their answer came.
class Client {
 public:
  // `stopping` is asked whenever a signal interrupted waiting. Throws Refused, Lost or Stopped.
  Client(const Options &options, std::function<bool()> stopping) : stopping_(std::move(stopping)) {
    const json::Value endpoint = connectOrStart(options);
    std::string bytes(32, '\0');
    std::random_device random;
    for (auto &byte : bytes) byte = static_cast<char>(random());
    const std::string nonce = encodeBase64Url(bytes);
    std::string params = "{\"protocolVersion\":1,\"program\":" + json::quote(options.program) +
                         ",\"version\":" + json::quote(options.version) + ",\"nonce\":" + json::quote(nonce);
    if (!options.language.empty()) params += ",\"language\":" + json::quote(options.language);
    if (!endpoint.text("secret").empty()) params += ",\"secret\":" + json::quote(endpoint["secret"].text());
    const json::Value said = request("initialize", params + "}");
    const std::string key = said["deviceKey"]["x"].text();
    const std::string proof = "aldaba-broker-v1\n" + options.program + "\n" + nonce;
    if (!verifySignature(key, proof, said["nonceSignature"].text())) throw Lost("the client does not hold the key that it shows");
    version = said["client"]["version"].text();
    mode = said.text("mode");
    device = thumbprint(key);
  }
  ~Client() {
    if (socket_ >= 0) close(socket_);
  }
  Client(const Client &) = delete;
  Client &operator=(const Client &) = delete;

  std::string version, mode, device;

  // Waits as long as the person takes to sign in.
  json::Value acquire(bool interactive) {
    return request("license/acquire", std::string("{\"interactive\":") + (interactive ? "true}" : "false}"));
  }
  // Also when the program is stopping; waits 2 s at the most.
  void release() {
    stopping_ = [] { return false; };
    request("license/release", "{}", std::chrono::steady_clock::now() + std::chrono::seconds(2));
  }

  // Waits for changes until `until`, telling each. Throws Lost or Stopped.
  void listen(std::chrono::steady_clock::time_point until, const std::function<void(const json::Value &)> &onChange) {
    for (;;) {
      while (!changes_.empty()) {
        onChange(changes_.front());
        changes_.pop_front();
      }
      if (!readMore(until)) return;
      take();
    }
  }

 private:
  int socket_ = -1;
  long lastId_ = 0;
  std::string buffered_;
  std::deque<json::Value> changes_;
  std::map<long, json::Value> answers_;
  std::function<bool()> stopping_;

  json::Value connectOrStart(const Options &options) {
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(30);
    bool started = false;
    for (;;) {
      std::ifstream file(options.runtime + "/broker.json");
      std::stringstream text;
      text << file.rdbuf();
      try {
        const json::Value endpoint = json::parse(text.str());
        if (reach(endpoint["address"].text())) return endpoint;
      } catch (const std::runtime_error &) {
        // No file yet, or half of one.
      }
      if (options.startCommand.empty() || std::chrono::steady_clock::now() > end) {
        throw Lost("Aldaba does not run on this computer");
      }
      if (!started && std::system(("(" + options.startCommand + ") </dev/null >/dev/null 2>&1 &").c_str()) != 0) {
        throw Lost("Aldaba could not be started");
      }
      started = true;
      if (stopping_()) throw Stopped{};
      std::this_thread::sleep_for(std::chrono::milliseconds(100));
    }
  }

  bool reach(const std::string &address) {
    sockaddr_un name{};
    name.sun_family = AF_UNIX;
    if (address.size() >= sizeof name.sun_path) return false;
    std::memcpy(name.sun_path, address.c_str(), address.size() + 1);
    socket_ = ::socket(AF_UNIX, SOCK_STREAM, 0);
    fcntl(socket_, F_SETFD, FD_CLOEXEC);
    if (::connect(socket_, reinterpret_cast<sockaddr *>(&name), sizeof name) == 0) return true;
    close(socket_);
    socket_ = -1;
    return false;
  }

  // JSON-RPC 2.0 with a Content-Length before each message, as in the Language Server Protocol.
  json::Value request(const std::string &method, const std::string &params,
                      std::chrono::steady_clock::time_point until = std::chrono::steady_clock::time_point::max()) {
    const long id = ++lastId_;
    const std::string body = "{\"jsonrpc\":\"2.0\",\"id\":" + std::to_string(id) + ",\"method\":" + json::quote(method) +
                             ",\"params\":" + params + "}";
    write("Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body);
    while (answers_.count(id) == 0) {
      if (!readMore(until)) throw Lost("Aldaba does not answer");
      take();
    }
    const json::Value answer = answers_[id];
    answers_.erase(id);
    if (!answer.has("error")) return answer["result"];
    const json::Value &error = answer["error"];
    if (!error.has("data")) throw Lost(error["message"].text());
    const json::Value &data = error["data"];
    throw Refused(data["code"].text(), data["message"].text(), data["next"].text());
  }

  void write(const std::string &bytes) {
    for (std::size_t sent = 0; sent < bytes.size();) {
#ifdef MSG_NOSIGNAL
      const ssize_t count = send(socket_, bytes.data() + sent, bytes.size() - sent, MSG_NOSIGNAL);
#else
      const ssize_t count = send(socket_, bytes.data() + sent, bytes.size() - sent, 0);
#endif
      if (count < 0 && errno == EINTR) continue;
      if (count <= 0) throw Lost("Aldaba closed the connection");
      sent += static_cast<std::size_t>(count);
    }
  }

  // false: nothing came until then. A signal is looked at within a quarter of a second.
  bool readMore(std::chrono::steady_clock::time_point until) {
    for (;;) {
      if (stopping_()) throw Stopped{};
      if (std::chrono::steady_clock::now() >= until) return false;
      pollfd waiting{socket_, POLLIN, 0};
      if (poll(&waiting, 1, 250) <= 0) continue;
      char bytes[4096];
      const ssize_t count = recv(socket_, bytes, sizeof bytes, 0);
      if (count < 0 && errno == EINTR) continue;
      if (count <= 0) throw Lost("Aldaba closed the connection");
      buffered_.append(bytes, static_cast<std::size_t>(count));
      return true;
    }
  }

  void take() {
    for (;;) {
      const auto end = buffered_.find("\r\n\r\n");
      if (end == std::string::npos) return;
      const auto field = buffered_.find("Content-Length: ");
      if (field == std::string::npos || field > end) throw Lost("malformed answer");
      const std::size_t length = std::stoul(buffered_.substr(field + 16));
      if (buffered_.size() < end + 4 + length) return;
      const json::Value message = json::parse(buffered_.substr(end + 4, length));
      buffered_.erase(0, end + 4 + length);
      if (!message.has("method")) {
        if (message.has("id") && !message["id"].isNull()) answers_[static_cast<long>(message["id"].number())] = message;
      } else if (message["method"].text() == "license/changed") {
        changes_.push_back(message["params"]);
      }
    }
  }
};

}  // namespace aldaba
