internal import CCurl
import Essentials
import Glibc

extension HTTPFailure.Reason {
  /// What libcurl's code means to the reader, with the detail that the handle holds.
  init(code: CURLcode, handle: EasyHandle, timeouts: HTTPTimeouts) {
    var text = handle.errorText
    if text.isEmpty { text = String(cString: curl_easy_strerror(code)) }
    let systemError = Int32(truncatingIfNeeded: handle.long(CURLINFO_OS_ERRNO))
    switch code {
    case CURLE_COULDNT_RESOLVE_HOST: self = .nameNotResolved
    case CURLE_COULDNT_RESOLVE_PROXY, CURLE_PROXY: self = .proxy(text)
    case CURLE_COULDNT_CONNECT: self = systemError == ECONNREFUSED ? .connectionRefused : .unreachable(text)
    // The other two time-outs are the engine's own.
    case CURLE_OPERATION_TIMEDOUT: self = .timedOut(.connect, after: timeouts.connect)
    case CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_ISSUER_ERROR, CURLE_SSL_INVALIDCERTSTATUS:
      self = .untrusted(text)
    case CURLE_SSL_CACERT_BADFILE:
      self = .untrusted("the file of certificate authorities cannot be read: \(text)")
    case CURLE_SSL_CONNECT_ERROR, CURLE_SSL_CIPHER, CURLE_SSL_CERTPROBLEM, CURLE_SSL_SHUTDOWN_FAILED:
      self = .tls(text)
    // A CONNECT that the proxy refuses is reported as a failed receive.
    case CURLE_RECV_ERROR where text.contains("CONNECT"): self = .proxy(text)
    case CURLE_RECV_ERROR, CURLE_SEND_ERROR, CURLE_PARTIAL_FILE, CURLE_GOT_NOTHING, CURLE_HTTP2,
      CURLE_HTTP2_STREAM:
      self = .cutOff(text)
    // A request that must not arrive twice: what libcurl says is about the body that it was kept from sending again.
    case CURLE_SEND_FAIL_REWIND: self = .cutOff("it ended without an answer")
    case CURLE_WEIRD_SERVER_REPLY, CURLE_BAD_CONTENT_ENCODING: self = .badAnswer(text)
    // Bytes that are no HTTP are reported as the protocol of the time before it had versions.
    case CURLE_UNSUPPORTED_PROTOCOL where text.contains("HTTP/0.9"): self = .badAnswer(text)
    case CURLE_URL_MALFORMAT, CURLE_UNSUPPORTED_PROTOCOL: self = .badURL(text)
    default: self = .other("\(text) (curl \(code.rawValue))")
    }
  }
}

extension HTTPFailure.Reason {
  /// The file to download to cannot be written. A full or broken disk is the system's fault, all else (a missing
  /// folder, missing rights) is for the operator to set right.
  static func cannotWrite(_ path: String, _ error: Int32) -> HTTPFailure.Reason {
    let isOfSystem = [ENOSPC, EDQUOT, EIO, EFBIG, EMFILE, ENFILE, ENOMEM].contains(error)
    return .cannotWriteFile(path: path, error: String(cString: strerror(error)), isOfSystem: isOfSystem)
  }
}
