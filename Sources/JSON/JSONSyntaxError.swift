public import Essentials

/// Text that is not JSON, and where it stops being so.
public struct JSONSyntaxError: Failure, Equatable {
  /// What was expected or found.
  public let problem: String
  /// The line, from 1.
  public let line: Int
  /// The column in bytes, from 1.
  public let column: Int
  /// The position in bytes, from 0.
  public let offset: Int

  public var kind: FailureKind { .rejected }
  public var message: String { "not valid JSON: \(problem) at line \(line), column \(column)" }

  init(_ problem: String, at offset: Int, in bytes: UnsafeBufferPointer<UInt8>) {
    self.problem = problem
    self.offset = offset
    var line = 1
    var lineStart = 0
    for index in 0..<min(offset, bytes.count) where bytes[index] == UInt8(ascii: "\n") {
      line += 1
      lineStart = index + 1
    }
    self.line = line
    column = offset - lineStart + 1
  }
}
