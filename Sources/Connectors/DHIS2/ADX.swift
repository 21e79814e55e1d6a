import CLibXML2
import Essentials

/// Aggregate Data Exchange (IHE QRPH ADX 2015): data values by data set, period and org unit.
public enum ADX {
  public static let namespace = "urn:ihe:qrph:adx:2015"

  /// The values of one data set, period and org unit.
  public struct Group: Sendable {
    public var dataSet: String?
    /// The first day and how long it lasts: `2020-01-01/P1M`.
    public var period: String
    public var orgUnit: String
    public var attributeOptionCombo: String?
    /// Category options by their categories, which ADX writes as attributes of any name.
    public var dimensions: [String: String] = [:]
    public var values: [Value] = []
  }

  /// One value.
  public struct Value: Sendable {
    public var dataElement: String
    public var value: String
    public var categoryOptionCombo: String?
    /// Category options by their categories.
    public var dimensions: [String: String] = [:]
    /// What is said of the value; for a text, the text itself.
    public var annotation: String?
  }

  /// A period as ADX writes it: the Gregorian date of its first day, and its length.
  public static func period(_ period: DHIS2Period) -> String {
    let length: String
    switch period.type.rhythm {
    case .day: length = "P1D"
    case .weeks(_, let count, _): length = "P\(count * 7)D"
    // A year of thirteen months is written as days, as months of another calendar are: ISO 8601 has no others.
    case .months(let count, _, _, _) where period.calendar == .gregorian:
      length = count == 12 ? "P1Y" : "P\(count)M"
    case .months: length = "P\(period.lastDay.daysSinceEpoch - period.firstDay.daysSinceEpoch + 1)D"
    }
    return "\(period.firstDay)/\(length)"
  }

  /// Reads a period as ADX writes it; nil where DHIS2 has none that begins there and lasts that long.
  public static func period(_ text: String) -> DHIS2Period? {
    let parts = text.split(separator: "/")
    guard parts.count == 2, let day = CalendarDate(String(parts[0])) else { return nil }
    return PeriodType.allCases.lazy.compactMap { DHIS2Period($0, containing: day) }
      .first { $0.firstDay == day && Self.period($0) == text }
  }

  /// Reads a document.
  ///
  /// - Throws: `Rejection` where the bytes are no XML, or a group or value lacks what it must have.
  public static func read(_ bytes: [UInt8]) throws -> [Group] {
    var groups: [Group] = []
    try XMLElements.read(bytes) { event in
      switch event {
      case .start("group", var attributes):
        guard let period = attributes.removeValue(forKey: "period"),
          let unit = attributes.removeValue(forKey: "orgUnit")
        else { throw Rejection("an ADX group lacks its period or its org unit") }
        var group = Group(
          dataSet: attributes.removeValue(forKey: "dataSet"), period: period, orgUnit: unit,
          attributeOptionCombo: attributes.removeValue(forKey: "attributeOptionCombo"))
        for name in ["completeDate", "dataSetComplete", "comment"] { attributes[name] = nil }
        group.dimensions = attributes
        groups.append(group)
      case .start("dataValue", var attributes):
        guard !groups.isEmpty, let element = attributes.removeValue(forKey: "dataElement"),
          let text = attributes.removeValue(forKey: "value")
        else { throw Rejection("an ADX value lacks its data element or its value") }
        var value = Value(
          dataElement: element, value: text,
          categoryOptionCombo: attributes.removeValue(forKey: "categoryOptionCombo"))
        for name in ["created", "lastUpdated", "storedBy", "comment", "followUp"] { attributes[name] = nil }
        value.dimensions = attributes
        groups[groups.count - 1].values.append(value)
      case .end("annotation", let text):
        guard let last = groups.last, !last.values.isEmpty else { return }
        groups[groups.count - 1].values[last.values.count - 1].annotation = text
      default: break
      }
    }
    return groups
  }
}

/// Writes ADX piece by piece, by libxml2's writer.
final class ADXWriter {
  private let library: LibXML2Functions
  private let buffer: xmlBufferPtr
  private let writer: xmlTextWriterPtr
  private var group: [String]?

  init() throws {
    library = try XMLLibrary.functions()
    guard let buffer = library.xmlBufferCreate() else { throw Fault("writing ADX: libxml2 has no memory") }
    guard let writer = library.xmlNewTextWriterMemory(buffer, 0) else {
      library.xmlBufferFree(buffer)
      throw Fault("writing ADX: libxml2 has no memory")
    }
    self.buffer = buffer
    self.writer = writer
    _ = library.xmlTextWriterStartDocument(writer, nil, "UTF-8", nil)
    _ = library.xmlTextWriterStartElement(writer, "adx")
    _ = library.xmlTextWriterWriteAttribute(writer, "xmlns", ADX.namespace)
  }

  deinit {
    library.xmlFreeTextWriter(writer)
    library.xmlBufferFree(buffer)
  }

  /// Writes a value, opening the group that it belongs to where the one before was of another.
  func write(_ value: DataValue, dataSet: String, period: DHIS2Period) {
    let key = value.key
    let group = [period.id, key.orgUnit, key.attributeOptionCombo ?? ""]
    if self.group != group {
      if self.group != nil { _ = library.xmlTextWriterEndElement(writer) }
      self.group = group
      _ = library.xmlTextWriterStartElement(writer, "group")
      attribute("dataSet", dataSet)
      attribute("period", ADX.period(period))
      attribute("orgUnit", key.orgUnit)
      if let combo = key.attributeOptionCombo { attribute("attributeOptionCombo", combo) }
    }
    _ = library.xmlTextWriterStartElement(writer, "dataValue")
    attribute("dataElement", key.dataElement)
    if let combo = key.categoryOptionCombo { attribute("categoryOptionCombo", combo) }
    // ADX takes numbers in its attribute only; a text stands in the annotation.
    let isNumber = ValueType.isNumber(value.value)
    attribute("value", isNumber ? value.value : "0")
    if let annotation = isNumber ? value.comment : value.value {
      _ = library.xmlTextWriterWriteElement(writer, "annotation", annotation)
    }
    _ = library.xmlTextWriterEndElement(writer)
  }

  /// Closes what is open.
  func finish() { _ = library.xmlTextWriterEndDocument(writer) }

  /// The bytes since the last call.
  func take() -> [UInt8] {
    _ = library.xmlTextWriterFlush(writer)
    let bytes = Array(
      UnsafeBufferPointer(
        start: library.xmlBufferContent(buffer), count: Int(library.xmlBufferLength(buffer))))
    library.xmlBufferEmpty(buffer)
    return bytes
  }

  private func attribute(_ name: String, _ value: String) {
    _ = library.xmlTextWriterWriteAttribute(writer, name, value)
  }
}
