internal import CCurl

/// One of libcurl's easy handles with the buffer it writes its errors to. Used by the engine's thread only, and used
/// again for further transfers.
final class EasyHandle {
  let pointer: UnsafeMutableRawPointer
  private let errorBuffer: UnsafeMutablePointer<CChar>

  /// Nil where libcurl has no memory for one.
  init?() {
    guard let pointer = curl_easy_init() else { return nil }
    self.pointer = pointer
    errorBuffer = .allocate(capacity: Int(CURL_ERROR_SIZE))
    errorBuffer.initialize(repeating: 0, count: Int(CURL_ERROR_SIZE))
  }

  deinit {
    curl_easy_cleanup(pointer)
    errorBuffer.deallocate()
  }

  /// Puts all options back, and keeps connections, sessions and the share.
  func reset() {
    curl_easy_reset(pointer)
    errorBuffer[0] = 0
    ccurl_set_pointer(pointer, CURLOPT_ERRORBUFFER, errorBuffer)
  }

  /// What libcurl says went wrong, in more detail than its code.
  var errorText: String { String(cString: errorBuffer) }

  func set(_ option: CURLoption, _ value: Int) { ccurl_set_long(pointer, option, value) }
  func set(_ option: CURLoption, _ value: String) { ccurl_set_string(pointer, option, value) }
  func set(_ option: CURLoption, offset: Int) { ccurl_set_offset(pointer, option, curl_off_t(offset)) }
  func set(_ option: CURLoption, pointer value: UnsafeMutableRawPointer?) {
    ccurl_set_pointer(pointer, option, value)
  }

  func long(_ info: CURLINFO) -> Int {
    var value = 0
    return ccurl_get_long(pointer, info, &value) == CURLE_OK ? value : 0
  }

  func string(_ info: CURLINFO) -> String? {
    var value: UnsafePointer<CChar>?
    guard ccurl_get_string(pointer, info, &value) == CURLE_OK, let value else { return nil }
    return String(cString: value)
  }
}
