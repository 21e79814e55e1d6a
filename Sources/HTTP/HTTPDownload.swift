/// What became of a download.
public struct HTTPDownload: Sendable {
  /// The answer; its body is empty where the file was written, and holds what the server said otherwise.
  public let response: HTTPResponse
  /// Where the file is, if the status is one of 200...299. With any other status no file was made or changed.
  public let path: String
  /// The size of the file; 0 where none was written.
  public let byteCount: Int
}
