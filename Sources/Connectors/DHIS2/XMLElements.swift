import CLibXML2
import Essentials

/// Reads XML for its elements with their attributes, by libxml2's reader.
enum XMLElements {
  /// The beginning of an element, or its end with the text in it.
  enum Event {
    case start(String, attributes: [String: String])
    case end(String, text: String)
  }

  /// - Throws: `Rejection` where the bytes are no XML; `Misconfiguration` where libxml2 is not to be had; what the closure
  ///   throws.
  static func read(_ bytes: [UInt8], _ body: (Event) throws -> Void) throws {
    let library = try XMLLibrary.functions()
    // No network for what a document refers to, and no entities put in.
    let options = XML_PARSE_NONET.rawValue | XML_PARSE_NOERROR.rawValue | XML_PARSE_NOWARNING.rawValue
    let malformed = Rejection("the document is no XML", remedy: "Check that the file is whole.")
    guard bytes.count < Int(Int32.max) else { throw malformed }
    try bytes.withUnsafeBufferPointer { bytes in
      try bytes.withMemoryRebound(to: CChar.self) { bytes in
        guard let base = bytes.baseAddress,
          let reader = library.xmlReaderForMemory(base, Int32(bytes.count), nil, nil, Int32(options))
        else { throw malformed }
        defer { library.xmlFreeTextReader(reader) }
        var text = ""
        while true {
          let code = library.xmlTextReaderRead(reader)
          if code == 0 { return }
          guard code == 1 else { throw malformed }
          switch library.xmlTextReaderNodeType(reader) {
          case Int32(XML_READER_TYPE_ELEMENT.rawValue):
            let name = string(library.xmlTextReaderConstLocalName(reader))
            let isEmpty = library.xmlTextReaderIsEmptyElement(reader) == 1
            text = ""
            try body(.start(name, attributes: attributes(reader, library)))
            if isEmpty { try body(.end(name, text: "")) }
          case Int32(XML_READER_TYPE_END_ELEMENT.rawValue):
            try body(.end(string(library.xmlTextReaderConstLocalName(reader)), text: text))
            text = ""
          case Int32(XML_READER_TYPE_TEXT.rawValue), Int32(XML_READER_TYPE_CDATA.rawValue),
            Int32(XML_READER_TYPE_SIGNIFICANT_WHITESPACE.rawValue):
            text += string(library.xmlTextReaderConstValue(reader))
          default: break
          }
        }
      }
    }
  }

  private static func attributes(_ reader: OpaquePointer, _ library: LibXML2Functions) -> [String: String] {
    var attributes: [String: String] = [:]
    while library.xmlTextReaderMoveToNextAttribute(reader) == 1 {
      attributes[string(library.xmlTextReaderConstName(reader))] = string(
        library.xmlTextReaderConstValue(reader))
    }
    _ = library.xmlTextReaderMoveToElement(reader)
    return attributes
  }

  private static func string(_ pointer: UnsafePointer<xmlChar>?) -> String {
    pointer.map { String(cString: $0) } ?? ""
  }
}

extension DataValueSet {
  /// Reads the XML of DXF 2.
  ///
  /// - Throws: `Rejection` where the bytes are no XML.
  public init(xml bytes: [UInt8]) throws {
    self.init()
    try XMLElements.read(bytes) { event in
      guard case .start(let name, let attributes) = event else { return }
      if name == "dataValueSet" {
        dataSet = attributes["dataSet"]
        period = attributes["period"]
        orgUnit = attributes["orgUnit"]
        attributeOptionCombo = attributes["attributeOptionCombo"]
        completeDate = attributes["completeDate"]
      } else if name == "dataValue" {
        var row = Row()
        row.dataElement = attributes["dataElement"]
        row.period = attributes["period"]
        row.orgUnit = attributes["orgUnit"]
        row.categoryOptionCombo = attributes["categoryOptionCombo"]
        row.attributeOptionCombo = attributes["attributeOptionCombo"]
        row.value = attributes["value"]
        row.comment = attributes["comment"]
        row.followUp = (attributes["followUp"] ?? attributes["followup"]) == "true"
        row.isDeleted = attributes["deleted"] == "true"
        rows.append(row)
      }
    }
  }
}
