import CLibXML2

/// Reads XML for the texts in its elements, by libxml2's reader: what object storage answers, with neither attributes
/// nor mixed content.
enum XMLText {
  /// The bytes are no XML.
  struct Malformed: Error {}

  /// Calls with the path of local names from the root, and the text, at the end of each element.
  ///
  /// - Throws: ``Malformed``; `Misconfiguration` where libxml2 is not to be had.
  static func read(_ bytes: [UInt8], _ element: ([String], String) -> Void) throws {
    // Many refusals have no body: they need no library.
    guard !bytes.isEmpty, bytes.count < Int(Int32.max) else { throw Malformed() }
    let library = try XMLLibrary.functions()
    // No network for what a document refers to, and no entities put in.
    let options = XML_PARSE_NONET.rawValue | XML_PARSE_NOERROR.rawValue | XML_PARSE_NOWARNING.rawValue
    let isWhole = bytes.withUnsafeBufferPointer { bytes in
      bytes.withMemoryRebound(to: CChar.self) { bytes in
        guard let base = bytes.baseAddress,
          let reader = library.xmlReaderForMemory(base, Int32(bytes.count), nil, nil, Int32(options))
        else { return false }
        defer { library.xmlFreeTextReader(reader) }
        return walk(reader, library, element)
      }
    }
    guard isWhole else { throw Malformed() }
  }

  private static func walk(
    _ reader: OpaquePointer, _ library: LibXML2Functions, _ element: ([String], String) -> Void
  ) -> Bool {
    var path: [String] = []
    var text = ""
    while true {
      let code = library.xmlTextReaderRead(reader)
      guard code == 1 else { return code == 0 }
      switch library.xmlTextReaderNodeType(reader) {
      case Int32(XML_READER_TYPE_ELEMENT.rawValue):
        path.append(string(library.xmlTextReaderConstLocalName(reader)))
        text = ""
        if library.xmlTextReaderIsEmptyElement(reader) == 1 {
          element(path, "")
          path.removeLast()
        }
      case Int32(XML_READER_TYPE_END_ELEMENT.rawValue):
        element(path, text)
        path.removeLast()
        text = ""
      case Int32(XML_READER_TYPE_TEXT.rawValue), Int32(XML_READER_TYPE_CDATA.rawValue),
        Int32(XML_READER_TYPE_SIGNIFICANT_WHITESPACE.rawValue):
        text += string(library.xmlTextReaderConstValue(reader))
      default: break
      }
    }
  }

  private static func string(_ pointer: UnsafePointer<xmlChar>?) -> String {
    pointer.map { String(cString: $0) } ?? ""
  }

  /// A text as an element's content.
  static func escaped(_ text: String) -> String {
    text.replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing(">", with: "&gt;")
  }
}
