public import Essentials

/// An item that is good JSON and cannot be filtered, and where it begins.
public struct JSONItemRejection: Failure, Equatable {
  /// Why it is refused.
  public enum Reason: Sendable, Equatable {
    /// It is something else than an object: "a number", "an array".
    case noObject(String)
    /// It has more bytes than this.
    case tooLong(Int)
  }

  public let reason: Reason
  /// Which item of the document it is, from 0.
  public let index: Int
  /// The line on which it begins, from 1.
  public let line: Int
  /// The column in bytes at which it begins, from 1.
  public let column: Int

  public var kind: FailureKind { .rejected }

  public var message: String {
    let place = "item \(index) (from 0) at line \(line), column \(column)"
    return switch reason {
    case .noObject(let type): "\(place) is \(type), not an object"
    case .tooLong(let limit): "\(place) is longer than \(limit) bytes"
    }
  }

  public var remedy: String? {
    switch reason {
    case .noObject: "Every item must be an object, as it is filtered by one of its fields."
    case .tooLong: "Is the document an array of items, or one item a line?"
    }
  }
}

extension JSONSyntaxError {
  /// An error at a place that is already known, for readers that do not hold the whole document.
  init(_ problem: String, offset: Int, line: Int, column: Int) {
    self.problem = problem
    self.offset = offset
    self.line = line
    self.column = column
  }
}
