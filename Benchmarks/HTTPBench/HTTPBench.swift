import Essentials
import Glibc
import HTTP

/// The HTTP client at work against a server on loopback; `scripts/bench/http.sh` starts the server and compares.
///
///     http-bench download URL FILE [nosync]   one download; prints seconds and peak memory
///     http-bench small URL COUNT WIDTH        COUNT small GETs, WIDTH at once
///     http-bench stall URL                    reads one chunk of a large body, waits, prints memory
///     http-bench upload URL FILE              sends a file
@main
struct HTTPBench {
  static func main() async throws {
    let arguments = CommandLine.arguments.dropFirst()
    switch (arguments.first, Array(arguments.dropFirst())) {
    case ("download", let rest) where rest.count >= 2:
      try await download(rest[0], to: rest[1], syncs: rest.count == 2)
    case ("small", let rest) where rest.count == 3:
      try await small(rest[0], count: Int(rest[1]) ?? 0, width: Int(rest[2]) ?? 1)
    case ("stall", let rest) where rest.count == 1:
      try await stall(rest[0])
    case ("upload", let rest) where rest.count == 2:
      try await upload(rest[0], from: rest[1])
    default:
      print(
        "usage: http-bench download URL FILE [nosync] | small URL COUNT WIDTH | stall URL | upload URL FILE")
      exit(2)
    }
  }

  private static func download(_ url: String, to path: String, syncs: Bool) async throws {
    let client = HTTPClient(configuration: HTTPConfiguration(syncsDownloads: syncs))
    let rest = try await memoryAtRest(client, url)
    let start = ContinuousClock.now
    let download = try await client.download(HTTPRequest(.get, url), to: path)
    report("download", ["bytes": download.byteCount, "status": download.response.status], start, rest: rest)
  }

  private static func small(_ url: String, count: Int, width: Int) async throws {
    let client = HTTPClient()
    let rest = try await memoryAtRest(client, url)
    let start = ContinuousClock.now
    let bytes = try await withThrowingTaskGroup(of: Int.self) { group in
      for worker in 0..<width {
        group.addTask {
          var bytes = 0
          for _ in stride(from: worker, to: count, by: width) {
            bytes += try await client.send(HTTPRequest(.get, url)).body.count
          }
          return bytes
        }
      }
      return try await group.reduce(0, +)
    }
    report("small", ["requests": count, "bytes": bytes], start, rest: rest)
    print("  \(Int(Double(count) / (ContinuousClock.now - start).seconds)) requests a second")
  }

  private static func stall(_ url: String) async throws {
    let client = HTTPClient()
    let rest = try await memoryAtRest(client, url)
    let start = ContinuousClock.now
    var chunks = try await client.stream(HTTPRequest(.get, url)).makeAsyncIterator()
    var bytes = try await chunks.next()?.count ?? 0
    try await Task.sleep(for: .seconds(2))
    report("stalled", ["bytes": bytes], start, rest: rest)
    while let chunk = try await chunks.next() { bytes += chunk.count }
    report("read to the end", ["bytes": bytes], start, rest: rest)
  }

  private static func upload(_ url: String, from path: String) async throws {
    let client = HTTPClient()
    let rest = try await memoryAtRest(client, url)
    let start = ContinuousClock.now
    let response = try await client.send(HTTPRequest(.put, url, body: .file(path)))
    report("upload", ["status": response.status], start, rest: rest)
  }

  /// The peak memory after one HEAD, in kB: a client that has done something, and nothing large.
  private static func memoryAtRest(_ client: HTTPClient, _ url: String) async throws -> Int {
    _ = try await client.send(HTTPRequest(.head, url))
    return peakMemory()
  }

  private static func report(
    _ name: String, _ facts: [String: Int], _ start: ContinuousClock.Instant, rest: Int
  ) {
    let seconds = (ContinuousClock.now - start).seconds
    let list = facts.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }.joined(separator: ", ")
    let peak = peakMemory()
    print(
      "\(name): \((seconds * 1000).rounded() / 1000) s, \(list), peak \(peak) kB, \(peak - rest) kB above rest, CPU \(processorSeconds()) s"
    )
  }

  private static func peakMemory() -> Int {
    var usage = rusage()
    getrusage(0, &usage)
    return usage.ru_maxrss
  }

  private static func processorSeconds() -> Double {
    var usage = rusage()
    getrusage(0, &usage)
    let micros =
      (usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1_000_000 + usage.ru_utime.tv_usec
      + usage.ru_stime.tv_usec
    return Double(micros / 1000) / 1000
  }
}
