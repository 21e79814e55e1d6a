import CLibXML2

/// Reads XML for the texts in its elements, by libxml2's reader: what object storage answers, with neither attributes
/// nor mixed content.
enum XMLText {
  /// The bytes are no XML.
  struct Malformed: Error {}

  /// Calls with the path of local names from the root, and the text, at the end of each element.
  static func read(_ bytes: [UInt8], _ element: ([String], String) -> Void) throws(Malformed) {
    _ = isReady
    // No network for what a document refers to, and no entities put in.
    let options = XML_PARSE_NONET.rawValue | XML_PARSE_NOERROR.rawValue | XML_PARSE_NOWARNING.rawValue
    guard bytes.count < Int(Int32.max) else { throw Malformed() }
    let isWhole = bytes.withUnsafeBufferPointer { bytes in
      bytes.withMemoryRebound(to: CChar.self) { bytes in
        guard let base = bytes.baseAddress,
          let reader = xmlReaderForMemory(base, Int32(bytes.count), nil, nil, Int32(options))
        else { return false }
        defer { xmlFreeTextReader(reader) }
        return walk(reader, element)
      }
    }
    guard isWhole else { throw Malformed() }
  }

  /// libxml2 has to be set up before several threads use it.
  private static let isReady: Bool = {
    xmlInitParser()
    return true
  }()

  private static func walk(_ reader: OpaquePointer, _ element: ([String], String) -> Void) -> Bool {
    var path: [String] = []
    var text = ""
    while true {
      let code = xmlTextReaderRead(reader)
      guard code == 1 else { return code == 0 }
      switch xmlTextReaderNodeType(reader) {
      case Int32(XML_READER_TYPE_ELEMENT.rawValue):
        path.append(string(xmlTextReaderConstLocalName(reader)))
        text = ""
        if xmlTextReaderIsEmptyElement(reader) == 1 {
          element(path, "")
          path.removeLast()
        }
      case Int32(XML_READER_TYPE_END_ELEMENT.rawValue):
        element(path, text)
        path.removeLast()
        text = ""
      case Int32(XML_READER_TYPE_TEXT.rawValue), Int32(XML_READER_TYPE_CDATA.rawValue),
        Int32(XML_READER_TYPE_SIGNIFICANT_WHITESPACE.rawValue):
        text += string(xmlTextReaderConstValue(reader))
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
