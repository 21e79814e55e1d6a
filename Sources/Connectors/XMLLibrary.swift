internal import CLibXML2
internal import Essentials

/// libxml2, loaded when the first document is read or written, and then for good.
package enum XMLLibrary {
  /// It has to be set up before several threads use it.
  private static let loaded = Result { () throws(Misconfiguration) in
    let library = try SharedLibrary.libXML2.load(LibXML2Functions.self, names: sluice_libxml2_names())
    library.xmlInitParser()
    return library
  }

  /// - Throws: `Misconfiguration` where the library is not to be had.
  static func functions() throws(Misconfiguration) -> LibXML2Functions { try loaded.get() }

  /// What libxml2 says of itself: `2.9.14`.
  ///
  /// - Throws: `Misconfiguration` where it is not to be had.
  package static var version: String {
    get throws {
      // 20914, and in some builds more behind it.
      guard let version = try functions().xmlParserVersion.pointee else { return "" }
      let text = String(cString: version)
      guard let number = Int(text.prefix { $0.isNumber }) else { return text }
      return "\(number / 10000).\(number / 100 % 100).\(number % 100)"
    }
  }
}
