// Keeps the items of a JSON array whose "active" is true, with simdjson: simdjson_filter INPUT OUTPUT.
//
// Every value of every item is read by its type, so that the input is fully validated, as the flow does it: simdjson's
// On Demand parser checks only what is asked for. The text of the items is written as it stands.
#include <fcntl.h>
#include <simdjson.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <string>

using namespace simdjson;

static void check(error_code error) {
  if (error) throw simdjson_error(error);
}

template <typename Value> static bool visit(Value &&value);

static bool visit_object(ondemand::object object) {
  bool any = false;
  for (auto field : object) {
    check(field.unescaped_key().error());
    visit(field.value());
    any = true;
  }
  return any;
}

static bool visit_array(ondemand::array array) {
  bool any = false;
  for (auto element : array) {
    visit(element);
    any = true;
  }
  return any;
}

// Reads a value whole; whether it is truthy.
template <typename Value> static bool visit(Value &&value) {
  ondemand::json_type type = value.type();
  switch (type) {
  case ondemand::json_type::object: return visit_object(value.get_object());
  case ondemand::json_type::array: return visit_array(value.get_array());
  case ondemand::json_type::string: return !std::string_view(value.get_string()).empty();
  case ondemand::json_type::boolean: return bool(value.get_bool());
  case ondemand::json_type::number: return ondemand::number(value.get_number()).as_double() != 0;
  default:
    if (!value.is_null()) throw simdjson_error(INCORRECT_TYPE);
    return false;
  }
}

static void put(int file, const char *text, size_t count) {
  while (count > 0) {
    ssize_t written = write(file, text, count);
    if (written < 0) { perror("write"); exit(1); }
    text += written;
    count -= written;
  }
}

int main(int argc, char **argv) {
  if (argc != 3) { fprintf(stderr, "simdjson_filter INPUT OUTPUT\n"); return 2; }
  try {
    padded_string text = padded_string::load(argv[1]);
    std::string part = std::string(argv[2]) + ".part";
    int file = open(part.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0644);
    if (file < 0) { perror(argv[2]); return 1; }
    std::string output = "[";
    output.reserve(1 << 19);
    size_t read = 0, kept = 0;
    ondemand::parser parser;
    ondemand::document document = parser.iterate(text);
    ondemand::array items = document.get_array();
    for (auto element : items) {
      ondemand::object item = element.get_object();
      bool keep = false;
      for (auto field : item) {
        std::string_view key = field.unescaped_key();
        bool truthy = visit(field.value());
        if (key == "active") keep = truthy;
      }
      read++;
      if (!keep) continue;
      item.reset();
      std::string_view raw = item.raw_json();
      if (kept++) output += ",\n";
      output += raw;
      if (output.size() >= 256 << 10) { put(file, output.data(), output.size()); output.clear(); }
    }
    output += "]\n";
    put(file, output.data(), output.size());
    if (fsync(file) != 0 || close(file) != 0 || rename(part.c_str(), argv[2]) != 0) { perror(argv[2]); return 1; }
    printf("%zu items, %zu kept\n", read, kept);
  } catch (const simdjson_error &error) {
    fprintf(stderr, "%s\n", error.what());
    return 1;
  }
}
