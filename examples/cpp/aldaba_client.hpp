// Connection to the license client on this machine: JSON-RPC 2.0 with Content-Length framing over its Unix socket.
#pragma once

#include <deque>
#include <functional>
#include <stdexcept>
#include <string>

#include "json.hpp"

namespace aldaba {

// The client said no: a stable code, a sentence for the person, and what to do.
struct Refused : std::runtime_error {
  Refused(std::string refusal, const std::string& message, std::string next_step)
      : std::runtime_error(message), code(std::move(refusal)), next(std::move(next_step)) {}
  std::string code;
  std::string next;
};

// The client ended, was restarted, or cannot be reached.
struct Lost : std::runtime_error {
  using std::runtime_error::runtime_error;
};

// The program is to end: waiting was given up.
struct Interrupted {};

struct Program {
  std::string program;
  std::string version;
  std::string root_key;  // public root key, `x` of its JWK: a constant of the program
  std::string runtime;   // folder with broker.json
  std::string client;    // command that starts the client; empty: never
};

struct License {
  std::string state;
  std::string permit;  // full: may compute; read-only: may open, save and export; none: may not run
  std::string until;
  std::string message;
};

struct News {
  std::string method;  // license/changed, license/message
  License license;
  std::string level;
  std::string text;
};

// Where the client of this person keeps broker.json.
std::string default_runtime();

// One use of a license: one connection. `ending` is asked while waiting; when it says true, Interrupted is thrown.
class Use {
 public:
  Use(Program program, std::function<bool()> ending);
  ~Use();
  Use(const Use&) = delete;
  Use& operator=(const Use&) = delete;

  std::string mode;
  std::string client_version;

  // Interactive: a person may have to sign in first, which can take minutes.
  License acquire(bool interactive);
  void release();
  // Waits up to `milliseconds` for news. Throws Lost when the client is gone.
  bool next(News& news, int milliseconds);

 private:
  json::Value ask(const std::string& method, const std::string& parameters);
  json::Value read(int milliseconds, bool& found);
  License checked(const json::Value& license) const;
  void close();

  Program program_;
  std::function<bool()> ending_;
  int socket_ = -1;
  int number_ = 0;
  std::string buffer_;
  std::string device_key_;
  std::deque<json::Value> news_;
};

}  // namespace aldaba
