internal import CCurl
import Essentials
import Glibc

extension Transfer {
  /// Writes the plan into a handle that has been reset.
  ///
  /// - Returns: what is wrong with the plan, or nil.
  func configure(_ easy: EasyHandle, _ configuration: HTTPConfiguration) -> HTTPFailure.Reason? {
    easy.set(CURLOPT_NOSIGNAL, 1)
    // Otherwise giving up a transfer waits for its name to be resolved, and with it the whole engine.
    easy.set(CURLOPT_QUICK_EXIT, 1)
    easy.set(CURLOPT_PROTOCOLS_STR, "http,https")
    easy.set(CURLOPT_SUPPRESS_CONNECT_HEADERS, 1)
    easy.set(CURLOPT_URL, plan.address.text)
    easy.set(CURLOPT_CONNECTTIMEOUT_MS, max(plan.timeouts.connect.milliseconds, 1))
    easy.set(CURLOPT_HTTP_VERSION, plan.needsHTTP1 ? Int(CURL_HTTP_VERSION_1_1) : Int(CURL_HTTP_VERSION_2TLS))
    // Many requests to one HTTP/2 server share its connection instead of opening one each.
    if plan.address.origin.scheme == "https", !plan.needsHTTP1 { easy.set(CURLOPT_PIPEWAIT, 1) }
    if let size = plan.receiveBuffer { easy.set(CURLOPT_BUFFERSIZE, size) }
    if plan.acceptsCompression { easy.set(CURLOPT_ACCEPT_ENCODING, "") }
    if let path = configuration.certificateAuthorities { easy.set(CURLOPT_CAINFO, path) }
    switch configuration.proxy {
    case .environment: break
    case .none: easy.set(CURLOPT_PROXY, "")
    case .url(let url): easy.set(CURLOPT_PROXY, url)
    }
    // No file to write them to, but the wish for cookies. (The usual one, an empty CURLOPT_COOKIEFILE, loses some bytes
    // each time a handle is used again: libcurl 7.88.)
    if configuration.keepsCookies { ccurl_set_string(easy.pointer, CURLOPT_COOKIEJAR, nil) }
    return setBody(easy) ?? setHeaders(easy, configuration) ?? setCallbacks(easy)
  }

  private func setBody(_ easy: EasyHandle) -> HTTPFailure.Reason? {
    switch plan.body {
    case .none:
      switch plan.method {
      case .get: return nil
      case .head:
        easy.set(CURLOPT_NOBODY, 1)
        return nil
      case .delete:
        easy.set(CURLOPT_CUSTOMREQUEST, plan.method.rawValue)
        return nil
      // These promise a body; an empty one needs its length of 0.
      case .post, .put, .patch: upload = UploadSource(bytes: [], progress: nil)
      }
    case .bytes(let bytes):
      upload = UploadSource(bytes: bytes, progress: plan.uploadProgress)
    case .file(let path):
      guard let source = UploadSource(path: path, progress: plan.uploadProgress) else {
        return .cannotReadFile(path: path, error: String(cString: strerror(errno)))
      }
      upload = source
    }
    // A body that cannot be rewound is sent once; where there is none to rewind, only a new connection is never repeated on.
    if !plan.mayArriveTwice, upload?.byteCount == 0 { easy.set(CURLOPT_FRESH_CONNECT, 1) }
    easy.set(CURLOPT_UPLOAD, 1)
    easy.set(CURLOPT_INFILESIZE_LARGE, offset: upload?.byteCount ?? 0)
    easy.set(CURLOPT_CUSTOMREQUEST, plan.method.rawValue)
    return nil
  }

  private func setHeaders(_ easy: EasyHandle, _ configuration: HTTPConfiguration) -> HTTPFailure.Reason? {
    var headers = plan.headers
    if headers["User-Agent"] == nil { easy.set(CURLOPT_USERAGENT, configuration.userAgent) }
    switch plan.authentication {
    case .none: break
    case .basic(let username, let password):
      easy.set(CURLOPT_HTTPAUTH, ccurl_auth_basic())
      easy.set(CURLOPT_USERNAME, username)
      easy.set(CURLOPT_PASSWORD, password.reveal())
    case .bearer(let token): headers["Authorization"] = "Bearer \(token.reveal())"
    case .header(let name, let value): headers[name] = value.reveal()
    case .awsSigV4(let accessKey, let secretKey, let region, let service, _):
      easy.set(CURLOPT_AWS_SIGV4, "aws:amz:\(region):\(service)")
      easy.set(CURLOPT_USERNAME, accessKey)
      easy.set(CURLOPT_PASSWORD, secretKey.reveal())
    }
    for field in headers.fields {
      guard Self.isToken(field.name), Self.isFieldValue(field.value) else {
        return .badHeader(name: field.name)
      }
      // To libcurl, "Name:" removes a header of its own, and "Name;" sends one without a value.
      append(field.value.isEmpty ? "\(field.name);" : "\(field.name): \(field.value)")
    }
    // A server that does not know it would make every large upload wait a second. Where the request is signed the
    // header has to stay: libcurl signs it even when it is told to leave it out.
    if headers["Expect"] == nil, !isSigned { append("Expect:") }
    if headers["Accept"] == nil { append("Accept: */*") }
    ccurl_set_headers(easy.pointer, headerList)
    return nil
  }

  private var isSigned: Bool {
    if case .awsSigV4 = plan.authentication { true } else { false }
  }

  private func append(_ line: String) {
    if let list = curl_slist_append(headerList, line) { headerList = list }
  }

  private func setCallbacks(_ easy: EasyHandle) -> HTTPFailure.Reason? {
    let me = Unmanaged.passUnretained(self).toOpaque()
    easy.set(CURLOPT_PRIVATE, pointer: me)
    easy.set(CURLOPT_WRITEDATA, pointer: me)
    easy.set(CURLOPT_HEADERDATA, pointer: me)
    ccurl_set_write(easy.pointer, CURLOPT_WRITEFUNCTION) { data, size, count, me in
      guard let me, let data else { return 0 }
      let bytes = UnsafeRawBufferPointer(start: data, count: size * count)
      return Unmanaged<Transfer>.fromOpaque(me).takeUnretainedValue().receiveBody(bytes)
    }
    ccurl_set_write(easy.pointer, CURLOPT_HEADERFUNCTION) { data, size, count, me in
      guard let me, let data else { return 0 }
      let line = UnsafeRawBufferPointer(start: data, count: size * count)
      return Unmanaged<Transfer>.fromOpaque(me).takeUnretainedValue().receiveHeader(line)
    }
    guard upload != nil else { return nil }
    easy.set(CURLOPT_READDATA, pointer: me)
    easy.set(CURLOPT_SEEKDATA, pointer: me)
    easy.set(CURLOPT_UPLOAD_BUFFERSIZE, 256 << 10)
    ccurl_set_read(easy.pointer) { data, size, count, me in
      guard let me, let data else { return Int(CURL_READFUNC_ABORT) }
      let buffer = UnsafeMutableRawBufferPointer(start: data, count: size * count)
      return Unmanaged<Transfer>.fromOpaque(me).takeUnretainedValue().send(into: buffer)
    }
    ccurl_set_seek(easy.pointer) { me, offset, origin in
      guard let me, origin == SEEK_SET else { return CURL_SEEKFUNC_FAIL }
      let transfer = Unmanaged<Transfer>.fromOpaque(me).takeUnretainedValue()
      guard transfer.plan.mayArriveTwice, transfer.upload?.seek(to: Int(offset)) == true else {
        // Not CANTSEEK, after which libcurl would look for another way.
        return CURL_SEEKFUNC_FAIL
      }
      return CURL_SEEKFUNC_OK
    }
    return nil
  }

  /// RFC 9110, section 5.6.2.
  private static func isToken(_ name: String) -> Bool {
    !name.isEmpty
      && name.utf8.allSatisfy { byte in
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
          UInt8(ascii: "0")...UInt8(ascii: "9"):
          true
        default: "!#$%&'*+-.^_`|~".utf8.contains(byte)
        }
      }
  }

  /// No line ends and no NUL, so that a value cannot become another header.
  private static func isFieldValue(_ value: String) -> Bool {
    value.utf8.allSatisfy { $0 >= 32 && $0 != 127 || $0 == 9 }
  }
}
