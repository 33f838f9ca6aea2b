// A program's side of Aldaba: connects to the client on this machine and asks for a license. Linux and macOS; on Windows the same bytes go
// through the named pipe that the endpoint file names (CreateFile), with the file's secret in `initialize`.
#pragma once

#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <cstring>
#include <deque>
#include <fstream>
#include <functional>
#include <memory>
#include <random>
#include <sstream>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

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

inline std::string variable(const char *name) {
  const char *value = std::getenv(name);
  return value == nullptr ? "" : value;
}

// Where the client says how to reach it. A folder of the system that is empty or relative counts as absent.
inline std::string defaultRuntimeFolder() {
  if (!variable("ALDABA_PROFILE").empty()) return variable("ALDABA_PROFILE") + "/run";
  const std::string home = variable("HOME");
#ifdef __APPLE__
  return home + "/Library/Application Support/Aldaba/run";
#else
  const auto absolute = [](const std::string &path) { return path.rfind('/', 0) == 0; };
  const std::string data = variable("XDG_DATA_HOME");
  return (absolute(data) ? data : home + "/.local/share") + "/aldaba/run";
#endif
}

// For the shell: what starts the client, in the order in which it is worth trying. Where there is a display, it can show a window.
inline std::vector<std::string> defaultStartCommands() {
  const std::string withoutWindow = "aldaba agent";
#ifdef __APPLE__
  return {"open -gj -a Aldaba --args --hidden", withoutWindow};
#else
  const bool display = !variable("DISPLAY").empty() || !variable("WAYLAND_DISPLAY").empty();
  return display ? std::vector<std::string>{"aldaba-client --hidden", withoutWindow} : std::vector<std::string>{withoutWindow};
#endif
}

struct Options {
  std::string program, version, language, runtime = defaultRuntimeFolder();
  // None: a client that does not run is not started.
  std::vector<std::string> startCommands = defaultStartCommands();
};

// A stream socket, closed with its owner.
class Socket {
 public:
  Socket() : handle_(::socket(AF_UNIX, SOCK_STREAM, 0)) {
    fcntl(handle_, F_SETFD, FD_CLOEXEC);
#ifdef SO_NOSIGPIPE
    const int yes = 1;
    setsockopt(handle_, SOL_SOCKET, SO_NOSIGPIPE, &yes, sizeof yes);
#endif
  }
  ~Socket() { close(handle_); }
  Socket(const Socket &) = delete;
  Socket &operator=(const Socket &) = delete;
  int handle() const { return handle_; }

 private:
  int handle_;
};

// A connection to the client. While it stands, the program uses a license. One thread: calls read until their answer came.
class Client {
 public:
  // `stopping` is asked four times a second while this waits. Throws Refused, Lost or Stopped.
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

  // Sentences for the person: what lies ahead, or what a program that waits is waiting for.
  std::function<void(const std::string &)> onMessage = [](const std::string &) {};

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
  std::unique_ptr<Socket> socket_;
  long lastId_ = 0;
  std::string buffered_;
  std::deque<json::Value> changes_;
  std::map<long, json::Value> answers_;
  std::function<bool()> stopping_;

  json::Value connectOrStart(const Options &options) {
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(30);
    auto untried = options.startCommands.begin();
    pid_t started = -1;
    while (std::chrono::steady_clock::now() < end) {
      std::ifstream file(options.runtime + "/broker.json");
      std::stringstream text;
      text << file.rdbuf();
      try {
        const json::Value endpoint = json::parse(text.str());
        if (reach(endpoint["address"].text())) return endpoint;
      } catch (const std::runtime_error &) {
        // No file yet, or half of one.
      }
      int status = 0;
      const bool ended = started > 0 && waitpid(started, &status, WNOHANG) == started;
      if (started < 0 || (ended && status != 0)) {
        if (untried == options.startCommands.end()) break;
        started = launch(*untried++);
      } else if (ended) {
        started = 0;
      }
      if (stopping_()) throw Stopped{};
      std::this_thread::sleep_for(std::chrono::milliseconds(100));
    }
    throw Lost("Aldaba does not run on this computer");
  }

  // In a session of its own, so that closing the program's terminal does not end it.
  static pid_t launch(const std::string &command) {
    const pid_t child = fork();
    if (child != 0) return child;
    setsid();
    const int nothing = open("/dev/null", O_RDWR);
    for (int stream = 0; stream <= 2; ++stream) dup2(nothing, stream);
    execl("/bin/sh", "sh", "-c", command.c_str(), static_cast<char *>(nullptr));
    _exit(127);
  }

  bool reach(const std::string &address) {
    sockaddr_un name{};
    name.sun_family = AF_UNIX;
    if (address.size() >= sizeof name.sun_path) return false;
    std::memcpy(name.sun_path, address.c_str(), address.size() + 1);
    auto socket = std::make_unique<Socket>();
    if (::connect(socket->handle(), reinterpret_cast<sockaddr *>(&name), sizeof name) != 0) return false;
    socket_ = std::move(socket);
    return true;
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
      const ssize_t count = send(socket_->handle(), bytes.data() + sent, bytes.size() - sent, MSG_NOSIGNAL);
#else
      const ssize_t count = send(socket_->handle(), bytes.data() + sent, bytes.size() - sent, 0);
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
      pollfd waiting{socket_->handle(), POLLIN, 0};
      if (poll(&waiting, 1, 250) <= 0) continue;
      char bytes[4096];
      const ssize_t count = recv(socket_->handle(), bytes, sizeof bytes, 0);
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
      } else if (message["method"].text() == "license/message") {
        onMessage(message["params"]["text"].text());
      }
    }
  }
};

}  // namespace aldaba
